"""The menu says what happens now and whose move it is; commands work everywhere."""

import json

import pytest

from sandbox.client import Person
from services.privacy.own_data import read_own_data
from tests.dialogues.participants import Guest, consented, make_world, skip_to
from tests.running_bot import RunningBot
from tests.world import World


@pytest.fixture
async def world(running: RunningBot) -> World:
    return await make_world(running)


@pytest.fixture
async def anna(running: RunningBot, world: World) -> Guest:
    guest = await consented(running, world)
    await guest.tap("Мне нужен наставник")
    return guest


async def test_menu_names_the_role_and_whose_move_it_is(anna: Guest) -> None:
    menu = await anna.say("/menu")
    assert "ваша роль: наставляемый" in menu
    assert "«Анкета наставляемого»: ждёт ваших ответов" in menu
    await skip_to(anna, None)
    assert "От вас пока ничего не нужно" in await anna.tap("Отправить")


async def test_a_mentor_who_takes_nobody_reads_the_same_everywhere(running: RunningBot, world: World) -> None:
    peter = await consented(running, world, "Пётр", "Андреевич", key="peter")
    await peter.tap("Могу быть наставником")
    await skip_to(peter, "capacity")
    await peter.tap("0")
    await skip_to(peter, None)
    await peter.tap("Отправить")
    assert "измените ответ в /surveys или скажите куратору" in await peter.say("/menu")
    assert "Изменить: Анкета наставника" in str(await peter.say("/surveys")) + str(await peter.labels())
    assert "Роль: наставник, сейчас наставляемых не берёте" in await peter.say("/mydata")


async def test_every_command_answers_and_leads_back(anna: Guest) -> None:
    assert "/meetings – посмотреть" in await anna.say("/help")
    assert "ваша роль" in await anna.tap("В меню")
    assert "ждёт ваших ответов" in await anna.say("/surveys")
    assert "Пары пока нет" in await anna.say("/pair")
    assert "Вы дали согласие" in await anna.say("/privacy")
    assert "Время вашей организации: Москва" in await anna.say("/settings")
    assert "Встреч пока нет" in await anna.say("/meetings")
    assert "Остановились" in await anna.say("/cancel")
    assert "ваша роль" in await anna.say("/start")
    assert "Остановились" not in await anna.say("/cancel")


async def test_commands_are_offered_in_the_menu_of_telegram(anna: Guest) -> None:
    offered = await anna.telegram.commands()
    assert {"menu", "help", "mydata", "privacy", "cancel"} <= set(offered)


async def test_own_data_is_readable_and_comes_as_a_file(world: World, anna: Guest) -> None:
    await anna.tap("Классный руководитель")
    await anna.tap("Готово")
    summary = await anna.say("/mydata")
    assert f"ФИО: {anna.facts.full_name}" in summary
    assert "Согласие: дано" in summary
    mine = await anna.tap("Мои ответы")
    assert "Кем вы работаете?\nКлассный руководитель" in mine
    await anna.tap("Мои данные")
    await anna.tap("Всё одним файлом")
    await wait_for_document(anna.telegram)
    held = world.read(read_own_data, actor=world.actor(anna.facts), locale="ru")
    assert json.loads(json.dumps(held))["person"]["given_name"] == "Анна"
    assert held["questionnaires"][0]["answers"][0]["value"] == ["class_teacher"]
    assert held["consents"][0]["telegram_chat"] == anna.telegram.id


async def wait_for_document(person: Person) -> None:
    await person.expect("Что о вас хранится")
    sent = [one for one in await person.messages() if "document" in one.body]
    assert len(sent) == 1
    assert sent[0].text.startswith("[nastavnik-")


async def test_language_is_switched_at_once(anna: Guest) -> None:
    await anna.say("/settings")
    assert "Language: choose below" in await anna.tap("English")
    assert "your role: mentored teacher" in await anna.tap("To the menu")
    await anna.say("/settings")
    assert "Язык: выберите ниже" in await anna.tap("Русский")
