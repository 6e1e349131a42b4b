"""The life of one pair with bot, panel and sandbox as processes of their own."""

import asyncio
import json
import os
import re
import signal
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from installation.supervision import STOP_SECONDS, WORK_SECONDS, Supervisor
from models.engine import Database
from models.jobs import Job, JobStatus
from models.people import Person
from sandbox.client import SandboxClient, wait_for_sandbox
from tests.databases import PostgresServer
from tests.life.conftest import Start
from tests.life.curator import Curator
from tests.life.processes import Command, free_port, is_alive
from tests.life.scenario import Scenario

pytestmark = [pytest.mark.life, pytest.mark.timeout(280)]

SANDBOX_TOKEN = "1:sandbox-of-the-life-test-0123456789"
MANY = 30_000  # people: some seconds of gathering
PASSWORD = "четыре слова для входа"
PERSONAL = re.compile(r"Соколов|Орлов|Анна|Пётр|Игоревн|Андреевич|Как начать урок|inv_")


def addresses(lines: list[str]) -> tuple[str, str, str, str]:
    """Chat page, panel, login and password, read as the person reads them."""
    chat, panel = addresses_of(lines)
    login, password = re.findall(r"имя для входа (\S+), пароль (\S+)", lines[2])[0]
    return chat, panel, login, password


def addresses_of(lines: list[str]) -> tuple[str, str]:
    chat, panel = (re.findall(r"http://\S+", line)[0] for line in lines[:2])
    return chat, panel


@pytest.fixture
def running(start: Start) -> Command:
    """`nastavnik run` without a token, with its three lines said."""
    command = start("run")
    command.wait_said(3)
    return command


@pytest.mark.long
@pytest.mark.requirement("A17")
@pytest.mark.requirement("A41")
@pytest.mark.requirement("A42")
async def test_one_pair_from_the_first_start_to_a_level(
    running: Command, start: Start, tmp_path: Path
) -> None:
    """Stopped and started again, with a bot that dies twice on the way, and nobody's name in the logs."""
    said = addresses(running.said)
    async with SandboxClient(said[0], timeout=30) as telegram, Curator(said[1]) as curator:
        scenario = await Scenario.of_demo(telegram, curator)
        await scenario.join_as_mentee()
        before = await scenario.answer(scenario.mentee, most=3)
        people = [person["key"] for person in await telegram.ask("GET", "/sandbox/people")]
        calls = (await telegram.ask("GET", "/sandbox/config"))["calls"]
    children = running.children()
    assert running.end(signal.SIGTERM) == 0
    assert not [name for name, process in children.items() if is_alive(process)]

    again = start("run")
    assert addresses(again.wait_said(3)) == said, "the same password is said again"
    async with SandboxClient(said[0], timeout=30) as telegram, Curator(said[1]) as curator:
        started = await telegram.ask("GET", f"/sandbox/record?after={calls}&method=getMe")
        assert started, "the bot works before anybody is told the address"
        found = [person["key"] for person in await telegram.ask("GET", "/sandbox/people")]
        assert found == people, "nobody is added twice"
        await curator.sign_in(*said[2:])
        scenario = await Scenario.of_demo(telegram, curator)
        assert (await scenario.mentee.screen()).text == before.text, "the person goes on where they were"
        await live(scenario, again, before.text)

    assert again.end() == 0
    assert len(again.said) == 3
    assert_nothing_personal(tmp_path / "data" / "sandbox" / "logs")
    assert said_once(tmp_path / "data" / "sandbox" / "nastavnik.db")


