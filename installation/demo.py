"""The sandbox's first programme: an invented school where everything else is left to whoever tries it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import ChatAccount, Invitation, OrganizationKind, Person
from services.access.actors import Channel, system
from services.accounts.directory import ensure_demo_curator
from services.joining.entering import create_invitation
from services.organizations.days import day_of
from services.organizations.register import OrganizationFacts, add_organization, list_organizations
from services.people.cards import add_person
from services.programmes.packs import ResolvedPack
from services.programmes.running import create_programme

DEMO_LOGIN = "demo"
DEMO_SCHOOL = "Школа «Родник»"
DEMO_ADDRESS = "г. Приозёрск, ул. Садовая, 1"
DEMO_INN = "0000000000"  # no tax office gives such a number
CURATOR = "Ирина Викторовна Лугова"
FRESH = timedelta(days=1)  # an invitation that ends sooner is drawn anew

Part = Literal["mentee", "mentor", "curator"]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Someone of the sandbox's chat page; `start_payload` is what their invitation link carries."""

    key: str
    part: Part
    first_name: str
    last_name: str
    start_payload: str | None


TEACHERS: tuple[tuple[str, Part, str, str, str, str], ...] = (
    ("mentee", "mentee", "Соколова", "Анна", "Игоревна", "учитель математики"),
    ("mentor_1", "mentor", "Орлов", "Пётр", "Андреевич", "учитель математики"),
    ("mentor_2", "mentor", "Белова", "Марина", "Сергеевна", "учитель физики"),
)
"""Key, part, names and position. Their roles are their own choice, in the chat."""


def prepare_demo(
    session: Session, *, pack: ResolvedPack, password: str, timezone: str, now: datetime
) -> list[DemoPerson]:
    """Make what is missing of the demo programme; on a later start everything is as it was left."""
    organization = _find_school(session) or _open_school(session, pack, timezone, now)
    ensure_demo_curator(
        session,
        password,
        organization_id=organization.id,
        login=DEMO_LOGIN,
        name=CURATOR,
        now=now,
    )
    people = []
    for key, part, family_name, given_name, _patronymic, _position in TEACHERS:
        person_id = session.scalars(
            select(Person.id).where(
                Person.organization_id == organization.id,
                Person.family_name == family_name,
                Person.given_name == given_name,
            )
        ).first()
        payload = f"inv_{_invite(session, person_id, now)}" if person_id else None
        people.append(DemoPerson(key, part, given_name, family_name, payload))
    first_name, _, last_name = CURATOR.split()
    people.append(DemoPerson("curator", "curator", first_name, last_name, None))
    return people


def _find_school(session: Session) -> OrganizationFacts | None:
    return next((found for found in list_organizations(session) if found.name == DEMO_SCHOOL), None)


def _open_school(session: Session, pack: ResolvedPack, timezone: str, now: datetime) -> OrganizationFacts:
    actor = system(Channel.COMMAND_LINE)
    organization = add_organization(
        session,
        actor=actor,
        name=DEMO_SCHOOL,
        kind=OrganizationKind.SCHOOL,
        address=DEMO_ADDRESS,
        inn=DEMO_INN,
        timezone=timezone,
        now=now,
    )
    today = day_of(now, timezone)
    create_programme(session, actor=actor, organization_id=organization.id, pack=pack, today=today, now=now)
    for _key, _part, family_name, given_name, patronymic, position in TEACHERS:
        add_person(
            session,
            actor=actor,
            organization_id=organization.id,
            family_name=family_name,
            given_name=given_name,
            patronymic=patronymic,
            position=position,
            now=now,
        )
    return organization


def _invite(session: Session, person_id: int, now: datetime) -> str:
    """The token of the person's link: the one in use, the one still good, or a new one."""
    known = session.scalars(
        select(Invitation).where(Invitation.person_id == person_id).order_by(Invitation.id.desc())
    ).first()
    is_linked = session.scalars(select(ChatAccount.chat_id).where(ChatAccount.person_id == person_id)).first()
    if known is not None and (is_linked or (known.revoked_at is None and known.expires_at > now + FRESH)):
        return known.token
    return create_invitation(session, actor=system(Channel.COMMAND_LINE), person_id=person_id, now=now).token
