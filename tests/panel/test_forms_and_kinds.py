"""Every form and kind of the five packs is chosen at a pair and read on its page (C10, E8, E9, E10)."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import AccountRole
from models.engine import Database
from models.meetings import Meeting
from models.messages import OutboxMessage
from models.pairs import Pair
from services.meetings.outcomes import log_past_meeting
from services.pairs.offers import accept_offer
from services.pairs.proposals import draft_pair
from tests.panel.conftest import Browser, text_of
from tests.world import World, found_school

PACKS = ("simferopol-2022", "afterschool-centre-2022", "support-centre-2024", "target-model", "college-2023")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Content does not depend on the engine."""
    return sqlite_url


@pytest.fixture
def draft(world: World) -> int:
    drafted = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=world.mentee().participation_id,
        mentor_participation_id=world.mentor().participation_id,
    )
    return int(drafted.pair_id)


@pytest.mark.requirement("C10", "E8", "E9")
@pytest.mark.parametrize("pack_id", PACKS)
def test_each_form_and_kind_of_a_pack_is_chosen_at_the_pair(
    pack_id: str, panel: Flask, database: Database, add_account: Callable[..., int], now: datetime
) -> None:
    world = found_school(database, now, pack_id=pack_id)
    add_account(world, AccountRole.CURATOR, "curator")
    browser = Browser(panel.test_client())
    browser.sign_in("curator")
    mentee, mentor = world.mentee(), world.mentor()
    content = world.pack.pack
    compared = f"/proposals/{mentee.participation_id}/{mentor.participation_id}/"
    page = browser.get(compared)
    for one in (*content.forms, *(kind for kind in content.kinds if not kind.is_group)):
        assert f'<option value="{one.id}"' in page
    form, kind = content.forms[-1], content.kinds[-1]
    browser.post(compared, form=form.id, kind=kind.id)
    card = text_of(browser.get("/pairs/1/"))
    assert form.title.ru in card
    assert kind.title.ru in card
    for kind in content.kinds:
        for form in content.forms:
            fields = {"form": form.id, "kind": kind.id, "role_variant": "", "ends_on": ""}
            browser.post("/pairs/1/form", fields)
            with database.reading() as session:
                assert session.execute(select(Pair.form, Pair.kind)).one() == (form.id, kind.id)
        assert kind.title.ru in text_of(browser.get("/pairs/1/confirm"))
    listed = text_of(browser.get("/pairs/"))
    assert f"{form.title.ru} · {kind.title.ru}" in listed


def test_what_was_typed_stays_and_a_day_in_the_past_is_refused(
    curator: Browser, draft: int, database: Database
) -> None:
    address = f"/pairs/{draft}/form"
    fields = {"form": "teacher_teacher", "kind": "short_term", "role_variant": "", "ends_on": "01.10.2020"}
    page = curator.post(address, fields)
    assert "Последний день работы не может быть в прошлом." in text_of(page)
    assert '<option value="short_term" selected>' in page
    read = text_of(curator.post(address, {**fields, "ends_on": "когда-нибудь"}))
    assert "Это не дата." in read
    done = text_of(curator.post(address, {**fields, "ends_on": "20.05.2027"}))
    assert "Сохранено." in done
    assert "20.05.2027" in done
    confirmed = text_of(curator.post(f"/pairs/{draft}/confirm"))
    assert "Подтверждено." in confirmed
    refused = text_of(curator.get(address))
    assert "форму и вид изменить нельзя" in refused
    with database.reading() as session:
        assert set(session.scalars(select(OutboxMessage.kind))) >= {"pair.offer"}


@pytest.mark.requirement("E10", "E14")
def test_a_group_is_made_looked_at_and_changed(curator: Browser, world: World, database: Database) -> None:
    mentees = [world.mentee(name, "Игоревна") for name in ("Анна", "Вера", "Дарья")]
    mentor = world.mentor("Пётр", "Андреевич", capacity="3")
    refused = text_of(curator.post("/proposals/group/", mentor=str(mentor.participation_id)))
    assert "Выберите хотя бы одного наставляемого." in refused
    ticked = [str(one.participation_id) for one in mentees[:2]]
    page = curator.post("/proposals/group/", {"mentor": str(mentor.participation_id), "mentees": ticked})
    confirm = text_of(page)
    assert "Получит каждый наставляемый" in confirm
    assert "в группе из нескольких наставляемых" in confirm
    curator.post("/pairs/1/mentees", participation_id=str(mentees[2].participation_id))
    names = ", ".join(one.person.full_name for one in mentees)
    assert f"{mentor.person.full_name} – {names}" in text_of(curator.get("/pairs/"))
    told = text_of(curator.post("/pairs/1/confirm"))
    assert "Подтверждено." in told
    for one in (*mentees[:2], mentor):
        world.write(accept_offer, actor=world.actor(one.person), pair_id=1)
    curator.post("/pairs/1/begin-group", page="/pairs/1/")
    card = text_of(curator.get("/pairs/1/"))
    assert "не в группе" in card, "the silent one is free"
    meeting = world.write(
        log_past_meeting,
        actor=world.actor(mentor.person),
        pair_id=1,
        day=world.now.date(),
        minutes=40,
        topic=None,
    )
    address = f"/meetings/{meeting.meeting_id}/"
    curator.post(f"{address}attend", person_id=str(mentees[1].id), was_there="", page=address)
    attended = text_of(curator.get(address))
    assert f"{mentees[1].person.full_name} не было" in attended
    with database.reading() as session:
        rows = session.scalars(select(Meeting)).all()
        assert [row.held_minutes for row in rows] == [40], "one meeting for the whole group"
    out = text_of(curator.post(f"/pairs/1/mentees/{mentees[1].id}/remove", page="/pairs/1/"))
    assert "больше не в этой группе" in out
    curator.get("/paper/forms/pair/1")
    curator.get(f"/paper/{mentor.person.id}/")


def test_a_pair_is_paused_until_a_day_on_its_page(curator: Browser, world: World) -> None:
    pair_id = world.agree(world.mentee(), world.mentor())
    world.order(pair_id)
    address = f"/pairs/{pair_id}/pause"
    assert "Выберите день после сегодняшнего" in text_of(curator.post(address, resumes_on="01.09.2026"))
    assert "Укажите день возвращения." in text_of(curator.post(address, resumes_on="скоро"))
    paused = text_of(curator.post(address, resumes_on="15.01.2027"))
    assert "Пара приостановлена." in paused
    assert "Пара продолжит 15.01.2027" in paused
    on = text_of(curator.post(f"/pairs/{pair_id}/resume", page=f"/pairs/{pair_id}/"))
    assert "Пара продолжает работу." in on
