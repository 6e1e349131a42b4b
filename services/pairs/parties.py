"""One side of a pair as the other side meets it: the mentor, a mentee, or the mentees of a group."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Named(Protocol):
    @property
    def person_id(self) -> int: ...
    @property
    def full_name(self) -> str: ...
    @property
    def chat_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Party:
    """`people` by id; the names of several stand one after the other. `introductions` are full names and
    positions, or less of it in the pseudonymous mode.
    """

    people: tuple[int, ...]
    full_name: str
    chat_name: str
    introductions: tuple[str, ...] = ()

    @property
    def introduction(self) -> str:
        return "; ".join(self.introductions)

    @property
    def is_several(self) -> bool:
        return len(self.people) > 1


def party_of(sides: Sequence[Named], introductions: Sequence[str] = ()) -> Party:
    """The people of one side together."""
    return Party(
        tuple(one.person_id for one in sides),
        ", ".join(one.full_name for one in sides),
        ", ".join(one.chat_name for one in sides),
        tuple(introductions),
    )


def title_of(mentor: Named, mentees: Sequence[Named]) -> str:
    """How the panel calls a pair or a group: the mentor, then the mentees."""
    return f"{mentor.full_name} – {party_of(mentees).full_name}"
