"""Where a run of a survey stands: computed from its answers, so nothing can get lost.

See docs/design.md#conversation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.people import Person
from models.surveys import UNSENT, Answer, RunOccasion, SurveyRun, SurveyStatus
from models.unit_notes import UnitNotes
from services.access.records import find
from services.people.pseudonyms import name_partner
from services.programmes.running import pack_of, settings_of
from services.programmes.surveys import Block, Option, Question, Survey
from services.programmes.texts import Text
from services.surveys.candidates import list_candidates, name_chosen


@dataclass(frozen=True, slots=True)
class Given:
    """A question and what was answered; None is a skipped one."""

    question: Question
    value: object


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be shown next.

    `question` is None at the review (of what is not sent yet) and when nothing is left to ask.
    `draft` is the answer so far: an earlier one, or the ticks of a choice not finished.
    `block` of `blocks` counts only parts that hold a question for this person.
    """

    run_id: int
    person_id: int | None
    meeting_id: int | None
    survey: Survey
    status: SurveyStatus
    question: Question | None
    draft: object
    is_answered: bool
    block: int
    blocks: int
    block_title: Text | None
    can_go_back: bool
    given: tuple[Given, ...]
    people: tuple[Option, ...] = ()  # to choose from, where a question is about people
    change_until: datetime | None = None  # of a sent one
    closes_at: datetime | None = None
    about: str = ""  # whom a mentor answers about, as the chat may call them

    @property
    def is_open(self) -> bool:
        """Not sent yet, and may be."""
        return self.status in UNSENT

    @property
    def is_review(self) -> bool:
        return self.question is None and self.is_open

    @property
    def is_sent(self) -> bool:
        return self.status is SurveyStatus.SENT

    @property
    def is_first(self) -> bool:
        return not self.given and not self.can_go_back


@dataclass(frozen=True, slots=True)
class SentRun:
    """A sent survey; `values` by question, a skipped one is None."""

    run_id: int
    occasion: RunOccasion
    organization_id: int
    cycle_id: int
    person_id: int | None
    meeting_id: int | None
    pair_id: int | None
    survey: Survey
    values: Mapping[str, object]


class Progress:
    """A run with its definition and its answers; `answers` holds unfinished ticks as well."""

    def __init__(self, run: SurveyRun, survey: Survey, answers: dict[str, Answer]) -> None:
        self.run = run
        self.survey = survey
        self.answers = answers

    @cached_property
    def values(self) -> dict[str, object]:
        """Finished answers by question; a skipped one is None."""
        return {
            question_id: answer.value["value"] if answer.value else None
            for question_id, answer in self.answers.items()
            if answer.is_final
        }

    @cached_property
    def asked(self) -> list[Question]:
        return list(self.survey.asked(self.values))

    @cached_property
    def current(self) -> Question | None:
        for question in self.asked:
            if question.id == self.run.at_question:
                return question
        return next((question for question in self.asked if question.id not in self.values), None)

    @property
    def blocks(self) -> list[Block]:
        asked = {question.id for question in self.asked}
        return [
            block for block in self.survey.blocks if any(question.id in asked for question in block.questions)
        ]

    @property
    def previous(self) -> Question | None:
        """The question that "back" leads to; from the review it is the last one."""
        if self.current is None:
            return self.asked[-1] if self.asked else None
        place = self.asked.index(self.current)
        return self.asked[place - 1] if place else None

    @property
    def is_complete(self) -> bool:
        return all(question.id in self.values for question in self.asked)


_ANSWERS = select(Answer).where(Answer.run_id == bindparam("run_id"))


NOTED: UnitNotes[Progress] = UnitNotes()


def load_progress(session: Session, run_id: int, *, is_locked: bool = False) -> Progress:
    """Raises NotFound. What a unit has locked it need not read again: `note_progress`."""
    noted = NOTED.find(session, run_id)
    if noted is not None:
        return Progress(noted.run, noted.survey, noted.answers)
    run = find(session, SurveyRun, run_id, lock=is_locked)
    survey = pack_of(session, cycle_id=run.cycle_id).survey(run.survey_id)
    answers = session.scalars(_ANSWERS, {"run_id": run_id})
    return Progress(run, survey, {answer.question_id: answer for answer in answers})


def note_progress(session: Session, progress: Progress) -> None:
    """For the screen that follows in this unit: nobody else changes a run that is locked here.

    Whoever takes answers out of the database takes them out of `answers` as well.
    """
    NOTED.note(session, progress.run.id, progress)


