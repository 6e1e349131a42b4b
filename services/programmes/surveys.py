"""Surveys as data: what is asked, of whom, in which order, and who will see the answer.

See docs/domain.md#surveys.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, StrictBool, StrictInt, StrictStr, StringConstraints, model_validator

from services.programmes.texts import Content, Identifier, Text, text
from services.programmes.values import NOT_APPLICABLE

SurveyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
"""Longer than other ids: a survey's id never stands in callback data together with question and option."""

Audience = Literal["mentee", "mentor", "curator", "psychologist", "head", "partner"]
Kind = Literal[
    "rating10",
    "scale3",
    "single",
    "multi",
    "yes_no",
    "int",
    "text_short",
    "text_long",
    "date",
    "person_rank",
]
Unit = Literal["count", "years", "months", "hours"]
SeenBy = Literal["curator", "curator_and_psychologist", "pair", "totals", "only_me"]
Scalar = StrictBool | StrictInt | StrictStr

TEXT_KINDS: frozenset[str] = frozenset({"text_short", "text_long"})
CHOICE_KINDS: frozenset[str] = frozenset({"single", "multi"})
RANKING_KINDS: frozenset[str] = frozenset({"multi", "person_rank"})

SEEN_BY: Mapping[SeenBy, Text] = {
    "curator": text("Увидит только куратор", "Only the curator will see this"),
    "curator_and_psychologist": text(
        "Увидят куратор и педагог-психолог", "The curator and the psychologist will see this"
    ),
    "pair": text("Увидят ваша пара и куратор", "Your pair and the curator will see this"),
    "totals": text("Попадёт только в общие цифры, без имени", "Goes only into totals, without your name"),
    "only_me": text("Увидите только вы", "Only you will see this"),
}
"""The line under every input (docs/design.md#conversation)."""

SHORT_LIMIT = 300
LONG_LIMIT = 2000


class Condition(Content):
    """Ask only when an earlier answer is (or, for several choices, contains) the named value; with
    `answered` when it was answered at all, for kinds whose values no author can know.
    """

    question: Identifier
    equals: Scalar | None = None
    any_of: tuple[Scalar, ...] = ()
    answered: bool = False

    @model_validator(mode="after")
    def check_values(self) -> Self:
        """One way to name values, never two and never none."""
        if (self.equals is not None) + bool(self.any_of) + self.answered != 1:
            raise ValueError("give either equals or any_of, or answered = true")
        return self

    @property
    def values(self) -> tuple[Scalar, ...]:
        """Every value that lets the question be asked."""
        return self.any_of if self.equals is None else (self.equals,)

    def holds(self, answer: object) -> bool:
        """Compare type and value, because True equals 1 in Python and is not the same answer."""
        if self.answered:
            return answer not in (None, [], NOT_APPLICABLE)
        given = answer if isinstance(answer, list | tuple) else [answer]
        return any(type(one) is type(value) and one == value for one in given for value in self.values)


class Option(Content):
    """One choice; `alone` marks one that makes no sense beside others ("nothing for now")."""

    id: Identifier
    text: Text
    alone: bool = False


