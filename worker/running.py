"""The worker's loop: take a job, do it chunk by chunk, end it; one after another until told to stop."""

import logging
import secrets
import threading
import traceback
from collections.abc import Mapping

from sqlalchemy.exc import DBAPIError

from models.engine import Database
from services.access.errors import DomainError
from services.files.jobs import (
    JobTaken,
    JobTakenAway,
    UnknownKind,
    fail,
    finish,
    has_next,
    release,
    take_next,
)
from worker.pulse import Pulse
from worker.registry import RUNNERS, Runner
from worker.work import UNREACHABLE, Heart, Interrupted, Work, WorkerConfig

log = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0  # after a fault of the database, before the next try


def run_worker(config: WorkerConfig, stop: threading.Event, runners: Mapping[str, Runner] = RUNNERS) -> None:
    """Work until `stop` is set; the chunk in hand is finished and the rest waits for the next worker.

    A database that does not answer is waited for: what was in hand is taken up again by its heartbeat.
    """
    database = Database(config.database_url)
    mark = secrets.token_hex(16)
    pulse = Pulse(config.data_dir)
    try:
        while not stop.is_set():
            try:
                is_busy = work_once(config, database, stop, mark, runners)
            except DBAPIError as error:
                log.warning("The database does not answer: %s", type(error.orig or error).__name__)
                stop.wait(PAUSE_SECONDS)
                continue
            pulse.beat()
            if not is_busy:
                stop.wait(config.poll_seconds)
    finally:
        database.close()


def work_once(
    config: WorkerConfig,
    database: Database,
    stop: threading.Event,
    mark: str,
    runners: Mapping[str, Runner] = RUNNERS,
) -> bool:
    """Do the next job as far as it goes; False when nothing waits."""
    with database.reading() as session:
        if not has_next(session, now=config.clock.now(), stale_after=config.stale_after):
            return False
    with database.writing() as session:
        job = take_next(session, worker=mark, now=config.clock.now(), stale_after=config.stale_after)
    if job is None:
        return False
    log.info("Job %s (%s) is taken", job.id, job.kind)
    work = Work(job, config, database, stop)
    try:
        with Heart(work):
            _do(work, runners.get(job.kind))
    except Interrupted:
        _release(work, job)
    except JobTakenAway:
        log.info("Job %s is no longer ours", job.id)
    except UNREACHABLE:
        raise  # not the job's fault: it is taken up again when its heartbeat is stale
    except Exception as error:  # noqa: BLE001  # one bad job must not end the worker
        _fail(work, job, error)
    return True


def _do(work: Work, runner: Runner | None) -> None:
    if runner is None:
        raise UnknownKind
    outcome = runner(work)
    try:
        with work.database.writing() as session:
            file_id = outcome.store(session)
            finish(
                session,
                job_id=work.job.id,
                worker=work.job.worker,
                result=outcome.result,
                file_id=file_id,
                now=work.now(),
            )
    except UNREACHABLE:
        outcome.close()
        raise
    except Exception:
        outcome.undo()
        raise
    log.info("Job %s is done", work.job.id)
    outcome.clean()


def _release(work: Work, job: JobTaken) -> None:
    try:
        with work.database.writing() as session:
            release(session, job_id=job.id, worker=job.worker)
    except JobTakenAway:
        log.info("Job %s is no longer ours", job.id)
    else:
        log.info("Job %s waits for the next worker", job.id)


def _fail(work: Work, job: JobTaken, error: Exception) -> None:
    if isinstance(error, DomainError):
        # whoever asked is told on their page; what nobody asked for is told here
        level = logging.WARNING if job.asked_by is None else logging.INFO
        log.log(level, "Job %s (%s) was refused: %s", job.id, job.kind, type(error).__name__)
    else:  # the place of the fault without its message: that may quote a person
        place = "".join(traceback.format_tb(error.__traceback__))
        log.error("Job %s (%s) failed: %s\n%s", job.id, job.kind, type(error).__name__, place)
    try:
        with work.database.writing() as session:
            fail(session, job_id=job.id, worker=job.worker, error=error, now=work.now())
    except JobTakenAway:
        log.info("Job %s is no longer ours", job.id)
