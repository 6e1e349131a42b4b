"""The psychologist's own records: the only page of the panel that shows a word of them."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_account, current_actor, current_day
from admin.days import read_day
from admin.languages import label
from admin.numbers import read_number
from admin.pages import Entry, Group, command, page
from admin.storage import now, session
from services.access.actors import Right
from services.access.errors import N_
from services.accounts.consultations import (
    TEXT_LIMIT,
    add_consultation,
    list_own_consultations,
    list_partners_of,
    remove_consultation,
)
from services.accounts.record_closures import RecordsClosed
from services.people.cards import read_person


class ConsultationPage(SecuredPage):
    endpoint, url = "consultations", "/consultations"
    entry = Entry(Group.PEOPLE, 4, N_("Consultations"))

    @page("/", right=Right.KEEP_RECORDS)
    def index(self) -> str:
        return self.show("panel/consultations.html", person=None, rows=self._rows(None))

    @page("/<int:person_id>/", right=Right.KEEP_RECORDS)
    def person(self, person_id: int) -> str:
        return self._show(person_id, {})

    @command("/<int:person_id>/add", right=Right.KEEP_RECORDS)
    def add(self, person_id: int) -> str | Response:
        form = {name: request.form.get(name, "") for name in ("held_on", "with_person_id", "text")}
        held_on = read_day(form["held_on"])
        if held_on is None:
            flash(label("Please fill in the date and what else is asked."), "error")
            return self._show(person_id, form)
        done = self.attempt(
            add_consultation,
            actor=current_actor(),
            person_id=person_id,
            with_person_id=read_number(request.form.get("with_person_id", "")),
            held_on=held_on,
            text=form["text"],
            today=current_day(),
            now=now(),
        )
        if done is None:
            return self._show(person_id, form)
        flash(label("Saved."), "success")
        return redirect(url_for("consultations.person", person_id=person_id))

    @command("/remove/<int:consultation_id>", right=Right.KEEP_RECORDS)
    def remove(self, consultation_id: int) -> Response:
        person_id = self.attempt(
            remove_consultation, actor=current_actor(), consultation_id=consultation_id, now=now()
        )
        if person_id is None:
            return redirect(url_for("consultations.index"))
        flash(label("The record is removed."), "success")
        return redirect(url_for("consultations.person", person_id=person_id))

    def _rows(self, person_id: int | None) -> list[object] | None:
        """Without them, the page says who closed them and who opens them."""
        try:
            return list(
                list_own_consultations(
                    session(),
                    actor=current_actor(),
                    organization_id=current_account().organization_id,
                    person_id=person_id,
                )
            )
        except RecordsClosed:
            return None

    def _show(self, person_id: int, form: dict[str, str]) -> str:
        actor = current_actor()
        return self.show(
            "panel/consultations.html",
            person=read_person(session(), actor=actor, person_id=person_id),
            partners=list_partners_of(session(), actor=actor, person_id=person_id),
            rows=self._rows(person_id),
            limit=TEXT_LIMIT,
            form={"held_on": current_day().isoformat(), "with_person_id": "", "text": "", **form},
        )
