"""The main pages of the panel in Chromium: sign-in, home, propose, confirm, scores."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from models.engine import Database
from models.messages import OutboxMessage
from services.joining.recognition import type_code
from tests.browser.conftest import Window
from tests.world import World

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [pytest.param(1280, marks=pytest.mark.long), 360])
def test_from_the_sign_in_to_the_score(
    open_window: Callable[[int], Window], world: World, database: Database, width: int
) -> None:
    mentee, mentor = world.mentee("Анна", "Игоревна"), world.mentor("Пётр", "Андреевич")
    curator = open_window(width)
    assert "Наставляемые без пары" in curator.text()
    curator.press("Подобрать наставника")
    assert mentor.person.full_name in curator.text()
    curator.press("Сравнить")
    assert "Запросы и сильные стороны" in curator.text()
    curator.press("Сделать черновик")
    assert "Наставляемый получит" in curator.text()

    curator.page.get_by_text("Изменить текст").first.click()
    words = curator.page.locator("#text_mentee")
    usual = words.input_value()
    words.fill("Анна Игоревна, это пробный текст.")
    curator.page.get_by_role("button", name="Вернуть исходный текст").first.click()
    assert words.input_value() == usual
    words.fill(f"{usual}\n\nБуду рада помочь!")
    curator.press("Подтвердить и сообщить обоим")
    assert "Подтверждено. Оба узнают об этом прямо сейчас." in curator.text()
    with database.reading() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "pair.offer")).all()
    edited = {row.person_id: row.edited_text for row in rows}
    assert edited[mentor.id] is None
    assert "Буду рада помочь!" in (edited[mentee.id] or "")

    curator.open("/scores/")
    curator.press("Заполнить лист")
    for number in range(9):
        curator.page.locator("fieldset").nth(number).get_by_role("radio").nth(number % 2).check()
    curator.press("Сохранить")
    assert "14 из 18 · допустимый" in curator.text()
    curator.open("/scores/")
    drawings = curator.page.locator("img.chart")
    assert drawings.count() >= 1
    assert drawings.first.evaluate("one => one.complete && one.naturalWidth > 0")
    assert curator.complaints == []


@pytest.mark.long
@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_fits_and_nothing_is_complained_of(
    open_window: Callable[[int], Window], world: World, width: int
) -> None:
    world.write(type_code, code=world.join_code, chat_id=4242)
    person = world.person("Александрина-Констанция", "Христофоровна", "учитель-логопед " * 8)
    world.invite(person)
    curator = open_window(width)
    tables = ("people", "pairs", "meetings", "outbox", "audit", "proposals", "joining")
    others = ("", "scores/", "programme/", "account/", "tasks/recognise/", "people/add", "outreach/")
    card, papers = f"people/{person.id}/", f"consents/person/{person.id}/"
    private = ("consents/", "privacy/operator", "privacy/processing", papers, f"{papers}form/pd_processing")
    agreement = f"privacy/person/{person.id}/agreement"
    one_by_one = (*others, card, f"{card}edit", *private, agreement)
    pages = [*(f"/{one}/" for one in tables), *(f"/{one}" for one in one_by_one)]
    for path in pages:
        curator.open(path)
    if width < 960:
        curator.page.get_by_role("button", name="Меню", exact=True).click()
        curator.look()
    curator.page.get_by_role("link", name="Люди").last.click()
    assert "Люди" in curator.text()
    assert curator.complaints == []


@pytest.mark.long
def test_leaving_a_changed_form_asks_first(open_window: Callable[[int], Window], world: World) -> None:
    curator = open_window(1280)
    curator.open("/people/add")
    asked = []

    def answer(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.accept()  # type: ignore[attr-defined]

    curator.page.on("dialog", answer)
    curator.page.get_by_label("Фамилия").press_sequentially("Соколова")
    curator.page.get_by_role("link", name="Пары").first.click()
    curator.page.wait_for_url("**/pairs/")
    assert asked == ["beforeunload"]
