"""Every button of the chat: a class for each screen, with a `do` for each thing that it offers.

Their data stand in chats for years: what was released keeps its name, its facts and their order
(tests/dialogues/test_old_buttons.py).
"""

from datetime import date

from models.consents import ConsentKind
from models.meetings import MeetingFormat, MeetingKind
from models.pairs import DeclineReason
from models.people import Role
from models.requests import RequestKind
from notices import programme_buttons
from notices.taps import Do, Tap
from services.messages_read.drafts.contents import Field, Purpose

SOME_DAY = date.min


class HomeDo(Do):
    SHOW = "show"
    # the way back after a refusal of the consent
    RETURN = "return", "token"


class HomeTap(Tap, screen="home", is_for_notices=True):
    do: HomeDo
    token: str = ""


class HelpDo(Do):
    OPEN = "open"


class HelpTap(Tap, screen="help"):
    do: HelpDo


class ContinueDo(Do):
    SURVEY = "survey", "run_id"
    CONSENT = "consent", "kind"


class ContinueTap(Tap, screen="continue", is_for_notices=True):
    """Begins or resumes what waits for the person."""

    do: ContinueDo
    run_id: int = 0
    kind: ConsentKind = ConsentKind.PD_PROCESSING


class JoiningDo(Do):
    YES = "yes", "invitation_id"
    NO = "no", "invitation_id"


class JoiningTap(Tap, screen="joining"):
    do: JoiningDo
    invitation_id: int = 0


class ConsentDo(Do):
    OPEN = "open"
    # the consent by which the person takes part
    GIVE = "give", "mark"
    DECLINE = "decline"
    # any other one
    GIVE_OTHER = "yes", "kind", "mark"
    DECLINE_OTHER = "no", "kind"


class ConsentTap(Tap, screen="consent"):
    """`mark` begins the SHA-256 of the text above the button."""

    do: ConsentDo
    kind: ConsentKind = ConsentKind.PD_PROCESSING
    mark: str = ""


class PrivacyDo(Do):
    OPEN = "open"
    ASK_ALL = "ask"
    WITHDRAW_ALL = "withdraw"
    ASK_ONE = "one", "kind"
    WITHDRAW_ONE = "take", "kind"


class PrivacyTap(Tap, screen="privacy"):
    do: PrivacyDo
    kind: ConsentKind = ConsentKind.PD_PROCESSING


class FormDo(Do):
    OPEN = "open"


class FormTap(Tap, screen="form"):
    do: FormDo


class RoleDo(Do):
    OPEN = "open"
    CHOOSE = "choose", "role"
    # yes to one more role, after its question
    TAKE_SECOND = "take", "role"
    ASK_TO_LEAVE = "drop", "role"
    LEAVE = "leave", "role"


class RoleTap(Tap, screen="role"):
    do: RoleDo
    role: Role = Role.MENTEE


class MyDataDo(Do):
    OPEN = "open"
    ANSWERS = "answers", "page"
    FILE = "file"


class MyDataTap(Tap, screen="mydata"):
    do: MyDataDo
    page: int = 0


class SettingsDo(Do):
    OPEN = "open"
    LANGUAGE = "language", "locale"


class SettingsTap(Tap, screen="settings"):
    do: SettingsDo
    locale: str = ""


class YearDo(Do):
    YES = "yes", "cycle_id"
    NO = "no", "cycle_id"


class YearTap(Tap, screen="year", is_for_notices=True):
    """The answer to the offer of the next school year."""

    do: YearDo
    cycle_id: int = 0


class SurveyDo(Do):
    PICK = "pick", "run_id", "question", "value"
    TICK = "tick", "run_id", "question", "index", "is_on"
    RANK = "rank", "run_id", "question", "person_id", "is_on"
    UNTICK_OWN = "untick", "run_id", "question"
    DONE = "done", "run_id", "question"
    SKIP = "skip", "run_id", "question"
    KEEP = "keep", "run_id", "question"
    BACK = "back", "run_id", "question"
    CHANGE = "change", "run_id", "question"
    PAGE = "page", "run_id", "page"
    SEND = "send", "run_id"
    PAUSE = "pause", "run_id"
    FINISH = "finish", "run_id"


