"""Telegram's words are read in one place, bot/answers.py; everything else knows classes."""

import ast
from pathlib import Path

from bot.answers import REFUSALS
from tests.guards.tree import nodes, python_files

READER = Path("bot/answers.py")
PACKAGES = ("bot", "handlers", "notices", "scheduler", "services", "worker", "installation")


def test_no_description_of_telegram_stands_outside_its_reader() -> None:
    descriptions = [one.casefold() for _, known in REFUSALS for one in known]
    found = {
        f"{path}:{node.lineno}: {node.value[:60]}"
        for path in python_files(*PACKAGES)
        if path != READER
        for node in nodes(path)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and any(one in node.value.casefold() for one in descriptions)
    }
    assert not found


def test_no_text_of_an_error_is_searched_for_words() -> None:
    """`"..." in error.message` or `in str(error)`: such a rule ends with the next wording."""
    found = {
        f"{path}:{node.lineno}"
        for path in python_files(*PACKAGES)
        if path != READER
        for node in nodes(path)
        if isinstance(node, ast.Compare)
        and any(isinstance(one, ast.In | ast.NotIn) for one in node.ops)
        and any(
            ast.unparse(one) in {"error.message", "str(error)", "str(error.args)", "error.description"}
            for one in node.comparators
        )
    }
    assert not found
