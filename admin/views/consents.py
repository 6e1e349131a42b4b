"""Consents: deadlines, a person's ledger, forms to print, papers to register, letters of withdrawal."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from admin import words
from admin.access import SecuredPage, current_account, current_actor, current_day
from admin.configuration import panel_config
from admin.days import read_day
from admin.edits import Edit, open_edit, take_edit
from admin.languages import label, locale
from admin.pages import Entry, Group, command, page
from admin.privacy_words import AGE_GROUPS
from admin.storage import now, session
from models.consents import ConsentKind
from models.people import AgeGroup
from services.access.errors import N_, NotFound
from services.access.rights import LISTS
from services.consents.duties import complete_duty, demand_stop, list_duties
from services.consents.papers import FIELDS, PaperFacts, choose_age_group, register_paper
from services.consents.retention import list_kept
from services.consents.states import age_group_of
from services.consents.texts import read_offer
from services.files.store import FileMissing, folder_of, open_file, place_file, remove_content
from services.joining.consent_overview import ask_for_consent, list_standings
from services.joining.withdrawing import decline_on_paper, withdraw_on_paper
from services.people.cards import read_person
from services.privacy.agreements import list_agreements
from services.privacy.erasures import list_acts, list_overdue
from services.privacy.operators import read_operator
from services.privacy.publications import list_publications_with
from services.privacy.scans import keep_scan, read_scan
from services.privacy.terms import list_cycle_terms
from services.privacy.uploads import MOST_BYTES, judge_scan
from services.programmes.consents import split_passages


@dataclass(frozen=True, slots=True)
class Scan:
    """An uploaded scan that waits for the paper it belongs to; both empty when none was sent."""

    file_id: int | None = None
    name: str = ""


def take_scan(page: SecuredPage) -> Scan | None:
    """Place the uploaded scan, if there is one; None when it is refused, which is said above the page."""
    sent = request.files.get("scan")
    if sent is None or not sent.filename:
        return Scan()
    folder = panel_config().data_dir
    if folder is None:
        raise FileMissing
    content = sent.stream.read(MOST_BYTES + 1)
    ending = page.attempt(lambda _session: judge_scan(content))
    if ending is None:
        return None
    placed = place_file(folder_of(folder), lambda out: out.write(content))
    file_id = keep_scan(
        session(),
        actor=current_actor(),
        organization_id=current_account().organization_id,
        placed=placed,
        title=f"scan-{now():%Y-%m-%d}.{ending}",
        now=now(),
    )
    return Scan(file_id, placed.name)


def drop_scan(scan: Scan) -> None:
    """The paper was refused: the scan's row is rolled back, its content goes too."""
    folder = panel_config().data_dir
    if scan.name and folder is not None:
        remove_content(folder_of(folder), scan.name)


