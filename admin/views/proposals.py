"""Proposing a pair: a mentee, a mentor from the bank, both profiles side by side, then a draft."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle, offer_forms, pack
from admin.inputs import text, texts
from admin.languages import label
from admin.pages import Entry, Group, form_page, page
from admin.paging import read_asked
from models.people import Role
from services.access.actors import Right
from services.access.errors import N_, NotFound
from services.access.listing import COUNTED
from services.pairs.banks import (
    BankRow,
    Profile,
    Withheld,
    count_free,
    find_most_fitting,
    list_bank,
    read_profile,
    read_profiles,
    read_withheld,
)
from services.pairs.cards import find_refused
from services.pairs.fit import Fit, compare
from services.pairs.proposals import draft_pair
from services.pairs.rules import find_kind

MOST_COMPARED = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    row: BankRow
    fit: Fit


class ProposalPage(SecuredPage):
    endpoint, url = "proposals", "/proposals"
    entry = Entry(Group.PAIRS, 3, N_("Matching"))

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> str:
        search = request.args.get("search", "")
        return self.show(
            "panel/proposals.html",
            mentees=see(list_bank, role=Role.MENTEE, search=search, asked=read_asked()),
            search=search,
            free=see(count_free, cycle_id=cycle().id, role=Role.MENTOR),
            withheld=_withheld(),
        )

    @page("/<int:mentee_id>/", right=Right.MANAGE_PAIRS)
    def mentors(self, mentee_id: int) -> str:
        mentee = _profile(mentee_id, Role.MENTEE)
        refused = see(find_refused, participation_id=mentee_id)
        rows, free = see(find_most_fitting, mentee=mentee, most=MOST_COMPARED)
        mentors = see(read_profiles, ids=[one.participation_id for one in rows])
        found = [Candidate(row, _fit(mentee, mentors[row.participation_id], refused)) for row in rows]
        found.sort(key=lambda one: (-one.fit.matches, len(one.fit.cautions)))
        return self.show(
            "panel/proposal_mentors.html",
            mentee=mentee,
            candidates=found,
            free=free,
            most=COUNTED,
            withheld=_withheld(),
        )

    @form_page("/<int:mentee_id>/<int:mentor_id>/", right=Right.MANAGE_PAIRS)
    def compare(self, mentee_id: int, mentor_id: int) -> str | Response:
        if request.method == "POST":
            with refusals_shown():
                drafted = do(
                    draft_pair,
                    mentee_participation_id=mentee_id,
                    mentor_participation_id=mentor_id,
                    form=text("form") or None,
                    kind=text("kind") or None,
                    role_variant=text("role_variant") or None,
                    success=label("The draft is ready. Nobody has been told yet."),
                )
                return redirect(url_for("pairs.confirm", pair_id=drafted.pair_id))
        mentee, mentor = _profile(mentee_id, Role.MENTEE), _profile(mentor_id, Role.MENTOR)
        refused = see(find_refused, participation_id=mentee_id)
        content = pack().pack
        chosen = text("kind") or content.kinds[0].id
        is_reverse = find_kind(content, chosen).is_reverse
        return self.show(
            "panel/proposal.html",
            mentee=mentee,
            mentor=mentor,
            fit=_fit(mentee, mentor, refused, is_reverse=is_reverse),
            form=texts("form", "role_variant") | {"kind": chosen},
            choices=offer_forms(content, mentees=1),
        )


def _fit(mentee: Profile, mentor: Profile, refused: frozenset[int], *, is_reverse: bool = False) -> Fit:
    return compare(mentee, mentor, has_refused=mentor.participation_id in refused, is_reverse=is_reverse)


def _withheld() -> Withheld:
    return see(read_withheld, role=Role.MENTOR)


def _profile(participation_id: int, role: Role) -> Profile:
    profile = see(read_profile, participation_id=participation_id)
    if profile.role is not role:
        raise NotFound
    return profile
