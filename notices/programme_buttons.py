"""Buttons of the personalised programme of a pair, and of the plan of support (see notices/buttons.py)."""

from datetime import date

from models.personal_programmes import Mark
from notices.taps import Do, Tap


class ProgrammeDo(Do):
    SHOW = "show", "programme_id", "page"
    AGREE = "agree", "programme_id"
    CHANGE = "change", "programme_id"
    ADD = "add", "programme_id"
    TAKE = "take", "programme_id", "index"
    GOAL = "goal", "programme_id"
    AREAS = "areas", "programme_id"
    AREA = "area", "programme_id", "index"
    TERM = "term", "programme_id"
    LIST = "list", "programme_id", "page"
    ACTIVITY = "one", "activity_id"
    DONE = "done", "activity_id"
    MARK = "mark", "activity_id", "mark_of"
    NO_WORDS = "skip", "activity_id"
    MOVE = "move", "activity_id"
    DROP = "drop", "activity_id"
    # of a card that its author looks at
    DAY = "day", "change_id", "day"
    CONFIRM = "save", "change_id"
    CANCEL = "cancel", "change_id"
    # of a change that waits for the others
    SHOW_CHANGE = "ask", "change_id"
    YES = "yes", "change_id"
    NO = "no", "change_id"
    WITHDRAW = "back", "change_id"


class ProgrammeTap(Tap, screen="plan_of_pair", is_for_notices=True):
    """The personalised programme of a pair. `index` is a place in the pack's library or among its areas."""

    do: ProgrammeDo
    programme_id: int = 0
    activity_id: int = 0
    change_id: int = 0
    index: int = 0
    page: int = 0
    mark_of: Mark = Mark.REACHED
    day: date = date.min


class SupportDo(Do):
    SHOW = "show"


class SupportTap(Tap, screen="support", is_for_notices=True):
    do: SupportDo
