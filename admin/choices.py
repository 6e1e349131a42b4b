"""Choosing from the whole organisation: what was typed finds at most twenty, one or some are ticked.

The form that searches is a GET of its own beside the form that saves, so it works without scripts; with them
(panel.js) the found are put in place and nothing else on the page changes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from sqlalchemy import ColumnElement

from admin.calls import see
from models.pairs import PairStatus
from services.access.listing import Asked
from services.pairs.cards import PairCard, list_pairs
from services.people.cards import PersonFacts
from services.people.lists import MOST_OFFERED, offer_people, read_people


@dataclass(frozen=True, slots=True)
class Option:
    id: int
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of a form named `name`. `chosen` come first and are ticked, `offered` fit what was `typed`.

    `address` is the page on which the choice stands, `carried` what its address holds beside the search;
    `mark` tells two fields of one name apart.
    """

    name: str
    address: str
    typed: str
    chosen: tuple[Option, ...]
    offered: tuple[Option, ...]
    has_more: bool
    carried: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nobody to choose, whatever is typed."""
        return not (self.typed or self.chosen or self.offered or self.has_more)

    @property
    def key(self) -> str:
        """What tells it from the other choices of the page, in its parameter and its ids."""
        return f"{self.name}{self.mark}"


def offer_choice(
    name: str,
    address: str,
    *,
    chosen: Collection[int] = (),
    only: ColumnElement[bool] | None = None,
    without: Collection[int] = (),
    carried: Mapping[str, str] | None = None,
    mark: object = "",
) -> Choice:
    """People, as the page's address asks for them. `only`: a condition on Person. Raises NotAllowed."""
    typed = _typed(f"{name}{mark}")
    found = see(offer_people, search=typed, only=only, without=[*without, *chosen])
    return Choice(
        name,
        address,
        typed,
        chosen=_people(see(read_people, ids=chosen)) if chosen else (),
        offered=_people(found.people),
        has_more=found.has_more,
        carried=carried or {},
        mark=str(mark),
    )


def offer_pair_choice(
    name: str,
    address: str,
    *,
    cycle_id: int,
    statuses: frozenset[PairStatus],
    chosen: int | None = None,
    mark: str = "",
) -> Choice:
    """Pairs of the school year by the names of the two. Raises NotAllowed."""
    typed = _typed(f"{name}{mark}")
    facts: dict[str, Any] = {"cycle_id": cycle_id, "statuses": statuses}
    found = see(list_pairs, **facts, search=typed, asked=Asked(size=MOST_OFFERED))
    kept = see(list_pairs, **facts, only=[chosen]).rows if chosen is not None else ()
    return Choice(
        name,
        address,
        typed,
        chosen=_pairs(kept),
        offered=_pairs([one for one in found.rows if one.id != chosen and (typed or found.pages == 1)]),
        has_more=found.pages > 1,
        mark=mark,
    )


def _typed(key: str) -> str:
    return request.args.get(f"find_{key}", "").strip()


def _people(found: Collection[PersonFacts]) -> tuple[Option, ...]:
    return tuple(Option(one.id, one.full_name, one.position) for one in found)


def _pairs(found: Collection[PairCard]) -> tuple[Option, ...]:
    return tuple(Option(one.id, one.title) for one in found)
