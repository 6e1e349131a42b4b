"""The life of one pair with bot, panel and sandbox as processes of their own (issue 2)."""

import os
import re
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from installation.supervision import STOP_SECONDS, WORK_SECONDS
from sandbox.client import SandboxClient
from tests.conftest import PostgresServer
from tests.life.conftest import Start
from tests.life.curator import Curator
from tests.life.processes import Command, free_port, is_alive
from tests.life.walk import MENTEE, MENTOR, Walk

pytestmark = [pytest.mark.life, pytest.mark.timeout(280)]

SANDBOX_TOKEN = "1:sandbox-of-the-life-test-0123456789"
PERSONAL = re.compile(r"Соколов|Орлов|Анна|Пётр|Игоревн|Андреевич|Как начать урок|inv_")


def addresses(lines: list[str]) -> tuple[str, str, str, str]:
    """Chat page, panel, login and password, read as the person reads them."""
    chat, panel = (re.findall(r"http://\S+", line)[0] for line in lines[:2])
    login, password = re.findall(r"логин (\S+), пароль (\S+)", lines[2])[0]
    return chat, panel, login, password


@pytest.fixture
def running(start: Start) -> Command:
    """`nastavnik run` without a token, with its three lines said."""
    command = start("run")
    command.wait_said(3)
    return command


@pytest_asyncio.fixture
async def walk(running: Command) -> AsyncIterator[Walk]:
    chat, panel, login, password = addresses(running.said)
    async with SandboxClient(chat, timeout=30) as telegram, Curator(panel) as curator:
        await curator.sign_in(login, password)
        yield await Walk.begin(telegram, curator)


@pytest.mark.requirement("A17")
@pytest.mark.requirement("A41")
@pytest.mark.requirement("A42")
async def test_one_pair_from_the_first_start_to_a_level(running: Command, walk: Walk, tmp_path: Path) -> None:
    """With a bot that dies twice on the way, and nobody's name in the logs."""
    await walk.join(walk.mentee, "mentee", MENTEE)
    before = await walk.answer(walk.mentee, most=3)
    kill(running, "bot")
    await walk.mentee.say("/menu", wait=False)  # written while nobody listens
    await walk.see(walk.mentee, "ваша роль")
    await walk.mentee.tap("Продолжить")
    await walk.see(walk.mentee, question_of(before.text))
    await walk.answer(walk.mentee)
    await walk.send(walk.mentee)
    await walk.join(walk.mentor, "mentor_1", MENTOR)
    await walk.answer(walk.mentor)
    await walk.send(walk.mentor)

    await walk.propose()
    kill(running, "bot")
    await walk.confirm()  # the outbox waits for the bot
    await walk.accept()
    await walk.plan()
    await walk.wait_for("Напоминаю о встрече")
    await walk.wait_for("Она состоялась?")
    await walk.log()
    await walk.rate(mentor="8", mentee="3")

    home = await walk.curator.open("/")
    assert "Низкие оценки 1" in home.text
    assert "18" in await walk.score()

    assert running.end() == 0
    assert_nothing_personal(tmp_path / "data" / "sandbox" / "logs")
    assert said_once(tmp_path / "data" / "sandbox" / "nastavnik.db")


def kill(running: Command, name: str) -> None:
    """As a machine does when memory ends: without a word."""
    os.kill(running.children()[name], signal.SIGKILL)


def question_of(text: str) -> str:
    """A question without the introduction that only its first showing carries."""
    return text.rpartition("·")[2]


def assert_nothing_personal(logs: Path) -> None:
    """Logs carry ids only, and no token (house rule)."""
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


async def test_a_second_start_is_refused_and_the_first_goes_on(running: Command, start: Start) -> None:
    second = start("run")
    assert second.wait() == 2
    assert len(second.warned) == 1
    assert str(running.process.pid) in second.warned[0]
    assert running.process.poll() is None
    async with Curator(addresses(running.said)[1]) as curator:
        assert "Войти" in curator.page.text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_all_stop_together(running: Command, number: signal.Signals) -> None:
    """The bounds that keep it under five seconds are the supervisor's own."""
    assert WORK_SECONDS < STOP_SECONDS < 5
    children = running.children()
    assert set(children) == {"bot", "panel", "sandbox"}
    assert running.end(number) == 0
    assert not [name for name, process in children.items() if is_alive(process)]
    assert not running.warned


def test_nothing_is_left_when_the_parent_is_killed(running: Command) -> None:
    children = running.children()
    os.kill(running.process.pid, signal.SIGKILL)
    running.wait()
    for _ in range(200):
        alive = [name for name, process in children.items() if is_alive(process)]
        if not alive:
            break
        signal.sigtimedwait([], 0.05)
    assert not alive


def test_a_dead_panel_starts_again(running: Command) -> None:
    first = running.children()["panel"]
    os.kill(first, signal.SIGKILL)
    for _ in range(400):
        if running.children().get("panel", first) != first:
            break
        signal.sigtimedwait([], 0.05)
    assert running.children()["panel"] != first


async def test_a_later_start_finds_everything_as_it_was(running: Command, start: Start) -> None:
    """The same password is said again; the person goes on where they were; nobody is added twice."""
    chat, panel, login, password = addresses(running.said)
    async with SandboxClient(chat, timeout=30) as telegram, Curator(panel) as curator:
        walk = await Walk.begin(telegram, curator)
        await walk.join(walk.mentee, "mentee", MENTEE)
        asked = await walk.answer(walk.mentee, most=2)
        people = await telegram.ask("GET", "/sandbox/people")
    assert running.end() == 0
    again = start("run")
    assert addresses(again.wait_said(3)) == (chat, panel, login, password)
    async with SandboxClient(chat, timeout=30) as telegram, Curator(panel) as curator:
        assert [p["key"] for p in await telegram.ask("GET", "/sandbox/people")] == [p["key"] for p in people]
        walk = await Walk.begin(telegram, curator)
        assert (await walk.mentee.screen()).text == asked.text
        await walk.answer(walk.mentee, most=1)
        await curator.sign_in(login, password)
        assert "Выйти" in curator.page.text


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[str]:
    if postgres_server.fault:
        pytest.skip(postgres_server.fault)
    with postgres_server.fresh() as url:
        yield url


async def test_the_same_life_on_postgresql(start: Start, postgres: str) -> None:
    """Decision record 4: a sandbox's token keeps even a database of one's own apart from real data."""
    port = str(free_port())
    sandbox = {"bot_token": SANDBOX_TOKEN, "sandbox_port": port, "telegram_api": f"http://127.0.0.1:{port}"}
    start("sandbox", **sandbox)
    school = start(
        "organization", "add", "--name", "Школа № 5", "--address", "г. Приозёрск", "--inn", "0000000000",
        database_url=postgres, **sandbox,
    )  # fmt: skip
    assert school.wait() == 0, school.warned
    running = start("run", database_url=postgres, **sandbox)
    lines = running.wait_said(2)
    assert lines
