"""What counts as an answer. Every choice may also be typed; nothing is guessed.

See docs/design.md#conversation, accessibility.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from models.names import fold
from services.dates.folding import with_digits
from services.dates.full_dates import read_full_date
from services.programmes.descriptions import describe
from services.programmes.surveys import SHORT_LIMIT, Option, Question
from services.programmes.texts import Text, text
from services.programmes.values import (
    NOT_APPLICABLE,
    NOT_APPLICABLE_ID,
    AnswerEmpty,
    AnswerRefused,
    AnswerTooLong,
    ChosenBesideOthers,
    NotADate,
    NotAnOption,
    NotARating,
    NothingChosen,
    NotOnScale,
    NotWholeNumber,
    NotYesOrNo,
    NumberOutOfRange,
    OwnText,
    Raw,
    Tapped,
    TooManyChosen,
    Value,
    WrongUnit,
)

__all__ = [
    "NOT_APPLICABLE",
    "NOT_APPLICABLE_ID",
    "AnswerRefused",
    "Raw",
    "Tapped",
    "Value",
    "check_answer",
    "describe",
    "names_rating",
]


def check_answer(question: Question, raw: Raw, people: Sequence[Option] = ()) -> Value:
    """The value that the raw answer means. `people` are the choices of a person_rank.

    Raises AnswerRefused with what to write instead; never any other error, whatever was typed.
    """
    if question.not_applicable and _means_not_applicable(raw):
        return dict(NOT_APPLICABLE)
    if question.kind in {"text_short", "text_long"}:
        return _check_text(raw, question.length_limit, is_line=question.kind == "text_short")
    if question.kind in {"multi", "person_rank"}:
        return _check_multi(question, raw, people if question.kind == "person_rank" else question.options)
    return _CHECKS[question.kind](question, raw)


# --- texts ---------------------------------------------------------------------------------------------


def _clean(typed: str) -> str:
    """Drop what a database refuses and eyes do not see: lone surrogates, control characters."""
    whole = typed.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(char for char in whole if char in "\n\t" or char.isprintable() or char.isspace()).strip()


def _fold(typed: str) -> str:
    """One spelling for comparing labels: no case, no ё, no quotes or stray punctuation at the ends."""
    return fold(_clean(typed)).strip(" .,;:!?«»\"'()")


def _means_not_applicable(raw: Raw) -> bool:
    if isinstance(raw, Tapped):
        return raw.ids == (NOT_APPLICABLE_ID,)
    return _fold(raw) in {"не применимо", "неприменимо", "не относится", "not applicable", "n/a", "na"}


def _check_text(raw: Raw, limit: int, *, is_line: bool) -> str:
    if isinstance(raw, Tapped):
        raise AnswerEmpty
    written = _clean(raw.replace("\r\n", "\n").replace("\r", "\n"))
    if is_line:
        written = re.sub(r"\s+", " ", written)
    if not written:
        raise AnswerEmpty
    if len(written) > limit:
        raise AnswerTooLong(over=len(written) - limit, limit=limit)
    return written


# --- numbers and dates ---------------------------------------------------------------------------------

_RATING = re.compile(r"([0-9]{1,4})(?:\s*(?:/|из|of|out of)\s*10)?(?:\s*(?:балл(?:а|ов)?|points?))?")
_SCALE = re.compile(r"([0-9])(?:\s*(?:/|из|of|out of)\s*2)?(?:\s*(?:балл(?:а|ов)?|points?))?")
_AMOUNT = re.compile(r"([0-9]{1,9})\s*([a-zа-я]*)\.?(?:\s*(?:и|and)?\s*([0-9]{1,9})\s*([a-zа-я]+))?")
_UNIT_WORDS: Mapping[str, frozenset[str]] = {
    "years": frozenset(["г", "год", "года", "лет", "годов", "y", "yr", "yrs", "year", "years"]),
    "months": frozenset(["м", "мес", "месяц", "месяца", "месяцев", "mo", "month", "months"]),
    "hours": frozenset(["ч", "час", "часа", "часов", "h", "hour", "hours"]),
}
_UNIT_NAMES: Mapping[str, Text] = {
    "years": text("полных годах", "full years"),
    "months": text("месяцах", "months"),
    "hours": text("часах", "hours"),
}
_MONTHS_IN_YEAR = 12
_HIGHEST = 100_000


def _tapped_or_typed(raw: Raw) -> str:
    if isinstance(raw, Tapped):
        return raw.ids[0] if len(raw.ids) == 1 and raw.own is None else ""
    return _fold(raw)


def _find_rating(typed: str) -> re.Match[str] | None:
    return _RATING.fullmatch(" ".join(with_digits(typed).split()))


def names_rating(typed: str) -> bool:
    """Whether a text is nothing but a rating, in digits or in words: "8", "восемь", "8 из 10"; also "11"."""
    return _find_rating(_fold(typed)) is not None


def _check_rating(question: Question, raw: Raw) -> Value:
    found = _find_rating(_tapped_or_typed(raw))
    if found is None or not 1 <= int(found[1]) <= 10:  # noqa: PLR2004 - the scale itself
        raise NotARating(example=_example(question, "7"))
    return int(found[1])


def _check_scale(_question: Question, raw: Raw) -> Value:
    found = _SCALE.fullmatch(_tapped_or_typed(raw))
    if found is None or int(found[1]) > 2:  # noqa: PLR2004 - the scale itself
        raise NotOnScale
    return int(found[1])


def _check_int(question: Question, raw: Raw) -> Value:
    example = _example(question, "5")
    found = _AMOUNT.fullmatch(_in_digits(question, _tapped_or_typed(raw)))
    if found is None:
        raise NotWholeNumber(example=example)
    number = _count_in(question, found, example)
    minimum = 0 if question.minimum is None else question.minimum
    maximum = _HIGHEST if question.maximum is None else question.maximum
    if not minimum <= number <= maximum:
        raise NumberOutOfRange(minimum=minimum, maximum=maximum, example=example)
    return number


_NONE = re.compile(r"ни (?:одного|одной|разу)|нисколько|не было|пока нет|нет|none|never|no")
_UNDER_A_YEAR = re.compile(
    r"(?:меньше|менее|до|неполный|нет и|less than(?: a)?|under a) ?(?:1 )?(?:года?|year)"
)
_HALVES = {"полгода": "6 мес", "полтора года": "18 мес", "half a year": "6 months"}
_ENGLISH = {
    word: str(number)
    for number, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
}


def _in_digits(question: Question, typed: str) -> str:
    """Numbers in words as digits, a bare unit as one of it, less than a year as 0; all else as typed."""
    if question.unit in {"years", "months"}:
        typed = _HALVES.get(typed, typed)
        if question.unit == "years" and _UNDER_A_YEAR.fullmatch(typed):
            return "0"
    if question.unit in {None, "count"} and _NONE.fullmatch(typed):
        return "0"
    digits = " ".join(_ENGLISH.get(word, word) for word in with_digits(typed).split())
    if any(digits in words for words in _UNIT_WORDS.values()) and len(digits) > 2:  # noqa: PLR2004 - "г" alone
        return f"1 {digits}"
    return digits


def _count_in(question: Question, found: re.Match[str], example: str | Text) -> int:
    """The number in the question's unit: "2 года" asked in months is 24, "3 недели" is asked again."""
    first, first_unit, second, second_unit = int(found[1]), found[2], found[3], found[4]
    unit = question.unit or "count"
    if unit == "count":
        if second is not None:
            raise NotWholeNumber(example=example)
        return first
    if unit == "hours" or not first_unit:
        if second is not None or first_unit not in _UNIT_WORDS[unit] | {""}:
            raise WrongUnit(unit=_UNIT_NAMES[unit], example=example)
        return first
    parts = [(first, first_unit)] + ([(int(second), second_unit)] if second is not None else [])
    months = 0
    for amount, word in parts:
        if word in _UNIT_WORDS["years"]:
            months += amount * _MONTHS_IN_YEAR
        elif word in _UNIT_WORDS["months"]:
            months += amount
        else:
            raise WrongUnit(unit=_UNIT_NAMES[unit], example=example)
    return months // _MONTHS_IN_YEAR if unit == "years" else months


