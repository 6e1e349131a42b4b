"""To whom an outbox row goes: the chat, its language, and when it may be disturbed."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import ChatAccount, Organization, Person
from services.access.errors import NotFound
from services.delivery.conversations import UTC_NAME, read_chat_state
from services.delivery.outbox import UNREACHABLE
from services.delivery.quiet_hours import QuietHours
from services.delivery.sending import Due
from services.people.leaves import is_away
from services.programmes.running import NoOpenCycle, current_cycle, settings_of

# where no programme says otherwise yet
QUIET_FROM, QUIET_TO = time(21), time(8)


@dataclass(frozen=True, slots=True)
class Addressee:
    chat_id: int
    person_id: int | None
    locale: str
    quiet: QuietHours
    is_away: bool = False  # on a long leave


def find_addressee(session: Session, due: Due, *, now: datetime) -> Addressee | str:
    """Where a notice goes; or, in a word, why it cannot."""
    if due.chat_id is not None:
        chat = read_chat_state(session, due.chat_id)
        quiet = quiet_hours_of(session, due.organization_id or chat.organization_id)
        return Addressee(due.chat_id, chat.person_id, chat.locale, quiet)
    found = session.execute(
        select(
            ChatAccount.chat_id,
            ChatAccount.is_reachable,
            Person.locale,
            Person.organization_id,
            is_away(Person.id, now),
        )
        .join(Person, Person.id == ChatAccount.person_id)
        .where(ChatAccount.person_id == due.person_id)
        .order_by(ChatAccount.linked_at.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return "no chat"
    if not found.is_reachable:
        return UNREACHABLE
    quiet = quiet_hours_of(session, found.organization_id)
    return Addressee(found.chat_id, due.person_id, found.locale, quiet, is_away=bool(found[4]))


def quiet_hours_of(session: Session, organization_id: int | None) -> QuietHours:
    zone = session.scalar(select(Organization.timezone).where(Organization.id == organization_id))
    begins, ends = QUIET_FROM, QUIET_TO
    if organization_id is not None:
        with suppress(NoOpenCycle, NotFound):
            settings = settings_of(session, cycle_id=current_cycle(session, organization_id).id)
            begins, ends = settings.quiet_from, settings.quiet_to
    return QuietHours(ZoneInfo(zone or UTC_NAME), begins, ends)
