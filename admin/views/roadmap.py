"""The roadmap: the picture by stage, its rows, and what may be done with one (A14, B4, E18)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from admin import languages, roadmap_words
from admin.access import SecuredPage, current_day
from admin.calls import do, refusals_shown, see
from admin.choices import Choice, offer_choice
from admin.cycles import cycle, cycle_id_or_none, pack
from admin.edits import Edit, open_edit, take_edit
from admin.files import scan_sent
from admin.inputs import day, read_day, sent, text, texts, upload
from admin.languages import label, locale, plural, translator
from admin.numbers import read_number, read_numbers
from admin.pages import Entry, Group, command, page
from admin.previews import preview_of
from admin.storage import now, session
from admin.timelines import draw_roadmap
from models.messages import NoticeKind
from notices.catalogue import compose
from notices.letters import Letter
from services.access.actors import Right
from services.access.errors import N_
from services.access.rights import LISTS
from services.people.lists import read_people
from services.programmes.windows import describe_windows
from services.roadmap.entries import plan_entry, put_off, shift_old_dates
from services.roadmap.leaders import is_among
from services.roadmap.proofs import add_proof, finish_row, reopen_row
from services.roadmap.reading import RoadmapRow, RowState, read_roadmap, read_row
from services.roadmap.reminders import RowAsked, ask_responsible


class RoadmapPage(SecuredPage):
    endpoint, url = "roadmap", "/roadmap"
    entry = Entry(Group.PROGRAMME, 1, N_("Roadmap"))

    @page("/", right=LISTS["roadmap"])
    def index(self) -> str:
        if cycle_id_or_none() is None:
            return self.show("panel/roadmap_none.html")
        roadmap = see(read_roadmap, cycle_id=cycle().id)
        return self.show(
            "panel/roadmap.html",
            roadmap=roadmap,
            picture=draw_roadmap(roadmap, locale()),
            title=pack().pack.title.get(locale()),
            cycle=cycle(),
            S=RowState,
            **_words(roadmap.today),
        )

    @command("/shift", right=Right.MANAGE_PAIRS)
    def shift(self) -> Response:
        do(
            shift_old_dates,
            cycle_id=cycle().id,
            success=lambda done: plural("{count} row is moved.", "{count} rows are moved.", done.rows),
        )
        return redirect(url_for("roadmap.index"))

    @page("/<int:entry_id>/", right=LISTS["roadmap"])
    def row(self, entry_id: int) -> str:
        return self._row(entry_id)

    @command("/<int:entry_id>/done", right=Right.TICK_ROWS)
    def finish(self, entry_id: int) -> str | Response:
        with refusals_shown():
            return self._change(entry_id, finish_row, label("The row is done."), done_on=day("done_on"))
        return self._row(entry_id)

    @command("/<int:entry_id>/evidence", right=Right.TICK_ROWS)
    def prove(self, entry_id: int) -> str | Response:
        if not (text("url") + text("note")).strip() and upload("scan") is None:
            flash(label("Please give a link, a scan or write a word."), "error")
            return self._row(entry_id)
        with refusals_shown():
            return self._change(entry_id, add_proof, label("The evidence is added."))
        return self._row(entry_id)

    @command("/<int:entry_id>/reopen", right=Right.MANAGE_PAIRS)
    def reopen(self, entry_id: int) -> Response:
        do(reopen_row, entry_id=entry_id, success=label("The row is open again."))
        return redirect(url_for("roadmap.row", entry_id=entry_id))

    @command("/<int:entry_id>/remind", right=Right.MANAGE_PAIRS)
    def remind(self, entry_id: int) -> Response:
        do(ask_responsible, entry_id=entry_id, success=_said_asked)
        return redirect(url_for("roadmap.row", entry_id=entry_id))

    @command("/<int:entry_id>/later", right=Right.MANAGE_PAIRS)
    def put_off(self, entry_id: int) -> Response:
        do(
            put_off,
            entry_id=entry_id,
            success=lambda day_again: label(
                "No reminders of this row until {day}.", day=languages.day(day_again)
            ),
        )
        return redirect(url_for("roadmap.row", entry_id=entry_id))

    @command("/<int:entry_id>/plan", right=Right.MANAGE_PAIRS)
    def plan(self, entry_id: int) -> str | Response:
        _stage, one = see(read_row, entry_id=entry_id)
        names = _names([str(one.responsible_id or ""), text("responsible_id")])
        edit = take_edit(
            _plan_of(one),
            {
                "planned_from": label("From"),
                "planned_to": label("By"),
                "responsible_id": label("Who answers for it"),
            },
            subject=("roadmap_entry", entry_id),
            show=lambda name, value: names.get(value, "") if name == "responsible_id" else value,
            days=("planned_from", "planned_to"),
        )

        def save() -> None:
            do(
                plan_entry,
                entry_id=entry_id,
                planned_from=read_day(edit.form["planned_from"], field="planned_from"),
                planned_to=read_day(edit.form["planned_to"], field="planned_to"),
                responsible_id=read_number(edit.form["responsible_id"]),
            )

        if edit.carry_out(save, label("The plan is saved. Reminders follow it.")):
            return redirect(url_for("roadmap.row", entry_id=entry_id))
        return self._row(entry_id, edit)

    def _change(
        self, entry_id: int, service: Callable[..., object], success: str, **facts: Any
    ) -> str | Response:
        """Whatever is typed beside a scan, for finishing a row and for proving it alike."""
        with scan_sent() as file_id:
            do(service, entry_id=entry_id, file_id=file_id, **texts("url", "note"), **facts, success=success)
        return redirect(url_for("roadmap.row", entry_id=entry_id))

    def _row(self, entry_id: int, plan: Edit | None = None) -> str:
        """The page of a row; after a refusal with what was typed."""
        stage, one = see(read_row, entry_id=entry_id)
        today = current_day()
        kept = open_edit(_plan_of(one), subject=("roadmap_entry", entry_id))
        return self.show(
            "panel/roadmap_row.html",
            stage=stage,
            one=one,
            form=MultiDict() if plan else sent(),
            plan=plan or kept,
            today=today.isoformat(),
            choice=_choose_responsible(entry_id, plan or kept),
            reminder=_reminder(one),
            may_tick=current_user.has(Right.MANAGE_PAIRS) or see(is_among, leaders=one.leaders),
            is_told_who_ticks=current_user.has(Right.TICK_ROWS),
            **_words(today),
        )


def _said_asked(done: RowAsked) -> str:
    if not done.people:
        return label("They have been reminded today already.")
    return plural("{count} person is reminded.", "{count} people are reminded.", done.people)


def _choose_responsible(entry_id: int, plan: Edit) -> Choice | None:
    """Whom the curator may name, for whoever may see people."""
    if not current_user.has(Right.SEE_PEOPLE):
        return None
    return offer_choice(
        "responsible_id",
        url_for("roadmap.row", entry_id=entry_id),
        chosen=read_numbers([plan.form["responsible_id"]]),
    )


def _names(written: list[str]) -> dict[str, str]:
    """Of those who answer for a row, by the value of the field."""
    if not current_user.has(Right.SEE_PEOPLE):
        return {}
    return {str(one.id): one.full_name for one in see(read_people, ids=read_numbers(written))}


def _plan_of(one: Any) -> dict[str, str]:
    days = {"planned_from": one.planned_from, "planned_to": one.planned_to}
    found = {name: day.isoformat() if day else "" for name, day in days.items()}
    return {**found, "responsible_id": str(one.responsible_id or "")}


def _words(today: date) -> dict[str, Any]:
    """What the templates of rows need beside the rows."""
    return {
        "roadmap_words": roadmap_words,
        "roadmap_today": today,
        "documents": _documents,
        "windows": lambda one: describe_windows(one.row.windows, locale()),
        "lang": locale(),
        "sees_names": current_user.has(Right.SEE_PEOPLE),
        "may_change": current_user.has(Right.MANAGE_PAIRS),
        "sees_scans": current_user.has(Right.EDIT_PEOPLE),
    }


def _documents(one: RoadmapRow) -> list[str]:
    named = (one.row.document, *(activity.document for activity in one.row.activities))
    return [document.get(locale()) for document in named if document is not None]


def _reminder(one: RoadmapRow) -> Markup | None:
    """What those who answer for the row would get; None when nobody of them is in the chat."""
    person_id = next((leader.person_id for leader in one.leaders if leader.is_in_chat), None)
    if person_id is None or one.state is RowState.DONE:
        return None
    facts = {"entry_id": one.entry_id, "person_id": person_id}
    letter = compose(session(), kind=NoticeKind.ROADMAP_ASKED, facts=facts, t=translator(), now=now())
    return preview_of(letter) if isinstance(letter, Letter) else None
