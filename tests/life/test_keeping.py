"""`nastavnik export`, `backup`, `restore` and `migrate`, as the one who runs an installation says them."""

import codecs
import csv
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command as alembic
from sqlalchemy import func, select, text

from installation import checks
from models.audit import AuditEntry
from models.engine import Database
from models.installation import Stamp
from models.migrating import configuration
from models.people import Person
from services.documents.exports.writing import TABLES, Format
from services.files.store import folder_of
from services.pairs.proposals import draft_pair
from tests.life.conftest import Say, Start
from tests.life.processes import Outcome
from tests.world import World, found_school

pytestmark = [pytest.mark.life, pytest.mark.long]

SANDBOX_TOKEN = "1:sandbox-of-the-keeping-test-012345678"
FORMULA = "=СУММА(А1)"
PEOPLE = (("Анна", ""), ("Пётр", ""), ("Ольга", FORMULA))


@dataclass
class RunningBot:
    """One installation with a school of a few people; nothing of it runs."""

    speak: Callable[..., Outcome]
    folder: Path
    world: World

    def say(self, *words: str, code: int = 0) -> Outcome:
        done = self.speak(*words)
        assert done.code == code, (done.said, done.warned)
        assert not [line for line in done.warned if "Traceback" in line]
        return done

    def facts(self, *words: str) -> Any:
        return json.loads("\n".join(self.say(*words, "--json").said))

    def people(self) -> int:
        found: int = self.world.read(lambda session: session.scalar(select(func.count(Person.id))))
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
def running(
    request: pytest.FixtureRequest,
    say: Say,
    tmp_path: Path,
    open_database: Callable[[str], Database],
    now: datetime,
) -> RunningBot:
    folder = tmp_path / "data" / "sandbox"
    url = f"sqlite:///{folder / 'nastavnik.db'}"
    own: dict[str, str] = {}
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        own = {"bot_token": SANDBOX_TOKEN, "database_url": url}

    def say_one(*words: str) -> Outcome:
        return say(*words, **own)

    assert say_one("migrate").code == 0
    world = found_school(open_database(url), now)
    for name, position in PEOPLE:
        world.person(name, position=position)
    mentee, mentor = world.mentee(), world.mentor()
    world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=mentee.participation_id,
        mentor_participation_id=mentor.participation_id,
    )
    return RunningBot(say_one, folder, world)


@pytest.mark.parametrize("running", ["sqlite"], indirect=True)
def test_every_table_is_printed(running: RunningBot) -> None:
    for table in TABLES:
        envelope = json.loads("\n".join(running.say("export", table, "--format", "json").said))
        assert envelope["export"] == table
        assert len(envelope["rows"]) == envelope["counts"]["rows"]
    with running.world.database.reading() as session:
        trail = session.scalars(select(AuditEntry).where(AuditEntry.action == "export.made")).all()
    assert [(entry.channel, entry.after and entry.after["what"]) for entry in trail] == [
        ("command_line", table) for table in TABLES
    ]


def test_the_three_formats_say_the_same(running: RunningBot, tmp_path: Path) -> None:
    count = running.people()
    files = {kind: tmp_path / f"people.{kind}" for kind in map(str, Format)}
    for kind, file in files.items():
        told = running.facts("export", "people", "--format", kind, "--out", str(file))
        assert (told["rows"], told["format"], told["file"]) == (count, kind, str(file))
        assert file.stat().st_mode & 0o077 == 0, "nobody else on the machine may read it"
    body = files["csv"].read_bytes()
    assert body.startswith(codecs.BOM_UTF8)
    table = body.decode("utf-8-sig").split("\n\n")[0].replace("\r", "").split("\n\n")[0]
    rows = list(csv.DictReader(table.splitlines(), delimiter=";"))[:count]
    assert f"'{FORMULA}" in [row["Должность"] for row in rows]
    names = [row["given_name"] for row in json.loads(files["json"].read_text())["rows"]]
    assert sorted(names) == sorted(row["Имя"] for row in rows)
    with zipfile.ZipFile(files["xlsx"]) as book:
        assert book.read("xl/worksheets/sheet1.xml").count(b"<row ") == count + 1


def test_an_export_is_refused_in_one_line(running: RunningBot, tmp_path: Path) -> None:
    assert "nastavnik --help" in running.say("export", "secrets", code=2).warned[0]
    assert "Школа № 17" in running.say("export", "people", "--organization", "Иная", code=1).warned[0]
    lost = tmp_path / "nowhere" / "people.csv"
    assert str(lost) in running.say("export", "people", "--out", str(lost), code=2).warned[0]
    found_school(running.world.database, running.world.now, name="Гимназия № 2")
    assert len(running.say("export", "people", code=1).warned) == 1
    named = running.say("export", "people", "--format", "json", "--organization", "гимназия № 2")
    assert json.loads("\n".join(named.said))["rows"] == []


def test_what_is_restored_is_what_was_backed_up(running: RunningBot, tmp_path: Path) -> None:
    before = running.people()
    archive = tmp_path / "school.tar.gz"
    assert running.facts("backup", "--out", str(archive))["files"] == 0
    running.world.person("Лишняя")
    (folder_of(running.folder) / ("a" * 32)).write_text("left over")
    refused = running.say("restore", str(archive), code=1)
    assert "--force" in refused.warned[0]
    with checks.lock(running.folder):
        busy = running.say("restore", str(archive), "--force", code=2)
    assert len(busy.warned) == 1
    assert running.people() == before + 1

    told = running.facts("restore", str(archive), "--force")
    assert running.people() == before
    assert told["waiting"] >= 0
    assert list(folder_of(running.folder).iterdir()) == []
    with running.world.database.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (last.action, last.channel) == ("installation.restored", "command_line")
    again = running.facts("restore", told["replaced"], "--force")
    assert running.people() == before + 1, "what --force replaced was kept"
    assert again["rows"] > 0


def test_a_backup_is_made_before_the_schema_changes(start: Start, tmp_path: Path, now: datetime) -> None:
    """And none when nothing changes: a start stays quick."""
    folder = tmp_path / "data" / "sandbox"
    folder.mkdir(parents=True)
    database = Database(f"sqlite:///{folder / 'nastavnik.db'}")
    with database.write_engine.begin() as connection:
        alembic.upgrade(configuration(connection), "0001")
        connection.execute(
            text("INSERT INTO installation (id, stamp, created_at) VALUES (1, :stamp, :now)"),
            {"stamp": Stamp.SANDBOX.value, "now": now.isoformat(" ")},
        )
    database.close()
    first = start("migrate", "--json")
    assert first.wait() == 0, first.warned
    made = Path(json.loads("\n".join(first.said))["backup"])
    assert made.name.endswith("-before-0001.tar.gz")
    second = start("migrate", "--json")
    assert second.wait() == 0
    assert json.loads("\n".join(second.said))["backup"] is None
    assert [path for path in made.parent.iterdir() if path.suffix == ".gz"] == [made]
