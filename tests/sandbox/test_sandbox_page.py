"""The chat page in a real browser: a dialogue by mouse and keyboard, at a desk's and at a phone's width."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import SandboxClient, wait_for_sandbox
from sandbox.server import Sandbox

TOKEN = "123456789:sandbox-token_of-a-bot"


async def find_overflow(page: Any) -> int:
    """Give how many pixels the page is wider than its window."""
    width: int = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return width


@pytest.mark.browser
async def test_a_person_talks_with_the_bot_on_the_page(
    browser: Any, sandbox: Sandbox, telegram: SandboxClient, call: Any
) -> None:
    anna = await telegram.person("Анна", key="mentee", note="наставляемая", start_payload="inv_abc")
    await telegram.person("Борис")
    page = await browser.new_page(locale="ru-RU", viewport={"width": 1280, "height": 800})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    await page.goto(sandbox.url)
    await page.click(f"a[href='#{anna.id}']")
    await page.wait_for_selector("text=Вас пригласили")
    await page.click(".gate-button")
    (update,) = await call("getUpdates", timeout=10)
    assert update["message"]["text"] == "/start inv_abc"

    keyboard = {"inline_keyboard": [[{"text": str(n), "callback_data": str(n)} for n in range(1, 9)]]}
    sent = await call(
        "sendMessage",
        chat_id=anna.id,
        text="<b>Оценка</b> <i>&lt;img src=x onerror=alert(1)&gt;</i>",
        parse_mode="HTML",
        reply_markup=keyboard,
    )
    bubble = page.locator(f"#m{sent['message_id']}")
    assert await bubble.locator("strong").inner_text() == "Оценка"
    assert await bubble.locator("em").inner_text() == "<img src=x onerror=alert(1)>"
    assert await bubble.locator("img").count() == 0

    await bubble.locator("text='8'").click()
    await page.wait_for_selector(".key-row .busy")
    updates = await call("getUpdates", offset=update["update_id"] + 1, timeout=10)
    await call("answerCallbackQuery", callback_query_id=updates[-1]["callback_query"]["id"], text="Записано")
    await page.wait_for_selector("#toast:has-text('Записано')")
    assert await page.locator(".key-row .busy").count() == 0
    await call("editMessageText", chat_id=anna.id, message_id=sent["message_id"], text="Спасибо")
    await page.wait_for_selector(f"#m{sent['message_id']} .edited")

    await page.fill("#text", "две")
    await page.press("#text", "Shift+Enter")
    await page.type("#text", "строки")
    await page.press("#text", "Enter")
    updates = await call("getUpdates", offset=updates[-1]["update_id"] + 1, timeout=10)
    assert updates[-1]["message"]["text"] == "две\nстроки"

    rows = [[{"text": "Понедельник"}, {"text": "Вторник"}]]
    await call("sendMessage", chat_id=anna.id, text="Когда?", reply_markup={"keyboard": rows})
    await page.click("#keys button:has-text('Вторник')")
    updates = await call("getUpdates", offset=updates[-1]["update_id"] + 1, timeout=10)
    assert updates[-1]["message"]["text"] == "Вторник"
    gone = {"chat_id": anna.id, "text": "Принято", "reply_markup": {"remove_keyboard": True}}
    await call("sendMessage", **gone)
    await page.wait_for_selector("#keys", state="hidden")

    await page.set_input_files(
        "#file", files=[{"name": "отчёт.txt", "mimeType": "text/plain", "buffer": b"abc"}]
    )
    updates = await call("getUpdates", offset=updates[-1]["update_id"] + 1, timeout=10)
    assert updates[-1]["message"]["document"]["file_name"] == "отчёт.txt"

    await page.click("#attach")
    await page.click("#popup button:has-text('Стикер')")
    await page.click("#popup button:has-text('☺')")
    updates = await call("getUpdates", offset=updates[-1]["update_id"] + 1, timeout=10)
    assert updates[-1]["message"]["sticker"]["emoji"] == "☺"

    before = await telegram.now()
    await page.click("[data-skip='604800']")
    await page.wait_for_selector("[data-skip='604800']:enabled")
    assert (await telegram.now() - before).days == 7
    assert faults == []


SCROLLED_SIDEWAYS = """() => [...document.querySelectorAll(".dialogue :not(.unseen)")]
    .filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible")
    .map(one => one.className)"""
IS_DATE_SHOWN = "() => document.querySelector('.day').getBoundingClientRect().bottom > 0"


@pytest.mark.browser
async def test_long_words_and_dates_leave_the_dialogue_readable(
    browser: Any, sandbox: Sandbox, telegram: SandboxClient, call: Any
) -> None:
    word = "Ж" * 200
    anna = await telegram.person("Анна")
    await anna.start(wait=False)
    row = [{"text": "Ж" * 60, "callback_data": "a"}, {"text": "Да", "callback_data": "b"}]
    marked = (f"<{tag}>{word}</{tag}>" for tag in ("b", "blockquote", "code", "pre"))
    text = "\n".join((word, *marked))
    for _ in range(12):
        sent = {"chat_id": anna.id, "text": text, "parse_mode": "HTML"}
        await call("sendMessage", **sent, reply_markup={"inline_keyboard": [row]})
    for width in (360, 1200):
        page = await browser.new_page(viewport={"width": width, "height": 700})
        await page.goto(f"{sandbox.url}/#{anna.id}")
        await page.wait_for_selector(".bubble pre")
        assert await page.evaluate(SCROLLED_SIDEWAYS) == []
        assert not await page.evaluate(IS_DATE_SHOWN), "it stands above the day's messages, not over them"
        await page.close()


@pytest.mark.browser
async def test_a_deep_link_is_opened_by_whom_one_chooses(
    browser: Any, sandbox: Sandbox, telegram: SandboxClient, call: Any
) -> None:
    anna = await telegram.person("Анна")
    page = await browser.new_page(locale="ru-RU")
    await page.goto(f"{sandbox.url}/?start=inv_from-the-panel")
    await page.click(".opener:has-text('Анна')")
    (update,) = await call("getUpdates", timeout=10)
    assert update["message"]["text"] == "/start inv_from-the-panel"
    assert update["message"]["from"]["id"] == anna.id
    await page.wait_for_selector(".message.mine:has-text('/start')")


@pytest.mark.browser
async def test_nothing_overflows_on_a_phone_and_unread_is_counted(
    browser: Any, sandbox: Sandbox, telegram: SandboxClient, call: Any
) -> None:
    anna = await telegram.person("Анна", note="наставляемая")
    await anna.start(wait=False)
    await call("setMyCommands", commands=[{"command": "menu", "description": "Меню"}])
    keyboard = {"inline_keyboard": [[{"text": str(n), "callback_data": str(n)} for n in range(8)]]}
    await call("sendMessage", chat_id=anna.id, text="длинноеслово" * 20, reply_markup=keyboard)
    page = await browser.new_page(locale="ru-RU", viewport={"width": 360, "height": 740})
    await page.goto(sandbox.url)
    assert await page.locator(".unread").inner_text() == "1"
    assert await page.locator("#nobody li").count() == 4
    assert await page.locator("#nobody").is_visible(), "the first steps are told on a phone too"
    assert await find_overflow(page) == 0
    await page.click(f"a[href='#{anna.id}']")
    await page.wait_for_selector(".inline-keys")
    rows = {"keyboard": [[{"text": "Предложить своё время и место"}, {"text": "Вторник"}]]}
    await call("sendMessage", chat_id=anna.id, text="Когда?", reply_markup=rows)
    await page.wait_for_selector("#keys button")
    assert await find_overflow(page) == 0
    assert await page.locator("#people").is_hidden()
    await page.click("#back")
    await page.wait_for_selector(".unread", state="detached")
    assert await page.locator("#dialogue-head").is_hidden()
    assert await find_overflow(page) == 0


@pytest.mark.life
async def test_a_server_of_its_own_stops_at_sigterm_and_keeps_its_state(
    tmp_path: Path, unused_port: int
) -> None:
    script = (
        "import asyncio, pathlib, sys\n"
        "from sandbox.server import serve\n"
        f"asyncio.run(serve(token={TOKEN!r}, port={unused_port}, state_file=pathlib.Path(sys.argv[1])))\n"
    )
    url = f"http://127.0.0.1:{unused_port}"
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, str(tmp_path / "state.sqlite"), env=dict(os.environ)
        )
        await wait_for_sandbox(url)
        async with SandboxClient(url) as telegram:
            await telegram.person("Анна", key="mentee")
            assert len(await telegram.people()) == 1
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
