"""The locks are closed: whoever installs one, with any tool, has nothing left to resolve."""

import re
from functools import cache
from importlib.metadata import requires, version
from itertools import product
from typing import NamedTuple

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.guards.tree import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
SYSTEMS = {
    "linux": ("Linux", "posix", "x86_64"),
    "darwin": ("Darwin", "posix", "arm64"),
    "win32": ("Windows", "nt", "AMD64"),
}
ENVIRONMENTS = [
    {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": python,
        "python_full_version": f"{python}.2",
        "implementation_version": f"{python}.2",
        "sys_platform": system,
        "platform_system": SYSTEMS[system][0],
        "os_name": SYSTEMS[system][1],
        "platform_machine": SYSTEMS[system][2],
    }
    for python, system in product(("3.11", "3.12", "3.13", "3.14"), SYSTEMS)
]


class Locked(NamedTuple):
    """One pin; a package has several where its releases differ by Python version."""

    name: str
    version: Version
    extras: frozenset[str]
    marker: Marker | None


def locked(text: str) -> list[Locked]:
    found = []
    for line in re.findall(r"^([a-z0-9][^\\\n]*)", text, re.MULTILINE):
        requirement = Requirement(line)
        (pin,) = requirement.specifier
        assert pin.operator == "==", line
        extras = frozenset(str(canonicalize_name(extra)) for extra in requirement.extras)
        name = str(canonicalize_name(requirement.name))
        found.append(Locked(name, Version(pin.version), extras, requirement.marker))
    return found


@cache
def holds(marker: Marker | None, environment: int, extra: str = "") -> bool:
    return marker is None or marker.evaluate({**ENVIRONMENTS[environment], "extra": extra})


def requirements_of(one: Locked) -> list[Requirement]:
    """As installed here; a release of another system or Python version cannot be read."""
    if one.marker is not None and not one.marker.evaluate():
        return []
    assert Version(version(one.name)) == one.version, f"not as locked: {one.name}"
    return [Requirement(line) for line in requires(one.name) or ()]


def is_given(lock: list[Locked], requirement: Requirement, environment: int) -> bool:
    return any(
        one.name == canonicalize_name(requirement.name)
        and holds(one.marker, environment)
        and requirement.specifier.contains(one.version, prereleases=True)
        and {canonicalize_name(extra) for extra in requirement.extras} <= one.extras
        for one in lock
    )


def missing(lock: list[Locked]) -> set[str]:
    """What some package asks for in some environment and the lock does not give there."""
    return {
        f"{one.name} asks for {requirement}"
        for one in lock
        for requirement, environment in product(requirements_of(one), range(len(ENVIRONMENTS)))
        if holds(one.marker, environment)
        and any(holds(requirement.marker, environment, extra) for extra in ("", *one.extras))
        and not is_given(lock, requirement, environment)
    }


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_of_every_locked_package_is_locked_with_its_extras(name: str) -> None:
    lock = locked(text_of(name))
    assert len(lock) > 50
    assert missing(lock) == set()


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        (r"^coverage\[toml\]==", "coverage=="),
        (r"^sqlalchemy\[asyncio\]==", "sqlalchemy=="),
        (r"^(numpy==\S+ ; .*) >= '3.12'", r"\1 >= '3.13'"),
        (r"^colorama==.*$", "colorama==0.4.6 ; sys_platform == 'never'"),
        (r"^iniconfig==.*$", "other==1.0 ; sys_platform == 'never'"),
    ],
)
def test_an_open_lock_is_noticed(told: str, instead: str) -> None:
    text, changed = re.subn(told, instead, text_of("requirements-dev.lock"), flags=re.MULTILINE)
    assert changed == 1
    lock = locked(text)
    assert missing(lock)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("requirements.lock", ("requirements.in", "requirements-build.in")),
        ("requirements-dev.lock", ("requirements.in", "requirements-build.in", "requirements-dev.in")),
    ],
)
def test_everything_asked_for_is_locked(name: str, wanted: tuple[str, ...]) -> None:
    lock = locked(text_of(name))
    asked = [
        Requirement(line)
        for file in wanted
        for line in text_of(file).splitlines()
        if line and line[0] not in "#-"
    ]
    assert len(asked) > 20
    assert [
        one for one in asked if not all(is_given(lock, one, where) for where in range(len(ENVIRONMENTS)))
    ] == []


def test_tests_run_on_what_an_installation_runs_on() -> None:
    run, dev = ({(one.name, one.version, str(one.marker)) for one in locked(text_of(name))} for name in LOCKS)
    of_both = {name for name, *_ in run}
    assert run == {one for one in dev if one[0] in of_both}
    assert not of_both & {"pytest", "coverage", "mypy", "ruff", "playwright", "hypothesis", "uv"}


@pytest.mark.parametrize("name", LOCKS)
def test_each_package_has_hashes_and_no_index_is_named(name: str) -> None:
    text = text_of(name)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert not re.search(r"https?://|file:|--index|--extra-index|--find-links", text)
