"""A sandbox for each test, a client that acts as people, and a bare caller of the Bot API."""

import json
import os
import socket
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, FormData

from sandbox.client import SandboxClient
from sandbox.server import Sandbox
from tests.conftest import FIRST_MOMENT

TOKEN = "123456789:sandbox-token_of-a-bot"
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Caller:
    """Calls the Bot API as any HTTP client does."""

    def __init__(self, session: ClientSession, url: str, token: str = TOKEN) -> None:
        self.session = session
        self.url = url
        self.token = token

    async def raw(self, method: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
        """Give the whole answer of a JSON call."""
        async with self.session.post(f"{self.url}/bot{self.token}/{method}", json=values or {}) as response:
            answer: dict[str, Any] = json.loads(await response.text())
            assert answer["ok"] == (response.status == 200)
            assert answer.get("error_code", 200) == response.status
            return answer

    async def __call__(self, method: str, **values: Any) -> Any:
        """Give the result of a call that must succeed."""
        answer = await self.raw(method, values)
        assert answer["ok"], answer
        return answer["result"]

    async def refused(self, method: str, **values: Any) -> str:
        """Give the description of a call that must be refused, with its code in front."""
        answer = await self.raw(method, values)
        assert not answer["ok"], answer
        return f"{answer['error_code']} {answer['description']}"

    async def upload(
        self, method: str, field: str, name: str, content: bytes, **values: Any
    ) -> dict[str, Any]:
        """Give the whole answer of a multipart call."""
        form = FormData()
        for key, value in values.items():
            form.add_field(key, value if isinstance(value, str) else json.dumps(value))
        form.add_field(field, BytesIO(content), filename=name)
        async with self.session.post(f"{self.url}/bot{self.token}/{method}", data=form) as response:
            answer: dict[str, Any] = json.loads(await response.text())
            return answer


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(token=TOKEN, start=FIRST_MOMENT) as running:
        yield running


@pytest.fixture
async def telegram(sandbox: Sandbox) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(sandbox.url, timeout=5) as client:
        yield client


@pytest.fixture
async def call(sandbox: Sandbox) -> AsyncIterator[Caller]:
    async with ClientSession() as session:
        yield Caller(session, sandbox.url)


@pytest.fixture
async def chat(telegram: SandboxClient) -> int:
    """The chat of somebody who pressed Start."""
    anna = await telegram.person("Анна", key="mentee")
    await anna.start(wait=False)
    return anna.id


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
async def browser() -> AsyncIterator[Any]:
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no browser at {CHROMIUM}")
    async with playwright.async_playwright() as driver:
        running = await driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield running
        await running.close()
