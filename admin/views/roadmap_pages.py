"""Pages of the roadmap and of what its rows ask for: one item of the menu, tabs behind it."""

from admin.access import Secured
from admin.views.events import EventPage
from admin.views.outreach import MemoPage, OutreachPage
from admin.views.roadmap import RoadmapPage
from admin.views.school_calendar import CalendarPage
from services.access.actors import Right
from services.access.errors import N_

ROADMAP_TABS = (
    ("roadmap", N_("Roadmap"), Right.SEE_SCORES),
    ("events", N_("Events"), Right.SEE_PEOPLE),
    ("memos", N_("Memos"), Right.SEE_SCORES),
    ("outreach", N_("Publications and partners"), Right.SEE_SCORES),
    ("school_calendar", N_("Calendar"), Right.SEE_SCORES),
)
"""What stands behind "Roadmap", in the order of the tabs."""


def roadmap_pages() -> list[Secured]:
    return [
        RoadmapPage(endpoint="roadmap", url="/roadmap"),
        EventPage(endpoint="events", url="/events"),
        MemoPage(endpoint="memos", url="/memos"),
        OutreachPage(endpoint="outreach", url="/outreach"),
        CalendarPage(endpoint="school_calendar", url="/calendar"),
    ]
