"""The closed list of evidence: each rule counts what really happened, by real services."""

from datetime import date, datetime, timedelta
from typing import Any, cast, get_args

import pytest
from sqlalchemy import select

from models.accounts import AccountRole
from models.approvals import ApprovalKind
from models.engine import Database
from models.events import EventKind
from models.meetings import MeetingKind
from models.outreach import PublicationKind
from models.pairs import Pair, PairStatus
from models.people import OrganizationKind
from models.roadmap import RoadmapEntry
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
from services.roadmap.evidence import Found
from services.roadmap.facts import RULES, scope_of
from services.roadmap.outreach import add_publication, remove_publication
from services.roadmap.proofs import settle_roadmaps
from services.roadmap.reading import read_roadmap
from services.surveys.office import open_sheet_about
from services.surveys.opening import open_run
from tests.roadmaps import give_rows
from tests.world import PROGRAMMES, World, fill_run, found_school

BY_HAND = {
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


def count(world: World, key: Any) -> Found:
    """What the rule counts, whatever the window."""
    with world.database.reading() as session:
        scope = scope_of(session, organization_id=world.organization_id, cycle_id=world.cycle_id)
        counted = RULES[cast("Evidence", key)](session, scope)
        days = sorted(counted.days.values())
        return Found(key, len(days), counted.need, days[-1] if days else None)


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
    mentor, mentee = world.mentor("Пётр"), world.mentee("Анна")
    event = world.write(
        plan_event,
        actor=world.curator,
        cycle_id=world.cycle_id,
        kind=kind,
        title="Встреча",
        starts_at=world.now + timedelta(hours=1),
    )
    facts: dict[str, Any] = {"actor": world.curator, "event_id": event.id}
    world.write(invite_guests, **facts, person_ids=[mentor.id, mentee.id])
    assert not count(world, key).is_proven, "planned is not held"
    assert count(world, "invitations_sent").is_proven is (kind in {EventKind.FINAL, EventKind.GROUP_FINAL})
    world.now += timedelta(hours=3)
    alone = world.write(mark_present, **facts, person_ids=[mentor.id])
    assert alone.attended == 1
    assert count(world, key).is_proven is (kind in {EventKind.TRAINING, EventKind.THEMED})
    world.write(mark_present, **facts, person_ids=[mentor.id, mentee.id])
    assert count(world, key).is_proven
    assert count(world, key).reached_on == (world.now - timedelta(hours=2)).date()
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


def test_one_training_does_not_train_all_mentors(world: World) -> None:
    came, _absent = world.mentor("Пётр"), world.mentor("Иван")
    event = world.write(
        plan_event,
        actor=world.curator,
        cycle_id=world.cycle_id,
        kind=EventKind.TRAINING,
        title="Семинар",
        starts_at=world.now + timedelta(hours=1),
    )
    world.now += timedelta(hours=3)
    world.write(mark_present, actor=world.curator, event_id=event.id, person_ids=[came.id])
    assert count(world, "training_held") == Found("training_held", 1, 2)


# --- one fact, one row ----------------------------------------------------------------------------------


def row(row_id: str, first: str, last: str, *, evidence: str = "publications") -> dict[str, Any]:
    title = {"ru": f"Строка {row_id}", "en": f"Row {row_id}"}
    window = {"kind": "yearly", "from_day": first, "to_day": last}
    return {"id": row_id, "title": title, "windows": [window], "evidence": [evidence], "source": "a test"}


def publish(world: World, day: date) -> int:
    made = world.write(
        add_publication,
        actor=world.curator,
        cycle_id=world.cycle_id,
        kind=PublicationKind.NEWS,
        title="Новость",
        url="https://school.ru/1",
        published_on=day,
    )
    return int(made.id)


def done_days(world: World) -> dict[str, date | None]:
    """By row, as the page computes it and, after a tick, as it is stored: both must say the same."""
    world.now += timedelta(minutes=11)
    world.write(settle_roadmaps)
    shown = world.read(read_roadmap, actor=world.curator, cycle_id=world.cycle_id, now=world.now)
    with world.database.reading() as session:
        stored = {
            entry.row_id: entry.done_on
            for entry in session.scalars(select(RoadmapEntry).where(RoadmapEntry.year == 2026))
        }
    days = {one.row.id: one.done_on for one in shown.rows() if one.entry_id}
    assert {row_id: stored[row_id] for row_id in days} == days
    return days


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ([], {"autumn": None, "also_autumn": None, "winter": None}),
        (["2026-10-05"], {"autumn": "2026-10-05", "also_autumn": None, "winter": None}),
        (["2026-09-20"], {"autumn": "2026-09-20", "also_autumn": None, "winter": None}),
        (["2026-09-10"], {"autumn": None, "also_autumn": None, "winter": None}),
        (["2026-10-05", "2026-10-07"], {"autumn": "2026-10-05", "also_autumn": "2026-10-07", "winter": None}),
        (["2026-11-20"], {"autumn": None, "also_autumn": None, "winter": "2026-11-20"}),
        (["2026-11-10"], {"autumn": "2026-11-10", "also_autumn": None, "winter": None}),
    ],
)
def test_a_publication_proves_the_row_in_whose_window_it_lies_and_no_other(
    world: World, published: list[str], expected: dict[str, str | None]
) -> None:
    rows = [
        row("autumn", "10-01", "10-31"),
        row("also_autumn", "10-01", "10-31"),
        row("winter", "12-01", "12-20"),
    ]
    give_rows(world, rows)
    for day in published:
        publish(world, date.fromisoformat(day))
    assert done_days(world) == {key: day and date.fromisoformat(day) for key, day in expected.items()}


def test_a_row_opens_again_when_its_proof_goes(world: World) -> None:
    give_rows(world, [row("autumn", "10-01", "10-31")])
    number = publish(world, date(2026, 10, 5))
    assert done_days(world) == {"autumn": date(2026, 10, 5)}
    world.write(remove_publication, actor=world.curator, publication_id=number)
    assert done_days(world) == {"autumn": None}


@pytest.mark.requirement("C21")
def test_a_new_pair_opens_the_row_of_the_first_meetings_again(world: World) -> None:
    give_rows(world, [row("intro", "11-01", "12-15", evidence="intro_meetings")])
    first = world.agree(world.mentee("Анна"), world.mentor("Пётр"))
    with world.database.writing() as session:
        session.get_one(Pair, first).status = PairStatus.ACTIVE
    met = {"actor": world.curator, "minutes": 40, "topic": "Знакомство", "kind": MeetingKind.INTRO}
    world.write(log_past_meeting, pair_id=first, day=date(2026, 11, 20), **met)
    assert done_days(world) == {"intro": date(2026, 11, 20)}
    world.agree(world.mentee("Ольга"), world.mentor("Иван"))
    assert done_days(world) == {"intro": None}


def test_what_a_row_only_shows_does_not_tick_it(world: World) -> None:
    asked = row("asked", "11-01", "12-15", evidence="mentee_bank")
    give_rows(world, [{**asked, "evidence": [], "shows": ["mentee_bank"]}])
    world.mentee("Анна")
    assert done_days(world) == {"asked": None}
    roadmap = world.read(read_roadmap, actor=world.curator, cycle_id=world.cycle_id, now=world.now)
    assert [one.found for one in roadmap.rows()] == [(Found("mentee_bank", 1, 1),)]


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
