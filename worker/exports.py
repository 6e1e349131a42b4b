"""An export as a job: rows are gathered in chunks, then the file is written from them in one go.

Rows wait in a file beside the finished ones. After a crash it is cut to what the cursor vouches for and goes
on from there, in every format alike (a workbook cannot be continued once it is half written).
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from models.jobs import FileKind
from notices.language import load_translators
from services.documents.exports.tables import Column, Filters, Row
from services.documents.exports.writing import (
    Export,
    ExportSummary,
    Format,
    check_format,
    prepare_export,
    record_export,
)
from services.files.store import (
    PART,
    PlacedFile,
    Sink,
    draw_name,
    folder_of,
    open_owned,
    remove_content,
    store_file,
    write_file,
)
from worker.work import UNREACHABLE, Interrupted, Outcome, Work

KEEP = timedelta(days=7)  # personal data: whoever needs it longer keeps it where they are answerable for it
SCRATCH = ".scratch"
LOOK_EVERY = 500  # rows between two looks whether to go on


class Gathered:
    """Rows on the disk, one JSON line each, held by this process alone."""

    def __init__(self, folder: Path, cursor: dict[str, Any] | None) -> None:
        self.read, self.rows, self.withheld = 0, 0, 0
        self.after: int | None = 0
        self._folder = folder
        self._name: str
        self._file: BinaryIO
        held = self._reopen(cursor) if cursor else None
        if cursor and held:
            self._name, self._file = cursor["part"], held
            self.after, self.read = cursor["after"], cursor["read"]
            self.rows, self.withheld = cursor["rows"], cursor["withheld"]
        else:
            self._name = draw_name() + PART
            self._file = open_owned(folder / self._name, "w+b")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @property
    def cursor(self) -> dict[str, Any]:
        return {
            "part": self._name,
            "scratch": self.scratch.name,
            "bytes": self._file.tell(),
            "after": self.after,
            "read": self.read,
            "rows": self.rows,
            "withheld": self.withheld,
        }

    @property
    def scratch(self) -> Path:
        return self._folder / (self._name + SCRATCH)

    def add(self, rows: list[Row]) -> None:
        for row in rows:
            self._file.write(json.dumps(row, ensure_ascii=False, default=_write_moment).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.rows += len(rows)

    def all(self, columns: tuple[Column, ...]) -> Iterator[Row]:
        end = self._file.tell()
        self._file.seek(0)
        try:
            for line in self._file:
                yield [
                    _read_cell(column, cell) for column, cell in zip(columns, json.loads(line), strict=True)
                ]
        finally:
            self._file.seek(end)

    def close(self) -> None:
        self._file.close()

    def remove(self) -> None:
        self.close()
        remove_content(self._folder, self._name)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _reopen(self, cursor: dict[str, Any]) -> BinaryIO | None:
        """The rows of the worker before us, None when they are gone, torn, or in a living worker's hands."""
        try:
            file: BinaryIO = (self._folder / cursor["part"]).open("r+b")
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        if os.fstat(file.fileno()).st_size < cursor["bytes"]:
            file.close()
            return None
        file.truncate(cursor["bytes"])
        file.seek(cursor["bytes"])
        return file


def run_export(work: Work) -> Outcome:
    """Arguments: what, format, locale, filters. Raises what `prepare_export` raises."""
    arguments = work.job.arguments
    kind = check_format(arguments["format"])
    with work.database.reading() as session:
        export = prepare_export(
            session,
            actor=work.actor(session),
            what=arguments["what"],
            filters=Filters.from_plain(arguments.get("filters", {})),
            t=load_translators()[arguments.get("locale", "ru")],
            now=work.job.created_at,
        )
        total = export.count(session)
    folder = folder_of(work.config.data_dir)
    gathered = Gathered(folder, work.job.cursor)
    try:
        _gather(work, export, gathered, total)
        placed = write_file(folder, lambda out: _write(work, export, gathered, kind, out))
    except (Interrupted, *UNREACHABLE):
        gathered.close()  # somebody goes on with it
        raise
    except Exception:
        gathered.remove()  # ours alone: who took the job away could not have it and began anew
        raise
    return _outcome(work, export, gathered, kind, placed)


def _gather(work: Work, export: Export, gathered: Gathered, total: int) -> None:
    work.checkpoint(gathered.cursor, done=gathered.read, total=total)
    while gathered.after is not None:
        with work.database.reading() as session:
            chunk = export.read(session, gathered.after)
        gathered.add(list(chunk.rows))
        gathered.withheld += chunk.withheld
        gathered.read = min(gathered.read + export.chunk, total) if chunk.after is not None else total
        gathered.after = chunk.after
        work.checkpoint(gathered.cursor, done=gathered.read, total=total)


def _write(work: Work, export: Export, gathered: Gathered, kind: Format, out: Sink) -> None:
    shutil.rmtree(gathered.scratch, ignore_errors=True)
    gathered.scratch.mkdir(mode=0o700)
    writer = export.writer(kind, out, gathered.scratch)
    for number, row in enumerate(gathered.all(export.head.columns)):
        if number % LOOK_EVERY == 0:
            work.check_goes_on()
        writer.add(row)
    writer.close(gathered.rows, gathered.withheld)
    shutil.rmtree(gathered.scratch)


def _outcome(work: Work, export: Export, gathered: Gathered, kind: Format, placed: PlacedFile) -> Outcome:
    head = export.head
    made_on = head.moment(head.made_at).date()
    summary = ExportSummary(head.what, kind, head.organization_id, gathered.rows, gathered.withheld)

    def store(session: Session) -> int:
        record_export(session, actor=work.actor(session), summary=summary, now=work.now())
        return store_file(
            session,
            placed=placed,
            kind=FileKind.EXPORT,
            title=f"{head.title} {made_on.isoformat()}.{kind.value}",
            organization_id=head.organization_id,
            owner_id=work.job.asked_by,
            keep=KEEP,
            now=work.now(),
        )

    def undo() -> None:
        remove_content(folder_of(work.config.data_dir), placed.name)
        gathered.remove()

    return Outcome(
        {"rows": gathered.rows, "withheld": gathered.withheld},
        store,
        clean=gathered.remove,
        undo=undo,
        close=gathered.close,
    )


def _write_moment(moment: object) -> str:
    assert isinstance(moment, datetime | date), type(moment)
    return moment.isoformat()


def _read_cell(column: Column, cell: Any) -> Any:
    if column.kind == "moment" and cell is not None:
        return datetime.fromisoformat(cell)
    if column.kind == "day" and cell is not None:
        return date.fromisoformat(cell)
    return cell
