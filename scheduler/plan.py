"""Everything that happens by the clock, as data (engineering.md, decision 4).

A tick asks tables what is due at `now`; it keeps nothing itself. All of them may be late without limit: after
a long stop the first tick does what is due then.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.backups import ask_daily_backup
from services.drafts.writing import erase_old_drafts
from services.feedback import close_feedback, remind_feedback
from services.pairs import expire_offers
from services.reminders import ask_after_meetings, send_due_reminders
from services.surveys.reminders import remind_unfinished


@dataclass(frozen=True, slots=True)
class Tick:
    """`work(session, now=...)` gives how many rows it looked at; a full `batch` is followed by another,
    None is one that always finishes.

    `late_seconds` is how late a run may begin before it is left out, None for any lateness.
    """

    name: str
    seconds: float
    work: Callable[..., int]
    batch: int | None = 20
    late_seconds: int | None = None


TICKS: tuple[Tick, ...] = (
    Tick("reminders", 10, send_due_reminders, batch=40),
    Tick("questions after meetings", 20, ask_after_meetings, batch=40),
    Tick("offers that expired", 30, expire_offers),
    Tick("feedback not given", 60, remind_feedback),
    Tick("feedback to close", 60, close_feedback),
    Tick("questionnaires not sent", 120, remind_unfinished, batch=200),
    Tick("drafts nobody decided on", 3600, erase_old_drafts, batch=200),
    Tick("daily backup", 600, ask_daily_backup, batch=None),
)
