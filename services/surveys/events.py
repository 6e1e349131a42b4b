"""Surveys that open by themselves: the short form of SV05 on day 30 of a pair and every 60 days after,

See docs/design.md#silence.
SV08 when both have agreed to a pair, and after its final meeting (A38, C11, C30).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingKind, MeetingStatus
from models.pairs import MEETING, Pair, PairMember, is_in_pair
from models.people import Person, Role
from models.programmes import Cycle
from models.surveys import UNSENT, SurveyRun, SurveyWave, WaveKind, WaveStatus
from services.consents.states import has_consent
from services.delivery.outbox import insert_or_ignore
from services.programmes.regulations import Occasion
from services.programmes.running import pack_of, settings_of
from services.surveys.respondents import RECENT, Reach, Respondent, Segment, audience_of
from services.surveys.waves import open_run_of

FIRST_DAY = 30
EVERY_DAYS = 60
LATE_DAYS = 14  # a point that passed longer ago (a long stop, an old pair) is left out
STARTED_BY = 2  # meetings held: from the second one on a measurement is none of the start
FINAL = (MeetingKind.FINAL, MeetingKind.GROUP_FINAL)


def find_point(accepted_at: datetime, now: datetime) -> int | None:
    """The day of the pair that has come last: 30, 90, 150 ...; None before the first or long after one."""
    days = (now - accepted_at).days
    if days < FIRST_DAY:
        return None
    point = FIRST_DAY + (days - FIRST_DAY) // EVERY_DAYS * EVERY_DAYS
    return point if days - point <= LATE_DAYS else None


def ask_short_forms(session: Session, *, now: datetime, limit: int = 20) -> int:
    """Open the short form for mentees whose pair has reached its day, unless they answered SV05 lately.

    Nobody is asked how it goes in a pair that has not met.
    """
    has_met = exists().where(Meeting.pair_id == Pair.id, Meeting.status == MeetingStatus.HELD)
    rows = session.execute(
        select(Pair, Person)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .join(Person, Person.id == PairMember.person_id)
        .join(Cycle, Cycle.id == Pair.cycle_id)
        .where(
            Cycle.is_open,
            Pair.status.in_(MEETING),
            PairMember.role == Role.MENTEE,
            is_in_pair(),
            Pair.accepted_at <= now - timedelta(days=FIRST_DAY),
            has_met,
            ~exists().where(
                SurveyRun.pair_id == Pair.id,
                SurveyRun.person_id == Person.id,
                SurveyRun.wave_id == SurveyWave.id,
                SurveyWave.occasion == "satisfaction_short",
                SurveyRun.opened_at > now - timedelta(days=LATE_DAYS + 1),
            ),
        )
        .order_by(Pair.id)
    ).all()
    opened = 0
    for pair, person in rows:
        point = find_point(pair.accepted_at or now, now)
        if point is None or _has_answered_lately(session, pair.cycle_id, person.id, now):
            continue
        sides = [(person, Role.MENTEE, None)]
        opened += _ask(session, "satisfaction_short", pair, sides, now, mark=f"day:{point}")
        if opened >= limit:
            break
    return opened


def ask_before_and_after(session: Session, *, now: datetime, limit: int = 20) -> int:
    """Open SV08 for both sides: they have agreed to the pair, whether meetings are planned or only told of
    afterwards, or their final meeting was held.
    """
    before: Occasion = "indicators_before"
    after: Occasion = "indicators_after"
    opened = 0
    found = [(before, pair) for pair in _pairs_that_begin(session, before)]
    found += [(after, pair) for pair in _pairs_that_ended(session, after, now)]
    for occasion, pair in found:
        opened += _ask(session, occasion, pair, _sides(pair), now)
        if opened >= limit:
            break
    return opened


def _pairs_that_begin(session: Session, occasion: Occasion) -> Sequence[Pair]:
    held = (
        select(func.count())
        .where(Meeting.pair_id == Pair.id, Meeting.status == MeetingStatus.HELD)
        .correlate(Pair)
        .scalar_subquery()
    )
    return session.scalars(
        _pairs_not_asked(occasion).where(Pair.accepted_at.is_not(None), held < STARTED_BY)
    ).all()


def _pairs_that_ended(session: Session, occasion: Occasion, now: datetime) -> Sequence[Pair]:
    held = exists().where(
        Meeting.pair_id == Pair.id,
        Meeting.kind.in_(FINAL),
        Meeting.status == MeetingStatus.HELD,
        Meeting.starts_at > now - timedelta(days=LATE_DAYS),
    )
    return session.scalars(_pairs_not_asked(occasion).where(held)).all()


def _pairs_not_asked(occasion: Occasion) -> Select[Pair]:
    """Pairs of open school years that no wave of this occasion, planned or by itself, has asked."""
    asked = exists().where(
        SurveyRun.pair_id == Pair.id,
        SurveyRun.wave_id == SurveyWave.id,
        SurveyWave.occasion == occasion,
    )
    return (
        select(Pair)
        .join(Cycle, Cycle.id == Pair.cycle_id)
        .where(Cycle.is_open, Pair.status.in_(MEETING), ~asked)
        .order_by(Pair.id)
    )


def _sides(pair: Pair) -> list[tuple[Person, Role, Person | None]]:
    """Each side with whom it answers about: the mentor of a group once of each mentee."""
    own: list[tuple[Person, Role, Person | None]] = [(one.person, one.role, None) for one in pair.mentees]
    return [*own, *((pair.mentor.person, Role.MENTOR, one.person) for one in pair.mentees)]


def _ask(
    session: Session,
    occasion: Occasion,
    pair: Pair,
    sides: Iterable[tuple[Person, Role, Person | None]],
    now: datetime,
    *,
    mark: str = "",
) -> int:
    pack = pack_of(session, cycle_id=pair.cycle_id)
    closes_at = now + timedelta(days=settings_of(session, cycle_id=pair.cycle_id).survey_closes_days)
    opened = 0
    for person, role, about in sides:
        survey = pack.survey_for(occasion, audience_of(role))
        if survey is None or not has_consent(session, person.id):
            continue
        respondent = Respondent(
            person_id=person.id,
            name=person.full_name,
            role=role,
            survey=survey,
            pair_id=pair.id,
            about_id=about.id if about else None,
            about=about.full_name if about else "",
            reach=Reach.CHAT,
            is_of_group=len(pair.mentees) > 1,
        )
        wave = _wave_of(session, pair, occasion, now)
        open_run_of(session, wave=wave, respondent=respondent, now=now, closes_at=closes_at, mark=mark)
        opened += 1
    return opened


def _wave_of(session: Session, pair: Pair, occasion: Occasion, now: datetime) -> SurveyWave:
    """The wave that collects the runs of this event in a school year."""
    key = f"event:cycle:{pair.cycle_id}:{occasion}"
    found = session.scalars(select(SurveyWave).where(SurveyWave.dedup_key == key)).one_or_none()
    if found is not None:
        return found
    roles = (Role.MENTEE,) if occasion == "satisfaction_short" else tuple(Role)
    session.execute(
        insert_or_ignore(session, SurveyWave).values(
            organization_id=pair.organization_id,
            cycle_id=pair.cycle_id,
            occasion=occasion,
            kind=WaveKind.EVENT,
            status=WaveStatus.OPEN,
            segment=Segment(roles).to_plain(),
            dedup_key=key,
            starts_at=now,
            created_at=now,
        )
    )
    return session.scalars(select(SurveyWave).where(SurveyWave.dedup_key == key)).one()


def _has_answered_lately(session: Session, cycle_id: int, person_id: int, now: datetime) -> bool:
    """SV05, long or short, within 30 days; or one that waits for them already."""
    codes = [one.id for one in pack_of(session, cycle_id=cycle_id).surveys if one.code == "SV05"]
    return bool(
        session.scalar(
            select(
                exists().where(
                    SurveyRun.person_id == person_id,
                    SurveyRun.survey_id.in_(codes),
                    (SurveyRun.sent_at > now - RECENT) | SurveyRun.status.in_(UNSENT),
                )
            )
        )
    )
