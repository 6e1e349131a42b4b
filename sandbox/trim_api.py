"""Trim the machine-readable Bot API description to what the sandbox checks.

Run by hand when Telegram publishes a new Bot API: `python -m sandbox.trim_api path/to/api.json`.
A field becomes `"!"` when required, then its types joined by `|`, then ` min-max` when the description
names a length. The source is MIT-licensed: api.LICENSE beside the result.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

RESULT = Path(__file__).with_name("api.json")
LENGTH = re.compile(r"(\d+)-(\d+)\s+(?:characters|bytes)")
KEPT_TYPES = (
    "BotCommand",
    "ForceReply",
    "InlineKeyboardButton",
    "InlineKeyboardMarkup",
    "KeyboardButton",
    "MessageEntity",
    "ReplyKeyboardMarkup",
    "ReplyKeyboardRemove",
    "ReplyParameters",
)


def trim_fields(entry: dict[str, Any]) -> dict[str, str]:
    """Give each field as one short string."""
    fields = {}
    for field in entry.get("fields", []):
        length = LENGTH.search(field["description"])
        fields[field["name"]] = (
            ("!" if field["required"] else "")
            + "|".join(field["types"])
            + (f" {length[1]}-{length[2]}" if length else "")
        )
    return fields


def trim(source: dict[str, Any]) -> str:
    """Give the trimmed description, one method or type a line so that a change reads well in a diff."""
    lines = [f'"version": {json.dumps(source["version"])}']
    for part, names in (("methods", list(source["methods"])), ("types", list(KEPT_TYPES))):
        rows = [f"  {json.dumps(name)}: {json.dumps(trim_fields(source[part][name]))}" for name in names]
        lines.append(f'"{part}": {{\n' + ",\n".join(rows) + "\n}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    RESULT.write_text(trim(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), encoding="utf-8")
