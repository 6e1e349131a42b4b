"""Plans of pairs from what people answered: rules, scores, runs with locks, drafts, readiness, erasure."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models.accounts import AccountRole
from models.engine import Database
from models.jobs import JobStatus
from models.matching import Aim, Change, MatchFix, MatchLine, MatchRule, Reason
from models.messages import OutboxMessage
from models.pairs import DeclineReason
from models.people import Participation, ParticipationStatus, Role
from models.surveys import RunOccasion, SurveyRun
from models.tasks import Task, TaskKind
from services.access.actors import Actor, Channel, system
from services.access.errors import DomainError
from services.access.rights import RIGHTS
from services.accounts.directory import create_account
from services.joining.withdrawing import withdraw_consent
from services.matching.asks import (
    AnsweredAlready,
    AskedAlready,
    AskNotSent,
    AskOver,
    answer_ask,
    ask_mentor,
    remind_of_asks,
)
from services.matching.drafting import draft_chosen, draft_plan
from services.matching.facts import Criterion, Gap
from services.matching.making import plan_of
from services.matching.ranking import judge_pair, rank_mentors, read_readiness
from services.matching.reading import digest_of, read_facts
from services.matching.results import RunFacts, list_runs, read_run
from services.matching.rules import (
    ReasonMissing,
    SamePersonLocked,
    forbid_pair,
    list_rules,
    lock_pair,
    undo_rule,
)
from services.matching.runs import NothingToMatch, ask_run
from services.matching.scoring import Broken, Caution, Rule
from services.pairs.offers import decline_offer
from services.pairs.proposals import confirm_pair, draft_pair
from services.privacy.erasing import erase_person
from services.programmes.answers import Tapped
from services.programmes.running import change_settings
from services.surveys.office import open_sheet_about
from services.surveys.opening import open_run
from services.surveys.runs import record_answer
from tests.fixed_clock import FixedClock
from tests.world import Participant, World, fill_run, found_school
from worker.running import work_once
from worker.work import WorkerConfig


@pytest.fixture
def world(database: Database, now: Any) -> World:
    return found_school(database, now)


@pytest.fixture
def curator(world: World) -> Actor:
    made = world.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login="curator",
        name="Ольга Петровна Ветрова",
        role=AccountRole.CURATOR,
    )
    return replace(world.curator, id=made.account_id, rights=RIGHTS[AccountRole.CURATOR])


@pytest.fixture
def config(database_url: str, tmp_path: Path, world: World) -> WorkerConfig:
    return WorkerConfig(database_url, tmp_path / "data", FixedClock(world.now))


def run(world: World, config: WorkerConfig, actor: Actor) -> RunFacts:
    """Plans made by the worker as a curator asks for them."""
    asked = world.write(ask_run, actor=actor, cycle_id=world.cycle_id)
    assert work_once(config, world.database, threading.Event(), "mark")
    found: RunFacts = world.read(read_run, actor=actor, run_id=asked.run_id)
    assert found.status is JobStatus.DONE, found.error
    return found


def pairs_of(found: RunFacts, aim: Aim = Aim.BEST_SCORE) -> dict[int, int | None]:
    return {one.mentee_participation_id: one.mentor_participation_id for one in found.plans[aim].lines}


def both(mentee: Participant, mentor: Participant) -> dict[str, int]:
    return {
        "mentee_participation_id": mentee.participation_id,
        "mentor_participation_id": mentor.participation_id,
    }


def wish(world: World, one: Participant, **answers: Tapped) -> None:
    """One side of SV03, as after a round table."""
    survey = world.pack.survey_for("mutual_preference", one.role.value)
    assert survey is not None
    run_id = world.write(
        open_run,
        survey_id=survey.id,
        organization_id=world.organization_id,
        cycle_id=world.cycle_id,
        person_id=one.id,
        occasion=RunOccasion.WAVE,
        dedup_key=f"wish:{one.id}",
    )
    world.write(fill_run, actor=world.actor(one.person), run_id=run_id, answers=answers)


class TestRun:
    def test_answers_become_plans_with_reasons_and_nobody_is_told(
        self, world: World, config: WorkerConfig, curator: Actor
    ) -> None:
        maths = world.mentee("Анна", subjects=Tapped(("maths",)), need_digital=Tapped(("9",)))
        sport = world.mentee("Инна", subjects=Tapped(("sport",)))
        for_sport = world.mentor("Пётр", subjects=Tapped(("sport",)), capacity="1", experience="20")
        for_maths = world.mentor(
            "Олег", subjects=Tapped(("maths",)), capacity="1", experience="20", ready_digital=Tapped(("9",))
        )
        said = world.read(lambda session: session.scalar(select(func.count(OutboxMessage.id))))
        found = run(world, config, curator)
        wanted = {maths.participation_id: for_maths.participation_id}
        wanted[sport.participation_id] = for_sport.participation_id
        assert all(pairs_of(found, aim) == wanted for aim in Aim)
        line = found.plans[Aim.BEST_SCORE].lines[0]
        assert line.mentee == maths.person.full_name
        assert (len(line.reasons), line.runner_up) == (3, for_sport.person.full_name)
        assert line.gap is not None
        assert line.gap > 5
        assert not line.is_ambiguous
        assert found.plans[Aim.BALANCED].numbers.share == 1
        assert found.plans[Aim.BALANCED].numbers.blocking == 0
        assert len(found.inputs_sha256) == 64
        assert said == world.read(lambda session: session.scalar(select(func.count(OutboxMessage.id))))
        again = run(world, config, curator)
        assert again.inputs_sha256 == found.inputs_sha256, "nothing has changed"
        assert [one.id for one in world.read(list_runs, actor=curator, cycle_id=world.cycle_id)] == [
            again.id,
            found.id,
        ]
        drafted = world.write(draft_plan, actor=curator, run_id=again.id, aim=Aim.BEST_SCORE)
        assert (len(drafted.pair_ids), drafted.refused) == (2, ())
        twice = world.write(draft_plan, actor=curator, run_id=again.id, aim=Aim.BALANCED)
        assert (twice.pair_ids, len(twice.refused)) == ((), 2)
        with pytest.raises(NothingToMatch):
            world.write(ask_run, actor=curator, cycle_id=world.cycle_id)

    def test_two_clicks_ask_once_and_who_lacks_the_right_not_at_all(
        self, world: World, curator: Actor
    ) -> None:
        world.mentee()
        world.mentor()
        first = world.write(ask_run, actor=curator, cycle_id=world.cycle_id)
        second = world.write(ask_run, actor=curator, cycle_id=world.cycle_id)
        assert (first.is_new, second.is_new, first.run_id == second.run_id) == (True, False, True)
        observer = replace(curator, rights=RIGHTS[AccountRole.OBSERVER])
        with pytest.raises(DomainError):
            world.write(ask_run, actor=observer, cycle_id=world.cycle_id)
        with pytest.raises(DomainError):
            world.read(read_run, actor=observer, run_id=first.run_id)

    def test_what_is_locked_and_forbidden_holds_in_every_run(
        self, world: World, config: WorkerConfig, curator: Actor
    ) -> None:
        one, two = world.mentee("Анна"), world.mentee("Инна")
        first, second = world.mentor("Пётр", capacity="1"), world.mentor("Олег", capacity="1")
        world.write(lock_pair, actor=curator, **both(one, second))
        banned = world.write(forbid_pair, actor=curator, **both(two, first), reason="Соседи")
        found = run(world, config, curator)
        assert pairs_of(found) == {one.participation_id: second.participation_id, two.participation_id: None}
        alone = found.plans[Aim.NOBODY_LEFT_OUT].lines[1]
        assert alone.reason is Reason.NO_PLACE
        assert alone.lost[0].broken == Broken(Rule.FORBIDDEN)
        assert [(fix.change, fix.mentor_person_id) for fix in found.fixes] == [
            (Change.ONE_MORE_PLACE, second.id)
        ]
        rules = world.read(list_rules, actor=curator, cycle_id=world.cycle_id)
        assert [(rule.author, rule.reason) for rule in rules] == [
            ("Ольга Петровна Ветрова", "Соседи"),
            ("Ольга Петровна Ветрова", ""),
        ]
        world.write(undo_rule, actor=curator, rule_id=banned)
        assert set(pairs_of(run(world, config, curator)).values()) == {
            first.participation_id,
            second.participation_id,
        }

    def test_who_does_not_want_the_other_is_paired_by_a_curator_with_a_reason_only(
        self, world: World, config: WorkerConfig, curator: Actor
    ) -> None:
        mentee, mentor = world.mentee(), world.mentor()
        wish(world, mentee, unwanted=Tapped((str(mentor.id),)), unwanted_reason=Tapped(("relation",)))
        found = run(world, config, curator)
        assert pairs_of(found) == {mentee.participation_id: None}
        line = found.plans[Aim.BEST_SCORE].lines[0]
        assert (line.reason, line.lost[0].broken) == (Reason.ALL_FORBIDDEN, Broken(Rule.UNWANTED))
        assert found.fixes == ()
        for act in (lock_pair, draft_chosen):
            with pytest.raises(ReasonMissing):
                world.write(act, actor=curator, **both(mentee, mentor))
        world.write(lock_pair, actor=curator, **both(mentee, mentor), reason="Оба согласились в беседе")
        kept = run(world, config, curator)
        assert pairs_of(kept) == {mentee.participation_id: mentor.participation_id}
        assert kept.plans[Aim.BEST_SCORE].lines[0].broken == (Broken(Rule.UNWANTED),)
        world.write(draft_chosen, actor=curator, **both(mentee, mentor))

    def test_a_person_is_never_locked_to_themselves(self, world: World, curator: Actor) -> None:
        mentee = world.mentee()
        mentor = world.ready(mentee.person, Role.MENTOR, {"capacity": "1"})
        with pytest.raises(SamePersonLocked):
            world.write(lock_pair, actor=curator, **both(mentee, mentor), reason="Так вышло")

    def test_an_offer_that_was_declined_is_not_proposed_again(self, world: World, curator: Actor) -> None:
        mentee, mentor = world.mentee(), world.mentor()
        pair_id = world.write(draft_pair, actor=world.curator, **both(mentee, mentor)).pair_id
        world.write(confirm_pair, actor=world.curator, pair_id=pair_id)
        world.write(
            decline_offer, actor=world.actor(mentor.person), pair_id=pair_id, reason=DeclineReason.SCHEDULE
        )
        judged = world.read(judge_pair, actor=curator, **both(mentee, mentor))
        assert judged.assessment.broken == (Broken(Rule.REFUSED_BEFORE),)

    def test_an_interview_moves_a_mentor_down(self, world: World, curator: Actor) -> None:
        mentee = world.mentee()
        kept, other = world.mentor("Пётр"), world.mentor("Олег")
        sheet = world.write(
            open_sheet_about,
            actor=curator,
            cycle_id=world.cycle_id,
            survey_id=next(iter(world.pack.surveys_on("mentor_interview"))),
            subject_id=kept.id,
        )
        answers = {"recommendation": Tapped(("reserve",))}
        world.write(fill_run, actor=curator, run_id=sheet, answers=answers)
        ranked = world.read(rank_mentors, actor=curator, mentee_participation_id=mentee.participation_id)
        assert [one.person_id for one in ranked] == [other.id, kept.id]
        assert Caution.INTERVIEW_RESERVE in ranked[1].assessment.cautions

    def test_erasing_a_person_takes_them_out_of_stored_runs(
        self, world: World, config: WorkerConfig, curator: Actor
    ) -> None:
        one, two = world.mentee("Анна"), world.mentee("Инна")
        mentor, spare = world.mentor("Пётр", capacity="1"), world.mentor("Олег", capacity="1")
        world.write(lock_pair, actor=curator, **both(one, mentor))
        run(world, config, curator)
        world.write(
            erase_person,
            actor=world.curator,
            person_id=mentor.id,
            reason="withdrawn",
            made_by="",
        )

        def left(session: Any) -> set[int | None]:
            lines = session.execute(select(MatchLine.mentee_id, MatchLine.mentor_id, MatchLine.runner_up_id))
            rules = session.scalar(select(func.count(MatchRule.id)))
            assert (rules, session.scalar(select(func.count(MatchFix.id)))) == (0, 0)
            return {person for line in lines for person in line}

        assert world.read(left) == {two.id, spare.id, None}


class TestReadiness:
    def test_it_names_who_has_few_mentors_by_rule_and_who_lacks_what(
        self, world: World, curator: Actor
    ) -> None:
        mentee = world.mentee("Анна", subjects=Tapped(("maths",)))
        mentors = [world.mentor("Пётр", subjects=Tapped(("maths",))) for _ in range(3)]
        world.mentor("Олег", subjects=Tapped(("sport",)))
        waiting = world.joined("Нина")
        before = world.read(read_readiness, actor=curator, cycle_id=world.cycle_id)
        assert (before.mentees, before.mentors, before.narrow, before.incomplete) == (1, 4, (), ())
        world.write(forbid_pair, actor=curator, **both(mentee, mentors[0]))
        changes = {"match_subject": "must"}
        world.write(change_settings, actor=world.curator, cycle_id=world.cycle_id, changes=changes)
        found = world.read(read_readiness, actor=curator, cycle_id=world.cycle_id)
        (narrow,) = found.narrow
        assert (narrow.full_name, narrow.possible) == (mentee.person.full_name, 2)
        assert {(one.broken, one.count) for one in narrow.lost} == {
            (Broken(Rule.FORBIDDEN), 1),
            (Broken(Rule.MUST, Criterion.SUBJECT), 1),
        }
        assert waiting.id not in {one.person_id for one in found.incomplete}, "takes no part yet"

    def test_a_gap_of_a_person_keeps_them_out_of_the_plan(self, world: World, curator: Actor) -> None:
        world.mentee()
        mentor = world.mentor()
        world.write(withdraw_consent, actor=world.actor(mentor.person))
        facts = world.read(read_facts, cycle_id=world.cycle_id)
        gaps = [one.gaps for one in facts.mentors]
        assert not gaps or Gap.CONSENT in gaps[0]
        assert not plan_of(facts).lines[Aim.BEST_SCORE][0].mentor
        assert digest_of(facts) == digest_of(world.read(read_facts, cycle_id=world.cycle_id))


class TestAsks:
    def short_of_places(self, world: World, config: WorkerConfig, curator: Actor) -> tuple[Participant, int]:
        """One mentor with one place for two mentees, and the change that would help."""
        mentor = world.mentor(capacity="1")
        world.agree(world.mentee("Анна"), mentor)
        world.mentee("Инна")
        found = run(world, config, curator)
        (fix,) = found.fixes
        assert (fix.mentor_person_id, fix.change, fix.places) == (mentor.id, Change.ONE_MORE_PLACE, 1)
        return mentor, fix.id

    def places(self, world: World, mentor: Participant) -> tuple[int, ParticipationStatus]:
        def read(session: Any) -> tuple[int, ParticipationStatus]:
            row = session.get_one(Participation, mentor.participation_id)
            return row.capacity, row.status

        found: tuple[int, ParticipationStatus] = world.read(read)
        return found

    def test_a_full_mentor_who_agrees_is_free_again_and_a_correction_keeps_it(
        self, world: World, config: WorkerConfig, curator: Actor
    ) -> None:
        mentor, fix_id = self.short_of_places(world, config, curator)
        assert self.places(world, mentor) == (1, ParticipationStatus.PAIRED)
        own = world.actor(mentor.person)
        with pytest.raises(AskNotSent):
            world.write(answer_ask, actor=own, fix_id=fix_id, is_agreed=True)
        world.write(ask_mentor, actor=curator, fix_id=fix_id)
        with pytest.raises(AskedAlready):
            world.write(ask_mentor, actor=curator, fix_id=fix_id)
        world.write(answer_ask, actor=own, fix_id=fix_id, is_agreed=True)
        world.write(answer_ask, actor=own, fix_id=fix_id, is_agreed=True)
        with pytest.raises(AnsweredAlready):
            world.write(answer_ask, actor=own, fix_id=fix_id, is_agreed=False)
        assert self.places(world, mentor) == (2, ParticipationStatus.READY)

        def correct(session: Any, now: Any) -> None:
            run_id = session.scalars(
                select(SurveyRun.id).where(
                    SurveyRun.person_id == mentor.id, SurveyRun.occasion == RunOccasion.INTAKE
                )
            ).one()
            record_answer(session, actor=own, run_id=run_id, question_id="experience", raw="20", now=now)

        world.write(correct)
        assert self.places(world, mentor) == (2, ParticipationStatus.READY)

    def test_who_refuses_is_not_asked_again_and_silence_becomes_a_task(
        self, world: World, config: WorkerConfig, curator: Actor
    ) -> None:
        mentor, fix_id = self.short_of_places(world, config, curator)
        world.write(ask_mentor, actor=curator, fix_id=fix_id)
        world.now += timedelta(days=2)
        world.write(remind_of_asks)
        world.now += timedelta(days=6)
        assert world.write(remind_of_asks) == 1
        assert world.write(remind_of_asks) == 0

        def read(session: Any) -> tuple[int, list[TaskKind]]:
            notices = select(func.count(OutboxMessage.id)).where(OutboxMessage.kind.like("match.%"))
            tasks = select(Task.kind).where(Task.kind == TaskKind.MATCH_ANSWER, Task.done_at.is_(None))
            return session.scalar(notices), list(session.scalars(tasks))

        assert world.read(read) == (2, [TaskKind.MATCH_ANSWER])
        with pytest.raises(AskOver):
            world.write(answer_ask, actor=world.actor(mentor.person), fix_id=fix_id, is_agreed=True)
        world.write(answer_ask, actor=curator, fix_id=fix_id, is_agreed=False)
        assert world.read(read)[1] == []
        assert run(world, config, curator).fixes == ()

    def test_a_mentor_who_accepts_another_subject_gets_this_pair_only(
        self, world: World, config: WorkerConfig, curator: Actor
    ) -> None:
        changes = {"match_subject": "must"}
        world.write(change_settings, actor=world.curator, cycle_id=world.cycle_id, changes=changes)
        mentee = world.mentee("Анна", subjects=Tapped(("maths",)))
        mentor = world.mentor("Пётр", subjects=Tapped(("sport",)))
        found = run(world, config, curator)
        assert found.plans[Aim.BEST_SCORE].lines[0].reason is Reason.NO_SCORE
        (fix,) = found.fixes
        assert (fix.change, fix.criteria) == (Change.ACCEPT_PAIR, (Criterion.SUBJECT,))
        stranger = replace(world.actor(mentor.person), id=mentee.id)
        world.write(ask_mentor, actor=curator, fix_id=fix.id)
        with pytest.raises(DomainError):
            world.write(answer_ask, actor=stranger, fix_id=fix.id, is_agreed=True)
        world.write(answer_ask, actor=world.actor(mentor.person), fix_id=fix.id, is_agreed=True)
        assert pairs_of(run(world, config, curator)) == {mentee.participation_id: mentor.participation_id}
