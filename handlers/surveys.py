"""The one survey runner: whatever is tapped or typed is kept at once, then the next question is shown.

Which question is next is computed (services.surveys.steps), so a restart, a pause of days, a double tap and
an old button all end at the right screen.
"""

import re
from collections.abc import Callable
from typing import Any

from aiogram import Router
from aiogram.types import Message

from handlers.filters import Flow, Typed
from handlers.forms import send_form
from handlers.survey_screens import read_own_step
from handlers.talk import Talk
from handlers.taps import Taps
from notices.buttons import ContinueDo, ContinueTap, SurveyDo, SurveyTap
from notices.taps import Do
from services.joining.web_forms import is_form_only
from services.programmes.answers import AnswerRefused, check_answer, describe
from services.programmes.surveys import TEXT_KINDS, Question
from services.surveys import runs
from services.surveys.runs import Recorded
from services.surveys.steps import Step, read_step

router = Router(name="surveys")
on_survey = Taps(router, SurveyTap)
on_continue = Taps(router, ContinueTap)

SKIP_WORDS = {"пропустить", "skip"}
SEND_WORDS = {"отправить", "send"}
BACK_WORDS = {"назад", "back"}
STEPS: dict[Do, Callable[..., Recorded]] = {
    SurveyDo.DONE: runs.finish_ticks,
    SurveyDo.SKIP: runs.skip_question,
    SurveyDo.KEEP: runs.confirm_answer,
    SurveyDo.BACK: runs.go_back,
    SurveyDo.CHANGE: runs.change_answer,
    SurveyDo.SEND: runs.send,
}
"""Buttons that take one question, or the whole, a step on, by the service that does it."""
IS_CHANGED = "is_changed"
"""Noted in the chat while choices of an answer that was sent are ticked: "done" itself changes nothing."""


@on_survey(SurveyDo.PICK)
async def pick(tap: SurveyTap, talk: Talk) -> None:
    """No read before the write: most of what people do in the chat is this tap."""
    await answer(talk, tap.run_id, runs.record_pick, question_id=tap.question, picked=tap.value)


def find_question(step: Step, question_id: str) -> Question | None:
    return next((one for one in step.survey.questions() if one.id == question_id), None)


def _option_id(question: Question | None, index: str | int) -> str:
    """The option at this place; an empty id, which nothing accepts, for a button that was made up."""
    options = question.options if question else ()
    place = int(index) if str(index).isdecimal() else len(options)
    return options[place].id if place < len(options) else ""


@on_survey(SurveyDo.TICK)
async def tick(tap: SurveyTap, talk: Talk) -> None:
    run = await talk.read(read_step, run_id=tap.run_id)
    await _tick(tap, talk, _option_id(find_question(run, tap.question), tap.index))


@on_survey(SurveyDo.RANK)
async def rank(tap: SurveyTap, talk: Talk) -> None:
    await _tick(tap, talk, str(tap.person_id))


@on_survey(SurveyDo.UNTICK_OWN)
async def untick_own(tap: SurveyTap, talk: Talk) -> None:
    await _tick(tap, talk, "other")


async def _tick(tap: SurveyTap, talk: Talk, option_id: str) -> None:
    facts: dict[str, Any] = {"question_id": tap.question, "option_id": option_id, "is_on": tap.is_on}
    await answer(talk, tap.run_id, runs.tick_option, **facts)


@on_survey(*STEPS)
async def step(tap: SurveyTap, talk: Talk) -> None:
    about = {"question_id": tap.question} if "question" in tap.do.facts else {}
    await answer(talk, tap.run_id, STEPS[tap.do], **about)


@on_survey(SurveyDo.PAGE)
async def turn_page(tap: SurveyTap, talk: Talk) -> None:
    await talk.enter("survey", run_id=tap.run_id, page=tap.page, **_change_of(talk))


@on_survey(SurveyDo.PAUSE)
async def pause(tap: SurveyTap, talk: Talk) -> None:
    talk.go(None)
    await talk.act(runs.pause_run, actor=talk.actor, run_id=tap.run_id)
    await talk.show(talk.t("Every answer is kept. Come back whenever it suits you."))


