"""Only what differs is written: an edit that changes nothing leaves no trace and is not called a success."""

from collections.abc import Mapping
from typing import Any

from models.base import Base


def change_row(row: Base, wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Give a row these values; the names of those that differed. Raises nothing."""
    changed = tuple(name for name, value in wanted.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, wanted[name])
    return changed
