"""A meeting written as one message: its card, its questions, its one tap."""

from aiogram import Router

from handlers.drafts import tapping, texts
from handlers.drafts.screens import menu_part

__all__ = ["menu_part", "router"]

router = Router(name="drafts")
router.include_routers(tapping.router, texts.router)
