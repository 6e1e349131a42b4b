"""The one-time form of the pseudonymous mode: consent, role, then the questionnaire, on the own server."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin import storage
from admin.calls import do, see, show_refusal
from admin.inputs import text
from admin.languages import label, locale, sentence
from admin.safety import LINK_LIMIT, limiter
from models.people import Role
from services.access.errors import DomainError
from services.consents.texts import read_offer
from services.joining.web_forms import (
    FormFacts,
    FormStep,
    choose_role_by_form,
    consent_by_form,
    decline_by_form,
    find_kind,
    open_survey_by_form,
    read_form,
)
from services.programmes.consents import split_passages
from services.surveys.web_links import LinkGone

forms = Blueprint("forms", __name__)

Page = Response | str | tuple[str, int]


@forms.route("/f/<token>", methods=["GET", "POST"], endpoint="fill")
@limiter.limit(LINK_LIMIT)
def fill(token: str) -> Page:
    """One step a page; a button moves on, looking changes nothing."""
    try:
        found = see(read_form, token=token)
        if request.method == "GET":
            return _draw(found)
        answer = text("go")
        if found.step is FormStep.CONSENT and answer == "decline":
            do(decline_by_form, token=token)
            return render_template("panel/form_declined.html")
        _move_on(found, token, answer)
        if found.step is FormStep.SURVEY:
            return redirect(url_for("answering.part", token=do(open_survey_by_form, token=token)))
    except LinkGone as error:
        storage.session().rollback()
        return render_template("panel/answering_gone.html", text=sentence(error)), 410
    except DomainError as error:  # the text has changed meanwhile, or it must be signed on paper
        show_refusal(error)
    return redirect(url_for("forms.fill", token=token))


def _move_on(found: FormFacts, token: str, answer: str) -> None:
    if found.step is FormStep.CONSENT and answer == "give":
        do(consent_by_form, token=token, mark=text("mark"))
    elif found.step is FormStep.ROLE and answer in set(Role):
        do(choose_role_by_form, token=token, role=Role(answer))


def _draw(found: FormFacts) -> Page:
    offer = None
    if found.step is FormStep.CONSENT:
        try:
            person_id = found.link.person_id or 0
            kind = see(find_kind, person_id=person_id)
            offer = see(read_offer, person_id=person_id, locale=found.locale, kind=kind)
        except DomainError as error:
            return render_template("panel/answering_gone.html", text=sentence(error)), 409
    return render_template(
        "panel/form.html",
        name=found.name,
        step=found.step.value,
        offer=offer,
        passages=list(split_passages(offer.text)) if offer else [],
        roles={
            Role.MENTEE.value: label("I need a mentor"),
            Role.MENTOR.value: label("I am ready to be a mentor"),
        },
        lang=locale(),
    )
