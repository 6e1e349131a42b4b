"""From the banks to a confirmed pair, as a curator clicks it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.accounts import AccountRole
from models.engine import Database
from models.messages import OutboxMessage
from models.pairs import DeclineReason, Pair, PairStatus
from models.people import Role
from notices.catalogue import compose
from notices.language import load_translators
from notices.letters import Letter
from services.meetings.outcomes import log_past_meeting
from services.pairs.offers import accept_offer, decline_offer
from services.pairs.proposals import confirm_pair, draft_pair
from services.pairs.silence import remind_of_silence
from services.programmes.answers import Tapped
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import Participant, World


@dataclass
class Two:
    mentee: Participant
    mentor: Participant

    @property
    def compared(self) -> str:
        return f"/proposals/{self.mentee.participation_id}/{self.mentor.participation_id}/"


@pytest.fixture
def two(world: World) -> Two:
    return Two(
        world.mentee("Анна", "Игоревна", need_documents=Tapped(("9",)), need_planning=Tapped(("2",))),
        world.mentor("Пётр", "Андреевич", ready_documents=Tapped(("3",)), experience="20"),
    )


@pytest.fixture
def draft(world: World, two: Two) -> int:
    drafted = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=two.mentee.participation_id,
        mentor_participation_id=two.mentor.participation_id,
    )
    return int(drafted.pair_id)


def offers(database: Database) -> dict[int, OutboxMessage]:
    with database.reading() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "pair.offer")).all()
    return {row.person_id: row for row in rows if row.person_id is not None}


def status_of(database: Database, pair_id: int) -> PairStatus | None:
    with database.reading() as session:
        return session.scalar(select(Pair.status).where(Pair.id == pair_id))


@pytest.mark.requirement("A17")
def test_from_the_banks_to_a_draft_that_nobody_hears_of(
    curator: Browser, two: Two, database: Database
) -> None:
    banks = text_of(curator.get("/proposals/"))
    assert two.mentee.person.full_name in banks
    assert "Свободных наставников: 1" in banks
    mentors = text_of(curator.get(f"/proposals/{two.mentee.participation_id}/"))
    assert two.mentor.person.full_name in mentors
    assert "2 свободных места" in mentors
    page = curator.get(two.compared)
    assert 'class="area gap"' in page, "documents: needed at 9, ready at 3"
    assert 'class="area match"' in page
    assert "20 лет" in text_of(page)
    confirm = text_of(curator.post(two.compared, kind="traditional", role_variant="experienced_young"))
    assert "Черновик готов." in confirm
    assert "Подтвердить пару" in confirm
    assert offers(database) == {}
    assert "Опытный педагог – молодой специалист" in text_of(curator.get("/pairs/1/"))
    twice = text_of(curator.post(two.compared, page="/account/"))
    assert "уже" in twice
    with database.reading() as session:
        assert session.scalar(select(func.count(Pair.id))) == 1


def test_cautions_stand_above(curator: Browser, world: World) -> None:
    mentee = world.mentee("Олег", "Романович", subjects=Tapped(("physics",)), experience="9")
    mentor = world.mentor("Мария", "Львовна", subjects=Tapped(("maths",)), experience="4")
    text = text_of(curator.get(f"/proposals/{mentee.participation_id}/{mentor.participation_id}/"))
    assert "Они ведут разные предметы." in text
    assert "Стаж наставника не больше, чем у наставляемого." in text


def test_the_preview_is_the_message(
    curator: Browser, draft: int, two: Two, database: Database, world: World
) -> None:
    page = text_of(curator.get(f"/pairs/{draft}/confirm"))
    translator = load_translators()["ru"]
    done = text_of(curator.post(f"/pairs/{draft}/confirm"))
    assert "Подтверждено. Оба узнают об этом прямо сейчас." in done
    rows = offers(database)
    assert set(rows) == {two.mentee.id, two.mentor.id}
    with database.reading() as session:
        for person_id, row in rows.items():
            assert row.edited_text is None
            assert row.due_at == world.now
            letter = compose(
                session,
                kind=row.kind,
                facts=row.facts | {"person_id": person_id},
                t=translator,
                now=world.now,
            )
            assert isinstance(letter, Letter)
            assert text_of(letter.text) in page
            assert all(action.label in page for line in letter.rows for action in line)


def test_a_reworded_offer_keeps_placeholders_and_no_name(
    curator: Browser, draft: int, two: Two, database: Database
) -> None:
    path = f"/pairs/{draft}/confirm"
    name = two.mentor.person.full_name
    words = f"Анна Игоревна, рада предложить вам наставника: {name}. <b>Приходите!</b>"
    look = curator.post(path, text_mentee=words, look="1")
    assert "&lt;b&gt;Приходите!" in look
    assert offers(database) == {}
    curator.post(path, text_mentee=words.replace(" рада", "\r\nрада"))
    rows = offers(database)
    edited = rows[two.mentee.id].edited_text
    assert edited is not None
    assert name not in edited
    assert "{name},\nрада предложить вам наставника: {partner}" in edited
    assert rows[two.mentor.id].edited_text is None


def test_a_message_too_long_is_refused_and_kept(curator: Browser, draft: int, database: Database) -> None:
    page = curator.post(f"/pairs/{draft}/confirm", text_mentor="я" * 3001)
    assert "уложите каждое сообщение" in text_of(page)
    assert "я" * 3001 in page
    assert status_of(database, draft) is PairStatus.DRAFT


def test_confirming_twice_tells_once(curator: Browser, draft: int, database: Database) -> None:
    curator.post(f"/pairs/{draft}/confirm")
    again = curator.post(f"/pairs/{draft}/confirm", page="/account/")
    assert "уже не черновик" in text_of(again)
    assert len(offers(database)) == 2


def test_a_failed_confirm_leaves_nothing_queued(
    curator: Browser, draft: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(Exception):
        pass

    def crash(*_args: object, **_facts: object) -> None:
        raise PowerCut

    monkeypatch.setattr("sqlalchemy.orm.Session.commit", crash)
    with pytest.raises(PowerCut):
        curator.post(f"/pairs/{draft}/confirm")
    monkeypatch.undo()
    assert offers(database) == {}
    assert status_of(database, draft) is PairStatus.DRAFT


def test_a_draft_is_discarded_in_silence(curator: Browser, draft: int, database: Database) -> None:
    page = text_of(curator.post(f"/pairs/{draft}/discard", page=f"/pairs/{draft}/confirm"))
    assert "О нём никто не узнал." in page
    assert status_of(database, draft) is None
    with database.reading() as session:
        assert session.scalar(select(func.count(OutboxMessage.id))) == 0
    curator.get(f"/pairs/{draft}/", status=404)


def test_the_card_says_who_is_waited_for(curator: Browser, world: World, draft: int, two: Two) -> None:
    assert "черновик" in text_of(curator.get("/pairs/"))
    world.write(confirm_pair, actor=world.curator, pair_id=draft)
    assert "ждёт обоих" in text_of(curator.get(f"/pairs/{draft}/"))
    world.write(accept_offer, actor=world.actor(two.mentor.person), pair_id=draft)
    assert "ждёт наставляемого" in text_of(curator.get(f"/pairs/{draft}/"))
    assert "предложение принято" in text_of(curator.get(f"/pairs/{draft}/"))
    world.write(accept_offer, actor=world.actor(two.mentee.person), pair_id=draft)
    card = text_of(curator.get(f"/pairs/{draft}/"))
    assert "оба согласны" in card
    assert "ждёт наставника" in card
    curator.post("/documents/order", subject=str(draft), number="15-о", signed_on="23.11.2026")
    ordered = text_of(curator.get(f"/pairs/{draft}/"))
    assert "приказ № 15-о от 23.11.2026" in ordered
    assert "работает" in ordered
    assert "Зарегистрирован приказ" in ordered
    assert "приказ № 15-о от 23.11.2026" in text_of(curator.get("/pairs/"))


def test_who_may_not_act_reads_that_the_curator_is_waited_for(
    curator: Browser, stranger: Browser, world: World, draft: int, add_account: Callable[..., int]
) -> None:
    assert "ждёт вас" in text_of(curator.get(f"/pairs/{draft}/"))
    add_account(world, AccountRole.HEAD, "head")
    stranger.sign_in("head")
    card = text_of(stranger.get(f"/pairs/{draft}/"))
    assert "ждёт куратора" in card
    assert "ждёт вас" not in card


def test_no_meeting_is_entered_for_an_ended_pair(curator: Browser, world: World) -> None:
    pair_id = world.agree(world.mentee(), world.mentor())
    assert "Внести встречу" in text_of(curator.get(f"/pairs/{pair_id}/"))
    curator.post(f"/pairs/{pair_id}/end", reason="mutual")
    card = text_of(curator.get(f"/pairs/{pair_id}/"))
    assert "Внести встречу" not in card


def test_a_decline_and_its_reason_are_for_the_curator(
    curator: Browser, world: World, draft: int, two: Two
) -> None:
    world.write(confirm_pair, actor=world.curator, pair_id=draft)
    world.write(
        decline_offer,
        actor=world.actor(two.mentor.person),
        pair_id=draft,
        reason=DeclineReason.WORKLOAD,
        note="Много классов <script>",
    )
    page = curator.get(f"/pairs/{draft}/")
    assert "отказ одной стороны" in text_of(page)
    assert "большая нагрузка" in text_of(page)
    assert "<script>" not in page.replace("<script src", "")
    home = text_of(curator.get("/"))
    assert "Предложения не состоялись" in home


def test_withdrawing_says_what_follows_first(
    curator: Browser, world: World, draft: int, database: Database
) -> None:
    world.write(confirm_pair, actor=world.curator, pair_id=draft)
    page = text_of(curator.get(f"/pairs/{draft}/withdraw"))
    assert "Оба вернутся в банк" in page
    done = text_of(curator.post(f"/pairs/{draft}/withdraw"))
    assert "Предложение отозвано. Обоим сообщили." in done
    assert status_of(database, draft) is PairStatus.EXPIRED
    again = text_of(curator.post(f"/pairs/{draft}/withdraw", page="/account/"))
    assert "Обоим сообщили" not in again


def test_ending_a_pair_needs_a_reason(
    curator: Browser, world: World, draft: int, two: Two, database: Database
) -> None:
    world.write(confirm_pair, actor=world.curator, pair_id=draft)
    for side in (two.mentee, two.mentor):
        world.write(accept_offer, actor=world.actor(side.person), pair_id=draft)
    path = f"/pairs/{draft}/end"
    assert "Выберите причину." in text_of(curator.post(path))
    assert status_of(database, draft) is PairStatus.ACCEPTED
    assert "Работа пары завершена." in text_of(curator.post(path, reason="mutual"))
    assert status_of(database, draft) is PairStatus.TERMINATED
    assert "по просьбе" not in text_of(curator.get("/outbox/"))


def log_meeting(world: World, mentor: Participant, pair_id: int) -> None:
    world.write(
        log_past_meeting,
        actor=world.actor(mentor.person),
        pair_id=pair_id,
        day=world.now.date(),
        minutes=40,
        topic=None,
    )


def test_the_home_lists_what_waits_oldest_first(
    curator: Browser, world: World, two: Two, clock: FixedClock
) -> None:
    alone = world.mentee("Дарья", "Львовна")
    world.now += timedelta(days=1)
    world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=two.mentee.participation_id,
        mentor_participation_id=two.mentor.participation_id,
    )
    clock.moment += timedelta(days=3)
    page = curator.get("/")
    text = text_of(page)
    assert text.index("Наставляемые без пары 1 ждёт 3 дня") < text.index("Черновики пар 1 ждёт 2 дня")
    assert alone.person.full_name in text
    assert 'href="/tasks/drafts/"' in page
    assert two.mentee.person.full_name in text_of(curator.get("/tasks/drafts/"))
    assert "Здесь ничего не ждёт." in text_of(curator.get("/tasks/low_rating/"))
    curator.get("/tasks/unheard-of/", status=404)


def test_a_pair_that_does_not_meet_comes_to_the_home_page(
    curator: Browser, world: World, two: Two, clock: FixedClock
) -> None:
    pair_id = world.agree(two.mentee, two.mentor)
    log_meeting(world, two.mentor, pair_id)
    world.now += timedelta(days=27)
    world.write(remind_of_silence)
    clock.moment = world.now
    assert "Пары без встреч" not in text_of(curator.get("/"))
    world.now += timedelta(days=1)
    world.write(remind_of_silence)
    home = text_of(curator.get("/"))
    assert "Пары без встреч 1" in home
    assert "1 встреча, последняя 23.11.2026" in home
    assert "ждёт вас" in text_of(curator.get("/pairs/"))
    assert two.mentee.person.full_name in text_of(curator.get("/tasks/no_meeting/"))


def test_the_list_says_when_a_pair_met_and_whose_move_it_is(
    curator: Browser, world: World, two: Two, clock: FixedClock
) -> None:
    pair_id = world.agree(two.mentee, two.mentor)
    read = text_of(curator.get("/pairs/"))
    assert "ждёт наставника до 30.11.2026" in read
    assert "встреч пока не было" in read
    log_meeting(world, two.mentor, pair_id)
    world.order(pair_id)
    for page in ("/pairs/?sort=met", f"/pairs/{pair_id}/"):
        read = text_of(curator.get(page))
        assert "1 встреча, последняя 23.11.2026" in read, page


def test_roles_are_told_by_the_participation(curator: Browser, two: Two) -> None:
    """A mentor in the mentee's place is no page, whatever the address says."""
    curator.get(f"/proposals/{two.mentor.participation_id}/", status=404)
    curator.get(f"/proposals/{two.mentor.participation_id}/{two.mentee.participation_id}/", status=404)
    assert two.mentor.role is Role.MENTOR


def test_who_refused_once_is_named_before_they_are_offered_again(
    curator: Browser, world: World, two: Two, draft: int
) -> None:
    words = "Этих двоих уже предлагали друг другу"
    assert words not in text_of(curator.get(two.compared))
    world.write(confirm_pair, actor=world.curator, pair_id=draft)
    assert words not in text_of(curator.get(two.compared)), "nobody has refused yet"
    world.write(
        decline_offer, actor=world.actor(two.mentee.person), pair_id=draft, reason=DeclineReason.PERSONAL
    )
    assert words in text_of(curator.get(two.compared))
    other = world.mentor("Ольга", "Павловна")
    assert words not in text_of(
        curator.get(f"/proposals/{two.mentee.participation_id}/{other.participation_id}/")
    )
