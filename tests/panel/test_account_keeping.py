"""Keeping an account is not being it: what a keeper may not do, and what its owner and the head are told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import Account, AccountRole
from models.audit import AuditEntry
from models.engine import Database
from models.messages import OutboxMessage
from models.person_notes import Consultation
from services.access.actors import Actor, ActorKind, Channel, person_in_chat, system
from services.access.rights import RIGHTS
from services.accounts.passes import NoAccount, issue_chat_code, issue_entries, link_account
from services.accounts.record_closures import open_records
from services.joining.entering import claim_invitation, create_invitation
from services.joining.merging import merge_people
from tests.fixed_clock import FixedClock
from tests.panel.conftest import PASSWORD, Browser, text_of
from tests.panel.test_organization import link_of
from tests.world import World

WORDS = "Говорили о страхе открытых уроков"
CLOSED = "Ваши записи закрыты"
FRESH = "совсем другая длинная фраза"


def named(world: World, role: AccountRole, add_account: Callable[..., int]) -> int:
    names = {
        AccountRole.HEAD: "Ольга Ивановна Главная",
        AccountRole.PSYCHOLOGIST: "Инна Львовна Тонкая",
        AccountRole.ADMINISTRATOR: "Ада Сергеевна Умная",
    }
    return add_account(world, role, role.value, names[role])


def acts(account_id: int) -> tuple[str, ...]:
    return tuple(f"/accounts/{account_id}/{act}" for act in ("link", "disable", "enable"))


@pytest.mark.parametrize("role", [AccountRole.HEAD, AccountRole.PSYCHOLOGIST, AccountRole.ADMINISTRATOR])
def test_a_curator_keeps_no_account_with_rights_of_its_own(
    curator: Browser,
    world: World,
    add_account: Callable[..., int],
    database: Database,
    role: AccountRole,
) -> None:
    account_id = named(world, role, add_account)
    listed = curator.get("/accounts/")
    for path in acts(account_id):
        assert path not in listed
        assert "нет права" in text_of(curator.post(path, page="/accounts/"))
    assert f'value="{role.value}"' not in curator.get("/accounts/add")
    refused = curator.post("/accounts/add", name="Свой Человек", login="own", role=role.value)
    assert "нет права" in text_of(refused)
    with database.reading() as session:
        assert set(session.scalars(select(Account.login))) == {"curator", role.value}


def test_a_curator_keeps_curators_and_observers(
    curator: Browser, administrator: Browser, world: World, add_account: Callable[..., int]
) -> None:
    for role in (AccountRole.CURATOR, AccountRole.OBSERVER):
        other = add_account(world, role, f"other.{role.value}", "Лев Второй")
        assert link_of(curator.post(f"/accounts/{other}/link", page="/accounts/"))
        made = curator.post("/accounts/add", name="Новый Человек", login=f"new.{role.value}", role=role.value)
        assert link_of(made)
    for role in AccountRole:
        made = administrator.post(
            "/accounts/add", name="Новый Человек", login=f"by.chief.{role.value}", role=role.value
        )
        assert link_of(made), role


def reset(keeper: Browser, panel: Flask, account_id: int, password: str = FRESH) -> None:
    """The keeper makes a link, opens it and sets a password."""
    link = link_of(keeper.post(f"/accounts/{account_id}/link", page="/accounts/"))
    Browser(panel.test_client()).post(link, password=password, again=password)


@pytest.mark.requirement("A12")
def test_records_close_at_a_reset_by_somebody_else_until_the_head_opens_them(
    panel: Flask,
    world: World,
    administrator: Browser,
    curator: Browser,
    add_account: Callable[..., int],
    database: Database,
) -> None:
    mentee = world.mentee("Анна")
    account_id = named(world, AccountRole.PSYCHOLOGIST, add_account)
    named(world, AccountRole.HEAD, add_account)
    author, head = Browser(panel.test_client(), "psychologist"), Browser(panel.test_client(), "head")
    own, add = f"/consultations/{mentee.id}/", f"/consultations/{mentee.id}/add"
    author.post(add, held_on="2026-11-12", text=WORDS, page=own)
    with database.reading() as session:
        record_id = session.scalars(select(Consultation.id)).one()
    administrator.post(f"/accounts/{account_id}/link", page="/accounts/")
    assert WORDS in author.get("/consultations/"), "an unused link changes nothing"

    reset(administrator, panel, account_id)
    assert "Панель куратора" in text_of(author.get("/consultations/")), "the session has ended"
    thief = Browser(panel.test_client())
    thief.sign_in("psychologist", FRESH)
    for path in ("/consultations/", own, f"/people/{mentee.id}/"):
        assert WORDS not in thief.get(path), path
    assert CLOSED in text_of(thief.get("/consultations/"))
    assert "Ваши записи закрыты" in text_of(thief.post(add, held_on="2026-11-13", text="x", page=own))
    thief.post(f"/consultations/remove/{record_id}", page="/account/")
    with database.reading() as session:
        assert session.scalars(select(Consultation.id)).all() == [record_id]

    assert "Записи психолога закрыты" in text_of(head.get("/"))
    waiting = text_of(head.get("/approvals/"))
    assert "Инна Львовна Тонкая" in waiting
    assert "кто выдал: Ада Главная" in waiting
    for other in (administrator, curator, thief):
        assert "Записи психолога закрыты" not in text_of(other.get("/approvals/"))
        other.post("/approvals/records/1", page="/account/", status=403)
    assert CLOSED in text_of(thief.get("/consultations/"))
    assert "Записи снова открыты психологу." in text_of(head.post("/approvals/records/1", page="/approvals/"))
    assert WORDS in thief.get("/consultations/")
    assert "уже открыты" in text_of(head.post("/approvals/records/1", page="/approvals/"))
    journal = text_of(administrator.get("/audit/"))
    assert "Записи психолога закрыты" in journal
    assert "Ольга Ивановна Главная Записи психолога снова открыты" in journal


def test_records_close_too_when_an_account_is_switched_off_and_on(
    panel: Flask, world: World, administrator: Browser, add_account: Callable[..., int]
) -> None:
    mentee = world.mentee("Анна")
    account_id = named(world, AccountRole.PSYCHOLOGIST, add_account)
    author = Browser(panel.test_client(), "psychologist")
    own, add = f"/consultations/{mentee.id}/", f"/consultations/{mentee.id}/add"
    author.post(add, held_on="2026-11-12", text=WORDS, page=own)
    administrator.post(f"/accounts/{account_id}/disable", page="/accounts/")
    link = link_of(administrator.post(f"/accounts/{account_id}/enable", page="/accounts/"))
    thief = Browser(panel.test_client())
    thief.post(link, password=FRESH, again=FRESH)
    thief.sign_in("psychologist", FRESH)
    assert WORDS not in thief.get("/consultations/")
    assert CLOSED in text_of(thief.get("/consultations/"))


def test_own_change_of_the_password_closes_nothing(
    panel: Flask, world: World, add_account: Callable[..., int]
) -> None:
    mentee = world.mentee("Анна")
    named(world, AccountRole.PSYCHOLOGIST, add_account)
    author = Browser(panel.test_client(), "psychologist")
    own, add = f"/consultations/{mentee.id}/", f"/consultations/{mentee.id}/add"
    author.post(add, held_on="2026-11-12", text=WORDS, page=own)
    author.post("/account/", present=PASSWORD, password=FRESH, again=FRESH)
    assert WORDS in author.get("/consultations/")


@pytest.mark.parametrize("way", ["reset head", "new head"])
def test_whoever_closed_the_records_does_not_open_them_as_the_head(
    panel: Flask, world: World, administrator: Browser, add_account: Callable[..., int], way: str
) -> None:
    psychologist = named(world, AccountRole.PSYCHOLOGIST, add_account)
    head = named(world, AccountRole.HEAD, add_account)
    reset(administrator, panel, psychologist)
    false_head = Browser(panel.test_client())
    if way == "reset head":
        reset(administrator, panel, head)
        false_head.sign_in("head", FRESH)
        third = "и ещё одна длинная фраза"
        false_head.post("/account/", present=FRESH, password=third, again=third)
    else:
        link = link_of(administrator.post("/accounts/add", name="Вторая", login="head2", role="head"))
        false_head.post(link, password=FRESH, again=FRESH)
        false_head.sign_in("head2", FRESH)
    refused = text_of(false_head.post("/approvals/records/1", page="/approvals/"))
    assert "выдал тот же человек" in refused
    seen = Browser(panel.test_client())
    seen.sign_in("psychologist", FRESH)
    assert CLOSED in text_of(seen.get("/consultations/"))
    world.write(open_records, actor=system(Channel.COMMAND_LINE), closure_id=1)
    assert CLOSED not in text_of(seen.get("/consultations/")), "the command line does"


def test_the_owner_reads_at_the_next_sign_in_what_others_did(
    panel: Flask, world: World, administrator: Browser, add_account: Callable[..., int]
) -> None:
    head = named(world, AccountRole.HEAD, add_account)
    owner = Browser(panel.test_client(), "head")
    news = "Что изменилось в вашей учётной записи с прошлого входа"
    assert news not in text_of(owner.get("/"))
    administrator.post(f"/accounts/{head}/link", page="/accounts/")
    owner.post("/sign-out", page="/account/")
    owner.sign_in("head")
    seen = text_of(owner.get("/"))
    assert news in seen
    assert "выдана новая ссылка для пароля, кто выдал: Ада Главная" in seen
    owner.post("/sign-out", page="/account/")
    owner.sign_in("head")
    assert news not in text_of(owner.get("/")), "told once"
    assert "кто выдал: Ада Главная" in text_of(owner.get("/account/")), "and kept with the account"
    assert "выдана новая ссылка" not in text_of(administrator.get("/account/"))


def tied(database: Database, world: World, account_id: int, chat_id: int) -> int:
    """The account's chat, tied by the digits as its owner would; gives the person's id."""
    with database.writing() as session:
        account = session.get_one(Account, account_id)
        actor = Actor(
            ActorKind.ACCOUNT, account_id, world.organization_id, Channel.PANEL, RIGHTS[account.role]
        )
        code = issue_chat_code(session, actor=actor, now=world.now)
        return link_account(session, code=code, chat_id=chat_id, locale="ru", now=world.now).person_id


def notices(database: Database, kind: str = "account.changed") -> list[tuple[int | None, str]]:
    with database.reading() as session:
        rows = session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)
        )
        return [(row.person_id, row.facts["event"]) for row in rows]


def test_the_owner_hears_in_the_chat_of_every_act_of_somebody_else(
    panel: Flask,
    world: World,
    administrator: Browser,
    add_account: Callable[..., int],
    database: Database,
    clock: FixedClock,
) -> None:
    account_id = named(world, AccountRole.HEAD, add_account)
    person_id = tied(database, world, account_id, 900)
    for act in ("link", "disable", "enable"):
        clock.moment += timedelta(minutes=1)
        administrator.post(f"/accounts/{account_id}/{act}", page="/accounts/")
    heard = [
        "account.chat_linked",
        "account.link_issued",
        "account.disabled",
        "account.enabled",
        "account.link_issued",
    ]
    assert notices(database) == [(person_id, event) for event in heard]
    reset(administrator, panel, account_id)
    assert notices(database)[-1] == (person_id, "account.password_set")
    with database.reading() as session:
        assert session.get_one(Account, account_id).person_id is None, "a reset ends the way by chat too"


def enters(database: Database, world: World, person_id: int) -> bool:
    with database.writing() as session:
        try:
            issue_entries(session, actor=person_in_chat(person_id, world.organization_id), now=world.now)
        except NoAccount:
            return False
    return True


def test_a_curator_does_not_get_an_account_by_getting_its_chat(
    world: World, add_account: Callable[..., int], database: Database
) -> None:
    """An invitation to the card behind the account, or a card joined to it, brings another chat."""
    account_id = named(world, AccountRole.HEAD, add_account)
    person_id = tied(database, world, account_id, 900)
    assert enters(database, world, person_id)
    made = world.write(create_invitation, actor=world.curator, person_id=person_id)
    world.write(claim_invitation, invitation_id=made.id, chat_id=666, locale="ru")
    assert not enters(database, world, person_id), "by an invitation"

    person_id = tied(database, world, account_id, 901)
    other = world.joined("Вера", "Чужая", chat_id=667)
    world.write(merge_people, actor=world.curator, person_id=other.id, other_id=person_id)
    assert not enters(database, world, other.id), "by joining the card to one with a chat"

    person_id = tied(database, world, account_id, 902)
    assert enters(database, world, person_id)
    card = world.person("Глеб")
    world.write(merge_people, actor=world.curator, person_id=card.id, other_id=person_id)
    assert enters(database, world, card.id), "the owner's own chat goes on"
    with database.reading() as session:
        ended = session.scalars(
            select(AuditEntry.subject_id).where(AuditEntry.action == "account.chat_unlinked")
        ).all()
    assert list(ended) == [account_id, account_id]


def test_two_cards_of_one_name_are_joined_by_the_curator_alone(
    curator: Browser, world: World, add_account: Callable[..., int], database: Database
) -> None:
    """The digits of an account bring a card of their own; the page of the teacher says that there are two."""
    teacher = world.joined("Вера", "Павловна", chat_id=700)
    account_id = add_account(world, AccountRole.OBSERVER, "observer", teacher.full_name)
    card_id = tied(database, world, account_id, 701)
    assert card_id != teacher.id
    page = curator.get(f"/people/{teacher.id}/")
    assert "Есть ещё одна карточка с таким же именем." in text_of(page)
    assert f"/life/{teacher.id}/merge?other_id={card_id}" in page
    other = world.joined("Анна", chat_id=702)
    assert "с таким же именем" not in curator.get(f"/people/{other.id}/")
    curator.post(f"/life/{teacher.id}/merge", other_id=str(card_id), page=f"/life/{teacher.id}/")
    with database.reading() as session:
        moved = session.scalars(select(OutboxMessage.chat_id).where(OutboxMessage.kind == "joining.moved"))
        assert list(moved) == [701], "the card's chat that is let go is told"
    assert not enters(database, world, teacher.id), "an account does not open from the chat that was there"
