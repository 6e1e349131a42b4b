"""What the bot says and does: the product's conversation and notices, gathered once a process."""

from collections.abc import Iterable
from functools import cache

from aiogram import Dispatcher, Router

from bot.desk import Script
from bot.middleware import Conversing


def make_dispatcher(routers: Iterable[Router]) -> Dispatcher:
    """A dispatcher without state of its own: the desk comes with each update (bot/workers.py)."""
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.update.outer_middleware(Conversing())
    dispatcher.include_routers(*routers)
    return dispatcher


@cache
def product_script() -> Script:
    """The product's own. A router belongs to one dispatcher for good, hence once a process."""
    from handlers import routers
    from handlers.commands import bot_commands
    from handlers.screens import current_screen
    from notices.catalogue import ANYWHERE, NOTICES

    return Script(
        dispatcher=make_dispatcher(routers()),
        current_screen=current_screen,
        notices=NOTICES,
        anywhere=ANYWHERE,
        commands=bot_commands,
    )
