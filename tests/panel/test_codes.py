"""No page shows a code of ours: journal and messages hold an entry of every kind there is."""

import re
from collections.abc import Callable, Iterator

from flask import Flask

from models.accounts import AccountRole
from models.audit import Action
from models.engine import Database
from models.messages import NoticeKind
from models.people import Person
from services.access.audit import record
from services.delivery.outbox import enqueue
from tests.panel.conftest import Browser
from tests.world import World

CODE = re.compile(r"\b[a-z]+[a-z_]*\.[a-z]+[a-z_]*\b")


def visible(page: str) -> str:
    """The text between tags, without scripts, styles and what is marked as code."""
    page = re.sub(r"<(script|style|code)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", page)


def addresses(panel: Flask) -> Iterator[str]:
    for rule in panel.url_map.iter_rules():
        name = rule.endpoint.partition(".")[0]
        if "GET" in (rule.methods or ()) and not rule.arguments and name not in {"static", "entrance"}:
            yield str(rule)


def test_no_page_shows_a_code(
    panel: Flask, database: Database, world: World, add_account: Callable[..., int]
) -> None:
    add_account(world, AccountRole.ADMINISTRATOR, "head")
    person = world.mentee()
    with database.writing() as session:
        for action in Action:
            record(session, world.curator, action, session.get_one(Person, person.id), now=world.now)
        for kind in NoticeKind:
            enqueue(session, kind, world, key=f"test:{kind}", person_id=person.id, now=world.now)
    browser = Browser(panel.test_client(), "head")
    browser.get("/account/")
    paths = [*addresses(panel), "/audit/?page=1", "/audit/?page=2", "/outbox/?page=1"]
    shown = {path: browser.client.get(path) for path in paths}
    pages = {path: answer.text for path, answer in shown.items() if answer.mimetype == "text/html"}
    assert {"/audit/", "/outbox/"} <= set(pages)
    assert {path: found for path, page in pages.items() if (found := CODE.findall(visible(page)))} == {}
