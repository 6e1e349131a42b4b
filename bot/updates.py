"""Updates as raw JSON, and what of them the conversation is given: a part that aiogram's models cannot parse
costs that part alone.
"""

import json
from collections.abc import Iterable
from typing import Any

from aiogram import Bot
from aiogram.types import Update
from pydantic import ValidationError

from services.delivery.inbox import RawUpdate

# the kinds that we ask Telegram for; handlers/ serves all of them
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
MESSAGES = ALLOWED[:2]

_SERVICE = """
new_chat_members left_chat_member chat_owner_left chat_owner_changed new_chat_title new_chat_photo
delete_chat_photo group_chat_created supergroup_chat_created channel_chat_created
message_auto_delete_timer_changed migrate_to_chat_id migrate_from_chat_id pinned_message
successful_payment refunded_payment users_shared user_shared chat_shared gift unique_gift
gift_upgrade_sent connected_website write_access_allowed proximity_alert_triggered boost_added
chat_background_set checklist_tasks_done checklist_tasks_added direct_message_price_changed
forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened
general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway_completed
managed_bot_created paid_message_price_changed poll_option_added poll_option_deleted
suggested_post_approved suggested_post_approval_failed suggested_post_declined suggested_post_paid
suggested_post_refunded video_chat_scheduled video_chat_started video_chat_ended
video_chat_participants_invited web_app_data community_chat_added community_chat_removed
community_chat_joined
"""
SERVICE = frozenset(_SERVICE.split())
"""Members of a message that tells of something done in the chat: it asks for no answer."""

_CONTENT = """
animation audio document live_photo paid_media photo sticker story video video_note voice checklist
contact dice game poll venue location invoice passport_data giveaway giveaway_winners rich_message
"""
CONTENT = frozenset(_CONTENT.split())
"""Members that are what was sent: a text beside one is not what a person typed. A member that no list of ours
knows may as well be a trait of a text, and counts as that.
"""

GONE_STATUSES = frozenset({"kicked", "left"})
PRESENT_STATUSES = frozenset({"member", "administrator", "creator", "restricted"})
UNKNOWN_ORIGIN = {"type": "hidden_user", "date": 0, "sender_user_name": ""}
ROUNDS = 3  # a part may hide the fault of another one


def read_raw(updates: Iterable[Any]) -> list[RawUpdate]:
    """What can be kept of a batch: anything with a number. Telegram sends nothing else."""
    return [
        # ASCII escapes keep a lone surrogate or a zero character storable, whatever the database
        RawUpdate(one["update_id"], find_chat(one), json.dumps(one, separators=(",", ":")))
        for one in updates
        if isinstance(one, dict) and is_storable(one.get("update_id"))
    ]


def is_storable(number: object) -> bool:
    """A number that no column can hold would stop the whole batch, again and again."""
    return type(number) is int and -(2**63) <= number < 2**63


def find_chat(update: dict[str, Any]) -> int | None:
    """The chat whose turn this update waits for."""
    kind = kind_of(update)
    if kind is None:
        return None
    content = update[kind]
    holder = content if kind != "callback_query" else content.get("message") or {}
    chat = holder.get("chat") or content.get("from") if isinstance(holder, dict) else content.get("from")
    found = chat.get("id") if isinstance(chat, dict) else None
    return found if is_storable(found) else None


def kind_of(update: dict[str, Any]) -> str | None:
    """Which of the kinds that the conversation serves; None for any other."""
    return next((kind for kind in ALLOWED if isinstance(update.get(kind), dict)), None)


def find_album(update: dict[str, Any]) -> str | None:
    """The album that a sent message is a part of."""
    message = update.get("message")
    album = message.get("media_group_id") if isinstance(message, dict) else None
    return album if isinstance(album, str) else None


def read_update(raw: dict[str, Any], bot: Bot) -> Update | None:
    """What the conversation is to answer; None for what asks for no answer.

    Of what aiogram cannot parse the rest is given: the chat, the sender, the text, the button.
    """
    kind, chat_id = kind_of(raw), find_chat(raw)
    if kind is None or chat_id is None:
        return None
    content = dict(raw[kind])
    if kind in MESSAGES:
        if SERVICE & content.keys():
            return None
        _mark_as_sent(content)
    elif kind == "my_chat_member" and not _store_status(content):
        return None
    number = raw["update_id"]
    for _ in range(ROUNDS):
        try:
            return Update.model_validate({"update_id": number, kind: content}, context={"bot": bot})
        except ValidationError as error:
            _mend(kind, content, chat_id, {str(one["loc"][1]) for one in error.errors() if one["loc"][1:]})
    return None


def _mark_as_sent(message: dict[str, Any]) -> None:
    """No text of something else, and nothing forwarded, is taken for what the person typed."""
    if CONTENT & message.keys():
        message.pop("text", None)
    if "forward_origin" not in message and any(key.startswith("forward_") for key in message):
        message["forward_origin"] = dict(UNKNOWN_ORIGIN)


def _store_status(change: dict[str, Any]) -> bool:
    """Leave of a change of membership whether the person can be reached; False when it does not tell."""
    member = change.get("new_chat_member")
    status = member.get("status") if isinstance(member, dict) else None
    if not isinstance(status, str) or status not in GONE_STATUSES | PRESENT_STATUSES:
        return False
    told = {"status": "left" if status in GONE_STATUSES else "member", "user": _person(None, 0)}
    change["old_chat_member"], change["new_chat_member"] = told, told
    return True


def _mend(kind: str, content: dict[str, Any], chat_id: int, unreadable: set[str]) -> None:
    """Put what can be known in place of required parts that cannot be read; leave the others out."""
    for name in unreadable:
        found = content.pop(name, None)
        match name:
            case "message_id" | "date":
                content[name] = 0
            case "chat":
                content[name] = {"id": chat_id, "type": "private" if chat_id > 0 else "group"}
            case "from":
                content[name] = _person(found, chat_id)
            case "via_bot":
                content[name] = _person(found, 0)
            case "forward_origin":
                content[name] = dict(UNKNOWN_ORIGIN)
            case "id" | "chat_instance":
                content[name] = str(found)
            case "message" if kind == "callback_query":
                number = found.get("message_id") if isinstance(found, dict) else None
                if is_storable(number):
                    chat = {"id": chat_id, "type": "private" if chat_id > 0 else "group"}
                    content[name] = {"message_id": number, "date": 1, "chat": chat}


def _person(found: Any, number: int) -> dict[str, Any]:
    known = found if isinstance(found, dict) else {}
    code = known.get("language_code")
    return {
        "id": known["id"] if is_storable(known.get("id")) else number,
        "is_bot": known.get("is_bot") is True,
        "first_name": "",
        "language_code": code if isinstance(code, str) else None,
    }
