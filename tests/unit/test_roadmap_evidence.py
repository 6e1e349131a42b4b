"""The closed list of evidence: each rule counts what really happened, by real services."""

from datetime import date, datetime, timedelta
from typing import Any, get_args

import pytest

from models.accounts import AccountRole
from models.approvals import ApprovalKind
from models.engine import Database
from models.events import EventKind
from models.meetings import MeetingKind
from models.pairs import Pair, PairStatus
from models.people import OrganizationKind
from models.surveys import RunOccasion
from services.access.actors import Actor, ActorKind, Channel, system
from services.access.rights import RIGHTS
from services.accounts.consultations import add_consultation
from services.accounts.directory import create_account
from services.meetings.outcomes import log_past_meeting
from services.organizations.register import add_organization
from services.programmes.packs import load_pack
from services.programmes.roadmaps import Evidence
from services.programmes.running import create_programme
from services.roadmap.approvals import approve
from services.roadmap.entries import lay_out
from services.roadmap.events.guests import invite_guests, mark_present
from services.roadmap.events.minutes import write_minutes
from services.roadmap.events.planning import plan_event
from services.roadmap.evidence import RULES, Found, Scope, is_proven
from services.surveys.office import open_sheet_about
from services.surveys.opening import open_run
from tests.world import PROGRAMMES, World, fill_run, found_school

BY_HAND = {
    "programs_written",
    "final_event_ordered",
    "awards_ordered",
}
"""Keys that packs may name already, though no record of this version counts them."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The rules' queries run on both engines in test_roadmap.py."""
    return sqlite_url


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


def count(world: World, key: str) -> Found:
    with world.database.reading() as session:
        scope = Scope(world.organization_id, world.cycle_id, world.pack)
        return Found(key, *RULES[key](session, scope))  # type: ignore[arg-type,index]


def test_every_key_has_a_rule_or_is_known_to_have_none() -> None:
    assert set(get_args(Evidence)) - set(RULES) == BY_HAND


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        pytest.param(MeetingKind.INTRO, "intro_meetings", marks=pytest.mark.requirement("C21")),
        pytest.param(MeetingKind.TRIAL, "trial_meetings", marks=pytest.mark.requirement("C22")),
        pytest.param(MeetingKind.PLANNING, "planning_meetings", marks=pytest.mark.requirement("C23")),
        pytest.param(MeetingKind.REGULAR, "regular_meetings", marks=pytest.mark.requirement("C24")),
        pytest.param(MeetingKind.FINAL, "final_meetings", marks=pytest.mark.requirement("C25")),
    ],
)
def test_meetings_of_a_kind_prove_their_row(world: World, kind: MeetingKind, key: str) -> None:
    first = world.agree(world.mentee("Анна"), world.mentor("Пётр"))
    world.agree(world.mentee("Ольга"), world.mentor("Иван"))
    with world.database.writing() as session:
        session.get_one(Pair, first).status = PairStatus.ACTIVE
    assert not count(world, key).is_proven
    world.write(
        log_past_meeting,
        actor=world.curator,
        pair_id=first,
        day=date(2026, 11, 20),
        minutes=40,
        topic="Знакомство",
        kind=kind,
    )
    found = count(world, key)
    assert (found.have, found.need, found.is_proven) == (1, 2, False), "the second pair has not met yet"


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        pytest.param(EventKind.ROUND_TABLE, "round_table_held", marks=pytest.mark.requirement("C15")),
        pytest.param(EventKind.COUNCIL, "council_held", marks=pytest.mark.requirement("A33")),
        pytest.param(EventKind.TRAINING, "training_held", marks=pytest.mark.requirement("C14", "E42")),
        pytest.param(EventKind.THEMED, "themed_events", marks=pytest.mark.requirement("B16")),
        pytest.param(EventKind.GROUP_FINAL, "group_final_held", marks=pytest.mark.requirement("C27")),
        pytest.param(EventKind.FINAL, "final_event_held", marks=pytest.mark.requirement("C34", "D15", "E44")),
    ],
)
def test_an_event_proves_its_row_when_it_was_held(world: World, kind: EventKind, key: str) -> None:
    mentor = world.mentor("Пётр")
    event = world.write(
        plan_event,
        actor=world.curator,
        cycle_id=world.cycle_id,
        kind=kind,
        title="Встреча",
        starts_at=world.now + timedelta(hours=1),
    )
    facts: dict[str, Any] = {"actor": world.curator, "event_id": event.id}
    world.write(invite_guests, **facts, person_ids=[mentor.id])
    assert not count(world, key).is_proven, "planned is not held"
    assert count(world, "invitations_sent").is_proven is (kind in {EventKind.FINAL, EventKind.GROUP_FINAL})
    world.now += timedelta(hours=3)
    held = world.write(mark_present, **facts, person_ids=[mentor.id])
    assert held.attended == 1
    assert count(world, key).is_proven
    assert not count(world, "minutes_kept").is_proven
    world.write(write_minutes, **facts, number="1", chair="", secretary="", decisions="Работать вместе")
    has_minutes = kind in {EventKind.ROUND_TABLE, EventKind.COUNCIL}
    assert count(world, "minutes_kept").is_proven is has_minutes


