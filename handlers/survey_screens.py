"""How a survey looks in the chat: one question a message, honest parts, a review.

See docs/design.md#conversation.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.menu import MenuPart, to_menu
from notices.buttons import (
    ContinueDo,
    ContinueTap,
    FeedbackDo,
    FeedbackTap,
    MyDataDo,
    MyDataTap,
    SurveyDo,
    SurveyTap,
)
from notices.language import Translator, escape
from notices.letters import Action, Letter, Rows, in_rows
from services.access.errors import NotFound
from services.consents.states import has_consent
from services.delivery.conversations import Participant
from services.joining.web_forms import is_form_only
from services.programmes.answers import describe
from services.programmes.running import current_cycle
from services.programmes.surveys import SEEN_BY, Question
from services.programmes.values import NOT_APPLICABLE_ID
from services.surveys.steps import RunFacts, Step, list_changeable, list_unsent, read_step

REVIEW_PAGE = 8
ANSWER_SHOWN = 80  # characters of an answer in the review; the whole stands at its question
SHORT_LABEL = 17  # two such buttons fit a phone's width
FEW_NUMBERS = 11  # an int with no more values than this is answered by buttons
RATING_ROW = 5
RATING_TOP = 10


def survey_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    step = read_own_step(session, chat, now)
    if step is None:
        return None
    if step.question is not None:
        return draw_question(step, step.question, t)
    page = int(chat.data.get("page", 0))
    if step.is_review:
        return draw_review(step, page, t)
    return draw_sent(step, page, chat, t) if step.survey.quick is None else None


def read_own_step(session: Session, chat: Participant, now: datetime) -> Step | None:
    """The run of the current flow, if it is the person's own and they may still answer."""
    try:
        step = read_step(session, run_id=int(chat.data.get("run_id", 0)))
    except NotFound:
        return None
    if step.person_id != chat.person_id:
        return None
    if is_form_only(session, run_id=step.run_id):
        return None
    is_answerable = step.is_open or (step.change_until is not None and step.change_until > now)
    return step if is_answerable and has_consent(session, chat.person_id) else None


# --- one question --------------------------------------------------------------------------------------


def draw_question(step: Step, question: Question, t: Translator) -> Letter:
    locale = t.locale
    part = t(
        "part {block} of {blocks} · {title}",
        block=step.block,
        blocks=step.blocks,
        title=step.block_title.get(locale) if step.block_title else "",
    )
    lines = [f"<i>{escape(step.survey.title.get(locale))} · {part}</i>"]
    if step.about:
        lines.append(t("About: {name}", name=step.about))
    if step.is_first and step.draft is None and step.survey.quick is None:
        lines.append(escape(step.survey.intro.get(locale)))
    lines.append(f"<b>{escape(question.text.get(locale))}</b>")
    if step.is_answered:
        lines.append(t("Your answer: {answer}", answer=describe(question, step.draft, locale, step.people)))
    rows = _answers(step, question, t)
    lines += filter(None, ("\n".join(_hints(question, t)), "" if rows else _ask_to_write(step, question, t)))
    lines.append(f"<i>{escape(SEEN_BY[question.seen_by].get(locale))}</i>")
    return Letter("\n\n".join(lines), (*rows, *_ways(step, question, t)))


def _hints(question: Question, t: Translator) -> list[str]:
    hints = []
    if question.low is not None and question.high is not None:
        ends = {"low": question.low.get(t.locale), "high": question.high.get(t.locale)}
        hints.append(t("1 – {low}, 10 – {high}", **ends))
    hints += [f"{number} – {escape(text.get(t.locale))}" for number, text in enumerate(question.anchors)]
    if question.kind == "multi" and question.max_choices is None and question.hint is None:
        hints.append(t("Several may be ticked."))
    if question.hint is not None:
        hints.append(escape(question.hint.get(t.locale)))
    if question.kind == "person_rank":
        hints.append(t("A name may also be written. Nobody but the curator learns of your choice."))
    if question.other:
        hints.append(t("Nothing fits? Write your own in a message."))
    return hints


def _ask_to_write(step: Step, question: Question, t: Translator) -> str:
    if question.kind == "person_rank" and not step.people:
        return t("There is nobody to choose from yet: please skip this question.")
    if question.example is None:
        return t("Write your answer in a message.")
    example = question.example.get(t.locale)
    return t("Write your answer in a message, for example: “{example}”", example=example)


