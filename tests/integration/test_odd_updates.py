"""Whatever Telegram sends is answered or closed: nothing is set aside because a part of it is not known."""

import asyncio
from itertools import count
from typing import Any

from aiogram.types import Message, Update
from sqlalchemy import select

from bot.updates import ALLOWED, CONTENT, SERVICE
from models.messages import InboxStatus
from models.surveys import Answer
from sandbox.client import Person
from tests.dialogues.participants import Guest, consented, make_world, skip_to
from tests.integration.test_inbox import inbox, tally
from tests.running_bot import RunningBot, until

_ATTRIBUTES = """
message_id date chat message_thread_id direct_messages_topic from sender_chat sender_boost_count
sender_business_bot sender_tag guest_query_id business_connection_id forward_origin is_topic_message
is_automatic_forward reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id
reply_to_poll_option_id via_bot guest_bot_caller_user guest_bot_caller_chat edit_date
has_protected_content is_from_offline is_paid_post media_group_id author_signature paid_star_count text
entities link_preview_options suggested_post_info effect_id caption caption_entities
show_caption_above_media has_media_spoiler reply_markup receiver_user ephemeral_message_id forward_date
forward_from forward_from_chat forward_from_message_id forward_sender_name forward_signature
"""
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
"""Members of a message that are neither what was sent nor something done in the chat."""

TEXT_TRAITS = ATTRIBUTES - {"message_id", "date", "chat", "from", "text", "media_group_id"}
CARRIERS = {"forward_origin", "via_bot"}
"""Told through somebody else: no words of the person's own."""

ODD_VALUES: tuple[Any, ...] = ({}, [], "x", {"type": "of next year"})

number = count(7000)


