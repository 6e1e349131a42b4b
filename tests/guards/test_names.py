"""How the chat names people: by services/people/pseudonyms.py alone, so that no screen misses its mode."""

import ast

import pytest

from tests.guards.tree import python_files, read

FULL_NAMES = {"full_name", "polite_name", "family_name", "patronymic", "position", "sort_key"}
POLITE_NAMES_OF = {
    "models/people.py",
    "services/people.py",
    "services/people/pseudonyms.py",
    "services/joining/invitations.py",  # a sheet of paper for the person themselves
}


def names_used(source: str, names: set[str]) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in names
    ]


def test_screens_and_notices_take_no_name_past_the_pseudonyms() -> None:
    found = {str(path): names_used(read(path), FULL_NAMES) for path in python_files("handlers", "notices")}
    assert len(found) > 40
    assert not {path: lines for path, lines in found.items() if lines}


def test_first_name_and_patronymic_are_joined_in_one_place() -> None:
    found = {
        str(path): names_used(read(path), {"polite_name"}) for path in python_files("services", "models")
    }
    assert {path for path, lines in found.items() if lines} <= POLITE_NAMES_OF


@pytest.mark.parametrize("line", ["card.partner.full_name", "person.patronymic", "f'{one.polite_name}'"])
def test_the_guard_sees_a_name(line: str) -> None:
    assert names_used(line, FULL_NAMES)
