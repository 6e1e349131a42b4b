"""Each flow that a handler leads to has a row with its screen."""

import ast
from collections.abc import Iterator

from handlers.commands import COMMANDS, FLOWS
from handlers.screens import SCREENS
from tests.guards.tree import nodes, python_files

LEADING = {"go", "enter", "opens", "step_to", "open_below"}


def led_to() -> Iterator[tuple[str, str]]:
    """Flows by name, where handlers lead to them or ask whether the chat is in one."""
    for path in python_files("handlers"):
        for node in nodes(path):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func).rpartition(".")[2]
            names = node.args if called in LEADING else []
            for one in names:
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield f"{path}:{node.lineno}", one.value


def test_every_flow_has_a_screen() -> None:
    named = list(led_to())
    assert len(named) > 20, "no flows were found: has the way they are named changed?"
    assert not {(place, flow) for place, flow in named if flow not in SCREENS}


def test_commands_that_open_a_flow_are_called_like_it() -> None:
    assert set(FLOWS) <= set(SCREENS)
    assert set(FLOWS) <= set(COMMANDS)
