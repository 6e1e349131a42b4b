"""Screens of the programme: the whole, its activities, what may be asked for, and the card to check."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.menu import to_menu
from models.people import Role
from models.personal_programmes import ChangeState, ProgrammeStatus
from notices.buttons import PairDo, PairTap
from notices.language import Translator, escape
from notices.letters import Action, Letter
from notices.programme_buttons import ProgrammeDo, ProgrammeTap, SupportDo, SupportTap
from notices.programmes import (
    MARKS,
    change_letter,
    describe_activity,
    describe_change,
    describe_programme,
    shorten,
)
from services.access.errors import NotAllowed, NotFound
from services.delivery.conversations import Participant
from services.organizations.days import day_of
from services.pairs.cards import PairCard
from services.pairs.personal_programmes.cards import (
    find_programme_of,
    read_change,
    read_programme,
    read_programme_of_activity,
)
from services.pairs.personal_programmes.changing import DATED
from services.pairs.personal_programmes.contents import ActivityFacts, ProgrammeFacts
from services.pairs.personal_programmes.offering import offer_activities, offer_areas, offer_days
from services.pairs.support import read_support

PAGE = 8  # activities on one screen


def programme_actions(
    session: Session, chat: Participant, card: PairCard, t: Translator, now: datetime
) -> list[Action]:
    """The way from the card of the pair to its programme."""
    found = find_programme_of(session, actor=chat.actor, pair_id=card.id, now=now)
    if found is None:
        return []
    words = t.label("Programme: {name}", name=card.partner_of(chat.person_id).chat_name)
    return [Action(words, ProgrammeTap(ProgrammeDo.SHOW, programme_id=found.id, page=0))]


def support_actions(session: Session, chat: Participant, t: Translator) -> list[Action]:
    """The way of a mentee without a pair to their plan of support."""
    if read_support(session, actor=chat.actor, person_id=chat.person_id) is None:
        return []
    return [Action(t.label("Support while I wait"), SupportTap(SupportDo.SHOW))]


def programme_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    found = _read(session, chat, now)
    if found is None:
        return None
    today = day_of(now, chat.zone)
    page = min(max(int(chat.data.get("page", 0)), 0), max(len(found.activities) - 1, 0) // PAGE)
    shown = found.activities[page * PAGE : (page + 1) * PAGE]
    head = [t("<b>Personalised programme</b>"), *describe_programme(session, found, chat.person_id, t, today)]
    lines = [describe_activity(one, t, today) for one in shown] or [t("No activities yet.")]
    rows: list[tuple[Action, ...]] = []
    for asked in found.changes:
        if chat.person_id not in asked.agreed:
            rows.append(
                (
                    Action(
                        t.label("Look at the change"),
                        ProgrammeTap(ProgrammeDo.SHOW_CHANGE, change_id=asked.id),
                    ),
                )
            )
        elif asked.person_id == chat.person_id:
            rows.append(
                (
                    Action(
                        t.label("Take the change back"),
                        ProgrammeTap(ProgrammeDo.WITHDRAW, change_id=asked.id),
                    ),
                )
            )
    if found.is_writable and chat.person_id in found.awaited and not found.is_curator_awaited:
        rows.append((Action(t.label("Agree"), ProgrammeTap(ProgrammeDo.AGREE, programme_id=found.id)),))
    if found.is_open:
        rows.append(
            (
                Action(t.label("Add an activity"), ProgrammeTap(ProgrammeDo.ADD, programme_id=found.id)),
                Action(t.label("Change something"), ProgrammeTap(ProgrammeDo.CHANGE, programme_id=found.id)),
            )
        )
        if found.activities:
            words = t.label("Activities: done, another date")
            rows.append((Action(words, ProgrammeTap(ProgrammeDo.LIST, programme_id=found.id, page=page)),))
    rows += _turn(found, page, lambda to: ProgrammeTap(ProgrammeDo.SHOW, programme_id=found.id, page=to), t)
    rows.append((Action(t.label("Back to the pair"), PairTap(PairDo.SHOW)),))
    return Letter("\n".join([*head, "", *lines]), tuple(rows))


def list_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    """Which activity is meant; those without a result first."""
    found = _read(session, chat, now)
    if found is None:
        return None
    ordered = sorted(found.activities, key=lambda one: (one.done_on is not None, one.planned_on))
    page = min(max(int(chat.data.get("page", 0)), 0), max(len(ordered) - 1, 0) // PAGE)
    rows: list[tuple[Action, ...]] = [
        (
            Action(
                shorten(f"{'✓ ' if one.done_on else ''}{one.planned_on:%d.%m} {one.title}"),
                ProgrammeTap(ProgrammeDo.ACTIVITY, activity_id=one.id),
            ),
        )
        for one in ordered[page * PAGE : (page + 1) * PAGE]
    ]
    rows += _turn(found, page, lambda to: ProgrammeTap(ProgrammeDo.LIST, programme_id=found.id, page=to), t)
    return Letter(t("Which activity?"), (*rows, (_back(found.id, t),)))


def activity_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    found = _read_by_activity(session, chat, now)
    if found is None:
        return None
    programme, one = found
    lines = [f"<b>{escape(one.title)}</b>", t("Planned: {day}", day=t.day(one.planned_on, with_year=True))]
    if one.expected:
        lines.append(t("Expected result: {result}", result=one.expected))
    if one.mark is not None and one.done_on is not None:
        words = t.label(MARKS[one.mark])
        lines.append(t("Done on {day}: {mark}", day=t.month_day(one.done_on), mark=words))
    if one.actual:
        lines.append(t("Actual result: {result}", result=one.actual))
    rows: list[tuple[Action, ...]] = []
    if programme.is_open:
        me = programme.member(chat.person_id)
        is_mentor = me is not None and me.role is Role.MENTOR
        if programme.status is ProgrammeStatus.ACTIVE and is_mentor:
            words = t.label("Change the result") if one.done_on else t.label("Done")
            rows.append((Action(words, ProgrammeTap(ProgrammeDo.DONE, activity_id=one.id)),))
        if one.done_on is None:
            rows.append(
                (
                    Action(t.label("Another date"), ProgrammeTap(ProgrammeDo.MOVE, activity_id=one.id)),
                    Action(t.label("Take it out"), ProgrammeTap(ProgrammeDo.DROP, activity_id=one.id)),
                )
            )
        if programme.status is ProgrammeStatus.ACTIVE and not is_mentor and one.done_on is None:
            lines.append(t("Your mentor notes the result."))
    return Letter("\n".join(lines), (*rows, (_back(programme.id, t),)))


def mark_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    found = _read_by_activity(session, chat, now)
    if found is None:
        return None
    programme, one = found
    rows = [
        (Action(t.label(words), ProgrammeTap(ProgrammeDo.MARK, activity_id=one.id, mark_of=mark)),)
        for mark, words in MARKS.items()
    ]
    lines = [t("<b>{title}</b>: what came of it?", title=one.title)]
    if one.expected:
        lines.append(t("Expected result: {result}", result=one.expected))
    return Letter("\n".join(lines), (*rows, (_back(programme.id, t),)))


def words_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    found = _read_by_activity(session, chat, now)
    if found is None:
        return None
    _programme, one = found
    return Letter(
        t(
            "Noted: <b>{title}</b>. If you like, write the actual result in a few words. Your pair and the "
            "curator will read it.",
            title=one.title,
        ),
        ((Action(t.label("Without words"), ProgrammeTap(ProgrammeDo.NO_WORDS, activity_id=one.id)),),),
    )


def add_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    found = _read(session, chat, now)
    if found is None or not found.is_open:
        return None
    offered = offer_activities(session, actor=chat.actor, programme_id=found.id, locale=t.locale)
    rows = [
        (
            Action(
                shorten(one.activity.title.get(t.locale)),
                ProgrammeTap(ProgrammeDo.TAKE, programme_id=found.id, index=one.index),
            ),
        )
        for one in offered
    ]
    text = t(
        "Write what you would like to do and by which day, in one message: <i>visit a colleague's lesson, "
        "15.01</i>. A second line may say the expected result."
    )
    if rows:
        text += "\n\n" + t("Or choose one of these:")
    return Letter(text, (*rows, (_back(found.id, t),)))


def change_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    found = _read(session, chat, now)
    if found is None or not found.is_open:
        return None
    rows = [
        (Action(t.label("Another goal"), ProgrammeTap(ProgrammeDo.GOAL, programme_id=found.id)),),
        (Action(t.label("Add a difficulty"), ProgrammeTap(ProgrammeDo.AREAS, programme_id=found.id)),),
        (Action(t.label("Another last day"), ProgrammeTap(ProgrammeDo.TERM, programme_id=found.id)),),
        (_back(found.id, t),),
    ]
    text = t("What would you like to change? For a date of an activity open the activity itself.")
    if not found.is_writable:
        text += " " + t("The others of your pair are asked for their consent.")
    return Letter(text, tuple(rows))


def goal_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    found = _read(session, chat, now)
    if found is None or not found.is_open:
        return None
    return Letter(
        t("Please write the goal in one or two sentences. Your pair and the curator will read it."),
        ((_back(found.id, t),),),
    )


def areas_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    found = _read(session, chat, now)
    if found is None or not found.is_open:
        return None
    offered = offer_areas(session, actor=chat.actor, programme_id=found.id)
    rows = [
        (
            Action(
                shorten(one.title.get(t.locale)),
                ProgrammeTap(ProgrammeDo.AREA, programme_id=found.id, index=one.index),
            ),
        )
        for one in offered
    ]
    return Letter(
        t("What else is difficult? Your pair and the curator will see what you choose."),
        (*rows, (_back(found.id, t),)),
    )


def card_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    """What its author checks before anything changes."""
    try:
        card = read_change(session, actor=chat.actor, change_id=int(chat.data["change_id"]))
        found = read_programme(session, actor=chat.actor, programme_id=card.programme_id, now=now)
    except (NotFound, NotAllowed):
        return None
    if card.state is not ChangeState.CARD or not found.is_open:
        return None
    cancel = (Action(t.label("Leave as it is"), ProgrammeTap(ProgrammeDo.CANCEL, change_id=card.id)),)
    text = describe_change(card, t)
    if card.kind in DATED and card.day is None:
        today = day_of(now, chat.zone)
        days = offer_days(session, actor=chat.actor, change_id=card.id, today=today)
        rows = [
            (Action(t.day(day, with_year=True), ProgrammeTap(ProgrammeDo.DAY, change_id=card.id, day=day)),)
            for day in days
        ]
        asked = t("On which day? Choose, or write it: <i>15.01</i>.")
        return Letter(f"{text}\n\n{asked}", (*rows, cancel))
    words = t.label("Save") if found.is_writable else t.label("Propose to the pair")
    confirm = (Action(words, ProgrammeTap(ProgrammeDo.CONFIRM, change_id=card.id)),)
    tail = "" if found.is_writable else "\n\n" + t("It counts when all of your pair agree.")
    return Letter(text + tail, (confirm, cancel))


def answer_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    """A change of another that waits for this person."""
    try:
        asked = read_change(session, actor=chat.actor, change_id=int(chat.data["change_id"]))
        found = read_programme(session, actor=chat.actor, programme_id=asked.programme_id, now=now)
    except (NotFound, NotAllowed):
        return None
    if asked.state is not ChangeState.WAITING or chat.person_id in asked.agreed or not found.is_open:
        return None
    letter = change_letter(asked, t)
    return Letter(letter.text, (*letter.rows, (_back(found.id, t),)))


def support_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter:
    """What helps a mentee while the search goes on."""
    found = read_support(session, actor=chat.actor, person_id=chat.person_id)
    if found is None:
        return Letter(t("There is no plan of support for you at present."), ((to_menu(t),),))
    lines = [t("<b>Support while we look for your mentor</b>")]
    lines += [escape(found.words)] if found.words else []
    for one in found.steps:
        mark = "✓" if one.done_on else "•"
        lines.append(t("{mark} {day} {title}", mark=mark, day=f"{one.planned_on:%d.%m}", title=one.title))
    lines.append(t("Next search: {day}.", day=t.month_day(found.next_search_on)))
    return Letter("\n".join(lines), ((to_menu(t),),))


def _read(session: Session, chat: Participant, now: datetime) -> ProgrammeFacts | None:
    try:
        return read_programme(session, actor=chat.actor, programme_id=int(chat.data["programme_id"]), now=now)
    except (NotFound, NotAllowed):
        return None


def _read_by_activity(
    session: Session, chat: Participant, now: datetime
) -> tuple[ProgrammeFacts, ActivityFacts] | None:
    activity_id = int(chat.data["activity_id"])
    try:
        found = read_programme_of_activity(session, actor=chat.actor, activity_id=activity_id, now=now)
    except (NotFound, NotAllowed):
        return None
    one = found.activity(activity_id)
    return (found, one) if one is not None else None


def _turn(
    found: ProgrammeFacts, page: int, lead: Callable[[int], ProgrammeTap], t: Translator
) -> list[tuple[Action, ...]]:
    turn = []
    if page > 0:
        turn.append(Action(t.label("‹ Earlier ones"), lead(page - 1)))
    if (page + 1) * PAGE < len(found.activities):
        turn.append(Action(t.label("More ›"), lead(page + 1)))
    return [tuple(turn)] if turn else []


def _back(programme_id: int, t: Translator) -> Action:
    return Action(
        t.label("Back to the programme"), ProgrammeTap(ProgrammeDo.SHOW, programme_id=programme_id, page=0)
    )
