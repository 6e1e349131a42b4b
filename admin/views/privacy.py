"""Personal data: the operator's card, the description for the regulator, erasure with its act, agreements."""

from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_account, current_actor
from admin.days import DateUnreadable, read_date, read_day
from admin.edits import take_edit
from admin.languages import label, locale
from admin.numbers import read_number
from admin.pages import Entry, Group, form_page, page
from admin.storage import now, session
from admin.views.consents import drop_scan, take_scan
from models.privacy import AgreementBasis
from services.access.actors import Right
from services.consents.retention import list_kept
from services.people.cards import read_person
from services.privacy.agreements import list_mentored_pairs, register_agreement
from services.privacy.erasures import ask_erasure, preview_erasure, read_act
from services.privacy.operators import edit_operator, read_operator

AGREEMENT = ("number", "content", "form", "payment", "signed_on", "starts_on", "ends_on")


class PrivacyPage(SecuredPage):
    endpoint, url = "privacy", "/privacy"
    entry = Entry(Group.DOCUMENTS, behind="consents")

    @page("/", right=Right.EDIT_PEOPLE)
    def index(self) -> Response:
        return redirect(url_for("consents.index"))

    @form_page("/operator", right=Right.MANAGE_SETTINGS)
    def operator(self) -> str | Response:
        facts: dict[str, Any] = {
            "actor": current_actor(),
            "organization_id": current_account().organization_id,
        }
        known = read_operator(session(), **facts)
        edit = take_edit(
            {
                "ogrn": known.ogrn,
                "contact": known.contact,
                "officer": known.officer,
                "storage_place": known.storage_place,
                "sites": "\n".join(known.sites),
                "notified_on": known.notified_on.isoformat() if known.notified_on else "",
            },
            {
                "ogrn": label("OGRN"),
                "contact": label("Where to write about personal data"),
                "officer": label("Who answers for personal data"),
                "storage_place": label("Where the database stands"),
                "sites": label("Sites where the programme publishes"),
                "notified_on": label("When the regulator was notified"),
            },
            subject=("organization", facts["organization_id"]),
            days=("notified_on",),
        )

        def save() -> object | None:
            try:
                notified_on = read_date(edit.form["notified_on"])
            except DateUnreadable:
                flash(label("This is no date. Write it like 15.10.2026."), "error")
                return None
            told: dict[str, Any] = {**edit.form, "notified_on": notified_on}
            return self.attempt(edit_operator, **facts, **told, now=now())

        if edit.carry_out(save, label("Saved.")):
            return redirect(url_for("privacy.operator"))
        return self.show("panel/operator.html", form=edit.form, edit=edit, operator=known)

    @page("/processing", right=Right.EDIT_PEOPLE)
    def processing(self) -> str:
        """One page for the notice to the regulator (152-ФЗ, art. 22)."""
        facts: dict[str, Any] = {
            "actor": current_actor(),
            "organization_id": current_account().organization_id,
        }
        return self.show(
            "panel/processing.html",
            operator=read_operator(session(), **facts),
            kept=list_kept(session(), organization_id=current_account().organization_id),
            lang=locale(),
            today=now(),
        )

    @form_page("/person/<int:person_id>/erase", right=Right.EDIT_PEOPLE)
    def erase(self, person_id: int) -> str | Response:
        """What will go and what stays, before it happens; the worker does it."""
        facts: dict[str, Any] = {"actor": current_actor(), "person_id": person_id, "now": now()}
        if request.method == "POST":
            if self.attempt(ask_erasure, **facts) is not None:
                flash(
                    label("The data are being destroyed. The act stands on this page in a minute."), "success"
                )
                return redirect(url_for("consents.index"))
            return redirect(url_for("consents.person", person_id=person_id))
        preview = preview_erasure(session(), **facts)
        return self.show("panel/erase.html", preview=preview, lang=locale())

    @page("/acts/<int:act_id>", right=Right.EDIT_PEOPLE)
    def act_sheet(self, act_id: int) -> str:
        return self.show(
            "panel/destruction_act.html",
            act=read_act(session(), actor=current_actor(), act_id=act_id),
            lang=locale(),
        )

    @form_page("/person/<int:person_id>/agreement", right=Right.EDIT_PEOPLE)
    def agreement(self, person_id: int) -> str | Response:
        """The agreement of art. 351.8: a draft to print, and its registration once it is signed."""
        person = read_person(session(), actor=current_actor(), person_id=person_id)
        pairs = list_mentored_pairs(session(), actor=current_actor(), person_id=person_id)
        pair_id = _pair([one.id for one in pairs])
        form = {
            name: request.form.get(name, "") for name in (*AGREEMENT, "signed_on", "starts_on", "ends_on")
        }
        if request.method == "POST":
            days = [_day(name) for name in ("signed_on", "starts_on", "ends_on")]
            scan = take_scan(self) if None not in days else None
            if None in days:
                flash(label("Please give all three dates: of signing, beginning and end."), "error")
            if scan is not None:
                done = self.attempt(
                    register_agreement,
                    actor=current_actor(),
                    person_id=person_id,
                    number=form["number"],
                    content=form["content"],
                    form=form["form"],
                    payment=form["payment"],
                    signed_on=days[0] or now().date(),
                    starts_on=days[1] or now().date(),
                    ends_on=days[2] or now().date(),
                    basis=_basis(),
                    file_id=scan.file_id,
                    pair_id=pair_id,
                    now=now(),
                )
                if done is not None:
                    flash(label("The agreement is registered."), "success")
                    return redirect(url_for("consents.person", person_id=person_id))
                drop_scan(scan)
        return self.show(
            "panel/agreement.html",
            person=person,
            form=form,
            pairs=pairs,
            pair_id=pair_id,
            bases=AgreementBasis,
            basis=_basis(),
            operator=read_operator(session(), actor=current_actor(), organization_id=person.organization_id),
        )


def _pair(known: list[int]) -> int | None:
    """The pair that was chosen or that the page was opened from; the only one there is, while none was."""
    chosen = request.form.get("pair_id", request.args.get("pair"))
    if chosen is None:
        return known[0] if len(known) == 1 else None
    number = read_number(chosen)
    return number if number in known else None


def _basis() -> AgreementBasis:
    chosen = request.form.get("basis", "")
    return AgreementBasis(chosen) if chosen in set(AgreementBasis) else AgreementBasis.ASSIGNMENT


def _day(name: str) -> date | None:
    return read_day(request.form.get(name, ""))
