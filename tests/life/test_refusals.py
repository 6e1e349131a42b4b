"""What keeps Nastavnik from starting is said in one clear line with a non-zero exit."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from installation import checks, doctor, outside
from installation.doctor import Doctor, Finding, State, examine
from installation.site import Site, complete
from models.engine import Database
from notices.language import load_translators
from sandbox.server import Sandbox
from settings import Settings
from tests.conftest import FIRST_MOMENT
from tests.guards.tree import ROOT, tracked
from tests.life.conftest import Say, Start
from tests.life.processes import START_SECONDS, Outcome, bare_environment, free_port
from tests.running_bot import SandboxThread

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


def refusal(outcome: Outcome) -> str:
    """The one line of a command that ended with exit code 2."""
    assert outcome.code == 2, (outcome.said, outcome.warned)
    assert outcome.said == []
    assert len(outcome.warned) == 1, outcome.warned
    return outcome.warned[0]


@pytest.mark.parametrize("name", ["panel_port", "sandbox_port"])
def test_an_occupied_port_is_named(say: Say, occupied: str, name: str) -> None:
    line = refusal(say("run", **{name: occupied}))
    assert occupied in line
    assert f"NASTAVNIK_{name.upper()}" in line


def test_a_folder_that_cannot_be_written_is_named(say: Say, tmp_path: Path) -> None:
    """Below a file nobody can make a folder, not even root."""
    (tmp_path / "file").write_text("")
    line = refusal(say("run", data_dir=str(tmp_path / "file" / "data")))
    assert "NASTAVNIK_DATA_DIR" in line
    assert str(tmp_path / "file" / "data") in line


def test_an_unreachable_database_is_named_without_its_password(say: Say, telegram: str) -> None:
    address = f"postgresql://teacher:hush-hush@127.0.0.1:{free_port()}/school"
    line = refusal(say("run", database_url=address, bot_token=REAL_TOKEN, telegram_api=telegram))
    assert "NASTAVNIK_DATABASE_URL" in line
    assert "hush-hush" not in line


def test_a_file_that_is_no_database_is_refused(say: Say, tmp_path: Path) -> None:
    (tmp_path / "data" / "sandbox").mkdir(parents=True)
    (tmp_path / "data" / "sandbox" / "nastavnik.db").write_bytes(b"a letter to the school\n" * 100)
    assert "NASTAVNIK_DATABASE_URL" in refusal(say("run"))


def test_a_bad_token_is_refused_and_not_repeated(say: Say, telegram: str) -> None:
    token = "777000777:AAnot-this-one-0123456789abcdefghijk"
    line = refusal(say("run", bot_token=token, telegram_api=telegram))
    assert "NASTAVNIK_BOT_TOKEN" in line
    assert token.partition(":")[2] not in line


class Telegram(SandboxThread):
    """A Bot API server on a port that another can take over."""

    def __init__(self, token: str, port: int) -> None:
        super().__init__(token=token)
        self._sandbox = Sandbox(token=token, port=port, start=FIRST_MOMENT)

    def wait_for_call(self, method: str) -> None:
        """Until the bot has called it; the profile is told when the bot serves."""
        deadline = time.monotonic() + START_SECONDS
        while not self._sandbox.record.find(0, method, 1):
            assert time.monotonic() < deadline, f"no {method} came"
            time.sleep(0.1)


@pytest.mark.long
def test_a_token_revoked_later_ends_the_bot(start: Start, say: Say) -> None:
    """The same address answers 401 from some moment on; the bot says so instead of asking for ever."""
    port = free_port()
    before = Telegram(REAL_TOKEN, port)
    live = {"bot_token": REAL_TOKEN, "telegram_api": before.start()}
    assert say("migrate", **live).code == 0
    bot = start("bot", **live)
    before.wait_for_call("setMyCommands")
    before.stop()
    after = Telegram("4242424242:AAafter-it-was-changed-0123456789abc", port)
    after.start()
    assert bot.wait(60) == 2
    after.stop()
    assert "NASTAVNIK_BOT_TOKEN" in bot.warned[-1]
    assert not [line for line in bot.warned if "Traceback" in line]


@pytest.mark.long
def test_a_line_that_is_down_is_waited_for(start: Start) -> None:
    """A school's network may be away when its machine starts: said once, and the panel works meanwhile."""
    running = start("run", bot_token=REAL_TOKEN, telegram_api=f"http://127.0.0.1:{free_port()}")
    assert len(running.wait_said(3)) == 3
    assert "Telegram" in running.warned[0]
    assert set(running.children()) - {"worker"} == {"bot", "panel"}
    assert running.end() == 0


def test_without_a_token_a_database_of_ones_own_is_refused(say: Say, tmp_path: Path) -> None:
    line = refusal(say("run", database_url=f"sqlite:///{tmp_path / 'own.db'}"))
    assert "NASTAVNIK_BOT_TOKEN" in line
    assert not (tmp_path / "own.db").exists()


