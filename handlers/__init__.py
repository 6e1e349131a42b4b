"""The conversation in Telegram: thin routers over services."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiogram import Router


def routers() -> "list[Router]":
    """In the order of asking: what people do most comes first, the fallback last."""
    from handlers import (
        accounts,
        commands,
        consents,
        drafts,
        events,
        fallback,
        feedback,
        forms,
        home,
        joining,
        meetings,
        mydata,
        pairs,
        privacy,
        roadmap,
        roles,
        settings,
        start,
        suggestions,
        surveys,
        years,
    )

    modules = (
        accounts,  # its digits are no answer to a question; it has nothing to say to a tap
        surveys,  # its taps are most of all updates; each handler asked in vain is a tenth of one
        start,
        pairs,
        suggestions,
        meetings,
        feedback,
        roadmap,
        events,
        commands,
        joining,
        consents,
        forms,
        roles,
        mydata,
        privacy,
        settings,
        home,
        years,
        drafts,
        fallback,
    )
    return [module.router for module in modules]
