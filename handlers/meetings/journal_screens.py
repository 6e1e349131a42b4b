"""What the journal asks, step by step: with whom, when, how long, about what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from handlers.meetings.calendars import day_rows, draw_calendar
from models.people import Role
from models.programmes import Cycle
from notices.buttons import LogDo, LogTap
from notices.language import Translator
from notices.letters import Action, Letter, in_rows
from notices.meetings import describe_when
from services.access.actors import Actor
from services.access.errors import NotAllowed, NotFound
from services.delivery.conversations import Participant
from services.meetings.cards import read_meeting
from services.meetings.slots import draw_month
from services.organizations.days import day_of
from services.pairs.cards import PairCard, list_pairs_of, read_pair

FLOW = "log"
LENGTHS = (30, 45, 60, 90)


@dataclass(frozen=True, slots=True)
class Log:
    """What is chosen so far, kept in the chat's state."""

    pair_id: int | None = None
    meeting_id: int | None = None
    day: str | None = None
    month: str | None = None
    minutes: int | None = None
    is_own_length: bool = False
    choices: tuple[str, ...] = ()  # what typed words may mean: days or minutes


def list_mentored_pairs(session: Session, *, actor: Actor) -> list[PairCard]:
    pairs = list_pairs_of(session, actor=actor, person_id=actor.id or 0)
    return [card for card in pairs if card.accepted_at and card.role_of(actor.id or 0) is Role.MENTOR]


def log_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    """The next thing to tell; None when the meeting or the pair is gone or logged."""
    actor = chat.actor
    log = chat.load(Log)
    try:
        letter = _next_question(session, log, actor, t, day_of(now, chat.zone))
    except (NotFound, NotAllowed):
        return None
    if letter is None:
        return None
    can_go_back = any((log.minutes, log.is_own_length, log.day, log.month, log.choices))
    stop = Action(t.label("Do not log"), LogTap(LogDo.STOP))
    tail = (Action(t.label("‹ Back"), LogTap(LogDo.BACK)), stop) if can_go_back else (stop,)
    return Letter(letter.text, (*letter.rows, tail))


def _next_question(session: Session, log: Log, actor: Actor, t: Translator, today: date) -> Letter | None:
    if log.meeting_id is not None:
        card = read_meeting(session, actor=actor, meeting_id=log.meeting_id)
        if card.is_logged:
            return None
        title = t(
            "Meeting on {when} ({partner})",
            when=describe_when(session, card, t),
            partner=card.partner_of(actor.id or 0).chat_name,
        )
    elif log.pair_id is None:
        return _ask_pair(session, actor, t)
    else:
        pair = read_pair(session, actor=actor, pair_id=log.pair_id)
        partner = pair.partner_of(actor.id or 0)
        if log.day is None:
            return _ask_day(session, log, pair.cycle_id, partner.chat_name, t, today)
        day = t.day(date.fromisoformat(log.day))
        title = t("Meeting on {when} ({partner})", when=day, partner=partner.chat_name)
    return _ask_length(title, log, t) if log.minutes is None else _ask_topic(title, log.minutes, t)


def _ask_pair(session: Session, actor: Actor, t: Translator) -> Letter:
    rows = tuple(
        (Action(card.partner_of(actor.id or 0).chat_name, LogTap(LogDo.PAIR, card.id)),)
        for card in list_mentored_pairs(session, actor=actor)
    )
    return Letter(t("With whom did you meet?"), rows)


def _ask_day(session: Session, log: Log, cycle_id: int, partner: str, t: Translator, today: date) -> Letter:
    if log.choices:
        days = [date.fromisoformat(one) for one in log.choices]
        return _ask_meaning([Action(t.day(day, with_year=True), _choose_day(day)) for day in days], t)
    first_day = session.get_one(Cycle, cycle_id).starts_on
    if log.month is not None:
        month = draw_month(date.fromisoformat(log.month), first_day=first_day, last_day=today)
        return draw_calendar(month, t, choose=_choose_day, turn=_turn_to)
    yesterday = today - timedelta(days=1)
    near = (
        Action(t.label("Today"), _choose_day(today)),
        Action(t.label("Yesterday"), _choose_day(yesterday)),
    )
    earlier = day_rows([today - timedelta(days=back) for back in range(2, 6)], t, choose=_choose_day)
    other = Action(t.label("Another day"), _turn_to(today.replace(day=1)))
    return Letter(t("When did you meet ({partner})?", partner=partner), (near, *earlier, (other,)))


def _choose_day(day: date) -> LogTap:
    return LogTap(LogDo.DAY, day=day)


def _turn_to(month: date) -> LogTap:
    return LogTap(LogDo.MONTH, month=month)


def _ask_meaning(actions: list[Action], t: Translator) -> Letter:
    """What was written fits several days or lengths: buttons tell which."""
    return Letter(t("It may be read in several ways. Which one is right?"), in_rows(actions, 1))


def _ask_length(title: str, log: Log, t: Translator) -> Letter:
    if log.choices:
        return _ask_meaning(_length_actions([int(one) for one in log.choices], t), t)
    if log.is_own_length:
        return Letter(f"{title}\n\n" + t("Please write how many minutes it took, like 50."))
    rows = in_rows(_length_actions(LENGTHS, t), 2)
    other = Action(t.label("Another length"), LogTap(LogDo.OWN_LENGTH))
    return Letter(f"{title}\n\n" + t("How long did it take?"), (*rows, (other,)))


def _length_actions(lengths: Iterable[int], t: Translator) -> list[Action]:
    return [Action(t.minutes(one), LogTap(LogDo.MINUTES, minutes=one)) for one in lengths]


def _ask_topic(title: str, minutes: int, t: Translator) -> Letter:
    question = t("What was it about? One line is enough. Your pair and the curator will see it.")
    skip = Action(t.label("Without a topic"), LogTap(LogDo.SKIP_TOPIC))
    return Letter(f"{title}, {t.minutes(minutes)}\n\n{question}", ((skip,),))
