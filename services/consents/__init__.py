"""The consent ledger: each consent its own document, its own decision, its own evidence (A49, D5, D7)."""

from services.consents.ledger import (
    DecisionFacts,
    check_chat_allowed,
    give_consent,
    latest_decision,
    record_refusal,
    record_term_end,
    record_withdrawal,
)
from services.consents.papers import PaperFacts, register_paper, register_refusal, register_withdrawal
from services.consents.standings import Standing, ask_for_consent, list_standings, read_standing
from services.consents.states import (
    ConsentMissing,
    ConsentState,
    check_consent,
    decisive_kinds,
    has_consent,
    read_refusals,
    read_state,
    read_states,
    state_of,
)
from services.consents.texts import ConsentOffer, ConsentTextChanged, read_offer

__all__ = [
    "ConsentMissing",
    "ConsentOffer",
    "ConsentState",
    "ConsentTextChanged",
    "DecisionFacts",
    "PaperFacts",
    "Standing",
    "ask_for_consent",
    "check_chat_allowed",
    "check_consent",
    "decisive_kinds",
    "give_consent",
    "has_consent",
    "latest_decision",
    "list_standings",
    "read_offer",
    "read_refusals",
    "read_standing",
    "read_state",
    "read_states",
    "record_refusal",
    "record_term_end",
    "record_withdrawal",
    "register_paper",
    "register_refusal",
    "register_withdrawal",
    "state_of",
]
