"""What proves which requirement, and what is open: `make trace` prints it and writes docs/traceability.md.

A test proves what it is marked with, `@pytest.mark.requirement("A22")`, at most three ids each
(tests/guards/test_requirements.py). Read from the sources: nothing has to be collected or run.
"""

import ast
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = ROOT / "docs" / "domain.md"
LIST = ROOT / "tests" / "requirements.toml"
PAGE = ROOT / "docs" / "traceability.md"
CHANNELS = ("dialogues", "panel", "life", "browser")
COMMAND_LINE = r"^(from|import) (nastavnik|tests\.life\.processes)\b"
PROVED, UNPROVED = "proved", "unproved"
CLASSES = {
    PROVED: "proved through chat, panel or command line",
    UNPROVED: "seen to work; no test of it goes through chat, panel or command line",
    "text": "a text is all it asks, and it is there",
    "partly": "partly",
    "row": "a row of the roadmap only",
    "text_only": "a text only",
    "missing": "missing",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    key: str
    subject: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A test, or one parameter of it, and the ids it is marked with."""

    path: str
    name: str
    ids: tuple[str, ...]


def read_requirements() -> list[Requirement]:
    rows = re.findall(
        r'^\| <a id="[a-e]\d+"></a>([A-E]\d+) \| (.+) \|$', DOMAIN.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [Requirement(key, subject) for key, subject in rows]


def read_proofs(folder: Path = ROOT / "tests") -> list[Proof]:
    return [
        Proof(str(path.relative_to(ROOT)), name, ids)
        for path in sorted(folder.rglob("test_*.py"))
        for name, ids in _marked(ast.parse(path.read_text(encoding="utf-8")), "", ())
    ]


def _marked(node: ast.AST, scope: str, outer: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _marked(child, f"{scope}{child.name}::", outer + _whole(child))
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and child.name.startswith("test_"):
            whole = outer + _whole(child)
            for ids in [whole, *(ids for ids in _of_parameters(child))]:
                if ids:
                    yield f"{scope}{child.name}", ids


def _whole(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    return tuple(key for one in node.decorator_list for key in _ids_of(one))


def _of_parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ...]]:
    """The ids of each `pytest.param(..., marks=pytest.mark.requirement("A1"))`."""
    for decorator in node.decorator_list:
        for call in ast.walk(decorator):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.param":
                yield tuple(
                    key for keyword in call.keywords for mark in ast.walk(keyword) for key in _ids_of(mark)
                )


def _ids_of(node: ast.AST) -> tuple[str, ...]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.requirement":
        return tuple(str(ast.literal_eval(argument)) for argument in node.args)
    return ()


def read_open() -> dict[str, tuple[str, str]]:
    """What is not simply there: the class of an id and what is lacking, or why a text is enough."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))["open"]
    return {key: (kind, why) for key, (kind, why) in listed.items()}


def is_from_outside(path: str) -> bool:
    """Whether a test uses the product as a person does: chat, panel, browser, or the command line."""
    if path.split("/")[1] in CHANNELS:
        return True
    source = (ROOT / path).read_text(encoding="utf-8")
    return re.search(COMMAND_LINE, source, re.MULTILINE) is not None


def classify(
    requirements: list[Requirement], proofs: list[Proof], left: dict[str, tuple[str, str]]
) -> dict[str, str]:
    """The class of each id. Proved is what is not declared open and is tested from outside."""
    proved = {key for proof in proofs if is_from_outside(proof.path) for key in proof.ids}
    return {
        one.key: left[one.key][0] if one.key in left else (PROVED if one.key in proved else UNPROVED)
        for one in requirements
    }


def render(requirements: list[Requirement], proofs: list[Proof], left: dict[str, tuple[str, str]]) -> str:
    """The page: the number of each class first, then a line for each id."""
    tests: dict[str, set[str]] = defaultdict(set)
    for proof in proofs:
        for key in proof.ids:
            tests[key].add(f"`{proof.path.removeprefix('tests/')}::{proof.name}`")
    classes = classify(requirements, proofs, left)
    counts = Counter(classes.values())
    lines = [
        "# Requirements, and what proves them",
        "",
        "Made by `make trace` from [domain.md](domain.md#requirements), `tests/requirements.toml`",
        "and the marks of the tests; do not edit.",
        "A requirement is proved by a test that goes through chat, panel or command line, and only while",
        "nothing of it is known to be lacking. Other tests marked with it stand in the table all the same.",
        "",
        f"| {len(requirements)} requirements | |",
        "|---|---|",
        *(f"| {words} | {counts[kind]} |" for kind, words in CLASSES.items()),
        "",
        "| id | what it asks | state | tests |",
        "|---|---|---|---|",
    ]
    for one in requirements:
        state = CLASSES[classes[one.key]]
        if one.key in left:
            state = f"{state}: {left[one.key][1]}"
        lines.append(f"| {one.key} | {one.subject} | {state} | {'<br>'.join(sorted(tests[one.key]))} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    page = render(read_requirements(), read_proofs(), read_open())
    PAGE.write_text(page, encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
