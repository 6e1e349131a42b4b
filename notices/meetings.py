"""Words about meetings: what is proposed, agreed, moved, cancelled; reminders; "did it take place?"."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.meetings import MeetingFormat, MeetingKind, MeetingStatus
from models.people import Role
from notices.buttons import FeedbackDo, FeedbackTap, HeldDo, HeldTap, MeetingDo, MeetingTap
from notices.language import Translator
from notices.letters import Action, Letter, Rows, Skip
from services.access.actors import Channel, person_in_chat, system
from services.access.errors import N_, NotFound
from services.meetings.cards import MeetingCard, find_replaced, read_meeting
from services.meetings.moments import find_overlaps
from services.meetings.reminders import list_reminder_times
from services.organizations.days import day_of, timezone_of
from services.programmes.running import pack_of
from services.surveys.feedback import find_feedback, read_feedback


def proposed(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    card = read_card(session, facts)
    if card is None or card.status is not MeetingStatus.PROPOSED or card.starts_at <= now:
        return Skip("the proposal is no longer open")
    return describe_proposal(session, card, int(facts["person_id"]), t)


def planned(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    card = read_card(session, facts)
    if card is None or card.status is not MeetingStatus.PLANNED or card.starts_at <= now:
        return Skip("the meeting has changed since")
    return describe_planned(session, card, int(facts["person_id"]), t)


def cancelled(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    card = read_card(session, facts)
    if card is None or card.status is not MeetingStatus.CANCELLED:
        return Skip("the meeting has changed since")
    return describe_cancelled(session, card, int(facts["person_id"]), t, now)


def reminder(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """Computed from the meeting's row at send time: never the old time, never a cancelled meeting."""
    card = read_card(session, facts)
    if card is None or card.status is not MeetingStatus.PLANNED or card.starts_at <= now:
        return Skip("the meeting has changed or begun")
    times = list_reminder_times(session, card.id)
    if any(offset < int(facts["offset"]) and at <= now for offset, at in times.items()):
        return Skip("a nearer reminder follows")
    return Letter(
        t(
            "A reminder: you meet <b>{partner}</b>\n<b>{when}</b>\n{kind}, {minutes}.",
            partner=_partner(card, facts),
            when=_describe_when_from(now, session, card, t),
            kind=_describe_kind_and_format(session, card, t),
            minutes=t.minutes(card.minutes),
        ),
        rows_to_change(card, int(facts["person_id"]), t),
    )


def _describe_when_from(now: datetime, session: Session, card: MeetingCard, t: Translator) -> str:
    """Led by the word that a glance needs: today or tomorrow, by the meeting's own clock."""
    days = (card.local_start.date() - day_of(now, card.timezone)).days
    lead = {0: t("Today"), 1: t("Tomorrow")}.get(days)
    when = describe_when(session, card, t)
    return f"{lead}, {when}" if lead else when