def _answers(step: Step, question: Question, t: Translator) -> Rows:
    match question.kind:
        case "rating10":
            rows = in_rows(_scale(step, question, 1, RATING_TOP), RATING_ROW)
        case "scale3":
            rows = in_rows(_scale(step, question, 0, 2), 3)
        case "int":
            numbers = _numbers(question)
            rows = in_rows(_scale(step, question, numbers[0], numbers[-1]), 6) if numbers else ()
        case "yes_no":
            rows = (
                (_pick(step, question, t.label("Yes"), "yes"), _pick(step, question, t.label("No"), "no")),
            )
        case "single":
            rows = _fit_rows(
                [
                    _pick(step, question, option.text.get(t.locale), str(index))
                    for index, option in enumerate(question.options)
                ]
            )
        case "multi":
            rows = _ticks(step, question, t)
        case "person_rank":
            rows = _ranks(step, question, t)
        case _:
            rows = ()
    if question.not_applicable:
        rows = (*rows, (_pick(step, question, t.label("Does not apply to me"), NOT_APPLICABLE_ID),))
    return rows


def _numbers(question: Question) -> range:
    """Values of a narrow int question; empty when there are too many to tap."""
    if question.kind != "int" or question.minimum is None or question.maximum is None:
        return range(0)
    values = range(question.minimum, question.maximum + 1)
    return values if len(values) <= FEW_NUMBERS else range(0)


def _scale(step: Step, question: Question, low: int, high: int) -> list[Action]:
    return [
        _pick(step, question, f"✓ {number}" if step.draft == number else str(number), str(number))
        for number in range(low, high + 1)
    ]


def _pick(step: Step, question: Question, label: str, value: str) -> Action:
    return Action(label, SurveyTap(SurveyDo.PICK, step.run_id, question.id, value))


def _ticks(step: Step, question: Question, t: Translator) -> Rows:
    draft = step.draft if isinstance(step.draft, list) else []
    actions = []
    for index, option in enumerate(question.options):
        is_on = option.id in draft
        label = option.text.get(t.locale)
        actions.append(
            Action(
                f"✓ {label}" if is_on else label,
                SurveyTap(SurveyDo.TICK, step.run_id, question.id, index=index, is_on=not is_on),
            )
        )
    rows = _fit_rows(actions)
    own = next((one["other"] for one in draft if isinstance(one, dict) and "other" in one), None)
    if own is not None:
        label = own if len(own) <= 2 * SHORT_LABEL else own[: 2 * SHORT_LABEL] + "…"
        rows = (*rows, (Action(f"✓ {label}", SurveyTap(SurveyDo.UNTICK_OWN, step.run_id, question.id)),))
    return (
        (*rows, (Action(t.label("Done"), SurveyTap(SurveyDo.DONE, step.run_id, question.id)),))
        if draft
        else rows
    )


def _ranks(step: Step, question: Question, t: Translator) -> Rows:
    """People by name; a mark is the place that was given: the first tap is the first place."""
    draft = step.draft if isinstance(step.draft, list) else []
    places = {one: number for number, one in enumerate(draft, start=1)}
    actions = [
        Action(
            f"{places[one.id]}. {one.text.get(t.locale)} ✓" if one.id in places else one.text.get(t.locale),
            SurveyTap(
                SurveyDo.RANK, step.run_id, question.id, person_id=int(one.id), is_on=one.id not in places
            ),
        )
        for one in step.people
    ]
    rows = tuple((one,) for one in actions)
    return (
        (*rows, (Action(t.label("Done"), SurveyTap(SurveyDo.DONE, step.run_id, question.id)),))
        if draft
        else rows
    )


def _fit_rows(actions: list[Action]) -> Rows:
    """Two short buttons share a row, a long one stands alone."""
    rows: list[tuple[Action, ...]] = []
    for action in actions:
        is_short = len(action.label) <= SHORT_LABEL
        if is_short and rows and len(rows[-1]) == 1 and len(rows[-1][0].label) <= SHORT_LABEL:
            rows[-1] = (rows[-1][0], action)
        else:
            rows.append((action,))
    return tuple(rows)


def _ways(step: Step, question: Question, t: Translator) -> Rows:
    """Back, on, away."""
    here = (step.run_id, question.id)
    moves = []
    if step.can_go_back:
        moves.append(Action(t.label("‹ Back"), SurveyTap(SurveyDo.BACK, *here)))
    if step.is_answered:
        moves.append(Action(t.label("Leave as it is"), SurveyTap(SurveyDo.KEEP, *here)))
    elif question.optional and not step.draft:  # with ticks made, Done is the way on
        moves.append(Action(t.label("Skip"), SurveyTap(SurveyDo.SKIP, *here)))
    if step.is_open:
        moves.append(Action(t.label("Pause"), SurveyTap(SurveyDo.PAUSE, step.run_id)))
        return (tuple(moves),)
    if step.survey.quick is None:
        if not step.is_answered:
            moves.append(Action(t.label("Leave it"), SurveyTap(SurveyDo.FINISH, step.run_id)))
        return (tuple(moves),)
    rows: Rows = ((Action(t.label("That is all"), SurveyTap(SurveyDo.FINISH, step.run_id)),),)
    return (tuple(moves), *rows) if moves else rows


# --- review --------------------------------------------------------------------------------------------


