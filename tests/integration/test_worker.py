"""The worker as a process: killed in the middle, told to end, and ending what others left."""

import io
import json
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.accounts import Account, AccountRole
from models.engine import Database
from models.jobs import FileKind, Job, JobStatus, StoredFile
from models.people import Person
from services.access.actors import Actor, ActorKind, Channel, system
from services.access.clock import FixedClock
from services.access.errors import NotAllowed
from services.access.rights import RIGHTS
from services.accounts.directory import create_account
from services.documents.exports.requests import enqueue_export
from services.documents.exports.tables import Filters
from services.files.backups.archives import read_manifest
from services.files.backups.making import enqueue_daily_backup
from services.files.jobs import JobFacts, JobTakenAway, TooMuchMemory, cancel, enqueue_job, read_job
from services.files.store import folder_of, open_file, place_file, read_file, store_file
from tests.world import World, found_school
from worker.registry import RUNNERS
from worker.running import run_worker, work_once
from worker.work import Outcome, Work, WorkerConfig

ROOT = system(Channel.COMMAND_LINE)
PEOPLE = 400
BEGAN = time.monotonic()

# a whole worker process, slowed so that a kill falls into the middle of its work
PROCESS = """
import signal, sys, threading, time
from datetime import datetime, timedelta
from pathlib import Path
from services.access.clock import FixedClock
from services.documents.exports import writing
from worker.running import run_worker
from worker.work import Work, WorkerConfig

writing.CHUNK = 10
usual = Work.checkpoint
def slow(self, *args, **named):
    usual(self, *args, **named)
    time.sleep(0.02)
Work.checkpoint = slow
class RunningClock(FixedClock):
    def now(self):
        return self.moment + timedelta(seconds=time.monotonic() - began)

# Every worker of a test reads the same clock: heartbeats of one are compared with the next one's time.
began = float(sys.argv[4])
clock = RunningClock(datetime.fromisoformat(sys.argv[3]))
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
print("ready", flush=True)
run_worker(
    WorkerConfig(sys.argv[1], Path(sys.argv[2]), clock, 0.05, 0.2, timedelta(seconds=1)), stop
)
"""

# a worker with its limit of memory and a kind of work that wants more than it
GREEDY = """
import sys, threading
from pathlib import Path
from services.access.clock import SystemClock
from worker.memory import MOST_BYTES, limit_memory
from worker.registry import RUNNERS
from worker.running import run_worker
from worker.work import WorkerConfig

limit_memory()
stop = threading.Event()
jobs = []
def greedy(work):
    jobs.append(work)
    if len(jobs) == 1:
        return bytearray(MOST_BYTES)
    stop.set()
    return RUNNERS["export"](work)
run_worker(WorkerConfig(sys.argv[1], Path(sys.argv[2]), SystemClock(), 0.05), stop, {"export": greedy})
"""


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


@pytest.fixture
def config(database_url: str, tmp_path: Path, world: World) -> WorkerConfig:
    return WorkerConfig(database_url, tmp_path / "data", FixedClock(world.now), poll_seconds=0.01)


