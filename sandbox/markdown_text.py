"""Telegram's MarkdownV2 and the older Markdown."""

from sandbox.html_text import count_bytes, refuse
from sandbox.refusal import Json

RESERVED = set("_*[]()~`>#+-=|{}.!")
OPENERS = {"__": "underline", "||": "spoiler", "*": "bold", "_": "italic", "~": "strikethrough"}


def count_utf16(pieces: list[str]) -> int:
    """Give the length of the text so far in UTF-16 units."""
    return sum(len(piece.encode("utf-16-le")) for piece in pieces) // 2


def parse_markdown(source: str) -> tuple[str, list[Json]]:
    """Read MarkdownV2. Raises Refusal for a reserved character unescaped or an entity without end."""
    out: list[str] = []
    entities: list[Json] = []
    stack: list[tuple[str, int, int]] = []
    quote_start: int | None = None
    place = 0

    def close_quote() -> None:
        nonlocal quote_start
        if quote_start is not None:
            length = count_utf16(out) - quote_start
            if length > 0:
                entities.append({"type": "blockquote", "offset": quote_start, "length": length})
            quote_start = None

    while place < len(source):
        char = source[place]
        at_line_start = place == 0 or source[place - 1] == "\n"
        if at_line_start and char == ">":
            if quote_start is None:
                quote_start = count_utf16(out)
            place += 1
            continue
        if at_line_start:
            close_quote()
        if char == "\\" and place + 1 < len(source) and ord(source[place + 1]) < 127:
            out.append(source[place + 1])
            place += 2
            continue
        if char == "`":
            place = read_code(source, place, out, entities)
            continue
        token = next((token for token in OPENERS if source.startswith(token, place)), None)
        if token is not None:
            if stack and stack[-1][0] == token:
                _, start, _ = stack.pop()
                length = count_utf16(out) - start
                if length:
                    entities.append({"type": OPENERS[token], "offset": start, "length": length})
            else:
                stack.append((token, count_utf16(out), count_bytes(source[:place])))
            place += len(token)
            continue
        if char == "[":
            stack.append(("[", count_utf16(out), count_bytes(source[:place])))
            place += 1
            continue
        if char == "]" and stack and stack[-1][0] == "[":
            _, start, offset = stack.pop()
            place, url = read_url(source, place + 1, offset)
            length = count_utf16(out) - start
            if url and length:
                entities.append({"type": "text_link", "offset": start, "length": length, "url": url})
            continue
        if char in RESERVED:
            raise refuse(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
        out.append(char)
        place += 1
    close_quote()
    if stack:
        raise refuse(f"Can't find end of {name_opener(stack[-1][0])} entity at byte offset {stack[-1][2]}")
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(out), entities


def name_opener(token: str) -> str:
    """Name an entity as Telegram's errors do."""
    return {"[": "TextUrl", "*": "Bold", "_": "Italic", "__": "Underline", "~": "Strikethrough"}.get(
        token, "Spoiler"
    )


def read_code(source: str, place: int, out: list[str], entities: list[Json]) -> int:
    """Read code or pre, in which only ` and \\ are special; give the place behind it."""
    fence = "```" if source.startswith("```", place) else "`"
    offset = count_bytes(source[:place])
    start = count_utf16(out)
    place += len(fence)
    language = ""
    if fence == "```":
        line_end = source.find("\n", place)
        word = source[place:line_end] if line_end > place else ""
        if line_end >= place and not any(char in word for char in " `"):
            language, place = word, line_end + 1
    while place < len(source):
        if source.startswith(fence, place):
            entity: Json = {"type": "pre" if fence == "```" else "code", "offset": start}
            entity["length"] = count_utf16(out) - start
            if language:
                entity["language"] = language
            if entity["length"]:
                entities.append(entity)
            return place + len(fence)
        if source[place] == "\\" and place + 1 < len(source):
            place += 1
        out.append(source[place])
        place += 1
    raise refuse(f"Can't find end of {'Pre' if fence == '```' else 'Code'} entity at byte offset {offset}")


def read_url(source: str, place: int, offset: int) -> tuple[int, str]:
    """Read `(address)` behind a link's text; give the place behind it and the address."""
    if not source.startswith("(", place):
        return place, ""
    place += 1
    url: list[str] = []
    while place < len(source) and source[place] != ")":
        if source[place] == "\\" and place + 1 < len(source):
            place += 1
        url.append(source[place])
        place += 1
    if place >= len(source):
        raise refuse(f"Can't find end of a URL at byte offset {offset}")
    return place + 1, "".join(url)


def parse_old_markdown(source: str) -> tuple[str, list[Json]]:
    """Read the older Markdown: no nesting, `*bold*`, `_italic_`, code, pre and links."""
    out: list[str] = []
    entities: list[Json] = []
    place = 0
    while place < len(source):
        char = source[place]
        if char == "\\" and place + 1 < len(source) and source[place + 1] in "_*`[":
            out.append(source[place + 1])
            place += 2
        elif char == "`":
            place = read_code(source, place, out, entities)
        elif char in "*_[":
            closing = "]" if char == "[" else char
            end = source.find(closing, place + 1)
            if end < 0:
                offset = count_bytes(source[:place])
                raise refuse(f"Can't find end of the entity starting at byte offset {offset}")
            start, words = count_utf16(out), source[place + 1 : end]
            out.append(words)
            length = count_utf16([words])
            offset, place = count_bytes(source[:place]), end + 1
            if char == "[":
                place, url = read_url(source, place, offset)
                if url and length:
                    entities.append({"type": "text_link", "offset": start, "length": length, "url": url})
            elif length:
                kind = "bold" if char == "*" else "italic"
                entities.append({"type": kind, "offset": start, "length": length})
        else:
            out.append(char)
            place += 1
    return "".join(out), entities
