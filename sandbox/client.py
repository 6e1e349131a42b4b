"""Drives a sandbox over HTTP, in this process or another: people who talk with the bot, clock, faults."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, FormData

from sandbox.refusal import Json
from sandbox.screen import Screen, SeenMessage, choose_label, read_message, read_screen

QUIET_SECONDS = 0.05
TAP_QUIET_SECONDS = 1.5  # a busy machine answers the callback long before it edits the message
DEFAULT_TIMEOUT = 10.0
AtWork = Callable[[int], Awaitable[bool]]
"""Asks the bot whether it still works on what came from a chat: then silence there is no answer yet."""
SMALLEST_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


class SandboxError(AssertionError):
    """The sandbox refused a request of the test: the text is its sentence."""


class SandboxClient:
    """An open connection to a sandbox."""

    def __init__(
        self, base_url: str, *, timeout: float = DEFAULT_TIMEOUT, is_at_work: AtWork | None = None
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self.is_at_work = is_at_work

    async def __aenter__(self) -> Self:
        """Open the connection."""
        self._session = ClientSession(timeout=ClientTimeout(total=70))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        await self._session.close()

    async def ask(self, method: str, path: str, **arguments: Any) -> Any:
        """Make a request. Raises SandboxError with the sandbox's sentence."""
        async with self._session.request(method, self.base_url + path, **arguments) as response:
            body = await response.text()
            if not response.ok:
                raise SandboxError(f"{method} {path}: {response.status} {body}")
            return json.loads(body)

    async def person(
        self,
        first_name: str,
        *,
        key: str | None = None,
        last_name: str | None = None,
        username: str | None = None,
        start_payload: str | None = None,
        note: str | dict[str, str] | None = None,
        language_code: str | None = None,
    ) -> "Person":
        """Add a person; the same key gives the same person again."""
        facts = {
            "first_name": first_name,
            "key": key,
            "last_name": last_name,
            "username": username,
            "start_payload": start_payload,
            "note": note,
            "language_code": language_code,
        }
        return Person(self, await self.ask("POST", "/sandbox/people", json=facts))

    def of(self, facts: Json) -> "Person":
        """Give somebody whose facts are known."""
        return Person(self, facts)

    async def people(self) -> list["Person"]:
        """Give everybody."""
        return [Person(self, facts) for facts in await self.ask("GET", "/sandbox/people")]

    async def now(self) -> datetime:
        """Give the sandbox's time, in UTC."""
        return datetime.fromisoformat((await self.ask("GET", "/clock"))["now"])

    async def skip(
        self,
        *,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        days: float = 0,
        to: datetime | None = None,
        to_next_notice: bool = False,
    ) -> datetime:
        """Move the clock forward; give the new time once the clock's followers know of it."""
        body: Json
        if to_next_notice:
            body = {"to_next_notice": True}
        elif to is not None:
            body = {"to": to.isoformat()}
        else:
            body = {"seconds": seconds + minutes * 60 + hours * 3600 + days * 86400}
        return datetime.fromisoformat((await self.ask("POST", "/clock/skip", json=body))["now"])

    async def next_notice(self) -> datetime | None:
        """Give when the bot said that its next notice is due."""
        at = (await self.ask("GET", "/clock"))["next"]
        return None if at is None else datetime.fromisoformat(at)

    async def record(self, method: str | None = None, *, after: int = 0) -> list[Json]:
        """Give the calls that the bot made, oldest first."""
        query = {"after": str(after), **({"method": method} if method else {})}
        found: list[Json] = await self.ask("GET", "/sandbox/record", params=query)
        return found

    async def fault(
        self, *, kind: str, method: str = "*", times: int = 1, seconds: float | None = None
    ) -> None:
        """Let the next calls fail: 429, 500, 502, timeout, delay, reset_before, reset_after, or let
        updates come twice or late: duplicate_update, delay_update.
        """
        body = {"kind": kind, "method": method, "times": times, "seconds": seconds}
        await self.ask("POST", "/sandbox/faults", json=body)

    async def clear_faults(self) -> None:
        """Call planned faults off."""
        await self.ask("DELETE", "/sandbox/faults")

    async def limit(self, *, on: bool) -> None:
        """Switch Telegram's sending limits."""
        await self.ask("POST", "/sandbox/limits", json={"on": on})


