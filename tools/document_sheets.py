"""A template of a document as it is written by code: page, paragraphs, tables, signatures.

Margins and type follow ГОСТ Р 7.0.97-2016: left 30 mm, right 10 mm, top and bottom 20 mm.
"""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

FONT = "Times New Roman"
WIDTH, LANDSCAPE_WIDTH = 170, 257  # mm between the margins
BLANK = "________________"
ACTS = "Основание: {% for act in acts %}{{ act }}{% if not loop.last %}; {% endif %}{% endfor %}."
PERIOD = "с {{ starts_on }} по {{ ends_on }}"


def capital(expression: str) -> str:
    """The value of an expression with a capital letter."""
    return f"{{{{ ({expression})[:1]|upper }}}}{{{{ ({expression})[1:] }}}}"


class Sheet:
    """One template that is being written."""

    def __init__(self, size: int = 13) -> None:
        self.doc = Document()
        for paragraph in list(self.doc.paragraphs):
            paragraph._element.getparent().remove(paragraph._element)  # noqa: SLF001  # no public way
        style = self.doc.styles["Normal"]
        style.font.name, style.font.size = FONT, Pt(size)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1.1
        self._set_page(self.doc.sections[0], is_landscape=False)

    @staticmethod
    def _set_page(section: Any, *, is_landscape: bool) -> None:
        sides = (Mm(297), Mm(210)) if is_landscape else (Mm(210), Mm(297))
        section.page_width, section.page_height = sides
        section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
        section.left_margin, section.right_margin = Mm(30), Mm(10)
        section.top_margin = section.bottom_margin = Mm(20)

    def line(
        self,
        text: str = "",
        *,
        align: Any = ALIGN.JUSTIFY,
        is_bold: bool = False,
        after: int = 6,
        indent: float = 0,
        size: int | None = None,
        left: int = 0,
    ) -> None:
        """A paragraph; `indent` of its first line and `left` of all are mm, `after` is points."""
        paragraph = self.doc.add_paragraph()
        run = paragraph.add_run(text)
        run.bold = is_bold
        if size:
            run.font.size = Pt(size)
        layout = paragraph.paragraph_format
        layout.alignment, layout.space_after = align, Pt(after)
        layout.first_line_indent, layout.left_indent = Mm(indent), Mm(left)

    def text(self, *lines: str) -> None:
        for one in lines:
            self.line(one, indent=12.5)

    def control(self, tag: str) -> None:
        """A paragraph that is only Jinja's: docxtpl takes it out."""
        self.line(f"{{%p {tag} %}}", after=0, align=ALIGN.LEFT)

    def unless_draft(self) -> None:
        self.control("if is_draft")
        self.line("ПРОЕКТ", align=ALIGN.RIGHT, is_bold=True)
        self.control("endif")

    def letterhead(self) -> None:
        self.unless_draft()
        self.control("if founder")
        self.line("{{ founder }}", align=ALIGN.CENTER, after=2, size=12)
        self.control("endif")
        self.line("{{ organization.name }}", align=ALIGN.CENTER, is_bold=True, after=2)
        self.control("if organization.address")
        self.line(
            "{{ organization.address }}"
            "{% if organization.ogrn %}, ОГРН {{ organization.ogrn }}{% endif %}"
            "{% if organization.inn %}, ИНН {{ organization.inn }}{% endif %}",
            align=ALIGN.CENTER,
            size=10,
            after=14,
        )
        self.control("endif")

    def order(self, title: str) -> None:
        """Head of an order down to its "ПРИКАЗЫВАЮ"."""
        self.letterhead()
        self.line("ПРИКАЗ", align=ALIGN.CENTER, is_bold=True, size=15, after=8)
        self.columns(
            ("{{ date }}", ALIGN.LEFT),
            ("{{ place }}", ALIGN.CENTER),
            ("№ {{ number }}", ALIGN.RIGHT),
            widths=(75, 45, 50),
        )
        self.line("", after=0)
        self.line(title, align=ALIGN.LEFT, is_bold=True, after=10)
        self.text(
            "В целях организации наставничества педагогических работников в {{ school_year }} учебном году "
            "(программа: {{ programme }})"
        )
        self.line("ПРИКАЗЫВАЮ:", align=ALIGN.LEFT, is_bold=True)

    def end_of_order(self) -> None:
        self.text(ACTS)
        self.line("", after=6)
        self.signature()

    def signature(self) -> None:
        """Of the head."""
        self.columns(
            (capital('head.position or "руководитель"'), ALIGN.LEFT),
            ("_______________", ALIGN.CENTER),
            (f'{{{{ head.short_name or "{BLANK}" }}}}', ALIGN.RIGHT),
        )

    def columns(self, *cells: tuple[str, Any], widths: Sequence[int] = ()) -> None:
        """Texts beside each other without lines."""
        table = self.doc.add_table(rows=1, cols=len(cells))
        self.fix(table, widths or [WIDTH // len(cells)] * len(cells))
        for cell, (text, align) in zip(table.rows[0].cells, cells, strict=True):
            self.fill(cell, text, align=align)

    def annex(self) -> None:
        """A landscape section that begins with the mark of an annex."""
        self._set_page(self.doc.add_section(WD_SECTION.NEW_PAGE), is_landscape=True)
        self.control("if is_draft")
        self.line("ПРОЕКТ", align=ALIGN.RIGHT, is_bold=True, after=0)
        self.control("endif")
        self.line("Приложение\nк приказу от {{ date }}\n№ {{ number }}", align=ALIGN.LEFT, left=165, after=10)

    def table(
        self,
        titles: Sequence[str],
        cells: Sequence[str],
        widths: Sequence[int],
        *,
        loop: str,
        end: str = "endfor",
        size: int = 10,
    ) -> None:
        """A table with one row for each item of a loop."""
        table = self.doc.add_table(rows=4, cols=len(titles))
        table.style = "Table Grid"
        self.fix(table, widths)
        for cell, title in zip(table.rows[0].cells, titles, strict=True):
            self.fill(cell, title, align=ALIGN.CENTER, size=size, is_bold=True)
        self._repeat(table.rows[0])
        self.fill(table.rows[1].cells[0], f"{{%tr {loop} %}}", size=size)
        for cell, text in zip(table.rows[2].cells, cells, strict=True):
            self.fill(cell, text, size=size)
        self._whole(table.rows[2])
        self.fill(table.rows[3].cells[0], f"{{%tr {end} %}}", size=size)

    def pages(self) -> bytes:
        out = io.BytesIO()
        self.doc.core_properties.author = "Nastavnik"
        self.doc.save(out)
        return _steady(out.getvalue())

    @staticmethod
    def fix(table: Any, widths: Sequence[int]) -> None:
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Mm(width)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)

    @staticmethod
    def fill(
        cell: Any, text: str, *, align: Any = ALIGN.LEFT, size: int | None = None, is_bold: bool = False
    ) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.alignment = align
        paragraph.paragraph_format.line_spacing = 1.0
        run = paragraph.add_run(text)
        run.bold = is_bold
        if size:
            run.font.size = Pt(size)

    @staticmethod
    def _repeat(row: Any) -> None:
        """The titles stand at the head of each page."""
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001

    @staticmethod
    def _whole(row: Any) -> None:
        """A row is not cut by the end of a page."""
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001


def _steady(content: bytes) -> bytes:
    """The same archive without moments in it, so that the same code gives the same file."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as made,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept,
    ):
        for name in made.namelist():
            kept.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), made.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
