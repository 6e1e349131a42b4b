"""The repository explains itself: whatever a file refers to is here, and names are plain words."""

import ast
import re
from pathlib import Path

from tests.guards.tree import ROOT, nodes, python_files, read, tracked

HERE = Path(__file__).name
TEXTS = {".py", ".toml", ".md"}
DOCUMENT = re.compile(r"(?<![\w/.-])((?:[\w-]+/)*[\w.-]+\.md)(?:#([\w-]+))?")
CODE = re.compile(r"\b(?:[A-E]\d{1,2}|SV\d\d|DC\d\d)\b")
ISSUE = re.compile(r"\bissue \d", re.IGNORECASE)
PATTERNS = {
    "docs/decisions/NNNN-title.md",
    "VERSION.LOCALE.md",
    "ВЕРСИЯ.ru.md",
    "en.md",
    "ru.md",
    ".en.md",
    ".ru.md",
    ".md",
    # a test writes it
    "common/consents/pd_processing/2.ru.md",
}
"""Shapes of names, not files."""

METAPHORS = {
    "house",
    "room",
    "door",
    "walk",
    "nobody",
    "nursery",
    "weather",
    "owe",
    "farewell",
    "street",
    "town",
    "place",
    "say",
    "keep",
    "word",
    "lot",
}
LITERAL = {
    # the room of a school and the place of a meeting
    "services/messages_read/reading/told.py:_find_room",
    "services/messages_read/reading/told.py:_find_place",
    # the name of a month, a noun that is counted, what is searched for, the word that stands for a value
    "services/dates/days.py:_with_month_word",
    "services/programmes/texts.py:CountedWord",
    "services/people/searching.py:_has_word",
    "admin/words.py:word",
    # somebody writes into a chat or a terminal
    "sandbox/actions.py:say",
    "sandbox/client.py:say",
    "tests/dialogues/participants.py:say",
    "tests/faults/teachers.py:say",
    "tests/integration/tally.py:say_notice",
    "tests/life/conftest.py:say",
    "tests/life/conftest.py:say_one",
    # where a button stands
    "sandbox/client.py:find_place",
}
LEFT = {
    # the name of the enum is the name of its CHECK constraint
    "models/paper_way.py:WordOf",
}
"""Names that still contain one of the words as a metaphor; this list only gets shorter."""


def anchors(path: Path) -> set[str]:
    text = read(path)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    made = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return made | set(re.findall(r'id="([\w-]+)"', text))


def texts() -> list[Path]:
    return [path for path in tracked() if path.suffix in TEXTS and path.name != HERE]


def test_every_document_that_is_named_is_here_with_its_anchor() -> None:
    known = {str(path) for path in tracked()}
    wrong = set()
    for path in texts():
        for name, anchor in DOCUMENT.findall(read(path)):
            if name in PATTERNS or any(name.endswith(f"/{pattern}") for pattern in PATTERNS):
                continue
            places = [name, str(path.parent / name), f"docs/{name}", f"programmes/{name}"]
            found = next((place for place in places if place in known), None)
            if found is None or (anchor and anchor not in anchors(Path(found))):
                wrong.add(f"{path}: {name}{'#' + anchor if anchor else ''}")
    assert not wrong


def test_every_code_in_a_docstring_is_defined() -> None:
    defined = anchors(Path("docs/domain.md"))
    wrong = set()
    for path in python_files():
        if path.name == HERE:
            continue
        for node in nodes(path):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                told = CODE.findall(ast.get_docstring(node) or "")
                wrong |= {f"{path}: {code}" for code in told if code.lower() not in defined}
    assert not wrong


def test_no_file_refers_to_an_issue() -> None:
    changes = ROOT / "CHANGELOG.md"
    assert not [
        str(path) for path in texts() if ROOT / path != changes and ISSUE.search(read(path)) is not None
    ]


def test_names_of_modules_and_functions_are_no_metaphors() -> None:
    found = set()
    for path in python_files():
        if path.parts[0] == "tests" and path.name.startswith("test_"):
            continue
        if METAPHORS & set(path.stem.split("_")):
            found.add(str(path))
        for node in nodes(path):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                words = re.findall(r"[A-Z]?[a-z]+", node.name)
                if METAPHORS & {word.lower() for word in words}:
                    found.add(f"{path}:{node.name}")
    assert found == LITERAL | LEFT
