"""What a client of the panel may hold without having sent a whole request: connections, time and bytes.

Alone, waitress stops accepting at its limit and keeps a half-sent request for as long as a byte comes now and
then: a hundred of them, and not even /healthz is answered (docs/decisions/0018-limits-before-the-server.md).
Here the one that has been silent longest gives its connection to the next client, and a slow request ends at
its time.
"""

import socket
import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer

MOST_CONNECTIONS = 400
MOST_BODY = 12 * 1024 * 1024  # bytes of a request; the largest form sends a scan of 10 MB
MOST_HEADERS = 32 * 1024  # bytes
MOST_WAITING = 48 * 1024 * 1024  # bytes of all bodies that are not complete; /tmp of a container has 64 MB
MOST_CHUNK_LINE = 1024  # bytes: waitress itself would gather it up to a whole body
HEADER_SECONDS = 10.0
BODY_SECONDS = 120.0  # a scan over a line of 100 kB/s
SILENT_SECONDS = 30  # without a byte either way; longer than the proxy keeps an unused connection

SERVER_LIMITS: dict[str, Any] = {
    "connection_limit": 2
    * MOST_CONNECTIONS,  # never reached by clients that wait: LimitedChannel ends them before
    "max_request_body_size": MOST_BODY,
    "max_request_header_size": MOST_HEADERS,
    "channel_timeout": SILENT_SECONDS,
    "cleanup_interval": 5,  # seconds between looks at the silent ones
    "recv_bytes": 64 * 1024,
    "asyncore_use_poll": True,  # select() fails from 1,024 open files on
}


class LimitedChannel(HTTPChannel):
    """A connection that is closed when it is overdue, or when a newer one needs what it holds."""

    def __init__(self, server: BaseWSGIServer, sock: socket.socket, *rest: Any, **more: Any) -> None:
        _make_space(server)
        self._began = time.monotonic()
        self._is_given_up = False
        self.request: HTTPRequestParser | None = None
        super().__init__(server, sock, *rest, **more)

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self._began = time.monotonic()
        is_taken = bool(super().received(data))
        if self.request is not None and self.waiting_bytes:
            self._hold_bodies(self.request.body_rcv)
        return is_taken

    def readable(self) -> bool:
        """Asked of every connection in every turn of waitress's loop."""
        if not self.requests and (self.will_close or self._is_given_up or self._is_overdue()):
            self._end()
            return False
        return bool(super().readable())

    def give_up(self) -> None:
        """Close it in the next turn: the loop may still use its number in this one."""
        self._is_given_up = True

    @property
    def is_waiting(self) -> bool:
        """Nothing of it is at work: it is silent, or its request is not complete."""
        return not self.requests and not self._is_given_up

    @property
    def waiting_bytes(self) -> int:
        return int(self.request.body_bytes_received) if self.request is not None else 0

    def _is_overdue(self) -> bool:
        if self.request is None:
            return False
        patience = BODY_SECONDS if self.request.headers_finished else HEADER_SECONDS
        return time.monotonic() - self._began > patience

    def _hold_bodies(self, receiver: Any) -> None:
        lines = (getattr(receiver, name, b"") for name in ("control_line", "trailer"))  # of a body in chunks
        if max(map(len, lines)) > MOST_CHUNK_LINE:
            self.give_up()
            return
        sending = [one for one in _waiting_ones(self.server) if one.waiting_bytes]
        held = sum(one.waiting_bytes for one in sending)
        for one in sending:
            if held <= MOST_WAITING:
                return
            held -= one.waiting_bytes
            one.give_up()

    def handle_close(self) -> None:
        if self.request is not None:
            self.request.close()
            self.request = None
        super().handle_close()

    def _end(self) -> None:
        self.handle_close()
        # so that the loop, which has just asked, does not ask for its closed socket
        self.will_close = self.close_when_flushed = False


def _waiting_ones(server: BaseWSGIServer) -> list[LimitedChannel]:
    """Those that have been silent longest come first."""
    waiting = [one for one in server.active_channels.values() if one.is_waiting]
    return sorted(waiting, key=lambda one: float(one.last_activity))


def _make_space(server: BaseWSGIServer) -> None:
    if len(server.active_channels) < MOST_CONNECTIONS:
        return
    waiting = _waiting_ones(server)
    if waiting:
        waiting[0].give_up()


def limit_connections(servers: dict[int, Any]) -> None:
    """Make every listening server of waitress's map use limited connections."""
    for one in servers.values():
        if isinstance(one, BaseWSGIServer):
            one.channel_class = LimitedChannel
