"""People: list, card, invitations, recognising, paper consents."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.accounts import Account
from models.consents import Consent, ConsentMedium
from models.engine import Database
from models.people import ChatAccount, Invitation, Person
from services.access.actors import Actor, ActorKind, Channel
from services.accounts.passes import issue_chat_code, link_account
from services.joining.recognition import type_code
from services.joining.withdrawing import decline_consent
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World

NASTY = "<script>alert(1)</script>"


def test_an_empty_programme_says_how_to_begin(curator: Browser) -> None:
    home = text_of(curator.get("/"))
    assert "С чего начать: три шага" in home
    assert "Здесь пока никого" in text_of(curator.get("/people/"))
    assert "Никто не подходит." in text_of(curator.get("/people/?search=нет+такого"))


def test_nothing_waits(curator: Browser, world: World) -> None:
    world.person()
    assert "Сейчас ничего не ждёт вас" in text_of(curator.get("/"))


def test_adding_a_person_makes_a_link(curator: Browser, world: World, database: Database) -> None:
    page = curator.post(
        "/people/add",
        family_name="Соколова",
        given_name="Анна",
        patronymic="Игоревна",
        position="учитель математики",
        invite="1",
    )
    with database.reading() as session:
        invitation = session.scalars(select(Invitation)).one()
    assert f"https://t.me/school_bot?start=inv_{invitation.token}" in page
    text = text_of(page)
    assert "Соколова Анна Игоревна: карточка добавлена." in text
    assert "Добавлен человек" in text
    journal = curator.get("/audit/")
    assert invitation.token not in text_of(journal)
    assert f'<a href="/people/{invitation.person_id}/">человек № {invitation.person_id}</a>' in journal


def test_a_missing_name_keeps_what_was_typed(curator: Browser, database: Database) -> None:
    page = curator.post("/people/add", family_name="Соколова", given_name="  ", position="методист")
    assert 'value="Соколова"' in page
    assert 'value="методист"' in page
    with database.reading() as session:
        assert session.scalars(select(Person)).all() == []


def test_a_second_card_of_a_name_is_made_only_when_it_is_meant(curator: Browser, world: World) -> None:
    known = world.person("Анна", "Семёновна", "учитель химии")
    form = {
        "family_name": known.family_name,
        "given_name": " анна ",
        "patronymic": "Семеновна",
        "position": "завуч",
    }
    asked = curator.post("/people/add", form)
    assert "с таким именем уже есть" in text_of(asked)
    assert f'<a href="/people/{known.id}/">{known.full_name}</a>' in asked
    assert "учитель химии" in text_of(asked)
    assert 'value="завуч"' in asked, "nothing typed is lost"
    assert 'name="invite" value="1">' in asked, "nor that no link is wanted"
    assert "Добавить ещё одного" in asked
    assert len(people(world)) == 1
    again = curator.post("/people/add", form, namesakes=str(known.id))
    assert "карточка добавлена" in text_of(again)
    assert len(people(world)) == 2
    third = curator.post("/people/add", form, namesakes=str(known.id))
    assert "с таким именем уже есть" in text_of(third), "another one has come since it was asked"
    other = {**form, "patronymic": "Павловна"}
    assert "карточка добавлена" in text_of(curator.post("/people/add", other)), "another person"


def people(world: World) -> list[int]:
    with world.database.reading() as session:
        return list(session.scalars(select(Person.id)))


def call_nasty(world: World, person_id: int) -> None:
    """A name that no form takes any more, as an older database may hold it."""
    with world.database.writing() as session:
        person = session.get_one(Person, person_id)
        person.family_name, person.given_name = NASTY, '"><img src=x onerror=alert(2)>'


def test_names_never_become_code(curator: Browser, world: World) -> None:
    page = curator.post("/people/add", family_name=NASTY, given_name="Анна", position="{{7*7}} {name}")
    page += curator.post("/people/add", family_name="Код", given_name="Анна", position="{{7*7}} {name}")
    call_nasty(world, 1)
    for path in ("/people/", "/people/1/", "/people/1/edit", "/audit/", "/joining/"):
        page += curator.get(path)
    assert NASTY not in page
    assert "<img src=x" not in page
    assert "49 " not in page
    assert "{{7*7}} {name}" in page
    assert "&lt;script&gt;" in page


def test_names_never_become_code_in_a_preview(curator: Browser, world: World) -> None:
    mentee, mentor = world.mentee("Анна"), world.mentor("Пётр")
    call_nasty(world, mentee.id)
    compared = f"/proposals/{mentee.participation_id}/{mentor.participation_id}/"
    page = curator.get(compared) + curator.post(compared) + curator.get("/") + curator.get("/pairs/")
    assert NASTY not in page
    assert "<img src=x" not in page


def test_the_list_filters_and_keeps_the_address(curator: Browser, world: World) -> None:
    mentee, mentor, newcomer = world.mentee("Анна"), world.mentor("Пётр"), world.person("Ёлка", "Нова")
    text = text_of(curator.get("/people/?role=mentor&status=ready"))
    assert mentor.person.full_name in text
    assert mentee.person.full_name not in text
    assert newcomer.full_name in text_of(curator.get("/people/?search=елка"))
    page = curator.get("/people/?search=ЁЛКА&role=&status=")
    assert newcomer.full_name in text_of(page)
    assert 'value="ЁЛКА"' in page
    assert "Люди 3" in text_of(curator.get("/people/?role=unheard&status=of"))


@pytest.mark.requirement("A49")
def test_the_card_shows_consent_with_version_and_date(curator: Browser, world: World) -> None:
    mentee = world.mentee()
    text = text_of(curator.get(f"/people/{mentee.id}/"))
    assert "версия текста 1, 23 нояб, 12:00, в чате" in text
    assert "наставляемый · в банке" in text
    assert "Анкета: наставляемый" in text
    assert "Дано согласие" in text


@pytest.mark.requirement("A49")
def test_a_consent_on_paper_is_registered(curator: Browser, world: World, database: Database) -> None:
    person = world.person()
    card = f"/people/{person.id}/"
    future = curator.post(f"{card}paper", page=card, signed_on="2026-11-24")
    assert "не может быть в будущем" in text_of(future)
    assert "Укажите дату" in text_of(curator.post(f"{card}paper", page=card, signed_on="вчера"))
    done = text_of(curator.post(f"{card}paper", page=card, signed_on="2026-11-20"))
    assert "Согласие на бумаге зарегистрировано." in done
    assert "20 нояб" in done
    assert "на бумаге" in done
    with database.reading() as session:
        consent = session.scalars(select(Consent)).one()
    assert consent.medium is ConsentMedium.PAPER


def test_a_new_link_ends_the_old_one(curator: Browser, world: World, database: Database) -> None:
    person = world.person()
    old = world.invite(person)
    card = f"/people/{person.id}/"
    page = curator.post(f"{card}invite", page=card)
    assert "Прежние ссылки больше не работают." in text_of(page)
    assert old not in page
    off = curator.post(f"{card}revoke", page=card)
    assert "Неиспользованной ссылки нет." in text_of(off)
    with database.reading() as session:
        assert all(one.revoked_at for one in session.scalars(select(Invitation)))


def test_recognising_by_digits(curator: Browser, world: World, database: Database, clock: FixedClock) -> None:
    person = world.person()
    typed = world.write(type_code, code=world.join_code, chat_id=4242)
    clock.moment += timedelta(hours=2)
    home = text_of(curator.get("/"))
    assert f"Цифры {typed.digits}" in home
    assert "ждёт 2 часа" in home
    wrong = "0000" if typed.digits != "0000" else "1111"
    assert "никто не ждёт" in text_of(curator.get(f"/joining/?digits={wrong}"))
    page = f"/joining/?digits={typed.digits}"
    assert person.full_name in text_of(curator.get(page))
    done = text_of(curator.post("/joining/1/recognise", page=page, person_id=person.id))
    assert "Человек сразу получит сообщение" in done
    with database.reading() as session:
        assert session.get_one(ChatAccount, 4242).person_id == person.id
    assert "Человек узнан" in text_of(curator.get("/outbox/")) or "Куратор узнал" in text_of(
        curator.get("/outbox/")
    )
    again = text_of(curator.post("/joining/1/recognise", page="/joining/", person_id=person.id))
    assert "Человек сразу получит" not in again


def test_recognising_someone_new_adds_them_in_one_step(
    curator: Browser, world: World, database: Database
) -> None:
    typed = world.write(type_code, code=world.join_code, chat_id=4242)
    page = f"/joining/?digits={typed.digits}"
    curator.post(
        "/joining/1/recognise", page=page, digits=typed.digits, family_name="Новикова", given_name=""
    )
    with database.reading() as session:
        assert session.scalars(select(Person)).all() == []
    curator.post("/joining/1/recognise", page=page, family_name="Новикова", given_name="Вера")
    with database.reading() as session:
        assert session.scalars(select(Person)).one().full_name == "Новикова Вера"


def test_refusing_a_stranger(curator: Browser, world: World) -> None:
    typed = world.write(type_code, code=world.join_code, chat_id=4242)
    done = curator.post("/joining/1/refuse", page=f"/joining/?digits={typed.digits}")
    assert "вежливо сообщили" in text_of(done)
    assert "Узнать человека" not in text_of(curator.get("/"))


def test_a_refusal_is_told_with_its_day_on_list_and_card(curator: Browser, world: World) -> None:
    refuser = world.joined("Анна", "Игоревна", chat_id=501)
    world.write(decline_consent, actor=world.actor(refuser), chat_id=501)
    listed = text_of(curator.get("/people/"))
    assert f"отказ {world.now:%d.%m.%Y} отказался от согласия, напоминать не нужно" in listed
    assert "ссылка ещё не открыта" not in listed
    card = text_of(curator.get(f"/people/{refuser.id}/"))
    assert "Ссылка продолжает работать на случай, если человек передумает" in card


def test_who_only_works_in_the_panel_is_no_participant(
    curator: Browser, world: World, database: Database
) -> None:
    with database.writing() as session:
        account = session.scalars(select(Account).where(Account.login == "curator")).one()
        account_id = account.id
    code = world.write(
        issue_chat_code, actor=Actor(ActorKind.ACCOUNT, account_id, world.organization_id, Channel.PANEL)
    )
    linked = world.write(link_account, code=code, chat_id=900, locale="ru")
    listed = text_of(curator.get("/people/"))
    assert "сотрудник панели: куратор – в чате" in listed
    assert "ещё не выбрана" not in listed
    assert "ещё не спрашивали" not in listed
    card = text_of(curator.get(f"/people/{linked.person_id}/"))
    assert "сотрудник панели: куратор" in card
    assert "ещё не спрашивали" not in card
    assert "С чего начать: три шага" in text_of(curator.get("/")), "the curator's own chat is no first person"
    world.person("Пётр")
    tomorrow = (world.now + timedelta(days=1)).strftime("%d.%m.%Y")
    form = {"kind": "council", "title": "Педсовет", "day": tomorrow, "clock": "14:30"}
    event = curator.post("/events/new", form)
    assert f'name="person_id" value="{linked.person_id}"' not in event
    assert "Пётр" in text_of(event)
