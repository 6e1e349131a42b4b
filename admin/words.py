"""The panel's words for states and kinds: one table each, msgids that templates translate."""

import logging
from collections.abc import Mapping
from typing import Any

from flask import current_app

from admin.languages import label
from models.accounts import AccountRole
from models.jobs import JobStatus
from models.tasks import TaskKind
from services.access.errors import N_, Unstorable
from services.curator.overview import Block
from services.pairs.assignments import EndReason
from services.pairs.cards import WaitsFor
from services.pairs.fit import Caution
from services.people.lists import ChatState

ACCOUNT_ROLE_HINTS = {
    AccountRole.ADMINISTRATOR: N_("everything but approvals and consultations; keeps all accounts"),
    AccountRole.CURATOR: N_("leads people, pairs and meetings; settings, exports, some accounts"),
    AccountRole.HEAD: N_("sees people, pairs, meetings and the journal, fills in the nine criteria"),
    AccountRole.PSYCHOLOGIST: N_("sees people, pairs and meetings, fills in the nine criteria"),
    AccountRole.OBSERVER: N_("sees only figures and scores, nobody's name"),
}


CHATS = {
    ChatState.NONE: N_("not invited"),
    ChatState.INVITED: N_("invited, has not come yet"),
    ChatState.LINKED: N_("in the chat"),
    ChatState.UNREACHABLE: N_("cannot be reached"),
}


AWAITED = {
    WaitsFor.MENTEE: N_("waits for the mentee"),
    WaitsFor.MENTOR: N_("waits for the mentor"),
    WaitsFor.BOTH: N_("waits for both"),
    WaitsFor.CURATOR: N_("waits for you"),
}
AWAITS_CURATOR = N_("waits for the curator")


END_REASONS = {
    EndReason.COMPLETED: N_("the plan is carried out"),
    EndReason.BY_MENTOR: N_("the mentor asked for it"),
    EndReason.BY_MENTEE: N_("the mentee asked for it"),
    EndReason.MUTUAL: N_("both asked for it"),
    EndReason.BY_CURATOR: N_("the curator decided"),
    EndReason.CONSENT_WITHDRAWN: N_("consent was withdrawn"),
}


JOBS = {
    JobStatus.WAITING: N_("in the queue"),
    JobStatus.RUNNING: N_("being made"),
    JobStatus.DONE: N_("ready"),
    JobStatus.FAILED: N_("did not work out"),
    JobStatus.CANCELLED: N_("cancelled"),
}

FORMATS = {"xlsx": N_("Excel"), "csv": N_("CSV"), "json": N_("JSON, for programs")}

TASKS = {
    TaskKind.RECOGNISE_PERSON: N_("Someone typed the school's code"),
    TaskKind.WRONG_INVITATION: N_("A personal link was opened by somebody else"),
    TaskKind.OFFER_DECLINED: N_("The offer was declined"),
    TaskKind.OFFER_EXPIRED: N_("The offer ran out without an answer"),
    TaskKind.LOW_RATING: N_("A low rating of a meeting"),
    TaskKind.HELP_WANTED: N_("Asked for help"),
    TaskKind.MEETING_MISMATCH: N_("One side says the meeting took place, the other that it did not"),
    TaskKind.PERSON_UNREACHABLE: N_("The bot cannot write: it is blocked or the account is gone"),
    TaskKind.CONSENT_DECLINED: N_("Consent was declined or withdrawn"),
    TaskKind.MENTOR_RESIGNS: N_("Resigns as a mentor (three working days' notice)"),
    TaskKind.MENTOR_REPLACEMENT: N_("Asks for another partner in the pair"),
    TaskKind.EXTENSION_WANTED: N_("Asks to extend the pair's programme"),
    TaskKind.MENTOR_SUGGESTS: N_("The mentor suggests something"),
    TaskKind.SURVEY_SILENT: N_("Has not answered a survey, though reminded"),
    TaskKind.ERASURE_DUE: N_("Destroy the data"),
    TaskKind.STOP_DUE: N_("Stop the processing, as demanded"),
    TaskKind.UNPUBLISH_DUE: N_("Take down what is published"),
    TaskKind.RETENTION_OVER: N_("The terms of some people's data have run out"),
    TaskKind.LONG_TERM_OVER: N_(
        "Left the long-term bank, the consent has ended: ask again or destroy the data"
    ),
}

