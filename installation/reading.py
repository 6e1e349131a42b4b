"""`nastavnik read`: what a message about a meeting says; it reads text and touches no data."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from installation import faults
from installation.commands import Telling
from installation.running import print_line
from installation.site import Site
from services.access.clock import SystemClock
from services.messages_read.reading.batch import read_line, read_text

STANDARD_INPUT = "-"


def read(site: Site, telling: Telling, asked: argparse.Namespace) -> int:
    """One text, or every line of a file. Raises WrongUsage, FileNotRead."""
    if (asked.batch is None) is (not asked.text):
        raise faults.WrongUsage(message=telling.t.label("Give either a text after -- or a file with --batch"))
    if asked.batch is not None:
        read_batch(asked.batch)
        return 0
    now = asked.now or SystemClock().now().astimezone(ZoneInfo(site.settings.timezone)).isoformat()
    members = [name for one in asked.members.split(",") if (name := " ".join(one.split()))]
    text = " ".join(asked.text).encode("utf-8", "replace").decode()
    try:
        found = read_text(text, now=now, members=members, author_role=asked.role)
    except ValueError:
        message = telling.t.label("--now is a moment such as 2025-10-15T18:00:00+03:00")
        raise faults.WrongUsage(message=message) from None
    telling.tell(found, [f"{name}: {value}" for name, value in found.items()])
    return 0


def read_batch(name: str) -> None:
    """JSON lines in, one compact line out for each, in order; a bad one stops nothing."""
    try:
        with open_lines(name) as lines:
            for line in lines:
                print_line(_read(line))
    except BrokenPipeError:
        raise faults.OutputClosed from None
    except OSError as error:
        raise faults.FileNotRead(file=name, why=error.strerror or type(error).__name__) from None


def _read(line: bytes) -> str:
    try:
        return read_line(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return '{"error":"not UTF-8"}'


@contextmanager
def open_lines(name: str) -> Iterator[IO[bytes]]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as found:
        yield found
