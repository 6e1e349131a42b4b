"""Measurement points of the regulation that lie ahead: what to ask, from when to when.

See docs/domain.md#regulations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Role
from models.programmes import Cycle
from models.surveys import SurveyWave, WaveStatus
from services.access.actors import Actor, Right
from services.access.records import find
from services.organizations.days import day_of, zone_of
from services.programmes.regulations import Occasion
from services.programmes.running import pack_of
from services.programmes.texts import Text
from services.surveys.respondents import roles_asked
from services.surveys.waves import list_occasions


@dataclass(frozen=True, slots=True)
class PointAhead:
    """`wave_id`: the wave that asks this in these days already; None while nobody has planned one."""

    title: Text
    occasion: Occasion
    roles: tuple[Role, ...]
    first: date
    last: date
    wave_id: int | None


def list_points(session: Session, *, actor: Actor, cycle_id: int, now: datetime) -> list[PointAhead]:
    """What the regulation wants measured by surveys in the rest of the school year, the nearest first.

    Points without dates (by the pairs' programmes) open by events and are not listed. Raises NotFound,
    NotAllowed.
    """
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.MANAGE_PAIRS, cycle.organization_id)
    pack = pack_of(session, cycle_id=cycle_id)
    zone = zone_of(session, cycle.organization_id)
    today = day_of(now, zone)
    waves = session.scalars(
        select(SurveyWave).where(SurveyWave.cycle_id == cycle_id, SurveyWave.status != WaveStatus.CANCELLED)
    ).all()
    asked = list_occasions(session, cycle_id=cycle_id)
    found = [
        PointAhead(
            point.title,
            occasion,
            roles_asked(pack, occasion),
            max(due.start or today, today),
            due.end,
            _wave_within(waves, occasion, due.start or today, due.end, zone),
        )
        for point in pack.pack.measurement_points
        for window in point.windows
        for due in window.dates_in(cycle.starts_on, cycle.ends_on)
        if due.end >= today
        for occasion in point.occasions
        if occasion in asked
    ]
    return sorted(found, key=lambda one: (one.first, one.last))


def _wave_within(
    waves: Sequence[SurveyWave], occasion: Occasion, first: date, last: date, zone: ZoneInfo
) -> int | None:
    for wave in waves:
        if wave.occasion == occasion and wave.closes_at is not None:
            begins, ends = (day_of(moment, zone) for moment in (wave.starts_at, wave.closes_at))
            if begins <= last and ends >= first:
                return wave.id
    return None
