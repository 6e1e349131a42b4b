"""What a personalised programme says, as facts for whoever may see it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.pairs import IN_WORK, Pair, PairStatus
from models.people import Role
from models.personal_programmes import (
    ChangeKind,
    ChangeState,
    Mark,
    PersonalProgramme,
    ProgrammeActivity,
    ProgrammeChange,
    ProgrammeConsent,
    ProgrammeOutcome,
    ProgrammeStatus,
)
from services.access.digests import sha256_of
from services.people.pseudonyms import name_partner
from services.programmes.areas import areas_of, strengths_of
from services.programmes.packs import ResolvedPack
from services.programmes.running import pack_of, settings_of
from services.programmes.texts import Text

STRENGTH = "strength:"
"""Begins the direction of an activity that supports a strength."""


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """`has_agreed` is to the programme as it stands."""

    person_id: int
    role: Role
    full_name: str
    chat_name: str
    position: str
    has_agreed: bool


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    id: int
    direction: str
    direction_title: Text | None
    title: str
    expected: str
    planned_on: date
    done_on: date | None
    mark: Mark | None
    actual: str
    meeting_id: int | None

    def is_past(self, today: date) -> bool:
        """Its day has passed and nobody has said what came of it."""
        return self.done_on is None and self.planned_on < today


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """`was` is the day, goal or title before the change where it still stands otherwise."""

    id: int
    programme_id: int
    kind: ChangeKind
    state: ChangeState
    person_id: int
    author: str
    author_in_chat: str
    activity_title: str
    text: str
    expected: str
    area: Text | None
    day: date | None
    was: date | None
    made_at: datetime
    decided_at: datetime | None
    agreed: frozenset[int]


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """`awaited` are the people of the pair who must act, `is_curator_awaited` that the curator must; `by` is
    when it is their last day. `changes` are those that wait, the oldest first. `mark` is of what it says: a
    form that was opened with another one is out of date.
    """

    id: int
    organization_id: int
    cycle_id: int
    pair_id: int
    pair_status: PairStatus
    status: ProgrammeStatus
    starts_on: date
    ends_on: date
    goal: str
    areas: tuple[str, ...]
    area_titles: tuple[Text, ...]
    own_difficulties: str
    strengths: tuple[str, ...]
    strength_titles: tuple[Text, ...]
    own_strengths: str
    rhythm: str
    reports: str
    remark: str
    version: int
    approved_at: datetime | None
    completed_at: datetime | None
    outcome: ProgrammeOutcome | None
    outcome_note: str
    activities: tuple[ActivityFacts, ...]
    changes: tuple[ChangeFacts, ...]
    members: tuple[MemberFacts, ...]
    mark: str
    awaited: frozenset[int]
    is_curator_awaited: bool
    by: datetime | None

    @property
    def done(self) -> int:
        return sum(one.done_on is not None for one in self.activities)

    @property
    def is_open(self) -> bool:
        return self.status is not ProgrammeStatus.COMPLETED and self.pair_status in IN_WORK

    @property
    def is_writable(self) -> bool:
        """A change needs no consent of its own yet: all of the pair agree to the whole later."""
        return self.is_open and self.status is not ProgrammeStatus.ACTIVE

    @property
    def title(self) -> str:
        """The names of its pair, for the panel."""
        sides = [
            [one.full_name for one in self.members if one.role is role] for role in (Role.MENTOR, Role.MENTEE)
        ]
        return " – ".join(", ".join(names) for names in sides)

    @property
    def directions(self) -> tuple[Text, ...]:
        """What the activities are about, each once."""
        found = {one.direction: one.direction_title for one in self.activities if one.direction_title}
        return tuple(title for title in found.values() if title is not None)

    def member(self, person_id: int) -> MemberFacts | None:
        return next((one for one in self.members if one.person_id == person_id), None)

    def others(self, person_id: int) -> tuple[MemberFacts, ...]:
        return tuple(one for one in self.members if one.person_id != person_id)

    def activity(self, activity_id: int) -> ActivityFacts | None:
        return next((one for one in self.activities if one.id == activity_id), None)

    def past(self, today: date) -> tuple[ActivityFacts, ...]:
        return tuple(one for one in self.activities if one.is_past(today))


@dataclass(frozen=True, slots=True)
class Titles:
    """How the pack of a programme calls its areas and strengths."""

    areas: Mapping[str, Text]
    strengths: Mapping[str, Text]

    def of_direction(self, code: str) -> Text | None:
        if code.startswith(STRENGTH):
            return self.strengths.get(code.removeprefix(STRENGTH))
        return self.areas.get(code)


def titles_of(pack: ResolvedPack) -> Titles:
    survey = pack.survey_for("mentee_intake")
    return Titles(areas_of(survey), strengths_of(survey)) if survey else Titles({}, {})


def read_consents(session: Session, programme_id: int) -> dict[int | None, set[int]]:
    """Who agrees, by the change that they agree to; None is the programme as it stands."""
    found: dict[int | None, set[int]] = {None: set()}
    for change_id, person_id in session.execute(
        select(ProgrammeConsent.change_id, ProgrammeConsent.person_id).where(
            ProgrammeConsent.programme_id == programme_id
        )
    ):
        found.setdefault(change_id, set()).add(person_id)
    return found


def facts_of(session: Session, row: PersonalProgramme, *, today: date) -> ProgrammeFacts:
    """For callers that have checked who asks."""
    pair = session.get_one(Pair, row.pair_id)
    titles = titles_of(pack_of(session, cycle_id=row.cycle_id))
    consents = read_consents(session, row.id)
    waiting = session.scalars(
        select(ProgrammeChange)
        .where(ProgrammeChange.programme_id == row.id, ProgrammeChange.state == ChangeState.WAITING)
        .order_by(ProgrammeChange.id)
    ).all()
    changes = tuple(change_facts(session, row, one, consents.get(one.id, set()), titles) for one in waiting)
    members = tuple(
        MemberFacts(
            person_id=one.person_id,
            role=one.role,
            full_name=one.person.full_name,
            chat_name=name_partner(session, one.person, cycle_id=row.cycle_id, pair_id=pair.id),
            position=one.person.position,
            has_agreed=one.person_id in consents[None],
        )
        for one in pair.sides
    )
    activities = tuple(_activity(one, titles) for one in row.activities)
    awaited, by = _find_awaited(session, row, members, activities, changes, today)
    if pair.status not in IN_WORK:
        awaited, by = frozenset(), None
    return ProgrammeFacts(
        id=row.id,
        organization_id=row.organization_id,
        cycle_id=row.cycle_id,
        pair_id=row.pair_id,
        pair_status=pair.status,
        status=row.status,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        goal=row.goal,
        areas=tuple(row.areas),
        area_titles=tuple(titles.areas[one] for one in row.areas if one in titles.areas),
        own_difficulties=row.own_difficulties,
        strengths=tuple(row.strengths),
        strength_titles=tuple(titles.strengths[one] for one in row.strengths if one in titles.strengths),
        own_strengths=row.own_strengths,
        rhythm=row.rhythm,
        reports=row.reports,
        remark=row.remark,
        version=row.version,
        approved_at=row.approved_at,
        completed_at=row.completed_at,
        outcome=row.outcome,
        outcome_note=row.outcome_note,
        activities=activities,
        changes=changes,
        members=members,
        mark=mark_of(row),
        awaited=awaited,
        is_curator_awaited=row.status is ProgrammeStatus.AGREED and pair.status in IN_WORK,
        by=by,
    )


def change_facts(
    session: Session,
    row: PersonalProgramme,
    change: ProgrammeChange,
    agreed: set[int],
    titles: Titles | None = None,
) -> ChangeFacts:
    titles = titles or titles_of(pack_of(session, cycle_id=row.cycle_id))
    activity = session.get(ProgrammeActivity, change.activity_id) if change.activity_id else None
    was = {ChangeKind.TERM: row.ends_on, ChangeKind.MOVE: activity.planned_on if activity else None}
    return ChangeFacts(
        id=change.id,
        programme_id=row.id,
        kind=change.kind,
        state=change.state,
        person_id=change.person_id,
        author=change.person.full_name,
        author_in_chat=name_partner(session, change.person, cycle_id=row.cycle_id, pair_id=row.pair_id),
        activity_title=activity.title if activity else change.text,
        text=change.text,
        expected=change.expected,
        area=titles.of_direction(change.code) if change.code else None,
        day=change.day,
        was=was.get(change.kind),
        made_at=change.made_at,
        decided_at=change.decided_at,
        agreed=frozenset(agreed),
    )


def snapshot(row: PersonalProgramme) -> dict[str, Any]:
    """The programme as plain values, for its versions and for the bank: nobody is named by it."""
    return {
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "goal": row.goal,
        "areas": list(row.areas),
        "own_difficulties": row.own_difficulties,
        "strengths": list(row.strengths),
        "own_strengths": row.own_strengths,
        "activities": [
            {
                "direction": one.direction,
                "title": one.title,
                "expected": one.expected,
                "planned_on": one.planned_on.isoformat(),
                "done_on": one.done_on.isoformat() if one.done_on else None,
                "mark": one.mark.value if one.mark else None,
                "actual": one.actual,
            }
            for one in row.activities
        ],
    }


def mark_of(row: PersonalProgramme) -> str:
    """Of what it says now."""
    plain = [snapshot(row), row.rhythm, row.reports]
    return sha256_of(json.dumps(plain, ensure_ascii=False, sort_keys=True))[:16]


def _activity(row: ProgrammeActivity, titles: Titles) -> ActivityFacts:
    return ActivityFacts(
        id=row.id,
        direction=row.direction,
        direction_title=titles.of_direction(row.direction),
        title=row.title,
        expected=row.expected,
        planned_on=row.planned_on,
        done_on=row.done_on,
        mark=row.mark,
        actual=row.actual,
        meeting_id=row.meeting_id,
    )


def _find_awaited(
    session: Session,
    row: PersonalProgramme,
    members: Sequence[MemberFacts],
    activities: Sequence[ActivityFacts],
    changes: Sequence[ChangeFacts],
    today: date,
) -> tuple[frozenset[int], datetime | None]:
    """Who of the pair must act, and until when."""
    last = timedelta(days=settings_of(session, cycle_id=row.cycle_id).programme_silence_days[-1])
    if row.status in {ProgrammeStatus.DRAFT, ProgrammeStatus.PROPOSED}:
        return frozenset(one.person_id for one in members if not one.has_agreed), row.since + last
    if row.status is not ProgrammeStatus.ACTIVE:
        return frozenset(), None
    if changes:
        silent = {
            one.person_id for one in members if any(one.person_id not in each.agreed for each in changes)
        }
        return frozenset(silent), changes[0].made_at + last
    if any(one.is_past(today) for one in activities):
        return frozenset(one.person_id for one in members if one.role is Role.MENTOR), None
    return frozenset(), None
