"""The one-time form of the pseudonymous mode: consent, role, then the questionnaire, on the own server."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin import storage
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
        found = read_form(storage.session(), token=token, now=storage.now())
        if request.method == "GET":
            return _draw(found)
        answer = request.form.get("go", "")
        if found.step is FormStep.CONSENT and answer == "decline":
            decline_by_form(storage.session(), token=token, now=storage.now())
            storage.session().commit()
            return render_template("panel/form_declined.html")
        _move_on(found, token, answer)
        if found.step is FormStep.SURVEY:
            opened = open_survey_by_form(storage.session(), token=token, now=storage.now())
            storage.session().commit()
            return redirect(url_for("answering.part", token=opened))
        storage.session().commit()
    except LinkGone as error:
        storage.session().rollback()
        return render_template("panel/answering_gone.html", text=sentence(error)), 410
    except DomainError as error:  # the text has changed meanwhile, or it must be signed on paper
        storage.session().rollback()
        flash(sentence(error), "error")
    return redirect(url_for("forms.fill", token=token))


def _move_on(found: FormFacts, token: str, answer: str) -> None:
    if found.step is FormStep.CONSENT and answer == "give":
        mark = request.form.get("mark", "")
        consent_by_form(storage.session(), token=token, mark=mark, now=storage.now())
    elif found.step is FormStep.ROLE and answer in set(Role):
        choose_role_by_form(storage.session(), token=token, role=Role(answer), now=storage.now())


def _draw(found: FormFacts) -> Page:
    offer = None
    if found.step is FormStep.CONSENT:
        try:
            offer = read_offer(
                storage.session(),
                person_id=found.link.person_id or 0,
                locale=found.locale,
                kind=find_kind(storage.session(), found.link.person_id or 0),
            )
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
