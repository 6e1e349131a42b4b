"""A list as a school has it, xlsx or csv, as rows of plain texts; judged by its content, not by its name."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any

from services.access.errors import N_, DomainError
from services.people.imports.workbooks import WorkbookTooLarge, check_unpacked, count_elements

MOST_BYTES = 5 * 1024 * 1024  # a list of 20,000 people with every column a school keeps has about 2 MB
MOST_ROWS = 20_000
MOST_COLUMNS = 100
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
DELIMITERS = ";,\t"


class FileTooLarge(DomainError):
    text = N_("The file is larger than {megabytes} MB. Please keep only the columns with names and position.")


class FileEmpty(DomainError):
    text = N_("The file is empty.")


class FileOldExcel(DomainError):
    text = N_("This is a workbook of an old Excel (.xls). Please save it as .xlsx or .csv and try again.")


class FileNotTable(DomainError):
    text = N_("This file is neither an Excel workbook (.xlsx) nor a table in text (.csv).")


class TooManyRows(DomainError):
    text = N_("The list has more than {limit} rows. Please divide it.")


def check_content(content: bytes) -> None:
    """What can be said before it is read.

    Raises FileEmpty, FileTooLarge, FileOldExcel, FileNotTable, WorkbookTooLarge.
    """
    if not content.strip():
        raise FileEmpty
    if len(content) > MOST_BYTES:
        raise FileTooLarge(megabytes=MOST_BYTES // 1024 // 1024)
    if content.startswith(OLD_EXCEL):
        raise FileOldExcel
    if content.startswith(ZIP):
        _check_archive(content)
    elif b"\0" in content[:4096]:
        raise FileNotTable


def read_table(content: bytes) -> Iterator[Sequence[str]]:
    """Rows from the first one on, empty ones too, so that they are numbered as the reader sees them.

    Raises what `check_content` raises and TooManyRows, WorkbookTooLarge.
    """
    check_content(content)
    rows = _read_workbook(content) if content.startswith(ZIP) else _read_text(content)
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise TooManyRows(limit=MOST_ROWS)
        yield row


def _check_archive(content: bytes) -> None:
    """A workbook is an archive: one that unpacks to far too much, or holds no workbook, is refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise FileNotTable from error
    check_unpacked(parts)
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise FileNotTable


def _read_workbook(content: bytes) -> Iterator[Sequence[str]]:
    from openpyxl import load_workbook  # 0.2 s that only an import pays

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            count_elements(archive)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = [one for one in book.worksheets if one.sheet_state == "visible"]
        sheet = (sheets or book.worksheets)[0]
        sheet.reset_dimensions()  # some programs write a wrong size of the sheet
        for cells in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS):
            yield [_cell_text(cell) for cell in cells]
        book.close()
    except WorkbookTooLarge:
        raise
    except MemoryError as error:
        raise WorkbookTooLarge from error
    except Exception as error:  # openpyxl raises whatever its parsers do on a broken workbook
        raise FileNotTable from error


def _cell_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.strftime("%d.%m.%Y")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)[:2000]


def _read_text(content: bytes) -> Iterator[Sequence[str]]:
    text = _decode(content)
    head = "\n".join(text.split("\n", 20)[:20])
    delimiter = max(DELIMITERS, key=head.count)
    out: IO[str] = io.StringIO(text, newline="")
    try:
        yield from csv.reader(out, delimiter=delimiter)
    except csv.Error as error:
        raise FileNotTable from error


def _decode(content: bytes) -> str:
    """UTF-8, with or without its mark, otherwise the encoding that Russian Excel writes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1251")
    except UnicodeDecodeError as error:
        raise FileNotTable from error
