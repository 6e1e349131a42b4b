"""The organisation's own page: what the consent says of it, its time zone, the code for joining."""

from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import redirect, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_account
from admin.calls import do, see
from admin.configuration import panel_config
from admin.edits import Edit, open_edit, take_edit
from admin.languages import label, translator
from admin.numbers import read_number
from admin.pages import Entry, Group, command, form_page, page
from admin.storage import now
from services.access.actors import Right
from services.access.errors import N_
from services.accounts.networks import list_centers, read_center, read_network, set_center
from services.organizations.register import (
    OrganizationCard,
    edit_organization,
    read_organization,
    replace_join_code,
)

FIELDS = ("name", "address", "inn", "timezone")
ZONES = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)


class OrganizationPage(SecuredPage):
    endpoint, url = "organization", "/organization"
    entry = Entry(Group.ACCOUNT, 3, N_("Organisation"), behind="programme")

    @form_page("/", right=Right.MANAGE_SETTINGS)
    def index(self) -> str | Response:
        card = _card()
        edit = take_edit(
            _fields(card),
            {
                "name": label("Full name"),
                "address": label("Postal address"),
                "inn": label("INN"),
                "timezone": label("Time zone"),
            },
            subject=("organization", card.id),
        )
        if edit.carry_out(
            lambda: do(edit_organization, **edit.form), label("The organisation's card is saved.")
        ):
            return redirect(url_for("organization.index"))
        return self._page(card, edit)

    def _page(self, card: OrganizationCard, edit: Edit, center: Edit | None = None) -> str:
        center_id = see(read_center)
        center = center or open_edit(_center(center_id), subject=("organization", card.id))
        return self.show(
            "panel/organization.html",
            card=card,
            form=edit.form,
            edit=edit,
            zones=_zones(card.timezone),
            centers=see(list_centers),
            center=center,
            network=see(read_network),
        )

    @command("/center", right=Right.MANAGE_SETTINGS)
    def center(self) -> str | Response:
        """Under which support centre the organisation works."""
        names = {str(one.id): one.name for one in see(list_centers)}
        edit = take_edit(
            _center(see(read_center)),
            {"center_id": label("Works under")},
            subject=("organization", current_account().organization_id),
            show=lambda _name, value: names.get(value, ""),
        )

        if edit.carry_out(
            lambda: do(set_center, center_id=read_number(edit.form["center_id"])), label("Saved.")
        ):
            return redirect(url_for("organization.index"))
        card = _card()
        return self._page(card, open_edit(_fields(card), subject=("organization", card.id)), edit)

    @page("/code", right=Right.MANAGE_SETTINGS)
    def code(self) -> str:
        """A sheet to print and hang up."""
        return self.show("panel/join_sheet.html", card=_card(), username=panel_config().bot_username)

    @command("/code/replace", right=Right.MANAGE_SETTINGS)
    def replace(self) -> Response:
        do(
            replace_join_code,
            success=label("There is a new code. The old one no longer works: print the sheet anew."),
        )
        return redirect(url_for("organization.index"))


def _card() -> OrganizationCard:
    return see(read_organization)


def _fields(card: OrganizationCard) -> dict[str, str]:
    return {name: value for name, value in asdict(card).items() if name in FIELDS}


def _center(center_id: int | None) -> dict[str, str]:
    return {"center_id": str(center_id or "")}


def _zones(present: str) -> dict[str, str]:
    """Zones by their name, like "Москва, UTC+3"; the one that is set stands in the list in any case."""
    moment = now()
    names = ZONES if present in ZONES else (present, *ZONES)
    return {name: f"{translator().zone_city(name)}, {_shift(name, moment)}" for name in names}


def _shift(name: str, moment: datetime) -> str:
    shift = moment.astimezone(ZoneInfo(name)).strftime("%z")
    hours, minutes = int(shift[:3]), shift[3:]
    return f"UTC{hours:+d}" + (f":{minutes}" if minutes != "00" else "")
