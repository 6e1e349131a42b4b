"""One export as JSON, CSV or a workbook, row by row: nothing of it stays in memory.

CSV is for Excel users (docs/decisions/0010-exports.md): the first line names the columns, so that filters and
pivot tables work at once; what the export is follows after an empty line, where Excel takes a table to end.
"""

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from services.access.errors import N_, DomainError
from services.documents.exports.tables import Column, Row, Wording
from services.files.store import Sink

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FORMAT_VERSION = 1
BOM = "\ufeff"
DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
"""First characters that make a spreadsheet read a cell as a formula, full-width ones too.

See docs/domain.md#documents.
"""

SHEET_ROWS = 1_048_576
ABOUT = N_("About this export")


class SheetFull(DomainError):
    text = N_("An Excel sheet holds {limit} rows at most. Please narrow the filter, or choose CSV.")


@dataclass(frozen=True, slots=True)
class Head:
    """What an export says of itself. `filters` are codes for JSON, `filter_words` the same for people."""

    what: str
    title: str
    organization_id: int
    organization: str
    timezone: str
    t: Wording
    made_at: datetime
    columns: tuple[Column, ...]
    filters: Mapping[str, Any]
    filter_words: str

    @property
    def locale(self) -> str:
        return self.t.locale

    def moment(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.timezone))

    def about(self, rows: int, withheld: int) -> list[tuple[str, str | int]]:
        """Title and value of each line that describes the export; every format tells the same."""
        made_at = self.moment(self.made_at)
        label = self.t.label
        said: list[tuple[str, str | int]] = [
            (label(ABOUT), self.title),
            (label("Organisation"), self.organization),
            (label("Made at"), f"{_write_moment(made_at, self.locale)} ({self.timezone})"),
            (label("Filter"), self.filter_words or label("all records")),
            (label("Rows"), rows),
        ]
        if withheld:
            said.append((label("Answers withheld from your role"), withheld))
        return said


class Writer(ABC):
    """`add` each row, then `close` with the counts."""

    def __init__(self, head: Head, out: Sink) -> None:
        self.head = head
        self.out = out

    @abstractmethod
    def add(self, row: Row) -> None: ...

    @abstractmethod
    def close(self, rows: int, withheld: int) -> None: ...


class JsonWriter(Writer):
    """{"export": ..., "rows": [{...}], "counts": {...}}: counts stand last, they are known last."""

    def __init__(self, head: Head, out: Sink) -> None:
        super().__init__(head, out)
        envelope = {
            "export": head.what,
            "format_version": FORMAT_VERSION,
            "made_at": head.moment(head.made_at).isoformat(),
            "timezone": head.timezone,
            "organization": {"id": head.organization_id, "name": head.organization},
            "filters": dict(head.filters),
            "columns": [{"key": one.key, "title": str(one.title)} for one in head.columns],
        }
        self._write(json.dumps(envelope, ensure_ascii=False)[:-1] + ', "rows": [')
        self._between = "\n"

    def add(self, row: Row) -> None:
        cells = {one.key: self._plain(cell) for one, cell in zip(self.head.columns, row, strict=True)}
        self._write(self._between + json.dumps(cells, ensure_ascii=False))
        self._between = ",\n"

    def close(self, rows: int, withheld: int) -> None:
        self._write("\n], " + json.dumps({"counts": {"rows": rows, "withheld": withheld}})[1:] + "\n")

    def _plain(self, cell: Any) -> Any:
        if isinstance(cell, datetime):
            return self.head.moment(cell).isoformat()
        return cell.isoformat() if isinstance(cell, date) else cell

    def _write(self, text: str) -> None:
        self.out.write(text.encode())


class CsvWriter(Writer):
    """UTF-8 with a BOM, semicolons, every text quoted, formulas neutralised with an apostrophe."""

    def __init__(self, head: Head, out: Sink) -> None:
        super().__init__(head, out)
        self._places = _shown_columns(head.columns)
        self._line = io.StringIO()
        self._csv = csv.writer(self._line, delimiter=";", quoting=csv.QUOTE_NONNUMERIC)
        self._line.write(BOM)
        self._write([str(head.columns[place].title) for place in self._places])

    def add(self, row: Row) -> None:
        columns = self.head.columns
        self._write([_readable(columns[place], row[place], self.head) for place in self._places])

    def close(self, rows: int, withheld: int) -> None:
        self.out.write(b"\r\n")
        for line in self.head.about(rows, withheld):
            self._write(line)

    def _write(self, cells: Sequence[str | float | None]) -> None:
        self._csv.writerow([self._cell(cell) for cell in cells])
        self.out.write(self._line.getvalue().encode())
        self._line.seek(0)
        self._line.truncate()

    def _cell(self, cell: str | float | None) -> str | int:
        """A part after the comma is written with one in Russian: a spreadsheet takes "3.5" for a date."""
        if isinstance(cell, str):
            return neutralise(cell)
        if isinstance(cell, float):
            plain = f"{cell:g}"
            return plain.replace(".", ",") if self.head.locale == "ru" else plain
        return "" if cell is None else cell


