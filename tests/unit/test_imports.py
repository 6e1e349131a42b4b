"""Reading the lists that schools have, and the fate of each row (A22)."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from services.people.imports import tables as tables_module
from services.people.imports.fates import judge
from services.people.imports.rows import Fate, ListUnreadable, RowFault, read_list
from services.people.imports.tables import FileEmpty, FileNotTable, FileOldExcel, TooManyRows, read_table
from services.people.imports.workbooks import WorkbookTooLarge

HEAD = ("Фамилия", "Имя", "Отчество", "Должность")


def workbook(*rows: Sequence[Any], hidden_first: bool = False) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    if hidden_first:
        first = book.add_worksheet("Служебный")
        first.write(0, 0, "ничего")
        first.hide()
    sheet = book.add_worksheet("Сотрудники")
    if hidden_first:
        sheet.activate()
        sheet.set_first_sheet()
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    book.close()
    return out.getvalue()


def listed(content: bytes) -> list[tuple[int, str, str, str | None, str]]:
    return [
        (one.row, one.full_name, one.position, one.fault.value if one.fault else None, one.cell)
        for one in read_list(iter(read_table(content))).rows
    ]


@pytest.mark.requirement("A22")
def test_a_school_s_own_workbook_is_read_and_nothing_but_names_and_positions() -> None:
    content = workbook(
        ("Школа № 17",),
        ("Список на 1 сентября",),
        (),
        ("№", "Ф.И.О.", "Дата рождения", "Занимаемая  должность"),
        (1, "БЕЛЫХ АННА-МАРИЯ ИГОРЕВНА", date(1999, 5, 1), "учитель химии"),
        (),
        (2, "Живаго Пётр", "", ""),
        (3, "Алиев Тимур Рашид оглы", "", "логопед"),
        (4, "Черных О. П.", "", "учитель"),
        (5, "Иванов Иван Иванович младший", "", ""),
        (6, "Безымянный", "", ""),
        hidden_first=True,
    )
    staff = read_list(iter(read_table(content)))
    assert staff.ignored == ("№", "Дата рождения")
    assert listed(content) == [
        (5, "Белых Анна-Мария Игоревна", "учитель химии", None, ""),
        (7, "Живаго Пётр", "", None, ""),
        (8, "Алиев Тимур Рашид оглы", "логопед", None, ""),
        (9, "Черных О. П.", "учитель", "initials", "B9"),
        (10, "Иванов Иван Иванович младший", "", "unclear", "B10"),
        (11, "Безымянный", "", "no_given_name", "B11"),
    ]
    assert "1999" not in str(staff)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_in_every_usual_writing(encoding: str, delimiter: str) -> None:
    rows = [HEAD, ("Гнатюк", "Ян", "", "методист"), ("Ким", "Я.", "", ""), ("", "Анна", "", "завуч")]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert listed(text.encode(encoding)) == [
        (2, "Гнатюк Ян", "методист", None, ""),
        (3, "Ким Я.", "", "initials", "B3"),
        (4, "Анна", "завуч", "no_family_name", "A4"),
    ]


@pytest.mark.parametrize(
    ("cells", "fault", "cell"),
    [
        (("Шевчук", "", "", ""), RowFault.NO_GIVEN_NAME, "B2"),
        (("Шевчук7", "Анна", "", ""), RowFault.NOT_A_NAME, "A2"),
        (("Шевчук", "<b>", "", ""), RowFault.NOT_A_NAME, "B2"),
        (("=HYPERLINK(1)", "Анна", "", ""), RowFault.NOT_A_NAME, "A2"),
        (("Ш" * 101, "Анна", "", ""), RowFault.TOO_LONG, "A2"),
        (("Шевчук", "Анна", "", "д" * 201), RowFault.TOO_LONG, "D2"),
    ],
)
def test_a_fault_names_its_cell(cells: tuple[str, ...], fault: RowFault, cell: str) -> None:
    (one,) = read_list(iter([HEAD, cells])).rows
    assert (one.fault, one.cell) == (fault, cell)


def test_every_row_has_a_fate() -> None:
    rows = read_list(
        iter(
            [
                HEAD,
                ("Долгих", "Алёна", "Юрьевна", "учитель"),
                ("Живаго", "Анна", "Игоревна", "логопед"),
                ("долгих", "Алена", "Юрьевна", "завуч"),
                ("Живаго", "", "", ""),
                ("Петренко", "Ольга", "", "методист"),
            ]
        )
    ).rows
    judged = judge(rows, {"живаго анна игоревна": "логопед", "петренко ольга": "учитель"})
    assert [one.fate for one in judged] == [Fate.NEW, Fate.KNOWN, Fate.DUPLICATE, Fate.ERROR, Fate.KNOWN]
    assert (judged[2].like_row, judged[2].has_other_position) == (2, True)
    assert [one.has_other_position for one in judged] == [False, False, True, False, True]


def test_files_that_are_no_lists_are_refused_with_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for content, error in (
        (b"  \n", FileEmpty),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, FileOldExcel),
        (b"PK\x03\x04 broken", FileNotTable),
        (b"\x00\x01\x02 picture", FileNotTable),
        ("Товар;Цена\nмел;10\n".encode(), ListUnreadable),
        (workbook(("Товар", "Цена")), ListUnreadable),
    ):
        with pytest.raises(error):
            read_list(iter(read_table(content)))
    monkeypatch.setattr(tables_module, "MOST_ROWS", 2)
    with pytest.raises(TooManyRows):
        read_list(iter(read_table("Имя;Фамилия\nА;Б\nВ;Г".encode())))


NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
PREFIXED = b'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
UNFOLDING = (
    {"xl/worksheets/sheet1.xml": b"<worksheet %s><sheetData><row>%s</row>" % (NAMESPACE, b"<c/>" * 60_000)},
    {"xl/worksheets/sheet1.xml": b"<x:sheet %s><x:row>%s</x:row>" % (PREFIXED, b"<x:c/>" * 60_000)},
    {"xl/sharedStrings.xml": b"<sst %s>%s</sst>" % (NAMESPACE, b"<si><t>a</t></si>" * 410_000)},
    {"xl/sharedStrings.xml": b"<sst %s><si>%s</si></sst>" % (NAMESPACE, b"<r><t>a</t></r>" * 30_000)},
    {"xl/styles.xml": b"<styleSheet %s>%s</styleSheet>" % (NAMESPACE, b"<xf/>" * 60_000)},
    {"xl/unnamed.bin": b"<sheet>" + b"<c/>" * 60_000},
    {"xl/media/image1.png": b"0" * (65 * 1024 * 1024)},
    {"xl/styles.xml": b'<!DOCTYPE s [<!ENTITY a "aaaa">]><styleSheet>&a;</styleSheet>'},
    {f"xl/part{number}.xml": b"" for number in range(1001)},
)


@pytest.mark.parametrize("parts", UNFOLDING, ids=range(len(UNFOLDING)))
def test_a_small_workbook_that_unfolds_is_refused_before_it_is_built(parts: dict[str, bytes]) -> None:
    with pytest.raises(WorkbookTooLarge):
        list(read_table(replaced(workbook(HEAD), parts)))


def replaced(content: bytes, parts: dict[str, bytes]) -> bytes:
    """The same workbook with other parts in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    assert len(out.getvalue()) < tables_module.MOST_BYTES
    return out.getvalue()


def test_a_large_list_of_a_school_is_read() -> None:
    """Many columns, and a row formatted to its last cell, as Excel writes it."""
    people = [HEAD, *[(f"Петрова{number}", "Анна", "Игоревна", "учитель") for number in range(1000)]]
    content = workbook(*people, ("Иванова", "Вера", "", "", *[" "] * 16_000))
    assert len(list(read_table(content))) == len(people) + 1
