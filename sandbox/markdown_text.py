"""Telegram's MarkdownV2 and the older Markdown."""

from sandbox.html_text import count_bytes, refuse
from sandbox.refusal import Json

RESERVED = set("_*[]()~`>#+-=|{}.!")
OPENERS = {"__": "underline", "||": "spoiler", "*": "bold", "_": "italic", "~": "strikethrough"}


def count_utf16(pieces: list[str]) -> int:
    """Give the length of the text so far in UTF-16 units."""
    return sum(len(piece.encode("utf-16-le")) for piece in pieces) // 2


class MarkdownReader:
    """Reads MarkdownV2 from left to right; open entities wait on a stack for their ends."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._place = 0
        self._stack: list[tuple[str, int, int]] = []
        self._quote_start: int | None = None
        self.out: list[str] = []
        self.entities: list[Json] = []

    def read(self) -> None:
        """Read everything. Raises Refusal."""
        while self._place < len(self._source):
            if self._is_at_line_start() and self._read_quote_mark():
                continue
            if self._read_escape() or self._read_token() or self._read_link():
                continue
            char = self._source[self._place]
            if char in RESERVED:
                raise refuse(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
            self.out.append(char)
            self._place += 1
        self._close_quote()
        if self._stack:
            token, _, offset = self._stack[-1]
            raise refuse(f"Can't find end of {name_opener(token)} entity at byte offset {offset}")

    def _is_at_line_start(self) -> bool:
        return self._place == 0 or self._source[self._place - 1] == "\n"

    def _read_quote_mark(self) -> bool:
        if self._source[self._place] != ">":
            self._close_quote()
            return False
        if self._quote_start is None:
            self._quote_start = count_utf16(self.out)
        self._place += 1
        return True

    def _close_quote(self) -> bool:
        """Put down the quotation that lasted until here; say whether there was one."""
        if self._quote_start is None:
            return False
        self._put({"type": "blockquote"}, self._quote_start)
        self._quote_start = None
        return True

    def _read_escape(self) -> bool:
        following = self._source[self._place + 1 : self._place + 2]
        if self._source[self._place] != "\\" or not following or not following.isascii():
            return False
        self.out.append(following)
        self._place += 2
        return True

    def _read_token(self) -> bool:
        if self._source[self._place] == "`":
            self._place = read_code(self._source, self._place, self.out, self.entities)
            return True
        token = next((token for token in OPENERS if self._source.startswith(token, self._place)), None)
        if token is None:
            return False
        if self._stack and self._stack[-1][0] == token:
            self._put({"type": OPENERS[token]}, self._stack.pop()[1])
        else:
            self._open(token)
        self._place += len(token)
        return True

    def _read_link(self) -> bool:
        char = self._source[self._place]
        if char == "[":
            self._open(char)
            self._place += 1
            return True
        if char != "]" or not self._stack or self._stack[-1][0] != "[":
            return False
        _, start, offset = self._stack.pop()
        self._place, url = read_url(self._source, self._place + 1, offset)
        if url:
            self._put({"type": "text_link", "url": url}, start)
        return True

    def _open(self, token: str) -> None:
        self._stack.append((token, count_utf16(self.out), count_bytes(self._source[: self._place])))

    def _put(self, entity: Json, start: int) -> None:
        length = count_utf16(self.out) - start
        if length > 0:
            self.entities.append({**entity, "offset": start, "length": length})


def parse_markdown(source: str) -> tuple[str, list[Json]]:
    """Read MarkdownV2. Raises Refusal for a reserved character unescaped or an entity without end."""
    reader = MarkdownReader(source)
    reader.read()
    reader.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(reader.out), reader.entities


def name_opener(token: str) -> str:
    """Name an entity as Telegram's errors do."""
    return {"[": "TextUrl", "*": "Bold", "_": "Italic", "__": "Underline", "~": "Strikethrough"}.get(
        token, "Spoiler"
    )


def read_code(source: str, place: int, out: list[str], entities: list[Json]) -> int:
    """Read code or pre, where only backtick and backslash are special; give the place behind it."""
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
