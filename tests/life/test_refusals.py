"""What keeps Nastavnik from starting is said in one clear line with a non-zero exit (issue 2, A.2)."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from models.engine import Database
from sandbox.server import Sandbox
from tests.guards.tree import ROOT, tracked
from tests.life.conftest import Start
from tests.life.processes import START_SECONDS, Command, bare_environment, free_port
from tests.town import SandboxThread

pytestmark = pytest.mark.life

REAL_TOKEN = "4242424242:AAreal-of-tests-0123456789abcdefghij"


@pytest.fixture
def telegram() -> Iterator[str]:
    """The address of a Bot API server that knows REAL_TOKEN."""
    sandbox = SandboxThread(token=REAL_TOKEN)
    yield sandbox.start()
    sandbox.stop()


@pytest.fixture
def occupied() -> Iterator[str]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


def refusal(command: Command) -> str:
    """The one line of a command that ended with exit code 2."""
    assert command.wait() == 2, (command.said, command.warned)
    assert command.said == []
    assert len(command.warned) == 1, command.warned
    assert "Traceback" not in command.warned[0]
    return command.warned[0]


@pytest.mark.parametrize("name", ["panel_port", "sandbox_port"])
def test_an_occupied_port_is_named(start: Start, occupied: str, name: str) -> None:
    line = refusal(start("run", **{name: occupied}))
    assert occupied in line
    assert f"NASTAVNIK_{name.upper()}" in line


def test_a_folder_that_cannot_be_written_is_named(start: Start, tmp_path: Path) -> None:
    """Below a file nobody can make a folder, not even root."""
    (tmp_path / "file").write_text("")
    line = refusal(start("run", data_dir=str(tmp_path / "file" / "data")))
    assert "NASTAVNIK_DATA_DIR" in line
    assert str(tmp_path / "file" / "data") in line


def test_an_unreachable_database_is_named_without_its_password(start: Start, telegram: str) -> None:
    address = f"postgresql://teacher:hush-hush@127.0.0.1:{free_port()}/school"
    line = refusal(start("run", database_url=address, bot_token=REAL_TOKEN, telegram_api=telegram))
    assert "NASTAVNIK_DATABASE_URL" in line
    assert "hush-hush" not in line


def test_a_file_that_is_no_database_is_refused(start: Start, tmp_path: Path) -> None:
    (tmp_path / "data" / "sandbox").mkdir(parents=True)
    (tmp_path / "data" / "sandbox" / "nastavnik.db").write_bytes(b"a letter to the school\n" * 100)
    assert "NASTAVNIK_DATABASE_URL" in refusal(start("run"))


def test_a_bad_token_is_refused_and_not_repeated(start: Start, telegram: str) -> None:
    token = "777000777:AAnot-this-one-0123456789abcdefghijk"
    line = refusal(start("run", bot_token=token, telegram_api=telegram))
    assert "NASTAVNIK_BOT_TOKEN" in line
    assert token.partition(":")[2] not in line


class Telegram(SandboxThread):
    """A Bot API server on a port that another can take over."""

    def __init__(self, token: str, port: int) -> None:
        super().__init__(token=token)
        self._sandbox = Sandbox(token=token, port=port)

    def wait_for_call(self, method: str) -> None:
        """Until the bot has called it; the profile is told when the bot serves."""
        deadline = time.monotonic() + START_SECONDS
        while not self._sandbox.record.find(0, method, 1):
            assert time.monotonic() < deadline, f"no {method} came"
            time.sleep(0.1)


def test_a_token_revoked_later_ends_the_bot(start: Start) -> None:
    """The same address answers 401 from some moment on; the bot says so instead of asking for ever."""
    port = free_port()
    before = Telegram(REAL_TOKEN, port)
    live = {"bot_token": REAL_TOKEN, "telegram_api": before.start()}
    assert start("migrate", **live).wait() == 0
    bot = start("bot", **live)
    before.wait_for_call("setMyCommands")
    before.stop()
    after = Telegram("4242424242:AAafter-it-was-changed-0123456789abc", port)
    after.start()
    assert bot.wait(60) == 2
    after.stop()
    assert "NASTAVNIK_BOT_TOKEN" in bot.warned[-1]
    assert not [line for line in bot.warned if "Traceback" in line]


def test_without_a_token_a_database_of_ones_own_is_refused(start: Start, tmp_path: Path) -> None:
    line = refusal(start("run", database_url=f"sqlite:///{tmp_path / 'own.db'}"))
    assert "NASTAVNIK_BOT_TOKEN" in line
    assert not (tmp_path / "own.db").exists()


def test_a_real_token_never_meets_the_sandboxs_database(start: Start, telegram: str, tmp_path: Path) -> None:
    assert start("migrate").wait() == 0
    sandboxes = f"sqlite:///{tmp_path / 'data' / 'sandbox' / 'nastavnik.db'}"
    live = {"bot_token": REAL_TOKEN, "telegram_api": telegram}
    line = refusal(start("run", database_url=sandboxes, **live))
    assert start("migrate", **live).wait() == 0
    lives = f"sqlite:///{tmp_path / 'data' / 'nastavnik.db'}"
    other = refusal(start("migrate", database_url=lives, bot_token="1:sandbox-0123456789abcdef"))
    assert line != other


def test_a_real_token_keeps_the_systems_clock(start: Start, telegram: str) -> None:
    line = refusal(start("run", bot_token=REAL_TOKEN, telegram_api=telegram, clock=telegram))
    assert "NASTAVNIK_CLOCK" in line


def test_the_panel_is_not_opened_to_everyone(start: Start, telegram: str) -> None:
    line = refusal(start("run", bot_token=REAL_TOKEN, telegram_api=telegram, panel_host="0.0.0.0"))
    assert "NASTAVNIK_PANEL_URL" in line


def test_a_database_of_a_newer_version_is_left_alone(start: Start, tmp_path: Path) -> None:
    assert start("migrate").wait() == 0
    database = Database(f"sqlite:///{tmp_path / 'data' / 'sandbox' / 'nastavnik.db'}")
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'of_the_future'"))
    database.close()
    assert refusal(start("run")) == refusal(start("migrate"))


def test_catalogues_that_are_not_compiled_are_named(tmp_path: Path, settings: dict[str, str]) -> None:
    """In a copy of the tree as a clone brings it: .mo files are not kept in it."""
    copy = tmp_path / "clone"
    for path in tracked():
        if path.suffix in {".py", ".po", ".toml"} and path.parts[0] != "tests":
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, copy / path)
    done = subprocess.run(
        [sys.executable, "nastavnik.py", "run"],
        cwd=copy,
        env=bare_environment() | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "make setup" in done.stderr


def test_wrong_usage_is_one_line(start: Start) -> None:
    assert "nastavnik --help" in refusal(start("fly"))
    assert "NASTAVNIK_PANEL_PORT" in refusal(start("run", panel_port="http"))
    assert "NASTAVNIK_BOT_TOKEN" in refusal(start("run", bot_tokn=REAL_TOKEN))


def test_doctor_says_the_same_and_more(start: Start, telegram: str, occupied: str) -> None:
    ill = start("doctor", "--json", panel_port=occupied, bot_token=f"{REAL_TOKEN}x", telegram_api=telegram)
    assert ill.wait() == 2
    states = {found["name"]: found["state"] for found in json.loads("\n".join(ill.said))}
    assert {name for name, state in states.items() if state == "fault"} >= {"panel port", "telegram"}
    assert states["python"] == states["packages"] == states["catalogues"] == states["programmes"] == "ok"


def test_doctor_finds_a_sound_installation_sound(start: Start, telegram: str) -> None:
    assert start("migrate").wait() == 0
    sound = start("doctor")
    assert sound.wait() == 0, sound.said
    assert len(sound.said) >= 10
    live = start("doctor", bot_token=REAL_TOKEN, telegram_api=telegram)
    assert live.wait() == 0, live.said


def test_a_rules_refusal_is_exit_code_one(start: Start) -> None:
    assert start("migrate").wait() == 0
    unknown = start("curator", "add", "--name", "Ольга", "--organization", "Нет такой")
    assert unknown.wait() == 1
    assert len(unknown.warned) == 1


def test_a_live_installation_is_opened_by_two_commands(start: Start, telegram: str) -> None:
    """Decision record 5: the organisation with its programme, and the first one-time link."""
    live = {"bot_token": REAL_TOKEN, "telegram_api": telegram}
    assert start("migrate", **live).wait() == 0
    named = ("--name", "Школа № 5", "--address", "г. Приозёрск, ул. Лесная, 2")
    wrong = start("organization", "add", *named, "--inn", "12345", **live)
    assert wrong.wait() == 1
    school = start("organization", "add", *named, "--inn", "0000000000", "--json", **live)
    assert school.wait() == 0, school.warned
    facts = json.loads("\n".join(school.said))
    assert facts["pack"] == "target-model"
    assert "/setup/" in facts["account"]["link"]
    curator = start("curator", "add", "--name", "Ольга", "--organization", "школа № 5", "--json", **live)
    assert curator.wait() == 0, curator.warned
    assert json.loads("\n".join(curator.said))["login"] != facts["account"]["login"]
