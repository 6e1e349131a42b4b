"""Indicators as the regulations define them: bounds, monotony, and nothing out of nothing."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.accounts import AccountRole
from models.engine import Database
from models.people import Role
from services.access.actors import Channel, system
from services.accounts.directory import create_account
from services.people.eligibility import set_eligibility
from services.programmes.regulations import Target
from services.results.headcounts import (
    CountedAhead,
    MoreYoungThanStaff,
    NothingCounted,
    enter_headcount,
)
from services.results.indicators import (
    Gap,
    Light,
    Work,
    coverage,
    involvement,
    involvement_by,
    light,
    satisfaction_index,
    satisfied,
    share_of,
    young_specialists,
)
from services.results.measured import Measured, read_indicators, target_for
from services.surveys.reading import FEWEST_SEEN
from tests.results import answer, ask
from tests.world import World, found_school

indexes = st.lists(st.floats(1, 10), max_size=30)
people = st.sets(st.integers(1, 40))
works = st.lists(
    st.builds(
        Work,
        form=st.sampled_from(["a", "b"]),
        kind=st.sampled_from(["x", "y"]),
        mentee_id=st.integers(1, 6),
        mentor_id=st.integers(7, 9),
        meetings=st.integers(0, 9),
        minutes=st.integers(0, 400),
        is_young=st.booleans(),
    ),
    max_size=12,
)


@given(people, st.one_of(st.none(), st.integers(0, 60)))
def test_a_share_of_a_headcount_is_of_it_or_is_none(counted: set[int], headcount: int | None) -> None:
    for share in (young_specialists(counted, headcount), coverage(counted, headcount)):
        if not headcount:
            assert (share.percent, share.gap) == (None, Gap.NO_BASE)
        elif len(counted) > headcount:
            assert (share.percent, share.gap) == (None, Gap.BASE_TOO_SMALL)
        else:
            assert share.percent == pytest.approx(100 * len(counted) / headcount)
            assert 0 <= (share.percent or 0) <= 100


@given(people, st.integers(1, 60), st.integers(41, 50))
def test_one_more_person_raises_coverage_and_a_larger_base_lowers_it(
    counted: set[int], more: int, another: int
) -> None:
    base = len(counted) + more
    before = coverage(counted, base).percent or 0
    assert (coverage(counted | {another}, base).percent or 0) > before
    assert (coverage(counted, base + 1).percent or 0) <= before


@given(indexes, st.integers(0, 40), st.floats(1, 10))
def test_everybody_who_took_part_stands_below_the_line(
    answers: list[float], participants: int, threshold: float
) -> None:
    found = satisfied(answers, participants, threshold)
    assert found.respondents == len(answers) <= found.participants
    if len(answers) < FEWEST_SEEN:
        assert found.share.percent is None
        assert found.of_respondents is None
        assert found.share.gap is (Gap.TOO_FEW if found.participants else Gap.NO_BASE)
        return
    content = sum(one >= threshold for one in answers)
    assert found.share.percent == pytest.approx(100 * content / max(participants, len(answers)))
    assert 0 <= (found.share.percent or 0) <= (found.of_respondents or 0) <= 100
    happier = satisfied([min(one + 1, 10) for one in answers], participants, threshold)
    assert (happier.share.percent or 0) >= (found.share.percent or 0)
    silent = satisfied(answers, found.participants + 1, threshold)
    assert (silent.share.percent or 0) <= (found.share.percent or 0), (
        "whoever is silent does not count as satisfied"
    )


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 10)), st.sets(st.sampled_from("abcd")))
def test_an_index_is_a_rating_and_turns_what_is_bad(ratings: dict[str, int], turned: set[str]) -> None:
    found = satisfaction_index(ratings, turned)
    assert (found is None) == (not ratings)
    if found is not None:
        assert 1 <= found <= 10
        back = satisfaction_index({key: 11 - value for key, value in ratings.items()}, set("abcd") - turned)
        assert back == pytest.approx(found)


@given(works)
def test_people_are_counted_once_and_pairs_each(own: list[Work]) -> None:
    whole = involvement(own)
    for attribute in ("form", "kind"):
        parts = involvement_by(own, attribute).values()
        assert sum(one.pairs for one in parts) == whole.pairs == len(own)
        assert sum(one.minutes for one in parts) == whole.minutes
        assert max((one.mentees for one in parts), default=0) <= whole.mentees
        assert sum(one.mentees for one in parts) >= whole.mentees
    assert whole.young <= whole.mentees <= whole.pairs


def test_the_light_against_a_target() -> None:
    assert [light(value, 70) for value in (70, 69.9, 60, 59.9)] == [
        Light.REACHED,
        Light.NEAR,
        Light.NEAR,
        Light.MISSED,
    ]
    assert (light(None, 70), light(70, None)) == (None, None)
    assert share_of(0, 4).percent == 0


def test_the_target_of_a_year_or_the_last_one_before_it() -> None:
    targets = [
        Target(year=year, indicator="staff_coverage", value=value) for year, value in ((2023, 5), (2025, 15))
    ]
    found = [target_for(targets, "staff_coverage", year) for year in (2022, 2023, 2024, 2026)]
    assert [one and one.value for one in found] == [None, 5, 5, 15]
    assert target_for(targets, "student_coverage", 2025) is None


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    world = found_school(database, now, pack_id="afterschool-centre-2022")
    world.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login="curator",
        name="Вера Павловна Тихая",
        role=AccountRole.CURATOR,
    )
    return world


def measured(world: World) -> dict[str, Measured]:
    with world.database.reading() as session:
        found = read_indicators(
            session, actor=world.curator, organization_id=world.organization_id, now=world.now
        )
    return {one.indicator: one for one in found}


def enter(world: World, **counted: int | None) -> bool:
    facts = {"young_specialists": None, "staff": None, "students": None} | counted
    day = facts.pop("day", None) or world.now.date()
    entered: bool = world.write(
        enter_headcount, actor=world.curator, organization_id=world.organization_id, counted_on=day, **facts
    )
    return entered


def test_values_equal_what_is_counted_by_hand(world: World) -> None:
    """Eight mentees, three of them young: six in pairs; five answered, three of them with 7 and more."""
    mentees = [world.mentee(experience=str(years)) for years in (0, 3, 4, 5, 6, 7, 9, 2)]
    mentors = [world.mentor() for _ in range(3)]
    for number, mentee in enumerate(mentees[:6]):
        world.agree(mentee, mentors[number // 2])
    means = dict(zip([one.id for one in mentees], (9, 8, 7, 6, 3, None, 10, 10), strict=True))
    for run_id, (person_id, mean) in zip(
        ask(world, "satisfaction_mid", Role.MENTEE), means.items(), strict=True
    ):
        del person_id
        answer(world, run_id, None if mean is None else {"comfort": mean, "overall": mean})
    world.now += timedelta(days=1)
    found = measured(world)["mentee_satisfaction"].latest
    assert found is not None
    assert found.satisfied is not None
    assert (found.share.part, found.share.whole, found.satisfied.respondents) == (3, 6, 5)
    assert (found.share.percent, found.satisfied.of_respondents) == (50, 60)
    assert found.target is not None
    assert (found.target.year, found.target.value, found.light) == (2024, 85, Light.MISSED)

    assert not measured(world)["young_specialists"].points
    enter(world, young_specialists=4, staff=40)
    shares = measured(world)
    assert shares["young_specialists"].latest is not None
    assert shares["young_specialists"].latest.share.percent == 50, "0 and 3 years, of four"
    assert shares["staff_coverage"].latest is not None
    assert shares["staff_coverage"].latest.share.percent == 100 * 9 / 40
    noted = {"is_new_here": False, "has_returned": False, "is_up_to_35": False, "is_student": False}
    world.write(set_eligibility, actor=world.curator, person_id=mentees[0].id, experience_years="12", **noted)
    corrected = measured(world)["young_specialists"].latest
    assert corrected is not None
    assert corrected.share.percent == 25, "what the curator notes counts before the questionnaire"


def test_a_headcount_that_cannot_be_is_refused(world: World) -> None:
    with pytest.raises(NothingCounted):
        enter(world)
    with pytest.raises(MoreYoungThanStaff):
        enter(world, young_specialists=5, staff=4)
    with pytest.raises(CountedAhead):
        enter(world, staff=4, day=world.now.date() + timedelta(days=2))  # type: ignore[arg-type]
    assert [enter(world, staff=40), enter(world, staff=40), enter(world, staff=41)] == [True, False, True]
    found = measured(world)["staff_coverage"].points
    assert [one.share.whole for one in found] == [41], "a day is corrected, not doubled"
