"""The drawing of a pair's states in docs/design.md, from models/pairs.py: `python tools/pair_states.py`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from models.audit import Action  # noqa: E402  # found through the line above
from models.pairs import STATES, PairStatus  # noqa: E402  # found through the line above

PAPER = ROOT / "docs" / "design.md"
BEGIN, END = "<!-- made by tools/pair_states.py -->", "<!-- end -->"
BLOCK = re.compile(f"{BEGIN}\n.*?{END}\n", re.DOTALL)


def describe_states() -> str:
    """The block of the document: the drawing, then who must act in each state."""
    arrows = [f"    [*] --> {PairStatus.DRAFT.value}: {_name(Action.PAIR_DRAFTED)}"]
    for status, state in STATES.items():
        arrows += [
            f"    {status.value} --> {to.value}: {_name(move.act)}" for move in state.moves for to in move.to
        ]
    arrows += [f"    {status.value} --> [*]" for status, state in STATES.items() if not state.moves]
    rows = [
        f"| {status.value} | {turn.case.value} | {turn.who.value} {turn.deed} | {turn.days or ''} |"
        for status, state in STATES.items()
        for turn in state.turns
    ]
    return "\n".join(
        (
            BEGIN,
            "```mermaid",
            "stateDiagram-v2",
            *arrows,
            "```",
            "",
            "| State | When | Who must act | Within (setting of the programme) |",
            "|---|---|---|---|",
            *rows,
            END,
            "",
        )
    )


def renew(paper: str) -> str:
    """The document with the block as the table is now."""
    return BLOCK.sub(lambda _old: describe_states(), paper)


def _name(act: Action) -> str:
    return act.value.removeprefix("pair.").replace("_", " ")


if __name__ == "__main__":
    PAPER.write_text(renew(PAPER.read_text(encoding="utf-8")), encoding="utf-8")
