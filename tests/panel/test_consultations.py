"""The psychologist's own records: read by their author, counted for the curator, erased with the person."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import AccountRole
from models.engine import Database
from models.person_notes import Consultation
from services.privacy.erasing import erase_person
from services.privacy.own_data import read_own_data
from tests.panel.conftest import Browser, text_of
from tests.world import World

WORDS = "Говорили о страхе открытых уроков"


@pytest.mark.requirement("A12")
def test_only_the_author_reads_a_record(
    panel: Flask, world: World, curator: Browser, add_account: Callable[..., int], database: Database
) -> None:
    mentee, mentor = world.mentee("Анна"), world.mentor("Пётр")
    world.agree(mentee, mentor)
    browsers = {}
    for login, role in (
        ("author", AccountRole.PSYCHOLOGIST),
        ("colleague", AccountRole.PSYCHOLOGIST),
        ("root", AccountRole.ADMINISTRATOR),
        ("head", AccountRole.HEAD),
    ):
        add_account(world, role, login)
        browsers[login] = Browser(panel.test_client(), login)
    author = browsers["author"]
    card = author.get(f"/people/{mentee.id}/")
    assert f'href="/consultations/{mentee.id}/"' in card
    own, add = f"/consultations/{mentee.id}/", f"/consultations/{mentee.id}/add"
    late = author.post(add, held_on="2027-01-11", text=WORDS, page=own)
    assert "не может быть в будущем" in text_of(late)
    assert WORDS in late, "what was typed is not lost"
    author.post(add, held_on="", text=WORDS, page=own)
    author.post(add, held_on="2026-11-12", text=WORDS, with_person_id=str(mentor.id), page=own)
    author.post(add, held_on="2026-11-13", text="", page=own)
    assert WORDS in text_of(author.get("/consultations/"))
    assert WORDS in text_of(author.get(f"/consultations/{mentor.id}/")), "a record of both"

    for other in (*(browsers[name] for name in ("colleague", "root", "head")), curator):
        for path in (f"/people/{mentee.id}/", f"/people/{mentor.id}/", "/sheets/"):
            assert WORDS not in other.get(path)
    for path in ("/consultations/", f"/consultations/{mentee.id}/"):
        assert WORDS not in browsers["colleague"].get(path)
        for name in ("root", "head"):
            browsers[name].get(path, status=403)
        curator.get(path, status=403)
    assert "2 консультации" in text_of(curator.get(f"/people/{mentee.id}/"))
    assert "консультац" not in text_of(browsers["head"].get(f"/people/{mentee.id}/"))
    with database.reading() as session:
        first, second = session.scalars(select(Consultation.id).order_by(Consultation.id)).all()
    assert "записи больше нет" in browsers["colleague"].post(
        f"/consultations/remove/{first}", page="/account/"
    )

    with database.reading() as session:
        held = read_own_data(session, actor=world.actor(mentor.person), locale="ru")
    assert held["consultations_with_the_psychologist"] == [{"held_on": "2026-11-12"}]
    world.write(erase_person, actor=world.curator, person_id=mentor.id, reason="demanded", made_by="Куратор")
    assert WORDS not in author.get("/consultations/")
    author.post(f"/consultations/remove/{second}", page="/account/")
    with database.reading() as session:
        assert not session.scalars(select(Consultation)).all()