class ConsentsPage(SecuredPage):
    endpoint, url = "consents", "/consents"
    entry = Entry(Group.DOCUMENTS, 1, N_("Consents"))

    @page("/", right=LISTS["consents"])
    def index(self) -> str:
        facts: dict[str, Any] = {
            "actor": current_actor(),
            "organization_id": current_account().organization_id,
        }
        return self.show(
            "panel/consents.html",
            duties=list_duties(session(), **facts, now=now()),
            overdue=list_overdue(session(), **facts, now=now()),
            acts=list_acts(session(), **facts),
            kept=list_kept(session(), organization_id=current_account().organization_id),
            terms=list_cycle_terms(session(), **facts),
            operator=read_operator(session(), **facts),
            lang=locale(),
        )

    @page("/person/<int:person_id>/", right=LISTS["consents"])
    def person(self, person_id: int) -> str:
        return self._person(person_id)

    def _person(self, person_id: int, age: Edit | None = None) -> str:
        actor = current_actor()
        person = read_person(session(), actor=actor, person_id=person_id)
        return self.show(
            "panel/consents_person.html",
            person=person,
            standings=list_standings(session(), actor=actor, person_id=person_id, locale=locale()),
            duties=list_duties(
                session(), actor=actor, organization_id=person.organization_id, now=now(), person_id=person_id
            ),
            publications={
                kind: list_publications_with(session(), actor=actor, person_id=person_id, kind=kind)
                for kind in (ConsentKind.DISSEMINATION, ConsentKind.PHOTO_VIDEO)
            },
            agreements=list_agreements(session(), actor=actor, person_id=person_id),
            operator=read_operator(session(), actor=actor, organization_id=person.organization_id),
            fields=FIELDS,
            age=age
            or open_edit(
                {"age_group": age_group_of(session(), person_id).value}, subject=("person", person_id)
            ),
            today=current_day(),
        )

    @page("/person/<int:person_id>/form/<kind>", right=LISTS["consents"])
    def form(self, person_id: int, kind: str) -> str:
        """The text with the person's name in it, to print and sign; Russian, as the law's papers are."""
        person = read_person(session(), actor=current_actor(), person_id=person_id)
        offer = read_offer(session(), person_id=person_id, locale="ru", kind=_kind(kind))
        return self.show(
            "panel/consent_form.html", person=person, offer=offer, passages=list(split_passages(offer.text))
        )

    @command("/person/<int:person_id>/register/<kind>", right=LISTS["consents"])
    def register(self, person_id: int, kind: str) -> Response:
        back = redirect(url_for("consents.person", person_id=person_id))
        signed = _day("signed_on")
        if signed is None or signed > current_day():
            flash(
                label("Please give the date that stands on the paper; it cannot lie in the future."), "error"
            )
            return back
        scan = take_scan(self)
        if scan is None:
            return back
        done = self.attempt(
            register_paper,
            actor=current_actor(),
            person_id=person_id,
            kind=_kind(kind),
            decided_at=_noon(signed),
            paper=PaperFacts(
                number=request.form.get("number", ""),
                signed_by=request.form.get("signed_by", ""),
                fields=tuple(request.form.getlist("fields")),
                sites=tuple(request.form.getlist("sites")),
                bans=request.form.get("bans", ""),
                term_until=_day("term_until"),
                file_id=scan.file_id,
            ),
            now=now(),
        )
        if done is None:
            drop_scan(scan)
        else:
            flash(label("The paper is registered."), "success")
        return back

    @command("/person/<int:person_id>/withdraw/<kind>", right=LISTS["consents"])
    def withdraw(self, person_id: int, kind: str) -> Response:
        done = self.attempt(
            withdraw_on_paper, actor=current_actor(), person_id=person_id, kind=_kind(kind), now=now()
        )
        if done is not None:
            flash(label("The withdrawal is registered; its deadline runs from today."), "success")
        return redirect(url_for("consents.person", person_id=person_id))

    @command("/person/<int:person_id>/decline/<kind>", right=LISTS["consents"])
    def decline(self, person_id: int, kind: str) -> Response:
        facts: dict[str, Any] = {"actor": current_actor(), "person_id": person_id, "now": now()}
        if self.succeeds(decline_on_paper, kind=_kind(kind), **facts):
            flash(
                label("The refusal is registered. Nothing follows from it for the person's work."), "success"
            )
        return redirect(url_for("consents.person", person_id=person_id))

    @command("/person/<int:person_id>/ask/<kind>", right=LISTS["consents"])
    def ask(self, person_id: int, kind: str) -> Response:
        is_new = self.attempt(
            ask_for_consent, actor=current_actor(), person_id=person_id, kind=_kind(kind), now=now()
        )
        if is_new is not None:
            done = label("The bot puts the question; the person decides.")
            flash(done if is_new else label("It was asked today already."), "success")
        return redirect(url_for("consents.person", person_id=person_id))

    @command("/person/<int:person_id>/age", right=LISTS["consents"])
    def age(self, person_id: int) -> str | Response:
        chosen = request.form.get("age_group", "")
        if chosen not in set(AgeGroup):
            abort(404)
        person = read_person(session(), actor=current_actor(), person_id=person_id)
        edit = take_edit(
            {"age_group": age_group_of(session(), person.id).value},
            {"age_group": label("This person is")},
            subject=("person", person_id),
            show=lambda _name, value: words.word(AGE_GROUPS, AgeGroup(value)),
        )

        def save() -> object | None:
            facts: dict[str, Any] = {"actor": current_actor(), "person_id": person_id, "now": now()}
            return (
                self.succeeds(choose_age_group, age_group=AgeGroup(edit.form["age_group"]), **facts) or None
            )

        if edit.carry_out(save, label("Saved.")):
            return redirect(url_for("consents.person", person_id=person_id))
        return self._person(person_id, edit)

    @command("/person/<int:person_id>/stop", right=LISTS["consents"])
    def stop(self, person_id: int) -> Response:
        if self.attempt(demand_stop, actor=current_actor(), person_id=person_id, now=now()):
            flash(label("The demand is registered: ten working days run from today."), "success")
        return redirect(url_for("consents.person", person_id=person_id))

    @command("/duties/<int:duty_id>/done", right=LISTS["consents"])
    def done(self, duty_id: int) -> Response:
        if self.succeeds(complete_duty, actor=current_actor(), duty_id=duty_id, now=now()):
            flash(label("Marked as done."), "success")
        return redirect(url_for("consents.index"))

    @page("/scans/<int:file_id>", right=LISTS["consents"])
    def scan(self, file_id: int) -> Response:
        facts = self.act(read_scan, actor=current_actor(), file_id=file_id, now=now())
        folder = panel_config().data_dir
        if folder is None:
            raise FileMissing
        return send_file(
            open_file(folder_of(folder), facts),
            mimetype="application/octet-stream",
            as_attachment=True,
            download_name=facts.title,
        )


def _kind(name: str) -> ConsentKind:
    if name not in set(ConsentKind):
        raise NotFound
    return ConsentKind(name)


def _day(name: str) -> date | None:
    return read_day(request.form.get(name, ""))


def _noon(day: date) -> datetime:
    """The moment of a paper is a day: its noon, or now when that is still to come."""
    moment = datetime.combine(day, time(12), ZoneInfo(current_account().timezone)).astimezone(UTC)
    return min(moment, now())
