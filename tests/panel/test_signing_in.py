"""Wrong passwords make a guesser wait and nobody else; sign-out and the twelfth hour end a session."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from admin.safety import limiter
from models.accounts import AccountRole
from models.audit import AuditEntry
from models.engine import Database
from tests.fixed_clock import FixedClock
from tests.panel.conftest import PASSWORD, Browser, text_of
from tests.world import World

WRONG = "мимо-мимо-мимо"
HOME = "Что ждёт вас"
WAIT = "Попробуйте снова через"


def at_address(panel: Flask, address: str) -> Browser:
    client = panel.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return Browser(client)


@pytest.fixture
def owner(panel: Flask, world: World, add_account: Callable[..., int]) -> Browser:
    """The curator at a browser that has never opened the panel."""
    add_account(world, AccountRole.CURATOR, "curator")
    return at_address(panel, "192.0.2.1")


def guess(browser: Browser, clock: FixedClock, *, step: timedelta, count: int = 10) -> str:
    """What the guesser reads after the last guess; the hourly limit of an address is left out."""
    said = ""
    for _ in range(count):
        limiter.reset()
        said = text_of(browser.sign_in("curator", WRONG, status=401))
        clock.moment += step
    return said


def actions_of(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_wrong_password_and_an_unknown_name_read_alike_however_often(
    panel: Flask, owner: Browser, clock: FixedClock
) -> None:
    known, unknown = at_address(panel, "192.0.2.8"), at_address(panel, "192.0.2.9")
    for step in (0, 0, 1, 1, 4, 10, 30):
        clock.moment += timedelta(seconds=step)
        said = text_of(known.sign_in("curator", WRONG, status=401))
        assert said == text_of(unknown.sign_in("nobody", WRONG, status=401)).replace("nobody", "curator")
    assert WAIT in said
    assert "Имя или пароль не подходят." in text_of(unknown.sign_in("other", WRONG, status=401))


def test_a_try_that_waits_costs_as_much_as_one_that_is_looked_at(panel: Flask, owner: Browser) -> None:
    def cost(login: str) -> float:
        browser = at_address(panel, "192.0.2.7")
        form = {"login": login, "password": WRONG, "csrf_token": browser.token("/sign-in")}
        begun = time.process_time()
        browser.post_raw("/sign-in", **form)
        return time.process_time() - begun

    for login in ("curator", "nobody"):
        looked_at = min(cost(login) for _ in range(3))
        assert cost(login) > looked_at / 3, login


def test_failures_in_a_row_wait_and_are_kept(owner: Browser, clock: FixedClock, database: Database) -> None:
    for _ in range(2):
        owner.sign_in("curator", WRONG, status=401)
    assert "через 6 секунд" in text_of(owner.sign_in("curator", WRONG, status=401))
    assert WAIT in text_of(owner.sign_in("curator", PASSWORD, status=401))
    clock.moment += timedelta(seconds=6)
    assert "через 11 секунд" in text_of(owner.sign_in("curator", WRONG, status=401))
    clock.moment += timedelta(seconds=11)
    assert HOME in text_of(owner.sign_in("curator"))
    assert actions_of(database)[-5:] == ["account.sign_in_failed"] * 4 + ["account.signed_in"]


def test_a_guesser_elsewhere_keeps_nobody_out(panel: Flask, owner: Browser, clock: FixedClock) -> None:
    guesser = at_address(panel, "203.0.113.5")
    assert WAIT in guess(guesser, clock, step=timedelta(seconds=7))
    assert HOME in text_of(owner.sign_in("curator"))


def test_a_guesser_at_the_same_address_does_not_keep_a_known_browser_out(
    panel: Flask, owner: Browser, clock: FixedClock
) -> None:
    owner.sign_in("curator")
    owner.post("/sign-out", page="/account/")
    assert WAIT in guess(at_address(panel, "192.0.2.1"), clock, step=timedelta(seconds=1))
    assert HOME in text_of(owner.sign_in("curator"))
    other = at_address(panel, "192.0.2.1")
    forged = owner.tab.get_cookie("nastavnik-device")
    assert forged is not None
    # the last character holds bits that are no part of the signature
    middle = len(forged.value) - 10
    changed = "x" if forged.value[middle] != "x" else "y"
    other.tab.set_cookie("nastavnik-device", forged.value[:middle] + changed + forged.value[middle + 1 :])
    assert WAIT in text_of(other.sign_in("curator", status=401)), "a cookie that we did not sign"


def test_a_guess_now_and_then_does_not_renew_the_wait_for_ever(
    panel: Flask, owner: Browser, clock: FixedClock
) -> None:
    """From the same address, in browsers that are not known: the owner waits seconds, not minutes."""
    guesser = at_address(panel, "192.0.2.1")
    guess(guesser, clock, step=timedelta(seconds=41))
    guess(guesser, clock, step=timedelta(seconds=301), count=4)
    guesser.sign_in("curator", WRONG, status=401)
    clock.moment += timedelta(seconds=6)
    assert HOME in text_of(owner.sign_in("curator"))


def test_tries_during_a_wait_do_not_make_it_longer(owner: Browser, clock: FixedClock) -> None:
    guess(owner, clock, step=timedelta(seconds=1), count=7)
    assert HOME in text_of(owner.sign_in("curator"))


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.4", "192.0.2.4", True),
    ],
)
def test_the_addresses_of_one_line_count_as_one(
    panel: Flask, owner: Browser, clock: FixedClock, first: str, second: str, is_one: bool
) -> None:
    for _ in range(3):
        at_address(panel, first).sign_in("curator", WRONG, status=401)
    said = text_of(at_address(panel, second).sign_in("curator", status=401 if is_one else 200))
    assert (WAIT if is_one else HOME) in said


def test_one_address_cannot_try_without_end(stranger: Browser) -> None:
    token = stranger.token("/sign-in")
    form = {"login": "x", "password": "y", "csrf_token": token}
    codes = [stranger.post_raw("/sign-in", **form).status_code for _ in range(22)]
    assert codes[:20] == [401] * 20
    assert codes[20:] == [429, 429]


def test_a_wrong_present_password_waits_too(curator: Browser, clock: FixedClock, database: Database) -> None:
    fresh = "новая длинная фраза"
    said = [curator.post("/account/", present=WRONG, password=fresh, again=fresh) for _ in range(30)]
    assert "Нынешний пароль не подходит." in text_of(said[0])
    assert WAIT in text_of(said[-1])
    assert WAIT in text_of(curator.post("/account/", present=PASSWORD, password=fresh, again=fresh))
    assert actions_of(database).count("account.present_password_failed") == 3
    assert "Неверный нынешний пароль" in text_of(curator.get("/audit/"))
    clock.moment += timedelta(seconds=6)
    assert "Пароль изменён." in text_of(
        curator.post("/account/", present=PASSWORD, password=fresh, again=fresh)
    )


def test_sign_out_ends_the_session_and_not_only_the_cookie(panel: Flask, curator: Browser) -> None:
    other = Browser(panel.test_client())
    other.sign_in("curator")
    curator.get("/")
    copied = curator.client.get_cookie("nastavnik")
    assert copied is not None
    thief = Browser(panel.test_client())
    thief.client.set_cookie("nastavnik", copied.value)
    assert HOME in text_of(thief.get("/"))
    curator.post("/sign-out", page="/account/")
    assert "Панель куратора" in text_of(curator.get("/people/"))
    for path in ("/people/", "/", "/account/"):
        assert "Панель куратора" in text_of(thief.get(path)), path
    assert HOME in text_of(other.get("/")), "the other browser of the same account goes on"


def test_a_session_ends_after_twelve_hours_however_busy(curator: Browser, clock: FixedClock) -> None:
    for _ in range(11):
        curator.get("/")
        clock.moment += timedelta(hours=1)
    assert HOME in text_of(curator.get("/"))
    clock.moment += timedelta(hours=1)
    assert "Панель куратора" in text_of(curator.get("/"))
    assert HOME in text_of(curator.sign_in("curator"))


def test_refusals_are_logged_with_numbers_and_address_alone(
    panel: Flask, owner: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    owner.sign_in("curator", WRONG, status=401)
    owner.sign_in("Соколова Анна", WRONG, status=401)
    owner.get("/setup/made-up", status=410)
    owner.post_raw("/sign-in", login="curator", password=PASSWORD)
    owner.sign_in("curator")
    owner.get("/consultations/", status=403)
    lines = [one.getMessage() for one in caplog.records if one.name == "admin.refusals"]
    assert [line.split(", page")[0] for line in lines] == [
        "refused: password no. 1, address 192.0.2.1, account 1",
        "refused: password no. 2, address 192.0.2.1, account unknown",
        "refused: link no. 1, address 192.0.2.1, account unknown",
        "refused: form no. 1, address 192.0.2.1, account unknown",
        "refused: right no. 1, address 192.0.2.1, account 1",
    ]
    assert "Соколова" not in caplog.text
    assert WRONG not in caplog.text
    assert "made-up" not in caplog.text
