"""Proposing a pair: a mentee, a mentor from the bank, both profiles side by side, then a draft."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from admin import matching_words
from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle, offer_forms, pack
from admin.inputs import ids, number, text, texts
from admin.languages import label
from admin.pages import Entry, Group, form_page, page
from admin.paging import read_asked
from models.people import Role
from services.access.actors import Right
from services.access.errors import N_, NotFound
from services.access.listing import Asked
from services.matching.board import find_holding
from services.matching.drafting import draft_chosen
from services.matching.facts import Gap
from services.matching.ranking import judge_pair, rank_mentors
from services.pairs.banks import Profile, Withheld, count_free, list_bank, read_profile, read_withheld
from services.pairs.proposals import draft_group
from services.pairs.rules import find_kind

MOST_COMPARED = 60
MOST_IN_A_GROUP = 500  # of those to choose from on one page


class ProposalPage(SecuredPage):
    endpoint, url = "proposals", "/proposals"
    entry = Entry(Group.PAIRS, 3, N_("Matching"), tab=N_("One by one"))

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
        ranked = see(rank_mentors, mentee_participation_id=mentee_id)
        possible = [one for one in ranked if one.is_possible]
        return self.show(
            "panel/proposal_mentors.html",
            mentee=mentee,
            candidates=possible[:MOST_COMPARED],
            free=len(possible),
            kept_away=[one for one in ranked if one.assessment.broken and not one.gaps and not one.is_locked],
            withheld=_withheld(),
            told=matching_words,
        )

    @form_page("/<int:mentee_id>/<int:mentor_id>/", right=Right.MANAGE_PAIRS)
    def compare(self, mentee_id: int, mentor_id: int) -> str | Response:
        if request.method == "POST":
            with refusals_shown():
                drafted = do(
                    draft_chosen,
                    mentee_participation_id=mentee_id,
                    mentor_participation_id=mentor_id,
                    form=text("form") or None,
                    kind=text("kind") or None,
                    role_variant=text("role_variant") or None,
                    reason=text("reason"),
                    success=label("The draft is ready. Nobody has been told yet."),
                )
                return redirect(url_for("pairs.confirm", pair_id=drafted.pair_id))
        mentee, mentor = _profile(mentee_id, Role.MENTEE), _profile(mentor_id, Role.MENTOR)
        content = pack().pack
        chosen = text("kind") or content.kinds[0].id
        judged = see(
            judge_pair,
            mentee_participation_id=mentee_id,
            mentor_participation_id=mentor_id,
            is_reverse=find_kind(content, chosen).is_reverse,
        )
        return self.show(
            "panel/proposal.html",
            mentee=mentee,
            mentor=mentor,
            judged=judged,
            holding=see(find_holding, participation_id=mentee_id),
            against=() if judged.is_locked else judged.assessment.broken,
            in_the_way=[
                (side, gap)
                for side, gaps in ((mentee, judged.mentee_gaps), (mentor, judged.mentor_gaps))
                for gap in Gap
                if gap in gaps
            ],
            form=texts("form", "role_variant") | {"kind": chosen},
            choices=offer_forms(content, mentees=1),
            reason=text("reason"),
            told=matching_words,
        )

    @form_page("/group/", right=Right.MANAGE_PAIRS)
    def group(self) -> str | Response:
        """One mentor and several mentees as one pair: a draft, and then the messages."""
        if request.method == "POST":
            mentor = number("mentor", needed=N_("Please choose the mentor."))
            with refusals_shown():
                drafted = do(
                    draft_group,
                    mentee_participation_ids=ids("mentees"),
                    mentor_participation_id=mentor,
                    form=text("form") or None,
                    kind=text("kind") or None,
                    role_variant=text("role_variant") or None,
                    success=label("The draft is ready. Nobody has been told yet."),
                )
                return redirect(url_for("pairs.confirm", pair_id=drafted.pair_id))
        everybody = Asked(size=MOST_IN_A_GROUP)
        mentors = see(list_bank, role=Role.MENTOR, asked=everybody)
        return self.show(
            "panel/proposal_group.html",
            mentors=[one for one in mentors.rows if one.places_left > 1],
            mentees=see(list_bank, role=Role.MENTEE, asked=everybody),
            form=texts("form", "kind", "role_variant", "mentor"),
            ticked=set(ids("mentees")),
            choices=offer_forms(pack().pack, mentees=2),
        )


def _withheld() -> Withheld:
    return see(read_withheld, role=Role.MENTOR)


def _profile(participation_id: int, role: Role) -> Profile:
    profile = see(read_profile, participation_id=participation_id)
    if profile.role is not role:
        raise NotFound
    return profile
