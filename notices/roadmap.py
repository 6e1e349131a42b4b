"""Words about the roadmap: to whoever answers for a row, and the curator's Monday digest."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from notices.buttons import RoadmapDo, RoadmapTap
from notices.language import Translator, escape
from notices.letters import Action, Letter, Rows, Skip, in_rows
from services.access.errors import NotFound
from services.roadmap.digests import Digest, DigestItem, read_digest
from services.roadmap.reminders import MOST_DUTIES, Duty, read_duties, read_duty

TITLE_LIMIT = 160  # a digest of seven rows stays well within one message


def reminder(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    duties = read_duties(
        session, entry_ids=facts.get("entry_ids", ()), person_id=int(facts["person_id"]), now=now
    )
    if not duties:
        return Skip("done, put off, in the digest, or somebody else's")
    if len(duties) == 1:
        title = t("<b>Roadmap.</b> {title}", title=duties[0].title.get(t.locale))
        return Letter(f"{title}\n{_describe_when(duties[0], t)}", _done_rows(duties, t))
    lines = [t("<b>Roadmap.</b> These rows wait for you:"), *_list(duties, t)]
    return Letter("\n\n".join(lines), _done_rows(duties, t))


def asked(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    duty = _duty(session, facts, now)
    if isinstance(duty, Skip):
        return duty
    title = t("The curator reminds you of a row of the roadmap: {title}.", title=duty.title.get(t.locale))
    return Letter(f"{title}\n{_describe_when(duty, t)}", _done_rows([duty], t))


def digest(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    try:
        found = read_digest(session, digest_id=int(facts["digest_id"]), now=now)
    except NotFound:
        return Skip("the digest is gone")
    if all(one.done_on is not None for one in found.items):
        return Skip("everything is done already")
    return describe_digest(found, t)


def _duty(session: Session, facts: Mapping[str, Any], now: datetime) -> Duty | Skip:
    try:
        duty = read_duty(session, entry_id=int(facts["entry_id"]), person_id=int(facts["person_id"]), now=now)
    except NotFound:
        return Skip("the row is gone")
    if duty is None:
        return Skip("somebody else answers for it, or it is put off")
    return Skip("done already") if duty.is_done else duty


def describe_digest(found: Digest, t: Translator) -> Letter:
    """The digest as it stands: rows keep their numbers, those that are dealt with lose their buttons."""
    lines = [t("<b>The roadmap this week</b>")]
    rows: list[tuple[Action, ...]] = []
    for number, one in enumerate(found.items, start=1):
        lines.append(f"{number}. {_describe_item(one, t)}")
        if one.done_on is None and one.quiet_until is None:
            rows.append(_item_buttons(found.id, number, one, t))
    if found.more:
        lines.append(
            t.plural(
                "{count} more row waits in the panel.", "{count} more rows wait in the panel.", found.more
            )
        )
    return Letter("\n\n".join(lines), tuple(rows))


def describe_duties(duties: Sequence[Duty], t: Translator) -> Letter:
    """What is left for a person after one row is done; there is something left."""
    return Letter("\n\n".join([t("Still with you:"), *_list(duties, t)]), _done_rows(duties, t))


def _list(duties: Sequence[Duty], t: Translator) -> list[str]:
    """The most urgent rows, numbered as their buttons are; how many more there are."""
    shown = duties[:MOST_DUTIES]
    lines = [
        f"{number}. {escape(_title(one.title.get(t.locale)))}\n{_describe_days(one.days, t)}"
        for number, one in enumerate(shown, start=1)
    ]
    if len(duties) > len(shown):
        more = len(duties) - len(shown)
        lines.append(
            t.plural("{count} more row waits in the panel.", "{count} more rows wait in the panel.", more)
        )
    return lines


def _describe_item(one: DigestItem, t: Translator) -> str:
    title = _title(one.title.get(t.locale))
    if one.done_on is not None:
        return t("✓ {title} – done", title=title)
    if one.quiet_until is not None:
        return t("{title} – put off until {day}", title=title, day=t.month_day(one.quiet_until))
    return f"{escape(title)}\n{_describe_days(one.days, t)}"


def _describe_when(duty: Duty, t: Translator) -> str:
    said = _describe_days(duty.days, t)
    if duty.planned_to is not None and duty.days > 0:
        said = t("The last day is {day}.", day=t.day(duty.planned_to))
    if duty.document is not None:
        said += "\n" + t("What comes out of it: {document}.", document=duty.document.get(t.locale))
    return said


def _describe_days(days: int, t: Translator) -> str:
    if days < 0:
        return t.plural("It is {count} day late.", "It is {count} days late.", -days)
    if days == 0:
        return t("Today is the last day.")
    return t.plural("{count} day is left.", "{count} days are left.", days)


def _done_rows(duties: Sequence[Duty], t: Translator) -> Rows:
    if len(duties) == 1:
        return ((Action(t.label("It is done"), RoadmapTap(RoadmapDo.FINISH, entry_id=duties[0].entry_id)),),)
    buttons = [
        Action(t.label("{number} Done", number=number), RoadmapTap(RoadmapDo.FINISH, entry_id=one.entry_id))
        for number, one in enumerate(duties[:MOST_DUTIES], start=1)
    ]
    return in_rows(buttons, 3)


def _item_buttons(digest_id: int, number: int, one: DigestItem, t: Translator) -> tuple[Action, ...]:
    about = (digest_id, one.entry_id)
    remind = Action(t.label("{number} Remind", number=number), RoadmapTap(RoadmapDo.REMIND, *about))
    return (
        *((remind,) if one.can_ask else ()),
        Action(t.label("{number} Done", number=number), RoadmapTap(RoadmapDo.CLOSE, *about)),
        Action(t.label("{number} In a week", number=number), RoadmapTap(RoadmapDo.PUT_OFF, *about)),
    )


def _title(title: str) -> str:
    """Not escaped yet."""
    return _cut(title, TITLE_LIMIT)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
