"""Consent texts of a pack: whole in one message, every element of the law, no hole, no markup from facts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.access.digests import sha256_of
from services.programmes.consents import (
    ConsentFactMissing,
    Passage,
    Span,
    find_placeholders,
    render,
    split_passages,
)
from services.programmes.packs import ResolvedPack, load_pack

ROOT = Path(__file__).parents[2] / "programmes"

FACTS = {
    "organization": "МБОУ «Школа № 7»",
    "organization_address": "г. Энск, ул. Школьная, 1",
    "operator_inn": "7700000000",
}


@pytest.fixture(scope="module")
def target_model() -> ResolvedPack:
    return load_pack(ROOT, "target-model")


@pytest.mark.parametrize("locale", ["ru", "en"])
def test_consent_is_shown_whole_in_one_message(target_model: ResolvedPack, locale: str) -> None:
    body = target_model.consent("pd_processing", locale).body
    assert set(find_placeholders(body)) == set(FACTS)
    shown = render(body, FACTS)
    assert "{" not in shown
    assert all(fact in shown for fact in FACTS.values())
    assert len(shown.encode("utf-16-le")) // 2 < 4096


@pytest.mark.requirement("A49")
@pytest.mark.parametrize(
    "element",
    ["Оператор", "Для чего", "Какие данные", "Что с ними делают", "Кто ещё", "На какой срок", "Как отозвать",
     "/privacy", "Это добровольно", "Отказ или отзыв не влияет", "30 дней"],
)  # fmt: skip
def test_consent_has_every_element(target_model: ResolvedPack, element: str) -> None:
    assert element in target_model.consent("pd_processing", "ru").body


def test_consent_with_a_hole_is_refused(target_model: ResolvedPack) -> None:
    body = target_model.consent("pd_processing", "ru").body
    for facts in ({}, {**FACTS, "operator_inn": " \n"}):
        with pytest.raises(ConsentFactMissing):
            render(body, facts)


def test_fact_never_becomes_markup() -> None:
    assert render("**Оператор** {organization}.", {"organization": "**Школа**\n- {operator_inn}"}) == (
        "**Оператор** Школа - {operator_inn}."
    )


def test_hash_marks_exactly_the_shown_text(target_model: ResolvedPack) -> None:
    body = target_model.consent("pd_processing", "ru").body
    shown = render(body, FACTS)
    assert sha256_of(shown) == sha256_of(render(body, dict(FACTS)))
    assert sha256_of(shown) != sha256_of(render(body, {**FACTS, "operator_inn": "7700000001"}))


def test_passages_are_what_a_door_draws() -> None:
    assert list(split_passages("**Да.** Первая\nстрока\n\n- один\n- **два**")) == [
        Passage((Span("Да.", is_bold=True), Span(" Первая строка"))),
        Passage((Span("один"),), is_item=True),
        Passage((Span("два", is_bold=True),), is_item=True),
    ]


def test_passages_lose_no_word_of_the_consent(target_model: ResolvedPack) -> None:
    shown = render(target_model.consent("pd_processing", "ru").body, FACTS)
    drawn = " ".join("".join(span.text for span in passage.spans) for passage in split_passages(shown))
    plain = shown.replace("**", "").replace("\n- ", "\n")
    assert drawn.split() == plain.split()


def test_language_falls_back_to_russian(target_model: ResolvedPack) -> None:
    locale_of: Callable[[str], str] = lambda locale: target_model.consent("pd_processing", locale).locale  # noqa: E731
    assert [locale_of(locale) for locale in ("ru", "en", "en_GB", "tt")] == ["ru", "en", "en", "ru"]
