"""A first draft out of what the mentee answered and the pack's library; nothing is invented beyond them.

Only what was promised to the pair is used: ratings of difficulties are the curator's, so the draft names the
topics that the mentee chose. Whoever of the pair wants more adds it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.pairs import IN_WORK, Pair
from models.people import Participation, Role
from models.personal_programmes import PersonalProgramme, ProgrammeActivity, ProgrammeStatus
from models.programmes import Cycle
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find
from services.dates.months import shift_months
from services.organizations.days import day_of, zone_of
from services.organizations.school_days import read_calendar
from services.pairs.personal_programmes.contents import STRENGTH, titles_of
from services.pairs.personal_programmes.states import ProgrammeOver, check_member
from services.pairs.rules import rules_of
from services.programmes.areas import STRENGTHS, TOPICS
from services.programmes.packs import ResolvedPack
from services.programmes.regulations import LibraryActivity
from services.programmes.running import pack_of, settings_of
from services.programmes.texts import Text, text
from services.surveys.intake import read_sent_values
from services.surveys.reading import Reader, tell

PAPER = "DC16"
A_DIRECTION = 2  # activities drafted for one area
FIRST, LAST = timedelta(days=7), timedelta(days=7)  # after the beginning, before the end
OWN_LIMIT, GOAL_LIMIT = 500, 1000
GOAL = text("Справиться с тем, что сейчас трудно: {areas}", "Cope with what is difficult now: {areas}")


class NoProgrammeInPack(DomainError):
    text = N_("The regulation, or the kind of this pair, asks for no personalised programme.")


@dataclass(frozen=True, slots=True)
class Answered:
    """What the mentees of a pair chose, each thing once; `own_…` are their own words."""

    areas: tuple[str, ...] = ()
    own_difficulties: str = ""
    strengths: tuple[str, ...] = ()
    own_strengths: str = ""


def begin_programme(session: Session, pair: Pair, *, actor: Actor, now: datetime) -> int | None:
    """The draft of a pair that has just agreed; None where its pack asks for none, and for a kind of
    mentoring that plans nothing ahead. For callers that have checked the actor.
    """
    pack = pack_of(session, cycle_id=pair.cycle_id)
    if not is_asked_for(pack) or _known(session, pair.id) is not None:
        return None
    rules = rules_of(session, pair)
    if rules.most_meetings is not None or rules.is_on_request:
        return None
    return _draft(session, pair, pack, actor=actor, now=now).id


def draft_programme(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> int:
    """The same for a pair that has none yet, by somebody of it or the curator; one that is there stays.

    Raises NoProgrammeInPack, ProgrammeOver, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    if actor.kind is ActorKind.PERSON:
        check_member(actor, pair)
    else:
        actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    known = _known(session, pair.id)
    if known is not None:
        return known
    if pair.status not in IN_WORK:
        raise ProgrammeOver
    made = begin_programme(session, pair, actor=actor, now=now)
    if made is None:
        raise NoProgrammeInPack
    return made


