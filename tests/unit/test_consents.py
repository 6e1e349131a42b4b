"""The consent ledger and what a refusal or a withdrawal does at once.

See A49, D5; docs/domain.md#personal-data.
"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from models.consents import Consent, ConsentDecision, ConsentMedium
from models.engine import Database
from models.messages import Conversation
from models.pairs import Pair, PairStatus
from models.people import ChatAccount, Invitation, Participation, ParticipationStatus, Role
from models.privacy import DutyKind
from models.tasks import Task, TaskKind
from services.access.actors import Actor, ActorKind, Channel
from services.access.digests import sha256_of
from services.access.errors import NotAllowed
from services.consents.ledger import give_consent, latest_decision
from services.consents.papers import register_paper
from services.consents.states import ConsentMissing, ConsentState, check_consent, read_state, read_states
from services.consents.texts import ConsentTextChanged, read_offer
from services.joining.entering import InvitationState, open_invitation
from services.joining.recognition import list_waiting, recognise, type_code
from services.joining.withdrawing import ERASED_WITHIN, decline_consent, withdraw_consent
from services.pairs.proposals import confirm_pair, draft_pair
from services.surveys.intake import choose_role
from tests.world import World, found_school


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


def test_evidence_proves_the_text_that_was_shown(world: World, now: datetime) -> None:
    person = world.joined(chat_id=501)
    offer = world.read(read_offer, person_id=person.id, locale="ru")
    assert "Школа № 17" in offer.text
    assert offer.mark == sha256_of(offer.text)
    world.consent(person, chat_id=501, message_id=42)
    with world.database.reading() as session:
        row = session.scalars(select(Consent)).one()
        assert (row.version, row.text_locale, row.text_sha256) == (1, "ru", offer.mark)
        assert (row.decided_at, row.timezone) == (now, "Europe/Moscow")
        assert (row.chat_id, row.message_id, row.medium) == (501, 42, ConsentMedium.CHAT)


def test_second_yes_changes_nothing(world: World) -> None:
    person = world.consented()
    world.consent(person)
    with world.database.reading() as session:
        assert len(session.scalars(select(Consent)).all()) == 1


@pytest.mark.parametrize("mark", ["", "0" * 16])
def test_another_text_is_not_agreed_to(world: World, mark: str) -> None:
    person = world.joined()
    with pytest.raises(ConsentTextChanged):
        world.write(give_consent, actor=world.actor(person), mark=mark, chat_id=501, message_id=1)
    assert world.read(read_state, person.id) is ConsentState.NONE


def test_nobody_consents_for_another(world: World) -> None:
    person = world.joined()
    offer = world.read(read_offer, person_id=person.id, locale="ru")
    account = Actor(ActorKind.ACCOUNT, person.id, world.organization_id, Channel.PANEL)
    with pytest.raises(NotAllowed):
        world.write(give_consent, actor=account, mark=offer.mark, chat_id=501, message_id=1)


def test_paper_is_registered_by_the_curator_with_its_own_date(world: World, now: datetime) -> None:
    person = world.person()
    signed = now - timedelta(days=3)
    world.write(register_paper, actor=world.curator, person_id=person.id, decided_at=signed)
    latest = world.read(latest_decision, person.id)
    assert (latest.medium, latest.decided_at) == (ConsentMedium.PAPER, signed)
    world.read(check_consent, person.id)
    stranger = found_school(world.database, now, name="Лицей № 2")
    with pytest.raises(NotAllowed):
        stranger.write(register_paper, actor=stranger.curator, person_id=person.id, decided_at=signed)


@pytest.mark.requirement("D5")
def test_refusal_leaves_the_decision_and_the_way_back(world: World) -> None:
    person = world.joined(chat_id=501)
    left = world.write(decline_consent, actor=world.actor(person), chat_id=501)
    with world.database.reading() as session:
        row = session.scalars(select(Consent)).one()
        assert row.decision is ConsentDecision.DECLINED
        assert (row.chat_id, row.message_id, row.text_sha256) == (None, None, None)
        assert session.get(ChatAccount, 501) is None
        assert session.get(Conversation, 501) is None
        assert session.scalars(select(Invitation.claimed_chat_id)).all() == [None]
        assert session.scalars(select(Task.kind)).all() == [TaskKind.CONSENT_DECLINED]
    opened = world.write(open_invitation, token=left.token, chat_id=502, locale="ru")
    assert opened.state is InvitationState.OPEN
    with pytest.raises(ConsentMissing):
        world.read(check_consent, person.id)


def test_who_came_by_the_code_gets_a_way_back_too(world: World) -> None:
    person = world.person()
    world.write(type_code, code=world.join_code, chat_id=601)
    request = world.read(list_waiting, actor=world.curator, organization_id=world.organization_id)[0]
    world.write(recognise, actor=world.curator, join_request_id=request.id, person_id=person.id)
    left = world.write(decline_consent, actor=world.actor(person), chat_id=601)
    opened = world.write(open_invitation, token=left.token, chat_id=601, locale="ru")
    assert (opened.state, opened.person_id) == (InvitationState.OPEN, person.id)


def test_withdrawal_ends_roles_pairs_and_surveys_at_once(world: World, now: datetime) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    drafted = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=mentee.participation_id,
        mentor_participation_id=mentor.participation_id,
    )
    world.write(confirm_pair, actor=world.curator, pair_id=drafted.pair_id)
    actor = world.actor(mentee.person)
    left = world.write(withdraw_consent, actor=actor)
    assert (left.duty, left.due_on) == (DutyKind.ERASURE, now.date() + ERASED_WITHIN)
    with world.database.reading() as session:
        assert session.get_one(Participation, mentee.participation_id).status is ParticipationStatus.LEFT
        assert session.get_one(Participation, mentor.participation_id).status is ParticipationStatus.READY
        assert session.get_one(Pair, drafted.pair_id).status is PairStatus.TERMINATED
    assert world.read(read_state, mentee.id) is ConsentState.WITHDRAWN
    with pytest.raises(ConsentMissing):
        world.write(withdraw_consent, actor=actor)
    with pytest.raises(ConsentMissing):
        world.write(choose_role, actor=actor, role=Role.MENTEE)
    states = world.read(read_states, organization_id=world.organization_id)
    assert states == {mentee.id: ConsentState.WITHDRAWN, mentor.id: ConsentState.GIVEN}


def test_coming_back_closes_the_task_and_finds_the_role_again(world: World) -> None:
    mentee = world.mentee()
    actor = world.actor(mentee.person)
    world.write(withdraw_consent, actor=actor)
    world.consent(mentee.person)
    chosen = world.write(choose_role, actor=actor, role=Role.MENTEE)
    assert chosen.participation_id == mentee.participation_id
    assert (chosen.status, chosen.run_id) == (ParticipationStatus.READY, None)
    with world.database.reading() as session:
        assert session.scalars(select(Task).where(Task.done_at.is_(None))).all() == []
