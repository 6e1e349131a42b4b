"""The head approves what the regulation wants approved (E13); what changes afterwards is said to be open."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import AccountRole
from models.approvals import Approval, ApprovalKind
from models.engine import Database
from tests.panel.conftest import Browser, text_of
from tests.world import World


@pytest.mark.requirement("E13")
def test_the_head_approves_and_a_newcomer_is_open_again(
    panel: Flask, world: World, curator: Browser, add_account: Callable[..., int], database: Database
) -> None:
    add_account(world, AccountRole.HEAD, "head", "Ольга Ивановна Главная")
    head = Browser(panel.test_client(), "head")
    assert "Здесь пока нечего утверждать." in text_of(head.get("/approvals/")), "no mentor yet"
    world.mentor("Пётр")
    curator.get("/approvals/")
    page = text_of(head.get("/approvals/"))
    assert "Вера Павловна Тихая" in page, "the curator is shown by name"
    assert "Утверждения" in head.get("/")
    done = head.post("/approvals/mentors", page="/approvals/", document="Приказ № 12 от 20.11.2026")
    assert "Утверждено." in text_of(done)
    for kind in ("curator", "roadmap", "mentors"):
        head.post(f"/approvals/{kind}", page="/approvals/")
    seen = text_of(curator.get("/approvals/"))
    assert "Ольга Ивановна Главная · Приказ № 12 от 20.11.2026" in seen
    assert "изменилось" not in seen
    curator.post("/approvals/mentors", page="/approvals/", status=403)
    world.mentor("Семён")
    assert "Наставники 2 изменилось после утверждения" in text_of(head.get("/approvals/"))
    head.post("/approvals/mentees", page="/approvals/")
    with database.reading() as session:
        kinds = [one.kind for one in session.scalars(select(Approval).order_by(Approval.id))]
    assert kinds == [ApprovalKind.MENTORS, ApprovalKind.CURATOR, ApprovalKind.ROADMAP], (
        "once each, and nothing empty"
    )
