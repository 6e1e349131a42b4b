"""Documents in the panel: made, signed, printed, from a template of the school's own."""

import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from models.accounts import AccountRole
from models.documents import DocumentKind
from models.jobs import Job
from models.pairs import Pair, PairStatus
from services.documents.templates import read_ours
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.unit.printed import text_of as words_of
from tests.world import World
from worker.running import work_once
from worker.work import WorkerConfig

TERM: dict[str, Any] = {"starts_on": "23.11.2026", "ends_on": "31.05.2027"}


@pytest.fixture
def curator(panel: Flask, world: World, add_account: Callable[..., int]) -> Browser:
    add_account(world, AccountRole.CURATOR, "curator")
    return Browser(panel.test_client(), "curator")


@pytest.fixture
def work(world: World, database_url: str, tmp_path: Path) -> Callable[[], None]:
    config = WorkerConfig(database_url, tmp_path / "data", FixedClock(world.now))

    def until_done() -> None:
        while work_once(config, world.database, threading.Event(), "here"):
            pass

    return until_done


def printed(curator: Browser, path: str) -> str:
    with curator.client.get(path, buffered=True) as answer:
        return words_of(answer.data)


def status_of(world: World, pair_id: int) -> PairStatus:
    with world.database.reading() as session:
        return session.get_one(Pair, pair_id).status


@pytest.mark.requirement("C18", "D2", "E33")
def test_one_order_makes_its_pairs_official_with_number_and_date(
    curator: Browser, world: World, work: Callable[[], None]
) -> None:
    mentor = world.mentor()
    pairs = [world.agree(world.mentee(name, "Игоревна"), mentor) for name in ("Анна", "Яна")]
    page = curator.post("/documents/new/pairs_order", subject=[str(one) for one in pairs], **TERM)
    assert "готовится" in text_of(page)
    work()
    assert "ПРОЕКТ" in printed(curator, "/documents/1/file")
    late = text_of(curator.post("/documents/1/sign", number="", signed_on="23.11.2026"))
    assert "Укажите номер подписанного документа" in late
    assert {status_of(world, one) for one in pairs} == {PairStatus.ACCEPTED}
    signed = text_of(curator.post("/documents/1/sign", number="15-о", signed_on="23.11.2026"))
    assert "По нему изменилось состояние пар: 2." in signed
    assert {status_of(world, one) for one in pairs} == {PairStatus.ACTIVE}
    work()
    order = printed(curator, "/documents/1/file")
    assert "ПРОЕКТ" not in order
    for expected in ("23 ноября 2026 года", "№ 15-о", "Анна Игоревна", "Яна Игоревна", "273-ФЗ"):
        assert expected in order
    assert text_of(curator.get("/pairs/")).count("приказ № 15-о от 23.11.2026") == 2
    assert "№ 15-о от 23.11.2026" in text_of(curator.get("/documents/"))


@pytest.mark.requirement("E12", "E14")
def test_consents_of_both_sides_and_the_agreement_are_printed_and_registered(
    curator: Browser, world: World, work: Callable[[], None]
) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    asked: dict[str, Any] = {"subject": str(pair_id), **TERM}
    names = text_of(curator.post("/documents/new/agreement", **asked))
    assert "Проверьте имена один раз" in names
    assert mentee.person.full_name in names
    told: dict[str, Any] = {f"name_dative_{mentee.id}": "Коваленко Анне Игоревне", "named": "1"}
    curator.post("/documents/new/agreement", **asked, **told)
    for kind in ("mentor_consent", "mentee_consent"):
        curator.post(f"/documents/new/{kind}", **asked, named="1")
    work()
    assert "помощь Коваленко Анне Игоревне" in printed(curator, "/documents/1/file")
    assert "СОГЛАСИЕ на выполнение работы по наставничеству" in printed(curator, "/documents/2/file")
    assert "СОГЛАСИЕ на участие в программе наставничества" in printed(curator, "/documents/3/file")
    registered = text_of(curator.post("/documents/signed/agreement", signed_on="23.11.2026", number_1="7/н"))
    assert "Зарегистрировано подписанных: 1." in registered
    curator.post("/documents/2/sign", signed_on="23.11.2026")
    card = text_of(curator.get(f"/pairs/{pair_id}/"))
    assert "Нет соглашения с наставником" not in card
    assert "Нет письменного согласия" not in card
    assert "7/н" in text_of(curator.get(f"/consents/person/{mentor.id}/"))


