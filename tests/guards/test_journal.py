"""The journal shows no codes: every kind of record that the code writes about has its words."""

import ast
from collections.abc import Iterator

from admin.journal_words import SUBJECTS
from tests.guards.tree import nodes, python_files

PACKAGES = ("services", "handlers", "admin", "installation", "scheduler", "worker", "bot", "nastavnik.py")


def hands_on(function: ast.FunctionDef) -> bool:
    """Whether its own `subject` goes into the journal."""
    passed = [word.value for one in ast.walk(function) if isinstance(one, ast.Call) for word in one.keywords
              if word.arg == "subject"]  # fmt: skip
    return "subject" in [arg.arg for arg in function.args.args] and any(
        isinstance(value, ast.Name) and value.id == "subject" for value in passed
    )


def subjects() -> Iterator[tuple[str, str]]:
    """("person", where) for each `subject=("person", id)`, and for such a pair given to a helper by place."""
    for path in python_files(*PACKAGES):
        helpers = {
            one.name: [arg.arg for arg in one.args.args].index("subject")
            for one in nodes(path)
            if isinstance(one, ast.FunctionDef) and hands_on(one)
        }
        for call in nodes(path):
            if not isinstance(call, ast.Call):
                continue
            given = [word.value for word in call.keywords if word.arg == "subject"]
            if isinstance(call.func, ast.Name) and len(call.args) > helpers.get(call.func.id, 99):
                given.append(call.args[helpers[call.func.id]])
            for pair in given:
                if isinstance(pair, ast.Tuple) and isinstance(pair.elts[0], ast.Constant):
                    yield str(pair.elts[0].value), f"{path}:{call.lineno}"


def test_every_subject_of_the_journal_has_words() -> None:
    found = list(subjects())
    assert {"person", "publication", "survey_wave"} <= {kind for kind, _where in found}, (
        "the search sees them"
    )
    assert [(kind, where) for kind, where in found if kind not in SUBJECTS] == []
