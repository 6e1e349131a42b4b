"""Quiet hours, in the organisation's local time: nobody is written to unless they must be.

See docs/design.md#reminders.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to `end` local time, over midnight when start is later; equal means no quiet hours."""

    zone: ZoneInfo
    start: time
    end: time

    def is_quiet(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def earlier(self, moment: datetime) -> datetime:
        """The latest allowed minute at or before the moment."""
        if not self.is_quiet(moment):
            return moment
        local = moment.astimezone(self.zone)
        day = local.date() if local.time() >= self.start else local.date() - timedelta(days=1)
        opened = datetime.combine(day, self.start, self.zone)
        return (opened - timedelta(minutes=1)).astimezone(moment.tzinfo)

    def later(self, moment: datetime) -> datetime:
        """The first allowed minute at or after the moment."""
        if not self.is_quiet(moment):
            return moment
        local = moment.astimezone(self.zone)
        is_before_end = local.time() < self.end
        day = local.date() if is_before_end else local.date() + timedelta(days=1)
        return datetime.combine(day, self.end, self.zone).astimezone(moment.tzinfo)
