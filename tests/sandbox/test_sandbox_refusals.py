"""Everything that docs/design.md#inbox says Telegram refuses is refused here, in the same words."""

import asyncio
from typing import Any

import pytest

from sandbox.client import SandboxClient
from sandbox.server import Sandbox

NOT_MODIFIED = (
    "400 Bad Request: message is not modified: specified new message content and reply markup are exactly"
    " the same as a current content and reply markup of the message"
)
OLD_QUERY = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("123456789:another-token-than-ours", "401 Unauthorized"),
        ("nonsense", "404 Not Found"),
    ],
)
async def test_tokens(call: Any, token: str, expected: str) -> None:
    call.token = token
    assert await call.refused("getMe") == expected


async def test_methods_that_do_not_exist_and_those_that_are_missing_here(call: Any) -> None:
    assert await call.refused("sendTelepathy") == "404 Not Found"
    assert (
        await call.refused("createNewStickerSet", user_id=1, name="a", title="b", stickers=[])
    ).startswith("501 Not Implemented")


async def test_required_parameters_are_checked(call: Any, chat: int) -> None:
    assert await call.refused("sendMessage", text="да") == "400 Bad Request: chat_id is empty"
    assert await call.refused("sendMessage", chat_id=chat) == "400 Bad Request: message text is empty"
    assert await call.refused("deleteMessage", chat_id=chat) == (
        "400 Bad Request: message identifier is not specified"
    )


async def test_a_parameter_newer_than_the_description_is_accepted_with_a_warning(
    call: Any, chat: int, telegram: SandboxClient
) -> None:
    await call("sendMessage", chat_id=chat, text="да", sparkle=True)
    (entry,) = await telegram.record("sendMessage")
    assert entry["warnings"] == ["parameter sparkle is newer than the description of the Bot API"]
    assert entry["done"] is True


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ({"text": "x", "callback_data": "я" * 33}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "callback_data": ""},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x"},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "url": "http://localhost:8080/"},
            "inline keyboard button URL 'http://localhost:8080/' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x", "web_app": {"url": "http://panel.example.org/"}},
            (
                "inline keyboard button Web App URL 'http://panel.example.org/' is invalid:"
                " Only HTTPS links are allowed"
            ),
        ),
        (
            {"text": "x", "login_url": {"url": "http://panel.example.org/"}},
            (
                "inline keyboard button login URL 'http://panel.example.org/' is invalid:"
                " Only HTTPS links are allowed"
            ),
        ),
        (
            {"text": "x", "web_app": {"url": "https://localhost/"}},
            "inline keyboard button Web App URL 'https://localhost/' is invalid: Wrong HTTP URL",
        ),
        ({"text": " ", "callback_data": "x"}, "inline keyboard button text must be non-empty"),
    ],
)
async def test_wrong_buttons(call: Any, chat: int, button: dict[str, Any], expected: str) -> None:
    refused = await call.refused("sendMessage", chat_id=chat, text="?", reply_markup=keyboard(button))
    assert refused == f"400 Bad Request: {expected}"


async def test_callback_data_may_have_64_bytes_and_a_keyboard_100_buttons(call: Any, chat: int) -> None:
    button = {"text": "x", "callback_data": "я" * 32}
    full = keyboard(*[button] * 100)
    sent = await call("sendMessage", chat_id=chat, text="?", reply_markup=full)
    assert sent["reply_markup"] == full
    refused = await call.refused(
        "sendMessage", chat_id=chat, text="?", reply_markup=keyboard(*[button] * 101)
    )
    assert refused == "400 Bad Request: reply markup is too long"


async def test_text_is_measured_in_utf16_after_parsing(call: Any, chat: int) -> None:
    sent = await call("sendMessage", chat_id=chat, text=f"<b>{'😀' * 2048}</b>", parse_mode="HTML")
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]
    assert await call.refused("sendMessage", chat_id=chat, text="😀" * 2048 + "!") == (
        "400 Bad Request: message is too long"
    )
    assert await call.refused("sendMessage", chat_id=chat, text="") == (
        "400 Bad Request: message text is empty"
    )
    assert await call.refused("sendMessage", chat_id=chat, text="<b> </b>", parse_mode="HTML") == (
        "400 Bad Request: text must be non-empty"
    )
    assert await call.refused(
        "editMessageText", chat_id=chat, message_id=sent["message_id"], text="я" * 4097
    ) == ("400 Bad Request: MESSAGE_TOO_LONG")


