"""What data can prove: the closed list of rules that a pack's rows choose from by key.

A rule counts what there is against what there should be. It proves nothing while there is nobody to count:
a school without mentees has not collected their consents.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.approvals import ApprovalKind
from models.events import TRAININGS, Event, EventGuest, EventKind, EventStatus
from models.meetings import Meeting, MeetingKind, MeetingStatus
from models.outreach import Memo, Partner, Publication, PublicationKind
from models.pairs import AGREED, UNDER_ORDER, Pair, PairMember, PairStatus
from models.people import Participation, ParticipationStatus, Role
from models.person_notes import Consultation
from models.programmes import Cycle
from models.surveys import SurveyRun, SurveyStatus
from services.access.errors import NotFound
from services.consents.states import ConsentState, read_states
from services.programmes.packs import ResolvedPack
from services.programmes.regulations import Occasion
from services.programmes.roadmaps import Evidence
from services.programmes.running import pack_of
from services.roadmap.approvals import read_approval


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule counted. `need` None: one is enough."""

    rule: Evidence
    have: int
    need: int | None = None

    @property
    def is_proven(self) -> bool:
        return self.have >= (1 if self.need is None else max(self.need, 1))


@dataclass(frozen=True, slots=True)
class Scope:
    """The programme whose data are counted."""

    organization_id: int
    cycle_id: int
    pack: ResolvedPack


Rule = Callable[[Session, Scope], tuple[int, int | None]]


def read_evidence(session: Session, *, organization_id: int, cycle_id: int) -> dict[Evidence, Found]:
    """All rules that the programme's rows name and that can be counted now. A key that is missing here has
    no rule yet: its row is ticked by hand.
    """
    try:
        scope = Scope(organization_id, cycle_id, pack_of(session, cycle_id=cycle_id))
    except NotFound:
        return {}
    named = {key for row in scope.pack.pack.rows() for key in row.evidence}
    return {key: Found(key, *RULES[key](session, scope)) for key in sorted(named & RULES.keys())}


def is_proven(keys: tuple[Evidence, ...], found: Mapping[Evidence, Found]) -> bool:
    """Whether everything that a row names is there; a row that names nothing is never proven by data."""
    return bool(keys) and all(key in found and found[key].is_proven for key in keys)


# --- people ---------------------------------------------------------------------------------------------


def _people(session: Session, scope: Scope, role: Role, *conditions: ColumnElement[bool]) -> set[int]:
    return set(
        session.scalars(
            select(Participation.person_id).where(
                Participation.cycle_id == scope.cycle_id,
                Participation.role == role,
                Participation.status != ParticipationStatus.LEFT,
                *conditions,
            )
        )
    )


def _consents(role: Role) -> Rule:
    def count(session: Session, scope: Scope) -> tuple[int, int]:
        people = _people(session, scope, role)
        states = read_states(session, organization_id=scope.organization_id)
        return sum(states.get(one) is ConsentState.GIVEN for one in people), len(people)

    return count


def _interviewed(session: Session, scope: Scope) -> tuple[int, int]:
    """Mentors about whom a sheet of the interview was sent (SV11), of all mentors."""
    mentors = _people(session, scope, Role.MENTOR)
    about = session.scalars(
        select(SurveyRun.about_person_id).where(
            SurveyRun.organization_id == scope.organization_id,
            SurveyRun.cycle_id == scope.cycle_id,
            SurveyRun.survey_id.in_(scope.pack.surveys_on("mentor_interview")),
            SurveyRun.status == SurveyStatus.SENT,
        )
    )
    return len(mentors & set(about)), len(mentors)


def _appointed(session: Session, scope: Scope) -> tuple[int, None]:
    """The head's approval that covers all mentors and names its order (E13)."""
    found = read_approval(
        session,
        organization_id=scope.organization_id,
        cycle_id=scope.cycle_id,
        kind=ApprovalKind.MENTORS,
    )
    return int(found.is_whole and bool(found.document)), None


def _bank(role: Role) -> Rule:
    def count(session: Session, scope: Scope) -> tuple[int, None]:
        in_bank = (ParticipationStatus.READY, ParticipationStatus.PAIRED)
        return len(_people(session, scope, role, Participation.status.in_(in_bank))), None

    return count