YES = frozenset({"да", "ага", "угу", "д", "yes", "y", "yeah"})
NO = frozenset({"нет", "неа", "н", "no", "n", "nope"})


def _check_yes_no(_question: Question, raw: Raw) -> Value:
    typed = _tapped_or_typed(raw)
    if typed in YES:
        return True
    if typed in NO:
        return False
    raise NotYesOrNo


def _check_date(question: Question, raw: Raw) -> Value:
    """A full date with its year; anything shorter is asked again rather than guessed (decision 9)."""
    try:
        return read_full_date(_tapped_or_typed(raw)).isoformat()
    except ValueError:
        raise NotADate(example=_example(question, "15.10.2026")) from None


def _example(question: Question, usual: str) -> str | Text:
    return question.example or usual


# --- choices -------------------------------------------------------------------------------------------


def _find_option(options: Sequence[Option], typed: str) -> str | None:
    """The option whose label (in either language) or number in the list was typed; labels win."""
    folded = _fold(typed)
    for option in options:
        if folded and folded in {_fold(option.text.ru), _fold(option.text.en)}:
            return option.id
    if re.fullmatch(r"[0-9]{1,3}", folded) and 1 <= int(folded) <= len(options):
        return options[int(folded) - 1].id
    return None


def _check_single(question: Question, raw: Raw) -> Value:
    options = question.options
    if isinstance(raw, Tapped):
        if question.other and not raw.ids and raw.own is not None:
            return {"other": _check_text(raw.own, SHORT_LIMIT, is_line=True)}
        if len(raw.ids) == 1 and raw.ids[0] in {option.id for option in options}:
            return raw.ids[0]
        raise NotAnOption(count=len(options))
    found = _find_option(options, raw)
    if found is not None:
        return found
    return _own_text(question, [raw], len(options))


