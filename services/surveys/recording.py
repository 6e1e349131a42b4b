"""What the runner keeps and who may keep it: one answer, the way on, the sending, changes after it.

`runs` and `forms` are the acts of a person; everything they share stands here.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import Action
from models.surveys import UNSENT, Answer, AnswerChange, RunSource, SurveyRun, SurveyStatus
from services.access.actors import Actor, ActorKind, Channel, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.consents.states import check_consent
from services.programmes.answers import Raw, Value, check_answer
from services.programmes.surveys import Question
from services.surveys.candidates import in_full, list_candidates
from services.surveys.closing import end_silence
from services.surveys.outcomes import follow
from services.surveys.steps import Progress, SentRun, find_change_end, load_progress, note_progress


class RunClosed(DomainError):
    text = N_("This survey is closed already. Thank you!")


@dataclass(frozen=True, slots=True)
class Recorded:
    """`is_recorded` False: nothing was done, show where the run stands. `is_done`: nothing is left to do.

    `is_change`: the survey was sent before, and this may change what was sent; `is_new`: what is kept differs
    from what was kept before.
    """

    run_id: int
    is_recorded: bool
    is_sent: bool
    is_done: bool
    is_change: bool = False
    is_new: bool = False


def open_progress(session: Session, actor: Actor, run_id: int, now: datetime) -> Progress:
    """The run, locked, open for an answer: a paused one goes on."""
    progress = load_progress(session, run_id, is_locked=True)
    run = progress.run
    check_respondent(actor, run)
    if not (run.status in UNSENT and is_in_time(run, now)) and not is_changeable(session, progress, now):
        raise RunClosed
    if run.person_id is not None:
        check_consent(session, run.person_id)
    if run.status is SurveyStatus.PAUSED:
        run.status = SurveyStatus.OPEN
    _follow_respondent(run, actor)
    return progress


def _follow_respondent(run: SurveyRun, actor: Actor) -> None:
    """Who goes on in the chat has taken the run over from the staff's paper sheet or link."""
    is_own = actor.kind is ActorKind.PERSON and actor.channel is not Channel.WEB
    if is_own and run.status in UNSENT and run.source in {RunSource.PAPER, RunSource.WEB}:
        run.source, run.entered_by, run.filled_on, run.issued_by = RunSource.CHAT, None, None, None


def pause(run: SurveyRun) -> None:
    """The respondent goes on later; a run that waits in no other way stays as it is."""
    if run.status is SurveyStatus.OPEN:
        run.status = SurveyStatus.PAUSED


def mark_sheet(run: SurveyRun, *, is_complete: bool, now: datetime) -> None:
    """A sheet of the nine criteria counts while it is complete, and may be changed at any time."""
    run.status, run.sent_at = SurveyStatus.SENT if is_complete else SurveyStatus.OPEN, now


def is_in_time(run: SurveyRun, now: datetime) -> bool:
    return run.closes_at is None or run.closes_at > now


def is_changeable(session: Session, progress: Progress, now: datetime) -> bool:
    end = find_change_end(session, progress)
    return end is not None and end > now


def check_respondent(actor: Actor, run: SurveyRun) -> None:
    """The person themselves, the account itself, the holder of the run's link, or the account that types in
    a paper sheet.
    """
    actor.check_organization(run.organization_id)
    if actor.kind is ActorKind.ACCOUNT and run.source is RunSource.PAPER:
        actor.check_right(Right.MANAGE_PAIRS, run.organization_id)
    elif run.outsider is not None:
        if actor.kind is not ActorKind.RESPONDENT or actor.id != run.id:
            raise NotAllowed
    elif run.person_id is not None:
        actor.check_is_person(run.person_id)
    elif actor.kind is not ActorKind.ACCOUNT or actor.id != run.account_id:
        raise NotAllowed


def read_raw(session: Session, progress: Progress, question: Question, raw: Raw) -> Value:
    """The value that the raw answer means at this question. Raises AnswerRefused."""
    if question.kind != "person_rank":
        return check_answer(question, raw)
    people = list_candidates(session, progress.run, progress.survey)
    return check_answer(question, in_full(raw, people), people)


def write_answer(
    session: Session,
    actor: Actor,
    progress: Progress,
    question: Question,
    value: object,
    *,
    is_final: bool,
    now: datetime,
) -> bool:
    """Keep an answer; of one that was sent already, what it was before as well. False: nothing is new."""
    stored = None if value is None else {"value": value}
    answer = progress.answers.get(question.id)
    if answer is not None and (answer.value, answer.is_final) == (stored, is_final):
        return False
    is_new = answer is None or answer.value != stored
    if is_sent(progress.run) and answer is not None and answer.value != stored:
        session.add(
            AnswerChange(
                run_id=progress.run.id,
                question_id=question.id,
                before=answer.value,
                after=stored,
                changed_at=now,
                actor_kind=actor.kind.value,
                actor_id=actor.id,
            )
        )
    if answer is None:
        answer = progress.answers[question.id] = Answer(
            run_id=progress.run.id,
            question_id=question.id,
            value=stored,
            is_final=is_final,
            answered_at=now,
        )
        session.add(answer)
    else:
        answer.value, answer.is_final, answer.answered_at = stored, is_final, now
    session.flush()
    return is_new


def advance(
    session: Session, actor: Actor, before: Progress, now: datetime, *, is_new: bool = True
) -> Recorded:
    """After a whole answer: on to the first question without one; a quick survey is sent by its question."""
    before.run.at_question = None
    session.flush()
    progress = Progress(before.run, before.survey, before.answers)
    note_progress(session, progress)
    if is_sent(progress.run):
        follow(session, sent_run(progress), actor=actor, now=now)
        is_change = progress.survey.quick is None
        return standing(progress, is_recorded=True, is_change=is_change, is_new=is_new)
    if progress.survey.quick is not None and progress.survey.quick in progress.values:
        send_progress(session, actor, progress, now)
    return standing(progress, is_recorded=True, is_new=is_new)


def send_progress(session: Session, actor: Actor, progress: Progress, now: datetime) -> None:
    run = progress.run
    asked = {question.id for question in progress.asked}
    for question_id in [one for one in progress.answers if one not in asked]:
        session.delete(progress.answers.pop(question_id))
    run.status, run.sent_at, run.at_question = SurveyStatus.SENT, now, None
    session.flush()
    record(
        session,
        actor,
        Action.SURVEY_SENT,
        run,
        now=now,
        after={
            "survey": run.survey_id,
            "version": run.survey_version,
            "source": run.source.value,
            "issued_by": run.issued_by,
        },
    )
    end_silence(session, [run.id], now=now)
    follow(session, sent_run(load_progress(session, run.id)), actor=actor, now=now)


def sent_run(progress: Progress) -> SentRun:
    run = progress.run
    return SentRun(
        run_id=run.id,
        occasion=run.occasion,
        organization_id=run.organization_id,
        cycle_id=run.cycle_id,
        person_id=run.person_id,
        meeting_id=run.meeting_id,
        pair_id=run.pair_id,
        survey=progress.survey,
        values=dict(progress.values),
    )


def is_sent(run: SurveyRun) -> bool:
    return run.status is SurveyStatus.SENT


def standing(
    progress: Progress, *, is_recorded: bool, is_change: bool = False, is_new: bool = False
) -> Recorded:
    has_gone = is_sent(progress.run)
    is_done = has_gone and progress.current is None
    return Recorded(progress.run.id, is_recorded, has_gone, is_done, is_change, is_new)
