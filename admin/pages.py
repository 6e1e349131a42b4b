"""What a view declares where it stands: the right of each page, its address, and its entry in the menu."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask_admin import expose

from services.access.actors import Right
from services.access.errors import N_

F = TypeVar("F", bound=Callable[..., Any])


class Group(StrEnum):
    """The parts of the panel's menu, in their order."""

    TODAY = "today"
    PEOPLE = "people"
    PAIRS = "pairs"
    PROGRAMME = "programme"
    DOCUMENTS = "documents"
    ACCOUNT = "account"


GROUPS = {
    Group.TODAY: N_("Today"),
    Group.PEOPLE: N_("People"),
    Group.PAIRS: N_("Pairs"),
    Group.PROGRAMME: N_("Programme"),
    Group.DOCUMENTS: N_("Documents"),
    Group.ACCOUNT: N_("Your account"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Where the menu has a view. Without a `title` it has no line of its own: on its pages the line of the
    view `behind` which it stands is marked. With both it is a tab of that view. `tab` is how a view with
    tabs is called among them; `needs_programme` hides a tab while no programme runs.
    """

    group: Group
    order: int = 0
    title: str = ""
    behind: str = ""
    tab: str = ""
    needs_programme: bool = False


@dataclass(frozen=True, slots=True)
class Declared:
    """The right to open a page, and the right to send its form; None is for everybody who signed in."""

    right: Right | None
    to_send: Right | None

    def asked_by(self, method: str) -> Right | None:
        return self.to_send if method == "POST" else self.right


def page(path: str, *, right: Right | None) -> Callable[[F], F]:
    """A page to read."""
    return _declare(path, ("GET",), Declared(right, right))


def form_page(path: str, *, right: Right | None, to_send: Right | None = None) -> Callable[[F], F]:
    """A page with a form that it takes itself. `to_send` where sending asks for more than reading."""
    return _declare(path, ("GET", "POST"), Declared(right, to_send or right))


def command(path: str, *, right: Right | None) -> Callable[[F], F]:
    """A form sent from another page."""
    return _declare(path, ("POST",), Declared(right, right))


def declared(view: type, name: str) -> Declared | None:
    """What the page of this name declares; None of one that declares nothing, which nobody may open."""
    found = getattr(getattr(view, name, None), "declared", None)
    return found if isinstance(found, Declared) else None


def _declare(path: str, methods: tuple[str, ...], rights: Declared) -> Callable[[F], F]:
    def mark(function: F) -> F:
        function.declared = rights  # type: ignore[attr-defined]
        exposed: F = expose(path, methods=methods)(function)
        return exposed

    return mark
