"""Words of the panel for messages that were not sent, and why."""

from services.access.errors import N_

SKIPS = {
    "no chat": N_("the person is not in the chat yet"),
    "unreachable": N_("the bot cannot write to this person"),
    "no consent": N_("there is no consent"),
}

THINGS_CHANGED = N_("things have changed since")

REFUSALS = {
    "chat not found": N_("the person has not pressed Start"),
    "blocked by the user": N_("the person has blocked the bot"),
    "user is deactivated": N_("the Telegram account is gone"),
    "can't parse entities": N_("the text has a fault in its markup: tell the administrator"),
    "is too long": N_("the text is too long: tell the administrator"),
    "TelegramNetworkError": N_("the network was down for long"),
    "TelegramServerError": N_("Telegram did not work for long"),
}
"""Pieces of what Telegram says, or the class of a fault on the way to it, in words."""
