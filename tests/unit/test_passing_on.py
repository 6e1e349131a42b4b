"""Words that a person asks to pass on to the curator."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from models.engine import Database
from models.tasks import Task
from services.messages_read.passing_on import pass_on
from tests.world import found_school

NOW = datetime(2025, 10, 15, 15, 0, tzinfo=UTC)


def test_a_message_is_passed_on_once_and_without_a_consent_only_that_it_came(database: Database) -> None:
    world = found_school(database, NOW)
    person = world.person("Анна", "Игоревна")
    actor = world.actor(person)
    for _ in range(2):
        world.write(pass_on, actor=actor, words="отзываю согласие", occasion="7", wanted_on=date(2025, 11, 3))
    found = world.read(lambda session: session.execute(select(Task.words, Task.wanted_on)).all())
    assert found == [(None, date(2025, 11, 3))]
