"""Who took part in a school year: sides of agreed pairs, young specialists, students, what each pair did."""

from collections import defaultdict
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingStatus
from models.pairs import Pair, PairMember
from models.people import Participation, Role
from models.person_notes import Eligibility
from models.surveys import RunOccasion, SurveyRun, SurveyStatus
from services.organizations.days import day_of
from services.people.eligibility import YOUNG_YEARS
from services.programmes.regulations import Occasion
from services.programmes.running import pack_of
from services.results.indicators import Work
from services.surveys.reading import read_values

EXPERIENCE = "experience"  # the question of the intakes, in full years
ASKED_AT: tuple[Occasion, ...] = ("satisfaction_mid", "satisfaction_final")
"""Occasions on which satisfaction with mentoring is asked in full."""


def sides_of(session: Session, cycle_id: int, until: date, zone: ZoneInfo) -> set[tuple[int, Role]]:
    """People of pairs that both had agreed to by the end of a day, also of those that have ended since."""
    rows = session.execute(
        select(PairMember.person_id, PairMember.role, Pair.accepted_at)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(Pair.cycle_id == cycle_id, Pair.accepted_at.is_not(None))
    )
    return {
        (person_id, role)
        for person_id, role, accepted_at in rows
        if accepted_at is not None and day_of(accepted_at, zone) <= until
    }


def respondents_of(session: Session, cycle_id: int, role: Role) -> set[int]:
    pack = pack_of(session, cycle_id=cycle_id)
    ids = {one.id for occasion in ASKED_AT if (one := pack.survey_for(occasion, role.value)) is not None}
    found = session.scalars(
        select(SurveyRun.person_id).where(
            SurveyRun.cycle_id == cycle_id,
            SurveyRun.survey_id.in_(ids),
            SurveyRun.status == SurveyStatus.SENT,
            SurveyRun.person_id.is_not(None),
        )
    )
    return {one for one in found if one is not None}


def young_in(session: Session, cycle_id: int) -> set[int]:
    """Mentees of the year with up to three years of experience: as noted, or else as they said themselves."""
    noted: dict[int, int | None] = {  # noqa: C416  # rows
        person_id: years
        for person_id, years in session.execute(
            select(Participation.person_id, Eligibility.experience_years)
            .outerjoin(Eligibility, Eligibility.person_id == Participation.person_id)
            .where(Participation.cycle_id == cycle_id, Participation.role == Role.MENTEE)
        )
    }
    runs: dict[int, int | None] = {  # noqa: C416  # rows
        run_id: person_id
        for run_id, person_id in session.execute(
            select(SurveyRun.id, SurveyRun.person_id).where(
                SurveyRun.cycle_id == cycle_id,
                SurveyRun.occasion == RunOccasion.INTAKE,
                SurveyRun.status == SurveyStatus.SENT,
                SurveyRun.person_id.in_([one for one, years in noted.items() if years is None]),
            )
        )
    }
    for run_id, values in read_values(session, runs, question_ids={EXPERIENCE}).items():
        years = values.get(EXPERIENCE)
        person_id = runs[run_id]
        if person_id is not None and type(years) is int:
            noted[person_id] = years
    students = students_in(session, cycle_id)
    return {
        one
        for one, years in noted.items()
        if years is not None and years <= YOUNG_YEARS and one not in students
    }


def students_in(session: Session, cycle_id: int) -> set[int]:
    return set(
        session.scalars(
            select(Eligibility.person_id)
            .join(Participation, Participation.person_id == Eligibility.person_id)
            .where(Participation.cycle_id == cycle_id, Eligibility.is_student)
        )
    )


def works_of(session: Session, cycle_id: int) -> list[Work]:
    """Every pair of the year that both agreed to, with the meetings that it held."""
    met: dict[int, tuple[int, int]] = {
        pair_id: (count, int(minutes or 0))
        for pair_id, count, minutes in session.execute(
            select(
                Meeting.pair_id,
                func.count(),
                func.sum(func.coalesce(Meeting.held_minutes, Meeting.minutes)),
            )
            .where(Meeting.cycle_id == cycle_id, Meeting.status == MeetingStatus.HELD)
            .group_by(Meeting.pair_id)
        )
    }
    young = young_in(session, cycle_id)
    sides: defaultdict[int, dict[Role, int]] = defaultdict(dict)
    kinds: dict[int, tuple[str, str]] = {}
    for pair_id, form, kind, role, person_id in session.execute(
        select(Pair.id, Pair.form, Pair.kind, PairMember.role, PairMember.person_id)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .where(Pair.cycle_id == cycle_id, Pair.accepted_at.is_not(None))
        .order_by(Pair.id)
    ):
        sides[pair_id][role] = person_id
        kinds[pair_id] = form, kind
    return [
        Work(
            *kinds[pair_id],
            mentee_id=own[Role.MENTEE],
            mentor_id=own[Role.MENTOR],
            meetings=met.get(pair_id, (0, 0))[0],
            minutes=met.get(pair_id, (0, 0))[1],
            is_young=own[Role.MENTEE] in young,
        )
        for pair_id, own in sides.items()
        if len(own) == len(Role)
    ]
