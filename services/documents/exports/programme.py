"""What belongs to one school year's programme: its sheets of criteria and the rows of its roadmap."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.roadmap import RoadmapEntry
from services.access.errors import N_
from services.documents import words
from services.documents.exports.tables import Chunk, Column, Row, Scope, Table, fixed
from services.programmes.packs import ResolvedPack
from services.programmes.roadmaps import Window
from services.programmes.running import current_cycle, pack_of
from services.programmes.windows import describe_windows
from services.results.sheets import criteria_of, list_sheets


def cycle_of(session: Session, scope: Scope) -> int:
    """The school year that the filter names, otherwise the open one. Raises NoOpenCycle."""
    if scope.filters.cycle_id is not None:
        return scope.filters.cycle_id
    return current_cycle(session, scope.organization_id).id


def _score_columns(session: Session, scope: Scope) -> tuple[Column, ...]:
    criteria = criteria_of(pack_of(session, cycle_id=cycle_of(session, scope)))
    note = N_("Comment")
    return (
        Column("sheet_id", N_("No."), "number", width=8),
        Column("author_id", N_("Author no."), "number", width=8),
        Column("author", N_("Author"), width=28),
        Column("author_role", N_("Author's role"), "code", words.ACCOUNT_ROLES, width=18),
        Column("opened_at", N_("Begun on"), "moment"),
        Column("saved_at", N_("Saved"), "moment"),
        Column("missing", N_("Criteria left out"), "number"),
        Column("total", N_("Sum"), "number"),
        Column("level_id", N_("Level id")),
        Column("level", N_("Level"), width=24),
        *(Column(one.question.id, one.question.text, "number", width=14) for one in criteria),
        *(Column(f"{one.question.id}_note", note, width=30) for one in criteria),
    )


def _read_scores(session: Session, scope: Scope, after: int, limit: int) -> Chunk:
    del after, limit  # a school year has a handful of sheets
    cycle_id = cycle_of(session, scope)
    criteria = [one.question.id for one in criteria_of(pack_of(session, cycle_id=cycle_id))]
    rows = [
        [
            *(sheet.id, sheet.author_id, sheet.author, sheet.author_role.value),
            *(sheet.opened_at, sheet.saved_at, sheet.missing, sheet.total),
            *((sheet.level.id, sheet.level.title.get(scope.locale)) if sheet.level else (None, None)),
            *(sheet.ratings.get(one) for one in criteria),
            *(sheet.notes.get(one) for one in criteria),
        ]
        for sheet in list_sheets(session, actor=scope.actor, cycle_id=cycle_id)
    ]
    return Chunk(rows, None)


SCORES = Table(
    name="scores",
    title=N_("Effectiveness"),
    columns=_score_columns,
    read=_read_scores,
    count=lambda session, scope: len(_read_scores(session, scope, 0, 0).rows),
    filters=frozenset({"cycle_id"}),
)


def _read_roadmap(session: Session, scope: Scope, after: int, limit: int) -> Chunk:
    del after, limit
    cycle_id = cycle_of(session, scope)
    pack = pack_of(session, cycle_id=cycle_id)
    return Chunk(list(_rows(pack, _entries(session, cycle_id), scope.locale)), None)


def _entries(session: Session, cycle_id: int) -> dict[str, RoadmapEntry]:
    """Where each row stands: its earliest time that is not done yet, or else its last one."""
    found: dict[str, RoadmapEntry] = {}
    entries = session.scalars(
        select(RoadmapEntry)
        .where(RoadmapEntry.cycle_id == cycle_id)
        .order_by(RoadmapEntry.year, RoadmapEntry.turn)
    )
    for entry in entries:
        known = found.get(entry.row_id)
        if known is None or known.done_on is not None:
            found[entry.row_id] = entry
    return found


def _standing(entry: RoadmapEntry | None) -> list[Any]:
    """Planned and actual dates, and whether data proved the row."""
    if entry is None:
        return [None] * 4
    by_data = entry.is_done_by_data if entry.done_on is not None else None
    return [entry.planned_from, entry.planned_to, entry.done_on, by_data]


def _rows(pack: ResolvedPack, entries: dict[str, RoadmapEntry], locale: str) -> Iterator[Row]:
    for stage in pack.pack.stages:
        for row in stage.rows:
            documents = [row.document, *(one.document for one in row.activities)]
            window = row.windows[0] if row.windows else None
            yield [
                stage.id,
                stage.title.get(locale),
                row.id,
                row.title.get(locale),
                "; ".join(one.title.get(locale) for one in row.activities),
                window and window.kind,
                *_dates(window),
                describe_windows(row.windows, locale),
                row.responsible,
                "; ".join(one.get(locale) for one in documents if one is not None),
                *_standing(entries.get(row.id)),
                row.source,
            ]


def _dates(window: Window | None) -> tuple[str | None, str | None]:
    """ISO dates of an absolute window, month and day of a yearly one."""
    if window is None:
        return None, None
    if window.kind in {"yearly", "school_year"}:
        return window.from_day, window.to_day
    return (
        window.start.isoformat() if window.start else None,
        window.end.isoformat() if window.end else None,
    )


def _count_rows(session: Session, scope: Scope) -> int:
    return len(pack_of(session, cycle_id=cycle_of(session, scope)).pack.rows())


ROADMAP = Table(
    name="roadmap",
    title=N_("Roadmap"),
    columns=fixed(
        Column("stage_id", N_("Stage id"), width=14),
        Column("stage", N_("Stage"), width=32),
        Column("row_id", N_("Row id"), width=14),
        Column("title", N_("What is done"), width=48),
        Column("activities", N_("Activities"), width=48),
        Column("window", N_("Window"), "code", words.WINDOWS),
        Column("window_from", N_("From"), width=12),
        Column("window_to", N_("To"), width=12),
        Column("when", N_("When, in words"), width=32),
        Column("responsible", N_("Who is responsible"), "code", words.RESPONSIBLE, width=20),
        Column("documents", N_("Documents"), width=40),
        Column("planned_from", N_("Planned from"), "day"),
        Column("planned_to", N_("Planned by"), "day"),
        Column("done_on", N_("Done on"), "day"),
        Column("is_done_by_data", N_("Proven by data"), "flag"),
        Column("source", N_("Source"), width=30),
    ),
    read=_read_roadmap,
    count=_count_rows,
    filters=frozenset({"cycle_id"}),
)
