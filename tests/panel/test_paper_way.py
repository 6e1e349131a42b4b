"""Somebody without the chat takes part through the panel alone: each deed with source, author, date."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from models.accounts import AccountRole
from models.audit import AuditEntry
from models.consents import Consent
from models.engine import Database
from models.meetings import Meeting, MeetingStatus
from models.messages import OutboxMessage
from models.pairs import Pair, PairMember, PairStatus
from models.paper_way import Deed, PaperEntry, WordOf
from models.people import Role
from services.pairs.proposals import confirm_pair, draft_pair
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World

TODAY = "2026-11-23"
PAPER = {"source": "paper", "said_on": TODAY}


def offered(world: World, mentee: int, mentor: int) -> int:
    pair_id: int = world.write(
        draft_pair, actor=world.curator, mentee_participation_id=mentee, mentor_participation_id=mentor
    ).pair_id
    world.write(confirm_pair, actor=world.curator, pair_id=pair_id)
    return pair_id


def test_from_consent_to_feedback_without_a_chat(
    curator: Browser, world: World, database: Database, clock: FixedClock
) -> None:
    mentor = world.mentor("Пётр")
    anna = world.person("Анна")
    assert "Анкета наставляемого" in curator.get("/paper/")
    page = f"/paper/{anna.id}/"
    assert "Сначала – согласие на бумаге" in text_of(curator.get(page))
    curator.post(f"/people/{anna.id}/paper", page=f"/people/{anna.id}/", signed_on="2026-11-20")
    assert "Внести за участника" in curator.get(f"/people/{anna.id}/")

    sheet = curator.post(f"{page}role", PAPER | {"role": "mentee"}, page=page)
    assert "Роль внесена. Теперь анкета." in text_of(sheet), "the questionnaire is typed in at once"
    waiting = curator.get(page)
    assert "Анкета наставляемого" in waiting
    assert "Фамилия, имя, отчество:" in text_of(curator.get("/paper/forms/survey/mentee_intake"))
    part = world.ready(anna, Role.MENTEE, {}).participation_id

    pair_id = offered(world, part, mentor.participation_id)
    offer = f"{page}offers/{pair_id}"
    late = curator.post(offer, PAPER | {"answer": "accept", "said_on": "2026-11-24"}, page=page)
    assert "Эта дата ещё не наступила." in text_of(late)
    assert "Укажите дату" in text_of(curator.post(offer, {"answer": "accept"}, page=page))
    assert "Выберите причину" in text_of(curator.post(offer, PAPER | {"answer": "decline"}, page=page))
    assert "Ответ на предложение внесён." in text_of(
        curator.post(offer, PAPER | {"answer": "accept", "source": "by_phone"}, page=page)
    )
    curator.post(f"/paper/{mentor.id}/offers/{pair_id}", PAPER | {"answer": "accept"}, page=page)
    assert "Журнал встреч" in text_of(curator.get(f"/paper/forms/pair/{pair_id}"))

    propose = f"/paper/{mentor.id}/propose/{pair_id}"
    assert "день и время" in text_of(curator.post(propose, PAPER | {"kind": "intro"}, page=page))
    form = {"kind": "intro", "day": "2026-11-25", "clock": "15:00", "topic": "Знакомство"}
    assert "Встреча предложена" in text_of(curator.post(propose, PAPER | form, page=page))
    with database.reading() as session:
        meeting_id = session.scalars(select(Meeting.id)).one()
        heard = session.scalars(
            select(OutboxMessage.person_id).where(OutboxMessage.kind == "meeting.proposed")
        )
        assert list(heard) == [anna.id]
    answer = f"{page}meetings/{meeting_id}"
    assert "Внесено." in text_of(curator.post(answer, PAPER | {"answer": "agree"}, page=page))
    clock.moment = world.now + timedelta(days=3)
    curator.sign_in("curator")  # the session has ended
    said = PAPER | {"answer": "held", "said_on": "2026-11-26"}
    assert "Внесено." in text_of(curator.post(answer, said, page=page))
    assert "Анкеты, которые ждут ответа" in text_of(curator.get(page)), (
        "the feedback is due and may be typed in"
    )

    theirs = f"/paper/{mentor.id}/meetings/{meeting_id}"
    curator.post(theirs, said, page=page)
    with database.reading() as session:
        pair = session.get_one(Pair, pair_id)
        meeting = session.get_one(Meeting, meeting_id)
        entries = session.scalars(
            select(PaperEntry).where(PaperEntry.person_id == anna.id).order_by(PaperEntry.id)
        ).all()
        trail = session.scalars(select(AuditEntry).where(AuditEntry.action == "paper.entered")).all()
        consent = session.scalars(select(Consent).where(Consent.person_id == anna.id)).first()
    assert consent is not None
    assert pair.status is PairStatus.ACCEPTED
    assert meeting.status is MeetingStatus.HELD
    assert [(one.deed, one.source) for one in entries] == [
        (Deed.ROLE_CHOSEN, WordOf.PAPER),
        (Deed.OFFER_ACCEPTED, WordOf.BY_PHONE),
        (Deed.MEETING_AGREED, WordOf.PAPER),
        (Deed.MEETING_HELD, WordOf.PAPER),
    ]
    assert {(entry.actor_kind, entry.channel) for entry in trail} == {("account", "panel")}
    shown = text_of(curator.get(page))
    assert "Сказано, что встреча состоялась · на бумаге, 26.11.2026 · кто внёс: Вера Павловна Тихая" in shown


def test_a_refusal_on_paper_and_nobody_elses_deeds(
    panel: Flask, world: World, curator: Browser, database: Database, add_account: Callable[..., int]
) -> None:
    mentee, mentor, other = world.mentee("Анна"), world.mentor("Пётр"), world.mentee("Ольга")
    pair_id = offered(world, mentee.participation_id, mentor.participation_id)
    page = f"/paper/{mentor.id}/"
    foreign = curator.post(f"/paper/{other.id}/offers/{pair_id}", PAPER | {"answer": "accept"}, page=page)
    assert "нет права" in text_of(foreign), "an entry does what its person may do, and no more"
    refusal = PAPER | {"answer": "decline", "reason": "workload", "note": "Два класса на замене"}
    curator.post(f"{page}offers/{pair_id}", refusal, page=page)
    with database.reading() as session:
        member = session.scalars(select(PairMember).where(PairMember.person_id == mentor.id)).one()
        assert session.get_one(Pair, pair_id).status is PairStatus.DECLINED
        assert member.decline_note == "Два класса на замене"
        assert [one.deed for one in session.scalars(select(PaperEntry))] == [Deed.OFFER_DECLINED]
    add_account(world, AccountRole.HEAD, "head")
    head = Browser(panel.test_client(), "head")
    head.get(page, status=403)
