"""What tests of the worker share: jobs asked for, their results, a worker as a process."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from models.accounts import AccountRole
from models.jobs import FileKind, JobStatus
from models.people import Person
from services.access.actors import Actor, ActorKind, Channel, system
from services.access.rights import RIGHTS
from services.accounts.directory import create_account
from services.files.jobs import JobFacts, enqueue_job, read_job
from services.files.store import folder_of, open_file, read_file
from tests.world import World
from worker.registry import RUNNERS
from worker.running import work_once
from worker.work import WorkerConfig

ROOT = system(Channel.COMMAND_LINE)
PEOPLE = 400
BEGAN = time.monotonic()

# a whole worker process, slowed so that a kill falls into the middle of its work
PROCESS = """
import signal, sys, threading, time
from datetime import datetime, timedelta
from pathlib import Path
from tests.fixed_clock import FixedClock
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
