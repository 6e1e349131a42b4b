"""Pairs from draft to end: the states, who is told, who is free again (A17; docs/design.md#contracts)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.messages import OutboxMessage
from models.pairs import Decision, DeclineReason, Pair, PairMember, PairStatus, WaitsFor
from models.people import Participation, ParticipationStatus, Role
from models.tasks import Task, TaskKind
from services.access.actors import Actor, ActorKind, Channel, Right
from services.access.errors import DomainError, NotAllowed, NotFound
from services.documents.making import PairNotForThis
from services.joining.withdrawing import withdraw_consent
from services.pairs.assignments import (
    AgreementMissing,
    AgreementNotDue,
    EndReason,
    PairNotInWork,
    begin_work,
    end_pair,
)
from services.pairs.banks import list_bank
from services.pairs.capacity import move_pair
from services.pairs.cards import list_pairs_of, read_pair
from services.pairs.offers import OfferAnsweredAlready, OfferGone, accept_offer, decline_offer, expire_offers
from services.pairs.proposals import (
    MenteeTaken,
    MentorFull,
    NotOffered,
    NotReady,
    confirm_pair,
    discard_draft,
    draft_pair,
    withdraw_offer,
)
from services.programmes.running import change_settings
from services.surveys.intake import choose_role
from tests.conftest import FIRST_MOMENT
from tests.world import Participant, World


def draft(world: World, mentee: Participant, mentor: Participant) -> Any:
    return world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=mentee.participation_id,
        mentor_participation_id=mentor.participation_id,
    ).pair_id


def offer(world: World, mentee: Participant, mentor: Participant) -> Any:
    pair_id = draft(world, mentee, mentor)
    world.write(confirm_pair, actor=world.curator, pair_id=pair_id)
    return pair_id


def agree(world: World, pair_id: int, *participants: Participant) -> None:
    for one in participants:
        world.write(accept_offer, actor=world.actor(one.person), pair_id=pair_id)


def card(world: World, pair_id: int) -> Any:
    return world.read(read_pair, actor=world.curator, pair_id=pair_id)


def told(world: World, kind: str) -> list[int]:
    query = select(OutboxMessage.person_id).where(OutboxMessage.kind == kind)
    return sorted(world.read(lambda session: list(session.scalars(query))))


def tasks(world: World, kind: TaskKind) -> Any:
    query = select(Task).where(Task.kind == kind)
    return world.read(lambda session: list(session.scalars(query)))


def standing(world: World, participant: Participant) -> Any:
    query = select(Participation.status).where(Participation.id == participant.participation_id)
    return world.read(lambda session: session.scalar(query))


@pytest.mark.requirement("A17")
def test_a_pair_is_drafted_confirmed_and_accepted_by_both(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = draft(world, mentee, mentor)
    assert card(world, pair_id).waits_for is WaitsFor.CURATOR
    assert world.read(list_pairs_of, actor=world.actor(mentee.person), person_id=mentee.id) == []
    with pytest.raises(NotFound):
        world.read(read_pair, actor=world.actor(mentee.person), pair_id=pair_id)

    world.write(confirm_pair, actor=world.curator, pair_id=pair_id)
    offered = card(world, pair_id)
    assert (offered.status, offered.waits_for) == (PairStatus.OFFERED, WaitsFor.BOTH)
    assert offered.offer_expires_at == FIRST_MOMENT + timedelta(days=7)
    assert told(world, "pair.offer") == sorted([mentee.id, mentor.id])

    agree(world, pair_id, mentee)
    assert card(world, pair_id).waits_for is WaitsFor.MENTOR
    assert told(world, "pair.accepted") == []
    agree(world, pair_id, mentor)
    accepted = card(world, pair_id)
    assert (accepted.status, accepted.accepted_at) == (PairStatus.ACCEPTED, FIRST_MOMENT)
    assert accepted.waits_for is WaitsFor.MENTOR
    assert told(world, "pair.accepted") == sorted([mentee.id, mentor.id])
    assert standing(world, mentee) is ParticipationStatus.PAIRED
    assert standing(world, mentor) is ParticipationStatus.READY, "one of two places is left"


def test_nothing_is_answered_twice(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = offer(world, mentee, mentor)
    agree(world, pair_id, mentee)
    with pytest.raises(OfferAnsweredAlready):
        agree(world, pair_id, mentee)
    with pytest.raises(OfferAnsweredAlready):
        world.write(
            decline_offer,
            actor=world.actor(mentee.person),
            pair_id=pair_id,
            reason=DeclineReason.SCHEDULE,
        )
    assert card(world, pair_id).mentees[0].decision is Decision.ACCEPTED


def test_a_refusal_frees_both_and_tells_the_other_side_no_reason(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = offer(world, mentee, mentor)
    agree(world, pair_id, mentor)
    world.write(
        decline_offer,
        actor=world.actor(mentee.person),
        pair_id=pair_id,
        reason=DeclineReason.OTHER,
        note="  Мы соседи, неловко.  ",
    )
    declined = card(world, pair_id)
    assert declined.status is PairStatus.DECLINED
    assert declined.mentees[0].decline_note == "Мы соседи, неловко."
    assert told(world, "pair.declined") == [mentor.id]
    assert [task.pair_id for task in tasks(world, TaskKind.OFFER_DECLINED)] == [pair_id]
    assert standing(world, mentee) is standing(world, mentor) is ParticipationStatus.READY
    facts = world.read(lambda session: list(session.scalars(select(OutboxMessage.facts))))
    assert "соседи" not in str(facts)
    audit = world.read(lambda session: list(session.scalars(select(AuditEntry.after))))
    assert "соседи" not in str(audit)

    other = world.mentor("Ольга", "Павловна")
    draft(world, mentee, other)
    assert tasks(world, TaskKind.OFFER_DECLINED)[0].done_at == FIRST_MOMENT, "a new draft answers the task"


def test_a_mentee_stands_in_one_pair_and_a_mentor_in_as_many_as_agreed(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor(capacity="1")
    draft(world, mentee, mentor)
    with pytest.raises(MenteeTaken):
        draft(world, mentee, world.mentor("Ольга", "Павловна"))
    with pytest.raises(MentorFull):
        draft(world, world.mentee("Вера", "Олеговна"), mentor)


def test_only_the_ready_with_consent_may_be_paired(world: World) -> None:
    mentor = world.mentor()
    unready = world.consented("Вера", "Олеговна")
    chosen = world.write(
        choose_role,
        actor=world.actor(unready),
        role=Role.MENTEE,
    )
    with pytest.raises(NotReady):
        world.write(
            draft_pair,
            actor=world.curator,
            mentee_participation_id=chosen.participation_id,
            mentor_participation_id=mentor.participation_id,
        )
    with pytest.raises(NotReady):
        draft(world, mentor, mentor)
    gone = world.mentee()
    pair_id = draft(world, gone, mentor)
    world.write(withdraw_consent, actor=world.actor(gone.person))
    assert card(world, pair_id).status is PairStatus.TERMINATED
    assert told(world, "pair.ended") == [], "nobody had been told of the draft"


def test_a_discarded_draft_leaves_only_the_audit_trail(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = draft(world, mentee, mentor)
    world.write(discard_draft, actor=world.curator, pair_id=pair_id)
    count = select(func.count()).select_from(PairMember)
    assert world.read(lambda session: session.scalar(count)) == 0
    with pytest.raises(NotFound):
        card(world, pair_id)
    offer(world, mentee, mentor)
    assert told(world, "pair.offer") == sorted([mentee.id, mentor.id])


def test_an_offer_is_withdrawn_before_both_answered_only(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = offer(world, mentee, mentor)
    world.write(withdraw_offer, actor=world.curator, pair_id=pair_id)
    assert told(world, "pair.withdrawn") == sorted([mentee.id, mentor.id])
    with pytest.raises(OfferGone):
        agree(world, pair_id, mentee)
    with pytest.raises(NotOffered):
        world.write(withdraw_offer, actor=world.curator, pair_id=pair_id)


def test_an_offer_expires_once_and_an_answer_after_that_is_refused(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = offer(world, mentee, mentor)
    world.now = FIRST_MOMENT + timedelta(days=6)
    assert world.write(expire_offers) == 0
    world.now = FIRST_MOMENT + timedelta(days=7)
    with pytest.raises(OfferGone):
        agree(world, pair_id, mentee)
    assert world.write(expire_offers) == 1
    assert world.write(expire_offers) == 0
    assert card(world, pair_id).status is PairStatus.EXPIRED
    assert told(world, "pair.expired") == sorted([mentee.id, mentor.id])
    assert [task.pair_id for task in tasks(world, TaskKind.OFFER_EXPIRED)] == [pair_id]
    bank = world.read(
        list_bank, actor=world.curator, organization_id=world.organization_id, role=Role.MENTEE
    ).rows
    assert [row.participation_id for row in bank] == [mentee.participation_id]


@pytest.mark.requirement("E33", "E14")
@pytest.mark.parametrize("is_agreement_due", [True, False])
def test_the_order_and_where_asked_the_agreement_make_a_pair_active(
    world: World, is_agreement_due: bool
) -> None:
    world.write(
        change_settings,
        actor=world.curator,
        cycle_id=world.cycle_id,
        changes={"agreement_required": is_agreement_due},
    )
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = offer(world, mentee, mentor)
    with pytest.raises(PairNotForThis):
        world.order(pair_id)
    agree(world, pair_id, mentee)
    with pytest.raises(PairNotForThis):  # both come of their own will, or there is no pair
        world.order(pair_id)
    agree(world, pair_id, mentor)
    assert card(world, pair_id).status is PairStatus.ACCEPTED, "the order makes the pair, not the two alone"
    world.order(pair_id)
    if is_agreement_due:
        assert card(world, pair_id).status is PairStatus.ORDERED
        with pytest.raises(AgreementMissing):
            world.write(begin_work, actor=world.curator, pair_id=pair_id)
        world.sign_agreement(mentor)
    assert card(world, pair_id).status is PairStatus.ACTIVE
    with pytest.raises(AgreementNotDue):
        world.write(begin_work, actor=world.curator, pair_id=pair_id)


def test_an_ended_pair_frees_both(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor(capacity="1")
    pair_id = offer(world, mentee, mentor)
    with pytest.raises(PairNotInWork):
        world.write(end_pair, actor=world.curator, pair_id=pair_id, reason=EndReason.MUTUAL)
    agree(world, pair_id, mentee, mentor)
    assert standing(world, mentor) is ParticipationStatus.PAIRED
    world.write(end_pair, actor=world.curator, pair_id=pair_id, reason=EndReason.MUTUAL)
    ended = card(world, pair_id)
    assert (ended.status, ended.waits_for) == (PairStatus.TERMINATED, WaitsFor.NOBODY)
    assert told(world, "pair.ended") == sorted([mentee.id, mentor.id])
    assert standing(world, mentee) is standing(world, mentor) is ParticipationStatus.READY


def test_strangers_and_other_schools_are_refused(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = offer(world, mentee, mentor)
    stranger = world.actor(world.consented("Вера", "Олеговна"))
    other_school = Actor(ActorKind.ACCOUNT, 2, world.organization_id + 1, Channel.PANEL, frozenset(Right))
    without_rights = Actor(ActorKind.ACCOUNT, 3, world.organization_id, Channel.PANEL)
    for actor in (stranger, other_school, without_rights):
        with pytest.raises(NotAllowed):
            world.write(accept_offer, actor=actor, pair_id=pair_id)
        with pytest.raises(NotAllowed):
            world.write(withdraw_offer, actor=actor, pair_id=pair_id)
        with pytest.raises(NotAllowed):
            world.read(read_pair, actor=actor, pair_id=pair_id)
    with pytest.raises(NotAllowed):
        world.write(
            draft_pair,
            actor=other_school,
            mentee_participation_id=mentee.participation_id,
            mentor_participation_id=mentor.participation_id,
        )


def test_edited_words_are_kept_with_their_placeholders(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = draft(world, mentee, mentor)
    world.write(
        confirm_pair,
        actor=world.curator,
        pair_id=pair_id,
        edited_texts={Role.MENTEE: "{name}, познакомьтесь: {partner}."},
    )
    query = select(OutboxMessage.person_id, OutboxMessage.edited_text)
    assert dict(world.read(lambda session: session.execute(query).all())) == {
        mentee.id: "{name}, познакомьтесь: {partner}.",
        mentor.id: None,
    }


def test_the_index_holds_one_pair_a_mentee_whatever_the_services_believe(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    draft(world, mentee, mentor)
    with pytest.raises(Exception, match=r"(?i)unique"), world.database.writing() as session:
        session.add(
            Pair(
                organization_id=world.organization_id,
                cycle_id=world.cycle_id,
                form="teacher_teacher",
                kind="traditional",
                status=PairStatus.DRAFT,
                proposed_at=FIRST_MOMENT,
                members=[
                    PairMember(
                        participation_id=mentee.participation_id, person_id=mentee.id, role=Role.MENTEE
                    )
                ],
            )
        )


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads of their own, begun together; gives results and errors in order."""
    gate = threading.Barrier(len(acts))

    def begin(act: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return act()
        except DomainError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))


