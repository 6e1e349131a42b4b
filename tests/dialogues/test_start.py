"""Coming in: a personal link, or the code and four digits. Nobody learns more than a first name."""

from sqlalchemy import func, select

from models.tasks import Task, TaskKind
from services.joining.recognition import list_waiting, recognise, refuse_request
from tests.dialogues.participants import invited, make_world
from tests.dialogues.test_guessed_ids import press_codes
from tests.running_bot import RunningBot
from tests.world import World


def count_tasks(world: World, kind: TaskKind) -> int:
    with world.database.reading() as session:
        waiting = select(func.count()).select_from(Task).where(Task.kind == kind, Task.done_at.is_(None))
        return session.scalar(waiting) or 0


async def test_link_asks_by_first_name_and_patronymic_only(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await invited(running, world)
    first = await anna.telegram.start(anna.payload)
    assert "Анна Игоревна" in first.text
    assert anna.facts.family_name not in first.text
    assert "Школа" not in first.text
    assert first.labels == ["Да, это я", "Нет"]
    welcome = await anna.tap("Да, это я")
    assert "рады вам" in welcome
    assert "Участие добровольное" in welcome


async def test_is_it_you_may_be_answered_in_words(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await invited(running, world)
    await anna.telegram.start(anna.payload)
    assert "Ответьте" in await anna.say("кто это?")
    assert "рады вам" in await anna.say("Да")


async def test_not_me_leaves_the_link_usable_and_tells_the_curator(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await invited(running, world)
    stranger = await running.telegram.person("Олег", key="oleg")
    await stranger.start(anna.payload)
    screen = await stranger.tap("Нет")
    assert "ссылка попала не к тому" in screen.text
    assert "Здравствуйте!" in screen.text
    assert count_tasks(world, TaskKind.WRONG_INVITATION) == 1
    await anna.telegram.start(anna.payload)
    assert "рады вам" in await anna.tap("Да, это я")


async def test_second_claim_is_refused_and_told_to_the_curator(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await invited(running, world)
    await anna.telegram.start(anna.payload)
    await anna.tap("Да, это я")
    other = await running.telegram.person("Олег", key="oleg")
    screen = await other.start(anna.payload)
    assert "приглашение другого человека" in screen.text
    assert "Анна" not in screen.text
    assert count_tasks(world, TaskKind.WRONG_INVITATION) == 1


async def test_own_link_again_simply_continues(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await invited(running, world)
    await anna.telegram.start(anna.payload)
    await anna.tap("Да, это я")
    await anna.tap("Дальше")
    again = await anna.telegram.start(anna.payload)
    assert again.labels == ["Даю согласие", "Не даю согласия"]
    assert count_tasks(world, TaskKind.WRONG_INVITATION) == 0


async def test_links_that_do_not_work_say_why(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await invited(running, world)
    assert "Такого приглашения я не знаю" in (await anna.telegram.start("inv_" + "x" * 22)).text
    old, anna.payload = anna.payload, world.invite(anna.facts)
    assert "заменено другим" in (await anna.telegram.start(old)).text
    await running.telegram.skip(days=15)
    assert "Срок этого приглашения истёк" in (await anna.telegram.start(anna.payload)).text


async def test_code_shows_digits_and_nothing_about_anyone(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await invited(running, world)
    vera = await running.telegram.person("Вера", key="vera")
    first = await vera.start()
    assert "напишите код организации" in first.text
    assert "только из цифр" not in (await vera.say("привет")).text
    assert "только из цифр" in (await vera.say(f"{world.join_code}а")).text
    shown = await vera.say(f"{world.join_code[:4]} {world.join_code[4:]}")
    row = world.read(list_waiting, actor=world.curator, organization_id=world.organization_id)[0]
    assert row.digits in shown.text
    assert "Школа" not in await vera.transcript()
    assert count_tasks(world, TaskKind.RECOGNISE_PERSON) == 1
    assert row.digits in (await vera.say("/menu")).text

    world.now = await running.telegram.now()
    world.write(recognise, actor=world.curator, join_request_id=row.id, person_id=anna.facts.id)
    await vera.expect("Куратор вас узнал")
    welcome = await vera.tap("Дальше")
    assert "Анна Игоревна, рады вам" in welcome.text
    assert count_tasks(world, TaskKind.RECOGNISE_PERSON) == 0


async def test_refused_request_is_told_and_may_be_made_again(running: RunningBot) -> None:
    world = await make_world(running)
    vera = await running.telegram.person("Вера", key="vera")
    await vera.start()
    await vera.say(world.join_code)
    row = world.read(list_waiting, actor=world.curator, organization_id=world.organization_id)[0]
    world.now = await running.telegram.now()
    world.write(refuse_request, actor=world.curator, join_request_id=row.id)
    await vera.expect("не смог понять, чьи это цифры")
    assert "четыре цифры" in (await vera.say(world.join_code)).text


async def test_wrong_codes_are_counted_and_a_pause_is_asked(running: RunningBot) -> None:
    world = await make_world(running)
    vera = await running.telegram.person("Вера", key="vera")
    await vera.start()
    assert "Осталось 4 попытки" in (await vera.say("11111111")).text
    for _ in range(3):
        await vera.say("11111111")
    await vera.start()
    await vera.say("/cancel")
    assert "через 15 минут" in (await vera.say("11111111")).text
    assert "через 15 минут" in (await vera.say(world.join_code)).text
    await running.telegram.skip(minutes=16)
    assert "четыре цифры" in (await vera.say(world.join_code)).text


async def test_buttons_of_other_flows_give_no_tries_back(running: RunningBot) -> None:
    world = await make_world(running)
    vera = await running.telegram.person("Вера", key="vera")
    await vera.start()
    for _ in range(4):
        await vera.say("11111111")
    buttons = ["home.show", "mydata.open", "help.open", "settings.open", "privacy.open"]
    await press_codes(running, vera.id, buttons, first=2**40)
    assert "через 15 минут" in (await vera.say("11111111")).text
    await press_codes(running, vera.id, buttons, first=2**41)
    assert "через 15 минут" in (await vera.say(world.join_code)).text


async def test_english_telegram_speaks_english(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await invited(running, world)
    john = await running.telegram.person("John", key="john", language_code="en")
    assert "type the code" in (await john.start()).text
    first = await john.start(anna.payload)
    assert first.labels == ["Yes, it is me", "No"]
    assert "welcome!" in (await john.tap("Yes, it is me")).text
