"""The people, their dialogues with the bot, files and callback queries: everything the sandbox knows."""

import mimetypes
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.events import Events
from sandbox.refusal import Json, bad_request, forbidden
from sandbox.store import Store
from sandbox.updates import Updates

FIRST_PERSON_ID = 5_000_001
QUERY_SECONDS = 15.0


@dataclass
class Person:
    """Somebody who may talk with the bot; the private chat has the same id."""

    id: int
    key: str
    first_name: str
    last_name: str | None = None
    username: str | None = None
    note: str | dict[str, str] | None = None  # in one language, or in each
    start_payload: str | None = None
    language_code: str = "ru"
    has_started: bool = False
    is_blocked: bool = False
    is_deactivated: bool = False
    read_up_to: int = 0
    hidden_up_to: int = 0
    keyboard: Json | None = None
    pinned: list[int] = field(default_factory=list)

    def dump(self) -> Json:
        """Give everything, for the state file and for the page."""
        return asdict(self)

    def user(self) -> Json:
        """Give the Bot API's User."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        user["language_code"] = self.language_code
        return user

    def chat(self) -> Json:
        """Give the Bot API's Chat."""
        chat = {key: value for key, value in self.user().items() if key not in {"is_bot", "language_code"}}
        return {**chat, "type": "private"}


def bot_user(bot_id: int) -> Json:
    """Give the Bot API's User of the bot itself."""
    return {
        "id": bot_id,
        "is_bot": True,
        "first_name": "Наставник",
        "username": "nastavnik_sandbox_bot",
    }


def tap_of(person: Person, message: Json, query_id: str, data: str) -> Json:
    """Give the Bot API's CallbackQuery of a button under a message."""
    return {
        "id": query_id,
        "from": person.user(),
        "message": message,
        "chat_instance": str(-(person.id << 16)),
        "data": data,
    }


@dataclass
class StoredMessage:
    """A message as the Bot API shows it, and what only the page needs beside it."""

    body: Json
    from_bot: bool
    keyboard: Json | None = None
    is_silent: bool = False

    @property
    def id(self) -> int:
        """Give the message's id, unique over all chats of the bot."""
        return int(self.body["message_id"])

    def dump(self) -> Json:
        """Give everything, for the state file and for the page."""
        beside = {"from_bot": self.from_bot, "keyboard": self.keyboard, "is_silent": self.is_silent}
        return {**self.body, **beside}


@dataclass
class CallbackQuery:
    """A tap that waits for its answer."""

    id: str
    person_id: int
    message_id: int
    at: float
    button: str

    def dump(self) -> Json:
        """Give everything, for the state file."""
        return asdict(self)