BLOCKS = {
    Block.RECOGNISE: N_("People to recognise"),
    Block.HELP_WANTED: N_("Asked for help"),
    Block.PETITIONS: N_("Wishes about the pair"),
    Block.LOW_RATING: N_("Low ratings"),
    Block.MISMATCH: N_("The sides disagree about a meeting"),
    Block.DECLINED: N_("Offers that failed"),
    Block.DRAFTS: N_("Drafts to confirm"),
    Block.MENTEES: N_("Mentees without a pair"),
    Block.UNANSWERED: N_("Offers without an answer"),
    Block.UNLOGGED: N_("Meetings without a log"),
    Block.SILENT: N_("Surveys without an answer"),
    Block.PAPERS: N_("Mentors without their papers"),
    Block.PRIVACY: N_("Personal data: deadlines of the law"),
    Block.UNREACHABLE: N_("People the bot cannot reach"),
    Block.NOT_COME: N_("Invited, have not come yet"),
    Block.OTHER: N_("Links opened by others, consents refused"),
}

BLOCK_HINTS = {
    Block.RECOGNISE: N_("Ask the person for the four digits and say who it is."),
    Block.HELP_WANTED: N_("Nobody else sees this. A call is best."),
    Block.PETITIONS: N_("The other side has not been told: talk to both before you decide."),
    Block.LOW_RATING: N_("Speak with both sides separately before you decide anything."),
    Block.MISMATCH: N_("Ask both and enter what really happened."),
    Block.DECLINED: N_("Propose another mentor."),
    Block.DRAFTS: N_("Nobody knows of them until you confirm."),
    Block.MENTEES: N_("Choose a mentor for them."),
    Block.UNANSWERED: N_("A word in person often helps."),
    Block.SILENT: N_("They were reminded in the chat. A word in person helps, or a sheet of paper."),
    Block.UNLOGGED: N_("The mentor has been asked in the chat; you can also enter it yourself."),
    Block.PAPERS: N_(
        "Article 351.8 of the Labour Code wants both in writing; registering them closes the line."
    ),
    Block.PRIVACY: N_("The last day is set by the law; what to do stands on the page of consents."),
    Block.UNREACHABLE: N_("Ask them to open the chat and press Start."),
    Block.NOT_COME: N_("Hand the link over once more, best in person; an expired one is made anew."),
    Block.OTHER: N_("Look at the card and mark it as dealt with."),
}

CAUTIONS = {
    Caution.NEED_NOT_COVERED: N_("None of the most pressing needs is among the mentor's strong sides."),
    Caution.NO_SHARED_SUBJECT: N_("They teach different subjects."),
    Caution.LESS_EXPERIENCE: N_("The mentor has no more years of experience than the mentee."),
    Caution.FORMATS_DIFFER: N_("One prefers to meet in person, the other online."),
    Caution.NO_SHARED_TIME: N_("They have no common days or times."),
    Caution.REFUSED_BEFORE: N_("They were offered to each other before, and one of them declined."),
    Caution.NOT_INFORMED: N_("The mentor has not confirmed knowing of the written agreement."),
}


SKIPS = {
    "no chat": N_("the person is not in the chat yet"),
    "unreachable": N_("the bot cannot write to this person"),
    "no consent": N_("there is no consent"),
}
THINGS_CHANGED = N_("things have changed since")

REFUSALS = {
    "chat not found": N_("the person has not pressed Start"),
    "blocked by the user": N_("the person has blocked the bot"),
    "user is deactivated": N_("the Telegram account is gone"),
    "can't parse entities": N_("the text has a fault in its markup: tell the administrator"),
    "is too long": N_("the text is too long: tell the administrator"),
    "TelegramNetworkError": N_("the network was down for long"),
    "TelegramServerError": N_("Telegram did not work for long"),
}
"""Pieces of what Telegram says, or the class of a fault on the way to it, in words."""

ERRORS = {
    400: (N_("This form is out of date"), N_("Please open the page again and repeat what you did.")),
    403: (N_("No access"), N_("Your account does not have the right to see this.")),
    404: (N_("Not found"), N_("There is no such page, or the record no longer exists.")),
    405: (N_("Not found"), N_("There is no such page, or the record no longer exists.")),
    409: (N_("Not possible now"), N_("The reason stands above.")),
    413: (N_("Too much text"), N_("Please shorten what you have written.")),
    422: (N_("This cannot be kept"), Unstorable.text),
    429: (N_("Please wait"), N_("There were too many tries in a short time.")),
    500: (
        N_("Something went wrong"),
        N_("Nothing was changed. Please try again; if it repeats, tell the administrator."),
    ),
}


UNNAMED = N_("other")

log = logging.getLogger(__name__)


def word(table: Mapping[Any, str], value: object) -> str:
    """The word for a value in the reader's language.

    A value without one raises KeyError in tests; a running panel shows a neutral word, never a code.
    """
    found = table.get(value)
    if found is None:
        if current_app.testing:
            raise KeyError(value)
        log.warning("a %s has no word", type(value).__name__)
        found = UNNAMED
    return label(found)


def error_words(status: int) -> tuple[str, str]:
    title, text = ERRORS.get(status, ERRORS[500] if status >= 500 else ERRORS[404])  # noqa: PLR2004
    return label(title), label(text)