def members(model: type[Message] | type[Update]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def sent(person: Person, **content: Any) -> dict[str, Any]:
    user = {"id": person.id, "is_bot": False, "first_name": "Вера"}
    chat = {"id": person.id, "type": "private", "first_name": "Вера"}
    return {"message_id": next(number), "date": 1, "chat": chat, "from": user, **content}


async def told(person: Person) -> list[str]:
    return [message.text for message in await person.messages() if message.from_bot]


async def start(running: RunningBot) -> Person:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    return vera


async def settled(running: RunningBot, updates: int) -> None:
    """Until all are answered or closed, and none is set aside."""
    await until(lambda: inbox(running) == {InboxStatus.ANSWERED: updates})


def test_every_member_of_a_message_is_known_as_one_of_three() -> None:
    assert members(Message) == ATTRIBUTES | CONTENT | SERVICE
    assert len(members(Message)) == len(ATTRIBUTES) + len(CONTENT) + len(SERVICE)


async def test_every_content_is_answered_politely(running: RunningBot) -> None:
    vera = await start(running)
    for name in sorted(CONTENT | {"a_content_of_next_year"}):
        for value in ODD_VALUES:
            running.send_update("message", sent(vera, **{name: value}))
    expected = 1 + 4 * (len(CONTENT) + 1)
    await until(lambda: inbox(running).get(InboxStatus.ANSWERED) == expected, seconds=90)
    assert set(inbox(running)) == {InboxStatus.ANSWERED}
    assert len(await told(vera)) == expected
    assert (await vera.say("/add")).text == "Сейчас 1, шаг дом"


async def test_what_was_done_in_the_chat_is_closed_in_silence(running: RunningBot) -> None:
    vera = await start(running)
    for name in sorted(SERVICE):
        running.send_update("message", sent(vera, **{name: {}}))
    await settled(running, 1 + len(SERVICE))
    assert len(await told(vera)) == 1


async def test_every_other_kind_of_update_is_closed_in_silence(running: RunningBot) -> None:
    vera = await start(running)
    kinds = sorted((members(Update) | {"a_kind_of_next_year"}) - {"update_id", *ALLOWED})
    for kind in kinds:
        running.send_update(kind, {})
        running.send_update(kind, {"chat": {"id": vera.id, "type": "private"}, "user": {"id": vera.id}})
    for kind in ALLOWED:
        running.send_update(kind, {})
    await settled(running, 1 + 2 * len(kinds) + len(ALLOWED))
    assert len(await told(vera)) == 1


async def test_a_text_is_read_whatever_stands_beside_it(running: RunningBot) -> None:
    vera = await start(running)
    traits = sorted((TEXT_TRAITS | {"a_trait_of_next_year"}) - CARRIERS)
    traits = [name for name in traits if not name.startswith("forward_")]
    for name in traits:
        running.send_update("message", sent(vera, text="/add", **{name: {}}))
    await settled(running, 1 + len(traits))
    assert tally(running) == len(traits)


async def test_parts_that_every_message_has_may_be_odd(running: RunningBot) -> None:
    vera = await start(running)
    odd: list[dict[str, Any]] = [
        {"date": "soon"},
        {"message_id": "x"},
        {"from": {}},
        {"from": {"id": "x"}},
        {"entities": [{}]},
    ]
    odd += [{"chat": {"id": vera.id}}, {"chat": {"id": vera.id, "type": "private", "title": 5}}]
    for parts in odd:
        running.send_update("message", sent(vera, **{"text": "/add", **parts}))
    await settled(running, 1 + len(odd))
    assert tally(running) == len(odd)


async def test_a_button_is_read_whatever_else_is_not(running: RunningBot) -> None:
    vera = await start(running)
    screen = await vera.screen()
    chat = {"id": vera.id, "type": "private"}
    message = {"message_id": screen.message_id, "date": "x", "chat": chat, "live_photo": {}}
    tap = {"id": "1", "from": {"id": vera.id}, "message": message, "data": "tally.add:1"}
    running.send_update("callback_query", tap)
    await vera.expect("Сейчас 1")
    running.send_update("callback_query", {**tap, "id": 5, "chat_instance": [], "from": {"id": vera.id}})
    await vera.expect("Сейчас 2")
    await settled(running, 3)


async def test_a_membership_of_another_kind_is_closed_and_known_ones_are_read(running: RunningBot) -> None:
    vera = await start(running)
    statuses: tuple[Any, ...] = ("of next year", None, 5, {}, "restricted", "kicked", "left", "member")
    for status in statuses:
        change = {"chat": {"id": vera.id, "type": "private"}, "new_chat_member": {"status": status}}
        running.send_update("my_chat_member", change)
    running.send_update("my_chat_member", {"chat": {"id": vera.id, "type": "private"}, "new_chat_member": []})
    await settled(running, 10)
    assert len(await told(vera)) == 1


async def test_an_album_is_answered_once(running: RunningBot) -> None:
    vera = await start(running)
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    for album in ("first", "second"):
        for _ in range(4):
            running.send_update("message", sent(vera, media_group_id=album, photo=photo))
    await settled(running, 9)
    assert len(await told(vera)) == 3
    running.send_update("message", sent(vera, photo=photo))
    await settled(running, 10)
    assert len(await told(vera)) == 4


def stored(guest: Guest) -> list[str]:
    with guest.world.database.reading() as session:
        return [str(one) for one in session.scalars(select(Answer.id).order_by(Answer.id))]


async def test_nothing_but_typed_words_becomes_an_answer(sqlite_url: str) -> None:
    async with RunningBot(sqlite_url) as running:
        await running.start_bot()
        guest = await consented(running, await make_world(running))
        await guest.tap("Мне нужен наставник")
        await skip_to(guest, "experience")
        before = stored(guest)
        odd: list[dict[str, Any]] = [
            {"text": "12", name: value} for name in CONTENT for value in ODD_VALUES[:2]
        ]
        odd += [{"text": "12", name: {}} for name in SERVICE]
        odd += [{"text": "12", name: {}} for name in sorted(CARRIERS | {"forward_date", "forward_from"})]
        odd += [{"text": blank} for blank in (" ", "\u200b", "\u2800", "\u3164\u200d", "\ufeff")]
        odd += [{"caption": "12", "photo": []}]
        for parts in odd:
            running.send_update("message", sent(guest.telegram, **parts))
        for parts in odd[:3]:
            running.send_update("edited_message", sent(guest.telegram, **parts))
        await asyncio.sleep(0.2)
        await until(lambda: set(inbox(running)) == {InboxStatus.ANSWERED}, seconds=90)
        assert stored(guest) == before
        await guest.say("12")
        assert len(stored(guest)) == len(before) + 1
