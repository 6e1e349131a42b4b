"""What keeps a browser safe: CSP, cookies, CSRF, throttling, and pages that no cache keeps."""

import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, g, render_template, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from admin.configuration import PanelConfig
from admin.numbers import RecordNumber
from admin.probes import PROBES
from admin.repeats import MarkedCSRF
from models.storable import NUL

SESSION_LIFE = timedelta(hours=8)
SIGN_IN_LIMIT = "20 per minute; 200 per hour"  # an address; services.accounts delays each account as well
LINK_LIMIT = "60 per minute; 600 per hour"  # an address, at the pages that a one-time link opens
FORM_LIMIT = 512 * 1024  # bytes of a form without a file
UPLOADS: dict[str, int] = {
    "consents.register": 11 * 1024 * 1024,
    "document_templates.template": 6 * 1024 * 1024,
    "documents.order": 11 * 1024 * 1024,
    "documents.scan": 11 * 1024 * 1024,
    "documents.sign": 11 * 1024 * 1024,
    "privacy.agreement": 11 * 1024 * 1024,
    "imports.upload": 6 * 1024 * 1024,
    "roadmap.finish": 11 * 1024 * 1024,
    "roadmap.prove": 11 * 1024 * 1024,
}
"""Forms that send a file, with their own limit in bytes; the service behind them judges the content."""

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # an SVG styles itself; nothing else may

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

limiter = Limiter(
    get_remote_address,
    storage_uri="memory://",  # one process serves the panel; a restart forgives
    headers_enabled=False,
)


def secure(app: Flask, config: PanelConfig) -> None:
    app.url_map.converters["int"] = RecordNumber
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="__Host-nastavnik" if config.is_secure else "nastavnik",
        SESSION_COOKIE_SECURE=config.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LIFE,
        MAX_CONTENT_LENGTH=FORM_LIMIT,
        MAX_FORM_PARTS=500,
        WTF_CSRF_TIME_LIMIT=None,  # lives as long as the session: a form may stay open over lunch
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=1),
    )

    @app.before_request
    def _allow_upload() -> None:  # before anything reads the form
        request.max_content_length = UPLOADS.get(request.endpoint or "", FORM_LIMIT)

    @app.before_request
    def _storable() -> tuple[str, int] | None:
        """A NUL character is typed by nobody, and PostgreSQL keeps none."""
        if NUL in request.path:
            return refusal(404)
        told = (*request.args.items(multi=True), *request.form.items(multi=True))
        return refusal(422) if any(NUL in name or NUL in value for name, value in told) else None

    MarkedCSRF().init_app(app)
    limiter.init_app(app)
    hosts = LOOPBACK | {urlsplit(config.panel_url).hostname} if config.panel_url else frozenset()

    @app.before_request
    def _known_host() -> Response | None:
        """A Host header that is not ours could turn up in links and redirects."""
        if hosts and request.endpoint not in PROBES and urlsplit(f"//{request.host}").hostname not in hosts:
            return Response("Unknown host.\n", status=400, mimetype="text/plain")
        return None

    @app.after_request
    def _headers(response: Response) -> Response:
        is_drawing = response.mimetype == "image/svg+xml"
        policy = DRAWING_POLICY if is_drawing else POLICY.format(nonce=nonce())
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()"
        if config.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint not in {"static", "home.static"}:
            response.headers["Cache-Control"] = "no-store"
        return response


def nonce() -> str:
    """The nonce of this answer's own scripts."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def refusal(status: int) -> tuple[str, int]:
    """A page that says why not, and the way back."""
    return render_template("panel/refusal.html", status=status), status
