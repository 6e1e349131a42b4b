"""What the two sides of a pair read of each other: the answers that were promised to "your pair"."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.pairs import Pair, PairMember
from models.people import Participation
from models.surveys import RunOccasion, SurveyRun, SurveyStatus
from services.access.actors import Actor, ActorKind, Right
from services.access.errors import NotAllowed
from services.access.records import find
from services.consents.states import has_consent
from services.people.pseudonyms import is_pseudonymous
from services.programmes.running import pack_of
from services.programmes.surveys import CHOICE_KINDS
from services.programmes.texts import Text
from services.surveys.intake import intake_key
from services.surveys.reading import Reader, Told, read_values, tell_all


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """`label` names it in a word or two; `text` is the answer in the reader's language. `is_choice`: of
    options of the questionnaire only, no word of it is the person's own.
    """

    question_id: str
    label: Text
    text: str
    is_choice: bool


@dataclass(frozen=True, slots=True)
class SharedSheet:
    """One questionnaire of somebody on the other side, with at least one answer for the pair."""

    person_id: int
    title: Text
    is_intake: bool
    answers: tuple[SharedAnswer, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """`is_outside_chat`: the programme lets no answer pass through the messenger, the curator shows them."""

    sheets: tuple[SharedSheet, ...]
    is_outside_chat: bool = False

    def intake_of(self, person_id: int) -> tuple[SharedAnswer, ...]:
        own = (sheet for sheet in self.sheets if sheet.is_intake and sheet.person_id == person_id)
        return tuple(answer for sheet in own for answer in sheet.answers)


def read_shared(session: Session, *, actor: Actor, pair_id: int, person_id: int, locale: str) -> Shared:
    """What this member of the pair may read of the other side: the intake first, then the newest of each kind
    of questionnaire that was sent about this pair. A mentee of a group reads of the mentor, not of the other
    mentees. Nothing where a consent is missing.

    Raises NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id)
    members = {member.person_id: member for member in pair.members if member.left_at is None}
    if actor.kind is ActorKind.PERSON:
        actor.check_organization(pair.organization_id)
        actor.check_is_person(person_id)
    else:
        actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if person_id not in members:
        raise NotAllowed
    if is_pseudonymous(session, pair.cycle_id):
        return Shared((), is_outside_chat=True)
    if not has_consent(session, person_id):
        return Shared(())
    role = members[person_id].role
    sheets: dict[tuple[int, str], SharedSheet] = {}
    for member in pair.sides:
        if member.role is not role and has_consent(session, member.person_id):
            sheets |= _read_sheets(session, pair, member, locale)
    return Shared(tuple(sheets.values()))


def _read_sheets(
    session: Session, pair: Pair, member: PairMember, locale: str
) -> dict[tuple[int, str], SharedSheet]:
    runs = _runs_of(session, pair, session.get_one(Participation, member.participation_id))
    pack = pack_of(session, cycle_id=pair.cycle_id)
    values = read_values(session, [run.id for run in runs])
    found: dict[tuple[int, str], SharedSheet] = {}
    for run in runs:
        survey = pack.survey(run.survey_id)
        answers = tuple(
            _share(told, locale)
            for told in tell_all(survey, values.get(run.id, {}), Reader.PAIR)
            if told.value is not None
        )
        key = (member.person_id, survey.id)
        if answers and key not in found:
            is_intake = run.occasion is RunOccasion.INTAKE
            found[key] = SharedSheet(member.person_id, survey.title, is_intake, answers)
    return found


def _share(told: Told, locale: str) -> SharedAnswer:
    question = told.question
    chosen = told.value if isinstance(told.value, list) else [told.value]
    return SharedAnswer(
        question.id,
        question.label or question.text,
        told.words(locale) or "",
        is_choice=question.kind in CHOICE_KINDS and all(isinstance(one, str) for one in chosen),
    )


def _runs_of(session: Session, pair: Pair, participation: Participation) -> list[SurveyRun]:
    """The sent intake of this side, then what it sent about this pair, the newest first."""
    sent = select(SurveyRun).where(
        SurveyRun.person_id == participation.person_id, SurveyRun.status == SurveyStatus.SENT
    )
    intake = session.scalars(sent.where(SurveyRun.dedup_key == intake_key(participation))).all()
    about = session.scalars(sent.where(SurveyRun.pair_id == pair.id).order_by(SurveyRun.sent_at.desc())).all()
    return [*intake, *about]
