"""`nastavnik doctor`: the checks of `run` and more, each a line that says what to do."""

import email.utils
import http.client
import importlib.metadata
import shutil
import stat
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.version import Version

from installation import checks, faults
from installation.outside import TELEGRAM, read_outside_facts
from installation.probes import is_ours, panel_probe
from installation.running import starts_sandbox
from installation.site import Site, is_loopback
from installation.words import describe_error
from notices.language import Translator
from services.access.errors import DomainError
from services.files.log_masking import mask
from services.programmes.packs import check_packs
from settings import ENV_FILE
from worker.pulse import SILENT_SECONDS, age_of

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 500_000_000
LARGEST_SKEW_SECONDS = 30
ENV_FORBIDDEN = 0o007  # its group may read it: the service under systemd
FOLDER_FORBIDDEN = 0o027


class State(StrEnum):
    FINE = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: its name, its state, and in words what was seen or what to do."""

    name: str
    state: State
    words: str


Look = Callable[[], Finding | str]


class Doctor:
    """Looks at one installation; nothing is changed but a missing data folder."""

    def __init__(self, site: Site, t: Translator, now: datetime) -> None:
        self._site = site
        self._t = t
        self._now = now
        self._outside = read_outside_facts()
        self._is_running = False

    def look(self) -> Iterator[Finding]:
        looks: list[tuple[str, Look]] = [
            ("python", self._python),
            ("packages", self._packages),
            ("catalogues", self._catalogues),
            ("programmes", self._programmes),
            ("folder", self._folder),
            ("disk", self._disk),
            ("privacy", self._privacy),
            ("running", self._running),
            ("database", self._database),
            ("worker", self._worker),
            ("panel port", self._panel_port),
            ("panel address", self._panel_address),
        ]
        if starts_sandbox(self._site):
            looks += [("sandbox port", self._sandbox_port), ("telegram", self._no_token)]
        else:
            looks += [("telegram", self._token), ("webhook", self._webhook), ("clock", self._clock)]
        looks += [("telegram in Russia", self._channel), ("outside facts", self._outside_facts)]
        for name, look in looks:
            try:
                found = look()
            except DomainError as fault:
                yield Finding(name, State.FAULT, describe_error(self._t, fault))
            else:
                yield found if isinstance(found, Finding) else Finding(name, State.FINE, found)

    def _warn(self, name: str, words: str) -> Finding:
        return Finding(name, State.WARNING, words)

    def _fault(self, name: str, words: str) -> Finding:
        return Finding(name, State.FAULT, words)

    def _python(self) -> Finding | str:
        here = ".".join(map(str, sys.version_info[:3]))
        if sys.version_info[:2] < OLDEST_PYTHON:
            return self._fault(
                "python", self._t.label("Python {version} is too old: 3.11 or newer.", version=here)
            )
        return here

    def _packages(self) -> Finding | str:
        missing = []
        for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            wanted = Requirement(line)
            try:
                version = Version(importlib.metadata.version(wanted.name))
            except importlib.metadata.PackageNotFoundError:
                missing.append(wanted.name)
                continue
            if version not in wanted.specifier:
                missing.append(f"{wanted.name} {version}")
        if missing:
            names = ", ".join(missing)
            return self._fault(
                "packages", self._t.label("Missing or not fitting: {names}. Say: make setup", names=names)
            )
        return self._t.label("all there")

    def _catalogues(self) -> str:
        checks.check_catalogues()
        return self._t.label("compiled")

    def _programmes(self) -> Finding | str:
        problems = check_packs(ROOT / "programmes")
        if problems:
            return self._fault("programmes", str(problems[0]))
        return self._t.label("in order")

    def _folder(self) -> str:
        checks.check_folder(self._site.folder)
        return str(self._site.folder)

    def _disk(self) -> Finding | str:
        folder = next(place for place in (self._site.folder, *self._site.folder.parents) if place.is_dir())
        free = shutil.disk_usage(folder).free
        words = self._t.label("{size} GB free", size=f"{free / 1e9:.1f}")
        return words if free > LEAST_FREE_BYTES else self._fault("disk", words)

    def _privacy(self) -> Finding | str:
        """What others on this machine may read: `.env` holds the secrets, the folder people's data."""
        told = []
        for path, forbidden, wanted in (
            (ENV_FILE.absolute(), ENV_FORBIDDEN, "600"),
            (self._site.folder, FOLDER_FORBIDDEN, "700"),
        ):
            found = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0
            if found & forbidden:
                told.append(
                    self._t.label(
                        "others on this machine may open {path} (mode {mode}). Say: chmod {wanted} {path}",
                        path=path,
                        mode=f"{found:04o}",
                        wanted=wanted,
                    )
                )
        return self._warn("privacy", "; ".join(told)) if told else self._t.label("only its owner reads it")

    def _channel(self) -> Finding | str:
        """The state of Telegram in Russia, with its day, and what follows."""
        fact, locale = self._outside[TELEGRAM], self._t.locale
        words = self._t.label(
            "{state}; looked at on {day}. Then {follows}",
            state=fact.state.get(locale),
            day=f"{fact.checked:%d.%m.%Y}",
            follows=fact.follows.get(locale),
        )
        settings = self._site.settings
        if self._site.is_sandbox or settings.telegram_api or settings.telegram_proxy:
            return words
        return self._warn("telegram in Russia", words)

    def _outside_facts(self) -> Finding | str:
        old = [fact for fact in self._outside.values() if fact.is_old(self._now.date())]
        if not old:
            return self._t.label("all looked at within a year")
        names = "; ".join(f"{fact.title.get(self._t.locale)} ({fact.checked:%d.%m.%Y})" for fact in old)
        words = self._t.label(
            "not looked at for more than a year: {names}. Check them, or update Nastavnik; the table is in"
            " docs/operations.md",
            names=names,
        )
        return self._warn("outside facts", words)

    def _running(self) -> str:
        try:
            with checks.lock(self._site.folder):
                return self._t.label("not running")
        except faults.AlreadyRunning as running:
            self._is_running = True
            return describe_error(self._t, running)
        except OSError as error:
            raise faults.FolderNotWritable(folder=self._site.folder) from error

    def _database(self) -> Finding | str:
        try:
            checks.check_schema(self._site)
        except faults.SchemaOld as fault:
            return self._warn("database", describe_error(self._t, fault))
        return self._t.label("answers, newest schema")

    def _worker(self) -> Finding | str:
        age = age_of(self._site.folder)
        if age is None:
            return self._t.label("has not worked in this folder yet")
        minutes, seconds = divmod(int(age), 60)
        words = self._t.label(
            "last sign of life {minutes} min {seconds} s ago", minutes=minutes, seconds=seconds
        )
        return words if age < SILENT_SECONDS else self._warn("worker", words)

    def _panel_port(self) -> str:
        settings = self._site.settings
        if is_ours(panel_probe(self._site, "healthz")):
            return self._t.label("{port}, in use by Nastavnik", port=settings.panel_port)
        return self._port(settings.panel_host, settings.panel_port, "NASTAVNIK_PANEL_PORT")

    def _sandbox_port(self) -> str:
        return self._port("127.0.0.1", self._site.settings.sandbox_port, "NASTAVNIK_SANDBOX_PORT")

    def _port(self, host: str, port: int, name: str) -> str:
        try:
            checks.check_port(host, port, name)
        except faults.PortOccupied:
            if not self._is_running:
                raise
            return self._t.label("{port}, in use by Nastavnik", port=port)
        return self._t.label("{port}, free", port=port)

    def _panel_address(self) -> Finding | str:
        address = self._site.panel_address
        if urlsplit(address).scheme == "https" or self._site.is_sandbox:
            return address
        return self._warn(
            "panel address",
            self._t.label(
                "{address}: for this machine only; messages name it as text, not as a button."
                " Set NASTAVNIK_PANEL_URL to an https address.",
                address=address,
            ),
        )

    def _no_token(self) -> str:
        return self._t.label("no token: the sandbox stands in for Telegram")

    def _token(self) -> str:
        bot = checks.check_token(self._site)
        return f"@{bot.get('username', '?')}"

    def _webhook(self) -> Finding | str:
        state = checks.ask_telegram(self._site, "getWebhookInfo")
        address, wanted = str(state.get("url") or ""), self._site.settings.webhook_url or ""
        if self._site.settings.updates == "polling":
            if address:
                return self._warn(
                    "webhook", self._t.label("A webhook is set though updates are polled; run removes it.")
                )
            return self._t.label("not used")
        if address != wanted:
            return self._warn("webhook", self._t.label("Not set yet; run sets it."))
        if state.get("last_error_message"):
            return self._fault(
                "webhook",
                self._t.label("Telegram cannot reach it: {why}", why=state["last_error_message"]),
            )
        return address

    def _clock(self) -> Finding | str:
        skew = self._skew()
        if skew is None:
            raise faults.TelegramUnreachable(address=self._site.telegram_api or checks.TELEGRAM)
        words = self._t.label("{seconds} s beside Telegram's", seconds=f"{skew:+.0f}")
        if self._site.is_sandbox or abs(skew) <= LARGEST_SKEW_SECONDS:
            return words
        return self._fault("clock", words)

    def _skew(self) -> float | None:
        """Seconds between this machine's clock and the Date header of the Bot API server."""
        address = self._site.telegram_api or checks.TELEGRAM
        if is_loopback(urlsplit(address).hostname):
            return 0.0
        try:
            request = urllib.request.Request(address, method="HEAD")  # noqa: S310  # http(s), held by settings
            with checks.open_way(self._site).open(request, timeout=checks.TELEGRAM_SECONDS) as answer:
                said = answer.headers["Date"]
        except urllib.error.HTTPError as error:
            said = error.headers["Date"]
        except (OSError, ValueError, http.client.HTTPException):
            return None
        moment = email.utils.parsedate_to_datetime(said) if said else None
        return (datetime.now(UTC) - moment).total_seconds() if moment else None


def examine(site: Site, t: Translator, now: datetime) -> tuple[list[dict[str, str]], list[str], bool]:
    """Findings as facts and as lines, without passwords, and whether there is a fault.

    `now` is what the dated facts from outside are held against.
    """
    findings = [replace(found, words=mask(found.words)) for found in Doctor(site, t, now).look()]
    marks = {State.FINE: "✓", State.WARNING: "!", State.FAULT: "✗"}
    lines = [f"{marks[found.state]} {found.name}: {found.words}" for found in findings]
    facts = [{key: str(value) for key, value in asdict(found).items()} for found in findings]
    return facts, lines, any(found.state is State.FAULT for found in findings)
