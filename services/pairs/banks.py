"""The cycle's banks, and the profile that a curator reads before pairing (A22, A49, A51)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from models.people import Participation, ParticipationStatus, Person, Role
from models.surveys import SurveyRun, SurveyStatus
from services.access.actors import Actor, Right
from services.access.errors import NotFound
from services.access.listing import COUNTED, Asked, Listed, count_rows, list_page
from services.consents.states import ConsentState, may_take_part, read_states
from services.people.cards import count_taken
from services.people.leaves import is_away
from services.people.searching import is_found
from services.programmes.running import current_cycle, pack_of
from services.surveys.intake import intake_key
from services.surveys.reading import Reader, read_values, staff_reader, tell_all

NEED, READY = "need_", "ready_"
"""Of one area: what a mentee is asked, and what a mentor is."""
STRONG = 7  # of 10: a need that presses, a readiness to rely on


@dataclass(frozen=True, slots=True)
class BankRow:
    """Someone who may be put into a pair now. `places_left` counts drafts and offers as taken."""

    participation_id: int
    person_id: int
    full_name: str
    position: str
    ready_at: datetime | None
    capacity: int
    places_left: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why people of a bank may not be put into a pair now, by what stands in the way first."""

    resting: int = 0  # they take nobody
    full: int = 0  # pairs, drafts and offers hold all their places
    away: int = 0
    consent: int = 0


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """`value` is the raw answer (see services.programmes.values), `text` what a person reads."""

    section: str
    question_id: str
    label: str
    text: str
    value: object


@dataclass(frozen=True, slots=True)
class Profile:
    participation_id: int
    person_id: int
    full_name: str
    position: str
    role: Role
    status: ParticipationStatus
    capacity: int
    ready_at: datetime | None
    lines: tuple[ProfileLine, ...]

    @property
    def sections(self) -> tuple[tuple[str, tuple[ProfileLine, ...]], ...]:
        """The lines by the survey's parts, in their order."""
        titles = dict.fromkeys(line.section for line in self.lines)
        return tuple((title, tuple(line for line in self.lines if line.section == title)) for title in titles)

    def value(self, question_id: str) -> object:
        """The raw answer to a question; None when there is none."""
        return next((line.value for line in self.lines if line.question_id == question_id), None)


_TAKEN = count_taken()
_HAS_PLACE = Participation.capacity > _TAKEN
SORTED = {
    "waiting": (Participation.ready_at, Participation.id),
    "name": (Person.sort_key, Participation.id),
    "places": (Participation.capacity - _TAKEN, Participation.id),
}


def list_bank(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    role: Role,
    search: str = "",
    asked: Asked = Asked(),  # noqa: B008  # frozen
) -> Listed[BankRow]:
    """Who of the current cycle is ready, here, has consented and has a place left; longest waiting first as a
    rule. Raises NotAllowed.
    """
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    cycle = current_cycle(session, organization_id)
    query = _free(session, organization_id, cycle.id, role).where(is_found(search))
    found = list_page(session, query, keys=SORTED, asked=asked)
    return found.showing(_bank_rows(session, [row.id for row in found.rows]))


def read_withheld(session: Session, *, actor: Actor, organization_id: int, role: Role) -> Withheld:
    """Who of the current cycle has sent the questionnaire and is still not in `list_bank`, and why."""
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    cycle = current_cycle(session, organization_id)
    reason = case(
        (and_(~_HAS_PLACE, _TAKEN > 0), "full"),
        (~_HAS_PLACE, "resting"),
        (is_away(Person.id), "away"),
        (~may_take_part(session, organization_id), "consent"),
        else_="",
    )
    some = _in_bank(cycle.id, role).with_only_columns(reason).limit(COUNTED).subquery()
    (why_not,) = some.c
    counted = session.execute(select(why_not, func.count()).group_by(why_not))
    return Withheld(**{why: count for why, count in counted if why})


def count_free(session: Session, *, organization_id: int, cycle_id: int, role: Role) -> int:
    """How many `list_bank` would list; a figure that names nobody, its reader has checked the right."""
    return count_rows(session, _free(session, organization_id, cycle_id, role))


