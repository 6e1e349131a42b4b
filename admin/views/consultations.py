"""The psychologist's own records: the only page of the panel that shows a word of them."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_day
from admin.calls import do, refusals_shown, see
from admin.inputs import day, record, text, texts
from admin.languages import label
from admin.pages import Entry, Group, command, page
from admin.paging import read_asked
from services.access.actors import Right
from services.access.errors import N_
from services.access.listing import Listed
from services.accounts.consultations import (
    TEXT_LIMIT,
    ConsultationFacts,
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
        return self.show("panel/consultations.html", person=None, listed=self._rows(None))

    @page("/<int:person_id>/", right=Right.KEEP_RECORDS)
    def person(self, person_id: int) -> str:
        return self._show(person_id, {})

    @command("/<int:person_id>/add", right=Right.KEEP_RECORDS)
    def add(self, person_id: int) -> str | Response:
        with refusals_shown():
            do(
                add_consultation,
                person_id=person_id,
                with_person_id=record("with_person_id"),
                held_on=day("held_on", needed=N_("Please fill in the date and what else is asked.")),
                text=text("text"),
                success=label("Saved."),
            )
            return redirect(url_for("consultations.person", person_id=person_id))
        return self._show(person_id, texts("held_on", "with_person_id", "text"))

    @command("/remove/<int:consultation_id>", right=Right.KEEP_RECORDS)
    def remove(self, consultation_id: int) -> Response:
        said = label("The record is removed.")
        person_id = do(remove_consultation, consultation_id=consultation_id, success=said)
        return redirect(url_for("consultations.person", person_id=person_id))

    def _rows(self, person_id: int | None) -> Listed[ConsultationFacts] | None:
        """Without them, the page says who closed them and who opens them."""
        try:
            asked = read_asked(is_descending=True)
            return see(list_own_consultations, person_id=person_id, asked=asked)
        except RecordsClosed:
            return None

    def _show(self, person_id: int, form: dict[str, str]) -> str:
        return self.show(
            "panel/consultations.html",
            person=see(read_person, person_id=person_id),
            partners=see(list_partners_of, person_id=person_id),
            listed=self._rows(person_id),
            limit=TEXT_LIMIT,
            form={"held_on": current_day().isoformat(), "with_person_id": "", "text": "", **form},
        )
