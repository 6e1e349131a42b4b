"""Answering a survey by a one-time link, without sign-in: part by part, on a phone, nothing lost."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin import storage
from admin.forms import Field, faults_of, make_field, read_form
from admin.languages import locale, sentence
from admin.numbers import read_number
from admin.safety import LINK_LIMIT, limiter
from services.errors import N_, DomainError
from services.programmes.descriptions import describe
from services.programmes.surveys import Block
from services.programmes.values import AnswerRefused
from services.surveys.forms import fill_form, skip_rest
from services.surveys.recording import RunClosed
from services.surveys.runs import RunIncomplete
from services.surveys.steps import Step, read_step
from services.web_forms import send_by_form
from services.web_links import SURVEY, LinkFacts, LinkGone, LinkSpent, note_opened, read_link

answering = Blueprint("answering", __name__)

Page = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A run behind a link, and what was answered so far."""

    link: LinkFacts
    run_id: int
    step: Step
    values: dict[str, object]

    @property
    def blocks(self) -> list[Block]:
        """Parts that hold a question for this respondent."""
        survey = self.step.survey
        return [one for one in survey.blocks if any(survey.is_asked(q, self.values) for q in one.questions)]


def _read(token: str) -> Sheet:
    """Raises LinkGone."""
    link = read_link(storage.session(), token=token, purpose=SURVEY, now=storage.now())
    if link.run_id is None:
        raise LinkGone
    step = read_step(storage.session(), run_id=link.run_id)
    if not step.is_open:
        raise LinkGone
    return Sheet(link, link.run_id, step, {one.question.id: one.value for one in step.given})


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
        note_opened(storage.session(), link_id=sheet.link.id, now=storage.now())
        filled = fill_form(
            storage.session(),
            actor=sheet.link.actor,
            run_id=sheet.run_id,
            given=read_form(block.questions, request.form),
            now=storage.now(),
        )
        storage.session().commit()
    except (LinkGone, RunClosed) as error:
        return _gone(error)
    sheet = _read(token)
    here = {one.id for one in sheet.blocks[number].questions}
    missing = {one: AnswerNeededHere() for one in filled.missing if one in here}
    faults: dict[str, AnswerRefused] = {**missing, **filled.faults}
    if faults and request.form.get("go") != "back":
        return _draw(token, sheet, number, faults)
    if request.form.get("go") == "back":
        return redirect(url_for("answering.part", token=token, part=max(number, 1)))
    if number + 1 < len(sheet.blocks):
        return redirect(url_for("answering.part", token=token, part=number + 2))
    return redirect(url_for("answering.review", token=token))


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
        skip_rest(storage.session(), actor=sheet.link.actor, run_id=sheet.run_id, now=storage.now())
        send_by_form(storage.session(), link=sheet.link, now=storage.now())
        storage.session().commit()
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
            sheet.values.get(question.id),
            sheet.step.people,
            locale(),
            posted=request.form if request.method == "POST" else None,
            fault=faults.get(question.id),
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
            (q.text.get(locale()), describe(q, sheet.values.get(q.id), locale(), sheet.step.people))
            for q in block.questions
            if survey.is_asked(q, sheet.values)
        ]
        parts.append((number, block.title.get(locale()), lines))
    return render_template(
        "panel/answering_review.html", token=token, survey=survey, parts=parts, lang=locale()
    )


def _gone(error: DomainError) -> Page:
    storage.session().rollback()
    if isinstance(error, LinkSpent):
        return render_template("panel/answering_done.html", text=sentence(error))
    return render_template("panel/answering_gone.html", text=sentence(error)), 410