def draft_missing(
    session: Session, *, actor: Actor, organization_id: int, cycle_id: int, now: datetime
) -> int:
    """Drafts for all pairs at work that have none. Raises NotAllowed."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    missing = find_without(session, organization_id=organization_id, cycle_id=cycle_id)
    return sum(begin_programme(session, pair, actor=actor, now=now) is not None for pair in missing)


def find_without(session: Session, *, organization_id: int, cycle_id: int) -> list[Pair]:
    """Pairs at work without a programme; none where the pack asks for none."""
    if not is_asked_for(pack_of(session, cycle_id=cycle_id)):
        return []
    query = select(Pair).where(
        Pair.organization_id == organization_id,
        Pair.cycle_id == cycle_id,
        Pair.status.in_(IN_WORK),
        ~select(PersonalProgramme.id).where(PersonalProgramme.pair_id == Pair.id).exists(),
    )
    return list(session.scalars(query.order_by(Pair.id)))


def is_asked_for(pack: ResolvedPack) -> bool:
    return any(paper.id == PAPER for paper in pack.pack.papers)


def choose_activities(
    pack: ResolvedPack, areas: tuple[str, ...], strengths: tuple[str, ...], *, without_mentor: bool = False
) -> list[tuple[str, LibraryActivity]]:
    """Of the library, each with its direction, in the order of carrying them out: each activity once."""
    library = [one for one in pack.pack.activities if one.without_mentor or not without_mentor]
    chosen: dict[str, tuple[str, LibraryActivity]] = {}
    by_area = [_pick(area, [one for one in library if area in one.areas], chosen) for area in areas]
    for round_ in range(A_DIRECTION):  # the areas take turns, so that all begin early
        for picked in by_area:
            for one in picked[round_ : round_ + 1]:
                chosen.setdefault(one[1].id, one)
    for strength in strengths:
        for each in [one for one in library if strength in one.strengths][:1]:
            chosen.setdefault(each.id, (STRENGTH + strength, each))
    start = [("", one) for one in pack.pack.activities if one.at == "start" and not without_mentor]
    end = [("", one) for one in pack.pack.activities if one.at == "end" and not without_mentor]
    return [*start, *chosen.values(), *end] if chosen or not without_mentor else []


def spread(count: int, first: date, last: date) -> Iterator[date]:
    """So many days between two, both included, at equal distances."""
    step = (last - first) / max(count - 1, 1)
    return (first + step * number for number in range(count))


def read_answered(session: Session, participation: Participation, reader: Reader) -> Answered:
    """The topics and strengths of one mentee, as far as they were promised to this reader."""
    sent = read_sent_values(session, participation)
    if sent is None:
        return Answered()
    survey, values = sent
    titles = titles_of(pack_of(session, cycle_id=participation.cycle_id))

    def read(question_id: str, known: dict[str, Text]) -> tuple[tuple[str, ...], str]:
        if question_id not in values:
            return (), ""
        told = tell(survey.question(question_id), values[question_id], reader).value
        chosen = told if isinstance(told, list) else []
        own = [str(one.get("other", "")) for one in chosen if isinstance(one, dict)]
        return tuple(one for one in chosen if isinstance(one, str) and one in known), "; ".join(own)

    areas, own_difficulties = read(TOPICS, dict(titles.areas))
    strengths, own_strengths = read(STRENGTHS, dict(titles.strengths))
    return Answered(areas, own_difficulties, strengths, own_strengths)


def _draft(
    session: Session, pair: Pair, pack: ResolvedPack, *, actor: Actor, now: datetime
) -> PersonalProgramme:
    found = [
        read_answered(session, session.get_one(Participation, one.participation_id), Reader.PAIR)
        for one in pair.sides
        if one.role is Role.MENTEE
    ]
    areas = tuple(dict.fromkeys(area for one in found for area in one.areas))
    strengths = tuple(dict.fromkeys(strength for one in found for strength in one.strengths))
    begun = day_of(now, zone_of(session, pair.organization_id))
    ends_on = find_end(session, pair, begun)
    row = PersonalProgramme(
        organization_id=pair.organization_id,
        cycle_id=pair.cycle_id,
        pair_id=pair.id,
        status=ProgrammeStatus.DRAFT,
        starts_on=begun,
        ends_on=ends_on,
        areas=list(areas),
        own_difficulties="; ".join(filter(None, (one.own_difficulties for one in found)))[:OWN_LIMIT],
        strengths=list(strengths),
        own_strengths="; ".join(filter(None, (one.own_strengths for one in found)))[:OWN_LIMIT],
        since=now,
        drafted_at=now,
        look_at=now,
        looked_on=begun,
    )
    session.add(row)
    locale = next(one.person.locale for one in pair.sides if one.role is Role.MENTEE)
    names = titles_of(pack).areas
    if areas:
        row.goal = GOAL.get(locale).format(areas=", ".join(names[one].get(locale).lower() for one in areas))
    chosen = [
        (direction, one.title.get(locale), one.expected.get(locale))
        for direction, one in choose_activities(pack, areas, strengths)
    ]
    add_activities(session, row, chosen)
    record(session, actor, Action.PERSONAL_PROGRAMME_DRAFTED, row, now=now, after={"activities": len(chosen)})
    return row


def add_activities(session: Session, row: PersonalProgramme, chosen: list[tuple[str, str, str]]) -> None:
    """Direction, title and expected result of each, at equal distances on working days of the term."""
    calendar = read_calendar(session, organization_id=row.organization_id)
    for (direction, title, expected), day in zip(
        chosen, spread(len(chosen), row.starts_on + FIRST, row.ends_on - LAST), strict=True
    ):
        working = calendar.find_after(day)
        row.activities.append(
            ProgrammeActivity(
                direction=direction,
                title=title,
                expected=expected,
                planned_on=working if working <= row.ends_on else calendar.find_before(day),
            )
        )
    session.flush()


def find_end(session: Session, pair: Pair, begun: date) -> date:
    """The last day of the pair or of the school year, within the term that the programme allows."""
    settings = settings_of(session, cycle_id=pair.cycle_id)
    least = shift_months(begun, settings.term_months_min)
    most = shift_months(begun, settings.term_months_max)
    last = pair.ends_on or session.get_one(Cycle, pair.cycle_id).ends_on
    return min(max(last, least), most)


def _pick(
    area: str, fitting: list[LibraryActivity], chosen: dict[str, tuple[str, LibraryActivity]]
) -> list[tuple[str, LibraryActivity]]:
    return [(area, one) for one in fitting if one.id not in chosen]


def _known(session: Session, pair_id: int) -> int | None:
    return session.scalar(select(PersonalProgramme.id).where(PersonalProgramme.pair_id == pair_id))
