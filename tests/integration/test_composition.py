"""The composition run without Docker: the same commands, settings and order, as processes."""

import json
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest

from nastavnik import PROBED
from sandbox.client import SandboxClient
from settings import PREFIX
from tests.databases import PostgresServer
from tests.integration.deployed import CADDYFILE, EXAMPLE, SERVICES
from tests.life.processes import Command, Outcome, call, free_port
from tests.running_bot import SandboxThread

pytestmark = pytest.mark.long
TOKEN = "4242424242:AAdeployment-of-tests-0123456789abcdef"
SECRET = "secret-of-the-deployment-test"
HEALTHY_SECONDS = 90.0


@pytest.fixture
def telegram() -> Iterator[str]:
    sandbox = SandboxThread(token=TOKEN)
    yield sandbox.start()
    sandbox.stop()


@pytest.fixture
def empty_database(postgres_server: PostgresServer) -> Iterator[str]:
    """As the container of PostgreSQL makes it: nothing in it."""
    if postgres_server.fault:
        pytest.skip(postgres_server.fault)
    name = f"nastavnik_test_{uuid.uuid4().hex[:12]}"
    postgres_server.execute("CREATE DATABASE {}", name)
    yield postgres_server.address(name)
    postgres_server.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


class Composed:
    """`docker compose up` without Docker: settings of compose.yaml and of a filled-in example."""

    def __init__(self, folder: Path, database_url: str, telegram: str, **filled: str) -> None:
        self.folder = folder
        self.filled = {
            **{name: value or "" for name, value in EXAMPLE.items()},
            "NASTAVNIK_BOT_TOKEN": TOKEN,
            "NASTAVNIK_SECRET_KEY": "k" * 40,
            "NASTAVNIK_TELEGRAM_API": telegram,
            **filled,
        }
        self.here = {  # what is another thing outside containers
            "NASTAVNIK_DATABASE_URL": database_url,
            "NASTAVNIK_DATA_DIR": str(folder / "data"),
            **{f"NASTAVNIK_{name}_PORT": str(free_port()) for name in ("PANEL", "WEBHOOK", "HEALTH")},
        }
        self.started: dict[str, Command] = {}

    def settings(self, service: str) -> dict[str, str]:
        told = {name: value for name, value in self.filled.items() if value and name.startswith(PREFIX)}
        composed = SERVICES[service]["environment"]
        assert set(self.here) <= set(composed), "the same names as in compose.yaml"
        return {**told, **composed, **self.here}

    def port(self, name: str) -> str:
        return self.here[f"NASTAVNIK_{name}_PORT"]

    def start(self, service: str) -> Command:
        command = SERVICES[service]["command"]
        self.started[service] = Command(*command, settings=self.settings(service), folder=self.folder)
        return self.started[service]

    def ask(self, service: str) -> Outcome:
        """Its health check, as Docker runs it."""
        kind, program, *arguments = SERVICES[service]["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "nastavnik")
        return call(*arguments, settings=self.settings(service), folder=self.folder)

    def wait_healthy(self, service: str) -> None:
        deadline = time.monotonic() + HEALTHY_SECONDS
        while (outcome := self.ask(service)).code:
            assert self.started[service].process.poll() is None, self.started[service].warned
            assert time.monotonic() < deadline, (outcome.said, outcome.warned)
            time.sleep(0.3)

    def wait_ill(self, service: str) -> str:
        """What its check says once it finds a fault; an answer is kept for a second."""
        deadline = time.monotonic() + HEALTHY_SECONDS
        while not (outcome := self.ask(service)).code:
            assert time.monotonic() < deadline, outcome.said
            time.sleep(0.3)
        assert outcome.code == 1
        return outcome.said[0]

    def up(self) -> None:
        """In the order that `depends_on` asks for."""
        assert self.start("migrate").wait(HEALTHY_SECONDS) == 0, self.started["migrate"].warned
        for service in PROBED:
            self.start(service)
        for service in PROBED:
            self.wait_healthy(service)


@pytest.fixture
def compose(tmp_path: Path, empty_database: str, telegram: str) -> Iterator[Callable[..., Composed]]:
    made: list[Composed] = []

    def make(**filled: str) -> Composed:
        made.append(Composed(tmp_path, empty_database, telegram, **filled))
        return made[-1]

    yield make
    for composed in made:
        for command in composed.started.values():
            command.end()


async def fetch(address: str, method: str = "GET", **facts: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as client, client.request(method, address, **facts) as answer:
        return answer.status, await answer.text()


@pytest.mark.life
@pytest.mark.timeout(400)
async def test_every_service_comes_up_and_a_stranger_is_answered(
    compose: Callable[..., Composed], telegram: str, postgres_server: PostgresServer
) -> None:
    composed = compose()
    early = composed.start("bot")
    assert early.wait(HEALTHY_SECONDS) == 2, "without a schema nothing starts"
    assert "nastavnik migrate" in early.warned[-1]
    composed.up()
    async with SandboxClient(telegram, timeout=30) as running:
        vera = await running.person("Вера")
        await vera.start()
        assert (await vera.screen()).text
    panel = f"http://127.0.0.1:{composed.port('PANEL')}"
    assert await fetch(f"{panel}/healthz") == (200, "ok\n")
    assert await fetch(f"{panel}/readyz", headers={"Host": "10.0.0.7"}) == (200, "database: ok\n")
    status, _ = await fetch(f"{panel}/login", headers={"Host": "elsewhere.example"})
    assert status == 400
    assert (await fetch(f"http://127.0.0.1:{composed.port('HEALTH')}/readyz"))[
        1
    ] == "database: ok\ntelegram: ok\n"

    database = composed.here["NASTAVNIK_DATABASE_URL"].rpartition("/")[2]
    postgres_server.execute("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", database)
    end_sessions(postgres_server, database)
    try:
        assert composed.wait_ill("bot").startswith("bot: database: no answer")
        assert composed.wait_ill("panel") == "panel: database: no answer"
        assert await fetch(f"{panel}/healthz") == (200, "ok\n")
    finally:
        postgres_server.execute("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", database)
    for service in PROBED:
        composed.wait_healthy(service)
    assert [command.end() for command in (composed.started[name] for name in PROBED)] == [0, 0, 0]


def end_sessions(server: PostgresServer, database: str) -> None:
    with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
        )


@pytest.mark.life
@pytest.mark.timeout(400)
async def test_the_webhook_is_reached_through_the_proxy_only_on_its_path(
    compose: Callable[..., Composed], telegram: str, tmp_path: Path
) -> None:
    composed = compose(
        NASTAVNIK_UPDATES="webhook",
        NASTAVNIK_WEBHOOK_URL="https://nastavnik.example/telegram",
        NASTAVNIK_WEBHOOK_SECRET=SECRET,
    )
    composed.up()
    bot = f"http://127.0.0.1:{composed.port('WEBHOOK')}"
    told = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    assert (await fetch(f"{bot}/telegram", "POST", json={"update_id": 7}))[0] == 403
    assert (await fetch(f"{bot}/telegram", "POST", json={"update_id": 7}, headers=told))[0] == 200
    status, said = await fetch(f"{telegram}/bot{TOKEN}/getWebhookInfo")
    assert json.loads(said)["result"]["url"] == composed.filled["NASTAVNIK_WEBHOOK_URL"]
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("the bot was asked; no caddy here to ask the proxy")
    with proxy(caddy, composed, tmp_path) as public:
        host = {"Host": "nastavnik.example"}
        await answered(f"{public}/healthz", headers=host)
        assert await fetch(f"{public}/healthz", headers=host) == (200, "ok\n")
        assert (await fetch(f"{public}/readyz", headers=host))[0] == 404
        assert (await fetch(f"{public}/telegram", "POST", json={}, headers=host))[0] == 403
        assert (await fetch(f"{public}/telegram", "POST", json={"update_id": 8}, headers=host | told))[
            0
        ] == 200
        status, page = await fetch(f"{public}/", headers=host)
        assert (status, 'name="password"' in page) == (200, True)


@contextmanager
def proxy(caddy: str, composed: Composed, folder: Path) -> Iterator[str]:
    """Caddy with our file; only the certificate is left out, which nobody gives a test."""
    port = free_port()
    ours = CADDYFILE.replace("\tservers {", "\tadmin off\n\tservers {", 1)
    (folder / "Caddyfile").write_text(ours, encoding="utf-8")
    environment = {
        **os.environ,
        "NASTAVNIK_PANEL_URL": f"http://:{port}",
        "PANEL": f"127.0.0.1:{composed.port('PANEL')}",
        "WEBHOOK": f"127.0.0.1:{composed.port('WEBHOOK')}",
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    with (folder / "caddy.log").open("w") as log:
        running = subprocess.Popen(
            [caddy, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(10)


async def answered(address: str, **facts: Any) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            await fetch(address, **facts)
        except aiohttp.ClientError:
            assert time.monotonic() < deadline, "the proxy does not answer"
            time.sleep(0.1)  # noqa: ASYNC251  # nothing else goes on in this loop
        else:
            return
