"""From `nastavnik bot` to its first answer, and what each process keeps in memory."""

import asyncio
import http.client
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from sqlalchemy import select

from bench.contestants import START_SECONDS, live_settings, wait_until_served
from bench.contestants import fill as fill_school
from bench.crowd import Crowd, NotAnswered
from bench.databases import empty_database
from bench.processes import Memory, Process, find_port
from bench.school import LOGIN, PASSWORD
from models.engine import Database
from models.jobs import Job, JobStatus
from models.people import Organization
from notices.language import load_translators
from sandbox.world import Person
from services.access.actors import Actor, ActorKind, Channel, Right
from services.documents.exports.requests import enqueue_export
from services.documents.exports.tables import Filters

STARTS = 3
LOADED_SECONDS = 5.0
PAGES = ("/", "/people/", "/pairs/", "/scores/", "/outbox/")
VISITS = 25


@dataclass(frozen=True, slots=True)
class MemoryFigures:
    process: str
    started: Memory
    loaded: Memory
    load: str


@dataclass(frozen=True, slots=True)
class StartFigures:
    first_reply: float
    memory: list[MemoryFigures]


async def measure_starting(folder: Path) -> StartFigures:
    with empty_database("sqlite", folder) as url:
        pupils = await asyncio.to_thread(fill_school, url)
        crowd = Crowd(pupils)
        replies = [await measure_first_reply(url, folder, place) for place in range(STARTS)]
        async with crowd.wire as wire:
            settings = live_settings(url, folder, wire.url)
            with Process("-m", "nastavnik", "bot", folder=folder, settings=settings) as process:
                await wait_until_served(crowd, process)
                await asyncio.sleep(2.0)
                started = process.read_memory()
                window = await crowd.work(100, LOADED_SECONDS)
                load = f"{len(window.waits)} taps of 100 people"
                bot = MemoryFigures("bot", started, process.read_memory(), load)
            panel = await asyncio.to_thread(measure_panel, url, folder, wire.url)
            worker = await asyncio.to_thread(measure_worker, url, folder, wire.url)
    return StartFigures(median(replies), [bot, panel, worker])


async def measure_first_reply(url: str, folder: Path, place: int) -> float:
    """Seconds from the start of the process to its answer to a /start that waits."""
    crowd = Crowd([])
    async with crowd.wire as wire:
        anna = Person(990_000 + place, "", "Анна")
        message = {
            "message_id": 1,
            "date": 1_790_000_000,
            "chat": anna.chat(),
            "from": anna.user(),
            "text": "/start",
            "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
        }
        wire.skip_numbers(1_000_000 * (place + 1))  # a number that came before is not worked again
        wire.push("message", message)
        settings = live_settings(url, folder, wire.url)
        with Process("-m", "nastavnik", "bot", folder=folder, settings=settings) as process:
            while not wire.calls["sendMessage"]:
                process.check_lives()
                if time.perf_counter() - process.began > START_SECONDS:
                    raise NotAnswered("no first reply")
                await asyncio.sleep(0.01)
            return time.perf_counter() - process.began


def measure_panel(url: str, folder: Path, api: str) -> MemoryFigures:
    port = find_port()
    settings = live_settings(url, folder, api) | {"NASTAVNIK_PANEL_PORT": str(port)}
    with Process("-m", "nastavnik", "panel", folder=folder, settings=settings) as process:
        wait_for_panel(process, port)
        started = process.read_memory()
        cookie = sign_in(port)
        for _ in range(VISITS):
            for page in PAGES:
                status = ask(port, "GET", page, cookie=cookie)[0]
                if status != http.HTTPStatus.OK:
                    raise NotAnswered(f"{page}: {status}")
        return MemoryFigures("panel", started, process.read_memory(), f"{VISITS * len(PAGES)} pages")


def wait_for_panel(process: Process, port: int) -> None:
    while True:
        process.check_lives()
        try:
            ask(port, "GET", "/healthz")
        except OSError as error:
            if time.perf_counter() - process.began > START_SECONDS:
                raise NotAnswered("the panel did not start") from error
            time.sleep(0.1)
        else:
            return


def ask(
    port: int, method: str, path: str, *, cookie: str = "", form: dict[str, str] | None = None
) -> tuple[int, str, str]:
    """The status, the page and the session's cookie of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Cookie": cookie} if cookie else {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        given = (answer.getheader("Set-Cookie") or cookie).partition(";")[0]
        return answer.status, page, given
    finally:
        connection.close()


def sign_in(port: int) -> str:
    """The cookie of a curator's session."""
    _, page, cookie = ask(port, "GET", "/sign-in")
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if found is None:
        raise NotAnswered("the panel's way in has no form")
    form = {"login": LOGIN, "password": PASSWORD, "csrf_token": found[1]}
    status, _, cookie = ask(port, "POST", "/sign-in", cookie=cookie, form=form)
    if status != http.HTTPStatus.FOUND:
        raise NotAnswered(f"the panel let nobody in: {status}")
    return cookie


def measure_worker(url: str, folder: Path, api: str) -> MemoryFigures:
    database = Database(url)
    settings = live_settings(url, folder, api)
    try:
        with Process("-m", "nastavnik", "worker", folder=folder, settings=settings) as process:
            time.sleep(1.0)
            wait_for_job(database, process, "csv")  # the first one also says that it has started
            started = process.read_memory()
            wait_for_job(database, process, "xlsx")
            return MemoryFigures("worker", started, process.read_memory(), "an export of 4,000 people (xlsx)")
    finally:
        database.close()


def wait_for_job(database: Database, process: Process, kind: str) -> None:
    """Ask for an export of all people and wait until it is made."""
    now = datetime.now(UTC)
    with database.writing() as session:
        organization_id = session.scalars(select(Organization.id)).one()
        curator = Actor(ActorKind.ACCOUNT, 1, organization_id, Channel.PANEL, frozenset(Right))
        job = enqueue_export(
            session,
            actor=curator,
            what="people",
            format=kind,
            filters=Filters(),
            t=load_translators()["ru"],
            key=kind,
            now=now,
        )
    while True:
        process.check_lives()
        with database.reading() as session:
            status = session.get_one(Job, job.id).status
        if status is JobStatus.DONE:
            return
        if status is JobStatus.FAILED or time.perf_counter() - process.began > START_SECONDS:
            raise NotAnswered(f"the worker's export is {status.value}")
        time.sleep(0.2)
