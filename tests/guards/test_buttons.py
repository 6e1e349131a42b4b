"""Every button has a handler, every handler a button; their data fit into 64 bytes and are ids and codes."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from enum import Enum

import pytest
from aiogram import Router

from handlers import routers
from handlers.taps import Taps
from notices.buttons import SCREENS
from notices.taps import Do, Tap
from tests.guards.tree import nodes, python_files

MOST_BYTES = 64
LARGEST_ID = 2**31 - 1
"""Ids are columns of four bytes."""
LONGEST_FACTS = {
    # services/programmes/texts.py: Identifier
    "question": 24,
    # the index of an option, "not_applicable"
    "value": 14,
    # of one survey's options, of a message's meetings, of pages
    "index": 3,
    "page": 3,
    "at": 3,
    "rating": 2,
    # a token of 22 characters, the beginning of a SHA-256, HHMM, a language
    "token": 22,
    "mark": 16,
    "clock": 4,
    "locale": 2,
}


def tables(router: Router) -> Iterator[Taps[Tap]]:
    for handler in router.callback_query.handlers:
        table = getattr(handler.callback, "__self__", None)
        if isinstance(table, Taps):
            yield table
    for inner in router.sub_routers:
        yield from tables(inner)


def test_every_button_has_one_handler() -> None:
    handled = Counter(
        (table.kind.screen, do) for router in routers() for table in tables(router) for do in table.handlers
    )
    assert set(handled) == {(one.screen, do) for one in SCREENS for do in one.dos()}
    assert not {one for one, count in handled.items() if count > 1}


def test_taps_are_handled_by_the_tables_alone() -> None:
    """Beside the fallback, so that the comparison above leaves nothing out."""
    others = {
        f"{router.name}: {handler.callback.__name__}"
        for router in routers()
        for inner in (router, *router.sub_routers)
        for handler in inner.callback_query.handlers
        if not isinstance(getattr(handler.callback, "__self__", None), Taps)
    }
    assert others == {"fallback: show_current"}


def made() -> Iterator[tuple[str, ast.Call]]:
    """Calls that make a button: `OfferTap(OfferDo.ACCEPT, ...)`."""
    names = {one.__name__ for one in SCREENS}
    for path in python_files("handlers", "notices"):
        for node in nodes(path):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
                yield f"{path}:{node.lineno}", node


def test_every_handler_has_a_button() -> None:
    offered = {ast.unparse(call.args[0]) for _, call in made()}
    assert offered == {f"{one.dos().__name__}.{do.name}" for one in SCREENS for do in one.dos()}


def test_a_button_is_given_the_facts_that_it_carries() -> None:
    """A fact that is left out would travel as its default."""
    screens = {one.__name__: one for one in SCREENS}
    wrong = {}
    for place, call in made():
        kind = screens[ast.unparse(call.func)]
        name = ast.unparse(call.args[0]).rpartition(".")[2]
        if any(isinstance(one, ast.Starred) for one in call.args):
            continue
        positional = [one.name for one in fields(kind)][1 : len(call.args)]
        given = [*positional, *(one.arg for one in call.keywords)]
        if sorted(map(str, given)) != sorted(kind.dos()[name].facts):
            wrong[place] = given
    assert not wrong


def longest(kind: type[Tap], do: Do) -> Tap:
    facts: dict[str, object] = {}
    for name in do.facts:
        usual = getattr(kind, name)
        if isinstance(usual, Enum):
            facts[name] = max(type(usual), key=lambda one: len(str(one.value)))
        elif isinstance(usual, bool):
            facts[name] = True
        elif isinstance(usual, date):
            facts[name] = date(2026, 12, 31)
        elif name in LONGEST_FACTS:
            facts[name] = "9" * LONGEST_FACTS[name]
        else:
            assert isinstance(usual, int), f"how long may {name} be?"
            facts[name] = LARGEST_ID
    return kind(do, **facts)


@pytest.mark.parametrize("kind", SCREENS, ids=lambda one: one.screen)
def test_data_fit_and_are_read_back(kind: type[Tap]) -> None:
    for do in kind.dos():
        tap = longest(kind, do)
        assert len(tap.code.encode()) <= MOST_BYTES, tap.code
        assert tap.code.isascii()
        read = kind.read(tap.code)
        assert read is not None, tap.code
        assert read.code == tap.code


def test_facts_are_ids_numbers_days_and_codes() -> None:
    """A text of a person would have to be a field that no one names here."""
    texts = {
        name
        for one in SCREENS
        for name in (field.name for field in fields(one)[1:])
        if type(getattr(one, name)) is str
    }
    assert texts == {"token", "mark", "locale", "question", "value", "clock"}
