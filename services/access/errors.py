"""What a rule refuses. An error carries an English msgid; handlers/ and admin/ each translate it once."""

from typing import ClassVar


class DomainError(Exception):
    """A rule said no. `text` is a msgid with {placeholders}, `facts` fill them; never personal data.

    `field` names the argument of the service that is wrong, where one is: a form says the refusal beside it.
    """

    text: ClassVar[str] = ""

    def __init__(self, *, field: str = "", **facts: object) -> None:
        super().__init__(type(self).__name__, facts)
        self.field = field
        self.facts: dict[str, object] = facts


def N_(text: str) -> str:  # noqa: N802  # gettext's usual mark for a text that is translated where it is shown
    return text


class EnvironmentFault(DomainError):
    """The machine is not ready for it, no rule is against it: a command ends with 2, not with 1."""


class Unstorable(DomainError):
    """What models.storable.ValueNotStorable means in words."""

    text = N_("A number is too large, or a text holds a sign that cannot be kept. Please write it anew.")


class NotAllowed(DomainError):
    text = N_("You do not have the right to do this.")


class NotFound(DomainError):
    text = N_("This record no longer exists.")
