"""Messages on their way to the chat: the queue, what was refused and why, and another try."""

from typing import Any

from flask import g, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin import message_words, words
from admin.calls import do, see
from admin.languages import label, short_moment
from admin.pages import Entry, Group, command
from admin.storage import session
from admin.tables import SecuredTable
from models.messages import NoticeKind, OutboxMessage, OutboxStatus
from models.people import Person
from services.access.errors import N_
from services.access.rights import LISTS
from services.delivery.outbox import count_notices, retry_notice
from services.documents import words as states


class OutboxTable(SecuredTable):
    model = OutboxMessage
    right = LISTS["outbox"]
    exported = True
    endpoint, url = "outbox", "/outbox"
    entry = Entry(Group.TODAY, 3, N_("Messages"))
    column_list = ("due_at", "person", "kind", "status", "reason")
    sorts = {"id": (OutboxMessage.id,)}  # noqa: RUF012
    column_labels = {  # noqa: RUF012  # Flask-Admin's way
        "due_at": N_("When"),
        "person": N_("To whom"),
        "kind": N_("Which"),
        "status": N_("State"),
        "reason": N_("Why"),
    }
    intro = N_(
        "Messages that the bot sends by itself, newest first. Answers inside a conversation are not here."
    )
    empty = N_("No message has been queued yet.")
    selects = {  # noqa: RUF012
        "status": lambda: {key.value: label(text) for key, text in states.OUTBOX.items()},
        "kind": lambda: {key: label(text) for key, text in states.NOTICES.items()},
    }

    def get_list(self, *facts: Any, **named: Any) -> tuple[int | None, list[OutboxMessage]]:
        count, rows = super().get_list(*facts, **named)
        ids = {row.person_id for row in rows if row.person_id is not None}
        people = session().scalars(select(Person).where(Person.id.in_(ids)))
        g.addressees = {person.id: person.full_name for person in people}
        return count, rows

    def summary(self) -> list[tuple[str, str]]:
        """What waits and what was refused, each with its address."""
        counts = see(count_notices)
        waiting, parked = OutboxStatus.WAITING, OutboxStatus.PARKED
        return [
            (
                label("In the queue: {count}", count=counts[waiting]),
                url_for("outbox.index_view", status=waiting.value),
            ),
            (
                label("Refused by Telegram: {count}", count=counts[parked]),
                url_for("outbox.index_view", status=parked.value),
            ),
        ]

    def cell(self, row: OutboxMessage, column: str) -> str:
        match column:
            case "due_at":
                return short_moment(row.sent_at or row.due_at)
            case "person":
                if row.kind == NoticeKind.PRIVACY_ERASED:
                    return label("data destroyed")
                return str(g.addressees.get(row.person_id) or label("someone not recognised yet"))
            case "kind":
                return words.word(states.NOTICES, row.kind)
            case "status":
                return words.word(states.OUTBOX, row.status)
            case _:
                return _why(row)

    def action_of(self, row: OutboxMessage) -> tuple[str, str] | None:
        """The one thing that may be done with this row: where to post, what the button says."""
        if row.status is not OutboxStatus.PARKED:
            return None
        return url_for("outbox.retry", message_id=row.id), label("Try again")

    @command("/<int:message_id>/retry", right=LISTS["outbox"])
    def retry(self, message_id: int) -> Response:
        do(retry_notice, message_id=message_id, success=label("The message is queued again."))
        return redirect(url_for("outbox.index_view", status=request.args.get("status")))


def _why(row: OutboxMessage) -> str:
    """A word of ours for what was let go and for what Telegram is known to say; its own words beside it."""
    reason = row.reason or ""
    if not reason:
        return ""
    match row.status:
        case OutboxStatus.SKIPPED:
            return label(message_words.SKIPS.get(reason, message_words.THINGS_CHANGED))
        case OutboxStatus.PARKED:
            known = next((text for said, text in message_words.REFUSALS.items() if said in reason), None)
            return f"{label(known)} ({reason})" if known else reason
        case OutboxStatus.WAITING:
            return label(
                "Try {count} did not work out, the next one is at {when}.",
                count=row.tries,
                when=short_moment(row.next_try_at),
            )
    return ""
