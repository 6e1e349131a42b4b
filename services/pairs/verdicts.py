"""The psychologist's conclusion before an offer, where the programme wants it (docs/domain.md#sv09)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from models.pairs import Pair, PairMember, PairStatus, is_discarded
from models.surveys import UNSENT, SurveyRun, SurveyStatus
from services.access.actors import Actor, Right
from services.access.errors import N_, DomainError
from services.access.listing import Asked, Listed, list_page
from services.access.records import find
from services.programmes.running import pack_of, settings_of
from services.surveys.office import list_forms
from services.surveys.reading import read_values

QUESTION = "verdict"
REASON_LIMIT = 500


class Verdict(StrEnum):
    RECOMMENDED = "recommended"
    WITH_SUPPORT = "with_support"
    NOT_RECOMMENDED = "not_recommended"


class VerdictMissing(DomainError):
    text = N_("The programme wants the psychologist's conclusion on this pair before it is offered.")


class OverrideReasonMissing(DomainError):
    text = N_("The psychologist does not recommend this pair. Please write why you offer it all the same.")


class OverrideReasonTooLong(DomainError):
    text = N_("Please keep it to {limit} characters.")


@dataclass(frozen=True, slots=True)
class Gate:
    """What the conclusion means for offering a pair. `reason` is why a negative one was overridden."""

    is_required: bool
    verdict: Verdict | None
    reason: str

    @property
    def is_missing(self) -> bool:
        return self.is_required and self.verdict is None

    @property
    def needs_reason(self) -> bool:
        return self.is_required and self.verdict is Verdict.NOT_RECOMMENDED


@dataclass(frozen=True, slots=True)
class Unconcluded:
    """A draft that waits for the psychologist. `run_id` is of the sheet that this account has begun on it."""

    pair_id: int
    names: str
    survey_id: str
    since: datetime
    run_id: int | None


def list_unconcluded(session: Session, *, actor: Actor, cycle_id: int, asked: Asked) -> Listed[Unconcluded]:
    """Drafts that wait for the conclusion of this account, the oldest first; none for whoever does not write
    it, or where the programme does not want it. Raises NotFound, NotAllowed.
    """
    surveys = [
        one.id
        for one in list_forms(session, actor=actor, cycle_id=cycle_id)
        if one.id in pack_of(session, cycle_id=cycle_id).surveys_on("compatibility")
    ]
    is_required = bool(surveys) and settings_of(session, cycle_id=cycle_id).psychologist_verdict_required
    earlier = aliased(Pair)
    is_sent = and_(SurveyRun.survey_id.in_(surveys), SurveyRun.status == SurveyStatus.SENT)
    has_verdict = exists().where(
        is_sent, SurveyRun.pair_id == earlier.id, or_(earlier.id == Pair.id, _is_earlier(earlier))
    )
    query = (
        select(Pair)
        .where(Pair.cycle_id == cycle_id, Pair.status == PairStatus.DRAFT, ~has_verdict, literal(is_required))
        .options(selectinload(Pair.members).joinedload(PairMember.person))
    )
    found = list_page(session, query, keys={"since": (Pair.proposed_at, Pair.id)}, asked=asked)
    own_sheets = session.execute(
        select(SurveyRun.pair_id, SurveyRun.id).where(
            SurveyRun.pair_id.in_([pair.id for pair in found.rows]),
            SurveyRun.survey_id.in_(surveys),
            SurveyRun.account_id == actor.id,
            SurveyRun.status.in_(UNSENT),
        )
    )
    begun = {row[0]: row[1] for row in own_sheets}
    return found.showing(
        [
            Unconcluded(
                pair.id,
                " – ".join(
                    [
                        pair.mentor.person.full_name,
                        ", ".join(one.person.full_name for one in pair.mentees),
                    ]
                ),
                surveys[0],
                pair.proposed_at,
                begun.get(pair.id),
            )
            for pair in found.rows
        ]
    )


def _is_earlier(earlier: type[Pair]) -> ColumnElement[bool]:
    """Whether it is a discarded draft of all the people of a selected Pair."""
    own, theirs = aliased(PairMember), aliased(PairMember)
    was_in = exists().where(theirs.pair_id == earlier.id, theirs.person_id == own.person_id)
    is_lacking = exists().where(own.pair_id == Pair.id, ~was_in.correlate(own, earlier))
    return and_(
        earlier.status == PairStatus.TERMINATED,
        earlier.offered_at.is_(None),
        ~is_lacking.correlate(Pair, earlier),
    )


def read_gate(session: Session, *, actor: Actor, pair_id: int) -> Gate:
    """For whoever leads pairs. Raises NotFound, NotAllowed."""
    pair = find(session, Pair, pair_id)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    return _gate_of(session, pair)


def pass_gate(session: Session, pair: Pair, *, reason: str) -> Gate:
    """Called before an offer. The reason is kept with the pair where it overrides a negative conclusion.

    Raises VerdictMissing, OverrideReasonMissing, OverrideReasonTooLong.
    """
    gate = _gate_of(session, pair)
    if gate.is_missing:
        raise VerdictMissing
    if gate.needs_reason:
        words = reason.strip()
        if not words:
            raise OverrideReasonMissing
        if len(words) > REASON_LIMIT:
            raise OverrideReasonTooLong(limit=REASON_LIMIT)
        pair.override_reason = words
    return gate


def read_gates(session: Session, pairs: Sequence[Pair]) -> dict[int, Gate]:
    """The gates of several pairs of one school year, by the number of the pair, in a few statements. For
    services: whoever calls has checked the right.
    """
    if not pairs:
        return {}
    is_required = settings_of(session, cycle_id=pairs[0].cycle_id).psychologist_verdict_required
    verdicts = _find_verdicts(session, pairs)
    return {pair.id: Gate(is_required, verdicts.get(pair.id), pair.override_reason or "") for pair in pairs}


def _gate_of(session: Session, pair: Pair) -> Gate:
    return read_gates(session, [pair])[pair.id]


def _find_verdicts(session: Session, pairs: Sequence[Pair]) -> dict[int, Verdict]:
    """Of the newest sheet that was sent, on the pair or on a discarded draft of the same people."""
    surveys = pack_of(session, cycle_id=pairs[0].cycle_id).surveys_on("compatibility")
    mentees = [member.person_id for pair in pairs for member in pair.mentees]
    near = select(PairMember.pair_id).where(PairMember.person_id.in_(mentees))
    runs = session.execute(
        select(SurveyRun.id, Pair.id, is_discarded())
        .join(Pair, Pair.id == SurveyRun.pair_id)
        .where(
            SurveyRun.survey_id.in_(surveys),
            SurveyRun.status == SurveyStatus.SENT,
            or_(Pair.id.in_([pair.id for pair in pairs]), and_(Pair.id.in_(near), is_discarded())),
        )
        .order_by(SurveyRun.sent_at.desc(), SurveyRun.id.desc())
    ).all()
    if not runs:
        return {}
    people = _read_people(session, {about for _, about, _ in runs} | {pair.id for pair in pairs})
    newest: dict[int, int] = {}
    for pair in pairs:
        for run_id, about, was_discarded in runs:
            if about == pair.id or (was_discarded and people[about] == people[pair.id]):
                newest[pair.id] = run_id
                break
    values = read_values(session, list(newest.values()))
    given = {pair_id: values.get(run_id, {}).get(QUESTION) for pair_id, run_id in newest.items()}
    return {
        pair_id: Verdict(one)
        for pair_id, one in given.items()
        if isinstance(one, str) and one in set(Verdict)
    }


def _read_people(session: Session, pair_ids: set[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for pair_id, person_id in session.execute(
        select(PairMember.pair_id, PairMember.person_id).where(PairMember.pair_id.in_(pair_ids))
    ):
        found.setdefault(pair_id, set()).add(person_id)
    return {pair_id: frozenset(one) for pair_id, one in found.items()}