@contextmanager
def worker_process(config: WorkerConfig) -> Iterator["subprocess.Popen[str]"]:
    now = config.clock.now().isoformat()
    arguments = [config.database_url, str(config.data_dir), now, str(BEGAN)]
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def wait_until(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def curator(world: World, role: AccountRole = AccountRole.CURATOR) -> Actor:
    made = world.write(
        create_account,
        actor=ROOT,
        organization_id=world.organization_id,
        login=f"{role.value}",
        name="Учётная запись",
        role=role,
    )
    return Actor(ActorKind.ACCOUNT, made.account_id, world.organization_id, Channel.PANEL, RIGHTS[role])


def fill(world: World, count: int = PEOPLE) -> None:
    with world.database.writing() as session:
        session.execute(
            insert(Person),
            [
                {
                    "organization_id": world.organization_id,
                    "family_name": f"Фамилия{number}",
                    "given_name": "Имя",
                    "patronymic": "",
                    "position": "учитель",
                    "locale": "ru",
                    "created_at": world.now,
                }
                for number in range(count)
            ],
        )


def ask(world: World, actor: Actor, kind: str = "json", what: str = "people", key: str = "one") -> int:
    """A job that anybody could have asked for once; `enqueue_export` is asked where refusing matters."""
    job: int = world.write(
        enqueue_job,
        actor=actor,
        kind="export",
        arguments={"what": what, "format": kind, "locale": "ru", "filters": {}},
        organization_id=world.organization_id,
        dedup_key=key,
    ).id
    return job


def facts(world: World, job_id: int) -> JobFacts:
    found: JobFacts = world.read(read_job, actor=ROOT, job_id=job_id)
    return found


def content(world: World, config: WorkerConfig, actor: Actor, job_id: int) -> bytes:
    job = facts(world, job_id)
    assert job.status is JobStatus.DONE, job
    assert job.file_id is not None
    stored = world.read(read_file, actor=actor, file_id=job.file_id, kind=FileKind.EXPORT, now=world.now)
    with open_file(folder_of(config.data_dir), stored) as file:
        return file.read()


def once(world: World, config: WorkerConfig, runners: Any = RUNNERS) -> bool:
    return work_once(config, world.database, threading.Event(), "here", runners)


@pytest.mark.long
class TestDying:
    @pytest.mark.parametrize("kind", ["json", "xlsx"])
    def test_a_killed_export_goes_on_and_repeats_nothing(
        self, world: World, config: WorkerConfig, kind: str
    ) -> None:
        fill(world)
        actor = curator(world)
        job_id = ask(world, actor, kind)
        chance = random.Random(kind)
        reached = 0
        for _ in range(2):
            target = reached + chance.randint(30, 120)
            with worker_process(config) as process:
                wait_until(lambda: facts(world, job_id).done >= target)  # noqa: B023  # called at once
                process.send_signal(signal.SIGKILL)
                process.wait()
            job = facts(world, job_id)
            assert job.status is JobStatus.RUNNING
            assert target <= job.done < PEOPLE
            reached = job.done
            with world.database.writing() as session:  # what was gathered is never gathered again
                session.execute(update(Person).values(position=f"после {reached}"))
        with worker_process(config):
            wait_until(lambda: facts(world, job_id).status is not JobStatus.RUNNING)
        body = content(world, config, actor, job_id)
        assert facts(world, job_id).result == {"rows": PEOPLE, "withheld": 0}
        if kind == "json":
            rows = json.loads(body)["rows"]
            assert [row["family_name"] for row in rows] == [f"Фамилия{number}" for number in range(PEOPLE)]
            assert rows[0]["position"] == "учитель"
            assert rows[-1]["position"] == f"после {reached}"
            assert len({row["position"] for row in rows}) == 3
        else:
            with zipfile.ZipFile(io.BytesIO(body)) as book:
                assert book.read("xl/worksheets/sheet1.xml").count(b"<row ") == PEOPLE + 1
        left = {path.name for path in folder_of(config.data_dir).iterdir()}
        with world.database.reading() as session:
            assert left == set(session.scalars(select(StoredFile.name)))

    def test_told_to_end_it_ends_at_once_and_leaves_its_place(
        self, world: World, config: WorkerConfig
    ) -> None:
        fill(world)
        actor = curator(world)
        job_id = ask(world, actor)
        with worker_process(config) as process:
            wait_until(lambda: facts(world, job_id).done >= 50)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=5) == 0
        job = facts(world, job_id)
        assert job.status is JobStatus.WAITING
        assert 50 <= job.done < PEOPLE
        assert once(world, config)
        assert len(json.loads(content(world, config, actor, job_id))["rows"]) == PEOPLE

    def test_a_torn_file_begins_anew(self, world: World, config: WorkerConfig) -> None:
        fill(world, 30)
        actor = curator(world)
        job_id = ask(world, actor)
        with world.database.writing() as session:
            job = session.get_one(Job, job_id)
            job.cursor = {"part": "gone.part", "scratch": "gone.part.scratch", "bytes": 900, "after": 20}
            job.cursor |= {"read": 20, "rows": 20, "withheld": 0}
        assert once(world, config)
        assert len(json.loads(content(world, config, actor, job_id))["rows"]) == 30

    def test_one_presumed_dead_cannot_spoil_the_next(self, world: World, config: WorkerConfig) -> None:
        """The first worker stands still in a chunk, another takes its job; then the first wakes up."""
        fill(world, 30)
        actor = curator(world)
        job_id = ask(world, actor)
        later = replace(config, clock=FixedClock(world.now + timedelta(hours=1)))

        class Sleeper(Work):
            def checkpoint(self, cursor: dict[str, Any], *, done: int, total: int | None) -> None:
                Work.checkpoint(self, cursor, done=done, total=total)
                if done == total:
                    assert work_once(later, self.database, threading.Event(), "second")

        def run(work: Work) -> Outcome:
            asleep = Sleeper(work.job, work.config, work.database, work.stop)
            return RUNNERS["export"](asleep)

        assert once(world, config, {"export": run})
        assert len(json.loads(content(world, config, actor, job_id))["rows"]) == 30
        with world.database.reading() as session:
            names = session.scalars(select(StoredFile.name)).all()
        assert [path.name for path in folder_of(config.data_dir).iterdir()] == names


