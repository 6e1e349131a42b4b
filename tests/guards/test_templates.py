"""Pages of the panel are put together from the patterns of its macros, and are readable as text."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.guards.tree import ROOT, read

TEMPLATES = ROOT / "admin" / "templates"
STYLES = ROOT / "admin" / "static"
CHAT_PAGE = ROOT / "sandbox" / "static" / "index.html"
WIDEST = 120
PATTERNS = {
    r"<h1\b": "page_head, sheet or end_page",
    r"<table\b|<t[hdr]\b": "table or paper_table",
    r'class="pager': "pager",
    r'<div class="field': "field, area, select or row",
    r'class="card-box calm': "empty",
    r'class="back': "page_head or print_bar",
    r'<nav class="tabs': "tabs",
}
"""What only a macro writes, and which one to call instead."""


def pages() -> Iterator[Path]:
    return (path for path in sorted(TEMPLATES.rglob("*.html")) if "macros" not in path.parts)


def test_template_lines_are_wrapped() -> None:
    wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*sorted(TEMPLATES.rglob("*.html")), CHAT_PAGE]
        for number, line in enumerate(read(path).splitlines(), 1)
        if len(line) > WIDEST
    ]
    assert not wide


def test_pages_write_no_pattern_of_their_own() -> None:
    own = [
        f"{path.relative_to(ROOT)}: {pattern} (use {macro})"
        for path in pages()
        for pattern, macro in PATTERNS.items()
        if re.search(pattern, read(path))
    ]
    assert not own


def test_templates_bring_no_style_or_script_of_their_own() -> None:
    """The browser would refuse both (admin.safety)."""
    inline = [
        str(path.relative_to(ROOT))
        for path in sorted(TEMPLATES.rglob("*.html"))
        if re.search(r"\sstyle=|\son[a-z]+=|<style|<script>", read(path))
    ]
    assert not inline


def test_sizes_of_text_come_from_the_type_scale() -> None:
    own = [
        f"{sheet.name}: {found}"
        for sheet in sorted(STYLES.glob("*.css"))
        for found in re.findall(r"font-size: (?!var\(--)[^;}]+", read(sheet))
    ]
    assert not own


def test_every_style_is_used_and_every_class_of_a_style_is_known() -> None:
    """No rule stays behind when the last page that had its class is gone."""
    used = " ".join(
        read(path)
        for folder in (TEMPLATES, STYLES, ROOT / "admin")
        for path in folder.rglob("*")
        if path.suffix in {".html", ".js", ".py"}
    )
    words = set(re.findall(r"[\w-]+", used))
    for sheet in sorted(STYLES.glob("*.css")):
        rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", read(sheet), flags=re.DOTALL)
        classes = set(re.findall(r"\.([a-z][\w-]*)", rules))
        dead = {one for one in classes if one not in words and not one.startswith("bar-")}
        assert not dead, f"{sheet.name}: {sorted(dead)}"
