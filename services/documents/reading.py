"""Documents as a curator sees them: the list, one with what has changed since, its file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.documents import Document, DocumentKind, DocumentPair, DocumentPerson, DocumentStatus
from models.jobs import Job, StoredFile
from models.pairs import Pair, PairMember, is_in_pair
from models.people import Participation, ParticipationStatus, Person, Role
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import NotFound
from services.access.listing import NEWEST_FIRST, Asked, Listed, list_page
from services.access.records import find
from services.documents.declining import Case
from services.documents.kinds import KINDS
from services.documents.making import KIND, DocumentSigned, build_facts, mark_of
from services.documents.paper_names import NameForms, read_forms
from services.files.jobs import OPEN
from services.files.store import FileFacts, facts_of

SHOWN_NAMES = 3
SORTED = {"made": (Document.made_at, Document.id)}


@dataclass(frozen=True, slots=True)
class Change:
    """A value that was printed, and what stands in its place now."""

    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Which forms of a person somebody should look at."""

    forms: NameForms
    cases: tuple[Case, ...]
    has_position: bool


@dataclass(frozen=True, slots=True)
class Mentor:
    person_id: int
    full_name: str
    position: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """`names` are those of its first pairs or people, `count` is how many there are.

    `is_stale`: a fact that it prints has changed since. `is_being_made`: the worker has it.
    """

    id: int
    kind: DocumentKind
    status: DocumentStatus
    number: str | None
    signed_on: date | None
    made_at: datetime
    names: tuple[str, ...]
    count: int
    is_stale: bool
    is_being_made: bool
    is_elsewhere: bool
    due_on: date | None
    file_id: int | None
    scan_id: int | None


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """`pairs` are the pairs it is about, `fault` is why the worker could not make it: a msgid with facts."""

    row: DocumentRow
    template: str | None
    registered_at: datetime | None
    pairs: Mapping[int, str]
    people: Mapping[int, str]
    changes: tuple[Change, ...]
    fault: tuple[str, Mapping[str, Any]] | None


def list_documents(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    cycle_id: int | None,
    kind: DocumentKind | None = None,
    status: DocumentStatus | None = None,
    asked: Asked = NEWEST_FIRST,
) -> Listed[DocumentRow]:
    """Of one school year, or of all of them. Raises NotAllowed."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    query = select(Document).where(Document.organization_id == organization_id)
    for column, wanted in ((Document.cycle_id, cycle_id), (Document.kind, kind), (Document.status, status)):
        if wanted is not None:
            query = query.where(column == wanted)
    found = list_page(session, query, keys=SORTED, asked=asked)
    return found.showing(_rows(session, found.rows))


def list_documents_of_pair(session: Session, *, actor: Actor, pair_id: int) -> list[DocumentRow]:
    """The newest first. Raises NotFound, NotAllowed."""
    pair = find(session, Pair, pair_id)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    query = (
        select(Document)
        .join(DocumentPair, DocumentPair.document_id == Document.id)
        .where(DocumentPair.pair_id == pair_id)
        .order_by(Document.id.desc())
    )
    return _rows(session, session.scalars(query).all())


def read_document(session: Session, *, actor: Actor, document_id: int) -> DocumentCard:
    """Raises NotFound, NotAllowed."""
    row = find(session, Document, document_id)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    (shown,) = _rows(session, [row])
    built = build_facts(session, row).facts if row.facts is not None and not row.is_elsewhere else None
    return DocumentCard(
        row=shown,
        template=row.template,
        registered_at=row.registered_at,
        pairs=_name_pairs(session, [row.id]).get(row.id, {}),
        people=_name_people(session, [row.id]).get(row.id, {}),
        changes=tuple(_compare(row.facts, built)) if built is not None else (),
        fault=None if shown.file_id is not None or shown.is_being_made else _fault(session, row.id),
    )


def read_document_file(session: Session, *, actor: Actor, document_id: int) -> FileFacts:
    """The file to be given. Raises NotFound, NotAllowed."""
    row = find(session, Document, document_id)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    return facts_of(find(session, StoredFile, row.file_id))


def delete_draft(session: Session, *, actor: Actor, document_id: int, now: datetime) -> str | None:
    """A draft goes; gives the name of its file, to be removed after the commit.

    Raises NotFound, NotAllowed, DocumentSigned.
    """
    row = find(session, Document, document_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    if row.status is DocumentStatus.SIGNED:
        raise DocumentSigned
    record(session, actor, Action.DOCUMENT_DELETED, row, now=now, before={"kind": row.kind.value})
    file = session.get(StoredFile, row.file_id) if row.file_id is not None else None
    session.delete(row)
    session.flush()
    if file is None:
        return None
    name = file.name
    session.delete(file)
    return name


def list_mentors(session: Session, *, actor: Actor, organization_id: int, cycle_id: int) -> list[Mentor]:
    """Everybody who is a mentor in this year, with or without a free place. Raises NotAllowed."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    rows = session.scalars(
        select(Person)
        .join(Participation, Participation.person_id == Person.id)
        .where(
            Participation.organization_id == organization_id,
            Participation.cycle_id == cycle_id,
            Participation.role == Role.MENTOR,
            Participation.status.in_((ParticipationStatus.READY, ParticipationStatus.PAIRED)),
            Person.erased_at.is_(None),
        )
        .order_by(Person.sort_key, Person.id)
    )
    return [Mentor(one.id, one.full_name, one.position) for one in rows]


