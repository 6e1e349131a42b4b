"""sendMessage and its kin, copies, answers to taps, and what is small beside them."""

from typing import Any

from sandbox.entities import count_units, parse_text
from sandbox.keyboards import read_markup
from sandbox.refusal import Json, bad_request
from sandbox.world import Person, StoredMessage, World

MAX_TEXT = 4096
MAX_CALLBACK_TEXT = 200
OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"
CONTENT = (
    "text",
    "entities",
    "caption",
    "caption_entities",
    "document",
    "photo",
    "voice",
    "video",
    "audio",
    "sticker",
    "contact",
    "location",
)


def read_text(values: Json) -> Json:
    """Read a message's text, checked as Telegram does before and after parsing."""
    if not str(values.get("text", "")):
        raise bad_request("message text is empty")
    rich = parse_text(str(values["text"]), values.get("parse_mode"), values.get("entities"))
    if not rich.text:
        raise bad_request("text must be non-empty")
    if count_units(rich.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return {"text": rich.text, **({"entities": rich.entities} if rich.entities else {})}


def find_replied(world: World, person: Person, values: Json) -> Json:
    """Give `reply_to_message` when the bot answers to one. Raises when it is gone."""
    wanted = values.get("reply_parameters") or {}
    if values.get("reply_to_message_id"):
        wanted = {
            "message_id": int(values["reply_to_message_id"]),
            "allow_sending_without_reply": values.get("allow_sending_without_reply"),
        }
    if not wanted:
        return {}
    message = world.find_message(person.id, wanted.get("message_id"))
    if message is None:
        if wanted.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    quoted = {key: value for key, value in message.body.items() if key != "reply_to_message"}
    return {"reply_to_message": quoted}


def send(world: World, values: Json, content: Json) -> Json:
    """Post the bot's message and give it as the Bot API does."""
    person = world.find_reachable(values["chat_id"])
    inline, reply = read_markup(values.get("reply_markup"))
    content = {**find_replied(world, person, values), **content}
    if inline is not None:
        content["reply_markup"] = inline
    if values.get("protect_content"):
        content["has_protected_content"] = True
    is_silent = bool(values.get("disable_notification"))
    return world.post(person, content, from_bot=True, keyboard=reply, is_silent=is_silent).body


async def send_message(world: World, values: Json) -> Json:
    """SendMessage."""
    world.find_person(values["chat_id"])
    return send(world, values, read_text(values))


async def send_contact(world: World, values: Json) -> Json:
    """SendContact."""
    keys = ("phone_number", "first_name", "last_name", "vcard")
    return send(world, values, {"contact": {key: values[key] for key in keys if key in values}})


async def send_location(world: World, values: Json) -> Json:
    """SendLocation."""
    place = {"latitude": values["latitude"], "longitude": values["longitude"]}
    return send(world, values, {"location": place})


def find_source(world: World, values: Json, words: str) -> StoredMessage:
    """Give the message to copy or forward."""
    source = world.find_person(values["from_chat_id"])
    message = world.find_message(source.id, values["message_id"])
    if message is None:
        raise bad_request(words)
    if message.body.get("has_protected_content"):
        raise bad_request("message has protected content and can't be forwarded")
    return message


async def forward_message(world: World, values: Json) -> Json:
    """ForwardMessage."""
    person = world.find_reachable(values["chat_id"])
    message = find_source(world, values, "message to forward not found")
    return world.post(person, forwarded_content(message), from_bot=True).body


def forwarded_content(message: StoredMessage) -> Json:
    """Give a forward's content with its origin."""
    content = {key: message.body[key] for key in CONTENT if key in message.body}
    content["forward_origin"] = {
        "type": "user",
        "sender_user": message.body["from"],
        "date": message.body["date"],
    }
    return content


async def copy_message(world: World, values: Json) -> Json:
    """copyMessage: as new, with another caption where one is given."""
    message = find_source(world, values, "message to copy not found")
    content = {key: message.body[key] for key in CONTENT if key in message.body}
    if "caption" in values and "text" not in content:
        rich = parse_text(values["caption"], values.get("parse_mode"), values.get("caption_entities"))
        content["caption"], content["caption_entities"] = rich.text, rich.entities
    return {"message_id": send(world, values, content)["message_id"]}


async def answer_callback_query(world: World, values: Json) -> bool:
    """answerCallbackQuery: once, within 15 seconds."""
    query = world.queries.get(str(values["callback_query_id"]))
    if query is None or world.is_too_old(query):
        raise bad_request(OLD_QUERY)
    text = str(values.get("text", ""))
    if len(text) > MAX_CALLBACK_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    if values.get("url") and not str(values["url"]).startswith("https://t.me/"):
        raise bad_request("URL_INVALID")
    world.close_query(query)
    world.events.publish(
        "callback_answer",
        query.person_id,
        query_id=query.id,
        message_id=query.message_id,
        text=text,
        show_alert=bool(values.get("show_alert")),
    )
    return True


async def send_chat_action(world: World, values: Json) -> bool:
    """sendChatAction: shown for a moment above the input."""
    person = world.find_reachable(values["chat_id"])
    actions = {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"}
    actions |= {"upload_document", "choose_sticker", "find_location", "record_video_note"}
    actions |= {"upload_video_note"}
    if values["action"] not in actions:
        raise bad_request("wrong parameter action in request")
    world.events.publish("chat_action", person.id, action=values["action"])
    return True


async def pin_chat_message(world: World, values: Json) -> bool:
    """PinChatMessage."""
    person = world.find_reachable(values["chat_id"])
    if world.find_message(person.id, values["message_id"]) is None:
        raise bad_request("message to pin not found")
    person.pinned = [*(pin for pin in person.pinned if pin != values["message_id"]), values["message_id"]]
    world.store_person(person)
    return True


async def unpin_chat_message(world: World, values: Json) -> bool:
    """unpinChatMessage: the named one, else the newest."""
    person = world.find_reachable(values["chat_id"])
    wanted = values.get("message_id", person.pinned[-1] if person.pinned else None)
    if wanted not in person.pinned:
        raise bad_request("message to unpin not found")
    person.pinned = [pin for pin in person.pinned if pin != wanted]
    world.store_person(person)
    return True


async def unpin_all_chat_messages(world: World, values: Json) -> bool:
    """UnpinAllChatMessages."""
    person = world.find_reachable(values["chat_id"])
    person.pinned = []
    world.store_person(person)
    return True


async def set_message_reaction(world: World, values: Json) -> bool:
    """setMessageReaction: shown under the bubble, one reaction of a bot."""
    person = world.find_reachable(values["chat_id"])
    message = world.find_message(person.id, values["message_id"])
    if message is None:
        raise bad_request("message to react not found")
    reactions: list[Any] = values.get("reaction") or []
    if any(not isinstance(item, dict) or item.get("type") != "emoji" for item in reactions):
        raise bad_request("REACTION_INVALID")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    world.events.publish("reaction", person.id, message_id=message.id, reaction=reactions)
    return True


METHODS = {
    "sendMessage": send_message,
    "sendContact": send_contact,
    "sendLocation": send_location,
    "forwardMessage": forward_message,
    "copyMessage": copy_message,
    "answerCallbackQuery": answer_callback_query,
    "sendChatAction": send_chat_action,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all_chat_messages,
    "setMessageReaction": set_message_reaction,
}
