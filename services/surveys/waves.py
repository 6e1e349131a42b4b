"""Waves of surveys: one occasion asked of many, on a date or by hand, and how many have answered so far.

A wave is planned with its dates; the clock opens its runs in pieces when the time has come. People hear of it
by a budgeted notice. An event's wave (services.surveys.events) collects runs that open one by one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.people import Person
from models.programmes import Cycle
from models.surveys import (
    UNSENT,
    Answer,
    RunOccasion,
    RunSource,
    SurveyRun,
    SurveyStatus,
    SurveyWave,
    WaveKind,
    WaveStatus,
)
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.listing import Asked, Listed, list_page
from services.access.records import find
from services.delivery.outbox import enqueue
from services.programmes.regulations import Occasion
from services.programmes.running import pack_of
from services.programmes.texts import Text
from services.surveys.closing import close
from services.surveys.opening import open_run
from services.surveys.reading import is_filled_by_respondent
from services.surveys.respondents import (
    ASKED,
    Respondent,
    Segment,
    has_run_in,
    list_respondents,
    roles_asked,
)

BATCH = 20  # runs that one unit opens
BY_HAND: tuple[Occasion, ...] = (
    "satisfaction_mid",
    "satisfaction_final",
    "satisfaction_short",
    "indicators_before",
    "indicators_after",
    "mutual_preference",
    "best_practice",
)
"""What a curator may ask at any time; intakes, feedback and sheets of the panel open in their own ways."""


class NoOneToAsk(DomainError):
    text = N_("Nobody in this group can be asked now.")


class WaveDatesCrossed(DomainError):
    text = N_("A wave closes after it opens, and not before today. Please look at the two dates.")


class WaveNotAsked(DomainError):
    text = N_("This programme does not ask this.")


class WaveStarted(DomainError):
    text = N_("This wave has begun already. You can close it instead.")


@dataclass(frozen=True, slots=True)
class WaveFacts:
    """Live counts. `asked` are all runs of the wave; an event's wave has no closing."""

    id: int
    occasion: Occasion
    kind: WaveKind
    status: WaveStatus
    segment: Segment
    starts_at: datetime
    closes_at: datetime | None
    asked: int
    sent: int
    begun: int
    partial: int

    @property
    def rate(self) -> int | None:
        """Percent of those asked who have sent it; None where nobody was asked yet."""
        return round(100 * self.sent / self.asked) if self.asked else None


@dataclass(frozen=True, slots=True)
class WaveRun:
    run_id: int
    person_id: int
    name: str
    about: str
    survey: Text
    status: SurveyStatus
    source: RunSource
    takes_paper: bool
    answers: int
    questions: int
    reminded_at: datetime | None
    sent_at: datetime | None


def list_occasions(session: Session, *, cycle_id: int) -> tuple[Occasion, ...]:
    """Occasions that this programme asks and a curator may open."""
    pack = pack_of(session, cycle_id=cycle_id)
    return tuple(one for one in BY_HAND if roles_asked(pack, one))


def preview_wave(
    session: Session, *, actor: Actor, cycle_id: int, occasion: Occasion, segment: Segment, now: datetime
) -> list[Respondent]:
    """Who would be asked what, and who would not and why. Raises NotFound, NotAllowed, WaveNotAsked."""
    actor.check_right(Right.MANAGE_PAIRS, _organization_of(session, cycle_id))
    if occasion not in list_occasions(session, cycle_id=cycle_id):
        raise WaveNotAsked
    return list_respondents(session, cycle_id=cycle_id, occasion=occasion, segment=segment, now=now)


def plan_wave(
    session: Session,
    *,
    actor: Actor,
    cycle_id: int,
    occasion: Occasion,
    segment: Segment,
    starts_at: datetime,
    closes_at: datetime,
    now: datetime,
) -> int:
    """Plan a wave; one that starts now is opened by the next tick. The same plan twice is one wave.

    Raises NoOneToAsk, WaveDatesCrossed, WaveNotAsked, NotFound, NotAllowed.
    """
    organization_id = _organization_of(session, cycle_id)
    people = preview_wave(
        session, actor=actor, cycle_id=cycle_id, occasion=occasion, segment=segment, now=now
    )
    if closes_at <= max(starts_at, now):
        raise WaveDatesCrossed
    is_now = starts_at <= now
    if is_now and not any(one.reach in ASKED for one in people):
        raise NoOneToAsk
    roles = "+".join(role.value for role in segment.roles)
    moment = max(starts_at, now).strftime("%Y%m%d%H%M")
    key = f"wave:cycle:{cycle_id}:{occasion}:{roles}:{segment.who.value}:{moment}"
    known = session.scalar(select(SurveyWave.id).where(SurveyWave.dedup_key == key))
    if known is not None:
        return known
    wave = SurveyWave(
        organization_id=organization_id,
        cycle_id=cycle_id,
        occasion=occasion,
        kind=WaveKind.HAND if is_now else WaveKind.DATES,
        status=WaveStatus.PLANNED,
        segment=segment.to_plain(),
        dedup_key=key,
        starts_at=max(starts_at, now),
        closes_at=closes_at,
        created_by=actor.id if actor.kind is ActorKind.ACCOUNT else None,
        created_at=now,
    )
    session.add(wave)
    session.flush()
    record(session, actor, Action.WAVE_PLANNED, wave, now=now, after=_audit_facts(wave))
    return wave.id


