"""urllib through a SOCKS proxy, by the package that the bot's own calls go through."""

import http.client
import socket
import ssl
import urllib.request
from functools import partial
from typing import Any

from python_socks import ProxyError
from python_socks.sync import Proxy


class SocksHandler(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens http and https addresses through one proxy; what the proxy refuses is an OSError."""

    def __init__(self, proxy: str) -> None:
        urllib.request.HTTPSHandler.__init__(self)
        self._proxy = proxy

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Plain, proxy=self._proxy), req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Encrypted, proxy=self._proxy), req)


class _Plain(http.client.HTTPConnection):
    def __init__(self, *place: Any, proxy: str, **facts: Any) -> None:
        super().__init__(*place, **facts)
        self._proxy = proxy

    def connect(self) -> None:
        self.sock = _connect(self._proxy, self.host, self.port, self.timeout)


class _Encrypted(http.client.HTTPSConnection):
    def __init__(self, *place: Any, proxy: str, **facts: Any) -> None:
        super().__init__(*place, **facts)
        self._proxy = proxy

    def connect(self) -> None:
        way = _connect(self._proxy, self.host, self.port, self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(way, server_hostname=self.host)


def _connect(proxy: str, host: str, port: int, timeout: float | None) -> socket.socket:
    try:
        return Proxy.from_url(proxy, rdns=True).connect(host, port, timeout=timeout)
    except ProxyError as error:
        raise OSError(str(error)) from error
