"""«через полчаса», «минут через 20»: a moment from now on, found in a scanned text."""

import re
from dataclasses import dataclass

from services.dates.folding import TAKEN, Scan

_HOUR = r"(?:часик\w*|часок|часа|часов|час|ч(?!\w))"
_MINUTE = r"(?:минут(?:ок|очек|ку|ы|у)?|мин(?!\w)\.?)"
_SOON = re.compile(
    rf"(?<!\w)через[ ]{{1,3}}(?:где-то[ ]|примерно[ ]|минут[ ])?(?:(?P<half>пол[ -]?час(?:а|ика))"
    rf"|(?P<one_half>полтора[ ]часа)"
    rf"|(?P<quarter>четверть[ ]часа)"
    rf"|(?P<hours>\d{{1,2}})[ ]{{1,20}}{_HOUR}(?:[ ](?P<and>\d{{1,2}})[ ]{{1,20}}{_MINUTE})?"
    rf"|(?P<minutes>\d{{1,3}})[ ]{{0,20}}{_MINUTE}|(?P<hour>{_HOUR}))(?!\w)"
    rf"|(?<!\w)минут(?:ок)?[ ]через[ ]{{1,3}}(?P<about_minutes>\d{{1,3}})(?!\w|[:.]\d)"
    rf"|(?<!\w)(?:часа|часов|часика)[ ]через[ ]{{1,3}}(?P<about_hours>\d{{1,2}})(?!\w|[:.]\d)"
)
_FROM_ELSE = re.compile(r"[ ]{1,3}(?:после|с|от|как)(?!\w)")
_FIXED = {"half": 30, "one_half": 90, "quarter": 15, "hour": 60}
LONGEST_SOON = 12 * 60  # minutes; what is farther off is told by its day


@dataclass(frozen=True, slots=True)
class FoundSoon:
    start: int
    end: int
    minutes: int


def find_soon(scan: Scan) -> list[FoundSoon]:
    """Spans ahead in the order of the text, blanked out in the scan; «через час после уроков» is none."""
    found = []
    for match in _SOON.finditer(scan.text):
        minutes = _minutes({name: value for name, value in match.groupdict().items() if value})
        if (
            TAKEN in match.group()
            or _FROM_ELSE.match(scan.text, match.end())
            or not 0 < minutes <= LONGEST_SOON
        ):
            continue
        found.append(FoundSoon(*match.span(), minutes))
        scan.take(*match.span())
    return found


def _minutes(groups: dict[str, str]) -> int:
    fixed = next((minutes for name, minutes in _FIXED.items() if name in groups), None)
    if fixed is not None:
        return fixed
    hours = int(groups.get("hours") or groups.get("about_hours") or 0)
    return hours * 60 + int(groups.get("minutes") or groups.get("about_minutes") or groups.get("and") or 0)
