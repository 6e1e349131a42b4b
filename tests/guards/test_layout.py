"""Layers of docs/architecture.md, sizes, names, and nothing of this machine in a file."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guards.tree import ROOT, nodes, python_files, read, tracked

LONGEST_FILE = 450
CODE = {".py", ".js", ".css", ".html"}
FORBIDDEN_NAMES = {"utils", "helpers", "misc", "common", "manager"}
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|root|home)/[a-z]|index-url[\s=:]+[\"']?https?://(?![\w.]+\.example\b)|https?://[^\s\"']+/simple\b",
    re.IGNORECASE,
)
PICTURES = {".png", ".ico", ".jpg", ".woff2", ".mo", ".docx"}


def test_packages_import_only_what_they_may() -> None:
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


def test_no_module_has_a_name_without_a_subject() -> None:
    """programmes/common holds content that every pack shares, not code."""
    found = [
        path for path in python_files() if {part.removesuffix(".py") for part in path.parts} & FORBIDDEN_NAMES
    ]
    assert not found


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


def test_background_tasks_are_started_in_one_module() -> None:
    """A bare task is forgotten when it fails; a task group is not (the sandbox watches its own two)."""
    found = []
    for path in python_files("bot", "handlers", "scheduler", "services", "admin", "worker", "installation"):
        for node in nodes(path):
            if isinstance(node, ast.Attribute) and node.attr in {"create_task", "ensure_future"}:
                owner = ast.unparse(node.value)
                if owner in {"asyncio", "loop"} or owner.startswith("asyncio.get"):
                    found.append(f"{path}:{node.lineno}")
    assert not found


def test_services_take_the_moment_and_never_ask_for_it() -> None:
    """`now` is an argument (decision 1); only services/access/clock.py reads a clock."""
    clocks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    asked = [
        f"{path}:{node.lineno}"
        for path in python_files("services", "notices", "models")
        if path != Path("services/access/clock.py")
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in clocks
    ]
    assert not asked


CLOCK_READS = re.compile(
    r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime|ctime)|SystemClock)\b"
)
CLOCK_READERS = {
    Path("tests/guards/test_layout.py"): "names what it looks for",
    Path("tests/faults/__main__.py"): "writes the day of a measurement into docs/faults.md",
}


def test_no_test_reads_the_systems_clock() -> None:
    """Tests begin at FIRST_MOMENT and pass at any other; elapsed time is measured by time.monotonic.

    Code that a test starts as a process of its own counts too, so the text is searched, not the syntax tree.
    """
    found = {path for path in python_files("tests") if CLOCK_READS.search(read(path))}
    assert found == set(CLOCK_READERS)


def test_every_sandbox_of_a_test_starts_at_a_stated_moment() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in python_files("tests")
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Sandbox"
        and "start" not in {keyword.arg for keyword in node.keywords}
    ]
    assert not found


def test_services_leave_the_transaction_to_their_caller() -> None:
    """A service never commits, rolls back or opens a session (decision 1)."""
    found = [
        f"{path}:{node.lineno}"
        for path in python_files("services")
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]
    assert not found
