"""What a round of a survey is summed up to: bounds, the threshold of people, and who each answer is for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programmes.surveys import Question
from services.programmes.values import NOT_APPLICABLE
from services.results.answers import Given, Summary, summarize
from services.results.readers import uses_of
from services.surveys.reading import FEWEST_SEEN, Reader, may_count
from tools.questions import PAPER, USES, describe_questions, packs

RATING = Question.model_validate({"id": "r", "kind": "rating10", "text": {"ru": "?", "en": "?"}})
YES_NO = Question.model_validate({"id": "y", "kind": "yes_no", "text": {"ru": "?", "en": "?"}})

answers = st.lists(
    st.builds(
        Given,
        st.integers(1, 12).map(str),
        st.one_of(st.integers(1, 10), st.none(), st.just(NOT_APPLICABLE)),
    ),
    max_size=40,
)


@given(answers, st.integers(0, 9))
def test_a_figure_stands_on_five_people_here_and_elsewhere(given_: list[Given], others: int) -> None:
    found = summarize(RATING, given_, threshold=7.0, others=others)
    chosen = [one for one in given_ if isinstance(one.value, int)]
    people = len({one.respondent for one in chosen})
    assert (found.people, found.answers) == (people, len(chosen))
    assert found.answers + found.skipped + found.not_applicable == len(given_)
    is_shown = people >= FEWEST_SEEN and not 0 < others < FEWEST_SEEN
    assert (found.mean is not None) == is_shown
    assert found.is_withheld == (bool(people) and not is_shown)
    if is_shown:
        assert 1 <= (found.mean or 0) <= 10
        assert 0 <= (-1 if found.share is None else found.share) <= 100
        assert sum(count for _, count in found.spread) == len(chosen)
    else:
        assert (found.mean, found.share, found.spread) == (None, None, ())


@given(st.lists(st.integers(1, 9), min_size=5, max_size=20), st.data())
def test_a_better_rating_lowers_no_figure(ratings: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(ratings) - 1))
    better = [rating + (number == place) for number, rating in enumerate(ratings)]

    def sum_up(values: list[int]) -> Summary:
        return summarize(RATING, [Given(str(n), one) for n, one in enumerate(values)], threshold=7.0)

    before, after = sum_up(ratings), sum_up(better)
    assert (after.mean or 0) > (before.mean or 0)
    assert (after.share or 0) >= (before.share or 0)


def test_of_nothing_nothing_is_told() -> None:
    assert summarize(RATING, [], threshold=7.0) == Summary(0, 0)


def test_yes_is_no_number() -> None:
    found = summarize(YES_NO, [Given(str(n), n < 3) for n in range(5)], threshold=7.0)
    assert (found.mean, found.share, found.spread) == (None, 60.0, (("yes", 3), ("no", 2)))


def test_each_reader_sees_figures_of_what_was_promised() -> None:
    def question(**facts: object) -> Question:
        return RATING.model_copy(update=facts)

    assert {one for one in Reader if may_count(question(seen_by="totals"), one)} == set(Reader)
    assert not any(may_count(question(seen_by="totals", private=True), one) for one in Reader)
    assert {one for one in Reader if may_count(question(seen_by="curator"), one)} == {
        Reader.RESPONDENT,
        Reader.CURATOR,
        Reader.FILE,
    }


@pytest.mark.requirement("A34")
def test_every_question_of_every_pack_has_a_reader() -> None:
    """Named one by one in docs/questions.md; that the pages show them: tests/panel/test_results.py."""
    lost = [
        f"{pack.pack.id}: {survey.id}.{question.id}"
        for pack in packs()
        for survey in pack.surveys
        for question in survey.questions()
        if not uses_of(pack, survey, question)
    ]
    assert not lost, f"asked for nobody: {lost}"
    assert PAPER.read_text(encoding="utf-8") == describe_questions(), "run: python tools/questions.py"
    assert all(USES.values())
