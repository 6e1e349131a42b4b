"""The panel's server under a flood of unfinished requests: it goes on answering, and nothing piles up."""

import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from admin import connections, serving
from admin.connections import MOST_CONNECTIONS, MOST_WAITING
from tests.conftest import FIRST_MOMENT
from tests.fixed_clock import FixedClock
from tests.life.processes import free_port
from tests.panel.conftest import panel_config

MEGABYTE = 1024 * 1024
ANSWER_SECONDS = 20


class Server:
    """The panel in its real server, in a thread of this process."""

    def __init__(self, database_url: str) -> None:
        self.port = free_port()
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=serving.serve,
            args=(panel_config(database_url, FixedClock(FIRST_MOMENT)), "127.0.0.1", self.port, self._stop),
        )

    def start(self) -> None:
        self._thread.start()
        while True:
            try:
                self.connect().close()
            except OSError:
                assert self._thread.is_alive()
            else:
                return

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_SECONDS)

    def is_alive(self) -> bool:
        address = f"http://127.0.0.1:{self.port}/healthz"
        with urllib.request.urlopen(address, timeout=ANSWER_SECONDS) as answer:
            return bool(answer.read() == b"ok\n")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where waitress would put what it stores."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def server(sqlite_url: str, temporary: Path) -> Iterator[Server]:
    running = Server(sqlite_url)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def open_connections(server: Server) -> Iterator[Callable[[int, bytes], list[socket.socket]]]:
    """Open so many connections and send each the same beginning of a request."""
    with ExitStack() as stack:

        def open_many(count: int, beginning: bytes) -> list[socket.socket]:
            opened = []
            for _ in range(count):
                one = stack.enter_context(server.connect())
                one.sendall(beginning)
                opened.append(one)
            return opened

        yield open_many


ENDED = r"reset|Broken pipe|ended"
Opening = Callable[[int, bytes], list[socket.socket]]
HEADERS = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Half"
BODY = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nlogin="
CHUNKS = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("beginning", [b"", b"G", HEADERS, BODY, CHUNKS + b"5\r\nlog"])
def test_unfinished_requests_stop_no_answer(
    server: Server, open_connections: Opening, beginning: bytes
) -> None:
    first = open_connections(MOST_CONNECTIONS + 40, beginning)[0]
    assert server.is_alive()
    assert first.recv(100) == b"", "the oldest gave its connection to a newer one"


def test_a_request_that_moves_outlives_those_that_are_silent(
    server: Server, open_connections: Opening
) -> None:
    [slow] = open_connections(1, HEADERS)
    open_connections(MOST_CONNECTIONS - 20, HEADERS)
    slow.sendall(b"-Header: 1\r\n")
    open_connections(60, HEADERS)
    slow.sendall(b"\r\n")
    assert slow.recv(100).startswith(b"HTTP/1.1 302")


@pytest.mark.parametrize("beginning", [HEADERS, BODY])
def test_a_slow_request_ends_at_its_time_though_it_moves(
    server: Server, open_connections: Opening, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.3)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.3)
    [slow] = open_connections(1, beginning)
    slow.settimeout(0.05)
    with pytest.raises(OSError, match=ENDED):
        send_slowly(slow)
    assert server.is_alive()


def test_a_body_told_to_be_too_large_is_refused_before_it_is_stored(
    server: Server, open_connections: Opening, temporary: Path
) -> None:
    told = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (400 * MEGABYTE)
    [one] = open_connections(1, told)
    assert one.recv(100).startswith(b"HTTP/1.1 413")
    assert not stored_bytes(temporary)


def test_a_body_in_chunks_ends_at_the_limit(server: Server, open_connections: Opening) -> None:
    [one] = open_connections(1, CHUNKS)
    chunk = b"%x\r\n%s\r\n" % (MEGABYTE, b"x" * MEGABYTE)
    with pytest.raises(OSError, match=ENDED):
        one.sendall(chunk * 400)
    assert server.is_alive()


def test_a_chunk_line_without_an_end_is_not_gathered(server: Server, open_connections: Opening) -> None:
    [one] = open_connections(1, CHUNKS)
    with pytest.raises(OSError, match=ENDED):
        one.sendall(b"1" * 400 * MEGABYTE)
    assert server.is_alive()


def test_unfinished_bodies_together_hold_no_more_than_the_limit(
    server: Server, open_connections: Opening, temporary: Path
) -> None:
    largest = 11 * MEGABYTE
    told = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % largest
    for one in open_connections(8, told):
        one.sendall(b"x" * (largest - 1))
        assert server.is_alive()
        assert 0 < stored_bytes(temporary) <= MOST_WAITING + largest


def send_slowly(one: socket.socket) -> None:
    """A byte now and then, until the server ends it: an OSError."""
    while True:
        one.sendall(b"x")
        try:
            answer = one.recv(100)
        except TimeoutError:
            continue
        if not answer:
            raise ConnectionResetError("ended")


def stored_bytes(folder: Path) -> int:
    """waitress stores bodies in files without a name: they are seen by their open numbers alone."""
    found = 0
    for link in Path("/proc/self/fd").iterdir():
        try:
            if str(link.readlink()).startswith(str(folder)):
                found += link.stat().st_size
        except OSError:  # closed meanwhile
            continue
    return found
