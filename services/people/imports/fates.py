"""What becomes of each row of a list: new, known, twice in the file, or a fault with its cell."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.names import fold, full_name
from models.people import Person
from services.people.imports.rows import Fate, Listed


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with its fate. `like_row` is the earlier row of a duplicate.

    `has_other_position`: the card that is there, or the earlier row, names another position.
    """

    listed: Listed
    fate: Fate
    like_row: int | None = None
    has_other_position: bool = False


def read_known(session: Session, organization_id: int) -> dict[str, str]:
    """The people of an organisation: folded full name to folded position."""
    found = session.execute(
        select(Person.family_name, Person.given_name, Person.patronymic, Person.position).where(
            Person.organization_id == organization_id
        )
    )
    return {
        fold(full_name(family, given, patronymic)): fold(position)
        for family, given, patronymic, position in found
    }


def judge(rows: Iterable[Listed], known: dict[str, str]) -> list[Judged]:
    """The same full name is the same person: a namesake is a curator's decision, never a guess."""
    judged = []
    seen: dict[str, tuple[int, str]] = {}
    for one in rows:
        key, position = fold(one.full_name), fold(one.position)
        if one.fault is not None:
            judged.append(Judged(one, Fate.ERROR))
        elif key in seen:
            row, other = seen[key]
            judged.append(Judged(one, Fate.DUPLICATE, row, _differ(position, other)))
        else:
            seen[key] = one.row, position
            if key in known:
                judged.append(Judged(one, Fate.KNOWN, has_other_position=_differ(position, known[key])))
            else:
                judged.append(Judged(one, Fate.NEW))
    return judged


def count_fates(judged: Iterable[Judged]) -> dict[str, int]:
    counts = Counter(one.fate.value for one in judged)
    return {fate.value: counts[fate.value] for fate in Fate}


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)
