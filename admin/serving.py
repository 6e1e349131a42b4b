"""Serving the panel with waitress until told to stop."""

import threading
from typing import Any

from waitress.server import create_server

from admin.app import create_panel
from admin.configuration import PanelConfig
from admin.connections import SERVER_LIMITS, limit_connections

THREADS = 6
STOP_WAIT = 1.5  # seconds for requests in hand; the process must end within 2


def serve(
    config: PanelConfig, host: str, port: int, stop: threading.Event, *, trusted_proxy: str = "127.0.0.1"
) -> None:
    """Serve until `stop` is set. Raises OSError when the port is taken, CatalogueMissing, UnknownDatabase."""
    app = create_panel(config)
    sockets: dict[int, Any] = {}
    server = create_server(
        app,
        map=sockets,
        host=host,
        port=port,
        threads=THREADS,
        ident="",
        # the proxy's word on address and scheme is taken; anybody else's is dropped
        trusted_proxy=trusted_proxy if config.is_secure else None,
        trusted_proxy_headers="x-forwarded-for x-forwarded-proto x-forwarded-host"
        if config.is_secure
        else "",
        clear_untrusted_proxy_headers=True,
        **SERVER_LIMITS,
    )
    limit_connections(sockets)
    loop = threading.Thread(target=server.run, name="panel", daemon=True)
    loop.start()
    stop.wait()
    server.close()
    server.task_dispatcher.shutdown(timeout=STOP_WAIT)
    app.extensions["nastavnik_database"].close()
