"""Which test proves which requirement: `make trace` prints it and writes docs/traceability.md.

A test proves what it is marked with, `@pytest.mark.requirement("A22")`, at most three ids each
(tests/guards/test_requirements.py). Read from the sources: nothing has to be collected or run.
"""

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "requirements.toml"
PAGE = ROOT / "docs" / "traceability.md"
OWN = ("pair", "people", "programmes")  # the issues of this house so far; the rest is of later ones


@dataclass(frozen=True, slots=True)
class Requirement:
    key: str
    owner: str
    subject: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A test, or one parameter of it, and the ids it is marked with."""

    path: str
    name: str
    ids: tuple[str, ...]


def read_requirements() -> list[Requirement]:
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))["requirements"]
    return [Requirement(key, owner, subject) for key, (owner, subject) in listed.items()]


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


def render(requirements: list[Requirement], proofs: list[Proof]) -> str:
    """The page: counts first, then a line for each id."""
    proved: dict[str, set[str]] = defaultdict(set)
    for proof in proofs:
        for key in proof.ids:
            proved[key].add(f"`{proof.path.removeprefix('tests/')}::{proof.name}`")
    own = [one for one in requirements if one.owner in OWN]
    left = [one.key for one in own if one.key not in proved]
    others = [one.key for one in requirements if one.owner not in OWN and one.key not in proved]
    lines = [
        "# Requirements and the tests that prove them",
        "",
        "Made by `make trace` from `tests/requirements.toml` and the marks of the tests; do not edit.",
        "",
        f"{len(requirements)} requirements: {len(requirements) - len(left) - len(others)} proved by tests, "  # noqa: ISC004
        f"{len(left)} left, {len(others)} owned by later issues.",
        "",
        f"Left: {', '.join(left) or 'nothing'}.",
        "",
        "| id | what it asks | proved by |",
        "|---|---|---|",
    ]
    for one in requirements:
        nothing = f"owner: {one.owner}" if one.owner not in OWN else "**left**"
        lines.append(f"| {one.key} | {one.subject} | {'<br>'.join(sorted(proved[one.key])) or nothing} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    page = render(read_requirements(), read_proofs())
    PAGE.write_text(page, encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
