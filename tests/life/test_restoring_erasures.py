"""A restore undoes no erasure: acts and duties stand, and whom the backup brings back is erased again."""

import pytest
from sqlalchemy import func, select

from models.people import Person
from models.privacy import DestructionAct, DutyKind, PrivacyDuty
from models.tasks import Task, TaskKind
from services.access.actors import Channel, system
from services.joining.withdrawing import withdraw_consent
from services.privacy.erasing import erase_person
from services.privacy.remembering import FILE
from tests.life.test_keeping import Town, town

assert town  # the fixture is used by its name

pytestmark = [pytest.mark.life, pytest.mark.long]


def erase(place: Town, person_id: int) -> None:
    place.world.write(
        erase_person, actor=system(Channel.COMMAND_LINE), person_id=person_id, reason="withdrawn", made_by=""
    )


def subjects(place: Town) -> list[tuple[int, str]]:
    return place.world.read(  # type: ignore[no-any-return]
        lambda session: [
            (act.id, act.subject)
            for act in session.scalars(select(DestructionAct).order_by(DestructionAct.id))
        ]
    )


def test_erasures_acts_and_duties_outlive_a_restore(town: Town) -> None:
    world = town.world
    gone, leaving = world.consented("Евлампия"), world.consented("Аристарх")
    archive = town.facts("backup")["path"]
    later = world.person("Клеопатра")
    world.write(withdraw_consent, actor=world.actor(gone))
    world.write(withdraw_consent, actor=world.actor(leaving))
    erase(town, gone.id)
    erase(town, later.id)
    acts = subjects(town)
    assert len(acts) == 2

    told = town.facts("restore", archive, "--force")
    assert (told["erased_again"], told["acts_kept"], told["duties_kept"]) == (1, 2, 2)
    assert subjects(town)[:2] == acts, "under the same numbers"
    with world.database.reading() as session:
        people = {one.id: one for one in session.scalars(select(Person))}
        duties = session.scalars(select(PrivacyDuty).where(PrivacyDuty.done_at.is_(None))).all()
        tasks = session.scalars(
            select(Task).where(Task.kind == TaskKind.ERASURE_DUE, Task.done_at.is_(None))
        ).all()
    assert people[gone.id].given_name == ""
    assert people[later.id].given_name == ""
    assert people[leaving.id].given_name == "Аристарх", "only who was erased"
    assert [(one.person_id, one.kind) for one in duties] == [(leaving.id, DutyKind.ERASURE)]
    assert [one.person_id for one in tasks] == [leaving.id]
    newcomer = world.person("Новая")
    assert newcomer.id > later.id, "a number is not given anew"

    said = town.say("restore", archive, "--force").said
    assert any("стёрты снова 1" in line for line in said), said
    again = world.read(lambda session: session.scalar(select(func.count(DestructionAct.id))))
    assert again == 4, "each destruction has its act"


@pytest.mark.parametrize("town", ["sqlite"], indirect=True)
def test_the_list_beside_the_database_is_enough(town: Town) -> None:
    """The machine's disk was lost but for the data folder's list: nothing of the database remains."""
    world = town.world
    gone = world.consented("Евлампия")
    archive = town.facts("backup")["path"]
    world.write(withdraw_consent, actor=world.actor(gone))
    erase(town, gone.id)
    town.say("restore", archive, "--force")
    path = town.folder / FILE
    assert path.stat().st_mode & 0o077 == 0
    world.database.close()
    for name in ("nastavnik.db", "nastavnik.db-wal", "nastavnik.db-shm"):
        (town.folder / name).unlink(missing_ok=True)
    told = town.facts("restore", archive)
    assert (told["erased_again"], told["acts_kept"]) == (1, 2)
    path.write_text("{", encoding="utf-8")
    assert FILE in town.say("restore", archive, "--force", code=1).warned[0]
