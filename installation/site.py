"""One installation: its settings, completed with what follows from them (decisions 10 and 11)."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from installation import faults, keys
from models.installation import Stamp
from settings import Settings

PACKS = Path(__file__).resolve().parent.parent / "programmes"
TARGET_MODEL = "target-model"
SANDBOX_SECRET = "sandbox-"  # noqa: S105  # how the secret part of a sandbox's token begins; Telegram's never do


@dataclass(frozen=True, slots=True)
class Site:
    """Where this installation keeps its things, whom it speaks to, and whether it is a sandbox or live."""

    settings: Settings
    stamp: Stamp
    folder: Path
    database_url: str
    telegram_api: str | None
    clock: str

    @property
    def is_sandbox(self) -> bool:
        return self.stamp is Stamp.SANDBOX

    @property
    def sandbox_url(self) -> str:
        return self.telegram_api or sandbox_address(self.settings)

    @property
    def sandbox_state(self) -> Path:
        """Where the sandbox keeps what it knows between its starts."""
        return self.folder / "telegram.db"

    @property
    def panel_address(self) -> str:
        """How a browser reaches the panel."""
        host = self.settings.panel_host
        named = f"[{host}]" if ":" in host else host
        return self.settings.panel_url or f"http://{named}:{self.settings.panel_port}"

    def localize(self, moment: datetime | None) -> datetime | None:
        """A moment as a person typed it; without an offset it is meant in NASTAVNIK_TIMEZONE."""
        if moment is None or moment.tzinfo is not None:
            return moment
        return moment.replace(tzinfo=ZoneInfo(self.settings.timezone))

    @property
    def has_token(self) -> bool:
        return self.is_sandbox or self.settings.bot_token is not None

    def token(self) -> str:
        """The bot's token; a sandbox's own is drawn into its folder. Raises TokenMissing."""
        if self.settings.bot_token is not None:
            return self.settings.bot_token.get_secret_value()
        if not self.is_sandbox:
            raise faults.TokenMissing
        return keys.read_or_draw(self.folder / "bot_token", draw_sandbox_token)

    def secret_key(self) -> str:
        if self.settings.secret_key is not None:
            return self.settings.secret_key.get_secret_value()
        return keys.read_or_draw(self.folder / "secret_key", keys.draw_key)

    def demo_password(self) -> str:
        return keys.read_or_draw(self.folder / "demo_password", keys.draw_password)


def complete(settings: Settings) -> Site:
    """Raises a Fault when settings contradict each other.

    A sandbox is known by its token, or by having none and neither a database nor a webhook of its own.
    """
    token = settings.bot_token.get_secret_value() if settings.bot_token else None
    if token is None:
        is_sandbox = settings.database_url is None and settings.updates == "polling"
    else:
        is_sandbox = is_sandbox_token(token)
    check_addresses(settings, is_sandbox=is_sandbox)
    folder = settings.data_dir.expanduser().absolute()
    if is_sandbox:
        folder /= "sandbox"
    telegram_api, clock = settings.telegram_api, settings.clock
    if is_sandbox:
        telegram_api = telegram_api or sandbox_address(settings)
        clock = telegram_api if clock == "system" else clock  # the time machine must move everything
    return Site(
        settings=settings,
        stamp=Stamp.SANDBOX if is_sandbox else Stamp.LIVE,
        folder=folder,
        database_url=settings.database_url or f"sqlite:///{folder / 'nastavnik.db'}",
        telegram_api=telegram_api,
        clock=clock,
    )


def check_addresses(settings: Settings, *, is_sandbox: bool) -> None:
    if is_sandbox:
        for name, address in (("TELEGRAM_API", settings.telegram_api), ("CLOCK", settings.clock)):
            if address not in {None, "system"} and not is_loopback(urlsplit(address).hostname):
                raise faults.SandboxNotLoopback(name=f"NASTAVNIK_{name}")
        if not is_loopback(settings.panel_host):
            raise faults.SandboxNotLoopback(name="NASTAVNIK_PANEL_HOST")
    elif settings.clock != "system":
        raise faults.ClockNotSystem
    is_secure = (settings.panel_url or "").startswith("https://")
    if not is_loopback(settings.panel_host) and not is_secure:
        raise faults.PanelOpen(host=settings.panel_host)
    if settings.updates == "webhook":
        is_public = is_sandbox or (settings.webhook_url or "").startswith("https://")
        if not settings.webhook_url or not is_public or settings.webhook_secret is None:
            raise faults.WebhookIncomplete


def is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def is_sandbox_token(token: str) -> bool:
    return token.partition(":")[2].startswith(SANDBOX_SECRET)


def draw_sandbox_token() -> str:
    return f"1:{SANDBOX_SECRET}{secrets.token_hex(16)}"


def sandbox_address(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.sandbox_port}"
