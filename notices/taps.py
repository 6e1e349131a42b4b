"""What a button of the chat tells the bot: `screen.do:fact:fact`, 64 bytes at most, ids and codes only."""

from dataclasses import dataclass, fields
from datetime import date
from enum import Enum, StrEnum
from typing import Any, ClassVar, Self, cast, dataclass_transform

from pydantic import TypeAdapter, ValidationError


class Do(StrEnum):
    """What a button does. A member names the facts that it carries, in the order of the data."""

    facts: tuple[str, ...]

    def __new__(cls, value: str, *facts: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.facts = facts
        return member


@dataclass_transform(frozen_default=True)
@dataclass(frozen=True)
class Tap:
    """A button of one screen; a subclass is a frozen dataclass. Facts that its `do` does not name are left at
    their defaults. `is_for_notices`: it may stand under a notice, so it works from any message, however old.
    """

    screen: ClassVar[str]
    is_for_notices: ClassVar[bool]

    do: Do

    def __init_subclass__(cls, *, screen: str, is_for_notices: bool = False) -> None:
        cls.screen, cls.is_for_notices = screen, is_for_notices
        dataclass(frozen=True)(cls)

    @property
    def code(self) -> str:
        """The callback data."""
        return ":".join((f"{self.screen}.{self.do}", *(_write(getattr(self, one)) for one in self.do.facts)))

    @property
    def data(self) -> dict[str, Any]:
        """The facts that it carries, as a flow keeps them."""
        facts = {one: getattr(self, one) for one in self.do.facts}
        return {one: fact.isoformat() if isinstance(fact, date) else fact for one, fact in facts.items()}

    @classmethod
    def dos(cls) -> type[Do]:
        return cast("type[Do]", fields(cls)[0].type)

    @classmethod
    def read(cls, code: str) -> Self | None:
        """The tap of some callback data; None when it is of another screen, or of none."""
        head, *values = code.split(":")
        screen, _, name = head.partition(".")
        if screen != cls.screen or name not in cls.dos().__members__.values():
            return None
        do = cls.dos()(name)
        if len(values) != len(do.facts):
            return None
        try:
            tap: Self = _adapter(cls).validate_python({"do": do, **dict(zip(do.facts, values, strict=True))})
        except ValidationError:
            return None
        return tap


_adapters: dict[type[Tap], TypeAdapter[Any]] = {}


def _adapter(kind: type[Tap]) -> TypeAdapter[Any]:
    """Built when a first tap is read: the panel writes buttons and reads none."""
    return _adapters.get(kind) or _adapters.setdefault(kind, TypeAdapter(kind))


def _write(fact: object) -> str:
    match fact:
        case bool():
            return str(int(fact))
        case Enum():
            return str(fact.value)
        case date():
            return fact.isoformat()
        case _:
            return str(fact)
