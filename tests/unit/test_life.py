"""What happens to people: leave, dismissal, transfer, two cards that are one; needs that others name."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.accounts import AccountRole
from models.engine import Database
from models.meetings import Meeting, MeetingKind, MeetingStatus
from models.messages import OutboxMessage
from models.pairs import Pair, PairStatus
from models.people import ChatAccount, Invitation, Participation, ParticipationStatus, Person, Role
from models.person_notes import AbsenceKind
from models.roadmap import RoadmapEntry
from models.surveys import SurveyRun
from notices.catalogue import compose
from notices.language import load_translators
from notices.letters import Letter
from services.access.actors import Channel, Right, system
from services.access.errors import NotAllowed, NotFound
from services.accounts.directory import create_account
from services.accounts.workplaces import Workplace
from services.consents.states import ConsentState, read_state
from services.joining import absences
from services.joining.handovers import StillResponsible, hand_over
from services.joining.merging import BothInOneRole, SameCard, merge_people, preview_merge
from services.meetings.planning import propose_meeting
from services.pairs.banks import list_bank, read_profile
from services.people.eligibility import EligibilityGround, YearsUnlikely, read_eligibility, set_eligibility
from services.people.testimonies import (
    DayInFuture,
    NeedUnclear,
    add_testimony,
    list_testimonies,
    mark_informed,
    remove_testimony,
)
from services.privacy.own_data import read_own_data
from services.surveys.intake import Departed, choose_role
from tests.world import World, found_school

DAY = date(2026, 11, 23)


@pytest.fixture
def world(database: Database, now: Any) -> World:
    """A school whose curator has an account: absences and words of others name who noted them."""
    world = found_school(database, now)
    with database.writing() as session:
        account = create_account(
            session,
            actor=system(Channel.COMMAND_LINE),
            organization_id=world.organization_id,
            login="curator",
            name="Куратор",
            role=AccountRole.CURATOR,
            now=now,
        )
    assert account.account_id == world.curator.id
    return world


def told(world: World) -> set[tuple[str, int | None]]:
    with world.database.reading() as session:
        return {(one.kind, one.person_id) for one in session.scalars(select(OutboxMessage))}


def status_of(world: World, pair_id: int) -> PairStatus:
    with world.database.reading() as session:
        return session.get_one(Pair, pair_id).status


def test_a_long_leave_pauses_the_pair_and_the_return_goes_on(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    world.order(pair_id)
    with pytest.raises(absences.LeaveEndsBefore):
        world.write(
            absences.begin_leave,
            actor=world.curator,
            person_id=mentor.id,
            starts_on=DAY,
            ends_on=DAY - timedelta(days=1),
        )
    leave = {"actor": world.curator, "person_id": mentor.id, "starts_on": DAY, "ends_on": None}
    world.write(absences.begin_leave, **leave)
    assert status_of(world, pair_id) is PairStatus.PAUSED
    assert {("pair.paused", mentor.id), ("pair.paused", mentee.id)} <= told(world)
    with pytest.raises(absences.AwayAlready):
        world.write(absences.begin_leave, **leave)
    world.write(absences.begin_leave, **{**leave, "person_id": mentee.id})
    world.write(absences.end_absence, actor=world.curator, person_id=mentor.id)
    assert status_of(world, pair_id) is PairStatus.PAUSED, "the other one is away still"
    world.write(absences.end_absence, actor=world.curator, person_id=mentee.id)
    assert status_of(world, pair_id) is PairStatus.ACTIVE
    with pytest.raises(absences.NotAway):
        world.write(absences.end_absence, actor=world.curator, person_id=mentee.id)


def test_a_leave_stops_what_is_planned_before_the_order_too(world: World, database: Database) -> None:
    """Nothing is at work yet: the state stays, meetings go, both know; nobody proposes who is away."""
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    meeting = world.write(
        propose_meeting,
        actor=world.actor(mentor.person),
        pair_id=pair_id,
        kind=MeetingKind.INTRO,
        local_start=datetime(2026, 11, 27, 15, 0),
    )
    bank = {"actor": world.curator, "organization_id": world.organization_id, "role": Role.MENTOR}
    assert len(world.read(list_bank, **bank).rows) == 1
    leave = {"actor": world.curator, "person_id": mentor.id}
    world.write(absences.begin_leave, starts_on=DAY, ends_on=None, **leave)
    assert world.read(list_bank, **bank).rows == ()
    assert status_of(world, pair_id) is PairStatus.ACCEPTED
    with database.reading() as session:
        assert session.get_one(Meeting, meeting.meeting_id).status is MeetingStatus.CANCELLED
    assert {("pair.paused", mentor.id), ("pair.paused", mentee.id)} <= told(world)
    with database.reading() as session:
        t = load_translators()["ru"]
        facts = {"pair_id": pair_id, "person_id": mentee.id}
        letter = compose(session, kind="pair.paused", facts=facts, t=t, now=world.now)
        assert isinstance(letter, Letter)
        assert "на паузе" in letter.text
    world.write(absences.end_absence, **leave)
    assert status_of(world, pair_id) is PairStatus.ACCEPTED
    assert {("pair.resumed", mentor.id), ("pair.resumed", mentee.id)} <= told(world)


def test_a_dismissal_ends_pairs_and_roles_and_keeps_the_card(world: World, database: Database) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    world.invite(mentee.person)
    ties = world.read(absences.read_ties, actor=world.curator, person_id=mentee.id, now=world.now)
    assert (ties.pairs, ties.has_chat, ties.has_account) == (1, True, False)
    dismissal = {"actor": world.curator, "person_id": mentee.id, "starts_on": DAY}
    world.write(absences.dismiss_person, **dismissal)
    assert status_of(world, pair_id) is PairStatus.TERMINATED
    assert ("person.dismissed", mentee.id) in told(world)
    with database.reading() as session:
        person = session.get_one(Person, mentee.id)
        assert person.departed_at == world.now
        assert session.get_one(Participation, mentee.participation_id).status is ParticipationStatus.LEFT
        assert session.get_one(Participation, mentor.participation_id).status is ParticipationStatus.READY
        links = session.scalars(select(Invitation).where(Invitation.person_id == mentee.id))
        assert all(one.revoked_at is not None for one in links)
    with pytest.raises(Departed):
        world.write(choose_role, actor=world.actor(mentee.person), role=Role.MENTOR)
    world.write(absences.end_absence, actor=world.curator, person_id=mentee.id)
    world.write(choose_role, actor=world.actor(mentee.person), role=Role.MENTOR)
    kinds = world.read(absences.list_absences, actor=world.curator, person_id=mentee.id)
    assert [(one.kind, one.ended_at is not None) for one in kinds] == [(AbsenceKind.DISMISSAL, True)]


def test_what_a_person_answers_for_is_handed_over_before_they_leave(world: World, database: Database) -> None:
    leader, colleague = world.person("Ольга"), world.person("Инна")
    with database.writing() as session:
        session.add(
            RoadmapEntry(
                organization_id=world.organization_id,
                cycle_id=world.cycle_id,
                row_id="r1",
                year=2026,
                responsible_id=leader.id,
            )
        )
    dismissal = {"actor": world.curator, "person_id": leader.id, "starts_on": DAY}
    with pytest.raises(StillResponsible):
        world.write(absences.dismiss_person, **dismissal)
    handing = {"actor": world.curator, "person_id": leader.id}
    with pytest.raises(NotFound):
        world.write(hand_over, to_person_id=leader.id, **handing)
    assert world.write(hand_over, to_person_id=colleague.id, **handing) == 1
    with database.reading() as session:
        assert session.scalars(select(RoadmapEntry.responsible_id)).one() == colleague.id
    world.write(absences.dismiss_person, **dismissal)


@pytest.mark.requirement("A2")
def test_a_transfer_leaves_the_history_here_and_asks_for_consent_there(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    mentee = world.mentee()
    there = found_school(database, world.now, name="Лицей № 2")
    move = {
        "actor": world.curator,
        "person_id": mentee.id,
        "to_organization_id": there.organization_id,
        "starts_on": DAY,
    }
    monkeypatch.setattr(absences, "list_where_may", lambda _session, **_facts: ())
    with pytest.raises(NotAllowed):
        world.write(absences.transfer_person, **move)
    both = (Workplace(there.organization_id, "Лицей № 2", rights=frozenset(Right)),)
    monkeypatch.setattr(absences, "list_where_may", lambda _session, **_facts: both)
    new_id = world.write(absences.transfer_person, **move)
    with database.reading() as session:
        old, new = session.get_one(Person, mentee.id), session.get_one(Person, new_id)
        assert (old.organization_id, new.organization_id) == (world.organization_id, there.organization_id)
        assert new.full_name == old.full_name
        assert session.scalars(select(ChatAccount)).one().person_id == new_id
        assert read_state(session, new_id) is ConsentState.NONE
        assert len(session.scalars(select(SurveyRun).where(SurveyRun.person_id == mentee.id)).all()) == 1
    assert ("person.transferred", new_id) in told(world)
    (kept,) = world.read(absences.list_absences, actor=world.curator, person_id=mentee.id)
    assert (kept.kind, kept.to_organization) == (AbsenceKind.TRANSFER, "Лицей № 2")


def test_two_cards_become_one_with_everything_that_stood_on_them(world: World, database: Database) -> None:
    stays, ends, mentor = world.joined("Анна", "Игоревна", chat_id=701), world.mentee("Аня"), world.mentor()
    pair_id = world.agree(ends, mentor)
    world.write(
        set_eligibility,
        actor=world.curator,
        person_id=ends.id,
        experience_years="2",
        is_new_here=True,
        has_returned=False,
        is_up_to_35=False,
        is_student=False,
    )
    shown = world.read(preview_merge, actor=world.curator, person_id=stays.id, other_id=ends.id)
    assert (shown.moves["roles"], shown.moves["pairs"], shown.moves["surveys"]) == (1, 1, 1)
    assert shown.has_two_chats
    world.write(merge_people, actor=world.curator, person_id=stays.id, other_id=ends.id)
    with database.reading() as session:
        assert session.get(Person, ends.id) is None
        members = session.get_one(Pair, pair_id).members
        assert {one.person_id for one in members} == {stays.id, mentor.id}
        chats = session.scalars(select(ChatAccount).where(ChatAccount.person_id == stays.id)).all()
        assert [one.chat_id for one in chats] == [701]
        assert read_state(session, stays.id) is ConsentState.GIVEN
        profile = read_profile(session, world.curator, ends.participation_id, "ru")
        noted = read_eligibility(session, actor=world.curator, person_id=stays.id)
    assert len(profile.lines) > 20, "the questionnaire follows the person"
    assert noted.grounds == (EligibilityGround.YOUNG_SPECIALIST, EligibilityGround.NEW_HERE)
    assert ("joining.moved", None) in told(world)


def test_cards_that_both_have_pairs_in_one_role_are_not_joined(world: World) -> None:
    first, second = world.mentee(), world.mentee("Аня")
    for one in (first, second):
        world.agree(one, world.mentor())
    with pytest.raises(BothInOneRole):
        world.write(merge_people, actor=world.curator, person_id=first.id, other_id=second.id)
    with pytest.raises(SameCard):
        world.write(merge_people, actor=world.curator, person_id=first.id, other_id=first.id)
    stranger = found_school(world.database, world.now, name="Лицей № 2")
    other = stranger.person()
    for actor, error in ((world.curator, NotFound), (stranger.curator, NotAllowed)):
        with pytest.raises(error):
            world.write(merge_people, actor=actor, person_id=first.id, other_id=other.id)


@pytest.mark.requirement("A23", "E17")
def test_grounds_for_a_mentor_without_a_date_of_birth(world: World) -> None:
    person = world.person()
    facts: dict[str, Any] = {
        "actor": world.curator,
        "person_id": person.id,
        "is_new_here": True,
        "has_returned": True,
        "is_up_to_35": True,
        "is_student": False,
    }
    noted = world.write(set_eligibility, experience_years=" 3 ", **facts)
    assert noted.grounds == tuple(EligibilityGround)
    noted = world.write(set_eligibility, experience_years="4", **{**facts, "is_up_to_35": False})
    assert noted.grounds == (EligibilityGround.NEW_HERE, EligibilityGround.RETURNED)
    for typed in ("-1", "три", "71"):
        with pytest.raises(YearsUnlikely):
            world.write(set_eligibility, experience_years=typed, **facts)


@pytest.mark.requirement("A22", "C6")
def test_what_others_tell_names_its_source_and_whether_the_person_knows(world: World) -> None:
    mentee = world.mentee()
    facts: dict[str, Any] = {
        "actor": world.curator,
        "person_id": mentee.id,
        "told_on": DAY,
        "text": "Просит помочь с дисциплиной",
        "informed_on": None,
        "today": DAY,
    }
    with pytest.raises(NeedUnclear):
        world.write(add_testimony, source=" ", **facts)
    with pytest.raises(DayInFuture):
        world.write(add_testimony, source="завуч", **{**facts, "told_on": DAY + timedelta(days=1)})
    testimony_id = world.write(add_testimony, source="завуч", **facts)
    (one,) = world.read(list_testimonies, actor=world.curator, person_id=mentee.id)
    assert (one.source, one.told_on, one.informed_on) == ("завуч", DAY, None)
    world.write(mark_informed, actor=world.curator, testimony_id=testimony_id, informed_on=DAY, today=DAY)
    held = world.read(read_own_data, actor=world.actor(mentee.person), locale="ru")
    assert held["noted_by_the_curator"]["told_by_others"] == [
        {
            "source": "завуч",
            "told_on": "2026-11-23",
            "text": "Просит помочь с дисциплиной",
            "i_was_told_on": "2026-11-23",
        }
    ]
    with pytest.raises(NotAllowed):
        world.read(list_testimonies, actor=world.actor(mentee.person), person_id=mentee.id)
    world.write(remove_testimony, actor=world.curator, testimony_id=testimony_id)
    assert world.read(list_testimonies, actor=world.curator, person_id=mentee.id) == []
