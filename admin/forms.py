"""Questions as fields of a page, and what a posted form says about each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from admin.inputs import sent
from admin.languages import locale, sentence
from services.access.actors import Actor
from services.programmes.surveys import SEEN_BY, Option, Question, Survey
from services.programmes.values import NOT_APPLICABLE, NOT_APPLICABLE_ID, AnswerRefused, Raw, Tapped
from services.surveys.forms import Filled, fill_form, skip_rest
from services.surveys.runs import send

RATINGS = tuple(range(1, 11))
PLACES = 3  # of a ranking, when the question names no other number


@dataclass(frozen=True, slots=True)
class Field:
    """One question as the page draws it: `chosen` are marked choices, `written` stands in the text box.

    `is_kept`: an answer stands that this page may not show; an empty field leaves it.
    """

    question: Question
    options: tuple[Option, ...]
    chosen: tuple[str, ...]
    written: str
    fault: str
    seen_by: str
    places: int
    is_kept: bool

    @property
    def name(self) -> str:
        return f"q_{self.question.id}"


def make_field(
    question: Question,
    value: object,
    people: Sequence[Option],
    *,
    fault: AnswerRefused | None = None,
    is_kept: bool = False,
) -> Field:
    """The field with what was kept, or on a form that comes back with what was typed: nothing is lost."""
    if request.method == "POST":
        posted = sent()
        chosen = tuple(posted.getlist(f"q_{question.id}"))
        if posted.get(f"q_{question.id}_na"):
            chosen = (NOT_APPLICABLE_ID,)
        is_choice = question.kind in {"single", "multi"}
        written = posted.get(f"q_{question.id}_own", "") if is_choice else posted.get(f"q_{question.id}", "")
    else:
        chosen, written = _show(question, value)
    return Field(
        question=question,
        options=tuple(people) if question.kind == "person_rank" else question.options,
        chosen=chosen,
        written=written,
        fault=sentence(fault) if fault is not None else "",
        seen_by=SEEN_BY[question.seen_by].get(locale()),
        places=question.max_choices or PLACES,
        is_kept=is_kept,
    )


def _show(question: Question, value: object) -> tuple[tuple[str, ...], str]:
    if value is None:
        return (), ""
    if value == NOT_APPLICABLE:
        return (NOT_APPLICABLE_ID,), ""
    if isinstance(value, bool):
        return ("yes" if value else "no",), ""
    if question.kind in {"single", "multi", "person_rank"}:
        given = value if isinstance(value, list) else [value]
        own = next((one["other"] for one in given if isinstance(one, dict) and "other" in one), "")
        return tuple(one for one in given if isinstance(one, str)), own
    return (str(value),), str(value)


def read_form(questions: Sequence[Question]) -> dict[str, Raw | None]:
    """What the form says about each question; None where it was left empty."""
    return {one.id: _read(one, sent()) for one in questions}


def fill_sent(
    session: Session, *, actor: Actor, run_id: int, survey: Survey, is_sending: bool, now: datetime
) -> Filled:
    """Keep what is right of the form; send the sheet only when all of it is, and once.

    Raises what fill_form, skip_rest and send raise.
    """
    given = read_form(survey.questions())
    if not is_sending:  # what is empty so far is not skipped: it may still be filled in
        given = {name: raw for name, raw in given.items() if raw is not None}
    filled = fill_form(session, actor=actor, run_id=run_id, given=given, now=now)
    if not (is_sending and filled.is_complete) or filled.is_sent:
        return filled
    skip_rest(session, actor=actor, run_id=run_id, now=now)
    send(session, actor=actor, run_id=run_id, now=now)
    return replace(filled, is_sent=True)


def _read(question: Question, posted: MultiDict[str, str]) -> Raw | None:
    name = f"q_{question.id}"
    if question.kind in {"single", "multi", "person_rank"}:
        chosen = tuple(dict.fromkeys(one for one in posted.getlist(name) if one))
        own = posted.get(f"{name}_own", "").strip() if question.other else ""
        if question.kind == "single" and own and chosen:
            chosen = ()  # own words say more than the button beside them
        return Tapped(chosen, own or None) if chosen or own else None
    if question.not_applicable and posted.get(f"{name}_na"):
        return Tapped((NOT_APPLICABLE_ID,))
    written = posted.get(name, "")
    if not written.strip():
        return None
    return Tapped((written,)) if question.kind in {"rating10", "scale3", "yes_no"} else written


def faults_of(fields: Sequence[Field]) -> Mapping[str, str]:
    """The question of each refused field: the refusal itself stands beside the field."""
    return {field.name: field.question.text.get(locale()) for field in fields if field.fault}
