"""A group is one thing: each answers for themselves, members come and go, a meeting counts once (E10)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models.accounts import AccountRole
from models.meetings import Meeting, MeetingAnswer, MeetingKind, MeetingStatus
from models.messages import OutboxMessage
from models.pairs import DeclineReason, PairStatus
from models.people import Participation, ParticipationStatus
from models.surveys import UNSENT, RunOccasion, SurveyRun
from models.tasks import Task, TaskKind
from services.access.actors import Channel, system
from services.accounts.directory import create_account
from services.joining.absences import begin_leave
from services.joining.withdrawing import withdraw_consent
from services.meetings.attendance import MenteeSaid, set_attendance
from services.meetings.cards import list_meetings_of, read_meeting
from services.meetings.outcomes import log_past_meeting, report_held
from services.meetings.planning import (
    GroupMeetsAnyway,
    answer_coming,
    cancel_meeting,
    confirm_meeting,
    propose_meeting,
)
from services.messages_read.drafts.absent import split_absent
from services.pairs.assignments import EndReason, end_pair
from services.pairs.cards import count_places_left, read_pair
from services.pairs.forms import GroupNeedsKind
from services.pairs.groups import LastMentee, NotAGroup, add_mentee, remove_mentee
from services.pairs.offers import NoneAgreed, accept_offer, begin_with_agreed, decline_offer, expire_offers
from services.pairs.proposals import MenteeTaken, MentorFull, confirm_pair, draft_group, draft_pair
from services.results.attendance import read_attendance
from services.surveys.shared import read_shared
from tests.world import Participant, World


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What depends on the engine is proved by the tests of pairs."""
    return sqlite_url


class Group:
    def __init__(self, world: World, *, mentees: int = 3, capacity: str = "4") -> None:
        self.world = world
        self.mentees = [world.mentee(name, "Игоревна") for name in ("Анна", "Вера", "Дарья")[:mentees]]
        self.mentor = world.mentor("Пётр", "Андреевич", capacity=capacity)
        self.pair_id: int = self.curate(
            draft_group,
            mentee_participation_ids=[one.participation_id for one in self.mentees],
            mentor_participation_id=self.mentor.participation_id,
        ).pair_id

    def curate(self, fn: Any, **facts: Any) -> Any:
        return self.world.write(fn, actor=self.world.curator, **facts)

    def act(self, fn: Any, one: Participant, **facts: Any) -> Any:
        return self.world.write(fn, actor=self.world.actor(one.person), **facts)

    def accept(self, *people: Participant) -> None:
        for one in people:
            self.act(accept_offer, one, pair_id=self.pair_id)

    def agree(self) -> "Group":
        self.curate(confirm_pair, pair_id=self.pair_id)
        self.accept(*self.mentees, self.mentor)
        return self

    def card(self) -> Any:
        return self.world.read(read_pair, actor=self.world.curator, pair_id=self.pair_id)

    def members(self) -> list[int]:
        return [one.person_id for one in self.card().mentees]

    def told(self, kind: str) -> list[int]:
        query = select(OutboxMessage.person_id).where(OutboxMessage.kind == kind)
        return sorted(self.world.read(lambda session: list(session.scalars(query))))

    def standing(self, one: Participant) -> Any:
        query = select(Participation.status).where(Participation.id == one.participation_id)
        return self.world.read(lambda session: session.scalar(query))

    def places(self) -> Any:
        return self.world.read(count_places_left, self.mentor.participation_id)

    def log(self, minutes: int = 40) -> int:
        meeting_id: int = self.act(
            log_past_meeting,
            self.mentor,
            pair_id=self.pair_id,
            day=self.world.now.date(),
            minutes=minutes,
            topic=None,
        ).meeting_id
        return meeting_id

    def meeting(self, meeting_id: int) -> Any:
        return self.world.read(read_meeting, actor=self.world.curator, meeting_id=meeting_id)


def test_each_accepts_for_themselves_and_the_group_begins_when_all_have(world: World) -> None:
    group = Group(world)
    assert group.card().kind == "group", "the pack's first kind for groups"
    assert group.places() == 1, "three of four places are held"
    with pytest.raises(MenteeTaken):
        group.curate(
            draft_pair,
            mentee_participation_id=group.mentees[0].participation_id,
            mentor_participation_id=world.mentor().participation_id,
        )
    group.curate(confirm_pair, pair_id=group.pair_id)
    assert group.told("pair.offer") == sorted(one.id for one in (*group.mentees, group.mentor))
    group.accept(group.mentor, *group.mentees[:2])
    assert group.card().status is PairStatus.OFFERED
    group.accept(group.mentees[2])
    assert group.card().status is PairStatus.ACCEPTED
    assert group.told("pair.accepted") == sorted(one.id for one in (*group.mentees, group.mentor))
    assert group.standing(group.mentees[0]) is ParticipationStatus.PAIRED
    assert group.standing(group.mentor) is ParticipationStatus.READY


