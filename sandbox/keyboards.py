"""Keyboards under messages and what Telegram refuses in them."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.refusal import Json, Refusal, bad_request

MAX_INLINE_BUTTONS = 100
MAX_CALLBACK_BYTES = 64
INLINE_KINDS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
EMPTY_IS_MEANT = {"switch_inline_query", "switch_inline_query_current_chat"}


def read_markup(markup: Any) -> tuple[Json | None, Json | None]:
    """Give (inline keyboard, reply keyboard); each may be None. Raises Refusal for a wrong one."""
    if markup is None:
        return None, None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return read_inline_keyboard(markup), None
    if "keyboard" in markup:
        rows = read_rows(markup["keyboard"], "keyboard", read_reply_button)
        return None, {"kind": "reply_keyboard", **markup, "keyboard": rows}
    if markup.get("remove_keyboard"):
        return None, {"kind": "remove_keyboard", **markup}
    if markup.get("force_reply"):
        return None, {"kind": "force_reply", **markup}
    return None, None


def read_edit_markup(markup: Any) -> Json | None:
    """Give the inline keyboard of an edit; a reply keyboard cannot be set by an edit."""
    inline, reply = read_markup(markup)
    if reply is not None:
        raise bad_request("inline keyboard expected")
    return inline


def read_rows(raw: Any, field: str, read_button: Any) -> list[list[Json]]:
    """Read rows of buttons and drop the empty ones."""
    if not isinstance(raw, list):
        raise bad_request(f'field "{field}" of the reply markup must be of type Array')
    rows = []
    for row in raw:
        if not isinstance(row, list):
            raise bad_request(
                f"can't parse {field.replace('_', ' ')}: expected an Array of Arrays of buttons"
            )
        buttons = [read_button(button) for button in row]
        if buttons:
            rows.append(buttons)
    return rows


def read_inline_keyboard(markup: Json) -> Json | None:
    """Read an inline keyboard; one without buttons counts as none."""
    rows = read_rows(markup["inline_keyboard"], "inline_keyboard", read_inline_button)
    if sum(len(row) for row in rows) > MAX_INLINE_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def refuse_button(words: str) -> Refusal:
    """Give the refusal of a button that does not parse."""
    return bad_request(f"can't parse inline keyboard button: {words}")


def read_inline_button(button: Any) -> Json:
    """Read one inline button: a label and exactly one kind."""
    if not isinstance(button, dict):
        raise refuse_button("expected an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise refuse_button('Field "text" must be of type String')
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    kinds = [
        kind
        for kind in INLINE_KINDS
        if button.get(kind) is not None and (button[kind] not in ("", False) or kind in EMPTY_IS_MEANT)
    ]
    if not kinds:
        raise refuse_button("Text buttons are unallowed in the inline keyboard")
    kind = kinds[0]
    if kind == "callback_data":
        data = button["callback_data"]
        if not isinstance(data, str) or len(data.encode("utf-8")) > MAX_CALLBACK_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif kind == "url":
        check_address(str(button["url"]), "inline keyboard button URL", is_https_required=False)
    elif kind in {"web_app", "login_url"}:
        words = "Web App" if kind == "web_app" else "login"
        address = button[kind].get("url", "") if isinstance(button[kind], dict) else ""
        check_address(address, f"inline keyboard button {words} URL", is_https_required=True)
    return {key: value for key, value in button.items() if value is not None}


def read_reply_button(button: Any) -> Json:
    """Read one button of a reply keyboard; plain text stands for a label."""
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request('can\'t parse keyboard button: Field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("keyboard button text must be non-empty")
    if isinstance(button.get("web_app"), dict):
        check_address(button["web_app"].get("url", ""), "keyboard button Web App URL", is_https_required=True)
    return {key: value for key, value in button.items() if value is not None}


def check_address(address: str, what: str, *, is_https_required: bool) -> None:
    """Refuse an address that Telegram would not open: no dot in the host, or not https where it must be."""

    def refuse(why: str) -> Refusal:
        return bad_request(f"{what} '{address}' is invalid: {why}")

    if address.startswith(("tg://", "ton://", "tonsite://")):
        if is_https_required:
            raise refuse("Only HTTPS links are allowed")
        return
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host = parts.hostname or ""
    except ValueError:
        raise refuse("Wrong HTTP URL") from None
    if parts.scheme not in {"http", "https"}:
        raise refuse("Unsupported URL protocol")
    if is_https_required and parts.scheme != "https":
        raise refuse("Only HTTPS links are allowed")
    if not host or any(char.isspace() for char in address) or ("." not in host and ":" not in host):
        raise refuse("Wrong HTTP URL")
