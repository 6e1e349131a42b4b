"""One confirmation for many pairs: what is offered, what is left out and why, and what nobody hears of."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from bench.population import populate
from bench.population_work import Target
from models.accounts import AccountRole
from models.engine import Database
from models.messages import OutboxMessage
from models.pairs import Pair, PairStatus
from models.people import Participation, ParticipationStatus, Role
from notices.catalogue import compose
from notices.language import load_translators
from notices.letters import Letter
from services.meetings.outcomes import log_past_meeting
from services.pairs.proposals import confirm_pair, discard_draft, draft_pair
from services.programmes.running import change_settings
from tests.panel.conftest import Browser, text_of
from tests.panel.test_verdicts import conclude
from tests.world import World

OFFERS = "/pairs/offer/"


def draft_many(world: World, count: int) -> list[int]:
    made = []
    for _ in range(count):
        drafted = world.write(
            draft_pair,
            actor=world.curator,
            mentee_participation_id=world.mentee().participation_id,
            mentor_participation_id=world.mentor("Пётр", "Андреевич").participation_id,
        )
        made.append(int(drafted.pair_id))
    return made


def draft_the_free(world: World) -> list[int]:
    """A school of three hundred: sixty drafts of those who wait, beside some that cannot be offered."""
    with world.database.writing() as session:
        account = world.curator.id or 0
        populate(session, Target(world.organization_id, world.cycle_id, account), 300, now=world.now)
        sides = {
            role: session.scalars(
                select(Participation.id).where(
                    Participation.role == role, Participation.status == ParticipationStatus.READY
                )
            ).all()
            for role in Role
        }
    return [
        int(
            world.write(
                draft_pair,
                actor=world.curator,
                mentee_participation_id=mentee,
                mentor_participation_id=mentor,
            ).pair_id
        )
        for mentee, mentor in zip(sides[Role.MENTEE], sides[Role.MENTOR], strict=True)
    ]


def statuses(database: Database) -> dict[int, PairStatus]:
    with database.reading() as session:
        return {row[0]: row[1] for row in session.execute(select(Pair.id, Pair.status))}


def offers(database: Database) -> list[OutboxMessage]:
    with database.reading() as session:
        return list(session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "pair.offer")))


@pytest.mark.requirement("A17")
def test_sixty_drafts_are_offered_by_one_confirmation_and_only_once(
    curator: Browser, world: World, database: Database
) -> None:
    drafts = draft_the_free(world)
    page = curator.get(OFFERS)
    assert len(drafts) == 60
    assert [int(one) for one in re.findall(r'name="pair_id" value="(\d+)" checked', page)] == drafts
    assert "Что получат наставляемые" in text_of(page)
    assert offers(database) == []
    form = {"csrf_token": curator.token(OFFERS), "pair_id": drafts, "message": "send", "offer": "1"}
    first = curator.client.post(OFFERS, data=form, follow_redirects=True)
    assert "60 пар предложено" in text_of(first.text)
    found = statuses(database)
    assert {found[one] for one in drafts} == {PairStatus.OFFERED}
    assert len(offers(database)) == 120

    again = curator.client.post(OFFERS, data=form, follow_redirects=True)
    assert "уже отправлена" in text_of(again.text)
    assert len(offers(database)) == 120


def test_what_cannot_be_offered_is_left_out_with_its_reason(
    curator: Browser, world: World, database: Database
) -> None:
    good, left, gone, done = draft_many(world, 4)
    with database.writing() as session:
        pair = session.get_one(Pair, left)
        session.get_one(Participation, pair.mentor.participation_id).status = ParticipationStatus.LEFT
    world.write(discard_draft, actor=world.curator, pair_id=gone)
    world.write(confirm_pair, actor=world.curator, pair_id=done)
    listed = curator.get(OFFERS)
    assert len(re.findall(r'name="pair_id"[^>]*checked', listed)) == 1, "only what can be offered is ticked"
    assert "сейчас кого-то из них нет в базе" in text_of(listed)

    said = text_of(curator.post(OFFERS, pair_id=[good, left, gone, done], message="send", offer="1"))
    assert "1 пара предложена" in said
    assert "черновик, который тем временем удалили" in said
    assert "Эта пара уже не черновик" in said
    assert statuses(database) == {
        good: PairStatus.OFFERED,
        left: PairStatus.DRAFT,
        done: PairStatus.OFFERED,
    }


def test_changed_words_reach_each_with_their_own_names(
    curator: Browser, world: World, database: Database
) -> None:
    drafts = draft_many(world, 2)
    words = "[имя], вам предлагают пару: [кого предлагаем]. До [дата]"
    wrong = curator.post(OFFERS, pair_id=drafts, message="send", offer="1", text_mentee="Это [кто]?")
    assert "Вместо [кто] подставить нечего" in text_of(wrong)
    assert "Это [кто]?" in wrong
    assert offers(database) == []
    shown = curator.post(OFFERS, pair_id=drafts, message="send", look="1", text_mentee=words)
    assert "Анна Игоревна, вам предлагают пару" in text_of(shown)
    curator.post(OFFERS, pair_id=drafts, message="send", offer="1", text_mentee=words)
    edited = [row for row in offers(database) if row.edited_text]
    assert {row.edited_text for row in edited} == {"{name}, вам предлагают пару: {partner}. До {until}"}
    assert len(edited) == 2
    with database.reading() as session:
        letter = compose(
            session,
            kind="pair.offer",
            facts={**edited[0].facts, "person_id": edited[0].person_id},
            t=load_translators()["ru"],
            now=world.now,
            edited_text=edited[0].edited_text,
        )
    assert isinstance(letter, Letter)
    assert letter.text.startswith("Анна Игоревна, вам предлагают пару: Шевчук Пётр Андреевич. До 30 ноября")


def test_without_a_message_nothing_is_sent(curator: Browser, world: World, database: Database) -> None:
    drafts = draft_many(world, 2)
    said = text_of(curator.post(OFFERS, pair_id=drafts, message="none", offer="1"))
    assert "2 пары предложены без сообщения" in said
    assert offers(database) == []
    assert set(statuses(database).values()) == {PairStatus.OFFERED}


def test_many_drafts_are_discarded_and_nobody_hears_of_it(
    curator: Browser, world: World, database: Database
) -> None:
    drafts = draft_many(world, 3)
    assert "Отметьте хотя бы один черновик" in text_of(curator.post(OFFERS, discard="1"))
    assert "2 черновика удалены" in text_of(curator.post(OFFERS, pair_id=drafts[:2], discard="1"))
    assert statuses(database) == {drafts[2]: PairStatus.DRAFT}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == len(
            [row for row in session.scalars(select(OutboxMessage)) if not row.kind.startswith("pair.")]
        )


@pytest.mark.requirement("A12")
def test_a_draft_waits_on_the_psychologists_home_until_the_conclusion(
    panel: Any, curator: Browser, world: World, database: Database, add_account: Any
) -> None:
    world.write(
        change_settings,
        actor=world.curator,
        cycle_id=world.cycle_id,
        changes={"psychologist_verdict_required": True},
    )
    (draft,) = draft_many(world, 1)
    add_account(world, AccountRole.PSYCHOLOGIST, "psy")
    psychologist = Browser(panel.test_client(), "psy")
    home = psychologist.get("/")
    assert "Пары, которые ждут вашего заключения 1" in text_of(home)
    assert "ждут вашего заключения" not in text_of(curator.get("/"))
    said = text_of(curator.post(OFFERS, pair_id=[draft], message="send", offer="1"))
    assert "Положение просит заключение педагога-психолога" in said
    conclude(psychologist, database, draft, "not_recommended")
    assert "ждут вашего заключения" not in text_of(psychologist.get("/"))

    refused = curator.post(OFFERS, pair_id=[draft], message="send", offer="1")
    assert "Напишите, пожалуйста, почему" in text_of(refused)
    reason = {f"reason_{draft}": "Оба просят"}
    assert "1 пара предложена" in text_of(curator.post(OFFERS, reason, pair_id=[draft], offer="1"))
    with database.reading() as session:
        assert session.get_one(Pair, draft).override_reason == "Оба просят"


def test_a_pair_that_has_begun_waits_on_home_for_its_order(
    curator: Browser, world: World, database: Database
) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    assert "Пары без приказа" not in text_of(curator.get("/"))
    world.write(
        log_past_meeting,
        actor=world.actor(mentor.person),
        pair_id=pair_id,
        day=world.now.date(),
        minutes=40,
        topic=None,
    )
    assert "Пары без приказа" in text_of(curator.get("/"))
    assert f'href="/pairs/{pair_id}/"' in curator.get("/tasks/orders/")
