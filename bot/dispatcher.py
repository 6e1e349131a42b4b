"""The aiogram dispatcher with the product's routers, screens and notices; made once per process."""

from collections.abc import Iterable
from functools import cache

from aiogram import Dispatcher, Router

from bot.context import Conversation
from bot.middleware import Conversing


def make_dispatcher(routers: Iterable[Router]) -> Dispatcher:
    """A dispatcher without state of its own: bot/workers.py passes the context with each update."""
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.update.outer_middleware(Conversing())
    dispatcher.include_routers(*routers)
    return dispatcher


@cache
def product_conversation() -> Conversation:
    """The product's own. A router belongs to one dispatcher for good, hence once a process."""
    from handlers import routers
    from handlers.commands import bot_commands
    from handlers.screens import current_screen, is_deciding
    from notices.catalogue import NOTICES

    return Conversation(
        dispatcher=make_dispatcher(routers()),
        current_screen=current_screen,
        is_deciding=is_deciding,
        notices=NOTICES,
        commands=bot_commands,
    )
