"""Facts from outside bear the day of their last check, and the papers say the same as the data."""

from datetime import date, timedelta
from pathlib import Path

from installation.outside import LONGEST_UNCHECKED, TELEGRAM, read_outside_facts
from tests.guards.tree import read


def test_the_table_of_the_operations_guide_is_the_data() -> None:
    table = [line for line in read(Path("docs/operations.md")).splitlines() if line.startswith("| ")]
    facts = read_outside_facts()
    rows = [
        f"| {one.title.ru} | {one.state.ru} | {one.follows.ru} | {one.checked:%d.%m.%Y} |"
        for one in facts.values()
    ]
    assert len(rows) >= 5
    assert [row for row in rows if row not in table] == []


def test_papers_tell_the_state_of_telegram_with_its_day() -> None:
    fact = read_outside_facts()[TELEGRAM]
    for paper in ("README.md", "README.ru.md", "docs/operations.md"):
        text = read(Path(paper))
        assert f"{fact.checked:%d.%m.%Y}" in text, paper
        assert "10.02.2026" in text, paper
    guide = read(Path("docs/operations.md"))
    for setting in ("NASTAVNIK_TELEGRAM_PROXY", "NASTAVNIK_TELEGRAM_API"):
        assert setting in guide


def test_a_fact_is_old_after_a_year() -> None:
    fact = read_outside_facts()[TELEGRAM].model_copy(update={"checked": date(2026, 2, 28)})
    last = fact.checked + LONGEST_UNCHECKED
    assert not fact.is_old(last)
    assert fact.is_old(last + timedelta(days=1))
