"""The register of requests and its cards, each for whoever may read it (docs/domain.md#dc21)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from models.pairs import Pair, PairMember
from models.people import Person, Role
from models.requests import Request, RequestConsent, RequestKind, RequestStatus
from services.access.actors import Actor, ActorKind, Right
from services.access.errors import NotAllowed
from services.access.listing import Asked, Listed, list_page
from services.access.records import find
from services.accounts.staff import names_of_accounts
from services.pairs.requests.rules import RULES, RequestRule
from services.people.pseudonyms import name_partner
from services.people.searching import is_pair_found


@dataclass(frozen=True, slots=True)
class RequestSide:
    """A side of the pair. `agrees` is None while it has not said; `noted_by` is who entered it for them."""

    person_id: int
    participation_id: int
    role: Role
    name: str
    chat_name: str
    agrees: bool | None
    answered_at: datetime | None
    noted_by: str


@dataclass(frozen=True, slots=True)
class RequestCard:
    """`text` is "" for whoever was not named when it was written; `owner` and `decided_by` are names."""

    id: int
    organization_id: int
    cycle_id: int
    pair_id: int
    kind: RequestKind
    rule: RequestRule
    status: RequestStatus
    text: str
    wanted_on: date | None
    made_at: datetime
    due_at: datetime
    owner_id: int | None
    owner: str
    asker: RequestSide
    others: tuple[RequestSide, ...]
    decided_at: datetime | None
    decided_by: str
    note: str
    effective_on: date | None
    order_number: str
    order_on: date | None
    partner_text: str | None
    done_on: date | None
    colleague: str

    @property
    def is_waiting(self) -> bool:
        return self.status is RequestStatus.WAITING

    @property
    def sides(self) -> tuple[RequestSide, ...]:
        """The mentor first, then the mentees."""
        found = (self.asker, *self.others)
        return tuple(sorted(found, key=lambda one: (one.role is not Role.MENTOR, one.name)))

    @property
    def has_all_consents(self) -> bool:
        return all(one.agrees for one in self.others)


_MEMBERS = selectinload(Pair.members).joinedload(PairMember.person)
SORTED = {
    "made": (Request.made_at, Request.id),
    "due": (Request.due_at, Request.id),
}


def list_requests(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    cycle_id: int | None = None,
    kind: RequestKind | None = None,
    status: RequestStatus | None = None,
    owner_id: int | None = None,
    search: str = "",
    asked: Asked = Asked(),  # noqa: B008  # frozen
) -> Listed[RequestCard]:
    """A page of the register, the oldest first as a rule. Raises NotAllowed."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    query = select(Request).where(
        Request.organization_id == organization_id, is_pair_found(Request.pair_id, search)
    )
    for column, value in (
        (Request.cycle_id, cycle_id),
        (Request.kind, kind),
        (Request.status, status),
        (Request.owner_id, owner_id),
    ):
        if value is not None:
            query = query.where(column == value)
    found = list_page(session, query, keys=SORTED, asked=asked)
    return found.showing(_cards(session, found.rows, actor))


def list_requests_of_pair(session: Session, *, actor: Actor, pair_id: int) -> list[RequestCard]:
    """Of one pair, the oldest first: for who leads the pairs. Raises NotFound, NotAllowed."""
    pair = find(session, Pair, pair_id)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    rows = session.scalars(select(Request).where(Request.pair_id == pair_id).order_by(Request.id)).all()
    return _cards(session, rows, actor)


def is_leaving(person_id: Any) -> ColumnElement[bool]:
    """Whether this person has given notice as a mentor, and the day has not come yet."""
    is_ahead = or_(
        Request.status == RequestStatus.WAITING,
        and_(Request.status == RequestStatus.GRANTED, Request.watch_at.is_not(None)),
    )
    return exists().where(Request.person_id == person_id, Request.kind == RequestKind.RELEASE, is_ahead)


def list_own_waiting(session: Session, *, actor: Actor, pair_id: int) -> list[RequestCard]:
    """What this person of the pair has asked and nobody has decided, the oldest first. Raises NotAllowed."""
    query = select(Request).where(
        Request.pair_id == pair_id,
        Request.person_id == actor.id,
        Request.status == RequestStatus.WAITING,
    )
    return _own(session, actor, query)


