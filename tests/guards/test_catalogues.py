"""Both languages are complete: every msgid of the code, plural forms, the same placeholders (decision 8)."""

import re
import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from notices.language import LOCALES
from tests.guards.tree import ROOT, tracked
from tools.messages import collect

FORMS = {"ru": 3, "en": 2}


@cache
def catalogue(locale: str) -> Catalog:
    path = ROOT / "locales" / locale / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=locale)


@cache
def of_code() -> Catalog:
    return collect()


def ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else (message.id,)


def strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (str(message.string),)


def placeholders(text: str) -> set[str]:
    named = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return named | set(re.findall(r"%\((\w+)\)s", text))


def tags(text: str) -> list[str]:
    return sorted(re.findall(r"</?(?:b|i|code|a|blockquote|u|s|pre)\b", text))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_catalogue_holds_exactly_the_texts_of_the_code(locale: str) -> None:
    wanted = {ids(message) for message in of_code() if message.id}
    held = {ids(message) for message in catalogue(locale) if message.id}
    assert wanted - held == set(), "say: make messages"
    assert held - wanted == set(), "say: make messages"


def test_every_text_is_russian() -> None:
    left = [ids(message)[0] for message in catalogue("ru") if message.id and not all(strings(message))]
    assert not left
    assert not [message.id for message in catalogue("ru") if message.fuzzy and message.id]


@pytest.mark.parametrize("locale", LOCALES)
def test_counted_texts_have_all_their_forms(locale: str) -> None:
    assert catalogue(locale).num_plurals == FORMS[locale]
    for message in catalogue(locale):
        if message.pluralizable and any(strings(message)):
            assert len(strings(message)) == FORMS[locale], message.id


@pytest.mark.parametrize("locale", LOCALES)
def test_translations_keep_the_placeholders_and_tags(locale: str) -> None:
    for message in catalogue(locale):
        if not message.id:
            continue
        wanted = placeholders(ids(message)[-1])
        for translated in filter(None, strings(message)):
            assert placeholders(translated) <= wanted, message.id
            assert wanted - placeholders(translated) <= {"count"}, message.id
            assert tags(translated) == tags(ids(message)[-1]), message.id


def test_russian_texts_address_politely_and_order_nobody() -> None:
    rude = re.compile(r"обязан[ыа]? участвовать|\b(?:ты|твой|твоя|тебе|тебя)\b", re.IGNORECASE)
    found = [
        text for message in catalogue("ru") if message.id for text in strings(message) if rude.search(text)
    ]
    assert not found


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalogue_is_not_marked_as_a_draft(locale: str) -> None:
    """pybabel passes such a catalogue over without a word, and a fresh clone would not start."""
    assert not catalogue(locale).fuzzy


def test_compiled_catalogues_are_not_kept() -> None:
    assert not [path for path in tracked() if Path(path).suffix == ".mo"]