class SurveyTap(Tap, screen="survey"):
    """`value` is a number of the scale, the index of an option, "yes", "no" or "not_applicable". `is_on` is
    the wanted state, so that a double tap is one tap. People are named by their id; the order of taps is the
    order of preference.
    """

    do: SurveyDo
    run_id: int = 0
    question: str = ""
    value: str = ""
    index: int = 0
    person_id: int = 0
    is_on: bool = False
    page: int = 0


class FeedbackDo(Do):
    OPEN = "open", "run_id"
    RATE = "rate", "run_id", "rating"
    ADD = "add", "run_id"
    DONE = "done", "run_id"


class FeedbackTap(Tap, screen="feedback", is_for_notices=True):
    do: FeedbackDo
    run_id: int = 0
    rating: int = 0


class OfferDo(Do):
    ACCEPT = "accept", "pair_id"
    DECLINE = "decline", "pair_id"
    GIVE_REASON = "reason", "pair_id", "reason"
    SKIP_NOTE = "skip", "pair_id"
    KEEP = "keep", "pair_id"


class OfferTap(Tap, screen="offer", is_for_notices=True):
    do: OfferDo
    pair_id: int = 0
    reason: DeclineReason = DeclineReason.OTHER


class PairDo(Do):
    SHOW = "show"
    ANSWERS = "answers", "pair_id", "page"
    ASK_PAUSE = "ask", "pair_id"
    PAUSE = "pause", "pair_id", "day"
    RESUME = "resume", "pair_id"


class PairTap(Tap, screen="pair"):
    do: PairDo
    pair_id: int = 0
    page: int = 0
    day: date = SOME_DAY


class RequestDo(Do):
    OPEN = "open", "pair_id"
    CHOOSE = "kind", "pair_id", "kind"
    DAY = "day", "day"
    NO_REASON = "plain"
    WITHDRAW = "back", "request_id"


class RequestTap(Tap, screen="suggest"):
    """What somebody of a pair asks for; the screen keeps the name under which it was released."""

    do: RequestDo
    pair_id: int = 0
    kind: RequestKind = RequestKind.ENCOURAGE
    day: date = SOME_DAY
    request_id: int = 0


class AskedDo(Do):
    AGREE = "yes", "request_id"
    REFUSE = "no", "request_id"
    REPLY = "reply", "request_id"


class AskedTap(Tap, screen="asked", is_for_notices=True):
    """What the other side of a pair answers to a request."""

    do: AskedDo
    request_id: int = 0


class WishDo(Do):
    TELL = "tell"
    ANSWER = "answer"
    WITHDRAW = "withdraw"
    LEAVE = "leave"


class WishTap(Tap, screen="wish"):
    """The words themselves stay in the chat's state."""

    do: WishDo


class AskDo(Do):
    YES = "yes", "fix_id"
    NO = "no", "fix_id"


class AskTap(Tap, screen="ask", is_for_notices=True):
    """A mentor's answer to what would help the plan of pairs."""

    do: AskDo
    fix_id: int = 0


class MeetingDo(Do):
    LIST = "list"
    SHOW = "show", "meeting_id"
    CONFIRM = "confirm", "meeting_id"
    MOVE = "move", "meeting_id"
    ASK_TO_CANCEL = "cancel", "meeting_id"
    CANCEL = "drop", "meeting_id"
    LOG = "log", "meeting_id"
    PLAN = "new", "pair_id"
    # of a group: a mentee says whether they come, the mentor who was not there
    STAY_AWAY = "away", "meeting_id"
    COME = "come", "meeting_id"
    ATTENDANCE = "who", "meeting_id"
    MARK = "mark", "meeting_id", "person_id", "is_there"


