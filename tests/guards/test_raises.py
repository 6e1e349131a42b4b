"""A docstring that names an error names every one that the function raises itself."""

import ast
import re
from collections.abc import Iterator

from tests.guards.tree import nodes, python_files

PACKAGES = ("services", "models", "admin", "handlers", "bot")
RAISES = re.compile(r"\bRaises\b(.*?)(?:\.(?:\s|$)|\Z)", re.DOTALL)
OF_OTHERS = re.compile(r"\b(as `?\w+`? (does|do)|what `?[\w.]+`? raises?|the refusals of)\b")
"""`Raises what open_run raises`: the names stand there."""

BY_CALL = {
    "find": "NotFound",
    "actor.check_is_person": "NotAllowed",
    "actor.check_organization": "NotAllowed",
    "actor.check_right": "NotAllowed",
}
"""Calls that are a refusal by themselves."""


def raised(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """Names of the errors, without those of functions inside."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Call):
            yield from filter(None, [BY_CALL.get(ast.unparse(node.func))])
        if isinstance(node, ast.Raise) and node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            for choice in (error.body, error.orelse) if isinstance(error, ast.IfExp) else (error,):
                # an error in a variable was caught before, one in a table has the names there
                if isinstance(choice, ast.Name) and choice.id[0].isupper():
                    yield choice.id


def named(docstring: str) -> set[str]:
    return {name for told in RAISES.findall(docstring) for name in re.findall(r"\b[A-Z][A-Za-z]+\b", told)}


def test_a_docstring_that_names_errors_names_all_raised_in_the_body() -> None:
    missing, seen = {}, 0
    for path in python_files(*PACKAGES):
        for node in nodes(path):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
                continue
            docstring = ast.get_docstring(node) or ""
            names = named(docstring)
            if not names or OF_OTHERS.search(docstring):
                continue
            seen += 1
            if lacking := set(raised(node)) - names:
                missing[f"{path}:{node.lineno} {node.name}"] = sorted(lacking)
    assert seen > 200, "the search sees them"
    assert missing == {}