@pytest.mark.long
def test_a_real_token_never_meets_the_sandboxs_database(say: Say, telegram: str, tmp_path: Path) -> None:
    assert say("migrate").code == 0
    sandboxes = f"sqlite:///{tmp_path / 'data' / 'sandbox' / 'nastavnik.db'}"
    live = {"bot_token": REAL_TOKEN, "telegram_api": telegram}
    line = refusal(say("run", database_url=sandboxes, **live))
    assert say("migrate", **live).code == 0
    lives = f"sqlite:///{tmp_path / 'data' / 'nastavnik.db'}"
    other = refusal(say("migrate", database_url=lives, bot_token="1:sandbox-0123456789abcdef"))
    assert line != other


def test_a_real_token_keeps_the_systems_clock(say: Say, telegram: str) -> None:
    line = refusal(say("run", bot_token=REAL_TOKEN, telegram_api=telegram, clock=telegram))
    assert "NASTAVNIK_CLOCK" in line


def test_the_panel_is_not_opened_to_everyone(say: Say, telegram: str) -> None:
    line = refusal(say("run", bot_token=REAL_TOKEN, telegram_api=telegram, panel_host="0.0.0.0"))
    assert "NASTAVNIK_PANEL_URL" in line


def test_a_database_of_a_newer_version_is_left_alone(say: Say, tmp_path: Path) -> None:
    assert say("migrate").code == 0
    database = Database(f"sqlite:///{tmp_path / 'data' / 'sandbox' / 'nastavnik.db'}")
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'of_the_future'"))
    database.close()
    assert refusal(say("run")) == refusal(say("migrate"))


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


def test_wrong_usage_is_one_line(say: Say) -> None:
    assert "nastavnik --help" in refusal(say("fly"))
    assert "NASTAVNIK_PANEL_PORT" in refusal(say("run", panel_port="http"))
    for moment in ("tomorrow", "12:00", "1999-12-31T12:00", "2026-02-30"):
        assert "--start" in refusal(say("sandbox", "--start", moment))
        assert "NASTAVNIK_SANDBOX_START" in refusal(say("run", sandbox_start=moment))
    assert "NASTAVNIK_BOT_TOKEN" in refusal(say("run", bot_tokn=REAL_TOKEN))


def test_doctor_says_the_same_and_more(say: Say, telegram: str, occupied: str) -> None:
    ill = say("doctor", "--json", panel_port=occupied, bot_token=f"{REAL_TOKEN}x", telegram_api=telegram)
    assert ill.code == 2
    states = {found["name"]: found["state"] for found in json.loads("\n".join(ill.said))}
    assert {name for name, state in states.items() if state == "fault"} >= {"panel port", "telegram"}
    assert states["python"] == states["packages"] == states["catalogues"] == states["programmes"] == "ok"


def test_doctor_finds_a_sound_installation_sound(say: Say, telegram: str) -> None:
    assert say("migrate").code == 0
    sound = say("doctor")
    assert sound.code == 0, sound.said
    assert len(sound.said) >= 10
    live = say("doctor", bot_token=REAL_TOKEN, telegram_api=telegram)
    assert live.code == 0, live.said


def test_doctor_calls_a_free_port_free_while_nastavnik_runs_on_another(tmp_path: Path) -> None:
    site = complete(Settings(data_dir=tmp_path, panel_port=free_port(), sandbox_port=free_port()))
    site.folder.mkdir(parents=True, exist_ok=True)
    with checks.lock(site.folder):
        found = findings(site)
    for name in ("panel port", "sandbox port"):
        assert found[name]["state"] == "ok"
        assert "свободен" in found[name]["words"]


SECRETS = ("hush/hush", "hu@sh@hush", "hush#hush?hush", "hush:/@hush")


@pytest.mark.parametrize("secret", SECRETS)
def test_doctor_prints_no_password_of_an_address(say: Say, secret: str) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    told = (
        {"telegram_api": nobody.replace("//", f"//user:{secret}@")},
        {"telegram_proxy": nobody.replace("//", f"//user:{secret}@")},
        {
            "database_url": f"postgresql://teacher:{secret}@127.0.0.1:{free_port()}/school",
            "telegram_api": nobody,
        },
    )
    for settings in told:
        outcome = say("doctor", bot_token=REAL_TOKEN, **settings)
        assert outcome.code == 2
        assert "hush" not in "\n".join((*outcome.said, *outcome.warned)), settings
    started = say("run", bot_token=REAL_TOKEN, **told[-1])
    assert started.code == 2
    assert "NASTAVNIK_DATABASE_URL" in started.warned[-1]
    assert "hush" not in "\n".join(started.warned)