def _in_bank(cycle_id: int, role: Role) -> Select[Participation]:
    """Who has sent the questionnaire, whatever stands in the way of a pair."""
    return (
        select(Participation)
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.cycle_id == cycle_id,
            Participation.role == role,
            Participation.status.in_((ParticipationStatus.READY, ParticipationStatus.PAIRED)),
        )
    )


def _free(session: Session, organization_id: int, cycle_id: int, role: Role) -> Select[Participation]:
    return _in_bank(cycle_id, role).where(
        _HAS_PLACE, ~is_away(Person.id), may_take_part(session, organization_id)
    )


def _bank_rows(session: Session, ids: Sequence[int]) -> list[BankRow]:
    """In the order of the numbers."""
    found = {
        row.id: BankRow(
            participation_id=row.id,
            person_id=person.id,
            full_name=person.full_name,
            position=person.position,
            ready_at=row.ready_at,
            capacity=row.capacity,
            places_left=row.capacity - taken,
        )
        for row, person, taken in session.execute(
            select(Participation, Person, _TAKEN)
            .join(Person, Person.id == Participation.person_id)
            .where(Participation.id.in_(ids))
        )
    }
    return [found[one] for one in ids]


def read_profile(
    session: Session, actor: Actor, participation_id: int, locale: str, *, in_file: bool = False
) -> Profile:
    """The sent intake in words, as far as its questions named this reader. Before it is sent, or after
    consent is gone, there are no lines. `in_file`: for a file that leaves the panel.

    Raises NotFound, NotAllowed.
    """
    return read_profiles(session, actor, [participation_id], locale, in_file=in_file)[participation_id]


def read_profiles(
    session: Session, actor: Actor, ids: Sequence[int], locale: str, *, in_file: bool = False
) -> dict[int, Profile]:
    """The same of several by a few statements, by participation. Raises NotFound, NotAllowed."""
    rows = {
        row.id: (row, person)
        for row, person in session.execute(
            select(Participation, Person)
            .join(Person, Person.id == Participation.person_id)
            .where(Participation.id.in_(ids))
        )
    }
    if any(one not in rows for one in ids):
        raise NotFound
    for organization_id in {row.organization_id for row, _person in rows.values()}:
        actor.check_right(Right.SEE_PEOPLE, organization_id)
    lines = _read_lines(session, actor, [row for row, _person in rows.values()], locale, in_file=in_file)
    return {
        row.id: Profile(
            participation_id=row.id,
            person_id=person.id,
            full_name=person.full_name,
            position=person.position,
            role=row.role,
            status=row.status,
            capacity=row.capacity,
            ready_at=row.ready_at,
            lines=lines.get(row.id, ()),
        )
        for row, person in rows.values()
    }


def _read_lines(
    session: Session, actor: Actor, rows: Sequence[Participation], locale: str, *, in_file: bool
) -> dict[int, tuple[ProfileLine, ...]]:
    by_organization = {
        one: read_states(session, organization_id=one, people=[row.person_id for row in rows])
        for one in {row.organization_id for row in rows}
    }
    agreed = [
        row for row in rows if by_organization[row.organization_id].get(row.person_id) is ConsentState.GIVEN
    ]
    runs = {
        run.dedup_key: run
        for run in session.scalars(
            select(SurveyRun).where(
                SurveyRun.dedup_key.in_([intake_key(row) for row in agreed]),
                SurveyRun.status == SurveyStatus.SENT,
            )
        )
    }
    values = read_values(session, [run.id for run in runs.values()])
    found: dict[int, tuple[ProfileLine, ...]] = {}
    for row in agreed:
        run = runs.get(intake_key(row))
        if run is None:
            continue
        reader = staff_reader(actor, row.organization_id)
        if in_file and reader is Reader.CURATOR:
            reader = Reader.FILE
        survey = pack_of(session, cycle_id=run.cycle_id).survey(run.survey_id)
        found[row.id] = tuple(
            ProfileLine(
                section=survey.block_of(told.question.id).title.get(locale),
                question_id=told.question.id,
                label=told.question.text.get(locale),
                text=told.words(locale) or "",
                value=told.value,
            )
            for told in tell_all(survey, values.get(run.id, {}), reader)
            if told.value is not None
        )
    return found
