"""Words about the end of a school year: thanks, what was, and the offer of the next one (B15)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.consents import ConsentKind
from models.meetings import Meeting, MeetingStatus
from models.pairs import PairMember
from models.people import Participation, Role
from models.programmes import Cycle
from notices.buttons import ContinueDo, ContinueTap, YearDo, YearTap
from notices.language import Translator
from notices.letters import Action, Letter, Skip
from services.consents.states import ConsentState, has_consent, state_of
from services.programmes.running import NoOpenCycle, pack_of


def closed(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    cycle = session.get(Cycle, int(facts["cycle_id"]))
    following = session.get(Cycle, int(facts["next_cycle_id"]))
    person_id = int(facts["person_id"])
    if cycle is None or following is None:
        return Skip("the school year is gone")
    try:
        if not following.is_open or not has_consent(session, person_id):
            return Skip("the offer stands no more")
    except NoOpenCycle:
        return Skip("no school year is open")
    held = session.scalar(
        select(func.count(Meeting.id.distinct()))
        .join(PairMember, PairMember.pair_id == Meeting.pair_id)
        .where(
            PairMember.person_id == person_id,
            Meeting.cycle_id == cycle.id,
            Meeting.status == MeetingStatus.HELD,
        )
    )
    lines = [t("The school year {label} of mentoring is over. Thank you for taking part!", label=cycle.label)]
    if held:
        lines.append(
            t.plural("You had {count} meeting in this year.", "You had {count} meetings in this year.", held)
        )
    lines.append(
        t(
            "Nothing is decided for you: would you like to take part in {label} as well? "
            "If not, nothing follows and I will not ask again.",
            label=following.label,
        )
    )
    rows = [
        (Action(t.label("Yes, choose a role"), YearTap(YearDo.YES, cycle.id)),),
        (Action(t.label("Not next year"), YearTap(YearDo.NO, cycle.id)),),
    ]
    if _may_stay_in_bank(session, cycle.id, following.id, person_id):
        lines.append(
            t(
                "You may also let the school keep you in the long-term bank of mentors. That is a consent "
                "of its own, with its own term."
            )
        )
        rows.append(
            (
                Action(
                    t.label("Read about the long-term bank"),
                    ContinueTap(ContinueDo.CONSENT, kind=ConsentKind.LONG_TERM_BANK),
                ),
            )
        )
    return Letter("\n\n".join(lines), tuple(rows))


def _may_stay_in_bank(session: Session, cycle_id: int, next_cycle_id: int, person_id: int) -> bool:
    """A mentor of the closed year, where the programme knows this consent and it is not given yet."""
    was_mentor = session.scalar(
        select(Participation.id)
        .where(
            Participation.person_id == person_id,
            Participation.cycle_id == cycle_id,
            Participation.role == Role.MENTOR,
        )
        .limit(1)
    )
    if was_mentor is None:
        return False
    kind = ConsentKind.LONG_TERM_BANK
    offered = {use.id for use in pack_of(session, cycle_id=next_cycle_id).pack.consents}
    state = state_of(session, person_id=person_id, kind=kind)
    return kind.value in offered and state is not ConsentState.GIVEN
