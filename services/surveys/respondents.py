"""Of whom a wave asks what: the people of a segment, and why somebody is left out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.pairs import MEETING, Pair, PairMember
from models.people import ChatAccount, Participation, ParticipationStatus, Person, Role
from models.programmes import Cycle
from models.surveys import UNSENT, SurveyRun, SurveyStatus
from services.consents.states import may_take_part
from services.programmes.packs import ResolvedPack
from services.programmes.regulations import Occasion
from services.programmes.running import pack_of
from services.programmes.surveys import Audience, Survey
from services.surveys.candidates import is_about_people

ABOUT_PAIRS: frozenset[Occasion] = frozenset({"indicators_before", "indicators_after"})
"""Asked about each pair apart: a mentor answers for each mentee (SV08)."""
RECENT = timedelta(days=30)
_IN_BANK = (ParticipationStatus.READY, ParticipationStatus.PAIRED)


class Who(StrEnum):
    ALL = "all"
    PAIRED = "paired"
    UNPAIRED = "unpaired"


class Reach(StrEnum):
    CHAT = "chat"  # hears of it in the chat
    NO_CHAT = "no_chat"  # a run is opened; a link or paper brings the answers
    NO_CONSENT = "no_consent"  # nothing is asked
    WAITING = "waiting"  # the same survey waits for them already
    NOBODY = "nobody"  # is to choose people, and there is nobody to choose from
    RECENT = "recent"  # answered the same within 30 days (short form of SV05)


ASKED = frozenset({Reach.CHAT, Reach.NO_CHAT})


@dataclass(frozen=True, slots=True)
class Segment:
    roles: tuple[Role, ...]
    who: Who = Who.ALL

    def to_plain(self) -> dict[str, object]:
        return {"roles": [role.value for role in self.roles], "who": self.who.value}

    @classmethod
    def from_plain(cls, plain: dict[str, object]) -> "Segment":
        roles = plain.get("roles")
        named = [str(one) for one in roles] if isinstance(roles, list) else []
        return cls(tuple(Role(one) for one in named), Who(str(plain.get("who", "all"))))


@dataclass(frozen=True, slots=True)
class Respondent:
    """`about` is the mentee whom a mentor answers about."""

    person_id: int
    name: str
    role: Role
    survey: Survey
    pair_id: int | None
    about_id: int | None
    about: str
    reach: Reach
    is_of_group: bool = False  # of one mentor's answers about several mentees of a pair


def audience_of(role: Role) -> Audience:
    return "mentee" if role is Role.MENTEE else "mentor"


def roles_asked(pack: ResolvedPack, occasion: Occasion) -> tuple[Role, ...]:
    """Sides that the programme asks on this occasion."""
    return tuple(role for role in Role if pack.survey_for(occasion, audience_of(role)) is not None)


def list_respondents(
    session: Session, *, cycle_id: int, occasion: Occasion, segment: Segment, now: datetime
) -> list[Respondent]:
    """Everybody of the segment, mentees first, by surname; those who will not be asked with the reason."""
    pack = pack_of(session, cycle_id=cycle_id)
    found: list[Respondent] = []
    for role in segment.roles:
        survey = pack.survey_for(occasion, audience_of(role))
        if survey is not None:
            found += _of_role(session, cycle_id, occasion, survey, role, segment.who, now)
    return found


def _of_role(
    session: Session,
    cycle_id: int,
    occasion: Occasion,
    survey: Survey,
    role: Role,
    who: Who,
    now: datetime,
) -> list[Respondent]:
    organization_id = session.scalar(select(Cycle.organization_id).where(Cycle.id == cycle_id)) or 0
    people = session.execute(
        select(Person, may_take_part(session, organization_id))
        .join(Participation, Participation.person_id == Person.id)
        .where(
            Participation.cycle_id == cycle_id,
            Participation.role == role,
            Participation.status.in_(_IN_BANK),
        )
        .order_by(Person.sort_key, Person.id)
    ).all()
    pairs = _pairs_of(session, cycle_id, role)
    in_chat = set(session.scalars(select(ChatAccount.person_id).where(ChatAccount.is_reachable)))
    waiting, recent = _asked_before(session, cycle_id, survey, now)
    others = _others(session, organization_id, cycle_id, role) if is_about_people(survey) else None
    found = []
    for person, has_agreed in people:
        own = pairs.get(person.id, [])
        if (who is Who.PAIRED and not own) or (who is Who.UNPAIRED and own):
            continue
        if not has_agreed:
            reach = Reach.NO_CONSENT
        elif others is not None and not others - {person.id}:
            reach = Reach.NOBODY
        elif person.id in recent and occasion == "satisfaction_short":
            reach = Reach.RECENT
        else:
            reach = Reach.CHAT if person.id in in_chat else Reach.NO_CHAT
        about = own if occasion in ABOUT_PAIRS else []
        pair_ids = {pair_id for pair_id, _other in own}
        alone: list[tuple[int | None, Person | None]] = [(own[0][0] if len(pair_ids) == 1 else None, None)]
        for pair_id, other in [*about] or alone:
            is_about = role is Role.MENTOR and other is not None
            asked = {(person.id, pair_id)} if about else {one for one in waiting if one[0] == person.id}
            is_waiting = reach in ASKED and not waiting.isdisjoint(asked)
            found.append(
                Respondent(
                    person_id=person.id,
                    name=person.full_name,
                    role=role,
                    survey=survey,
                    pair_id=pair_id,
                    about_id=other.id if is_about and other else None,
                    about=other.full_name if is_about and other else "",
                    reach=Reach.WAITING if is_waiting else reach,
                    is_of_group=sum(one == pair_id for one, _other in own) > 1,
                )
            )
    return found


def _others(session: Session, organization_id: int, cycle_id: int, role: Role) -> set[int]:
    """The other side of the bank, as far as it may be named."""
    people = session.scalars(
        select(Participation.person_id)
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.cycle_id == cycle_id,
            Participation.role != role,
            Participation.status.in_(_IN_BANK),
            may_take_part(session, organization_id),
        )
    )
    return set(people)


def _pairs_of(
    session: Session, cycle_id: int, role: Role
) -> dict[int, list[tuple[int | None, Person | None]]]:
    """Pairs at work of each person of this role, with the other side."""
    other = Role.MENTOR if role is Role.MENTEE else Role.MENTEE
    own, theirs = PairMember.__table__.alias("own"), PairMember.__table__.alias("theirs")
    rows = session.execute(
        select(own.c.person_id, Pair.id, Person)
        .join(Pair, Pair.id == own.c.pair_id)
        .join(theirs, theirs.c.pair_id == Pair.id)
        .join(Person, Person.id == theirs.c.person_id)
        .where(
            Pair.cycle_id == cycle_id,
            Pair.status.in_(MEETING),
            own.c.role == role,
            theirs.c.role == other,
            *(one.c.left_at.is_(None) & one.c.awaited_until.is_(None) for one in (own, theirs)),
        )
        .order_by(Pair.id)
    )
    found: dict[int, list[tuple[int | None, Person | None]]] = {}
    for person_id, pair_id, person in rows:
        found.setdefault(person_id, []).append((pair_id, person))
    return found


def _asked_before(
    session: Session, cycle_id: int, survey: Survey, now: datetime
) -> tuple[set[tuple[int | None, int | None]], set[int | None]]:
    """Who has this very survey open (and for which pair), and who sent one of the same code lately."""
    same_code = [one.id for one in pack_of(session, cycle_id=cycle_id).surveys if one.code == survey.code]
    waiting = session.execute(
        select(SurveyRun.person_id, SurveyRun.pair_id).where(
            SurveyRun.cycle_id == cycle_id,
            SurveyRun.survey_id == survey.id,
            SurveyRun.status.in_(UNSENT),
        )
    )
    recent = session.scalars(
        select(SurveyRun.person_id).where(
            SurveyRun.cycle_id == cycle_id,
            SurveyRun.survey_id.in_(same_code),
            SurveyRun.status == SurveyStatus.SENT,
            SurveyRun.sent_at > now - RECENT,
        )
    )
    return {(one.person_id, one.pair_id) for one in waiting}, set(recent)


def has_run_in(session: Session, wave_id: int, person_id: int, pair_id: int | None) -> bool:
    return bool(
        session.scalar(
            select(
                exists().where(
                    SurveyRun.wave_id == wave_id,
                    SurveyRun.person_id == person_id,
                    SurveyRun.pair_id.is_(None) if pair_id is None else SurveyRun.pair_id == pair_id,
                )
            )
        )
    )
