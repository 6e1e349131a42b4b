"""Where a chat stands, and the updates it sent: what makes one update one effect (decision 3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.messages import Conversation, InboxStatus, InboxUpdate
from models.people import ChatAccount, Organization, Person
from services.errors import N_, DomainError

UTC_NAME = "UTC"


class UpdateAlreadyWorked(DomainError):
    text = N_("This has been done already.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chat stands: who it belongs to, what it is in the middle of, which message is its screen.

    `flow` is None when nothing is under way: then the person's next step or menu is the screen.
    """

    chat_id: int
    person_id: int | None
    organization_id: int | None
    timezone: str
    locale: str
    flow: str | None
    data: dict[str, Any]
    screen_message_id: int | None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def read_place(session: Session, chat_id: int) -> Place:
    found = session.execute(
        select(Conversation, Person.id, Person.organization_id, Organization.timezone, Person.locale)
        .select_from(Conversation)
        .outerjoin(ChatAccount, ChatAccount.chat_id == Conversation.chat_id)
        .outerjoin(Person, Person.id == ChatAccount.person_id)
        .outerjoin(Organization, Organization.id == Person.organization_id)
        .where(Conversation.chat_id == chat_id)
    ).one_or_none()
    if found is None:
        account = session.execute(
            select(Person.id, Person.organization_id, Organization.timezone, Person.locale)
            .join(ChatAccount, ChatAccount.person_id == Person.id)
            .join(Organization, Organization.id == Person.organization_id)
            .where(ChatAccount.chat_id == chat_id)
        ).one_or_none()
        person_id, organization_id, timezone, locale = account or (None, None, UTC_NAME, "ru")
        return Place(chat_id, person_id, organization_id, timezone, locale, None, {}, None)
    talk, person_id, organization_id, timezone, locale = found
    return Place(
        chat_id=chat_id,
        person_id=person_id,
        organization_id=organization_id,
        timezone=timezone or UTC_NAME,
        locale=locale or talk.locale,
        flow=talk.flow,
        data=dict(talk.data),
        screen_message_id=talk.screen_message_id,
    )


def keep_place(session: Session, chat_id: int, *, flow: str | None, data: dict[str, Any]) -> None:
    """Record what the chat is in the middle of; ids only, never what a person typed about somebody."""
    talk = session.get(Conversation, chat_id)
    if talk is None:
        session.add(Conversation(chat_id=chat_id, flow=flow, data=data))
    else:
        talk.flow, talk.data = flow, data


def take_update(session: Session, update_id: int, *, now: datetime) -> None:
    """Mark an update as worked, in the transaction that works it. Raises UpdateAlreadyWorked."""
    row = session.get(InboxUpdate, update_id, with_for_update=True)
    if row is None or row.status is not InboxStatus.WAITING:
        raise UpdateAlreadyWorked
    row.status, row.worked_at, row.payload = InboxStatus.WORKED, now, None


@dataclass(frozen=True, slots=True)
class Shown:
    """An update is answered; `screen_message_id` is the message that now holds the chat's screen."""

    update_id: int | None
    chat_id: int
    screen_message_id: int | None


def record_shown(session: Session, shown: list[Shown], *, now: datetime) -> None:
    """Close answered updates and remember the screens: many at once, not awaited by anybody's answer."""
    for one in shown:
        if one.update_id is not None:
            row = session.get(InboxUpdate, one.update_id)
            if row is not None and row.status in {InboxStatus.WAITING, InboxStatus.WORKED}:
                row.status, row.payload = InboxStatus.ANSWERED, None
                row.worked_at = row.worked_at or now
        if one.screen_message_id is not None:
            talk = session.get(Conversation, one.chat_id)
            if talk is None:
                session.add(
                    Conversation(chat_id=one.chat_id, data={}, screen_message_id=one.screen_message_id)
                )
            else:
                talk.screen_message_id = one.screen_message_id
