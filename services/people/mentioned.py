"""Names of known people in a text that is to be without names: a help for whoever reads it, no proof."""

import re
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.names import fold
from models.people import Person

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
LONG_STEM, ENDING, MOST_ENDING = 4, 2, 3  # letters: of a stem to go by, of what changes, of what is added


def find_names(session: Session, *, organization_id: int, texts: Iterable[str]) -> tuple[str, ...]:
    """The words that look like a name of somebody of the organisation in whatever case, each once."""
    words = {word for text in texts for word in WORD.findall(text)}
    folded = {word: fold(word) for word in words}
    found: set[str] = set()
    people = select(Person.family_name, Person.given_name, Person.patronymic).where(
        Person.organization_id == organization_id, Person.erased_at.is_(None)
    )
    names: set[tuple[str, bool]] = set()
    for family, given, patronymic in session.execute(people):
        names.add((fold(family), False))
        names |= {(fold(given), True), (fold(patronymic), True)}
    for name, needs_capital in names - {("", True), ("", False)}:
        found |= {
            word
            for word, plain in folded.items()
            if _is_form_of(plain, name) and not (needs_capital and word[:1].islower())
        }
    return tuple(sorted(found))


def _is_form_of(word: str, name: str) -> bool:
    """«Коваленко», «Петрову» of «Петров», «Анне» of «Анна»; a short name only as it is."""
    stem = name[:-ENDING]
    if len(stem) < LONG_STEM:
        stem = name[:-1]
    if len(stem) < LONG_STEM - 1:
        return word == name
    return word == name or (word.startswith(stem) and len(word) <= len(name) + MOST_ENDING - 1)
