"""The folder of packs on disk: TOML and Markdown read, common content laid under a pack's own.

    common/defaults.toml, common/surveys/ID.toml, common/consents/ID/VERSION.LOCALE.md
    PACK/programme.toml,  PACK/surveys/ID.toml,   PACK/consents/ID/VERSION.LOCALE.md

A pack overrides by key: tables merge, lists of items with ids merge by id (`omit = true` drops an item), a
list that names ids ("intro") or occasions of surveys takes only what it names, in its order, and any other
value of the pack replaces the common one.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.programmes.problems import Problem

COMMON = "common"
PROGRAMME = "programme.toml"
DEFAULTS = "defaults.toml"
LOCALES = ("ru", "en")
OCCASION = "occasion"

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Layered:
    """A document of a pack over the common one; knows which file a key came from."""

    own: Raw
    own_file: str
    common: Raw
    common_file: str

    @property
    def merged(self) -> Raw:
        """The content that counts."""
        return merge(self.common, self.own)

    def file_of(self, key: str) -> str:
        """The file where the key stands, or should stand if it is missing."""
        names = key.split(".") if key else []
        for depth in (len(names), len(names) - 1):
            for document, file in ((self.own, self.own_file), (self.common, self.common_file)):
                if depth > 0 and file and _has_path(document, names[:depth]):
                    return file
        return self.own_file or self.common_file


def _has_path(document: Any, names: Sequence[str]) -> bool:
    here = document
    for name in names:
        if isinstance(here, dict) and name in here:
            here = here[name]
        elif isinstance(here, list) and (item := _find_item(here, name)) is not None:
            here = item
        else:
            return False
    return True


def _find_item(items: list[Any], name: str) -> Any:
    by_id = next((item for item in items if isinstance(item, dict) and item.get("id") == name), None)
    if by_id is None and name.isdecimal() and 1 <= int(name) <= len(items):
        return items[int(name) - 1]
    return by_id


def _is_list_of_items(value: Any, name: str = "id") -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and name in one for one in value)
    )


def _is_choice(value: Any, name: str = "id") -> bool:
    """A list with at least one bare id; what stands beside it may be whole items."""
    return (
        isinstance(value, list)
        and any(isinstance(one, str) for one in value)
        and all(isinstance(one, str) or (isinstance(one, dict) and name in one) for one in value)
    )


def merge(common: Raw, own: Raw) -> Raw:
    """Lay a pack's own content over the common one; neither is changed."""
    merged = dict(common)
    for key, value in own.items():
        under = common.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            merged[key] = merge(under, value)
        elif under is not None and _is_list_of_items(value) and _is_list_of_items(under):
            merged[key] = _merge_items(under, value)
        elif under is not None and _is_choice(value) and _is_list_of_items(under):
            merged[key] = _choose_items(under, value)
        elif under is not None and _is_choice(value, OCCASION) and _is_list_of_items(under, OCCASION):
            merged[key] = _choose_occasions(under, value)
        else:
            merged[key] = value
    return merged


def _merge_items(common: list[Raw], own: list[Raw]) -> list[Raw]:
    by_id = {item["id"]: item for item in common}
    for item in own:
        by_id[item["id"]] = merge(by_id.get(item["id"], {}), item)
    return [item for item in by_id.values() if item.get("omit") is not True]


def _choose_items(common: list[Raw], own: list[Raw | str]) -> list[Raw | str]:
    """An id that the common list does not know stays as it is, and is told as a fault."""
    by_id = {item["id"]: item for item in common}
    return [
        by_id.get(one, one) if isinstance(one, str) else merge(by_id.get(one["id"], {}), one) for one in own
    ]


def _choose_occasions(common: list[Raw], own: list[Raw | str]) -> list[Raw | str]:
    """What is asked has no ids of its own: an occasion takes every survey that is asked then."""
    chosen: list[Raw | str] = []
    for one in own:
        asked = [item for item in common if item[OCCASION] == one] if isinstance(one, str) else []
        chosen += asked or [one]
    return chosen


def find_repeated_ids(document: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Ids that stand twice in one list, as (key, mend); merging by id would hide them."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield from find_repeated_ids(value, f"{key}.{name}" if key else name)
    elif isinstance(document, list):
        seen: set[str] = set()
        for item in document:
            item_id = item.get("id") if isinstance(item, dict) else None
            if isinstance(item_id, str):
                if item_id in seen:
                    yield f"{key}.{item_id}", "this id stands twice in the list: choose another"
                seen.add(item_id)
                yield from find_repeated_ids(item, f"{key}.{item_id}")


class Folder:
    """Reads files under one root and collects what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def report(self, file: str, key: str, mend: str) -> None:
        """Note a fault once: the first word about a key is the clearest."""
        if not any((known.file, known.key) == (file, key) for known in self.problems):
            self.problems.append(Problem(file, key, mend))

    def pack_ids(self) -> tuple[str, ...]:
        """Folders that hold a programme."""
        if not self.root.is_dir():
            return ()
        found = (path.parent.name for path in self.root.glob(f"*/{PROGRAMME}"))
        return tuple(sorted(name for name in found if name != COMMON))

    def read_text(self, file: str) -> str | None:
        """The text of a file; None if it is not there or not UTF-8 (which is reported)."""
        path = self.root / file
        if not path.is_file():
            return None
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            self.report(file, "", "this file is not UTF-8: save it as UTF-8")
            return None

    def read_toml(self, file: str) -> Raw | None:
        """The document; None if it is not there or cannot be read (which is reported with its line)."""
        text = self.read_text(file)
        if text is None:
            return None
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = re.fullmatch(
                r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL
            )
            said = place[1] if place else str(error)
            line = int(place[2]) if place and place[2] else len(text.splitlines())
            self.report(file, f"line {line}", f"this is not TOML, correct it: {said[:1].lower()}{said[1:]}")
            return None
        for key, mend in find_repeated_ids(document):
            self.report(file, key, mend)
        return document

    def read_layered(self, pack_id: str, name: str, common_name: str) -> Layered | None:
        """A document of the pack over its common one; None if neither is there or one cannot be read."""
        own_file, common_file = f"{pack_id}/{name}", f"{COMMON}/{common_name}"
        is_own = pack_id != COMMON and (self.root / own_file).is_file()
        is_common = (self.root / common_file).is_file()
        own = self.read_toml(own_file) if is_own else {}
        common = self.read_toml(common_file) if is_common else {}
        if own is None or common is None or not (is_own or is_common):
            return None
        return Layered(own, own_file if is_own else "", common, common_file if is_common else "")

    def has_survey(self, pack_id: str, survey_id: str) -> bool:
        """Whether a file for the survey is there, readable or not."""
        return any(
            (self.root / where / "surveys" / f"{survey_id}.toml").is_file() for where in (pack_id, COMMON)
        )

    def survey_ids(self, pack_id: str) -> tuple[str, ...]:
        """Surveys that lie in the pack's own folder."""
        return tuple(sorted(path.stem for path in (self.root / pack_id / "surveys").glob("*.toml")))

    def consent_file(self, pack_id: str, consent_id: str, version: int, locale: str) -> str:
        """The pack's own file where it has one, otherwise the common one."""
        name = f"consents/{consent_id}/{version}.{locale}.md"
        return f"{pack_id}/{name}" if (self.root / pack_id / name).is_file() else f"{COMMON}/{name}"
