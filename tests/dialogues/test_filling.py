"""The sandbox fills in a questionnaire in a demo person's name, by what stands on the screen."""

import aiohttp
import pytest
from sqlalchemy import select

from models.people import Participation
from notices.language import load_translators
from sandbox import filling
from sandbox.client import SandboxError
from sandbox.filling import find_mark
from tests.dialogues.participants import Guest, consented, invited, make_world
from tests.running_bot import RunningBot

PAGE = {"ru": {"Accept-Language": "ru"}, "en": {"Accept-Language": "en"}}


async def act(running: RunningBot, guest: Guest, action: str, language: str) -> None:
    """As the chat page of this language does it."""
    path = f"/sandbox/people/{guest.telegram.id}/{action}"
    await running.telegram.ask(
        "POST", path, json={}, headers=PAGE[language], timeout=aiohttp.ClientTimeout(total=100)
    )


@pytest.mark.parametrize("role", ["Мне нужен наставник", "Могу быть наставником"])
async def test_a_questionnaire_is_filled_in_and_sent_in_russian(running: RunningBot, role: str) -> None:
    guest = await consented(running, await make_world(running))
    await guest.tap(role)
    await act(running, guest, "fill_in", "ru")
    assert "анкета отправлена" in (await guest.telegram.expect("анкета отправлена")).text
    said = [message.text for message in await guest.telegram.messages() if not message.from_bot]
    assert any(text.split()[0].isdigit() for text in said), "a number was asked for and given"
    with running.database.reading() as session:
        assert session.scalars(select(Participation.capacity)).one() in {None, 1}, (
            "no mark is taken for a count"
        )


async def test_in_english_from_the_first_screen_to_the_sent_questionnaire(running: RunningBot) -> None:
    guest = await invited(running, await make_world(running))
    await running.telegram.person("Анна", key="guest", start_payload=guest.payload)
    await act(running, guest, "start", "en")
    await guest.telegram.expect("Are you Анна Игоревна?")
    for label in ("Yes, it is me", "Next", "I give my consent", "I would like a mentor"):
        await guest.tap(label)
    await act(running, guest, "fill_in", "en")
    assert "the questionnaire is sent" in (await guest.telegram.screen()).text


async def test_a_paused_questionnaire_is_opened_and_finished(running: RunningBot) -> None:
    guest = await consented(running, await make_world(running))
    await guest.tap("Мне нужен наставник")
    await guest.tap("Пауза")
    await guest.telegram.say("/menu")
    await act(running, guest, "fill_in", "ru")
    assert "анкета отправлена" in await guest.text()


async def test_without_a_questionnaire_it_says_so_and_touches_nothing(running: RunningBot) -> None:
    guest = await consented(running, await make_world(running))
    before = await guest.telegram.transcript()
    with pytest.raises(SandboxError, match="no questionnaire is open here"):
        await act(running, guest, "fill_in", "ru")
    assert await guest.telegram.transcript() == before


def test_marks_differ_by_person_and_question_and_stay_the_same() -> None:
    questions = [f"Насколько вы уверены в области № {number}?" for number in range(9)]
    marks = {person: [1 + round(9 * find_mark(person, one)) for one in questions] for person in range(1, 9)}
    assert marks == {
        person: [1 + round(9 * find_mark(person, one)) for one in questions] for person in range(1, 9)
    }
    assert len({tuple(one) for one in marks.values()}) == len(marks), "no two people answer alike"
    assert all(len(set(one)) > 1 for one in marks.values()), "nobody answers everything alike"
    assert {mark for one in marks.values() for mark in one} <= set(range(5, 11)), "all are content"
    means = [sum(one) / len(one) for one in marks.values()]
    assert max(means) - min(means) > 1, "some are more content than others"


def test_the_buttons_are_called_as_the_bot_calls_them() -> None:
    told = {
        "Continue the questionnaire": filling.OPEN,
        "Pause": filling.PAUSE,
        "Send": filling.SEND,
        "Done": filling.DONE,
        "Skip": filling.SKIP,
        "Leave as it is": filling.KEEP,
    }
    spoken = load_translators()
    for message, labels in told.items():
        assert {t.label(message) for t in spoken.values()} == set(labels), message
    for t in spoken.values():
        assert t.label("Does not apply to me") in filling.NOT_ANSWERS
        written = t("Write your answer in a message, for example: “{example}”", example="17 лет")
        found = filling.EXAMPLE.search(written)
        assert found is not None
        assert found[1] == "17 лет"
