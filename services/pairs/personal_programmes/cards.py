"""A programme for somebody of its pair or the curator, and the curator's list of them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.pairs import IN_WORK, Pair, PairMember
from models.people import Person, Role
from models.personal_programmes import (
    ChangeKind,
    ChangeState,
    PersonalProgramme,
    ProgrammeActivity,
    ProgrammeChange,
    ProgrammeStatus,
    ProgrammeVersion,
)
from services.access.actors import Actor, ActorKind, Right
from services.access.errors import NotFound
from services.access.listing import Asked, Listed, list_page
from services.access.records import find
from services.organizations.days import today_of
from services.pairs.personal_programmes.contents import (
    ChangeFacts,
    ProgrammeFacts,
    change_facts,
    facts_of,
    read_consents,
)
from services.pairs.personal_programmes.states import check_member, check_reader
from services.people.searching import is_pair_found


class Whose(StrEnum):
    """Whose move it is, as a condition of the list."""

    CURATOR = "curator"
    PAIR = "pair"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """`kind` is the change that made it, None for an approval or the end; `author` asked for it."""

    number: int
    made_at: datetime
    kind: ChangeKind | None
    author: str
    contents: dict[str, Any]


def read_programme(session: Session, *, actor: Actor, programme_id: int, now: datetime) -> ProgrammeFacts:
    """Raises NotFound, NotAllowed."""
    row = find(session, PersonalProgramme, programme_id)
    check_reader(actor, session.get_one(Pair, row.pair_id))
    return facts_of(session, row, today=today_of(session, row.organization_id, now))


def read_programme_of_activity(
    session: Session, *, actor: Actor, activity_id: int, now: datetime
) -> ProgrammeFacts:
    """Raises NotFound, NotAllowed."""
    programme_id = find(session, ProgrammeActivity, activity_id).programme_id
    return read_programme(session, actor=actor, programme_id=programme_id, now=now)


def find_programme_of(
    session: Session, *, actor: Actor, pair_id: int, now: datetime
) -> ProgrammeFacts | None:
    """The programme of a pair, if it has one. Raises NotFound, NotAllowed."""
    pair = find(session, Pair, pair_id)
    check_reader(actor, pair)
    row = session.scalars(select(PersonalProgramme).where(PersonalProgramme.pair_id == pair_id)).one_or_none()
    return facts_of(session, row, today=today_of(session, row.organization_id, now)) if row else None


def read_change(session: Session, *, actor: Actor, change_id: int) -> ChangeFacts:
    """One change for somebody of the pair; a card that is not confirmed for its author alone.

    Raises NotFound, NotAllowed.
    """
    change = find(session, ProgrammeChange, change_id)
    row = find(session, PersonalProgramme, change.programme_id)
    pair = session.get_one(Pair, row.pair_id)
    if actor.kind is ActorKind.PERSON:
        person_id = check_member(actor, pair)
        if change.state is ChangeState.CARD and change.person_id != person_id:
            raise NotFound
    else:
        check_reader(actor, pair)
    return change_facts(session, row, change, read_consents(session, row.id).get(change.id, set()))


def list_decided_changes(session: Session, *, actor: Actor, programme_id: int) -> list[ChangeFacts]:
    """Who wanted what otherwise and what became of it, the newest first. Raises NotFound, NotAllowed."""
    row = find(session, PersonalProgramme, programme_id)
    check_reader(actor, session.get_one(Pair, row.pair_id))
    query = select(ProgrammeChange).where(
        ProgrammeChange.programme_id == programme_id,
        ProgrammeChange.state.not_in((ChangeState.CARD, ChangeState.WAITING)),
    )
    consents = read_consents(session, row.id)
    return [
        change_facts(session, row, one, consents.get(one.id, set()))
        for one in session.scalars(query.order_by(ProgrammeChange.id.desc()))
    ]


def list_versions(session: Session, *, actor: Actor, programme_id: int) -> list[VersionFacts]:
    """The newest first. Raises NotFound, NotAllowed."""
    row = find(session, PersonalProgramme, programme_id)
    check_reader(actor, session.get_one(Pair, row.pair_id))
    found = []
    for one in session.scalars(
        select(ProgrammeVersion)
        .where(ProgrammeVersion.programme_id == programme_id)
        .order_by(ProgrammeVersion.number.desc())
    ):
        change = session.get(ProgrammeChange, one.change_id) if one.change_id else None
        account = session.get(Account, one.account_id) if one.account_id else None
        author = change.person.full_name if change else account.name if account else ""
        kind = change.kind if change else None
        found.append(VersionFacts(one.number, one.made_at, kind, author, one.contents))
    return found


def list_programmes(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    cycle_id: int,
    today: date,
    status: ProgrammeStatus | None = None,
    whose: Whose | None = None,
    is_late: bool = False,
    search: str = "",
    asked: Asked = Asked(),  # noqa: B008  # frozen
) -> Listed[ProgrammeFacts]:
    """A page of the programmes of a school year, the oldest state first as a rule. Raises NotAllowed."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    query = (
        select(PersonalProgramme)
        .join(Pair, Pair.id == PersonalProgramme.pair_id)
        .where(
            PersonalProgramme.organization_id == organization_id,
            PersonalProgramme.cycle_id == cycle_id,
            is_pair_found(Pair.id, search),
        )
    )
    if status is not None:
        query = query.where(PersonalProgramme.status == status)
    past = _has_past(today)
    if is_late:
        query = query.where(PersonalProgramme.status == ProgrammeStatus.ACTIVE, past)
    if whose is not None:
        is_curators = and_(PersonalProgramme.status == ProgrammeStatus.AGREED, Pair.status.in_(IN_WORK))
        is_pairs = and_(
            Pair.status.in_(IN_WORK),
            or_(
                PersonalProgramme.status.in_((ProgrammeStatus.DRAFT, ProgrammeStatus.PROPOSED)),
                and_(PersonalProgramme.status == ProgrammeStatus.ACTIVE, or_(past, _has_waiting())),
            ),
        )
        conditions = {
            Whose.CURATOR: is_curators,
            Whose.PAIR: is_pairs,
            Whose.NOBODY: ~or_(is_curators, is_pairs),
        }
        query = query.where(conditions[whose])
    found = list_page(session, query, keys=SORTED, asked=asked)
    return found.showing([facts_of(session, row, today=today) for row in found.rows])


