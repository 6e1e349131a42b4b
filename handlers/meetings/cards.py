"""One meeting and the list of them: confirm, move, cancel; every old button shows the true state."""

from datetime import datetime

from aiogram import Router
from sqlalchemy.orm import Session

from handlers.meetings.planning import begin_move
from handlers.menu import MenuPart, to_menu
from handlers.replies import is_on_screen, step_to
from handlers.talk import Talk
from handlers.taps import Taps
from models.meetings import OPEN, MeetingStatus
from models.pairs import MEETING
from models.people import Role
from notices.buttons import HeldDo, HeldTap, MeetingDo, MeetingTap
from notices.language import Translator
from notices.letters import Action, Letter
from notices.meetings import describe_kind, describe_state, describe_when
from services.access.errors import DomainError, NotAllowed, NotFound
from services.delivery.conversations import Participant
from services.documents.words import MEETINGS
from services.meetings.attendance import MenteeSaid, NotLoggedYet, set_attendance
from services.meetings.cards import MeetingCard, list_meetings_of, read_meeting
from services.meetings.planning import (
    MeetingBegun,
    MeetingChanged,
    TimePassed,
    WaitsForTheOther,
    answer_coming,
    cancel_meeting,
    confirm_meeting,
)
from services.pairs.cards import list_pairs_of

router = Router(name="meeting cards")
on_meeting = Taps(router, MeetingTap)
on_held = Taps(router, HeldTap)
on_meeting.opens(MeetingDo.LIST, "meetings")

PAST_SHOWN = 5


@on_meeting(MeetingDo.SHOW)
async def show_meeting(tap: MeetingTap, talk: Talk) -> None:
    if is_on_screen(talk):
        talk.go("meeting", meeting_id=tap.meeting_id)
        await talk.act()
    await tell_state(talk, tap.meeting_id)


@on_meeting(MeetingDo.CONFIRM, MeetingDo.CANCEL)
async def decide(tap: MeetingTap, talk: Talk) -> None:
    service = confirm_meeting if tap.do is MeetingDo.CONFIRM else cancel_meeting
    if is_on_screen(talk):
        talk.go("meeting", meeting_id=tap.meeting_id)
    try:
        await talk.act(service, actor=talk.actor, meeting_id=tap.meeting_id)
    except (MeetingChanged, TimePassed, WaitsForTheOther) as error:
        await tell_state(talk, tap.meeting_id, error)
        return
    await tell_state(talk, tap.meeting_id)


@on_meeting(MeetingDo.MOVE)
async def move(tap: MeetingTap, talk: Talk) -> None:
    await _move(talk, tap.meeting_id)


@on_held(HeldDo.MOVED)
async def answer_moved(tap: HeldTap, talk: Talk) -> None:
    await _move(talk, tap.meeting_id)


async def _move(talk: Talk, meeting_id: int) -> None:
    if not await begin_move(talk, meeting_id):
        await tell_state(talk, meeting_id, MeetingChanged())


@on_meeting(MeetingDo.STAY_AWAY, MeetingDo.COME)
async def answer_coming_tap(tap: MeetingTap, talk: Talk) -> None:
    if is_on_screen(talk):
        talk.go("meeting", meeting_id=tap.meeting_id)
    is_coming = tap.do is MeetingDo.COME
    try:
        await talk.act(answer_coming, actor=talk.actor, meeting_id=tap.meeting_id, is_coming=is_coming)
    except MeetingChanged as error:
        await tell_state(talk, tap.meeting_id, error)
        return
    await tell_state(talk, tap.meeting_id)


@on_meeting(MeetingDo.ATTENDANCE)
async def open_attendance(tap: MeetingTap, talk: Talk) -> None:
    await talk.enter("meeting.who", meeting_id=tap.meeting_id, here=True)


@on_meeting(MeetingDo.MARK)
async def mark(tap: MeetingTap, talk: Talk) -> None:
    talk.go("meeting.who", meeting_id=tap.meeting_id)
    try:
        await talk.act(
            set_attendance,
            actor=talk.actor,
            meeting_id=tap.meeting_id,
            person_id=tap.person_id,
            was_there=tap.is_there,
        )
    except (MenteeSaid, NotLoggedYet) as error:
        await talk.enter("meeting.who", meeting_id=tap.meeting_id, note=talk.t.error(error))
        return
    await talk.show()


