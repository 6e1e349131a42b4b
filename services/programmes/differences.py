"""What differs between two contents of a pack, told by the thing that changed and not by lines of a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.programmes.packs import ResolvedPack
from services.programmes.roadmaps import Window
from services.programmes.texts import Text, text
from services.programmes.windows import describe_windows

AREAS: Mapping[str, Text] = {
    "settings": text("Настройки", "Settings"),
    "stages": text("Дорожная карта", "Roadmap"),
    "surveys": text("Анкеты", "Surveys"),
    "uses": text("Когда спрашивают", "When surveys are asked"),
    "consents": text("Тексты согласий", "Consent texts"),
    "asked": text("Согласия", "Consents"),
    "meeting_kinds": text("Виды встреч", "Kinds of meetings"),
    "forms": text("Формы наставничества", "Forms of mentoring"),
    "kinds": text("Виды наставничества", "Kinds of mentoring"),
    "role_variants": text("Ролевые модели", "Role variants"),
    "measurement_points": text("Точки измерения", "Measurement points"),
    "targets": text("Целевые показатели", "Targets"),
    "scoring": text("Оценка эффективности", "Scoring"),
    "words": text("Слова программы", "Words of the programme"),
    "papers": text("Документы", "Documents"),
    "retention": text("Что хранится", "What is kept"),
    "activities": text("Библиотека мероприятий", "Library of activities"),
    "regulation": text("Текст положения", "Text of the regulation"),
}
_REGULATION = ("title", "act", "basis", "chapters", "duties", "phases", "curator_is", "mentee_kinds")
_UNTOLD = frozenset({"sources", "version", "seed", "id"})
"""Facts about the pack itself: the upgrade tells versions and marks apart."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is added (`before` None), removed (`after` None) or said otherwise.

    `area` is a key of AREAS, `place` the titles on the way to it (a survey, a question; a stage, a row) and
    `key` the last steps of its path, empty when the thing at `place` itself came or went.
    """

    area: str
    place: tuple[Text, ...]
    key: str
    before: str | None
    after: str | None


def find_changes(before: ResolvedPack, after: ResolvedPack) -> tuple[Change, ...]:
    """Every difference, in the order of the content. Where a thing came or went, its parts are not listed."""
    return tuple(
        change
        for area, old, new in _pair_areas(_plain(before), _plain(after))
        for change in _compare(area, (), (), old, new)
    )


def _plain(pack: ResolvedPack) -> dict[str, Any]:
    plain: dict[str, Any] = pack.model_dump(mode="json", exclude_none=True)
    titles = {use.id: use.title for use in pack.pack.consents}
    for body in plain["consents"]:
        title = titles[body["id"]]
        body["title"] = {name: f"{title.get(name)} ({body['locale']})" for name in ("ru", "en")}
    return plain


def _pair_areas(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys([*old["pack"], *new["pack"]]):
        if name not in _UNTOLD:
            area = {"surveys": "uses", "consents": "asked"}.get(name, name)
            area = "regulation" if name in _REGULATION else area
            yield area, old["pack"].get(name), new["pack"].get(name)
    for name in ("surveys", "consents"):
        yield name, old[name], new[name]


def _compare(
    area: str, place: tuple[Text, ...], path: tuple[str, ...], old: Any, new: Any
) -> Iterator[Change]:
    if old == new:
        return
    if path and path[-1] == "windows":
        yield Change(area, place, "windows", _describe_windows(old), _describe_windows(new))
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _compare_tables(area, place, path, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _compare_lists(area, place, path, old, new)
    else:
        yield Change(area, place, ".".join(path), _describe(old), _describe(new))


def _compare_tables(
    area: str, place: tuple[Text, ...], path: tuple[str, ...], old: dict[str, Any], new: dict[str, Any]
) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        yield from _compare(area, place, (*path, name), old.get(name), new.get(name))


def _compare_lists(
    area: str, place: tuple[Text, ...], path: tuple[str, ...], old: list[Any], new: list[Any]
) -> Iterator[Change]:
    before, after = _by_name(old), _by_name(new)
    if before is None or after is None:
        yield Change(area, place, ".".join(path), _describe(old), _describe(new))
        return
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        title = _title(other if other is not None else one, name)
        if one is None or other is None:
            yield Change(area, (*place, title), "", _describe(one), _describe(other))
        else:
            yield from _compare(area, (*place, title), (), one, other)
    if list(before) != list(after) and set(before) == set(after):
        yield Change(area, place, ".".join((*path, "order")), ", ".join(before), ", ".join(after))


def _by_name(items: list[Any]) -> dict[str, dict[str, Any]] | None:
    """Items by id, and what makes them unique where ids repeat; None for a list of plain values."""
    if not all(isinstance(item, dict) and _NAMES & item.keys() for item in items):
        return None
    return {" ".join(str(item[name]) for name in _NAME_ORDER if name in item): item for item in items}


_NAME_ORDER = ("id", "locale", "occasion", "survey", "indicator", "year")
_NAMES = frozenset({"id", "occasion", "indicator"})


def _title(item: Any, name: str) -> Text:
    found = item.get("title") or item.get("text") if isinstance(item, dict) else None
    if isinstance(found, dict) and "ru" in found and "en" in found:
        return Text.model_validate(found)
    return text(name, name)


def _describe(value: Any) -> str | None:
    """A value on one line; a table with both languages as its Russian and English."""
    if value is None:
        return None
    if isinstance(value, dict):
        if set(value) == {"ru", "en"} and isinstance(value["ru"], str):
            return f"{value['ru']} / {value['en']}"
        found = value.get("title") or value.get("text") or value.get("body")
        return (
            _describe(found)
            if found
            else ", ".join(f"{name}: {_describe(one)}" for name, one in value.items())
        )
    if isinstance(value, list):
        return "; ".join(filter(None, map(_describe, value)))
    return str(value)


def _describe_windows(value: Any) -> str:
    windows = [Window.model_validate(one) for one in value or ()]
    return f"{describe_windows(windows, 'ru')} / {describe_windows(windows, 'en')}"


def count_by_area(changes: Sequence[Change]) -> dict[str, int]:
    """How many things changed in each area, in the order of AREAS."""
    return {area: count for area in AREAS if (count := sum(one.area == area for one in changes))}
