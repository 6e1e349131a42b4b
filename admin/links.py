"""Links that leave the panel: into the chat, onto paper, into another browser."""

from typing import Any

from flask import request, url_for
from markupsafe import Markup

from admin.configuration import panel_config


def chat_link(code: str) -> str:
    """The link that opens the bot; "" where the bot's name is not known (the sandbox has none)."""
    username = panel_config().bot_username
    return f"https://t.me/{username}?start={code}" if username else ""


def typed_code(code: str) -> str:
    """What somebody without a camera types to the bot."""
    return f"/start {code}"


def draw_code(code: str) -> Markup:
    """The link as a QR code; where the bot's name is not known, what is to be typed."""
    import segno  # only a sheet needs it

    drawn = segno.make(chat_link(code) or typed_code(code), error="m", micro=False).svg_inline(
        scale=4, border=2, svgclass="qr", lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704  # drawn by the library from our own token


def full_address(endpoint: str, **values: Any) -> str:
    """The address of a page as somebody else's browser needs it."""
    root = panel_config().panel_url or request.host_url
    return root.rstrip("/") + url_for(endpoint, **values)
