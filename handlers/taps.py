"""Who answers a tap: each screen's buttons have one table of handlers, asked for once."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from aiogram import Router
from aiogram.types import CallbackQuery

from handlers.filters import is_within
from handlers.talk import Talk
from notices.taps import Do, Tap

T = TypeVar("T", bound=Tap)
Handler = Callable[[T, Talk], Awaitable[None]]


class Taps(Generic[T]):
    """`on_offer = Taps(router, OfferTap)`, then `@on_offer(OfferDo.ACCEPT)` above a handler. With `flow` the
    buttons work only while the chat is in that flow.
    """

    def __init__(self, router: Router, kind: type[T], *, flow: str | None = None) -> None:
        self.kind = kind
        self.handlers: dict[Do, Handler[T]] = {}
        self._flow = flow
        router.callback_query.register(self._handle, self._read)

    def __call__(self, *dos: Do) -> Callable[[Handler[T]], Handler[T]]:
        def register(handler: Handler[T]) -> Handler[T]:
            self.handlers |= dict.fromkeys(dos, handler)
            return handler

        return register

    def opens(self, do: Do, flow: str | None, *, here: bool = False, fresh: bool = False) -> None:
        """The button leads to a flow, which keeps its facts. `here` and `fresh` are those of Talk.show."""

        async def enter(tap: T, talk: Talk) -> None:
            await talk.enter(flow, here=here, fresh=fresh, **tap.data)

        self.handlers[do] = enter

    async def _read(self, query: CallbackQuery, talk: Talk) -> dict[str, T] | bool:
        tap = self.kind.read(query.data or "")
        if tap is None or tap.do not in self.handlers:
            return False
        return {"tap": tap} if self._flow is None or is_within(talk.chat.flow, self._flow) else False

    async def _handle(self, _query: CallbackQuery, tap: T, talk: Talk) -> None:
        await self.handlers[tap.do](tap, talk)
