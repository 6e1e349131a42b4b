"""What each kind of document says, from live data: one builder for a kind (docs/documents.md#facts).

A builder gives plain values: texts, lists and tables of texts. Number and date are laid over them when the
document is rendered.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.consents import Consent, ConsentDecision, ConsentKind
from models.meetings import Meeting, MeetingStatus
from models.people import Organization
from models.privacy import OperatorCard
from models.programmes import Cycle
from models.unit_notes import UnitNotes
from services.consents.states import newest_ids
from services.documents.pair_facts import PairFacts, read_pair_facts, short_day, written_day, written_hours
from services.documents.paper_cards import card_of
from services.documents.paper_names import read_forms
from services.organizations.days import day_of
from services.programmes.running import pack_of

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about. `choices` is what was chosen for it: dates as ISO text, codes, ids."""

    organization_id: int
    cycle_id: int
    pair_ids: tuple[int, ...] = ()
    person_ids: tuple[int, ...] = ()
    choices: dict[str, Any] = field(default_factory=dict)

    def day(self, name: str) -> date | None:
        written = self.choices.get(name)
        return date.fromisoformat(written) if written else None


@dataclass(frozen=True, slots=True)
class Built:
    """`people` are all whom the document names."""

    facts: Facts
    people: frozenset[int]


HEADS: UnitNotes[Facts] = UnitNotes()
"""By school year, built once in a unit: a page of documents compares each with the data of now."""


def build_head(session: Session, subject: Subject) -> Facts:
    """What every document says: whose it is, what it rests on, who signs (A1, A3, A4)."""
    noted = HEADS.find(session, subject.cycle_id)
    if noted is None:
        noted = HEADS.note(session, subject.cycle_id, _build_head(session, subject))
    return dict(noted)


def _build_head(session: Session, subject: Subject) -> Facts:
    organization = session.get_one(Organization, subject.organization_id)
    card = card_of(session, subject.organization_id)
    operator = session.get(OperatorCard, subject.organization_id)
    cycle = session.get_one(Cycle, subject.cycle_id)
    return {
        "founder": card.facts["founder"],
        "organization": {
            "name": organization.name,
            "short_name": card.facts["short_name"] or organization.name,
            "address": organization.address,
            "inn": organization.inn,
            "ogrn": operator.ogrn if operator else "",
        },
        "place": card.facts["place"],
        "acts": list(card.acts),
        "control": card.facts["control"],
        "programme": pack_of(session, cycle_id=subject.cycle_id).pack.title.ru,
        "school_year": cycle.label,
        **{one: card.official(one) for one in ("head", "curator", "liaison")},
    }


def build_curator_order(session: Session, subject: Subject) -> Built:
    card = card_of(session, subject.organization_id)
    duties = {name: card.facts[name] for name in ("duties_curator", "duties_liaison")}
    return Built(build_head(session, subject) | duties, frozenset())


def build_mentors_order(session: Session, subject: Subject) -> Built:
    forms = read_forms(session, organization_id=subject.organization_id, people=subject.person_ids)
    mentors = sorted(forms.values(), key=lambda one: one.full_name)
    facts = build_head(session, subject) | _term(subject)
    consents = _read_consents(session, frozenset(forms))
    facts["mentors"] = [
        {"index": str(place), **one.plain(), "consent": consents.get(one.person_id, "")}
        for place, one in enumerate(mentors, 1)
    ]
    return Built(facts, frozenset(forms))


def _read_consents(session: Session, people: frozenset[int]) -> dict[int, str]:
    """Number and date of the written consent of each mentor, where it stands in the ledger."""
    rows = session.scalars(
        select(Consent).where(
            Consent.id.in_(newest_ids(ConsentKind.MENTORING, people=people)),
            Consent.decision == ConsentDecision.GIVEN,
        )
    )
    return {
        row.person_id: f"{f'№ {row.paper_number} ' if row.paper_number else ''}"
        f"от {short_day(day_of(row.decided_at, row.timezone))}"
        for row in rows
    }


def build_pairs_order(session: Session, subject: Subject) -> Built:
    pairs = _pairs(session, subject)
    facts = build_head(session, subject) | _term(subject) | _listed(pairs)
    facts["schedule"] = card_of(session, subject.organization_id).facts["schedule"]
    return Built(facts, _people(pairs))