def draw_review(step: Step, page: int, t: Translator) -> Letter:
    """All answers in pages; a number under the list changes that answer."""
    lines = [
        f"<b>{escape(step.survey.title.get(t.locale))}</b>",
        t("Please check your answers. To change one, press or write its number."),
    ]
    listed, rows = _list_answers(step, page, t)
    rows.append((Action(t.label("Send"), SurveyTap(SurveyDo.SEND, step.run_id)),))
    rows.append((Action(t.label("Pause"), SurveyTap(SurveyDo.PAUSE, step.run_id)),))
    return Letter("\n\n".join([*lines, *listed]), tuple(rows))


def draw_sent(step: Step, page: int, chat: Participant, t: Translator) -> Letter:
    """What was sent, while it may still be changed: each change is kept and counts at once."""
    assert step.change_until is not None
    until = step.change_until.astimezone(chat.zone)
    lines = [
        f"<b>{escape(step.survey.title.get(t.locale))}</b>",
        t(
            "Your answers are sent. You may change them until {day}, {time}: press or write a number, "
            "the change counts at once.",
            day=t.month_day(until.date()),
            time=t.clock(until.time()),
        ),
    ]
    listed, rows = _list_answers(step, page, t)
    rows.append((to_menu(t),))
    return Letter("\n\n".join([*lines, *listed]), tuple(rows))


def _list_answers(step: Step, page: int, t: Translator) -> tuple[list[str], list[tuple[Action, ...]]]:
    given = step.given
    last = max(0, (len(given) - 1) // REVIEW_PAGE)
    page = min(max(page, 0), last)
    shown = list(enumerate(given, start=1))[page * REVIEW_PAGE : (page + 1) * REVIEW_PAGE]
    answers = []
    for number, one in shown:
        answer = describe(one.question, one.value, t.locale, step.people)
        if len(answer) > ANSWER_SHOWN:
            answer = answer[:ANSWER_SHOWN].rstrip() + "…"
        answers.append(f"{number}. {escape(one.question.text.get(t.locale))}\n<b>{escape(answer)}</b>")
    lines = ["\n".join(answers)]
    if last:
        lines.append(t("Page {page} of {pages}", page=page + 1, pages=last + 1))
    numbers = [
        Action(str(number), SurveyTap(SurveyDo.CHANGE, step.run_id, one.question.id)) for number, one in shown
    ]
    pages = []
    if page > 0:
        pages.append(Action(t.label("‹ Earlier ones"), SurveyTap(SurveyDo.PAGE, step.run_id, page=page - 1)))
    if page < last:
        pages.append(Action(t.label("More answers ›"), SurveyTap(SurveyDo.PAGE, step.run_id, page=page + 1)))
    rows: list[tuple[Action, ...]] = [*in_rows(numbers, 4)]
    if pages:
        rows.append(tuple(pages))
    return lines, rows


# --- what waits ----------------------------------------------------------------------------------------


def menu_part(session: Session, chat: Participant, t: Translator, now: datetime) -> MenuPart:
    """Questionnaires that wait for the person, each with its button."""
    cycle = current_cycle(session, chat.organization_id)
    unsent = list_unsent(session, person_id=chat.person_id, cycle_id=cycle.id, now=now)
    titles = {run.id: " – ".join(filter(None, (run.title.get(t.locale), run.about))) for run in unsent}
    lines = [t("“{title}” waits for you.", title=titles[run.id]) for run in unsent]
    actions = [
        Action(
            t.label("Continue the questionnaire")
            if len(unsent) == 1
            else t.label("Continue: {title}", title=titles[run.id]),
            FeedbackTap(FeedbackDo.OPEN, run.id)
            if run.occasion == "feedback"
            else ContinueTap(ContinueDo.SURVEY, run.id),
        )
        for run in unsent
    ]
    return MenuPart(lines, actions)


def list_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    part = menu_part(session, chat, t, now)
    lines = part.lines or [t("No questionnaire is waiting for you now.")]
    rows = [(action,) for action in part.actions]
    for run in _list_changeable(session, chat, now):
        lines.append(t("“{title}” is sent and may still be changed.", title=run.title.get(t.locale)))
        label = t.label("Change: {title}", title=run.title.get(t.locale))
        rows.append((Action(label, ContinueTap(ContinueDo.SURVEY, run.id)),))
    rows.append((Action(t.label("My answers"), MyDataTap(MyDataDo.ANSWERS, 0)),))
    rows.append((to_menu(t),))
    return Letter("\n\n".join(lines), tuple(rows))


def _list_changeable(session: Session, chat: Participant, now: datetime) -> list[RunFacts]:
    cycle = current_cycle(session, chat.organization_id)
    sent = list_changeable(session, person_id=chat.person_id, cycle_id=cycle.id, now=now)
    return [run for run in sent if not is_form_only(session, run_id=run.id)]
