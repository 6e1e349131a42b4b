"""The log of each process: a file in the data folder, and warnings on standard error; ids only, masked."""

import logging
import logging.handlers
import sys
from pathlib import Path

from installation.site import Site
from services.files.log_masking import MaskingFormatter

FILE_BYTES, FILES = 5_000_000, 5
CHATTY = ("aiogram", "apscheduler", "alembic", "waitress", "aiohttp.access", "matplotlib")


def path_of(site: Site, process: str) -> Path:
    return site.folder / "logs" / f"{process}.log"


def open_journal(site: Site, process: str) -> Path:
    """Send this process's log to its file; raises OSError when the folder cannot be written."""
    path = path_of(site, process)
    path.parent.mkdir(parents=True, exist_ok=True)
    secrets = [site.secret_key()]
    if site.has_token:
        secrets.append(site.token())
    file = logging.handlers.RotatingFileHandler(
        path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8"
    )
    file.setFormatter(
        MaskingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s", secrets=tuple(secrets))
    )
    screen = logging.StreamHandler(sys.stderr)
    screen.setLevel(logging.WARNING)
    screen.setFormatter(BriefFormatter("%(message)s", secrets=tuple(secrets)))
    logging.basicConfig(level=logging.INFO, handlers=[file, screen], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    return path


class BriefFormatter(MaskingFormatter):
    """One line for the screen: the traceback stays in the file."""

    def format(self, record: logging.LogRecord) -> str:
        brief = logging.makeLogRecord(
            record.__dict__ | {"exc_info": None, "exc_text": None, "stack_info": None}
        )
        return super().format(brief).replace("\n", " ")