def account(world: World, role: AccountRole) -> Actor:
    made = world.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login=role.value,
        name="Вера Павловна Тихая",
        role=role,
    )
    return Actor(ActorKind.ACCOUNT, made.account_id, world.organization_id, Channel.PANEL, RIGHTS[role])


@pytest.mark.requirement("A51")
def test_interviews_preferences_and_the_order_prove_rows_of_mentors(
    database: Database, now: datetime
) -> None:
    world = found_school(database, now, pack_id="support-centre-2024")
    curator, head = account(world, AccountRole.CURATOR), account(world, AccountRole.HEAD)
    first, second = world.mentor("Пётр"), world.mentor("Иван")
    for mentor in (first, second):
        assert not count(world, "interviews_held").is_proven
        facts = {"actor": curator, "cycle_id": world.cycle_id, "survey_id": "mentor_interview"}
        run_id = world.write(open_sheet_about, **facts, subject_id=mentor.id)
        world.write(fill_run, actor=curator, run_id=run_id, answers={})
    assert count(world, "interviews_held") == Found("interviews_held", 2, 2)

    for mentor in (first, second):
        assert not count(world, "preferences_asked").is_proven
        run_id = world.write(
            open_run,
            survey_id="mutual_preference_mentor",
            organization_id=world.organization_id,
            cycle_id=world.cycle_id,
            occasion=RunOccasion.WAVE,
            dedup_key=f"wave:0:person:{mentor.id}",
            person_id=mentor.id,
        )
        world.write(fill_run, actor=world.actor(mentor.person), run_id=run_id, answers={})
    assert count(world, "preferences_asked") == Found("preferences_asked", 2, 2)

    facts = {"actor": head, "cycle_id": world.cycle_id, "kind": ApprovalKind.MENTORS}
    world.write(approve, **facts, document="")
    assert not count(world, "mentors_ordered").is_proven, "an approval without an order appoints nobody"
    world.write(approve, **facts, document="приказ № 14 от 20.11.2026")
    assert count(world, "mentors_ordered").is_proven
    world.mentor("Олег")
    assert not count(world, "mentors_ordered").is_proven, "who came later is not in the order"


@pytest.mark.requirement("A53")
def test_a_mentee_without_a_pair_waits_for_the_psychologist(world: World) -> None:
    psychologist = account(world, AccountRole.PSYCHOLOGIST)
    alone = world.mentee("Ольга")
    world.agree(world.mentee("Анна"), world.mentor("Пётр"))
    assert count(world, "unpaired_supported") == Found("unpaired_supported", 1, 2)
    facts = {"actor": psychologist, "person_id": alone.id, "with_person_id": None, "text": ""}
    world.write(add_consultation, **facts, held_on=date(2026, 5, 20), today=world.now.date())
    assert not count(world, "unpaired_supported").is_proven, "the school year before does not count"
    world.write(add_consultation, **facts, held_on=world.now.date(), today=world.now.date())
    assert count(world, "unpaired_supported").is_proven


def test_nothing_is_proven_while_there_is_nobody_to_count(world: World) -> None:
    proven = [key for key in RULES if count(world, key).is_proven]
    assert proven == []
    assert not is_proven((), {})


@pytest.mark.parametrize("pack_id", ["afterschool-centre-2022", "support-centre-2024", "simferopol-2022"])
def test_every_row_of_a_pack_is_laid_out(database: Database, now: datetime, pack_id: str) -> None:
    pack = load_pack(PROGRAMMES, pack_id)
    with database.writing() as session:
        root = system(Channel.COMMAND_LINE)
        school = add_organization(
            session,
            actor=root,
            name=pack_id,
            kind=OrganizationKind.SCHOOL,
            timezone="Europe/Moscow",
            now=now,
        )
        made = create_programme(
            session, actor=root, organization_id=school.id, pack=pack, today=now.date(), now=now
        )
        laid = lay_out(session, cycle_id=made.cycle_id, now=now)
    assert laid >= len(pack.pack.rows())
