"""The sandbox's own HTTP interface: people and their actions, clock, faults, limits, record, live events."""

# ruff: noqa: ARG002 - aiohttp calls every handler with the request

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from sandbox.actions import Actions, ImpossibleAction
from sandbox.client import SandboxClient
from sandbox.clock import read_moment, write_moment
from sandbox.contract import Upload
from sandbox.faults import Faults
from sandbox.filling import MARKS, CannotFill, fill_in
from sandbox.limits import Limits
from sandbox.methods.profile import find_commands, read_stored_text
from sandbox.record import Record
from sandbox.refusal import Json
from sandbox.world import Person, World

HEARTBEAT_SECONDS = 15.0
LONGEST_WAIT_SECONDS = 25.0
FILL_PATIENCE_SECONDS = 20.0  # for one answer of the bot
LANGUAGES = ("ru", "en")
LOOPBACK_NAMES = {"127.0.0.1", "localhost", "::1"}
PERSON_FIELDS = ("last_name", "username", "note", "start_payload", "language_code")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def refuse_request(status: int, words: str) -> web.Response:
    """Answer a wrong request with a sentence."""
    return web.json_response({"error": words}, status=status)


def is_foreign(request: web.Request) -> bool:
    """Say whether a page of another origin asks, or a foreign name was made to point at this machine."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        return True
    bound = request.transport.get_extra_info("sockname")[0] if request.transport else ""
    is_local = str(bound).startswith("127.") or bound == "::1"
    return is_local and request.url.host not in LOOPBACK_NAMES


def read_language(request: web.Request) -> str | None:
    """The language of the page that asks; None for a caller without one."""
    code = request.headers.get("Accept-Language", "")[:2].lower()
    return code if code in LANGUAGES else None


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep pages of other origins out, and turn errors of a request into sentences."""
    is_own = request.path.startswith(("/sandbox", "/clock"))
    if is_own and is_foreign(request):
        return refuse_request(403, "this page may not drive the sandbox")
    if not is_own:
        return await handler(request)
    try:
        return await handler(request)
    except ImpossibleAction as impossible:
        return refuse_request(409, str(impossible))
    except (KeyError, TypeError, ValueError) as error:
        return refuse_request(400, f"{type(error).__name__}: {error}")


