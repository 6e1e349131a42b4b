"""A survey tap stored and answered: updates a second beside a bare bot, and how long a person waits."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.contestants import Contestant, open_bare, open_ours
from bench.databases import list_kinds

CHATS = 100
PACE = 200.0


@dataclass(frozen=True, slots=True)
class SurveyFigures:
    """`ratio` is to the bare bot's window beside each of ours; `cpu_ms` is the bot process's own."""

    name: str
    updates: str
    rate: float
    ratio: float
    cpu_ms: float
    cpu_ratio: float
    median_ms: float
    p99_ms: float
    paced_median_ms: float
    paced_p99_ms: float


async def measure_survey(folder: Path, *, rounds: int, seconds: float) -> list[SurveyFigures]:
    figures: list[SurveyFigures] = []
    for updates in ("polling", "webhook"):
        async with AsyncExitStack() as stack:
            bots = [await stack.enter_async_context(open_bare(updates, folder))]
            bots += [
                await stack.enter_async_context(open_ours(kind, updates, folder)) for kind in list_kinds()
            ]
            for bot in bots:
                await bot.crowd.work(CHATS, seconds / 2)  # caches, connections, prepared statements
            for _ in range(rounds):
                for bot in bots:  # beside each other, so that a busy neighbour hurts all of them
                    await bot.measure("closed", bot.crowd.work(CHATS, seconds))
                for bot in bots:
                    await bot.measure("paced", bot.crowd.work_by_clock(PACE, seconds))
            for bot in bots:
                bot.check_stored()
            figures += [summarise(bot, bots[0]) for bot in bots]
    return figures


def summarise(bot: Contestant, bare: Contestant) -> SurveyFigures:
    """Medians over the rounds."""
    closed, paced = bot.windows["closed"], bot.windows["paced"]
    beside = list(zip(closed, bare.windows["closed"], strict=True))
    return SurveyFigures(
        name=bot.name,
        updates=bot.updates,
        rate=median(window.rate for window in closed),
        ratio=median(ours.rate / theirs.rate for ours, theirs in beside),
        cpu_ms=median(bot.cpu_ms),
        cpu_ratio=median(theirs / ours for ours, theirs in zip(bot.cpu_ms, bare.cpu_ms, strict=True)),
        median_ms=median(window.median_ms for window in closed),
        p99_ms=median(window.p99_ms for window in closed),
        paced_median_ms=median(window.median_ms for window in paced),
        paced_p99_ms=median(window.p99_ms for window in paced),
    )
