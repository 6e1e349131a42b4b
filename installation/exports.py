"""`nastavnik export`: one table of one organisation, to standard output or into a file."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from installation import checks, faults
from installation.accounts import ACTOR
from installation.commands import Telling, now_of
from installation.site import Site
from services.documents.exports.tables import Filters
from services.documents.exports.writing import Format, record_export, write_export
from services.files.store import PART, Sink, open_owned
from services.organizations.register import find_organization


def export_table(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    """Raises what `write_export` raises, FileNotWritten and OutputClosed."""
    now = now_of(site)
    checks.check_schema(site)
    with checks.open_database(site) as database:
        with database.reading() as session, open_sink(arguments) as out:
            named = arguments.organization
            summary = write_export(
                session,
                actor=ACTOR,
                what=arguments.table,
                format=arguments.format,
                out=out,
                now=now,
                t=telling.t,
                filters=Filters(organization_id=find_organization(session, named).id if named else None),
            )
        with database.writing() as session:
            record_export(session, actor=ACTOR, summary=summary, now=now)
    if arguments.out is not None:
        line = telling.t.label("{file}: rows {rows}.", file=arguments.out, rows=summary.rows)
        telling.tell(asdict(summary) | {"file": arguments.out}, [line])
    return 0


@contextmanager
def open_sink(arguments: argparse.Namespace) -> Iterator[Sink]:
    """Where the bytes go; a file appears under its name only when it is whole."""
    if arguments.out is None:
        if arguments.format == Format.XLSX and sys.stdout.isatty():
            raise faults.OutputBinary
        try:
            yield sys.stdout.buffer
        except BrokenPipeError as error:  # `nastavnik export ... | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the end flushes once more
            raise faults.OutputClosed from error
        return
    target: Path = arguments.out
    part = target.with_name(f".{target.name}{PART}")
    try:
        with open_owned(part) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise faults.FileNotWritten(file=target, why=error.strerror or type(error).__name__) from error
    finally:
        part.unlink(missing_ok=True)
