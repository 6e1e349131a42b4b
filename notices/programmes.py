"""Words about the personalised programme of a pair and the plan of support of a mentee without one."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from models.people import Role
from models.personal_programmes import (
    ChangeKind,
    ChangeState,
    Mark,
    ProgrammeOutcome,
    ProgrammeStatus,
)
from notices.language import Translator, escape
from notices.letters import Action, Letter, Skip
from notices.programme_buttons import ProgrammeDo, ProgrammeTap, SupportDo, SupportTap
from services.access.actors import Channel, system
from services.access.errors import N_, NotFound
from services.organizations.days import today_of
from services.pairs.personal_programmes.cards import read_change, read_programme
from services.pairs.personal_programmes.contents import ActivityFacts, ChangeFacts, ProgrammeFacts
from services.pairs.support import read_support
from services.people.pseudonyms import is_pseudonymous
from services.programmes.running import settings_of

BUTTON = 44  # characters
MARKS = {
    Mark.REACHED: N_("the result is reached"),
    Mark.PARTLY: N_("reached in part"),
    Mark.NOT_REACHED: N_("not reached"),
}
OUTCOMES = {
    ProgrammeOutcome.FULFILLED: N_("Your programme is carried out in full. Congratulations!"),
    ProgrammeOutcome.EARLY: N_("Your programme has ended early."),
    ProgrammeOutcome.NOT_CARRIED_OUT: N_("The curator has ended your programme."),
}
CHANGES = {
    ChangeKind.ADD: N_("One more activity: <b>{title}</b>, {day}."),
    ChangeKind.MOVE: N_("Another date: <b>{title}</b>, {day}."),
    ChangeKind.DROP: N_("Without the activity: <b>{title}</b>."),
    ChangeKind.GOAL: N_("The goal: <b>{goal}</b>"),
    ChangeKind.AREA: N_("One more difficulty: <b>{area}</b>."),
    ChangeKind.TERM: N_("The last day of the programme: <b>{day}</b>."),
}
MOVED = N_("Another date: <b>{title}</b>, {day} instead of {was}.")
EXTENDED = N_("The last day of the programme: <b>{day}</b> instead of {was}.")


def describe_programme(
    session: Session, found: ProgrammeFacts, person_id: int, t: Translator, today: date
) -> list[str]:
    """The head of the programme: goal, difficulties, strengths, term, where it stands and whose move it is.

    In the pseudonymous mode nothing of the questionnaire passes through the messenger.
    """
    lines = []
    if not is_pseudonymous(session, found.cycle_id):
        areas = _join((one.get(t.locale) for one in found.area_titles), found.own_difficulties)
        strengths = _join((one.get(t.locale) for one in found.strength_titles), found.own_strengths)
        lines += [t("<b>Goal:</b> {goal}", goal=found.goal or t.label("not written yet"))]
        lines += [t("<b>Difficulties:</b> {areas}", areas=areas)] if areas else []
        lines += [t("<b>Strengths:</b> {strengths}", strengths=strengths)] if strengths else []
    first, last = (t.month_day(one) for one in (found.starts_on, found.ends_on))
    lines.append(t("<b>Term:</b> {first} – {last} {year}", first=first, last=last, year=found.ends_on.year))
    if found.status in {ProgrammeStatus.ACTIVE, ProgrammeStatus.COMPLETED}:
        lines.append(t("<b>Done:</b> {done} of {all} activities", done=found.done, all=len(found.activities)))
    lines.append(describe_standing(found, person_id, t, today))
    if found.remark:
        lines.append(t("The curator's remark: {remark}", remark=found.remark))
    return lines


def describe_standing(found: ProgrammeFacts, person_id: int, t: Translator, today: date) -> str:
    """Whose move it is, in one sentence."""
    if not found.is_open:
        return t(OUTCOMES[found.outcome]) if found.outcome else t("The pair has ended, so has its programme.")
    others = ", ".join(one.chat_name for one in found.others(person_id) if one.person_id in found.awaited)
    if found.is_writable:
        return _describe_consent(found, person_id, others, t)
    if any(person_id not in one.agreed for one in found.changes):
        return t("A change waits for your answer.")
    if found.changes:
        return t("A change waits for: {names}.", names=others)
    past = found.past(today) if person_id in found.awaited else ()
    if past:
        return t.plural(
            "{count} activity waits for its result.", "{count} activities wait for their results.", len(past)
        )
    return t("In work.")


def _describe_consent(found: ProgrammeFacts, person_id: int, others: str, t: Translator) -> str:
    if found.is_curator_awaited:
        return t("All of you have agreed. Now the curator looks and approves.")
    if person_id not in found.awaited:
        return t("You have agreed. Now it waits for: {names}.", names=others)
    if others:
        return t("A draft: look through it, change what you like, and press Agree.")
    return t("The other side has agreed. Look through it, and agree or ask for a change.")


def describe_activity(one: ActivityFacts, t: Translator, today: date) -> str:
    """A line of the list: date or result, and what."""
    if one.done_on is not None and one.mark is not None:
        line = t(
            "✓ {day} {title} – {mark}",
            day=_short(one.done_on),
            title=one.title,
            mark=t.label(MARKS[one.mark]),
        )
        return line + (f" (<i>{escape(one.actual)}</i>)" if one.actual else "")
    if one.is_past(today):
        return t("! {day} {title}", day=_short(one.planned_on), title=one.title)
    return t("• {day} {title}", day=_short(one.planned_on), title=one.title)


def describe_change(change: ChangeFacts, t: Translator) -> str:
    """What would be otherwise, in one or two lines."""
    is_open = change.state in {ChangeState.CARD, ChangeState.WAITING}
    facts = {
        "title": change.activity_title,
        "goal": change.text,
        "area": change.area.get(t.locale) if change.area else "",
        "day": t.day(change.day, with_year=True) if change.day else t.label("no day yet"),
        "was": t.month_day(change.was) if change.was else "",
    }
    words = CHANGES[change.kind]
    if change.day and change.was and is_open:
        words = MOVED if change.kind is ChangeKind.MOVE else EXTENDED
    text = t(words, **facts)
    if change.expected:
        text += "\n" + t("Expected result: {result}", result=change.expected)
    return text


def proposed(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """To the others of the pair: somebody has agreed to it or changed it, and they have not agreed."""
    found = _read(session, facts, _now)
    person_id = int(facts["person_id"])
    if found is None or not found.is_writable or person_id not in found.awaited or found.is_curator_awaited:
        return Skip("there is nothing to agree to")
    author = found.member(int(facts["author_id"]))
    if author is None:
        return Skip("the author is gone")
    if author.has_agreed:
        text = t(
            "{author} has looked through your programme and agrees to it. Please look too: agree, or change "
            "what you like.",
            author=author.chat_name,
        )
    else:
        text = t(
            "{author} has changed your programme, so it needs your consent once more. Please look at it.",
            author=author.chat_name,
        )
    return Letter(text, (_open(found, t),))


def change(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """To the others of the pair: a change of the programme in work needs their consent."""
    found = _read(session, facts, now)
    person_id = int(facts["person_id"])
    if found is None or not found.is_open:
        return Skip("the programme has ended")
    asked = next((one for one in found.changes if one.id == int(facts["change_id"])), None)
    if asked is None or person_id in asked.agreed:
        return Skip("the change is decided")
    return change_letter(asked, t)


def change_letter(asked: ChangeFacts, t: Translator) -> Letter:
    head = t("{author} proposes to change your programme.", author=asked.author_in_chat)
    return Letter(
        f"{head}\n\n{describe_change(asked, t)}",
        (
            (
                Action(t.label("Agree"), ProgrammeTap(ProgrammeDo.YES, change_id=asked.id)),
                Action(t.label("Do not agree"), ProgrammeTap(ProgrammeDo.NO, change_id=asked.id)),
            ),
        ),
    )


def answered(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """What became of a change, to whoever did not decide it last."""
    found = _read(session, facts, now)
    if found is None:
        return Skip("the programme is gone")
    try:
        asked = read_change(session, actor=system(Channel.BOT), change_id=int(facts["change_id"]))
    except NotFound:
        return Skip("the change is gone")
    heads = {
        ChangeState.APPLIED: N_("The change stands in your programme: all have agreed."),
        ChangeState.DECLINED: N_("The other side does not agree to this change. Best talk about it."),
    }
    if asked.state not in heads:
        return Skip("the change is open")
    return Letter(f"{t(heads[asked.state])}\n\n{describe_change(asked, t)}", (_open(found, t),))


def decided(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """The curator has approved, given back, corrected or completed it."""
    found = _read(session, facts, now)
    if found is None or found.status in {ProgrammeStatus.PROPOSED, ProgrammeStatus.AGREED}:
        return Skip("it has gone on since")
    if found.status is ProgrammeStatus.ACTIVE:
        text = t("The curator has approved your programme. I will remind you of each activity.")
    elif found.status is ProgrammeStatus.COMPLETED:
        text = t(OUTCOMES[found.outcome]) if found.outcome else ""
        text += f"\n{escape(found.outcome_note)}" if found.outcome_note else ""
    elif found.remark:
        text = t("The curator asks you to change the programme: {remark}", remark=found.remark)
    else:
        text = t("The curator has corrected your programme. Please look at it and agree once more.")
    return Letter(text, (_open(found, t),))


def reminder(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """All that waits in the programme for this person: consent, a change, results, activities soon."""
    found = _read(session, facts, now)
    if found is None or not found.is_open:
        return Skip("the programme has ended")
    person_id = int(facts["person_id"])
    today = today_of(session, found.organization_id, now)
    names = ", ".join(one.chat_name for one in found.others(person_id))
    lines = [t("Your programme ({names}).", names=names)]
    if found.is_writable and person_id in found.awaited:
        lines.append(describe_standing(found, person_id, t, today))
    if any(person_id not in one.agreed for one in found.changes):
        lines.append(t("A change waits for your answer."))
    rows = [_open(found, t)]
    if found.status is ProgrammeStatus.ACTIVE:
        me = found.member(person_id)
        past = found.past(today) if me and me.role is Role.MENTOR else ()
        if past:
            lines.append(t("Please say what came of:"))
            lines += [describe_activity(one, t, today) for one in past]
        days = settings_of(session, cycle_id=found.cycle_id).programme_due_days
        soon = [
            one
            for one in found.activities
            if one.done_on is None and 0 <= (one.planned_on - today).days <= days
        ]
        if soon:
            lines.append(t("Coming soon:"))
            lines += [describe_activity(one, t, today) for one in soon]
        rows = [
            *(
                (
                    Action(
                        t.label("Done: {title}", title=shorten(one.title)),
                        ProgrammeTap(ProgrammeDo.DONE, activity_id=one.id),
                    ),
                )
                for one in past[:3]
            ),
            *rows,
        ]
    if len(lines) == 1:
        return Skip("nothing waits any more")
    return Letter("\n".join(lines), tuple(rows))


def shared(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """To a mentee without a pair: the curator has put together what helps meanwhile."""
    found = read_support(session, actor=system(Channel.BOT), person_id=int(facts["person_id"]))
    if found is None or found.shared_at is None or found.closed_at is not None:
        return Skip("the plan is closed")
    return Letter(
        t(
            "While the search for your mentor goes on, the curator has put together a plan of support for "
            "you. Next search: {day}.",
            day=t.month_day(found.next_search_on),
        ),
        ((Action(t.label("Open the plan"), SupportTap(SupportDo.SHOW)),),),
    )


def _read(session: Session, facts: Mapping[str, Any], now: datetime) -> ProgrammeFacts | None:
    try:
        return read_programme(
            session, actor=system(Channel.BOT), programme_id=int(facts["programme_id"]), now=now
        )
    except NotFound:
        return None


def _open(found: ProgrammeFacts, t: Translator) -> tuple[Action, ...]:
    return (
        Action(t.label("Open the programme"), ProgrammeTap(ProgrammeDo.SHOW, programme_id=found.id, page=0)),
    )


def shorten(title: str) -> str:
    """For a button: short enough for a phone."""
    return title if len(title) <= BUTTON else title[: BUTTON - 1].rstrip() + "…"


def _join(titles: Any, own: str) -> str:
    return "; ".join([*titles, *([own] if own else [])])


def _short(day: date) -> str:
    return f"{day:%d.%m}"
