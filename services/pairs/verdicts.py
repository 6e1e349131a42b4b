"""The psychologist's conclusion before an offer, where the programme wants it (docs/domain.md#sv09)."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.pairs import Pair, discarded_drafts_of
from models.surveys import SurveyRun, SurveyStatus
from services.access.actors import Actor, Right
from services.access.errors import N_, DomainError
from services.access.records import find
from services.programmes.running import pack_of, settings_of
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


def _gate_of(session: Session, pair: Pair) -> Gate:
    is_required = settings_of(session, cycle_id=pair.cycle_id).psychologist_verdict_required
    return Gate(is_required, _find_verdict(session, pair), pair.override_reason or "")


def _find_verdict(session: Session, pair: Pair) -> Verdict | None:
    """Of the newest sheet that was sent, on this pair or on a discarded draft of the same two."""
    surveys = pack_of(session, cycle_id=pair.cycle_id).surveys_on("compatibility")
    ids = [pair.id, *session.scalars(discarded_drafts_of(pair.id))]
    run_id = session.scalar(
        select(SurveyRun.id)
        .where(
            SurveyRun.pair_id.in_(ids),
            SurveyRun.survey_id.in_(surveys),
            SurveyRun.status == SurveyStatus.SENT,
        )
        .order_by(SurveyRun.sent_at.desc(), SurveyRun.id.desc())
        .limit(1)
    )
    given = read_values(session, [run_id]).get(run_id, {}).get(QUESTION) if run_id is not None else None
    return Verdict(given) if isinstance(given, str) and given in set(Verdict) else None
