"""Answering a survey by a one-time link, without sign-in: part by part, on a phone, nothing lost."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from admin import storage
from admin.calls import do, see
from admin.forms import Field, faults_of, make_field, read_form
from admin.inputs import text
from admin.languages import label, locale, sentence
from admin.numbers import read_number
from admin.safety import LINK_LIMIT, limiter
from services.access.errors import N_, DomainError
from services.joining.web_forms import send_by_form
from services.programmes.surveys import Block, Question
from services.programmes.values import AnswerRefused, Raw
from services.surveys.forms import fill_form, skip_rest
from services.surveys.reading import Reader, tell
from services.surveys.recording import RunClosed
from services.surveys.runs import RunIncomplete
from services.surveys.steps import Step, read_step
from services.surveys.web_links import LinkFacts, LinkGone, LinkSpent, note_opened, read_survey_link

answering = Blueprint("answering", __name__)

Page = Response | str | tuple[str, int]

TYPED = "typed"
"""Where the cookie keeps which questions were answered in this browser, by run."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A run behind a link, and what was answered so far. `shown` are the questions whose answers the page may
    show: all of them by the person's own link; by a link of the staff those that this browser has typed in.
    """

    link: LinkFacts
    run_id: int
    step: Step
    values: dict[str, object]
    shown: frozenset[str]

    @property
    def blocks(self) -> list[Block]:
        """Parts that hold a question for this respondent."""
        survey = self.step.survey
        return [one for one in survey.blocks if any(survey.is_asked(q, self.values) for q in one.questions)]


def _read(token: str) -> Sheet:
    """Raises LinkGone."""
    link = see(read_survey_link, token=token)
    if link.run_id is None:
        raise LinkGone
    step = see(read_step, run_id=link.run_id)
    if not step.is_open:
        raise LinkGone
    values = {one.question.id: one.value for one in step.given}
    typed_here = cookie.get(TYPED, {}).get(str(link.run_id), [])
    shown = frozenset(values) if link.issued_by is None else frozenset(typed_here)
    return Sheet(link, link.run_id, step, values, shown)


def _note_typed(link: LinkFacts, given: Mapping[str, Raw | None]) -> None:
    """Remember in the browser's own cookie what was typed in it: ids of questions, never an answer."""
    if link.issued_by is not None:
        known = cookie.get(TYPED, {})
        here = {*known.get(str(link.run_id), []), *(name for name, raw in given.items() if raw is not None)}
        cookie[TYPED] = {str(link.run_id): sorted(here)}


@answering.route("/s/<token>", methods=["GET", "POST"], endpoint="part")
@limiter.limit(LINK_LIMIT)
def answer_part(token: str) -> Page:
    """One honest part of the survey: what is right is kept at once, what is not is said beside it."""
    try:
        sheet = _read(token)
        number = _number(sheet)
        if request.method == "GET":
            return _draw(token, sheet, number, {})
        block = sheet.blocks[number]
        given = _read_given(sheet, block)
        see(note_opened, link_id=sheet.link.id)
        filled = do(fill_form, actor=sheet.link.actor, run_id=sheet.run_id, given=given)
        _note_typed(sheet.link, given)
    except (LinkGone, RunClosed) as error:
        return _gone(error)
    sheet = _read(token)
    here = {one.id for one in sheet.blocks[number].questions}
    missing = {one: AnswerNeededHere() for one in filled.missing if one in here}
    faults: dict[str, AnswerRefused] = {**missing, **filled.faults}
    if faults and text("go") != "back":
        return _draw(token, sheet, number, faults)
    if text("go") == "back":
        return redirect(url_for("answering.part", token=token, part=max(number, 1)))
    if number + 1 < len(sheet.blocks):
        return redirect(url_for("answering.part", token=token, part=number + 2))
    return redirect(url_for("answering.review", token=token))


def _read_given(sheet: Sheet, block: Block) -> dict[str, Raw | None]:
    """What the form says; an answer that is kept and was not shown stays when its field was left empty."""
    given = read_form(block.questions)
    kept = sheet.values.keys() - sheet.shown
    return {name: raw for name, raw in given.items() if raw is not None or name not in kept}


class AnswerNeededHere(AnswerRefused):
    text = N_("Please answer this question.")


@answering.route("/s/<token>/review", methods=["GET", "POST"], endpoint="review")
@limiter.limit(LINK_LIMIT)
def review(token: str) -> Page:
    """All answers once more; sending uses the link up."""
    try:
        sheet = _read(token)
        if request.method == "GET":
            return _draw_review(token, sheet)
        see(skip_rest, actor=sheet.link.actor, run_id=sheet.run_id)
        do(send_by_form, link=sheet.link)
    except RunIncomplete:
        storage.session().rollback()
        return redirect(url_for("answering.part", token=token, part=_first_open(_read(token)) + 1))
    except (LinkGone, RunClosed) as error:
        return _gone(error)
    return render_template("panel/answering_done.html", text=sheet.step.survey.outro.get(locale()))


def _number(sheet: Sheet) -> int:
    """The part that the address names, else the first one with something left to answer."""
    wanted = read_number(request.args.get("part", "")) or 0
    if 1 <= wanted <= len(sheet.blocks):
        return wanted - 1
    return _first_open(sheet)


def _first_open(sheet: Sheet) -> int:
    survey = sheet.step.survey
    for number, block in enumerate(sheet.blocks):
        if any(survey.is_asked(q, sheet.values) and q.id not in sheet.values for q in block.questions):
            return number
    return 0


def _draw(token: str, sheet: Sheet, number: int, faults: dict[str, AnswerRefused]) -> Page:
    survey, block = sheet.step.survey, sheet.blocks[number]
    fields: list[Field] = [
        make_field(
            question,
            sheet.values.get(question.id) if question.id in sheet.shown else None,
            sheet.step.people,
            fault=faults.get(question.id),
            is_kept=question.id in sheet.values and question.id not in sheet.shown,
        )
        for question in block.questions
        if survey.is_asked(question, sheet.values) or question.when is not None
    ]
    page = render_template(
        "panel/answering.html",
        token=token,
        survey=survey,
        block=block,
        number=number,
        count=len(sheet.blocks),
        fields=fields,
        faults=faults_of(fields),
        hidden={one.id for one in block.questions if not survey.is_asked(one, sheet.values)},
        lang=locale(),
    )
    return (page, 422) if faults else page


def _draw_review(token: str, sheet: Sheet) -> Page:
    survey = sheet.step.survey
    parts = []
    for number, block in enumerate(sheet.blocks, start=1):
        lines = [
            (q.text.get(locale()), _describe_answer(sheet, q))
            for q in block.questions
            if survey.is_asked(q, sheet.values)
        ]
        parts.append((number, block.title.get(locale()), lines))
    return render_template(
        "panel/answering_review.html", token=token, survey=survey, parts=parts, lang=locale()
    )


def _describe_answer(sheet: Sheet, question: Question) -> str:
    if question.id in sheet.values and question.id not in sheet.shown:
        return label("answered, not shown here")
    told = tell(question, sheet.values.get(question.id), Reader.RESPONDENT)
    return told.words(locale(), sheet.step.people) or ""


def _gone(error: DomainError) -> Page:
    storage.session().rollback()
    if isinstance(error, LinkSpent):
        return render_template("panel/answering_done.html", text=sentence(error))
    return render_template("panel/answering_gone.html", text=sentence(error)), 410
