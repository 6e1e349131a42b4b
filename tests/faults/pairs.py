"""A mentee and a mentor who meet again and again, and what they agreed on."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingStatus
from models.pairs import Pair, PairStatus
from models.people import Participation, Role
from models.surveys import Answer, SurveyRun
from services.meetings.reminders import find_next_notice
from services.pairs.proposals import confirm_pair, draft_pair
from services.surveys.steps import read_step
from tests.faults.shared import Shared
from tests.faults.teachers import PATIENCE, Teacher, Unanswered

LENGTHS = ("30", "45", "60", "90")


@dataclass
class Agreed:
    """One meeting as the two of them know it."""

    meeting_id: int
    minutes: int = 0
    topic: str = ""
    ratings: dict[int, int] = field(default_factory=dict)  # by person


@dataclass
class PairInChat:
    shared: Shared
    mentee: Teacher
    mentor: Teacher
    pair_id: int = 0
    meetings: list[Agreed] = field(default_factory=list)

    async def become_a_pair(self) -> None:
        sides = [
            await self.shared.read(find_participation, one.facts.id, one.role)
            for one in (self.mentee, self.mentor)
        ]
        drafted = await self.shared.curate(
            draft_pair, mentee_participation_id=sides[0], mentor_participation_id=sides[1]
        )
        self.pair_id = drafted.pair_id
        await self.shared.curate(confirm_pair, pair_id=self.pair_id)
        await asyncio.gather(*(self._accept(one) for one in (self.mentee, self.mentor)))
        await self.until(lambda: self.shared.read(read_pair_status, self.pair_id), PairStatus.ACCEPTED)

    async def _accept(self, teacher: Teacher) -> None:
        await teacher.press(f"offer.accept:{self.pair_id}")
        self.shared.tally["offers accepted"] += 1

    async def until(self, look: Any, wanted: object) -> None:
        deadline = time.monotonic() + PATIENCE
        while (found := await look()) != wanted:
            if time.monotonic() > deadline:
                raise Unanswered(f"pair {self.pair_id}: {found!r} instead of {wanted!r}")
            await asyncio.sleep(0.2)

    async def agree(self) -> None:
        """The mentor proposes a time by taps, the mentee confirms the notice."""
        known = set(await self.shared.read(list_meeting_ids, self.pair_id))
        await self.mentor.say("/pair")
        await self.mentor.press(f"meeting.new:{self.pair_id}")
        while not (new := set(await self.shared.read(list_meeting_ids, self.pair_id)) - known):
            for prefix in ("plan.send", "plan.time", "plan.day", "plan.kind"):
                if await self.mentor._stands(prefix):
                    await self.mentor.press(prefix)
                    break
            else:
                await self.mentor.say("/pair")
                await self.mentor.press(f"meeting.new:{self.pair_id}")
        if len(new) > 1:
            self.shared.find(f"doubled: pair {self.pair_id} proposed once and has meetings {sorted(new)}")
        meeting_id = min(new)
        await self.mentee.press(f"meeting.confirm:{meeting_id}")
        await self.until(lambda: self.shared.read(read_meeting_status, meeting_id), MeetingStatus.PLANNED)
        self.meetings.append(Agreed(meeting_id))
        self.shared.tally["meetings agreed"] += 1

    async def tell(self) -> None:
        """Both answer the bot's question after the meeting: the mentor logs and rates, the mentee rates."""
        await asyncio.gather(self._log(), self._rate_as_mentee())

    async def _log(self) -> None:
        agreed, rng = self.meetings[-1], self.shared.rng
        await self.mentor.press(f"held.yes:{agreed.meeting_id}")
        await self.mentor.until_quiet()
        while (await self.shared.read(read_log, agreed.meeting_id))[0] is None:
            if await self.mentor.buttons("log.skip"):  # another notice may have come below it
                agreed.topic = f"Тема номер {rng.randrange(10**6)}"
                await self.mentor.say(agreed.topic)
            elif lengths := await self.mentor.buttons("log.minutes"):
                chosen = rng.choice(lengths)
                agreed.minutes = int(chosen.parts[-1])
                await self.mentor.tap(chosen)
            else:
                await self.mentor.press(f"held.yes:{agreed.meeting_id}")
            await self.mentor.until_quiet()  # what is typed in haste would be taken for the next answer
        self.shared.tally["meetings logged"] += 1
        await self._rate(self.mentor)

    async def _rate_as_mentee(self) -> None:
        await self.mentee.press(f"held.yes:{self.meetings[-1].meeting_id}")
        await self._rate(self.mentee)

    async def _rate(self, teacher: Teacher) -> None:
        """In the notice's own bubble; after a crash the way there leads through the menu."""
        agreed = self.meetings[-1]
        key = f"feedback:meeting:{agreed.meeting_id}:person:{teacher.facts.id}"
        await teacher.until_quiet()
        while await self.shared.read(read_rating, key) is None:
            run_id = await self.shared.read(find_run, key)
            if found := await teacher.buttons(f"feedback.rate:{run_id}:"):
                chosen = self.shared.rng.choice(found)
                agreed.ratings[teacher.facts.id] = int(chosen.parts[-1])
                await teacher.tap(chosen)
                await teacher.until_quiet()
            elif await teacher.buttons(f"continue.survey:{run_id}"):
                await teacher.press(f"continue.survey:{run_id}")
                chosen = self.shared.rng.choice(await teacher.buttons(f"survey.pick:{run_id}:"))
                agreed.ratings[teacher.facts.id] = int(chosen.parts[-1])
                await teacher.tap(chosen)
                await teacher.until_quiet()
            else:
                await teacher.press(f"held.yes:{agreed.meeting_id}")
        self.shared.tally["ratings"] += 1


