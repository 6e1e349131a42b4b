"""The pseudonymous mode's form in the panel: consent, role and intake by a one-time link.

See docs/domain.md#foreign-messengers.

The bot carries the link only; what is typed and decided goes to the organisation's own server.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.consents import ConsentKind, ConsentMedium
from models.messages import NoticeKind
from models.people import ChatAccount, Participation, ParticipationStatus, Person, Role
from models.surveys import RunOccasion, SurveyRun
from services.access.actors import Actor, ActorKind, Channel, system
from services.access.errors import NotAllowed, NotFound
from services.consents.ledger import give_consent
from services.consents.states import ConsentState, decisive_kinds, read_state, state_of
from services.delivery.conversations import read_chat_state, store_chat_state
from services.delivery.outbox import enqueue
from services.joining.withdrawing import decline_consent
from services.organizations.panel_address import read_panel_address
from services.people.pseudonyms import is_pseudonymous
from services.programmes.running import current_cycle, pack_of
from services.surveys.candidates import is_about_people
from services.surveys.intake import choose_role
from services.surveys.runs import send
from services.surveys.steps import list_unsent
from services.surveys.web_links import (
    LinkFacts,
    LinkGone,
    issue_link,
    issue_survey_link,
    read_link,
    use_link,
)

FORM = "form"
LIFE = timedelta(hours=24)
WAITS_FOR_FORM = frozenset({None, "consent", "consent.one", "role", "survey", "surveys", "privacy"})
"""Where a chat stands while the form is open; anything else is something of its own."""


class FormStep(StrEnum):
    CONSENT = "consent"
    ROLE = "role"
    SURVEY = "survey"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class FormIssued:
    """`address` is the whole link, None while no panel has ever run here."""

    address: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FormFacts:
    """`name` is the first name only: whoever opens a forwarded link learns nothing more."""

    link: LinkFacts
    step: FormStep
    name: str
    locale: str


def issue_form(session: Session, *, actor: Actor, now: datetime) -> FormIssued:
    """A link for the person of this chat; earlier ones stop working. Raises NotAllowed."""
    if actor.kind is not ActorKind.PERSON or actor.id is None or actor.organization_id is None:
        raise NotAllowed
    issued = issue_link(
        session,
        actor=system(Channel.BOT),
        purpose=FORM,
        organization_id=actor.organization_id,
        person_id=actor.id,
        expires_at=now + LIFE,
        now=now,
    )
    root = read_panel_address(session)
    return FormIssued(f"{root}/f/{issued.token}" if root else None, issued.expires_at)


def read_form(session: Session, *, token: str, now: datetime) -> FormFacts:
    """Where the person stands. Raises LinkGone; looking spends nothing."""
    link = read_link(session, token=token, purpose=FORM, now=now)
    if link.person_id is None:
        raise LinkGone
    person = session.get_one(Person, link.person_id)
    return FormFacts(link, _find_step(session, person, now), person.given_name, person.locale)


def _find_step(session: Session, person: Person, now: datetime) -> FormStep:
    if read_state(session, person.id) is not ConsentState.GIVEN:
        return FormStep.CONSENT
    cycle = current_cycle(session, person.organization_id)
    has_role = session.scalars(
        select(Participation.id).where(
            Participation.person_id == person.id,
            Participation.cycle_id == cycle.id,
            Participation.status != ParticipationStatus.LEFT,
        )
    ).first()
    if has_role is None:
        return FormStep.ROLE
    unsent = list_unsent(session, person_id=person.id, cycle_id=cycle.id, now=now)
    return FormStep.SURVEY if _first_form(session, [one.id for one in unsent]) else FormStep.DONE


def _first_form(session: Session, run_ids: list[int]) -> int | None:
    return next((one for one in run_ids if is_form_only(session, run_id=one)), None)


def find_kind(session: Session, person_id: int) -> ConsentKind:
    """The consent that is asked next; a minor's programme asks for two."""
    kinds = decisive_kinds(session, person_id)
    missing = (
        one for one in kinds if state_of(session, person_id=person_id, kind=one) is not ConsentState.GIVEN
    )
    return next(missing, kinds[-1])


