"""Settings of the running programme: each with its default and where that default comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import redirect, url_for
from werkzeug.wrappers import Response

from admin import matching_words
from admin.access import SecuredPage
from admin.calls import do, see
from admin.cycles import cycle, pack
from admin.edits import Edit, box, take_edit
from admin.languages import label, locale
from admin.pages import Entry, Group, form_page
from admin.storage import session
from admin.words import word
from services.access.actors import Right
from services.access.errors import N_, DomainError
from services.privacy.terms import read_retention_end
from services.programmes.regulations import Settings, Weight
from services.programmes.running import SettingsRefused, change_settings, programme_id_of, settings_of

HOUR = 60


class Unreadable(ValueError):
    """What was typed cannot be read as this setting."""


class SettingsUnreadable(DomainError):
    text = N_("Nothing was saved: please look at the marked lines.")


def _number(typed: str) -> int | float:
    try:
        value = float(typed.replace(",", "."))
    except ValueError as error:
        raise Unreadable from error
    return int(value) if value.is_integer() else value


def _hours(typed: str) -> list[int]:
    """Hours before a meeting, "24; 2", as minutes, the longest first."""
    found = {round(_number(piece) * HOUR) for piece in typed.replace(";", " ").split()}
    if any(minutes <= 0 for minutes in found):
        raise Unreadable
    return sorted(found, reverse=True)


def _days(typed: str) -> list[int]:
    """Numbers of days, "2; 5", in any order."""
    pieces = typed.replace(";", " ").replace(",", " ").split()
    if not all(one.isdecimal() for one in pieces):
        raise Unreadable
    return sorted({int(one) for one in pieces})


def _clocks(typed: str) -> list[str]:
    return [_clock(piece) for piece in typed.replace(",", " ").replace(";", " ").split()]


def _clock(typed: str) -> str:
    hours, _, minutes = typed.strip().partition(":")
    if not (hours.isdecimal() and minutes.isdecimal()):
        raise Unreadable
    return f"{int(hours):02}:{minutes}"


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: how it is named, shown and read."""

    name: str
    title: str
    hint: str
    kind: str  # of the HTML input
    read: Callable[[str], Any]
    show: Callable[[Any], str] = str
    step: str = "1"


def _show_clock(value: Any) -> str:
    return f"{value:%H:%M}"


def _show_hours(value: tuple[int, ...]) -> str:
    return "; ".join(f"{minutes / HOUR:g}" for minutes in value)


def _show_days(value: tuple[int, ...]) -> str:
    return "; ".join(map(str, value))


def _show_clocks(value: Any) -> str:
    return ", ".join(map(_show_clock, value))


FIELDS = (
    Field(
        "reminder_offsets_minutes",
        N_("Reminders of a meeting"),
        N_("Hours before the start, for example: 24; 2"),
        "text",
        _hours,
        _show_hours,
    ),
    Field(
        "quiet_from",
        N_("Quiet hours from"),
        N_("No reminders and no sound from this time on"),
        "text",
        _clock,
        _show_clock,
    ),
    Field(
        "quiet_to",
        N_("Quiet hours to"),
        N_("From this time on messages come as usual"),
        "text",
        _clock,
        _show_clock,
    ),
    Field(
        "feedback_after_minutes",
        N_("Question after a meeting"),
        N_("Minutes after the planned end"),
        "number",
        _number,
    ),
    Field(
        "feedback_reminder_days", N_("Reminder of feedback"), N_("Days after the question"), "number", _number
    ),
    Field("feedback_closes_days", N_("Feedback closes"), N_("Days after the question"), "number", _number),
    Field(
        "alert_rating",
        N_("Low rating"),
        N_("A rating of this or lower comes to the home page"),
        "number",
        _number,
    ),
    Field(
        "satisfied_threshold",
        N_("Satisfied from"),
        N_("Mean rating of 10 from which a person counts as satisfied"),
        "number",
        _number,
        lambda value: f"{value:g}",
        "0.1",
    ),
    Field(
        "survey_reminder_days", N_("Reminder of a survey"), N_("Days without an answer"), "number", _number
    ),
    Field(
        "survey_closes_days",
        N_("A survey stays open"),
        N_("Days, when nobody says otherwise"),
        "number",
        _number,
    ),
    Field(
        "survey_change_days",
        N_("Changes after sending"),
        N_("Days in which answers may be changed"),
        "number",
        _number,
    ),
    Field(
        "survey_link_days",
        N_("A link to a survey works"),
        N_("Days"),
        "number",
        _number,
    ),
    Field("offer_expires_days", N_("An offer stays open"), N_("Days"), "number", _number),
    Field(
        "offer_reminder_days",
        N_("Reminders of an offer"),
        N_("Days without an answer, for example: 2; 5"),
        "text",
        _days,
        _show_days,
    ),
    Field(
        "first_meeting_reminder_days",
        N_("Reminders of the first meeting"),
        N_("Days for which the mentor has not proposed it, for example: 3; 7"),
        "text",
        _days,
        _show_days,
    ),
    Field(
        "no_meeting_days",
        N_("Days without a meeting"),
        N_("A word to the mentor, then to both, then a task for you: three numbers, for example: 10; 14; 28"),
        "text",
        _days,
        _show_days,
    ),
    Field(
        "term_reminder_days",
        N_("Reminder of a pair's last day"),
        N_("Days before it, where the pair has a term"),
        "number",
        _number,
    ),
    Field(
        "request_days",
        N_("Time to decide on a request"),
        N_("Days, then the curator is reminded"),
        "number",
        _number,
    ),
    Field(
        "programme_silence_days",
        N_("Days without a word on a programme"),
        N_("A word to whoever must act, then a task for you: two numbers, for example: 7; 14"),
        "text",
        _days,
        _show_days,
    ),
    Field(
        "programme_due_days",
        N_("Reminder of an activity of the programme"),
        N_("Days before it"),
        "number",
        _number,
    ),
    Field(
        "request_head_days",
        N_("When the head hears of a request without a decision"),
        N_("Days after that reminder"),
        "number",
        _number,
    ),
    Field(
        "programme_late_days",
        N_("Word to you of an activity without a result"),
        N_("Days after it"),
        "number",
        _number,
    ),
    Field("invitation_days", N_("An invitation link works"), N_("Days"), "number", _number),
    Field("meeting_minutes", N_("Usual length of a meeting"), N_("Minutes"), "number", _number),
    Field(
        "day_slots",
        N_("Times offered for meetings"),
        N_("For example: 08:00, 13:30, 14:30"),
        "text",
        _clocks,
        _show_clocks,
    ),
)
WEIGHED = tuple(
    Field(f"match_{one}", title, "", "select", str, lambda value: str(value.value))
    for one, title in matching_words.CRITERIA.items()
)
"""How much each criterion counts when pairs are proposed."""

