"""Facts that show what was done: a rule for each key of evidence, with the day of each fact."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from models.approvals import ApprovalKind
from models.audit import Action, AuditEntry
from models.events import TRAININGS, Event, EventGuest, EventKind, EventStatus
from models.meetings import Meeting, MeetingKind, MeetingStatus
from models.outreach import Memo, Partner, Publication, PublicationKind
from models.pairs import AGREED, UNDER_ORDER, Pair, PairMember, PairStatus, is_in_pair
from models.people import Participation, ParticipationStatus, Role
from models.person_notes import Consultation
from models.personal_programmes import PersonalProgramme, SupportPlan
from models.programmes import Cycle
from models.surveys import SurveyRun, SurveyStatus, SurveyWave
from services.consents.states import ConsentState, read_days_given, read_states
from services.organizations.days import day_of, zone_of
from services.programmes.packs import ResolvedPack
from services.programmes.regulations import Occasion
from services.programmes.roadmaps import Evidence
from services.programmes.running import pack_of
from services.roadmap.approvals import read_approval

FEWEST_PRESENT = 2  # with fewer people no round table took place


@dataclass(frozen=True, slots=True)
class Counted:
    """What a rule counted: the day of each fact, by the number of whom or what it is about. `need` None: one
    is enough.
    """

    days: Mapping[int, date]
    need: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The programme whose data are counted."""

    organization_id: int
    cycle_id: int
    pack: ResolvedPack
    zone: ZoneInfo
    first: date
    last: date

    def day(self, moment: datetime) -> date:
        return day_of(moment, self.zone)


Rule = Callable[[Session, Scope], Counted]


def scope_of(session: Session, *, organization_id: int, cycle_id: int) -> Scope:
    """Raises NotFound where no programme runs."""
    cycle = session.get_one(Cycle, cycle_id)
    pack = pack_of(session, cycle_id=cycle_id)
    zone = zone_of(session, organization_id)
    return Scope(organization_id, cycle_id, pack, zone, cycle.starts_on, cycle.ends_on)


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


def _days(session: Session, scope: Scope, query: Select[int | None, datetime | None]) -> dict[int, date]:
    """The first day of each number of a query of numbers and moments."""
    found: dict[int, date] = {}
    for number, moment in session.execute(query):
        if number is not None and moment is not None:
            day = scope.day(moment)
            found[number] = min(day, found.get(number, day))
    return found


def _of(days: Mapping[int, date], people: Collection[int]) -> dict[int, date]:
    return {one: day for one, day in days.items() if one in people}


def _consents(role: Role) -> Rule:
    def count(session: Session, scope: Scope) -> Counted:
        people = _people(session, scope, role)
        states = read_states(session, organization_id=scope.organization_id)
        given = {one for one in people if states.get(one) is ConsentState.GIVEN}
        days = read_days_given(session, given)
        return Counted({one: scope.day(moment) for one, moment in days.items()}, len(people))

    return count


def _interviewed(session: Session, scope: Scope) -> Counted:
    """Mentors about whom a sheet of the interview was sent (SV11), of all mentors."""
    mentors = _people(session, scope, Role.MENTOR)
    about = select(SurveyRun.about_person_id, SurveyRun.sent_at).where(
        SurveyRun.organization_id == scope.organization_id,
        SurveyRun.cycle_id == scope.cycle_id,
        SurveyRun.survey_id.in_(scope.pack.surveys_on("mentor_interview")),
        SurveyRun.status == SurveyStatus.SENT,
    )
    return Counted(_of(_days(session, scope, about), mentors), len(mentors))


def _appointed(session: Session, scope: Scope) -> Counted:
    """The head's approval that covers all mentors and names its order (E13)."""
    found = read_approval(
        session,
        organization_id=scope.organization_id,
        cycle_id=scope.cycle_id,
        kind=ApprovalKind.MENTORS,
    )
    is_whole = found.is_whole and found.document and found.approved_at is not None
    return Counted({0: scope.day(found.approved_at)} if is_whole and found.approved_at else {})


