"""Sheets that accounts of the panel fill in themselves: the psychologist's conclusion (SV09), strengths and
weaknesses (SV10), the interview with a mentor (SV11), a best practice (SV12). Each is a run of its own.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account, AccountRole
from models.pairs import Pair, PairMember
from models.people import Participation, Person, Role
from models.programmes import Cycle
from models.surveys import RunOccasion, RunSource, SurveyRun, SurveyStatus
from services.access.actors import Actor, ActorKind, Right
from services.access.errors import N_, DomainError, NotAllowed, NotFound
from services.programmes.running import pack_of
from services.programmes.surveys import Audience, Survey
from services.programmes.texts import Text
from services.surveys.opening import open_run

_AUDIENCES: dict[AccountRole, Audience] = {
    AccountRole.ADMINISTRATOR: "curator",
    AccountRole.CURATOR: "curator",
    AccountRole.HEAD: "head",
    AccountRole.PSYCHOLOGIST: "psychologist",
}


class SubjectMissing(DomainError):
    text = N_("Please say whom this sheet is about.")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a sheet may be about: a mentor of the bank, or a pair."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class OfficeSheet:
    run_id: int
    survey_id: str
    title: Text
    subject: str
    author: str
    is_own: bool
    status: SurveyStatus
    opened_at: datetime
    sent_at: datetime | None


def list_forms(session: Session, *, actor: Actor, cycle_id: int) -> tuple[Survey, ...]:
    """What this account may fill in; the nine criteria have a page of their own. Raises NotAllowed."""
    account = _account(session, actor, cycle_id)
    audience = _AUDIENCES.get(account.role)
    pack = pack_of(session, cycle_id=cycle_id)
    return tuple(
        one
        for one in pack.surveys
        if audience in {one.audience, *one.also_for} and one.id != pack.pack.scoring.survey
    )


def list_subjects(session: Session, *, actor: Actor, cycle_id: int, survey_id: str) -> list[Subject] | None:
    """None where a sheet is about nobody in particular."""
    actor.check_right(Right.FILL_SCORES, _organization_of(session, cycle_id))
    is_about_mentor, is_about_pair = _about(session, cycle_id, survey_id)
    if is_about_mentor:
        people = session.scalars(
            select(Person)
            .join(Participation, Participation.person_id == Person.id)
            .where(Participation.cycle_id == cycle_id, Participation.role == Role.MENTOR)
            .order_by(Person.sort_key, Person.id)
        )
        return [Subject(one.id, one.full_name) for one in people]
    if is_about_pair:
        pairs = session.scalars(
            select(Pair).where(Pair.cycle_id == cycle_id, Pair.ended_at.is_(None)).order_by(Pair.id.desc())
        )
        return [Subject(pair.id, _name_pair(session, pair.id)) for pair in pairs]
    return None


def open_sheet_about(
    session: Session, *, actor: Actor, cycle_id: int, survey_id: str, subject_id: int | None, now: datetime
) -> int:
    """A new sheet of this account. Raises NotFound, NotAllowed, SubjectMissing."""
    if survey_id not in {one.id for one in list_forms(session, actor=actor, cycle_id=cycle_id)}:
        is_known = any(one.id == survey_id for one in pack_of(session, cycle_id=cycle_id).surveys)
        raise NotAllowed if is_known else NotFound
    subjects = list_subjects(session, actor=actor, cycle_id=cycle_id, survey_id=survey_id)
    is_about_mentor, is_about_pair = _about(session, cycle_id, survey_id)
    if subjects is not None and subject_id not in {one.id for one in subjects}:
        raise SubjectMissing
    return open_run(
        session,
        survey_id=survey_id,
        organization_id=_organization_of(session, cycle_id),
        cycle_id=cycle_id,
        occasion=RunOccasion.OFFICE,
        dedup_key=f"{RunOccasion.OFFICE}:cycle:{cycle_id}:account:{actor.id}:{secrets.token_hex(8)}",
        account_id=actor.id,
        about_person_id=subject_id if is_about_mentor else None,
        pair_id=subject_id if is_about_pair else None,
        source=RunSource.PANEL,
        now=now,
    )


def _about(session: Session, cycle_id: int, survey_id: str) -> tuple[bool, bool]:
    """Whether a sheet is about a mentor, and whether about a pair."""
    pack = pack_of(session, cycle_id=cycle_id)
    return survey_id in pack.surveys_on("mentor_interview"), survey_id in pack.surveys_on("compatibility")


def list_office_sheets(session: Session, *, actor: Actor, cycle_id: int) -> list[OfficeSheet]:
    """One's own sheets; whoever manages pairs sees those of all, the newest first. Raises NotAllowed."""
    organization_id = _organization_of(session, cycle_id)
    actor.check_right(Right.FILL_SCORES, organization_id)
    query = (
        select(SurveyRun, Account)
        .join(Account, Account.id == SurveyRun.account_id)
        .where(SurveyRun.cycle_id == cycle_id, SurveyRun.occasion == RunOccasion.OFFICE)
        .order_by(SurveyRun.id.desc())
    )
    if not actor.has_right(Right.MANAGE_PAIRS, organization_id):
        query = query.where(SurveyRun.account_id == actor.id)
    pack = pack_of(session, cycle_id=cycle_id)
    return [
        OfficeSheet(
            run_id=run.id,
            survey_id=run.survey_id,
            title=pack.survey(run.survey_id).title,
            subject=_name_subject(session, run),
            author=account.name,
            is_own=run.account_id == actor.id,
            status=run.status,
            opened_at=run.opened_at,
            sent_at=run.sent_at,
        )
        for run, account in session.execute(query)
    ]


def _name_subject(session: Session, run: SurveyRun) -> str:
    if run.about_person_id is not None:
        return session.get_one(Person, run.about_person_id).full_name
    return _name_pair(session, run.pair_id) if run.pair_id is not None else ""


def _name_pair(session: Session, pair_id: int) -> str:
    people = session.scalars(
        select(Person)
        .join(PairMember, PairMember.person_id == Person.id)
        .where(PairMember.pair_id == pair_id)
        .order_by(PairMember.role.desc())
    )
    return " – ".join(one.full_name for one in people)


def _account(session: Session, actor: Actor, cycle_id: int) -> Account:
    actor.check_right(Right.FILL_SCORES, _organization_of(session, cycle_id))
    account = session.get(Account, actor.id) if actor.kind is ActorKind.ACCOUNT and actor.id else None
    if account is None:
        raise NotAllowed
    return account


def _organization_of(session: Session, cycle_id: int) -> int:
    found = session.scalar(select(Cycle.organization_id).where(Cycle.id == cycle_id))
    if found is None:
        raise NotFound
    return found