async def test_captions_have_at_most_1024_units(call: Any, chat: int) -> None:
    for length, is_ok in ((1024, True), (1025, False)):
        answer = await call.upload(
            "sendDocument", "document", "a.txt", b"a", chat_id=str(chat), caption="я" * length
        )
        assert answer["ok"] is is_ok
    assert answer["description"] == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("text", "mode", "expected"),
    [
        ("я <x>a</x>", "HTML", 'Unsupported start tag "x" at byte offset 3'),
        ("<b>a", "HTML", 'Can\'t find end tag corresponding to start tag "b"'),
        (
            "яя<b>a</i>",
            "HTML",
            'Unmatched end tag at byte offset 8, expected "</b>", found "</i>"',
        ),
        ("a</b>", "HTML", "Unexpected end tag at byte offset 1"),
        ("2 < 3", "HTML", 'Unsupported start tag "" at byte offset 2'),
    ],
)
async def test_entities_that_do_not_parse(call: Any, chat: int, text: str, mode: str, expected: str) -> None:
    refused = await call.refused("sendMessage", chat_id=chat, text=text, parse_mode=mode)
    assert refused == f"400 Bad Request: can't parse entities: {expected}"


async def test_edits(call: Any, chat: int) -> None:
    one = keyboard({"text": "x", "callback_data": "1"})
    sent = await call("sendMessage", chat_id=chat, text="<b>Раз</b>", parse_mode="HTML", reply_markup=one)
    where = {"chat_id": chat, "message_id": sent["message_id"]}
    same = await call.refused(
        "editMessageText", **where, text="<i></i><b>Раз</b>", parse_mode="HTML", reply_markup=one
    )
    assert same == NOT_MODIFIED
    assert await call.refused("editMessageReplyMarkup", **where, reply_markup=one) == NOT_MODIFIED
    edited = await call("editMessageText", **where, text="Два")
    assert edited["text"] == "Два"
    assert "reply_markup" not in edited
    assert "edit_date" in edited
    assert await call.refused("editMessageText", chat_id=chat, message_id=999_999, text="x") == (
        "400 Bad Request: message to edit not found"
    )
    assert await call.refused("editMessageCaption", **where, caption="x") == (
        "400 Bad Request: there is no caption in the message to edit"
    )
    reply_keyboard = {"keyboard": [[{"text": "Да"}]]}
    assert await call.refused("editMessageText", **where, text="x", reply_markup=reply_keyboard) == (
        "400 Bad Request: inline keyboard expected"
    )


async def test_messages_with_a_reply_keyboard_and_those_of_a_person_cannot_be_edited(
    call: Any, chat: int, telegram: SandboxClient
) -> None:
    markup = {"keyboard": [[{"text": "Да"}]]}
    sent = await call("sendMessage", chat_id=chat, text="Да?", reply_markup=markup)
    (person,) = await telegram.people()
    start = (await person.messages())[0]
    for message_id in (sent["message_id"], start.message_id):
        assert await call.refused("editMessageText", chat_id=chat, message_id=message_id, text="x") == (
            "400 Bad Request: message can't be edited"
        )


async def test_own_messages_are_edited_at_any_time_and_deleted_within_48_hours(
    call: Any, chat: int, telegram: SandboxClient
) -> None:
    old = (await call("sendMessage", chat_id=chat, text="старое"))["message_id"]
    await telegram.skip(hours=47)
    new = (await call("sendMessage", chat_id=chat, text="новое"))["message_id"]
    await telegram.skip(hours=2)
    assert await call("editMessageText", chat_id=chat, message_id=old, text="правка")
    assert await call.refused("deleteMessage", chat_id=chat, message_id=old) == (
        "400 Bad Request: message can't be deleted for everyone"
    )
    assert await call("deleteMessage", chat_id=chat, message_id=new) is True
    assert await call.refused("deleteMessage", chat_id=chat, message_id=new) == (
        "400 Bad Request: message to delete not found"
    )


