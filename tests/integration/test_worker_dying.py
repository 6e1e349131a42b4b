"""The worker as a process: killed in the middle, told to end, presumed dead."""

import io
import json
import random
import signal
import threading
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from models.engine import Database
from models.jobs import Job, JobStatus, StoredFile
from models.people import Person
from services.files.store import folder_of
from tests.fixed_clock import FixedClock
from tests.integration.jobs import (
    PEOPLE,
    ask,
    content,
    curator,
    facts,
    fill,
    once,
    wait_until,
    worker_process,
)
from tests.world import World, found_school
from worker.registry import RUNNERS
from worker.running import work_once
from worker.work import Outcome, Work, WorkerConfig


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


@pytest.fixture
def config(database_url: str, tmp_path: Path, world: World) -> WorkerConfig:
    return WorkerConfig(database_url, tmp_path / "data", FixedClock(world.now), poll_seconds=0.01)


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
