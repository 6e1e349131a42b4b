"""Requests of people in a pair: who may ask, what is decided, what follows, and what silence leads to."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.accounts import Account, AccountRole
from models.audit import AuditEntry
from models.messages import NoticeKind, OutboxMessage
from models.pairs import Pair, PairStatus
from models.people import Participation, ParticipationStatus
from models.requests import Request, RequestKind, RequestStatus
from services.access.actors import Channel, system
from services.access.errors import NotAllowed
from services.accounts.directory import create_account
from services.pairs.assignments import EndReason, end_pair
from services.pairs.requests.answering import answer_consent, answer_question
from services.pairs.requests.deciding import (
    AnswerMissing,
    ConsentMissing,
    Decision,
    NoticeNotRefused,
    Order,
    OrderIncomplete,
    SearchTooEarly,
    decide_request,
    enter_order,
    hand_on,
)
from services.pairs.requests.reading import read_request
from services.pairs.requests.rules import DecidedAlready, PairOver
from services.pairs.requests.sending import (
    ExtensionTooShort,
    ReasonMissing,
    RequestOpen,
    add_reason,
    send_request,
    withdraw_request,
)
from services.pairs.requests.watching import watch_requests
from services.privacy.erasing import erase_person
from services.privacy.own_data import read_own_data
from tests.world import Participant, World


class Couple:
    """A pair at work in a school with a curator and a head who are in the chat."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.mentee, self.mentor = world.mentee("Анна"), world.mentor("Пётр")
        self.id = world.agree(self.mentee, self.mentor)
        self.staff = {
            role: self._hire(role, name)
            for role, name in ((AccountRole.CURATOR, "Ольга"), (AccountRole.HEAD, "Марина"))
        }

    def _hire(self, role: AccountRole, name: str) -> int:
        person = self.world.joined(name)
        made = self.world.write(
            create_account,
            actor=system(Channel.COMMAND_LINE),
            organization_id=self.world.organization_id,
            login=role.value,
            name=name,
            role=role,
        )
        account_id: int = made.account_id
        with self.world.database.writing() as session:
            session.get_one(Account, account_id).person_id = person.id
        return account_id

    def ask(self, who: Participant, kind: RequestKind, text: str = "Не сложилось", **facts: Any) -> Any:
        actor = self.world.actor(who.person)
        return self.world.write(send_request, actor=actor, kind=kind, pair_id=self.id, text=text, **facts)

    def decide(self, request_id: int, *, is_granted: bool = True, **facts: Any) -> Any:
        return self.world.write(
            decide_request,
            actor=self.world.curator,
            request_id=request_id,
            decision=Decision(is_granted=is_granted, **facts),
        )

    def read_status(self) -> PairStatus:
        found: PairStatus = self.world.read(lambda session: session.get_one(Pair, self.id).status)
        return found

    def request(self, request_id: int) -> Any:
        return self.world.read(read_request, actor=self.world.curator, request_id=request_id)

    def told(self, kind: NoticeKind) -> list[int | None]:
        query = select(OutboxMessage.person_id).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
        return list(self.world.read(lambda session: session.scalars(query).all()))

    def watch(self, **later: int) -> None:
        self.world.now += timedelta(**later)
        self.world.write(watch_requests)


@pytest.fixture
def couple(world: World) -> Couple:
    return Couple(world)


def test_who_may_ask_for_what(couple: Couple, world: World) -> None:
    for kind in (RequestKind.RELEASE, RequestKind.ENCOURAGE, RequestKind.FILE):
        with pytest.raises(NotAllowed):
            couple.ask(couple.mentee, kind)
    stranger = world.mentee("Яна")
    with pytest.raises(NotAllowed):
        couple.ask(stranger, RequestKind.REPLACEMENT)
    with pytest.raises(ReasonMissing):
        couple.ask(couple.mentee, RequestKind.REPLACEMENT, " ")
    couple.ask(couple.mentee, RequestKind.REPLACEMENT)
    with pytest.raises(RequestOpen):
        couple.ask(couple.mentee, RequestKind.REPLACEMENT)
    world.write(end_pair, actor=world.curator, pair_id=couple.id, reason=EndReason.BY_CURATOR)
    with pytest.raises(PairOver):
        couple.ask(couple.mentor, RequestKind.LESSON)
    couple.watch()
    assert world.read(lambda session: session.scalars(select(Request.status)).one()) is RequestStatus.CLOSED


