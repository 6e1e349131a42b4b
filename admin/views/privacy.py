"""Personal data: the operator's card, the description for the regulator, erasure with its act, agreements."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_account
from admin.calls import do, refusals_shown, see
from admin.edits import take_edit
from admin.files import scan_sent
from admin.inputs import choice, day, read_day, text, texts
from admin.languages import label, locale
from admin.numbers import read_number
from admin.pages import Entry, Group, form_page, page
from admin.storage import now
from models.privacy import AgreementBasis
from services.access.actors import Right
from services.access.errors import N_
from services.consents.retention import list_retained
from services.people.cards import read_person
from services.privacy.agreements import list_mentored_pairs, register_agreement
from services.privacy.erasures import ask_erasure, preview_erasure, read_act
from services.privacy.operators import edit_operator, read_operator

WORDS = ("number", "content", "form", "payment")


class PrivacyPage(SecuredPage):
    endpoint, url = "privacy", "/privacy"
    entry = Entry(Group.DOCUMENTS, behind="consents")

    @page("/", right=Right.EDIT_PEOPLE)
    def index(self) -> Response:
        return redirect(url_for("consents.index"))

    @form_page("/operator", right=Right.MANAGE_SETTINGS)
    def operator(self) -> str | Response:
        known = see(read_operator)
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
            subject=("organization", current_account().organization_id),
            days=("notified_on",),
        )

        def save() -> None:
            told = {name: value for name, value in edit.form.items() if name != "notified_on"}
            do(edit_operator, **told, notified_on=read_day(edit.form["notified_on"], field="notified_on"))

        if edit.carry_out(save, label("Saved.")):
            return redirect(url_for("privacy.operator"))
        return self.show("panel/operator.html", form=edit.form, edit=edit, operator=known)

    @page("/processing", right=Right.EDIT_PEOPLE)
    def processing(self) -> str:
        """One page for the notice to the regulator (152-ФЗ, art. 22)."""
        return self.show(
            "panel/processing.html",
            operator=see(read_operator),
            kept=see(list_retained),
            lang=locale(),
            today=now(),
        )

    @form_page("/person/<int:person_id>/erase", right=Right.EDIT_PEOPLE)
    def erase(self, person_id: int) -> str | Response:
        """What will go and what stays, before it happens; the worker does it."""
        if request.method == "POST":
            do(
                ask_erasure,
                person_id=person_id,
                success=label("The data are being destroyed. The act stands on this page in a minute."),
            )
            return redirect(url_for("consents.index"))
        preview = see(preview_erasure, person_id=person_id)
        return self.show("panel/erase.html", preview=preview, lang=locale())

    @page("/acts/<int:act_id>", right=Right.EDIT_PEOPLE)
    def act_sheet(self, act_id: int) -> str:
        return self.show(
            "panel/destruction_act.html",
            act=see(read_act, act_id=act_id),
            lang=locale(),
        )

    @form_page("/person/<int:person_id>/agreement", right=Right.EDIT_PEOPLE)
    def agreement(self, person_id: int) -> str | Response:
        """The agreement of art. 351.8: a draft to print, and its registration once it is signed."""
        person = see(read_person, person_id=person_id)
        pairs = see(list_mentored_pairs, person_id=person_id)
        pair_id = _pair([one.id for one in pairs])
        if request.method == "POST":
            dates = N_("Please give all three dates: of signing, beginning and end.")
            with refusals_shown(), scan_sent() as file_id:
                do(
                    register_agreement,
                    person_id=person_id,
                    **texts(*WORDS),
                    signed_on=day("signed_on", needed=dates),
                    starts_on=day("starts_on", needed=dates),
                    ends_on=day("ends_on", needed=dates),
                    basis=_basis(),
                    file_id=file_id,
                    pair_id=pair_id,
                    success=label("The agreement is registered."),
                )
                return redirect(url_for("consents.person", person_id=person_id))
        return self.show(
            "panel/agreement.html",
            person=person,
            form=texts(*WORDS, "signed_on", "starts_on", "ends_on"),
            pairs=pairs,
            pair_id=pair_id,
            bases=AgreementBasis,
            basis=text("basis") or AgreementBasis.ASSIGNMENT,
            operator=see(read_operator),
        )


def _pair(known: list[int]) -> int | None:
    """The pair that was chosen or that the page was opened from; the only one there is, while none was."""
    chosen = text("pair_id") or request.args.get("pair")
    if chosen is None:
        return known[0] if len(known) == 1 else None
    number = read_number(chosen)
    return number if number in known else None


def _basis() -> AgreementBasis:
    return choice("basis", AgreementBasis, AgreementBasis.ASSIGNMENT)