def list_unconfirmed(
    session: Session, *, actor: Actor, organization_id: int, kind: DocumentKind, ids: Iterable[int]
) -> list[Unconfirmed]:
    """Whose name this kind declines for these pairs, and nobody has confirmed yet; sorted by name.

    Raises NotAllowed.
    """
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    known = KINDS[kind]
    if not known.declined:
        return []
    rows = session.execute(
        select(PairMember.person_id, PairMember.role)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(PairMember.pair_id.in_(list(ids)), Pair.organization_id == organization_id, is_in_pair())
    )
    sides: dict[int, Role] = {row.person_id: row.role for row in rows if row.role in known.declined}
    forms = read_forms(session, organization_id=organization_id, people=sides)
    waiting = []
    for one in forms.values():
        role = sides[one.person_id]
        cases = tuple(case for case in Case if case in known.declined[role])
        if not one.is_confirmed:
            waiting.append(Unconfirmed(one, cases, has_position=bool(one.position) and role in known.posts))
    return sorted(waiting, key=lambda one: one.forms.full_name)


def _rows(session: Session, rows: Iterable[Document]) -> list[DocumentRow]:
    found = list(rows)
    ids = [row.id for row in found]
    pairs, people = _name_pairs(session, ids), _name_people(session, ids)
    busy = _being_made(session, ids)
    made = []
    for row in found:
        names = tuple((pairs.get(row.id) or people.get(row.id) or {}).values())
        made.append(
            DocumentRow(
                id=row.id,
                kind=row.kind,
                status=row.status,
                number=row.number,
                signed_on=row.signed_on,
                made_at=row.made_at,
                names=names[:SHOWN_NAMES],
                count=len(names),
                is_stale=_is_stale(session, row),
                is_being_made=row.id in busy,
                is_elsewhere=row.is_elsewhere,
                due_on=row.due_on,
                file_id=row.file_id,
                scan_id=row.scan_id,
            )
        )
    return made


def _is_stale(session: Session, row: Document) -> bool:
    if row.facts_sha256 is None or row.is_elsewhere:
        return False
    return mark_of(build_facts(session, row).facts) != row.facts_sha256


def _compare(was: Any, now: Any) -> Iterable[Change]:
    """Values that differ, in their order; a part that only one of both has is told by its first value."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for name in dict.fromkeys((*was, *now)):
            yield from _compare(was.get(name), now.get(name))
    elif isinstance(was, list) and isinstance(now, list):
        for place in range(max(len(was), len(now))):
            yield from _compare(*(side[place] if place < len(side) else None for side in (was, now)))
    elif was != now:
        yield Change(_first(was), _first(now))


def _first(value: Any) -> str:
    if isinstance(value, Mapping):
        return next((_first(one) for one in value.values() if one), "")
    if isinstance(value, list):
        return _first(value[0]) if value else ""
    return str(value or "")


def _name_pairs(session: Session, ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """By document and pair: mentor, then mentees."""
    rows = session.execute(
        select(DocumentPair.document_id, DocumentPair.pair_id, PairMember.role, Person)
        .join(PairMember, PairMember.pair_id == DocumentPair.pair_id)
        .join(Person, Person.id == PairMember.person_id)
        .where(DocumentPair.document_id.in_(list(ids)), is_in_pair())
        .order_by(DocumentPair.document_id, DocumentPair.pair_id, PairMember.role.desc(), PairMember.id)
    )
    found: dict[int, dict[int, str]] = {}
    for document_id, pair_id, _role, person in rows:
        told = found.setdefault(document_id, {})
        told[pair_id] = f"{told[pair_id]} – {person.full_name}" if pair_id in told else person.full_name
    return found


def _name_people(session: Session, ids: Iterable[int]) -> dict[int, dict[int, str]]:
    rows = session.execute(
        select(DocumentPerson.document_id, Person)
        .join(Person, Person.id == DocumentPerson.person_id)
        .where(DocumentPerson.document_id.in_(list(ids)))
        .order_by(DocumentPerson.document_id, Person.sort_key)
    )
    found: dict[int, dict[int, str]] = {}
    for document_id, person in rows:
        found.setdefault(document_id, {})[person.id] = person.full_name
    return found


def _being_made(session: Session, ids: Iterable[int]) -> set[int]:
    wanted = set(ids)
    named = session.scalars(select(Job.arguments).where(Job.kind == KIND, Job.status.in_(OPEN)))
    return {one for arguments in named for one in arguments["document_ids"]} & wanted


def _fault(session: Session, document_id: int) -> tuple[str, Mapping[str, Any]] | None:
    """What the newest work on this document ended with."""
    jobs = session.execute(
        select(Job.arguments, Job.error)
        .where(Job.kind == KIND, Job.error.is_not(None))
        .order_by(Job.id.desc())
    )
    for arguments, error in jobs:
        if document_id in arguments["document_ids"] and error:
            return str(error["text"]), dict(error["facts"])
    return None


def read_batch(session: Session, *, actor: Actor, job_id: int) -> tuple[Job, tuple[int, ...]]:
    """The work on several documents and their ids. Raises NotFound, NotAllowed."""
    job = find(session, Job, job_id)
    if job.kind != KIND or job.organization_id is None:
        raise NotFound
    actor.check_right(Right.MANAGE_PAIRS, job.organization_id)
    return job, tuple(job.arguments["document_ids"])