class Controls:
    """Handlers of everything but the Bot API."""

    def __init__(self, world: World, faults: Faults, limits: Limits, record: Record, config: Json) -> None:
        self._world = world
        self._faults = faults
        self._limits = limits
        self._record = record
        self._config = config
        self._actions = Actions(world)
        self._filling: set[int] = set()
        self._closing = asyncio.Event()

    def add_routes(self, app: web.Application) -> None:
        """Add all addresses."""
        app.add_routes(
            [
                web.get("/sandbox/config", self.show_config),
                web.get("/sandbox/people", self.list_people),
                web.post("/sandbox/people", self.add_person),
                web.get("/sandbox/people/{person}", self.show_person),
                web.get("/sandbox/people/{person}/events", self.wait_for_events),
                web.post("/sandbox/people/{person}/fill_in", self.fill_in),
                web.post("/sandbox/people/{person}/{action}", self.act),
                web.get("/sandbox/files/{file_id}", self.send_file),
                web.get("/sandbox/record", self.show_record),
                web.get("/sandbox/faults", self.show_faults),
                web.post("/sandbox/faults", self.add_fault),
                web.delete("/sandbox/faults", self.clear_faults),
                web.post("/sandbox/limits", self.switch_limits),
                web.get("/sandbox/events", self.stream_events),
                web.get("/clock", self.show_clock),
                web.post("/clock/skip", self.skip_clock),
                web.post("/clock/next", self.set_next_notice),
            ]
        )

    def close(self) -> None:
        """End the open streams: the server stops."""
        self._closing.set()
        self._world.clock.release()
        self._world.events.publish("closing")

    def _find_person(self, request: web.Request) -> Person:
        """Give a person by id or by key. Raises 404."""
        wanted = request.match_info["person"]
        for person in self._world.people.values():
            if wanted in (person.key, str(person.id)):
                return person
        raise web.HTTPNotFound(text='{"error": "there is no such person"}', content_type="application/json")

    def _summarise(self, person: Person) -> Json:
        """Give what the list of people shows."""
        messages = self._world.show_messages(person)
        unread = sum(1 for message in messages if message.from_bot and message.id > person.read_up_to)
        last = max(messages, key=lambda message: message.id, default=None)
        return {**person.dump(), "unread": unread, "last": None if last is None else last.dump()}

    async def show_config(self, request: web.Request) -> web.Response:
        """Answer what the page needs to know of this sandbox."""
        return web.json_response(
            {
                **self._config,
                "bot": self._world.bot,
                "clock": self._world.clock.report(),
                "limits": self._limits.is_on,
                "faults": self._faults.report(),
                "number": self._world.events.number,
                "calls": self._record.number,
                "questionnaire_marks": MARKS,
            }
        )

    async def list_people(self, request: web.Request) -> web.Response:
        """Answer all people with their last line and unread count."""
        people = [self._summarise(person) for person in self._world.people.values()]
        return web.json_response(people)

    async def add_person(self, request: web.Request) -> web.Response:
        """Add a person, or refresh the one with this key."""
        body = await request.json()
        first_name = str(body["first_name"]).strip()
        if not first_name:
            raise ValueError("a person needs a first name")
        facts = {name: body.get(name) for name in PERSON_FIELDS}
        person = self._world.add_person(body.get("key"), first_name[:64], **facts)
        return web.json_response(self._summarise(person))

    async def show_person(self, request: web.Request) -> web.Response:
        """Answer one person's whole dialogue."""
        person = self._find_person(request)
        language = read_language(request) or person.language_code
        button = self._world.settings.get(f"menu_button:{person.id}") or self._world.settings.get(
            "menu_button:"
        )
        return web.json_response(
            {
                "person": self._summarise(person),
                "messages": [message.dump() for message in self._world.show_messages(person)],
                "commands": find_commands(self._world, person.id, language),
                "menu_button": button,
                "description": read_stored_text(self._world, "description", {"language_code": language})[
                    "description"
                ],
                "open_queries": [
                    {"query_id": query.id, "message_id": query.message_id, "label": query.button}
                    for query in self._world.queries.values()
                    if query.person_id == person.id
                ],
                "number": self._world.events.number,
            }
        )

    async def wait_for_events(self, request: web.Request) -> web.Response:
        """Answer what happened in this chat after an event's number, waiting for the first."""
        person = self._find_person(request)
        after = int(request.query.get("after", "0"))
        seconds = min(float(request.query.get("seconds", "0")), LONGEST_WAIT_SECONDS)
        return web.json_response(await self._world.events.wait(person.id, after, seconds))

    async def act(self, request: web.Request) -> web.Response:
        """Do something as this person, whose app speaks the language of the page that asks."""
        person = self._find_person(request)
        self._follow_language(person, request)
        values: Json
        if request.content_type == "multipart/form-data":
            form = await request.post()
            values = {name: value for name, value in form.items() if isinstance(value, str)}
            given = form["file"]
            if not isinstance(given, web.FileField):
                raise ValueError("the file is missing")
            values["upload"] = Upload(unquote(given.filename), given.content_type, given.file.read())
        else:
            values = await request.json() if request.body_exists else {}
        before = self._world.events.number
        done = self._actions.perform(person, request.match_info["action"], values)
        return web.json_response({"number": before, **done})

    async def fill_in(self, request: web.Request) -> web.Response:
        """Answer the open questionnaire in the person's name; a refusal says where it does not go on."""
        person = self._find_person(request)
        self._follow_language(person, request)
        if person.id in self._filling:
            return refuse_request(409, "this questionnaire is being filled in already")
        self._filling.add(person.id)
        try:
            async with SandboxClient(f"http://{request.host}", timeout=FILL_PATIENCE_SECONDS) as client:
                count = await fill_in(client.of(person.dump()), person.language_code)
        except CannotFill as fault:
            return refuse_request(409, str(fault))
        except AssertionError:
            return refuse_request(409, "the bot does not answer: press again in a moment")
        finally:
            self._filling.discard(person.id)
        return web.json_response({"answers": count})

    def _follow_language(self, person: Person, request: web.Request) -> None:
        language = read_language(request)
        if language is not None and language != person.language_code:
            person.language_code = language
            self._world.store_person(person)

    async def send_file(self, request: web.Request) -> web.StreamResponse:
        """Give a file to the page: pictures and sound in place, everything else as a download."""
        facts = self._world.files.get(request.match_info["file_id"])
        content = None if facts is None else self._world.store.read_content(facts["file_id"])
        if facts is None or content is None:
            return refuse_request(404, "there is no such file")
        is_shown = facts["mime_type"] in {"image/png", "image/jpeg", "image/gif", "image/webp"}
        is_shown = is_shown or facts["mime_type"].startswith("audio/")
        response = web.Response(body=content, content_type=facts["mime_type"].partition(";")[0])
        response.headers["Content-Disposition"] = "inline" if is_shown else "attachment"
        response.headers["Cache-Control"] = "private, max-age=86400"
        return response

    async def show_record(self, request: web.Request) -> web.Response:
        """Answer the record of calls."""
        found = self._record.find(
            int(request.query.get("after", "0")),
            request.query.get("method"),
            int(request.query.get("limit", "0")),
        )
        return web.json_response(found)

    async def show_faults(self, request: web.Request) -> web.Response:
        """Answer the planned faults and the switch of the limits."""
        return web.json_response({"faults": self._faults.report(), "limits": self._limits.is_on})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Plan a fault."""
        body = await request.json()
        seconds = body.get("seconds")
        self._faults.add(
            str(body["kind"]),
            str(body.get("method") or "*"),
            int(body.get("times", 1)),
            None if seconds is None else float(seconds),
        )
        return await self.show_faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Call the planned faults off."""
        self._faults.clear()
        return await self.show_faults(request)

    async def switch_limits(self, request: web.Request) -> web.Response:
        """Switch the sending limits."""
        body = await request.json()
        self._limits.is_on = bool(body["on"])
        return await self.show_faults(request)

    async def show_clock(self, request: web.Request) -> web.Response:
        """Answer the clock, at once or when its version passes `after`."""
        if "after" not in request.query:
            return web.json_response(self._world.clock.report())
        subscriber = request.query.get("subscriber") or str(request.remote)
        report = await self._world.clock.follow(int(request.query["after"]), subscriber)
        return web.json_response(report)

    async def skip_clock(self, request: web.Request) -> web.Response:
        """Move the clock forward and wait for its followers."""
        body: Json = await request.json()
        clock = self._world.clock
        if body.get("to_next_notice"):
            if clock.next_notice is None:
                return refuse_request(409, "no notice is planned")
            seconds = max(0.0, clock.next_notice - clock.now())
        elif "to" in body:
            seconds = read_moment(str(body["to"])) - clock.now()
        else:
            seconds = float(body["seconds"])
        report = await clock.skip(seconds)
        self._world.events.publish("clock", clock=report)
        return web.json_response(report)

    async def set_next_notice(self, request: web.Request) -> web.Response:
        """Take the bot's announcement of its next planned notice."""
        body: Json = await request.json()
        at: Any = body.get("at")
        clock = self._world.clock
        planned = None if at is None else read_moment(str(at))
        if planned != clock.next_notice:
            clock.next_notice = planned
            self._world.events.publish("clock", clock=clock.report())
        return web.json_response({"at": None if planned is None else write_moment(planned)})

    async def stream_events(self, request: web.Request) -> web.StreamResponse:
        """Stream everything that happens, as server-sent events."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        queue = self._world.events.listen()
        try:
            hello = {"number": self._world.events.number, "kind": "hello"}
            await response.write(f"data: {json.dumps(hello)}\n\n".encode())
            while not self._closing.is_set():
                try:
                    event = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                await response.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
        except ConnectionError:
            pass
        finally:
            self._world.events.forget(queue)
        return response
