"""Messages read one by one for `nastavnik read`: JSON in, compact JSON out; a bad line stops nothing."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.messages_read.reading.reading import read_message
from services.messages_read.reading.readings import AuthorRole, to_json


def read_line(json_line: str) -> str:
    """A JSON line with text, now and members (a list) → one compact JSON line; `{"error": ...}` if it is bad.

    An optional `author_role` is mentor (the default) or mentee.
    """
    try:
        return _compact(_read(json.loads(json_line)))
    except (ValueError, TypeError, RecursionError) as error:
        return _compact({"error": _plain(error)})


def read_text(text: str, *, now: str, members: Sequence[str], author_role: str = "mentor") -> dict[str, Any]:
    """The reading of one text as a JSON object. Raises ValueError for a bad moment or role."""
    return _read({"text": text, "now": now, "members": list(members), "author_role": author_role})


def _read(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise TypeError("a line must be a JSON object with text, now and members")
    text, now, members = found.get("text"), found.get("now"), found.get("members") or []
    role = found.get("author_role") or "mentor"
    if not isinstance(text, str):
        raise TypeError("text must be a string")
    if not isinstance(now, str):
        raise TypeError("now must be a moment such as 2025-10-15T18:00:00+03:00")
    if not isinstance(members, list) or not all(isinstance(name, str) for name in members):
        raise TypeError("members must be a list of names")
    if role not in {"mentor", "mentee"}:
        raise ValueError("author_role must be mentor or mentee")
    author_role: AuthorRole = "mentee" if role == "mentee" else "mentor"
    return to_json(
        read_message(text, now=datetime.fromisoformat(now), members=members, author_role=author_role)
    )


def _compact(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _plain(error: Exception) -> str:
    return f"not JSON: {error}" if isinstance(error, json.JSONDecodeError) else str(error)