def consent_by_form(session: Session, *, token: str, mark: str, now: datetime) -> None:
    """The button under the whole text. Raises LinkGone, ConsentTextChanged."""
    link = read_form(session, token=token, now=now).link
    give_consent(
        session,
        actor=link.actor,
        mark=mark,
        chat_id=None,
        message_id=None,
        kind=find_kind(session, link.person_id or 0),
        medium=ConsentMedium.WEB,
        now=now,
    )


def decline_by_form(session: Session, *, token: str, now: datetime) -> None:
    """No: what a refusal in the chat does, and the link is spent. Raises LinkGone."""
    link = read_form(session, token=token, now=now).link
    use_link(session, link_id=link.id, now=now)
    decline_consent(session, actor=link.actor, chat_id=_chat_of(session, link), now=now)
    go_on_in_chat(session, link=link, now=now)


def choose_role_by_form(session: Session, *, token: str, role: Role, now: datetime) -> None:
    """Raises LinkGone and what `choose_role` raises."""
    link = read_form(session, token=token, now=now).link
    choose_role(session, actor=link.actor, role=role, now=now)
    if read_form(session, token=token, now=now).step is FormStep.DONE:
        go_on_in_chat(session, link=link, now=now)


def send_by_form(session: Session, *, link: LinkFacts, now: datetime) -> None:
    """Send the questionnaire behind a link and use the link up; where the form belongs to a chat, the chat
    goes on. Raises RunIncomplete, RunClosed.
    """
    run_id = link.run_id or 0
    is_form = link.person_id is not None and is_form_only(session, run_id=run_id)
    send(session, actor=link.actor, run_id=run_id, now=now)
    use_link(session, link_id=link.id, now=now)
    if is_form:
        go_on_in_chat(session, link=link, now=now)


def go_on_in_chat(session: Session, *, link: LinkFacts, now: datetime) -> None:
    """The next screen comes by itself: nobody has to go back and press a button. What the person is in the
    middle of elsewhere is left alone.
    """
    chat_id = session.scalar(select(ChatAccount.chat_id).where(ChatAccount.person_id == link.person_id))
    if chat_id is None or read_chat_state(session, chat_id).flow not in WAITS_FOR_FORM:
        return
    store_chat_state(session, chat_id, flow=None, data={})
    key = f"form:{link.id}:done"
    enqueue(
        session, NoticeKind.SCREEN_CURRENT, link, key=key, chat_id=chat_id, facts={"is_news": True}, now=now
    )


def open_survey_by_form(session: Session, *, token: str, now: datetime) -> str:
    """The token of the link that opens the questionnaire which waits. Raises LinkGone, NotFound."""
    link = read_form(session, token=token, now=now).link
    cycle = current_cycle(session, link.organization_id)
    unsent = list_unsent(session, person_id=link.person_id or 0, cycle_id=cycle.id, now=now)
    run_id = _first_form(session, [one.id for one in unsent])
    if run_id is None:
        raise NotFound
    return issue_survey_link(
        session, actor=system(Channel.WEB), run_id=run_id, valid_for=link.expires_at - now, now=now
    ).token


def is_form_only(session: Session, *, run_id: int) -> bool:
    """Whether a questionnaire stays out of the chat, sent or not: the intake, one that names colleagues."""
    run = session.get(SurveyRun, run_id)
    if run is None or not is_pseudonymous(session, run.cycle_id):
        return False
    survey = pack_of(session, cycle_id=run.cycle_id).survey(run.survey_id)
    return run.occasion is RunOccasion.INTAKE or is_about_people(survey)


def _chat_of(session: Session, link: LinkFacts) -> int:
    found = session.scalar(select(ChatAccount.chat_id).where(ChatAccount.person_id == link.person_id))
    if found is None:
        raise LinkGone
    return found
