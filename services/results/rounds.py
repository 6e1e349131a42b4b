"""Rounds of a survey: one survey on one occasion of one school year, and how many were asked and answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.programmes import Cycle, Programme
from models.surveys import RunOccasion, SurveyRun, SurveyStatus, SurveyWave
from services.access.actors import Actor, Right
from services.access.errors import NotFound
from services.programmes.packs import ResolvedPack
from services.programmes.regulations import Occasion
from services.programmes.running import pack_of
from services.programmes.surveys import Survey

ASKED_IN = (RunOccasion.INTAKE, RunOccasion.FEEDBACK, RunOccasion.WAVE, RunOccasion.PARTNER)
"""Sheets of the staff are read one by one where they belong: at the person, the pair, the criteria."""


@dataclass(frozen=True, slots=True)
class Round:
    """`asked` are all runs, those that nobody answered among them; `sent` those that count, `partial` those
    that were closed half-way and stay out of figures.
    """

    cycle_id: int
    cycle: str  # "2026-2027"
    survey: Survey
    occasion: Occasion
    first: datetime
    asked: int
    sent: int
    partial: int

    @property
    def rate(self) -> int | None:
        """Percent of those asked who have sent it."""
        return round(100 * self.sent / self.asked) if self.asked else None

    @property
    def key(self) -> tuple[int, str, str]:
        return self.cycle_id, self.survey.id, self.occasion


def list_rounds(session: Session, *, actor: Actor, organization_id: int) -> list[Round]:
    """All rounds of all school years, the newest year first. Raises NotAllowed."""
    actor.check_right(Right.SEE_SCORES, organization_id)
    labels = {
        one.id: one.label
        for one in session.execute(
            select(Cycle.id, Cycle.label, Cycle.starts_on)
            .join(Programme, Programme.cycle_id == Cycle.id)
            .where(Cycle.organization_id == organization_id)
            .order_by(Cycle.starts_on.desc())
        )
    }
    counted = session.execute(
        select(
            SurveyRun.cycle_id,
            SurveyRun.survey_id,
            SurveyWave.occasion,
            SurveyRun.status,
            func.count(),
            func.min(SurveyRun.opened_at),
        )
        .outerjoin(SurveyWave, SurveyWave.id == SurveyRun.wave_id)
        .where(SurveyRun.organization_id == organization_id, SurveyRun.occasion.in_(ASKED_IN))
        .group_by(SurveyRun.cycle_id, SurveyRun.survey_id, SurveyWave.occasion, SurveyRun.status)
    ).all()
    found: dict[tuple[int, str, str], Round] = {}
    for cycle_id, survey_id, of_wave, status, runs, first in counted:
        label = labels.get(cycle_id)
        survey = _survey(pack_of(session, cycle_id=cycle_id), survey_id) if label else None
        occasion = _occasion(session, cycle_id, survey_id, of_wave)
        if survey is None or label is None or occasion is None:
            continue
        one = Round(
            cycle_id=cycle_id,
            cycle=label,
            survey=survey,
            occasion=occasion,
            first=first,
            asked=runs,
            sent=runs if status is SurveyStatus.SENT else 0,
            partial=runs if status is SurveyStatus.PARTIAL else 0,
        )
        known = found.get(one.key)
        found[one.key] = one if known is None else _joined(one, known)
    years = list(labels)
    return sorted(found.values(), key=lambda one: (years.index(one.cycle_id), one.survey.code, one.first))


def _joined(one: Round, other: Round) -> Round:
    return replace(
        one,
        first=min(one.first, other.first),
        asked=one.asked + other.asked,
        sent=one.sent + other.sent,
        partial=one.partial + other.partial,
    )


def find_round(rounds: Iterable[Round], *, cycle_id: int, survey_id: str, occasion: str) -> Round:
    """Raises NotFound."""
    for one in rounds:
        if one.key == (cycle_id, survey_id, occasion):
            return one
    raise NotFound


def round_before(rounds: Sequence[Round], this: Round) -> Round | None:
    """The last time that the same survey was asked before."""
    earlier = [one for one in rounds if one.survey.id == this.survey.id and one.first < this.first]
    return max(earlier, key=lambda one: one.first, default=None)


def _survey(pack: ResolvedPack, survey_id: str) -> Survey | None:
    try:
        return pack.survey(survey_id)
    except KeyError:  # a survey that the programme no longer has
        return None


def _occasion(session: Session, cycle_id: int, survey_id: str, of_wave: str | None) -> Occasion | None:
    """A run that no wave opened has the first occasion on which the programme asks its survey."""
    if of_wave is not None:
        return next((one for one in get_args(Occasion) if one == of_wave), None)
    uses = pack_of(session, cycle_id=cycle_id).pack.surveys
    return next((one.occasion for one in uses if one.survey == survey_id), None)
