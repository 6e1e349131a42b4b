"""What Telegram's lengths allow: texts are split, captions, toasts and labels cut.

Measured as Telegram measures: in UTF-16 units, after the tags are read. A tag that is open where a part ends
is closed there and opened again in the next one.
"""

import re
from collections.abc import Iterable, Sequence
from html import unescape

TEXT_UNITS, CAPTION_UNITS, TOAST_UNITS, LABEL_UNITS = 4096, 1024, 200, 128
MARK = "…"

_TOKEN = re.compile(
    r"""<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z-]*)(?:"[^"]*"|'[^']*'|[^<>"'])*>"""
    r"|&(?:\#\d+|\#[xX][0-9a-fA-F]+|lt|gt|amp|quot);|.",
    re.DOTALL,
)
_ENDS = ("\n\n", "\n", " ")  # where a part had better end, the best first
_LEAST = 0.5  # no part is made shorter than this share of the limit for that


def count_units(text: str) -> int:
    return len(text) + sum(sign > "\uffff" for sign in text)


def split_text(text: str, limit: int = TEXT_UNITS) -> list[str]:
    """Parts of an HTML text that each fit, in order; nothing but white space between parts is left out."""
    if 2 * len(text) <= limit:
        return [text]
    tokens = list(_TOKEN.finditer(text))
    seen = [_show(token) for token in tokens]
    parts, opened, start = [], list[re.Match[str]](), 0
    while start < len(tokens):
        end = _find_end(seen, start, limit)
        closed = _follow(opened, tokens[start:end])
        if "".join(seen[start:end]).strip():
            begin = "".join(tag[0] for tag in opened)
            finish = "".join(f"</{tag['tag']}>" for tag in reversed(closed))
            parts.append(begin + "".join(token[0] for token in tokens[start:end]) + finish)
        opened, start = closed, end
    return parts or [text]


def cut_text(text: str, limit: int) -> str:
    """The beginning of an HTML text that fits, with a mark where the rest is missing."""
    whole = split_text(text, limit)
    return text if len(whole) == 1 else split_text(text, limit - 1)[0] + MARK


def cut_plain(text: str, limit: int) -> str:
    """The same of a text without tags."""
    if count_units(text) <= limit:
        return text
    kept, units = [], 1
    for sign in text:
        units += count_units(sign)
        if units > limit:
            break
        kept.append(sign)
    return "".join(kept).rstrip() + MARK


def _show(token: re.Match[str]) -> str:
    """What a reader sees of a token: of a tag nothing."""
    if token["tag"]:
        return ""
    return unescape(token[0]) if token[0].startswith("&") else token[0]


def _find_end(seen: Sequence[str], start: int, limit: int) -> int:
    """Where the part that begins at `start` ends."""
    units, at = 0, start
    while at < len(seen) and units + count_units(seen[at]) <= limit:
        units += count_units(seen[at])
        at += 1
    if at == len(seen):
        return at
    least = start + int((at - start) * _LEAST)
    shown = [one or "\0" for one in seen[start:at]]
    for end in _ENDS:
        found = _last(shown, end)
        if found is not None and start + found > least:
            return start + found
    return max(at, start + 1)


def _last(shown: Sequence[str], end: str) -> int | None:
    """The index after the last place where the signs of `end` follow each other."""
    size = len(end)
    for index in range(len(shown), size - 1, -1):
        if "".join(shown[index - size : index]) == end:
            return index
    return None


def _follow(opened: Iterable[re.Match[str]], tokens: Iterable[re.Match[str]]) -> list[re.Match[str]]:
    """The tags that are open after these tokens."""
    stack = list(opened)
    for token in tokens:
        if token["tag"] and token["end"]:
            if stack and stack[-1]["tag"].lower() == token["tag"].lower():
                stack.pop()
        elif token["tag"]:
            stack.append(token)
    return stack
