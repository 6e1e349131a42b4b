"""What happens to people: leave, dismissal, transfer, two cards of one person; needs; banks by years."""

from datetime import date

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_account, current_actor, current_day
from admin.days import read_day
from admin.edits import Edit, flag, open_edit, take_edit
from admin.languages import label
from admin.numbers import read_number
from admin.pages import Entry, Group, command, form_page, page
from admin.storage import now, session
from models.people import Role
from services.access.actors import Right
from services.access.errors import N_, DomainError
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
from services.people.cards import list_people, read_person
from services.people.eligibility import EligibilityFacts, read_eligibility, set_eligibility
from services.people.histories import list_bank_entries
from services.people.testimonies import add_testimony, list_testimonies, mark_informed, remove_testimony

PAGE = 50
BOXES = ("is_new_here", "has_returned", "is_up_to_35", "is_student")


class LifePage(SecuredPage):
    endpoint, url = "life", "/life"
    entry = Entry(Group.PEOPLE, behind="people")

    @page("/", right=Right.EDIT_PEOPLE)
    def index(self) -> Response:
        return redirect(url_for("people.index"))

    @page("/<int:person_id>/", right=Right.EDIT_PEOPLE)
    def card(self, person_id: int) -> str:
        actor = current_actor()
        person = read_person(session(), actor=actor, person_id=person_id)
        absences = list_absences(session(), actor=actor, person_id=person_id)
        people = list_people(session(), actor=actor, organization_id=person.organization_id, now=now())
        return self.show(
            "panel/life.html",
            person=person,
            ties=read_ties(session(), actor=actor, person_id=person_id, now=now()),
            absences=absences,
            away=next((one for one in absences if one.ended_at is None), None),
            others=[row.person for row in people if row.person.id != person_id],
            workplaces=[
                one
                for one in list_where_may(session(), actor=actor, right=Right.EDIT_PEOPLE)
                if one.organization_id != person.organization_id
            ],
            today=current_day(),
        )

    @command("/<int:person_id>/leave", right=Right.EDIT_PEOPLE)
    def leave(self, person_id: int) -> Response:
        starts_on = _day("starts_on")
        if starts_on is None:
            return self._ask_day(person_id)
        done = self.attempt(
            begin_leave,
            actor=current_actor(),
            person_id=person_id,
            starts_on=starts_on,
            ends_on=_day("ends_on"),
            now=now(),
        )
        return self._said(person_id, done, label("The leave is noted; active pairs are paused."))

    @command("/<int:person_id>/dismiss", right=Right.EDIT_PEOPLE)
    def dismiss(self, person_id: int) -> Response:
        starts_on = _day("starts_on")
        if starts_on is None:
            return self._ask_day(person_id)
        done = self.attempt(
            dismiss_person, actor=current_actor(), person_id=person_id, starts_on=starts_on, now=now()
        )
        return self._said(person_id, done, label("The dismissal is noted; pairs have ended."))

    @command("/<int:person_id>/transfer", right=Right.EDIT_PEOPLE)
    def transfer(self, person_id: int) -> Response:
        starts_on, to = _day("starts_on"), read_number(request.form.get("organization_id", ""))
        if starts_on is None or to is None:
            return self._ask_day(person_id)
        done = self.attempt(
            transfer_person,
            actor=current_actor(),
            person_id=person_id,
            to_organization_id=to,
            starts_on=starts_on,
            now=now(),
        )
        return self._said(person_id, done, label("The person is transferred: a card is made there."))

    @command("/<int:person_id>/hand-over", right=Right.EDIT_PEOPLE)
    def hand_over(self, person_id: int) -> Response:
        to = read_number(request.form.get("to_person_id", ""))
        if to is None:
            flash(label("Please choose a colleague."), "error")
            return redirect(url_for("life.card", person_id=person_id))
        if self.succeeds(hand_over, actor=current_actor(), person_id=person_id, to_person_id=to, now=now()):
            flash(label("Handed over."), "success")
        return redirect(url_for("life.card", person_id=person_id))

    @command("/<int:person_id>/return", right=Right.EDIT_PEOPLE)
    def back(self, person_id: int) -> Response:
        done = self.attempt(end_absence, actor=current_actor(), person_id=person_id, now=now())
        return self._said(person_id, done, label("The person is back."))

    @form_page("/<int:person_id>/merge", right=Right.EDIT_PEOPLE)
    def merge(self, person_id: int) -> str | Response:
        """First what would move, then the joining itself."""
        other_id = read_number(request.values.get("other_id", ""))
        if other_id is None:
            read_person(session(), actor=current_actor(), person_id=person_id)
            return redirect(url_for("life.card", person_id=person_id))
        if request.method == "POST":
            done = self.attempt(
                merge_people, actor=current_actor(), person_id=person_id, other_id=other_id, now=now()
            )
            if done is None:
                return redirect(url_for("life.card", person_id=person_id))
            flash(label("The two cards are one now."), "success")
            return redirect(url_for("people.card", person_id=person_id))
        try:
            found = preview_merge(session(), actor=current_actor(), person_id=person_id, other_id=other_id)
        except DomainError as error:
            if not error.text:
                raise
            flash(label(error.text, **error.facts), "error")
            return redirect(url_for("life.card", person_id=person_id))
        return self.show("panel/merge.html", found=found)

    def _ask_day(self, person_id: int) -> Response:
        flash(label("Please fill in the date and what else is asked."), "error")
        return redirect(url_for("life.card", person_id=person_id))

    def _said(self, person_id: int, done: object, text: str) -> Response:
        if done is None:
            return redirect(url_for("life.card", person_id=person_id))
        flash(text, "success")
        return redirect(url_for("people.card", person_id=person_id))


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
        known = read_eligibility(session(), actor=current_actor(), person_id=person_id)
        edit = take_edit(_grounds_of(known), _grounds(), subject=("person", person_id), show=_say_ground)

        def save() -> object | None:
            return self.attempt(
                set_eligibility,
                actor=current_actor(),
                person_id=person_id,
                experience_years=edit.form["experience_years"],
                now=now(),
                **{name: bool(edit.form[f"{name}:1"]) for name in BOXES},
            )

        if edit.carry_out(save, label("Saved."), is_new=known.updated_at is None):
            return redirect(url_for("needs.card", person_id=person_id))
        return self._show(person_id, {}, edit)

    @command("/<int:person_id>/tell", right=Right.MANAGE_PAIRS)
    def tell(self, person_id: int) -> str | Response:
        form = {name: request.form.get(name, "") for name in ("source", "told_on", "text", "informed_on")}
        told_on = _day("told_on")
        if told_on is None:
            flash(label("Please fill in the date and what else is asked."), "error")
            return self._show(person_id, form)
        done = self.attempt(
            add_testimony,
            actor=current_actor(),
            person_id=person_id,
            source=form["source"],
            told_on=told_on,
            text=form["text"],
            informed_on=_day("informed_on"),
            today=current_day(),
            now=now(),
        )
        if done is None:
            return self._show(person_id, form)
        flash(label("Saved."), "success")
        return redirect(url_for("needs.card", person_id=person_id))

    @command("/<int:person_id>/informed/<int:testimony_id>", right=Right.MANAGE_PAIRS)
    def informed(self, person_id: int, testimony_id: int) -> Response:
        self.succeeds(
            mark_informed,
            actor=current_actor(),
            testimony_id=testimony_id,
            informed_on=current_day(),
            today=current_day(),
            now=now(),
        )
        return redirect(url_for("needs.card", person_id=person_id))

    @command("/<int:person_id>/remove/<int:testimony_id>", right=Right.MANAGE_PAIRS)
    def remove(self, person_id: int, testimony_id: int) -> Response:
        self.succeeds(remove_testimony, actor=current_actor(), testimony_id=testimony_id, now=now())
        return redirect(url_for("needs.card", person_id=person_id))

    def _show(self, person_id: int, form: dict[str, str], grounds: Edit | None = None) -> str:
        actor = current_actor()
        known = read_eligibility(session(), actor=actor, person_id=person_id)
        return self.show(
            "panel/needs.html",
            person=read_person(session(), actor=actor, person_id=person_id),
            eligibility=known,
            grounds=grounds or open_edit(_grounds_of(known), subject=("person", person_id)),
            testimonies=list_testimonies(session(), actor=actor, person_id=person_id),
            form={"source": "", "told_on": current_day().isoformat(), "text": "", "informed_on": "", **form},
        )