def _surveyed(role: Role) -> Rule:
    """Those who sent the questionnaire of their role, of all who took the role."""

    def count(session: Session, scope: Scope) -> tuple[int, int]:
        survey = scope.pack.survey_for("mentee_intake" if role is Role.MENTEE else "mentor_intake")
        people = _people(session, scope, role)
        return len(people & _sent(session, scope, (survey.id,) if survey else ()).keys()), len(people)

    return count


def _bank_of_mentees(session: Session, scope: Scope) -> set[int]:
    in_bank = (ParticipationStatus.READY, ParticipationStatus.PAIRED)
    return _people(session, scope, Role.MENTEE, Participation.status.in_(in_bank))


def _in_pairs(session: Session, scope: Scope) -> set[int]:
    return set(
        session.scalars(
            select(PairMember.person_id)
            .join(Pair)
            .where(Pair.cycle_id == scope.cycle_id, Pair.status.in_(AGREED), PairMember.role == Role.MENTEE)
        )
    )


def _paired(session: Session, scope: Scope) -> tuple[int, int]:
    """Mentees in an agreed pair, of all in the bank."""
    bank = _bank_of_mentees(session, scope)
    return len(bank & _in_pairs(session, scope)), len(bank)


def _paired_or_supported(session: Session, scope: Scope) -> tuple[int, int]:
    """Mentees of the bank who are in an agreed pair, or whom the psychologist saw in this school year."""
    bank = _bank_of_mentees(session, scope)
    cycle = session.get_one(Cycle, scope.cycle_id)
    seen = session.scalars(
        select(Consultation.person_id).where(
            Consultation.organization_id == scope.organization_id,
            Consultation.held_on.between(cycle.starts_on, cycle.ends_on),
        )
    )
    return len(bank & (_in_pairs(session, scope) | set(seen))), len(bank)


# --- pairs and meetings ---------------------------------------------------------------------------------


def _count_pairs(session: Session, scope: Scope, states: Collection[PairStatus]) -> int:
    found = session.scalar(
        select(func.count(Pair.id)).where(Pair.cycle_id == scope.cycle_id, Pair.status.in_(states))
    )
    return found or 0


def _ordered(session: Session, scope: Scope) -> tuple[int, int]:
    return _count_pairs(session, scope, UNDER_ORDER), _count_pairs(session, scope, AGREED)


def _met(*kinds: MeetingKind) -> Rule:
    """Pairs that held a meeting of the kind, of all agreed pairs."""

    def count(session: Session, scope: Scope) -> tuple[int, int]:
        have = session.scalar(
            select(func.count(func.distinct(Meeting.pair_id)))
            .join(Pair, Pair.id == Meeting.pair_id)
            .where(
                Meeting.cycle_id == scope.cycle_id,
                Meeting.kind.in_(kinds),
                Meeting.status == MeetingStatus.HELD,
                Pair.status.in_(AGREED),
            )
        )
        return have or 0, _count_pairs(session, scope, AGREED)

    return count


# --- surveys --------------------------------------------------------------------------------------------


def _sent(session: Session, scope: Scope, surveys: Collection[str]) -> dict[int, int]:
    """How many sheets of these surveys each person has sent."""
    rows = session.execute(
        select(SurveyRun.person_id, func.count(SurveyRun.id))
        .where(
            SurveyRun.organization_id == scope.organization_id,
            SurveyRun.cycle_id == scope.cycle_id,
            SurveyRun.survey_id.in_(surveys),
            SurveyRun.status == SurveyStatus.SENT,
            SurveyRun.person_id.is_not(None),
        )
        .group_by(SurveyRun.person_id)
    )
    return {person_id: count for person_id, count in rows if person_id is not None}


def _asked(*occasions: Occasion, times: int = 1) -> Rule:
    """Participants who answered at least so many times: a parameter is recorded twice (A38)."""

    def count(session: Session, scope: Scope) -> tuple[int, int]:
        sent = _sent(session, scope, scope.pack.surveys_on(*occasions))
        people = _people(session, scope, Role.MENTEE) | _people(session, scope, Role.MENTOR)
        return sum(sent.get(one, 0) >= times for one in people), len(people)

    return count


def _feedback(session: Session, scope: Scope) -> tuple[int, int]:
    """Sheets sent after meetings, of those that were asked for."""
    runs = (
        select(func.count(SurveyRun.id))
        .where(SurveyRun.organization_id == scope.organization_id, SurveyRun.cycle_id == scope.cycle_id)
        .where(SurveyRun.survey_id.in_(scope.pack.surveys_on("post_meeting")))
    )
    sent = session.scalar(runs.where(SurveyRun.status == SurveyStatus.SENT)) or 0
    return sent, session.scalar(runs) or 0