@on_meeting(MeetingDo.ASK_TO_CANCEL)
async def ask_to_cancel(tap: MeetingTap, talk: Talk) -> None:
    meeting_id = tap.meeting_id
    card = await talk.read(read_meeting, actor=talk.actor, meeting_id=meeting_id)
    if not card.can_be_cancelled(talk.now):
        await tell_state(talk, meeting_id, MeetingBegun() if card.status in OPEN else MeetingChanged())
        return
    letter = await talk.read(_read_drop, chat=talk.participant, t=talk.t, meeting_id=meeting_id)
    await step_to(talk, letter, "meeting.drop", meeting_id=meeting_id)


async def tell_state(talk: Talk, meeting_id: int, error: DomainError | None = None) -> None:
    """The true state of a meeting in the tapped message; `error` says above it what could not be done.

    On the screen itself the screen is shown: where it stands was kept by the caller's write.
    """
    note = talk.t.error(error) if error else None
    if is_on_screen(talk):
        await talk.show(note)
        return
    letter = await talk.read(
        _read_state, chat=talk.participant, t=talk.t, now=talk.now, meeting_id=meeting_id
    )
    await talk.replace(Letter(f"{note}\n\n{letter.text}", letter.rows) if note else letter)


def _read_state(
    session: Session, *, chat: Participant, t: Translator, now: datetime, meeting_id: int
) -> Letter:
    card = read_meeting(session, actor=chat.actor, meeting_id=meeting_id)
    return describe_state(session, card, chat.person_id, t, now)


def _read_drop(session: Session, *, chat: Participant, t: Translator, meeting_id: int) -> Letter:
    card = read_meeting(session, actor=chat.actor, meeting_id=meeting_id)
    return Letter(
        t(
            "Cancel the meeting on {when}? {partner} will hear of it at once.",
            when=describe_when(session, card, t),
            partner=card.partner_of(chat.person_id).chat_name,
        ),
        (
            (Action(t.label("Yes, cancel it"), MeetingTap(MeetingDo.CANCEL, meeting_id)),),
            (Action(t.label("Another time"), MeetingTap(MeetingDo.MOVE, meeting_id)),),
            (Action(t.label("Leave it"), MeetingTap(MeetingDo.SHOW, meeting_id)),),
        ),
    )


def meeting_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    letter = _read_or_none(session, chat, t, now)
    if letter is None:
        return None
    back = Action(t.label("All meetings"), MeetingTap(MeetingDo.LIST))
    return Letter(letter.text, (*letter.rows, (back, to_menu(t))))


def drop_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    try:
        card = read_meeting(session, actor=chat.actor, meeting_id=int(chat.data["meeting_id"]))
    except (NotFound, NotAllowed):
        return None
    if not card.can_be_cancelled(now):
        return meeting_screen(session, chat, t, now)
    return _read_drop(session, chat=chat, t=t, meeting_id=card.id)


def attendance_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    """The mentees of a group, each a button that turns round: there or not."""
    try:
        card = read_meeting(session, actor=chat.actor, meeting_id=int(chat.data["meeting_id"]))
    except (NotFound, NotAllowed):
        return None
    if not (card.is_group and card.is_logged and card.side_of(chat.person_id).role is Role.MENTOR):
        return meeting_screen(session, chat, t, now)
    rows = []
    for side in card.mentees:
        is_there = side.took_place is not False
        mark = "✓" if is_there else "✗"
        tap = MeetingTap(MeetingDo.MARK, card.id, person_id=side.person_id, is_there=not is_there)
        rows.append((Action(f"{mark} {side.chat_name}", tap),))
    text = t("Meeting on {when}. Who was there? Tap whoever was not.", when=describe_when(session, card, t))
    done = (Action(t.label("Done"), MeetingTap(MeetingDo.SHOW, card.id)),)
    return Letter(text, (*rows, done))