def _own_text(question: Question, pieces: Sequence[str], count: int) -> OwnText:
    """What matched no option, kept as an own text where the question lets it; a stray number never is."""
    own = ", ".join(piece.strip() for piece in pieces)
    if not question.other or re.fullmatch(r"[0-9 ,.]*", _fold(own)):
        raise NotAnOption(count=count)
    return {"other": _check_text(own, SHORT_LIMIT, is_line=True)}


def _check_multi(question: Question, raw: Raw, options: Sequence[Option]) -> Value:
    chosen, own = (
        _read_tapped(question, raw, options)
        if isinstance(raw, Tapped)
        else _read_typed(question, raw, options)
    )
    unique = list(dict.fromkeys(chosen))
    if question.kind == "multi":
        order = [option.id for option in options]
        unique.sort(key=order.index)
    total = len(unique) + (own is not None)
    if not total:
        raise NothingChosen
    if question.max_choices is not None and total > question.max_choices:
        raise TooManyChosen(chosen=total, limit=question.max_choices)
    alone = next((option for option in options if option.alone and option.id in unique), None)
    if alone is not None and total > 1:
        raise ChosenBesideOthers(option=alone.text)
    return [*unique, *([own] if own is not None else [])]


def _read_tapped(
    question: Question, raw: Tapped, options: Sequence[Option]
) -> tuple[list[str], OwnText | None]:
    if not set(raw.ids) <= {option.id for option in options} or (raw.own is not None and not question.other):
        raise NotAnOption(count=len(options))
    own = None if raw.own is None else {"other": _check_text(raw.own, SHORT_LIMIT, is_line=True)}
    return list(raw.ids), own


def _read_typed(question: Question, raw: str, options: Sequence[Option]) -> tuple[list[str], OwnText | None]:
    if not _fold(raw):
        raise NothingChosen
    chosen: list[str] = []
    rest: list[str] = []
    for line in re.split(r"[;\n]", raw):
        found, unknown = _match_pieces(options, line)
        chosen += found
        rest += unknown
    return chosen, (_own_text(question, rest, len(options)) if rest else None)


def _match_pieces(options: Sequence[Option], line: str) -> tuple[list[str], list[str]]:
    """Options named between commas; a label may hold commas itself, so the longest run that fits wins."""
    if re.fullmatch(r"[0-9]+(?:(?:\s+и)?\s+[0-9]+)+", _fold(line)):
        pieces = re.findall(r"[0-9]+", line)
    else:
        pieces = line.split(",")
    found: list[str] = []
    unknown: list[str] = []
    start = 0
    longest = (
        max((option.text.ru.count(",") + option.text.en.count(",") for option in options), default=0) + 1
    )
    while start < len(pieces):
        for end in range(min(len(pieces), start + longest), start, -1):
            option_id = _find_option(options, ",".join(pieces[start:end]))
            if option_id is not None:
                found.append(option_id)
                start = end
                break
        else:
            if _fold(pieces[start]):
                unknown.append(pieces[start])
            start += 1
    return found, unknown


_CHECKS: Mapping[str, Callable[[Question, Raw], Value]] = {
    "rating10": _check_rating,
    "scale3": _check_scale,
    "single": _check_single,
    "yes_no": _check_yes_no,
    "int": _check_int,
    "date": _check_date,
}