SWITCHES = (
    (
        "agreement_required",
        N_("The pair begins its work only after the mentor's written agreement is registered"),
    ),
    (
        "psychologist_verdict_required",
        N_("A pair is offered only after the psychologist's conclusion on it"),
    ),
    (
        "mentor_papers_required",
        N_("No pair begins its work while the mentor's papers of article 351.8 are not registered"),
    ),
    (
        "is_pseudonymous",
        N_("Pseudonymous mode: the chat shows first names and codes of pairs only"),
    ),
)


class ProgrammePage(SecuredPage):
    endpoint, url = "programme", "/programme"
    entry = Entry(Group.ACCOUNT, 1, N_("Settings"), tab=N_("Programme"), needs_programme=True)

    @form_page("/", right=Right.MANAGE_SETTINGS)
    def index(self) -> str | Response:
        settings = see(settings_of, cycle_id=cycle().id)
        faults: dict[str, str] = {}
        edit = take_edit(
            _values(settings),
            {
                **{field.name: label(field.title) for field in (*FIELDS, *WEIGHED)},
                **{f"{name}:1": label(title) for name, title in SWITCHES},
            },
            subject=("programme", see(programme_id_of, cycle_id=cycle().id)),
        )

        def save() -> None:
            changes, unread = _read_form(edit)
            faults.update(unread or self._change(changes, settings, edit))
            if faults:
                raise SettingsUnreadable

        if edit.carry_out(save, label("The settings are saved. Coming reminders follow them.")):
            return redirect(url_for("programme.index"))
        described = pack().pack
        return self.show(
            "panel/programme.html",
            fields=FIELDS,
            weighed=WEIGHED,
            weights={one.value: word(matching_words.WEIGHTS, one) for one in Weight},
            keep_until=see(read_retention_end, cycle_id=cycle().id),
            switches=SWITCHES,
            edit=edit,
            values=edit.form,
            on={name: bool(edit.form[f"{name}:1"]) for name, _title in SWITCHES},
            defaults={
                field.name: field.show(getattr(described.settings, field.name))
                for field in (*FIELDS, *WEIGHED)
            },
            sources={field.name: described.sources.get(f"settings.{field.name}", "") for field in FIELDS},
            faults=faults,
            title=described.title.get(locale()),
            version=described.version,
            cycle=cycle(),
        )

    def _change(self, changes: dict[str, Any], before: Settings, edit: Edit) -> dict[str, str]:
        """What the rule refuses, by line. A contradiction between lines is marked at those just changed."""
        try:
            do(change_settings, cycle_id=cycle().id, changes=changes)
        except SettingsRefused as error:
            session().rollback()
            known = {field.name for field in (*FIELDS, *WEIGHED)}
            named = {error.field} & known
            shown = {field.name: field.show(getattr(before, field.name)) for field in (*FIELDS, *WEIGHED)}
            touched = {name for name in known if edit.form[name] != shown[name]}
            text = label("This value is out of range or contradicts another one.")
            return dict.fromkeys(named or touched or known, text)
        return {}


def _read_form(edit: Edit) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings that were changed, and what cannot be read of them."""
    changes: dict[str, Any] = {
        name: bool(edit.form[f"{name}:1"]) for name, _title in SWITCHES if f"{name}:1" in edit.changed
    }
    faults = {}
    for field in (*FIELDS, *WEIGHED):
        if field.name not in edit.changed:
            continue
        try:
            changes[field.name] = field.read(edit.form[field.name])
        except Unreadable:
            faults[field.name] = label("This cannot be read. {hint}", hint=label(field.hint))
    return changes, faults


def _values(settings: Settings) -> dict[str, str]:
    found = {field.name: field.show(getattr(settings, field.name)) for field in (*FIELDS, *WEIGHED)}
    for name, _title in SWITCHES:
        found.update(box(name, is_on=bool(getattr(settings, name))))
    return found
