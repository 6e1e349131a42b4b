"""People as the curator keeps them: names, roles, where each one stands (A22, A25)."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, select

from models.audit import AuditEntry
from models.consents import Consent
from models.engine import Database
from models.people import ChatAccount, ParticipationStatus, Role
from services.access.actors import Actor, ActorKind, Channel, Right
from services.access.errors import NotAllowed, NotFound
from services.consents.states import ConsentState
from services.joining.withdrawing import withdraw_consent
from services.messages_read.passing_on import pass_on
from services.pairs.banks import count_free, list_bank, read_profile, read_withheld
from services.pairs.proposals import draft_pair
from services.people.cards import (
    NameMissing,
    NameTooLong,
    PersonFacts,
    add_person,
    choose_locale,
    edit_person,
    read_person,
)
from services.people.lists import ChatState, PersonRow, list_people
from services.privacy.own_data import read_own_data
from services.surveys.intake import choose_role
from tests.world import World, found_school


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


def add(world: World, **names: str) -> PersonFacts:
    added: PersonFacts = world.write(
        add_person, actor=world.curator, organization_id=world.organization_id, **names
    )
    return added


def listed(world: World, **filters: Any) -> list[PersonRow]:
    with world.database.reading() as session:
        found = list_people(
            session, actor=world.curator, organization_id=world.organization_id, now=world.now, **filters
        )
        return list(found.rows)


@pytest.mark.requirement("A22")
def test_a_person_is_a_name_and_a_position(world: World) -> None:
    person = add(
        world, family_name=" Живаго ", given_name="Анна", patronymic="Игоревна", position="учитель  химии"
    )
    assert (person.full_name, person.polite_name) == ("Живаго Анна Игоревна", "Анна Игоревна")
    assert person.position == "учитель химии"
    with pytest.raises(NameMissing):
        add(world, family_name=" ", given_name="Анна")
    with pytest.raises(NameTooLong):
        add(world, family_name="Ж" * 101, given_name="Анна")


def test_the_trail_keeps_which_fields_changed_and_no_names(world: World) -> None:
    person = add(world, family_name="Живаго", given_name="Анна")
    edited = world.write(
        edit_person,
        actor=world.curator,
        person_id=person.id,
        family_name="Живаго-Белых",
        given_name="Анна",
        patronymic="Игоревна",
        position="",
    )
    assert edited.family_name == "Живаго-Белых"
    with world.database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        trail = [entry.after for entry in entries if entry.action == "person.edited"]
        assert trail == [{"fields": ["family_name", "patronymic"]}]
        assert all("Живаго" not in str((entry.before, entry.after)) for entry in entries)


def test_list_says_where_everyone_stands_and_finds_without_case(world: World) -> None:
    plain = world.person("Ольга", "Юрьевна", position="логопед")
    invited = world.person("Вера", "Павловна")
    world.invite(invited)
    mentee, gone = world.mentee(), world.mentor()
    world.write(withdraw_consent, actor=world.actor(gone.person))
    with world.database.writing() as session:
        session.scalars(
            select(ChatAccount).where(ChatAccount.person_id == gone.id)
        ).one().is_reachable = False
    rows = {row.person.id: row for row in listed(world)}
    assert len(rows) == 4
    assert (rows[plain.id].chat, rows[plain.id].consent) == (ChatState.NONE, ConsentState.NONE)
    assert rows[invited.id].chat is ChatState.INVITED
    assert rows[invited.id].invited_until is not None
    assert (rows[mentee.id].chat, rows[mentee.id].consent) == (ChatState.LINKED, ConsentState.GIVEN)
    assert [(one.role, one.status) for one in rows[mentee.id].roles] == [
        (Role.MENTEE, ParticipationStatus.READY)
    ]
    assert (rows[gone.id].chat, rows[gone.id].consent) == (ChatState.UNREACHABLE, ConsentState.WITHDRAWN)
    assert [row.person.id for row in listed(world, search="ЛОГОПЕД")] == [plain.id]
    assert [row.person.id for row in listed(world, search="ольга юр")] == [plain.id]
    assert [row.person.id for row in listed(world, role=Role.MENTEE)] == [mentee.id]
    assert [row.person.id for row in listed(world, status=ParticipationStatus.LEFT)] == [gone.id]


def test_other_schools_and_bare_accounts_see_nothing(world: World, database: Database, now: datetime) -> None:
    mentee = world.mentee()
    stranger = found_school(database, now, name="Лицей № 2")
    observer = Actor(
        ActorKind.ACCOUNT, 1, world.organization_id, Channel.PANEL, frozenset({Right.SEE_SCORES})
    )
    for actor in (stranger.curator, observer):
        with pytest.raises(NotAllowed):
            world.read(read_person, actor=actor, person_id=mentee.id)
        with pytest.raises(NotAllowed):
            world.read(read_profile, actor, mentee.participation_id, "ru")
        with pytest.raises(NotAllowed):
            world.read(list_bank, actor=actor, organization_id=world.organization_id, role=Role.MENTEE)
    with pytest.raises(NotFound):
        world.read(read_person, actor=world.curator, person_id=99_999)


@pytest.mark.requirement("A25")
def test_bank_counts_places_and_leaves_out_who_withdrew(world: World) -> None:
    mentee, second, mentor = world.mentee(), world.mentee("Вера", "Павловна"), world.mentor(capacity="1")

    def bank(role: Role) -> list[int]:
        rows = world.read(
            list_bank, actor=world.curator, organization_id=world.organization_id, role=role
        ).rows
        return [row.person_id for row in rows]

    assert bank(Role.MENTEE) == [mentee.id, second.id]
    assert bank(Role.MENTOR) == [mentor.id]
    world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=mentee.participation_id,
        mentor_participation_id=mentor.participation_id,
    )
    assert bank(Role.MENTEE) == [second.id]
    assert bank(Role.MENTOR) == []
    world.write(withdraw_consent, actor=world.actor(second.person))
    assert bank(Role.MENTEE) == []
    assert world.read(read_profile, world.curator, second.participation_id, "ru").lines == ()


def test_profile_is_empty_until_the_questionnaire_is_sent(world: World) -> None:
    person = world.consented()
    chosen = world.write(choose_role, actor=world.actor(person), role=Role.MENTOR)
    profile = world.read(read_profile, world.curator, chosen.participation_id, "ru")
    assert (profile.lines, profile.status) == ((), ParticipationStatus.INTAKE)


def test_language_is_chosen_by_the_person_alone(world: World) -> None:
    person = world.joined()
    assert world.write(choose_locale, actor=world.actor(person), locale="en") == "en"
    assert world.read(read_person, actor=world.curator, person_id=person.id).locale == "en"
    with pytest.raises(NotFound):
        world.write(choose_locale, actor=world.actor(person), locale="tr")


def test_own_data_names_everything_held_and_nothing_of_others(world: World) -> None:
    mentee = world.mentee()
    other = world.mentor("Пётр", "Андреевич")
    world.write(pass_on, actor=world.actor(mentee.person), words="Позвоните мне", occasion="1")
    held = world.read(read_own_data, actor=world.actor(mentee.person), locale="ru")
    assert held["person"]["family_name"] == mentee.person.family_name
    assert held["consents"][0]["decision"] == "given"
    assert held["roles"] == [
        {
            "school_year": "2026-2027",
            "role": "mentee",
            "status": "ready",
            "capacity": 1,
            "joined_at": world.now.isoformat(),
            "ready_at": world.now.isoformat(),
        }
    ]
    assert [one["words"] for one in held["my_words_passed_on_to_the_curator"]] == ["Позвоните мне"]
    assert held["questionnaires"][0]["is_sent"]
    assert len(held["questionnaires"][0]["answers"]) > 20
    assert other.person.family_name not in str(held)
    with pytest.raises(NotAllowed):
        world.read(
            read_own_data,
            actor=Actor(ActorKind.ACCOUNT, mentee.id, world.organization_id, Channel.PANEL, frozenset(Right)),
            locale="ru",
        )


def test_a_bank_asks_each_person_for_their_own_consent(world: World) -> None:
    """The condition of the database and the rule read the same of everybody."""
    free, without = world.mentor(), world.mentor("Ольга", "Юрьевна")
    with world.database.writing() as session:
        session.execute(delete(Consent).where(Consent.person_id == without.id))
    facts = {"actor": world.curator, "organization_id": world.organization_id, "role": Role.MENTOR}
    assert [row.person_id for row in world.read(list_bank, **facts).rows] == [free.id]
    assert world.read(read_withheld, **facts).consent == 1
    with world.database.reading() as session:
        assert (
            count_free(
                session,
                organization_id=world.organization_id,
                cycle_id=world.cycle_id,
                role=Role.MENTOR,
            )
            == 1
        )
