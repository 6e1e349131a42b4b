"""The form of Telegram's answers: what does not have it comes from a machine between: a network fault.

Also the one place that reads Telegram's words: they become classes of handlers/wire_errors.py.
"""

import json
from http import HTTPStatus
from typing import Any, get_args

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import Message

from handlers.wire_errors import CallbackExpired, ChatUnreachable, MessageNotEditable, MessageNotModified

ERRORS = range(400, 600)
LONGEST_RETRY = 24 * 60 * 60  # seconds; Telegram asks for minutes, at most for hours

REFUSALS: tuple[tuple[type[TelegramAPIError], tuple[str, ...]], ...] = (
    (ChatUnreachable, ("chat not found", "user not found", "PEER_ID_INVALID", "INPUT_USER_DEACTIVATED")),
    (MessageNotModified, ("message is not modified",)),
    (
        MessageNotEditable,
        (
            "message to edit not found",
            "message can't be edited",
            "there is no text in the message to edit",
            "MESSAGE_ID_INVALID",
            "MESSAGE_TOO_LONG",
        ),
    ),
    (CallbackExpired, ("query is too old", "query ID is invalid")),
)
"""Descriptions of answers with code 400. The Bot API gives them no code of their own."""


class OddAnswer(TelegramNetworkError):
    """An answer that Telegram does not give: a proxy's page, a member of the wrong kind."""


def check_form(method: TelegramMethod[Any], status: int, content: str) -> tuple[int, str]:
    """Telegram's own code and the answer in a form that aiogram can read. Raises OddAnswer.

    An error's code is the answer's member, not the status of HTTP: a proxy may change that one.
    """
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        raise OddAnswer(method, f"no JSON ({status})") from None
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        raise OddAnswer(method, f"no answer of the Bot API ({status})")
    if answer["ok"]:
        if "result" not in answer:
            raise OddAnswer(method, f"no result ({status})")
        result = _result(method, answer["result"])
        return HTTPStatus.OK, content if result is None else json.dumps({"ok": True, "result": result})
    return _refusal(method, status, answer)


def name_refusal(error: TelegramAPIError) -> TelegramAPIError:
    """A refusal by its own class; one that nothing is to be done about stays as it is."""
    if isinstance(error, TelegramForbiddenError):
        return ChatUnreachable(error.method, error.message)
    if type(error) is TelegramBadRequest:
        for refusal, descriptions in REFUSALS:
            if any(one in error.message for one in descriptions):
                return refusal(error.method, error.message)
    return error


def _refusal(method: TelegramMethod[Any], status: int, answer: dict[str, Any]) -> tuple[int, str]:
    code, description = answer.get("error_code"), answer.get("description")
    if type(code) is not int or code not in ERRORS or not isinstance(description, str):
        raise OddAnswer(method, f"no error of the Bot API ({status})")
    parameters = answer.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    is_wait = type(wait) is int and 0 < wait <= LONGEST_RETRY
    if code == HTTPStatus.TOO_MANY_REQUESTS and not is_wait:
        raise OddAnswer(method, "429 without a time to wait")
    known: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if code == HTTPStatus.TOO_MANY_REQUESTS:
        known["parameters"] = {"retry_after": wait}
    return code, json.dumps(known)


def _result(method: TelegramMethod[Any], result: Any) -> dict[str, Any] | None:
    """Of a message that was sent or edited its number alone: the rest may be newer than aiogram's models."""
    returned = method.__returning__
    is_message = returned is Message or Message in get_args(returned)
    if not is_message or result is True:
        return None
    number = result.get("message_id") if isinstance(result, dict) else None
    if type(number) is not int:
        raise OddAnswer(method, "a message without a number")
    return {
        "message_id": number,
        "date": 0,
        "chat": {"id": getattr(method, "chat_id", None) or 0, "type": "private"},
    }
