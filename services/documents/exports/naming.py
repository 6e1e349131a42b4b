"""Names that stand beside ids: people, sides of pairs, school years, and the words of running packs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.names import full_name
from models.pairs import Decision, DeclineReason, PairMember, is_in_pair
from models.people import Person, Role
from models.programmes import Cycle, Programme
from services.documents.exports.tables import Scope, Words
from services.programmes.packs import ResolvedPack
from services.programmes.regulations import Named
from services.programmes.running import pack_of
from services.programmes.texts import Text


@dataclass(frozen=True, slots=True)
class Member:
    person_id: int
    name: str
    decision: Decision | None = None
    reason: DeclineReason | None = None
    note: str | None = None
    people: tuple[int, ...] = ()  # the further ones of a group


NOBODY = Member(0, "")


def names_of(session: Session, person_ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {one for one in person_ids if one is not None}
    rows = session.execute(
        select(Person.id, Person.family_name, Person.given_name, Person.patronymic).where(
            Person.id.in_(wanted)
        )
    )
    return {one: full_name(*names) for one, *names in rows}


def sides_of(session: Session, pair_ids: Iterable[int | None]) -> dict[int, dict[Role, Member]]:
    """The members of each pair by role; of a group its mentees together, with the answer of the first."""
    wanted = {one for one in pair_ids if one is not None}
    rows = session.execute(
        select(
            PairMember.pair_id,
            PairMember.role,
            PairMember.person_id,
            PairMember.decision,
            PairMember.decline_reason,
            PairMember.decline_note,
        )
        .where(PairMember.pair_id.in_(wanted), is_in_pair())
        .order_by(PairMember.id)
    ).all()
    names = names_of(session, (row.person_id for row in rows))
    sides: dict[int, dict[Role, Member]] = {}
    for row in rows:
        found = sides.setdefault(row.pair_id, {})
        name = names.get(row.person_id, "")
        first = found.get(row.role)
        found[row.role] = (
            Member(row.person_id, name, row.decision, row.decline_reason, row.decline_note)
            if first is None
            else replace(first, name=f"{first.name}, {name}", people=(*first.people, row.person_id))
        )
    return sides


def cycle_labels(session: Session, scope: Scope) -> dict[int, str]:
    rows = session.execute(
        select(Cycle.id, Cycle.label).where(Cycle.organization_id == scope.organization_id)
    )
    return {row.id: row.label for row in rows}


def packs_of(session: Session, scope: Scope) -> dict[int, ResolvedPack]:
    """The packs of the school years in scope, by cycle."""
    query = select(Programme.cycle_id).where(Programme.organization_id == scope.organization_id)
    if scope.filters.cycle_id is not None:
        query = query.where(Programme.cycle_id == scope.filters.cycle_id)
    return {cycle_id: pack_of(session, cycle_id=cycle_id) for cycle_id in session.scalars(query)}


def words_of(packs: Iterable[ResolvedPack], part: str) -> Words:
    """The packs' own words of `forms`, `kinds`, `role_variants` or `meeting_kinds`; the newest pack wins."""
    found: dict[str, Text] = {}
    for pack in packs:
        named: tuple[Named, ...] = getattr(pack.pack, part)
        found |= {one.id: one.title for one in named}
    return found
