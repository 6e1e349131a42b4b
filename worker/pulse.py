"""The worker's last sign of life: the moment of a file in the data folder, which doctor and `health` read."""

import logging
import os
import time
from pathlib import Path

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
SILENT_SECONDS = 60.0  # a worker whose last sign is older does not work


def path_of(data_dir: Path) -> Path:
    return data_dir / "worker.beat"


def age_of(data_dir: Path) -> float | None:
    """Seconds since the last sign; None when none was ever given here."""
    try:
        return max(time.time() - path_of(data_dir).stat().st_mtime, 0.0)
    except OSError:
        return None


class Pulse:
    """Given after the database has answered: a sign of life means that work is done."""

    def __init__(self, data_dir: Path) -> None:
        self._path = path_of(data_dir)
        self._next = 0.0

    def beat(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + BEAT_SECONDS
        try:
            self._path.touch(mode=0o600)
            os.utime(self._path)
        except OSError as error:  # a full disk: silence is seen by who watches, and no job is lost by it
            log.warning("No sign of life can be given: %s", type(error).__name__)
