"""Each consent by itself: texts, versions, paper, minors, withdrawal its deadlines (docs/domain.md#law)."""

import io
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.consents import Consent, ConsentDecision, ConsentKind, ConsentMedium
from models.engine import Database
from models.people import AgeGroup, Role
from models.privacy import DutyKind, OperatorCard
from models.programmes import Programme
from models.tasks import Task, TaskKind
from notices.language import load_translators
from services.access.actors import Channel, system
from services.access.errors import NotAllowed
from services.consents.duties import ErasureIsNoTick, complete_duty, demand_stop, find_due_day, list_duties
from services.consents.ledger import ConsentOnPaperOnly, give_consent
from services.consents.papers import (
    NothingAllowed,
    PaperFacts,
    SignerMissing,
    choose_age_group,
    register_paper,
)
from services.consents.states import ConsentMissing, ConsentState, read_state, read_states, state_of
from services.consents.texts import read_offer
from services.documents.exports.tables import Filters
from services.documents.exports.writing import write_export
from services.joining.consent_overview import Standing, list_standings
from services.joining.withdrawing import decline_consent, end_terms, withdraw_consent, withdraw_on_paper
from services.organizations.school_days import add_school_days
from services.people.cards import PersonFacts
from services.people.histories import list_bank_entries
from services.privacy.own_data import read_own_data
from services.programmes.consents import ELEMENTS, HEADINGS, find_missing_elements
from services.programmes.packs import check_packs
from tests.world import PROGRAMMES, World, found_school, target_model


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


def give(world: World, person: PersonFacts, kind: ConsentKind) -> None:
    offer = world.read(read_offer, person_id=person.id, locale="ru", kind=kind)
    world.write(
        give_consent, actor=world.actor(person), kind=kind, mark=offer.mark, chat_id=501, message_id=7
    )


def renew(world: World) -> None:
    """The text of the consent to processing has a second version from now on."""
    with world.database.writing() as session:
        programme = session.scalars(select(Programme)).one()
        pack = target_model().model_dump(mode="json")
        for one in (*pack["pack"]["consents"], *pack["consents"]):
            if one["id"] == "pd_processing":
                one["version"] = 2
        programme.pack, programme.pack_sha256 = pack, "3" * 64


def standings(world: World, person: PersonFacts) -> dict[ConsentKind, Standing]:
    found = world.read(list_standings, actor=world.actor(person), person_id=person.id, locale="ru")
    return {one.kind: one for one in found}


def duties(world: World) -> list[Any]:
    found: list[Any] = world.read(
        list_duties, actor=world.curator, organization_id=world.organization_id, now=world.now
    )
    return found


@pytest.mark.requirement("A49", "D5", "E40")
@pytest.mark.parametrize("kind", ELEMENTS)
def test_every_consent_says_what_the_law_wants(kind: str) -> None:
    for locale in HEADINGS:
        body = target_model().consent(kind, locale).body
        assert find_missing_elements(kind, locale, body) == ()
        heading = HEADINGS[locale][ELEMENTS[kind][0]]
        assert find_missing_elements(kind, locale, body.replace(heading, "Прочее.")) == (heading,)


def test_a_pack_without_an_element_is_told_which(tmp_path: Path) -> None:
    packs = tmp_path / "programmes"
    shutil.copytree(PROGRAMMES, packs)
    text = packs / "common/consents/photo_video/1.ru.md"
    text.write_text(text.read_text().replace("**Как отозвать.**", ""))
    assert [(one.file, one.key) for one in check_packs(packs)] == [
        ("common/consents/photo_video/1.ru.md", "Как отозвать.")
    ]


def test_consents_are_given_and_refused_each_by_itself(world: World) -> None:
    person = world.consented()
    give(world, person, ConsentKind.PHOTO_VIDEO)
    world.write(decline_consent, actor=world.actor(person), chat_id=501, kind=ConsentKind.LONG_TERM_BANK)
    found = standings(world, person)
    assert found[ConsentKind.PD_PROCESSING].state is ConsentState.GIVEN
    assert found[ConsentKind.PHOTO_VIDEO].state is ConsentState.GIVEN
    assert found[ConsentKind.LONG_TERM_BANK].state is ConsentState.DECLINED
    assert found[ConsentKind.DISSEMINATION].state is ConsentState.NONE
    assert ConsentKind.REPRESENTATIVE not in found
    with world.database.reading() as session:
        row = session.scalars(select(Consent).where(Consent.kind == ConsentKind.PHOTO_VIDEO)).one()
        assert (row.chat_id, row.message_id, row.medium) == (501, 7, ConsentMedium.CHAT)
        assert (
            row.text_sha256
            == read_offer(session, person_id=person.id, locale="ru", kind=ConsentKind.PHOTO_VIDEO).mark
        )
        assert session.scalars(select(Task).where(Task.person_id == person.id)).all() == []