def test_a_mentee_who_declines_leaves_the_others_to_go_on(world: World) -> None:
    group = Group(world)
    group.curate(confirm_pair, pair_id=group.pair_id)
    anna, vera, darya = group.mentees
    group.accept(anna, group.mentor, darya)
    group.act(decline_offer, vera, pair_id=group.pair_id, reason=DeclineReason.SCHEDULE)
    assert group.card().status is PairStatus.ACCEPTED, "all who are left have agreed"
    assert group.members() == [anna.id, darya.id]
    assert group.told("pair.declined") == []
    assert group.standing(vera) is ParticipationStatus.READY
    assert group.places() == 2
    query = select(Task.person_id).where(Task.kind == TaskKind.OFFER_DECLINED)
    assert world.read(lambda session: list(session.scalars(query))) == [vera.id]


def test_silence_leaves_the_group_to_those_who_agreed(world: World) -> None:
    group = Group(world)
    group.curate(confirm_pair, pair_id=group.pair_id)
    anna, vera, darya = group.mentees
    with pytest.raises(NoneAgreed):
        group.curate(begin_with_agreed, pair_id=group.pair_id)
    group.accept(group.mentor, anna, vera)
    world.now += timedelta(days=7)
    world.write(expire_offers)
    assert (group.card().status, group.members()) == (PairStatus.ACCEPTED, [anna.id, vera.id])
    assert group.told("pair.expired") == [darya.id]
    assert group.standing(darya) is ParticipationStatus.READY


def test_the_mentors_no_ends_the_offer_for_all(world: World) -> None:
    group = Group(world)
    group.curate(confirm_pair, pair_id=group.pair_id)
    group.accept(*group.mentees)
    group.act(decline_offer, group.mentor, pair_id=group.pair_id, reason=DeclineReason.WORKLOAD)
    assert group.card().status is PairStatus.DECLINED
    assert group.told("pair.declined") == sorted(one.id for one in group.mentees)
    assert group.places() == 4


def test_members_come_and_go_while_the_group_works(world: World) -> None:
    group = Group(world, mentees=2, capacity="3").agree()
    anna, vera = group.mentees
    first = group.log()
    world.now += timedelta(days=10)
    zoya = world.mentee("Зоя", "Павловна")
    group.curate(add_mentee, pair_id=group.pair_id, mentee_participation_id=zoya.participation_id)
    assert group.members() == [anna.id, vera.id], "until the answer nothing changes"
    assert group.places() == 0, "but the place is held"
    other = world.mentee("Яна", "Олеговна").participation_id
    with pytest.raises(MentorFull):
        group.curate(add_mentee, pair_id=group.pair_id, mentee_participation_id=other)
    group.accept(zoya)
    assert group.members() == [anna.id, vera.id, zoya.id]
    assert group.told("pair.member_joined") == sorted([anna.id, vera.id, group.mentor.id])
    second = group.log(30)
    assert [one.person_id for one in group.meeting(first).mentees] == [anna.id, vera.id]
    assert len(group.meeting(second).mentees) == 3
    own = world.read(list_meetings_of, actor=world.actor(zoya.person), person_id=zoya.id)
    assert [one.id for one in own] == [second], "not what was before"

    world.now += timedelta(days=1)
    group.curate(remove_mentee, pair_id=group.pair_id, person_id=vera.id)
    assert group.members() == [anna.id, zoya.id]
    assert group.told("pair.member_left") == sorted([anna.id, vera.id, zoya.id, group.mentor.id])
    assert group.standing(vera) is ParticipationStatus.READY
    assert len(group.meeting(second).mentees) == 3, "who was there stays in the journal"
    world.write(withdraw_consent, actor=world.actor(zoya.person))
    assert group.members() == [anna.id], "a group goes on without who leaves the programme"
    assert group.card().status is PairStatus.ACCEPTED
    with pytest.raises(LastMentee):
        group.curate(remove_mentee, pair_id=group.pair_id, person_id=anna.id)


def test_who_was_asked_and_is_silent_does_not_come_in(world: World) -> None:
    group = Group(world, mentees=2).agree()
    zoya = world.mentee("Зоя", "Павловна")
    group.curate(add_mentee, pair_id=group.pair_id, mentee_participation_id=zoya.participation_id)
    world.now += timedelta(days=7)
    world.write(expire_offers)
    assert zoya.id not in group.members()
    assert group.told("pair.expired") == [zoya.id]
    group.curate(add_mentee, pair_id=group.pair_id, mentee_participation_id=zoya.participation_id)
    group.curate(end_pair, pair_id=group.pair_id, reason=EndReason.COMPLETED)
    assert group.told("pair.withdrawn") == [zoya.id], "an open question ends with the group"
    assert group.standing(zoya) is ParticipationStatus.READY


def test_several_mentees_need_a_kind_for_groups(world: World) -> None:
    mentees = [world.mentee(name, "Игоревна").participation_id for name in ("Анна", "Вера")]
    facts = {"mentee_participation_ids": mentees, "actor": world.curator}
    mentor = world.mentor(capacity="2")
    with pytest.raises(GroupNeedsKind):
        world.write(draft_group, mentor_participation_id=mentor.participation_id, kind="traditional", **facts)
    one = world.mentor("Лев", "Олегович", capacity="1").participation_id
    with pytest.raises(MentorFull):
        world.write(draft_group, mentor_participation_id=one, **facts)
    pair_id = world.agree(world.mentee("Яна", "Олеговна"), mentor)
    with pytest.raises(NotAGroup):
        world.write(add_mentee, actor=world.curator, pair_id=pair_id, mentee_participation_id=mentees[0])


