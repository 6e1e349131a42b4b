"""Imports as records: a file is handed in, checked by the worker, then applied or thrown away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.audit import Action, AuditEntry
from models.imports import ImportState, LegalGround, Origin, PeopleImport
from models.jobs import FileKind, Job, StoredFile
from models.names import full_name
from models.people import Person
from services.access.actors import Actor, ActorKind, Channel, Right, system
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find
from services.files.jobs import OPEN, JobFacts, enqueue_job, read_job
from services.files.store import PlacedFile, store_file
from services.people.cards import LOCALES
from services.people.imports.fates import Judged, count_fates
from services.people.imports.rows import Fate, Listed

KIND = "import"
KEEP = timedelta(days=7)  # the file waits this long for the curator's decision
CHUNK = 500  # people added in one transaction
SHOWN_FAULTS = 100
LISTED = 20
SOURCE_LIMIT = 300


class SourceMissing(DomainError):
    text = N_("Please say which list of the employer's this is, for example “staff list of 1 September”.")


class ReceivedInFuture(DomainError):
    text = N_("The day on which the list was received cannot lie in the future.")


class ImportDecided(DomainError):
    text = N_("This list has been applied or thrown away already.")


class ImportNotChecked(DomainError):
    text = N_("The check of this list is not finished yet.")


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """An import as a page shows it; `faults` are rows with their fate, without names."""

    id: int
    organization_id: int
    title: str
    source: str
    received_on: date
    state: ImportState
    counts: dict[str, int]
    ignored: tuple[str, ...]
    faults: tuple[dict[str, Any], ...]
    job: JobFacts | None
    created_at: datetime
    decided_at: datetime | None

    @property
    def is_at_work(self) -> bool:
        is_open = self.job is not None and self.job.status in OPEN
        return is_open and self.state in {ImportState.CHECKING, ImportState.APPLYING}


def hand_in_list(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    title: str,
    placed: PlacedFile,
    source: str,
    received_on: date,
    today: date,
    locale: str,
    now: datetime,
) -> int:
    """Keep the file and ask the worker for a check of it. Gives the import's id.

    The ground is the employer's: names and positions, for an invitation only (docs/domain.md#personal-data).
    Raises NotAllowed, SourceMissing, ReceivedInFuture.
    """
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    told = " ".join(source.split())[:SOURCE_LIMIT]
    if not told:
        raise SourceMissing
    if received_on > today:
        raise ReceivedInFuture
    file_id = store_file(
        session,
        placed=placed,
        kind=FileKind.IMPORT,
        title=title[:200],
        organization_id=organization_id,
        owner_id=actor.id if actor.kind is ActorKind.ACCOUNT else None,
        keep=KEEP,
        now=now,
    )
    row = PeopleImport(
        organization_id=organization_id,
        account_id=actor.id if actor.kind is ActorKind.ACCOUNT else None,
        title=title[:200],
        file_id=file_id,
        ground=LegalGround.EMPLOYER,
        source=told,
        received_on=received_on,
        state=ImportState.CHECKING,
        created_at=now,
    )
    session.add(row)
    session.flush()
    row.job_id = _ask(session, actor, row, "check", locale, now)
    record(session, actor, Action.IMPORT_HANDED_IN, row, now=now, after=_audit_facts(row))
    return row.id


def register_list(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    title: str,
    source: str,
    received_on: date,
    counts: dict[str, int],
    now: datetime,
) -> int:
    """The record of a list that the command line applies at once, without a file or a job. Gives its id."""
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    row = PeopleImport(
        organization_id=organization_id,
        title=title[:200],
        ground=LegalGround.EMPLOYER,
        source=" ".join(source.split())[:SOURCE_LIMIT],
        received_on=received_on,
        state=ImportState.APPLIED,
        result={"counts": counts},
        created_at=now,
        decided_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, Action.IMPORT_APPLIED, row, now=now, after=_audit_facts(row))
    return row.id


def apply_list(session: Session, *, actor: Actor, import_id: int, locale: str, now: datetime) -> None:
    """Ask the worker to write what the check has shown. Raises ImportDecided, ImportNotChecked."""
    row = _lock(session, actor, import_id)
    if row.state is ImportState.CHECKING:
        raise ImportNotChecked
    has_broken_off = row.state is ImportState.APPLYING and not _is_open(session, row)
    if row.state is not ImportState.CHECKED and not has_broken_off:
        raise ImportDecided
    row.state = ImportState.APPLYING
    row.job_id = _ask(session, actor, row, "apply", locale, now)
    record(session, actor, Action.IMPORT_APPLIED, row, now=now, after=_audit_facts(row))


def discard_list(session: Session, *, actor: Actor, import_id: int, now: datetime) -> str | None:
    """Throw a list away unwritten; gives the name of its file, for remove_content after the commit.

    Raises ImportDecided, ImportNotChecked.
    """
    row = _lock(session, actor, import_id)
    if row.state is ImportState.CHECKING and _is_open(session, row):
        raise ImportNotChecked
    if row.state not in {ImportState.CHECKING, ImportState.CHECKED}:
        raise ImportDecided
    row.state, row.decided_at = ImportState.DISCARDED, now
    record(session, actor, Action.IMPORT_DISCARDED, row, now=now, after=_audit_facts(row))
    return forget_file(session, row)


def forget_file(session: Session, row: PeopleImport) -> str | None:
    """The list itself is not needed any more: names of people who were not taken must not stay."""
    file = session.get(StoredFile, row.file_id) if row.file_id else None
    row.file_id = None
    session.flush()
    if file is None:
        return None
    session.delete(file)
    return file.name


def store_check(
    session: Session, *, import_id: int, judged: Sequence[Judged], ignored: Sequence[str]
) -> dict[str, Any]:
    """The check is done: counts, and the rows that need a look, by their numbers. Nothing else is written."""
    row = session.get_one(PeopleImport, import_id, with_for_update=True)
    row.state = ImportState.CHECKED
    row.result = _summarise(judged, ignored)
    return dict(row.result)


def store_refusal(session: Session, *, import_id: int, now: datetime) -> str | None:
    """The file cannot be read as a list; gives the name of the file that goes."""
    row = session.get_one(PeopleImport, import_id, with_for_update=True)
    row.state, row.decided_at = ImportState.REFUSED, now
    return forget_file(session, row)


def store_applied(session: Session, *, import_id: int, counts: dict[str, int], now: datetime) -> str | None:
    """All chunks are written; gives the name of the file that goes."""
    row = session.get_one(PeopleImport, import_id, with_for_update=True)
    row.state, row.decided_at = ImportState.APPLIED, now
    row.result = {**(row.result or {}), "counts": counts}
    return forget_file(session, row)


def read_added(session: Session, import_id: int) -> list[str]:
    """Full names of who was added from this list: after a crash they are not added again."""
    found = session.execute(
        select(Person.family_name, Person.given_name, Person.patronymic)
        .join(Origin, Origin.person_id == Person.id)
        .where(Origin.import_id == import_id)
    )
    return [full_name(*names) for names in found]


def find_list(session: Session, import_id: int) -> StoredFile:
    """The file that was handed in. Raises NotFound when it has gone."""
    return find(session, StoredFile, find(session, PeopleImport, import_id).file_id)


def add_listed(
    session: Session, *, actor: Actor, import_id: int, rows: Sequence[Listed], now: datetime
) -> int:
    """Add the people of one chunk with the ground on which they are held. Raises NotAllowed."""
    taken = session.get_one(PeopleImport, import_id)
    actor.check_right(Right.EDIT_PEOPLE, taken.organization_id)
    if not rows:
        return 0
    ids = session.scalars(
        insert(Person).returning(Person.id, sort_by_parameter_order=True),
        [
            {
                "organization_id": taken.organization_id,
                "family_name": one.family_name,
                "given_name": one.given_name,
                "patronymic": one.patronymic,
                "position": one.position,
                "locale": LOCALES[0],
                "created_at": now,
            }
            for one in rows
        ],
    ).all()
    session.execute(
        insert(Origin),
        [
            {
                "person_id": person_id,
                "import_id": taken.id,
                "ground": taken.ground,
                "source": taken.source,
                "received_on": taken.received_on,
            }
            for person_id in ids
        ],
    )
    session.execute(
        insert(AuditEntry),
        [
            {
                "at": now,
                "organization_id": taken.organization_id,
                "actor_kind": actor.kind.value,
                "actor_id": actor.id,
                "channel": actor.channel.value,
                "action": Action.PERSON_IMPORTED.value,
                "subject_kind": "person",
                "subject_id": person_id,
                "after": {"import": taken.id},
            }
            for person_id in ids
        ],
    )
    return len(ids)


def read_import(session: Session, *, actor: Actor, import_id: int) -> ImportFacts:
    """Raises NotFound, NotAllowed."""
    row = find(session, PeopleImport, import_id)
    actor.check_right(Right.EDIT_PEOPLE, row.organization_id)
    return _facts(session, row)


def list_imports(session: Session, *, actor: Actor, organization_id: int) -> list[ImportFacts]:
    """The newest first."""
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    rows = session.scalars(
        select(PeopleImport)
        .where(PeopleImport.organization_id == organization_id)
        .order_by(PeopleImport.id.desc())
        .limit(LISTED)
    )
    return [_facts(session, row) for row in rows]


def _ask(session: Session, actor: Actor, row: PeopleImport, step: str, locale: str, now: datetime) -> int:
    queued = enqueue_job(
        session,
        actor=actor,
        kind=KIND,
        arguments={"import_id": row.id, "step": step, "locale": locale},
        organization_id=row.organization_id,
        dedup_key=f"import:{row.id}:{step}:{now.isoformat()}",  # its state lets only one in
        now=now,
    )
    return queued.id


def _is_open(session: Session, row: PeopleImport) -> bool:
    job = session.get(Job, row.job_id) if row.job_id else None
    return job is not None and job.status in OPEN


def _summarise(judged: Sequence[Judged], ignored: Sequence[str]) -> dict[str, Any]:
    wanting = [one for one in judged if one.fate in {Fate.ERROR, Fate.DUPLICATE} or one.has_other_position]
    return {
        "counts": count_fates(judged),
        "ignored": list(ignored)[:20],
        "faults": [
            {
                "row": one.listed.row,
                "fate": one.fate.value,
                "fault": one.listed.fault.value if one.listed.fault else None,
                "cell": one.listed.cell,
                "like_row": one.like_row,
                "has_other_position": one.has_other_position,
            }
            for one in wanting[:SHOWN_FAULTS]
        ],
        "more": max(len(wanting) - SHOWN_FAULTS, 0),
    }


def _lock(session: Session, actor: Actor, import_id: int) -> PeopleImport:
    row = find(session, PeopleImport, import_id, lock=True)
    actor.check_right(Right.EDIT_PEOPLE, row.organization_id)
    return row


def _facts(session: Session, row: PeopleImport) -> ImportFacts:
    result = row.result or {}
    return ImportFacts(
        id=row.id,
        organization_id=row.organization_id,
        title=row.title,
        source=row.source,
        received_on=row.received_on,
        state=row.state,
        counts=result.get("counts", {}),
        ignored=tuple(result.get("ignored", ())),
        faults=tuple(result.get("faults", ())),
        job=_job(session, row.job_id),
        created_at=row.created_at,
        decided_at=row.decided_at,
    )


def _job(session: Session, job_id: int | None) -> JobFacts | None:
    """Progress for everybody who may edit people; the file of a result stays the asker's."""
    if job_id is None:
        return None
    return read_job(session, actor=system(Channel.PANEL), job_id=job_id)


def _audit_facts(row: PeopleImport) -> dict[str, Any]:
    return {"ground": row.ground.value, **(row.result or {}).get("counts", {})}