def test_a_new_version_asks_again_and_the_old_evidence_stays(world: World) -> None:
    person = world.consented()
    give(world, person, ConsentKind.PHOTO_VIDEO)
    with world.database.writing() as session:
        programme = session.scalars(select(Programme)).one()
        pack = target_model().model_dump(mode="json")
        for use in pack["pack"]["consents"]:
            if use["id"] == "photo_video":
                use["version"] = 2
        for text in pack["consents"]:
            if text["id"] == "photo_video":
                text["version"], text["body"] = 2, text["body"] + "\n\nНовая строка."
        programme.pack, programme.pack_sha256 = pack, "2" * 64
    assert standings(world, person)[ConsentKind.PHOTO_VIDEO].state is ConsentState.OUTDATED
    assert world.read(read_state, person.id) is ConsentState.GIVEN
    give(world, person, ConsentKind.PHOTO_VIDEO)
    assert standings(world, person)[ConsentKind.PHOTO_VIDEO].state is ConsentState.GIVEN
    with world.database.reading() as session:
        rows = session.scalars(
            select(Consent).where(Consent.kind == ConsentKind.PHOTO_VIDEO).order_by(Consent.id)
        ).all()
    assert [row.version for row in rows] == [1, 2]
    assert rows[0].text_sha256 != rows[1].text_sha256


@pytest.mark.requirement("E12", "E41")
def test_what_the_law_wants_in_writing_is_registered_from_paper(world: World, now: datetime) -> None:
    person = world.mentor().person
    with pytest.raises(ConsentOnPaperOnly):
        give(world, person, ConsentKind.MENTORING)
    signed = now - timedelta(days=2)
    world.write(
        register_paper,
        actor=world.curator,
        person_id=person.id,
        decided_at=signed,
        kind=ConsentKind.MENTORING,
        paper=PaperFacts(number="17-н"),
    )
    own = world.read(read_own_data, actor=world.actor(person), locale="ru")
    told = own["consents"][-1]
    assert (told["kind"], told["paper_number"], told["has_scan"]) == ("mentoring", "17-н", False)
    assert {"events", "entered_for_me_by_the_curator", "mentoring_agreements"} <= set(own)
    json.dumps(own)
    found = standings(world, person)[ConsentKind.MENTORING]
    assert (found.state, found.medium, found.paper_number, found.decided_at) == (
        ConsentState.GIVEN,
        ConsentMedium.PAPER,
        "17-н",
        signed,
    )
    assert not found.can_be_taken_back


def test_dissemination_keeps_each_field_site_and_ban(world: World, now: datetime) -> None:
    person = world.consented()
    facts: dict[str, Any] = {
        "actor": world.curator,
        "person_id": person.id,
        "decided_at": now,
        "kind": ConsentKind.DISSEMINATION,
    }
    operator(world)
    with pytest.raises(NothingAllowed):
        world.write(register_paper, **facts, paper=PaperFacts(fields=("name",)))
    paper = PaperFacts(
        fields=("results", "name"), sites=("https://school17.example/news",), bans="не передавать дальше"
    )
    with pytest.raises(NotAllowed):
        world.write(register_paper, **{**facts, "actor": world.actor(person)}, paper=paper)
    world.write(register_paper, **facts, paper=paper)
    assert standings(world, person)[ConsentKind.DISSEMINATION].choices == {
        "fields": ["name", "results"],
        "sites": ["https://school17.example/news"],
        "bans": "не передавать дальше",
    }


def operator(world: World) -> None:
    """The card that a dissemination names: OGRN and addresses."""
    with world.database.writing() as session:
        session.add(
            OperatorCard(
                organization_id=world.organization_id,
                ogrn="1027700000000",
                sites=["https://school17.example/news"],
            )
        )