def _quality(session: Session, scope: Scope) -> tuple[int, None]:
    """Finished sheets of the nine criteria (SV07)."""
    found = session.scalar(
        select(func.count(SurveyRun.id)).where(
            SurveyRun.organization_id == scope.organization_id,
            SurveyRun.cycle_id == scope.cycle_id,
            SurveyRun.survey_id == scope.pack.pack.scoring.survey,
            SurveyRun.status == SurveyStatus.SENT,
        )
    )
    return found or 0, None


# --- events and records ---------------------------------------------------------------------------------


def _held(*kinds: EventKind, has_minutes: bool = False) -> Rule:
    def count(session: Session, scope: Scope) -> tuple[int, None]:
        query = select(func.count(Event.id)).where(
            Event.cycle_id == scope.cycle_id, Event.kind.in_(kinds), Event.status == EventStatus.HELD
        )
        if has_minutes:
            query = query.where(Event.decisions != "")
        return session.scalar(query) or 0, None

    return count


def _invited(session: Session, scope: Scope) -> tuple[int, None]:
    """People invited to the final event (C33)."""
    found = session.scalar(
        select(func.count(EventGuest.id))
        .join(Event, Event.id == EventGuest.event_id)
        .where(
            Event.cycle_id == scope.cycle_id,
            Event.kind.in_((EventKind.FINAL, EventKind.GROUP_FINAL)),
            EventGuest.invited_at.is_not(None),
        )
    )
    return found or 0, None


def _published(*kinds: PublicationKind) -> Rule:
    def count(session: Session, scope: Scope) -> tuple[int, None]:
        query = select(func.count(Publication.id)).where(Publication.cycle_id == scope.cycle_id)
        if kinds:
            query = query.where(Publication.kind.in_(kinds))
        return session.scalar(query) or 0, None

    return count


def _memos(session: Session, scope: Scope) -> tuple[int, int]:
    """Audiences that were sent a memo, of the two (E40, E41)."""
    found = session.scalar(
        select(func.count(func.distinct(Memo.audience))).where(
            Memo.cycle_id == scope.cycle_id, Memo.sent_at.is_not(None)
        )
    )
    return found or 0, len(Role)


def _partners(session: Session, scope: Scope) -> tuple[int, None]:
    found = session.scalar(select(func.count(Partner.id)).where(Partner.cycle_id == scope.cycle_id))
    return found or 0, None


RULES: Mapping[Evidence, Rule] = {
    "requests_collected": _surveyed(Role.MENTEE),
    "request_list": _surveyed(Role.MENTEE),
    "mentors_surveyed": _surveyed(Role.MENTOR),
    "interviews_held": _interviewed,
    "mentors_ordered": _appointed,
    "preferences_asked": _asked("mutual_preference"),
    "mentee_consents": _consents(Role.MENTEE),
    "mentor_consents": _consents(Role.MENTOR),
    "mentee_bank": _bank(Role.MENTEE),
    "mentor_bank": _bank(Role.MENTOR),
    "pairs_formed": _paired,
    "unpaired_supported": _paired_or_supported,
    "pairs_ordered": _ordered,
    "intro_meetings": _met(MeetingKind.INTRO),
    "trial_meetings": _met(MeetingKind.TRIAL),
    "planning_meetings": _met(MeetingKind.PLANNING),
    "regular_meetings": _met(MeetingKind.REGULAR),
    "final_meetings": _met(MeetingKind.FINAL),
    "feedback_given": _feedback,
    "quality_assessed": _quality,
    "satisfaction_asked": _asked("satisfaction_final"),
    "indicators_before": _asked("indicators_before"),
    "indicators_after": _asked("indicators_after", times=2),
    "training_held": _held(*TRAININGS),
    "round_table_held": _held(EventKind.ROUND_TABLE),
    "council_held": _held(EventKind.COUNCIL),
    "minutes_kept": _held(EventKind.ROUND_TABLE, EventKind.COUNCIL, has_minutes=True),
    "final_event_held": _held(EventKind.FINAL),
    "group_final_held": _held(EventKind.GROUP_FINAL),
    "themed_events": _held(EventKind.THEMED),
    "invitations_sent": _invited,
    "best_practices": _published(PublicationKind.CASE, PublicationKind.METHOD),
    "publications": _published(),
    "memos_sent": _memos,
    "partners_found": _partners,
}
