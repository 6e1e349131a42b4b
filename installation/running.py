"""`nastavnik run`: everything of one installation, checked, started in order and kept alive."""

import asyncio
import json
import logging
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import suppress

from installation import checks, faults
from installation.accounts import first_way_in
from installation.demo import DEMO_LOGIN, DemoPerson, prepare_demo
from installation.probes import panel_probe
from installation.processes import end_imports, open_clock
from installation.site import Site
from installation.supervision import Supervisor
from installation.words import describe_error
from notices.language import Translator, load_translators
from services.access.errors import N_
from services.programmes.packs import ResolvedPack

log = logging.getLogger(__name__)

START_SECONDS = 60  # for all of it to answer; a slow disk's first start takes some ten
NOTES = {
    "mentee": N_("demo mentee"),
    "mentor": N_("demo mentor"),
    "curator": N_("demo curator"),
}


def print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def warn(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def run(site: Site, t: Translator, pack: ResolvedPack) -> None:
    """Until Ctrl-C or SIGTERM. Raises a Fault; `pack` is the demo programme's."""
    with checks.lock(site.folder):
        bot = check_all(site, t)
        end_imports()
        asyncio.run(run_processes(site, t, pack, bot))


def starts_sandbox(site: Site) -> bool:
    """Without a token of any kind the sandbox is ours to start; with a sandbox's token it runs elsewhere."""
    return site.is_sandbox and site.settings.bot_token is None


def check_all(site: Site, t: Translator) -> str:
    """Raises the first Fault that would keep the processes from working; migrates. The bot's username."""
    settings = site.settings
    token = site.token()  # a live start without one is refused before anything else is tried
    checks.check_port(settings.panel_host, settings.panel_port, "NASTAVNIK_PANEL_PORT")
    if settings.updates == "webhook":
        checks.check_port(settings.webhook_host, settings.webhook_port, "NASTAVNIK_WEBHOOK_PORT")
    username = ""
    if starts_sandbox(site):
        checks.check_port("127.0.0.1", settings.sandbox_port, "NASTAVNIK_SANDBOX_PORT")
    else:
        try:
            username = str(checks.check_token(site).get("username", ""))
        except faults.TelegramUnreachable as fault:  # a school's line may be down: the bot keeps trying
            warn(describe_error(t, fault))
    log.info("The bot's number is %s", token.partition(":")[0])
    checks.migrate_site(site)
    return username


async def run_processes(site: Site, t: Translator, pack: ResolvedPack, username: str) -> None:
    async with Supervisor(warn) as supervisor:
        if starts_sandbox(site):
            supervisor.start("sandbox", is_last=True)
            if await is_answering(supervisor, f"{site.sandbox_url}/clock"):
                await asyncio.to_thread(prepare_sandbox, site, pack)
        if not supervisor.is_stopping:
            earlier = await asyncio.to_thread(count_calls, site)
            supervisor.start("bot")
            supervisor.start("panel")
            if await is_answering(supervisor, panel_probe(site, "healthz")) and await is_bot_listening(
                supervisor, site, earlier
            ):
                supervisor.start("worker")  # last: nobody waits for it, and the first start stays quick
                await asyncio.to_thread(announce, site, t, username)
        await supervisor.wait()
    if supervisor.fatal is not None:
        raise faults.ProcessEnded(name=supervisor.fatal)


async def is_answering(supervisor: Supervisor, address: str) -> bool:
    """Wait until the address answers anything at all; False when the end comes first."""
    return await _until(supervisor, lambda: _ask(address) is not None)


def count_calls(site: Site) -> int:
    """How many calls our own sandbox has seen in all its starts; it keeps their record."""
    if not starts_sandbox(site):
        return 0
    return int(json.loads(_ask(f"{site.sandbox_url}/sandbox/config") or b"{}").get("calls", 0))


async def is_bot_listening(supervisor: Supervisor, site: Site, earlier: int) -> bool:
    """In our own sandbox, wait for the bot's first call, so that the first "Start" is answered at once.

    `earlier` counts the calls of the starts before this one.
    """
    if not starts_sandbox(site):
        return not supervisor.is_stopping
    address = f"{site.sandbox_url}/sandbox/record?after={earlier}&limit=1"
    return await _until(supervisor, lambda: bool(json.loads(_ask(address) or b"[]")))


async def _until(supervisor: Supervisor, is_so: Callable[[], bool]) -> bool:
    for _ in range(int(START_SECONDS / 0.2)):
        if supervisor.is_stopping:
            return False
        with suppress(OSError, ValueError):
            if await asyncio.to_thread(is_so):
                return True
        await supervisor.wait(0.2)
    return not supervisor.is_stopping


def _ask(address: str) -> bytes | None:
    """What a web address of ours answers, whatever its status. Raises OSError while nobody listens."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  # http to this machine
            body: bytes = answer.read()
            return body
    except urllib.error.HTTPError as error:
        return error.read()


def prepare_sandbox(site: Site, pack: ResolvedPack) -> None:
    """The demo programme in the database, its people on the chat page; nothing twice."""
    with open_clock(site) as clock, checks.open_database(site) as database, database.writing() as session:
        people = prepare_demo(
            session,
            pack=pack,
            password=site.demo_password(),
            timezone=site.settings.timezone,
            now=clock.now(),
        )
    translators = load_translators().values()
    for person in people:
        _invite(site, translators, person)


def _invite(site: Site, translators: Iterable[Translator], person: DemoPerson) -> None:
    body = {
        "key": person.key,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "note": {t.locale: t.label(NOTES[person.part]) for t in translators},
        "start_payload": person.start_payload,
    }
    request = urllib.request.Request(  # noqa: S310  # http to our own sandbox
        f"{site.sandbox_url}/sandbox/people",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310
        pass


def announce(site: Site, t: Translator, username: str) -> None:
    """Say where everything is: three lines for the demo; otherwise bot, panel, and the first way in."""
    if site.is_sandbox:
        print_line(t.label("Chat page:  {address}", address=f"{site.sandbox_url}/"))
    else:
        print_line(t.label("Bot:        @{username}", username=username or "?"))
    print_line(t.label("Panel:      {address}", address=f"{site.panel_address}/"))
    if starts_sandbox(site):
        password = site.demo_password()
        print_line(
            t.label("Curator:    sign-in {login}, password {password}", login=DEMO_LOGIN, password=password)
        )
    else:
        for line in first_way_in(site, t):
            print_line(line)
