"""Where the answer to each question is read: no question is asked whose answer goes nowhere.

docs/questions.md is made of it (tools/questions.py), and a test walks every survey of every pack.
"""

from collections.abc import Mapping
from enum import StrEnum

from services.programmes.packs import ResolvedPack
from services.programmes.regulations import Occasion
from services.programmes.surveys import TEXT_KINDS, Question, Survey


class Use(StrEnum):
    """A page, a figure or a decision that needs the answer."""

    RESULTS = "results"  # figures of the survey's results
    WORDS = "words"  # open answers there
    SATISFIED = "satisfied"  # share of satisfied mentees and mentors (B26, B27)
    GROWTH = "growth"  # before and after (A38)
    RATINGS = "ratings"  # means after meetings
    PROFILE = "profile"  # the bank, and both sides compared before a pair is proposed
    PAIR = "pair"  # shown to the other side of the pair
    WISHES = "wishes"  # the person's card, before a pair is confirmed
    HELP = "help"  # a task for whoever helps
    CONCLUSION = "conclusion"  # the pair's page, before an offer
    INTERVIEW = "interview"  # the mentor's card
    CRITERIA = "criteria"  # sum and level of the nine criteria
    SHEET = "sheet"  # the sheet itself, read by whoever leads pairs


OWN_PAGES: Mapping[Occasion, Use] = {
    "mentee_intake": Use.PROFILE,
    "mentor_intake": Use.PROFILE,
    "mutual_preference": Use.WISHES,
    "compatibility": Use.CONCLUSION,
    "mentor_interview": Use.INTERVIEW,
    "quality_checklist": Use.CRITERIA,
    "swot": Use.SHEET,
    "best_practice": Use.SHEET,
}
"""Surveys whose answers stand whole on a page of their subject."""

SUMMED = frozenset({"mentee", "mentor", "partner"})
"""Audiences whose answers are summed up; sheets of the staff are read one by one."""

RATED: Mapping[Occasion, Use] = {
    "satisfaction_mid": Use.SATISFIED,
    "satisfaction_final": Use.SATISFIED,
    "post_meeting": Use.RATINGS,
}
COMPARED = frozenset({"indicators_before", "indicators_after"})


def uses_of(pack: ResolvedPack, survey: Survey, question: Question) -> tuple[Use, ...]:
    """Where this answer is read, in the order of `Use`; empty of a question that should not be asked."""
    occasions = [use.occasion for use in pack.pack.surveys if use.survey == survey.id]
    found = {OWN_PAGES[one] for one in occasions if one in OWN_PAGES}
    if question.seen_by == "only_me":
        return ()
    if question.private:
        if "post_meeting" in occasions:
            found.add(Use.HELP)
        return tuple(use for use in Use if use in found)
    if survey.audience in SUMMED:
        found.add(Use.WORDS if question.kind in TEXT_KINDS else Use.RESULTS)
    if question.kind == "rating10":
        found |= {RATED[one] for one in occasions if one in RATED}
    if COMPARED.intersection(occasions) and question.kind not in TEXT_KINDS:
        found.add(Use.GROWTH)
    if question.seen_by == "pair" and survey.audience in {"mentee", "mentor"}:
        found.add(Use.PAIR)
    return tuple(use for use in Use if use in found)
