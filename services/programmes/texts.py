"""Words of a pack: Russian and English stand beside each other in its TOML."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

Written = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A text that says something: blank is refused, outer spaces are dropped."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,24}$")]
"""An id short enough to travel with others in the 64 bytes of callback data."""


class Content(BaseModel):
    """A frozen piece of a pack; a key it does not know is a typing error of the author, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, allow_inf_nan=False)

    def to_plain(self) -> dict[str, Any]:
        """The same content as JSON-able values."""
        return self.model_dump(mode="json")


class Text(Content):
    """One text in both languages of the product."""

    ru: Written
    en: Written

    def get(self, locale: str) -> str:
        """English for an English locale, otherwise Russian, the product's first language."""
        return self.en if locale.lower().startswith("en") else self.ru

    def __str__(self) -> str:
        """Russian, so that a text that reaches a sentence unresolved still reads as words."""
        return self.ru


class RussianForms(Content):
    """Forms by number: 1 пара, 2 пары, 5 пар."""

    one: Written
    few: Written
    many: Written


class EnglishForms(Content):
    """Forms by number: 1 pair, 2 pairs."""

    one: Written
    other: Written


class CountedWord(Content):
    """A display word that stands beside numbers.

    See docs/domain.md#regulations: a pair is a tandem in one regulation.
    """

    ru: RussianForms
    en: EnglishForms

    def get(self, locale: str, count: int = 1) -> str:
        """The form that agrees with the count."""
        if locale.lower().startswith("en"):
            return self.en.one if count == 1 else self.en.other
        tail, teens = abs(count) % 10, abs(count) % 100
        if tail == 1 and teens != 11:  # noqa: PLR2004 - the grammar of Russian numerals
            return self.ru.one
        if tail in {2, 3, 4} and teens not in {12, 13, 14}:
            return self.ru.few
        return self.ru.many


def text(ru: str, en: str) -> Text:
    """A Text in one line of code."""
    return Text(ru=ru, en=en)
