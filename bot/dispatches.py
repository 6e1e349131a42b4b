"""What is to leave for one due row of the outbox: its words, its addressee, the moment, with sound or not."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.context import BotContext
from models.messages import NoticeKind, OutboxStatus
from notices.catalogue import NoticeClass
from notices.letters import Letter, Skip, reword
from services.access.errors import DomainError
from services.delivery.inbox import has_open
from services.delivery.sending import Due, Outcome, has_heard_today, read_due_with
from services.organizations.days import day_of
from services.people.addressees import Addressee, find_addressee

RANKS = {NoticeClass.ANSWER: 0, NoticeClass.ACT: 1, NoticeClass.MEETING: 2, NoticeClass.BUDGETED: 3}
TEXT_LIMIT = 3500
"""Characters of one merged message, well under Telegram's 4096."""
BUTTON_ROWS_LIMIT = 30
ANSWER_WAIT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One message that is to leave. `replaces` is the old screen when this one becomes the screen."""

    ids: tuple[int, ...]
    chat_id: int
    letter: Letter
    tries: int
    is_silent: bool = False
    is_screen: bool = False
    replaces: int | None = None


@dataclass(slots=True)
class Plan:
    dispatch: Dispatch | None = None
    settled: list[Outcome] = field(default_factory=list)


class Planner:
    """Reads only: what follows is recorded by bot/outbox.py."""

    def __init__(self, context: BotContext) -> None:
        self._context = context
        notices = context.conversation.notices
        self.ranks: dict[str, int] = {NoticeKind.SCREEN_CURRENT.value: RANKS[NoticeClass.ANSWER]}
        self.ranks |= {kind: RANKS[notice.notice_class] for kind, notice in notices.items()}
        self._budgeted = {k for k, notice in notices.items() if notice.notice_class is NoticeClass.BUDGETED}

    def is_budgeted(self, kind: str) -> bool:
        return kind in self._budgeted

    def plan(self, session: Session, due: Due, *, now: datetime) -> Plan:
        if due.kind == NoticeKind.SCREEN_CURRENT:
            return self._plan_screen(session, due, now)
        if due.kind not in self._context.conversation.notices:
            return _settled(due, OutboxStatus.PARKED, "unknown kind")
        addressee = find_addressee(session, due, now=now)
        if isinstance(addressee, str):
            return _settled(due, OutboxStatus.SKIPPED, addressee)
        if addressee.is_away and self.ranks[due.kind] >= RANKS[NoticeClass.MEETING]:
            return self._hold(due, addressee, now)
        return self._plan_notice(session, due, addressee, now)

    def _plan_notice(self, session: Session, due: Due, addressee: Addressee, now: datetime) -> Plan:
        if due.kind in self._budgeted and due.person_id is not None:
            return self._plan_budgeted(session, due, due.person_id, addressee, now)
        letter = self._compose(session, due, addressee, now)
        if isinstance(letter, Skip):
            return _settled(due, OutboxStatus.SKIPPED, letter.reason)
        is_answer = self.ranks[due.kind] == RANKS[NoticeClass.ANSWER]
        is_silent = addressee.quiet.is_quiet(now) and not is_answer
        return Plan(Dispatch((due.id,), addressee.chat_id, letter, due.tries, is_silent=is_silent))

    def _hold(self, due: Due, addressee: Addressee, now: datetime) -> Plan:
        """On a long leave nobody is reminded: what is of use afterwards waits for the return."""
        if not self._context.conversation.notices[due.kind].is_lasting:
            return _settled(due, OutboxStatus.SKIPPED, "on leave")
        zone = addressee.quiet.zone
        midnight = datetime.combine(day_of(now, zone), time(), zone)
        return _postponed(due, addressee.quiet.later(midnight + timedelta(days=1)))

    def _plan_screen(self, session: Session, due: Due, now: datetime) -> Plan:
        if due.chat_id is None:
            return _settled(due, OutboxStatus.PARKED, "no chat")
        if not due.facts.get("is_news"):
            if self._context.screen_records.was_shown_since(due.chat_id):
                return _settled(due, OutboxStatus.SKIPPED, "shown since")
            # an answer that is to come shows the screen, or leaves it to a row of its own
            if has_open(session, due.chat_id):
                return _postponed(due, now + ANSWER_WAIT)
        chat, letter = self._context.read_screen(session, due.chat_id)
        return Plan(
            Dispatch(
                (due.id,), due.chat_id, letter, due.tries, is_screen=True, replaces=chat.screen_message_id
            )
        )

    def _plan_budgeted(
        self, session: Session, due: Due, person_id: int, addressee: Addressee, now: datetime
    ) -> Plan:
        """One message a day, outside quiet hours; all that is due by then is merged into it (decision 2)."""
        quiet = addressee.quiet
        midnight = datetime.combine(day_of(now, quiet.zone), time(), quiet.zone)
        if quiet.is_quiet(now):
            return _postponed(due, quiet.later(now))
        if has_heard_today(session, person_id=person_id, kinds=self._budgeted, since=midnight):
            return _postponed(due, quiet.later(midnight + timedelta(days=1)))
        plan = Plan()
        together: list[tuple[Due, Letter]] = []
        for one in read_due_with(session, person_id=person_id, kinds=self._budgeted, now=now):
            letter = self._compose(session, one, addressee, now)
            if isinstance(letter, Skip):
                plan.settled += _settled(one, OutboxStatus.SKIPPED, letter.reason).settled
            elif _fits([*(known for _, known in together), letter]):
                together.append((one, letter))
        if together:
            ids = tuple(one.id for one, _ in together)
            letter = _merge([letter for _, letter in together])
            plan.dispatch = Dispatch(ids, addressee.chat_id, letter, max(one.tries for one, _ in together))
        return plan

    def _compose(self, session: Session, due: Due, addressee: Addressee, now: datetime) -> Letter | Skip:
        facts = dict(due.facts)
        if due.person_id is not None:
            facts["person_id"] = due.person_id
        t = self._context.translators[addressee.locale]
        try:
            letter = self._context.conversation.notices[due.kind].words(session, facts, t, now)
        except DomainError as refusal:  # what it speaks of is gone
            return Skip(type(refusal).__name__)
        if isinstance(letter, Letter) and due.edited_text is not None:
            return reword(letter, due.edited_text)
        return letter


def _fits(letters: list[Letter]) -> bool:
    merged = _merge(letters)
    return len(letters) == 1 or (len(merged.text) <= TEXT_LIMIT and len(merged.rows) <= BUTTON_ROWS_LIMIT)


def _merge(letters: list[Letter]) -> Letter:
    return Letter(
        "\n\n".join(letter.text for letter in letters),
        tuple(row for letter in letters for row in letter.rows),
    )


def _settled(due: Due, status: OutboxStatus, reason: str) -> Plan:
    return Plan(settled=[Outcome((due.id,), status, reason=reason)])


def _postponed(due: Due, until: datetime) -> Plan:
    return Plan(settled=[Outcome((due.id,), OutboxStatus.WAITING, next_try_at=until)])
