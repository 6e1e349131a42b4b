"""The cycle's banks, and the profile that a curator reads before pairing (A22, A49, A51)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Participation, ParticipationStatus, Person, Role
from models.surveys import SurveyRun, SurveyStatus
from services.access.actors import Actor, Right
from services.access.records import find
from services.consents.states import ConsentState, read_states
from services.people.cards import count_taken
from services.people.leaves import is_away
from services.programmes.running import current_cycle, pack_of
from services.surveys.intake import intake_key
from services.surveys.reading import Reader, read_values, staff_reader, tell_all


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
    is_private: bool


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


def list_bank(session: Session, *, actor: Actor, organization_id: int, role: Role) -> list[BankRow]:
    """Who of the current cycle is ready, here, has consented and has a place left; longest waiting first."""
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    cycle = current_cycle(session, organization_id)
    return _read_bank(session, organization_id=organization_id, cycle_id=cycle.id, role=role)[0]


def read_withheld(session: Session, *, actor: Actor, organization_id: int, role: Role) -> Withheld:
    """Who of the current cycle has sent the questionnaire and is still not in `list_bank`, and why."""
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    cycle = current_cycle(session, organization_id)
    return _read_bank(session, organization_id=organization_id, cycle_id=cycle.id, role=role)[1]


def count_free(session: Session, *, organization_id: int, cycle_id: int, role: Role) -> int:
    """How many `list_bank` would list; a figure that names nobody, its reader has checked the right."""
    return len(_read_bank(session, organization_id=organization_id, cycle_id=cycle_id, role=role)[0])


def _read_bank(
    session: Session, *, organization_id: int, cycle_id: int, role: Role
) -> tuple[list[BankRow], Withheld]:
    found = session.execute(
        select(Participation, Person, count_taken(), is_away(Person.id))
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.cycle_id == cycle_id,
            Participation.role == role,
            Participation.status.in_((ParticipationStatus.READY, ParticipationStatus.PAIRED)),
        )
        .order_by(Participation.ready_at, Participation.id)
    )
    consents = read_states(session, organization_id=organization_id)
    rows: list[BankRow] = []
    withheld: Counter[str] = Counter()
    for participation, person, taken, has_left_for_now in found:
        if participation.capacity <= taken:
            withheld["full" if taken else "resting"] += 1
        elif has_left_for_now:
            withheld["away"] += 1
        elif consents.get(person.id) is not ConsentState.GIVEN:
            withheld["consent"] += 1
        else:
            rows.append(
                BankRow(
                    participation_id=participation.id,
                    person_id=person.id,
                    full_name=person.full_name,
                    position=person.position,
                    ready_at=participation.ready_at,
                    capacity=participation.capacity,
                    places_left=participation.capacity - taken,
                )
            )
    return rows, Withheld(**withheld)


def read_profile(
    session: Session, actor: Actor, participation_id: int, locale: str, *, in_file: bool = False
) -> Profile:
    """The sent intake in words, as far as its questions named this reader. Before it is sent, or after
    consent is gone, there are no lines. `in_file`: for a file that leaves the panel.

    Raises NotFound, NotAllowed.
    """
    participation = find(session, Participation, participation_id)
    actor.check_right(Right.SEE_PEOPLE, participation.organization_id)
    person = session.get_one(Person, participation.person_id)
    reader = staff_reader(actor, participation.organization_id)
    if in_file and reader is Reader.CURATOR:
        reader = Reader.FILE
    return Profile(
        participation_id=participation.id,
        person_id=person.id,
        full_name=person.full_name,
        position=person.position,
        role=participation.role,
        status=participation.status,
        capacity=participation.capacity,
        ready_at=participation.ready_at,
        lines=_read_lines(session, participation, locale, reader),
    )


def _read_lines(
    session: Session, participation: Participation, locale: str, reader: Reader
) -> tuple[ProfileLine, ...]:
    consents = read_states(session, organization_id=participation.organization_id)
    if consents.get(participation.person_id) is not ConsentState.GIVEN:
        return ()
    run = session.scalars(
        select(SurveyRun).where(
            SurveyRun.dedup_key == intake_key(participation), SurveyRun.status == SurveyStatus.SENT
        )
    ).one_or_none()
    if run is None:
        return ()
    survey = pack_of(session, cycle_id=run.cycle_id).survey(run.survey_id)
    values = read_values(session, [run.id]).get(run.id, {})
    return tuple(
        ProfileLine(
            section=survey.block_of(told.question.id).title.get(locale),
            question_id=told.question.id,
            label=told.question.text.get(locale),
            text=told.words(locale) or "",
            value=told.value,
            is_private=told.question.private,
        )
        for told in tell_all(survey, values, reader)
        if told.value is not None
    )