def test_a_minor_needs_the_representative_and_their_own_assent(world: World, now: datetime) -> None:
    person = world.joined()
    world.write(choose_age_group, actor=world.curator, person_id=person.id, age_group=AgeGroup.FROM_14)
    assert world.read(read_state, person.id) is ConsentState.NONE
    facts: dict[str, Any] = {
        "actor": world.curator,
        "person_id": person.id,
        "decided_at": now,
        "kind": ConsentKind.REPRESENTATIVE,
    }
    with pytest.raises(SignerMissing):
        world.write(register_paper, **facts)
    world.write(register_paper, **facts, paper=PaperFacts(signed_by="Ольга Петровна Белых"))
    assert world.read(read_state, person.id) is ConsentState.NONE
    give(world, person, ConsentKind.MINOR_ASSENT)
    assert world.read(read_state, person.id) is ConsentState.GIVEN
    assert world.read(read_states, organization_id=world.organization_id) == {person.id: ConsentState.GIVEN}
    world.write(withdraw_on_paper, actor=world.curator, person_id=person.id, kind=ConsentKind.REPRESENTATIVE)
    assert world.read(read_state, person.id) is ConsentState.WITHDRAWN
    assert [one.kind for one in duties(world)] == [DutyKind.ERASURE]


def test_deadlines_follow_the_calendar_of_working_days() -> None:
    before_holidays = date(2026, 12, 30)  # New Year's holidays last until 8 January, 9 and 10 are a weekend
    assert find_due_day(DutyKind.ERASURE, before_holidays) == date(2027, 1, 29)
    assert find_due_day(DutyKind.UNPUBLISH, before_holidays) > date(2027, 1, 10)
    assert find_due_day(DutyKind.STOP, date(2026, 11, 23)) == date(2026, 12, 7)


def test_a_working_saturday_of_the_school_counts_and_its_holidays_put_nothing_off(world: World) -> None:
    facts: dict[str, Any] = {"actor": world.curator, "organization_id": world.organization_id}
    world.write(
        add_school_days,
        first_day=date(2026, 11, 24),
        last_day=date(2026, 11, 25),
        title="Каникулы",
        is_working=False,
        **facts,
    )
    friday = world.now.replace(day=27)
    world.write(
        add_school_days,
        first_day=date(2026, 11, 28),
        last_day=date(2026, 11, 28),
        title="Рабочая суббота",
        is_working=True,
        **facts,
    )
    person = world.consented()
    give(world, person, ConsentKind.PHOTO_VIDEO)
    done = world.write(withdraw_consent, actor=world.actor(person), kind=ConsentKind.PHOTO_VIDEO)
    assert done.due_on == date(2026, 11, 26)
    give(world, person, ConsentKind.PHOTO_VIDEO)
    world.now = friday
    done = world.write(withdraw_consent, actor=world.actor(person), kind=ConsentKind.PHOTO_VIDEO)
    assert done.due_on == date(2026, 12, 1)


def test_a_withdrawal_sets_its_own_deadline_and_leaves_the_others(world: World, now: datetime) -> None:
    person = world.mentee().person
    give(world, person, ConsentKind.PHOTO_VIDEO)
    done = world.write(withdraw_consent, actor=world.actor(person), kind=ConsentKind.PHOTO_VIDEO)
    assert (done.duty, done.due_on) == (DutyKind.UNPUBLISH, date(2026, 11, 26))
    assert world.read(read_state, person.id) is ConsentState.GIVEN
    with pytest.raises(ConsentMissing):
        world.write(withdraw_consent, actor=world.actor(person), kind=ConsentKind.PHOTO_VIDEO)
    world.write(withdraw_consent, actor=world.actor(person))
    owed = duties(world)
    assert [(one.kind, one.days_left) for one in owed] == [(DutyKind.UNPUBLISH, 3), (DutyKind.ERASURE, 30)]
    with world.database.reading() as session:
        tasks = session.scalars(select(Task).where(Task.wanted_on.is_not(None)))
        kinds = {task.kind: task.wanted_on for task in tasks}
    assert kinds == {TaskKind.UNPUBLISH_DUE: date(2026, 11, 26), TaskKind.ERASURE_DUE: date(2026, 12, 23)}
    world.write(complete_duty, actor=world.curator, duty_id=owed[0].id)
    with pytest.raises(ErasureIsNoTick):
        world.write(complete_duty, actor=world.curator, duty_id=owed[1].id)
    world.consent(person)  # came back: nothing is destroyed
    assert duties(world) == []
    with world.database.reading() as session:
        assert session.scalars(select(Task).where(Task.done_at.is_(None))).all() == []
        decisions = session.scalars(
            select(Consent.decision)
            .where(Consent.kind == ConsentKind.PD_PROCESSING, Consent.person_id == person.id)
            .order_by(Consent.id)
        ).all()
    assert decisions == [ConsentDecision.GIVEN, ConsentDecision.WITHDRAWN, ConsentDecision.GIVEN]


