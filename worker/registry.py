"""Which kinds of job there are, and who does them."""

from collections.abc import Callable, Mapping

from services.backups import KIND as BACKUP
from services.exports import KIND as EXPORT
from worker.backups import run_backup
from worker.exports import run_export
from worker.work import Outcome, Work

Runner = Callable[[Work], Outcome]

RUNNERS: Mapping[str, Runner] = {EXPORT: run_export, BACKUP: run_backup}
