"""Memos, publications and partners: small records, each with its page (DC19, DC30, C3)."""

from flask import flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_day
from admin.calls import do, refusals_shown, see
from admin.choices import Choice, offer_choice, offer_pair_choice
from admin.cycles import cycle, cycle_id_or_none
from admin.inputs import choice, chosen, day, ids, record, sent, texts
from admin.languages import label, plural, translator
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from admin.previews import preview_of
from admin.privacy_words import PUBLICATION_GAPS, PUBLISHED
from admin.roadmap_words import AUDIENCES, PUBLICATIONS
from admin.storage import now
from admin.words import word
from models.outreach import PublicationKind
from models.pairs import PairStatus
from models.people import Role
from notices.memos import describe_memo
from services.access.actors import Right
from services.access.errors import N_
from services.consents.papers import FIELDS
from services.privacy.publications import Named, find_gaps, list_named
from services.roadmap.memos import list_memos, send_memo, write_memo
from services.roadmap.outreach import (
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
        form = texts("audience", "title", "body", "url")
        if request.method == "POST":
            with refusals_shown():
                do(
                    write_memo,
                    cycle_id=cycle().id,
                    audience=choice("audience", Role, Role.MENTEE),
                    **texts("title", "body", "url"),
                    success=label("The memo is kept. Look at it below and send it."),
                )
                return redirect(url_for("memos.index"))
        memos = see(list_memos, cycle_id=cycle().id)
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
        do(
            send_memo,
            memo_id=memo_id,
            success=lambda done: plural(
                "The memo goes to {count} person.", "The memo goes to {count} people.", done.sent_to
            ),
        )
        return redirect(url_for("memos.index"))


class OutreachPage(SecuredPage):
    endpoint, url = "outreach", "/outreach"
    entry = Entry(Group.PROGRAMME, 3, N_("Publications and partners"), behind="roadmap")

    @page("/", right=Right.SEE_SCORES)
    def index(self) -> str:
        return self._show()

    @command("/publications", right=Right.MANAGE_PAIRS)
    def publish(self) -> str | Response:
        with refusals_shown():
            added = do(
                add_publication,
                cycle_id=cycle().id,
                kind=choice("kind", PublicationKind, PublicationKind.NEWS),
                **texts("title", "url"),
                published_on=day("published_on") or current_day(),
                pair_id=record("pair_id"),
                person_ids=ids("person_id"),
                shows=chosen("shows"),
                success=label("The line is added."),
            )
            if current_user.has(Right.SEE_PEOPLE):
                self._warn(added.id)
            return redirect(url_for("outreach.index"))
        return self._show()

    def _warn(self, publication_id: int) -> None:
        """Say plainly who is named without having allowed it: the page has to change or come down."""
        for one in see(find_gaps, publication_id=publication_id):
            flash(
                label("{name}: {gap}. Ask for it or take the page down.", name=one.name, gap=gap_words(one)),
                "error",
            )

    @command("/publications/<int:publication_id>/remove", right=Right.MANAGE_PAIRS)
    def unpublish(self, publication_id: int) -> Response:
        do(remove_publication, publication_id=publication_id, success=label("The line is removed."))
        return redirect(url_for("outreach.index"))

    @command("/partners", right=Right.MANAGE_PAIRS)
    def add_partner(self) -> str | Response:
        with refusals_shown():
            do(
                add_partner,
                cycle_id=cycle().id,
                **texts("name", "helps_with", "url"),
                since=day("since") or current_day(),
                success=label("The line is added."),
            )
            return redirect(url_for("outreach.index"))
        return self._show()

    @command("/partners/<int:partner_id>/remove", right=Right.MANAGE_PAIRS)
    def remove_partner(self, partner_id: int) -> Response:
        do(remove_partner, partner_id=partner_id, success=label("The line is removed."))
        return redirect(url_for("outreach.index"))

    def _show(self) -> str:
        """The page; after a refusal with what was typed."""
        if cycle_id_or_none() is None:
            return self.show("panel/roadmap_none.html")
        cycle_id = cycle().id
        publications = see(list_publications, cycle_id=cycle_id, asked=read_asked(is_descending=True))
        return self.show(
            "panel/outreach.html",
            publications=publications,
            partners=see(list_partners, cycle_id=cycle_id),
            pair_choice=_choose_pair(),
            named=_named([one.id for one in publications.rows]),
            choice=offer_choice("person_id", url_for("outreach.index"), chosen=ids("person_id"))
            if current_user.has(Right.MANAGE_PAIRS)
            else None,
            fields=FIELDS,
            gap_words=gap_words,
            kinds=PUBLICATIONS,
            form=sent(),
            is_partner="name" in sent(),
            today=now().date().isoformat(),
            may_change=current_user.has(Right.MANAGE_PAIRS),
        )


def _choose_pair() -> Choice | None:
    """Pairs whose results may be published: their programme is completed (E37)."""
    if not current_user.has(Right.SEE_PEOPLE):
        return None
    return offer_pair_choice(
        "pair_id",
        url_for("outreach.index"),
        cycle_id=cycle().id,
        statuses=frozenset({PairStatus.COMPLETED}),
        chosen=record("pair_id"),
    )


def _named(publications: list[int]) -> dict[int, list[Named]]:
    """Whom each of these publications names, for whoever may see people."""
    if not current_user.has(Right.SEE_PEOPLE):
        return {}
    found: dict[int, list[Named]] = {}
    for one in see(list_named, publications=publications):
        found.setdefault(one.publication_id, []).append(one)
    return found


def gap_words(one: Named) -> str:
    """What the person has not allowed."""
    assert one.gap is not None
    fields = ", ".join(word(PUBLISHED, field) for field in one.fields)
    return label(PUBLICATION_GAPS[one.gap], fields=fields)
