"""The house of engineering.md, section 2: layers, sizes, names, and nothing of this machine in a file."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guards.tree import ROOT, python_files, read, tracked

LONGEST_FILE = 400
CODE = {".py", ".js", ".css", ".html"}
NO_ROOM_OF = {"utils", "helpers", "misc", "common", "manager"}
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|root|home)/[a-z]|index-url[\s=:]+[\"']?\w+:/|https?://[^\s\"']+/simple\b",
    re.IGNORECASE,
)
PICTURES = {".png", ".ico", ".jpg", ".woff2", ".mo"}


def test_rooms_import_only_what_they_may() -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_no_file_is_longer_than_a_person_can_hold() -> None:
    long = {
        str(path): count
        for path in tracked()
        if path.suffix in CODE and "vendor" not in path.parts and "versions" not in path.parts
        if (count := len(read(path).splitlines())) > LONGEST_FILE
    }
    assert not long


def test_no_module_is_a_drawer_for_anything() -> None:
    """programmes/common holds content that every pack shares, not code."""
    drawers = [
        path for path in python_files() if {part.removesuffix(".py") for part in path.parts} & NO_ROOM_OF
    ]
    assert not drawers


def test_no_file_names_this_machine_or_a_package_index() -> None:
    here = Path(__file__).name
    guilty = [
        f"{path}:{number}"
        for path in tracked()
        if path.suffix not in PICTURES and path.name != here
        for number, line in enumerate(read(path).splitlines(), 1)
        if MACHINE.search(line)
    ]
    assert not guilty


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "raise NotImplementedError"])
def test_nothing_is_left_for_later(word: str) -> None:
    found = [
        f"{path}:{number}"
        for path in python_files()
        if path.parts[:2] != ("tests", "guards")
        for number, line in enumerate(read(path).splitlines(), 1)
        if re.search(rf"\b{word}\b", line)
    ]
    assert not found


def test_only_the_nursery_starts_background_tasks() -> None:
    """A bare task is forgotten when it fails; a task group is not (the sandbox watches its own two)."""
    found = []
    for path in python_files("bot", "handlers", "scheduler", "services", "admin", "worker", "installation"):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Attribute) and node.attr in {"create_task", "ensure_future"}:
                owner = ast.unparse(node.value)
                if owner in {"asyncio", "loop"} or owner.startswith("asyncio.get"):
                    found.append(f"{path}:{node.lineno}")
    assert not found


def test_services_take_the_moment_and_never_ask_for_it() -> None:
    """`now` is an argument (decision 1); only services/clock.py reads a clock."""
    clocks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    asked = [
        f"{path}:{node.lineno}"
        for path in python_files("services", "notices", "models")
        if path != Path("services/clock.py")
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in clocks
    ]
    assert not asked


def test_services_leave_the_transaction_to_their_caller() -> None:
    """A service never commits, rolls back or opens a session (decision 1)."""
    found = [
        f"{path}:{node.lineno}"
        for path in python_files("services")
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]
    assert not found
