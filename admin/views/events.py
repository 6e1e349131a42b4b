"""Events: the list, a card with guests and answers, minutes, sheets to print (DC17, DC25, DC28)."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin import words
from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.choices import offer_choice
from admin.cycles import cycle, cycle_id_or_none, paper_head
from admin.edits import Edit, chosen_of, open_edit, take_edit, ticked
from admin.inputs import choice, chosen, flag, ids, moment, read_clock, read_day, sent, text, texts
from admin.languages import label, locale, plural, translator
from admin.links import draw_code, typed_code
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from admin.previews import preview_of
from admin.roadmap_words import ANSWERS, EVENT_STATUSES
from admin.storage import now
from models.events import EventKind, EventStatus
from models.people import Role
from notices.events import KINDS, describe_invitation
from services.access.actors import Right
from services.access.errors import N_
from services.roadmap.events.guests import (
    Invited,
    find_audience,
    find_present,
    invite_guests,
    list_guests,
    mark_present,
    may_be_invited,
    page_guests,
)
from services.roadmap.events.minutes import add_material, write_minutes
from services.roadmap.events.planning import (
    EventFacts,
    cancel_event,
    change_event,
    list_events,
    list_materials,
    page_events,
    plan_event,
    read_event,
)

FIELDS = ("kind", "title", "day", "clock", "place", "leader", "agenda")
CODE = "evt_"


class EventPage(SecuredPage):
    endpoint, url = "events", "/events"
    entry = Entry(Group.PROGRAMME, 5, N_("Events"))

    @page("/", right=Right.SEE_PEOPLE)
    def index(self) -> str:
        if cycle_id_or_none() is None:
            return self.show("panel/roadmap_none.html")
        events = see(page_events, cycle_id=cycle().id, asked=read_asked())
        return self.show("panel/events.html", listed=events, now=now(), **_words())

    @form_page("/new", right=Right.MANAGE_PAIRS)
    def new(self) -> str | Response:
        form = texts(*FIELDS)
        if request.method == "POST":
            with refusals_shown():
                kind = choice("kind", EventKind, EventKind.ROUND_TABLE)
                done = do(plan_event, cycle_id=cycle().id, kind=kind, **_read_form(form), success=_said)
                return redirect(url_for("events.card", event_id=done.id))
        return self.show("panel/event_form.html", event=None, form=form, edit=None, **_words())

    @page("/<int:event_id>/", right=Right.SEE_PEOPLE)
    def card(self, event_id: int) -> str:
        return self._card(event_id)

    @form_page("/<int:event_id>/edit", right=Right.MANAGE_PAIRS)
    def edit(self, event_id: int) -> str | Response:
        event = see(read_event, event_id=event_id)
        current = _form_of(event)
        kind = current.pop("kind")
        edit = take_edit(current, _titles(), subject=("event", event_id), days=("day",))

        def save() -> None:
            do(change_event, event_id=event_id, **_read_form(edit.form))

        if edit.carry_out(save, label("The event is saved. Guests hear of a new time or place.")):
            return redirect(url_for("events.card", event_id=event_id))
        form = {**edit.form, "kind": kind}
        return self.show("panel/event_form.html", event=event, form=form, edit=edit, **_words())

    @command("/<int:event_id>/cancel", right=Right.MANAGE_PAIRS)
    def cancel(self, event_id: int) -> Response:
        do(cancel_event, event_id=event_id, success=label("The event is called off. The guests are told."))
        return redirect(url_for("events.card", event_id=event_id))

    @command("/<int:event_id>/invite", right=Right.MANAGE_PAIRS)
    def invite(self, event_id: int) -> Response:
        asked = ids("person_id")
        audiences = {role for role in Role if role.value in chosen("audience")}
        if audiences:
            asked += see(find_audience, event_id=event_id, roles=audiences)
        do(invite_guests, event_id=event_id, person_ids=asked, success=_said_invited)
        return redirect(url_for("events.card", event_id=event_id))

    @command("/<int:event_id>/present", right=Right.MANAGE_PAIRS)
    def present(self, event_id: int) -> Response:
        event = see(read_event, event_id=event_id)
        listed = ids("listed")
        edit = take_edit(
            self._present(event_id, [*listed, *ids("person_id")]),
            {},
            subject=("event", event_id),
            form_name="present",
        )

        def save() -> EventFacts:
            there = [int(one) for one in chosen_of(edit.form, "person_id")]
            return do(mark_present, event_id=event_id, person_ids=there, among=listed)

        def said(done: EventFacts) -> str:
            return plural("{count} person was there.", "{count} people were there.", done.attended)

        edit.carry_out(save, said, is_new=event.status is not EventStatus.HELD)
        return redirect(url_for("events.card", event_id=event_id))

    @command("/<int:event_id>/minutes", right=Right.MANAGE_PAIRS)
    def minutes(self, event_id: int) -> str | Response:
        event = see(read_event, event_id=event_id)
        edit = take_edit(_minutes_of(event), _titles(), subject=("event", event_id))

        def save() -> object:
            return do(write_minutes, event_id=event_id, **edit.form)

        said = label("The minutes are kept. They can be printed.")
        if edit.carry_out(save, said, is_new=event.status is not EventStatus.HELD):
            return redirect(url_for("events.card", event_id=event_id))
        return self._card(event_id, minutes=edit)

    @command("/<int:event_id>/material", right=Right.MANAGE_PAIRS)
    def material(self, event_id: int) -> str | Response:
        with refusals_shown():
            do(
                add_material,
                event_id=event_id,
                title=text("material"),
                url=text("url"),
                is_sent=flag("is_sent"),
                success=label("The material is added."),
            )
            return redirect(url_for("events.card", event_id=event_id))
        return self._card(event_id)

    @page("/<int:event_id>/print", right=Right.SEE_PEOPLE)
    def printed(self, event_id: int) -> str:
        """Minutes of a council or round table to print and sign (DC25)."""
        return self._paper("panel/event_minutes.html", event_id)

    @page("/<int:event_id>/sheet", right=Right.SEE_PEOPLE)
    def sheet(self, event_id: int) -> str:
        """A sheet for the door: the QR code by which guests note that they are here."""
        event = see(read_event, event_id=event_id)
        code = f"{CODE}{event.token}"
        return self.show(
            "panel/event_sheet.html", event=event, code=draw_code(code), typed=typed_code(code), **_words()
        )

    @page("/register", right=Right.SEE_PEOPLE)
    def register(self) -> str:
        """Plan and register of trainings (DC17; A52, D9)."""
        events = see(list_events, cycle_id=cycle().id, is_training=True)
        guests = {one.id: see(list_guests, event_id=one.id) for one in events}
        materials = {one.id: see(list_materials, event_id=one.id) for one in events}
        return self.show(
            "panel/event_register.html",
            events=events,
            guests=guests,
            materials=materials,
            head=paper_head(cycle().id),
            cycle=cycle(),
            **_words(),
        )

    def _paper(self, template: str, event_id: int) -> str:
        event = see(read_event, event_id=event_id)
        guests = see(list_guests, event_id=event_id)
        return self.show(template, event=event, guests=guests, head=paper_head(event.cycle_id), **_words())

    def _present(self, event_id: int, people: Collection[int]) -> dict[str, str]:
        """Who of these people was there."""
        return ticked("person_id", dict.fromkeys(people), see(find_present, event_id=event_id))

    def _card(self, event_id: int, minutes: Edit | None = None) -> str:
        """The page of an event; after a refusal with what was typed."""
        event = see(read_event, event_id=event_id)
        guests = see(page_guests, event_id=event_id, asked=read_asked())
        return self.show(
            "panel/event.html",
            event=event,
            guests=guests,
            choice=offer_choice(
                "person_id",
                url_for("events.card", event_id=event_id),
                only=see(may_be_invited, event_id=event_id),
            ),
            materials=see(list_materials, event_id=event_id),
            preview=preview_of(describe_invitation(event, None, translator())),
            form=sent(),
            minutes=minutes or open_edit(_minutes_of(event), subject=("event", event_id)),
            present=open_edit(
                self._present(event_id, [one.person_id for one in guests.rows]),
                subject=("event", event_id),
                form_name="present",
            ),
            is_past=event.starts_at <= now(),
            now=now(),
            **_words(),
        )


def _said(event: EventFacts) -> str:
    if event.starts_at > now():
        return label("The event is planned. Now invite the guests.")
    return label("The event is entered afterwards: below you can note who was there and keep the minutes.")


def _said_invited(done: Invited) -> str:
    said = plural(
        "{count} person gets the invitation in Telegram.",
        "{count} people get the invitation in Telegram.",
        done.told,
    )
    if not done.others:
        return said
    return f"{said} " + plural(
        "{count} person gets no message: invited already, or to be told in person.",
        "{count} people get no message: invited already, or to be told in person.",
        done.others,
    )


def _words() -> dict[str, Any]:
    return {
        "kinds": {kind: label(KINDS[kind]) for kind in EventKind},
        "answers": ANSWERS,
        "statuses": EVENT_STATUSES,
        "S": EventStatus,
        "lang": locale(),
        "words": words,
        "may_change": current_user.has(Right.MANAGE_PAIRS),
    }


def _titles() -> dict[str, str]:
    return {
        "title": label("Title"),
        "day": label("Day"),
        "clock": label("Time"),
        "place": label("Place"),
        "leader": label("Who conducts it"),
        "agenda": label("Agenda"),
        "number": label("Number"),
        "chair": label("Chair"),
        "secretary": label("Secretary"),
        "decisions": label("Decided"),
    }


def _read_form(form: Mapping[str, str]) -> dict[str, Any]:
    """What the form says, for a service. Raises InputRefused."""
    asked = N_("Please give the day and the time, for example 15.10.2026 and 14:30.")
    day = read_day(form["day"], field="day", needed=asked)
    clock = read_clock(form["clock"], field="clock", needed=asked)
    lines = {name: form[name] for name in ("title", "place", "leader", "agenda")}
    return {"starts_at": moment(day, clock), **lines}


def _form_of(event: EventFacts) -> dict[str, str]:
    return {
        "kind": event.kind.value,
        "title": event.title,
        "day": event.local_start.date().isoformat(),
        "clock": f"{event.local_start:%H:%M}",
        "place": event.place,
        "leader": event.leader,
        "agenda": event.agenda,
    }


def _minutes_of(event: EventFacts) -> dict[str, str]:
    return {
        "number": event.minutes_number,
        "chair": event.chair,
        "secretary": event.secretary,
        "decisions": event.decisions,
    }
