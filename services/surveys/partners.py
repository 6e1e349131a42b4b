"""Partners are asked how satisfied they are (B19, A42 item 7): outside the chat, by a one-time link."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.programmes import Cycle
from models.surveys import RunOccasion, RunSource, SurveyRun, SurveyStatus, WebLink
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed, NotFound
from services.access.listing import NEWEST_FIRST, Asked, Listed, list_page
from services.access.records import find
from services.programmes.running import pack_of, settings_of
from services.surveys.closing import reopen
from services.surveys.forms import AnswersInAlready
from services.surveys.opening import open_run
from services.surveys.web_links import LinkIssued, issue_survey_link

NAME_LIMIT = 200


class PartnerUnnamed(DomainError):
    text = N_("Please say which partner is asked, for example: Town centre for teachers.")


class NothingForPartners(DomainError):
    text = N_("This programme has no survey for partners.")


@dataclass(frozen=True, slots=True)
class PartnerAsked:
    run_id: int
    link: LinkIssued


@dataclass(frozen=True, slots=True)
class PartnerRun:
    """`link_until` is None when no link works: it was used, revoked or is out of date."""

    run_id: int
    name: str
    status: SurveyStatus
    asked_at: datetime
    sent_at: datetime | None
    link_until: datetime | None


def ask_partner(session: Session, *, actor: Actor, cycle_id: int, name: str, now: datetime) -> PartnerAsked:
    """Open the survey for a partner and make the link to send them.

    Raises PartnerUnnamed, NothingForPartners, NotFound, NotAllowed.
    """
    organization_id = session.scalar(select(Cycle.organization_id).where(Cycle.id == cycle_id))
    if organization_id is None:
        raise NotFound
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    if actor.kind is not ActorKind.ACCOUNT:
        raise NotAllowed
    shown = " ".join(name.split())[:NAME_LIMIT]
    if not shown:
        raise PartnerUnnamed
    survey = pack_of(session, cycle_id=cycle_id).survey_for("partner_feedback", "partner")
    if survey is None:
        raise NothingForPartners
    days = settings_of(session, cycle_id=cycle_id).survey_link_days
    run_id = open_run(
        session,
        survey_id=survey.id,
        organization_id=organization_id,
        cycle_id=cycle_id,
        occasion=RunOccasion.PARTNER,
        dedup_key=f"{RunOccasion.PARTNER}:cycle:{cycle_id}:{secrets.token_hex(8)}",  # asked anew each time
        account_id=actor.id,
        outsider=shown,
        source=RunSource.WEB,
        closes_at=now + timedelta(days=days),
        now=now,
    )
    record(session, actor, Action.SURVEY_PARTNER_ASKED, session.get_one(SurveyRun, run_id), now=now)
    link = issue_survey_link(session, actor=actor, run_id=run_id, valid_for=timedelta(days=days), now=now)
    return PartnerAsked(run_id, link)


def renew_link(session: Session, *, actor: Actor, run_id: int, now: datetime) -> LinkIssued:
    """A new link for a partner who lost theirs or was late; the old one stops, answers are kept.

    Raises NotFound, NotAllowed, AnswersInAlready.
    """
    run = find(session, SurveyRun, run_id, lock=True)
    if run.outsider is None:
        raise NotFound
    actor.check_right(Right.MANAGE_PAIRS, run.organization_id)
    if run.status is SurveyStatus.SENT:
        raise AnswersInAlready
    valid_for = timedelta(days=settings_of(session, cycle_id=run.cycle_id).survey_link_days)
    reopen(run, closes_at=now + valid_for)
    return issue_survey_link(session, actor=actor, run_id=run_id, valid_for=valid_for, now=now)


def list_partner_runs(
    session: Session, *, actor: Actor, cycle_id: int, now: datetime, asked: Asked = NEWEST_FIRST
) -> Listed[PartnerRun]:
    """A page of those who were asked this school year, the newest first. Raises NotFound, NotAllowed."""
    organization_id = session.scalar(select(Cycle.organization_id).where(Cycle.id == cycle_id))
    if organization_id is None:
        raise NotFound
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    query = select(SurveyRun).where(SurveyRun.cycle_id == cycle_id, SurveyRun.outsider.is_not(None))
    found = list_page(session, query, keys={"id": (SurveyRun.id,)}, asked=asked)
    until = {
        link.run_id: link.expires_at
        for link in session.scalars(
            select(WebLink).where(
                WebLink.run_id.in_([run.id for run in found.rows]),
                WebLink.used_at.is_(None),
                WebLink.revoked_at.is_(None),
                WebLink.expires_at > now,
            )
        )
    }
    return found.showing(
        [
            PartnerRun(run.id, run.outsider or "", run.status, run.opened_at, run.sent_at, until.get(run.id))
            for run in found.rows
        ]
    )