@pytest.mark.requirement("C38")
def test_the_long_term_bank_is_left_when_its_term_ends_and_the_curator_hears_of_it(world: World) -> None:
    def in_bank() -> list[date | None]:
        facts = {"actor": world.curator, "organization_id": world.organization_id, "is_student": False}
        entries = world.read(list_bank_entries, role=Role.MENTOR, **facts)
        return [one.long_term_until for one in entries.rows if one.is_long_term]

    def open_tasks() -> list[TaskKind]:
        with world.database.reading() as session:
            return list(
                session.scalars(select(Task.kind).where(Task.person_id == person.id, Task.done_at.is_(None)))
            )

    person = world.mentor().person
    give(world, person, ConsentKind.LONG_TERM_BANK)
    last_day = date(2029, 11, 23)
    assert standings(world, person)[ConsentKind.LONG_TERM_BANK].term_until == last_day
    assert in_bank() == [last_day]
    world.now = datetime(2029, 11, 23, 20, 59, tzinfo=UTC)  # one minute to midnight at school
    assert world.write(end_terms) == 0
    world.now += timedelta(minutes=1)
    assert world.write(end_terms) == 1
    assert world.write(end_terms) == 0
    assert standings(world, person)[ConsentKind.LONG_TERM_BANK].state is ConsentState.EXPIRED
    assert in_bank() == []
    assert open_tasks() == [TaskKind.LONG_TERM_OVER]
    assert duties(world) == [], "the consent to take part still stands"
    give(world, person, ConsentKind.LONG_TERM_BANK)
    assert (in_bank(), open_tasks()) == ([date(2032, 11, 24)], [])
    world.write(withdraw_consent, actor=world.actor(person))
    world.now = datetime(2032, 11, 25, 9, tzinfo=UTC)
    assert world.write(end_terms) == 1
    owed = [one for one in duties(world) if one.consent_kind is ConsentKind.LONG_TERM_BANK]
    assert [(one.kind, one.days_left) for one in owed] == [(DutyKind.ERASURE, 30)]


def test_a_no_to_the_new_text_leaves_what_was_gathered_without_a_ground(world: World) -> None:
    person = world.consented()
    renew(world)
    world.write(decline_consent, actor=world.actor(person), chat_id=10_000 + person.id)
    assert [(one.kind, one.days_left) for one in duties(world)] == [(DutyKind.ERASURE, 30)]


def test_a_demand_to_stop_runs_ten_working_days_once(world: World) -> None:
    person = world.consented()
    first = world.write(demand_stop, actor=world.curator, person_id=person.id)
    world.now = datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert world.write(demand_stop, actor=world.curator, person_id=person.id) == first == date(2026, 12, 7)
    assert [one.days_left for one in duties(world)] == [12]
    with pytest.raises(NotAllowed):
        world.write(demand_stop, actor=world.actor(person), person_id=person.id)


def test_states_of_one_kind(world: World) -> None:
    person = world.consented()
    with world.database.reading() as session:
        kinds = {kind: state_of(session, person_id=person.id, kind=kind) for kind in ConsentKind}
    assert {kind for kind, state in kinds.items() if state is ConsentState.GIVEN} == {
        ConsentKind.PD_PROCESSING
    }


@pytest.mark.requirement("E40", "A50")
def test_the_register_shows_the_whole_history(world: World, now: datetime) -> None:
    """One who refused, consented, met version 2, consented again and withdrew; the record says until when."""
    person = world.joined()
    world.write(decline_consent, actor=world.actor(person), chat_id=10_000 + person.id)
    world.consent(person)
    renew(world)
    assert world.read(read_state, person.id) is ConsentState.OUTDATED
    world.consent(person, message_id=9)
    world.write(withdraw_consent, actor=world.actor(person))
    out = io.BytesIO()
    with world.database.reading() as session:
        write_export(
            session,
            actor=system(Channel.COMMAND_LINE),
            what="consents",
            format="json",
            out=out,
            now=now,
            t=load_translators()["ru"],
            filters=Filters(organization_id=world.organization_id),
        )
    told = json.loads(out.getvalue())
    rows = told["rows"]
    assert [(row["decision"], row["version"], row["message_id"]) for row in rows] == [
        ("declined", 1, None),
        ("given", 1, 1),
        ("given", 2, 9),
        ("withdrawn", 2, None),
    ]
    assert rows[3]["due_on"] == "2026-12-23"
    assert [row["due_on"] for row in rows[:3]] == [None, None, None]
