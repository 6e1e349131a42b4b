"""The conversation in Telegram: thin routers over services."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiogram import Router

MODULES = (
    # its digits are no answer to a question; it has nothing to say to a tap
    "accounts",
    # its taps are most of all updates; what is typed is asked for a wish before it
    "wishes",
    "surveys",
    "start",
    "pairs",
    "requests",
    "pauses",
    "programmes",
    "asks",
    "meetings",
    "feedback",
    "roadmap",
    "events",
    "commands",
    "joining",
    "consents",
    "forms",
    "roles",
    "mydata",
    "privacy",
    "settings",
    "home",
    "years",
    "drafts",
    "fallback",
)
"""In the order of asking: what people do most comes first, the fallback last."""


def routers() -> "list[Router]":
    return [import_module(f"handlers.{name}").router for name in MODULES]
