"""Every way to answer is read right or asked again with help; nothing is guessed."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.programmes.answers import (
    NOT_APPLICABLE,
    NOT_APPLICABLE_ID,
    AnswerRefused,
    Tapped,
    check_answer,
    describe,
)
from services.programmes.packs import load_pack
from services.programmes.surveys import KINDS, Option, Question
from services.programmes.texts import Text, text
from services.programmes.values import (
    AnswerEmpty,
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
    TooManyChosen,
    WrongUnit,
)

ROOT = Path(__file__).parents[2] / "programmes"
QUESTIONS = [one for survey in load_pack(ROOT, "target-model").surveys for one in survey.questions()]

WORD = text("слово", "word")
PEOPLE = tuple(
    Option(id=str(number), text=text(f"Человек {number}", f"Person {number}")) for number in (3, 5, 8)
)


def options(*labels: str) -> tuple[Option, ...]:
    return tuple(
        Option(id=f"o{place}", text=text(label, f"en {label}")) for place, label in enumerate(labels, 1)
    )


RATING = Question(id="q", kind="rating10", text=WORD, not_applicable=True)
SCALE = Question(id="q", kind="scale3", text=WORD)
YES_NO = Question(id="q", kind="yes_no", text=WORD)
COUNT = Question(id="q", kind="int", text=WORD, minimum=0, maximum=10)
YEARS = Question(
    id="q", kind="int", text=WORD, unit="years", minimum=0, maximum=60, example=text("5 лет", "5 years")
)
MONTHS = Question(id="q", kind="int", text=WORD, unit="months", minimum=0, maximum=720)
HOURS = Question(id="q", kind="int", text=WORD, unit="hours")
SHORT = Question(id="q", kind="text_short", text=WORD, max_length=20)
LONG = Question(id="q", kind="text_long", text=WORD, max_length=50)
DATE = Question(id="q", kind="date", text=WORD)
SINGLE = Question(id="q", kind="single", text=WORD, options=options("Ещё нет", "Родители, ученики", "5"))
SINGLE_OWN = SINGLE.model_copy(update={"other": True})
MULTI = Question(
    id="q",
    kind="multi",
    text=WORD,
    options=options("Журнал", "Родители, ученики", "Дисциплина"),
    max_choices=2,
)
MULTI_OWN = MULTI.model_copy(update={"other": True})
RANK = Question(id="q", kind="person_rank", text=WORD, max_choices=3)
EVERY_KIND = [
    RATING, SCALE, YES_NO, COUNT, YEARS, MONTHS, HOURS, SHORT, LONG, DATE, SINGLE, SINGLE_OWN,
    MULTI, MULTI_OWN,
    RANK,
]  # fmt: skip


ACCEPTED: list[tuple[Question, str | Tapped, object]] = [
    (RATING, "семь", 7), (RATING, "7", 7), (RATING, " 7 ", 7), (RATING, "7/10", 7), (RATING, "10 из 10", 10),
    (RATING, "8 баллов", 8),
    (RATING, Tapped(("10",)), 10), (RATING, "не применимо", NOT_APPLICABLE),
    (RATING, Tapped((NOT_APPLICABLE_ID,)), NOT_APPLICABLE),
    (SCALE, "0", 0), (SCALE, "2 балла", 2), (SCALE, Tapped(("1",)), 1),
    (YES_NO, "Да", True), (YES_NO, "нет.", False), (YES_NO, "yes", True), (YES_NO, "NO", False),
    (YES_NO, Tapped(("yes",)), True), (YES_NO, Tapped(("no",)), False),
    (COUNT, "3", 3), (COUNT, "3 человека", 3), (COUNT, "0", 0),
    (YEARS, "Пять лет", 5), (YEARS, "двадцать один год", 21), (YEARS, "меньше года", 0), (YEARS, "Год", 1),
    (YEARS, "полтора года", 1), (YEARS, "five years", 5), (MONTHS, "полгода", 6), (MONTHS, "два года", 24),
    (COUNT, "не было", 0), (COUNT, "Три", 3), (HOURS, "час", 1),
    (YEARS, "5 лет", 5), (YEARS, "5", 5), (YEARS, "1 год", 1), (YEARS, "5 лет 8 месяцев", 5),
    (YEARS, "8 мес.", 0),
    (MONTHS, "2 года", 24), (MONTHS, "1 год и 3 месяца", 15), (MONTHS, "8", 8), (MONTHS, "2 years", 24),
    (HOURS, "4 ч", 4), (HOURS, "4 часа", 4),
    (SHORT, "  две\nстроки ", "две строки"), (LONG, "раз\r\nдва", "раз\nдва"), (LONG, "a\x00b", "ab"),
    (DATE, "15.10.2026", "2026-10-15"), (DATE, "5 мая 2027 года", "2027-05-05"),
    (DATE, "2026-10-15", "2026-10-15"),
    (DATE, "1 March 2027", "2027-03-01"), (DATE, "29.02.2028", "2028-02-29"),
    (SINGLE, "еще НЕТ", "o1"), (SINGLE, "родители, ученики", "o2"), (SINGLE, "1", "o1"), (SINGLE, "5", "o3"),
    (SINGLE, Tapped(("o2",)), "o2"),
    (SINGLE_OWN, "Собаки", {"other": "Собаки"}), (SINGLE_OWN, Tapped(own="Собаки"), {"other": "Собаки"}),
    (MULTI, "дисциплина, журнал", ["o1", "o3"]), (MULTI, "3 1", ["o1", "o3"]), (MULTI, "1 и 2", ["o1", "o2"]),
    (MULTI, "Журнал, родители, ученики", ["o1", "o2"]), (MULTI, "журнал; журнал\nжурнал", ["o1"]),
    (MULTI, Tapped(("o3", "o1")), ["o1", "o3"]),
    (MULTI_OWN, "журнал, собаки", ["o1", {"other": "собаки"}]),
    (MULTI_OWN, Tapped(("o1",), own="кошки, собаки"), ["o1", {"other": "кошки, собаки"}]),
    (RANK, "Человек 8, Человек 3", ["8", "3"]), (RANK, Tapped(("5", "3")), ["5", "3"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "raw", "value"), ACCEPTED, ids=lambda one: getattr(one, "kind", None) or repr(one)
)
def test_answer_is_read(question: Question, raw: str | Tapped, value: object) -> None:
    read = check_answer(question, raw, PEOPLE)
    assert read == value
    assert type(read) is type(value)


REFUSED: list[tuple[Question, str | Tapped, type[AnswerRefused], dict[str, object]]] = [
    (RATING, "одиннадцать", NotARating, {"example": "7"}), (RATING, "11", NotARating, {"example": "7"}),
    (RATING, "0", NotARating, {"example": "7"}), (RATING, "7.5", NotARating, {"example": "7"}),
    (RATING, "7 из 12", NotARating, {"example": "7"}),
    (RATING, Tapped(("7", "8")), NotARating, {"example": "7"}),
    (RATING, "٧", NotARating, {"example": "7"}),
    (SCALE, "3", NotOnScale, {}), (SCALE, Tapped((NOT_APPLICABLE_ID,)), NotOnScale, {}),
    (YES_NO, "может быть", NotYesOrNo, {}), (YES_NO, "", NotYesOrNo, {}),
    (COUNT, "много", NotWholeNumber, {"example": "5"}), (COUNT, "-1", NotWholeNumber, {"example": "5"}),
    (COUNT, "11", NumberOutOfRange, {"minimum": 0, "maximum": 10, "example": "5"}),
    (YEARS, "много", NotWholeNumber, {"example": text("5 лет", "5 years")}),
    (MONTHS, "меньше года", NotWholeNumber, {"example": "5"}),
    (YEARS, "2,5", NotWholeNumber, {"example": text("5 лет", "5 years")}),
    (YEARS, "61", NumberOutOfRange, {"minimum": 0, "maximum": 60, "example": text("5 лет", "5 years")}),
    (MONTHS, "3 недели", WrongUnit, {"unit": text("месяцах", "months"), "example": "5"}),
    (HOURS, "90 минут", WrongUnit, {"unit": text("часах", "hours"), "example": "5"}),
    (SHORT, "я" * 23, AnswerTooLong, {"over": 3, "limit": 20}), (SHORT, " \n ", AnswerEmpty, {}),
    (LONG, "\u200b\u200b", AnswerEmpty, {}), (LONG, Tapped(("x",)), AnswerEmpty, {}),
    (DATE, "31.09.2026", NotADate, {"example": "15.10.2026"}),
    (DATE, "15.10", NotADate, {"example": "15.10.2026"}),
    (DATE, "завтра", NotADate, {"example": "15.10.2026"}),
    (DATE, "0.1.0000", NotADate, {"example": "15.10.2026"}),
    (SINGLE, "собаки", NotAnOption, {"count": 3}), (SINGLE, "4", NotAnOption, {"count": 3}),
    (SINGLE, Tapped(("old",)), NotAnOption, {"count": 3}),
    (SINGLE, Tapped(own="x"), NotAnOption, {"count": 3}),
    (SINGLE_OWN, "17", NotAnOption, {"count": 3}), (SINGLE_OWN, Tapped(own=" "), AnswerEmpty, {}),
    (SINGLE_OWN, "я" * 301, AnswerTooLong, {"over": 1, "limit": 300}),
    (MULTI, "1, 2, 3", TooManyChosen, {"chosen": 3, "limit": 2}), (MULTI, Tapped(), NothingChosen, {}),
    (MULTI, " , ", NothingChosen, {}), (MULTI, "1, собаки", NotAnOption, {"count": 3}),
    (MULTI, Tapped(("old",)), NotAnOption, {"count": 3}),
    (MULTI, Tapped(("o1",), own="x"), NotAnOption, {"count": 3}),
    (MULTI_OWN, "1, 2, собаки", TooManyChosen, {"chosen": 3, "limit": 2}),
    (RANK, "Человек 9", NotAnOption, {"count": 3}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "raw", "refusal", "facts"),
    REFUSED,
    ids=lambda one: getattr(one, "kind", None) or repr(one)[:40],
)
def test_answer_is_asked_again_with_help(
    question: Question, raw: str | Tapped, refusal: type[AnswerRefused], facts: dict[str, object]
) -> None:
    with pytest.raises(AnswerRefused) as refused:
        check_answer(question, raw, PEOPLE)
    assert type(refused.value) is refusal
    assert refused.value.facts == facts
    assert "{" not in refused.value.text.format(**refused.value.facts)


anything = st.text(max_size=80) | st.text(alphabet="0123456789 /,;.-\nданетлгодмсицчо«»", max_size=30)
taps = st.builds(
    Tapped,
    ids=st.lists(
        st.sampled_from(["1", "7", "10", "yes", "no", "o1", "o2", "3", "", NOT_APPLICABLE_ID]), max_size=4
    ).map(tuple),
    own=st.none() | st.text(max_size=20),
)
every_question = st.sampled_from(EVERY_KIND + QUESTIONS)


@given(question=every_question, raw=anything | taps)
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_answer_is_kept_whole_or_refused_with_help(question: Question, raw: str | Tapped) -> None:
    try:
        value = check_answer(question, raw, PEOPLE)
    except AnswerRefused as refused:
        words = refused.text.format(**refused.facts)
        assert "{" not in words
        typed = raw if isinstance(raw, str) else (raw.own or "")
        is_ours = typed.strip() in refused.text  # a word of the sentence itself, or nothing
        assert len(typed) < 6 or is_ours or typed.strip() not in words  # never echoed into an error
        return
    assert json.loads(json.dumps(value)) == value
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    for locale in ("ru", "en"):
        assert describe(question, value, locale, PEOPLE)


@given(number=st.integers(-5, 120))
def test_rating_keeps_its_scale(number: int) -> None:
    try:
        assert check_answer(RATING, str(number)) == number
        assert 1 <= number <= 10
    except NotARating:
        assert not 1 <= number <= 10


@given(chosen=st.lists(st.sampled_from(MULTI.options), min_size=1, max_size=2, unique=True))
def test_several_typed_labels_mean_the_same_as_taps(chosen: list[Option]) -> None:
    tapped = check_answer(MULTI, Tapped(tuple(option.id for option in chosen)))
    for typed in (
        ", ".join(option.text.ru for option in chosen),
        "\n".join(option.text.en for option in chosen),
    ):
        assert check_answer(MULTI, typed) == tapped


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_been_tried(kind: str) -> None:
    tried = [one[0] for one in ACCEPTED] + [one[0] for one in REFUSED]
    assert kind in {question.kind for question in tried}


DESCRIBED: list[tuple[Question, object, str, str]] = [
    (RATING, 7, "7 из 10", "7 of 10"), (SCALE, 2, "2 из 2", "2 of 2"), (YES_NO, True, "Да", "Yes"),
    (YES_NO, False, "Нет", "No"), (YEARS, 21, "21 год", "21 years"), (YEARS, 5, "5 лет", "5 years"),
    (MONTHS, 1, "1 месяц", "1 month"), (HOURS, 3, "3 часа", "3 hours"), (COUNT, 3, "3", "3"),
    (SHORT, "слово", "слово", "слово"), (DATE, "2026-10-15", "15.10.2026", "15.10.2026"),
    (SINGLE, "o2", "Родители, ученики", "en Родители, ученики"), (SINGLE, "gone", "gone", "gone"),
    (SINGLE_OWN, {"other": "Собаки"}, "Собаки", "Собаки"),
    (MULTI_OWN, ["o1", {"other": "Собаки"}], "Журнал, Собаки", "en Журнал, Собаки"),
    (RANK, ["8", "3"], "Человек 8, Человек 3", "Person 8, Person 3"),
    (RATING, NOT_APPLICABLE, "не применимо", "not applicable"), (SHORT, None, "без ответа", "no answer"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "value", "russian", "english"), DESCRIBED, ids=lambda one: repr(one)[:20]
)
def test_answer_is_described_in_both_languages(
    question: Question, value: object, russian: str, english: str
) -> None:
    assert describe(question, value, "ru", PEOPLE) == russian
    assert describe(question, value, "en", PEOPLE) == english


def test_text_falls_back_to_russian() -> None:
    word = Text(ru="да", en="yes")
    assert [word.get(locale) for locale in ("ru", "en", "EN-gb", "tt")] == ["да", "yes", "yes", "да"]


def test_choice_that_stands_alone_is_not_mixed() -> None:
    none_yet = Option(id="none", text=text("Пока ничего", "Nothing yet"), alone=True)
    question = MULTI_OWN.model_copy(update={"options": (*MULTI.options, none_yet)})
    assert check_answer(question, "пока ничего") == ["none"]
    for mixed in ("журнал, пока ничего", Tapped(("none", "o1")), Tapped(("none",), own="собаки")):
        with pytest.raises(ChosenBesideOthers) as refused:
            check_answer(question, mixed)
        assert refused.value.facts == {"option": none_yet.text}
