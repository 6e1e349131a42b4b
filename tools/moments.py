"""Runs tests as if it were another moment and zone.

    python tools/moments.py                      dialogues, life and panel, each at a moment that hurts
    python tools/moments.py --at MOMENT [...]    what pytest is told after it, at that local moment

Debian's faketime moves the system's clock of the test process and of all that it starts by one offset; the
monotonic clock stays. Servers that run already, such as PostgreSQL, keep the true time. Where faketime is not
installed the tests run at the true moment, and that is said.
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
USUAL_ZONE = "Europe/Moscow"
# dialogues that read, propose or count days
DATED = tuple(f"{DIALOGUES}/test_{name}.py" for name in ("feedback", "meetings", "pairs"))
# Each test at one other moment, the dialogues about days at two: all of them at all three cost the gate eight
# minutes more.
MOMENTS = (
    # a Sunday just before the year's end: day, week, month and year change within the run
    ("2028-12-31T23:50", USUAL_ZONE, (LIFE, *DATED)),
    # a day that most years lack, far east of Moscow
    ("2028-02-29T12:00", "Asia/Vladivostok", (DIALOGUES,)),
    # an hour that the change to summer time leaves out
    ("2027-03-28T02:30", "Europe/Berlin", (PANEL,)),
)
USUAL = ("-n", os.environ.get("WORKERS", "3"), "--dist=loadfile", "--no-loadscope-reorder")


def run_at(moment: str, zone: str, arguments: list[str]) -> int:
    """One run of pytest that begins at a local moment; pytest's exit code."""
    pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *USUAL, *arguments]
    if shutil.which("faketime") is None:
        print(f"moments: no faketime here (Debian: apt-get install faketime), so not at {moment} but now")
        return subprocess.run(pytest, cwd=ROOT, check=False).returncode
    ahead = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)) - datetime.now(UTC)
    faketime = ["faketime", "-m", "--exclude-monotonic", "-f", f"{ahead.total_seconds():+.0f}s"]
    print(f"moments: {moment}, {zone}", flush=True)
    environment = {**os.environ, "TZ": zone, "PYTHONPATH": str(ROOT / "tools" / "faketime")}
    # Without it every wait for the interpreter's lock ends at once: eight times the processor time.
    environment["FAKETIME_FORCE_MONOTONIC_FIX"] = "0"
    return subprocess.run([*faketime, *pytest], cwd=ROOT, env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    """The exit code of the worst run."""
    if arguments[:1] == ["--at"]:
        return run_at(arguments[1], USUAL_ZONE, arguments[2:])
    return max([run_at(moment, zone, [*folders]) for moment, zone, folders in MOMENTS])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
