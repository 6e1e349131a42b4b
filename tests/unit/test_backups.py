"""Backups are of one moment, whole, and put back only where they belong."""

import fcntl
import hashlib
import io
import json
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import func, insert, select, text

from models.audit import AuditEntry
from models.engine import Database
from models.installation import Stamp
from models.jobs import FileKind, Job
from models.messages import OutboxMessage
from models.migrating import configuration, migrate
from models.people import Person
from models.schema import is_current
from services.files.backups import databases
from services.files.backups.archives import MANIFEST, read_manifest
from services.files.backups.making import (
    LOCK,
    backup_before_migration,
    backup_folder,
    make_backup,
    moment_of,
    name_of,
    unused_target,
)
from services.files.backups.refusals import (
    BackupBroken,
    BackupNewer,
    BackupNotFound,
    BackupNotWritten,
    BackupOfLive,
    BackupOfSandbox,
    BackupOtherEngine,
    BackupToolMissing,
    BackupUnderWay,
    NothingToBackUp,
    TargetBusy,
    TargetNotEmpty,
)
from services.files.backups.restoring import restore_backup
from services.files.store import folder_of as files_of
from services.files.store import store_file, write_file
from tests.databases import PostgresServer
from tests.world import World, found_school

pytestmark = pytest.mark.long


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


@pytest.fixture
def empty_url(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, postgres_server: PostgresServer
) -> Iterator[str]:
    """A second, migrated and empty database of the same engine as the first."""
    if database_url.startswith("sqlite"):
        path = tmp_path / "second.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        with postgres_server.fresh() as url:
            yield url


def a_person(organization_id: int, now: datetime) -> dict[str, Any]:
    names = {"family_name": "Фамилия", "given_name": "Имя", "patronymic": "", "position": ""}
    return {"organization_id": organization_id, "locale": "ru", "created_at": now, **names}


def add_people(database: Database, organization_id: int, now: datetime, count: int) -> None:
    with database.writing() as session:
        session.execute(insert(Person), [a_person(organization_id, now)] * count)


def add_file(world: World, data_dir: Path, content: bytes) -> None:
    placed = write_file(files_of(data_dir), lambda out: out.write(content))
    world.write(
        store_file,
        placed=placed,
        kind=FileKind.EXPORT,
        title="Файл.csv",
        organization_id=world.organization_id,
        owner_id=None,
        keep=None,
    )


