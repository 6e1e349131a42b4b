"""One-time links to pages of the panel without sign-in: for partners, and for whoever has no chat.

The token is 22 random characters in the address and nowhere else: the table keeps its SHA-256. A link works
until it is used, revoked or out of date; to look at the page does not use it up, so the preview of a
messenger burns nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.audit import Action
from models.surveys import RunSource, SurveyRun, WebLink
from services.access.actors import Actor, ActorKind, Channel, Right
from services.access.audit import record
from services.access.digests import sha256_of
from services.access.errors import N_, DomainError
from services.access.records import find
from services.surveys.reading import BegunByRespondent, is_begun_by_respondent

SURVEY = "survey"
TOKEN_BYTES = 16  # 22 characters


class LinkGone(DomainError):
    text = N_("This link does not work any more. Please ask for a new one.")


class LinkSpent(LinkGone):
    text = N_("The answers have been sent already. Thank you!")


class LinkOvertaken(LinkGone):
    text = N_("These questions are being answered in another way already. Please go on there.")


@dataclass(frozen=True, slots=True)
class LinkIssued:
    """The only time that the token is known."""

    link_id: int
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """`actor` is who may act by this link: the person it was made for, else the outside respondent.

    `issued_by` is the account that made it, None where the person made it in the chat: an account could open
    such a link too, so the page behind it shows no answers but those typed in the same browser.
    """

    id: int
    purpose: str
    organization_id: int
    run_id: int | None
    person_id: int | None
    expires_at: datetime
    actor: Actor
    issued_by: int | None


def issue_link(
    session: Session,
    *,
    actor: Actor,
    purpose: str,
    organization_id: int,
    expires_at: datetime,
    now: datetime,
    run_id: int | None = None,
    person_id: int | None = None,
) -> LinkIssued:
    """A new link; those that led to the same place stop working. Raises NotAllowed."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    same = (WebLink.purpose == purpose, WebLink.run_id == run_id, WebLink.person_id == person_id)
    session.execute(
        update(WebLink)
        .where(*same, WebLink.organization_id == organization_id, WebLink.used_at.is_(None))
        .values(revoked_at=now)
    )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = WebLink(
        organization_id=organization_id,
        purpose=purpose,
        run_id=run_id,
        person_id=person_id,
        token_sha256=sha256_of(token),
        created_by=actor.id if actor.kind is ActorKind.ACCOUNT else None,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(link)
    session.flush()
    after = {"purpose": purpose, "run_id": run_id, "person_id": person_id}
    record(session, actor, Action.LINK_ISSUED, link, now=now, after=after)
    return LinkIssued(link.id, token, expires_at)


def issue_survey_link(
    session: Session, *, actor: Actor, run_id: int, valid_for: timedelta, now: datetime
) -> LinkIssued:
    """A link by which the respondent of this run answers it; never longer than the run is open.

    Raises NotFound, NotAllowed; BegunByRespondent where an account asks for it and the person has begun.
    """
    run = find(session, SurveyRun, run_id)
    if actor.kind is ActorKind.ACCOUNT and run.outsider is None and is_begun_by_respondent(session, run):
        raise BegunByRespondent
    until = now + valid_for
    return issue_link(
        session,
        actor=actor,
        purpose=SURVEY,
        organization_id=run.organization_id,
        expires_at=min(until, run.closes_at) if run.closes_at is not None else until,
        run_id=run.id,
        person_id=run.person_id,
        now=now,
    )


def read_link(session: Session, *, token: str, purpose: str, now: datetime) -> LinkFacts:
    """Raises LinkSpent for a used one; unknown, revoked, out of date or another purpose: all LinkGone."""
    link = session.scalars(select(WebLink).where(WebLink.token_sha256 == sha256_of(token))).one_or_none()
    if link is not None and link.purpose == purpose and link.used_at:
        raise LinkSpent
    if link is None or link.purpose != purpose or link.revoked_at or link.expires_at <= now:
        raise LinkGone
    if link.person_id is not None:
        actor = Actor(ActorKind.PERSON, link.person_id, link.organization_id, Channel.WEB)
    else:
        actor = Actor(ActorKind.RESPONDENT, link.run_id, link.organization_id, Channel.WEB)
    return LinkFacts(
        id=link.id,
        purpose=link.purpose,
        organization_id=link.organization_id,
        run_id=link.run_id,
        person_id=link.person_id,
        expires_at=link.expires_at,
        actor=actor,
        issued_by=link.created_by,
    )


def read_survey_link(session: Session, *, token: str, now: datetime) -> LinkFacts:
    """A link to a questionnaire. Raises LinkSpent, LinkGone; LinkOvertaken where the staff made it and the
    person has begun to answer elsewhere.
    """
    link = read_link(session, token=token, purpose=SURVEY, now=now)
    run = session.get(SurveyRun, link.run_id) if link.run_id is not None else None
    if run is None:
        raise LinkGone
    is_of_staff = link.issued_by is not None and run.outsider is None
    if is_of_staff and (run.source is RunSource.PAPER or is_begun_by_respondent(session, run)):
        raise LinkOvertaken
    return link


def note_opened(session: Session, *, link_id: int, now: datetime) -> None:
    """Something was answered by the link for the first time."""
    link = session.get_one(WebLink, link_id)
    if link.opened_at is None:
        link.opened_at = now
        if link.run_id is not None:
            run = session.get_one(SurveyRun, link.run_id)
            run.source, run.issued_by = RunSource.WEB, link.created_by


def use_link(session: Session, *, link_id: int, now: datetime) -> None:
    """The link has served. Raises LinkSpent when it had already."""
    link = session.get_one(WebLink, link_id, with_for_update=True)
    if link.used_at is not None:
        raise LinkSpent
    link.used_at = now
