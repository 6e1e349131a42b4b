"""The banks of mentees and mentors, and the list of requests that mentors are chosen by (DC13 to DC15)."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.pairs import ENDED, Pair, PairMember
from models.people import Participation, ParticipationStatus, Person, Role
from services.access.errors import N_
from services.consents.states import ConsentState, read_states
from services.documents import words
from services.documents.exports.naming import cycle_labels, sides_of
from services.documents.exports.tables import CHUNK, Column, Found, Scope, Table, fixed, last_of
from services.pairs.banks import STRONG, Profile, read_profiles


def _bank(scope: Scope, role: Role, what: Any) -> Select[Any]:
    query = (
        select(what)
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.organization_id == scope.organization_id,
            Participation.role == role,
            Person.erased_at.is_(None),
            *scope.between(Participation.joined_at),
        )
    )
    if scope.filters.cycle_id is not None:
        query = query.where(Participation.cycle_id == scope.filters.cycle_id)
    if scope.filters.statuses:
        query = query.where(Participation.status.in_(scope.filters.statuses))
    return query


@dataclass(frozen=True, slots=True)
class _BankLine:
    row: Participation
    profile: Profile
    cycle: str | None
    consent: ConsentState
    partners: str

    def answer(self, question_id: str) -> str:
        """In words; empty where it was not asked."""
        return next((line.text for line in self.profile.lines if line.question_id == question_id), "")

    def strong(self, prefix: str) -> str:
        """The areas rated 7 and more, the highest first."""
        found = [
            (-line.value, line.label.partition(":")[0])
            for line in self.profile.lines
            if line.question_id.startswith(prefix) and isinstance(line.value, int) and line.value >= STRONG
        ]
        return "; ".join(label for _value, label in sorted(found))


def _reader(role: Role) -> Callable[[Session, Scope, int, int], Found]:
    other = Role.MENTOR if role is Role.MENTEE else Role.MENTEE

    def read(session: Session, scope: Scope, after: int, limit: int) -> Found:
        found = session.scalars(
            _bank(scope, role, Participation)
            .where(Participation.id > after)
            .order_by(Participation.id)
            .limit(limit)
        ).all()
        ids = [row.id for row in found]
        labels = cycle_labels(session, scope)
        people = [row.person_id for row in found]
        consents = read_states(session, organization_id=scope.organization_id, people=people)
        profiles = read_profiles(session, scope.actor, ids, scope.locale, in_file=True)
        pairs: defaultdict[int, list[int]] = defaultdict(list)
        for participation_id, pair_id in session.execute(
            select(PairMember.participation_id, PairMember.pair_id)
            .join(Pair, Pair.id == PairMember.pair_id)
            .where(PairMember.participation_id.in_(ids), Pair.status.not_in(ENDED))
        ):
            pairs[participation_id].append(pair_id)
        sides = sides_of(session, [pair_id for held in pairs.values() for pair_id in held])
        lines = []
        for row in found:
            held = (sides.get(pair_id, {}) for pair_id in pairs[row.id])
            lines.append(
                _BankLine(
                    row=row,
                    profile=profiles[row.id],
                    cycle=labels.get(row.cycle_id),
                    consent=consents.get(row.person_id, ConsentState.NONE),
                    partners=", ".join(one[other].name for one in held if other in one),
                )
            )
        return Found(lines, last_of(ids, limit))

    return read


def _columns(own: Column, told: Column) -> tuple[Column, ...]:
    return (
        Column("person_id", N_("No."), lambda one: one.row.person_id, "number", width=8),
        Column("person", N_("Person"), lambda one: one.profile.full_name, width=32),
        Column("position", N_("Position"), lambda one: one.profile.position, width=28),
        Column("cycle", N_("School year"), lambda one: one.cycle, width=12),
        Column("status", N_("State"), lambda one: one.row.status, "code", words.PARTICIPATIONS, width=20),
        Column("consent", N_("Consent"), lambda one: one.consent, "code", words.CONSENTS),
        Column("capacity", N_("Places"), lambda one: one.row.capacity, "number"),
        told,
        Column("experience", N_("Experience"), lambda one: one.answer("experience")),
        own,
        Column("format", N_("Format wanted"), lambda one: one.answer("format"), width=24),
        Column("partners", N_("In a pair with"), lambda one: one.partners, width=32),
        Column(
            "outcome",
            N_("Outcome of the year"),
            lambda one: one.row.outcome,
            "code",
            words.OUTCOMES,
            width=20,
        ),
        Column("joined_at", N_("Joined"), lambda one: one.row.joined_at, "moment"),
        Column("ready_at", N_("Questionnaire completed"), lambda one: one.row.ready_at, "moment"),
    )


def _table(role: Role, name: str, title: Any, own: Column, told: Column) -> Table:
    def count(session: Session, scope: Scope) -> int:
        return session.scalar(_bank(scope, role, func.count(Participation.id))) or 0

    return Table(
        name=name,
        title=title,
        columns=fixed(*_columns(own, told)),
        read=_reader(role),
        count=count,
        filters=frozenset({"cycle_id", "statuses", "since", "until"}),
        statuses=frozenset(status.value for status in ParticipationStatus),
    )


MENTEE_BANK = _table(
    Role.MENTEE,
    "mentee_bank",
    N_("Bank of mentees"),
    Column("requests", N_("Requests (rated 7 and more)"), lambda one: one.strong("need_"), width=48),
    Column("category", N_("Category"), lambda one: one.answer("category"), width=28),
)
MENTOR_BANK = _table(
    Role.MENTOR,
    "mentor_bank",
    N_("Bank of mentors"),
    Column("resources", N_("Ready to help with (7 and more)"), lambda one: one.strong("ready_"), width=48),
    Column("qualification", N_("Qualification"), lambda one: one.answer("qualification"), width=28),
)


@dataclass(frozen=True, slots=True)
class _Request:
    """An area of work: how many mentees ask for it, how many rated it, and the mean of their ratings."""

    priority: int
    topic: str
    people: int
    answered: int
    mean: float


def _read_needs(session: Session, scope: Scope, _after: int, _limit: int) -> Found:
    ratings: defaultdict[str, list[int]] = defaultdict(list)
    ids = session.scalars(_bank(scope, Role.MENTEE, Participation.id)).all()
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        for profile in read_profiles(session, scope.actor, some, scope.locale, in_file=True).values():
            for line in profile.lines:
                if line.question_id.startswith("need_") and isinstance(line.value, int):
                    ratings[line.label.partition(":")[0]].append(line.value)
    asked = {topic: sum(one >= STRONG for one in given) for topic, given in ratings.items()}
    order = sorted(ratings, key=lambda topic: (-asked[topic], -fmean(ratings[topic]), topic))
    items = [
        _Request(
            priority=number,
            topic=topic,
            people=asked[topic],
            answered=len(ratings[topic]),
            mean=round(fmean(ratings[topic]), 1),
        )
        for number, topic in enumerate(order, start=1)
    ]
    return Found(items, None)


NEEDS = Table(
    name="needs",
    title=N_("List of needs"),
    columns=fixed(
        Column("priority", N_("Priority"), lambda one: one.priority, "number", width=10),
        Column("topic", N_("Topic"), lambda one: one.topic, width=48),
        Column("people", N_("People who ask (7 and more)"), lambda one: one.people, "number"),
        Column("answered", N_("Answered"), lambda one: one.answered, "number"),
        Column("mean", N_("Mean difficulty of 10"), lambda one: one.mean, "number"),
    ),
    read=_read_needs,
    count=lambda session, scope: session.scalar(_bank(scope, Role.MENTEE, func.count(Participation.id))) or 0,
    filters=frozenset({"cycle_id"}),
)
