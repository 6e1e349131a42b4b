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
from tests.life.test_keeping import RunningBot, running

assert running  # the fixture is used by its name

pytestmark = [pytest.mark.life, pytest.mark.long]


def erase(place: RunningBot, person_id: int) -> None:
    place.world.write(
        erase_person, actor=system(Channel.COMMAND_LINE), person_id=person_id, reason="withdrawn", made_by=""
    )


def subjects(place: RunningBot) -> list[tuple[int, str]]:
    return place.world.read(  # type: ignore[no-any-return]
        lambda session: [
            (act.id, act.subject)
            for act in session.scalars(select(DestructionAct).order_by(DestructionAct.id))
        ]
    )


def test_erasures_acts_and_duties_outlive_a_restore(running: RunningBot) -> None:
    world = running.world
    gone, leaving = world.consented("Евлампия"), world.consented("Аристарх")
    archive = running.facts("backup")["path"]
    later = world.person("Клеопатра")
    world.write(withdraw_consent, actor=world.actor(gone))
    world.write(withdraw_consent, actor=world.actor(leaving))
    erase(running, gone.id)
    erase(running, later.id)
    acts = subjects(running)
    assert len(acts) == 2

    told = running.facts("restore", archive, "--force")
    assert (told["erased_again"], told["acts_kept"], told["duties_kept"]) == (1, 2, 2)
    assert subjects(running)[:2] == acts, "under the same numbers"
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

    said = running.say("restore", archive, "--force").said
    assert any("стёрты снова 1" in line for line in said), said
    again = world.read(lambda session: session.scalar(select(func.count(DestructionAct.id))))
    assert again == 4, "each destruction has its act"


@pytest.mark.parametrize("running", ["sqlite"], indirect=True)
def test_the_list_beside_the_database_is_enough(running: RunningBot) -> None:
    """The machine's disk was lost but for the data folder's list: nothing of the database remains."""
    world = running.world
    gone = world.consented("Евлампия")
    archive = running.facts("backup")["path"]
    world.write(withdraw_consent, actor=world.actor(gone))
    erase(running, gone.id)
    running.say("restore", archive, "--force")
    path = running.folder / FILE
    assert path.stat().st_mode & 0o077 == 0
    world.database.close()
    for name in ("nastavnik.db", "nastavnik.db-wal", "nastavnik.db-shm"):
        (running.folder / name).unlink(missing_ok=True)
    told = running.facts("restore", archive)
    assert (told["erased_again"], told["acts_kept"]) == (1, 2)
    path.write_text("{", encoding="utf-8")
    assert FILE in running.say("restore", archive, "--force", code=1).warned[0]
