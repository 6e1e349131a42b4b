"""Events: the list, a card with guests and answers, minutes, sheets to print (DC17, DC25, DC28)."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from admin import words
from admin.access import SecuredPage, current_account, current_actor
from admin.configuration import panel_config
from admin.cycles import cycle, cycle_id_or_none, paper_head
from admin.days import DateUnreadable, read_date
from admin.edits import Edit, chosen_of, open_edit, take_edit, ticked
from admin.languages import label, locale, plural, translator
from admin.numbers import read_numbers
from admin.pages import Entry, Group, command, form_page, page
from admin.previews import preview_of
from admin.roadmap_words import ANSWERS, EVENT_STATUSES
from admin.storage import now, session
from models.events import EventKind, EventStatus
from models.people import Role
from notices.events import KINDS, describe_invitation
from services.access.actors import Right
from services.access.errors import N_
from services.roadmap.events.guests import invite_guests, list_candidates, list_guests, mark_present
from services.roadmap.events.minutes import add_material, write_minutes
from services.roadmap.events.planning import (
    EventFacts,
    cancel_event,
    change_event,
    list_events,
    list_materials,
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
        events = list_events(session(), actor=current_actor(), cycle_id=cycle().id)
        return self.show("panel/events.html", events=events, now=now(), **_words())

    @form_page("/new", right=Right.MANAGE_PAIRS)
    def new(self) -> str | Response:
        form = {name: request.form.get(name, "") for name in FIELDS}
        if request.method == "POST":
            facts = _read_form(form)
            if facts is not None:
                kind = form["kind"]
                done = self.attempt(
                    plan_event,
                    actor=current_actor(),
                    cycle_id=cycle().id,
                    kind=EventKind(kind) if kind in set(EventKind) else EventKind.ROUND_TABLE,
                    now=now(),
                    **facts,
                )
                if done is not None:
                    flash(_said(done), "success")
                    return redirect(url_for("events.card", event_id=done.id))
        return self.show("panel/event_form.html", event=None, form=form, edit=None, **_words())

    @page("/<int:event_id>/", right=Right.SEE_PEOPLE)
    def card(self, event_id: int) -> str:
        return self._card(event_id)

    @form_page("/<int:event_id>/edit", right=Right.MANAGE_PAIRS)
    def edit(self, event_id: int) -> str | Response:
        event = read_event(session(), actor=current_actor(), event_id=event_id)
        current = _form_of(event)
        kind = current.pop("kind")
        edit = take_edit(current, _titles(), subject=("event", event_id), days=("day",))

        def save() -> object | None:
            facts = _read_form(edit.form)
            if facts is None:
                return None
            return self.attempt(change_event, actor=current_actor(), event_id=event_id, now=now(), **facts)

        if edit.carry_out(save, label("The event is saved. Guests hear of a new time or place.")):
            return redirect(url_for("events.card", event_id=event_id))
        form = {**edit.form, "kind": kind}
        return self.show("panel/event_form.html", event=event, form=form, edit=edit, **_words())

    @command("/<int:event_id>/cancel", right=Right.MANAGE_PAIRS)
    def cancel(self, event_id: int) -> Response:
        done = self.attempt(cancel_event, actor=current_actor(), event_id=event_id, now=now())
        if done is not None:
            flash(label("The event is called off. The guests are told."), "success")
        return redirect(url_for("events.card", event_id=event_id))

    @command("/<int:event_id>/invite", right=Right.MANAGE_PAIRS)
    def invite(self, event_id: int) -> Response:
        chosen = _chosen()
        audiences = {role for role in Role if role.value in request.form.getlist("audience")}
        if audiences:
            candidates = list_candidates(session(), actor=current_actor(), event_id=event_id, now=now())
            chosen += [one.person_id for one in candidates if audiences & set(one.roles)]
        done = self.attempt(
            invite_guests, actor=current_actor(), event_id=event_id, person_ids=chosen, now=now()
        )
        if done is not None:
            said = plural(
                "{count} person gets the invitation in Telegram.",
                "{count} people get the invitation in Telegram.",
                done.told,
            )
            if done.others:
                said += " " + plural(
                    "{count} person gets no message: invited already, or to be told in person.",
                    "{count} people get no message: invited already, or to be told in person.",
                    done.others,
                )
            flash(said, "success")
        return redirect(url_for("events.card", event_id=event_id))

    @command("/<int:event_id>/present", right=Right.MANAGE_PAIRS)
    def present(self, event_id: int) -> Response:
        event = read_event(session(), actor=current_actor(), event_id=event_id)
        edit = take_edit(self._present(event_id), {}, subject=("event", event_id))
        found: list[EventFacts] = []

        def save() -> object | None:
            there = [int(one) for one in chosen_of(edit.form, "person_id")]
            done = self.attempt(
                mark_present, actor=current_actor(), event_id=event_id, person_ids=there, now=now()
            )
            found.extend([done] if done is not None else [])
            return done

        def said() -> str:
            return plural("{count} person was there.", "{count} people were there.", found[0].attended)

        edit.carry_out(save, said, is_new=event.status is not EventStatus.HELD)
        return redirect(url_for("events.card", event_id=event_id))

    @command("/<int:event_id>/minutes", right=Right.MANAGE_PAIRS)
    def minutes(self, event_id: int) -> str | Response:
        event = read_event(session(), actor=current_actor(), event_id=event_id)
        edit = take_edit(_minutes_of(event), _titles(), subject=("event", event_id))

        def save() -> object | None:
            return self.attempt(
                write_minutes, actor=current_actor(), event_id=event_id, now=now(), **edit.form
            )

        said = label("The minutes are kept. They can be printed.")
        if edit.carry_out(save, said, is_new=event.status is not EventStatus.HELD):
            return redirect(url_for("events.card", event_id=event_id))
        return self._card(event_id, minutes=edit)

    @command("/<int:event_id>/material", right=Right.MANAGE_PAIRS)
    def material(self, event_id: int) -> str | Response:
        done = self.attempt(
            add_material,
            actor=current_actor(),
            event_id=event_id,
            title=request.form.get("material", ""),
            url=request.form.get("url", ""),
            is_sent="is_sent" in request.form,
            now=now(),
        )
        if done is None:
            return self._card(event_id)
        flash(label("The material is added."), "success")
        return redirect(url_for("events.card", event_id=event_id))

    @page("/<int:event_id>/print", right=Right.SEE_PEOPLE)
    def printed(self, event_id: int) -> str:
        """Minutes of a council or round table to print and sign (DC25)."""
        return self._paper("panel/event_minutes.html", event_id)

    @page("/<int:event_id>/sheet", right=Right.SEE_PEOPLE)
    def sheet(self, event_id: int) -> str:
        """A sheet for the door: the QR code by which guests note that they are here."""
        event = read_event(session(), actor=current_actor(), event_id=event_id)
        return self.show(
            "panel/event_sheet.html", event=event, code=_draw(event), typed=_typed(event), **_words()
        )

    @page("/register", right=Right.SEE_PEOPLE)
    def register(self) -> str:
        """Plan and register of trainings (DC17; A52, D9)."""
        events = list_events(session(), actor=current_actor(), cycle_id=cycle().id, is_training=True)
        actor = current_actor()
        guests = {one.id: list_guests(session(), actor=actor, event_id=one.id, now=now()) for one in events}
        materials = {one.id: list_materials(session(), actor=actor, event_id=one.id) for one in events}
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
        actor = current_actor()
        event = read_event(session(), actor=actor, event_id=event_id)
        guests = list_guests(session(), actor=actor, event_id=event_id, now=now())
        return self.show(template, event=event, guests=guests, head=paper_head(event.cycle_id), **_words())

    def _present(self, event_id: int) -> dict[str, str]:
        """Who was there, by everybody who may have been."""
        guests = list_guests(session(), actor=current_actor(), event_id=event_id, now=now())
        candidates = list_candidates(session(), actor=current_actor(), event_id=event_id, now=now())
        there = [one.person_id for one in guests if one.attended_at is not None]
        return ticked("person_id", [*(one.person_id for one in candidates), *there], there)

    def _card(self, event_id: int, minutes: Edit | None = None) -> str:
        """The page of an event; after a refusal with what was typed."""
        actor = current_actor()
        event = read_event(session(), actor=actor, event_id=event_id)
        candidates = list_candidates(session(), actor=actor, event_id=event_id, now=now())
        return self.show(
            "panel/event.html",
            event=event,
            guests=list_guests(session(), actor=actor, event_id=event_id, now=now()),
            candidates=[one for one in candidates if not one.is_guest],
            everybody=candidates,
            materials=list_materials(session(), actor=actor, event_id=event_id),
            preview=preview_of(describe_invitation(event, None, translator())),
            form=request.form,
            minutes=minutes or open_edit(_minutes_of(event), subject=("event", event_id)),
            present=open_edit(self._present(event_id), subject=("event", event_id)),
            is_past=event.starts_at <= now(),
            now=now(),
            **_words(),
        )


def _said(event: EventFacts) -> str:
    if event.starts_at > now():
        return label("The event is planned. Now invite the guests.")
    return label("The event is entered afterwards: below you can note who was there and keep the minutes.")


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


def _read_form(form: Mapping[str, str]) -> dict[str, Any] | None:
    """What the form says, for a service; None after a sentence on what cannot be read."""
    try:
        day = read_date(form["day"])
        clock = time.fromisoformat(form["clock"].strip().replace(".", ":").zfill(5))
    except (DateUnreadable, ValueError):
        day = None
    if day is None:
        flash(label("Please give the day and the time, for example 15.10.2026 and 14:30."), "error")
        return None
    starts_at = datetime.combine(day, clock, ZoneInfo(current_account().timezone))
    lines = {name: form[name] for name in ("title", "place", "leader", "agenda")}
    return {"starts_at": starts_at, **lines}


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


def _chosen() -> list[int]:
    return read_numbers(request.form.getlist("person_id"))


def _typed(event: EventFacts) -> str:
    """What somebody without a camera types to the bot."""
    return f"/start {CODE}{event.token}"


def _draw(event: EventFacts) -> Markup:
    """The attendance link as a QR code; where the bot's name is not known, what is to be typed."""
    import segno  # only a sheet needs it

    username = panel_config().bot_username
    content = f"https://t.me/{username}?start={CODE}{event.token}" if username else _typed(event)
    drawn = segno.make(content, error="m", micro=False).svg_inline(
        scale=4, border=2, svgclass="qr", lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704  # drawn by the library from our own token
