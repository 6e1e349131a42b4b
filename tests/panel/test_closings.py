"""Closing a school year: decisions on pairs, outcomes on both sides, the next year, nobody carried over."""

import pytest
from sqlalchemy import select

from admin.views import closings as closings_page
from models.engine import Database
from models.messages import OutboxMessage
from models.pairs import Pair, PairStatus
from models.people import Outcome, Participation, Role
from models.programmes import Cycle, Programme
from models.surveys import SurveyRun, SurveyStatus
from models.tasks import Task, TaskKind
from notices.catalogue import compose
from notices.language import load_translators
from notices.letters import Letter
from services.access.errors import NotAllowed, NotFound
from services.curator.closings import CycleClosed, PairFate, answer_offer, close_cycle
from services.programmes.running import change_settings, current_cycle, settings_of
from services.surveys.intake import choose_role
from tests.panel.conftest import Browser, text_of
from tests.world import World, found_school


@pytest.mark.requirement("B15", "A22")
def test_a_year_is_closed_and_the_next_one_opened(curator: Browser, world: World, database: Database) -> None:
    done, going = (
        world.agree(world.mentee(), world.mentor()),
        world.agree(world.mentee("Вера"), world.mentor()),
    )
    waiting = world.mentee("Лев", "Ильич")
    unfinished = world.consented("Инна", "Юрьевна")
    world.write(choose_role, actor=world.actor(unfinished), role=Role.MENTEE)
    world.write(
        change_settings, actor=world.curator, cycle_id=world.cycle_id, changes={"invitation_days": 21}
    )

    page = curator.get("/closing/")
    text = text_of(page)
    assert "Закрыть учебный год 2026-2027" in text
    assert "Откроется 2027-2028 с той же программой" in text
    assert "1 открытая анкета закроется" in text
    assert "6 человек получат благодарность" in text
    assert "checked" not in page, "no fate of a pair is chosen for the curator"
    fates = {f"pair_{done}": "complete", f"pair_{going}": "extend"}
    unread = curator.post("/closing/close", fates, page="/closing/")
    assert "прочитали, что за этим последует" in text_of(unread)
    assert unread.count("checked") == 2, "what was chosen stays"
    undecided = curator.post("/closing/close", {f"pair_{done}": "complete"}, page="/closing/", sure="1")
    assert "по каждой работающей паре" in text_of(undecided)
    home = text_of(curator.post("/closing/close", fates, page="/closing/", sure="1"))
    assert "открыт 2027-2028" in home
    assert "хотят ли продолжить: 6." in home
    assert "Хочет продолжить" in home, "the pair that goes on is a task, not a pair"

    with database.reading() as session:
        pairs = {one.id: one.status for one in session.scalars(select(Pair))}
        assert pairs == {done: PairStatus.COMPLETED, going: PairStatus.COMPLETED}
        outcomes = {(one.person_id, one.role): one.outcome for one in session.scalars(select(Participation))}
        assert sorted(str(one) for one in outcomes.values()) == sorted(
            [*[Outcome.COMPLETED] * 2, *[Outcome.EXTENDED] * 2, Outcome.UNPAIRED, Outcome.UNFINISHED]
        )
        assert outcomes[waiting.id, Role.MENTEE] is Outcome.UNPAIRED
        old, new = session.scalars(select(Cycle).order_by(Cycle.id)).all()
        assert (old.is_open, new.is_open, new.label) == (False, True, "2027-2028")
        assert session.scalars(select(Participation).where(Participation.cycle_id == new.id)).all() == []
        hashes = session.scalars(select(Programme.pack_sha256)).all()
        assert len(hashes) == 2
        assert len(set(hashes)) == 1
        assert settings_of(session, cycle_id=new.id).invitation_days == 21
        statuses = session.scalars(select(SurveyRun.status)).all()
        assert SurveyStatus.OPEN not in statuses
        task = session.scalars(select(Task).where(Task.kind == TaskKind.EXTENSION_WANTED)).one()
        assert (task.pair_id, task.cycle_id) == (going, new.id)
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "cycle.closed")).all()
        letters = [
            compose(
                session,
                kind="cycle.closed",
                facts={**one.facts, "person_id": one.person_id},
                t=load_translators()["ru"],
                now=world.now,
            )
            for one in told
        ]
    assert len(told) == 6
    offered = []
    for letter in letters:
        assert isinstance(letter, Letter)
        assert "хотите участвовать и в 2027-2028?" in letter.text
        labels = [action.label for row in letter.rows for action in row]
        assert labels[:2] == ["Да, выбрать роль", "Не в следующем году"]
        offered += labels[2:]
    assert offered == ["О долгосрочном банке"] * 2, "mentors alone are asked, as a consent of its own"
    with pytest.raises(CycleClosed):
        world.write(close_cycle, actor=world.curator, cycle_id=old.id, fates={})


def test_the_offer_of_the_next_year_is_answered_by_the_person_alone(world: World, database: Database) -> None:
    mentee = world.mentee()
    world.write(close_cycle, actor=world.curator, cycle_id=world.cycle_id, fates={})
    other = world.consented("Лев", "Ильич")
    with pytest.raises(NotFound):
        world.write(answer_offer, actor=world.actor(other), cycle_id=world.cycle_id, wants=True)
    for wants in (True, False, False):
        world.write(answer_offer, actor=world.actor(mentee.person), cycle_id=world.cycle_id, wants=wants)
    with database.reading() as session:
        assert session.get_one(Participation, mentee.participation_id).wants_next is False
        assert current_cycle(session, world.organization_id).label == "2027-2028"
    chosen = world.write(choose_role, actor=world.actor(mentee.person), role=Role.MENTOR)
    assert chosen.role is Role.MENTOR, "mentee there, mentor here: roles change from year to year"


def test_only_who_manages_this_organisation_closes_its_year(world: World) -> None:
    stranger = found_school(world.database, world.now, name="Лицей № 2")
    with pytest.raises(NotAllowed):
        world.write(
            close_cycle, actor=stranger.curator, cycle_id=world.cycle_id, fates={1: PairFate.COMPLETE}
        )


def test_pairs_are_decided_by_groups_where_they_fill_more_than_a_page(
    curator: Browser, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closings_page, "PAGE", 1)
    first, second, third = (
        world.agree(world.mentee(name), world.mentor()) for name in ("Анна", "Вера", "Зоя")
    )
    page = curator.get("/closing/")
    assert f"pair_{first}" in page
    assert f"pair_{second}" not in page
    turned = curator.post(
        "/closing/close", {f"pair_{first}": "extend", "unmet": "end_early", "turn": "1"}, page="/closing/"
    )
    assert f'name="pair_{first}" value="extend"' in turned, "what was chosen goes along"
    assert f"pair_{second}" in turned
    facts = {f"pair_{first}": "extend", f"pair_{second}": "complete", "sure": "1"}
    undecided = curator.post("/closing/close", facts, page="/closing/")
    assert "по каждой работающей паре" in text_of(undecided)
    curator.post("/closing/close", {**facts, "unmet": "end_early"}, page="/closing/")
    with database.reading() as session:
        pairs = {one.id: one.status for one in session.scalars(select(Pair))}
    assert pairs == {
        first: PairStatus.COMPLETED,
        second: PairStatus.COMPLETED,
        third: PairStatus.TERMINATED,
    }
