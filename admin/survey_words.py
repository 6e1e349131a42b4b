"""Words of the panel for surveys: who answers, when, how, and where an answer stands."""

from models.surveys import RunSource, WaveKind, WaveStatus
from services.access.errors import N_
from services.documents.words import OCCASIONS
from services.surveys.respondents import Reach, Who

__all__ = ["OCCASIONS"]

RUN_SOURCES = {
    RunSource.CHAT: N_("in the chat"),
    RunSource.WEB: N_("by a one-time link"),
    RunSource.PAPER: N_("from a paper sheet"),
    RunSource.PANEL: N_("in the panel"),
}

QUESTION_KINDS = {
    "rating10": N_("a rating from 1 to 10"),
    "scale3": N_("0, 1 or 2"),
    "single": N_("one of the list"),
    "multi": N_("several of the list"),
    "yes_no": N_("yes or no"),
    "int": N_("a whole number"),
    "text_short": N_("a line of text"),
    "text_long": N_("a text"),
    "date": N_("a date"),
    "person_rank": N_("people in order of preference"),
}

WAVE_KINDS = {
    WaveKind.DATES: N_("by dates"),
    WaveKind.HAND: N_("by hand"),
    WaveKind.EVENT: N_("by itself"),
}

WAVES = {
    WaveStatus.PLANNED: N_("planned"),
    WaveStatus.OPEN: N_("open"),
    WaveStatus.CLOSED: N_("closed"),
    WaveStatus.CANCELLED: N_("cancelled"),
}

WAVE_TITLES = {
    "satisfaction_mid": N_("Satisfaction in the middle of the year"),
    "satisfaction_final": N_("Satisfaction at the end of the year"),
    "satisfaction_short": N_("How pairs are doing, in brief"),
    "indicators_before": N_("Personal indicators: before"),
    "indicators_after": N_("Personal indicators: after"),
    "mutual_preference": N_("Whom people would like to work with"),
    "best_practice": N_("Best practices"),
}

WHO = {
    Who.ALL: N_("everybody"),
    Who.PAIRED: N_("who has a pair"),
    Who.UNPAIRED: N_("who has no pair yet"),
}

REACH = {
    Reach.NO_CONSENT: N_("no consent"),
    Reach.WAITING: N_("this survey waits for them already"),
    Reach.NOBODY: N_("has nobody to choose from yet"),
    Reach.RECENT: N_("answered a like one within 30 days"),
}
