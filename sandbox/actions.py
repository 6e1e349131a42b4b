"""What a person does in the chat, and the updates that follow from it."""

# ruff: noqa: ARG002 - every action takes the same arguments, so that one table can hold them all

import re
from collections.abc import Callable
from typing import Any

from sandbox.contract import Upload
from sandbox.entities import RichText, count_units, find_plain_entities
from sandbox.methods.files import show_document, show_photo, show_voice
from sandbox.methods.messages import forwarded_content
from sandbox.refusal import Json
from sandbox.world import Person, StoredMessage, World, tap_of

START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
MAX_TEXT = 4096


class ImpossibleAction(Exception):
    """A person cannot do this in a real client either; the text says why."""


class Actions:
    """Acts as a person. Every action gives the ids of what it made."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_name: dict[str, Callable[[Person, Json], Json]] = {
            "start": self.start,
            "say": self.say,
            "tap": self.tap,
            "press": self.press,
            "send_file": self.send_file,
            "send_sticker": self.send_sticker,
            "send_contact": self.send_contact,
            "send_location": self.send_location,
            "edit": self.edit,
            "forward": self.forward,
            "delete_message": self.delete_message,
            "delete_chat": self.delete_chat,
            "block": self.block,
            "unblock": self.unblock,
            "deactivate": self.deactivate,
            "read": self.read,
        }

    def perform(self, person: Person, action: str, values: Json) -> Json:
        """Do an action by its name. Raises ImpossibleAction."""
        perform = self._by_name.get(action)
        if perform is None:
            raise ImpossibleAction(f"there is no action {action!r}: {', '.join(self._by_name)}")
        return perform(person, values)

    def _check_can_write(self, person: Person) -> None:
        if person.is_deactivated:
            raise ImpossibleAction("this account is deleted")
        if person.is_blocked:
            raise ImpossibleAction("this person blocked the bot: unblock first")
        if not person.has_started:
            raise ImpossibleAction("this person has not pressed Start yet")

    def _post(self, person: Person, content: Json, values: Json) -> Json:
        """Post a person's message and tell the bot."""
        self._check_can_write(person)
        replied = values.get("reply_to")
        keyboard = person.keyboard or {}
        if replied is None and keyboard.get("kind") == "force_reply":
            replied = keyboard["by"]
        if keyboard.get("kind") == "force_reply":
            person.keyboard = None
            self._world.store_person(person)
        if replied is not None:
            quoted = self._find(person, replied).body
            content = {
                "reply_to_message": {k: v for k, v in quoted.items() if k != "reply_to_message"},
                **content,
            }
        message = self._world.post(person, content, from_bot=False)
        person.read_up_to = message.id
        self._world.updates.add("message", dict(message.body))
        return {"message_id": message.id}

    def _find(self, person: Person, message_id: Any) -> StoredMessage:
        message = self._world.find_message(person.id, message_id)
        if message is None:
            raise ImpossibleAction("this message is no longer in the chat")
        return message

    def _read_text(self, values: Json) -> Json:
        text = str(values.get("text", "")).strip()
        if not text:
            raise ImpossibleAction("a message needs a text")
        if count_units(text) > MAX_TEXT:
            raise ImpossibleAction("a message has at most 4096 characters")
        entities = find_plain_entities(RichText(text))
        return {"text": text, **({"entities": entities} if entities else {})}

    def start(self, person: Person, values: Json) -> Json:
        """Press Start; the first press takes the invitation along unless another payload is named."""
        payload = values.get("payload")
        if payload is None:
            payload = "" if person.has_started else person.start_payload or ""
        if payload and not START_PAYLOAD.fullmatch(str(payload)):
            raise ImpossibleAction("a start payload has 1 to 64 of A-Z a-z 0-9 _ -")
        if person.is_deactivated:
            raise ImpossibleAction("this account is deleted")
        if person.is_blocked:
            self.unblock(person, {})
        if not person.has_started:
            person.has_started = True
            self._world.store_person(person)
        return self._post(person, self._read_text({"text": f"/start {payload}"}), {})

    def say(self, person: Person, values: Json) -> Json:
        """Write a text."""
        return self._post(person, self._read_text(values), values)

    def tap(self, person: Person, values: Json) -> Json:
        """Tap an inline button, named by its row and column or by its label."""
        self._check_can_write(person)
        message = self._find(person, values.get("message_id"))
        rows = message.body.get("reply_markup", {}).get("inline_keyboard", [])
        button = find_button(rows, values)
        if "callback_data" not in button:
            return {"button": button}
        query = self._world.open_query(person, message, button)
        shown = {key: value for key, value in message.body.items() if key != "reply_to_message"}
        tap = tap_of(person, shown, query.id, button["callback_data"])
        self._world.updates.add("callback_query", tap)
        self._world.events.publish("tap", person.id, query_id=query.id, message_id=message.id)
        return {"query_id": query.id}

    def press(self, person: Person, values: Json) -> Json:
        """Press a button of the reply keyboard."""
        keyboard = person.keyboard or {}
        if keyboard.get("kind") != "reply_keyboard":
            raise ImpossibleAction("there is no reply keyboard in this chat")
        button = find_button(keyboard["keyboard"], values)
        if keyboard.get("one_time_keyboard"):
            person.keyboard = None
            self._world.store_person(person)
        if button.get("request_contact"):
            return self.send_contact(person, {"own": True})
        if button.get("request_location"):
            return self.send_location(person, {})
        return self._post(person, self._read_text({"text": button["text"]}), {})

    def send_file(self, person: Person, values: Json) -> Json:
        """Send a document, a photo or a voice message."""
        self._check_can_write(person)
        upload: Upload = values["upload"]
        kind = values.get("kind", "document")
        folder = {"photo": "photos", "voice": "voice"}.get(kind, "documents")
        facts = self._world.add_file(upload.name, upload.mime, upload.content, folder)
        content: Json
        if kind == "photo":
            content = show_photo(self._world, facts)
        elif kind == "voice":
            content = show_voice(facts, int(values.get("duration") or 3))
        else:
            content = show_document(facts)
        if values.get("caption"):
            rich = self._read_text({"text": values["caption"]})
            content["caption"] = rich["text"]
            if "entities" in rich:
                content["caption_entities"] = rich["entities"]
        return self._post(person, content, values)

    def send_sticker(self, person: Person, values: Json) -> Json:
        """Send a sticker: an emoji drawn large."""
        self._check_can_write(person)
        emoji = str(values.get("emoji") or "👍")
        facts = self._world.add_file("sticker.webp", "image/webp", b"RIFF\0\0\0\0WEBP", "stickers")
        keys = ("file_id", "file_unique_id", "file_size")
        sticker: Json = {key: facts[key] for key in keys}
        sticker |= {"type": "regular", "width": 512, "height": 512, "emoji": emoji}
        sticker |= {"is_animated": False, "is_video": False}
        return self._post(person, {"sticker": sticker}, values)

    def send_contact(self, person: Person, values: Json) -> Json:
        """Send a contact: an invented number, the person's own unless another name is given."""
        contact: Json = {
            "phone_number": values.get("phone_number") or f"+7999{person.id}",
            "first_name": values.get("first_name") or person.first_name,
        }
        if not values.get("first_name"):
            contact["user_id"] = person.id
        return self._post(person, {"contact": contact}, values)

    def send_location(self, person: Person, values: Json) -> Json:
        """Send a place."""
        place = {
            "latitude": float(values.get("latitude", 55.75)),
            "longitude": float(values.get("longitude", 37.62)),
        }
        return self._post(person, {"location": place}, values)

    def edit(self, person: Person, values: Json) -> Json:
        """Edit an own text."""
        self._check_can_write(person)
        message = self._find(person, values.get("message_id"))
        if message.from_bot or "text" not in message.body or "forward_origin" in message.body:
            raise ImpossibleAction("only an own text can be edited")
        message.body.pop("entities", None)
        message.body.update(self._read_text(values), edit_date=int(self._world.clock.now()))
        self._world.touch(message)
        self._world.updates.add("edited_message", dict(message.body))
        return {"message_id": message.id}

    def forward(self, person: Person, values: Json) -> Json:
        """Forward a message of this chat into this chat."""
        source = self._find(person, values.get("message_id"))
        return self._post(person, forwarded_content(source), {})

    def delete_message(self, person: Person, values: Json) -> Json:
        """Delete a message; Telegram tells bots nothing of it."""
        message = self._find(person, values.get("message_id"))
        self._world.remove(person.id, message.id, by_bot=False)
        return {"message_id": message.id}

    def delete_chat(self, person: Person, values: Json) -> Json:
        """Clear the chat on the person's side; the bot's side keeps its messages."""
        messages = self._world.messages.get(person.id, {})
        person.hidden_up_to = max(messages, default=0)
        person.keyboard = None
        self._world.store_person(person)
        self._world.events.publish("cleared", person.id)
        return {}

    def block(self, person: Person, values: Json) -> Json:
        """Block the bot."""
        if not person.is_blocked:
            person.is_blocked = True
            self._tell_membership(person, "member", "kicked")
        return {}

    def unblock(self, person: Person, values: Json) -> Json:
        """Unblock the bot."""
        if person.is_blocked:
            person.is_blocked = False
            self._tell_membership(person, "kicked", "member")
        return {}

    def _tell_membership(self, person: Person, before: str, after: str) -> None:
        self._world.store_person(person)
        if not person.has_started:
            return

        def member(status: str) -> Json:
            return {
                "user": self._world.bot,
                "status": status,
                **({"until_date": 0} if status == "kicked" else {}),
            }

        self._world.updates.add(
            "my_chat_member",
            {
                "chat": person.chat(),
                "from": person.user(),
                "date": int(self._world.clock.now()),
                "old_chat_member": member(before),
                "new_chat_member": member(after),
            },
        )

    def deactivate(self, person: Person, values: Json) -> Json:
        """Delete the account; the bot learns of it by its next send."""
        person.is_deactivated = True
        self._world.store_person(person)
        return {}

    def read(self, person: Person, values: Json) -> Json:
        """Look at the dialogue: everything in it counts as read."""
        newest = max(self._world.messages.get(person.id, {}), default=0)
        if newest > person.read_up_to:
            person.read_up_to = newest
            self._world.store_person(person)
        return {}


def find_button(rows: list[list[Json]], values: Json) -> Json:
    """Give the button at a row and column, or with a label. Raises ImpossibleAction."""
    if "row" in values:
        try:
            return rows[int(values["row"])][int(values.get("column", 0))]
        except IndexError:
            raise ImpossibleAction("there is no such button any more") from None
    for row in rows:
        for button in row:
            if button["text"] == values.get("label"):
                return button
    raise ImpossibleAction("there is no such button any more")