def _grounds_of(known: EligibilityFacts) -> dict[str, str]:
    years = known.experience_years
    found = {"experience_years": "" if years is None else str(years)}
    for name in BOXES:
        found.update(flag(name, is_on=getattr(known, name)))
    return found


def _grounds() -> dict[str, str]:
    return {
        "experience_years": label("Years of teaching"),
        "is_new_here:1": label("New at this workplace"),
        "has_returned:1": label("Returned after a break"),
        "is_up_to_35:1": label("Up to 35 years of age"),
        "is_student:1": label("A student, not staff"),
    }


def _say_ground(name: str, value: str) -> str:
    return (label("yes") if value else label("no")) if name.endswith(":1") else value


class BankPage(SecuredPage):
    endpoint, url = "banks", "/banks"
    entry = Entry(Group.PEOPLE, 3, N_("Banks"))

    @page("/", right=Right.SEE_PEOPLE)
    def index(self) -> str:
        asked, is_student = request.args.get("role", ""), request.args.get("who") == "students"
        role = Role(asked) if asked in set(Role) else Role.MENTEE
        page = read_number(request.args.get("page", "")) or 0
        found = list_bank_entries(
            session(),
            actor=current_actor(),
            organization_id=current_account().organization_id,
            role=role,
            is_student=is_student,
        )
        return self.show(
            "panel/banks.html",
            rows=found[page * PAGE : (page + 1) * PAGE],
            count=len(found),
            role=role,
            is_student=is_student,
            page=page,
            pages=-(-len(found) // PAGE),
        )


def _day(name: str) -> date | None:
    return read_day(request.form.get(name, ""))
