"""Kinds of mentoring with rules of their own: speed, situational, short-term, reverse, virtual (E10)."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.audit import Action, AuditEntry
from models.meetings import Meeting, MeetingFormat, MeetingKind
from models.messages import OutboxMessage
from models.pairs import Pair, PairStatus, WaitsFor
from models.people import Role
from models.tasks import Task, TaskKind
from services.matching.facts import Facts, Links, Member
from services.matching.scoring import Caution, assess
from services.meetings.kinds import list_kinds
from services.meetings.outcomes import log_past_meeting
from services.meetings.planning import propose_meeting
from services.pairs.assignments import EndReason, end_pair
from services.pairs.cards import read_pair
from services.pairs.forms import FormIsFixed, NotInPack, change_form
from services.pairs.offers import accept_offer
from services.pairs.proposals import confirm_pair, draft_pair
from services.pairs.silence import remind_of_silence
from services.pairs.terms import TermInThePast, watch_terms
from tests.world import Participant, World


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The rules of kinds do not depend on the engine."""
    return sqlite_url


class Couple:
    def __init__(self, world: World, kind: str | None = None) -> None:
        self.world = world
        self.anna, self.pyotr = world.mentee(), world.mentor()
        self.pair_id: int = self.curate(
            draft_pair,
            mentee_participation_id=self.anna.participation_id,
            mentor_participation_id=self.pyotr.participation_id,
            kind=kind,
        ).pair_id

    def curate(self, fn: Any, **facts: Any) -> Any:
        return self.world.write(fn, actor=self.world.curator, **facts)

    def agree(self) -> "Couple":
        self.curate(confirm_pair, pair_id=self.pair_id)
        for one in (self.anna, self.pyotr):
            self.world.write(accept_offer, actor=self.actor(one), pair_id=self.pair_id)
        return self

    def actor(self, one: Participant) -> Any:
        return self.world.actor(one.person)

    def card(self) -> Any:
        return self.world.read(read_pair, actor=self.world.curator, pair_id=self.pair_id)

    def change(self, kind: str, ends_on: date | None = None, form: str = "teacher_teacher") -> Any:
        return self.curate(
            change_form, pair_id=self.pair_id, form=form, kind=kind, role_variant=None, ends_on=ends_on
        )

    def log(self, minutes: int = 40) -> Any:
        return self.world.write(
            log_past_meeting,
            actor=self.actor(self.pyotr),
            pair_id=self.pair_id,
            day=self.world.now.date(),
            minutes=minutes,
            topic=None,
        )

    def kinds(self) -> Any:
        def step(session: Any, *, now: Any) -> Any:
            return list_kinds(session, pair=session.get_one(Pair, self.pair_id), now=now)

        return self.world.write(step)

    def told(self, kind: str) -> list[int]:
        query = select(OutboxMessage.person_id).where(OutboxMessage.kind == kind)
        return sorted(self.world.read(lambda session: list(session.scalars(query))))

    def open_tasks(self) -> Any:
        query = select(Task.kind).where(Task.done_at.is_(None))
        return self.world.read(lambda session: list(session.scalars(query)))

    def live(self, days: int) -> None:
        for _ in range(days):
            self.world.now += timedelta(days=1)
            self.world.write(remind_of_silence)
            self.world.write(watch_terms)


def test_a_speed_pair_meets_once_and_has_done_its_work(world: World) -> None:
    couple = Couple(world, "speed").agree()
    assert couple.kinds() == [MeetingKind.REGULAR]
    couple.log()
    assert couple.card().status is PairStatus.COMPLETED
    assert couple.kinds() == []
    assert couple.told("pair.ended") == sorted([couple.anna.id, couple.pyotr.id])


def test_a_situational_pair_is_not_reminded_and_has_no_first_meeting_to_hold(world: World) -> None:
    couple = Couple(world, "situational").agree()
    assert couple.card().waits_for is WaitsFor.CURATOR, "only the order is due"
    assert couple.kinds()[0] is MeetingKind.REGULAR
    couple.live(40)
    assert couple.told("pair.first_meeting") == couple.told("pair.silent") == []
    assert TaskKind.PAIR_SILENT not in couple.open_tasks()


def test_a_short_term_pair_has_a_last_day_a_reminder_and_a_task(world: World) -> None:
    couple = Couple(world, "short_term").agree()
    begun = world.now.date()
    assert couple.card().ends_on == begun + timedelta(days=90)
    couple.live(75)
    assert couple.told("pair.term_ends") == []
    couple.live(15)
    assert couple.told("pair.term_ends") == sorted([couple.anna.id, couple.pyotr.id])
    assert TaskKind.PAIR_TERM_OVER not in couple.open_tasks()
    couple.live(1)
    assert TaskKind.PAIR_TERM_OVER in couple.open_tasks()
    with pytest.raises(TermInThePast):
        couple.change("short_term", begun)
    couple.change("short_term", world.now.date() + timedelta(days=30))
    assert TaskKind.PAIR_TERM_OVER not in couple.open_tasks(), "another day answers it"
    couple.live(31)
    assert TaskKind.PAIR_TERM_OVER in couple.open_tasks()
    couple.curate(end_pair, pair_id=couple.pair_id, reason=EndReason.COMPLETED)
    couple.live(1)
    assert TaskKind.PAIR_TERM_OVER not in couple.open_tasks()


def test_a_virtual_pair_meets_online_unless_somebody_says_otherwise(world: World) -> None:
    couple = Couple(world, "virtual").agree()
    start = (world.now + timedelta(days=2)).replace(tzinfo=None, hour=15, minute=0)
    world.write(
        propose_meeting,
        actor=couple.actor(couple.pyotr),
        pair_id=couple.pair_id,
        kind=MeetingKind.INTRO,
        local_start=start,
    )
    couple.log()
    formats = world.read(lambda session: list(session.scalars(select(Meeting.format))))
    assert formats == [MeetingFormat.ONLINE] * 2


def test_reverse_mentoring_turns_the_caution_about_experience_round() -> None:
    def member(years: int) -> Member:
        return Member(years, years, Role.MENTEE, experience=years)

    facts = Facts((), (), Links(), {})
    elder, younger = member(20), member(2)
    assert assess(elder, younger, facts, is_reverse=True).cautions == ()
    assert assess(younger, elder, facts, is_reverse=True).cautions == (Caution.NOT_YOUNGER,)
    assert assess(elder, younger, facts).cautions == (Caution.LESS_EXPERIENCE,)


def test_form_and_kind_are_changed_while_the_state_allows_it(world: World) -> None:
    couple = Couple(world)
    assert couple.change("reverse", form="head_teacher")
    assert not couple.change("reverse", form="head_teacher"), "nothing differs"
    with pytest.raises(NotInPack):
        couple.change("no_such_kind")
    couple.curate(confirm_pair, pair_id=couple.pair_id)
    with pytest.raises(FormIsFixed):
        couple.change("virtual")
    for one in (couple.anna, couple.pyotr):
        world.write(accept_offer, actor=couple.actor(one), pair_id=couple.pair_id)
    couple.world.order(couple.pair_id)
    assert couple.told("pair.changed") == [], "nobody was told of the draft"
    couple.change("virtual")
    assert couple.told("pair.changed") == sorted([couple.anna.id, couple.pyotr.id])
    query = select(AuditEntry).where(AuditEntry.action == Action.PAIR_CHANGED).order_by(AuditEntry.id)
    rows = world.read(
        lambda session: [(one.before["kind"], one.after["kind"]) for one in session.scalars(query)]
    )
    assert rows == [("traditional", "reverse"), ("reverse", "virtual")]
