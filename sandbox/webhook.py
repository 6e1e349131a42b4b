"""Pushes updates to the bot's webhook: in order within a chat, again with growing pauses on failure."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.refusal import Json
from sandbox.world import World

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
ANSWER_SECONDS = 60.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


def find_chat(update: Json) -> int:
    """Give the chat of an update, within which order is kept."""
    for content in update.values():
        if isinstance(content, dict):
            for owner in (content.get("chat"), content.get("message", {}).get("chat"), content.get("from")):
                if owner:
                    return int(owner["id"])
    return 0


class Webhook:
    """One loop that hands out updates, one task for each chat under way."""

    def __init__(self, world: World, run_reply: Callable[[Json], Awaitable[None]]) -> None:
        self._world = world
        self._run_reply = run_reply
        self._busy: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with ClientSession(timeout=ClientTimeout(total=ANSWER_SECONDS)) as session:
            try:
                while True:
                    self._start_deliveries(session)
                    await self._world.updates.wait_for_arrival(1.0)
            finally:
                for task in self._busy.values():
                    task.cancel()
                await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _start_deliveries(self, session: ClientSession) -> None:
        webhook = self._world.settings.get("webhook")
        if webhook is None:
            return
        for update in self._world.updates.pending.values():
            if len(self._busy) >= webhook["max_connections"]:
                return
            chat_id = find_chat(update)
            if chat_id not in self._busy:
                task = asyncio.get_running_loop().create_task(self._deliver_chat(session, chat_id, update))
                self._busy[chat_id] = task

    async def _deliver_chat(self, session: ClientSession, chat_id: int, update: Json) -> None:
        pause = FIRST_PAUSE_SECONDS
        try:
            while not await self._deliver(session, update):
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                if "webhook" not in self._world.settings or (
                    update["update_id"] not in self._world.updates.pending
                ):
                    return
            if update in self._world.updates.repeats:
                self._world.updates.repeats.remove(update)
                await self._deliver(session, update)
            self._world.updates.confirm(update["update_id"])
        finally:
            self._busy.pop(chat_id, None)
            self._world.updates.wake()

    async def _deliver(self, session: ClientSession, update: Json) -> bool:
        """Post one update; say whether the bot took it."""
        webhook = self._world.settings.get("webhook")
        if webhook is None:
            return False
        headers = {SECRET_HEADER: webhook["secret_token"]} if webhook["secret_token"] else {}
        try:
            async with session.post(webhook["url"], json=update, headers=headers) as response:
                if response.ok:
                    await self._read_reply(await response.read(), response.content_type)
                    return True
                error = f"Wrong response from the webhook: {response.status} {response.reason}"
        except TimeoutError:
            error = "Read timeout expired"
        except (ClientError, OSError):
            error = "Connection refused"
        webhook["last_error_message"] = error
        webhook["last_error_date"] = int(self._world.clock.now())
        return False

    async def _read_reply(self, body: bytes, content_type: str) -> None:
        """Run the call that the bot put into its answer, if there is one."""
        if content_type != "application/json" or not body:
            return
        try:
            reply = json_object(body)
        except ValueError:
            return
        if "method" in reply:
            await self._run_reply(reply)


def json_object(body: bytes) -> Json:
    """Read a JSON object. Raises ValueError for anything else."""
    value = json.loads(body)
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the text is wrong, not a type of ours
    return value
