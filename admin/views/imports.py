"""Import of a list of staff: template, check, what would happen, and only then the writing."""

import io

from flask import flash, redirect, send_file, url_for
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_day
from admin.calls import do, refusals_shown, see
from admin.files import content_placed, folder, give_file
from admin.inputs import InputRefused, day, text, upload
from admin.languages import label, locale
from admin.pages import Entry, Group, command, page
from admin.storage import now
from models.jobs import FileKind
from services.access.actors import Right
from services.access.errors import N_, DomainError, NotFound
from services.files.store import (
    FileFacts,
    read_file,
    remove_content,
)
from services.people.imports import words as import_words
from services.people.imports.register import (
    ImportFacts,
    apply_list,
    discard_list,
    hand_in_list,
    list_imports,
    read_import,
)
from services.people.imports.results import template_csv, write_template
from services.people.imports.rows import Fate
from services.people.imports.tables import MOST_BYTES, check_content

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PATIENCE_SECONDS = 60


class ImportPage(SecuredPage):
    endpoint, url = "imports", "/import"
    entry = Entry(Group.PEOPLE, behind="people")

    @page("/", right=Right.EDIT_PEOPLE)
    def index(self) -> str:
        return self._show(current_day().isoformat())

    @page("/template.<kind>", right=Right.EDIT_PEOPLE)
    def template(self, kind: str) -> Response:
        if kind == "csv":
            content = template_csv(locale=locale()).encode()
            return send_file(
                io.BytesIO(content), mimetype="text/csv", as_attachment=True, download_name="people.csv"
            )
        if kind != "xlsx":
            raise NotFound
        out = io.BytesIO()
        write_template(out, locale=locale())
        out.seek(0)
        return send_file(out, mimetype=XLSX, as_attachment=True, download_name="people.xlsx")

    @command("/upload", right=Right.EDIT_PEOPLE)
    def upload(self) -> str | Response:
        """The file goes to the disk first, then its row; a refusal takes it away again and keeps the form."""
        with refusals_shown():
            sent = upload("file")
            if sent is None:
                raise InputRefused("file", N_("Please choose the file with the list."))
            content = sent.stream.read(MOST_BYTES + 1)
            received_on = day("received_on", needed=N_("Please give the day on which the list was received."))
            check_content(content)
            with content_placed(content) as placed:
                import_id = do(
                    hand_in_list,
                    title=_title(sent.filename or ""),
                    placed=placed,
                    source=text("source"),
                    received_on=received_on,
                )
            return redirect(url_for("imports.card", import_id=import_id))
        return self._show()

    @page("/<int:import_id>/", right=Right.EDIT_PEOPLE)
    def card(self, import_id: int) -> str:
        return self.show("panel/import.html", **_card(import_id))

    @page("/<int:import_id>/state", right=Right.EDIT_PEOPLE)
    def state(self, import_id: int) -> str:
        """Only the part that changes, for the page that looks again while the worker is at it."""
        return self.show("panel/import_state.html", **_card(import_id))

    @page("/<int:import_id>/result", right=Right.EDIT_PEOPLE)
    def result(self, import_id: int) -> Response:
        """Every row with its fate, for the one who handed the list in."""
        facts = _result(see(read_import, import_id=import_id))
        if facts is None:
            raise NotFound
        return give_file(facts, XLSX)

    @command("/<int:import_id>/apply", right=Right.EDIT_PEOPLE)
    def apply(self, import_id: int) -> Response:
        do(apply_list, import_id=import_id)
        return redirect(url_for("imports.card", import_id=import_id))

    @command("/<int:import_id>/discard", right=Right.EDIT_PEOPLE)
    def discard(self, import_id: int) -> Response:
        name = do(discard_list, import_id=import_id)
        if name:
            remove_content(folder(), name)
        flash(label("The list is thrown away: nobody was added."), "success")
        return redirect(url_for("imports.index"))

    def _show(self, received_on: str = "") -> str:
        form = {"source": text("source"), "received_on": text("received_on") or received_on}
        return self.show("panel/imports.html", form=form, imports=see(list_imports))


def _card(import_id: int) -> dict[str, object]:
    found = see(read_import, import_id=import_id)
    waited = (now() - found.job.created_at).total_seconds() if found.job else 0.0
    is_waiting = found.is_at_work and found.job is not None and found.job.started_at is None
    return {
        "one": found,
        "fates": {fate.value: import_words.FATE_COUNTS[fate.value].get(locale()) for fate in Fate},
        "faults": [_fault(one) for one in found.faults],
        "percent": _percent(found),
        "is_stuck": is_waiting and waited > PATIENCE_SECONDS,
        "result": _result(found),
    }


def _fault(one: dict[str, object]) -> dict[str, object]:
    """A row in words; its name stands in the result file only."""
    why = []
    if one["fault"]:
        why.append(import_words.FAULTS[str(one["fault"])].get(locale()))
    if one["like_row"]:
        why.append(import_words.SAME_ROW.get(locale()).format(row=one["like_row"]))
    if one["has_other_position"]:
        why.append(import_words.POSITION_DIFFERS.get(locale()))
    return {
        "row": one["row"],
        "cell": one["cell"],
        "fate": one["fate"],
        "fate_text": import_words.FATES[str(one["fate"])].get(locale()),
        "why": "; ".join(why),
    }


def _percent(found: ImportFacts) -> int | None:
    job = found.job
    return 100 * job.done // job.total if found.is_at_work and job and job.total else None


def _result(found: ImportFacts) -> FileFacts | None:
    """The result file, for the one who asked, while it is there."""
    if found.job is None or found.job.file_id is None:
        return None
    try:
        return see(read_file, file_id=found.job.file_id, kind=FileKind.IMPORT_RESULT)
    except DomainError:
        return None


def _title(filename: str) -> str:
    """The name of the file without its folders; one of nothing but signs becomes "list"."""
    plain = filename.replace("\\", "/").rpartition("/")[2].strip()
    return plain[:200] or secure_filename(filename) or "list"
