"""All engines of a run use what the first of their kind has compiled.

Every test opens databases of its own, and a new engine would compile each statement anew: a third of a run's
processor time. The cache's keys name the dialect, so the dialect is shared as well.
"""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from models.engine import OPTIONS

STATEMENTS = 5000  # of all the tests together; an engine's own cache keeps 500

_first: dict[type, Engine] = {}


def share_compiled(patched: pytest.MonkeyPatch) -> None:
    """From now on, until `patched` is undone."""
    patched.setitem(OPTIONS, "query_cache_size", STATEMENTS)
    patched.setattr("models.engine.create_engine", _sharing(create_engine))
    patched.setattr("models.engine.create_async_engine", _sharing(create_async_engine))


def _sharing(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_sharing(*args: Any, **kwargs: Any) -> Any:
        made = create(*args, **kwargs)
        _share(made.sync_engine if isinstance(made, AsyncEngine) else made)
        return made

    return create_sharing


def _share(engine: Engine) -> None:
    first = _first.get(type(engine.dialect))
    if first is None:  # the first that reaches its server: until then its dialect does not know the version
        event.listen(engine, "connect", lambda *_: _first.setdefault(type(engine.dialect), engine))
        return
    engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache
