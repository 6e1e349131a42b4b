"""Before and after: the comparison itself, and when both sides are asked."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.engine import Database
from models.meetings import MeetingKind
from services.meetings.outcomes import log_past_meeting
from services.programmes.packs import load_pack
from services.programmes.surveys import Question
from services.results.growth import Growth, Twice, grow, turned
from services.surveys.events import ask_before_and_after
from services.surveys.reading import FEWEST_SEEN
from tests.world import PROGRAMMES, World, found_school

values = st.lists(
    st.builds(Twice, st.integers(1, 9), st.integers(1, 10).map(float), st.integers(1, 10).map(float)),
    max_size=25,
)


@given(values)
def test_a_change_lies_within_the_scale_and_its_interval(own: list[Twice]) -> None:
    found = grow(own)
    people = len({one.respondent for one in own})
    assert (found.measured, found.people) == (len(own), people)
    assert found.is_withheld == (people < FEWEST_SEEN)
    if found.is_withheld:
        assert found == Growth(len(own), people)
        return
    assert found.change == pytest.approx((found.after or 0) - (found.before or 0))
    assert -9 <= (found.low or 0) <= (found.high or 0) <= 9
    assert 0 <= (found.improved or 0) <= 100
    assert grow(own) == found, "the interval of the same answers is the same"


@given(values)
def test_one_point_more_for_all_moves_change_and_interval_by_one(own: list[Twice]) -> None:
    before, after = grow(own), grow([Twice(one.respondent, one.before, one.after + 1) for one in own])
    for name in ("change", "low", "high"):
        old, new = getattr(before, name), getattr(after, name)
        assert (old is None and new is None) or new == pytest.approx(old + 1)


def test_of_nobody_nothing_is_told() -> None:
    assert grow([]) == Growth(0, 0)


def test_where_ten_is_bad_the_value_is_turned_round() -> None:
    facts = {"id": "a", "kind": "rating10", "text": {"ru": "?", "en": "?"}}
    anxiety, plain = (Question.model_validate(facts | {"reverse": one}) for one in (True, False))
    assert [turned(anxiety, value) for value in (1, 10, None)] == [10, 1, None]
    assert (turned(plain, 3), turned(plain, True), turned(plain, {"special": "not_applicable"})) == (
        3,
        1,
        None,
    )


@pytest.mark.requirement("A38")
def test_both_occasions_ask_the_same_under_titles_of_their_own() -> None:
    pack = load_pack(PROGRAMMES, "simferopol-2022")
    for side in ("mentee", "mentor"):
        before, after = (pack.survey_for(f"indicators_{when}", side) for when in ("before", "after"))  # type: ignore[arg-type]
        assert before is not None
        assert after is not None
        assert before.blocks == after.blocks
        assert before.title != after.title
        assert before.outro != after.outro


def test_a_pair_that_only_tells_of_its_meetings_is_asked_at_the_start(
    database: Database, now: object
) -> None:
    world: World = found_school(database, now)  # type: ignore[arg-type]
    anna, pyotr = world.mentee(), world.mentor()
    pair_id = world.agree(anna, pyotr)
    assert world.write(ask_before_and_after) == 2, "no meeting is planned, and none was told of"
    late = world.agree(world.mentee(), pyotr)
    for days in (2, 1):
        log(world, late, days)
    assert world.write(ask_before_and_after) == 0, "after the second meeting it is no start"
    log(world, pair_id, 0, MeetingKind.FINAL)
    assert world.write(ask_before_and_after) == 2


def log(world: World, pair_id: int, days_ago: int, kind: MeetingKind | None = None) -> None:
    world.write(
        log_past_meeting,
        actor=world.curator,
        pair_id=pair_id,
        day=world.now.date() - timedelta(days=days_ago),
        clock=None,
        minutes=40,
        topic=None,
        kind=kind,
    )
