"""Consent texts: Markdown with placeholders, one file a version and language (docs/domain.md#personal-data).

A consent is a document of its own: nothing here is ever merged with a survey, rules or another consent.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from services.access.errors import N_, DomainError
from services.programmes.texts import Content, Identifier, Written

FACTS: frozenset[str] = frozenset(
    {
        "organization",
        "organization_address",
        "operator_inn",
        "operator_ogrn",
        "sites",
        "person",
        "curator",
        "contact",
    }
)
"""Every placeholder that a consent text may use."""

_USUAL = ("operator", "purpose", "data", "actions", "others", "term", "withdrawal", "voluntary")
_PAPER = ("subject", "signature")
ELEMENTS: Mapping[str, tuple[str, ...]] = {
    "pd_processing": _USUAL,
    "minor_assent": _USUAL,
    "long_term_bank": _USUAL,
    "photo_video": _USUAL,
    "representative": (*_USUAL, *_PAPER, "child"),
    "dissemination": (*_USUAL, *_PAPER, "sites", "bans"),
    "mentoring": ("operator", "work", "where", "term", "payment", "notice", "voluntary", *_PAPER),
}
"""What the text of each consent must say (docs/domain.md#law; 152-ФЗ art. 9 part 4; order 18 of 2021)."""

HEADINGS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "operator": "Кому я даю согласие.",
        "purpose": "Для чего.",
        "data": "Какие данные",
        "actions": "Что с ними делают.",
        "others": "Кто ещё.",
        "term": "На какой срок.",
        "withdrawal": "Как отозвать.",
        "voluntary": "Это добровольно.",
        "subject": "Кто даёт согласие.",
        "signature": "Подпись.",
        "child": "Чьи данные.",
        "sites": "Где публикуют.",
        "bans": "Запреты и условия.",
        "work": "На какую работу.",
        "where": "Где и как.",
        "payment": "Оплата.",
        "notice": "Как отказаться раньше срока.",
    },
    "en": {
        "operator": "Whom I give it to.",
        "purpose": "What for.",
        "data": "Which data",
        "actions": "What is done with them.",
        "others": "Who else.",
        "term": "For how long.",
        "withdrawal": "How to withdraw.",
        "voluntary": "It is voluntary.",
        "subject": "Who gives the consent.",
        "signature": "Signature.",
        "child": "Whose data.",
        "sites": "Where they are published.",
        "bans": "Bans and conditions.",
        "work": "To which work.",
        "where": "Where and how.",
        "payment": "Payment.",
        "notice": "How to leave before the term.",
    },
}
"""Each element is a passage under a bold heading that begins with these words, so that it can be checked."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


class ConsentFactMissing(DomainError):
    text = N_("The consent text needs a fact that is not filled in: {name}.")


class ConsentText(Content):
    """One version of one consent in one language, placeholders not filled."""

    id: Identifier
    version: int
    locale: Literal["ru", "en"]
    body: Written


def find_placeholders(body: str) -> tuple[str, ...]:
    """Names in braces, each once, in the order of the text."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(body)))


def find_missing_elements(consent_id: str, locale: str, body: str) -> tuple[str, ...]:
    """Headings that the text of this consent lacks; a consent of another name is only checked for facts."""
    bold = _BOLD.findall(body)
    return tuple(
        heading
        for heading in (HEADINGS[locale][name] for name in ELEMENTS.get(consent_id, ()))
        if not any(words.startswith(heading) for words in bold)
    )


def render(body: str, facts: Mapping[str, str]) -> str:
    """The text as it is shown: facts in place of braces.

    A fact is put in as plain words on one line and can never become markup. Raises ConsentFactMissing for
    an absent or blank fact: a consent with a hole in it would prove nothing.
    """

    def fill(found: re.Match[str]) -> str:
        fact = " ".join(facts.get(found[1], "").replace("**", "").split())
        if not fact:
            raise ConsentFactMissing(name=found[1])
        return fact

    return _PLACEHOLDER.sub(fill, body).strip()


@dataclass(frozen=True, slots=True)
class Span:
    """A run of the shown text."""

    text: str
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph or one item of a list."""

    spans: tuple[Span, ...]
    is_item: bool = False


def split_passages(shown: str) -> Iterator[Passage]:
    """The Markdown subset (paragraphs, bold, lists) for whichever channel shows it."""
    for part in re.split(r"\n\s*\n", shown.strip()):
        words: list[str] = []
        is_item = False
        for line in part.splitlines():
            if line.startswith("- "):
                if words:
                    yield _read_passage(words, is_item=is_item)
                words, is_item = [line[2:]], True
            else:
                words.append(line)
        if words:
            yield _read_passage(words, is_item=is_item)


def _read_passage(lines: list[str], *, is_item: bool) -> Passage:
    pieces = _BOLD.split(" ".join(line.strip() for line in lines))
    spans = (Span(piece, is_bold=index % 2 == 1) for index, piece in enumerate(pieces) if piece)
    return Passage(tuple(spans), is_item=is_item)
