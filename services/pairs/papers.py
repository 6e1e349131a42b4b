"""What the law wants on paper of a mentor before the work begins (Labour Code, art. 351.8; E12).

Two records of their own: the written consent to mentoring, and the agreement on content, term, form and
payment.
A mentor of a student needs neither: the article speaks of helping another employee
(docs/domain.md#article-351-8).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, or_, select, true
from sqlalchemy.orm import Session, aliased

from models.consents import Consent, ConsentDecision, ConsentKind
from models.pairs import BEGINNING, IN_WORK, Pair, PairMember, PairStatus, discarded_drafts_of, is_in_pair
from models.people import Role
from models.person_notes import Eligibility
from models.privacy import MentoringAgreement
from services.access.actors import Actor, Right
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.consents.states import newest_ids, newest_of
from services.organizations.days import today_of
from services.programmes.running import pack_of, settings_of


class MentorPaper(StrEnum):
    CONSENT = "consent"
    AGREEMENT = "agreement"


class MentorPapersMissing(DomainError):
    text = N_(
        "The mentor's written consent to mentoring or the agreement of article 351.8 is not registered. "
        "This programme begins no pair without them."
    )


@dataclass(frozen=True, slots=True)
class MissingPapers:
    """`is_required`: this programme lets no pair begin without them."""

    pair_id: int
    mentor_id: int
    papers: tuple[MentorPaper, ...]
    is_required: bool


def read_missing_papers(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> MissingPapers:
    """Nothing is missing of a pair that has ended. Raises NotFound, NotAllowed."""
    pair = find(session, Pair, pair_id)
    actor.check_right(Right.SEE_PEOPLE, pair.organization_id)
    mentor_id = session.scalar(
        select(PairMember.person_id).where(PairMember.pair_id == pair_id, PairMember.role == Role.MENTOR)
    )
    if mentor_id is None:
        raise NotFound
    papers = find_missing_papers(session, [pair], now=now).get(pair_id, ())
    is_required = settings_of(session, cycle_id=pair.cycle_id).mentor_papers_required
    return MissingPapers(pair_id, mentor_id, papers, is_required)


def check_papers(session: Session, pair: Pair, *, now: datetime) -> None:
    """Raises MentorPapersMissing where the programme wants the papers first."""
    if not settings_of(session, cycle_id=pair.cycle_id).mentor_papers_required:
        return
    if find_missing_papers(session, [pair], now=now):
        raise MentorPapersMissing


def find_missing_papers(
    session: Session, pairs: Iterable[Pair], *, now: datetime
) -> dict[int, tuple[MentorPaper, ...]]:
    """By pair, of those of one organisation and cycle that lack a paper; a few statements for all of them."""
    open_pairs = {pair.id: pair for pair in pairs if pair.status in (BEGINNING | IN_WORK)}
    if not open_pairs:
        return {}
    first = next(iter(open_pairs.values()))
    mentors_of: dict[int, int] = {}
    mentees_of: dict[int, set[int]] = {}
    for pair_id, role, person_id in session.execute(
        select(PairMember.pair_id, PairMember.role, PairMember.person_id).where(
            PairMember.pair_id.in_(open_pairs), is_in_pair()
        )
    ):
        if role is Role.MENTOR:
            mentors_of[pair_id] = person_id
        else:
            mentees_of.setdefault(pair_id, set()).add(person_id)
    mentors = set(mentors_of.values())
    students = set(
        session.scalars(
            select(Eligibility.person_id).where(
                Eligibility.person_id.in_([one for found in mentees_of.values() for one in found]),
                Eligibility.is_student,
            )
        )
    )
    asked = {use.id for use in pack_of(session, cycle_id=first.cycle_id).pack.consents}
    consented = _consented(session, mentors) if ConsentKind.MENTORING.value in asked else mentors
    agreed = _agreed(session, mentors, today_of(session, first.organization_id, now))
    found: dict[int, tuple[MentorPaper, ...]] = {}
    for pair_id, mentor_id in mentors_of.items():
        if mentees_of.get(pair_id, set()) <= students:
            continue
        has_agreement = not agreed.isdisjoint({(mentor_id, pair_id), (mentor_id, None)})
        if not has_agreement and any(person_id == mentor_id for person_id, _pair_id in agreed):
            # signed for a draft of the same two that was discarded
            earlier = session.scalars(discarded_drafts_of(pair_id))
            has_agreement = not agreed.isdisjoint({(mentor_id, one) for one in earlier})
        missing = (
            *((MentorPaper.CONSENT,) if mentor_id not in consented else ()),
            *((MentorPaper.AGREEMENT,) if not has_agreement else ()),
        )
        if missing:
            found[pair_id] = missing
    return found


def lacks_paper(
    session: Session, *, organization_id: int, cycle_id: int, now: datetime
) -> ColumnElement[bool]:
    """Whether `find_missing_papers` would find something of a selected Pair of the cycle."""
    mentor = _mentor_of_pair()
    mentee = aliased(PairMember)
    colleague = exists().where(
        mentee.pair_id == Pair.id,
        mentee.role == Role.MENTEE,
        mentee.left_at.is_(None),
        mentee.awaited_until.is_(None),
        ~exists().where(Eligibility.person_id == mentee.person_id, Eligibility.is_student),
    )
    asked = {use.id for use in pack_of(session, cycle_id=cycle_id).pack.consents}
    consented = exists().where(
        Consent.id == newest_of(mentor, ConsentKind.MENTORING), Consent.decision == ConsentDecision.GIVEN
    )
    # an agreement that names no pair covers all of its mentor's; so does one for a discarded draft of the two
    agreed = exists().where(
        MentoringAgreement.person_id == mentor,
        MentoringAgreement.ends_on >= today_of(session, organization_id, now),
        or_(
            MentoringAgreement.pair_id.is_(None),
            MentoringAgreement.pair_id == Pair.id,
            MentoringAgreement.pair_id.in_(_discarded_drafts()),
        ),
    )
    has_consent = consented if ConsentKind.MENTORING.value in asked else true()
    return and_(mentor.is_not(None), colleague, or_(~has_consent, ~agreed))


def _discarded_drafts() -> Select[int]:
    """`discarded_drafts_of` a selected Pair."""
    earlier = aliased(Pair)
    own, theirs = aliased(PairMember), aliased(PairMember)
    absent = exists().where(
        own.pair_id == Pair.id,
        ~exists().where(theirs.pair_id == earlier.id, theirs.person_id == own.person_id),
    )
    return (
        select(earlier.id)
        .where(earlier.status == PairStatus.TERMINATED, earlier.offered_at.is_(None), ~absent)
        .correlate(Pair)
    )


def _mentor_of_pair() -> ScalarSelect[int]:
    member = aliased(PairMember)
    return (
        select(member.person_id)
        .where(member.pair_id == Pair.id, member.role == Role.MENTOR)
        .correlate(Pair)
        .scalar_subquery()
    )


def _consented(session: Session, people: set[int]) -> set[int]:
    return set(
        session.scalars(
            select(Consent.person_id).where(
                Consent.id.in_(newest_ids(ConsentKind.MENTORING, people=people)),
                Consent.decision == ConsentDecision.GIVEN,
            )
        )
    )


def _agreed(session: Session, people: set[int], today: date) -> set[tuple[int, int | None]]:
    """Agreements in force, by mentor and pair; one that names no pair covers all of its mentor's."""
    rows = session.execute(
        select(MentoringAgreement.person_id, MentoringAgreement.pair_id).where(
            MentoringAgreement.person_id.in_(people), MentoringAgreement.ends_on >= today
        )
    )
    return {(person_id, pair_id) for person_id, pair_id in rows}
