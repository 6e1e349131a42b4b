"""Form and kind of a pair: chosen from what its programme has, changed while its state allows (E8 to E10)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import STATES, Pair, PairStatus
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.delivery.outbox import enqueue
from services.pairs.rules import find_kind, rules_of
from services.pairs.terms import set_term
from services.programmes.regulations import Pack
from services.programmes.running import pack_of


class NotInPack(DomainError):
    text = N_("The programme has no such form, kind or role model.")


class GroupNeedsKind(DomainError):
    text = N_("Several mentees make a group: please choose a kind of mentoring for groups.")


class FormIsFixed(DomainError):
    text = N_("In this state of the pair its form and kind cannot be changed.")


def choose_form(
    pack: Pack, *, form: str | None, kind: str | None, role_variant: str | None, mentees: int
) -> tuple[str, str, str | None]:
    """What is chosen, or the pack's first where nothing is; of several mentees its first kind for groups.

    Raises NotInPack, GroupNeedsKind.
    """
    if form is not None and form not in {one.id for one in pack.forms}:
        raise NotInPack
    if role_variant is not None and role_variant not in {one.id for one in pack.role_variants}:
        raise NotInPack
    if kind is None:
        fitting = [one for one in pack.kinds if one.is_group or mentees == 1]
    else:
        fitting = [one for one in pack.kinds if one.id == kind]
        if not fitting:
            raise NotInPack
    if not fitting or (mentees > 1 and not fitting[0].is_group):
        raise GroupNeedsKind
    return form or pack.forms[0].id, fitting[0].id, role_variant


def change_form(
    session: Session,
    *,
    actor: Actor,
    pair_id: int,
    form: str,
    kind: str,
    role_variant: str | None,
    ends_on: date | None,
    now: datetime,
) -> bool:
    """Another form, kind, role model or last day of a pair; whoever knows of the pair hears of it.

    False where nothing differs. A kind with a term gives its last day when both have agreed, or now where
    they have and no day is given.

    Raises FormIsFixed, NotInPack, GroupNeedsKind, TermInThePast, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if not STATES[pair.status].may_change:
        raise FormIsFixed
    pack = pack_of(session, cycle_id=pair.cycle_id).pack
    mentees = len(pair.mentees)
    chosen = choose_form(pack, form=form, kind=kind, role_variant=role_variant, mentees=mentees)
    before = _facts(pair)
    pair.form, pair.kind, pair.role_variant = chosen
    set_term(session, pair, ends_on, rules=find_kind(pack, pair.kind), now=now)
    after = _facts(pair)
    if after == before:
        return False
    record(session, actor, Action.PAIR_CHANGED, pair, now=now, before=before, after=after)
    if pair.status is not PairStatus.DRAFT:
        for member in pair.sides:
            key = f"{NoticeKind.PAIR_CHANGED}:{pair.id}:{now.isoformat()}:person:{member.person_id}"
            enqueue(
                session,
                NoticeKind.PAIR_CHANGED,
                pair,
                key=key,
                person_id=member.person_id,
                facts={"pair_id": pair.id},
                now=now,
            )
    return True


def check_form(session: Session, pair: Pair) -> None:
    """Raises NotFound, GroupNeedsKind where the pair's members and its kind do not fit."""
    if len(pair.mentees) > 1 and not rules_of(session, pair).is_group:
        raise GroupNeedsKind
    if not pair.mentees:
        raise NotFound


def _facts(pair: Pair) -> dict[str, str | None]:
    return {
        "form": pair.form,
        "kind": pair.kind,
        "role_variant": pair.role_variant,
        "ends_on": pair.ends_on.isoformat() if pair.ends_on else None,
    }
