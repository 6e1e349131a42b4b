"""Where a chat stands, and the updates it sent: what makes one update one effect (decision 3)."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Insert, Row, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.base import UtcDateTime
from models.messages import Conversation, InboxStatus, InboxUpdate
from models.people import ChatAccount, Organization, Person
from models.privacy import ChatMessage
from services.access.actors import Actor, person_in_chat
from services.access.errors import N_, DomainError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

UTC_NAME, DEFAULT_LOCALE = "UTC", "ru"
SEEN_EVERY = timedelta(hours=1)  # a row of a person is written at most this often for being seen

T = TypeVar("T", bound="DataclassInstance")


class UpdateAlreadyWorked(DomainError):
    text = N_("This has been done already.")


@dataclass(frozen=True, slots=True)
class ChatState:
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
    served_by: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def load(self, kind: type[T]) -> T:
        """`data` as a dataclass whose fields all have defaults. Keys of another version are left out: a
        screen must never fail on what was kept before an upgrade.
        """
        known = {field.name for field in fields(kind)}
        found = {name: value for name, value in self.data.items() if name in known}
        # JSON knows no tuples
        return kind(**{name: tuple(one) if isinstance(one, list) else one for name, one in found.items()})


@dataclass(frozen=True, slots=True)
class Participant(ChatState):
    """The state of a chat that belongs to a person of an organisation."""

    person_id: int
    organization_id: int

    @property
    def actor(self) -> Actor:
        return person_in_chat(self.person_id, self.organization_id)


CHAT, CHAT_LOCALE, PERSON = "chat_id", "chat_locale", "person_id"  # columns, no words for the catalogues

CHAT_STATE_COLUMNS = (
    Conversation.flow,
    Conversation.data,
    Conversation.screen_message_id,
    Conversation.served_by,
    Conversation.locale.label(CHAT_LOCALE),
    Person.id.label(PERSON),
    Person.organization_id,
    Organization.timezone,
    Person.locale,
)
"""What `chat_state_of` makes a state of; all of it is null for a chat that nobody knows."""

# read for every update: built once, columns instead of objects
_ASKED = select(bindparam("chat_id", type_=BigInteger).label(CHAT)).subquery()
_CHAT_STATE = (
    select(*CHAT_STATE_COLUMNS)
    .select_from(_ASKED)
    .outerjoin(Conversation, Conversation.chat_id == _ASKED.c.chat_id)
    .outerjoin(ChatAccount, ChatAccount.chat_id == _ASKED.c.chat_id)
    .outerjoin(Person, Person.id == ChatAccount.person_id)
    .outerjoin(Organization, Organization.id == Person.organization_id)
)


def read_chat_state(session: Session, chat_id: int) -> ChatState:
    return chat_state_of(chat_id, session.execute(_CHAT_STATE, {"chat_id": chat_id}).one())


def chat_state_of(chat_id: int, row: Row[Any]) -> ChatState:
    """`row` has CHAT_STATE_COLUMNS."""
    kind = ChatState if row.person_id is None else Participant
    return kind(
        chat_id=chat_id,
        person_id=row.person_id,
        organization_id=row.organization_id,
        timezone=row.timezone or UTC_NAME,
        locale=row.locale or row.chat_locale or DEFAULT_LOCALE,
        flow=row.flow,
        data=dict(row.data or {}),
        screen_message_id=row.screen_message_id,
        served_by=row.served_by,
    )


def store_chat_state(session: Session, chat_id: int, *, flow: str | None, data: dict[str, Any]) -> None:
    """Record what the chat is in the middle of; ids only, never what a person typed about somebody."""
    talk = session.get(Conversation, chat_id)
    if talk is None:
        session.add(Conversation(chat_id=chat_id, flow=flow, data=data))
    else:
        talk.flow, talk.data = flow, data


def note_server(session: Session, chat_id: int, *, served_by: str) -> None:
    """Another process of the bot serves this chat from now on; a new chat gets its mark with its screen."""
    session.execute(update(Conversation).where(Conversation.chat_id == chat_id).values(served_by=served_by))


_TAKE = (
    update(InboxUpdate)
    .where(
        InboxUpdate.update_id == bindparam("taken"),
        InboxUpdate.status == InboxStatus.WAITING,
    )
    .values(status=InboxStatus.WORKED, worked_at=bindparam("moment"), payload=None)
)


def take_update(session: Session, update_id: int, *, now: datetime) -> None:
    """Mark an update as worked, in the transaction that works it. Raises UpdateAlreadyWorked."""
    taken = session.connection().execute(_TAKE, {"taken": update_id, "moment": now})
    if taken.rowcount != 1:
        raise UpdateAlreadyWorked


@dataclass(frozen=True, slots=True)
class Shown:
    """An update is answered; `screen_message_id` is the message that now holds the chat's screen.

    `is_kept`: it held the screen before as well, so that is recorded. `parts` are messages beside the screen.
    """

    update_id: int | None
    chat_id: int
    screen_message_id: int | None
    is_kept: bool = False
    parts: tuple[int, ...] = ()


_CLOSE = (
    update(InboxUpdate)
    .where(
        InboxUpdate.update_id == bindparam("answered"),
        or_(InboxUpdate.status == InboxStatus.WAITING, InboxUpdate.status == InboxStatus.WORKED),
    )
    .values(
        status=InboxStatus.ANSWERED,
        payload=None,
        worked_at=func.coalesce(InboxUpdate.worked_at, bindparam("moment", type_=UtcDateTime)),
    )
)


def record_shown(
    session: Session, shown: list[Shown], *, now: datetime, served_by: str | None = None
) -> None:
    """Close answered updates and remember the screens: many at once, not awaited by anybody's answer."""
    answered = [{"answered": one.update_id, "moment": now} for one in shown if one.update_id is not None]
    if answered:
        session.connection().execute(_CLOSE, answered)
        _note_seen(session, {one.chat_id for one in shown if one.update_id is not None}, now)
    screens = {
        one.chat_id: one.screen_message_id
        for one in shown
        if one.screen_message_id is not None and not one.is_kept
    }
    sent = [*screens.items(), *((one.chat_id, part) for one in shown for part in one.parts)]
    if sent:
        session.connection().execute(
            _note_sent(session.get_bind().dialect.name),
            [{"chat_id": chat, "message_id": message, "sent_at": now} for chat, message in sent],
        )
    if screens:
        rows: list[dict[str, Any]] = [
            {
                "chat_id": chat_id,
                "data": {},
                "screen_message_id": message_id,
                "locale": "ru",
                "served_by": served_by,
            }
            for chat_id, message_id in screens.items()
        ]
        session.connection().execute(_store_screen(session.get_bind().dialect.name), rows)


def _note_seen(session: Session, chats: set[int], now: datetime) -> None:
    """When a person was last here, to the hour: one statement for all who were just answered."""
    owners = select(ChatAccount.person_id).where(ChatAccount.chat_id.in_(chats))
    session.connection().execute(
        update(Person)
        .where(
            Person.id.in_(owners),
            or_(Person.last_seen_at.is_(None), Person.last_seen_at <= now - SEEN_EVERY),
        )
        .values(last_seen_at=now)
    )


@cache
def _note_sent(dialect: str) -> Insert:
    """A screen that was edited in place keeps the moment it was first sent at."""
    made = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(ChatMessage)
    return made.on_conflict_do_nothing()


@cache
def _store_screen(dialect: str) -> Insert:
    """One statement for a chat that is known and one that is not; a known one keeps all but its screen."""
    made = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(Conversation)
    return made.on_conflict_do_update(
        index_elements=[Conversation.chat_id],
        set_={"screen_message_id": made.excluded.screen_message_id},
    )
