"""Services called with what the request knows: its session, who acts, where, and when."""

from collections.abc import Callable
from functools import cache
from inspect import Parameter, signature
from types import TracebackType
from typing import Any, Concatenate, TypeVar

from flask import flash
from sqlalchemy.orm import Session

from admin.access import current_account, current_actor, current_day
from admin.inputs import remember_fault
from admin.languages import locale, sentence
from admin.storage import now, session
from services.access.errors import DomainError

T = TypeVar("T")

FACTS: dict[str, Callable[[], object]] = {
    "actor": current_actor,
    "organization_id": lambda: current_account().organization_id,
    "now": now,
    "today": current_day,
    "locale": locale,
}
"""What a service need not be told where it must be given a fact of this name."""


def see(service: Callable[Concatenate[Session, ...], T], /, **facts: Any) -> T:
    """What a service reads. A refusal escapes to the application's handler.

    Types: tools/bound_calls.py gives mypy the parameters of the service.
    """
    return service(
        session(), **{name: FACTS[name]() for name in filled_in(service) if name not in facts}, **facts
    )


def do(
    service: Callable[Concatenate[Session, ...], T],
    /,
    *,
    success: str | Callable[[T], str] = "",
    **facts: Any,
) -> T:
    """Run a service, commit, and say `success` above the next page. A refusal escapes as in `see`."""
    result = see(service, **facts)
    session().commit()
    if success:
        flash(success if isinstance(success, str) else success(result), "success")
    return result


@cache
def filled_in(service: Callable[..., object]) -> tuple[str, ...]:
    """Names of FACTS that this service must be given."""
    found = signature(service).parameters.values()
    return tuple(one.name for one in found if one.name in FACTS and one.default is Parameter.empty)


class refusals_shown:  # noqa: N801  # reads as what it does: `with refusals_shown():`
    """What is refused within is rolled back and said above the page, which goes on after the block."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _where: TracebackType | None
    ) -> bool:
        if isinstance(error, DomainError):
            show_refusal(error)
        return isinstance(error, DomainError)


def show_refusal(error: DomainError) -> None:
    """Undo what was begun and say above the next page why."""
    session().rollback()
    remember_fault(error)
    flash(sentence(error), "error")