def checksums(database: Database) -> dict[str, tuple[int, str]]:
    """Rows and a checksum of every table."""
    found = {}
    with database.engine.connect() as connection:
        for name in database.engine.dialect.get_table_names(connection):
            rows = sorted(repr(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{name}"')))
            found[name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def backup(database_url: str, data_dir: Path, now: datetime) -> Path:
    return make_backup(database_url, data_dir, backup_folder(data_dir) / name_of(now), now).path


def restore(archive: Path, url: str, data_dir: Path, now: datetime, **options: Any) -> Any:
    return restore_backup(archive, url, data_dir, **{"stamp": Stamp.SANDBOX, "now": now, **options})


@contextmanager
def rewritten(archive: Path, change: Callable[[dict[str, bytes]], None]) -> Iterator[Path]:
    """The same archive with its members changed."""
    with tarfile.open(archive) as opened:
        members = {member.name: opened.extractfile(member).read() for member in opened}  # type: ignore[union-attr]
    change(members)
    target = archive.with_name("changed.tar.gz")
    with tarfile.open(target, "w:gz") as opened:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            opened.addfile(info, io.BytesIO(content))
    yield target
    target.unlink()


class TestMaking:
    def test_a_backup_comes_back_whole(
        self, world: World, database_url: str, empty_url: str, tmp_path: Path, now: datetime
    ) -> None:
        data, other = tmp_path / "data", tmp_path / "other"
        add_people(world.database, world.organization_id, now, 50)
        for number in range(3):
            add_file(world, data, f"Содержимое {number}".encode() * 1000)
        (files_of(data) / ("a" * 32)).write_bytes(b"of no row")
        before = checksums(world.database)
        archive = backup(database_url, data, now)
        assert archive.stat().st_mode & 0o777 == 0o600
        assert [path.name for path in archive.parent.iterdir() if path.name != LOCK] == [archive.name]
        summary = restore(archive, empty_url, other, now)
        assert (summary.files, summary.missing) == (3, 0)
        restored = Database(empty_url)
        after = checksums(restored)
        with restored.reading() as session:
            last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        restored.close()
        assert last.action == "installation.restored"
        assert after["audit"][0] == before["audit"][0] + 1
        assert {k: v for k, v in after.items() if k != "audit"} == {
            k: v for k, v in before.items() if k != "audit"
        }
        names = {path.name for path in (other / "files").iterdir()}
        assert len(names) == 3
        assert all(
            (other / "files" / name).read_bytes() == (data / "files" / name).read_bytes() for name in names
        )
        assert [path.name for path in other.iterdir()] == ["files"]

    def test_of_two_in_one_second_neither_is_lost(
        self, database_url: str, tmp_path: Path, now: datetime
    ) -> None:
        targets = [unused_target(tmp_path, now, before="restore")]
        make_backup(database_url, tmp_path, targets[0], now)
        targets.append(unused_target(tmp_path, now, before="restore"))
        assert not targets[1].exists()
        made = [moment_of(target.name) for target in targets]
        assert made == [now, now + timedelta(seconds=1)]

    def test_a_backup_beside_writers_is_of_one_moment(
        self, world: World, database_url: str, empty_url: str, tmp_path: Path, now: datetime
    ) -> None:
        """Each transaction adds ten people and one notice: a torn copy would break the proportion."""
        add_people(world.database, world.organization_id, now, 2000)
        written = threading.Event()
        ended = threading.Event()
        faults: list[Exception] = []

        def write() -> None:
            other = Database(database_url)
            number = 0
            try:
                while not ended.is_set():
                    with other.writing() as session:
                        session.execute(
                            insert(OutboxMessage).values(
                                organization_id=world.organization_id,
                                kind="pair.offer",
                                facts={},
                                dedup_key=f"n:{threading.get_ident()}:{number}",
                                status="waiting",
                                created_at=now,
                                due_at=now,
                                next_try_at=now,
                                tries=0,
                            )
                        )
                        people = [a_person(world.organization_id, now)] * 10
                        session.execute(insert(Person), people)
                    number += 1
                    written.set()
                    ended.wait(0.01)  # not more than the copier can copy
            except Exception as error:  # noqa: BLE001  # told by the test itself
                faults.append(error)
            finally:
                other.close()

        writers = [threading.Thread(target=write) for _ in range(2)]
        for writer in writers:
            writer.start()
        written.wait(20)
        archives = [
            make_backup(database_url, tmp_path, tmp_path / f"{number}.tar.gz", now).path
            for number in range(2)
        ]
        ended.set()
        for writer in writers:
            writer.join()
        assert faults == []
        counts = [read_manifest(archive).counts for archive in archives]
        assert counts[0]["outbox"] < counts[1]["outbox"], "writers went on during the backup"
        restored = Database(empty_url)
        for archive, expected in zip(archives, counts, strict=True):
            restore(archive, empty_url, tmp_path / "other", now, force=True)
            with restored.reading() as session:
                people = session.scalar(select(func.count(Person.id)))
                notices = session.scalar(select(func.count(OutboxMessage.id)))
            assert (people, notices) == (expected["persons"], expected["outbox"])
            assert people == 2000 + 10 * (notices or 0)
        restored.close()

    def test_what_cannot_be_made_says_why(
        self, world: World, sqlite_url: str, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(NothingToBackUp):
            make_backup(f"sqlite:///{tmp_path}/none.db", tmp_path, tmp_path / "b.tar.gz", now)
        (tmp_path / "file").write_text("x")
        with pytest.raises(BackupNotWritten):
            make_backup(sqlite_url, tmp_path, tmp_path / "file" / "b.tar.gz", now)
        if world.database.engine.dialect.name == "postgresql":
            monkeypatch.setenv("PATH", str(tmp_path))
            url = world.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
            with pytest.raises(BackupToolMissing):
                make_backup(url, tmp_path, tmp_path / "b.tar.gz", now)

    def test_two_at_once_do_not_meet(self, sqlite_url: str, tmp_path: Path, now: datetime) -> None:
        with (tmp_path / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(BackupUnderWay):
                make_backup(sqlite_url, tmp_path, tmp_path / "b.tar.gz", now)
        (tmp_path / ".making-left").mkdir()
        make_backup(sqlite_url, tmp_path, tmp_path / "b.tar.gz", now)
        assert not (tmp_path / ".making-left").exists()

    def test_a_failed_backup_leaves_the_old_one(
        self, sqlite_url: str, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target = tmp_path / "b.tar.gz"
        make_backup(sqlite_url, tmp_path, target, now)
        before = target.read_bytes()

        def burst(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(tarfile.TarFile, "addfile", burst)
        with pytest.raises(BackupNotWritten, match="No space"):
            make_backup(sqlite_url, tmp_path, target, now)
        assert target.read_bytes() == before
        assert {path.name for path in tmp_path.iterdir() if "tar.gz" in path.name} == {target.name}


class TestRestoring:
    def test_what_does_not_fit_is_refused_before_anything_changes(
        self, world: World, database_url: str, empty_url: str, tmp_path: Path, now: datetime
    ) -> None:
        add_file(world, tmp_path / "data", b"content of a file")
        archive = backup(database_url, tmp_path / "data", now)
        before = checksums(world.database)

        def tamper(name: str) -> Callable[[dict[str, bytes]], None]:
            def change(members: dict[str, bytes]) -> None:
                key = next(member for member in members if name in member)
                members[key] = members[key][:-1] + b"?"

            return change

        def manifest(**changes: Any) -> Callable[[dict[str, bytes]], None]:
            def change(members: dict[str, bytes]) -> None:
                members[MANIFEST] = json.dumps({**json.loads(members[MANIFEST]), **changes}).encode()

            return change

        def escape(members: dict[str, bytes]) -> None:
            plain = json.loads(members[MANIFEST])
            members["files/../../evil"] = b"x"
            plain["parts"]["files/../../evil"] = {"size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
            members[MANIFEST] = json.dumps(plain).encode()

        def lose(members: dict[str, bytes]) -> None:
            del members[next(name for name in members if name.startswith("files/"))]

        engine = read_manifest(archive).engine
        other = {"sqlite": "postgresql", "postgresql": "sqlite"}[engine]
        names = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
        parts = {
            names[other] if name == names[engine] else name: {"size": part.size, "sha256": part.sha256}
            for name, part in read_manifest(archive).parts.items()
        }
        for error, change in (
            (BackupBroken, tamper("database")),
            (BackupBroken, tamper("files/")),
            (BackupBroken, escape),
            (BackupBroken, lose),
            (BackupBroken, manifest(format=99)),
            (BackupNewer, manifest(revision="9999")),
            (BackupOfLive, manifest(stamp="live")),
            (BackupOtherEngine, manifest(engine=other, parts=parts)),
        ):
            with rewritten(archive, change) as changed, pytest.raises(error):
                restore(changed, database_url, tmp_path / "data", now, force=True)
        with pytest.raises(BackupOfSandbox):
            restore(archive, empty_url, tmp_path / "new", now, stamp=Stamp.LIVE)
        with pytest.raises(TargetNotEmpty):
            restore(archive, database_url, tmp_path / "data", now)
        with pytest.raises(BackupNotFound):
            restore(tmp_path / "none.tar.gz", empty_url, tmp_path / "new", now)
        torn = tmp_path / "torn.tar.gz"
        torn.write_bytes(archive.read_bytes()[:-200])
        with pytest.raises(BackupBroken):
            restore(torn, empty_url, tmp_path / "new", now)
        torn.write_bytes(b"no archive at all")
        with pytest.raises(BackupBroken):
            restore(torn, empty_url, tmp_path / "new", now)
        assert checksums(world.database) == before
        assert not list(tmp_path.rglob("evil"))
        assert not list(tmp_path.rglob(".restoring-*"))

    def test_force_replaces_everything(
        self, world: World, database_url: str, tmp_path: Path, now: datetime
    ) -> None:
        data = tmp_path / "data"
        add_file(world, data, b"old")
        archive = backup(database_url, data, now)
        kept = {path.name for path in files_of(data).iterdir()}
        add_file(world, data, b"new")
        add_people(world.database, world.organization_id, now, 5)
        restore(archive, database_url, data, now, force=True)
        assert {path.name for path in files_of(data).iterdir()} == kept
        with world.database.reading() as session:
            assert session.scalar(select(func.count(Person.id))) == 0
        add_people(world.database, world.organization_id, now, 1)  # the database works on

    def test_a_database_in_use_is_not_replaced(
        self, world: World, database_url: str, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(databases, "LOCK_SECONDS", 1)
        archive = backup(database_url, tmp_path / "data", now)
        with world.database.writing() as session:
            session.execute(text("UPDATE organizations SET name = 'Школа'"))
            with pytest.raises(TargetBusy):
                restore(archive, database_url, tmp_path / "data", now, force=True)


class TestMigrating:
    def test_before_a_migration_and_only_then(
        self, world: World, database_url: str, empty_url: str, tmp_path: Path, now: datetime
    ) -> None:
        folder = backup_folder(tmp_path)
        assert backup_before_migration(database_url, tmp_path, folder, now) is None
        with world.database.write_engine.begin() as connection:
            command.downgrade(configuration(connection), "0001")
        made = backup_before_migration(database_url, tmp_path, folder, now)
        assert made is not None
        assert made.path.name.endswith("-before-0001.tar.gz")
        migrate(world.database, stamp=Stamp.SANDBOX, now=now)
        summary = restore(made.path, empty_url, tmp_path / "other", now)
        assert summary.revision == "0001"
        restored = Database(empty_url)
        assert not is_current(restored)
        migrate(
            restored, stamp=Stamp.SANDBOX, now=now
        )  # the newer tables were gone, so they can be made anew
        assert is_current(restored)
        with restored.reading() as session:
            assert session.scalar(select(func.count(Job.id))) == 0
        restored.close()
