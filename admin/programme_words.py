"""Words of the panel for personalised programmes, their changes, and plans of support."""

from models.personal_programmes import (
    ChangeKind,
    ChangeState,
    Mark,
    ProgrammeOutcome,
    ProgrammeStatus,
    SupportReason,
)
from services.access.errors import N_
from services.pairs.personal_programmes.cards import Whose

STATUSES = {
    ProgrammeStatus.DRAFT: N_("draft"),
    ProgrammeStatus.PROPOSED: N_("proposed to the other side"),
    ProgrammeStatus.AGREED: N_("agreed by the pair"),
    ProgrammeStatus.ACTIVE: N_("in work"),
    ProgrammeStatus.COMPLETED: N_("completed"),
}

OUTCOMES = {
    ProgrammeOutcome.FULFILLED: N_("the plan of activities is carried out in full"),
    ProgrammeOutcome.EARLY: N_("ended early by the wish of the mentor, the mentee or both"),
    ProgrammeOutcome.NOT_CARRIED_OUT: N_("not duly carried out: ended by the curator"),
}

MARKS = {
    Mark.REACHED: N_("reached"),
    Mark.PARTLY: N_("partly reached"),
    Mark.NOT_REACHED: N_("not reached"),
}

CHANGES = {
    ChangeKind.ADD: N_("one more activity"),
    ChangeKind.MOVE: N_("another date"),
    ChangeKind.DROP: N_("without an activity"),
    ChangeKind.GOAL: N_("another goal"),
    ChangeKind.AREA: N_("one more difficulty"),
    ChangeKind.TERM: N_("another term"),
}

CHANGE_STATES = {
    ChangeState.CARD: N_("being written"),
    ChangeState.WAITING: N_("waits for the other side"),
    ChangeState.APPLIED: N_("written into the programme"),
    ChangeState.DECLINED: N_("the other side did not agree"),
    ChangeState.WITHDRAWN: N_("taken back"),
}

WHOSE = {
    Whose.CURATOR: N_("yours"),
    Whose.PAIR: N_("the pair's"),
    Whose.NOBODY: N_("nobody's"),
}

SUPPORT_REASONS = {
    SupportReason.NO_FREE_MENTOR: N_("no mentor has a free place"),
    SupportReason.NO_FITTING_MENTOR: N_("no mentor suits what is needed"),
    SupportReason.OFFER_FAILED: N_("an offer of a pair came to nothing"),
    SupportReason.PAIR_ENDED: N_("the pair has ended"),
    SupportReason.OWN_WISH: N_("the mentee wants to wait"),
}
