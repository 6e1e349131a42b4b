"""What each role of the panel may do: the one table. docs/rights.md is made of it (tools/rights.py).

The other axis is the organisation: a right holds in the organisation that the account works in at the moment,
and in no other (services.access.actors.Actor, services.accounts.workplaces).
"""

from collections.abc import Mapping

from models.accounts import AccountRole
from services.access.actors import Right
from services.access.errors import N_

_READING = frozenset({Right.SEE_PEOPLE, Right.SEE_SCORES})
_SIGNED = frozenset({Right.APPROVE})
"""The head's signature: nobody else stands in for it."""
_OWN = frozenset({Right.KEEP_RECORDS})
"""The psychologist's secret: no administrator reads along."""

RIGHTS: Mapping[AccountRole, frozenset[Right]] = {
    AccountRole.ADMINISTRATOR: frozenset(Right) - _SIGNED - _OWN,
    AccountRole.CURATOR: frozenset(Right) - _SIGNED - _OWN - {Right.APPOINT_ADMINISTRATORS},
    AccountRole.HEAD: _READING | {Right.FILL_SCORES, Right.TICK_ROWS, Right.SEE_AUDIT, Right.APPROVE},
    AccountRole.PSYCHOLOGIST: _READING | {Right.FILL_SCORES, Right.TICK_ROWS, Right.KEEP_RECORDS},
    AccountRole.OBSERVER: frozenset({Right.SEE_SCORES}),
}

LISTS: Mapping[str, Right] = {
    "people": Right.SEE_PEOPLE,
    "consents": Right.EDIT_PEOPLE,
    "pairs": Right.SEE_PEOPLE,
    "meetings": Right.SEE_PEOPLE,
    "surveys": Right.MANAGE_PAIRS,
    "scores": Right.SEE_SCORES,
    "results": Right.SEE_SCORES,
    "roadmap": Right.SEE_SCORES,
    "outbox": Right.MANAGE_PAIRS,
    "mentee_bank": Right.MANAGE_PAIRS,
    "mentor_bank": Right.MANAGE_PAIRS,
    "needs": Right.MANAGE_PAIRS,
    "requests": Right.MANAGE_PAIRS,
    "documents": Right.MANAGE_PAIRS,
}
"""What it takes to read a list of records: its page and its export both look it up here.

The lists of the two banks and of the needs hold answers of questionnaires, promised to the curator. So are
the reasons of requests.
"""

_KEEPING = frozenset({Right.KEEP_ACCOUNTS, Right.APPOINT_ADMINISTRATORS})


def rights_of(role: AccountRole, *, is_guest: bool) -> frozenset[Right]:
    """What an account may do; a guest from another organisation lets nobody in."""
    return RIGHTS[role] - _KEEPING if is_guest else RIGHTS[role]


DUTIES: Mapping[Right, str] = {
    Right.SEE_PEOPLE: N_("See people, pairs and meetings"),
    Right.EDIT_PEOPLE: N_("Add and correct people, invite them, enter papers for them"),
    Right.MANAGE_PAIRS: N_("Propose, confirm and end pairs, log meetings, deal with tasks"),
    Right.SEE_SCORES: N_("See figures and scores"),
    Right.FILL_SCORES: N_("Fill in the nine criteria"),
    Right.TICK_ROWS: N_("Tick rows of the roadmap that one answers for"),
    Right.MANAGE_SETTINGS: N_("Change settings"),
    Right.KEEP_ACCOUNTS: N_("Keep the accounts of curators and observers, let guests in"),
    Right.APPOINT_ADMINISTRATORS: N_("Keep the accounts of heads, psychologists and administrators"),
    Right.SEE_AUDIT: N_("Read the journal"),
    Right.KEEP_RECORDS: N_("Keep own records of consultations"),
    Right.APPROVE: N_("Approve the curator, mentors and mentees, and the roadmap"),
}
"""What each right is for, in words: for the panel and for docs/rights.md."""
