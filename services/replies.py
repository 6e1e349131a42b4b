"""What was said behind a task: the answers that opened it, for the curator who must act (SV04)."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.surveys import Answer, SurveyRun
from models.tasks import Task, TaskKind
from services.actors import Actor, Right
from services.consents import ConsentState, read_states
from services.programmes.answers import describe
from services.programmes.running import pack_of, settings_of
from services.programmes.surveys import Question, SeenBy
from services.surveys.alerts import HELP_QUESTION

SPOKEN = (TaskKind.LOW_RATING, TaskKind.HELP_WANTED)
CURATOR_SEES: frozenset[SeenBy] = frozenset({"curator", "curator_and_psychologist", "pair"})
MOST = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """A question and its answer in words."""

    label: str
    text: str


def read_replies(
    session: Session, *, actor: Actor, organization_id: int, locale: str
) -> dict[int, tuple[Reply, ...]]:
    """By open task: the low ratings, or what help is asked for. Nothing of a person whose consent is gone.

    Raises NotAllowed.
    """
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    tasks = session.execute(
        select(Task.id, Task.kind, SurveyRun)
        .join(SurveyRun, SurveyRun.id == Task.run_id)
        .where(Task.organization_id == organization_id, Task.done_at.is_(None), Task.kind.in_(SPOKEN))
        .order_by(Task.opened_at)
        .limit(MOST)
    ).all()
    values: defaultdict[int, dict[str, object]] = defaultdict(dict)
    for answer in session.scalars(
        select(Answer).where(Answer.run_id.in_([run.id for _id, _kind, run in tasks]), Answer.is_final)
    ):
        if answer.value:
            values[answer.run_id][answer.question_id] = answer.value["value"]
    consents = read_states(session, organization_id=organization_id)
    found = {}
    for task_id, kind, run in tasks:
        if consents.get(run.person_id or 0) is not ConsentState.GIVEN:
            continue
        threshold = settings_of(session, cycle_id=run.cycle_id).alert_rating
        given = values[run.id]
        found[task_id] = tuple(
            Reply(question.text.get(locale), describe(question, given[question.id], locale))
            for question in pack_of(session, cycle_id=run.cycle_id).survey(run.survey_id).questions()
            if question.id in given
            and question.seen_by in CURATOR_SEES
            and _is_reason(kind, question, given[question.id], threshold)
        )
    return found


def _is_reason(kind: TaskKind, question: Question, value: object, threshold: int) -> bool:
    if kind is TaskKind.LOW_RATING:
        return question.kind == "rating10" and isinstance(value, int) and value <= threshold
    return question.when is not None and question.when.question == HELP_QUESTION and value is not None
