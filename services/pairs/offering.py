"""Many drafts at once: what stands in the way of each, offered by one confirmation, or taken away together.

Each draft is offered by services.pairs.proposals as if it were alone: whole or not at all, whatever becomes
of the others. The caller commits after every BATCH: no transaction is long (docs/design.md#transactions).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.pairs import Pair, PairMember, PairStatus
from models.people import Role
from models.programmes import Cycle
from services.access.actors import Actor, Right
from services.access.errors import DomainError
from services.access.listing import Asked, Listed, list_page
from services.access.records import find
from services.consents.states import note_states
from services.pairs.forms import check_form
from services.pairs.proposals import check_fit, confirm_pair, discard_draft
from services.pairs.rules import Described, describe_form
from services.pairs.verdicts import Gate, VerdictMissing, read_gates

BATCH = 10
"""Drafts of one transaction."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as the list shows it. `obstacle` is what an offer would be refused with now; where the gate
    wants a reason, the offer waits for that only.
    """

    pair_id: int
    mentor: str
    mentor_position: str
    mentees: tuple[str, ...]
    mentee_positions: tuple[str, ...]
    described: Described
    proposed_at: datetime
    gate: Gate
    obstacle: DomainError | None

    @property
    def names(self) -> str:
        return f"{self.mentor} – {', '.join(self.mentees)}"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One of those who would hear of a draft if it were offered."""

    person_id: int
    role: Role
    full_name: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """`names` is empty of a draft that is not there any more."""

    pair_id: int
    names: str
    refusal: DomainError


@dataclass(frozen=True, slots=True)
class Done:
    """What one act did with several drafts: which were `done`, and which not, each with its refusal."""

    done: tuple[int, ...]
    left_out: tuple[LeftOut, ...]


SORTED = {"waiting": (Pair.proposed_at, Pair.id)}


def list_drafts(
    session: Session,
    *,
    actor: Actor,
    cycle_id: int,
    asked: Asked = Asked(),  # noqa: B008  # frozen
) -> Listed[Draft]:
    """A page of the drafts of a school year, the oldest first. Raises NotFound, NotAllowed."""
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.MANAGE_PAIRS, cycle.organization_id)
    query = (
        select(Pair)
        .where(Pair.cycle_id == cycle_id, Pair.status == PairStatus.DRAFT)
        .options(
            selectinload(Pair.members).joinedload(PairMember.person),
            selectinload(Pair.members).joinedload(PairMember.participation),
        )
    )
    found = list_page(session, query, keys=SORTED, asked=asked)
    people = {member.person_id for pair in found.rows for member in pair.members}
    note_states(session, organization_id=cycle.organization_id, people=people)
    gates = read_gates(session, found.rows)
    return found.showing([_describe(session, pair, gates[pair.id]) for pair in found.rows])


def read_recipients(session: Session, *, actor: Actor, pair_id: int) -> tuple[Recipient, ...]:
    """A mentee and the mentor of a pair. Raises NotFound, NotAllowed."""
    pair = find(session, Pair, pair_id)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    return tuple(
        Recipient(member.person_id, member.role, member.person.full_name)
        for member in (pair.mentees[0], pair.mentor)
    )


def offer_drafts(
    session: Session,
    *,
    actor: Actor,
    pair_ids: Sequence[int],
    edited_texts: Mapping[Role, str] | None = None,
    override_reasons: Mapping[int, str] | None = None,
    is_told: bool = True,
    now: datetime,
) -> Done:
    """Offer these drafts, at most BATCH of them, as `confirm_pair` offers one. A draft that cannot be offered
    now is left out with the reason, and the others are offered all the same. Raises nothing.
    """
    reasons = override_reasons or {}

    def confirm(pair_id: int) -> None:
        confirm_pair(
            session,
            actor=actor,
            pair_id=pair_id,
            edited_texts=edited_texts,
            override_reason=reasons.get(pair_id, ""),
            is_told=is_told,
            now=now,
        )

    return _each(session, pair_ids, confirm)


def discard_drafts(session: Session, *, actor: Actor, pair_ids: Sequence[int], now: datetime) -> Done:
    """Take these drafts away, at most BATCH of them; nobody was told of one. Raises nothing."""
    return _each(
        session, pair_ids, lambda pair_id: discard_draft(session, actor=actor, pair_id=pair_id, now=now)
    )


def _each(session: Session, pair_ids: Sequence[int], act: Callable[[int], object]) -> Done:
    """In the order of the numbers, so that two curators never wait for each other."""
    done, left_out = [], []
    for pair_id in sorted(set(pair_ids))[:BATCH]:
        try:
            with session.begin_nested():
                act(pair_id)
        except DomainError as refusal:
            left_out.append(LeftOut(pair_id, _name_pair(session, pair_id), refusal))
        else:
            done.append(pair_id)
    return Done(tuple(done), tuple(left_out))


def _describe(session: Session, pair: Pair, gate: Gate) -> Draft:
    mentees = [member.person for member in pair.mentees]
    return Draft(
        pair_id=pair.id,
        mentor=pair.mentor.person.full_name,
        mentor_position=pair.mentor.person.position,
        mentees=tuple(one.full_name for one in mentees),
        mentee_positions=tuple(one.position for one in mentees if one.position),
        described=describe_form(session, pair),
        proposed_at=pair.proposed_at,
        gate=gate,
        obstacle=_find_obstacle(session, pair, gate),
    )


def _find_obstacle(session: Session, pair: Pair, gate: Gate) -> DomainError | None:
    """By the checks of the offer itself, in their order."""
    mentees = [member.participation for member in pair.mentees]
    try:
        check_fit(session, mentees, pair.mentor.participation, is_placed=True)
        check_form(session, pair)
    except DomainError as refusal:
        return refusal
    return VerdictMissing() if gate.is_missing else None


def _name_pair(session: Session, pair_id: int) -> str:
    pair = session.get(Pair, pair_id, populate_existing=True)
    if pair is None:
        return ""
    return f"{pair.mentor.person.full_name} – {', '.join(one.person.full_name for one in pair.mentees)}"
