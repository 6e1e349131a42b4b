"""What the personalised programme of a pair (DC16) and the list of mentees without one (DC20) say."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Role
from models.personal_programmes import (
    ChangeKind,
    ChangeState,
    Mark,
    PersonalProgramme,
    ProgrammeChange,
    ProgrammeOutcome,
    SupportPlan,
    SupportReason,
)
from services.access.actors import Channel, system
from services.access.listing import COUNTED, Asked
from services.documents.builders import Built, Facts, Subject, build_head
from services.documents.pair_facts import read_pair_facts, short_day, written_day
from services.documents.paper_names import read_forms
from services.organizations.days import day_of, zone_of
from services.pairs.banks import list_bank
from services.pairs.personal_programmes.contents import Titles, titles_of
from services.programmes.running import pack_of
from services.programmes.texts import Text

MARKS: Mapping[Mark, str] = {
    Mark.REACHED: "достигнут",
    Mark.PARTLY: "достигнут частично",
    Mark.NOT_REACHED: "не достигнут",
}
OUTCOMES: Mapping[ProgrammeOutcome, str] = {
    ProgrammeOutcome.FULFILLED: "план мероприятий выполнен в полном объёме",
    ProgrammeOutcome.EARLY: "завершена досрочно по инициативе наставника и (или) наставляемого",
    ProgrammeOutcome.NOT_CARRIED_OUT: "завершена по инициативе куратора в случае недолжного исполнения",
}
CHANGES: Mapping[ChangeKind, str] = {
    ChangeKind.ADD: "добавлено мероприятие",
    ChangeKind.MOVE: "изменён срок мероприятия",
    ChangeKind.DROP: "исключено мероприятие",
    ChangeKind.GOAL: "изменена цель",
    ChangeKind.AREA: "дополнены затруднения",
    ChangeKind.TERM: "изменён срок программы",
}
REASONS: Mapping[SupportReason, str] = {
    SupportReason.NO_FREE_MENTOR: "нет свободных наставников",
    SupportReason.NO_FITTING_MENTOR: "нет подходящего наставника",
    SupportReason.OFFER_FAILED: "предложение пары не состоялось",
    SupportReason.PAIR_ENDED: "работа пары завершена",
    SupportReason.OWN_WISH: "по желанию наставляемого",
}


def build_programme(session: Session, subject: Subject) -> Built:
    """Of one pair; of a pair that has no programme yet it is a blank to fill in by hand (D3)."""
    row = session.scalars(
        select(PersonalProgramme).where(PersonalProgramme.pair_id.in_(subject.pair_ids))
    ).one_or_none()
    pairs = read_pair_facts(
        session,
        organization_id=subject.organization_id,
        cycle_id=subject.cycle_id,
        pair_ids=subject.pair_ids,
        starts_on=row.starts_on if row else None,
        ends_on=row.ends_on if row else None,
    )
    zone = zone_of(session, subject.organization_id)
    facts = build_head(session, subject)
    facts["pair"] = {**pairs[0].plain, **pairs[0].order} if pairs else {}
    facts |= {
        "starts_on": written_day(row.starts_on if row else None),
        "ends_on": written_day(row.ends_on if row else None),
        **_contents(row, titles_of(pack_of(session, cycle_id=subject.cycle_id))),
        "approved_on": "",
        "changes": [],
    }
    if row is not None and row.approved_at is not None:
        facts["approved_on"] = written_day(day_of(row.approved_at, zone))
        applied = select(ProgrammeChange).where(
            ProgrammeChange.programme_id == row.id,
            ProgrammeChange.state == ChangeState.APPLIED,
            ProgrammeChange.decided_at > row.approved_at,
        )
        facts["changes"] = [
            {
                "date": short_day(day_of(one.decided_at or one.made_at, zone)),
                "what": f"{CHANGES[one.kind]}: {one.text or short_day(one.day)}".rstrip(": "),
                "author": one.person.full_name,
            }
            for one in session.scalars(applied.order_by(ProgrammeChange.id))
        ]
    people = {one.person_id for pair in pairs for one in (pair.mentor, *pair.mentees)}
    return Built(facts, frozenset(people))


def build_support_plan(session: Session, subject: Subject) -> Built:
    """Everybody in the bank who has no pair, with what is planned for them."""
    waiting = list_bank(
        session,
        actor=system(Channel.PANEL),
        organization_id=subject.organization_id,
        role=Role.MENTEE,
        asked=Asked(size=COUNTED),
    ).rows
    ids = [one.person_id for one in waiting]
    plans = {
        one.person_id: one
        for one in session.scalars(
            select(SupportPlan).where(
                SupportPlan.cycle_id == subject.cycle_id,
                SupportPlan.person_id.in_(ids),
                SupportPlan.closed_at.is_(None),
            )
        )
    }
    forms = read_forms(session, organization_id=subject.organization_id, people=ids)
    mentees = []
    for place, one in enumerate(sorted(forms.values(), key=lambda form: form.full_name), 1):
        plan = plans.get(one.person_id)
        mentees.append(
            {
                "index": str(place),
                "name": one.full_name,
                "position": one.position,
                "reason": REASONS[plan.reason] if plan else "",
                "support": "; ".join(step["title"] for step in plan.steps) if plan else "",
                "next_search_on": short_day(plan.next_search_on) if plan else "",
            }
        )
    return Built(build_head(session, subject) | {"mentees": mentees}, frozenset(forms))


def _contents(row: PersonalProgramme | None, titles: Titles) -> Facts:
    if row is None:
        empty = ("goal", "difficulties", "strengths", "directions", "rhythm", "reports", "outcome", "version")
        return dict.fromkeys(empty, "") | {"activities": []}
    directions = [titles.of_direction(one.direction) for one in row.activities if one.direction]
    return {
        "goal": row.goal,
        "difficulties": _join([titles.areas.get(one) for one in row.areas], row.own_difficulties),
        "strengths": _join([titles.strengths.get(one) for one in row.strengths], row.own_strengths),
        "directions": _join(directions, ""),
        "rhythm": row.rhythm,
        "reports": row.reports,
        "outcome": OUTCOMES[row.outcome] if row.outcome else "",
        "version": str(row.version or ""),
        "activities": [
            {
                "index": str(place),
                "title": one.title,
                "planned_on": short_day(one.planned_on),
                "expected": one.expected,
                "actual": one.actual,
                "done_on": short_day(one.done_on),
                "mark": MARKS[one.mark] if one.mark else "",
            }
            for place, one in enumerate(row.activities, 1)
        ],
    }


def _join(titles: list[Text | None], own: str) -> str:
    found = [one.ru for one in titles if one is not None]
    return "; ".join(dict.fromkeys([*found, own] if own else found))