def test_a_replacement_ends_the_pair_and_drafts_the_next_in_one_act(couple: Couple, world: World) -> None:
    next_mentor = world.mentor("Семён")
    waited = world.read(lambda s: s.get_one(Participation, couple.mentee.participation_id).ready_at)
    sent = couple.ask(couple.mentee, RequestKind.REPLACEMENT, "Не совпадает расписание")
    assert (sent.owner, sent.due_on) == ("Ольга", (world.now + timedelta(days=5)).date())
    with pytest.raises(OrderIncomplete):
        couple.decide(sent.request_id, order=Order("12-к"))
    with pytest.raises(SearchTooEarly):
        couple.decide(
            sent.request_id,
            effective_on=world.now.date() + timedelta(days=2),
            next_mentor_id=next_mentor.participation_id,
        )
    assert couple.read_status() is PairStatus.ACCEPTED, "a refused decision changes nothing"
    decided = couple.decide(
        sent.request_id,
        note="Подберём по расписанию",
        order=Order("12-к", world.now.date()),
        partner_text="{partner}: пара завершает работу, спасибо вам.",
        next_mentor_id=next_mentor.participation_id,
    )
    assert couple.read_status() is PairStatus.TERMINATED
    with world.database.reading() as session:
        draft = session.get_one(Pair, decided.draft_id)
        assert (draft.status, draft.mentor.person_id) == (PairStatus.DRAFT, next_mentor.id)
        mentee = session.get_one(Participation, couple.mentee.participation_id)
        assert (mentee.status, mentee.ready_at) == (ParticipationStatus.READY, waited)
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == NoticeKind.PAIR_ENDED)).one()
        assert (told.person_id, told.edited_text) == (
            couple.mentor.id,
            "{partner}: пара завершает работу, спасибо вам.",
        )
        trail = str([entry.after for entry in session.scalars(select(AuditEntry))])
        assert "расписан" not in trail, "free text stays out of the trail"
    assert couple.told(NoticeKind.REQUEST_DECIDED) == [couple.mentee.id]
    card = couple.request(sent.request_id)
    assert (card.status, card.decided_by, card.order_number) == (RequestStatus.GRANTED, "Ольга", "12-к")
    with pytest.raises(DecidedAlready):
        couple.decide(sent.request_id)


@pytest.mark.parametrize("has_curator_acted", [True, False])
def test_a_mentors_notice_holds_whatever_the_curator_does(
    couple: Couple, world: World, has_curator_acted: bool
) -> None:
    sent = couple.ask(couple.mentor, RequestKind.RELEASE, "", wanted_on=world.now.date())
    assert sent.effective_on == date(2026, 11, 26), "three working days from a Monday"
    assert sent.due_on <= sent.effective_on
    with pytest.raises(NoticeNotRefused):
        couple.decide(sent.request_id, is_granted=False, note="Нельзя")
    if has_curator_acted:
        couple.decide(sent.request_id, effective_on=sent.effective_on)
    couple.watch(days=2)
    assert couple.read_status() is PairStatus.ACCEPTED
    couple.watch(days=1)
    couple.watch()
    assert couple.read_status() is PairStatus.TERMINATED
    assert couple.request(sent.request_id).status is RequestStatus.GRANTED
    assert couple.told(NoticeKind.REQUEST_DECIDED) == [couple.mentor.id]
    assert couple.told(NoticeKind.PAIR_ENDED) == [couple.mentee.id]


def test_more_time_and_an_early_end_need_both(couple: Couple, world: World) -> None:
    with pytest.raises(ExtensionTooShort):
        couple.ask(couple.mentor, RequestKind.EXTENSION, wanted_on=world.now.date())
    longer = couple.ask(couple.mentor, RequestKind.EXTENSION, wanted_on=date(2027, 6, 30))
    assert couple.told(NoticeKind.REQUEST_ASKED) == [couple.mentee.id]
    with pytest.raises(ConsentMissing):
        couple.decide(longer.request_id)
    partner = world.actor(couple.mentee.person)
    world.write(answer_consent, actor=partner, request_id=longer.request_id, agrees=True)
    couple.decide(longer.request_id)
    assert world.read(lambda session: session.get_one(Pair, couple.id).ends_on) == date(2027, 6, 30)
    early = couple.ask(couple.mentee, RequestKind.COMPLETION, "План выполнен")
    own = world.actor(couple.mentee.person)
    with pytest.raises(NotAllowed):
        world.write(answer_consent, actor=own, request_id=early.request_id, agrees=True)
    world.write(
        answer_consent, actor=world.actor(couple.mentor.person), request_id=early.request_id, agrees=False
    )
    with pytest.raises(ConsentMissing):
        couple.decide(early.request_id)
    couple.decide(early.request_id, has_consent=True)
    assert couple.read_status() is PairStatus.COMPLETED
    assert couple.request(early.request_id).others[0].noted_by == "Ольга"