def _bank(role: Role) -> Rule:
    """Who is in the bank, of all who took the role."""

    def count(session: Session, scope: Scope) -> Counted:
        in_bank = (ParticipationStatus.READY, ParticipationStatus.PAIRED)
        people = _people(session, scope, role, Participation.status.in_(in_bank))
        entered = select(
            Participation.person_id, func.coalesce(Participation.ready_at, Participation.joined_at)
        ).where(Participation.cycle_id == scope.cycle_id, Participation.role == role)
        return Counted(_of(_days(session, scope, entered), people), len(_people(session, scope, role)))

    return count


def _surveyed(role: Role) -> Rule:
    """Those who sent the questionnaire of their role, of all who took the role."""

    def count(session: Session, scope: Scope) -> Counted:
        survey = scope.pack.survey_for("mentee_intake" if role is Role.MENTEE else "mentor_intake")
        people = _people(session, scope, role)
        sent = _sent(session, scope, (survey.id,) if survey else ())
        return Counted(_of(sent, people), len(people))

    return count


def _bank_of_mentees(session: Session, scope: Scope) -> set[int]:
    in_bank = (ParticipationStatus.READY, ParticipationStatus.PAIRED)
    return _people(session, scope, Role.MENTEE, Participation.status.in_(in_bank))


def _in_pairs(session: Session, scope: Scope) -> dict[int, date]:
    agreed = (
        select(PairMember.person_id, func.coalesce(Pair.accepted_at, Pair.proposed_at))
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(
            Pair.cycle_id == scope.cycle_id,
            Pair.status.in_(AGREED),
            PairMember.role == Role.MENTEE,
            is_in_pair(),
        )
    )
    return _days(session, scope, agreed)


def _paired(session: Session, scope: Scope) -> Counted:
    """Mentees in an agreed pair, of all in the bank."""
    bank = _bank_of_mentees(session, scope)
    return Counted(_of(_in_pairs(session, scope), bank), len(bank))


def _paired_or_supported(session: Session, scope: Scope) -> Counted:
    """Mentees of the bank who are in an agreed pair, who were shown a plan of support, or whom the
    psychologist saw in this school year.
    """
    bank = _bank_of_mentees(session, scope)
    seen = session.execute(
        select(Consultation.person_id, func.min(Consultation.held_on))
        .where(
            Consultation.organization_id == scope.organization_id,
            Consultation.held_on.between(scope.first, scope.last),
        )
        .group_by(Consultation.person_id)
    )
    supported = {person_id: day for person_id, day in seen if person_id is not None and day is not None}
    plans = select(SupportPlan.person_id, SupportPlan.shared_at).where(
        SupportPlan.cycle_id == scope.cycle_id, SupportPlan.shared_at.is_not(None)
    )
    for person_id, day in _days(session, scope, plans).items():
        supported[person_id] = min(supported.get(person_id, day), day)
    return Counted(_of({**supported, **_in_pairs(session, scope)}, bank), len(bank))


# --- pairs and meetings ---------------------------------------------------------------------------------


def _count_pairs(session: Session, scope: Scope, states: Collection[PairStatus]) -> int:
    found = session.scalar(
        select(func.count(Pair.id)).where(Pair.cycle_id == scope.cycle_id, Pair.status.in_(states))
    )
    return found or 0


def _ordered(session: Session, scope: Scope) -> Counted:
    """Pairs under an order, by the day on which it was registered, of all agreed pairs."""
    registered = (
        select(Pair.id, func.coalesce(func.max(AuditEntry.at), func.max(Pair.accepted_at)))
        .outerjoin(
            AuditEntry,
            (AuditEntry.subject_kind == Pair.audited_as)
            & (AuditEntry.subject_id == Pair.id)
            & (AuditEntry.action == Action.PAIR_ORDERED),
        )
        .where(Pair.cycle_id == scope.cycle_id, Pair.status.in_(UNDER_ORDER))
        .group_by(Pair.id)
    )
    return Counted(_days(session, scope, registered), _count_pairs(session, scope, AGREED))


def _programmed(session: Session, scope: Scope) -> Counted:
    """Personalised programmes that the curator has approved, by that day, of all agreed pairs (DC16)."""
    approved = (
        select(PersonalProgramme.pair_id, PersonalProgramme.approved_at)
        .join(Pair, Pair.id == PersonalProgramme.pair_id)
        .where(
            PersonalProgramme.cycle_id == scope.cycle_id,
            PersonalProgramme.approved_at.is_not(None),
            Pair.status.in_(AGREED),
        )
    )
    return Counted(_days(session, scope, approved), _count_pairs(session, scope, AGREED))


