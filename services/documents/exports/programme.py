"""What belongs to one school year's programme: its sheets of criteria and the rows of its roadmap."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.roadmap import RoadmapEntry
from services.access.errors import N_
from services.documents import words
from services.documents.exports.tables import Column, Found, Scope, Table
from services.programmes.roadmaps import Row, Stage, Window
from services.programmes.running import current_cycle, pack_of
from services.programmes.surveys import Question
from services.programmes.windows import describe_windows
from services.results.sheets import Sheet, criteria_of, list_sheets


def cycle_of(session: Session, scope: Scope) -> int:
    """The school year that the filter names, otherwise the open one. Raises NoOpenCycle."""
    if scope.filters.cycle_id is not None:
        return scope.filters.cycle_id
    return current_cycle(session, scope.organization_id).id


def _score_columns(session: Session, scope: Scope) -> tuple[Column, ...]:
    criteria = [one.question for one in criteria_of(pack_of(session, cycle_id=cycle_of(session, scope)))]

    def level(sheet: Sheet) -> str | None:
        return sheet.level.title.get(scope.locale) if sheet.level else None

    return (
        Column("sheet_id", N_("No."), lambda sheet: sheet.id, "number", width=8),
        Column("author_id", N_("Author no."), lambda sheet: sheet.author_id, "number", width=8),
        Column("author", N_("Author"), lambda sheet: sheet.author, width=28),
        Column(
            "author_role",
            N_("Author's role"),
            lambda sheet: sheet.author_role,
            "code",
            words.ACCOUNT_ROLES,
            18,
        ),
        Column("opened_at", N_("Begun on"), lambda sheet: sheet.opened_at, "moment"),
        Column("saved_at", N_("Saved"), lambda sheet: sheet.saved_at, "moment"),
        Column("missing", N_("Criteria left out"), lambda sheet: sheet.missing, "number"),
        Column("total", N_("Sum"), lambda sheet: sheet.total, "number"),
        Column("level_id", N_("Level id"), lambda sheet: sheet.level and sheet.level.id),
        Column("level", N_("Level"), level, width=24),
        *(_rating_column(one) for one in criteria),
        *(_note_column(one) for one in criteria),
    )


def _rating_column(question: Question) -> Column:
    return Column(
        question.id, question.text, lambda sheet: sheet.ratings.get(question.id), "number", width=14
    )


def _note_column(question: Question) -> Column:
    return Column(f"{question.id}_note", N_("Comment"), lambda sheet: sheet.notes.get(question.id), width=30)


def _read_scores(session: Session, scope: Scope, after: int, limit: int) -> Found:
    del after, limit  # a school year has a handful of sheets
    return Found(list_sheets(session, actor=scope.actor, cycle_id=cycle_of(session, scope)), None)


SCORES = Table(
    name="scores",
    title=N_("Effectiveness"),
    columns=_score_columns,
    read=_read_scores,
    count=lambda session, scope: len(_read_scores(session, scope, 0, 0).items),
    filters=frozenset({"cycle_id"}),
)


@dataclass(frozen=True, slots=True)
class _RoadmapLine:
    """A row of the regulation, and where it stands in this school year."""

    stage: Stage
    row: Row
    entry: RoadmapEntry | None

    @property
    def window(self) -> Window | None:
        return self.row.windows[0] if self.row.windows else None

    @property
    def is_done_by_data(self) -> bool | None:
        if self.entry is None or self.entry.done_on is None:
            return None
        return self.entry.is_done_by_data


def _read_roadmap(session: Session, scope: Scope, after: int, limit: int) -> Found:
    del after, limit
    cycle_id = cycle_of(session, scope)
    entries = _entries(session, cycle_id)
    stages = pack_of(session, cycle_id=cycle_id).pack.stages
    lines = [_RoadmapLine(stage, row, entries.get(row.id)) for stage in stages for row in stage.rows]
    return Found(lines, None)


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


def _roadmap_columns(_session: Session, scope: Scope) -> tuple[Column, ...]:
    locale = scope.locale

    def activities(one: _RoadmapLine) -> str:
        return "; ".join(activity.title.get(locale) for activity in one.row.activities)

    def documents(one: _RoadmapLine) -> str:
        named = [one.row.document, *(activity.document for activity in one.row.activities)]
        return "; ".join(document.get(locale) for document in named if document is not None)

    return (
        Column("stage_id", N_("Stage id"), lambda one: one.stage.id, width=14),
        Column("stage", N_("Stage"), lambda one: one.stage.title.get(locale), width=32),
        Column("row_id", N_("Row id"), lambda one: one.row.id, width=14),
        Column("title", N_("What is done"), lambda one: one.row.title.get(locale), width=48),
        Column("activities", N_("Activities"), activities, width=48),
        Column("window", N_("Window"), lambda one: one.window and one.window.kind, "code", words.WINDOWS),
        Column("window_from", N_("From"), lambda one: _dates(one.window)[0], width=12),
        Column("window_to", N_("To"), lambda one: _dates(one.window)[1], width=12),
        Column("when", N_("When, in words"), lambda one: describe_windows(one.row.windows, locale), width=32),
        Column(
            "responsible",
            N_("Who is responsible"),
            lambda one: one.row.responsible,
            "code",
            words.RESPONSIBLE,
            20,
        ),
        Column("documents", N_("Documents"), documents, width=40),
        Column("planned_from", N_("Planned from"), lambda one: one.entry and one.entry.planned_from, "day"),
        Column("planned_to", N_("Planned by"), lambda one: one.entry and one.entry.planned_to, "day"),
        Column("done_on", N_("Done on"), lambda one: one.entry and one.entry.done_on, "day"),
        Column("is_done_by_data", N_("Proven by data"), lambda one: one.is_done_by_data, "flag"),
        Column("source", N_("Source"), lambda one: one.row.source, width=30),
    )


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
    columns=_roadmap_columns,
    read=_read_roadmap,
    count=_count_rows,
    filters=frozenset({"cycle_id"}),
)