@on_survey(SurveyDo.FINISH)
async def finish(tap: SurveyTap, talk: Talk) -> None:
    step = await talk.read(read_step, run_id=tap.run_id)
    talk.go(None)
    if step.survey.quick is None:  # what was sent stays as it is
        await talk.act(runs.leave_change, actor=talk.actor, run_id=tap.run_id)
        await talk.show()
        return
    await talk.act()
    await talk.show(step.survey.outro.get(talk.t.locale))


@on_continue(ContinueDo.SURVEY)
async def resume(tap: ContinueTap, talk: Talk) -> None:
    if await talk.read(is_form_only, run_id=tap.run_id):
        await send_form(talk)
        return
    talk.go("survey", run_id=tap.run_id)
    await talk.act(runs.resume_run, actor=talk.actor, run_id=tap.run_id)
    await talk.show(here=True)


@router.message(Flow("survey"), Typed())
async def read_typed(message: Message, talk: Talk) -> None:
    typed = (message.text or "").strip()
    step = await talk.read(read_own_step, chat=talk.participant, now=talk.now)
    if step is None:
        await talk.show()
    elif step.question is None:
        await _read_at_review(talk, step, typed)
    elif typed.casefold() in SKIP_WORDS:  # refused in words where an answer is needed, never kept as one
        await answer(talk, step.run_id, runs.skip_question, question_id=step.question.id)
    elif typed.casefold() in BACK_WORDS:
        await answer(talk, step.run_id, runs.go_back, question_id=step.question.id)
    elif step.question.kind in {"multi", "person_rank"}:
        await answer(talk, step.run_id, runs.add_typed, question_id=step.question.id, typed=typed)
    else:
        question = step.question
        note = _describe_understood(question, typed, talk)
        await answer(talk, step.run_id, runs.record_answer, note=note, question_id=question.id, raw=typed)


def _describe_understood(question: Question, typed: str, talk: Talk) -> str | None:
    """How a typed answer was read, where that is more than what was typed: "5" is the fifth button, "2 года"
    are 24 months. None also for what will be refused.
    """
    if question.kind in TEXT_KINDS:
        return None
    try:
        value = check_answer(question, typed)
    except AnswerRefused:
        return None
    read = describe(question, value, talk.t.locale)
    if typed.casefold() in {str(value).casefold(), read.casefold()}:
        return None
    return talk.t("Understood as: <b>{answer}</b>", answer=read)


async def _read_at_review(talk: Talk, step: Step, typed: str) -> None:
    if step.is_open and typed.casefold() in SEND_WORDS:
        await answer(talk, step.run_id, runs.send)
    elif re.fullmatch(r"[0-9]{1,3}", typed) and 1 <= int(typed) <= len(step.given):
        question = step.given[int(typed) - 1].question
        await answer(talk, step.run_id, runs.change_answer, question_id=question.id)
    elif step.is_sent:
        await talk.show(talk.t("To change an answer write its number."))
    else:
        await talk.show(
            talk.t("To change an answer write its number; if all is right, press Send under the list.")
        )


def _change_of(talk: Talk) -> dict[str, Any]:
    return {name: value for name, value in talk.chat.data.items() if name == IS_CHANGED}


async def answer(talk: Talk, run_id: int, fn: Any, note: str | None = None, **facts: Any) -> None:
    """The one write of a step, and where it leads: a survey that is done leads home with its last words."""
    change = _change_of(talk)

    def lead(recorded: Recorded) -> tuple[str | None, dict[str, Any]]:
        if recorded.is_done and not recorded.is_change:
            return None, {}
        page = talk.chat.data.get("page")
        is_ticking = recorded.is_sent and not recorded.is_change
        begun = {IS_CHANGED: True} if is_ticking and (recorded.is_new or change) else {}
        return "survey", {"run_id": run_id, **({"page": page} if page else {}), **begun}

    recorded = await talk.act(fn, actor=talk.actor, run_id=run_id, then=lead, **facts)
    if recorded.is_change:
        kept = talk.t("The change is kept.") if recorded.is_new or change else talk.t("Nothing was changed.")
        await talk.show(kept if recorded.is_done else None)
    elif recorded.is_done and (recorded.is_recorded or fn is runs.send):  # a double tap thanks once more
        step = await talk.read(read_step, run_id=run_id)
        await talk.show(step.survey.outro.get(talk.t.locale))
    else:
        await talk.show(note if recorded.is_recorded else None)
