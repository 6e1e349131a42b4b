"""The facts of the matching for a whole school year, read by a few statements whatever its size."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from models.matching import Change, MatchFix, MatchRule, RuleKind
from models.pairs import Decision, PairMember
from models.pairs import Pair as PairRow
from models.people import Participation, ParticipationStatus, Person, Role
from models.person_notes import Eligibility
from models.programmes import Cycle
from services.access.digests import sha256_of
from services.access.records import find
from services.consents.states import ConsentState, read_states
from services.matching.facts import (
    Criterion,
    Facts,
    Gap,
    Interview,
    Links,
    Member,
    Pair,
    Recommendation,
)
from services.pairs.banks import NEED, READY
from services.pairs.requests.reading import is_leaving
from services.pairs.verdicts import QUESTION, Verdict
from services.people.cards import count_taken
from services.people.eligibility import YOUNG_YEARS, facts_of_row
from services.people.leaves import is_away
from services.programmes.regulations import Occasion
from services.programmes.running import pack_of, settings_of
from services.surveys.reading import Reader, SentSheet, read_sent

AREAS = {Role.MENTEE: NEED, Role.MENTOR: READY}
MANAGER = "subordinate"  # the reason of SV03: one leads the other
IN_NEED = frozenset({"young_specialist", "new_here", "returned"})
"""Categories of SV01 for whom the programme is meant first."""
NO_MARK = "not_yet"
NO_CATEGORY = frozenset({"conformity", "none"})
FEW = 500  # people who are named in a statement one by one; of more the whole year is read
RATINGS = ("communication", "readiness", "experience_fit", "schedule")
"""What an interview rates (SV11)."""


def read_facts(
    session: Session, *, cycle_id: int, mentee_id: int | None = None, mentor_id: int | None = None
) -> Facts:
    """Everybody of the cycle who has not left, with what is known of them and between them. `mentee_id` and
    `mentor_id` (participations) leave out all others of their side.

    The caller has checked the right to lead pairs: answers are read as far as they were promised to who
    leads them. Raises NotFound.
    """
    settings = settings_of(session, cycle_id=cycle_id)
    only = {Role.MENTEE: mentee_id, Role.MENTOR: mentor_id}
    members = _read_members(session, find(session, Cycle, cycle_id), only)
    sides = {role: tuple(one for one in members if one.role is role) for role in (Role.MENTEE, Role.MENTOR)}
    ids = {(one.person_id, one.role): one.id for one in members}
    return Facts(
        mentees=sides[Role.MENTEE],
        mentors=sides[Role.MENTOR],
        links=_read_links(session, cycle_id, ids),
        weights={one: getattr(settings, f"match_{one}") for one in Criterion},
        is_verdict_required=settings.psychologist_verdict_required,
    )


def digest_of(facts: Facts) -> str:
    """SHA-256 of everything that a plan is made of."""

    def plain(value: object) -> object:
        if isinstance(value, Mapping):
            return sorted((str(key), plain(one)) for key, one in value.items())
        if isinstance(value, set | frozenset):
            return sorted(str(plain(one)) for one in value)
        if isinstance(value, Iterable) and not isinstance(value, str):
            return [plain(one) for one in value]
        return str(value)

    return sha256_of(repr(plain(asdict(facts))))


class _Row(NamedTuple):
    id: int
    person_id: int
    role: Role
    status: ParticipationStatus
    capacity: int
    taken: int
    is_away: bool
    is_resigning: bool


def _read_members(session: Session, cycle: Cycle, only: Mapping[Role, int | None]) -> list[Member]:
    found = session.execute(
        select(
            Participation.id,
            Participation.person_id,
            Participation.role,
            Participation.status,
            Participation.capacity,
            count_taken(),
            is_away(Participation.person_id),
            is_leaving(Participation.person_id),
        )
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.cycle_id == cycle.id,
            *(
                or_(Participation.role != role, Participation.id == one)
                for role, one in only.items()
                if one is not None
            ),
            Participation.status != ParticipationStatus.LEFT,
            Person.departed_at.is_(None),
            Person.erased_at.is_(None),
        )
        .order_by(Participation.ready_at, Participation.id)
    )
    rows = [_Row(*one) for one in found]
    few = {row.person_id for row in rows} if len(rows) <= FEW else None
    states = read_states(session, organization_id=cycle.organization_id, people=few)
    members = [
        Member(
            id=row.id,
            person_id=row.person_id,
            role=row.role,
            capacity=row.capacity,
            taken=row.taken,
            gaps=frozenset(_find_gaps(row, states.get(row.person_id))),
        )
        for row in rows
    ]
    agreed = [one for one in members if Gap.CONSENT not in one.gaps]
    answered = _Answered(session, cycle.id, {one.person_id for one in agreed})
    return [one if Gap.CONSENT in one.gaps else answered.add_to(one) for one in members]


def _find_gaps(row: _Row, state: ConsentState | None) -> list[Gap]:
    is_mentor = row.role is Role.MENTOR
    is_full = row.taken >= row.capacity
    holds = {
        Gap.CONSENT: state is not ConsentState.GIVEN,
        Gap.INTAKE: row.status is ParticipationStatus.INTAKE,
        Gap.TAKEN: not is_mentor and is_full,
        Gap.RESTING: is_mentor and is_full and not row.taken,
        Gap.FULL: is_mentor and is_full and bool(row.taken),
        Gap.AWAY: row.is_away,
        Gap.RESIGNING: is_mentor and row.is_resigning,
    }
    return [gap for gap, is_true in holds.items() if is_true]


class _Answered:
    """What these people answered, and what the staff wrote of them."""

    def __init__(self, session: Session, cycle_id: int, people: set[int]) -> None:
        pack = pack_of(session, cycle_id=cycle_id)

        few = people if len(people) <= FEW else None

        def sheets(occasion: Occasion, of: set[int] | None = None) -> list[SentSheet]:
            surveys = [pack.survey(one) for one in sorted(pack.surveys_on(occasion))]
            return read_sent(session, cycle_id=cycle_id, surveys=surveys, reader=Reader.CURATOR, people=of)

        sent = {Role.MENTEE: sheets("mentee_intake", few), Role.MENTOR: sheets("mentor_intake", few)}
        self.intakes = {
            role: {one.person_id: one.values for one in found if one.person_id in people}
            for role, found in sent.items()
        }
        audience = {one.id: one.audience for one in pack.surveys}
        self.wishes = {
            (one.person_id, audience[one.survey_id]): one.values
            for one in sheets("mutual_preference", few)
            if one.person_id in people
        }
        self.interviews = {one.about_person_id: one.values for one in sheets("mentor_interview")}
        self.eligible = {
            row.person_id: facts_of_row(row)
            for row in session.scalars(select(Eligibility).where(Eligibility.person_id.in_(people)))
        }

    def add_to(self, member: Member) -> Member:
        values = self.intakes[member.role].get(member.person_id, {})
        wishes = self.wishes.get((member.person_id, member.role.value), {})
        unwanted = frozenset(_people(wishes.get("unwanted")))
        is_managed = wishes.get("unwanted_reason") == MANAGER
        is_mentor = member.role is Role.MENTOR
        prefix = AREAS[member.role]
        return replace(
            member,
            ratings={
                key.removeprefix(prefix): value
                for key, value in values.items()
                if key.startswith(prefix) and _number(value) is not None and isinstance(value, int)
            },
            topics=_chosen(values.get("topics")),
            subjects=_chosen(values.get("subjects")),
            posts=_chosen(values.get("position")),
            weekdays=_chosen(values.get("weekdays")),
            times=_chosen(values.get("times")),
            kinds=_chosen(values.get("kinds")),
            format=_text(values.get("format")),
            experience=_number(values.get("experience")),
            hours=_number(values.get("hours_per_month")),
            marks=_count_marks(values) if is_mentor else None,
            is_informed=_switch(values.get("informed")),
            has_grounds=None if is_mentor else self._has_grounds(member.person_id, values),
            interview=self._interview(member.person_id) if is_mentor else None,
            preferred=tuple(_people(wishes.get("preferred"))),
            unwanted=unwanted,
            managers=unwanted if is_managed else frozenset(),
        )

    def _has_grounds(self, person_id: int, values: Mapping[str, object]) -> bool | None:
        """By the card and by the questionnaire; None where neither says anything."""
        card = self.eligible.get(person_id)
        years, category = _number(values.get("experience")), _text(values.get("category"))
        if card is None and years is None and category is None:
            return None
        is_young = years is not None and years <= YOUNG_YEARS
        return bool(card and card.grounds) or is_young or category in IN_NEED

    def _interview(self, person_id: int) -> Interview | None:
        values = self.interviews.get(person_id)
        if not values:
            return None
        ratings = [rating for one in RATINGS if (rating := _number(values.get(one))) is not None]
        told = _text(values.get("recommendation"))
        return Interview(
            Recommendation(told) if told in set(Recommendation) else None,
            sum(ratings) / len(ratings) if ratings else None,
        )


def _read_links(session: Session, cycle_id: int, ids: Mapping[tuple[int, Role], int]) -> Links:
    def pair(mentee: int, mentor: int | None) -> Pair | None:
        first, second = ids.get((mentee, Role.MENTEE)), ids.get((mentor or 0, Role.MENTOR))
        return (first, second) if first is not None and second is not None else None

    verdicts, refused = _read_past(session, cycle_id)
    rules: dict[RuleKind, set[Pair]] = {kind: set() for kind in RuleKind}
    for kind, mentee, mentor in session.execute(
        select(MatchRule.kind, MatchRule.mentee_id, MatchRule.mentor_id).where(
            MatchRule.cycle_id == cycle_id, MatchRule.undone_at.is_(None)
        )
    ):
        if found := pair(mentee, mentor):
            rules[kind].add(found)
    accepted: dict[Pair, frozenset[Criterion]] = {}
    not_accepted, no_more = set(), set()
    for fix in session.scalars(
        select(MatchFix)
        .where(MatchFix.cycle_id == cycle_id, MatchFix.answered_at.is_not(None))
        .order_by(MatchFix.answered_at, MatchFix.id)
    ):
        if fix.change is Change.ONE_MORE_PLACE:
            if not fix.is_agreed and (mentor_id := ids.get((fix.mentor_id, Role.MENTOR))) is not None:
                no_more.add(mentor_id)
        elif found := pair(fix.mentee_id or 0, fix.mentor_id):
            if fix.is_agreed:
                accepted[found] = accepted.get(found, frozenset()) | {Criterion(one) for one in fix.criteria}
            else:
                not_accepted.add(found)
    return Links(
        refused=frozenset(one for both in refused if (one := pair(*both))),
        verdicts={one: verdict for both, verdict in verdicts.items() if (one := pair(*both))},
        locked=frozenset(rules[RuleKind.LOCK]),
        forbidden=frozenset(rules[RuleKind.FORBID]),
        accepted=accepted,
        no_more=frozenset(no_more),
        not_accepted=frozenset(not_accepted),
    )


def _read_past(session: Session, cycle_id: int) -> tuple[dict[Pair, Verdict], set[Pair]]:
    """By people: the psychologist's newest conclusion on the two, and whose offer was declined."""
    pack = pack_of(session, cycle_id=cycle_id)
    surveys = [pack.survey(one) for one in sorted(pack.surveys_on("compatibility"))]
    told = read_sent(session, cycle_id=cycle_id, surveys=surveys, reader=Reader.CURATOR)
    mentee, mentor = aliased(PairMember), aliased(PairMember)
    people: defaultdict[int, list[Pair]] = defaultdict(list)
    refused: set[Pair] = set()
    rows = session.execute(
        select(PairRow.id, mentee.person_id, mentor.person_id, mentee.decision, mentor.decision)
        .join(mentee, (mentee.pair_id == PairRow.id) & (mentee.role == Role.MENTEE))
        .join(mentor, (mentor.pair_id == PairRow.id) & (mentor.role == Role.MENTOR))
        .where(
            PairRow.cycle_id == cycle_id,
            or_(
                mentee.decision == Decision.DECLINED,
                mentor.decision == Decision.DECLINED,
                PairRow.id.in_([one.pair_id for one in told if one.pair_id is not None]),
            ),
        )
    )
    for pair_id, one_id, other_id, *decisions in rows:
        people[pair_id].append((one_id, other_id))
        if Decision.DECLINED in decisions:
            refused.add((one_id, other_id))
    verdicts = {
        pair: Verdict(verdict)
        for one in told
        if (verdict := _text(one.values.get(QUESTION))) in set(Verdict)
        for pair in people.get(one.pair_id or 0, ())
    }
    return verdicts, refused


def _count_marks(values: Mapping[str, object]) -> int | None:
    """Achievements and a category above the post's own; None where neither was answered."""
    if "achievements" not in values and "qualification" not in values:
        return None
    achieved = values.get("achievements")
    count = len([one for one in achieved if one != NO_MARK]) if isinstance(achieved, list) else 0
    category = _text(values.get("qualification"))
    return count + (category is not None and category not in NO_CATEGORY)


def _chosen(value: object) -> frozenset[str]:
    """Options of the survey; own words say nothing that could be compared."""
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()


def _people(value: object) -> list[int]:
    return [int(one) for one in value if str(one).isdecimal()] if isinstance(value, list) else []


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _switch(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