class Person:
    """Somebody in Telegram. Actions wait until the bot has visibly answered in this chat, then for
    a moment of quiet; `wait=False` returns at once. Without an answer in time: AssertionError with the
    dialogue so far.
    """

    def __init__(self, client: SandboxClient, facts: Json) -> None:
        self._client = client
        self.id = int(facts["id"])
        self.key = str(facts["key"])
        self.first_name = str(facts["first_name"])
        self._path = f"/sandbox/people/{self.id}"

    async def start(self, payload: str | None = None, *, wait: bool = True) -> Screen:
        """Press Start, with the invitation kept for the first time unless another payload is named."""
        return await self._do("start", {"payload": payload}, wait=wait)

    async def say(self, text: str, *, reply_to: int | None = None, wait: bool = True) -> Screen:
        """Write a text."""
        return await self._do("say", {"text": text, "reply_to": reply_to}, wait=wait)

    async def tap(self, label: str, *, message_id: int | None = None, wait: bool = True) -> Screen:
        """Tap the button in the newest message that has it, else press it on the reply keyboard.

        An exact label, else the only one that begins with or contains the text.
        Raises AssertionError with the labels on the screen when there is none.
        """
        view = await self._view()
        messages = [read_message(dump) for dump in view["messages"]]
        found_any = []
        for message in sorted(messages, key=lambda message: -message.message_id):
            if message_id is not None and message.message_id != message_id:
                continue
            chosen = choose_label(label, message.labels)
            found_any += message.labels
            if chosen is not None:
                values = {"message_id": message.message_id, **find_place(message, chosen)}
                return await self._do("tap", values, wait=wait)
        screen = read_screen(messages, view["person"]["keyboard"])
        on_keyboard = choose_label(label, [name for row in screen.keyboard for name in row])
        if on_keyboard is not None and message_id is None:
            return await self._do("press", {"label": on_keyboard}, wait=wait)
        raise AssertionError(
            f"{self.first_name} sees no button {label!r}; on the screen: {screen.labels}\n\n{screen}\n"
        )

    async def send_document(
        self, name: str, content: bytes, *, caption: str = "", wait: bool = True
    ) -> Screen:
        """Send a file."""
        return await self._send_file("document", name, content, caption, wait=wait)

    async def send_photo(
        self, name: str = "photo.png", content: bytes = SMALLEST_PNG, *, caption: str = "", wait: bool = True
    ) -> Screen:
        """Send a photo."""
        return await self._send_file("photo", name, content, caption, wait=wait)

    async def send_voice(
        self, name: str = "voice.ogg", content: bytes = b"OggS\x00\x02", *, wait: bool = True
    ) -> Screen:
        """Send a voice message."""
        return await self._send_file("voice", name, content, "", wait=wait)

    async def send_sticker(self, emoji: str = "👍", *, wait: bool = True) -> Screen:
        """Send a sticker."""
        return await self._do("send_sticker", {"emoji": emoji}, wait=wait)

    async def send_contact(
        self, first_name: str | None = None, phone_number: str | None = None, *, wait: bool = True
    ) -> Screen:
        """Send a contact, the own one unless another name is given."""
        values = {"first_name": first_name, "phone_number": phone_number}
        return await self._do("send_contact", values, wait=wait)

    async def send_location(self, *, wait: bool = True) -> Screen:
        """Send a place."""
        return await self._do("send_location", {}, wait=wait)

    async def forward(self, message_id: int, *, wait: bool = True) -> Screen:
        """Forward a message of this chat into this chat."""
        return await self._do("forward", {"message_id": message_id}, wait=wait)

    async def edit(self, message_id: int, text: str, *, wait: bool = True) -> Screen:
        """Edit an own message."""
        return await self._do("edit", {"message_id": message_id, "text": text}, wait=wait)

    async def delete(self, message_id: int) -> None:
        """Delete a message; the bot never hears of it."""
        await self._do("delete_message", {"message_id": message_id}, wait=False)

    async def delete_chat(self) -> None:
        """Clear the chat on this side."""
        await self._do("delete_chat", {}, wait=False)

    async def block(self) -> None:
        """Block the bot."""
        await self._do("block", {}, wait=False)

    async def unblock(self) -> None:
        """Unblock the bot."""
        await self._do("unblock", {}, wait=False)

    async def deactivate(self) -> None:
        """Delete the account."""
        await self._do("deactivate", {}, wait=False)

    async def screen(self) -> Screen:
        """Give the bot's last message still in the chat with its buttons."""
        view = await self._view()
        return read_screen([read_message(dump) for dump in view["messages"]], view["person"]["keyboard"])

    async def messages(self) -> list[SeenMessage]:
        """Give the whole dialogue."""
        return [read_message(dump) for dump in (await self._view())["messages"]]

    async def commands(self) -> list[str]:
        """Give the commands in this person's menu."""
        return [command["command"] for command in (await self._view())["commands"]]

    async def toast(self) -> str:
        """Give the text of the last answer to a tap, "" for an answer without words."""
        events: list[Json] = await self._client.ask("GET", f"{self._path}/events")
        answers = [event["text"] for event in events if event["kind"] == "callback_answer"]
        return str(answers[-1]) if answers else ""

    async def expect(self, text: str, *, timeout: float | None = None) -> Screen:  # noqa: ASYNC109 - a long poll inside
        """Wait until the newest screen contains a text. Raises AssertionError with the dialogue."""
        timeout = self._client.timeout if timeout is None else timeout
        deadline = time.monotonic() + timeout
        while True:
            view = await self._view()
            messages = [read_message(dump) for dump in view["messages"]]
            screen = read_screen(messages, view["person"]["keyboard"])
            if text in screen.text:
                return screen
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(
                    f"{self.first_name} did not see {text!r} in {timeout:g} s\n\n{write_transcript(messages)}"
                )
            await self._wait_for_events(view["number"], left)

    async def transcript(self) -> str:
        """Give the dialogue as readable text."""
        return write_transcript(await self.messages())

    async def _view(self) -> Json:
        view: Json = await self._client.ask("GET", self._path)
        return view

    async def _send_file(self, kind: str, name: str, content: bytes, caption: str, *, wait: bool) -> Screen:
        form = FormData()
        form.add_field("kind", kind)
        form.add_field("caption", caption)
        form.add_field("file", BytesIO(content), filename=name)
        done = await self._client.ask("POST", f"{self._path}/send_file", data=form)
        return await self._settle(done, "send_file", wait=wait)

    async def _do(self, action: str, values: Json, *, wait: bool) -> Screen:
        done = await self._client.ask("POST", f"{self._path}/{action}", json=values)
        return await self._settle(done, action, wait=wait)

    async def _wait_for_events(self, after: int, seconds: float) -> list[Json]:
        query = {"after": str(after), "seconds": f"{min(seconds, 20):.3f}"}
        events: list[Json] = await self._client.ask("GET", f"{self._path}/events", params=query)
        return events

    async def _is_at_work(self) -> bool:
        return self._client.is_at_work is not None and await self._client.is_at_work(self.id)

    async def _settle(self, done: Json, action: str, *, wait: bool) -> Screen:
        """Wait for the bot's visible answer to an action and a moment of quiet."""
        query_id = done.get("query_id")
        if not wait or (action == "tap" and query_id is None):
            return await self.screen()
        after = int(done["number"])
        deadline = time.monotonic() + self._client.timeout
        has_changed = is_answered = False
        while True:
            is_settled = has_changed and (query_id is None or is_answered)
            if is_settled:
                patience = QUIET_SECONDS
            elif is_answered:
                patience = TAP_QUIET_SECONDS if self._client.is_at_work is None else QUIET_SECONDS
            else:
                patience = deadline - time.monotonic()
            if patience <= 0:
                messages = write_transcript(await self.messages())
                raise AssertionError(
                    f"the bot did not answer {self.first_name}'s {action} in"
                    f" {self._client.timeout:g} s\n\n{messages}"
                )
            events = await self._wait_for_events(after, patience)
            if not events and (is_settled or is_answered):
                if time.monotonic() < deadline and await self._is_at_work():
                    continue
                return await self.screen()
            for event in events:
                after = event["number"]
                is_by_bot = event.get("from_bot", False)
                has_changed = has_changed or (is_by_bot and event["kind"] in {"message", "edit", "delete"})
                is_answered = is_answered or (
                    (query_id is not None and event.get("query_id") == query_id)
                    and event["kind"] == "callback_answer"
                )


def find_place(message: SeenMessage, label: str) -> Json:
    """Give the row and column of a label."""
    for number, row in enumerate(message.rows):
        if label in row:
            return {"row": number, "column": row.index(label)}
    raise AssertionError(f"no button {label!r} in {message}")


def write_transcript(messages: list[SeenMessage]) -> str:
    """Write a dialogue as readable text."""
    return "\n".join(str(message) for message in messages) or "(the dialogue is empty)"


async def wait_for_sandbox(base_url: str, seconds: float = DEFAULT_TIMEOUT) -> None:
    """Wait until a sandbox in another process answers. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    async with SandboxClient(base_url) as client:
        while True:
            try:
                await client.now()
            except OSError as error:
                if time.monotonic() > deadline:
                    raise AssertionError(f"no sandbox at {base_url}") from error
                await asyncio.sleep(0.05)
            else:
                return
