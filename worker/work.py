"""One job in a worker's hands: its chunks, its heartbeat, and how it ends."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from models.engine import Database
from services.access.actors import Actor, Channel, system
from services.access.clock import Clock
from services.access.errors import NotAllowed
from services.accounts.directory import read_account
from services.files.jobs import STALE_AFTER, JobTaken, JobTakenAway, beat, report_progress
from worker.pulse import Pulse

log = logging.getLogger(__name__)

UNREACHABLE = (OperationalError, InterfaceError)
"""The database does not answer: no job's fault, and whether a commit reached it nobody knows."""


class Interrupted(Exception):
    """The worker was told to end: the job waits for the next one with its cursor."""


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What the composition root knows. `data_dir` is the folder of this installation's files."""

    database_url: str
    data_dir: Path
    clock: Clock
    poll_seconds: float = 0.5
    beat_seconds: float = 5.0
    stale_after: timedelta = STALE_AFTER


@dataclass(frozen=True, slots=True)
class Outcome:
    """`store(session)` is the last effect, in the unit that ends the job; it may return a file's id.

    `clean` follows the commit; `undo` follows a fault of that unit (the job was cancelled meanwhile);
    `close` lets go of what it holds when nobody knows.
    """

    result: dict[str, Any]
    store: Callable[[Session], int | None] = lambda _session: None
    clean: Callable[[], None] = lambda: None
    undo: Callable[[], None] = lambda: None
    close: Callable[[], None] = lambda: None


@dataclass(slots=True)
class Work:
    """The job and all that a runner needs. Everything before a checkpoint may happen again after a crash."""

    job: JobTaken
    config: WorkerConfig
    database: Database
    stop: threading.Event
    lost: threading.Event = field(default_factory=threading.Event)

    def now(self) -> datetime:
        return self.config.clock.now()

    def actor(self, session: Session) -> Actor:
        """The one who asked, with the rights of now; the system for what nobody asked. Raises NotAllowed."""
        if self.job.asked_by is None:
            return system(Channel.SCHEDULER)
        found = read_account(session, account_id=self.job.asked_by, organization_id=self.job.organization_id)
        if not found:
            raise NotAllowed
        return found.actor

    def checkpoint(self, cursor: dict[str, Any], *, done: int, total: int | None) -> None:
        """A chunk is finished. Raises JobTakenAway, Interrupted."""
        with self.database.writing() as session:
            report_progress(
                session,
                job_id=self.job.id,
                worker=self.job.worker,
                cursor=cursor,
                done=done,
                total=total,
                now=self.now(),
            )
        self.check_goes_on()

    def check_goes_on(self) -> None:
        """Raises JobTakenAway, Interrupted. Ask it where a chunk has no end of its own."""
        if self.lost.is_set():
            raise JobTakenAway
        if self.stop.is_set():
            raise Interrupted


class Heart(threading.Thread):
    """Beats beside the work, so that a long step is not taken for a dead worker."""

    def __init__(self, work: Work) -> None:
        super().__init__(name="heart", daemon=True)
        self._work = work
        self._ended = threading.Event()

    def __enter__(self) -> "Heart":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        work = self._work
        pulse = Pulse(work.config.data_dir)
        while not self._ended.wait(work.config.beat_seconds):
            try:
                with work.database.writing() as session:
                    beat(session, job_id=work.job.id, worker=work.job.worker, now=work.now())
                pulse.beat()
            except JobTakenAway:
                work.lost.set()
                return
            except SQLAlchemyError as error:
                log.warning("Job %s: a heartbeat failed: %s", work.job.id, type(error).__name__)
