"""How much of the sample messages is read right (docs/performance.md#reading): no change may lower it."""

import pytest

from bench.reading import KEPT_APART, WORKING, Score, measure

FIELDS_RIGHT, WISHES_RIGHT = 0.94, 0.95
MOST_SILENT = {KEPT_APART: 6, WORKING: 1}


@pytest.fixture(scope="module", params=[KEPT_APART, WORKING])
def measured(request: pytest.FixtureRequest) -> tuple[str, Score]:
    return request.param, measure(request.param)


def test_fields_are_read_right_or_asked(measured: tuple[str, Score]) -> None:
    name, score = measured
    assert score.right / score.fields >= FIELDS_RIGHT
    assert len(score.silent) <= MOST_SILENT[name]


def test_wishes_are_known_and_nothing_else_is_taken_for_one(measured: tuple[str, Score]) -> None:
    _, score = measured
    assert score.recognised / score.wishes >= WISHES_RIGHT
    assert score.taken_for_wish == []
