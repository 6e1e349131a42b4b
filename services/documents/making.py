"""Documents are asked for, built from live data, and rendered by the worker (docs/documents.md#life).

A document is a row at once; the worker fills in what it says and its file. Asked for again, a draft of the
same kind for the same pair is made anew instead of standing beside it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.documents import Document, DocumentKind, DocumentPair, DocumentPerson, DocumentStatus
from models.jobs import FileKind, StoredFile
from models.pairs import Pair, PairMember, is_in_pair
from models.people import Participation, ParticipationStatus, Person, Role
from services.access.actors import Actor, Right, account_of
from services.access.audit import record
from services.access.digests import sha256_of
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.documents.builders import Built, Subject
from services.documents.kinds import KINDS, About, Kind
from services.documents.pair_facts import written_day
from services.documents.templates import TemplateInUse, find_template
from services.files.jobs import enqueue_job
from services.files.store import PlacedFile, store_file
from services.programmes.running import current_cycle

KIND = "document"
MOST = 200
"""Documents of one click, and pairs of one order."""
LONGEST_CHOICE = 2000
DAYS = frozenset({"starts_on", "ends_on", "effective_on"})
NO_NUMBER = "____"


class NothingChosen(DomainError):
    text = N_("Please choose for whom the document is made.")


class TooManyChosen(DomainError):
    text = N_("Please choose at most {limit} at once.")


class ChoiceMissing(DomainError):
    text = N_("Please fill in every field that the document needs.")


class ChoiceTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


class TermWrong(DomainError):
    text = N_("The term ends after it begins. Please correct the dates.")


class PairNotForThis(DomainError):
    text = N_("One of these pairs is in another state by now. Please choose anew.")


class DocumentSigned(DomainError):
    text = N_("This document is signed: it stays as it is.")


@dataclass(frozen=True, slots=True)
class DocumentsMade:
    ids: tuple[int, ...]
    job_id: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the worker renders. `facts` have number and date, or what stands for them in a draft."""

    document_id: int
    kind: DocumentKind
    organization_id: int
    facts: dict[str, Any]
    template: TemplateInUse


def make_documents(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    kind: DocumentKind,
    ids: Sequence[int],
    choices: Mapping[str, Any],
    key: str,
    now: datetime,
) -> DocumentsMade:
    """Ask for documents about these pairs or people. `key` names the click: a second one asks nothing.

    Raises NotAllowed, NotFound, NothingChosen, TooManyChosen, ChoiceMissing, ChoiceTooLong, TermWrong,
    PairNotForThis, and NoOpenCycle.
    """
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    known = KINDS[kind]
    told = check_choices(known, choices)
    cycle_id = current_cycle(session, organization_id).id
    subjects = _subjects(session, known, Subject(organization_id, cycle_id, choices=told), ids)
    made = [_open(session, actor, kind, one, now) for one in subjects]
    job = enqueue_job(
        session,
        actor=actor,
        kind=KIND,
        arguments={"document_ids": made},
        organization_id=organization_id,
        dedup_key=f"document:{actor.kind.value}:{actor.id}:{key}",
        now=now,
    )
    return DocumentsMade(tuple(made), job.id)


