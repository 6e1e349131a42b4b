"""Containers and units, kept honest without Docker: the same commands, settings and order, as processes."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
from dotenv import dotenv_values

from admin import connections
from admin.safety import UPLOADS
from bot import serving
from nastavnik import PROBED
from sandbox.client import SandboxClient
from settings import PREFIX, names
from tests.databases import PostgresServer
from tests.guards.tree import ROOT, tracked
from tests.integration.yaml_subset import read_yaml
from tests.life.processes import Command, Outcome, call, free_port
from tests.running_bot import SandboxThread

pytestmark = pytest.mark.long
COMPOSE: dict[str, Any] = read_yaml(ROOT / "compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", *PROBED)
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
EXAMPLE = dotenv_values(ROOT / "deploy" / "compose.env.example")
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
TOKEN = "4242424242:AAdeployment-of-tests-0123456789abcdef"
SECRET = "secret-of-the-deployment-test"
HEALTHY_SECONDS = 90.0


def instructions(word: str) -> list[str]:
    return re.findall(rf"^{word} +(.*)$", DOCKERFILE, re.MULTILINE)


class TestImage:
    def test_it_runs_nobody_as_root_and_speaks_for_itself(self) -> None:
        final = DOCKERFILE.rpartition("\nFROM ")[2]
        assert re.search(r"^USER nastavnik$", final, re.MULTILINE)
        assert json.loads(instructions("ENTRYPOINT")[0]) == ["nastavnik"]
        assert "HEALTHCHECK" in final
        assert all(":" in image.split()[0] for image in instructions("FROM")), "every base bears a tag"

    def test_it_is_made_of_locked_packages_only(self) -> None:
        installs = re.findall(r"pip install ([^&\n]+)", DOCKERFILE)
        assert [line for line in installs if "--require-hashes" in line or "--no-deps" in line] == installs
        assert [re.findall(r"(?<= -r )\S+", line) for line in installs] == [["requirements.lock"], []]
        lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
        found = set(re.findall(r"^([a-z0-9.-]+)", lock, re.MULTILINE))
        assert {"greenlet", "werkzeug", "pydantic-core", "setuptools"} <= found
        assert not found & {"pytest", "coverage", "mypy", "ruff", "playwright", "hypothesis", "uv"}

    def test_the_catalogues_are_compiled_by_its_own_command(self, tmp_path: Path) -> None:
        sources = shutil.ignore_patterns("*.mo")
        shutil.copytree(ROOT / "locales", tmp_path / "locales", ignore=sources)
        command = re.search(r"pybabel [^&\n]+", DOCKERFILE)
        assert command is not None
        tool = Path(sys.executable).with_name("pybabel")
        subprocess.run([tool, *shlex.split(command[0])[1:]], cwd=tmp_path, check=True)
        assert len(list(tmp_path.rglob("*.mo"))) == 2

    def test_what_runs_goes_in_and_nothing_else(self) -> None:
        lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        let_in = {line[1:] for line in lines if line.startswith("!")}
        assert "**" in lines
        assert all((ROOT / name).exists() for name in let_in)
        packages = {str(path.parts[0]) for path in tracked() if path.name == "__init__.py"}
        assert packages - {"tests", "bench"} <= let_in
        assert not let_in & {".env", "data", ".git", "tests"}

    def test_the_tools_of_backups_are_the_servers_own(self) -> None:
        server = re.fullmatch(r"postgres:(\d+)-(\w+)", SERVICES["database"]["image"])
        assert server is not None
        assert f"postgresql-client-{server[1]}" in DOCKERFILE
        assert all(f"-{server[2]}" in image for image in instructions("FROM"))


class TestComposition:
    @pytest.mark.parametrize("name", OURS)
    def test_the_root_is_closed_and_powers_are_dropped(self, name: str) -> None:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "ports" not in service, "only the proxy is reached from outside"

    @pytest.mark.parametrize("name", PROBED)
    def test_each_process_waits_for_the_schema_is_asked_and_comes_back(self, name: str) -> None:
        service = SERVICES[name]
        assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert SERVICES["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"] == ["CMD", "nastavnik", "health", name]

    @pytest.mark.parametrize("name", sorted(SERVICES))
    def test_none_takes_the_machine_from_the_others(self, name: str) -> None:
        service = SERVICES[name]
        assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
        assert service["pids_limit"] > 0
        assert all("size=" in folder for folder in service.get("tmpfs", []))

    def test_the_proxy_refuses_what_the_servers_refuse(self) -> None:
        sizes = [int(size) * 1024 * 1024 for size in re.findall(r"max_size (\d+)MB", CADDYFILE)]
        assert sizes == [connections.MOST_BODY, serving.MOST_BODY]
        assert f"read_header {connections.HEADER_SECONDS:.0f}s" in CADDYFILE
        assert f"read_body {connections.BODY_SECONDS:.0f}s" in CADDYFILE
        kept = re.search(r"keepalive (\d+)s", CADDYFILE)
        assert kept is not None
        assert int(kept[1]) < connections.SILENT_SECONDS
        assert max(UPLOADS.values()) < connections.MOST_BODY

    def test_no_secret_has_a_default(self) -> None:
        text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
        variables = re.findall(r"\$\{(\w+)([^}]*)\}", text)
        assert {name for name, _ in variables} <= set(EXAMPLE)
        assert all(rest.startswith(":?") for _, rest in variables)
        secrets = (
            "POSTGRES_PASSWORD",
            "NASTAVNIK_BOT_TOKEN",
            "NASTAVNIK_SECRET_KEY",
            "NASTAVNIK_WEBHOOK_SECRET",
        )
        assert [EXAMPLE[name] for name in secrets] == [""] * len(secrets)

    def test_every_name_is_a_setting(self) -> None:
        told = {name for service in OURS for name in SERVICES[service]["environment"]} | set(EXAMPLE)
        assert {name for name in told if name.startswith(PREFIX)} <= set(names())

    def test_volumes_and_networks_are_declared(self) -> None:
        used = {name.partition(":")[0] for one in SERVICES.values() for name in one.get("volumes", [])}
        assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])
        assert {name for one in SERVICES.values() for name in one["networks"]} == set(COMPOSE["networks"])

    def test_the_proxy_leads_to_the_real_ports_and_paths(self) -> None:
        upstreams = SERVICES["proxy"]["environment"]
        settings = SERVICES["bot"]["environment"]
        assert upstreams["PANEL"] == f"panel:{settings['NASTAVNIK_PANEL_PORT']}"
        assert upstreams["WEBHOOK"] == f"bot:{settings['NASTAVNIK_WEBHOOK_PORT']}"
        defaults = dotenv_values(ROOT / ".env.example")
        host, port = defaults["NASTAVNIK_PANEL_HOST"], defaults["NASTAVNIK_PANEL_PORT"]
        assert f"reverse_proxy {{$PANEL:{host}:{port}}}" in CADDYFILE
        host, port = defaults["NASTAVNIK_WEBHOOK_HOST"], defaults["NASTAVNIK_WEBHOOK_PORT"]
        assert f"reverse_proxy {{$WEBHOOK:{host}:{port}}}" in CADDYFILE
        assert re.findall(r"handle (/\w+)", CADDYFILE) == ["/telegram", "/readyz"]


class TestUnits:
    @pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
    def test_a_unit_starts_what_exists_and_ends_at_what_wants_a_person(self, unit: Path) -> None:
        lines = unit.read_text(encoding="utf-8").splitlines()
        command = next(line for line in lines if line.startswith("ExecStart="))
        name = unit.stem.removeprefix("nastavnik-")
        assert name in PROBED
        assert shlex.split(command)[1:] == [name, "--supervised"]
        wanted = {
            "Restart=on-failure",
            "RestartPreventExitStatus=2",
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
        }
        assert wanted <= set(lines)
        assert {"MemoryMax", "TasksMax"} <= {line.partition("=")[0] for line in lines}

    def test_systemd_finds_no_fault(self, tmp_path: Path) -> None:
        tool = shutil.which("systemd-analyze")
        if tool is None:
            pytest.skip("no systemd-analyze here")
        for unit in UNITS:
            text = unit.read_text(encoding="utf-8")
            program = re.search(r"^ExecStart=(\S+)", text, re.MULTILINE)
            assert program is not None
            (tmp_path / unit.name).write_text(text.replace(program[1], sys.executable), encoding="utf-8")
        units = [str(tmp_path / unit.name) for unit in UNITS]
        checked = subprocess.run(
            [tool, "verify", "--man=no", *units], check=False, capture_output=True, text=True
        )
        assert (checked.returncode, checked.stderr) == (0, "")
        for unit_path in units:
            weighed = subprocess.run(
                [tool, "security", "--offline=true", "--threshold=25", "--no-pager", unit_path],
                check=False, capture_output=True, text=True,
            )  # fmt: skip
            assert weighed.returncode == 0, weighed.stdout[-200:]


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
