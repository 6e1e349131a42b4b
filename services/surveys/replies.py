"""What was said behind a task: the answers that opened it, for the curator who must act (SV04)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.surveys import SurveyRun
from models.tasks import Task, TaskKind
from services.access.actors import Actor, Right
from services.consents.states import ConsentState, read_states
from services.programmes.running import pack_of, settings_of
from services.programmes.surveys import Question
from services.surveys.alerts import HELP_QUESTION
from services.surveys.reading import read_values, staff_reader, tell_all

SPOKEN = (TaskKind.LOW_RATING, TaskKind.HELP_WANTED)


@dataclass(frozen=True, slots=True)
class Reply:
    """A question and its answer in words."""

    label: str
    text: str


def read_replies(
    session: Session, *, actor: Actor, organization_id: int, task_ids: Collection[int], locale: str
) -> dict[int, tuple[Reply, ...]]:
    """By open task, of these: the low ratings, or what help is asked for. Nothing of a person whose consent
    is gone. Raises NotAllowed.
    """
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    tasks = session.execute(
        select(Task.id, Task.kind, SurveyRun)
        .join(SurveyRun, SurveyRun.id == Task.run_id)
        .where(
            Task.id.in_(task_ids),
            Task.organization_id == organization_id,
            Task.done_at.is_(None),
            Task.kind.in_(SPOKEN),
        )
    ).all()
    values = read_values(session, [run.id for _id, _kind, run in tasks])
    people = [run.person_id for _id, _kind, run in tasks if run.person_id is not None]
    consents = read_states(session, organization_id=organization_id, people=people)
    found = {}
    for task_id, kind, run in tasks:
        if consents.get(run.person_id or 0) is not ConsentState.GIVEN:
            continue
        threshold = settings_of(session, cycle_id=run.cycle_id).alert_rating
        survey = pack_of(session, cycle_id=run.cycle_id).survey(run.survey_id)
        found[task_id] = tuple(
            Reply(told.question.text.get(locale), told.words(locale) or "")
            for told in tell_all(survey, values.get(run.id, {}), staff_reader(actor, organization_id))
            if told.value is not None and _is_reason(kind, told.question, told.value, threshold)
        )
    return found


def _is_reason(kind: TaskKind, question: Question, value: object, threshold: int) -> bool:
    if kind is TaskKind.LOW_RATING:
        return question.kind == "rating10" and isinstance(value, int) and value <= threshold
    return question.when is not None and question.when.question == HELP_QUESTION and value is not None
