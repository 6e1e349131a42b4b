"""The register of requests and the page on which one is decided (E6, E27 to E29, E34, E35)."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import AccountRole
from models.audit import AuditEntry
from models.engine import Database
from models.messages import NoticeKind, OutboxMessage
from models.pairs import Pair, PairStatus
from models.requests import RequestKind
from services.pairs.requests.sending import send_request
from services.privacy.own_data import read_own_data
from tests.panel.conftest import Browser, text_of
from tests.world import World


@pytest.mark.requirement("E27")
def test_a_colleague_consents_and_the_file_is_on_record(
    world: World, curator: Browser, database: Database
) -> None:
    mentee, mentor = world.mentee("Анна"), world.mentor("Пётр")
    colleague = world.person("Ирина", "Львовна")
    pair_id = world.agree(mentee, mentor)
    said = {"actor": world.actor(mentor.person), "pair_id": pair_id}
    involve = world.write(
        send_request, kind=RequestKind.INVOLVE, text="Ирина Львовна поможет с ИКТ", **said
    ).request_id
    file = world.write(send_request, kind=RequestKind.FILE, text="Какие курсы пройдены", **said).request_id
    assert "Привлечение коллеги" in text_of(curator.get("/tasks/requests/"))
    assert "Ознакомление с личным делом" in text_of(curator.get(f"/pairs/{pair_id}/"))
    assert "Какие курсы пройдены" in curator.get(f"/requests/{file}/")

    def decide(request_id: int, **fields: str) -> str:
        return text_of(curator.post(f"/requests/{request_id}/", {"answer": "agree", **fields}))

    assert "дал согласие" in decide(involve, colleague_id=str(colleague.id)), "no consent, no help"
    assert "дал согласие" in decide(involve, colleague_id=str(mentee.id), done_on="2026-11-20")
    assert "не может быть в будущем" in decide(involve, colleague_id=str(colleague.id), done_on="2027-11-20")
    done = decide(involve, colleague_id=str(colleague.id), done_on="2026-11-19")
    assert f"{colleague.full_name}, согласие от 19" in done
    assert "показали личное дело" in decide(file)
    assert "Дата ознакомления с личным делом 20" in decide(file, done_on="2026-11-20")
    with database.reading() as session:
        shown = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.file_shown")).one()
        assert (shown.subject_kind, shown.subject_id) == ("person", mentee.id)
        held = read_own_data(session, actor=world.actor(mentee.person), locale="ru")
        assert held["my_personal_file_was_shown_to_the_mentor"] == ["2026-11-20"]
    assert "Наставник ознакомлен с личным делом" in text_of(curator.get(f"/people/{mentee.id}/"))


@pytest.mark.requirement("E29", "E34")
def test_a_replacement_is_previewed_decided_and_searched_on_in_one_form(
    world: World, curator: Browser, database: Database
) -> None:
    mentee, mentor, following = world.mentee("Анна"), world.mentor("Пётр"), world.mentor("Семён")
    pair_id = world.agree(mentee, mentor)
    paper = f"/paper/{mentee.id}/"
    entered = curator.post(
        f"/paper/{mentee.id}/ask/{pair_id}",
        page=paper,
        kind="replacement",
        text="Не совпадает расписание",
        said_on="2026-11-20",
    )
    assert "Внесено. Заявление стоит в реестре" in text_of(entered)
    register = text_of(curator.get("/requests/?kind=replacement&status=waiting&search=Анна"))
    assert "Замена напарника" in register
    assert "Никто не подходит" in text_of(curator.get("/requests/?status=refused"))
    page = "/requests/1/"
    form = text_of(curator.get(page))
    assert "Не совпадает расписание" in form
    assert following.person.full_name in form
    looked = text_of(
        curator.post(
            page, answer="refuse", note="Давайте сначала поговорим", partner_text="Спасибо, Пётр!", look="1"
        )
    )
    assert looked.count("Давайте сначала поговорим") == 2, "typed, and as it will be read"
    assert "Куратор не поддержал вашу просьбу" in looked
    assert "почему отказано" in text_of(curator.post(page, answer="refuse", note=""))
    assert "и номер, и дата" in text_of(curator.post(page, answer="agree", order_number="5"))
    done = text_of(
        curator.post(
            page,
            answer="agree",
            note="Подберём по расписанию",
            partner_text=f"Пара с {mentee.person.polite_name} завершает работу.",
            next_mentor_id=str(following.participation_id),
        )
    )
    assert "Подтвердить пару" in done, "the draft of the next pair is open"
    assert following.person.full_name in done
    with database.reading() as session:
        assert session.get_one(Pair, pair_id).status is PairStatus.TERMINATED
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == NoticeKind.PAIR_ENDED)).one()
        assert told.edited_text == "Пара с {partner} завершает работу.", "the queue keeps no names"
    ordered = text_of(curator.post(f"{page}order", page=page, order_number="12-к", order_on="2026-11-20"))
    assert "№ 12-к" in ordered
    assert "№ 12-к" in text_of(curator.get("/requests/"))


@pytest.mark.requirement("E35")
def test_another_term_needs_the_other_side(world: World, curator: Browser, database: Database) -> None:
    mentee, mentor = world.mentee("Анна"), world.mentor("Пётр")
    pair_id = world.agree(mentee, mentor)
    world.write(
        send_request, actor=world.actor(mentor.person), kind=RequestKind.EXTENSION, pair_id=pair_id,
        text="Не успели",
    )  # fmt: skip
    page = "/requests/1/"
    assert "ещё не ответил" in text_of(curator.get(page))
    assert "не согласилась" in text_of(curator.post(page, answer="agree", effective_on="2027-06-30"))
    done = text_of(curator.post(page, answer="agree", effective_on="2027-06-30", has_consent="1"))
    assert "согласовано" in done
    assert "30.06.2027" in text_of(curator.get(f"/pairs/{pair_id}/"))


def test_who_does_not_lead_pairs_reads_no_reason(
    world: World, panel: Flask, add_account: Callable[..., int]
) -> None:
    mentee, mentor = world.mentee("Анна"), world.mentor("Пётр")
    pair_id = world.agree(mentee, mentor)
    world.write(
        send_request, actor=world.actor(mentee.person), kind=RequestKind.UNFIT, pair_id=pair_id, text="Тайна"
    )
    add_account(world, AccountRole.HEAD, "head")
    head = Browser(panel.test_client(), "head")
    assert "Тайна" not in head.get(f"/pairs/{pair_id}/")
    head.get("/requests/", status=403)
