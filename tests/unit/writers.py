"""Somebody who writes to the bot about meetings: the services that the chat calls, in its order."""

from datetime import date
from typing import Any

from sqlalchemy import select

from models.drafts import Draft
from models.meetings import Meeting
from models.tasks import Task
from services.meetings.cards import read_meeting
from services.meetings.outcomes import log_past_meeting
from services.messages_read.drafts.authors import read_author, read_text
from services.messages_read.drafts.cards import read_draft
from services.messages_read.drafts.saving import save_meeting
from services.messages_read.drafts.writing import fill_draft, open_draft
from tests.unit.test_meetings import Pair
from tests.world import Participant, World

MONDAY = date(2026, 11, 23)


class Writer:
    """Somebody who writes to the bot about meetings."""

    def __init__(self, pair: Pair, who: Participant | None = None) -> None:
        self.pair, self.world = pair, pair.world
        self.who = who or pair.mentor
        self.actor = self.world.actor(self.who.person)
        self.message_id = 0

    def do(self, fn: Any, **facts: Any) -> Any:
        return self.world.write(fn, actor=self.actor, **facts)

    def write(self, text: str, *, is_beside_card: bool = False) -> Any:
        author = self.world.read(read_author, actor=self.actor)
        self.message_id += 1
        return self.do(
            open_draft,
            text=text,
            reading=read_text(author, text, now=self.world.now),
            message_id=self.message_id,
            is_beside_card=is_beside_card,
        )

    def card(self, draft_id: int) -> Any:
        return self.world.read(read_draft, actor=self.actor, draft_id=draft_id, now=self.world.now)

    def fill(self, draft_id: int, **changes: Any) -> None:
        self.do(fill_draft, draft_id=draft_id, changes=changes)

    def save(self, draft_id: int, *, at: int = 0, is_sure: bool = False) -> Any:
        return self.do(save_meeting, draft_id=draft_id, at=at, is_sure=is_sure)

    def log(self, **facts: Any) -> Any:
        facts = {"day": MONDAY, "minutes": 30, "topic": "журнал", **facts}
        return self.do(log_past_meeting, pair_id=self.pair.id, **facts).meeting_id

    def meeting(self, meeting_id: int) -> Any:
        return self.world.read(read_meeting, actor=self.actor, meeting_id=meeting_id)


def drafts(world: World) -> Any:
    return world.read(lambda session: list(session.scalars(select(Draft).order_by(Draft.id))))


def meetings(world: World) -> Any:
    return world.read(lambda session: list(session.scalars(select(Meeting).order_by(Meeting.id))))


def open_tasks(world: World) -> Any:
    query = select(Task.kind, Task.person_id, Task.wanted_on).where(Task.done_at.is_(None))
    return world.read(lambda session: [tuple(row) for row in session.execute(query)])
