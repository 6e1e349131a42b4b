"""The life of a pair is one table: its drawing is up to date, and every move of the code stands in it."""

import ast
from pathlib import Path

from models.audit import Action
from models.pairs import STATES, PairStatus
from services.programmes.regulations import Settings
from tests.guards.tree import nodes, python_files
from tools.pair_states import PAPER, renew


def test_the_drawing_is_made_from_the_table() -> None:
    paper = Path(PAPER).read_text(encoding="utf-8")
    assert "stateDiagram-v2" in paper
    assert paper == renew(paper), "run: python tools/pair_states.py"


def test_each_act_of_the_table_is_done_by_the_code_and_no_other() -> None:
    acts = {
        ast.unparse(word.value).removeprefix("Action.")
        for path in python_files("services")
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "move_pair"
        for word in node.keywords
        if word.arg == "action"
    }
    assert {Action[name] for name in acts} == {move.act for state in STATES.values() for move in state.moves}


def test_the_state_of_a_pair_is_changed_in_one_module() -> None:
    writers = {
        str(path)
        for path in python_files("services", "admin", "handlers", "scheduler", "worker", "installation")
        for node in nodes(path)
        if isinstance(node, ast.Assign) and any(ast.unparse(one) == "pair.status" for one in node.targets)
    }
    assert writers == {"services/pairs/capacity.py"}


def test_every_state_has_a_row_and_can_be_reached() -> None:
    assert set(STATES) == set(PairStatus)
    reached = {to for state in STATES.values() for move in state.moves for to in move.to}
    assert reached == set(PairStatus) - {PairStatus.DRAFT}
    for state in STATES.values():
        assert bool(state.turns) == bool(state.moves), (
            "a state that may change names who must act, an end nobody"
        )
        assert {turn.days for turn in state.turns if turn.days} <= set(Settings.model_fields)