class TestEnding:
    def test_a_cancelled_export_leaves_no_file(self, world: World, config: WorkerConfig) -> None:
        fill(world, 30)
        actor = curator(world)
        job_id = ask(world, actor)

        def run(work: Work) -> Outcome:
            outcome = RUNNERS["export"](work)
            world.write(cancel, actor=actor, job_id=job_id)
            return outcome

        assert once(world, config, {"export": run})
        assert facts(world, job_id).status is JobStatus.CANCELLED
        assert list(folder_of(config.data_dir).iterdir()) == []

    def test_rights_are_those_of_the_moment(self, world: World, config: WorkerConfig) -> None:
        actor = curator(world)
        observer = curator(world, AccountRole.OBSERVER)
        first, second = ask(world, actor), ask(world, observer, key="two")
        with world.database.writing() as session:
            session.get_one(Account, actor.id).disabled_at = world.now
        assert once(world, config)
        assert once(world, config)
        for job_id in (first, second):
            job = facts(world, job_id)
            assert (job.status, job.error_kind, job.file_id) == (JobStatus.FAILED, "NotAllowed", None)
            assert job.error_text == NotAllowed.text

    def test_a_fault_ends_the_job_and_not_the_worker(
        self, world: World, config: WorkerConfig, caplog: pytest.LogCaptureFixture
    ) -> None:
        fill(world, 3)
        actor = curator(world)
        jobs = [
            ask(world, actor, key="1"),
            ask(world, actor, what="secrets", key="2"),
            ask(world, actor, key="3"),
        ]

        name = "Фамилия1 Имя"

        def burst(work: Work) -> Outcome:
            if work.job.id == jobs[0]:
                raise RuntimeError(name)
            return RUNNERS["export"](work)

        stop = threading.Event()
        thread = threading.Thread(target=run_worker, args=(config, stop, {"export": burst}))
        thread.start()
        wait_until(lambda: facts(world, jobs[2]).status is JobStatus.DONE)
        stop.set()
        thread.join(timeout=10)
        assert not thread.is_alive()
        told = [(facts(world, job).status, facts(world, job).error_kind) for job in jobs]
        assert told == [
            (JobStatus.FAILED, "RuntimeError"),
            (JobStatus.FAILED, "UnknownExport"),
            (JobStatus.DONE, None),
        ]
        assert "RuntimeError" in caplog.text
        assert "Фамилия" not in caplog.text
        assert not list(folder_of(config.data_dir).glob("*.part*"))

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts a process's memory")
    def test_work_that_wants_too_much_memory_is_refused_and_the_next_is_done(
        self, world: World, config: WorkerConfig
    ) -> None:
        actor = curator(world)
        jobs = [ask(world, actor, key="1"), ask(world, actor, key="2")]
        command = [sys.executable, "-c", GREEDY, config.database_url, str(config.data_dir)]
        subprocess.run(command, check=True, timeout=60, cwd=Path(__file__).resolve().parents[2])
        first, second = (facts(world, job) for job in jobs)
        assert (first.status, first.error_text) == (JobStatus.FAILED, TooMuchMemory.text)
        assert second.status in {JobStatus.DONE, JobStatus.WAITING}, "told to end, it may leave the rest"

    def test_an_unknown_kind_is_said(self, world: World, config: WorkerConfig) -> None:
        job_id = ask(world, curator(world))
        assert once(world, config, {})
        assert facts(world, job_id).error_kind == "UnknownKind"
        assert not once(world, config)

    def test_a_long_step_beats(self, world: World, config: WorkerConfig) -> None:
        clock = FixedClock(world.now)
        quick = replace(config, clock=clock, beat_seconds=0.02)
        job_id = ask(world, curator(world))

        def heartbeat() -> datetime | None:
            with world.database.reading() as session:
                return session.get_one(Job, job_id).heartbeat_at

        def run(work: Work) -> Outcome:
            clock.moment += timedelta(minutes=5)
            wait_until(lambda: heartbeat() == clock.moment)
            with world.database.writing() as session:
                session.get_one(Job, job_id).worker = "another"
            wait_until(work.lost.is_set)
            with pytest.raises(JobTakenAway):
                work.check_goes_on()
            raise JobTakenAway

        assert work_once(quick, world.database, threading.Event(), "here", {"export": run})
        assert facts(world, job_id).status is JobStatus.RUNNING


