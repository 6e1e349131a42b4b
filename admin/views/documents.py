"""Official documents: made from live data, signed with number and date, printed one by one or all at once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_account, current_day
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle, cycle_id_or_none
from admin.document_words import PURPOSES
from admin.edits import take_edit
from admin.files import folder, give_file, scan_sent
from admin.inputs import choice, day, ids, one_of, sent, text
from admin.languages import label
from admin.numbers import read_number
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from models.documents import DocumentKind, DocumentStatus
from models.jobs import FileKind
from services.access.actors import Right
from services.access.errors import N_
from services.access.listing import Asked
from services.access.rights import LISTS
from services.documents.declining import Case
from services.documents.kinds import KINDS, About, Kind
from services.documents.making import DAYS, MOST, DocumentsMade, make_anew, make_documents
from services.documents.paper_cards import FIELDS, NEEDED, TEXTS, edit_paper_card, read_paper_card
from services.documents.paper_names import Written, confirm_forms, read_forms
from services.documents.reading import (
    Mentor,
    Unconfirmed,
    delete_draft,
    list_documents,
    list_mentors,
    list_unconfirmed,
    read_batch,
    read_document,
    read_document_file,
)
from services.documents.signing import Signed, attach_scan, register_paper_order, sign_document
from services.files.jobs import OPEN
from services.files.store import read_file, remove_content
from services.pairs.assignments import EndReason
from services.pairs.cards import list_pairs
from services.programmes.running import read_year_end

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
RIGHT = LISTS["documents"]
ALL = Asked(size=MOST)
PAGE = 20  # each is compared with the data of now
CHOOSABLE_REASONS = tuple(reason for reason in EndReason if reason is not EndReason.CONSENT_WITHDRAWN)
DATE_NEEDED = N_("Please give the date that stands on the paper; it cannot lie in the future.")


@dataclass(frozen=True, slots=True)
class Choosable:
    """Somebody or some pair that a document may be about."""

    id: int
    title: str
    note: str = ""
    is_ticked: bool = False


class DocumentsPage(SecuredPage):
    endpoint, url = "documents", "/documents"
    entry = Entry(Group.DOCUMENTS, 0, N_("Documents"))

    @page("/", right=RIGHT)
    def index(self) -> str:
        kind, status = choice("kind", DocumentKind), choice("status", DocumentStatus)
        return self.show(
            "panel/documents.html",
            listed=see(
                list_documents, cycle_id=cycle_id_or_none(), kind=kind, status=status, asked=_newest_first()
            ),
            kinds=KINDS,
            purposes=PURPOSES,
            kind=kind,
            status=status,
            card=see(read_paper_card),
        )

    @form_page("/new/<kind>", right=RIGHT)
    def new(self, kind: str) -> str | Response:
        """Choose for whom; look at the names; make."""
        wanted = one_of(DocumentKind, kind)
        if wanted not in KINDS:
            return redirect(url_for("documents.index"))
        known = KINDS[wanted]
        naming: list[Unconfirmed] = []
        if request.method == "POST":
            with refusals_shown():
                naming = see(list_unconfirmed, kind=wanted, ids=ids("subject"))
                if not naming or text("named"):
                    made = self._make(wanted, known)
                    if len(made.ids) == 1:
                        return redirect(url_for("documents.card", document_id=made.ids[0]))
                    return redirect(url_for("documents.batch", job_id=made.job_id))
        return self.show(
            "panel/document_new.html",
            kind=wanted,
            known=known,
            purpose=PURPOSES[wanted],
            choosable=self._choosable(known),
            form=self._form(known),
            naming=naming,
            key=text("key") or secrets.token_urlsafe(12),
            end_reasons=CHOOSABLE_REASONS,
            mentors=_mentors() if "successor_id" in known.choices else (),
        )

    @page("/<int:document_id>/", right=RIGHT)
    def card(self, document_id: int) -> str:
        card = see(read_document, document_id=document_id)
        return self.show(
            "panel/document.html",
            card=card,
            known=KINDS[card.row.kind],
            today=current_day(),
            key=secrets.token_urlsafe(12),
        )

    @page("/<int:document_id>/state", right=RIGHT)
    def state(self, document_id: int) -> str:
        """Only how far it is, for the page that looks again while it is being made."""
        return self.show("panel/document_state.html", card=see(read_document, document_id=document_id))

    @page("/batch/<int:job_id>", right=RIGHT)
    def batch(self, job_id: int) -> str:
        return self.show("panel/document_batch.html", **self._batch(job_id))

    @page("/batch/<int:job_id>/state", right=RIGHT)
    def batch_state(self, job_id: int) -> str:
        return self.show("panel/document_batch_state.html", **self._batch(job_id))

    @page("/<int:document_id>/file", right=RIGHT)
    def fetch(self, document_id: int) -> Response:
        return give_file(see(read_document_file, document_id=document_id), WORD)

    @page("/printed/<int:file_id>", right=RIGHT)
    def printed(self, file_id: int) -> Response:
        """All documents of one click; only whoever asked."""
        return give_file(see(read_file, file_id=file_id, kind=FileKind.EXPORT), WORD)

    @command("/<int:document_id>/anew", right=RIGHT)
    def anew(self, document_id: int) -> Response:
        do(
            make_anew,
            document_id=document_id,
            key=_read_key(),
            success=label("The document is made anew from the data as they are now."),
        )
        return redirect(url_for("documents.card", document_id=document_id))

    @command("/<int:document_id>/sign", right=RIGHT)
    def sign(self, document_id: int) -> Response:
        with refusals_shown(), scan_sent() as scan_id:
            do(
                sign_document,
                document_id=document_id,
                number=text("number"),
                signed_on=day("signed_on", needed=DATE_NEEDED),
                scan_id=scan_id,
                success=_tell_signed,
            )
        return redirect(url_for("documents.card", document_id=document_id))

    @form_page("/signed/<kind>", right=RIGHT)
    def sign_many(self, kind: str) -> str | Response:
        """Drafts of one kind that came back signed on one day, each with its own number."""
        wanted = one_of(DocumentKind, kind)
        if wanted not in KINDS:
            return redirect(url_for("documents.index"))
        drafts = see(list_documents, cycle_id=cycle().id, kind=wanted, status=DocumentStatus.DRAFT, asked=ALL)
        if request.method == "POST":
            with refusals_shown():
                signed_on = day("signed_on", needed=DATE_NEEDED)
                signed = 0
                for row in drafts.rows:
                    number = text(f"number_{row.id}").strip()
                    if number or row.id in ids("document"):
                        do(
                            sign_document,
                            document_id=row.id,
                            number=number,
                            signed_on=signed_on,
                            scan_id=None,
                        )
                        signed += 1
                said = label("The signed papers are registered: {count}.", count=signed)
                flash(said if signed else label("Nothing was changed."), "success" if signed else "notice")
                return redirect(url_for("documents.index", kind=wanted.value))
        return self.show(
            "panel/document_signed.html",
            kind=wanted,
            known=KINDS[wanted],
            drafts=drafts.rows,
            form=sent(),
            today=current_day(),
        )

    @command("/<int:document_id>/scan", right=RIGHT)
    def scan(self, document_id: int) -> Response:
        with refusals_shown(), scan_sent() as scan_id:
            if scan_id is not None:
                do(
                    attach_scan,
                    document_id=document_id,
                    scan_id=scan_id,
                    success=label("The scan is attached."),
                )
        return redirect(url_for("documents.card", document_id=document_id))

    @command("/<int:document_id>/delete", right=RIGHT)
    def delete(self, document_id: int) -> Response:
        name = do(delete_draft, document_id=document_id, success=label("The draft is deleted."))
        if name is not None:
            remove_content(folder(), name)
        return redirect(url_for("documents.index"))

    @form_page("/order", right=RIGHT)
    def order(self) -> str | Response:
        """An order on pairs that was made elsewhere."""
        known = KINDS[DocumentKind.PAIRS_ORDER]
        if request.method == "POST":
            with refusals_shown(), scan_sent() as scan_id:
                signed = do(
                    register_paper_order,
                    pair_ids=ids("subject"),
                    number=text("number"),
                    signed_on=day("signed_on", needed=DATE_NEEDED),
                    scan_id=scan_id,
                    success=_tell_signed,
                )
                return redirect(url_for("documents.card", document_id=signed.document_id))
        return self.show(
            "panel/document_order.html",
            choosable=self._choosable(known),
            number=text("number"),
            signed_on=text("signed_on"),
        )

    @form_page("/<int:document_id>/names", right=RIGHT)
    def names(self, document_id: int) -> str | Response:
        """How everybody whom a document names is declined, and the category of mentors."""
        people = list(see(read_document, document_id=document_id).people)
        if request.method == "POST":
            with refusals_shown():
                changed = do(confirm_forms, written=_written(people))
                said = label("Confirmed. Documents made from now on use these forms.")
                flash(said if changed else label("Nothing was changed."), "success" if changed else "notice")
                return redirect(url_for("documents.card", document_id=document_id))
        forms = see(read_forms, people=people)
        found = [
            Unconfirmed(one, tuple(Case), has_position=bool(one.position))
            for one in sorted(forms.values(), key=lambda one: one.full_name)
        ]
        return self.show("panel/document_names.html", document_id=document_id, naming=found)

    @form_page("/card", right=Right.MANAGE_SETTINGS)
    def organization(self) -> str | Response:
        """What papers say of the organisation, set once."""
        card = see(read_paper_card)
        acts = "\n".join(card.acts)
        edit = take_edit(
            {**card.facts, "acts": acts}, {}, subject=("organization", current_account().organization_id)
        )

        def save() -> None:
            facts = {name: edit.form[name] for name in FIELDS}
            changed = {name for name in edit.changed if name.endswith(("_name", "_position"))}
            for one in changed:  # the forms of a new name are proposed anew
                facts |= {f"{one}_{case}": "" for case in Case if f"{one}_{case}" not in edit.changed}
            do(edit_paper_card, facts=facts, acts=edit.form["acts"])

        if edit.carry_out(save, label("The card for papers is saved.")):
            return redirect(url_for("documents.organization"))
        return self.show(
            "panel/document_card.html",
            form=edit.form,
            edit=edit,
            texts=TEXTS,
            needed=NEEDED,
            card=card,
            cases=tuple(Case),
        )

    def _make(self, wanted: DocumentKind, known: Kind) -> DocumentsMade:
        subjects = ids("subject")
        naming = see(list_unconfirmed, kind=wanted, ids=subjects)
        if naming:
            see(confirm_forms, written=_written([one.forms.person_id for one in naming]))
        return do(
            make_documents,
            kind=wanted,
            ids=subjects,
            choices={name: _read_choice(name) for name in known.choices},
            key=_read_key(),
            success=label("The document is being made."),
        )

    @staticmethod
    def _choosable(known: Kind) -> list[Choosable]:
        asked = {*ids("subject"), *filter(None, [read_number(request.args.get("pair", ""))])}
        if known.about is About.ORGANIZATION:
            return []
        if known.about is About.MENTORS:
            return [
                Choosable(one.person_id, one.full_name, one.position, not asked or one.person_id in asked)
                for one in _mentors()
            ]
        pairs = see(list_pairs, cycle_id=cycle_id_or_none(), statuses=known.states, asked=ALL).rows
        return [
            Choosable(
                one.id,
                one.title,
                is_ticked=one.id in asked if asked else one.status in known.usual,
            )
            for one in pairs
        ]

    @staticmethod
    def _form(known: Kind) -> dict[str, str]:
        """What was typed; at first the term is from today to the end of the year."""
        form = {name: text(name) for name in known.choices}
        if request.method == "GET" and "starts_on" in known.choices:
            ends_on = see(read_year_end, cycle_id=cycle().id)
            form |= {"starts_on": current_day().isoformat(), "ends_on": ends_on.isoformat()}
        if request.method == "GET" and "effective_on" in known.choices:
            form["effective_on"] = current_day().isoformat()
        return form

    @staticmethod
    def _batch(job_id: int) -> dict[str, Any]:
        job, document_ids = see(read_batch, job_id=job_id)
        return {
            "job": job,
            "is_open": job.status in OPEN,
            "percent": 100 * job.progress_done // job.progress_total if job.progress_total else 0,
            "count": len(document_ids),
            "fault": label(job.error["text"], **job.error["facts"]) if job.error else "",
        }


def _mentors() -> list[Mentor]:
    return see(list_mentors, cycle_id=cycle().id)


def _written(people: Sequence[int]) -> dict[int, Written]:
    """What the form says of the names of these people."""

    def told(what: str, one: int) -> dict[Case, str]:
        return {case: text(f"{what}_{case}_{one}") for case in Case if f"{what}_{case}_{one}" in sent()}

    return {
        one: Written(told("name", one), told("position", one), sent().get(f"category_{one}"))
        for one in people
    }


def _read_key() -> str:
    """The mark of the click; a form without one is a click of its own."""
    return text("key")[:40] or secrets.token_urlsafe(12)


def _read_choice(name: str) -> date | int | str | None:
    if name in DAYS:
        return day(name)
    return read_number(text(name)) if name == "successor_id" else text(name)


def _tell_signed(signed: Signed) -> str:
    if not signed.pair_ids:
        return label("The signed paper is registered.")
    return label("The signed paper is registered. Pairs that follow it: {count}.", count=len(signed.pair_ids))


def _newest_first() -> Asked:
    asked = read_asked(size=PAGE)
    return asked if request.args.get("sort") else Asked(asked.page, asked.size, "made", is_descending=True)
