"""What the chat offers to choose from: activities of the library, difficulties, days."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from models.pairs import Pair
from models.people import Participation, Role
from models.personal_programmes import ChangeKind, PersonalProgramme, ProgrammeChange
from services.access.actors import Actor
from services.access.records import find
from services.dates.months import shift_months
from services.organizations.school_days import read_calendar
from services.pairs.personal_programmes.contents import STRENGTH, titles_of
from services.pairs.personal_programmes.states import check_member, settings_for
from services.programmes.areas import NEED
from services.programmes.regulations import LibraryActivity
from services.programmes.running import pack_of
from services.programmes.texts import Text
from services.surveys.intake import read_sent_values
from services.surveys.reading import Reader, tell

MOST_OFFERED = 6
NEAR = (timedelta(days=7), timedelta(days=14), timedelta(days=30))
MONTHS = (1, 2, 3)
STRONG = 7  # of 10: a difficulty that presses


@dataclass(frozen=True, slots=True)
class OfferedActivity:
    """`index` is its place in the pack's library."""

    index: int
    activity: LibraryActivity
    direction: str


@dataclass(frozen=True, slots=True)
class OfferedArea:
    """`index` is its place among the areas of the questionnaire."""

    index: int
    code: str
    title: Text


def offer_activities(
    session: Session, *, actor: Actor, programme_id: int, locale: str
) -> list[OfferedActivity]:
    """Those of the library that fit its difficulties and strengths and do not stand in it yet.

    Raises NotFound, NotAllowed.
    """
    row = _read(session, actor, programme_id)
    there = {one.title for one in row.activities}
    offered = []
    for index, one in enumerate(pack_of(session, cycle_id=row.cycle_id).pack.activities):
        direction = _direction_of(row, one)
        if direction is not None and one.title.get(locale) not in there:
            offered.append(OfferedActivity(index, one, direction))
    return offered[:MOST_OFFERED]


def read_offered_activity(
    session: Session, *, actor: Actor, programme_id: int, index: int
) -> OfferedActivity | None:
    """The one behind a button; None when the library has changed. Raises NotFound, NotAllowed."""
    row = _read(session, actor, programme_id)
    library = pack_of(session, cycle_id=row.cycle_id).pack.activities
    if not 0 <= index < len(library):
        return None
    direction = _direction_of(row, library[index])
    return OfferedActivity(index, library[index], direction) if direction is not None else None


def offer_areas(session: Session, *, actor: Actor, programme_id: int) -> list[OfferedArea]:
    """Difficulties that the programme does not name yet; to a mentee first those that they rated high.

    Raises NotFound, NotAllowed.
    """
    row = _read(session, actor, programme_id)
    areas = titles_of(pack_of(session, cycle_id=row.cycle_id)).areas
    rated = _read_own_ratings(session, row, actor)
    offered = [
        OfferedArea(index, code, title)
        for index, (code, title) in enumerate(areas.items())
        if code not in row.areas
    ]
    return sorted(offered, key=lambda one: (-rated.get(one.code, 0), one.index))


def offer_days(session: Session, *, actor: Actor, change_id: int, today: date) -> list[date]:
    """Days for a card: a term is longer by months, an activity lies some weeks ahead.

    Raises NotFound, NotAllowed.
    """
    change = find(session, ProgrammeChange, change_id)
    row = _read(session, actor, change.programme_id)
    if change.kind is ChangeKind.TERM:
        last = shift_months(row.starts_on, settings_for(session, row).term_months_max)
        return [day for count in MONTHS if today <= (day := shift_months(row.ends_on, count)) <= last]
    calendar = read_calendar(session, organization_id=row.organization_id)
    days = [calendar.find_after(max(today, row.starts_on) + one) for one in NEAR]
    return sorted({day for day in days if day <= row.ends_on})


def _read(session: Session, actor: Actor, programme_id: int) -> PersonalProgramme:
    row = find(session, PersonalProgramme, programme_id)
    check_member(actor, session.get_one(Pair, row.pair_id))
    return row


def _direction_of(row: PersonalProgramme, activity: LibraryActivity) -> str | None:
    for code in row.areas:
        if code in activity.areas:
            return str(code)
    return next((STRENGTH + code for code in row.strengths if code in activity.strengths), None)


def _read_own_ratings(session: Session, row: PersonalProgramme, actor: Actor) -> dict[str, int]:
    """What a mentee rated high, by area: their own answers, which nobody else is shown by it."""
    for member in session.get_one(Pair, row.pair_id).sides:
        if member.person_id == actor.id and member.role is Role.MENTEE:
            participation = session.get_one(Participation, member.participation_id)
            found = read_sent_values(session, participation)
            if found is None:
                return {}
            survey, values = found
            told = (tell(one, values.get(one.id), Reader.RESPONDENT) for one in survey.questions())
            return {
                one.question.id.removeprefix(NEED): one.value
                for one in told
                if one.question.id.startswith(NEED) and isinstance(one.value, int) and one.value >= STRONG
            }
    return {}