def list_asked_of(session: Session, *, actor: Actor, pair_id: int) -> list[RequestCard]:
    """What waits for this person's answer in the pair, the oldest first. Raises NotAllowed."""
    kinds = [kind for kind, rule in RULES.items() if rule.is_of_two or rule.needs_consent]
    query = select(Request).where(
        Request.pair_id == pair_id,
        Request.person_id != actor.id,
        Request.kind.in_(kinds),
        Request.status == RequestStatus.WAITING,
    )
    return [
        card
        for card in _own(session, actor, query)
        if card.rule.is_of_two or any(one.agrees is None for one in card.others if one.person_id == actor.id)
    ]


def read_request(session: Session, *, actor: Actor, request_id: int) -> RequestCard:
    """For the staff, and for the sides of the pair as far as they were named. Raises NotFound, NotAllowed."""
    request = find(session, Request, request_id)
    if actor.kind is ActorKind.PERSON:
        _check_side(session, actor, request)
    else:
        actor.check_right(Right.MANAGE_PAIRS, request.organization_id)
    return _cards(session, [request], actor)[0]


def _own(session: Session, actor: Actor, query: Select[Request]) -> list[RequestCard]:
    rows = session.scalars(query.order_by(Request.id)).all()
    for row in rows:
        _check_side(session, actor, row)
    return _cards(session, rows, actor)


def _check_side(session: Session, actor: Actor, request: Request) -> None:
    actor.check_organization(request.organization_id)
    pair = session.get_one(Pair, request.pair_id)
    rule = RULES[request.kind]
    is_other = actor.id in {one.person_id for one in pair.sides} and (rule.is_of_two or rule.needs_consent)
    if actor.id != request.person_id and not is_other:
        raise NotAllowed


def _may_read(actor: Actor, request: Request) -> bool:
    """Whether the words were meant for this reader: the staff, or of a question the other side."""
    rule = RULES[request.kind]
    match actor.kind:
        case ActorKind.SYSTEM:
            return True
        case ActorKind.PERSON:
            return actor.id == request.person_id or rule.is_of_two
        case _:
            return not rule.is_of_two


def _cards(session: Session, rows: Sequence[Request], actor: Actor) -> list[RequestCard]:
    ids = {one for row in rows for one in (row.owner_id, row.account_id) if one is not None}
    said: dict[tuple[int, int], RequestConsent] = {}
    for consent in session.scalars(
        select(RequestConsent).where(RequestConsent.request_id.in_([row.id for row in rows]))
    ):
        said[consent.request_id, consent.person_id] = consent
        if consent.account_id is not None:
            ids.add(consent.account_id)
    names = names_of_accounts(session, ids)
    query = select(Pair).where(Pair.id.in_([row.pair_id for row in rows])).options(_MEMBERS)
    pairs = {pair.id: pair for pair in session.scalars(query)}
    return [
        _card(session, row, pairs[row.pair_id], names, said, may_read=_may_read(actor, row)) for row in rows
    ]


def _card(
    session: Session,
    row: Request,
    pair: Pair,
    names: Mapping[int | None, str],
    said: dict[tuple[int, int], RequestConsent],
    *,
    may_read: bool,
) -> RequestCard:
    sides = []
    for member in pair.members:
        if not (member.is_in or member.person_id == row.person_id):
            continue
        consent = said.get((row.id, member.person_id))
        sides.append(
            RequestSide(
                person_id=member.person_id,
                participation_id=member.participation_id,
                role=member.role,
                name=member.person.full_name,
                chat_name=name_partner(session, member.person, cycle_id=pair.cycle_id, pair_id=pair.id),
                agrees=consent.agrees if consent else None,
                answered_at=consent.answered_at if consent else None,
                noted_by=names.get(consent.account_id, "") if consent else "",
            )
        )
    colleague = session.get(Person, row.colleague_id) if row.colleague_id is not None else None
    return RequestCard(
        id=row.id,
        organization_id=row.organization_id,
        cycle_id=row.cycle_id,
        pair_id=row.pair_id,
        kind=row.kind,
        rule=RULES[row.kind],
        status=row.status,
        text=row.text if may_read else "",
        wanted_on=row.wanted_on,
        made_at=row.made_at,
        due_at=row.due_at,
        owner_id=row.owner_id,
        owner=names.get(row.owner_id, ""),
        asker=next(one for one in sides if one.person_id == row.person_id),
        others=tuple(one for one in sides if one.person_id != row.person_id),
        decided_at=row.decided_at,
        decided_by=names.get(row.account_id, ""),
        note=row.note if may_read else "",
        effective_on=row.effective_on,
        order_number=row.order_number,
        order_on=row.order_on,
        partner_text=row.partner_text,
        done_on=row.done_on,
        colleague=colleague.full_name if colleague else "",
    )