def test_that_a_pair_does_not_suit_counts_before_its_reason(couple: Couple, world: World) -> None:
    sent = couple.ask(couple.mentor, RequestKind.UNFIT, "")
    own = world.actor(couple.mentor.person)
    world.write(add_reason, actor=own, request_id=sent.request_id, text="Разные взгляды")
    assert couple.request(sent.request_id).text == "Разные взгляды"
    assert not couple.told(NoticeKind.REQUEST_ASKED)
    with pytest.raises(AnswerMissing):
        couple.decide(sent.request_id, is_granted=False)
    with pytest.raises(NotAllowed):
        world.write(withdraw_request, actor=world.actor(couple.mentee.person), request_id=sent.request_id)
    world.write(withdraw_request, actor=own, request_id=sent.request_id)
    assert couple.read_status() is PairStatus.ACCEPTED
    with pytest.raises(DecidedAlready):
        world.write(add_reason, actor=own, request_id=sent.request_id, text="И ещё")


def test_a_question_stays_between_the_two(couple: Couple, world: World) -> None:
    sent = couple.ask(couple.mentee, RequestKind.QUESTION, "Как начать урок?")
    assert couple.told(NoticeKind.REQUEST_QUESTION) == [couple.mentor.id]
    assert couple.request(sent.request_id).text == "", "the curator sees that it was asked, not what"
    with pytest.raises(NotAllowed):
        couple.decide(sent.request_id)
    couple.watch(days=5)
    assert couple.told(NoticeKind.REQUEST_QUESTION) == [couple.mentor.id] * 2
    couple.watch(days=3)
    assert len(couple.told(NoticeKind.REQUEST_LATE)) == 1
    other = world.actor(couple.mentor.person)
    world.write(answer_question, actor=other, request_id=sent.request_id, text="С вопроса")
    assert couple.told(NoticeKind.REQUEST_DECIDED) == [couple.mentee.id]
    assert couple.request(sent.request_id).note == ""
    held = world.read(read_own_data, actor=other, locale="ru")
    assert held["my_answers_to_requests"][0]["answer"] == "С вопроса"


def test_silence_reminds_the_owner_then_the_head(couple: Couple, world: World) -> None:
    sent = couple.ask(couple.mentee, RequestKind.LESSON, "Урок химии", wanted_on=date(2026, 12, 1))
    couple.watch(days=4)
    assert couple.told(NoticeKind.REQUEST_LATE) == []
    couple.watch(days=1)
    couple.watch(hours=1)
    assert len(couple.told(NoticeKind.REQUEST_LATE)) == 1, "the owner, once"
    couple.watch(days=3)
    assert len(couple.told(NoticeKind.REQUEST_LATE)) == 2, "then the head"
    made = world.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login="second",
        name="Инна",
        role=AccountRole.CURATOR,
    )
    world.write(hand_on, actor=world.curator, request_id=sent.request_id, account_id=made.account_id)
    assert couple.request(sent.request_id).owner == "Инна"
    couple.decide(sent.request_id)
    world.write(
        enter_order, actor=world.curator, request_id=sent.request_id, number="7", day=world.now.date()
    )
    assert couple.request(sent.request_id).order_number == "7"


def test_requests_go_with_whoever_is_erased(couple: Couple, world: World) -> None:
    couple.ask(couple.mentor, RequestKind.EXTENSION, "Ей нужно время", wanted_on=date(2027, 6, 30))
    world.write(
        erase_person, actor=world.curator, person_id=couple.mentee.id, reason="demanded", made_by="Куратор"
    )
    assert not world.read(lambda session: session.scalars(select(Request)).all())