def count_programmes(session: Session, *, organization_id: int, cycle_id: int) -> dict[ProgrammeStatus, int]:
    """How many stand in each state; a figure that names nobody, its reader has checked the right."""
    rows = session.execute(
        select(PersonalProgramme.status, func.count())
        .where(PersonalProgramme.organization_id == organization_id, PersonalProgramme.cycle_id == cycle_id)
        .group_by(PersonalProgramme.status)
    )
    return dict(rows.tuples())


SORTED = {
    "since": (PersonalProgramme.since, PersonalProgramme.id),
    "ends": (PersonalProgramme.ends_on, PersonalProgramme.id),
    "sides": (
        select(func.min(Person.sort_key))
        .join(PairMember, PairMember.person_id == Person.id)
        .where(PairMember.pair_id == PersonalProgramme.pair_id, PairMember.role == Role.MENTOR)
        .correlate(PersonalProgramme)
        .scalar_subquery(),
        PersonalProgramme.id,
    ),
}


def _has_past(today: date) -> Any:
    return (
        select(ProgrammeActivity.id)
        .where(
            ProgrammeActivity.programme_id == PersonalProgramme.id,
            ProgrammeActivity.done_on.is_(None),
            ProgrammeActivity.planned_on < today,
        )
        .exists()
    )


def _has_waiting() -> Any:
    return (
        select(ProgrammeChange.id)
        .where(
            ProgrammeChange.programme_id == PersonalProgramme.id,
            ProgrammeChange.state == ChangeState.WAITING,
        )
        .exists()
    )
