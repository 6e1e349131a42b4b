"""What the papers say is true: commands parse, targets exist, links and pictures lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest

from installation.words import open_translator
from nastavnik import make_parser
from tests.guards.tree import ROOT, read, tracked

PAPERS = [path for path in tracked() if path.suffix == ".md" and path.parts[0] != "programmes"]


def commands() -> list[tuple[str, str]]:
    """Every `nastavnik ...` of the papers and of the unit file in them."""
    named = re.compile(r"(?:\.venv/bin/|[`/])nastavnik ([a-z][^`\n]*)")
    return [(str(path), found[1].strip()) for path in PAPERS for found in named.finditer(read(path))]


@pytest.mark.parametrize(("paper", "command"), commands())
def test_every_command_named_in_a_paper_parses(paper: str, command: str) -> None:
    words = shlex.split(command.removesuffix("."))
    known = {
        "programme": {"list", "check", "create", "upgrade"},
        "organization": {"list", "add"},
        "curator": {"add"},
    }
    if len(words) == 1 and words[0] in known:
        return
    words = ["2026-11-23T12:00" if word == "MOMENT" else word for word in words]
    asked = make_parser(open_translator()).parse_args(words)
    assert callable(asked.act), paper


def test_every_make_target_named_in_a_paper_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        (match, str(path))
        for path in PAPERS
        for match in re.findall(r"(?:^|`)make ([a-z]+)", read(path), re.MULTILINE)
    }
    assert {"run", "test"} <= {target for target, _ in named}
    assert not {(target, path) for target, path in named if target not in targets}


@pytest.mark.parametrize("paper", PAPERS, ids=str)
def test_links_and_pictures_lead_somewhere(paper: Path) -> None:
    lost = [
        link
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", read(paper))
        if not link.startswith(("http://", "https://", "mailto:"))
        and not (ROOT / paper.parent / link).exists()
    ]
    assert not lost


def test_every_picture_is_shown_somewhere() -> None:
    shown = {
        (path.parent / link).as_posix()
        for path in PAPERS
        for link in re.findall(r"(?:\]\(|src=\")([^)\"]+\.png)", read(path))
    }
    assert {path.as_posix() for path in tracked() if path.parts[:2] == ("docs", "pictures")} == shown


def test_readmes_begin_with_the_two_commands() -> None:
    for name in ("README.md", "README.ru.md"):
        block = re.search(r"```\n(.*?)```", read(Path(name)), re.DOTALL)
        assert block is not None
        assert [line.split("#")[0].strip() for line in block[1].splitlines()] == ["make run", "make test"]


def test_every_dependency_has_a_reason() -> None:
    reasons = read(Path("docs/decisions/0002-dependencies.md")).casefold()
    wanted = [
        re.split(r"[\[<>=]", line)[0]
        for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert not [name for name in wanted if name.casefold() not in reasons]


def test_decisions_are_numbered_without_a_clash() -> None:
    names = [path.name for path in tracked() if path.parts[:2] == ("docs", "decisions")]
    numbers = [name[:4] for name in names]
    assert len(numbers) == len(set(numbers))
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name) for name in names)