async def live(scenario: Scenario, running: Command, question: str) -> None:
    """From the middle of the mentee's questionnaire to the score."""
    kill(running, "bot")
    await scenario.mentee.say("/menu", wait=False)  # written while nobody listens
    await scenario.see(scenario.mentee, "ваша роль")
    await scenario.mentee.tap("Продолжить")
    await scenario.see(scenario.mentee, question_of(question))
    await scenario.answer(scenario.mentee)
    await scenario.send(scenario.mentee)
    await scenario.join_as_mentor()
    await scenario.answer(scenario.mentor)
    await scenario.send(scenario.mentor)

    await scenario.propose()
    kill(running, "bot")
    await scenario.confirm()  # the outbox waits for the bot
    await scenario.accept()
    await scenario.plan()
    await scenario.wait_for("Напоминаю о встрече")
    await scenario.wait_for("Она состоялась?")
    await scenario.log()
    await scenario.rate(mentor="8", mentee="3")

    home = await scenario.curator.open("/")
    assert "Низкие оценки 1" in home.text
    assert re.search(r"15 из 18 · [Оо]птимальный", await scenario.score({1: "1", 5: "1", 9: "1"}))


def kill(running: Command, name: str) -> None:
    """As a machine does when memory ends: without a word."""
    os.kill(running.children()[name], signal.SIGKILL)


def question_of(text: str) -> str:
    """A question without the introduction that only its first showing carries."""
    return text.rpartition("·")[2]


def assert_nothing_personal(logs: Path) -> None:
    """Logs carry ids only, and no token (docs/design.md)."""
    files = list(logs.iterdir())
    assert {file.stem for file in files} >= {"run", "bot", "panel", "sandbox"}
    for file in files:
        told = file.read_text(encoding="utf-8")
        assert not PERSONAL.search(told), file.name
        assert "sandbox-" not in told, file.name


def said_once(database: Path) -> bool:
    """Every notice left once; none waits, none was refused."""
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT dedup_key, status FROM outbox").fetchall()
    connection.close()
    assert len(rows) == len({key for key, _ in rows})
    assert {status for _, status in rows} <= {"sent", "skipped"}
    return True


@pytest.mark.long
async def test_only_one_runs_and_it_keeps_its_processes(running: Command, start: Start) -> None:
    second = start("run")
    assert second.wait() == 2
    assert len(second.warned) == 1
    assert str(running.process.pid) in second.warned[0]

    assert await until(lambda: set(running.children()) == {"bot", "panel", "sandbox", "worker"})
    first = running.children()
    os.kill(first["panel"], signal.SIGKILL)
    assert await until(lambda: running.children().get("panel", first["panel"]) != first["panel"])

    alive = running.children()
    os.kill(running.process.pid, signal.SIGKILL)
    running.wait()
    assert await until(lambda: not [name for name, process in alive.items() if is_alive(process)])


async def until(is_so: Callable[[], bool]) -> bool:
    for _ in range(600):
        if is_so():
            return True
        await asyncio.sleep(0.1)
    return False