class MeetingTap(Tap, screen="meeting", is_for_notices=True):
    do: MeetingDo
    meeting_id: int = 0
    pair_id: int = 0
    person_id: int = 0
    is_there: bool = False


class HeldDo(Do):
    YES = "yes", "meeting_id"
    NO = "no", "meeting_id"
    MOVED = "moved", "meeting_id"
    PLAN_AGAIN = "again", "meeting_id"


class HeldTap(Tap, screen="held", is_for_notices=True):
    """Whether a meeting took place."""

    do: HeldDo
    meeting_id: int = 0


class PlanDo(Do):
    KIND = "kind", "kind"
    DAY = "day", "day"
    MONTH = "month", "month"
    TIME = "time", "clock"
    BACK = "back"
    SEND = "send"
    STOP = "stop"


class PlanTap(Tap, screen="plan"):
    do: PlanDo
    kind: MeetingKind = MeetingKind.REGULAR
    day: date = SOME_DAY
    month: date = SOME_DAY
    clock: str = ""


class LogDo(Do):
    PAIR = "pair", "pair_id"
    DAY = "day", "day"
    MONTH = "month", "month"
    MINUTES = "minutes", "minutes"
    OWN_LENGTH = "own"
    SKIP_TOPIC = "skip"
    BACK = "back"
    STOP = "stop"


class LogTap(Tap, screen="log"):
    do: LogDo
    pair_id: int = 0
    day: date = SOME_DAY
    month: date = SOME_DAY
    minutes: int = 0


class DraftDo(Do):
    OPEN = "open", "draft_id"
    SAVE = "save", "at"
    SAVE_LONG = "sure", "at"
    REFUSE = "refuse", "at"
    EDIT = "edit"
    SHOW = "card"
    FIELD = "field", "field"
    DAY = "day", "day"
    MONTH = "month", "month"
    TIME = "time", "clock"
    MINUTES = "minutes", "minutes"
    KIND = "kind", "kind"
    FORMAT = "format", "format"
    PAIR = "pair", "pair_id"
    MEETING = "meeting", "meeting_id"
    TENSE = "tense", "purpose"
    SKIP = "skip", "field"
    ANOTHER_MEETING = "another"
    BOTH_MEETINGS = "both"
    CORRECT_TWIN = "twin", "meeting_id"


class DraftTap(Tap, screen="draft"):
    """The card of a meeting told in one message. `at` numbers the meetings of one message."""

    do: DraftDo
    draft_id: int = 0
    at: int = 0
    field: Field = Field.DAY
    day: date = SOME_DAY
    month: date = SOME_DAY
    clock: str = ""
    minutes: int = 0
    kind: MeetingKind = MeetingKind.REGULAR
    format: MeetingFormat = MeetingFormat.IN_PERSON
    pair_id: int = 0
    meeting_id: int = 0
    purpose: Purpose = Purpose.LOG


class RoadmapDo(Do):
    # under a reminder to whoever answers for the row
    FINISH = "finish", "entry_id"
    # under the curator's digest
    REMIND = "remind", "digest_id", "entry_id"
    CLOSE = "done", "digest_id", "entry_id"
    PUT_OFF = "later", "digest_id", "entry_id"
    LEAVE = "leave"


class RoadmapTap(Tap, screen="roadmap", is_for_notices=True):
    do: RoadmapDo
    digest_id: int = 0
    entry_id: int = 0


class EventDo(Do):
    COMES = "comes", "event_id"
    CANNOT = "cannot", "event_id"
    HERE = "here", "event_id"


class EventTap(Tap, screen="event", is_for_notices=True):
    do: EventDo
    event_id: int = 0


OF_PROGRAMMES = (programme_buttons.ProgrammeTap, programme_buttons.SupportTap)
SCREENS = tuple(Tap.__subclasses__())
ANYWHERE = frozenset(one.screen for one in SCREENS if one.is_for_notices)
"""Their buttons work from any message, whatever the person did since, if the state of the record still allows
it; all others only from the current screen.
"""
