"""Invitations: who has a link, who came, who has not; links for many at once and a sheet with QR codes."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.configuration import panel_config
from admin.inputs import ids, text
from admin.languages import label, plural
from admin.links import chat_link, draw_code, typed_code
from admin.numbers import read_numbers
from admin.pages import Entry, Group, command, page
from admin.paging import read_asked
from admin.views.people import invitation_code
from services.access.actors import Right
from services.access.errors import N_
from services.joining.invitations import (
    InvitationStand,
    count_stands,
    invite_people,
    list_invitations,
    read_sheet,
    undo_claim,
)


class InvitationPage(SecuredPage):
    endpoint, url = "invitations", "/invitations"
    entry = Entry(Group.PEOPLE, 2, N_("Invitations"))

    @page("/", right=Right.EDIT_PEOPLE)
    def index(self) -> str:
        stand, search = request.args.get("stand", ""), request.args.get("search", "")
        found = see(
            list_invitations,
            stand=InvitationStand(stand) if stand in set(InvitationStand) else None,
            search=search,
            asked=read_asked(),
        )
        return self.show(
            "panel/invitations.html",
            listed=found,
            rows=found.rows,
            counts=see(count_stands),
            stand=stand,
            search=search,
        )

    @command("/make", right=Right.EDIT_PEOPLE)
    def make(self) -> Response:
        """Links for whom no working one exists, then the sheet of all who were chosen."""
        asked = ids("person_id")
        with refusals_shown():
            made = do(invite_people, person_ids=asked)
            if made:
                flash(plural("{count} link is made.", "{count} links are made.", made), "success")
            return redirect(url_for("invitations.sheet", ids=",".join(map(str, asked))))
        return redirect(url_for("invitations.index", stand=text("stand") or None))

    @page("/sheet", right=Right.EDIT_PEOPLE)
    def sheet(self) -> str:
        cards = see(read_sheet, person_ids=read_numbers(text("ids").split(",")))
        return self.show(
            "panel/invitation_sheet.html",
            cards=[
                (card, chat_link(code), typed_code(code), draw_code(code))
                for card in cards
                for code in [invitation_code(card.invitation)]
            ],
            username=panel_config().bot_username,
        )

    @command("/<int:invitation_id>/undo", right=Right.EDIT_PEOPLE)
    def undo(self, invitation_id: int) -> Response:
        said = label("The chat is unlinked and told so. Now make a new link for the right person.")
        person_id = do(undo_claim, invitation_id=invitation_id, success=said)
        return redirect(url_for("people.card", person_id=person_id))