def question(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    card = read_card(session, facts)
    if card is None or card.status is not MeetingStatus.PLANNED:
        return Skip("the meeting has changed or is logged")
    if card.side_of(int(facts["person_id"])).took_place is not None:
        return Skip("answered already")
    return describe_question(session, card, int(facts["person_id"]), t)


def describe_state(
    session: Session, card: MeetingCard, person_id: int, t: Translator, now: datetime
) -> Letter:
    """The true state of a meeting and what this side may do, whatever an old button said."""
    if card.status is MeetingStatus.PROPOSED:
        return _describe_open_proposal(session, card, person_id, t, now)
    if card.status is MeetingStatus.MOVED:
        return _describe_moved(session, card, person_id, t, now)
    if card.status is not MeetingStatus.PLANNED:
        return _describe_past(session, card, person_id, t, now)
    if card.starts_at > now:
        return describe_planned(session, card, person_id, t)
    return _describe_begun(session, card, person_id, t)


def describe_proposal(session: Session, card: MeetingCard, person_id: int, t: Translator) -> Letter:
    """To the side that is asked: one tap agrees."""
    text = t(
        "<b>{partner}</b> proposes a meeting:\n<b>{when}</b>\n{kind}, {minutes}.",
        partner=card.partner_of(person_id).chat_name,
        when=describe_when(session, card, t),
        kind=_describe_kind_and_format(session, card, t),
        minutes=t.minutes(card.minutes),
    )
    replaced = find_replaced(session, card)
    if replaced is not None:
        text += "\n" + t("Instead of: {when}", when=describe_when(session, replaced, t))
    if card.topic:
        text += "\n" + t("Topic: {topic}", topic=card.topic)
    overlaps = find_overlaps(
        session, person_id=person_id, starts_at=card.starts_at, ends_at=card.ends_at, except_id=card.id
    )
    if overlaps:
        text += "\n\n" + t("Mind: you already have another meeting at that time.")
    text += _describe_own_absence(card, person_id, t)
    confirm = (Action(t.label("Confirm"), MeetingTap(MeetingDo.CONFIRM, card.id)),)
    if is_group_mentee(card, person_id):
        return Letter(text, (confirm, *rows_to_change(card, person_id, t)))
    return Letter(
        text,
        (
            confirm,
            (
                Action(t.label("Another time"), MeetingTap(MeetingDo.MOVE, card.id)),
                Action(t.label("Decline"), MeetingTap(MeetingDo.ASK_TO_CANCEL, card.id)),
            ),
        ),
    )


def is_group_mentee(card: MeetingCard, person_id: int) -> bool:
    """Who speaks for themselves only: the mentor moves and cancels meetings of a group."""
    return card.is_group and card.side_of(person_id).role is Role.MENTEE


def _describe_own_absence(card: MeetingCard, person_id: int, t: Translator) -> str:
    if is_group_mentee(card, person_id) and card.side_of(person_id).took_place is False:
        return "\n\n" + t("You said that you cannot come.")
    return ""


def coming_said(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """To the mentor of a group: somebody cannot come, or can after all."""
    card = read_card(session, facts)
    if card is None or not card.is_coming(now):
        return Skip("the meeting has changed or begun")
    side = card.side_of(int(facts["about"]))
    words = N_("{name} cannot come: {when}.") if side.took_place is False else N_("{name} can come: {when}.")
    return Letter(
        t(words, name=side.chat_name, when=describe_when(session, card, t)),
        rows_to_change(card, int(facts["person_id"]), t),
    )


def describe_planned(session: Session, card: MeetingCard, person_id: int, t: Translator) -> Letter:
    return Letter(
        t(
            "Agreed: <b>{when}</b>\n{kind}, {minutes}. You meet {partner}.\n\nI will remind you both.",
            when=describe_when(session, card, t),
            kind=_describe_kind_and_format(session, card, t),
            minutes=t.minutes(card.minutes),
            partner=card.partner_of(person_id).chat_name,
        )
        + _describe_own_absence(card, person_id, t),
        rows_to_change(card, person_id, t),
    )


def describe_cancelled(
    session: Session, card: MeetingCard, person_id: int, t: Translator, _now: datetime
) -> Letter:
    return Letter(
        t(
            "The meeting is cancelled: {when} ({partner}).",
            when=describe_when(session, card, t),
            partner=card.partner_of(person_id).chat_name,
        ),
        ((Action(t.label("Propose another time"), MeetingTap(MeetingDo.PLAN, pair_id=card.pair_id)),),),
    )


def describe_question(session: Session, card: MeetingCard, person_id: int, t: Translator) -> Letter:
    if is_group_mentee(card, person_id):
        return Letter(
            t(
                "The meeting of your group on {when} ({partner}): were you there?",
                when=describe_when(session, card, t),
                partner=card.mentor.chat_name,
            ),
            (
                (
                    Action(t.label("Yes"), HeldTap(HeldDo.YES, card.id)),
                    Action(t.label("No"), HeldTap(HeldDo.NO, card.id)),
                ),
            ),
        )
    return Letter(
        t(
            "Your meeting on {when} ({partner}): did it take place?",
            when=describe_when(session, card, t),
            partner=card.partner_of(person_id).chat_name,
        ),
        (
            (
                Action(t.label("Yes"), HeldTap(HeldDo.YES, card.id)),
                Action(t.label("No"), HeldTap(HeldDo.NO, card.id)),
            ),
            (Action(t.label("We moved it"), HeldTap(HeldDo.MOVED, card.id)),),
        ),
    )


def rows_to_change(card: MeetingCard, person_id: int, t: Translator) -> Rows:
    if is_group_mentee(card, person_id):
        if card.side_of(person_id).took_place is False:
            return ((Action(t.label("I can come after all"), MeetingTap(MeetingDo.COME, card.id)),),)
        return ((Action(t.label("I cannot come"), MeetingTap(MeetingDo.STAY_AWAY, card.id)),),)
    return (
        (
            Action(t.label("Move"), MeetingTap(MeetingDo.MOVE, card.id)),
            Action(t.label("Cancel the meeting"), MeetingTap(MeetingDo.ASK_TO_CANCEL, card.id)),
        ),
    )


def describe_when(session: Session, card: MeetingCard, t: Translator) -> str:
    """Day and time; the zone is named when it is not the school's own any more."""
    if not card.has_clock_time:
        return t.day(card.local_start.date())
    home = timezone_of(session, card.organization_id)
    moment = t.moment(card.starts_at, card.timezone)
    return moment if home == card.timezone else f"{moment} ({card.timezone})"


def describe_kind(session: Session, cycle_id: int, kind: MeetingKind, t: Translator) -> str:
    """The kind as the programme calls it."""
    for one in pack_of(session, cycle_id=cycle_id).pack.meeting_kinds:
        if one.id == kind.value:
            return one.title.get(t.locale)
    return kind.value


def _describe_kind_and_format(session: Session, card: MeetingCard, t: Translator) -> str:
    kind = describe_kind(session, card.cycle_id, card.kind, t)
    if card.format is MeetingFormat.ONLINE:
        return t.label("{kind}, online", kind=kind)
    return kind


def read_card(session: Session, facts: Mapping[str, Any]) -> MeetingCard | None:
    try:
        return read_meeting(session, actor=system(Channel.BOT), meeting_id=int(facts["meeting_id"]))
    except NotFound:
        return None


def _partner(card: MeetingCard, facts: Mapping[str, Any]) -> str:
    return card.partner_of(int(facts["person_id"])).chat_name


def _describe_open_proposal(
    session: Session, card: MeetingCard, person_id: int, t: Translator, now: datetime
) -> Letter:
    if card.has_lapsed(now):
        return _describe_lapsed(session, card, person_id, t)
    if card.proposed_by == person_id:
        return _describe_own_proposal(session, card, person_id, t)
    return describe_proposal(session, card, person_id, t)


def _describe_own_proposal(session: Session, card: MeetingCard, person_id: int, t: Translator) -> Letter:
    return Letter(
        t(
            "You proposed: <b>{when}</b>\n{kind}, {minutes}. {partner} has it and will answer.",
            when=describe_when(session, card, t),
            kind=_describe_kind_and_format(session, card, t),
            minutes=t.minutes(card.minutes),
            partner=card.partner_of(person_id).chat_name,
        ),
        rows_to_change(card, person_id, t),
    )


def _describe_lapsed(session: Session, card: MeetingCard, person_id: int, t: Translator) -> Letter:
    text = t("The time {when} has passed before it was confirmed.", when=describe_when(session, card, t))
    actions = [Action(t.label("Propose another time"), MeetingTap(MeetingDo.PLAN, pair_id=card.pair_id))]
    if card.side_of(person_id).role is Role.MENTOR:
        actions.append(Action(t.label("We met: log it"), MeetingTap(MeetingDo.LOG, card.id)))
    return Letter(text, tuple((one,) for one in actions))


def _describe_begun(session: Session, card: MeetingCard, person_id: int, t: Translator) -> Letter:
    side = card.side_of(person_id)
    if side.took_place is None:
        return describe_question(session, card, person_id, t)
    if side.took_place:
        text = t("You said that the meeting took place: {when}.", when=describe_when(session, card, t))
    else:
        text = t(
            "You said that the meeting did not take place: {when}.", when=describe_when(session, card, t)
        )
    if side.role is Role.MENTOR and side.took_place:
        return Letter(text, ((Action(t.label("Log the meeting"), MeetingTap(MeetingDo.LOG, card.id)),),))
    return Letter(text)


def _describe_moved(
    session: Session, card: MeetingCard, person_id: int, t: Translator, now: datetime
) -> Letter:
    latest = card
    while latest.status is MeetingStatus.MOVED and latest.moved_to_id is not None:
        latest = read_meeting(session, actor=system(Channel.BOT), meeting_id=latest.moved_to_id)
    state = describe_state(session, latest, person_id, t, now)
    moved = t("This meeting has been moved to {when}.", when=describe_when(session, latest, t))
    return Letter(f"{moved}\n\n{state.text}", state.rows)


def _describe_absent(card: MeetingCard, t: Translator) -> str:
    names = ", ".join(one.chat_name for one in card.absent)
    return "\n" + t("Not there: {names}", names=names) if names else ""


def _list_attendance(card: MeetingCard, person_id: int, t: Translator) -> list[Action]:
    """The mentor of a group says who was not there."""
    if card.is_group and card.is_logged and card.side_of(person_id).role is Role.MENTOR:
        return [Action(t.label("Who was not there"), MeetingTap(MeetingDo.ATTENDANCE, card.id))]
    return []


def _describe_past(
    session: Session, card: MeetingCard, person_id: int, t: Translator, now: datetime
) -> Letter:
    if card.status is MeetingStatus.CANCELLED:
        return describe_cancelled(session, card, person_id, t, now)
    when = describe_when(session, card, t)
    if card.status is MeetingStatus.MISSED:
        return Letter(
            t("The meeting on {when} did not take place.", when=when),
            ((Action(t.label("Propose another time"), MeetingTap(MeetingDo.PLAN, pair_id=card.pair_id)),),),
        )
    text = t("The meeting on {when} took place.", when=when)
    if card.is_logged:
        text = t(
            "The meeting on {when} took place: {minutes}.",
            when=when,
            minutes=t.minutes(card.held_minutes or 0),
        )
    if card.topic:
        text += "\n" + t("Topic: {topic}", topic=card.topic)
    if card.next_step:
        text += "\n" + t("Next: {step}", step=card.next_step)
    text += _describe_absent(card, t)
    actions = _list_attendance(card, person_id, t)
    if card.side_of(person_id).role is Role.MENTOR and not card.is_logged:
        actions.append(Action(t.label("Log the meeting"), MeetingTap(MeetingDo.LOG, card.id)))
    run_id = find_feedback(session, meeting_id=card.id, person_id=person_id)
    if run_id is not None:
        feedback = read_feedback(
            session, actor=person_in_chat(person_id, card.organization_id), run_id=run_id, now=now
        )
        if feedback.is_open and feedback.rating is None:
            actions.append(Action(t.label("Rate the meeting"), FeedbackTap(FeedbackDo.OPEN, run_id)))
    return Letter(text, tuple((one,) for one in actions))
