"""Memos, publications and partners: small records, each with its page (DC19, DC30, C3)."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_account, current_actor
from admin.cycles import cycle, cycle_id_or_none
from admin.days import DateUnreadable, read_date
from admin.languages import label, plural, translator
from admin.numbers import read_number, read_numbers
from admin.pages import Entry, Group, command, form_page, page
from admin.previews import preview_of
from admin.privacy_words import PUBLICATION_GAPS, PUBLISHED, word
from admin.roadmap_words import AUDIENCES, PUBLICATIONS
from admin.storage import now, session
from models.outreach import PublicationKind
from models.pairs import PairStatus
from models.people import Role
from notices.memos import describe_memo
from services.access.actors import Right
from services.access.errors import N_
from services.consents.papers import FIELDS
from services.pairs.cards import PairCard, list_pairs
from services.people.cards import PersonRow, list_people
from services.privacy.publications import Named, find_gaps, list_named
from services.roadmap.memos import list_memos, send_memo, write_memo
from services.roadmap.outreach import (
    PublicationFacts,
    add_partner,
    add_publication,
    list_partners,
    list_publications,
    remove_partner,
    remove_publication,
)


class MemoPage(SecuredPage):
    endpoint, url = "memos", "/memos"
    entry = Entry(Group.PROGRAMME, 2, N_("Memos"), behind="roadmap")

    @form_page("/", right=Right.SEE_SCORES, to_send=Right.MANAGE_PAIRS)
    def index(self) -> str | Response:
        if cycle_id_or_none() is None:
            return self.show("panel/roadmap_none.html")
        form = {name: request.form.get(name, "") for name in ("audience", "title", "body", "url")}
        if request.method == "POST":
            chosen = form["audience"]
            made = self.attempt(
                write_memo,
                actor=current_actor(),
                cycle_id=cycle().id,
                audience=Role(chosen) if chosen in set(Role) else Role.MENTEE,
                title=form["title"],
                body=form["body"],
                url=form["url"],
                now=now(),
            )
            if made is not None:
                flash(label("The memo is kept. Look at it below and send it."), "success")
                return redirect(url_for("memos.index"))
        memos = list_memos(session(), actor=current_actor(), cycle_id=cycle().id)
        return self.show(
            "panel/memos.html",
            memos=memos,
            previews={one.id: preview_of(describe_memo(one, translator())) for one in memos},
            form=form,
            audiences=AUDIENCES,
            may_change=current_user.has(Right.MANAGE_PAIRS),
        )

    @command("/<int:memo_id>/send", right=Right.MANAGE_PAIRS)
    def send(self, memo_id: int) -> Response:
        done = self.attempt(send_memo, actor=current_actor(), memo_id=memo_id, now=now())
        if done is not None:
            said = plural(
                "The memo goes to {count} person.", "The memo goes to {count} people.", done.sent_to
            )
            flash(said, "success")
        return redirect(url_for("memos.index"))


class OutreachPage(SecuredPage):
    endpoint, url = "outreach", "/outreach"
    entry = Entry(Group.PROGRAMME, 3, N_("Publications and partners"), behind="roadmap")

    @page("/", right=Right.SEE_SCORES)
    def index(self) -> str:
        return self._show()

    @command("/publications", right=Right.MANAGE_PAIRS)
    def publish(self) -> str | Response:
        kind, pair = request.form.get("kind", ""), request.form.get("pair_id", "")
        facts = {
            "kind": PublicationKind(kind) if kind in set(PublicationKind) else PublicationKind.NEWS,
            "pair_id": read_number(pair),
            "person_ids": read_numbers(request.form.getlist("person_id")),
            "shows": request.form.getlist("shows"),
        }
        return self._add(add_publication, ("title", "url"), "published_on", **facts)

    def _warn(self, publication_id: int) -> None:
        """Say plainly who is named without having allowed it: the page has to change or come down."""
        for one in find_gaps(session(), publication_id=publication_id, today=now().date()):
            flash(
                label("{name}: {gap}. Ask for it or take the page down.", name=one.name, gap=gap_words(one)),
                "error",
            )

    @command("/publications/<int:publication_id>/remove", right=Right.MANAGE_PAIRS)
    def unpublish(self, publication_id: int) -> Response:
        self.act(remove_publication, actor=current_actor(), publication_id=publication_id, now=now())
        flash(label("The line is removed."), "success")
        return redirect(url_for("outreach.index"))

    @command("/partners", right=Right.MANAGE_PAIRS)
    def add_partner(self) -> str | Response:
        return self._add(add_partner, ("name", "helps_with", "url"), "since")

    @command("/partners/<int:partner_id>/remove", right=Right.MANAGE_PAIRS)
    def remove_partner(self, partner_id: int) -> Response:
        self.act(remove_partner, actor=current_actor(), partner_id=partner_id, now=now())
        flash(label("The line is removed."), "success")
        return redirect(url_for("outreach.index"))

    def _add(self, service: Any, names: tuple[str, ...], day: str, **facts: Any) -> str | Response:
        try:
            facts[day] = read_date(request.form.get(day, "")) or now().date()
        except DateUnreadable:
            flash(label("This is no date. Write it like 15.10.2026."), "error")
            return self._show()
        facts |= {name: request.form.get(name, "") for name in names}
        done = self.attempt(service, actor=current_actor(), cycle_id=cycle().id, now=now(), **facts)
        if done is None:
            return self._show()
        flash(label("The line is added."), "success")
        if isinstance(done, PublicationFacts) and current_user.has(Right.SEE_PEOPLE):
            self._warn(done.id)
        return redirect(url_for("outreach.index"))

    def _show(self) -> str:
        """The page; after a refusal with what was typed."""
        if cycle_id_or_none() is None:
            return self.show("panel/roadmap_none.html")
        actor, cycle_id = current_actor(), cycle().id
        return self.show(
            "panel/outreach.html",
            publications=list_publications(session(), actor=actor, cycle_id=cycle_id),
            partners=list_partners(session(), actor=actor, cycle_id=cycle_id),
            pairs=_completed_pairs(),
            named=_named(),
            people=_people() if current_user.has(Right.MANAGE_PAIRS) else [],
            fields=FIELDS,
            gap_words=gap_words,
            kinds=PUBLICATIONS,
            form=request.form,
            is_partner="name" in request.form,
            today=now().date().isoformat(),
            may_change=current_user.has(Right.MANAGE_PAIRS),
        )


def _completed_pairs() -> list[PairCard]:
    """Pairs whose results may be published: their programme is completed (E37)."""
    if not current_user.has(Right.SEE_PEOPLE):
        return []
    return list_pairs(
        session(),
        actor=current_actor(),
        organization_id=current_account().organization_id,
        cycle_id=cycle().id,
        statuses=frozenset({PairStatus.COMPLETED}),
    )


def _named() -> dict[int, list[Named]]:
    """Whom each publication names, for whoever may see people."""
    if not current_user.has(Right.SEE_PEOPLE):
        return {}
    found: dict[int, list[Named]] = {}
    facts: dict[str, Any] = {
        "actor": current_actor(),
        "organization_id": current_account().organization_id,
    }
    for one in list_named(session(), **facts, today=now().date()):
        found.setdefault(one.publication_id, []).append(one)
    return found


def _people() -> list[PersonRow]:
    return list_people(
        session(), actor=current_actor(), organization_id=current_account().organization_id, now=now()
    )


def gap_words(one: Named) -> str:
    """What the person has not allowed."""
    assert one.gap is not None
    fields = ", ".join(word(PUBLISHED, field) for field in one.fields)
    return label(PUBLICATION_GAPS[one.gap], fields=fields)
