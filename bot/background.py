"""Background tasks of the bot: each one is awaited before the process ends, and no failure is lost."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self


class BackgroundTasks:
    """`async with`: a task that fails ends all others, and the failure leaves as an ExceptionGroup."""

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._group.__aexit__(kind, error, trace)

    def start(self, work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        """Raises CancelledError once the group is ending: whoever still starts work has to end as well."""
        try:
            return self._group.create_task(work, name=name)
        except RuntimeError as error:
            work.close()
            raise asyncio.CancelledError from error