def test_a_click_asks_once_and_is_refused_at_once(world: World, config: WorkerConfig) -> None:
    fill(world, 3)
    actor, observer = curator(world), curator(world, AccountRole.OBSERVER)
    wanted = {"what": "people", "format": "csv", "filters": Filters(since=world.now.date()), "locale": "ru"}
    first = world.write(enqueue_export, actor=actor, key="form-1", **wanted)
    again = world.write(enqueue_export, actor=actor, key="form-1", **wanted)
    assert (first.id, first.is_new, again.id, again.is_new) == (first.id, True, first.id, False)
    with pytest.raises(NotAllowed):
        world.write(enqueue_export, actor=observer, key="form-2", **wanted)
    assert once(world, config)
    lines = content(world, config, actor, first.id).decode("utf-8-sig").splitlines()
    assert len(lines[: lines.index("")]) == 4
    assert not once(world, config)


def test_the_daily_backup_sweeps_first(world: World, config: WorkerConfig) -> None:
    folder = folder_of(config.data_dir)
    for keep in (timedelta(hours=1), timedelta(days=30)):
        placed = place_file(folder, lambda out: out.write(b"content"))
        world.write(
            store_file,
            placed=placed,
            kind=FileKind.EXPORT,
            title="Участники.csv",
            organization_id=world.organization_id,
            owner_id=None,
            keep=keep,
        )
    later = replace(config, clock=FixedClock(world.now + timedelta(hours=2)))
    with world.database.writing() as session:
        job_id = enqueue_daily_backup(session, now=world.now).id
    assert once(world, later)
    job = facts(world, job_id)
    assert job.status is JobStatus.DONE
    assert job.result is not None
    assert (job.result["files"], job.result["missing"]) == (1, 0)
    assert len(list(folder.iterdir())) == 1
    archive = config.data_dir / "backups" / job.result["name"]
    manifest = read_manifest(archive)
    assert archive.stat().st_size == job.result["size"]
    assert manifest.counts["files"] == 1
    assert datetime.fromisoformat(manifest.made_at) == world.now + timedelta(hours=2)
