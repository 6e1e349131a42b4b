"""What must hold before anything starts; each check raises one Fault. `run` and `doctor` ask the same."""

import fcntl
import http.client
import json
import os
import socket
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from installation import faults
from installation.site import Site
from models.engine import Database, with_patience
from models.installation import Stamp
from models.schema import SchemaNewer, WrongStamp, is_current, read_stamp
from notices.language import CatalogueMissing, load_translators
from services.files.log_masking import mask

TELEGRAM = "https://api.telegram.org"
TELEGRAM_SECONDS = 10
REFUSALS = {401, 404}


def check_catalogues() -> None:
    try:
        load_translators()
    except CatalogueMissing as error:
        raise faults.CatalogueNotCompiled(language=error.args[0]) from error


def check_folder(folder: Path) -> None:
    """Make the data folder when it is missing, and write and remove a file in it."""
    probe = folder / f".probe-{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise faults.FolderNotWritable(folder=folder) from error


def check_port(host: str, port: int, name: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise faults.PortOccupied(port=port, host=host, name=name) from error


def check_token(site: Site) -> dict[str, Any]:
    """What getMe says of the bot. Raises TokenRefused, TelegramUnreachable."""
    return ask_telegram(site, "getMe")


def open_way(site: Site) -> urllib.request.OpenerDirector:
    """How this installation reaches Telegram: through its proxy where it has one."""
    proxy = site.settings.telegram_proxy
    if proxy is not None and proxy.startswith("socks"):
        from installation.socks import SocksHandler  # only few installations need it

        return urllib.request.build_opener(urllib.request.ProxyHandler({}), SocksHandler(proxy))
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else None)
    )


def ask_telegram(site: Site, method: str) -> dict[str, Any]:
    """One call without parameters, by the standard library: the bot's stack takes seconds to load."""
    base = site.telegram_api or TELEGRAM
    try:
        with open_way(site).open(f"{base}/bot{site.token()}/{method}", timeout=TELEGRAM_SECONDS) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code in REFUSALS:
            raise faults.TokenRefused from None
        raise faults.TelegramUnreachable(address=base) from None
    except (OSError, ValueError, http.client.HTTPException):
        raise faults.TelegramUnreachable(address=base) from None
    result = found.get("result") if isinstance(found, dict) else None
    return result if isinstance(result, dict) else {}


@contextmanager
def open_database(site: Site) -> Iterator[Database]:
    """The site's database, checked to answer and to bear the right stamp.

    Raises DatabaseUnreachable, SandboxDatabase, LiveDatabase.
    """
    database = Database(with_patience(site.database_url))
    try:
        try:
            stamp = read_stamp(database)
        except SQLAlchemyError as error:
            raise unreachable(site.database_url, error) from error
        if stamp is not None and stamp is not site.stamp:
            raise wrong_stamp(stamp)
        yield database
    finally:
        database.close()


def check_schema(site: Site) -> None:
    """Raises SchemaNewer, SchemaOld and what `open_database` raises."""
    with open_database(site) as database:
        try:
            if not is_current(database):
                raise faults.SchemaOld
        except SchemaNewer as error:
            raise faults.SchemaNewer from error


def unreachable(database_url: str, error: SQLAlchemyError) -> faults.DatabaseUnreachable:
    why = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()[0]
    login = database_url.partition("://")[2].rpartition("@")[0]
    if any(mark in login for mark in "/@?#"):
        # The driver cuts such an address in the middle of the password, and its words quote the pieces.
        why = type(error).__name__
    return faults.DatabaseUnreachable(address=mask(database_url), why=why)


def wrong_stamp(found: Stamp) -> faults.Fault:
    return faults.SandboxDatabase() if found is Stamp.SANDBOX else faults.LiveDatabase()


@contextmanager
def lock(folder: Path, name: str = "run.lock") -> Iterator[None]:
    """Hold the folder for one running installation. Raises AlreadyRunning."""
    with (folder / name).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise faults.AlreadyRunning(folder=folder, process=file.read().strip() or "?") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def sole_bot(site: Site) -> Iterator[None]:
    """On SQLite one bot is all there may be: two would both send what is due. Raises AlreadyRunning.

    On PostgreSQL they agree among themselves (bot/leadership.py).
    """
    address = make_url(site.database_url)
    if address.get_backend_name() != "sqlite" or not address.database:
        yield
        return
    file = Path(address.database)
    with lock(file.parent, f"{file.name}.bot.lock"):
        yield


def migrate_site(site: Site, *, has_backup: bool = True) -> Path | None:
    """Bring the database to the newest schema and stamp it; the backup made before, where there was a reason.

    Raises a Fault and what `backup_before_migration` raises: then nothing is changed.
    """
    from models.migrating import migrate
    from services.access.clock import SystemClock

    now = SystemClock().now()
    with open_database(site) as database:
        try:
            made = back_up(site, now) if has_backup and not is_current(database) else None
            migrate(database, stamp=site.stamp, now=now)
        except WrongStamp as error:
            raise wrong_stamp(error.found) from error
        except SchemaNewer as error:
            raise faults.SchemaNewer from error
        except SQLAlchemyError as error:
            raise unreachable(site.database_url, error) from error
    return made


def back_up(site: Site, now: datetime) -> Path | None:
    from services.files.backups.making import backup_before_migration, backup_folder

    made = backup_before_migration(site.database_url, site.folder, backup_folder(site.folder), now)
    return made.path if made else None
