"""Telegram's HTML: a small closed set of tags, and errors that name a byte offset."""

import re
import sys

from sandbox.refusal import Json, Refusal, bad_request

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
}
OTHER_TAGS = {"a", "span", "blockquote", "tg-emoji"}
SURROGATES = range(0xD800, 0xE000)
NAMED_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
CHARACTER = re.compile(r"&(?:#(\d+)|#x([0-9a-fA-F]+)|(lt|gt|amp|quot))(?:;|$|(?=\W))")
START_TAG = re.compile(
    r"<([a-zA-Z-]+)((?:\s+[a-zA-Z-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*)\s*/?>"
)
ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")


def refuse(words: str) -> Refusal:
    """Give the refusal of a text that does not parse."""
    return bad_request(f"can't parse entities: {words}")


def decode_characters(text: str) -> str:
    """Read `&lt;` and the like."""

    def decode(match: re.Match[str]) -> str:
        decimal, hexadecimal, name = match.groups()
        if name:
            return NAMED_CHARACTERS[name]
        code = int(decimal) if decimal else int(hexadecimal, 16)
        is_valid = 0 < code <= sys.maxunicode and code not in SURROGATES
        return chr(code) if is_valid else match.group()

    return CHARACTER.sub(decode, text)


def count_bytes(text: str) -> int:
    """Give the length in UTF-8, in which Telegram counts places of errors."""
    return len(text.encode("utf-8"))


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Give text and entities. Raises Refusal for a tag that is unknown, unclosed or wrongly nested."""
    pieces: list[str] = []
    units = 0
    place = 0
    stack: list[tuple[str, int, Json]] = []
    entities: list[Json] = []
    while place < len(source):
        bracket = source.find("<", place)
        plain = decode_characters(source[place:] if bracket < 0 else source[place:bracket])
        pieces.append(plain)
        units += len(plain.encode("utf-16-le")) // 2
        if bracket < 0:
            break
        offset = count_bytes(source[:bracket])
        if source.startswith("</", bracket):
            end = source.find(">", bracket)
            if end < 0:
                raise refuse(f"Unclosed end tag at byte offset {offset}")
            name = source[bracket + 2 : end].strip().lower()
            if not stack:
                raise refuse(f"Unexpected end tag at byte offset {offset}")
            opened, start, entity = stack.pop()
            if name and name != opened:
                raise refuse(
                    f'Unmatched end tag at byte offset {offset}, expected "</{opened}>", found "</{name}>"'
                )
            if units > start and entity:
                entities.append({**entity, "offset": start, "length": units - start})
            place = end + 1
            continue
        tag = START_TAG.match(source, bracket)
        if tag is None:
            raise refuse(explain_start_tag(source, bracket, offset))
        name = tag[1].lower()
        stack.append((name, units, read_tag(name, tag[2], offset)))
        place = tag.end()
    if stack:
        raise refuse(f'Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    return "".join(pieces), merge_code(entities)


def explain_start_tag(source: str, bracket: int, offset: int) -> str:
    """Say what is wrong with a `<` that begins no tag of Telegram's."""
    name = re.match(r"<([^\s>]*)", source[bracket:])
    word = name[1].lower() if name else ""
    if word not in SIMPLE_TAGS and word not in OTHER_TAGS:
        return f'Unsupported start tag "{word}" at byte offset {offset}'
    if ">" not in source[bracket:]:
        return f"Unclosed start tag at byte offset {offset}"
    return f'Unsupported start tag "{word}" at byte offset {offset}'


def read_tag(name: str, raw_attributes: str, offset: int) -> Json:
    """Give the entity that a start tag opens, {} when it has no effect."""
    attributes = {
        match[1].lower(): decode_characters(match[2] or match[3] or match[4] or "")
        for match in ATTRIBUTE.finditer(raw_attributes)
    }
    if name == "code" and attributes.get("class", "").startswith("language-"):
        return {"type": "code", "language": attributes["class"].removeprefix("language-")}
    if name in SIMPLE_TAGS:
        return {"type": SIMPLE_TAGS[name]}
    if name == "a":
        return {"type": "text_link", "url": attributes["href"]} if attributes.get("href") else {}
    if name == "span":
        if attributes.get("class") != "tg-spoiler":
            raise refuse(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        return {"type": "spoiler"}
    if name == "blockquote":
        return {"type": "expandable_blockquote" if "expandable" in attributes else "blockquote"}
    if name == "tg-emoji":
        return {"type": "custom_emoji", "custom_emoji_id": attributes.get("emoji-id", "")}
    raise refuse(f'Unsupported start tag "{name}" at byte offset {offset}')


def merge_code(entities: list[Json]) -> list[Json]:
    """Make `<pre><code class="language-x">` one entity, and drop a language outside of pre."""
    merged = []
    for entity in entities:
        language = entity.pop("language", None) if entity["type"] == "code" else None
        around = next(
            (
                other
                for other in entities
                if other["type"] == "pre"
                and (other["offset"], other["length"]) == (entity["offset"], entity["length"])
            ),
            None,
        )
        if language and around is not None:
            around["language"] = language
        else:
            merged.append(entity)
    merged.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return merged