def test_doctor_tells_what_others_on_this_machine_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = complete(Settings(data_dir=tmp_path / "data"))
    told.folder.mkdir(parents=True)
    secrets = tmp_path / ".env"
    secrets.write_text("")
    for env_mode, folder_mode, named in (
        (0o600, 0o700, ()),
        (0o640, 0o700, ()),
        (0o644, 0o700, (str(secrets), "0644", "chmod 600")),
        (0o600, 0o777, (str(told.folder), "0777", "chmod 700")),
        (0o604, 0o750, (str(secrets), "0604")),
        (0o600, 0o705, (str(told.folder), "0705")),
    ):
        secrets.chmod(env_mode)
        told.folder.chmod(folder_mode)
        found = findings(told)["privacy"]
        assert (found["state"] == "warning") is bool(named), (oct(env_mode), oct(folder_mode))
        assert all(word in found["words"] for word in named), found["words"]


def findings(site: Site, now: datetime = datetime(2026, 12, 1, tzinfo=UTC)) -> dict[str, dict[str, str]]:
    facts, _lines, _has_fault = examine(site, load_translators()["ru"], now)
    return {found["name"]: found for found in facts}


@pytest.mark.parametrize(
    ("now", "state"),
    [(datetime(2027, 11, 30, tzinfo=UTC), "ok"), (datetime(2027, 12, 1, tzinfo=UTC), "warning")],
)
def test_doctor_warns_of_facts_from_outside_that_are_older_than_a_year(
    tmp_path: Path, now: datetime, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = {
        name: fact.model_copy(update={"checked": date(2026, 11, 30)})
        for name, fact in outside.read_outside_facts().items()
    }
    monkeypatch.setattr(doctor, "read_outside_facts", lambda: checked)
    found = findings(complete(Settings(data_dir=tmp_path)), now)["outside facts"]
    assert found["state"] == state
    assert ("Telegram в России (30.11.2026)" in found["words"]) is (state == "warning")


def test_doctor_tells_the_state_of_telegram_in_russia_and_what_follows(tmp_path: Path) -> None:
    token = SecretStr(REAL_TOKEN)
    address = f"http://127.0.0.1:{free_port()}"
    for more, state in (({}, "ok"), ({"bot_token": token, "telegram_api": address}, "ok")):
        found = findings(complete(Settings.model_validate({"data_dir": tmp_path, **more})))[
            "telegram in Russia"
        ]
        assert found["state"] == state
        assert "10.02.2026" in found["words"]
        assert "NASTAVNIK_TELEGRAM_PROXY" in found["words"]
    direct = complete(Settings(data_dir=tmp_path, bot_token=token))
    # Asked alone: the whole examination would call Telegram itself.
    said = Doctor(direct, load_translators()["en"], datetime(2026, 12, 1, tzinfo=UTC))._channel()
    assert isinstance(said, Finding)
    assert said.state is State.WARNING
    assert "from a server in Russia polling Telegram directly may not work" in said.words


def test_a_rules_refusal_is_exit_code_one(say: Say) -> None:
    assert say("migrate").code == 0
    unknown = say("curator", "add", "--name", "Ольга", "--organization", "Нет такой")
    assert unknown.code == 1
    assert len(unknown.warned) == 1


def test_a_live_installation_is_opened_by_two_commands(say: Say, telegram: str) -> None:
    """Decision record 5: the organisation with its programme, and the first one-time link."""
    live = {"bot_token": REAL_TOKEN, "telegram_api": telegram}
    assert say("migrate", **live).code == 0
    named = ("--name", "Школа № 5", "--address", "г. Приозёрск, ул. Лесная, 2")
    wrong = say("organization", "add", *named, "--inn", "12345", **live)
    assert wrong.code == 1
    school = say("organization", "add", *named, "--inn", "0000000000", "--json", **live)
    assert school.code == 0, school.warned
    facts = json.loads("\n".join(school.said))
    assert facts["pack"] == "target-model"
    assert "/setup/" in facts["account"]["link"]
    curator = say("curator", "add", "--name", "Ольга", "--organization", "школа № 5", "--json", **live)
    assert curator.code == 0, curator.warned
    login = json.loads("\n".join(curator.said))["login"]
    assert login != facts["account"]["login"]

    link = say("curator", "link", "--login", login, "--json", **live)
    assert "/setup/" in json.loads("\n".join(link.said))["link"]
    assert say("curator", "link", "--login", "nobody", **live).code == 1
    assert say("curator", "open-records", "--login", login, **live).code == 1, "they are not closed"
    host = say("organization", "add", "--name", "Гимназия № 6", *named[2:], "--inn", "0000000000", **live)
    assert host.code == 0, host.warned
    admit = ("curator", "admit", "--login", login, "--organization", "Гимназия № 6", "--role", "observer")
    assert "Гимназия № 6" in "".join(say(*admit, **live).said)
    again = say(*admit, **live)
    assert (again.code, len(again.warned)) == (1, 1), "it works there already"
