"""Documents: what they say, when they are out of date, and what a signature does."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.accounts import AccountRole
from models.consents import ConsentKind
from models.documents import Document, DocumentKind, DocumentPerson, DocumentStatus, PaperName
from models.engine import Database
from models.jobs import Job, JobStatus, StoredFile
from models.pairs import Pair, PairStatus
from models.privacy import MentoringAgreement
from services.access.actors import Channel, system
from services.accounts.directory import create_account
from services.consents.states import ConsentState, state_of
from services.documents.declining import Case
from services.documents.making import (
    ChoiceMissing,
    DocumentSigned,
    PairNotForThis,
    TermWrong,
    make_anew,
    make_documents,
)
from services.documents.paper_cards import edit_paper_card
from services.documents.paper_names import Written, confirm_forms, read_forms
from services.documents.reading import list_documents_of_pair, list_unconfirmed, read_document
from services.documents.signing import (
    NumberMissing,
    SigningDateWrong,
    carry_out_orders,
    register_paper_order,
    sign_document,
)
from services.files.store import folder_of
from services.pairs.assignments import OrderMissing, register_order
from services.pairs.orders import read_orders
from services.people.cards import edit_person
from services.privacy.erasing import erase_person
from services.programmes.running import change_settings
from tests.fixed_clock import FixedClock
from tests.unit.printed import text_of
from tests.world import Participant, World, found_school
from worker.running import work_once
from worker.work import WorkerConfig

STARTS, ENDS = date(2026, 11, 23), date(2027, 5, 31)
TERM = {"starts_on": STARTS, "ends_on": ENDS}


@pytest.fixture
def world(database: Database, now: Any) -> World:
    school = found_school(database, now)
    made = school.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=school.organization_id,
        login="curator",
        name="Куратор",
        role=AccountRole.CURATOR,
    )
    school.curator = replace(school.curator, id=made.account_id)
    return school


@pytest.fixture
def config(database_url: str, tmp_path: Path, world: World) -> WorkerConfig:
    return WorkerConfig(database_url, tmp_path / "data", FixedClock(world.now))


def work(world: World, config: WorkerConfig) -> None:
    """Until nothing waits."""
    while work_once(config, world.database, threading.Event(), "here"):
        pass
    with world.database.reading() as session:
        jobs = session.scalars(select(Job)).all()
        assert [job.error for job in jobs if job.status is not JobStatus.DONE] == []


def make(world: World, kind: DocumentKind, *ids: int, key: str = "one", **choices: Any) -> tuple[int, ...]:
    ids_made: tuple[int, ...] = world.write(
        make_documents,
        actor=world.curator,
        organization_id=world.organization_id,
        kind=kind,
        ids=ids,
        choices=TERM | choices,
        key=f"{kind}:{key}",
    ).ids
    return ids_made


def sign(world: World, document_id: int, number: str = "15-о", day: date = STARTS) -> Any:
    return world.write(
        sign_document,
        actor=world.curator,
        document_id=document_id,
        number=number,
        signed_on=day,
        scan_id=None,
    )


def words_of(world: World, config: WorkerConfig, document_id: int) -> str:
    """What is printed."""
    with world.database.reading() as session:
        row = session.get_one(Document, document_id)
        name = session.get_one(StoredFile, row.file_id).name
    return text_of((folder_of(config.data_dir) / name).read_bytes())


def status_of(world: World, pair_id: int) -> PairStatus:
    with world.database.reading() as session:
        return session.get_one(Pair, pair_id).status


@pytest.fixture
def two(world: World) -> tuple[Participant, Participant, int]:
    mentee, mentor = world.mentee(), world.mentor()
    return mentee, mentor, world.agree(mentee, mentor)


def test_an_order_on_pairs_moves_them_all_when_it_is_signed(world: World, config: WorkerConfig) -> None:
    mentor = world.mentor()
    pairs = [
        world.agree(world.mentee("Анна", "Игоревна"), mentor),
        world.agree(world.mentee("Яна", "Львовна"), mentor),
    ]
    (order,) = make(world, DocumentKind.PAIRS_ORDER, *pairs)
    work(world, config)
    draft = words_of(world, config, order)
    assert "ПРОЕКТ" in draft
    assert "№ ____" in draft
    assert "с 23 ноября 2026 года по 31 мая 2027 года" in draft
    assert all(name in draft for name in ("Анна Игоревна", "Яна Львовна", "273-ФЗ", "1264-р", "351.8"))
    for wrong, refused in ((" ", NumberMissing), ("1" * 61, NumberMissing)):
        with pytest.raises(refused):
            sign(world, order, wrong)
    with pytest.raises(SigningDateWrong):
        sign(world, order, day=world.now.date() + timedelta(days=2))
    assert sign(world, order).pair_ids == tuple(pairs)
    assert {status_of(world, one) for one in pairs} == {PairStatus.ACTIVE}
    found = world.read(read_orders, pairs)
    assert {(one.number, one.signed_on) for one in found.values()} == {("15-о", STARTS)}
    work(world, config)
    signed = words_of(world, config, order)
    assert "ПРОЕКТ" not in signed
    assert "№ 15-о" in signed
    assert "23 ноября 2026 года" in signed
    for again in (sign, lambda *_: world.write(make_anew, actor=world.curator, document_id=order, key="x")):
        with pytest.raises(DocumentSigned):
            again(world, order)
    card = world.read(read_document, actor=world.curator, document_id=order)
    assert not card.row.is_stale, "the order's own number is no change"


def test_a_pair_becomes_official_only_by_a_signed_order(world: World, two: tuple[Any, Any, int]) -> None:
    _mentee, _mentor, pair_id = two
    with pytest.raises(OrderMissing):
        world.write(register_order, actor=world.curator, pair_id=pair_id)
    elsewhere = {
        "actor": world.curator,
        "organization_id": world.organization_id,
        "pair_ids": [pair_id],
        "number": "7",
        "signed_on": STARTS,
    }
    world.write(register_paper_order, **elsewhere)
    assert status_of(world, pair_id) is PairStatus.ACTIVE
    with pytest.raises(PairNotForThis):
        world.write(register_paper_order, **elsewhere)


def test_a_changed_fact_marks_a_document(
    world: World, config: WorkerConfig, two: tuple[Any, Any, int]
) -> None:
    mentee, _mentor, pair_id = two
    (order,) = make(world, DocumentKind.PAIRS_ORDER, pair_id)
    work(world, config)
    person = mentee.person
    world.write(
        edit_person,
        actor=world.curator,
        person_id=person.id,
        family_name="Новосёлова",
        given_name=person.given_name,
        patronymic=person.patronymic,
        position="учитель химии",
    )
    card = world.read(read_document, actor=world.curator, document_id=order)
    assert card.row.is_stale
    assert ("", "учитель химии") in {(one.was, one.now) for one in card.changes}
    world.write(make_anew, actor=world.curator, document_id=order, key="again")
    work(world, config)
    assert "Новосёлова Анна Игоревна" in words_of(world, config, order)
    assert not world.read(read_document, actor=world.curator, document_id=order).row.is_stale


def test_the_agreement_is_one_fact_and_lets_the_pair_begin(
    world: World, config: WorkerConfig, two: tuple[Any, Any, int]
) -> None:
    mentee, mentor, pair_id = two
    changes = {"agreement_required": True}
    world.write(change_settings, actor=world.curator, cycle_id=world.cycle_id, changes=changes)
    (order,) = make(world, DocumentKind.PAIRS_ORDER, pair_id)
    (agreement,) = make(world, DocumentKind.AGREEMENT, pair_id)
    assert make(world, DocumentKind.AGREEMENT, pair_id, key="two") == (agreement,), "a draft is made anew"
    work(world, config)
    sign(world, order)
    assert status_of(world, pair_id) is PairStatus.ORDERED
    assert sign(world, agreement, "3/н").pair_ids == (pair_id,)
    assert status_of(world, pair_id) is PairStatus.ACTIVE
    with world.database.reading() as session:
        kept = session.scalars(select(MentoringAgreement)).one()
        assert (kept.number, kept.pair_id, kept.person_id) == ("3/н", pair_id, mentor.id)
        assert (kept.starts_on, kept.ends_on) == (STARTS, ENDS)
    work(world, config)
    printed = words_of(world, config, agreement)
    assert "ДОПОЛНИТЕЛЬНОЕ СОГЛАШЕНИЕ № 3/н" in printed
    names = world.read(read_forms, organization_id=world.organization_id, people=[mentee.id])
    assert f"помощь {names[mentee.id].names[Case.DATIVE]}" in printed


def test_a_signed_consent_stands_in_the_ledger(
    world: World, config: WorkerConfig, two: tuple[Any, Any, int]
) -> None:
    _mentee, mentor, pair_id = two
    (consent,) = make(world, DocumentKind.MENTOR_CONSENT, pair_id)
    work(world, config)
    sign(world, consent, "")
    kind = ConsentKind.MENTORING
    assert world.read(state_of, person_id=mentor.id, kind=kind) is ConsentState.GIVEN


def test_an_order_on_an_end_is_carried_out_on_its_day(
    world: World, config: WorkerConfig, two: tuple[Any, Any, int]
) -> None:
    _mentee, _mentor, pair_id = two
    later = world.now.date() + timedelta(days=7)
    (order,) = make(
        world,
        DocumentKind.ENDING_ORDER,
        pair_id,
        effective_on=later,
        end_reason="by_curator",
        reason_text="перевод",
    )
    work(world, config)
    assert "перевод" in words_of(world, config, order)
    assert sign(world, order).pair_ids == ()
    assert world.write(carry_out_orders) == 0
    world.now += timedelta(days=7)
    assert world.write(carry_out_orders) == 1
    assert status_of(world, pair_id) is PairStatus.TERMINATED
    assert world.write(carry_out_orders) == 0


def test_what_is_chosen_is_checked(world: World, two: tuple[Any, Any, int]) -> None:
    _mentee, _mentor, pair_id = two
    for choices, refused in (({"ends_on": None}, ChoiceMissing), ({"ends_on": STARTS}, TermWrong)):
        with pytest.raises(refused):
            make(world, DocumentKind.PAIRS_ORDER, pair_id, **choices)
    with pytest.raises(PairNotForThis):
        make(world, DocumentKind.PAIRS_ORDER, pair_id, pair_id + 1)


def test_names_are_proposed_confirmed_once_and_asked_anew_after_a_correction(
    world: World, two: tuple[Any, Any, int]
) -> None:
    mentee, _mentor, pair_id = two
    asked = {
        "actor": world.curator,
        "organization_id": world.organization_id,
        "kind": DocumentKind.AGREEMENT,
        "ids": [pair_id],
    }
    (waiting,) = world.read(list_unconfirmed, **asked)
    proposed = waiting.forms
    assert (proposed.person_id, waiting.cases) == (mentee.id, (Case.DATIVE,))
    told = Written(names=dict(proposed.names) | {Case.DATIVE: "Коваленко Анне Игоревне"}, category="первая")
    confirm = {"actor": world.curator, "organization_id": world.organization_id}
    assert world.write(confirm_forms, **confirm, written={mentee.id: told}) == 1
    assert world.write(confirm_forms, **confirm, written={mentee.id: told}) == 0
    assert world.read(list_unconfirmed, **asked) == []
    forms = world.read(read_forms, organization_id=world.organization_id, people=[mentee.id])[mentee.id]
    assert (forms.names[Case.DATIVE], forms.category) == ("Коваленко Анне Игоревне", "первая")
    person = mentee.person
    world.write(
        edit_person,
        actor=world.curator,
        person_id=person.id,
        family_name="Новосёлова",
        given_name=person.given_name,
        patronymic=person.patronymic,
        position="",
    )
    assert world.read(list_unconfirmed, **asked) != []


def test_erasure_takes_drafts_and_leaves_signed_papers(
    world: World, config: WorkerConfig, two: tuple[Any, Any, int]
) -> None:
    mentee, _mentor, pair_id = two
    (order,) = make(world, DocumentKind.PAIRS_ORDER, pair_id)
    (draft,) = make(world, DocumentKind.AGREEMENT, pair_id)
    work(world, config)
    sign(world, order)
    erased = world.write(
        erase_person, actor=system(Channel.COMMAND_LINE), person_id=mentee.id, reason="withdrawn", made_by=""
    )
    assert len(erased.files) == 1
    with world.database.reading() as session:
        assert session.get(Document, draft) is None
        kept = session.get_one(Document, order)
        assert (kept.status, kept.number, kept.facts) == (DocumentStatus.SIGNED, "15-о", None)
        assert session.get(PaperName, mentee.id) is None
        assert session.scalars(select(DocumentPerson.person_id)).all(), "the paper points at numbers"
    assert not world.read(read_document, actor=world.curator, document_id=order).changes
    assert len(world.read(list_documents_of_pair, actor=world.curator, pair_id=pair_id)) == 1


def test_the_card_for_papers_is_written_once_and_proposes_forms(world: World) -> None:
    card = world.write(
        edit_paper_card,
        actor=world.curator,
        organization_id=world.organization_id,
        facts={"head_name": "Лебедева Вера Сергеевна", "head_position": "директор", "founder": "Город"},
        acts="Положение школы от 01.09.2026 № 4\n\nЗакон",
    )
    assert card.acts == ("Положение школы от 01.09.2026 № 4", "Закон")
    assert card.official("head")["name_genitive"] == "Лебедевой Веры Сергеевны"
    assert card.lacking == ("place",)
