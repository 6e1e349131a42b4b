"""`nastavnik health`: what containers and monitoring ask on the machine where the processes run."""

import argparse
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass

from installation.commands import Telling
from installation.probes import bot_probe, panel_probe
from installation.site import Site
from services.access.errors import N_, DomainError, EnvironmentFault
from worker.pulse import SILENT_SECONDS, age_of

ANSWER_SECONDS = 15  # a bot that waits for Telegram and database needs up to twelve
ILL = 1  # Docker keeps 2 for itself


class UnknownProcess(EnvironmentFault):
    text = N_("There is no process {name} to ask: panel, bot or worker.")


class BotWithoutPort(DomainError):
    text = N_("The bot answers nowhere: set NASTAVNIK_HEALTH_PORT.")


@dataclass(frozen=True, slots=True)
class Health:
    process: str
    is_well: bool
    words: str


def tell_health(site: Site, telling: Telling, arguments: argparse.Namespace) -> int:
    """Raises UnknownProcess, BotWithoutPort."""
    found = [ask(site, name) for name in arguments.processes or names_of(site)]
    telling.tell([asdict(one) for one in found], [f"{one.process}: {one.words}" for one in found])
    return 0 if all(one.is_well for one in found) else ILL


def names_of(site: Site) -> list[str]:
    """All processes that can be asked: a bot that polls has a port only when it is given one."""
    return [name for name in ASKED if name != "bot" or bot_probe(site.settings)]


def ask(site: Site, name: str) -> Health:
    if name not in ASKED:
        raise UnknownProcess(name=name)
    return ASKED[name](site)


def ask_panel(site: Site) -> Health:
    return ask_web("panel", panel_probe(site, "readyz"))


def ask_bot(site: Site) -> Health:
    address = bot_probe(site.settings)
    if address is None:
        raise BotWithoutPort
    return ask_web("bot", f"{address}/readyz")


def ask_worker(site: Site) -> Health:
    age = age_of(site.folder)
    words = "no beat" if age is None else f"last beat {age:.0f} s ago"
    return Health("worker", age is not None and age < SILENT_SECONDS, words)


ASKED: dict[str, Callable[[Site], Health]] = {"panel": ask_panel, "bot": ask_bot, "worker": ask_worker}


def ask_web(process: str, address: str) -> Health:
    try:
        with urllib.request.urlopen(address, timeout=ANSWER_SECONDS) as answer:  # noqa: S310  # this machine
            return Health(process, is_well=True, words=brief(answer.read()))
    except urllib.error.HTTPError as error:
        return Health(process, is_well=False, words=brief(error.read()))
    except OSError:
        return Health(process, is_well=False, words="no answer")


def brief(body: bytes) -> str:
    return ", ".join(body.decode(errors="replace").split("\n")[:5]).strip(", ")
