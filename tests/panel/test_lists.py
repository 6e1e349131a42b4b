"""Lists of names stand as a Russian reader looks for them: ё as е, on both databases."""

from services.people.cards import add_person
from tests.panel.conftest import Browser, text_of
from tests.world import World

NAMES = ("Жук", "Ёлкина-Бор", "Белова", "елисеева", "Юдина")
SORTED = ["Белова", "елисеева", "Ёлкина-Бор", "Жук", "Юдина"]


def test_names_are_sorted_as_russian_ones(curator: Browser, world: World) -> None:
    for name in NAMES:
        world.write(
            add_person,
            actor=world.curator,
            organization_id=world.organization_id,
            family_name=name,
            given_name="Вера",
        )
    for page in ("/people/", "/invitations/"):
        text = text_of(curator.get(page))
        assert sorted(NAMES, key=text.index) == SORTED, page
    curator.post("/events/new", day="24.11.2026", clock="14:30", kind="training", title="Сессия")
    text = text_of(curator.get("/events/1/"))
    assert sorted(NAMES, key=text.index) == SORTED
