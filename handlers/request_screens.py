"""What a person of a pair sees while asking for something: the kinds, the day, the reason, an answer."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from handlers.meetings.calendars import day_rows
from models.pairs import IN_WORK
from models.people import Role
from models.requests import RequestKind
from notices.buttons import AskedDo, AskedTap, PairDo, PairTap, RequestDo, RequestTap
from notices.language import Translator, escape
from notices.letters import Action, Letter, in_rows
from services.access.errors import N_, NotAllowed, NotFound
from services.delivery.conversations import Participant
from services.documents.words import REQUEST_KINDS
from services.meetings.slots import find_last_day, propose_days
from services.organizations.days import day_of
from services.organizations.school_days import read_calendar
from services.pairs.cards import PairCard, read_pair
from services.pairs.requests.reading import RequestCard, list_asked_of, list_own_waiting, read_request
from services.pairs.requests.rules import RULES
from services.pairs.requests.sending import find_earliest_leave
from services.programmes.running import settings_of

LESSON_DAYS = 6

BUTTONS: Mapping[RequestKind, str | Mapping[Role, str]] = {
    RequestKind.QUESTION: {Role.MENTEE: N_("Ask my mentor"), Role.MENTOR: N_("Ask my mentee")},
    RequestKind.LESSON: N_("Visit a colleague's lesson"),
    RequestKind.INVOLVE: N_("Involve a colleague"),
    RequestKind.ENCOURAGE: N_("Encourage the mentee"),
    RequestKind.CONTEST: N_("Recommend for a contest"),
    RequestKind.FILE: N_("See the personal file"),
    RequestKind.EXTENSION: N_("More time for the pair"),
    RequestKind.COMPLETION: N_("Complete the work earlier"),
    RequestKind.REPLACEMENT: {
        Role.MENTEE: N_("Ask for another mentor"),
        Role.MENTOR: N_("Ask for another mentee"),
    },
    RequestKind.RELEASE: N_("Leave the mentor's role"),
    RequestKind.UNFIT: N_("This pair is not for me"),
}
"""What may be asked, in the order of the buttons: what is asked most comes first."""

ASKS = {
    RequestKind.QUESTION: N_("What would you like to ask? Only {name} reads it and answers here."),
    RequestKind.LESSON: N_(
        "Whose lesson would you visit, and who could stand in for you? The curator passes it on to the head, "
        "who decides."
    ),
    RequestKind.INVOLVE: N_(
        "Who could help, and with what? The curator asks this colleague for consent first."
    ),
    RequestKind.ENCOURAGE: N_("For what, and how would you encourage {name}? Please write in a few words."),
    RequestKind.CONTEST: N_("Which contest suits {name}, and why? Please write in a few words."),
    RequestKind.FILE: N_(
        "What do you need to know from the personal file of {name}? The curator shows it by the set "
        "procedure, and notes that you saw it."
    ),
    RequestKind.EXTENSION: N_(
        "What is the time needed for? Only the curator reads the reason; I ask {name} whether they agree."
    ),
    RequestKind.COMPLETION: N_(
        "Why may the work be completed earlier? Only the curator reads the reason; I ask {name} whether they "
        "agree."
    ),
    RequestKind.REPLACEMENT: N_(
        "What does not fit? Only the curator reads it; I tell {name} nothing. The curator speaks with you "
        "before anything changes."
    ),
    RequestKind.RELEASE: N_(
        "You may add why, but no reason is due. Only the curator reads it; I tell {name} nothing until it is "
        "settled."
    ),
}
ASKS_DAY = {
    RequestKind.LESSON: N_("On which day is the lesson? A button, or write it, like «15.12»."),
    RequestKind.EXTENSION: N_("Until when should the pair go on? A button, or write it, like «31.05.2027»."),
    RequestKind.RELEASE: N_(
        "From which day? By law three working days' notice is enough, so the earliest is {day}. "
        "A button, or write it, like «15.12»."
    ),
}


def list_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    """What may be asked, what this person has asked, and what is asked of them."""
    card = _own_pair(session, chat)
    if card is None:
        return None
    role, name = card.role_of(chat.person_id), card.partner_of(chat.person_id).chat_name
    parts = [t("What is it about ({name})?", name=name)]
    rows = [
        (Action(_label(kind, role, t), RequestTap(RequestDo.CHOOSE, card.id, kind)),)
        for kind in BUTTONS
        if role in RULES[kind].roles
    ]
    for request in list_own_waiting(session, actor=chat.actor, pair_id=card.id):
        parts.append(_describe_own(request, t, chat))
        taken = t.label("Take back: {what}", what=t.label(REQUEST_KINDS[request.kind]))
        rows.append((Action(taken, RequestTap(RequestDo.WITHDRAW, request_id=request.id)),))
    for request in list_asked_of(session, actor=chat.actor, pair_id=card.id):
        if request.rule.is_of_two:
            parts.append(t("{name} asks you", name=name) + f": «{escape(request.text)}»")
            rows.append((Action(t.label("Write an answer"), AskedTap(AskedDo.REPLY, request.id)),))
    rows.append((Action(t.label("Back to the pair"), PairTap(PairDo.SHOW)),))
    return Letter("\n\n".join(parts), tuple(rows))


def day_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    card = _own_pair(session, chat)
    if card is None:
        return None
    kind = RequestKind(chat.data["kind"])
    earliest = find_earliest_leave(now, chat.zone)
    words = t(ASKS_DAY[kind], day=t.day(earliest))
    rows = day_rows(
        _offer_days(session, card, kind, now, chat), t, choose=lambda day: RequestTap(RequestDo.DAY, day=day)
    )
    if kind is RequestKind.EXTENSION:
        days = _offer_days(session, card, kind, now, chat)
        rows = in_rows(
            [
                Action(
                    t.label("until {day}", day=day.strftime("%d.%m.%Y")), RequestTap(RequestDo.DAY, day=day)
                )
                for day in days
            ],
            1,
        )
    return Letter(words, (*rows, (Action(t.label("Back"), RequestTap(RequestDo.OPEN, card.id)),)))


def text_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    card = _own_pair(session, chat)
    if card is None:
        return None
    kind = RequestKind(chat.data["kind"])
    words = t(ASKS[kind], name=card.partner_of(chat.person_id).chat_name)
    rows = []
    if not RULES[kind].wants_reason:
        rows.append((Action(t.label("Without a reason"), RequestTap(RequestDo.NO_REASON)),))
    rows.append((Action(t.label("Back"), RequestTap(RequestDo.OPEN, card.id)),))
    return Letter(words, tuple(rows))


def reason_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    """After "this pair is not for me": it counts already."""
    request = _read(session, chat)
    if request is None or not request.is_waiting:
        return None
    name = ", ".join(one.chat_name for one in request.others)
    return Letter(
        t(
            "Only the curator knows. {name} hears nothing of it, and later only neutral words that the "
            "curator has approved.\n\nIf you like, write what does not fit: it helps to choose better.",
            name=name,
        ),
        (
            (Action(t.label("Without a reason"), RequestTap(RequestDo.NO_REASON)),),
            (Action(t.label("Take it back"), RequestTap(RequestDo.WITHDRAW, request_id=request.id)),),
        ),
    )


def reply_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    request = _read(session, chat)
    if request is None or not request.is_waiting:
        return None
    return Letter(
        t("{name} asks you", name=request.asker.chat_name)
        + f": «{escape(request.text)}»\n\n"
        + t("Please write your answer. Only {name} reads it.", name=request.asker.chat_name),
        ((Action(t.label("Back to the pair"), PairTap(PairDo.SHOW)),),),
    )


def open_action(card: PairCard, chat: Participant, t: Translator) -> Action:
    """The button that leads to everything one may ask for in this pair."""
    return Action(
        t.label("Ask or tell: {name}", name=card.partner_of(chat.person_id).chat_name),
        RequestTap(RequestDo.OPEN, card.id),
    )


def _offer_days(
    session: Session, card: PairCard, kind: RequestKind, now: datetime, chat: Participant
) -> list[date]:
    local_now = now.astimezone(chat.zone)
    if kind is RequestKind.RELEASE:
        earliest = find_earliest_leave(now, chat.zone)
        return [earliest, earliest + timedelta(days=7), earliest + timedelta(days=14)]
    if kind is RequestKind.EXTENSION:
        base = max(card.ends_on or local_now.date(), local_now.date())
        return [find_last_day(base, months=months) for months in (1, 2, 3)]
    slots = settings_of(session, cycle_id=card.cycle_id).day_slots
    school = read_calendar(session, organization_id=card.organization_id)
    return propose_days(local_now, slots, school, count=LESSON_DAYS)


def _label(kind: RequestKind, role: Role, t: Translator) -> str:
    words = BUTTONS[kind]
    return t.label(words[role] if isinstance(words, Mapping) else words)


def _describe_own(request: RequestCard, t: Translator, chat: Participant) -> str:
    what = t.label(REQUEST_KINDS[request.kind])
    if request.rule.is_of_two:
        return t("Waits for an answer: {what}.", what=what)
    return t(
        "Waits for a decision: {what}. {owner} answers by {day}.",
        what=what,
        owner=request.owner or t.label("The curator"),
        day=t.month_day(day_of(request.due_at, chat.zone)),
    )


def _read(session: Session, chat: Participant) -> RequestCard | None:
    try:
        return read_request(session, actor=chat.actor, request_id=int(chat.data["request_id"]))
    except (NotAllowed, NotFound):
        return None


def _own_pair(session: Session, chat: Participant) -> PairCard | None:
    """The pair, while it is at work and this person stands in it."""
    try:
        card = read_pair(session, actor=chat.actor, pair_id=int(chat.data["pair_id"]))
    except (NotAllowed, NotFound):
        return None
    return card if card.status in IN_WORK and card.is_in(chat.person_id) else None
