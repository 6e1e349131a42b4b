"""The roadmap in the panel: the picture first, rows, what is typed is never lost."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import AccountRole
from models.roadmap import RoadmapEntry
from services.roadmap.entries import lay_out
from tests.panel.conftest import Browser, text_of
from tests.world import World


def entry_id(world: World, row_id: str) -> int:
    with world.database.reading() as session:
        return session.scalars(select(RoadmapEntry.id).where(RoadmapEntry.row_id == row_id)).one()


@pytest.mark.requirement("E18")
def test_a_curator_plans_rows_and_marks_them_done(curator: Browser, world: World) -> None:
    assert "готовится" in text_of(curator.get("/roadmap/"))
    world.write(lay_out, cycle_id=world.cycle_id)
    page = curator.get("/roadmap/")
    assert "7 " in text_of(page)
    assert text_of(page).index("0 выполнено") < text_of(page).index("Подготовка и принятие локальных")
    assert page.count('class="today"') == 7, "today's line crosses every lane"
    number = entry_id(world, "preparation")
    row = f"/roadmap/{number}/"
    refused = curator.post(row + "plan", page=row, planned_from="2026-11-30", planned_to="2026-11-01")
    assert "Первый день позже последнего" in text_of(refused)
    assert 'value="2026-11-30"' in refused, "nothing typed is lost"
    unreadable = curator.post(row + "plan", page=row, planned_to="завтра")
    assert "Это не дата" in text_of(unreadable)
    lev = world.person("Лев", "Романович")
    facts = {"planned_from": "01.10.2026", "planned_to": "2026-10-30", "responsible_id": str(lev.id)}
    planned = curator.post(row + "plan", facts, page=row)
    assert "План сохранён" in text_of(planned)
    assert lev.full_name in text_of(planned).partition("Ответственный")[2].partition("Подтверждение")[0]
    page = curator.get("/roadmap/")
    assert "опоздание 24 дня" in text_of(page)
    assert 'class="bar-late"' in page
    refused = curator.post(row + "done", page=row, done_on="2026-11-20", url="папка", note="приказ № 12")
    assert "Это не адрес страницы" in text_of(refused)
    assert "приказ № 12" in refused
    curator.post(row + "done", page=row, done_on="2026-11-20", note="приказ № 12, в папке")
    page = curator.get("/roadmap/")
    assert "1 выполнено (по данным 0, вручную 1)" in text_of(page)
    assert "факт: 20.11.2026" in text_of(page)
    assert "приказ № 12, в папке" in text_of(page)
    assert "Строка дорожной карты выполнена" in text_of(curator.get("/audit/"))
    empty = curator.post(row + "evidence", page=row)
    assert "дайте ссылку" in text_of(empty)
    wrong = curator.post(
        row + "evidence", page=row, scan=(BytesIO(b"MZ no paper"), "приказ.pdf"), note="скан"
    )
    assert "это что-то другое" in text_of(wrong) or "PDF, JPEG" in text_of(wrong)
    assert 'value="скан"' in wrong
    page = curator.post(row + "evidence", page=row, scan=(BytesIO(b"%PDF-1.4 order"), "приказ.pdf"))
    found = re.search(r'href="(/consents/scans/\d+)"', page)
    assert found is not None
    with curator.client.get(found[1]) as scan:
        assert scan.data == b"%PDF-1.4 order"
    again = curator.post(row + "reopen", page=row)
    assert "снова открыта" in text_of(again)


@pytest.mark.requirement("B23")
def test_the_head_sees_and_an_observer_sees_no_name(
    panel: Flask, world: World, add_account: Callable[..., int]
) -> None:
    world.write(lay_out, cycle_id=world.cycle_id)
    add_account(world, AccountRole.HEAD, "head", "Нина Олеговна Строгая")
    add_account(world, AccountRole.OBSERVER, "observer", "Пётр Ильич Дальний")
    head, observer = Browser(panel.test_client(), "head"), Browser(panel.test_client(), "observer")
    assert "Нина Олеговна Строгая" in text_of(head.get("/roadmap/"))
    assert "Строгая" not in text_of(observer.get("/roadmap/"))


def test_who_answers_for_a_row_ticks_it_and_others_are_told_who_does(
    panel: Flask, world: World, add_account: Callable[..., int]
) -> None:
    world.write(lay_out, cycle_id=world.cycle_id)
    add_account(world, AccountRole.HEAD, "head", "Нина Олеговна Строгая")
    add_account(world, AccountRole.OBSERVER, "observer", "Пётр Ильич Дальний")
    head, observer = Browser(panel.test_client(), "head"), Browser(panel.test_client(), "observer")
    own, curators = (f"/roadmap/{entry_id(world, one)}/" for one in ("preparation", "pairs_work"))
    page = text_of(head.get(curators))
    assert "За эту строку отвечает другой человек" in page
    last = text_of(head.get(f"/roadmap/{entry_id(world, 'completion')}/"))
    assert "Приказы об итоговом мероприятии: вручную" in last, "what nothing counts is said"
    refused = head.post(curators + "done", page=curators, note="приказ № 5")
    assert "За эту строку отвечает другой человек" in text_of(refused)
    assert "Отметить выполнение" not in text_of(observer.get(own))
    observer.post(own + "done", page=own, status=403)
    page = text_of(head.get(own))
    assert "Отметить выполнение" in page
    assert "Сохранить план" not in page, "planning is the curator's"
    done = text_of(head.post(own + "done", page=own, note="приказ № 5"))
    assert "Строка отмечена как выполненная" in done
    assert "приказ № 5" in done
    assert "Открыть снова" not in done
    head.post(own + "reopen", page=own, status=403)


def test_the_calendar_takes_the_schools_own_days(curator: Browser) -> None:
    page = text_of(curator.get("/calendar/"))
    assert "23.02.2027 · День защитника Отечества" in page
    assert "22.02.2027 · Выходной (перенесено с 20.02.2027)" in page
    assert "Пока нет" in page
    refused = curator.post(
        "/calendar/", title="Осенние каникулы", first_day="2026-11-05", last_day="2026-11-01"
    )
    assert "Первый день позже последнего" in text_of(refused)
    assert 'value="Осенние каникулы"' in refused
    added = curator.post(
        "/calendar/", title="Осенние каникулы", first_day="26.10.2026", last_day="2026-11-01"
    )
    assert "26.10.2026 – 01.11.2026 · нерабочие дни" in text_of(added)
    gone = curator.post("/calendar/1/remove", page="/calendar/")
    assert "Пока нет" in text_of(gone)
    curator.post("/language", page="/account/", locale="en", next="/")
    assert "Defender of the Fatherland Day" in text_of(curator.get("/calendar/"))
