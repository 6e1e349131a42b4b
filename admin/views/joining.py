"""Recognising someone who typed the school's code: four digits told in person lead to a person."""

from datetime import datetime

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.choices import offer_choice
from admin.inputs import record, text, texts
from admin.languages import label
from admin.pages import Entry, Group, command, page
from services.access.actors import Actor, Right
from services.access.errors import NotFound
from services.joining.recognition import list_waiting, recognise, refuse_request
from services.people.cards import FIELDS, add_person
from services.people.searching import has_chat


class JoiningPage(SecuredPage):
    endpoint, url = "joining", "/joining"
    entry = Entry(Group.PEOPLE, behind="people")

    @page("/", right=Right.EDIT_PEOPLE)
    def index(self) -> str:
        waiting = see(list_waiting)
        typed = "".join(filter(str.isdecimal, request.args.get("digits", "")))
        return self.show(
            "panel/joining.html",
            waiting=waiting,
            typed=typed,
            found=next((one for one in waiting if typed and one.digits == typed), None),
            choice=offer_choice(
                "person_id", url_for("joining.index"), only=~has_chat(), carried={"digits": typed}
            ),
            form=dict.fromkeys(FIELDS, ""),
        )

    @command("/<int:request_id>/recognise", right=Right.EDIT_PEOPLE)
    def recognise(self, request_id: int) -> Response:
        with refusals_shown():
            person_id = do(
                _recognise,
                request_id=request_id,
                person_id=record("person_id"),
                names=texts(*FIELDS),
                success=label("Recognised. The person hears of it at once and can go on."),
            )
            return redirect(url_for("people.card", person_id=person_id))
        return redirect(url_for("joining.index", digits=text("digits")))

    @command("/<int:request_id>/refuse", right=Right.EDIT_PEOPLE)
    def refuse(self, request_id: int) -> Response:
        do(
            refuse_request,
            join_request_id=request_id,
            success=label("The request is closed; the person has been told politely."),
        )
        return redirect(url_for("joining.index"))


def _recognise(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    request_id: int,
    person_id: int | None,
    names: dict[str, str],
    now: datetime,
) -> int:
    """Someone on the list, or someone new added in the same transaction."""
    if person_id is None:
        person_id = add_person(session, actor=actor, organization_id=organization_id, now=now, **names).id
    facts = recognise(session, actor=actor, join_request_id=request_id, person_id=person_id, now=now)
    if facts.person_id is None:
        raise NotFound
    return facts.person_id