async def pass_time(shared: Shared, couples: list[PairInChat]) -> None:
    """Skip from notice to notice, as the sandbox's button does, until every last meeting was asked about."""
    wanted = [couple.meetings[-1].meeting_id for couple in couples]
    deadline = time.monotonic() + PATIENCE
    while await shared.read(count_unasked, wanted):
        if time.monotonic() > deadline:
            raise Unanswered(f"meetings {wanted} were not asked about")
        moment = await shared.read(find_next_notice, now=shared.machine.clock.now())
        if moment is not None:
            await shared.machine.telegram.skip(to=max(moment, await shared.machine.telegram.now()))
            shared.tally["skips of the clock"] += 1
        await asyncio.sleep(1.5)


def find_participation(session: Session, person_id: int, role: Role) -> int:
    query = select(Participation.id).where(Participation.person_id == person_id, Participation.role == role)
    return session.scalars(query).one()


def read_pair_status(session: Session, pair_id: int) -> PairStatus | None:
    return session.scalar(select(Pair.status).where(Pair.id == pair_id))


def list_meeting_ids(session: Session, pair_id: int) -> list[int]:
    return list(session.scalars(select(Meeting.id).where(Meeting.pair_id == pair_id).order_by(Meeting.id)))


def read_meeting_status(session: Session, meeting_id: int) -> MeetingStatus | None:
    return session.scalar(select(Meeting.status).where(Meeting.id == meeting_id))


def read_log(session: Session, meeting_id: int) -> tuple[int | None, str | None]:
    row = session.execute(select(Meeting.held_minutes, Meeting.topic).where(Meeting.id == meeting_id)).one()
    return row[0], row[1]


def find_run(session: Session, dedup_key: str) -> int | None:
    return session.scalar(select(SurveyRun.id).where(SurveyRun.dedup_key == dedup_key))


def read_rating(session: Session, dedup_key: str) -> object:
    """The answer to the one question whose tap sends the feedback."""
    run_id = find_run(session, dedup_key)
    if run_id is None:
        return None
    quick = read_step(session, run_id=run_id).survey.quick
    row = session.scalar(select(Answer).where(Answer.run_id == run_id, Answer.question_id == quick))
    return row.value["value"] if row is not None and row.value is not None else None


def count_unasked(session: Session, meeting_ids: list[int]) -> int:
    """Meetings whose end has passed without a question, or is still to come."""
    asked = session.scalars(select(Meeting.id).where(Meeting.id.in_(meeting_ids), Meeting.ask_at.is_(None)))
    return len(meeting_ids) - len(set(asked))
