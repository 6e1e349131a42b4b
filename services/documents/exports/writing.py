"""Making an export: prepared once, read in chunks, written as it is read; one way for worker and shell."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.people import Organization
from models.programmes import Cycle
from services.access.actors import Actor
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.documents.exports.banks import MENTEE_BANK, MENTOR_BANK, NEEDS
from services.documents.exports.outbox import OUTBOX
from services.documents.exports.pairs import MEETINGS, PAIRS
from services.documents.exports.people import CONSENTS, PEOPLE
from services.documents.exports.programme import ROADMAP, SCORES
from services.documents.exports.registers import REQUESTS
from services.documents.exports.results import RESULTS
from services.documents.exports.surveys import SURVEYS
from services.documents.exports.tables import CHUNK, Chunk, Column, Filters, Row, Scope, Table, Wording
from services.documents.exports.writers import CsvWriter, Head, JsonWriter, WorkbookWriter, Writer
from services.files.store import Sink

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        CONSENTS,
        PEOPLE,
        PAIRS,
        MEETINGS,
        SURVEYS,
        SCORES,
        RESULTS,
        ROADMAP,
        OUTBOX,
        MENTEE_BANK,
        MENTOR_BANK,
        NEEDS,
        REQUESTS,
    )
}


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class UnknownExport(DomainError):
    text = N_("There is no export {what}. Choose one of: {known}.")


class UnknownFormat(DomainError):
    text = N_("There is no format {format}. Choose one of: {known}.")


class NothingToExport(DomainError):
    text = N_("There is no organisation yet. Say: nastavnik organization add --help")


class OrganizationNotNamed(DomainError):
    text = N_("There are several organisations here. Please name the one to export.")


@dataclass(frozen=True, slots=True)
class ExportSummary:
    what: str
    format: Format
    organization_id: int
    rows: int
    withheld: int


@dataclass(frozen=True, slots=True)
class Export:
    """Checked and ready: rights, organisation and filters hold, the columns are known."""

    table: Table
    scope: Scope
    head: Head

    @property
    def chunk(self) -> int:
        """How many base records one `read` takes at most."""
        return CHUNK

    def read(self, session: Session, after: int) -> Chunk:
        found = self.table.read(session, self.scope, after, CHUNK)
        rows = [[column.get(item) for column in self.head.columns] for item in found.items]
        return Chunk(rows, found.after, found.withheld)

    def count(self, session: Session) -> int:
        """How many base records there are, for the progress."""
        return self.table.count(session, self.scope)

    def writer(self, kind: Format, out: Sink, scratch: Path | None = None) -> Writer:
        match kind:
            case Format.JSON:
                return JsonWriter(self.head, out)
            case Format.CSV:
                return CsvWriter(self.head, out)
            case Format.XLSX:
                return WorkbookWriter(self.head, out, scratch)


def write_export(
    session: Session,
    *,
    actor: Actor,
    what: str,
    format: str,  # noqa: A002  # the command line's own word
    out: Sink,
    now: datetime,
    t: Wording,
    filters: Filters,
) -> ExportSummary:
    """Write one export while it is read. Reading only: `record_export` puts it into the trail afterwards.

    Raises NotAllowed, NotFound, UnknownExport, UnknownFormat, UnknownFilter, UnknownFilterValue,
    OrganizationNotNamed, NoOpenCycle, SheetFull.
    """
    kind = check_format(format)
    export = prepare_export(session, actor=actor, what=what, filters=filters, t=t, now=now)
    writer = export.writer(kind, out)
    rows = withheld = 0
    for chunk in _chunks(session, export):
        withheld += chunk.withheld
        rows += _add_all(writer, chunk.rows)
    writer.close(rows, withheld)
    out.flush()
    return ExportSummary(what, kind, export.scope.organization_id, rows, withheld)


def check_format(name: str) -> Format:
    if name not in set(Format):
        raise UnknownFormat(format=name, known=", ".join(Format))
    return Format(name)


def prepare_export(
    session: Session, *, actor: Actor, what: str, filters: Filters, t: Wording, now: datetime
) -> Export:
    """Check who asks for what, and settle everything that the rows depend on."""
    table = TABLES.get(what)
    if table is None:
        raise UnknownExport(what=what, known=", ".join(TABLES))
    organization = _organization_of(session, actor, filters)
    actor.check_right(table.right, organization.id)
    table.check_filters(filters)
    cycle = _cycle_of(session, organization.id, filters)
    scope = Scope(actor, organization.id, organization.timezone, filters, t.locale, now)
    columns = tuple(column.translated(t) for column in table.columns(session, scope))
    head = Head(
        what=table.name,
        title=t.label(table.title),
        organization_id=organization.id,
        organization=organization.name,
        timezone=organization.timezone,
        t=t,
        made_at=now,
        columns=columns,
        filters=filters.given(),
        filter_words=_describe_filters(filters, cycle, columns, t),
    )
    return Export(table, scope, head)


def record_export(session: Session, *, actor: Actor, summary: ExportSummary, now: datetime) -> None:
    """Who took which data out, for the trail; call it in a write unit once the export is whole."""
    after = {"what": summary.what, "format": summary.format.value, "rows": summary.rows}
    organization = session.get_one(Organization, summary.organization_id)
    record(session, actor, Action.EXPORT_MADE, organization, now=now, after=after)


def _chunks(session: Session, export: Export) -> Iterator[Chunk]:
    after: int | None = 0
    while after is not None:
        chunk = export.read(session, after)
        yield chunk
        after = chunk.after


def _add_all(writer: Writer, rows: Iterable[Row]) -> int:
    count = 0
    for row in rows:
        writer.add(row)
        count += 1
    return count


def _organization_of(session: Session, actor: Actor, filters: Filters) -> Organization:
    wanted = filters.organization_id if filters.organization_id is not None else actor.organization_id
    if wanted is None:
        ids = session.scalars(select(Organization.id).limit(2)).all()
        if len(ids) > 1:
            raise OrganizationNotNamed
        wanted = ids[0] if ids else None
    if wanted is None:
        raise NothingToExport
    actor.check_organization(wanted)
    return find(session, Organization, wanted)


def _cycle_of(session: Session, organization_id: int, filters: Filters) -> str | None:
    """The label of the school year in the filter; one of another organisation does not exist here."""
    if filters.cycle_id is None:
        return None
    cycle = find(session, Cycle, filters.cycle_id)
    if cycle.organization_id != organization_id:
        raise NotFound
    return cycle.label


def _describe_filters(filters: Filters, cycle: str | None, columns: tuple[Column, ...], t: Wording) -> str:
    states = next((column for column in columns if column.key in STATE_KEYS), None)
    roles = next((column for column in columns if column.key == "role"), None)

    def describe(name: str, value: Any) -> str:
        match name:
            case "cycle_id":
                return cycle or str(value)
            case "statuses":
                return ", ".join(states.label_of(one) if states else one for one in value)
            case "role":
                return roles.label_of(value) if roles else str(value)
            case _:
                day = date.fromisoformat(value)
                return f"{day:%d.%m.%Y}" if t.locale == "ru" else str(value)

    return "; ".join(
        f"{t.label(FILTERS[name])}: {describe(name, value)}" for name, value in filters.given().items()
    )


FILTERS = {
    "cycle_id": N_("school year"),
    "role": N_("role"),
    "statuses": N_("states"),
    "since": N_("since"),
    "until": N_("until"),
}
STATE_KEYS = frozenset({"status", "decision"})
"""Columns by whose codes a table can be narrowed."""
