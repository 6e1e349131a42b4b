"""Updates as raw JSON, before aiogram's models look at them: one that they cannot parse stops nobody."""

import json
from collections.abc import Iterable
from typing import Any

from services.inbox import RawUpdate

# the kinds that we ask Telegram for; handlers/ serves all of them
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")


def read_raw(updates: Iterable[Any]) -> list[RawUpdate]:
    """What can be kept of a batch: anything with a number. Telegram sends nothing else."""
    return [
        # ASCII escapes keep a lone surrogate or a zero character storable, whatever the database
        RawUpdate(one["update_id"], find_chat(one), json.dumps(one, separators=(",", ":")))
        for one in updates
        if isinstance(one, dict) and is_storable(one.get("update_id"))
    ]


def is_storable(number: object) -> bool:
    """A number that no column can hold would stop the whole batch, again and again."""
    return type(number) is int and -(2**63) <= number < 2**63


def find_chat(update: dict[str, Any]) -> int | None:
    """The chat whose turn this update waits for."""
    for kind in ALLOWED:
        content = update.get(kind)
        if not isinstance(content, dict):
            continue
        holder = content if kind != "callback_query" else content.get("message") or {}
        chat = holder.get("chat") or content.get("from") if isinstance(holder, dict) else None
        found = chat.get("id") if isinstance(chat, dict) else None
        return found if is_storable(found) else None
    return None
