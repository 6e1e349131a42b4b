"""A person's own questionnaires, answers and what stood there before a change, to read and to take along."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.surveys import Answer, AnswerChange, SurveyRun, SurveyStatus
from services.access.actors import Actor
from services.programmes.running import pack_of
from services.surveys.reading import Reader, tell

OwnSurvey = dict[str, Any]


def read_own_surveys(session: Session, *, actor: Actor, locale: str) -> list[OwnSurvey]:
    """Every questionnaire of a person with its answers in words, sent or not. Raises NotAllowed."""
    actor.check_is_person(actor.id or 0)
    runs = session.scalars(
        select(SurveyRun).where(SurveyRun.person_id == actor.id).order_by(SurveyRun.id)
    ).all()
    answers: dict[int, list[Answer]] = {run.id: [] for run in runs}
    for answer in session.scalars(select(Answer).where(Answer.run_id.in_(answers)).order_by(Answer.id)):
        answers[answer.run_id].append(answer)
    changes: dict[int, list[AnswerChange]] = {run.id: [] for run in runs}
    for change in session.scalars(
        select(AnswerChange).where(AnswerChange.run_id.in_(changes)).order_by(AnswerChange.id)
    ):
        changes[change.run_id].append(change)
    return [_tell_run(session, run, answers[run.id], changes[run.id], locale) for run in runs]


def _tell_run(
    session: Session, run: SurveyRun, answers: list[Answer], changes: list[AnswerChange], locale: str
) -> OwnSurvey:
    survey = pack_of(session, cycle_id=run.cycle_id).survey(run.survey_id)
    values = {one.question_id: one.value["value"] if one.value else None for one in answers}
    return {
        "title": survey.title.get(locale),
        "code": survey.code,
        "version": run.survey_version,
        "status": run.status.value,
        "is_sent": run.status is SurveyStatus.SENT,
        "opened_at": run.opened_at.isoformat(),
        "sent_at": run.sent_at.isoformat() if run.sent_at else None,
        "answers": [
            {
                "question": question.text.get(locale),
                "answer": tell(question, values[question.id], Reader.RESPONDENT).words(locale),
                "value": values[question.id],
                "before": [
                    {
                        "answer": tell(question, value, Reader.RESPONDENT).words(locale),
                        "value": value,
                        "changed_at": one.changed_at.isoformat(),
                    }
                    for one in changes
                    if one.question_id == question.id
                    for value in (one.before["value"] if one.before else None,)
                ],
            }
            for question in survey.questions()
            if question.id in values
        ],
    }
