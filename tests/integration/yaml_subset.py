"""As much of YAML as compose.yaml is written in, and no more: anything else is refused.

Block mappings and lists, flow lists of strings, quoted and plain strings, whole numbers; anchors, merge keys.
"""

import json
import re
from pathlib import Path
from typing import Any

PLAIN = re.compile(r"""[^\s"'\[\]{}&*!|>%@`#,-][^"\[\]&*!|>%`]*""")
KEY = re.compile(r"([\w.-]+|<<):(?: +(.*))?$")
BARE = {"true": True, "false": False, "null": None}


class NotInSubset(ValueError):
    """A line that this reader does not know; compose.yaml must be simpler, or the reader better."""


def read_yaml(path: Path) -> Any:
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        told = re.sub(r"(^|\s)#.*$", "", line).rstrip()  # none of our strings has a "#" after a space
        if told:
            lines.append((len(told) - len(told.lstrip()), told.lstrip()))
    reader = Reader(lines)
    found = reader.block(0)
    if reader.rest:
        raise NotInSubset(reader.rest[0][1])
    return found


class Reader:
    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self.rest = lines
        self._anchors: dict[str, Any] = {}

    def block(self, indent: int) -> Any:
        is_list = self.rest[0][1].startswith("- ")
        found: Any = [] if is_list else {}
        while self.rest and self.rest[0][0] == indent:
            _, line = self.rest.pop(0)
            if is_list:
                found.append(self.scalar(line.removeprefix("- ")))
                continue
            matched = KEY.fullmatch(line)
            if matched is None or matched[1] in found:
                raise NotInSubset(line)
            value = self._value(matched[2] or "", indent)
            found[matched[1]] = value
        inherited = {} if is_list else found.pop("<<", {})
        return inherited | found if inherited else found

    def _value(self, told: str, indent: int) -> Any:
        if told and not told.startswith("&"):
            return self.scalar(told)
        deeper = bool(self.rest) and self.rest[0][0] > indent
        value = self.block(self.rest[0][0]) if deeper else None
        if told:
            self._anchors[told[1:]] = value
        return value

    def scalar(self, told: str) -> Any:
        if told.startswith("*"):
            return self._anchors[told[1:]]
        if told[0] in '["':
            return json.loads(told)
        if told in BARE:
            return BARE[told]
        if re.fullmatch(r"[1-9]\d*", told):
            return int(told)
        # a plain scalar that YAML itself would take for something else is not ours
        is_number = re.fullmatch(r"\d+([.:]\d+)*", told) is not None and told.count(".") < 2
        if is_number or ": " in told or not plain(told):
            raise NotInSubset(told)
        return told


def plain(told: str) -> bool:
    without_variables = re.sub(r"\$\{[^}]*\}", "x", told)
    return PLAIN.fullmatch(without_variables) is not None
