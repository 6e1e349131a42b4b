"""Numbers that no column holds and NUL characters, in every address and every form: refused, no fault."""

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from models.accounts import AccountRole
from models.people import Person
from tests.guards.tree import ROOT, nodes
from tests.panel.conftest import Browser
from tests.panel.test_rights import Address, addresses, full
from tests.world import World

__all__ = ["full"]

BEYOND = ("2147483648", "9223372036854775808", "18446744073709551616", "-1", "9" * 5000)
NUL = "Анна\0"


READERS = {"text", "texts", "day", "choice", "number", "record", "flag", "ids", "chosen", "get", "getlist"}


@cache
def fields_of(view: str) -> tuple[str, ...]:
    """Names of fields that the module of a view reads (admin/inputs.py), constants of names among them."""
    tree = nodes(ROOT / view)
    constants = {
        target.id: [one.value for one in node.value.elts if isinstance(one, ast.Constant)]
        for node in tree
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: set[str] = set()
    for call in tree:
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        for value in call.args if name in READERS else ():
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found.add(value.value)
            elif isinstance(value, ast.Starred) and isinstance(value.value, ast.Name):
                found.update(map(str, constants.get(value.value.id, ())))
    return tuple(sorted(one for one in found if one.isidentifier()))


def module_of(app: Flask, endpoint: str) -> str:
    views = {view.endpoint: view for view in app.extensions["admin"][0]._views}
    file = inspect.getfile(type(views[endpoint.rpartition(".")[0]]))
    return str(Path(file).relative_to(ROOT))


@pytest.fixture
def owner(panel: Flask, world: World, add_account: Callable[..., int]) -> Browser:
    """Somebody who may do all that an account may."""
    panel.config["WTF_CSRF_ENABLED"] = False
    add_account(world, AccountRole.ADMINISTRATOR, "root")
    browser = Browser(panel.test_client())
    browser.sign_in("root")
    return browser


def test_an_address_with_such_a_number_is_not_found(
    panel: Flask, owner: Browser, full: dict[str, int]
) -> None:
    real = {one.path for one in addresses(panel, full)}
    names = sorted({*full, *re.findall(r"<int:(\w+)>", str(panel.url_map))})
    asked = 0
    for turn, number in enumerate(BEYOND):
        ids = dict.fromkeys(names, number)
        for place, one in enumerate(addresses(panel, ids)):  # type: ignore[arg-type]  # a text for the number
            # every address with two of the numbers, the neighbour with the next two
            if one.path in real or (place + turn) % len(BEYOND) > 1:
                continue
            status = owner.client.open(one.path, method=one.method).status_code
            assert status in {404, 405} or "?" in one.path, (one, status)
            asked += 1
    assert asked > 140


def test_a_query_with_such_numbers_is_answered(panel: Flask, owner: Browser, full: dict[str, int]) -> None:
    """All fields at once, each with another number: twice over, so that the numbers change their fields."""
    for one in addresses(panel, full):
        if one.method == "GET":
            names = sorted({"id", "page", "search", *fields_of(module_of(panel, one.endpoint))})
            for turn in (0, 2):
                answer = owner.client.get(one.path, query_string=spread(names, BEYOND, turn))
                assert answer.status_code < 500, (one, turn)


@pytest.mark.long
def test_a_form_with_such_a_field_is_refused(
    panel: Flask, owner: Browser, full: dict[str, int], database_url: str
) -> None:
    """Each field alone with a number and the rest empty; then all at once with numbers, and with NUL.

    One by one on SQLite only: what no column holds is refused before either engine has to.
    """
    is_each_tried = database_url.startswith("sqlite")
    asked = 0
    for place, one in enumerate(forms(panel, full)):
        names = fields_of(module_of(panel, one.endpoint))
        alone = [{name: BEYOND[(place + at) % len(BEYOND)]} for at, name in enumerate(names)]
        for form in ({}, *(alone if is_each_tried else ()), spread(names, BEYOND, place)):
            status = owner.client.post(one.path, data=form).status_code
            assert status < 500, (one, form, status)
            asked += 1
        for form in (dict.fromkeys(names, NUL), {names[place % len(names)]: NUL} if names else {}):
            status = owner.client.post(one.path, data=form).status_code
            assert status in {404, 422} or not form, (one, form, status)
    assert asked > (400 if is_each_tried else 100)


def forms(panel: Flask, full: dict[str, int]) -> list[Address]:
    """Every form but the one that changes the password and the one that ends the session."""
    left = {"account.index", "entrance.sign_out"}
    return [one for one in addresses(panel, full) if one.method == "POST" and one.endpoint not in left]


def spread(names: Iterable[str], values: Sequence[str], turn: int) -> dict[str, str]:
    """A value for every name, beginning with another one at every turn."""
    return {name: values[(turn + at) % len(values)] for at, name in enumerate(names)}


@pytest.mark.parametrize("path", ["/sign-in", "/enter", "/s/token/review", "/f/token"])
def test_a_stranger_with_a_nul_is_refused(stranger: Browser, path: str) -> None:
    answer = stranger.client.post(path, data={"login": NUL, "password": NUL, "code": NUL})
    assert answer.status_code in {404, 405, 422}, answer.status_code


def test_a_nul_in_an_address_is_not_found(stranger: Browser) -> None:
    assert stranger.client.get("/s/%00abc").status_code == 404
    assert stranger.client.get("/sign-in?next=%00").status_code == 422


def test_what_is_refused_is_said_and_not_kept(world: World, curator: Browser) -> None:
    page = curator.post("/people/new", family_name="Тихая", given_name=NUL, page="/people/new", status=422)
    assert "Это нельзя сохранить" in page
    with world.database.reading() as session:
        assert not session.query(Person).filter(Person.family_name == "Тихая").count()
