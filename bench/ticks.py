"""How long the clock's ticks take over a million future reminders."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text, update

from bench.databases import empty_database
from bench.school import FIRST_CHAT, MILLION, add_meetings, add_million_meetings, add_pairs, found_school
from models.engine import Database
from models.installation import Stamp
from models.meetings import Meeting
from models.migrating import migrate
from models.unit_of_work import UnitOfWork
from scheduler.plan import TICKS
from services.meetings.reminders import BATCH

RUNS = 25
BATCHES = 10
FULL = f"reminders, {BATCH} meetings due"
PAIRS = 400


@dataclass(frozen=True, slots=True)
class TickFigures:
    database: str
    tick: str
    rows: int
    fastest_ms: float
    median_ms: float
    slowest_ms: float


async def measure_ticks(kind: str, folder: Path, *, count: int = MILLION) -> list[TickFigures]:
    with empty_database(kind, folder) as url:
        ids = fill(url, count)
        uow = UnitOfWork(url)
        try:
            figures = []
            for tick in TICKS:
                took = [await run(uow, tick.work) for _ in range(RUNS)]
                figures.append(summarise(kind, tick.name, count, took))
            reminders = next(tick for tick in TICKS if tick.name == "reminders")
            assert reminders.batch is not None
            took = []
            for place in range(BATCHES):
                make_due(uow.database, ids[place * reminders.batch : (place + 1) * reminders.batch])
                took.append(await run(uow, reminders.work))
            figures.append(summarise(kind, FULL, count, took))
            return figures
        finally:
            await uow.close()


def fill(url: str, count: int) -> list[int]:
    """A school with that many meetings ahead; gives the meetings that may be made due, one a pair."""
    now = datetime.now(UTC)
    ahead = now + timedelta(days=30)
    database = Database(url)
    try:
        migrate(database, stamp=Stamp.LIVE, now=now)
        school = found_school(database, now)
        with database.writing() as session:
            pairs = add_pairs(session, school, PAIRS, first_chat=FIRST_CHAT, now=now)
            add_meetings(
                session, school, pairs, starts_at=ahead, remind_at=ahead - timedelta(hours=1), now=now
            )
            add_million_meetings(session, count - PAIRS)
        with database.write_engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
        return list(range(1, PAIRS + 1))
    finally:
        database.close()


async def run(uow: UnitOfWork, work: object) -> float:
    """Milliseconds of one tick, with its commit."""
    began = time.perf_counter()
    await uow.write(work, now=datetime.now(UTC))  # type: ignore[arg-type]
    return (time.perf_counter() - began) * 1000


def make_due(database: Database, ids: list[int]) -> None:
    now = datetime.now(UTC)
    soon = now + timedelta(minutes=50)
    with database.writing() as session:
        session.execute(
            update(Meeting)
            .where(Meeting.id.in_(ids))
            .values(starts_at=soon, ends_at=soon + timedelta(minutes=40), remind_at=now, remind_offset=60)
        )


def summarise(kind: str, name: str, rows: int, took: list[float]) -> TickFigures:
    """The first run is left out: it opens the connection and fills the caches."""
    return TickFigures(kind, name, rows, min(took[1:]), median(took[1:]), max(took[1:]))
