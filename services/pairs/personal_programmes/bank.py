"""The bank of finished programmes without names: what worked, as a start for the next ones (E20).

A programme comes into it after its end (docs/domain.md#e36), when the curator has read its words: names of
known people are pointed out. Nobody of its pair is kept with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.personal_programmes import (
    BankedProgramme,
    Mark,
    PersonalProgramme,
    ProgrammeActivity,
    ProgrammeOutcome,
    ProgrammeStatus,
)
from services.access.actors import Actor, Right, account_of
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.listing import NEWEST_FIRST, Asked, Listed, list_page
from services.access.records import find
from services.organizations.school_days import read_calendar
from services.pairs.personal_programmes.changing import WordsMissing, WordsTooLong
from services.pairs.personal_programmes.contents import Titles, titles_of
from services.pairs.personal_programmes.deciding import ask_again
from services.pairs.personal_programmes.states import ProgrammeNotDue, check_open, lock_programme
from services.people.mentioned import find_names
from services.programmes.running import current_cycle, pack_of
from services.programmes.texts import Text

TITLE_LIMIT, WORDS_LIMIT = 200, 1000
FINISHED = frozenset({ProgrammeOutcome.FULFILLED, ProgrammeOutcome.EARLY})
WORDS = ("goal", "own_difficulties", "own_strengths")
OF_ACTIVITY = ("title", "expected", "actual")


class NotFinished(DomainError):
    text = N_("Only a programme that has been carried out comes into the bank, after its end.")


class NamesFound(DomainError):
    text = N_(
        "These words look like names of people: {names}. Please take them out, or say that they are none."
    )


class BankedAlready(DomainError):
    text = N_("This programme stands in the bank already.")


@dataclass(frozen=True, slots=True)
class BankedActivity:
    """`after_days` counts from the first day of the programme."""

    direction: str
    direction_title: Text | None
    title: str
    expected: str
    actual: str
    mark: Mark | None
    after_days: int


@dataclass(frozen=True, slots=True)
class BankedFacts:
    """`id` is 0 of one that is still to be put into the bank."""

    id: int
    title: str
    goal: str
    area_titles: tuple[Text, ...]
    own_difficulties: str
    strength_titles: tuple[Text, ...]
    own_strengths: str
    days: int
    activities: tuple[BankedActivity, ...]
    added_at: datetime | None


@dataclass(frozen=True, slots=True)
class BankWritten:
    """What the curator's form says; `activities` in the order of the programme, each by OF_ACTIVITY."""

    title: str
    words: dict[str, str]
    activities: tuple[dict[str, str], ...]


def read_for_bank(
    session: Session, *, actor: Actor, programme_id: int
) -> tuple[BankedFacts, tuple[str, ...]]:
    """A finished programme as it would stand in the bank, with words that look like names.

    Raises NotFinished, BankedAlready, NotFound, NotAllowed.
    """
    row, contents = _read_finished(session, actor, programme_id)
    found = _facts(contents, titles_of(pack_of(session, cycle_id=row.cycle_id)), title="")
    return found, find_names(session, organization_id=row.organization_id, texts=_texts(contents))


def put_into_bank(
    session: Session,
    *,
    actor: Actor,
    programme_id: int,
    written: BankWritten,
    are_no_names: bool,
    now: datetime,
) -> int:
    """With the words as the curator left them. `are_no_names`: they have read what was pointed out.

    Raises NotFinished, BankedAlready, ProgrammeNotDue, NamesFound, WordsMissing, WordsTooLong, NotFound,
    NotAllowed.
    """
    row, contents = _read_finished(session, actor, programme_id)
    if len(written.activities) != len(contents["activities"]):
        raise ProgrammeNotDue
    contents |= {name: _limited(written.words.get(name, "")) for name in WORDS}
    for line, typed in zip(contents["activities"], written.activities, strict=True):
        line |= {name: _limited(typed.get(name, "")) for name in OF_ACTIVITY}
    contents["activities"] = [line for line in contents["activities"] if line["title"]]
    title = written.title.strip()
    if not title:
        raise WordsMissing
    if len(title) > TITLE_LIMIT:
        raise WordsTooLong(limit=TITLE_LIMIT)
    names = find_names(session, organization_id=row.organization_id, texts=(title, *_texts(contents)))
    if names and not are_no_names:
        raise NamesFound(names=", ".join(names))
    banked = BankedProgramme(
        organization_id=row.organization_id,
        programme_id=row.id,
        title=title,
        contents=contents,
        added_at=now,
        account_id=account_of(actor),
    )
    session.add(banked)
    session.flush()
    record(session, actor, Action.PERSONAL_PROGRAMME_BANKED, banked, now=now)
    return banked.id


