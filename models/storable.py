"""What no column can hold is refused here, the same on both databases and before either has to.

PostgreSQL refuses a number beyond its column and a NUL character in the middle of a transaction, SQLite a
number beyond 64 bits alone. Panel, chat and command line put ValueNotStorable into words.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Dialect, Engine, Integer, TypeDecorator, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, DontWrapMixin

LEAST, MOST = -(2**31), 2**31 - 1  # of an INTEGER column
LARGEST = 2**63 - 1  # of a BIGINT column, a LIMIT and an OFFSET
NUL = "\0"


class ValueNotStorable(DontWrapMixin, ValueError):
    """A number beyond its column, or a text with a NUL character. Tells nothing of the value."""


class Number(TypeDecorator[int]):
    """A whole number within 32 bits; a comparison with another one is refused as well."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> int | None:
        if value is not None and not LEAST <= value <= MOST:
            raise ValueNotStorable
        return value


def refuse_unstorable(engine: Engine) -> None:
    """Let an engine raise ValueNotStorable for whatever no column takes."""

    @event.listens_for(engine, "before_cursor_execute")
    def _check(_connection: Any, _cursor: Any, _statement: str, parameters: Any, *_rest: Any) -> None:
        for row in parameters if isinstance(parameters, list) else (parameters,):
            if not all(map(_is_storable, _values(row))):
                raise ValueNotStorable

    @event.listens_for(engine, "handle_error")
    def _translate(context: ExceptionContext) -> None:
        if isinstance(context.sqlalchemy_exception, DataError):
            raise ValueNotStorable from None


def _values(row: Any) -> Iterable[Any]:
    return row.values() if isinstance(row, Mapping) else row or ()


def _is_storable(value: object) -> bool:
    if isinstance(value, str):
        return NUL not in value
    return not isinstance(value, int) or -LARGEST <= value <= LARGEST
