# One image for every process of Nastavnik; compose.yaml says which one a container is.
# Debian 13 has the PostgreSQL 17 client, of the same version as the server in compose.yaml: pg_dump needs that.
FROM python:3.13-slim-trixie AS build
WORKDIR /srv/nastavnik
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock ./
# Every version and hash comes from the lock, which is closed: pip has nothing to resolve. No test tools come here.
RUN pip install --no-deps --only-binary=:all: --require-hashes -r requirements.lock
COPY . .
RUN pip install --no-deps --no-build-isolation -e . \
    && pybabel -q compile --use-fuzzy -d locales \
    && python -m compileall -q . /opt/venv/lib

FROM python:3.13-slim-trixie
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home nastavnik \
    && install -d -o nastavnik -g nastavnik -m 0700 /var/lib/nastavnik
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/nastavnik /srv/nastavnik
# The root may be read-only: data are in the volume, everything passing in /tmp.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    MALLOC_ARENA_MAX=2 \
    NASTAVNIK_DATA_DIR=/var/lib/nastavnik
WORKDIR /srv/nastavnik
USER nastavnik
VOLUME /var/lib/nastavnik
HEALTHCHECK --interval=30s --timeout=20s --start-period=60s --retries=3 CMD ["nastavnik", "health"]
ENTRYPOINT ["nastavnik"]
CMD ["run"]
