"""The roadmap: the picture by stage, its rows, and what may be done with one (A14, B4, E18)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from admin import roadmap_words
from admin.access import SecuredPage, current_account, current_actor, current_day
from admin.cycles import cycle, cycle_id_or_none, pack
from admin.days import DateUnreadable, read_date
from admin.edits import Edit, open_edit, take_edit
from admin.languages import day, label, locale, plural, translator
from admin.numbers import read_number
from admin.pages import Entry, Group, command, page
from admin.previews import preview_of
from admin.storage import now, session
from admin.timelines import draw_roadmap
from admin.views.consents import drop_scan, take_scan
from models.messages import NoticeKind
from notices.catalogue import compose
from notices.letters import Letter
from services.access.actors import Right
from services.access.errors import N_
from services.access.rights import LISTS
from services.people.cards import list_people
from services.programmes.windows import describe_windows
from services.roadmap.entries import plan_entry, put_off, shift_old_dates
from services.roadmap.leaders import is_among
from services.roadmap.proofs import add_proof, finish_row, reopen_row
from services.roadmap.reading import RoadmapRow, RowState, read_roadmap, read_row
from services.roadmap.reminders import ask_responsible


class RoadmapPage(SecuredPage):
    endpoint, url = "roadmap", "/roadmap"
    entry = Entry(Group.PROGRAMME, 1, N_("Roadmap"))

    @page("/", right=LISTS["roadmap"])
    def index(self) -> str:
        if cycle_id_or_none() is None:
            return self.show("panel/roadmap_none.html")
        roadmap = read_roadmap(session(), actor=current_actor(), cycle_id=cycle().id, now=now())
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
        done = self.act(shift_old_dates, actor=current_actor(), cycle_id=cycle().id, now=now())
        text = plural("{count} row is moved.", "{count} rows are moved.", done.rows)
        flash(text, "success")
        return redirect(url_for("roadmap.index"))

    @page("/<int:entry_id>/", right=LISTS["roadmap"])
    def row(self, entry_id: int) -> str:
        return self._row(entry_id, MultiDict())

    @command("/<int:entry_id>/done", right=Right.TICK_ROWS)
    def finish(self, entry_id: int) -> str | Response:
        return self._change(entry_id, finish_row, label("The row is done."), day_field="done_on")

    @command("/<int:entry_id>/evidence", right=Right.TICK_ROWS)
    def prove(self, entry_id: int) -> str | Response:
        sent = request.files.get("scan")
        typed = request.form.get("url", "") + request.form.get("note", "")
        if not (typed.strip() or (sent is not None and sent.filename)):
            flash(label("Please give a link, a scan or write a word."), "error")
            return self._row(entry_id, request.form)
        return self._change(entry_id, add_proof, label("The evidence is added."))

    @command("/<int:entry_id>/reopen", right=Right.MANAGE_PAIRS)
    def reopen(self, entry_id: int) -> Response:
        self.act(reopen_row, actor=current_actor(), entry_id=entry_id, now=now())
        flash(label("The row is open again."), "success")
        return redirect(url_for("roadmap.row", entry_id=entry_id))

    @command("/<int:entry_id>/remind", right=Right.MANAGE_PAIRS)
    def remind(self, entry_id: int) -> Response:
        done = self.attempt(ask_responsible, actor=current_actor(), entry_id=entry_id, now=now())
        if done is not None:
            said = plural("{count} person is reminded.", "{count} people are reminded.", done.people)
            flash(said if done.people else label("They have been reminded today already."), "success")
        return redirect(url_for("roadmap.row", entry_id=entry_id))

    @command("/<int:entry_id>/later", right=Right.MANAGE_PAIRS)
    def put_off(self, entry_id: int) -> Response:
        day_again = self.attempt(put_off, actor=current_actor(), entry_id=entry_id, now=now())
        if day_again is not None:
            flash(label("No reminders of this row until {day}.", day=day(day_again)), "success")
        return redirect(url_for("roadmap.row", entry_id=entry_id))

    @command("/<int:entry_id>/plan", right=Right.MANAGE_PAIRS)
    def plan(self, entry_id: int) -> str | Response:
        _stage, one = read_row(session(), actor=current_actor(), entry_id=entry_id, now=now())
        names = {str(person_id): name for person_id, name in _people()}
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

        def save() -> object | None:
            chosen = edit.form["responsible_id"]
            try:
                facts: dict[str, Any] = {
                    "planned_from": read_date(edit.form["planned_from"]),
                    "planned_to": read_date(edit.form["planned_to"]),
                    "responsible_id": read_number(chosen),
                }
            except DateUnreadable:
                flash(label("This is no date. Write it like 15.10.2026."), "error")
                return None
            return self.attempt(plan_entry, actor=current_actor(), entry_id=entry_id, now=now(), **facts)

        if edit.carry_out(save, label("The plan is saved. Reminders follow it.")):
            return redirect(url_for("roadmap.row", entry_id=entry_id))
        return self._row(entry_id, MultiDict(), edit)

    def _change(
        self, entry_id: int, service: Callable[..., Any], said: str, *, day_field: str | None = None
    ) -> str | Response:
        facts: dict[str, Any] = {name: request.form.get(name, "") for name in ("url", "note")}
        try:
            if day_field is not None:
                facts[day_field] = read_date(request.form.get(day_field, ""))
        except DateUnreadable:
            return self._say_date(entry_id)
        scan = take_scan(self)
        if scan is None:
            return self._row(entry_id, request.form)
        done = self.attempt(
            service, actor=current_actor(), entry_id=entry_id, file_id=scan.file_id, now=now(), **facts
        )
        if done is None:
            drop_scan(scan)
            return self._row(entry_id, request.form)
        flash(said, "success")
        return redirect(url_for("roadmap.row", entry_id=entry_id))

    def _say_date(self, entry_id: int) -> str:
        flash(label("This is no date. Write it like 15.10.2026."), "error")
        return self._row(entry_id, request.form)

    def _row(self, entry_id: int, form: "MultiDict[str, str]", plan: Edit | None = None) -> str:
        """The page of a row; after a refusal with what was typed."""
        stage, one = read_row(session(), actor=current_actor(), entry_id=entry_id, now=now())
        today = current_day()
        return self.show(
            "panel/roadmap_row.html",
            stage=stage,
            one=one,
            form=form,
            plan=plan or open_edit(_plan_of(one), subject=("roadmap_entry", entry_id)),
            today=today.isoformat(),
            people=_people(),
            reminder=_reminder(one),
            may_tick=current_user.has(Right.MANAGE_PAIRS)
            or is_among(session(), current_actor(), one.leaders, current_account().organization_id),
            is_told_who_ticks=current_user.has(Right.TICK_ROWS),
            **_words(today),
        )


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


def _people() -> list[tuple[int, str]]:
    """Colleagues whom the curator may name, by family name."""
    if not current_user.has(Right.SEE_PEOPLE):
        return []
    rows = list_people(
        session(), actor=current_actor(), organization_id=current_account().organization_id, now=now()
    )
    return [(row.person.id, row.person.full_name) for row in rows]
