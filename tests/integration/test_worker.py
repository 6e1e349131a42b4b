"""How a job ends: done, cancelled, refused, failed, or taken away."""

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.accounts import Account, AccountRole
from models.engine import Database
from models.jobs import FileKind, Job, JobStatus
from notices.language import load_translators
from services.access.errors import NotAllowed
from services.documents.exports.requests import enqueue_export
from services.documents.exports.tables import Filters
from services.files.backups.archives import read_manifest
from services.files.backups.making import enqueue_daily_backup
from services.files.jobs import JobTakenAway, TooMuchMemory, cancel
from services.files.store import folder_of, store_file, write_file
from tests.fixed_clock import FixedClock
from tests.integration.jobs import ask, content, curator, facts, fill, once, wait_until
from tests.world import World, found_school
from worker.registry import RUNNERS
from worker.running import run_worker, work_once
from worker.work import Outcome, Work, WorkerConfig

# a worker with its limit of memory and a kind of work that wants more than it
GREEDY = """
import sys, threading
from datetime import datetime
from pathlib import Path
from tests.fixed_clock import FixedClock
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
clock = FixedClock(datetime.fromisoformat(sys.argv[3]))
run_worker(WorkerConfig(sys.argv[1], Path(sys.argv[2]), clock, 0.05), stop, {"export": greedy})
"""


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


@pytest.fixture
def config(database_url: str, tmp_path: Path, world: World) -> WorkerConfig:
    return WorkerConfig(database_url, tmp_path / "data", FixedClock(world.now), poll_seconds=0.01)


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
        command = [
            sys.executable,
            "-c",
            GREEDY,
            config.database_url,
            str(config.data_dir),
            world.now.isoformat(),
        ]
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
    wanted = {
        "what": "people",
        "format": "csv",
        "filters": Filters(since=world.now.date()),
        "t": load_translators()["ru"],
    }
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
        placed = write_file(folder, lambda out: out.write(b"content"))
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
