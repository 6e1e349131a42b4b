"""Two cards of one person become one: what would move is shown first, the trail keeps it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Table, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Session

from models.audit import Action
from models.pairs import PairMember
from models.people import ChatAccount, Participation, Person
from models.references import columns_to
from models.surveys import SurveyRun
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.accounts.chats import join_chats
from services.people.cards import PersonFacts, facts_of
from services.surveys.intake import intake_key

SHOWN = {
    "participations": "roles",
    "pair_members": "pairs",
    "survey_runs": "surveys",
    "consents": "consents",
    "invitations": "invitations",
    "tasks": "tasks",
}
"""What a preview counts, by its table."""


class SameCard(DomainError):
    text = N_("Please choose another card: a card cannot be joined with itself.")


class BothInOneRole(DomainError):
    text = N_(
        "Both cards stand in the same role of the same school year and have pairs there. "
        "Please end the pairs of one of them first."
    )


@dataclass(frozen=True, slots=True)
class MergePreview:
    """`moves` counts what goes from the card that ends to the one that stays."""

    stays: PersonFacts
    ends: PersonFacts
    moves: dict[str, int]
    has_two_chats: bool


def find_namesakes(session: Session, *, actor: Actor, person_id: int) -> tuple[PersonFacts, ...]:
    """Other cards of the organisation with the same full name. Whether it is one person the curator says;
    no chat, answer or consent goes from one to another by a name. Raises NotFound, NotAllowed.
    """
    person = find(session, Person, person_id)
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    if person.erased_at is not None:
        return ()
    rows = session.scalars(
        select(Person)
        .where(
            Person.organization_id == person.organization_id,
            Person.id != person_id,
            Person.erased_at.is_(None),
            Person.family_name == person.family_name,
            Person.given_name == person.given_name,
            Person.patronymic == person.patronymic,
        )
        .order_by(Person.id)
    )
    return tuple(facts_of(row) for row in rows)


def preview_merge(session: Session, *, actor: Actor, person_id: int, other_id: int) -> MergePreview:
    """What joining `other_id` into `person_id` would do. Raises NotFound, NotAllowed, SameCard,
    BothInOneRole.
    """
    stays, ends = _both(session, actor, person_id, other_id)
    _check_roles(session, stays, ends)
    moves: dict[str, int] = {}
    for table, column in columns_to("persons"):
        name = SHOWN.get(table.name)
        if name is not None:
            query = select(func.count()).select_from(table).where(column == ends.id)
            moves[name] = moves.get(name, 0) + (session.scalar(query) or 0)
    chats = session.scalar(select(func.count()).where(ChatAccount.person_id.in_((stays.id, ends.id))))
    return MergePreview(facts_of(stays), facts_of(ends), moves, (chats or 0) > 1)


def merge_people(
    session: Session, *, actor: Actor, person_id: int, other_id: int, now: datetime
) -> PersonFacts:
    """Join `other_id` into `person_id`: everything moves, the other card goes. The chat of the card that
    stays wins; a second one is unlinked and told so. Raises as `preview_merge` does.
    """
    stays, ends = _both(session, actor, person_id, other_id)
    _check_roles(session, stays, ends)
    join_chats(session, stays=stays, ends=ends, now=now)
    _join_roles(session, stays, ends)
    for table, column in columns_to("persons"):
        if table.name in {"chat_accounts", "participations"}:
            continue
        _move(session, table, column, stays.id, ends.id)
    session.flush()
    session.expire_all()
    session.execute(delete(Person).where(Person.id == other_id))
    record(session, actor, Action.PERSON_MERGED, stays, now=now, before={"other": other_id})
    return facts_of(session.get_one(Person, person_id))


def _both(session: Session, actor: Actor, person_id: int, other_id: int) -> tuple[Person, Person]:
    if person_id == other_id:
        raise SameCard
    found = {
        row.id: row
        for row in session.scalars(
            select(Person).where(Person.id.in_((person_id, other_id))).order_by(Person.id).with_for_update()
        )
    }
    if len(found) != 2:  # noqa: PLR2004  # the two cards
        raise NotFound
    stays, ends = found[person_id], found[other_id]
    actor.check_right(Right.EDIT_PEOPLE, stays.organization_id)
    if stays.organization_id != ends.organization_id:
        raise NotFound
    return stays, ends


def _roles(session: Session, person_id: int) -> dict[tuple[int, str], Participation]:
    rows = session.scalars(select(Participation).where(Participation.person_id == person_id))
    return {(row.cycle_id, row.role.value): row for row in rows}


def _check_roles(session: Session, stays: Person, ends: Person) -> None:
    mine, theirs = _roles(session, stays.id), _roles(session, ends.id)
    for key in mine.keys() & theirs.keys():
        if _has_pairs(session, mine[key]) and _has_pairs(session, theirs[key]):
            raise BothInOneRole


def _has_pairs(session: Session, row: Participation) -> bool:
    found = session.scalar(select(PairMember.id).where(PairMember.participation_id == row.id).limit(1))
    return found is not None


def _join_roles(session: Session, stays: Person, ends: Person) -> None:
    """A role that both have is kept where its pairs are; intakes follow the person by their key."""
    mine, theirs = _roles(session, stays.id), _roles(session, ends.id)
    for key, row in theirs.items():
        old_key = intake_key(row)
        if key in mine and not _has_pairs(session, row):
            session.delete(row)
            continue
        if key in mine:
            session.delete(mine[key])
            session.flush()
        row.person_id = stays.id
        session.flush()
        run = session.scalars(select(SurveyRun).where(SurveyRun.dedup_key == old_key)).one_or_none()
        taken = session.scalars(select(SurveyRun).where(SurveyRun.dedup_key == intake_key(row))).one_or_none()
        if run is not None:
            if taken is not None:
                taken.dedup_key = f"{taken.dedup_key}:before_merge:{ends.id}"
                session.flush()
            run.dedup_key = intake_key(row)
    session.flush()


def _move(session: Session, table: Table, column: Column[int], stays_id: int, ends_id: int) -> None:
    """Where a row may stand once for a person (a key of its own), the one that is there wins."""
    others = _unique_beside(table, column)
    if others is not None:
        kept = table.alias()
        same: list[ColumnElement[bool]] = [kept.c[one.name] == one for one in others]
        session.execute(
            delete(table).where(
                column == ends_id,
                select(kept.c[column.name]).where(kept.c[column.name] == stays_id, *same).exists(),
            )
        )
    session.execute(update(table).where(column == ends_id).values({column: stays_id}))


def _unique_beside(table: Table, column: Column[int]) -> list[Column[int]] | None:
    """The other columns of a key that the person is part of; None when there is no such key."""
    keys = [set(table.primary_key.columns)]
    keys += [set(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    for key in keys:
        if column in key:
            return [one for one in key if one is not column]
    return None