class Question(Content):
    """One question, one message.

    `other` lets a person give an own text beside the options; `reverse` marks a rating where 10 is bad;
    `label` names the answer in a word or two where the pair reads it ("Subject");
    `anchors` say in one sentence what 0, 1 and 2 mean; `comment_on` names the question that this optional
    text belongs to, so that a form may show both together; `private` keeps the answer out of every shared
    result, totals included.
    """

    id: Identifier
    kind: Kind
    text: Text
    label: Text | None = None
    hint: Text | None = None
    example: Text | None = None
    optional: bool = False
    not_applicable: bool = False
    options: tuple[Option, ...] = ()
    other: bool = False
    unit: Unit | None = None
    minimum: int | None = None
    maximum: int | None = None
    max_choices: int | None = Field(default=None, ge=1)
    max_length: int | None = Field(default=None, ge=1, le=4000)
    low: Text | None = None
    high: Text | None = None
    anchors: tuple[Text, ...] = ()
    reverse: bool = False
    comment_on: Identifier | None = None
    seen_by: SeenBy = "curator"
    private: bool = False
    when: Condition | None = None

    @model_validator(mode="after")
    def check_kind(self) -> Self:
        """A key that means nothing for this kind is a fault of the author, not a silent extra."""
        allowed: dict[str, bool] = {
            "options": self.kind in CHOICE_KINDS,
            "other": self.kind in CHOICE_KINDS,
            "unit": self.kind == "int",
            "minimum": self.kind == "int",
            "maximum": self.kind == "int",
            "max_choices": self.kind in RANKING_KINDS,
            "max_length": self.kind in TEXT_KINDS,
            "low": self.kind == "rating10",
            "high": self.kind == "rating10",
            "reverse": self.kind == "rating10",
            "anchors": self.kind == "scale3",
            "comment_on": self.kind in TEXT_KINDS,
        }
        for key, fits in allowed.items():
            if not fits and getattr(self, key) not in (None, False, ()):
                raise ValueError(f"{key} means nothing for the kind {self.kind}: remove it")
        if self.kind in CHOICE_KINDS and len(self.options) < 2:  # noqa: PLR2004 - one option is no choice
            raise ValueError("options: name at least two")
        if self.kind == "single" and any(option.alone for option in self.options):
            raise ValueError("alone means nothing for the kind single: remove it")
        if self.anchors and len(self.anchors) != 3:  # noqa: PLR2004 - 0, 1 and 2
            raise ValueError("anchors: give three, for 0, 1 and 2")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum is above maximum: swap them")
        return self

    @property
    def length_limit(self) -> int:
        """The longest accepted text, in characters."""
        return self.max_length or (SHORT_LIMIT if self.kind == "text_short" else LONG_LIMIT)

    def option(self, option_id: str) -> Option:
        """The option with this id; KeyError if there is none."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise KeyError(option_id)


class Block(Content):
    """An honest part of a survey: a person hears "part 1 of 4" and it is true."""

    id: Identifier
    title: Text
    questions: tuple[Question, ...] = Field(min_length=1)


class Survey(Content):
    """A whole survey. `quick` names the question whose answer alone sends it;

    See tap budget, docs/design.md#conversation.
    `also_for` are others who may fill it in, each in a run of their own.
    """

    code: Annotated[str, StringConstraints(pattern=r"^SV\d\d$")]
    id: SurveyId
    version: int = Field(ge=1)
    audience: Audience
    also_for: tuple[Audience, ...] = ()
    title: Text
    intro: Text
    outro: Text
    source: Annotated[str, StringConstraints(min_length=1)]
    quick: Identifier | None = None
    blocks: tuple[Block, ...] = Field(min_length=1)

    def questions(self) -> tuple[Question, ...]:
        """All questions in the order of asking, asked or not."""
        return tuple(question for block in self.blocks for question in block.questions)

    def question(self, question_id: str) -> Question:
        """The question with this id; KeyError if there is none."""
        for question in self.questions():
            if question.id == question_id:
                return question
        raise KeyError(question_id)

    def block_of(self, question_id: str) -> Block:
        """The block that holds the question; KeyError if none does."""
        for block in self.blocks:
            if any(question.id == question_id for question in block.questions):
                return block
        raise KeyError(question_id)

    def is_asked(self, question: Question, answers: Mapping[str, object]) -> bool:
        """Whether the answers so far lead to this question.

        A question behind a condition is asked only when the earlier one was itself asked: an answer that
        was given on a branch left since then opens nothing.
        """
        if question.when is None:
            return True
        earlier = self.question(question.when.question)
        if earlier.id not in answers or not self.is_asked(earlier, answers):
            return False
        return question.when.holds(answers[earlier.id])

    def asked(self, answers: Mapping[str, object]) -> Iterator[Question]:
        """The questions that these answers lead to, in order."""
        return (question for question in self.questions() if self.is_asked(question, answers))


def find_faults(survey: Survey) -> Iterator[tuple[str, str]]:
    """Faults that show only in the whole survey, each as (key, mend)."""
    blocks: set[str] = set()
    seen: dict[str, Question] = {}
    for block in survey.blocks:
        where = f"blocks.{block.id}"
        if block.id in blocks:
            yield where, "this id is taken by an earlier block: choose another"
        blocks.add(block.id)
        for question in block.questions:
            key = f"{where}.questions.{question.id}"
            if question.id in seen:
                yield key, "this id is taken by an earlier question: choose another"
            yield from _find_question_faults(key, question, seen, survey)
            seen.setdefault(question.id, question)
    if survey.quick is not None and survey.quick not in seen:
        yield "quick", f"there is no question {survey.quick}: name one of this survey"


def _find_question_faults(
    key: str, question: Question, earlier: Mapping[str, Question], survey: Survey
) -> Iterator[tuple[str, str]]:
    options: set[str] = set()
    for option in question.options:
        if option.id in options:
            yield f"{key}.options.{option.id}", "this id is taken by an earlier option: choose another"
        options.add(option.id)
    everywhere = {one.id for one in survey.questions()}
    for name, target in (
        ("when.question", question.when and question.when.question),
        ("comment_on", question.comment_on),
    ):
        if target and target not in earlier:
            yield f"{key}.{name}", _mend_direction(target, is_known=target in everywhere)
    if question.when and question.when.question in earlier:
        yield from _find_value_faults(key, question.when, earlier[question.when.question])


def _mend_direction(target: str, *, is_known: bool) -> str:
    if is_known:
        return f"{target} is not asked before this question: name an earlier one"
    return f"there is no question {target}: name an earlier one of this survey"


def _find_value_faults(key: str, condition: Condition, earlier: Question) -> Iterator[tuple[str, str]]:
    for value in condition.values:
        if not can_answer_be(earlier, value):
            yield f"{key}.when", f"{earlier.id} can never be answered by {value!r}: name a possible answer"


def can_answer_be(question: Question, value: Scalar) -> bool:
    """Whether a condition on this value can ever hold."""
    match question.kind:
        case "yes_no":
            return isinstance(value, bool)
        case "single" | "multi":
            return value in {option.id for option in question.options}
        case "rating10":
            return type(value) is int and 1 <= value <= 10  # noqa: PLR2004 - the scale itself
        case "scale3":
            return type(value) is int and value in {0, 1, 2}
        case "int":
            return type(value) is int
        case _:
            return False


KINDS: tuple[str, ...] = get_args(Kind)
