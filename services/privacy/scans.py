"""Scans of signed papers: kept as long as the retention list says, seen by those who keep people's papers."""

from datetime import datetime, time

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.audit import Action
from models.consents import Consent, ConsentKind
from models.jobs import FileKind, StoredFile
from models.people import Organization, Person
from models.privacy import MentoringAgreement
from services.access.actors import Actor, ActorKind, Channel, Right, system
from services.access.audit import record
from services.access.errors import NotFound
from services.access.records import find
from services.consents.retention import add_years, find_years
from services.files.store import FileFacts, PlacedFile, facts_of, store_file
from services.organizations.days import today_of, zone_of

EVIDENCE, STAFF_PAPERS = "consent_evidence", "agreements"
"""Entries of the retention list by which a scan is kept."""

BATCH = 50


def store_scan(
    session: Session, *, actor: Actor, organization_id: int, placed: PlacedFile, title: str, now: datetime
) -> int:
    """Describe a placed scan; gives the file's id. Raises NotAllowed."""
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    return store_file(
        session,
        placed=placed,
        kind=FileKind.SCAN,
        title=title,
        organization_id=organization_id,
        owner_id=actor.id if actor.kind is ActorKind.ACCOUNT else None,
        keep=None,
        now=now,
    )


def read_scan(session: Session, *, actor: Actor, file_id: int, now: datetime) -> FileFacts:
    """A scan of the actor's organisation; that it was looked at is recorded. Raises NotFound, NotAllowed."""
    row = find(session, StoredFile, file_id)
    if row.kind is not FileKind.SCAN or row.organization_id is None:
        raise NotFound
    if row.expires_at is not None and row.expires_at <= now:
        raise NotFound
    actor.check_right(Right.EDIT_PEOPLE, row.organization_id)
    record(session, actor, Action.PRIVACY_SCAN_READ, row, now=now)
    return facts_of(row)


def forget_old_scans(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """A tick: scans go whose term by the retention list is over (docs/domain.md#personal-data); the worker
    removes the files.

    The term of a consent begins with its end: a later decision on the same paper, or the erasure of the
    person. That of an agreement begins with its last day. The record says that there was a scan.
    """
    forgotten = 0
    for organization_id in session.scalars(select(Organization.id).order_by(Organization.id)).all():
        for kept in (EVIDENCE, STAFF_PAPERS):
            years = find_years(session, organization_id=organization_id, kept=kept)
            if years is None:
                continue
            for row in _find_over(session, organization_id, kept, years, now, limit - forgotten):
                _forget(session, row, now)
                forgotten += 1
    return forgotten


def _find_over(
    session: Session, organization_id: int, kept: str, years: int, now: datetime, limit: int
) -> list[Consent | MentoringAgreement]:
    """Papers with a scan whose term ended before the first moment of a day of the organisation's own."""
    ended_before = add_years(today_of(session, organization_id, now), -years)
    moment = datetime.combine(ended_before, time(), zone_of(session, organization_id))
    is_staff_paper = Consent.kind == ConsentKind.MENTORING
    found: list[Consent | MentoringAgreement] = list(
        session.scalars(
            select(Consent)
            .join(Person, Person.id == Consent.person_id)
            .where(
                Consent.organization_id == organization_id,
                Consent.file_id.is_not(None),
                is_staff_paper if kept == STAFF_PAPERS else ~is_staff_paper,
                # a paper may be registered long after it was signed
                Consent.decided_at < moment,
                or_(_replaced_at() < moment, Person.erased_at < moment),
            )
            .order_by(Consent.id)
            .limit(limit)
        )
    )
    if kept == STAFF_PAPERS:
        found += session.scalars(
            select(MentoringAgreement)
            .where(
                MentoringAgreement.organization_id == organization_id,
                MentoringAgreement.file_id.is_not(None),
                MentoringAgreement.ends_on < ended_before,
            )
            .order_by(MentoringAgreement.id)
            .limit(limit - len(found))
        ).all()
    return found


def _replaced_at() -> ColumnElement[datetime]:
    """When the next decision on the same paper was made."""
    later = aliased(Consent)
    return (
        select(func.min(later.decided_at))
        .where(later.person_id == Consent.person_id, later.kind == Consent.kind, later.id > Consent.id)
        .scalar_subquery()
    )


def _forget(session: Session, paper: Consent | MentoringAgreement, now: datetime) -> None:
    file = session.get_one(StoredFile, paper.file_id)
    paper.file_id, paper.scan_gone_at, file.expires_at = None, now, now
    before = {"paper": paper.__tablename__, "id": paper.id}
    record(session, system(Channel.SCHEDULER), Action.PRIVACY_SCAN_GONE, file, now=now, before=before)