def build_ending_order(session: Session, subject: Subject) -> Built:
    """A replacement or an end; `successor_id` is the next mentor."""
    pairs = _pairs(session, subject)
    facts = build_head(session, subject) | _listed(pairs, has_order=True)
    facts["effective_on"] = written_day(subject.day("effective_on"))
    facts["reason"] = subject.choices.get("reason_text", "")
    successor = subject.choices.get("successor_id")
    forms = read_forms(
        session, organization_id=subject.organization_id, people=[successor] if successor else []
    )
    facts["successor"] = next((one.plain() for one in forms.values()), None)
    return Built(facts, _people(pairs) | frozenset(forms))


def build_of_pair(session: Session, subject: Subject) -> Built:
    """Consents of both sides and the agreement: one pair, the terms that the curator set once (DC08)."""
    pairs = _pairs(session, subject)
    card = card_of(session, subject.organization_id)
    facts = build_head(session, subject) | _term(subject)
    facts |= {name: card.facts[name] for name in ("content", "work_form", "payment")}
    facts["pair"] = dict(pairs[0].plain) if pairs else {}
    return Built(facts, _people(pairs))


def build_mentee_consent(session: Session, subject: Subject) -> Built:
    """Of one mentee of the pair: in a group each signs for themselves."""
    built = build_of_pair(session, subject)
    forms = read_forms(session, organization_id=subject.organization_id, people=subject.person_ids)
    mentee = next((one.plain() for one in forms.values()), {})
    return Built(built.facts | {"mentee": mentee}, built.people | frozenset(forms))


def build_pair_report(session: Session, subject: Subject) -> Built:
    """The mentor's final report: what was done by the log of meetings; the rest is written by hand (DC31)."""
    built = build_of_pair(session, subject)
    order = next((dict(one.order) for one in _pairs(session, subject)), {})
    rows = session.scalars(
        select(Meeting)
        .where(Meeting.pair_id.in_(subject.pair_ids), Meeting.status == MeetingStatus.HELD)
        .order_by(Meeting.starts_at)
    ).all()
    kinds = {one.id: one.title.ru for one in pack_of(session, cycle_id=subject.cycle_id).pack.meeting_kinds}
    meetings = [
        {
            "index": str(place),
            "date": short_day(day_of(row.starts_at, row.timezone)),
            "kind": kinds.get(row.kind.value, row.kind.value),
            "topic": row.topic or "",
            "minutes": str(row.held_minutes or ""),
            "next_step": row.next_step or "",
        }
        for place, row in enumerate(rows, 1)
    ]
    told = select(func.count()).where(
        Meeting.pair_id.in_(subject.pair_ids), Meeting.status == MeetingStatus.CANCELLED
    )
    facts = built.facts | {
        "pair": built.facts["pair"] | order,
        "meetings": meetings,
        "meetings_held": str(len(meetings)),
        "meetings_cancelled": str(session.scalar(told) or 0),
        "hours": written_hours(sum(row.held_minutes or 0 for row in rows)),
        "conclusion": subject.choices.get("conclusion", ""),
        "recommendation": subject.choices.get("recommendation", ""),
    }
    return Built(facts, built.people)


def _pairs(session: Session, subject: Subject) -> tuple[PairFacts, ...]:
    return read_pair_facts(
        session,
        organization_id=subject.organization_id,
        cycle_id=subject.cycle_id,
        pair_ids=subject.pair_ids,
        starts_on=subject.day("starts_on"),
        ends_on=subject.day("ends_on"),
    )


def _term(subject: Subject) -> Facts:
    return {name: written_day(subject.day(name)) for name in ("starts_on", "ends_on")}


def _listed(pairs: tuple[PairFacts, ...], *, has_order: bool = False) -> Facts:
    """An order that makes pairs official says nothing of itself, or signing it would make it out of date."""
    return {
        "pairs": [
            {"index": str(place), **one.plain, **(one.order if has_order else {})}
            for place, one in enumerate(pairs, 1)
        ]
    }


def _people(pairs: tuple[PairFacts, ...]) -> frozenset[int]:
    return frozenset(one.person_id for pair in pairs for one in (pair.mentor, *pair.mentees))
