"""Home, the list of people, a card and the proposals say the same of who is free."""

from services.pairs.proposals import draft_pair
from tests.panel.conftest import Browser, text_of
from tests.world import World


def test_a_mentor_who_takes_nobody_is_not_free_anywhere(curator: Browser, world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor(capacity="0")
    assert "Свободные наставники 0" in text_of(curator.get("/"))
    listed = text_of(curator.get("/people/?role=mentor"))
    assert "наставник · в банке, сейчас наставляемых не берёт" in listed
    assert "сейчас наставляемых не берёт" in text_of(curator.get(f"/people/{mentor.id}/"))
    for page in ("/proposals/", f"/proposals/{mentee.participation_id}/"):
        assert "1 наставник из банка сейчас наставляемых не берёт" in text_of(curator.get(page))


def test_a_mentor_whose_places_are_held_is_not_free(curator: Browser, world: World) -> None:
    mentee, other, mentor = world.mentee(), world.mentee("Ольга", "Юрьевна"), world.mentor(capacity="1")
    assert "Свободные наставники 1" in text_of(curator.get("/"))
    sides = (mentee.participation_id, mentor.participation_id)
    world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=sides[0],
        mentor_participation_id=sides[1],
    )
    assert "Свободные наставники 0" in text_of(curator.get("/"))
    assert "наставник · в банке, мест нет" in text_of(curator.get("/people/?role=mentor"))
    choice = text_of(curator.get(f"/proposals/{other.participation_id}/"))
    assert "У 1 наставника мест не осталось" in choice
