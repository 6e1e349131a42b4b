"""The board without a mouse: rows by arrows, the pair by letters, on either layout of the keyboard."""

from typing import Any

import pytest
from sqlalchemy import select

from models.matching import MatchRule, RuleKind
from tests.browser.conftest import Window
from tests.browser.school import make_plan
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.long]


def test_a_pair_is_locked_and_freed_by_keys(open_window: Any, world: World) -> None:
    for name in ("Анна", "Инна", "Олег"):
        world.mentee(name)
        world.mentor(name)
    make_plan(world)
    window: Window = open_window(1280)
    page = window.page
    window.open("/board/")
    rows = page.locator("[data-row]")
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert not page.locator("[name=chosen]").nth(1).is_checked()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert rows.nth(1).evaluate("row => row === document.activeElement"), "arrows go on from where they were"
    with page.expect_navigation():
        page.keyboard.press("KeyL")
    assert world.read(lambda session: session.scalars(select(MatchRule.kind)).all()) == [RuleKind.LOCK]
    with page.expect_navigation():
        page.keyboard.press("KeyU")
    undone = world.read(lambda session: session.scalars(select(MatchRule.undone_at)).all())
    assert undone == [world.now]
    page.set_viewport_size({"width": 360, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
