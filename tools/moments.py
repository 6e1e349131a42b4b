"""Runs tests as if it were another moment and zone: `python tools/moments.py [arguments of pytest]`.

Debian's faketime moves the system's clock of the test process and of all that it starts by one offset; the
monotonic clock stays. Servers that run already, such as PostgreSQL, keep the true time.
"""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
DIALOGUES, LIFE, PANEL = "tests/dialogues", "tests/life", "tests/panel"
# dialogues that read, propose or count days
DATED = tuple(
    f"{DIALOGUES}/test_{name}.py"
    for name in ("feedback", "meetings", "one_message", "one_message_wishes", "pairs")
)
# Every test at one other moment, those about days at two: all at all three cost the gate eight minutes more.
MOMENTS = (
    # a Sunday just before the year's end: day, week, month and year change within the run
    ("2028-12-31T23:50", "Europe/Moscow", (*DATED, LIFE)),
    # a day that most years lack, far east of Moscow
    ("2028-02-29T12:00", "Asia/Vladivostok", (DIALOGUES,)),
    # an hour that the change to summer time leaves out
    ("2027-03-28T02:30", "Europe/Berlin", (PANEL,)),
)


def run_at(moment: str, zone: str, arguments: list[str]) -> int:
    """One run of pytest that begins at a local moment; pytest's exit code."""
    ahead = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)) - datetime.now(UTC)
    faketime = ["faketime", "-m", "--exclude-monotonic", "-f", f"{ahead.total_seconds():+.0f}s"]
    pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    print(f"moments: {moment}, {zone}", flush=True)
    environment = {**os.environ, "TZ": zone, "PYTHONPATH": str(ROOT / "tools" / "faketime")}
    # Without it every wait for the interpreter's lock ends at once: eight times the processor time.
    environment["FAKETIME_FORCE_MONOTONIC_FIX"] = "0"
    return subprocess.run([*faketime, *pytest], cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    """Tell of every moment; the exit code of the worst, 0 where faketime is not installed, which is said."""
    if shutil.which("faketime") is None:
        print("moments: no faketime is installed here (Debian: apt-get install faketime); nothing was run")
        return 0
    usual = ["-q", "-n", "3", "--dist=loadfile", "-m", "not long"]
    return max(
        [run_at(moment, zone, sys.argv[1:] or [*usual, *folders]) for moment, zone, folders in MOMENTS]
    )


if __name__ == "__main__":
    sys.exit(main())