class World:
    """All state, in memory, remembered by the store."""

    def __init__(self, bot_id: int, store: Store, clock: SandboxClock, events: Events) -> None:
        self.store = store
        self.clock = clock
        self.events = events
        self.updates = Updates(store)
        self.bot = bot_user(bot_id)
        self.people: dict[int, Person] = {}
        self.messages: dict[int, dict[int, StoredMessage]] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self.files: dict[str, Json] = {}
        self.settings: dict[str, Json] = {}
        self._load()

    def _load(self) -> None:
        for _, value in self.store.load("person"):
            person = Person(**value)
            self.people[person.id] = person
        for _, value in self.store.load("message"):
            message = StoredMessage(
                value, value.pop("from_bot"), value.pop("keyboard"), value.pop("is_silent")
            )
            self.messages.setdefault(message.body["chat"]["id"], {})[message.id] = message
        for _, value in self.store.load("query"):
            query = CallbackQuery(**value)
            if self.clock.now() - query.at <= QUERY_SECONDS:
                self.queries[query.id] = query
            else:
                self.store.drop("query", query.id)
        self.files = {value["file_id"]: value for _, value in self.store.load("file")}
        self.settings = dict(self.store.load("setting"))

    def store_person(self, person: Person) -> None:
        """Remember a person after a change and tell the page."""
        self.people[person.id] = person
        self.store.put("person", person.id, person.dump)
        self.events.publish("person", person.id)

    def store_setting(self, name: str, value: Json) -> None:
        """Remember what a bot set about itself (commands, menu button, descriptions, webhook)."""
        self.settings[name] = value
        self.store.put("setting", name, lambda: value)

    def drop_setting(self, name: str) -> None:
        """Forget what a bot set about itself."""
        if self.settings.pop(name, None) is not None:
            self.store.drop("setting", name)

    def add_person(self, key: str | None, first_name: str, **facts: Any) -> Person:
        """Add a person, or give the one with this key and refresh what was named."""
        named = {name: value for name, value in facts.items() if value is not None}
        for person in self.people.values():
            if key is not None and person.key == key:
                person.first_name = first_name
                for name, value in named.items():
                    setattr(person, name, value)
                self.store_person(person)
                return person
        person_id = self.store.take_number("person", FIRST_PERSON_ID)
        person = Person(person_id, key or f"person{person_id}", first_name, **named)
        self.store_person(person)
        return person

    def find_person(self, chat_id: Any) -> Person:
        """Give the person of a chat. Raises "chat not found" for one who never pressed Start."""
        person = self.people.get(chat_id) if isinstance(chat_id, int) else None
        if person is None or not person.has_started:
            raise bad_request("chat not found")
        return person

    def find_reachable(self, chat_id: Any) -> Person:
        """Give a person to whom the bot may write. Raises 403 for one who blocked it or is gone."""
        person = self.find_person(chat_id)
        if person.is_deactivated:
            raise forbidden("user is deactivated")
        if person.is_blocked:
            raise forbidden("bot was blocked by the user")
        return person

    def post(
        self,
        person: Person,
        content: Json,
        *,
        from_bot: bool,
        keyboard: Json | None = None,
        is_silent: bool = False,
    ) -> StoredMessage:
        """Put a new message into a dialogue."""
        body: Json = {
            "message_id": self.store.take_number("message"),
            "from": self.bot if from_bot else person.user(),
            "chat": person.chat(),
            "date": int(self.clock.now()),
            **content,
        }
        message = StoredMessage(body, from_bot, keyboard, is_silent)
        self.messages.setdefault(person.id, {})[message.id] = message
        self.store.put("message", message.id, message.dump)
        if keyboard is not None:
            person.keyboard = (
                None if keyboard["kind"] == "remove_keyboard" else {**keyboard, "by": message.id}
            )
            self.store_person(person)
        self.events.publish(
            "message", person.id, message_id=message.id, from_bot=from_bot, body=message.dump()
        )
        return message

    def touch(self, message: StoredMessage) -> None:
        """Remember a message after an edit and tell the page."""
        chat_id = message.body["chat"]["id"]
        self.store.put("message", message.id, message.dump)
        self.events.publish(
            "edit", chat_id, message_id=message.id, from_bot=message.from_bot, body=message.dump()
        )

    def find_message(self, chat_id: int, message_id: Any) -> StoredMessage | None:
        """Give a message that is still in the dialogue."""
        return self.messages.get(chat_id, {}).get(message_id)

    def show_messages(self, person: Person) -> list[StoredMessage]:
        """Give the dialogue as the person sees it: without what a deleted chat took away."""
        return [
            message
            for message in self.messages.get(person.id, {}).values()
            if message.id > person.hidden_up_to
        ]

    def remove(self, chat_id: int, message_id: int, *, by_bot: bool = True) -> None:
        """Take a message out of a dialogue."""
        if self.messages.get(chat_id, {}).pop(message_id, None) is not None:
            self.store.drop("message", message_id)
            self.events.publish("delete", chat_id, message_id=message_id, from_bot=by_bot)

    def open_query(self, person: Person, message: StoredMessage, button: Json) -> CallbackQuery:
        """Open the callback query of a tap."""
        for query in [query for query in self.queries.values() if self.is_too_old(query)]:
            self.close_query(query)
        number = self.store.take_number("query", 1 + secrets.randbelow(1000))
        query_id = str((person.id << 32) + number)
        query = CallbackQuery(query_id, person.id, message.id, self.clock.now(), button["text"])
        self.queries[query.id] = query
        self.store.put("query", query.id, query.dump)
        return query

    def is_too_old(self, query: CallbackQuery) -> bool:
        """Say whether Telegram would no longer take an answer."""
        return self.clock.now() - query.at > QUERY_SECONDS

    def close_query(self, query: CallbackQuery) -> None:
        """Take a query away: answered, or too old."""
        self.queries.pop(query.id, None)
        self.store.drop("query", query.id)

    def add_file(self, name: str, mime: str | None, content: bytes, folder: str) -> Json:
        """Keep a file's bytes; give what every file object of the Bot API has, and its name and type."""
        file_id = secrets.token_urlsafe(24)
        mime = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        suffix = "." + name.rpartition(".")[2] if "." in name else mimetypes.guess_extension(mime) or ""
        facts: Json = {
            "file_id": file_id,
            "file_unique_id": secrets.token_urlsafe(8),
            "file_size": len(content),
            "file_path": f"{folder}/file_{len(self.files)}{suffix}",
            "file_name": name,
            "mime_type": mime,
        }
        self.files[file_id] = facts
        self.store.put("file", file_id, lambda: facts)
        self.store.store_content(file_id, content)
        return facts
