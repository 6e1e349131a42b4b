"""The conversation in Telegram: thin routers over services."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiogram import Router


def routers() -> "list[Router]":
    """In the order of asking: commands first, the fallback last."""
    from handlers import (
        commands,
        consents,
        drafts,
        fallback,
        feedback,
        home,
        joining,
        meetings,
        mydata,
        pairs,
        privacy,
        roles,
        settings,
        start,
        surveys,
    )

    rooms = (
        start,
        pairs,
        meetings,
        feedback,
        commands,
        joining,
        consents,
        roles,
        surveys,
        mydata,
        privacy,
        settings,
        home,
        drafts,
        fallback,
    )
    return [room.router for room in rooms]
