"""Which kinds of job there are, and who does them."""

from collections.abc import Callable, Mapping

from services.documents.exports.requests import KIND as EXPORT
from services.documents.making import KIND as DOCUMENT
from services.files.backups.making import KIND as BACKUP
from services.matching.runs import KIND as MATCHING
from services.people.imports.register import KIND as IMPORT
from services.privacy.erasures import KIND as ERASURE
from worker.backups import run_backup
from worker.documents import run_documents
from worker.erasures import run_erasure
from worker.exports import run_export
from worker.imports import run_import
from worker.matching import run_matching
from worker.work import Outcome, Work

Runner = Callable[[Work], Outcome]

RUNNERS: Mapping[str, Runner] = {
    EXPORT: run_export,
    BACKUP: run_backup,
    DOCUMENT: run_documents,
    IMPORT: run_import,
    ERASURE: run_erasure,
    MATCHING: run_matching,
}
