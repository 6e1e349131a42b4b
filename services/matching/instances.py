"""A matching problem as plain data, checked before anything is computed from it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

from models.matching import Aim
from services.access.errors import N_, DomainError

MAX_SCORE = 100.0
Id = StrictInt | StrictStr
Score = Annotated[float, Field(ge=0, le=MAX_SCORE, allow_inf_nan=False)]
Capacity = Annotated[int, Field(ge=0, strict=True)]


class InstanceRefused(DomainError):
    """What is wrong with an instance; each kind names the entry."""


class NotJson(InstanceRefused):
    text = N_("The file is not JSON in UTF-8.")


class EntryMissing(InstanceRefused):
    text = N_("{where} is missing.")


class EntryUnknown(InstanceRefused):
    text = N_("{where} is not known here. Remove it, or look for a slip of the pen.")


class ScoreRefused(InstanceRefused):
    text = N_("{where} must be a number from 0 to 100.")


class CapacityRefused(InstanceRefused):
    text = N_("{where} must be a whole number from 0.")


class AimUnknown(InstanceRefused):
    text = N_("{where} must be one of: {aims}.")


class EntryMalformed(InstanceRefused):
    text = N_("{where} has another form than it should. The forms are in docs/matching.md.")


class IdRepeated(InstanceRefused):
    text = N_("{id} stands twice among {where}.")


class IdUnknown(InstanceRefused):
    text = N_("{where} name {id}, who is not in the list.")


class PairRepeated(InstanceRefused):
    text = N_("The pair {mentee} – {mentor} stands twice among {where}.")


class LockVetoed(InstanceRefused):
    text = N_("The pair {mentee} – {mentor} is both locked and forbidden. Remove one of the two.")


class LockUnscored(InstanceRefused):
    text = N_("The locked pair {mentee} – {mentor} has no score, so it may not be paired.")


class LockOverCapacity(InstanceRefused):
    text = N_("{locks} pairs are locked for the mentor {mentor}, who takes {capacity}.")


class MenteeLockedTwice(InstanceRefused):
    text = N_("The mentee {mentee} is locked to two mentors.")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Mentee(_Entry):
    id: Id


class _Mentor(_Entry):
    id: Id
    capacity: Capacity


class _Document(_Entry):
    mentees: tuple[_Mentee, ...]
    mentors: tuple[_Mentor, ...]
    scores: tuple[tuple[Id, Id, Score, Score], ...]
    vetoes: tuple[tuple[Id, Id], ...] = ()
    locks: tuple[tuple[Id, Id], ...] = ()
    aim: Aim = Aim.BEST_SCORE


@dataclass(frozen=True)
class Instance:
    """Who may be paired with whom, and how well each side is served by it.

    People are positions in `mentees` and `mentors`. The possible pairs are four arrays of one length:
    `mentee` and `mentor` (positions), `for_mentee` and `for_mentor` (scores from 0 to 100); forbidden pairs
    are not among them. `locks` are positions in those arrays.
    """

    mentees: tuple[int | str, ...]
    mentors: tuple[int | str, ...]
    capacity: NDArray[np.int64]
    mentee: NDArray[np.int64]
    mentor: NDArray[np.int64]
    for_mentee: NDArray[np.float64]
    for_mentor: NDArray[np.float64]
    forbidden: frozenset[tuple[int, int]]
    locks: tuple[int, ...]
    aim: Aim

    @property
    def score(self) -> NDArray[np.float64]:
        """Of each possible pair: the mean of its two scores, from 0 to 100."""
        return (self.for_mentee + self.for_mentor) / 2


def read_instance(document: object) -> Instance:
    """The instance that a parsed JSON document describes.

    Raises an InstanceRefused for its first fault.
    """
    try:
        found = _Document.model_validate(document)
    except ValidationError as error:
        raise _refusal(error) from None
    mentees = _positions((one.id for one in found.mentees), "mentees")
    mentors = _positions((one.id for one in found.mentors), "mentors")
    scored = _pairs([row[:2] for row in found.scores], mentees, mentors, "scores")
    forbidden = frozenset(_pairs(found.vetoes, mentees, mentors, "vetoes"))
    possible = [place for place, pair in enumerate(scored) if pair not in forbidden]
    rows = [(*scored[place], *found.scores[place][2:]) for place in possible]
    instance = Instance(
        mentees=tuple(mentees),
        mentors=tuple(mentors),
        capacity=np.array([one.capacity for one in found.mentors], dtype=np.int64),
        mentee=np.array([row[0] for row in rows], dtype=np.int64),
        mentor=np.array([row[1] for row in rows], dtype=np.int64),
        for_mentee=np.array([row[2] for row in rows], dtype=np.float64),
        for_mentor=np.array([row[3] for row in rows], dtype=np.float64),
        forbidden=forbidden,
        locks=(),
        aim=found.aim,
    )
    return _with_locks(instance, _pairs(found.locks, mentees, mentors, "locks"), set(scored))


def _refusal(error: ValidationError) -> InstanceRefused:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path, kind = first["loc"] or ("{}",), first["type"]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    if kind == "missing":
        return EntryMissing(where=where)
    if kind == "extra_forbidden":
        return EntryUnknown(where=where)
    if path[0] == "scores" and len(path) == 3 and path[2] in {2, 3}:  # noqa: PLR2004  # the two scores of a row
        return ScoreRefused(where=where)
    if path[-1] == "capacity":
        return CapacityRefused(where=where)
    if path == ("aim",):
        return AimUnknown(where=where, aims=", ".join(Aim))
    return EntryMalformed(where=where)


def _positions(ids: Iterable[int | str], where: str) -> dict[int | str, int]:
    known: dict[int | str, int] = {}
    for one in ids:
        if one in known:
            raise IdRepeated(id=one, where=where)
        known[one] = len(known)
    return known


def _pairs(
    rows: Sequence[tuple[int | str, int | str]],
    mentees: dict[int | str, int],
    mentors: dict[int | str, int],
    where: str,
) -> list[tuple[int, int]]:
    found: dict[tuple[int, int], None] = {}
    for mentee, mentor in rows:
        for one, known in ((mentee, mentees), (mentor, mentors)):
            if one not in known:
                raise IdUnknown(id=one, where=where)
        pair = mentees[mentee], mentors[mentor]
        if pair in found:
            raise PairRepeated(mentee=mentee, mentor=mentor, where=where)
        found[pair] = None
    return list(found)


def _with_locks(instance: Instance, locks: list[tuple[int, int]], scored: set[tuple[int, int]]) -> Instance:
    edges = {pair: place for place, pair in enumerate(zip(instance.mentee, instance.mentor, strict=True))}
    for mentee, mentor in locks:
        names: dict[str, Any] = {"mentee": instance.mentees[mentee], "mentor": instance.mentors[mentor]}
        if (mentee, mentor) in instance.forbidden:
            raise LockVetoed(**names)
        if (mentee, mentor) not in scored:
            raise LockUnscored(**names)
    for mentee, count in Counter(mentee for mentee, _ in locks).items():
        if count > 1:
            raise MenteeLockedTwice(mentee=instance.mentees[mentee])
    for mentor, count in Counter(mentor for _, mentor in locks).items():
        capacity = int(instance.capacity[mentor])
        if count > capacity:
            raise LockOverCapacity(mentor=instance.mentors[mentor], locks=count, capacity=capacity)
    return replace(instance, locks=tuple(edges[pair] for pair in locks))
