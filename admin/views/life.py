"""What happens to people: leave, dismissal, transfer, two cards of one person; needs; banks by years."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_day
from admin.calls import do, refusals_shown, see
from admin.choices import offer_choice
from admin.edits import Edit, box, open_edit, take_edit
from admin.inputs import day, number, record, text, texts
from admin.languages import label
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from models.people import Role
from services.access.actors import Right
from services.access.errors import N_
from services.accounts.workplaces import list_where_may
from services.joining.absences import (
    begin_leave,
    dismiss_person,
    end_absence,
    list_absences,
    read_ties,
    transfer_person,
)
from services.joining.handovers import hand_over
from services.joining.merging import merge_people, preview_merge
from services.people.cards import read_person
from services.people.eligibility import EligibilityFacts, read_eligibility, set_eligibility
from services.people.histories import list_bank_entries
from services.people.testimonies import add_testimony, list_testimonies, mark_informed, remove_testimony

FILL_IN = N_("Please fill in the date and what else is asked.")
BOXES = ("is_new_here", "has_returned", "is_up_to_35", "is_student")


class LifePage(SecuredPage):
    endpoint, url = "life", "/life"
    entry = Entry(Group.PEOPLE, behind="people")

    @page("/", right=Right.EDIT_PEOPLE)
    def index(self) -> Response:
        return redirect(url_for("people.index"))

    @page("/<int:person_id>/", right=Right.EDIT_PEOPLE)
    def card(self, person_id: int) -> str:
        person = see(read_person, person_id=person_id)
        absences = see(list_absences, person_id=person_id)
        address = url_for("life.card", person_id=person_id)
        return self.show(
            "panel/life.html",
            person=person,
            ties=see(read_ties, person_id=person_id),
            absences=absences,
            away=next((one for one in absences if one.ended_at is None), None),
            heir=offer_choice("to_person_id", address, without=[person_id]),
            other=offer_choice("other_id", address, without=[person_id]),
            workplaces=[
                one
                for one in see(list_where_may, right=Right.EDIT_PEOPLE)
                if one.organization_id != person.organization_id
            ],
            today=current_day(),
        )

    @command("/<int:person_id>/leave", right=Right.EDIT_PEOPLE)
    def leave(self, person_id: int) -> Response:
        do(
            begin_leave,
            person_id=person_id,
            starts_on=day("starts_on", needed=FILL_IN),
            ends_on=day("ends_on"),
            success=label("The leave is noted; active pairs are paused."),
        )
        return redirect(url_for("people.card", person_id=person_id))

    @command("/<int:person_id>/dismiss", right=Right.EDIT_PEOPLE)
    def dismiss(self, person_id: int) -> Response:
        do(
            dismiss_person,
            person_id=person_id,
            starts_on=day("starts_on", needed=FILL_IN),
            success=label("The dismissal is noted; pairs have ended."),
        )
        return redirect(url_for("people.card", person_id=person_id))

    @command("/<int:person_id>/transfer", right=Right.EDIT_PEOPLE)
    def transfer(self, person_id: int) -> Response:
        do(
            transfer_person,
            person_id=person_id,
            to_organization_id=number("organization_id", needed=FILL_IN),
            starts_on=day("starts_on", needed=FILL_IN),
            success=label("The person is transferred: a card is made there."),
        )
        return redirect(url_for("people.card", person_id=person_id))

    @command("/<int:person_id>/hand-over", right=Right.EDIT_PEOPLE)
    def hand_over(self, person_id: int) -> Response:
        to = number("to_person_id", needed=N_("Please choose a colleague."))
        do(hand_over, person_id=person_id, to_person_id=to, success=label("Handed over."))
        return redirect(url_for("life.card", person_id=person_id))

    @command("/<int:person_id>/return", right=Right.EDIT_PEOPLE)
    def back(self, person_id: int) -> Response:
        do(end_absence, person_id=person_id, success=label("The person is back."))
        return redirect(url_for("people.card", person_id=person_id))

    @form_page("/<int:person_id>/merge", right=Right.EDIT_PEOPLE)
    def merge(self, person_id: int) -> str | Response:
        """First what would move, then the joining itself."""
        other_id = record("other_id")
        if other_id is None:
            see(read_person, person_id=person_id)
            return redirect(url_for("life.card", person_id=person_id))
        with refusals_shown():
            if request.method == "POST":
                done = label("The two cards are one now.")
                do(merge_people, person_id=person_id, other_id=other_id, success=done)
                return redirect(url_for("people.card", person_id=person_id))
            found = see(preview_merge, person_id=person_id, other_id=other_id)
            return self.show("panel/merge.html", found=found)
        return redirect(url_for("life.card", person_id=person_id))


class NeedsPage(SecuredPage):
    endpoint, url = "needs", "/needs"
    entry = Entry(Group.PEOPLE, behind="people")

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> Response:
        return redirect(url_for("people.index"))

    @page("/<int:person_id>/", right=Right.MANAGE_PAIRS)
    def card(self, person_id: int) -> str:
        return self._show(person_id, {})

    @command("/<int:person_id>/eligibility", right=Right.MANAGE_PAIRS)
    def eligibility(self, person_id: int) -> str | Response:
        known = see(read_eligibility, person_id=person_id)
        edit = take_edit(_grounds_of(known), _grounds(), subject=("person", person_id), show=_describe_ground)

        def save() -> None:
            boxes = {name: bool(edit.form[f"{name}:1"]) for name in BOXES}
            years = edit.form["experience_years"]
            do(set_eligibility, person_id=person_id, experience_years=years, **boxes)

        if edit.carry_out(save, label("Saved."), is_new=known.updated_at is None):
            return redirect(url_for("needs.card", person_id=person_id))
        return self._show(person_id, {}, edit)

    @command("/<int:person_id>/tell", right=Right.MANAGE_PAIRS)
    def tell(self, person_id: int) -> str | Response:
        with refusals_shown():
            do(
                add_testimony,
                person_id=person_id,
                source=text("source"),
                told_on=day("told_on", needed=FILL_IN),
                text=text("text"),
                informed_on=day("informed_on"),
                success=label("Saved."),
            )
            return redirect(url_for("needs.card", person_id=person_id))
        return self._show(person_id, texts("source", "told_on", "text", "informed_on"))

    @command("/<int:person_id>/informed/<int:testimony_id>", right=Right.MANAGE_PAIRS)
    def informed(self, person_id: int, testimony_id: int) -> Response:
        do(mark_informed, testimony_id=testimony_id, informed_on=current_day())
        return redirect(url_for("needs.card", person_id=person_id))

    @command("/<int:person_id>/remove/<int:testimony_id>", right=Right.MANAGE_PAIRS)
    def remove(self, person_id: int, testimony_id: int) -> Response:
        do(remove_testimony, testimony_id=testimony_id)
        return redirect(url_for("needs.card", person_id=person_id))

    def _show(self, person_id: int, form: dict[str, str], grounds: Edit | None = None) -> str:
        known = see(read_eligibility, person_id=person_id)
        return self.show(
            "panel/needs.html",
            person=see(read_person, person_id=person_id),
            eligibility=known,
            grounds=grounds or open_edit(_grounds_of(known), subject=("person", person_id)),
            testimonies=see(list_testimonies, person_id=person_id),
            form={"source": "", "told_on": current_day().isoformat(), "text": "", "informed_on": "", **form},
        )


def _grounds_of(known: EligibilityFacts) -> dict[str, str]:
    years = known.experience_years
    found = {"experience_years": "" if years is None else str(years)}
    for name in BOXES:
        found.update(box(name, is_on=getattr(known, name)))
    return found


def _grounds() -> dict[str, str]:
    return {
        "experience_years": label("Years of teaching"),
        "is_new_here:1": label("New at this workplace"),
        "has_returned:1": label("Returned after a break"),
        "is_up_to_35:1": label("Up to 35 years of age"),
        "is_student:1": label("A student, not staff"),
    }


def _describe_ground(name: str, value: str) -> str:
    return (label("yes") if value else label("no")) if name.endswith(":1") else value


class BankPage(SecuredPage):
    endpoint, url = "banks", "/banks"
    entry = Entry(Group.PEOPLE, 3, N_("Banks"))

    @page("/", right=Right.SEE_PEOPLE)
    def index(self) -> str:
        asked, is_student = request.args.get("role", ""), request.args.get("who") == "students"
        role = Role(asked) if asked in set(Role) else Role.MENTEE
        found = see(list_bank_entries, role=role, is_student=is_student, asked=read_asked())
        return self.show(
            "panel/banks.html",
            listed=found,
            rows=found.rows,
            role=role,
            is_student=is_student,
        )
