"""Panel calls of services are typed: the plugin of mypy knows what admin.calls fills in."""

import subprocess
import sys
from pathlib import Path

import pytest

from admin.calls import FACTS
from tests.guards.tree import ROOT
from tools.bound_calls import FILLED_IN

GOOD = "do(confirm_pair, pair_id=1)"
BAD = {
    'do(confirm_pair, pair_id="1")': "arg-type",
    "do(confirm_pair)": "call-arg",
    "do(confirm_pair, pair_id=1, pairs=2)": "call-arg",
    "see(read_pair, pair_id=1).nothing": "attr-defined",
}
HEAD = """from admin.calls import do, see
from services.pairs.cards import read_pair
from services.pairs.proposals import confirm_pair

"""


def test_the_plugin_leaves_out_what_is_filled_in() -> None:
    assert set(FACTS) == FILLED_IN


@pytest.mark.long
def test_a_call_with_wrong_facts_is_an_error_of_types(tmp_path: Path) -> None:
    path = tmp_path / "calls_probe.py"
    path.write_text(HEAD + "\n".join([GOOD, *BAD]) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--show-absolute-path", str(path)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    first = HEAD.count("\n") + 1
    for line, code in enumerate([None, *BAD.values()], start=first):
        # by the file's name: what mypy took from its cache names the folder of the run before
        found = [one for one in told.splitlines() if f"{path.name}:{line}: error" in one]
        assert bool(found) is (code is not None), told
        assert code is None or found[0].endswith(f"[{code}]"), told
