"""Sheets that accounts of the panel fill in themselves: the psychologist's conclusion (SV09), strengths and
weaknesses (SV10), the interview with a mentor (SV11), a best practice (SV12). Each is a run of its own.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from models.accounts import Account, AccountRole
from models.pairs import Pair, PairMember, is_in_pair
from models.people import Participation, Person, Role
from models.programmes import Cycle
from models.surveys import RunOccasion, RunSource, SurveyRun, SurveyStatus
from services.access.actors import Actor, ActorKind, Right
from services.access.errors import N_, DomainError, NotAllowed, NotFound
from services.access.listing import NEWEST_FIRST, Asked, Listed, list_page
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


class SubjectKind(StrEnum):
    """What a sheet may be about."""

    MENTOR = "mentor"
    PAIR = "pair"


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


def subject_of(session: Session, *, actor: Actor, cycle_id: int, survey_id: str) -> SubjectKind | None:
    """What a sheet is about; None where it is about nobody in particular. Raises NotFound, NotAllowed."""
    actor.check_right(Right.FILL_SCORES, _organization_of(session, cycle_id))
    return _about(session, cycle_id, survey_id)


def is_mentor(cycle_id: int) -> ColumnElement[bool]:
    """Whether a selected Person is a mentor of the school year, whom a sheet may be about."""
    return exists().where(
        Participation.person_id == Person.id,
        Participation.cycle_id == cycle_id,
        Participation.role == Role.MENTOR,
    )


def open_sheet_about(
    session: Session, *, actor: Actor, cycle_id: int, survey_id: str, subject_id: int | None, now: datetime
) -> int:
    """A new sheet of this account. Raises NotFound, NotAllowed, SubjectMissing."""
    if survey_id not in {one.id for one in list_forms(session, actor=actor, cycle_id=cycle_id)}:
        is_known = any(one.id == survey_id for one in pack_of(session, cycle_id=cycle_id).surveys)
        raise NotAllowed if is_known else NotFound
    about = _about(session, cycle_id, survey_id)
    if about is not None and not _is_subject(session, cycle_id, about, subject_id):
        raise SubjectMissing
    return open_run(
        session,
        survey_id=survey_id,
        organization_id=_organization_of(session, cycle_id),
        cycle_id=cycle_id,
        occasion=RunOccasion.OFFICE,
        dedup_key=f"{RunOccasion.OFFICE}:cycle:{cycle_id}:account:{actor.id}:{secrets.token_hex(8)}",
        account_id=actor.id,
        about_person_id=subject_id if about is SubjectKind.MENTOR else None,
        pair_id=subject_id if about is SubjectKind.PAIR else None,
        source=RunSource.PANEL,
        now=now,
    )


def _about(session: Session, cycle_id: int, survey_id: str) -> SubjectKind | None:
    pack = pack_of(session, cycle_id=cycle_id)
    if survey_id in pack.surveys_on("mentor_interview"):
        return SubjectKind.MENTOR
    return SubjectKind.PAIR if survey_id in pack.surveys_on("compatibility") else None


def _is_subject(session: Session, cycle_id: int, about: SubjectKind, subject_id: int | None) -> bool:
    query = select(Person.id).where(Person.id == subject_id, is_mentor(cycle_id))
    if about is SubjectKind.PAIR:
        query = select(Pair.id).where(
            Pair.id == subject_id, Pair.cycle_id == cycle_id, Pair.ended_at.is_(None)
        )
    return session.scalar(query) is not None


def list_office_sheets(
    session: Session,
    *,
    actor: Actor,
    cycle_id: int,
    run_id: int | None = None,
    asked: Asked = NEWEST_FIRST,
) -> Listed[OfficeSheet]:
    """A page of one's own sheets, the newest first; whoever manages pairs sees those of all.

    Raises NotAllowed.
    """
    organization_id = _organization_of(session, cycle_id)
    actor.check_right(Right.FILL_SCORES, organization_id)
    query = select(SurveyRun).where(
        SurveyRun.cycle_id == cycle_id,
        SurveyRun.occasion == RunOccasion.OFFICE,
        SurveyRun.account_id.is_not(None),
    )
    if run_id is not None:
        query = query.where(SurveyRun.id == run_id)
    if not actor.has_right(Right.MANAGE_PAIRS, organization_id):
        query = query.where(SurveyRun.account_id == actor.id)
    found = list_page(session, query, keys={"id": (SurveyRun.id,)}, asked=asked)
    pack = pack_of(session, cycle_id=cycle_id)
    accounts = {run.account_id for run in found.rows}
    authors = {one.id: one.name for one in session.scalars(select(Account).where(Account.id.in_(accounts)))}
    subjects = _name_subjects(session, found.rows)
    return found.showing(
        [
            OfficeSheet(
                run_id=run.id,
                survey_id=run.survey_id,
                title=pack.survey(run.survey_id).title,
                subject=subjects[run.id],
                author=authors.get(run.account_id or 0, ""),
                is_own=run.account_id == actor.id,
                status=run.status,
                opened_at=run.opened_at,
                sent_at=run.sent_at,
            )
            for run in found.rows
        ]
    )


def _name_pair(names: list[str]) -> str:
    """The mentor comes first."""
    return " – ".join(filter(None, (names[0], ", ".join(names[1:])))) if names else ""


def _name_subjects(session: Session, runs: Sequence[SurveyRun]) -> dict[int, str]:
    """By run: the person or the pair, mentor first; "" where it is about nobody in particular."""
    people = {run.about_person_id for run in runs if run.about_person_id is not None}
    names = {one.id: one.full_name for one in session.scalars(select(Person).where(Person.id.in_(people)))}
    pairs: dict[int, list[str]] = {}
    for pair_id, person in session.execute(
        select(PairMember.pair_id, Person)
        .join(Person, PairMember.person_id == Person.id)
        .where(PairMember.pair_id.in_([run.pair_id for run in runs if run.pair_id is not None]), is_in_pair())
        .order_by(PairMember.role.desc(), PairMember.id)
    ):
        pairs.setdefault(pair_id, []).append(person.full_name)
    return {
        run.id: names.get(run.about_person_id or 0, "") or _name_pair(pairs.get(run.pair_id or 0, []))
        for run in runs
    }


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
