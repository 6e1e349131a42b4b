"""Which kinds of job there are, and who does them."""

from collections.abc import Callable, Mapping

from services.backups import KIND as BACKUP
from worker.backups import run_backup
from worker.exports import run_export
from worker.work import Outcome, Work

EXPORT = "export"

Runner = Callable[[Work], Outcome]

RUNNERS: Mapping[str, Runner] = {EXPORT: run_export, BACKUP: run_backup}
