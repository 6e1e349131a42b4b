"""Events in the panel: planned, guests chosen, attendance, minutes and register to print."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.engine import Database
from models.messages import OutboxMessage
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World

FORM = {"kind": "training", "title": "Установочная сессия", "day": "24.11.2026", "clock": "14:30"}


@pytest.mark.requirement("C33", "D9", "E22")
def test_an_event_from_the_plan_to_its_minutes(
    curator: Browser, world: World, clock: FixedClock, database: Database
) -> None:
    mentor, mentee = world.mentor("Пётр"), world.mentee("Анна")
    assert "Мероприятий пока нет" in text_of(curator.get("/events/"))
    refused = curator.post("/events/new", {**FORM, "clock": "скоро", "agenda": "Первый пункт"})
    assert "Укажите день и время" in text_of(refused)
    assert "Первый пункт" in refused, "nothing typed is lost"
    card = curator.post("/events/new", {**FORM, "agenda": "Первый пункт", "leader": "Методист центра"})
    assert "Теперь пригласите гостей" in text_of(card)
    assert "Приглашаем вас: обучение Установочная сессия" in text_of(card), "seen before it is sent"
    nobody = curator.post("/events/1/invite", page="/events/1/")
    assert "Никто не выбран" in text_of(nobody)
    invited = curator.post("/events/1/invite", page="/events/1/", audience="mentor")
    assert "Приглашение в Telegram получит 1 человек." in text_of(invited)
    assert "ответа ещё нет" in text_of(invited)
    again = curator.post("/events/1/invite", page="/events/1/", audience="mentor")
    assert "1 человек без сообщения" in text_of(again)
    with database.reading() as session:
        kinds = session.scalars(select(OutboxMessage.kind).where(OutboxMessage.kind.like("event.%"))).all()
    assert kinds == ["event.invitation"]
    assert "<svg" in curator.get("/events/1/sheet")
    clock.moment = world.now + timedelta(days=1, hours=4)
    curator.sign_in("curator")  # the session has ended
    there = curator.post("/events/1/present", page="/events/1/", person_id=[mentor.id, mentee.id])
    assert "Присутствовали 2 человека." in text_of(there)
    curator.post(
        "/events/1/minutes",
        page="/events/1/",
        number="3",
        chair="Строгая Н. О.",
        decisions="Начать работу пар",
    )
    paper = text_of(curator.get("/events/1/print"))
    for said in ("Протокол № 3", "Присутствовали: 2", "Первый пункт", "Начать работу пар", "Строгая Н. О."):
        assert said in paper
    bad = curator.post("/events/1/material", page="/events/1/", material="Слайды", url="слайды.pdf")
    assert "Это не адрес страницы" in text_of(bad)
    curator.post("/events/1/material", page="/events/1/", material="Слайды", url="https://school.ru/s.pdf")
    register = text_of(curator.get("/events/register"))
    for said in ("Установочная сессия", "Методист центра", mentor.person.full_name, "Слайды"):
        assert said in register


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Обучение «Первые шаги»", "Приглашаем вас: обучение Первые шаги ."),
        ("Обучение молодых педагогов", "Приглашаем вас: обучение молодых педагогов ."),
        ("Обучение", "Приглашаем вас: обучение Обучение ."),
        ("Обучение-практикум", "Приглашаем вас: обучение Обучение-практикум ."),
    ],
)
def test_the_invitation_names_the_kind_once(curator: Browser, title: str, said: str) -> None:
    assert said in text_of(curator.post("/events/new", {**FORM, "title": title}))


def test_an_event_of_the_past_is_entered_afterwards(curator: Browser, world: World) -> None:
    world.mentee("Анна")
    gone = (world.now - timedelta(days=3)).strftime("%d.%m.%Y")
    page = curator.post("/events/new", {**FORM, "day": gone})
    card = text_of(page)
    assert "Мероприятие внесено задним числом" in card
    assert "Теперь пригласите гостей" not in card
    assert "Установочная сессия прошло" in card
    assert "Кто присутствовал" in card
    listed = text_of(curator.get("/events/"))
    assert "прошло" in listed
    assert "впереди" not in listed


@pytest.mark.requirement("E22")
def test_an_internship_stands_in_the_register_of_upskilling(curator: Browser) -> None:
    page = curator.post("/events/new", {**FORM, "kind": "internship", "title": "Школа-площадка № 5"})
    assert "стажировка" in text_of(page).casefold()
    register = text_of(curator.get("/events/register"))
    assert "Школа-площадка № 5" in register
    council = {**FORM, "kind": "council", "title": "Педсовет"}
    curator.post("/events/new", council)
    assert "Педсовет" not in text_of(curator.get("/events/register"))
