"""docs/questions.md, each question of the shared surveys and its readers: `python tools/questions.py`."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from services.programmes.packs import ResolvedPack, list_packs, load_pack  # noqa: E402  # found through the line above
from services.programmes.surveys import SEEN_BY, Survey  # noqa: E402  # found through the line above
from services.results.readers import Use, uses_of  # noqa: E402  # found through the line above

PAPER = ROOT / "docs" / "questions.md"

USES: Mapping[Use, str] = {
    Use.RESULTS: "итоги анкеты, цифры",
    Use.WORDS: "итоги анкеты, открытые ответы",
    Use.SATISFIED: "доля довольных (B26, B27)",
    Use.GROWTH: "до и после (A38)",
    Use.RATINGS: "оценки после встреч",
    Use.PROFILE: "банк и сравнение перед парой",
    Use.PAIR: "видит пара",
    Use.WISHES: "карточка человека, перед парой",
    Use.HELP: "дело о помощи",
    Use.CONCLUSION: "страница пары, перед предложением",
    Use.INTERVIEW: "карточка наставника",
    Use.CRITERIA: "сумма и уровень девяти показателей",
    Use.SHEET: "сам лист, читает куратор",
}

HEAD = """# Вопрос и его читатель

Сделано `tools/questions.py` из анкет `programmes/` и из `services/results/readers.py`; тест держит таблицу в
согласии с ними и проверяет, что в каждом пакете у каждого вопроса есть читатель. Обещание стоит под вопросом,
когда на него отвечают: кого оно не называет, тот ответа не видит. Цифры без имён – от пяти человек.
"""


def packs() -> tuple[ResolvedPack, ...]:
    return tuple(load_pack(ROOT / "programmes", one) for one in list_packs(ROOT / "programmes"))


def surveys() -> Iterator[tuple[ResolvedPack, Survey]]:
    """Every survey of every pack, each content once."""
    seen: set[str] = set()
    for pack in packs():
        for survey in pack.surveys:
            content = survey.model_dump_json()
            if content not in seen:
                seen.add(content)
                yield pack, survey


def describe_questions() -> str:
    """The whole document."""
    parts = [HEAD]
    for pack, survey in sorted(surveys(), key=lambda one: (one[1].code, one[1].id)):
        parts.append(f"\n## {survey.code} `{survey.id}`: {survey.title.ru}\n\n")
        parts.append("| Вопрос | Обещано | Где читают |\n|---|---|---|\n")
        for one in survey.questions():
            uses = "; ".join(USES[use] for use in uses_of(pack, survey, one))
            promise = "в цифры не входит. " if one.private else ""
            parts.append(f"| {one.text.ru} | {promise}{SEEN_BY[one.seen_by].ru} | {uses} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PAPER.write_text(describe_questions(), encoding="utf-8")