def test_of_two_curators_at_once_one_gets_the_mentee_and_one_a_sentence(world: World) -> None:
    mentee = world.mentee()
    mentors = [world.mentor(), world.mentor("Ольга", "Павловна")]
    results = at_once(*(lambda mentor=mentor: draft(world, mentee, mentor) for mentor in mentors))
    refused = [one for one in results if isinstance(one, DomainError)]
    assert [type(one) for one in refused] == [MenteeTaken]
    count = select(func.count()).select_from(Pair)
    assert world.read(lambda session: session.scalar(count)) == 1


def test_both_sides_accepting_at_once_settle_the_pair_once(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = offer(world, mentee, mentor)
    results = at_once(*(lambda one=one: agree(world, pair_id, one) for one in (mentee, mentor)))
    assert results == [None, None]
    assert card(world, pair_id).status is PairStatus.ACCEPTED
    assert told(world, "pair.accepted") == sorted([mentee.id, mentor.id])


def test_an_answer_and_a_withdrawal_at_once_leave_one_truth(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = offer(world, mentee, mentor)
    agree(world, pair_id, mentor)
    at_once(
        lambda: agree(world, pair_id, mentee),
        lambda: world.write(withdraw_offer, actor=world.curator, pair_id=pair_id),
    )
    is_accepted = card(world, pair_id).status is PairStatus.ACCEPTED
    assert bool(told(world, "pair.accepted")) is is_accepted
    assert bool(told(world, "pair.withdrawn")) is not is_accepted


def test_a_pair_makes_no_move_that_the_table_does_not_have(world: World) -> None:
    pair_id = draft(world, world.mentee(), world.mentor())

    def move(session: Session, *, now: datetime) -> None:
        pair = session.get_one(Pair, pair_id)
        move_pair(session, pair, PairStatus.PAUSED, actor=world.curator, action=Action.PAIR_PAUSED, now=now)

    with pytest.raises(ValueError, match="from draft to paused"):
        world.write(move)
    assert card(world, pair_id).status is PairStatus.DRAFT
