"""The blocks of the panel's home, and in which of them a task stands."""

from enum import StrEnum

from models.tasks import TaskKind


class Block(StrEnum):
    RECOGNISE = "recognise"
    HELP_WANTED = "help_wanted"
    WORDS = "words"
    REQUESTS = "requests"
    OF_PAIRS = "of_pairs"
    LOW_RATING = "low_rating"
    MISMATCH = "mismatch"
    DECLINED = "declined"
    DRAFTS = "drafts"
    MENTEES = "mentees"
    NEW_MENTORS = "new_mentors"
    UNANSWERED = "unanswered"
    PROGRAMMES = "programmes"
    NO_MEETING = "no_meeting"
    UNLOGGED = "unlogged"
    SILENT = "silent"
    ORDERS = "orders"
    PAPERS = "papers"
    PRIVACY = "privacy"
    UNREACHABLE = "unreachable"
    NOT_COME = "not_come"
    OTHER = "other"


BLOCK_OF_TASK = {
    TaskKind.HELP_WANTED: Block.HELP_WANTED,
    TaskKind.WORDS_TOLD: Block.WORDS,
    TaskKind.LOW_RATING: Block.LOW_RATING,
    TaskKind.PAIR_SILENT: Block.NO_MEETING,
    TaskKind.PAIR_TERM_OVER: Block.OF_PAIRS,
    TaskKind.PAIR_PAUSE_OVER: Block.OF_PAIRS,
    TaskKind.MEETING_MISMATCH: Block.MISMATCH,
    TaskKind.OFFER_DECLINED: Block.DECLINED,
    TaskKind.OFFER_EXPIRED: Block.DECLINED,
    TaskKind.PERSON_UNREACHABLE: Block.UNREACHABLE,
    TaskKind.WRONG_INVITATION: Block.OTHER,
    TaskKind.CONSENT_DECLINED: Block.OTHER,
    TaskKind.EXTENSION_WANTED: Block.OF_PAIRS,
    TaskKind.MATCH_ANSWER: Block.OF_PAIRS,
    TaskKind.PROGRAMME_TO_APPROVE: Block.PROGRAMMES,
    TaskKind.PROGRAMME_SILENT: Block.PROGRAMMES,
    TaskKind.PROGRAMME_LATE: Block.PROGRAMMES,
    TaskKind.PROGRAMME_ENDS: Block.PROGRAMMES,
    TaskKind.MENTOR_FOR_WAITING: Block.NEW_MENTORS,
    TaskKind.SURVEY_SILENT: Block.SILENT,
    TaskKind.ERASURE_DUE: Block.PRIVACY,
    TaskKind.STOP_DUE: Block.PRIVACY,
    TaskKind.UNPUBLISH_DUE: Block.PRIVACY,
    TaskKind.RETENTION_OVER: Block.PRIVACY,
    TaskKind.LONG_TERM_OVER: Block.PRIVACY,
}
