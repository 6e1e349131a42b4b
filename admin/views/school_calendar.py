"""The school's calendar: the country's holidays, and the school's own days over them."""

from datetime import date

from flask import flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_account, current_actor
from admin.days import DateUnreadable, read_date
from admin.languages import label, locale
from admin.pages import Entry, Group, command, form_page
from admin.storage import now, session
from services.access.actors import Right
from services.access.errors import N_
from services.organizations.school_days import add_school_days, list_school_days, remove_school_days
from services.organizations.working_days import list_holidays
from services.roadmap.entries import school_year_of

FIELDS = ("first_day", "last_day", "title")


class CalendarPage(SecuredPage):
    endpoint, url = "school_calendar", "/calendar"
    entry = Entry(Group.PROGRAMME, 4, N_("Calendar"), behind="roadmap")

    @form_page("/", right=Right.SEE_SCORES, to_send=Right.MANAGE_PAIRS)
    def index(self) -> str | Response:
        if request.method == "POST" and self._add():
            return redirect(url_for("school_calendar.index"))
        year = school_year_of(now().date())
        first, last = date(year, 9, 1), date(year + 1, 8, 31)
        organization_id = current_account().organization_id
        return self.show(
            "panel/school_calendar.html",
            own_days=list_school_days(session(), actor=current_actor(), organization_id=organization_id),
            holidays=list_holidays(first, last, locale=locale()),
            years=f"{year}-{year + 1}",
            form={name: request.form.get(name, "") for name in FIELDS},
            is_working="is_working" in request.form,
            may_change=current_user.has(Right.MANAGE_PAIRS),
        )

    @command("/<int:days_id>/remove", right=Right.MANAGE_PAIRS)
    def remove(self, days_id: int) -> Response:
        self.act(remove_school_days, actor=current_actor(), days_id=days_id, now=now())
        flash(label("The days are removed."), "success")
        return redirect(url_for("school_calendar.index"))

    def _add(self) -> bool:
        try:
            first = read_date(request.form.get("first_day", ""))
            last = read_date(request.form.get("last_day", "")) or first
        except DateUnreadable:
            first = last = None
        if first is None or last is None:
            flash(label("This is no date. Write it like 15.10.2026."), "error")
            return False
        added = self.attempt(
            add_school_days,
            actor=current_actor(),
            organization_id=current_account().organization_id,
            first_day=first,
            last_day=last,
            title=request.form.get("title", ""),
            is_working="is_working" in request.form,
            now=now(),
        )
        if added is not None:
            flash(label("The days are in the calendar. Reminders keep to them."), "success")
        return added is not None
