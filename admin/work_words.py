"""Words of the panel for what waits for the curator."""

from models.tasks import TaskKind
from services.access.errors import N_
from services.curator.blocks import Block

TASKS = {
    TaskKind.RECOGNISE_PERSON: N_("Someone typed the school's code"),
    TaskKind.WRONG_INVITATION: N_("A personal link was opened by somebody else"),
    TaskKind.OFFER_DECLINED: N_("The offer was declined"),
    TaskKind.OFFER_EXPIRED: N_("The offer ran out without an answer"),
    TaskKind.PAIR_SILENT: N_("No meeting for long, though both were reminded"),
    TaskKind.PAIR_TERM_OVER: N_("The last day of the pair's work has passed"),
    TaskKind.PAIR_PAUSE_OVER: N_("The day of return has come, but somebody is still on leave"),
    TaskKind.PROGRAMME_TO_APPROVE: N_("Both agreed to the programme: approve it"),
    TaskKind.PROGRAMME_SILENT: N_("No answer on the programme, though reminded"),
    TaskKind.PROGRAMME_LATE: N_("An activity of the programme has no result"),
    TaskKind.PROGRAMME_ENDS: N_("The programme has come to its end: complete it"),
    TaskKind.MENTOR_FOR_WAITING: N_("A new mentor suits mentees who wait"),
    TaskKind.LOW_RATING: N_("A low rating of a meeting"),
    TaskKind.HELP_WANTED: N_("Asked for help"),
    TaskKind.WORDS_TOLD: N_("Wrote to you through the bot"),
    TaskKind.MEETING_MISMATCH: N_("One side says the meeting took place, the other that it did not"),
    TaskKind.PERSON_UNREACHABLE: N_("The bot cannot write: it is blocked or the account is gone"),
    TaskKind.CONSENT_DECLINED: N_("Consent was declined or withdrawn"),
    TaskKind.EXTENSION_WANTED: N_("Wants to go on in this school year"),
    TaskKind.MATCH_ANSWER: N_("A mentor was asked to help with the plan of pairs: see what was said"),
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
    Block.WORDS: N_("Words passed on to you"),
    Block.REQUESTS: N_("Requests to decide"),
    Block.OF_PAIRS: N_("Terms of pairs, answers about the plan"),
    Block.LOW_RATING: N_("Low ratings"),
    Block.MISMATCH: N_("The sides disagree about a meeting"),
    Block.DECLINED: N_("Offers that failed"),
    Block.DRAFTS: N_("Drafts to confirm"),
    Block.MENTEES: N_("Mentees without a pair"),
    Block.NEW_MENTORS: N_("New mentors for those who wait"),
    Block.PROGRAMMES: N_("Programmes of pairs"),
    Block.UNANSWERED: N_("Offers without an answer"),
    Block.NO_MEETING: N_("Pairs that do not meet"),
    Block.UNLOGGED: N_("Meetings without a log"),
    Block.SILENT: N_("Surveys without an answer"),
    Block.ORDERS: N_("Pairs without an order"),
    Block.PAPERS: N_("Mentors without their papers"),
    Block.PRIVACY: N_("Personal data: deadlines of the law"),
    Block.UNREACHABLE: N_("People the bot cannot reach"),
    Block.NOT_COME: N_("Invited, have not come yet"),
    Block.OTHER: N_("Links opened by others, consents refused"),
}

BLOCK_HINTS = {
    Block.RECOGNISE: N_("Ask the person for the four digits and say who it is."),
    Block.HELP_WANTED: N_("Nobody else sees this. A call is best."),
    Block.WORDS: N_("The person knows that you have got them and waits for your answer."),
    Block.REQUESTS: N_("The other side has not been told the reason: speak with both before you decide."),
    Block.OF_PAIRS: N_("Complete the pair or give it another last day; see what a mentor answered."),
    Block.LOW_RATING: N_("Speak with both sides separately before you decide anything."),
    Block.MISMATCH: N_("Ask both and enter what really happened."),
    Block.DECLINED: N_("Propose another mentor."),
    Block.DRAFTS: N_("Nobody knows of them until you confirm."),
    Block.MENTEES: N_("Choose a mentor for them."),
    Block.NEW_MENTORS: N_("Look whom they suit, and propose a pair."),
    Block.PROGRAMMES: N_("Open the programme of the pair: it says what is missing."),
    Block.UNANSWERED: N_("A word in person often helps."),
    Block.SILENT: N_("They were reminded in the chat. A word in person helps, or a sheet of paper."),
    Block.NO_MEETING: N_("Both were reminded in the chat. Ask each of them what is in the way."),
    Block.UNLOGGED: N_("The mentor has been asked in the chat; you can also enter it yourself."),
    Block.ORDERS: N_("Both have agreed and have begun; a pair becomes official by its order."),
    Block.PAPERS: N_(
        "Article 351.8 of the Labour Code wants both in writing; registering them closes the line."
    ),
    Block.PRIVACY: N_("The last day is set by the law; what to do stands on the page of consents."),
    Block.UNREACHABLE: N_("Ask them to open the chat and press Start."),
    Block.NOT_COME: N_("Hand the link over once more, best in person; an expired one is made anew."),
    Block.OTHER: N_("Look at the card and mark it as dealt with."),
}
