"""The pages of leave, dismissal, joining of cards, needs and banks, as a curator walks them."""

import pytest

from models.engine import Database
from models.people import Person
from tests.panel.conftest import Browser, text_of
from tests.world import World


def test_a_curator_notes_a_leave_and_a_dismissal(curator: Browser, world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    world.agree(mentee, mentor)
    page = f"/life/{mentee.id}/"
    assert "Сейчас в работе: 1 пара или предложение" in text_of(curator.get(page))
    assert "Заполните дату" in text_of(curator.post(f"{page}leave", page=page, starts_on="вчера"))
    back = curator.post(f"{page}leave", page=page, starts_on="2026-11-20", ends_on="2026-11-01")
    assert "не может закончиться раньше" in text_of(back)
    assert "Отпуск отмечен" in text_of(curator.post(f"{page}leave", page=page, starts_on="2026-11-20"))
    assert "Увольнение" not in curator.get(page), "one thing at a time"
    assert "Человек вернулся." in text_of(curator.post(f"{page}return", page=page))
    done = text_of(curator.post(f"{page}dismiss", page=page, starts_on="2026-11-23"))
    assert "Увольнение отмечено; пары завершены." in done
    assert "Отмечено увольнение" in done
    assert "увольнение с 23.11.2026" in done
    assert "больше не работает здесь" in text_of(curator.get("/people/"))
    assert "длительный отпуск, с 20.11.2026" in text_of(curator.get(page))


def test_two_cards_are_joined_after_a_look(curator: Browser, world: World, database: Database) -> None:
    stays, ends = world.person("Анна"), world.mentee("Аня")
    look = text_of(curator.get(f"/life/{stays.id}/merge?other_id={ends.id}"))
    assert "роли: 1" in look
    assert "анкеты: 1" in look
    with database.reading() as session:
        assert session.get(Person, ends.id) is not None, "a look changes nothing"
    joined = curator.post(f"/life/{stays.id}/merge", page=f"/life/{stays.id}/", other_id=ends.id)
    assert "Карточки объединены." in text_of(joined)
    assert "наставляемый · в банке" in text_of(joined)
    curator.get(f"/people/{ends.id}/", status=404)
    same = curator.get(f"/life/{stays.id}/merge?other_id={stays.id}")
    assert "с самой собой" in text_of(same)


@pytest.mark.requirement("C9", "E19")
def test_needs_are_noted_and_banks_show_them(curator: Browser, world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    page = f"/needs/{mentee.id}/"
    assert "Стаж – целое число" in text_of(
        curator.post(f"{page}eligibility", page=page, experience_years="много")
    )
    curator.post(f"{page}eligibility", page=page, experience_years="1", is_new_here="1")
    kept = curator.post(f"{page}tell", page=page, source="завуч", told_on="2030-01-01", text="Нужна опора")
    assert "не может быть в будущем" in text_of(kept)
    assert "Нужна опора</textarea>" in kept
    told = curator.post(f"{page}tell", page=page, source="завуч", told_on="2026-11-20", text="Нужна опора")
    assert "человеку ещё не сообщено" in text_of(told)
    assert "человеку сообщено 23.11.2026" in text_of(curator.post(f"{page}informed/1", page=page))
    bank = text_of(curator.get("/banks/"))
    assert "молодой специалист новый на рабочем месте" in bank
    assert "2026-2027 · наставляемый · в банке" in bank
    assert mentor.person.full_name not in bank
    assert mentor.person.full_name in text_of(curator.get("/banks/?role=mentor"))
    assert "никого нет" in text_of(curator.get("/banks/?who=students"))
    curator.post(f"{page}eligibility", page=page, is_student="1")
    assert mentee.person.full_name in text_of(curator.get("/banks/?who=students"))
    assert mentee.person.full_name not in text_of(curator.get("/banks/"))
