"""The register of publications and the partners of a programme (DC30; A55, B17, C3, C36, D16, E36 to E38)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.outreach import Partner, Publication, PublicationKind, PublicationPerson
from models.pairs import Pair, PairStatus
from models.programmes import Cycle
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.listing import NEWEST_FIRST, Asked, Listed, list_page
from services.access.records import find
from services.consents.papers import FIELDS
from services.privacy.publications import name_people
from services.roadmap.proofs import check_link

TITLE_LIMIT, HELP_LIMIT = 200, 300


class NameMissing(DomainError):
    text = N_("Please say what it is called.")


class OutreachTextTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


class PublishedTooEarly(DomainError):
    text = N_("Results of a pair may be published only after its programme is completed.")


class PairMissing(DomainError):
    text = N_("Please say whose results these are: choose the pair.")


class DayAhead(DomainError):
    text = N_("This day has not come yet.")


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    id: int
    kind: PublicationKind
    title: str
    url: str
    published_on: date
    pair_id: int | None

    @property
    def site(self) -> str:
        """Where it stands: the host of the address."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True, slots=True)
class PartnerFacts:
    id: int
    name: str
    helps_with: str
    url: str
    since: date


def add_publication(
    session: Session,
    *,
    actor: Actor,
    cycle_id: int,
    kind: PublicationKind,
    title: str,
    url: str,
    published_on: date,
    pair_id: int | None = None,
    person_ids: Sequence[int] = (),
    shows: Sequence[str] = (),
    now: datetime,
) -> PublicationFacts:
    """Enter a link. Results of a pair are refused while its programme runs (E37).

    Whoever is named without having allowed it is told of (services.privacy.publications.find_gaps), never
    refused: the page stands already, and the register must know it.

    Raises NotFound, NotAllowed, NameMissing, OutreachTextTooLong, LinkUnreadable, LinkTooLong, DayAhead,
    PairMissing, PublishedTooEarly.
    """
    cycle = _cycle(session, actor, cycle_id, Right.MANAGE_PAIRS)
    if published_on > now.date():
        raise DayAhead
    if kind is PublicationKind.RESULTS and pair_id is None:
        raise PairMissing
    if pair_id is not None:
        _check_completed(session, pair_id, cycle)
    row = Publication(
        organization_id=cycle.organization_id,
        cycle_id=cycle_id,
        kind=kind,
        title=_line(title, TITLE_LIMIT),
        url=check_link(url),
        published_on=published_on,
        pair_id=pair_id,
        shows=[one for one in FIELDS if one in shows],
        created_at=now,
    )
    session.add(row)
    session.flush()
    name_people(session, row, person_ids)
    record(session, actor, Action.PUBLICATION_ADDED, row, now=now)
    return _publication(row)


def list_publications(
    session: Session, *, actor: Actor, cycle_id: int, asked: Asked = NEWEST_FIRST
) -> Listed[PublicationFacts]:
    """A page of them, the newest first. Raises NotFound, NotAllowed."""
    _cycle(session, actor, cycle_id, Right.SEE_SCORES)
    found = list_page(
        session,
        select(Publication).where(Publication.cycle_id == cycle_id),
        keys={"published_on": (Publication.published_on, Publication.id)},
        asked=asked,
    )
    return found.showing([_publication(row) for row in found.rows])


def remove_publication(session: Session, *, actor: Actor, publication_id: int, now: datetime) -> None:
    """Take a wrong line out of the register. Raises NotFound, NotAllowed."""
    row = find(session, Publication, publication_id)
    _cycle(session, actor, row.cycle_id, Right.MANAGE_PAIRS)
    session.execute(delete(PublicationPerson).where(PublicationPerson.publication_id == publication_id))
    session.delete(row)
    record(session, actor, Action.PUBLICATION_REMOVED, row, now=now)


def add_partner(
    session: Session,
    *,
    actor: Actor,
    cycle_id: int,
    name: str,
    helps_with: str = "",
    url: str = "",
    since: date,
    now: datetime,
) -> PartnerFacts:
    """Enter an outside organisation (C3). Raises as add_publication does."""
    cycle = _cycle(session, actor, cycle_id, Right.MANAGE_PAIRS)
    row = Partner(
        organization_id=cycle.organization_id,
        cycle_id=cycle_id,
        name=_line(name, TITLE_LIMIT),
        helps_with=_short(helps_with, HELP_LIMIT),
        url=check_link(url) if url.strip() else "",
        since=since,
        created_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, Action.PARTNER_ADDED, row, now=now)
    return _partner(row)


def list_partners(session: Session, *, actor: Actor, cycle_id: int) -> tuple[PartnerFacts, ...]:
    """By name. Raises NotFound, NotAllowed."""
    _cycle(session, actor, cycle_id, Right.SEE_SCORES)
    rows = session.scalars(select(Partner).where(Partner.cycle_id == cycle_id).order_by(Partner.name))
    return tuple(_partner(row) for row in rows)


def remove_partner(session: Session, *, actor: Actor, partner_id: int, now: datetime) -> None:
    """Raises NotFound, NotAllowed."""
    row = find(session, Partner, partner_id)
    _cycle(session, actor, row.cycle_id, Right.MANAGE_PAIRS)
    session.delete(row)
    record(session, actor, Action.PARTNER_REMOVED, row, now=now)


def _check_completed(session: Session, pair_id: int, cycle: Cycle) -> None:
    pair = find(session, Pair, pair_id)
    if pair.organization_id != cycle.organization_id:
        raise NotFound
    if pair.status is not PairStatus.COMPLETED:
        raise PublishedTooEarly


def _cycle(session: Session, actor: Actor, cycle_id: int, right: Right) -> Cycle:
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(right, cycle.organization_id)
    return cycle


def _line(typed: str, limit: int) -> str:
    if not typed.strip():
        raise NameMissing
    return _short(typed, limit)


def _short(typed: str, limit: int) -> str:
    line = " ".join(typed.split())
    if len(line) > limit:
        raise OutreachTextTooLong(limit=limit)
    return line


def _publication(row: Publication) -> PublicationFacts:
    return PublicationFacts(row.id, row.kind, row.title, row.url, row.published_on, row.pair_id)


def _partner(row: Partner) -> PartnerFacts:
    return PartnerFacts(row.id, row.name, row.helps_with, row.url, row.since)
