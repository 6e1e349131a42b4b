"""A draft pair is discarded whatever points at it, and what was written about the two stays to be read."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import AccountRole
from models.engine import Database
from models.pairs import Pair, PairStatus
from models.privacy import AgreementBasis, MentoringAgreement
from models.references import columns_to
from models.surveys import SurveyRun
from models.tasks import Task, TaskKind
from services.delivery.tasks import open_task
from services.pairs.papers import MentorPaper, read_missing_papers
from services.pairs.proposals import draft_pair
from services.privacy.agreements import register_agreement
from tests.panel.conftest import Browser, text_of
from tests.schema_rows import add_row
from tests.world import Participant, World

POINTING = [
    (table.name, column.name) for table, column in columns_to("pairs") if table.name != "pair_members"
]


def draft(world: World, mentee: Participant, mentor: Participant) -> int:
    pair_id: int = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=mentee.participation_id,
        mentor_participation_id=mentor.participation_id,
    ).pair_id
    return pair_id


@pytest.mark.parametrize(("name", "column"), POINTING)
def test_a_draft_is_discarded_whatever_row_points_at_it(
    name: str, column: str, curator: Browser, world: World, database: Database
) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = draft(world, mentee, mentor)
    curator.get("/")
    with database.writing() as session:
        add_row(session, name, now=world.now, **{column: pair_id})
        before = session.execute(select(columns_to("pairs")[0][0].metadata.tables[name])).all()
    page = text_of(curator.post(f"/pairs/{pair_id}/discard", page=f"/pairs/{pair_id}/"))
    assert "Черновик удалён. О нём никто не узнал." in page
    assert "осталось здесь" in page
    card = f'href="/pairs/{pair_id}/"'
    assert "черновик удалён" in text_of(curator.get("/pairs/"))
    chosen = curator.get("/pairs/?status=discarded")
    assert card in chosen
    assert '<option value="discarded" selected>черновик удалён' in chosen
    assert card not in curator.get("/pairs/?status=terminated"), "no pair that ended"
    with database.reading() as session:
        after = session.execute(select(columns_to("pairs")[0][0].metadata.tables[name])).all()
        assert session.get_one(Pair, pair_id).status is PairStatus.TERMINATED
    assert len(after) == len(before)
    again = draft(world, mentee, mentor)
    assert again != pair_id, "both are free again"


def test_what_the_psychologist_wrote_is_read_at_the_next_draft_of_the_two(
    curator: Browser, panel: Flask, world: World, database: Database, add_account: Callable[..., int]
) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = draft(world, mentee, mentor)
    add_account(world, AccountRole.PSYCHOLOGIST, "psychologist", "Нина Сергеевна Тонкая")
    psychologist = Browser(panel.test_client(), "psychologist")
    psychologist.post("/sheets/new", page="/sheets/", survey="compatibility_check", subject=str(pair_id))
    with database.reading() as session:
        run_id = session.scalars(select(SurveyRun.id).where(SurveyRun.pair_id == pair_id)).one()
    psychologist.post(
        f"/sheets/{run_id}/",
        go="send",
        q_method="Осторожнее с этой парой",
        q_verdict="not_recommended",
    )
    curator.post(f"/pairs/{pair_id}/discard", page=f"/pairs/{pair_id}/")
    assert "Осторожнее с этой парой" in text_of(curator.get(f"/pairs/{pair_id}/"))
    again = draft(world, mentee, mentor)
    assert "Осторожнее с этой парой" in text_of(curator.get(f"/pairs/{again}/"))
    other = draft(world, world.mentee("Яна"), mentor)
    assert "Осторожнее с этой парой" not in text_of(curator.get(f"/pairs/{other}/"))


def test_an_agreement_for_a_discarded_draft_covers_the_same_two_alone(curator: Browser, world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = draft(world, mentee, mentor)
    day = world.now.date()
    world.write(
        register_agreement,
        actor=world.curator,
        person_id=mentor.id,
        number="7",
        signed_on=day,
        starts_on=day,
        ends_on=day.replace(year=day.year + 1),
        basis=AgreementBasis.ASSIGNMENT,
        content="помощь молодому учителю",
        form="очная",
        payment="",
        file_id=None,
        pair_id=pair_id,
    )
    curator.post(f"/pairs/{pair_id}/discard", page=f"/pairs/{pair_id}/")

    def missing(pair_id: int) -> tuple[MentorPaper, ...]:
        found = world.read(read_missing_papers, actor=world.curator, pair_id=pair_id, now=world.now)
        papers: tuple[MentorPaper, ...] = found.papers
        return papers

    assert MentorPaper.AGREEMENT not in missing(draft(world, mentee, mentor))
    assert MentorPaper.AGREEMENT in missing(draft(world, world.mentee("Яна"), mentor))
    with world.database.reading() as session:
        assert session.scalars(select(MentoringAgreement.pair_id)).all() == [pair_id]


def test_tasks_of_a_discarded_draft_wait_no_longer(
    curator: Browser, world: World, database: Database
) -> None:
    pair_id = draft(world, world.mentee(), world.mentor())
    with database.writing() as session:
        pair = session.get_one(Pair, pair_id)
        open_task(session, TaskKind.PAIR_TERM_OVER, pair, key=f"pair:{pair_id}:term", now=world.now)
    curator.post(f"/pairs/{pair_id}/discard", page=f"/pairs/{pair_id}/")
    with database.reading() as session:
        assert session.scalars(select(Task.done_at)).all() == [world.now]


def test_a_draft_that_nothing_points_at_leaves_no_row(
    curator: Browser, world: World, database: Database
) -> None:
    pair_id = draft(world, world.mentee(), world.mentor())
    page = text_of(curator.post(f"/pairs/{pair_id}/discard", page=f"/pairs/{pair_id}/"))
    assert "осталось здесь" not in page
    with database.reading() as session:
        assert session.get(Pair, pair_id) is None
