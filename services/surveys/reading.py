"""Who reads an answer: the one place that gives answers to pages, exports, documents and chat screens.

Each question promises under its input who will see the answer (`seen_by`). Whoever shows answers says for
which reader, and gets nothing that the reader was not promised.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.surveys import Answer, RunSource, SurveyRun, SurveyStatus
from services.access.actors import Actor, Right
from services.access.errors import N_, DomainError
from services.programmes.descriptions import describe
from services.programmes.surveys import Option, Question, SeenBy, Survey


class BegunByRespondent(DomainError):
    text = N_(
        "The person has begun to answer this questionnaire, so nobody else fills it in. Please remind them "
        "to finish it."
    )


class Reader(StrEnum):
    """In which part somebody reads the answers of a run."""

    RESPONDENT = "respondent"  # whose answers they are
    CURATOR = "curator"  # whoever leads pairs
    PSYCHOLOGIST = "psychologist"
    PAIR = "pair"  # the other side of the respondent's pair
    FILE = "file"  # whoever leads pairs, in a file that leaves the panel
    STRANGER = "stranger"


PROMISED: Mapping[Reader, frozenset[SeenBy]] = {
    Reader.RESPONDENT: frozenset({"curator", "curator_and_psychologist", "pair", "totals", "only_me"}),
    Reader.CURATOR: frozenset({"curator", "curator_and_psychologist", "pair"}),
    Reader.PSYCHOLOGIST: frozenset({"curator_and_psychologist"}),
    Reader.PAIR: frozenset({"pair"}),
    Reader.FILE: frozenset({"curator", "curator_and_psychologist", "pair"}),
    Reader.STRANGER: frozenset(),
}
"""The promises that name each reader; what goes into totals stands beside no name for anybody else."""

SHARES_NO_PRIVATE = frozenset({Reader.PAIR, Reader.FILE})
"""Readers from whom a private answer is kept whatever its line says."""

FEWEST_SEEN = 5
"""People behind a figure without names: of fewer it would tell them, so only their number is told."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer for its reader; `value` is None for a skipped question too, and always where withheld."""

    question: Question
    value: object
    is_withheld: bool

    def words(self, locale: str, people: Sequence[Option] = ()) -> str | None:
        """As a person reads it; None where it is withheld."""
        return None if self.is_withheld else describe(self.question, self.value, locale, people)


def staff_reader(actor: Actor, organization_id: int) -> Reader:
    """As whom somebody of the panel (or the command line) reads the answers of others."""
    if actor.has_right(Right.MANAGE_PAIRS, organization_id):
        return Reader.CURATOR
    if actor.has_right(Right.KEEP_RECORDS, organization_id):  # the psychologist's alone
        return Reader.PSYCHOLOGIST
    return Reader.STRANGER


def may_read(question: Question, reader: Reader) -> bool:
    return question.seen_by in PROMISED[reader] and not (question.private and reader in SHARES_NO_PRIVATE)


def may_count(question: Question, reader: Reader) -> bool:
    """Whether this reader may see figures without names: of what was promised to go into totals, and of what
    the reader may read one by one. A private answer stands in no figure.
    """
    return not question.private and (question.seen_by == "totals" or may_read(question, reader))


def tell(question: Question, value: object, reader: Reader) -> Told:
    is_open = may_read(question, reader)
    return Told(question, value if is_open else None, not is_open)


def tell_all(survey: Survey, values: Mapping[str, object], reader: Reader) -> tuple[Told, ...]:
    """Every question with an answer, in the order of the survey; a skipped one is among them."""
    return tuple(tell(one, values[one.id], reader) for one in survey.questions() if one.id in values)


def read_values(
    session: Session, run_ids: Iterable[int], *, question_ids: Collection[str] | None = None
) -> dict[int, dict[str, object]]:
    """The whole answers of each run, a skipped question as None: to be handed to `tell`, which withholds.

    With `question_ids` only those: figures are made of questions that `may_count` allows.
    """
    wanted = select(Answer.run_id, Answer.question_id, Answer.value).where(
        Answer.run_id.in_(run_ids), Answer.is_final
    )
    if question_ids is not None:
        wanted = wanted.where(Answer.question_id.in_(question_ids))
    found: dict[int, dict[str, object]] = {}
    for run_id, question_id, value in session.execute(wanted.order_by(Answer.id)):
        found.setdefault(run_id, {})[question_id] = value["value"] if value else None
    return found


@dataclass(frozen=True, slots=True)
class SentSheet:
    """A sent run and what of its answers may be read; a skipped question is not among the values."""

    run_id: int
    survey_id: str
    person_id: int | None
    about_person_id: int | None
    pair_id: int | None
    values: Mapping[str, object]


def read_sent(
    session: Session,
    *,
    cycle_id: int,
    surveys: Collection[Survey],
    reader: Reader,
    people: Collection[int] | None = None,
) -> list[SentSheet]:
    """Every sent run of these surveys in a school year, or those of these people, the oldest first, by two
    statements.
    """
    of_whom = () if people is None else (SurveyRun.person_id.in_(people),)
    is_meant = (
        *of_whom,
        SurveyRun.cycle_id == cycle_id,
        SurveyRun.status == SurveyStatus.SENT,
        SurveyRun.survey_id.in_([one.id for one in surveys]),
    )
    open_ids = {
        (one.id, question.id) for one in surveys for question in one.questions() if may_read(question, reader)
    }
    values: dict[int, dict[str, object]] = {}
    for run_id, survey_id, question_id, value in session.execute(
        select(Answer.run_id, SurveyRun.survey_id, Answer.question_id, Answer.value)
        .join(SurveyRun, SurveyRun.id == Answer.run_id)
        .where(*is_meant, Answer.is_final)
    ):
        if value and (survey_id, question_id) in open_ids:
            values.setdefault(run_id, {})[question_id] = value["value"]
    runs = session.execute(
        select(
            SurveyRun.id,
            SurveyRun.survey_id,
            SurveyRun.person_id,
            SurveyRun.about_person_id,
            SurveyRun.pair_id,
        )
        .where(*is_meant)
        .order_by(SurveyRun.sent_at, SurveyRun.id)
    )
    return [SentSheet(*run, values=values.get(run.id, {})) for run in runs]


def is_begun_by_respondent(session: Session, run: SurveyRun) -> bool:
    """Whether something is answered that did not come from a paper sheet or by a link made by the staff."""
    if not is_filled_by_respondent(run):
        return False
    return session.scalar(select(Answer.id).where(Answer.run_id == run.id).limit(1)) is not None


def is_filled_by_respondent(run: SurveyRun) -> bool:
    """Whether what is answered comes from the respondent: no paper sheet, no link made by the staff."""
    is_by_staff = run.source is RunSource.WEB and run.issued_by is not None
    return run.source is not RunSource.PAPER and not is_by_staff