def build_drafts(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    kind: DocumentKind,
    ids: Sequence[int],
    choices: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """What drafts would say, for a file that is not kept. Without `ids` those that are usual for the kind.

    Raises what `make_documents` raises.
    """
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    known = KINDS[kind]
    told = check_choices(known, choices)
    cycle_id = current_cycle(session, organization_id).id
    chosen = list(ids) or _usual(session, known, organization_id, cycle_id)
    subjects = _subjects(session, known, Subject(organization_id, cycle_id, choices=told), chosen)
    return [_as_printed(known.build(session, one).facts) for one in subjects]


def make_anew(session: Session, *, actor: Actor, document_id: int, key: str, now: datetime) -> DocumentsMade:
    """A draft from the data as they are now. Raises NotFound, NotAllowed, DocumentSigned."""
    row = find(session, Document, document_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    if row.status is DocumentStatus.SIGNED:
        raise DocumentSigned
    row.facts_sha256, row.made_at, row.made_by = None, now, account_of(actor)
    record(session, actor, Action.DOCUMENT_MADE, row, now=now, after={"kind": row.kind.value})
    return enqueue_rendering(session, row, actor=actor, key=f"{row.id}:{key}", now=now)


def enqueue_rendering(
    session: Session, row: Document, *, actor: Actor, key: str, now: datetime
) -> DocumentsMade:
    """Let the worker make the file. The caller has checked the right."""
    job = enqueue_job(
        session,
        actor=actor,
        kind=KIND,
        arguments={"document_ids": [row.id]},
        organization_id=row.organization_id,
        dedup_key=f"document:{actor.kind.value}:{actor.id}:{key}",
        now=now,
    )
    return DocumentsMade((row.id,), job.id)


def check_choices(known: Kind, choices: Mapping[str, Any]) -> dict[str, Any]:
    """Only what the kind asks for, dates as ISO text. Raises ChoiceMissing, ChoiceTooLong, TermWrong."""
    told: dict[str, Any] = {}
    for name in known.choices:
        value = choices.get(name)
        if isinstance(value, date):
            value = value.isoformat()
        if isinstance(value, str):
            value = value.strip()
            if len(value) > LONGEST_CHOICE:
                raise ChoiceTooLong(limit=LONGEST_CHOICE)
        if value:
            told[name] = value
    if any(name not in told for name in known.needed):
        raise ChoiceMissing
    if "starts_on" in told and "ends_on" in told and told["ends_on"] <= told["starts_on"]:
        raise TermWrong
    return told


def prepare_document(session: Session, *, actor: Actor, document_id: int) -> Prepared:
    """Build what a draft says and keep it; a signed one says what it said. Raises NotFound, NotAllowed."""
    row = find(session, Document, document_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    if row.status is DocumentStatus.DRAFT or row.facts is None:
        built = build_facts(session, row)
        row.facts, row.facts_sha256 = built.facts, mark_of(built.facts)
        session.execute(delete(DocumentPerson).where(DocumentPerson.document_id == row.id))
        session.add_all(DocumentPerson(document_id=row.id, person_id=one) for one in sorted(built.people))
        session.flush()
    return Prepared(
        row.id,
        row.kind,
        row.organization_id,
        with_number(row),
        find_template(session, organization_id=row.organization_id, kind=row.kind),
    )


def build_facts(session: Session, row: Document) -> Built:
    """What the document says by the data as they are now."""
    pairs = session.scalars(
        select(DocumentPair.pair_id).where(DocumentPair.document_id == row.id).order_by(DocumentPair.pair_id)
    ).all()
    people = tuple(row.choices.get("person_ids", ()))
    subject = Subject(row.organization_id, row.cycle_id, tuple(pairs), people, dict(row.choices))
    return KINDS[row.kind].build(session, subject)


def with_number(row: Document) -> dict[str, Any]:
    """The facts as they are printed: a draft has lines for number and date."""
    facts = row.facts or {}
    if row.status is DocumentStatus.DRAFT:
        return _as_printed(facts)
    number = row.number or NO_NUMBER
    return {**facts, "number": number, "date": written_day(row.signed_on), "is_draft": False}


def _as_printed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Of a draft."""
    return {**facts, "number": NO_NUMBER, "date": written_day(None), "is_draft": True}


def _usual(session: Session, known: Kind, organization_id: int, cycle_id: int) -> list[int]:
    """Pairs or mentors of the year that the kind is made for as a rule."""
    if known.about is About.MENTORS:
        query = select(Participation.person_id).where(
            Participation.organization_id == organization_id,
            Participation.cycle_id == cycle_id,
            Participation.role == Role.MENTOR,
            Participation.status.in_((ParticipationStatus.READY, ParticipationStatus.PAIRED)),
        )
        return list(session.scalars(query.order_by(Participation.id)))
    states = known.usual or known.states
    return list(
        session.scalars(
            select(Pair.id)
            .where(
                Pair.organization_id == organization_id, Pair.cycle_id == cycle_id, Pair.status.in_(states)
            )
            .order_by(Pair.id)
        )
    )


def mark_of(facts: Mapping[str, Any]) -> str:
    """The mark by which changed facts are known."""
    return sha256_of(json.dumps(facts, ensure_ascii=False, sort_keys=True))


def store_rendered(
    session: Session,
    *,
    actor: Actor,
    document_id: int,
    placed: PlacedFile,
    template: TemplateInUse,
    title: str,
    now: datetime,
) -> str | None:
    """The file is there; gives the name of the one it replaces, to be removed after the commit.

    Raises NotFound, NotAllowed.
    """
    row = find(session, Document, document_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    old = session.get(StoredFile, row.file_id) if row.file_id is not None else None
    row.file_id = store_file(
        session,
        placed=placed,
        kind=FileKind.DOCUMENT,
        title=title,
        organization_id=row.organization_id,
        owner_id=row.made_by,
        keep=None,
        now=now,
    )
    row.template = template.mark
    session.flush()
    if old is None:
        return None
    name = old.name
    session.delete(old)
    return name


def _subjects(session: Session, known: Kind, base: Subject, ids: Sequence[int]) -> list[Subject]:
    """One for each document that is to be made."""
    chosen = tuple(dict.fromkeys(ids))
    if known.about is About.ORGANIZATION:
        return [base]
    if not chosen:
        raise NothingChosen
    if len(chosen) > MOST:
        raise TooManyChosen(limit=MOST)
    if known.about is About.MENTORS:
        found = session.scalars(
            select(Person.id).where(
                Person.id.in_(chosen),
                Person.organization_id == base.organization_id,
                Person.erased_at.is_(None),
            )
        ).all()
        if len(found) != len(chosen):
            raise NotFound
        return [_with(base, people=chosen)]
    check_pairs(session, known, base.organization_id, base.cycle_id, chosen)
    if known.about is About.PAIRS:
        return [_with(base, pairs=chosen)]
    if known.about is About.EACH_PAIR:
        return [_with(base, pairs=(one,)) for one in chosen]
    mentees = session.execute(
        select(PairMember.pair_id, PairMember.person_id)
        .where(PairMember.pair_id.in_(chosen), PairMember.role == Role.MENTEE, is_in_pair())
        .order_by(PairMember.pair_id, PairMember.id)
    )
    return [_with(base, pairs=(pair_id,), people=(person_id,)) for pair_id, person_id in mentees]


def check_pairs(
    session: Session, known: Kind, organization_id: int, cycle_id: int, pair_ids: Sequence[int]
) -> None:
    """Raises PairNotForThis unless all are pairs of this year in a state that the kind is made for."""
    found = session.scalars(
        select(Pair.id).where(
            Pair.id.in_(pair_ids),
            Pair.organization_id == organization_id,
            Pair.cycle_id == cycle_id,
            Pair.status.in_(known.states),
        )
    ).all()
    if len(found) != len(set(pair_ids)):
        raise PairNotForThis


def _with(base: Subject, *, pairs: tuple[int, ...] = (), people: tuple[int, ...] = ()) -> Subject:
    choices = base.choices | ({"person_ids": list(people)} if people else {})
    return Subject(base.organization_id, base.cycle_id, pairs, people, choices)


def _open(session: Session, actor: Actor, kind: DocumentKind, subject: Subject, now: datetime) -> int:
    row = _draft_of(session, kind, subject)
    if row is None:
        row = Document(
            organization_id=subject.organization_id,
            cycle_id=subject.cycle_id,
            kind=kind,
            status=DocumentStatus.DRAFT,
        )
        session.add(row)
    row.choices, row.made_at, row.made_by, row.facts_sha256 = subject.choices, now, account_of(actor), None
    session.flush()
    session.execute(delete(DocumentPair).where(DocumentPair.document_id == row.id))
    session.add_all(DocumentPair(document_id=row.id, pair_id=one) for one in subject.pair_ids)
    session.flush()
    record(session, actor, Action.DOCUMENT_MADE, row, now=now, after={"kind": kind.value})
    return row.id


def _draft_of(session: Session, kind: DocumentKind, subject: Subject) -> Document | None:
    """A draft of one pair that this one replaces. Orders on many stand beside each other."""
    if KINDS[kind].about not in {About.EACH_PAIR, About.EACH_MENTEE}:
        return None
    rows = session.scalars(
        select(Document)
        .join(DocumentPair, DocumentPair.document_id == Document.id)
        .where(
            DocumentPair.pair_id == subject.pair_ids[0],
            Document.kind == kind,
            Document.status == DocumentStatus.DRAFT,
        )
        .order_by(Document.id)
    )
    people = list(subject.person_ids)
    return next((row for row in rows if row.choices.get("person_ids", []) == people), None)
