"""Thousands of reminders due at one moment, against the sandbox's limits: rate, refusals, lateness."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import func, select

from bench.contestants import START_SECONDS
from bench.crowd import NotAnswered
from bench.databases import empty_database
from bench.processes import Process
from bench.school import School, add_meetings, add_pairs, found_school
from models.engine import Database
from models.installation import Stamp
from models.messages import OutboxMessage, OutboxStatus
from models.migrating import migrate
from sandbox.limits import OVERALL_PER_SECOND
from sandbox.server import Sandbox
from sandbox.world import FIRST_PERSON_ID, Person

TOKEN = "1:sandbox-bench-0000000000000000"  # noqa: S105  # nobody's
SLOWEST = 0.5  # of the allowed rate; slower than that the part gives up


@dataclass(frozen=True, slots=True)
class ReminderFigures:
    """Lateness of the k-th is beyond k/rate, in seconds from the tick that queued the first."""

    database: str
    count: int
    rate: float
    allowed: float
    refused: int
    late_max: float
    late_p99: float
    tick_wait: float
    cpu_ms: float


async def measure_reminders(kind: str, folder: Path, *, count: int) -> ReminderFigures:
    async with Sandbox(token=TOKEN, limits=True) as sandbox:
        for number in range(count):
            person_id = FIRST_PERSON_ID + number
            sandbox.world.store_person(Person(person_id, f"person{person_id}", "Анна", has_started=True))
        with empty_database(kind, folder) as url:
            database = Database(url)
            try:
                school, pairs = await asyncio.to_thread(fill, database, count // 2)
                settings = {
                    "NASTAVNIK_BOT_TOKEN": TOKEN,
                    "NASTAVNIK_TELEGRAM_API": sandbox.url,
                    "NASTAVNIK_DATABASE_URL": url,
                    "NASTAVNIK_DATA_DIR": str(folder / f"data-{kind}"),
                }
                with Process("-m", "nastavnik", "bot", folder=folder, settings=settings) as process:
                    await wait_for_poll(sandbox, process)
                    return await watch(kind, sandbox, database, process, school, pairs)
            finally:
                database.close()


def fill(database: Database, pairs: int) -> tuple[School, list[int]]:
    now = datetime.now(UTC)
    migrate(database, stamp=Stamp.SANDBOX, now=now)
    school = found_school(database, now)
    with database.writing() as session:
        return school, add_pairs(session, school, pairs, first_chat=FIRST_PERSON_ID, now=now)


async def wait_for_poll(sandbox: Sandbox, process: Process) -> None:
    deadline = time.perf_counter() + START_SECONDS
    while not sandbox.record.find(0, "deleteWebhook", 1):
        process.check_lives()
        if time.perf_counter() > deadline:
            raise NotAnswered("the bot did not start")
        await asyncio.sleep(0.1)


async def watch(
    kind: str, sandbox: Sandbox, database: Database, process: Process, school: School, pairs: list[int]
) -> ReminderFigures:
    count, cpu = 2 * len(pairs), process.read_cpu()
    now = datetime.now(UTC)
    with database.writing() as session:
        add_meetings(session, school, pairs, starts_at=now + timedelta(minutes=50), remind_at=now, now=now)
    planned = time.perf_counter()
    longest = count / OVERALL_PER_SECOND / SLOWEST + 60
    while count_sent(database) < count:
        process.check_lives()
        if time.perf_counter() - planned > longest:
            raise NotAnswered(f"{count_sent(database)} of {count} reminders left in {longest:.0f} s")
        await asyncio.sleep(1.0)
    cpu = process.read_cpu() - cpu
    with database.reading() as session:
        first = session.scalar(select(func.min(OutboxMessage.created_at)))
    assert first is not None
    calls = sandbox.record.find(0, "sendMessage", 0)
    moments = sorted(call["at"] for call in calls if call["done"])
    return summarise(kind, moments, calls, tick=first, due=now, cpu=cpu)


def summarise(
    kind: str, moments: list[float], calls: list[Any], *, tick: datetime, due: datetime, cpu: float
) -> ReminderFigures:
    started, count = tick.timestamp(), len(moments)
    late = [at - started - place / OVERALL_PER_SECOND for place, at in enumerate(moments, start=1)]
    return ReminderFigures(
        database=kind,
        count=count,
        rate=(count - 1) / (moments[-1] - moments[0]),
        allowed=OVERALL_PER_SECOND,
        refused=sum(call["answer"].get("error_code") == 429 for call in calls),  # noqa: PLR2004  # HTTP's number
        late_max=max(late),
        late_p99=quantiles(late, n=100, method="inclusive")[98],
        tick_wait=started - due.timestamp(),
        cpu_ms=cpu / count * 1000,
    )


def count_sent(database: Database) -> int:
    with database.reading() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(OutboxMessage)
                .where(OutboxMessage.status == OutboxStatus.SENT)
            )
            or 0
        )
