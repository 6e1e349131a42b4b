"""Invitations of many: links and a printed sheet, a wrong claim undone, who has not come (A22, A49)."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.engine import Database
from models.messages import OutboxMessage
from models.people import ChatAccount, Invitation
from services.joining.entering import InvitationState, claim_invitation, open_invitation
from services.joining.withdrawing import decline_consent
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World


def invited(curator: Browser, *ids: int) -> str:
    return curator.post("/invitations/make", page="/invitations/", person_id=[str(one) for one in ids])


@pytest.mark.requirement("A22")
def test_links_for_many_on_a_sheet_with_codes(curator: Browser, world: World, database: Database) -> None:
    first, second, come = world.person("Анна"), world.person("Пётр", ""), world.joined("Вера", "Павловна")
    old = world.invite(first)
    page = invited(curator, first.id, second.id, come.id)
    assert "Сделана 1 ссылка." in text_of(page), "who has a working link keeps it, who came needs none"
    with database.reading() as session:
        tokens = session.scalars(select(Invitation.token).where(Invitation.claimed_at.is_(None))).all()
        trail = str([(one.before, one.after) for one in session.scalars(select(AuditEntry))])
    assert len(tokens) == 2
    assert old.removeprefix("inv_") in tokens
    assert not any(token in trail for token in tokens)
    for token in tokens:
        assert f"https://t.me/school_bot?start=inv_{token}" in page
    assert page.count('class="qr"') == 2
    assert come.family_name not in text_of(page)
    assert "style=" not in re.sub(r"<head.*?</head>", "", page, flags=re.DOTALL), "the CSP lets no style in"
    assert "Отметьте, кого" in text_of(curator.post("/invitations/make", page="/invitations/"))
    too_many = curator.post(
        "/invitations/make", page="/invitations/", person_id=[str(one) for one in range(1, 103)]
    )
    assert "не больше 100" in text_of(too_many)


def test_a_wrong_claim_is_undone_and_the_chat_told(
    curator: Browser, world: World, database: Database
) -> None:
    person = world.joined("Анна", "Игоревна", chat_id=777)
    listed = text_of(curator.get("/invitations/?stand=came"))
    assert "Это был другой человек" in listed
    done = curator.post("/invitations/1/undo", page="/invitations/")
    assert "Чат отвязан, ему об этом сообщено" in text_of(done)
    with database.reading() as session:
        assert session.get(ChatAccount, 777) is None
        told = session.scalars(select(OutboxMessage)).one()
        assert (told.kind, told.chat_id, told.person_id) == ("joining.undone", 777, None)
        assert session.scalars(select(Invitation)).one().claimed_chat_id is None
    assert "ссылкой воспользовался другой" in text_of(curator.get("/invitations/"))
    assert "отменять нечего" in text_of(curator.post("/invitations/1/undo", page="/invitations/"))
    assert "Отвязать" not in text_of(curator.get("/invitations/"))
    invited(curator, person.id)
    assert "есть ссылка" in text_of(curator.get("/invitations/"))

    settled = world.consented("Пётр", "Андреевич", chat_id=888)
    with database.reading() as session:
        link = session.scalars(select(Invitation).where(Invitation.person_id == settled.id)).one()
    refused = curator.post(f"/invitations/{link.id}/undo", page="/invitations/")
    assert "уже дали согласие" in text_of(refused)
    came = curator.get("/invitations/?stand=came")
    assert "Отвязать" not in text_of(came)
    assert "сделайте новую ссылку" in text_of(came), "said before anybody runs into the refusal"
    world.write(open_invitation, token=link.token, chat_id=889, locale="ru")
    home = curator.get("/")
    assert "Личную ссылку открыл другой человек" in text_of(home)
    assert 'href="/invitations/?stand=came"' in home, "the task leads to where the claim is undone"


def test_a_new_account_by_a_new_invitation_replaces_the_old_chat(world: World, database: Database) -> None:
    person = world.consented("Анна", "Игоревна", chat_id=501)
    token = world.invite(person).removeprefix("inv_")
    seen = world.write(open_invitation, token=token, chat_id=502, locale="ru")
    assert seen.state is InvitationState.OPEN
    for _ in range(2):  # a double tap
        claimed = world.write(claim_invitation, invitation_id=seen.invitation_id, chat_id=502, locale="ru")
        assert claimed.state is InvitationState.MINE
    with database.reading() as session:
        assert session.get_one(ChatAccount, 501).person_id is None
        assert session.get_one(ChatAccount, 502).person_id == person.id
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "joining.moved")).one()
        assert told.chat_id == 501
    late = world.write(open_invitation, token=token, chat_id=503, locale="ru")
    assert late.state is InvitationState.TAKEN


def test_who_has_not_come_after_two_weeks_waits_for_the_curator(
    curator: Browser, world: World, clock: FixedClock
) -> None:
    silent, come = world.person("Анна"), world.joined("Пётр", "Андреевич")
    world.invite(silent)
    clock.moment += timedelta(days=13)
    curator.sign_in("curator")  # the session has ended
    assert "ещё не пришли" not in text_of(curator.get("/"))
    clock.moment += timedelta(days=2)
    curator.sign_in("curator")  # the session has ended
    home = text_of(curator.get("/"))
    assert "Приглашены, но ещё не пришли" in home
    assert silent.full_name in home
    assert come.full_name not in home
    late = text_of(curator.get("/invitations/?stand=late"))
    assert silent.full_name in late
    assert "истекла" in late
    invited(curator, silent.id)
    assert "приглашён давно, не пришёл" in text_of(curator.get("/invitations/")), "a new link is no answer"


def test_who_declined_stands_as_a_refusal_and_is_not_chased(
    curator: Browser, world: World, clock: FixedClock
) -> None:
    refuser, asked = world.joined("Анна", "Игоревна", chat_id=501), world.person("Пётр")
    world.write(decline_consent, actor=world.actor(refuser), chat_id=501)
    page = curator.get("/invitations/")
    listed = text_of(page)
    assert "отказ · 1" in listed
    assert f"отказ {world.now:%d.%m.%Y}; напоминать не нужно" in listed
    assert "на случай, если человек передумает" in listed
    assert "есть ссылка, ещё не пришёл" not in listed
    assert f'name="person_id" value="{refuser.id}"' not in page, "no sheet is printed for who said no"
    assert f'name="person_id" value="{asked.id}"' in page
    clock.moment += timedelta(days=15)
    curator.sign_in("curator")  # the session has ended
    assert refuser.full_name in text_of(curator.get("/invitations/?stand=declined"))
    assert refuser.full_name not in text_of(curator.get("/invitations/?stand=late"))
