"""Text with formatting: parse modes to entities, counted in UTF-16 units as Telegram counts."""

import re
from dataclasses import dataclass, field

from sandbox import html_text
from sandbox.refusal import Json, bad_request

COMMAND = re.compile(r"(?<![\w/@<>])/([A-Za-z0-9_]{1,64})(@\w+)?(?![\w/<>])")
ADDRESS = re.compile(r"https?://[^\s<>«»\"']+[^\s<>«»\"'.,;:!?)\]]")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def count_units(text: str) -> int:
    """Give the length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass
class RichText:
    """Text and its entities (JSON as in the Bot API)."""

    text: str
    entities: list[Json] = field(default_factory=list)


def parse_text(text: str, parse_mode: str | None, entities: list[Json] | None) -> RichText:
    """Read text as the bot sent it. Raises Refusal "can't parse entities: ..."."""
    text = text.replace("\r", "")
    mode = (parse_mode or "").lower()
    if mode == "html":
        rich = RichText(*html_text.parse_html(text))
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        rich = RichText(text, check_entities(text, entities or []))
    rich = trim_text(rich)
    rich.entities = find_plain_entities(rich)
    return rich


def check_entities(text: str, entities: list[Json]) -> list[Json]:
    """Keep the entities that the bot gave beside the text; those outside the text are refused."""
    total = count_units(text)
    kept = []
    for entity in entities:
        if not isinstance(entity, dict) or not {"type", "offset", "length"} <= entity.keys():
            raise bad_request('can\'t parse MessageEntity: Field "type", "offset" or "length" is missing')
        start, length = int(entity["offset"]), int(entity["length"])
        if start < 0 or length < 0 or start + length > total:
            raise bad_request(f"entity beginning at UTF-16 offset {start} ends after the end of the text")
        if length:
            kept.append(dict(entity))
    return kept


def trim_text(rich: RichText) -> RichText:
    """Drop white space at both ends, as Telegram does, and move the entities along."""
    stripped = rich.text.strip()
    cut = count_units(rich.text[: len(rich.text) - len(rich.text.lstrip())])
    total = count_units(stripped)
    kept = []
    for entity in rich.entities:
        start = max(0, entity["offset"] - cut)
        end = min(total, entity["offset"] + entity["length"] - cut)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return RichText(stripped, kept)


def find_plain_entities(rich: RichText) -> list[Json]:
    """Add commands, addresses and mail addresses that stand in the text unmarked."""
    taken = [
        (entity["offset"], entity["offset"] + entity["length"])
        for entity in rich.entities
        if entity["type"] in {"code", "pre", "text_link", "text_mention", "url"}
    ]
    found = list(rich.entities)
    for kind, pattern in (("url", ADDRESS), ("email", MAIL), ("bot_command", COMMAND)):
        if kind == "bot_command" and "/" not in rich.text:
            continue
        for match in pattern.finditer(rich.text):
            start = count_units(rich.text[: match.start()])
            end = start + count_units(match.group())
            if all(end <= left or start >= right for left, right in taken):
                taken.append((start, end))
                found.append({"type": kind, "offset": start, "length": end - start})
    found.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return found
