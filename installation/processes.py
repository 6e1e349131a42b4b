"""What each process of an installation is made of: the composition roots of all but `run`."""

import asyncio
import contextlib
import errno
import gc
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from installation import checks, faults
from installation.site import PACKS, Site
from models.engine import with_patience
from services.access.clock import Clock, clock_of
from services.organizations.panel_address import store_panel_address

CLOCK_SECONDS = 20  # how long a process waits for the sandbox to say the time


@contextmanager
def open_clock(site: Site, seconds: float = CLOCK_SECONDS) -> Iterator[Clock]:
    """The installation's clock; the sandbox may still be starting. Raises TelegramUnreachable."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            clock = clock_of(site.clock)
            break
        except OSError as error:
            if time.monotonic() > deadline:
                raise faults.TelegramUnreachable(address=site.clock) from error
            time.sleep(0.2)
    try:
        yield clock
    finally:
        clock.close()


def end_imports() -> None:
    """Let the collector begin, which rests during imports (nastavnik.py).

    What they made lives as long as the process: it need not be walked again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def work_bot(site: Site) -> None:
    """Serve the messenger until SIGTERM or SIGINT. Raises a Fault."""
    from bot.app import BotConfig, run_bot
    from bot.session import TokenRevoked

    checks.check_schema(site)
    settings = site.settings
    secret = settings.webhook_secret
    if settings.health_port is not None:
        checks.check_port("127.0.0.1", settings.health_port, "NASTAVNIK_HEALTH_PORT")
    with checks.sole_bot(site), open_clock(site) as clock:
        config = BotConfig(
            token=site.token(),
            telegram_api=site.telegram_api,
            proxy=settings.telegram_proxy,
            database_url=site.database_url,
            updates=settings.updates,
            webhook_url=settings.webhook_url,
            webhook_secret=secret.get_secret_value() if secret else None,
            webhook_host=settings.webhook_host,
            webhook_port=settings.webhook_port,
            health_port=settings.health_port,
            clock=clock,
        )

        end_imports()

        async def main() -> None:
            stop = asyncio.Event()
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            await run_bot(config, stop=stop)

        try:
            asyncio.run(main())
        except TokenRevoked as error:
            raise faults.TokenRefused from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise faults.PortOccupied(
                port=settings.webhook_port, host=config.webhook_host, name="NASTAVNIK_WEBHOOK_PORT"
            ) from error


def work_panel(site: Site) -> None:
    """Serve the curator's panel until SIGTERM or SIGINT. Raises a Fault."""
    from admin.configuration import PanelConfig
    from admin.serving import serve

    checks.check_schema(site)
    settings = site.settings
    checks.check_port(settings.panel_host, settings.panel_port, "NASTAVNIK_PANEL_PORT")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with checks.open_database(site) as database, database.writing() as session:
        store_panel_address(session, site.panel_address)
    with open_clock(site) as clock:
        config = PanelConfig(
            database_url=with_patience(site.database_url),
            secret_key=site.secret_key(),
            clock=clock,
            locale=settings.locale,
            panel_url=site.panel_address,
            is_secure=site.panel_address.startswith("https://"),
            data_dir=site.folder,
            bot_username=read_username(site),
            is_sandbox=site.is_sandbox,
            packs=PACKS,
        )
        end_imports()
        serve(
            config,
            host=settings.panel_host,
            port=settings.panel_port,
            stop=stop,
            trusted_proxy=settings.trusted_proxy,
        )


def work_worker(site: Site) -> None:
    """Do long work until SIGTERM or SIGINT. Raises a Fault."""
    from worker.memory import limit_memory
    from worker.running import run_worker
    from worker.work import WorkerConfig

    limit_memory()
    checks.check_schema(site)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    end_imports()
    with open_clock(site) as clock:
        run_worker(WorkerConfig(site.database_url, site.folder, clock), stop)


def work_sandbox(site: Site, *, start: datetime | None) -> None:
    """Serve the stand-in Telegram, a new one from `start` on, until SIGTERM or SIGINT. Raises a Fault."""
    from sandbox.server import serve

    end_imports()
    port = site.settings.sandbox_port
    try:
        asyncio.run(
            serve(
                token=site.token(),
                state_file=site.sandbox_state,
                port=port,
                timezone=site.settings.timezone,
                links={"panel": site.panel_address},  # the chat page has the word in its own languages
                start=site.localize(start),
            )
        )
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise faults.PortOccupied(port=port, host="127.0.0.1", name="NASTAVNIK_SANDBOX_PORT") from error


def read_username(site: Site) -> str:
    """The bot's username for invitation links; empty when Telegram does not say it now."""
    if site.is_sandbox or not site.has_token:
        return ""
    with contextlib.suppress(faults.Fault):
        return str(checks.check_token(site).get("username", ""))
    return ""
