"""Consents: deadlines, a person's ledger, forms to print, papers to register, letters of withdrawal."""

from datetime import UTC, date, datetime, time

from flask import redirect, url_for
from werkzeug.wrappers import Response

from admin import words
from admin.access import SecuredPage, current_day
from admin.calls import do, see
from admin.edits import Edit, open_edit, take_edit
from admin.files import give_file, scan_sent
from admin.inputs import InputRefused, chosen, day, moment, one_of, text, texts
from admin.languages import label, locale
from admin.pages import Entry, Group, command, page
from admin.privacy_words import AGE_GROUPS
from admin.storage import now
from models.consents import ConsentKind
from models.people import AgeGroup
from services.access.errors import N_
from services.access.rights import LISTS
from services.consents.duties import complete_duty, demand_stop, list_duties
from services.consents.papers import FIELDS, PaperFacts, choose_age_group, register_paper
from services.consents.retention import list_retained
from services.consents.states import age_group_of
from services.consents.texts import read_offer
from services.joining.consent_overview import ask_for_consent, list_standings
from services.joining.withdrawing import decline_on_paper, withdraw_on_paper
from services.people.cards import read_person
from services.privacy.agreements import list_agreements
from services.privacy.erasures import list_acts, list_overdue
from services.privacy.operators import read_operator
from services.privacy.publications import list_publications_with
from services.privacy.scans import read_scan
from services.privacy.terms import list_cycle_terms
from services.programmes.consents import split_passages

MOST_SHOWN = 50  # lines of each list of the page; how many there are is said


class ConsentsPage(SecuredPage):
    endpoint, url = "consents", "/consents"
    entry = Entry(Group.DOCUMENTS, 1, N_("Consents"))

    @page("/", right=LISTS["consents"])
    def index(self) -> str:
        return self.show(
            "panel/consents.html",
            duties=see(list_duties),
            most=MOST_SHOWN,
            overdue=see(list_overdue),
            acts=see(list_acts),
            kept=see(list_retained),
            terms=see(list_cycle_terms),
            operator=see(read_operator),
            lang=locale(),
        )

    @page("/person/<int:person_id>/", right=LISTS["consents"])
    def person(self, person_id: int) -> str:
        return self._person(person_id)

    def _person(self, person_id: int, age: Edit | None = None) -> str:
        person = see(read_person, person_id=person_id)
        return self.show(
            "panel/consents_person.html",
            person=person,
            standings=see(list_standings, person_id=person_id),
            duties=see(list_duties, person_id=person_id),
            publications={
                kind: see(list_publications_with, person_id=person_id, kind=kind)
                for kind in (ConsentKind.DISSEMINATION, ConsentKind.PHOTO_VIDEO)
            },
            agreements=see(list_agreements, person_id=person_id),
            operator=see(read_operator),
            fields=FIELDS,
            age=age
            or open_edit(
                {"age_group": see(age_group_of, person_id=person_id).value}, subject=("person", person_id)
            ),
            today=current_day(),
        )

    @page("/person/<int:person_id>/form/<kind>", right=LISTS["consents"])
    def form(self, person_id: int, kind: str) -> str:
        """The text with the person's name in it, to print and sign; Russian, as the law's papers are."""
        person = see(read_person, person_id=person_id)
        offer = see(read_offer, person_id=person_id, locale="ru", kind=one_of(ConsentKind, kind))
        return self.show(
            "panel/consent_form.html", person=person, offer=offer, passages=list(split_passages(offer.text))
        )

    @command("/person/<int:person_id>/register/<kind>", right=LISTS["consents"])
    def register(self, person_id: int, kind: str) -> Response:
        paper_date = N_("Please give the date that stands on the paper; it cannot lie in the future.")
        signed = day("signed_on", needed=paper_date)
        if signed > current_day():
            raise InputRefused("signed_on", paper_date)
        with scan_sent() as file_id:
            paper = PaperFacts(
                **texts("number", "signed_by", "bans"),
                fields=tuple(chosen("fields")),
                sites=tuple(chosen("sites")),
                term_until=day("term_until"),
                file_id=file_id,
            )
            do(
                register_paper,
                person_id=person_id,
                kind=one_of(ConsentKind, kind),
                decided_at=_noon(signed),
                paper=paper,
                success=label("The paper is registered."),
            )
        return redirect(url_for("consents.person", person_id=person_id))

    @command("/person/<int:person_id>/withdraw/<kind>", right=LISTS["consents"])
    def withdraw(self, person_id: int, kind: str) -> Response:
        do(
            withdraw_on_paper,
            person_id=person_id,
            kind=one_of(ConsentKind, kind),
            success=label("The withdrawal is registered; its deadline runs from today."),
        )
        return redirect(url_for("consents.person", person_id=person_id))

    @command("/person/<int:person_id>/decline/<kind>", right=LISTS["consents"])
    def decline(self, person_id: int, kind: str) -> Response:
        do(
            decline_on_paper,
            person_id=person_id,
            kind=one_of(ConsentKind, kind),
            success=label("The refusal is registered. Nothing follows from it for the person's work."),
        )
        return redirect(url_for("consents.person", person_id=person_id))

    @command("/person/<int:person_id>/ask/<kind>", right=LISTS["consents"])
    def ask(self, person_id: int, kind: str) -> Response:
        done = label("The bot puts the question; the person decides.")
        again = label("It was asked today already.")
        do(
            ask_for_consent,
            person_id=person_id,
            kind=one_of(ConsentKind, kind),
            success=lambda is_new: done if is_new else again,
        )
        return redirect(url_for("consents.person", person_id=person_id))

    @command("/person/<int:person_id>/age", right=LISTS["consents"])
    def age(self, person_id: int) -> str | Response:
        one_of(AgeGroup, text("age_group"))
        person = see(read_person, person_id=person_id)
        edit = take_edit(
            {"age_group": see(age_group_of, person_id=person.id).value},
            {"age_group": label("This person is")},
            subject=("person", person_id),
            show=lambda _name, value: words.word(AGE_GROUPS, AgeGroup(value)),
        )

        def save() -> None:
            do(choose_age_group, person_id=person_id, age_group=AgeGroup(edit.form["age_group"]))

        if edit.carry_out(save, label("Saved.")):
            return redirect(url_for("consents.person", person_id=person_id))
        return self._person(person_id, edit)

    @command("/person/<int:person_id>/stop", right=LISTS["consents"])
    def stop(self, person_id: int) -> Response:
        do(
            demand_stop,
            person_id=person_id,
            success=label("The demand is registered: ten working days run from today."),
        )
        return redirect(url_for("consents.person", person_id=person_id))

    @command("/duties/<int:duty_id>/done", right=LISTS["consents"])
    def done(self, duty_id: int) -> Response:
        do(complete_duty, duty_id=duty_id, success=label("Marked as done."))
        return redirect(url_for("consents.index"))

    @page("/scans/<int:file_id>", right=LISTS["consents"])
    def scan(self, file_id: int) -> Response:
        return give_file(do(read_scan, file_id=file_id))


def _noon(day: date) -> datetime:
    """The moment of a paper is a day: its noon, or now when that is still to come."""
    return min(moment(day, time(12)).astimezone(UTC), now())
