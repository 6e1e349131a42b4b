"""Answers in words, for review lists and the panel."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.programmes.surveys import Option, Question
from services.programmes.texts import CountedWord, EnglishForms, RussianForms, text
from services.programmes.values import NOT_APPLICABLE

_YES_WORD, _NO_WORD = text("Да", "Yes"), text("Нет", "No")
_SKIPPED = text("без ответа", "no answer")
_NOT_APPLICABLE = text("не применимо", "not applicable")
_OUT_OF = text("{value} из {top}", "{value} of {top}")
_COUNTED: Mapping[str, CountedWord] = {
    unit: CountedWord(ru=RussianForms(one=one, few=few, many=many), en=EnglishForms(one=single, other=plural))
    for unit, (one, few, many, single, plural) in {
        "years": ("год", "года", "лет", "year", "years"),
        "months": ("месяц", "месяца", "месяцев", "month", "months"),
        "hours": ("час", "часа", "часов", "hour", "hours"),
    }.items()
}


def describe(question: Question, value: object, locale: str, people: Sequence[Option] = ()) -> str:
    """The answer as a person reads it; None is a skipped question. An option that a later version of the
    survey dropped is shown by its id, so that an old answer stays readable.
    """
    if value is None:
        return _SKIPPED.get(locale)
    if value == NOT_APPLICABLE:
        return _NOT_APPLICABLE.get(locale)
    if isinstance(value, bool):
        return (_YES_WORD if value else _NO_WORD).get(locale)
    if isinstance(value, int):
        return _describe_number(question, value, locale)
    if question.kind == "date":
        return date.fromisoformat(str(value)).strftime("%d.%m.%Y")
    options = people if question.kind == "person_rank" else question.options
    chosen = value if isinstance(value, list) else [value]
    return ", ".join(_describe_choice(options, one, locale) for one in chosen)


def _describe_number(question: Question, value: int, locale: str) -> str:
    if question.kind in {"rating10", "scale3"}:
        return _OUT_OF.get(locale).format(value=value, top=10 if question.kind == "rating10" else 2)
    word = _COUNTED.get(question.unit or "count")
    return f"{value} {word.get(locale, value)}" if word else str(value)


def _describe_choice(options: Sequence[Option], value: object, locale: str) -> str:
    if isinstance(value, dict):
        return str(value.get("other", ""))
    for option in options:
        if option.id == value:
            return option.text.get(locale)
    return str(value)
