"""Filling in stops with a sentence where a questionnaire does not go on; the bot here is a script."""

import asyncio
from typing import Any

import pytest

from sandbox.client import SandboxClient, SandboxError
from sandbox.server import Sandbox


def keyboard(*labels: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": label}] for label in labels]}


async def answer_with(call: Any, chat_id: int, text: str, *labels: str) -> None:
    """A bot that answers everything with the same question."""
    offset = 0
    while True:
        for update in await call("getUpdates", offset=offset, timeout=10):
            offset = update["update_id"] + 1
            if "callback_query" in update:
                await call("answerCallbackQuery", callback_query_id=update["callback_query"]["id"])
            await call("sendMessage", chat_id=chat_id, text=text, reply_markup=keyboard(*labels))


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Когда вам удобно?", ("Пауза",)),
        ("Choose one", ("Circle", "Square", "Pause")),
    ],
)
async def test_a_question_that_takes_no_answer_is_left_to_the_person(
    call: Any, chat: int, telegram: SandboxClient, text: str, labels: tuple[str, ...]
) -> None:
    await call("sendMessage", chat_id=chat, text=text, reply_markup=keyboard(*labels))
    bot = asyncio.create_task(answer_with(call, chat, text, *labels))
    try:
        with pytest.raises(SandboxError, match="answer this question yourself"):
            await telegram.ask("POST", f"/sandbox/people/{chat}/fill_in", json={})
    finally:
        bot.cancel()


async def test_the_bots_profile_is_shown_in_the_language_of_the_page(
    call: Any, chat: int, telegram: SandboxClient
) -> None:
    for code, words in (("", "Привет"), ("en", "Hello")):
        await call("setMyDescription", description=words, language_code=code)
    path = f"/sandbox/people/{chat}"
    for code, words in (("ru", "Привет"), ("en-GB", "Hello"), ("de", "Привет")):
        view = await telegram.ask("GET", path, headers={"Accept-Language": code})
        assert view["description"] == words
    await telegram.ask("POST", f"{path}/say", json={"text": "hi"}, headers={"Accept-Language": "en"})
    updates = await call("getUpdates", timeout=10)
    assert [update["message"]["from"]["language_code"] for update in updates] == ["ru", "en"]


@pytest.mark.browser
async def test_the_page_begins_in_the_language_of_the_browser(
    browser: Any, sandbox: Sandbox, telegram: SandboxClient, call: Any
) -> None:
    anna = await telegram.person("Анна", note={"ru": "наставляемая", "en": "mentee"})
    for code, start, note in (("en-US", "Start", "mentee"), ("ru-RU", "Старт", "наставляемая")):
        page = await browser.new_page(locale=code)
        await page.goto(f"{sandbox.url}/#{anna.id}")
        await page.wait_for_selector(f".gate-button:has-text('{start}')")
        assert await page.locator(".person-name small").inner_text() == note
        assert await page.locator("#open-faults").inner_text() == {"en-US": "Faults", "ru-RU": "Сбои"}[code]
        await page.close()
    page = await browser.new_page(locale="ru-RU")
    await page.goto(f"{sandbox.url}/#{anna.id}")
    await page.click("#language")
    await page.click(".gate-button:has-text('Start')")
    (update,) = await call("getUpdates", timeout=10)
    assert update["message"]["from"]["language_code"] == "en"
    await call("sendMessage", chat_id=anna.id, text="Question?", reply_markup=keyboard("Yes", "Pause"))
    await page.wait_for_selector("#fill-in:has-text('Fill in the questionnaire for me')")
    await call("sendMessage", chat_id=anna.id, text="Thank you")
    await page.wait_for_selector("#fill-in", state="hidden")