def read_step(session: Session, *, run_id: int) -> Step:
    """Where a run stands. The caller has made sure that the reader may see it. Raises NotFound."""
    progress = load_progress(session, run_id)
    run, question = progress.run, progress.current
    draft: object = None
    number, title = 0, None
    blocks = progress.blocks
    if question is not None:
        answer = progress.answers.get(question.id)
        draft = answer.value["value"] if answer and answer.value else None
        block = progress.survey.block_of(question.id)
        number, title = blocks.index(block) + 1, block.title
    return Step(
        run_id=run.id,
        person_id=run.person_id,
        meeting_id=run.meeting_id,
        survey=progress.survey,
        status=run.status,
        question=question,
        draft=draft,
        is_answered=question is not None and question.id in progress.values,
        block=number,
        blocks=len(blocks),
        block_title=title,
        can_go_back=progress.previous is not None,
        given=tuple(
            Given(one, progress.values[one.id]) for one in progress.asked if one.id in progress.values
        ),
        people=_people_of(session, progress),
        change_until=find_change_end(session, progress),
        closes_at=run.closes_at,
        about=_name_about(session, run),
    )


def _name_about(session: Session, run: SurveyRun) -> str:
    if run.about_person_id is None:
        return ""
    person = session.get_one(Person, run.about_person_id)
    return name_partner(session, person, cycle_id=run.cycle_id, pair_id=run.pair_id)


def find_change_end(session: Session, progress: Progress) -> datetime | None:
    """Until when a sent survey may be changed: the pack's days after sending, never beyond its closing; one
    that is sent by a single tap may be added to until it closes. None while it is not sent.
    """
    run = progress.run
    if run.status is not SurveyStatus.SENT or run.sent_at is None:
        return None
    if progress.survey.quick is not None and run.closes_at is not None:
        return run.closes_at
    end = run.sent_at + timedelta(days=settings_of(session, cycle_id=run.cycle_id).survey_change_days)
    return min(end, run.closes_at) if run.closes_at is not None else end


def _people_of(session: Session, progress: Progress) -> tuple[Option, ...]:
    known = list_candidates(session, progress.run, progress.survey)
    ranked = {one.id for one in progress.survey.questions() if one.kind == "person_rank"}
    named = [
        str(one)
        for question_id, answer in progress.answers.items()
        if question_id in ranked and answer.value and isinstance(answer.value["value"], list)
        for one in answer.value["value"]
    ]
    return name_chosen(session, named, known) if named else known


@dataclass(frozen=True, slots=True)
class RunFacts:
    id: int
    survey_id: str
    title: Text
    status: SurveyStatus
    occasion: RunOccasion
    opened_at: datetime
    closes_at: datetime | None
    about: str = ""


def list_unsent(session: Session, *, person_id: int, cycle_id: int, now: datetime) -> list[RunFacts]:
    """What a person has not sent yet and still may, oldest first."""
    found = session.scalars(
        select(SurveyRun)
        .where(
            SurveyRun.person_id == person_id,
            SurveyRun.cycle_id == cycle_id,
            SurveyRun.status.in_(UNSENT),
        )
        .order_by(SurveyRun.id)
    ).all()
    pack = pack_of(session, cycle_id=cycle_id)
    return [
        _facts(session, run, pack.survey(run.survey_id))
        for run in found
        if run.closes_at is None or run.closes_at > now
    ]


def _facts(session: Session, run: SurveyRun, survey: Survey) -> RunFacts:
    return RunFacts(
        id=run.id,
        survey_id=run.survey_id,
        title=survey.title,
        status=run.status,
        occasion=run.occasion,
        opened_at=run.opened_at,
        closes_at=run.closes_at,
        about=_name_about(session, run),
    )


def list_changeable(session: Session, *, person_id: int, cycle_id: int, now: datetime) -> list[RunFacts]:
    """What a person has sent and may still change, the newest first; feedback has a way of its own."""
    longest = now - timedelta(days=settings_of(session, cycle_id=cycle_id).survey_change_days)
    runs = session.scalars(
        select(SurveyRun)
        .where(
            SurveyRun.person_id == person_id,
            SurveyRun.cycle_id == cycle_id,
            SurveyRun.status == SurveyStatus.SENT,
            SurveyRun.sent_at > longest,
        )
        .order_by(SurveyRun.id.desc())
    )
    pack = pack_of(session, cycle_id=cycle_id)
    return [
        RunFacts(run.id, run.survey_id, survey.title, run.status, run.occasion, run.opened_at, run.closes_at)
        for run in runs
        if (survey := pack.survey(run.survey_id)).quick is None
        and (run.closes_at is None or run.closes_at > now)
    ]


def silence_key(run_id: int) -> str:
    """The key of the curator's task about a run that stays without an answer."""
    return f"survey:{run_id}:silent"
