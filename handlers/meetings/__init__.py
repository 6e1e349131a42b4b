"""Meetings in the chat: planning, cards and the journal."""

from aiogram import Router

from handlers.meetings import cards, journal, planning
from handlers.meetings.cards import menu_part

__all__ = ["menu_part", "router"]

router = Router(name="meetings")
router.include_routers(planning.router, cards.router, journal.router)