class WorkbookWriter(Writer):
    """A sheet of rows and a sheet about the export; texts are written as texts, moments as moments.

    `scratch` is where rows wait on the disk until the workbook is closed: they may be personal data, so it is
    a folder of ours and not the machine's.
    """

    def __init__(self, head: Head, out: Sink, scratch: Path | None = None) -> None:
        super().__init__(head, out)
        import xlsxwriter  # 0.2 s that JSON and CSV need not pay

        self._places = _shown_columns(head.columns)
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(scratch) if scratch else None,
        }
        self._book = xlsxwriter.Workbook(out, options)
        self._book.set_properties({"title": head.title, "created": _naive(head, head.made_at)})
        self._bold = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._moment = self._book.add_format({"num_format": "dd.mm.yyyy hh:mm", "align": "left"})
        self._day = self._book.add_format({"num_format": "dd.mm.yyyy", "align": "left"})
        self._sheet: Worksheet = self._book.add_worksheet(head.title[:31])
        self._sheet.freeze_panes(1, 0)
        for target, place in enumerate(self._places):
            column = head.columns[place]
            self._sheet.set_column(target, target, column.width)
            self._sheet.write_string(0, target, str(column.title), self._bold)
        self._row = 0

    def add(self, row: Row) -> None:
        self._row += 1
        if self._row >= SHEET_ROWS:
            raise SheetFull(limit=SHEET_ROWS - 1)
        for target, place in enumerate(self._places):
            self._put(target, self.head.columns[place], row[place])

    def close(self, rows: int, withheld: int) -> None:
        if self._row:
            self._sheet.autofilter(0, 0, self._row, len(self._places) - 1)
        about = self._book.add_worksheet(self.head.t.label(ABOUT))
        about.set_column(0, 0, 40)
        about.set_column(1, 1, 60)
        for line, (title, value) in enumerate(self.head.about(rows, withheld)):
            about.write_string(line, 0, title, self._bold)
            if isinstance(value, int):
                about.write_number(line, 1, value)
            else:
                about.write_string(line, 1, value)
        self._book.close()

    def _put(self, target: int, column: Column, cell: Any) -> None:
        if isinstance(cell, datetime):
            self._sheet.write_datetime(self._row, target, _naive(self.head, cell), self._moment)
        elif isinstance(cell, date):
            self._sheet.write_datetime(self._row, target, cell, self._day)
        else:
            worded = _readable(column, cell, self.head)
            if isinstance(worded, int | float):
                self._sheet.write_number(self._row, target, worded)
            elif worded:
                self._sheet.write_string(self._row, target, worded)


def neutralise(text: str) -> str:
    """The same text, which a spreadsheet shows and never calculates."""
    return "'" + text if text.startswith(DANGEROUS) else text


def _shown_columns(columns: tuple[Column, ...]) -> list[int]:
    return [place for place, column in enumerate(columns) if column.kind != "raw"]


def _readable(column: Column, cell: Any, head: Head) -> str | float | None:
    """A cell as people read it; numbers stay numbers."""
    if isinstance(cell, bool):
        return head.t.label("yes") if cell else head.t.label("no")
    if cell is None or isinstance(cell, int | float):
        return cell
    if isinstance(cell, datetime):
        return _write_moment(head.moment(cell), head.locale)
    if isinstance(cell, date):
        return _write_day(cell, head.locale)
    return column.label_of(str(cell))


def _write_moment(moment: datetime, locale: str) -> str:
    return f"{_write_day(moment.date(), locale)} {moment:%H:%M}"


def _write_day(day: date, locale: str) -> str:
    return f"{day:%d.%m.%Y}" if locale == "ru" else day.isoformat()


def _naive(head: Head, moment: datetime) -> datetime:
    return head.moment(moment).replace(tzinfo=None)  # a workbook knows no zones; the second sheet names it
