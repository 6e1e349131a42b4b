"""Answers an open questionnaire as a demo person would: only by what stands on the screen.

The sandbox knows nothing of the bot's programmes, so an answer is chosen by the labels of the buttons, and a
text is the example that the question gives. Marks differ by person and question and are the same each time.
The words below are those by which a questionnaire is recognised.
"""

import re
from collections.abc import Iterable
from hashlib import sha256

from sandbox.client import Person
from sandbox.screen import Screen

MAX_STEPS = 300
WANTED_TICKS = 2
LOWEST, HIGHEST = 0.5, 1.0  # of a scale: between these lie the marks of people who are content on the whole
WAVERING = 0.25  # of a scale: how far one person's marks lie from each other
TICK = "✓"
OPEN = ("Продолжить анкету", "Continue the questionnaire")
PAUSE = ("Пауза", "Pause")
SEND = ("Отправить", "Send")
DONE = ("Готово", "Done")
SKIP = ("Пропустить", "Skip")
KEEP = ("Оставить как есть", "Leave as it is")
NOT_ANSWERS = (*PAUSE, *SEND, *DONE, *SKIP, *KEEP, "Ко мне не относится", "Does not apply to me")
MARKS = (*PAUSE, *OPEN)
"""A message with one of these buttons belongs to a questionnaire."""
EXAMPLE = re.compile(r"(?:например|for example)[:,]?\s*[«“\"](.+?)[»”\"]\s*(?:$|\n)", re.IGNORECASE)
MARKED = re.compile(rf"^\d+\. (?=.*{TICK}$)|{TICK}")  # "✓ Math", or "1. Anna ✓" where the order counts
INVENTED = {
    "ru": ("Люблю обсуждать уроки с коллегами", "12", "10.10.2025"),
    "en": ("I like to talk over lessons with colleagues", "12", "10.10.2025"),
}


class CannotFill(Exception):
    """The questionnaire does not go on; the text says why and what to do."""


NO_QUESTIONNAIRE = "no questionnaire is open here: choose what the bot offers first"
NO_WAY_ON = "I do not know what to answer here: answer this question yourself, then press again"


async def fill_in(person: Person, language: str) -> int:
    """Answer until the questionnaire is sent; give how many answers were tapped or written.

    Raises CannotFill when no questionnaire is open, or a question takes none of the answers tried.
    """
    screen = await _find_questionnaire(person)
    tried: dict[str, set[str]] = {}
    for step in range(MAX_STEPS):
        if sending := _first(screen, SEND):
            await person.tap(sending)
            return step
        before = _key(screen)
        kind, answer = _choose(person.id, screen, tried.setdefault(before, set()), language)
        tried[before].add(answer)
        screen = await (person.tap(answer) if kind == "tap" else person.say(answer))
        if not _first(screen, MARKS):
            screen = await _find_questionnaire(person)
    raise CannotFill(NO_WAY_ON)


async def _find_questionnaire(person: Person) -> Screen:
    screen = await person.screen()
    if not _first(screen, PAUSE) and (opening := _first(screen, OPEN)):
        screen = await person.tap(opening)
    if not _first(screen, PAUSE):
        raise CannotFill(NO_QUESTIONNAIRE)
    return screen


def _choose(person_id: int, screen: Screen, tried: set[str], language: str) -> tuple[str, str]:
    """A button or a text that was not tried on this screen. Raises CannotFill."""
    options = [label for label in screen.labels if not label.startswith("‹") and label not in NOT_ANSWERS]
    ticked = [label for label in options if TICK in label]
    done = _first(screen, DONE)
    fresh = [label for label in options if label not in ticked and label not in tried]
    if (
        done
        and done not in tried
        and (len(ticked) >= WANTED_TICKS or len(tried) >= WANTED_TICKS or not fresh)
    ):
        return "tap", done
    if fresh:
        return "tap", fresh[_usual(person_id, screen.text, fresh)]
    for way in filter(None, (done, _first(screen, KEEP))):
        if way not in tried:
            return "tap", way
    if not options:
        for text in _texts(screen.text, language):
            if text not in tried:
                return "say", text
    skip = _first(screen, SKIP)
    if skip and skip not in tried:
        return "tap", skip
    raise CannotFill(NO_WAY_ON)


def _usual(person_id: int, question: str, labels: list[str]) -> int:
    """Which button this person takes: of marks their own one, of counts the second, else the first."""
    if not all(_plain(label).isdigit() for label in labels):
        return 0
    if _plain(labels[0]) == "0":
        return min(1, len(labels) - 1)
    return round(find_mark(person_id, question) * (len(labels) - 1))


def find_mark(person_id: int, question: str) -> float:
    """How far up a scale this person answers this question, from 0 to 1."""
    usual = LOWEST + (HIGHEST - LOWEST) * _draw(str(person_id))
    here = usual + WAVERING * (_draw(f"{person_id}:{question}") - 0.5)
    return min(max(here, LOWEST), HIGHEST)


def _draw(seed: str) -> float:
    """A number from 0 to 1, the same for the same seed in every run."""
    return sha256(seed.encode()).digest()[0] / 255


def _texts(question: str, language: str) -> Iterable[str]:
    example = EXAMPLE.search(question)
    return (*((example[1],) if example else ()), *INVENTED["ru" if language == "ru" else "en"])


def _first(screen: Screen, labels: Iterable[str]) -> str | None:
    return next((label for label in labels if label in screen.labels), None)


def _key(screen: Screen) -> str:
    """What a screen asks, without the ticks made on it."""
    labels = (_plain(label) for label in screen.labels if label not in DONE)
    return "\n".join((screen.text, *labels))


def _plain(label: str) -> str:
    return MARKED.sub("", label).strip()