def test_a_meeting_of_a_group_counts_once_and_keeps_who_was_there(world: World) -> None:
    group = Group(world).agree()
    anna, vera, darya = group.mentees
    meeting_id = group.log(40)
    group.act(set_attendance, group.mentor, meeting_id=meeting_id, person_id=vera.id, was_there=False)
    card = group.meeting(meeting_id)
    assert card.status is MeetingStatus.HELD
    assert [one.person_id for one in card.absent] == [vera.id]
    figures = world.read(read_attendance, actor=world.curator, cycle_id=world.cycle_id, now=world.now)
    assert (figures.held, figures.minutes) == (1, 40)
    query = select(SurveyRun.person_id).where(
        SurveyRun.occasion == RunOccasion.FEEDBACK, SurveyRun.status.in_(UNSENT)
    )
    asked = world.read(lambda session: sorted(session.scalars(query)))
    assert asked == sorted([anna.id, darya.id, group.mentor.id]), "who was not there rates nothing"
    tasks = world.read(lambda session: session.scalar(select(func.count(Task.id))))
    assert tasks == 0, "an absence is no disagreement"
    group.act(report_held, darya, meeting_id=meeting_id, took_place=True)
    with pytest.raises(MenteeSaid):
        group.act(set_attendance, group.mentor, meeting_id=meeting_id, person_id=darya.id, was_there=False)


def test_a_mentee_of_a_group_stays_away_and_the_others_meet(world: World) -> None:
    group = Group(world).agree()
    anna, vera, _darya = group.mentees
    start = (world.now + timedelta(days=2)).replace(tzinfo=None, hour=15, minute=0)
    facts = {"pair_id": group.pair_id, "kind": MeetingKind.INTRO, "local_start": start}
    meeting_id = group.act(propose_meeting, group.mentor, **facts).meeting_id
    group.act(confirm_meeting, anna, meeting_id=meeting_id)
    assert group.meeting(meeting_id).status is MeetingStatus.PLANNED
    assert len(group.told("meeting.planned")) == 3
    with pytest.raises(GroupMeetsAnyway):
        group.act(cancel_meeting, vera, meeting_id=meeting_id)
    group.act(answer_coming, vera, meeting_id=meeting_id, is_coming=False)
    assert group.told("meeting.coming") == [group.mentor.id]
    assert [one.person_id for one in group.meeting(meeting_id).absent] == [vera.id]
    world.now += timedelta(days=3)
    for one in (anna, group.mentor):
        group.act(report_held, one, meeting_id=meeting_id, took_place=True)
    assert group.meeting(meeting_id).status is MeetingStatus.HELD
    group.act(report_held, group.mentees[2], meeting_id=meeting_id, took_place=False)
    assert group.meeting(meeting_id).status is MeetingStatus.HELD
    assert world.read(lambda session: session.scalar(select(func.count(MeetingAnswer.id)))) == 4


def test_a_mentee_reads_of_the_mentor_and_not_of_the_other_mentees(world: World) -> None:
    group = Group(world).agree()
    anna, vera, darya = group.mentees

    def people(one: Participant) -> set[int]:
        found = world.read(
            read_shared,
            actor=world.actor(one.person),
            pair_id=group.pair_id,
            person_id=one.id,
            locale="ru",
        )
        return {sheet.person_id for sheet in found.sheets}

    assert people(anna) == {group.mentor.id}
    assert people(group.mentor) == {anna.id, vera.id, darya.id}


def test_a_leave_of_one_mentee_does_not_pause_a_group(world: World) -> None:
    world.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login="curator",
        name="Вера Павловна Тихая",
        role=AccountRole.CURATOR,
    )
    group = Group(world).agree()
    today = world.now.date()
    group.curate(begin_leave, person_id=group.mentees[0].id, starts_on=today, ends_on=None)
    assert group.told("pair.paused") == []
    group.curate(begin_leave, person_id=group.mentor.id, starts_on=today, ends_on=None)
    assert len(group.told("pair.paused")) == 4
    count = world.read(lambda session: session.scalar(select(func.count(Meeting.id))))
    assert count == 0


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("вчера занятие с группой 40 минут, не было Петровой", (1,)),
        ("занятие с группой, Петрова не пришла, план урока", (1,)),
        ("группа без Петровой и Белых, 40 минут", (1, 2)),
        ("не было Сидорова", ()),
    ],
)
def test_who_was_absent_is_read_from_the_text(text: str, absent: tuple[int, ...]) -> None:
    people = ((1, "Петрова Анна Игоревна"), (2, "Белых Вера Павловна"), (3, "Коваленко Ян Олегович"))
    told, found = split_absent(text, people)
    assert found == absent
    assert bool(found) is ("Петров" not in told and "не было" not in told and "Сидоров" not in told)
