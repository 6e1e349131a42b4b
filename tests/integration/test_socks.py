"""The checks of `run` and `doctor` reach Telegram through a SOCKS proxy, as the bot does."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from installation import checks, faults
from installation.site import complete
from settings import Settings

TOKEN = "123456:" + "A" * 35


class BotApi(BaseHTTPRequestHandler):
    """Knows getMe alone."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"ok": true, "result": {"id": 1, "username": "school_bot"}}')

    def log_message(self, *_: object) -> None:
        pass


class SocksProxy(socketserver.StreamRequestHandler):
    """SOCKS 5 without a password: takes one request, passes it on, and answers."""

    asked: list[str]
    refuses = False
    to: tuple[str, int]

    def handle(self) -> None:
        self.rfile.read(self.rfile.read(2)[1])
        self.wfile.write(b"\x05\x00")
        kind = self.rfile.read(4)[3]
        length = {1: 4, 4: 16}.get(kind) or self.rfile.read(1)[0]
        self.asked.append(self.rfile.read(length).decode("latin-1"))
        self.rfile.read(2)
        self.wfile.write(bytes([5, 5 if self.refuses else 0, 0, 1, 0, 0, 0, 0, 0, 0]))
        if self.refuses:
            return
        with socket.create_connection(self.to) as far:
            far.sendall(self.connection.recv(65536))
            while data := far.recv(65536):
                self.wfile.write(data)


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(tmp_path: Path, *, refuses: bool) -> tuple[dict[str, object], list[str]]:
    asked: list[str] = []
    api = ThreadingHTTPServer(("127.0.0.1", 0), BotApi)
    facts = {"asked": asked, "refuses": refuses, "to": ("127.0.0.1", api.server_port)}
    proxy = socketserver.ThreadingTCPServer(("127.0.0.1", 0), type("Proxy", (SocksProxy,), facts))
    with serving(api), serving(proxy):
        settings = Settings(
            bot_token=TOKEN,
            data_dir=tmp_path,
            telegram_api="http://telegram.test:8088",
            telegram_proxy=f"socks5://127.0.0.1:{proxy.server_address[1]}",
        )
        return checks.check_token(complete(settings)), asked


def test_the_token_is_checked_through_the_proxy(tmp_path: Path) -> None:
    found, asked = ask(tmp_path, refuses=False)
    assert found["username"] == "school_bot"
    assert asked == ["telegram.test"], "the name is looked up by the proxy"


def test_a_proxy_that_refuses_is_told_as_unreachable(tmp_path: Path) -> None:
    with pytest.raises(faults.TelegramUnreachable):
        ask(tmp_path, refuses=True)