def list_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    """Coming meetings, those that wait for a word, and the latest past ones; each is a button."""
    cards = list_meetings_of(session, actor=chat.actor, person_id=chat.person_id)
    coming = [card for card in cards if card.is_coming(now)]
    past = [card for card in reversed(cards) if not card.is_coming(now)][:PAST_SHOWN]
    lines = []
    if coming:
        lines.append(t("<b>Coming</b>"))
        lines += [_line(session, card, chat, t, now) for card in coming]
    if past:
        lines.append(("\n" if lines else "") + t("<b>Past</b>"))
        lines += [_line(session, card, chat, t, now) for card in past]
    if not lines:
        lines.append(t("No meetings yet. The mentor proposes the first one."))
    rows = [
        (Action(_button(card, t), MeetingTap(MeetingDo.SHOW, card.id)),)
        for card in [*coming, *(one for one in past if _is_answer_due(one, chat, now))]
    ]
    actions = _propose_actions(session, chat, t)
    rows += [(action,) for action in actions]
    return Letter("\n".join(lines), (*rows, (to_menu(t),)))


def menu_part(session: Session, chat: Participant, t: Translator, now: datetime) -> MenuPart:
    """The next meeting, what waits for a word, and the likeliest buttons."""
    part = MenuPart()
    cards = list_meetings_of(session, actor=chat.actor, person_id=chat.person_id)
    coming = [card for card in cards if card.is_coming(now)]
    if coming:
        words = _line(session, coming[0], chat, t, now)
        part.lines.append(t("Next meeting:") + " " + words)
        part.actions.append(Action(_button(coming[0], t), MeetingTap(MeetingDo.SHOW, coming[0].id)))
    for card in [one for one in cards if _is_answer_due(one, chat, now)][:3]:
        part.lines.append(t("A meeting waits for your word: {when}.", when=describe_when(session, card, t)))
        part.actions.append(Action(_button(card, t), MeetingTap(MeetingDo.SHOW, card.id)))
    part.actions.extend(_propose_actions(session, chat, t, only_mentor=True))
    if cards:
        part.actions.append(Action(t.label("My meetings"), MeetingTap(MeetingDo.LIST)))
    return part


def _is_answer_due(card: MeetingCard, chat: Participant, now: datetime) -> bool:
    """A meeting that is over, of which this side has said nothing, or which the mentor has not logged."""
    if card.ends_at > now or card.status not in {MeetingStatus.PLANNED, MeetingStatus.HELD}:
        return False
    side = card.side_of(chat.person_id)
    is_log_due = side.role is Role.MENTOR and not card.is_logged and side.took_place is not False
    return is_log_due or (side.took_place is None and not card.is_logged)


def _propose_actions(
    session: Session, chat: Participant, t: Translator, *, only_mentor: bool = False
) -> list[Action]:
    person_id = chat.person_id
    pairs = list_pairs_of(session, actor=chat.actor, person_id=person_id)
    at_work = [
        card
        for card in pairs
        if card.status in MEETING
        and card.is_in(person_id)
        and (not only_mentor or card.role_of(person_id) is Role.MENTOR)
    ]
    if len(at_work) == 1:
        return [Action(t.label("Propose a meeting"), MeetingTap(MeetingDo.PLAN, pair_id=at_work[0].id))]
    return [
        Action(
            t.label("Propose a meeting: {name}", name=card.partner_of(person_id).chat_name),
            MeetingTap(MeetingDo.PLAN, pair_id=card.id),
        )
        for card in at_work
    ]


def _line(session: Session, card: MeetingCard, chat: Participant, t: Translator, now: datetime) -> str:
    return t(
        "{when}: {kind}, {partner} ({state})",
        when=describe_when(session, card, t),
        kind=describe_kind(session, card.cycle_id, card.kind, t),
        partner=card.partner_of(chat.person_id).chat_name,
        state=_name_state(card, chat, t, now),
    )


def _name_state(card: MeetingCard, chat: Participant, t: Translator, now: datetime) -> str:
    """A few words that name who must act."""
    if card.status is MeetingStatus.PROPOSED:
        if card.has_lapsed(now):
            return t.label("was not confirmed")
        is_own = card.proposed_by == chat.person_id
        return t.label("waits for the other side") if is_own else t.label("waits for you")
    if card.status is MeetingStatus.PLANNED:
        return t.label("agreed") if card.starts_at > now else t.label("not logged yet")
    return t.label(MEETINGS[card.status])


def _button(card: MeetingCard, t: Translator) -> str:
    day = t.short_day(card.local_start.date())
    when = f"{day}, {t.clock(card.local_start.time())}" if card.has_clock_time else day
    return t.label("Meeting {when}", when=when)


def _read_or_none(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    try:
        return _read_state(session, chat=chat, t=t, now=now, meeting_id=int(chat.data["meeting_id"]))
    except (NotFound, NotAllowed):
        return None