@pytest.mark.long
async def test_an_export_outlives_its_worker(running: Command, tmp_path: Path) -> None:
    """Killed in the middle of a large table: the next worker goes on, and the file is whole."""
    _, panel, login, password = addresses(running.said)
    path = tmp_path / "data" / "sandbox" / "nastavnik.db"
    school = Database(f"sqlite:///{path}")
    with school.writing() as session:
        (person,) = session.scalars(select(Person).limit(1))
        session.execute(
            insert(Person),
            [
                {
                    "organization_id": person.organization_id,
                    "family_name": f"Участник{number}",
                    "given_name": "Ольга",
                    "created_at": person.created_at,
                }
                for number in range(MANY)
            ],
        )
        count = len(session.scalars(select(Person.id)).all())

    def job() -> Job:
        with school.reading() as session:
            return session.scalars(select(Job).where(Job.kind == "export")).one()

    assert await until(lambda: "worker" in running.children())
    async with Curator(panel) as curator:
        await curator.sign_in(login, password)
        await curator.open("/exports/?what=people")
        assert str(count) in curator.page.text
        await curator.press("Выгрузить", format="json")
        assert await until(lambda: job().progress_done >= MANY // 20)
        kill(running, "worker")
        torn = job()
        assert torn.status is JobStatus.RUNNING, "it was killed in the middle"
        assert torn.progress_done < count
        assert await until(lambda: job().status is JobStatus.DONE)
        assert (job().result or {})["rows"] == count
        assert job().worker is None
        await curator.open("/exports/")
        (address,) = [address for words, address in curator.page.links if words == "Скачать"]
        rows = json.loads(await curator.fetch(address))["rows"]
    school.close()
    assert len({row["person_id"] for row in rows}) == len(rows) == count
    assert running.end() == 0


def test_what_is_stopped_stops_in_time() -> None:
    """All of them within five seconds: the bounds are the supervisor's own."""
    assert WORK_SECONDS < STOP_SECONDS < 5


async def test_a_process_made_while_the_end_is_asked_for_ends_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NASTAVNIK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NASTAVNIK_SANDBOX_PORT", str(free_port()))
    async with asyncio.timeout(20), Supervisor(lambda _line: None) as supervisor:
        supervisor.start("sandbox")
        await asyncio.sleep(0)  # so far that the process is being made
        supervisor.stop()
    started = [child.process for child in supervisor._children if child.process is not None]
    assert not [process.pid for process in started if is_alive(process.pid)]


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[str]:
    if postgres_server.fault:
        pytest.skip(postgres_server.fault)
    with postgres_server.fresh() as url:
        yield url


@pytest.mark.long
async def test_the_same_life_on_postgresql(start: Start, postgres: str, tmp_path: Path) -> None:
    """From an empty database to a rated meeting, the way of a live installation.

    Decision record 4: a sandbox's token keeps even a database of one's own apart from real data.
    """
    port = str(free_port())
    chat = f"http://127.0.0.1:{port}"
    own: dict[str, str] = {"bot_token": SANDBOX_TOKEN, "sandbox_port": port, "database_url": postgres}
    start("sandbox", **own)
    assert start("migrate", **own).wait() == 0
    school = start(
        "organization", "add", "--name", "Школа № 5", "--address", "г. Приозёрск", "--inn", "0000000000",
        **own,
    )  # fmt: skip
    assert school.wait() == 0, school.warned
    running = start("run", **own)
    lines = running.wait_said(3)
    panel, link = addresses_of(lines)[1], re.findall(r"http://\S+", lines[2])[0]
    async with SandboxClient(chat, timeout=30) as telegram, Curator(panel) as curator:
        await curator.open(link)
        await curator.press("Задать пароль", password=PASSWORD, again=PASSWORD)
        await curator.sign_in("curator", PASSWORD)
        scenario = await Scenario.of_own(telegram, curator)
        await scenario.join_as_mentee()
        await scenario.answer(scenario.mentee)
        await scenario.send(scenario.mentee)
        await scenario.join_as_mentor()
        await scenario.answer(scenario.mentor)
        await scenario.send(scenario.mentor)
        await scenario.propose()
        await scenario.confirm()
        await scenario.accept()
        await scenario.plan()
        await scenario.wait_for("Она состоялась?")
        await scenario.log()
        await scenario.rate(mentor="9", mentee="10")
        assert "Низкие оценки" not in (await curator.open("/")).text
    assert running.end() == 0
    assert not (tmp_path / "data" / "sandbox" / "nastavnik.db").exists()


@pytest.mark.parametrize("moment", ["2026-12-31T23:50", "2031-07-15T09:00:00+10:00"])
async def test_a_sandbox_starts_at_the_moment_it_is_told(
    start: Start, settings: dict[str, str], moment: str
) -> None:
    """By its option before its setting; used once, it goes on and says so. Without an offset: in Moscow."""
    meant = datetime.fromisoformat(moment)
    meant = meant if meant.tzinfo else meant.replace(tzinfo=ZoneInfo("Europe/Moscow"))
    latest = meant
    for told, number in ((moment, 1), ("2040-01-01", 2)):
        sandbox = start("sandbox", "--start", told)
        address = f"http://127.0.0.1:{settings['NASTAVNIK_SANDBOX_PORT']}"
        await wait_for_sandbox(address, 60)
        async with SandboxClient(address) as telegram:
            assert latest <= await telegram.now() < latest + timedelta(minutes=2)
            latest = await telegram.skip(days=3)
        assert len(sandbox.wait_said(number)) == number
        assert sandbox.end() == 0
    assert "--start" in sandbox.said[1]
