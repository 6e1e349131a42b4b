"""What forbids a pair, how well its sides fit, and the price of a lock: plain rules without a database."""

from dataclasses import replace
from typing import Any

import pytest

from models.matching import Aim
from models.people import Role
from services.matching.facts import Criterion, Facts, Interview, Links, Member, Recommendation
from services.matching.planning import make_plans, set_up
from services.matching.scoring import Broken, Caution, Rule, assess, find_broken
from services.pairs.verdicts import Verdict
from services.programmes.regulations import Weight

WEIGHTS = dict.fromkeys(Criterion, Weight.MEDIUM)


def member(number: int, role: Role = Role.MENTOR, **facts: Any) -> Member:
    return Member(number, number, role, **facts)


class TestScoring:
    def test_a_score_has_visible_parts_and_leaves_out_what_was_not_answered(self) -> None:
        mentee = member(1, Role.MENTEE, ratings={"planning": 9, "digital": 2}, subjects=frozenset({"maths"}))
        mentor = member(2, ratings={"planning": 10, "digital": 1}, subjects=frozenset({"maths", "physics"}))
        judged = assess(mentee, mentor, Facts((), (), Links(), WEIGHTS))
        parts = {one.criterion: one.for_mentee for one in judged.parts}
        assert parts == {Criterion.NEEDS: 1.0, Criterion.SUBJECT: 1.0, Criterion.LOAD: 1.0}
        assert (judged.for_mentee, judged.for_mentor, judged.broken, judged.cautions) == (100, 100, (), ())
        assert [(one.criterion, one.details) for one in judged.reasons][:2] == [
            (Criterion.NEEDS, ("planning",)),
            (Criterion.SUBJECT, ("maths",)),
        ]

    def test_a_weight_decides_how_much_a_criterion_counts_and_must_forbids(self) -> None:
        mentee = member(1, Role.MENTEE, subjects=frozenset({"maths"}), experience=1)
        stranger = member(2, subjects=frozenset({"sport"}), experience=20)

        def judged(weight: Weight) -> Any:
            return assess(mentee, stranger, Facts((), (), Links(), {**WEIGHTS, Criterion.SUBJECT: weight}))

        assert judged(Weight.LOW).score > judged(Weight.HIGH).score
        assert judged(Weight.OFF).score == 100
        assert judged(Weight.HIGH).broken == ()
        assert judged(Weight.MUST).broken == (Broken(Rule.MUST, Criterion.SUBJECT),)
        agreed = Links(accepted={(1, 2): frozenset({Criterion.SUBJECT})})
        weights = {**WEIGHTS, Criterion.SUBJECT: Weight.MUST}
        assert not find_broken(mentee, stranger, Facts((), (), agreed, weights))

    def test_wishes_the_interview_and_the_conclusion_count(self) -> None:
        mentee = member(1, Role.MENTEE, preferred=(2,))
        named, other = member(2, preferred=(1,)), member(3)
        facts = Facts((), (), Links(), WEIGHTS)
        assert assess(mentee, named, facts).score > assess(mentee, other, facts).score
        kept = member(4, interview=Interview(Recommendation.RESERVE, 4.0))
        taken = member(5, interview=Interview(Recommendation.ACCEPT, 9.0))
        assert assess(mentee, taken, facts).score > assess(mentee, kept, facts).score
        assert assess(mentee, kept, facts).cautions == (Caution.INTERVIEW_RESERVE,)
        links = Links(verdicts={(1, 3): Verdict.NOT_RECOMMENDED})
        assert assess(mentee, other, Facts((), (), links, WEIGHTS)).cautions == (Caution.NOT_RECOMMENDED,)

    @pytest.mark.parametrize(
        ("change", "rule"),
        [
            ({"mentee": {"unwanted": frozenset({2})}}, Rule.UNWANTED),
            ({"mentor": {"unwanted": frozenset({1})}}, Rule.UNWANTED),
            ({"mentor": {"unwanted": frozenset({1}), "managers": frozenset({1})}}, Rule.LINE_MANAGER),
            ({"mentor": {"person_id": 1}}, Rule.SAME_PERSON),
            ({"links": {"forbidden": frozenset({(1, 2)})}}, Rule.FORBIDDEN),
            ({"links": {"refused": frozenset({(1, 2)})}}, Rule.REFUSED_BEFORE),
            ({"links": {"verdicts": {(1, 2): Verdict.NOT_RECOMMENDED}}}, Rule.NOT_RECOMMENDED),
        ],
    )
    def test_each_rule_that_forbids_has_a_name(self, change: dict[str, Any], rule: Rule) -> None:
        mentee = replace(member(1, Role.MENTEE), **change.get("mentee", {}))
        mentor = replace(member(2), **change.get("mentor", {}))
        facts = Facts((mentee,), (mentor,), Links(**change.get("links", {})), WEIGHTS, True)
        assert [one.rule for one in find_broken(mentee, mentor, facts)] == [rule]
        assert not set_up(facts).instance.mentee.size

    def test_a_lock_sets_a_rule_aside_and_says_what_it_costs(self) -> None:
        mentees = (
            member(1, Role.MENTEE, subjects=frozenset({"maths"}), unwanted=frozenset({12})),
            member(2, Role.MENTEE, subjects=frozenset({"sport"})),
        )
        mentors = (member(11, subjects=frozenset({"maths"})), member(12, subjects=frozenset({"sport"})))
        weights = dict.fromkeys(Criterion, Weight.OFF) | {Criterion.SUBJECT: Weight.HIGH}
        plain = make_plans(set_up(Facts(mentees, mentors, Links(), weights)))
        assert [one.mentor.id for one in plain.lines[Aim.BEST_SCORE] if one.mentor] == [11, 12]
        locked = Facts(mentees, mentors, Links(locked=frozenset({(1, 12)})), weights)
        plans = make_plans(set_up(locked))
        for aim in Aim:
            first = plans.lines[aim][0]
            assert first.mentor is not None
            assert (first.mentor.id, first.told["is_locked"], first.told["forced"]) == (12, True, 200.0)
            assert first.told["broken"] == [["unwanted", None]]
