"""One spelling for reading Russian text. Folded text keeps every character's place, so that a span found in
it cuts the same words out of what the person wrote.
"""

import re
import unicodedata
from dataclasses import dataclass

TAKEN = "\0"  # stands where something was read: neither a letter nor a space, and never in a tidy text
LONGEST = 4096  # a Telegram message; what is beyond is not read

_SAME = str.maketrans(
    {"ё": "е", "–": "-", "—": "-", "−": "-", "‑": "-", "‐": "-", "’": "'", "“": '"', "”": '"'}
)

_ONES = (
    "ноль|нуля|нулю",
    "один|одна|одно|одну|одной|одного|одним",
    "два|две|двух|двум|двумя",
    "три|трех|трем|тремя",
    "четыре|четырех|четырем",
    "пять|пяти|пятью",
    "шесть|шести|шестью",
    "семь|семи|семью",
    "восемь|восьми",
    "девять|девяти",
)
_TEENS = (
    "десять|десяти",
    "одиннадцать|одиннадцати",
    "двенадцать|двенадцати",
    "тринадцать|тринадцати",
    "четырнадцать|четырнадцати",
    "пятнадцать|пятнадцати",
    "шестнадцать|шестнадцати",
    "семнадцать|семнадцати",
    "восемнадцать|восемнадцати",
    "девятнадцать|девятнадцати",
)
_TENS = {
    "двадцать|двадцати": 20,
    "тридцать|тридцати": 30,
    "сорок|сорока": 40,
    "пятьдесят|пятидесяти": 50,
    "шестьдесят|шестидесяти": 60,
    "семьдесят|семидесяти": 70,
    "восемьдесят|восьмидесяти": 80,
    "девяносто|девяноста": 90,
    "сто|ста": 100,
}


def _spellings() -> dict[str, int]:
    small = [*enumerate(_ONES), *enumerate(_TEENS, start=10), *((n, words) for words, n in _TENS.items())]
    return {word: number for number, words in small for word in words.split("|")}


_NUMBERS = _spellings()
_NUMBER_WORD = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_NUMBER_RUN = re.compile(rf"(?<![\w-])(?:{_NUMBER_WORD})(?: (?:{_NUMBER_WORD}))*(?![\w-])")


_ONE_O_CLOCK = re.compile(r"(?<=(?<!\w)с )час[ау](?= до )")  # «с часу до двух»


def tidy(text: str) -> str:
    """The text with composed letters (macOS sends й in two parts) and without what no eye sees."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")[: LONGEST * 2]
    composed = unicodedata.normalize("NFC", whole)[:LONGEST]
    kept = (" " if char.isspace() and char != "\n" else char for char in composed)
    return "".join(char for char in kept if char == "\n" or char.isprintable())


def fold(text: str) -> str:
    """Small letters, е for ё, one dash and one quote; as long as the text."""
    small = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return small.translate(_SAME)


def _join_numbers(words: list[str]) -> list[int]:
    """Numbers of a run of numerals: «сорок пять» is one, «пятнадцать тридцать» two."""
    numbers: list[int] = []
    room = 0  # what may still be added to the last number: 100 takes tens, a ten takes ones
    for word in words:
        value = _NUMBERS[word]
        if 0 < value < room:
            numbers[-1] += value
        else:
            numbers.append(value)
        room = {True: 100, False: 10}[value == 100] if value >= 20 else 0  # noqa: PLR2004
    return numbers


def with_digits(folded: str) -> str:
    """Numerals in words become digits, padded with spaces to the same length."""

    def write(match: re.Match[str]) -> str:
        digits = " ".join(str(number) for number in _join_numbers(match.group().split(" ")))
        return digits.ljust(len(match.group()))

    return _ONE_O_CLOCK.sub("1   ", _NUMBER_RUN.sub(write, folded))


@dataclass(slots=True)
class Scan:
    """A text while it is read: `text` is folded, with digits, and what was read is blanked out."""

    text: str
    folded: str
    numerals: tuple[tuple[int, int], ...] = ()

    def widen(self, start: int, end: int) -> tuple[int, int]:
        """The span with the whole of a numeral in words that it touches."""
        touched = [span for span in self.numerals if span[0] < end and start < span[1]]
        return min([start, *(one for one, _ in touched)]), max([end, *(one for _, one in touched)])

    def take(self, start: int, end: int) -> None:
        self.text = self.text[:start] + TAKEN * (end - start) + self.text[end:]

    def has_digit_at(self, place: int) -> bool:
        """Whether the person wrote a digit there, not a numeral in words."""
        return self.folded[place].isdigit()


def scan_of(tidied: str) -> Scan:
    folded = fold(tidied)
    numerals = tuple(match.span() for match in _NUMBER_RUN.finditer(folded))
    return Scan(with_digits(folded), folded, numerals)
