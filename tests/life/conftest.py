"""Whole processes on ports and in folders of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import FIRST_MOMENT
from tests.life.processes import Command, Outcome, call, free_port

Start = Callable[..., Command]
Say = Callable[..., Outcome]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """A sandbox installation of this test."""
    return {
        "NASTAVNIK_DATA_DIR": str(tmp_path / "data"),
        "NASTAVNIK_PANEL_PORT": str(free_port()),
        "NASTAVNIK_SANDBOX_PORT": str(free_port()),
        "NASTAVNIK_SANDBOX_START": FIRST_MOMENT.isoformat(),
    }


@pytest.fixture
def say(tmp_path: Path, settings: dict[str, str]) -> Say:
    """Say `nastavnik ...` to its end. `None` takes a setting away."""

    def say_one(*arguments: str, **changes: str | None) -> Outcome:
        return call(*arguments, settings=changed(settings, changes), folder=tmp_path)

    return say_one


def changed(settings: dict[str, str], changes: dict[str, str | None]) -> dict[str, str]:
    wanted = settings | {f"NASTAVNIK_{name.upper()}": value for name, value in changes.items()}
    return {name: value for name, value in wanted.items() if value is not None}


@pytest.fixture
def start(tmp_path: Path, settings: dict[str, str]) -> Iterator[Start]:
    """Start `nastavnik ...`; what still runs at the end is ended. `None` takes a setting away."""
    started: list[Command] = []

    def start_one(*arguments: str, **changes: str | None) -> Command:
        started.append(Command(*arguments, settings=changed(settings, changes), folder=tmp_path))
        return started[-1]

    yield start_one
    for command in started:
        command.end()
