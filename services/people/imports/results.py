"""Workbooks that a curator fetches: the template to fill in, and the fate of each row."""

from collections.abc import Sequence
from pathlib import Path

from services.files.store import Sink
from services.people.imports import words
from services.people.imports.fates import Judged
from services.people.imports.rows import Fate
from services.programmes.texts import text

HEADINGS = (words.FAMILY, words.GIVEN, words.PATRONYMIC, words.POSITION)
EXAMPLE = (
    text("Соколова", "Sokolova"),
    text("Анна", "Anna"),
    text("Игоревна", "Igorevna"),
    text("учитель математики", "teacher of mathematics"),
)
WIDTHS = (24, 18, 20, 36)
BOM = "\ufeff"


def write_template(out: Sink, *, locale: str) -> None:
    """An empty list with its headings and one invented row that shows how it is meant."""
    _write_book(
        out,
        words.TEMPLATE_TITLE.get(locale),
        [one.get(locale) for one in HEADINGS],
        [[one.get(locale) for one in EXAMPLE]],
        WIDTHS,
    )


def template_csv(*, locale: str) -> str:
    """The same as text, in the shape that Excel opens by a double click."""
    lines = (HEADINGS, EXAMPLE)
    return BOM + "".join(";".join(one.get(locale) for one in line) + "\r\n" for line in lines)


def write_result(
    out: Sink, judged: Sequence[Judged], *, locale: str, is_applied: bool, scratch: Path | None = None
) -> None:
    """Every row of the list with its fate, the reason and the cell."""
    fates = words.DONE_FATES if is_applied else words.FATES
    headings = [
        words.ROW,
        *HEADINGS,
        words.DONE if is_applied else words.FATE,
        words.REASON,
        words.CELL,
    ]
    rows: list[list[str | int]] = [
        [
            one.listed.row,
            one.listed.family_name,
            one.listed.given_name,
            one.listed.patronymic,
            one.listed.position,
            fates[one.fate.value].get(locale),
            describe_reason(one, locale),
            one.listed.cell,
        ]
        for one in judged
    ]
    _write_book(
        out,
        words.RESULT_TITLE.get(locale),
        [one.get(locale) for one in headings],
        rows,
        (12, *WIDTHS, 26, 60, 10),
        scratch,
    )


def describe_reason(one: Judged, locale: str) -> str:
    said: list[str] = []
    if one.listed.fault is not None:
        said.append(words.FAULTS[one.listed.fault.value].get(locale))
    if one.fate is Fate.DUPLICATE:
        said.append(words.SAME_ROW.get(locale).format(row=one.like_row))
    if one.has_other_position:
        said.append(words.POSITION_DIFFERS.get(locale))
    return "; ".join(said)


def _write_book(
    out: Sink,
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str | int]],
    widths: Sequence[int],
    scratch: Path | None = None,
) -> None:
    import xlsxwriter  # 0.2 s that only who fetches a workbook pays

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "tmpdir": str(scratch) if scratch else None,
    }
    book = xlsxwriter.Workbook(out, options)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(title[:31])
    sheet.freeze_panes(1, 0)
    for place, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, bold)
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(number, place, cell)
            elif cell:
                sheet.write_string(number, place, cell)
    book.close()
