"""Waves of surveys: planned with a preview of who gets what and when, watched while answers come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_day
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle
from admin.inputs import choice, chosen, day, moment, text
from admin.languages import label, translator
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from admin.storage import now
from models.people import Role
from notices.surveys import write_invitation
from services.access.actors import Right
from services.programmes.regulations import Occasion
from services.programmes.running import settings_of
from services.surveys.points import list_points
from services.surveys.respondents import ASKED, Reach, Respondent, Segment, Who
from services.surveys.waves import (
    cancel_wave,
    close_wave,
    list_occasions,
    plan_wave,
    preview_wave,
    read_wave,
)

OPENS = time(9, 0)  # of a day that the curator names
CLOSES = time(23, 59)
MOST_SHOWN = 50  # names of each part in a preview; how many there are is said


@dataclass(frozen=True, slots=True)
class Plan:
    """What the form says; `starts_at` is this moment when no day is named, `fault` is about the last day."""

    occasion: Occasion
    segment: Segment
    starts_on: date | None
    closes_on: date
    starts_at: datetime
    closes_at: datetime
    fault: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """The form as an address says it: what was previewed, to be compared with what is planned."""
        return {
            "occasion": self.occasion,
            "role": [role.value for role in self.segment.roles],
            "who": self.segment.who.value,
            "starts_on": self.starts_on.isoformat() if self.starts_on else "",
            "closes_on": self.closes_on.isoformat(),
        }

    @property
    def mark(self) -> str:
        return " ".join(",".join(one) if isinstance(one, list) else one for one in self.fields.values())


@dataclass(frozen=True, slots=True)
class Part:
    """One survey of the wave: its invitation as it will look, and who gets it."""

    title: str
    words: Markup
    people: Sequence[Respondent]


class WavePage(SecuredPage):
    endpoint, url = "waves", "/waves"
    entry = Entry(Group.PROGRAMME, behind="surveys")

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> Response:
        return redirect(url_for("surveys.index"))

    @form_page("/new/", right=Right.MANAGE_PAIRS)
    def new(self) -> str | Response:
        """The form, then the preview; only the preview's button asks anybody."""
        occasions = see(list_occasions, cycle_id=cycle().id)
        plan = self._read_plan(occasions) if text("occasion") else None
        if request.method == "POST" and plan is not None and request.args.get("previewed") != plan.mark:
            flash(
                label(
                    "You have changed the form since the preview: look at the new one below, "
                    "then plan the wave."
                ),
                "error",
            )
            return redirect(url_for("waves.new", **plan.fields))
        if request.method == "POST" and plan is not None and not plan.fault:
            with refusals_shown():
                planned = do(
                    plan_wave,
                    cycle_id=cycle().id,
                    occasion=plan.occasion,
                    segment=plan.segment,
                    starts_at=plan.starts_at,
                    closes_at=plan.closes_at,
                    success=label("The wave is planned. You see the answers here as they come."),
                )
                return redirect(url_for("waves.card", wave_id=planned))
        people = self._preview(plan) if plan is not None and not plan.fault else []
        days = see(settings_of, cycle_id=cycle().id).survey_closes_days
        return self.show(
            "panel/wave_new.html",
            occasions=occasions,
            points=see(list_points, cycle_id=cycle().id),
            plan=plan,
            parts=_parts(people, plan) if plan is not None else [],
            most=MOST_SHOWN,
            left_out=[one for one in people if one.reach not in ASKED],
            asked=sum(one.reach in ASKED for one in people),
            silent=sum(one.reach is Reach.NO_CHAT for one in people),
            today=current_day(),
            usual_end=current_day() + timedelta(days=days),
            roles=[role.value for role in Role],
            whos=list(Who),
        )

    @page("/<int:wave_id>/", right=Right.MANAGE_PAIRS)
    def card(self, wave_id: int) -> str:
        wave, runs = see(read_wave, wave_id=wave_id, asked=read_asked())
        return self.show("panel/wave.html", wave=wave, runs=runs, lang=translator().locale)

    @command("/<int:wave_id>/cancel", right=Right.MANAGE_PAIRS)
    def cancel(self, wave_id: int) -> Response:
        do(cancel_wave, wave_id=wave_id, success=label("The wave is taken back: nobody will be asked."))
        return redirect(url_for("waves.card", wave_id=wave_id))

    @command("/<int:wave_id>/close", right=Right.MANAGE_PAIRS)
    def close(self, wave_id: int) -> Response:
        do(
            close_wave,
            wave_id=wave_id,
            success=label("The wave is closed. Unfinished answers are kept and stay out of averages."),
        )
        return redirect(url_for("waves.card", wave_id=wave_id))

    def _preview(self, plan: Plan) -> list[Respondent]:
        return see(preview_wave, cycle_id=cycle().id, occasion=plan.occasion, segment=plan.segment)

    def _read_plan(self, occasions: Sequence[Occasion]) -> Plan | None:
        """None, with a sentence above the form, when it says nothing sensible."""
        occasion = next((one for one in occasions if one == text("occasion")), None)
        roles = tuple(role for role in Role if role.value in chosen("role"))
        who = choice("who", Who, Who.ALL)
        starts_on, closes_on = day("starts_on"), day("closes_on")
        if occasion is None or not roles or closes_on is None:
            flash(label("Please say what to ask, whom, and until when."), "error")
            return None
        starts_at = now()
        if starts_on is not None and starts_on > current_day():
            starts_at = moment(starts_on, OPENS)
        closes_at = moment(closes_on, CLOSES)
        fault = ""
        if closes_at <= now():
            fault = label("This day has passed already. Please choose today or a later one.")
        elif closes_at <= starts_at:
            fault = label("The survey would close before it is asked: please choose a later day.")
        return Plan(occasion, Segment(roles, who), starts_on, closes_on, starts_at, closes_at, fault)


def _parts(people: Sequence[Respondent], plan: Plan) -> list[Part]:
    by_survey: dict[str, list[Respondent]] = {}
    for one in people:
        if one.reach in ASKED:
            by_survey.setdefault(one.survey.id, []).append(one)
    t = translator()
    found = []
    for asked in by_survey.values():
        survey, about = asked[0].survey, asked[0].about
        letter = write_invitation(survey, t, until=plan.closes_on, about=about)
        # the letter's own words with every fact escaped, as the chat shows them
        words = Markup(letter.text.replace("\n", "<br>"))  # noqa: S704
        found.append(Part(survey.title.get(t.locale), words, asked))
    return found