def test_agreements_of_many_pairs_come_as_one_file(
    curator: Browser, world: World, work: Callable[[], None]
) -> None:
    mentor = world.mentor()
    pairs = [world.agree(world.mentee(name, "Игоревна"), mentor) for name in ("Анна", "Яна")]
    asked: dict[str, Any] = {"subject": [str(one) for one in pairs], **TERM, "named": "1"}
    curator.post("/documents/new/agreement", **asked)
    work()
    job = text_of(curator.get("/documents/batch/1"))
    assert "Скачать все для печати" in job
    with world.database.reading() as session:
        file_id = session.get_one(Job, 1).file_id
    together = printed(curator, f"/documents/printed/{file_id}")
    assert together.count("ДОПОЛНИТЕЛЬНОЕ СОГЛАШЕНИЕ") == 2


def test_the_school_uses_its_own_word_file_and_goes_back(
    curator: Browser, world: World, work: Callable[[], None]
) -> None:
    pair_id = world.agree(world.mentee(), world.mentor())
    address = "/document-templates/agreement/"

    def hand_in(**changes: tuple[str, str]) -> str:
        out = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(read_ours(DocumentKind.AGREEMENT))) as ours,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as own,
        ):
            for name in ours.namelist():
                content = ours.read(name)
                for was, now in changes.values() if name == "word/document.xml" else ():
                    content = content.replace(was.encode(), now.encode())
                own.writestr(name, content)
        return text_of(curator.post(address, template=(io.BytesIO(out.getvalue()), "наше.docx")))

    wrong = hand_in(field=("pair.mentor.short_name", "pair.mentr.short_name"))
    assert "Таких полей нет: pair.mentr (mentor" in wrong
    assert "Используется наш шаблон." in wrong
    assert "Шаблон проверен" in hand_in(title=("ДОПОЛНИТЕЛЬНОЕ СОГЛАШЕНИЕ", "НАШЕ СОГЛАШЕНИЕ"))
    curator.post("/documents/new/agreement", subject=str(pair_id), **TERM, named="1")
    work()
    assert "НАШЕ СОГЛАШЕНИЕ" in printed(curator, "/documents/1/file")
    assert "Теперь используется наш шаблон." in text_of(curator.post(f"{address}use", page=address))
    curator.post("/documents/1/anew", page="/documents/1/", key="again")
    work()
    assert "НАШЕ СОГЛАШЕНИЕ" not in printed(curator, "/documents/1/file")
    assert "версия 1" in text_of(curator.get(address)), "it may be used again"


@pytest.mark.requirement("A1", "A4")
def test_the_card_for_papers_has_the_organisations_own_acts(
    curator: Browser, world: World, work: Callable[[], None]
) -> None:
    page = curator.get("/documents/card")
    assert "№ 1142" not in text_of(page), "no act of another organisation"
    saved = curator.post(
        "/documents/card",
        founder="Администрация города Приозёрска",
        place="г. Приозёрск",
        head_name="Лебедева Вера Сергеевна",
        head_position="директор",
        acts="Положение о наставничестве от 01.09.2026 № 4",
    )
    assert "Карточка для документов сохранена." in text_of(saved)
    assert "Лебедевой Веры Сергеевны" in saved
    curator.post("/documents/new/curator_order")
    work()
    order = printed(curator, "/documents/1/file")
    for expected in ("Администрация города Приозёрска", "от 01.09.2026 № 4", "Лебедева В. С.", "Директор"):
        assert expected in order


def test_an_order_ends_a_pair_and_names_the_next_mentor(
    curator: Browser, world: World, work: Callable[[], None]
) -> None:
    pair_id = world.agree(world.mentee(), world.mentor())
    world.order(pair_id, number="12-о")
    successor = world.mentor("Вера", "Львовна")
    curator.post(
        "/documents/new/ending_order",
        subject=str(pair_id),
        effective_on="23.11.2026",
        end_reason="by_curator",
        reason_text="перевод наставника",
        successor_id=str(successor.id),
        named="1",
    )
    work()
    order = printed(curator, "/documents/2/file")
    assert "приказ от 23 ноября 2026 года № 12-о" in order
    assert "перевод наставника" in order
    curator.post("/documents/2/sign", number="20-о", signed_on="23.11.2026")
    assert status_of(world, pair_id) is PairStatus.TERMINATED
