"""Edits in place and deletions."""

from sandbox.keyboards import read_edit_markup
from sandbox.methods.files import read_caption
from sandbox.methods.messages import read_text
from sandbox.refusal import Json, Refusal, bad_request
from sandbox.world import StoredMessage, World

DELETE_SECONDS = 48 * 3600
MAX_DELETED = 100
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


def find_editable(world: World, values: Json) -> StoredMessage:
    """Give the bot's message that an edit names. Raises when it is gone, not its own, or not editable."""
    if "chat_id" not in values or "message_id" not in values:
        if values.get("inline_message_id"):
            raise bad_request("MESSAGE_ID_INVALID")
        word = "chat_id is empty" if "chat_id" not in values else "message identifier is not specified"
        raise bad_request(word)
    person = world.find_reachable(values["chat_id"])
    message = world.find_message(person.id, values["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot or message.keyboard is not None or "forward_origin" in message.body:
        raise bad_request("message can't be edited")
    return message


def apply_edit(world: World, message: StoredMessage, content: Json, dropped: tuple[str, ...]) -> Json:
    """Replace parts of a message. Raises "message is not modified" when nothing would change."""
    before = {key: message.body.get(key) for key in dropped}
    after = {key: content.get(key) for key in dropped}
    if before == after:
        raise bad_request(NOT_MODIFIED)
    for key in dropped:
        message.body.pop(key, None)
    message.body.update({key: value for key, value in content.items() if value is not None})
    message.body["edit_date"] = int(world.clock.now())
    world.touch(message)
    return message.body


async def edit_message_text(world: World, values: Json) -> Json:
    """editMessageText; leaving the keyboard out takes it away."""
    message = find_editable(world, values)
    try:
        content = read_text(values)
    except Refusal as refusal:
        if refusal.description == "Bad Request: message is too long":
            raise bad_request("MESSAGE_TOO_LONG") from None
        raise
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    content["reply_markup"] = read_edit_markup(values.get("reply_markup"))
    return apply_edit(world, message, content, ("text", "entities", "reply_markup"))


async def edit_message_caption(world: World, values: Json) -> Json:
    """EditMessageCaption."""
    message = find_editable(world, values)
    if not {"document", "photo", "voice", "video", "audio"} & message.body.keys():
        raise bad_request("there is no caption in the message to edit")
    content = read_caption(values)
    content["reply_markup"] = read_edit_markup(values.get("reply_markup"))
    return apply_edit(world, message, content, ("caption", "caption_entities", "reply_markup"))


async def edit_message_reply_markup(world: World, values: Json) -> Json:
    """EditMessageReplyMarkup."""
    message = find_editable(world, values)
    markup = read_edit_markup(values.get("reply_markup"))
    return apply_edit(world, message, {"reply_markup": markup}, ("reply_markup",))


async def delete_message(world: World, values: Json) -> bool:
    """deleteMessage: within 48 hours."""
    person = world.find_person(values["chat_id"])
    message = world.find_message(person.id, values["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if world.clock.now() - message.body["date"] > DELETE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    world.remove(person.id, message.id)
    return True


async def delete_messages(world: World, values: Json) -> bool:
    """deleteMessages: those that cannot be found are skipped."""
    person = world.find_person(values["chat_id"])
    wanted = values["message_ids"]
    if not isinstance(wanted, list) or not wanted:
        raise bad_request("message identifiers are not specified")
    if len(wanted) > MAX_DELETED:
        raise bad_request("too many messages to delete")
    found = [message for item in wanted if (message := world.find_message(person.id, int(item)))]
    if any(world.clock.now() - message.body["date"] > DELETE_SECONDS for message in found):
        raise bad_request("message can't be deleted for everyone")
    for message in found:
        world.remove(person.id, message.id)
    return True


METHODS = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