def _met(*kinds: MeetingKind) -> Rule:
    """Pairs that held a meeting of the kind, of all agreed pairs."""

    def count(session: Session, scope: Scope) -> Counted:
        held = (
            select(Meeting.pair_id, Meeting.starts_at)
            .join(Pair, Pair.id == Meeting.pair_id)
            .where(
                Meeting.cycle_id == scope.cycle_id,
                Meeting.kind.in_(kinds),
                Meeting.status == MeetingStatus.HELD,
                Pair.status.in_(AGREED),
            )
        )
        return Counted(_days(session, scope, held), _count_pairs(session, scope, AGREED))

    return count


# --- surveys --------------------------------------------------------------------------------------------


def _sent(session: Session, scope: Scope, surveys: Collection[str], *occasions: str) -> dict[int, date]:
    """When each person sent a sheet of these surveys; of waves of these occasions, where some are named."""
    sheets = select(SurveyRun.person_id, SurveyRun.sent_at).where(
        SurveyRun.organization_id == scope.organization_id,
        SurveyRun.cycle_id == scope.cycle_id,
        SurveyRun.survey_id.in_(surveys),
        SurveyRun.status == SurveyStatus.SENT,
    )
    if occasions:
        waves = select(SurveyWave.id).where(SurveyWave.occasion.in_(occasions))
        sheets = sheets.where(SurveyRun.wave_id.in_(waves))
    return _days(session, scope, sheets)


def _asked(occasion: Occasion) -> Rule:
    """Participants who answered a survey that is asked on one occasion only."""

    def count(session: Session, scope: Scope) -> Counted:
        people = _people(session, scope, Role.MENTEE) | _people(session, scope, Role.MENTOR)
        sent = _sent(session, scope, scope.pack.surveys_on(occasion))
        return Counted(_of(sent, people), len(people))

    return count


def _measured(*occasions: Occasion) -> Rule:
    """Participants who answered on each of these occasions: one survey is asked before and after (A38)."""

    def count(session: Session, scope: Scope) -> Counted:
        people = _people(session, scope, Role.MENTEE) | _people(session, scope, Role.MENTOR)
        times = [_sent(session, scope, scope.pack.surveys_on(one), one) for one in occasions]
        both = people.intersection(*times)
        return Counted({one: max(sent[one] for sent in times) for one in both}, len(people))

    return count


def _feedback(session: Session, scope: Scope) -> Counted:
    """Sheets sent after meetings, of those that were asked for."""
    runs = (
        select(SurveyRun.id, SurveyRun.sent_at)
        .where(SurveyRun.organization_id == scope.organization_id, SurveyRun.cycle_id == scope.cycle_id)
        .where(SurveyRun.survey_id.in_(scope.pack.surveys_on("post_meeting")))
    )
    asked = session.scalar(select(func.count()).select_from(runs.subquery())) or 0
    return Counted(_days(session, scope, runs.where(SurveyRun.status == SurveyStatus.SENT)), asked)


def _quality(session: Session, scope: Scope) -> Counted:
    """Finished sheets of the nine criteria (SV07)."""
    sheets = select(SurveyRun.id, SurveyRun.sent_at).where(
        SurveyRun.organization_id == scope.organization_id,
        SurveyRun.cycle_id == scope.cycle_id,
        SurveyRun.survey_id == scope.pack.pack.scoring.survey,
        SurveyRun.status == SurveyStatus.SENT,
    )
    return Counted(_days(session, scope, sheets))


# --- events and records ---------------------------------------------------------------------------------