def take_out(session: Session, *, actor: Actor, banked_id: int, now: datetime) -> None:
    """Raises NotFound, NotAllowed."""
    row = find(session, BankedProgramme, banked_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    record(session, actor, Action.PERSONAL_PROGRAMME_UNBANKED, row, now=now)
    session.delete(row)
    session.flush()


def list_bank_of_programmes(
    session: Session, *, actor: Actor, organization_id: int, asked: Asked = NEWEST_FIRST
) -> Listed[BankedFacts]:
    """The newest first as a rule. Raises NotAllowed, NoOpenCycle."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    titles = _titles_now(session, organization_id)
    query = select(BankedProgramme).where(BankedProgramme.organization_id == organization_id)
    keys = {"added": (BankedProgramme.id,), "title": (BankedProgramme.title, BankedProgramme.id)}
    found = list_page(session, query, keys=keys, asked=asked)
    return found.showing([_facts_of_row(row, titles) for row in found.rows])


def read_banked(session: Session, *, actor: Actor, banked_id: int) -> BankedFacts:
    """Raises NotFound, NotAllowed, NoOpenCycle."""
    row = find(session, BankedProgramme, banked_id)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    return _facts_of_row(row, _titles_now(session, row.organization_id))


def find_banked_of(session: Session, *, actor: Actor, programme_id: int) -> int | None:
    """Where a programme stands in the bank. Raises NotFound, NotAllowed."""
    row = find(session, PersonalProgramme, programme_id)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    return session.scalar(select(BankedProgramme.id).where(BankedProgramme.programme_id == programme_id))


def start_from_bank(
    session: Session, *, actor: Actor, programme_id: int, banked_id: int | None, now: datetime
) -> None:
    """The activities of a finished programme instead of those of the draft, with days in the same proportion
    of its term. Goal, difficulties and strengths stay the pair's own.

    Raises ProgrammeOver, ProgrammeNotDue, NotFound, NotAllowed.
    """
    row, pair = lock_programme(session, programme_id)
    banked = find(session, BankedProgramme, banked_id)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    actor.check_right(Right.MANAGE_PAIRS, banked.organization_id)
    check_open(row, pair)
    if row.status is ProgrammeStatus.ACTIVE or banked.organization_id != row.organization_id:
        raise ProgrammeNotDue
    calendar = read_calendar(session, organization_id=row.organization_id)
    days = (row.ends_on - row.starts_on).days
    before = max(int(banked.contents["days"]), 1)
    added = []
    for line in banked.contents["activities"]:
        share = min(max(int(line["after_days"]), 0), before) * days // before
        working = calendar.find_after(row.starts_on + timedelta(days=share))
        planned_on = working if working <= row.ends_on else calendar.find_before(row.ends_on)
        added.append(
            ProgrammeActivity(
                direction=line["direction"],
                title=line["title"],
                expected=line["expected"],
                planned_on=planned_on,
            )
        )
    row.activities = added
    session.flush()
    session.expire(row, ["activities"])
    after = {"activities": len(added), "banked": banked.id}
    record(session, actor, Action.PERSONAL_PROGRAMME_EDITED, row, now=now, after=after)
    ask_again(session, row, actor=actor, now=now)


def _read_finished(
    session: Session, actor: Actor, programme_id: int
) -> tuple[PersonalProgramme, dict[str, Any]]:
    row, _pair = lock_programme(session, programme_id)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    if row.status is not ProgrammeStatus.COMPLETED or row.outcome not in FINISHED:
        raise NotFinished
    if find_banked_of(session, actor=actor, programme_id=programme_id) is not None:
        raise BankedAlready
    return row, _contents(row)


def _contents(row: PersonalProgramme) -> dict[str, Any]:
    """Days are told from the first one, so that no date leads to a pair."""
    return {
        **{name: getattr(row, name) for name in WORDS},
        "areas": list(row.areas),
        "strengths": list(row.strengths),
        "days": (row.ends_on - row.starts_on).days,
        "activities": [
            {
                "direction": one.direction,
                "title": one.title,
                "expected": one.expected,
                "actual": one.actual,
                "mark": one.mark.value if one.mark else None,
                "after_days": _count_days(row.starts_on, one.planned_on),
            }
            for one in row.activities
        ],
    }


def _count_days(first: date, day: date) -> int:
    return (day - first).days


def _texts(contents: dict[str, Any]) -> Iterable[str]:
    yield from (contents[name] for name in WORDS)
    for line in contents["activities"]:
        yield from (line[name] for name in OF_ACTIVITY)


def _limited(typed: str) -> str:
    words = typed.strip()
    if len(words) > WORDS_LIMIT:
        raise WordsTooLong(limit=WORDS_LIMIT)
    return words


def _titles_now(session: Session, organization_id: int) -> Titles:
    return titles_of(pack_of(session, cycle_id=current_cycle(session, organization_id).id))


def _facts_of_row(row: BankedProgramme, titles: Titles) -> BankedFacts:
    return _facts(row.contents, titles, title=row.title, banked_id=row.id, added_at=row.added_at)


def _facts(
    contents: dict[str, Any],
    titles: Titles,
    *,
    title: str,
    banked_id: int = 0,
    added_at: datetime | None = None,
) -> BankedFacts:
    return BankedFacts(
        id=banked_id,
        title=title,
        goal=contents["goal"],
        area_titles=tuple(titles.areas[one] for one in contents["areas"] if one in titles.areas),
        own_difficulties=contents["own_difficulties"],
        strength_titles=tuple(
            titles.strengths[one] for one in contents["strengths"] if one in titles.strengths
        ),
        own_strengths=contents["own_strengths"],
        days=int(contents["days"]),
        activities=tuple(
            BankedActivity(
                direction=one["direction"],
                direction_title=titles.of_direction(one["direction"]),
                title=one["title"],
                expected=one["expected"],
                actual=one["actual"],
                mark=Mark(one["mark"]) if one["mark"] else None,
                after_days=int(one["after_days"]),
            )
            for one in contents["activities"]
        ),
        added_at=added_at,
    )