async def test_a_callback_query_is_answered_once_and_within_15_seconds(
    call: Any, chat: int, telegram: SandboxClient
) -> None:
    await call(
        "sendMessage", chat_id=chat, text="?", reply_markup=keyboard({"text": "Да", "callback_data": "y"})
    )
    (person,) = await telegram.people()
    await person.tap("Да", wait=False)
    await person.tap("Да", wait=False)
    updates = await call("getUpdates")
    first, second = [update["callback_query"]["id"] for update in updates if "callback_query" in update]
    assert await call("answerCallbackQuery", callback_query_id=first, text="принято") is True
    assert await person.toast() == "принято"
    assert await call.refused("answerCallbackQuery", callback_query_id=first) == OLD_QUERY
    await telegram.skip(seconds=16)
    assert await call.refused("answerCallbackQuery", callback_query_id=second) == OLD_QUERY
    assert await call.refused("answerCallbackQuery", callback_query_id="1") == OLD_QUERY


async def test_whom_a_bot_cannot_write_to(call: Any, telegram: SandboxClient) -> None:
    boris = await telegram.person("Борис")
    assert await call.refused("sendMessage", chat_id=boris.id, text="?") == "400 Bad Request: chat not found"
    assert await call.refused("sendMessage", chat_id=1, text="?") == "400 Bad Request: chat not found"
    await boris.start(wait=False)
    await call("sendMessage", chat_id=boris.id, text="здравствуйте")
    await boris.block()
    assert await call.refused("sendMessage", chat_id=boris.id, text="?") == (
        "403 Forbidden: bot was blocked by the user"
    )
    await boris.unblock()
    await call("sendMessage", chat_id=boris.id, text="снова")
    await boris.deactivate()
    assert await call.refused("sendMessage", chat_id=boris.id, text="?") == (
        "403 Forbidden: user is deactivated"
    )


async def test_a_second_poller_and_a_webhook_end_the_first_poller_with_409(call: Any) -> None:
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(call.raw("getUpdates", {"timeout": 20}))
        await asyncio.sleep(0.1)
        second = tasks.create_task(call.raw("getUpdates", {"timeout": 20}))
        ended = await first
        assert (ended["error_code"], ended["description"].split(";")[0]) == (
            409,
            "Conflict: terminated by other getUpdates request",
        )
        await asyncio.sleep(0.1)
        await call("setWebhook", url="https://bot.example.org/hook")
        ended = await second
        assert ended["description"] == "Conflict: terminated by setWebhook request"
    assert (await call.refused("getUpdates")).startswith(
        "409 Conflict: can't use getUpdates method while webhook is active"
    )
    await call("deleteWebhook")
    assert await call("getUpdates") == []


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ([{"command": "a" * 33, "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "Меню", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "menu", "description": "x" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "menu", "description": ""}], "command description must be non-empty"),
        ([{"command": f"c{number}", "description": "x"} for number in range(101)], "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_commands_limits(call: Any, commands: list[dict[str, str]], expected: str) -> None:
    assert await call.refused("setMyCommands", commands=commands) == f"400 Bad Request: {expected}"


async def test_file_sizes(call: Any, chat: int, sandbox: Sandbox) -> None:
    too_much = await call.upload(
        "sendDocument", "document", "a.bin", b"x" * (50 * 1024 * 1024 + 1), chat_id=str(chat)
    )
    assert (too_much["error_code"], too_much["description"]) == (413, "Request Entity Too Large")
    nothing = await call.upload("sendDocument", "document", "a.bin", b"", chat_id=str(chat))
    assert nothing["description"] == "Bad Request: file must be non-empty"
    big = await call.upload(
        "sendDocument", "document", "a.bin", b"x" * (20 * 1024 * 1024 + 1), chat_id=str(chat)
    )
    file_id = big["result"]["document"]["file_id"]
    assert await call.refused("getFile", file_id=file_id) == "400 Bad Request: file is too big"
    assert await call.refused("getFile", file_id="none") == "400 Bad Request: invalid file_id"
    picture = await call.upload("sendPhoto", "photo", "a.png", b"no picture", chat_id=str(chat))
    assert picture["description"] == "Bad Request: IMAGE_PROCESS_FAILED"


async def test_a_reply_to_a_message_that_is_gone(call: Any, chat: int) -> None:
    values = {"chat_id": chat, "text": "да", "reply_parameters": {"message_id": 999_999}}
    assert await call.refused("sendMessage", **values) == ("400 Bad Request: message to be replied not found")
    values["reply_parameters"] = {"message_id": 999_999, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await call("sendMessage", **values)