def _held(*kinds: EventKind, present: int = FEWEST_PRESENT, has_minutes: bool = False) -> Rule:
    """Events that took place with at least so many present, or with minutes that say what was decided."""

    def count(session: Session, scope: Scope) -> Counted:
        came = (
            select(func.count(EventGuest.id))
            .where(EventGuest.event_id == Event.id, EventGuest.attended_at.is_not(None))
            .correlate(Event)
            .scalar_subquery()
        )
        decided = Event.decisions != ""
        query = select(Event.id, Event.starts_at).where(
            Event.cycle_id == scope.cycle_id,
            Event.kind.in_(kinds),
            Event.status == EventStatus.HELD,
            came >= present,
        )
        return Counted(_days(session, scope, query.where(decided) if has_minutes else query))

    return count


def _trained(session: Session, scope: Scope) -> Counted:
    """Mentors who came to a training, of all mentors."""
    mentors = _people(session, scope, Role.MENTOR)
    came = (
        select(EventGuest.person_id, Event.starts_at)
        .join(Event, Event.id == EventGuest.event_id)
        .where(
            Event.cycle_id == scope.cycle_id,
            Event.kind.in_(TRAININGS),
            Event.status == EventStatus.HELD,
            EventGuest.attended_at.is_not(None),
        )
    )
    return Counted(_of(_days(session, scope, came), mentors), len(mentors))


def _invited(session: Session, scope: Scope) -> Counted:
    """Participants who are invited to the final event, of all (C33)."""
    people = _people(session, scope, Role.MENTEE) | _people(session, scope, Role.MENTOR)
    invited = (
        select(EventGuest.person_id, EventGuest.invited_at)
        .join(Event, Event.id == EventGuest.event_id)
        .where(
            Event.cycle_id == scope.cycle_id,
            Event.kind.in_((EventKind.FINAL, EventKind.GROUP_FINAL)),
            Event.status != EventStatus.CANCELLED,
        )
    )
    return Counted(_of(_days(session, scope, invited), people), len(people))


def _published(*kinds: PublicationKind) -> Rule:
    def count(session: Session, scope: Scope) -> Counted:
        query = select(Publication.id, Publication.published_on).where(Publication.cycle_id == scope.cycle_id)
        if kinds:
            query = query.where(Publication.kind.in_(kinds))
        return Counted({number: day for number, day in session.execute(query)})  # noqa: C416  # rows

    return count


def _memos(session: Session, scope: Scope) -> Counted:
    """Audiences that were sent a memo, of the two (E40, E41)."""
    sent = session.execute(
        select(Memo.audience, func.min(Memo.sent_at))
        .where(Memo.cycle_id == scope.cycle_id, Memo.sent_at.is_not(None))
        .group_by(Memo.audience)
    )
    days = {list(Role).index(audience): scope.day(moment) for audience, moment in sent if moment is not None}
    return Counted(days, len(Role))


def _partners(session: Session, scope: Scope) -> Counted:
    found = session.execute(select(Partner.id, Partner.since).where(Partner.cycle_id == scope.cycle_id))
    return Counted({number: day for number, day in found})  # noqa: C416  # rows


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
    "programs_written": _programmed,
    "pairs_ordered": _ordered,
    "intro_meetings": _met(MeetingKind.INTRO),
    "trial_meetings": _met(MeetingKind.TRIAL),
    "planning_meetings": _met(MeetingKind.PLANNING),
    "regular_meetings": _met(MeetingKind.REGULAR),
    "final_meetings": _met(MeetingKind.FINAL),
    "feedback_given": _feedback,
    "quality_assessed": _quality,
    "satisfaction_asked": _measured("satisfaction_final"),
    "indicators_before": _measured("indicators_before"),
    "indicators_after": _measured("indicators_before", "indicators_after"),
    "training_held": _trained,
    "round_table_held": _held(EventKind.ROUND_TABLE),
    "council_held": _held(EventKind.COUNCIL),
    "minutes_kept": _held(EventKind.ROUND_TABLE, EventKind.COUNCIL, has_minutes=True),
    "final_event_held": _held(EventKind.FINAL),
    "group_final_held": _held(EventKind.GROUP_FINAL),
    "themed_events": _held(EventKind.THEMED, present=1),
    "invitations_sent": _invited,
    "best_practices": _published(PublicationKind.CASE, PublicationKind.METHOD),
    "publications": _published(),
    "results_published": _published(PublicationKind.RESULTS, PublicationKind.CASE, PublicationKind.METHOD),
    "memos_sent": _memos,
    "partners_found": _partners,
}
