"""Where pairs stand: last meeting, how many, whose move it is and by when; of a page of them at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.pairs import Pair, PairStatus, WaitsFor
from services.access.actors import Actor, Right
from services.pairs.cards import decision_of_all, waits_for
from services.pairs.rules import rules_of
from services.pairs.silence import Quiet, Silence, read_quiet


@dataclass(frozen=True, slots=True)
class Standing:
    """`by` is when whoever must act is reminded last, or their time is over; none where no day is set."""

    held: int
    held_at: datetime | None
    coming_at: datetime | None
    waits_for: WaitsFor
    by: datetime | None


def read_standings(
    session: Session, *, actor: Actor, organization_id: int, pair_ids: Collection[int], now: datetime
) -> dict[int, Standing]:
    """By pair of this organisation, in the same number of statements for any number of them.

    Raises NotAllowed.
    """
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    query = select(Pair).where(Pair.id.in_(pair_ids), Pair.organization_id == organization_id)
    pairs = session.scalars(query.options(selectinload(Pair.members))).all() if pair_ids else ()
    found = read_quiet(session, pairs, now=now) if pairs else ()
    return {
        pair.id: _judge(pair, quiet, now, is_on_request=rules_of(session, pair).is_on_request)
        for pair, quiet in zip(pairs, found, strict=True)
    }


def _judge(pair: Pair, quiet: Quiet, now: datetime, *, is_on_request: bool) -> Standing:
    contact = quiet.contact
    who = waits_for(
        pair.status,
        mentee_decision=decision_of_all(pair.mentees),
        mentor_decision=pair.mentor.decision,
        has_meetings=contact.has_begun or is_on_request,
        has_return=pair.resumes_at is not None,
    )
    by = pair.offer_expires_at if pair.status is PairStatus.OFFERED else pair.resumes_at
    first = [step.due_at for step in quiet.steps if step.silence is Silence.FIRST_MEETING]
    long = [step for step in quiet.steps if step.silence is Silence.MEETING]
    if any(step.who is WaitsFor.CURATOR and step.due_at <= now for step in long):
        return Standing(contact.held, contact.held_at, contact.coming_at, WaitsFor.CURATOR, None)
    if who is WaitsFor.MENTOR and first:
        by = first[-1]
    elif who is WaitsFor.NOBODY and long:
        who, by = WaitsFor.MENTOR, long[0].due_at
    return Standing(contact.held, contact.held_at, contact.coming_at, who, by)
