"""Exports: choose a table, see how many rows, ask the worker, fetch what it made; the state of backups."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import redirect, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin import file_words, words
from admin.access import SecuredPage, current_account, current_actor
from admin.calls import do, refusals_shown, see
from admin.configuration import panel_config
from admin.files import folder, give_file
from admin.inputs import text, texts
from admin.languages import label, translator
from admin.pages import Entry, Group, command, page
from admin.storage import now, session
from models.accounts import Account
from models.jobs import FileKind, JobStatus
from services.access.actors import Right
from services.access.errors import N_, NotAllowed, NotFound
from services.documents.exports.requests import KIND, enqueue_export
from services.documents.exports.tables import Filters
from services.documents.exports.writing import STATE_KEYS, TABLES, Export, Format, prepare_export
from services.files.backups.status import BackupState, read_backup_state
from services.files.jobs import OPEN, JobFacts, cancel, list_jobs
from services.files.store import (
    FileFacts,
    delete_export,
    read_file,
    remove_content,
)

SHOWN = 20
USUAL = "people"
PATIENCE = timedelta(minutes=1)
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMATS = (Format.XLSX, Format.CSV, Format.JSON)


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One asked-for export as the list shows it; `file` only for whoever asked, while it is there."""

    job: JobFacts
    title: str
    who: str
    is_own: bool
    is_open: bool
    percent: int | None
    fault: str
    file: FileFacts | None


class ExportPage(SecuredPage):
    endpoint, url = "exports", "/exports"
    entry = Entry(Group.DOCUMENTS, 3, N_("Exports"))

    # Everybody has a table of theirs; each table asks for its own rights.
    @page("/", right=Right.SEE_SCORES)
    def index(self) -> str:
        tables = _tables()
        chosen = texts("what", "role", "statuses", "since", "until")
        if chosen["what"] not in tables:
            chosen["what"] = USUAL if USUAL in tables else next(iter(tables))
        table = TABLES[chosen["what"]]
        chosen = {name: value for name, value in chosen.items() if name == "what" or name in table.filters}
        export: Export | None = None
        with refusals_shown():
            export = self._prepare(chosen)
        return self.show(
            "panel/exports.html",
            tables=tables,
            chosen=chosen,
            filters=table.filters,
            state_choices=_states(export),
            count=export.count(session()) if export else None,
            formats=FORMATS,
            key=secrets.token_urlsafe(12),
            **_listed(),
            backups=_backups(),
        )

    @page("/list", right=Right.SEE_SCORES)
    def listing(self) -> str:
        """Only the list, for the page that looks again while something is being made."""
        return self.show("panel/export_list.html", **_listed())

    @command("/ask", right=Right.SEE_SCORES)
    def ask(self) -> Response:
        chosen = texts("role", "statuses", "since", "until")
        with refusals_shown():
            do(
                enqueue_export,
                what=text("what"),
                format=text("format"),
                filters=_filters(chosen),
                t=translator(),
                key=text("key")[:40],
                success=label("The export is being made. It will stand in the list below."),
            )
        kept: dict[str, Any] = {name: value for name, value in chosen.items() if value}
        return redirect(url_for("exports.index", what=text("what") or None, **kept))

    @command("/<int:job_id>/cancel", right=Right.SEE_SCORES)
    def stop(self, job_id: int) -> Response:
        do(cancel, job_id=job_id, success=label("The export is cancelled."))
        return redirect(url_for("exports.index"))

    @page("/files/<int:file_id>", right=Right.SEE_SCORES)
    def fetch(self, file_id: int) -> Response:
        """Only the one who asked holds the rights that it was made with."""
        facts = see(read_file, file_id=file_id, kind=FileKind.EXPORT)
        return give_file(facts, TYPES[facts.title.rpartition(".")[2]])

    @command("/files/<int:file_id>/delete", right=Right.SEE_SCORES)
    def delete(self, file_id: int) -> Response:
        name = do(delete_export, file_id=file_id, success=label("The file is deleted."))
        remove_content(folder(), name)
        return redirect(url_for("exports.index"))

    def _prepare(self, chosen: Mapping[str, str]) -> Export:
        return see(prepare_export, what=chosen["what"], filters=_filters(chosen), t=translator())


def _filters(chosen: Mapping[str, str]) -> Filters:
    """Raises UnknownFilterValue."""
    plain: dict[str, Any] = {name: value for name, value in chosen.items() if name != "what" and value}
    if "statuses" in plain:
        plain["statuses"] = [plain["statuses"]]
    return Filters.from_plain({**plain, "organization_id": current_account().organization_id})


def _tables() -> dict[str, str]:
    """The tables that this account may export, with their titles."""
    rights = current_actor().rights
    return {name: label(table.title) for name, table in TABLES.items() if table.right in rights}


def _states(export: Export | None) -> dict[str, str]:
    """The states that the table can be narrowed to, in its own words."""
    if export is None or not export.table.statuses:
        return {}
    known = next(one.words or {} for one in export.head.columns if one.key in STATE_KEYS)
    return {code: str(word) for code, word in known.items() if code in export.table.statuses}


def _listed() -> dict[str, Any]:
    """What the list needs. `is_stuck`: something waits and nothing is at work, so no worker runs."""
    rows = _rows()
    waiting = [row for row in rows if row.job.status is JobStatus.WAITING]
    is_stuck = any(now() - row.job.created_at > PATIENCE for row in waiting)
    return {
        "rows": rows,
        "is_cut": len(rows) == SHOWN,
        "is_open": any(row.is_open for row in rows),
        "is_stuck": is_stuck and not any(row.job.status is JobStatus.RUNNING for row in rows),
    }


def _rows() -> list[ExportRow]:
    jobs = see(list_jobs, kind=KIND, limit=SHOWN)
    ids = {job.asked_by for job in jobs}
    names = dict(session().execute(select(Account.id, Account.name).where(Account.id.in_(ids))).all())
    return [_row(job, names.get(job.asked_by or 0, "")) for job in jobs]


def _row(job: JobFacts, who: str) -> ExportRow:
    table = TABLES[job.arguments["what"]]
    is_open = job.status in OPEN
    fault = label(job.error_text, **job.error_facts) if job.error_text else ""
    is_own = job.asked_by == current_account().id
    return ExportRow(
        job=job,
        title=f"{label(table.title)}, {words.word(file_words.FORMATS, job.arguments['format'])}",
        who=who,
        is_own=is_own,
        is_open=is_open,
        percent=100 * job.done // job.total if is_open and job.total else None,
        fault=fault,
        file=_file(job) if is_own and job.status is JobStatus.DONE else None,
    )


def _file(job: JobFacts) -> FileFacts | None:
    if job.file_id is None:
        return None
    try:
        return see(read_file, file_id=job.file_id, kind=FileKind.EXPORT)
    except (NotFound, NotAllowed):
        return None


def _backups() -> BackupState | None:
    data_dir = panel_config().data_dir
    if data_dir is None or not current_user.has(Right.MANAGE_SETTINGS):
        return None
    return see(read_backup_state, data_dir=data_dir)
