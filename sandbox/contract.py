"""Which methods and parameters the Bot API knows, read from the trimmed description beside this file."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.refusal import Json, Refusal, bad_request

MISSING_WORDS = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "document": "there is no document in the request",
    "photo": "there is no photo in the request",
    "voice": "there is no voice in the request",
    "file_id": "file_id is not specified",
    "commands": "commands are not specified",
}
LEFT_TO_THE_METHOD = {"url"}
"""Required by the description, yet an empty value has a meaning (setWebhook with an empty address)."""


@dataclass(frozen=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Field:
    """One parameter: required, and the types it may have."""

    is_required: bool
    types: frozenset[str]


@cache
def read_methods() -> dict[str, dict[str, Field]]:
    """Give every method, by its name in lower case (the Bot API ignores case), with its parameters."""
    raw = json.loads(Path(__file__).with_name("api.json").read_text(encoding="utf-8"))
    methods = {}
    for name, fields in raw["methods"].items():
        methods[name.lower()] = {
            key: Field(spec.startswith("!"), frozenset(spec.removeprefix("!").partition(" ")[0].split("|")))
            if not spec.removeprefix("!").startswith("Array")
            else Field(spec.startswith("!"), frozenset({"Array"}))
            for key, spec in fields.items()
        }
    return methods


def check_parameters(method: str, raw: Json, uploads: dict[str, Upload]) -> tuple[Json, list[str]]:
    """Give the parameters in their own types, and warnings about those newer than the description.

    Raises Refusal 400 when a required one is missing or a value does not parse.
    """
    fields = read_methods()[method.lower()]
    values: Json = {}
    warnings = []
    for name, value in raw.items():
        if value is None or value == "":
            continue
        if name in fields:
            values[name] = read_value(name, value, fields[name])
        else:
            values[name] = value
            warnings.append(f"parameter {name} is newer than the description of the Bot API")
    values.update(uploads)
    for name, field in fields.items():
        if field.is_required and name not in values and name not in LEFT_TO_THE_METHOD:
            raise bad_request(MISSING_WORDS.get(name, f'parameter "{name}" is required'))
    return values, warnings


def read_value(name: str, value: Any, field: Field) -> Any:
    """Read one value, which comes as text in forms and in its own type in JSON."""
    if "String" in field.types:
        is_number = isinstance(value, str) and value.lstrip("-").isdigit()
        if "Integer" in field.types and is_number:
            return int(value)
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            return value if "Integer" in field.types else str(value)
        if "InputFile" not in field.types:
            raise bad_request(f'field "{name}" must be of type String')
        return value
    if "Boolean" in field.types:
        return value if isinstance(value, bool) else str(value).strip().lower() in {"true", "1", "yes"}
    if "Integer" in field.types or "Float" in field.types:
        try:
            return int(value) if "Integer" in field.types else float(value)
        except (TypeError, ValueError):
            raise bad_request(f'field "{name}" must be of type Number') from None
    return read_object(name, value)


def read_object(name: str, value: Any) -> Any:
    """Read a nested object, which forms and many clients carry as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        if name == "reply_markup":
            raise bad_request("object expected as reply markup") from None
        raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None


def check_method(method: str) -> None:
    """Raise 404, as Telegram does, for a method that does not exist."""
    if method.lower() not in read_methods():
        raise Refusal(404, "Not Found")
