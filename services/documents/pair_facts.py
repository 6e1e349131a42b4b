"""Pairs and groups as papers write them: both sides with posts, form, kind, the order they stand under."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.units import format_unit
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.pairs import Pair, PairMember, is_in_pair
from models.people import Participation, Role
from models.person_notes import Eligibility
from models.surveys import SurveyRun, SurveyStatus
from services.documents.paper_names import NameForms, read_forms
from services.pairs.orders import PairOrder, read_orders
from services.programmes.packs import ResolvedPack
from services.programmes.running import pack_of
from services.surveys.intake import intake_key
from services.surveys.reading import Reader, may_read, read_values

EXPERIENCE = "experience"
"""The question of both questionnaires; its answer was promised to the pair."""


@dataclass(frozen=True, slots=True)
class PairFacts:
    """A pair for a paper. `plain` is what a template may write, `order` what follows from its order."""

    id: int
    mentor: NameForms
    mentees: tuple[NameForms, ...]
    plain: Mapping[str, Any]
    order: Mapping[str, str]


def written_day(day: date | None) -> str:
    """1 декабря 2026 года, as papers write a day; a line to fill in where there is none."""
    return format_date(day, "d MMMM y 'года'", locale="ru") if day else "«___» _________ 20__ года"


def short_day(day: date | None) -> str:
    """01.12.2026, for a cell of a table."""
    return day.strftime("%d.%m.%Y") if day else ""


def written_hours(minutes: int) -> str:
    """Hours and minutes in words of a paper."""
    hours, rest = divmod(minutes, 60)
    told = [format_unit(hours, "duration-hour", locale="ru")] if hours else []
    told += [format_unit(rest, "duration-minute", locale="ru")] if rest or not hours else []
    return " ".join(told)


def read_pair_facts(
    session: Session,
    *,
    organization_id: int,
    cycle_id: int,
    pair_ids: Collection[int],
    starts_on: date | None,
    ends_on: date | None,
) -> tuple[PairFacts, ...]:
    """Pairs of this organisation and year, sorted by mentor; a few statements for any number of them."""
    pairs = session.scalars(
        select(Pair).where(
            Pair.id.in_(pair_ids), Pair.organization_id == organization_id, Pair.cycle_id == cycle_id
        )
    ).all()
    members: dict[int, list[PairMember]] = {}
    for member in session.scalars(
        select(PairMember)
        .where(PairMember.pair_id.in_([one.id for one in pairs]), is_in_pair())
        .order_by(PairMember.id)
    ):
        members.setdefault(member.pair_id, []).append(member)
    people = {one.person_id for found in members.values() for one in found}
    forms = read_forms(session, organization_id=organization_id, people=people)
    experience = _read_experience(session, [one for found in members.values() for one in found])
    orders = read_orders(session, [one.id for one in pairs])
    pack = pack_of(session, cycle_id=cycle_id)
    term = (starts_on, ends_on)
    found = [
        _facts(pair, members.get(pair.id, ()), forms, experience, orders.get(pair.id), pack, term)
        for pair in pairs
        if any(one.role is Role.MENTOR for one in members.get(pair.id, ()))
    ]
    return tuple(sorted(found, key=lambda one: (one.mentor.full_name, one.id)))


def _facts(
    pair: Pair,
    members: Sequence[PairMember],
    forms: Mapping[int, NameForms],
    experience: Mapping[int, str],
    order: PairOrder | None,
    pack: ResolvedPack,
    term: tuple[date | None, date | None],
) -> PairFacts:
    mentor = next(forms[one.person_id] for one in members if one.role is Role.MENTOR)
    mentees = tuple(forms[one.person_id] for one in members if one.role is Role.MENTEE)
    titles = {one.id: one.title.ru for one in (*pack.pack.forms, *pack.pack.kinds)}
    told = [_person(one, experience) for one in mentees]
    plain: dict[str, Any] = {
        "mentor": _person(mentor, experience),
        "mentees": told,
        "mentee_names": "\n".join(one["name"] for one in told),
        "mentee_names_dative": ", ".join(one["name_dative"] for one in told),
        "mentee_names_genitive": ", ".join(one["name_genitive"] for one in told),
        "form": titles.get(pair.form, pair.form),
        "kind": titles.get(pair.kind, pair.kind),
        "starts_on": short_day(term[0]),
        "ends_on": short_day(term[1]),
    }
    told_order = {
        "order_number": order.number if order else "",
        "order_date": written_day(order.signed_on) if order else "",
    }
    return PairFacts(pair.id, mentor, mentees, plain, told_order)


def _person(one: NameForms, experience: Mapping[int, str]) -> dict[str, str]:
    return {**one.plain(), "experience": experience.get(one.person_id, "")}


def _read_experience(session: Session, members: Sequence[PairMember]) -> dict[int, str]:
    """Full years in education: what the employer noted, else what the person told their pair."""
    people = [one.person_id for one in members]
    found: dict[int, int] = {}
    noted = select(Eligibility).where(
        Eligibility.person_id.in_(people), Eligibility.experience_years.is_not(None)
    )
    for row in session.scalars(noted):
        found[row.person_id] = row.experience_years or 0
    asked = [one.participation_id for one in members if one.person_id not in found]
    roles = session.scalars(select(Participation).where(Participation.id.in_(asked)))
    keys = {intake_key(role): role.person_id for role in roles}
    runs = session.scalars(
        select(SurveyRun).where(SurveyRun.dedup_key.in_(keys), SurveyRun.status == SurveyStatus.SENT)
    ).all()
    values = read_values(session, [run.id for run in runs])
    for run in runs:
        survey = pack_of(session, cycle_id=run.cycle_id).survey(run.survey_id)
        question = next((one for one in survey.questions() if one.id == EXPERIENCE), None)
        told = values.get(run.id, {}).get(EXPERIENCE)
        if question is not None and may_read(question, Reader.PAIR) and isinstance(told, int):
            found[keys[run.dedup_key]] = told
    return {
        person_id: format_unit(years, "duration-year", locale="ru") if years else "менее года"
        for person_id, years in found.items()
    }
