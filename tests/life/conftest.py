"""Whole processes on ports and in folders of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.life.processes import Command, free_port

Start = Callable[..., Command]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """A sandbox installation of this test."""
    return {
        "NASTAVNIK_DATA_DIR": str(tmp_path / "data"),
        "NASTAVNIK_PANEL_PORT": str(free_port()),
        "NASTAVNIK_SANDBOX_PORT": str(free_port()),
    }


@pytest.fixture
def start(tmp_path: Path, settings: dict[str, str]) -> Iterator[Start]:
    """Start `nastavnik ...`; what still runs at the end is ended. `None` takes a setting away."""
    started: list[Command] = []

    def start_one(*arguments: str, **changes: str | None) -> Command:
        wanted = settings | {f"NASTAVNIK_{name.upper()}": value for name, value in changes.items()}
        given = {name: value for name, value in wanted.items() if value is not None}
        started.append(Command(*arguments, settings=given, folder=tmp_path))
        return started[-1]

    yield start_one
    for command in started:
        command.end()
