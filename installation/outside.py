"""Dated facts from outside (laws, the channel, holidays) with the day of their last check: outside.toml."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.programmes.texts import Text

FILE = Path(__file__).with_name("outside.toml")
LONGEST_UNCHECKED = timedelta(days=365)
TELEGRAM = "telegram"


class OutsideFact(BaseModel):
    """What is so, what follows for an installation, and the day when somebody last looked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    checked: date
    title: Text
    state: Text
    follows: Text

    def is_old(self, today: date) -> bool:
        return today - self.checked > LONGEST_UNCHECKED


def read_outside_facts() -> dict[str, OutsideFact]:
    """All of them by id, in the order of the file. Raises ValueError for a fact that is not whole."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))["facts"]
    return {fact["id"]: OutsideFact.model_validate(fact) for fact in found}