def open_waves(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Open the runs of waves whose time has come, a few at a time; those whose end has come are closed."""
    for wave in session.scalars(
        select(SurveyWave).where(SurveyWave.status == WaveStatus.OPEN, SurveyWave.closes_at <= now)
    ):
        wave.status = WaveStatus.CLOSED
    wave_due = session.scalars(
        select(SurveyWave)
        .where(SurveyWave.status == WaveStatus.PLANNED, SurveyWave.starts_at <= now)
        .order_by(SurveyWave.starts_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if wave_due is None:
        return 0
    occasion: Occasion = wave_due.occasion  # type: ignore[assignment]  # written from an Occasion
    people = list_respondents(
        session,
        cycle_id=wave_due.cycle_id,
        occasion=occasion,
        segment=Segment.from_plain(wave_due.segment),
        now=now,
    )
    left = [
        one
        for one in people
        if one.reach in ASKED and not has_run_in(session, wave_due.id, one.person_id, one.pair_id)
    ]
    for one in left[:limit]:
        open_run_of(session, wave=wave_due, respondent=one, now=now)
    if len(left) <= limit:
        wave_due.status = WaveStatus.OPEN
    return limit  # there may be another wave


def open_run_of(
    session: Session,
    *,
    wave: SurveyWave,
    respondent: Respondent,
    now: datetime,
    closes_at: datetime | None = None,
    mark: str = "",
) -> int:
    """The run of one respondent, with its invitation. `mark` tells apart what an event asks again."""
    parts = [f"{RunOccasion.WAVE}:{wave.id}:{respondent.survey.id}:person:{respondent.person_id}"]
    if respondent.pair_id is not None:
        parts.append(f"pair:{respondent.pair_id}")
    if respondent.is_of_group and respondent.about_id is not None:
        parts.append(f"about:{respondent.about_id}")
    if mark:
        parts.append(mark)
    run_id = open_run(
        session,
        survey_id=respondent.survey.id,
        organization_id=wave.organization_id,
        cycle_id=wave.cycle_id,
        occasion=RunOccasion.WAVE,
        dedup_key=":".join(parts),
        person_id=respondent.person_id,
        pair_id=respondent.pair_id,
        about_person_id=respondent.about_id,
        wave_id=wave.id,
        closes_at=closes_at or wave.closes_at,
        now=now,
    )
    key = f"survey:{run_id}:invite:person:{respondent.person_id}"
    enqueue(
        session,
        NoticeKind.SURVEY_INVITE,
        wave,
        key=key,
        person_id=respondent.person_id,
        facts={"run_id": run_id},
        now=now,
    )
    return run_id


def cancel_wave(session: Session, *, actor: Actor, wave_id: int, now: datetime) -> None:
    """Take back a wave that has not begun. Raises WaveStarted, NotFound, NotAllowed."""
    wave = _lock(session, actor, wave_id)
    if wave.status is WaveStatus.CANCELLED:
        return
    if wave.status is not WaveStatus.PLANNED:
        raise WaveStarted
    wave.status = WaveStatus.CANCELLED
    record(session, actor, Action.WAVE_CANCELLED, wave, now=now, after=_audit_facts(wave))


def close_wave(session: Session, *, actor: Actor, wave_id: int, now: datetime) -> None:
    """Take no more answers: unfinished ones stay as partial, out of averages. Raises NotFound, NotAllowed."""
    wave = _lock(session, actor, wave_id)
    if wave.status is not WaveStatus.OPEN:
        return
    wave.status, wave.closes_at = WaveStatus.CLOSED, now
    close(session, SurveyRun.wave_id == wave.id, now=now)
    record(session, actor, Action.WAVE_CLOSED, wave, now=now, after=_audit_facts(wave))


def list_waves(session: Session, *, actor: Actor, cycle_id: int) -> list[WaveFacts]:
    """Waves of the school year with their counts as they are now, the newest first."""
    actor.check_right(Right.SEE_SCORES, _organization_of(session, cycle_id))
    waves = session.scalars(
        select(SurveyWave).where(SurveyWave.cycle_id == cycle_id).order_by(SurveyWave.starts_at.desc())
    ).all()
    return _count(session, waves)


def read_wave(
    session: Session,
    *,
    actor: Actor,
    wave_id: int,
    asked: Asked = Asked(),  # noqa: B008  # frozen
) -> tuple[WaveFacts, Listed[WaveRun]]:
    """One wave with a page of its respondents, those who wait first. Raises NotFound, NotAllowed."""
    wave = find(session, SurveyWave, wave_id)
    actor.check_right(Right.MANAGE_PAIRS, wave.organization_id)
    pack = pack_of(session, cycle_id=wave.cycle_id)
    query = (
        select(SurveyRun).join(Person, Person.id == SurveyRun.person_id).where(SurveyRun.wave_id == wave_id)
    )
    waits_first = (SurveyRun.sent_at.is_not(None), Person.sort_key, SurveyRun.id)
    page = list_page(session, query, keys={"waits": waits_first}, asked=asked)
    ids = [run.id for run in page.rows]
    named = {one for run in page.rows for one in (run.person_id, run.about_person_id) if one is not None}
    names = {one.id: one.full_name for one in session.scalars(select(Person).where(Person.id.in_(named)))}
    given: dict[int, int] = {}
    begun: set[int] = set()
    for run_id, all_of_them, final in session.execute(
        select(Answer.run_id, func.count(), func.count().filter(Answer.is_final))
        .where(Answer.run_id.in_(ids))
        .group_by(Answer.run_id)
    ):
        given[run_id] = final
        if all_of_them:
            begun.add(run_id)
    found = page.showing(
        [
            WaveRun(
                run_id=run.id,
                person_id=run.person_id or 0,
                name=names.get(run.person_id or 0, ""),
                about=names.get(run.about_person_id or 0, ""),
                survey=pack.survey(run.survey_id).title,
                status=run.status,
                source=run.source,
                takes_paper=run.status in UNSENT and not (run.id in begun and is_filled_by_respondent(run)),
                answers=given.get(run.id, 0),
                questions=len(pack.survey(run.survey_id).questions()),
                reminded_at=run.reminded_at,
                sent_at=run.sent_at,
            )
            for run in page.rows
        ]
    )
    return _count(session, [wave])[0], found


def _count(session: Session, waves: Sequence[SurveyWave]) -> list[WaveFacts]:
    counts: dict[int | None, dict[SurveyStatus, int]] = {}
    for wave_id, status, count in session.execute(
        select(SurveyRun.wave_id, SurveyRun.status, func.count())
        .where(SurveyRun.wave_id.in_([wave.id for wave in waves]))
        .group_by(SurveyRun.wave_id, SurveyRun.status)
    ):
        counts.setdefault(wave_id, {})[status] = count
    begun = Counter(
        session.scalars(
            select(SurveyRun.wave_id).where(
                SurveyRun.wave_id.in_([wave.id for wave in waves]),
                SurveyRun.status.in_(UNSENT),
                exists().where(Answer.run_id == SurveyRun.id),
            )
        ).all()
    )
    return [
        WaveFacts(
            id=wave.id,
            occasion=wave.occasion,  # type: ignore[arg-type]  # written from an Occasion
            kind=wave.kind,
            status=wave.status,
            segment=Segment.from_plain(wave.segment),
            starts_at=wave.starts_at,
            closes_at=wave.closes_at,
            asked=sum(counts.get(wave.id, {}).values()),
            sent=counts.get(wave.id, {}).get(SurveyStatus.SENT, 0),
            begun=begun[wave.id],
            partial=counts.get(wave.id, {}).get(SurveyStatus.PARTIAL, 0),
        )
        for wave in waves
    ]


def _lock(session: Session, actor: Actor, wave_id: int) -> SurveyWave:
    wave = find(session, SurveyWave, wave_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, wave.organization_id)
    return wave


def _organization_of(session: Session, cycle_id: int) -> int:
    found = session.scalar(select(Cycle.organization_id).where(Cycle.id == cycle_id))
    if found is None:
        raise NotFound
    return found


def _audit_facts(wave: SurveyWave) -> dict[str, Any]:
    return {"occasion": wave.occasion, "segment": wave.segment}
