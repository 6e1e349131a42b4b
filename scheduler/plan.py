"""Everything that happens by the clock, as data (docs/design.md#clock).

A tick asks tables what is due at `now`; it keeps nothing itself. Ticks may run late: each finds everything
that is due at `now`, also after a long stop.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.delivery.sent_forms import forget_sent
from services.documents.signing import BATCH as ORDERS
from services.documents.signing import carry_out_orders
from services.files.backups.making import ask_daily_backup
from services.joining.withdrawing import end_terms
from services.matching.asks import remind_of_asks
from services.matching.waiting import BATCH as MENTORS
from services.matching.waiting import search_for_waiting
from services.meetings.reminders import BATCH, ask_after_meetings, send_due_reminders
from services.messages_read.drafts.writing import erase_old_drafts
from services.pairs.offers import expire_offers
from services.pairs.pauses import BATCH as PAUSES
from services.pairs.pauses import end_pauses
from services.pairs.personal_programmes.silence import BATCH as PROGRAMMES
from services.pairs.personal_programmes.silence import watch_programmes
from services.pairs.requests.watching import BATCH as REQUESTS
from services.pairs.requests.watching import watch_requests
from services.pairs.silence import BATCH as SILENT
from services.pairs.silence import remind_of_silence
from services.pairs.terms import BATCH as TERMS
from services.pairs.terms import watch_terms
from services.privacy.erasures import ask_due_erasures, look_after_terms
from services.privacy.scans import BATCH as SCANS
from services.privacy.scans import forget_old_scans
from services.roadmap.digests import remind_of_roadmaps
from services.roadmap.events.guests import remind_guests
from services.roadmap.proofs import settle_roadmaps
from services.roadmap.reminders import BATCH as ROWS
from services.surveys.closing import close_overdue
from services.surveys.events import ask_before_and_after, ask_short_forms
from services.surveys.feedback import remind_feedback
from services.surveys.reminders import remind_unfinished, tell_curator_of_silence
from services.surveys.waves import open_waves


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
    Tick("reminders", 10, send_due_reminders, batch=BATCH),
    Tick("questions after meetings", 20, ask_after_meetings, batch=BATCH),
    Tick("offers that expired", 30, expire_offers),
    Tick("orders whose day has come", 600, carry_out_orders, batch=ORDERS),
    Tick("questions to mentors", 300, remind_of_asks),
    Tick("silence in pairs", 120, remind_of_silence, batch=SILENT),
    Tick("last days of pairs", 600, watch_terms, batch=TERMS),
    Tick("requests without a decision", 300, watch_requests, batch=REQUESTS),
    Tick("pauses whose day of return has come", 60, end_pauses, batch=PAUSES),
    Tick("programmes of pairs", 300, watch_programmes, batch=PROGRAMMES),
    Tick("mentees who wait", 300, search_for_waiting, batch=MENTORS),
    Tick("feedback not given", 60, remind_feedback),
    Tick("surveys to close", 60, close_overdue),
    Tick("questionnaires not sent", 120, remind_unfinished, batch=200),
    Tick("questionnaires without a word", 600, tell_curator_of_silence, batch=200),
    Tick("waves of surveys", 20, open_waves),
    Tick("days of pairs", 1800, ask_short_forms),
    Tick("before and after", 600, ask_before_and_after),
    Tick("roadmaps", 20, settle_roadmaps, batch=3),
    Tick("reminders of the roadmap", 30, remind_of_roadmaps, batch=ROWS),
    Tick("reminders of events", 60, remind_guests, batch=None),
    Tick("drafts nobody decided on", 3600, erase_old_drafts, batch=200),
    Tick("erasures whose last day has come", 600, ask_due_erasures, batch=None),
    Tick("consents whose term has ended", 1800, end_terms, batch=50),
    Tick("terms of personal data", 3600, look_after_terms, batch=None),
    Tick("scans whose term is over", 3600, forget_old_scans, batch=SCANS),
    Tick("forms that were sent", 3600, forget_sent, batch=None),
    Tick("daily backup", 600, ask_daily_backup, batch=None),
)
