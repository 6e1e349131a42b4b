"""The school's calendar: the country's holidays, and the school's own days over them."""

from datetime import date

from flask import redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.inputs import day, flag, text, texts
from admin.languages import label, locale
from admin.pages import Entry, Group, command, form_page
from admin.storage import now
from services.access.actors import Right
from services.access.errors import N_
from services.organizations.school_days import add_school_days, list_school_days, remove_school_days
from services.organizations.working_days import list_holidays
from services.roadmap.entries import school_year_of


class CalendarPage(SecuredPage):
    endpoint, url = "school_calendar", "/calendar"
    entry = Entry(Group.PROGRAMME, 4, N_("Calendar"), behind="roadmap")

    @form_page("/", right=Right.SEE_SCORES, to_send=Right.MANAGE_PAIRS)
    def index(self) -> str | Response:
        if request.method == "POST":
            with refusals_shown():
                first = day("first_day", needed=N_("This is no date. Write it like 15.10.2026."))
                do(
                    add_school_days,
                    first_day=first,
                    last_day=day("last_day") or first,
                    title=text("title"),
                    is_working=flag("is_working"),
                    success=label("The days are in the calendar. Reminders keep to them."),
                )
                return redirect(url_for("school_calendar.index"))
        year = school_year_of(now().date())
        first, last = date(year, 9, 1), date(year + 1, 8, 31)
        return self.show(
            "panel/school_calendar.html",
            own_days=see(list_school_days),
            holidays=list_holidays(first, last, locale=locale()),
            years=f"{year}-{year + 1}",
            form=texts("first_day", "last_day", "title"),
            is_working=flag("is_working"),
            may_change=current_user.has(Right.MANAGE_PAIRS),
        )

    @command("/<int:days_id>/remove", right=Right.MANAGE_PAIRS)
    def remove(self, days_id: int) -> Response:
        do(remove_school_days, days_id=days_id, success=label("The days are removed."))
        return redirect(url_for("school_calendar.index"))
