"""What the tables hold of a couple's meetings, and what was logged or agreed before a dialogue begins."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, select

from models.drafts import Draft, DraftStatus
from models.meetings import Meeting, MeetingKind
from models.requests import Request, RequestStatus
from services.meetings.outcomes import log_past_meeting
from services.meetings.planning import confirm_meeting, propose_meeting
from tests.dialogues.pairs import MOSCOW, PairInChat


async def rows(couple: PairInChat, query: Executable) -> list[Any]:
    found: list[Any] = await asyncio.to_thread(
        couple.world.read, lambda session: session.execute(query).all()
    )
    return found


async def meetings(couple: PairInChat) -> list[tuple[str, str, int | None, str | None]]:
    """Status, local day, minutes held, topic."""
    query = select(Meeting.status, Meeting.local_start, Meeting.held_minutes, Meeting.topic)
    found = await rows(couple, query.order_by(Meeting.id))
    return [(status.value, start[:10], minutes, topic) for status, start, minutes, topic in found]


async def drafts(couple: PairInChat) -> list[tuple[DraftStatus, str | None]]:
    found = await rows(couple, select(Draft.status, Draft.text, Draft.contents).order_by(Draft.id))
    assert all((text is None) == (contents is None) for _, text, contents in found)
    return [(status, text) for status, text, _ in found]


async def open_requests(couple: PairInChat) -> list[str]:
    waiting = select(Request.kind).where(Request.status == RequestStatus.WAITING)
    return [kind.value for (kind,) in await rows(couple, waiting)]


async def day(couple: PairInChat, *, back: int = 0) -> str:
    return ((await couple.local_now()).date() - timedelta(days=back)).isoformat()


async def log(couple: PairInChat, **facts: Any) -> int:
    """What the mentor logged before, by the service."""
    couple.world.now = couple.running.clock.now()
    local_day = couple.world.now.astimezone(MOSCOW).date() - timedelta(days=facts.pop("back", 1))
    logged = await asyncio.to_thread(
        couple.world.write,
        log_past_meeting,
        actor=couple.world.actor(couple.mentor.person),
        pair_id=couple.pair_id,
        day=local_day,
        **{"minutes": 30, "topic": None, **facts},
    )
    meeting_id: int = logged.meeting_id
    return meeting_id


async def plan(couple: PairInChat, local_start: datetime, kind: MeetingKind = MeetingKind.INTRO) -> int:
    """A meeting that both agreed on, by the services."""
    couple.world.now = couple.running.clock.now()
    write, world = couple.world.write, couple.world
    proposed = await asyncio.to_thread(
        write,
        propose_meeting,
        actor=world.actor(couple.mentor.person),
        pair_id=couple.pair_id,
        kind=kind,
        local_start=local_start,
    )
    await asyncio.to_thread(
        write, confirm_meeting, actor=world.actor(couple.mentee.person), meeting_id=proposed.meeting_id
    )
    await couple.pyotr.expect("Договорились")
    meeting_id: int = proposed.meeting_id
    return meeting_id


def at(moment: datetime, hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    return datetime.combine(moment.date() + timedelta(days=days), datetime.min.time()).replace(
        hour=hour, minute=minute
    )
