"""Several organisations under one support centre: numbers come together, names stay where they are (A2)."""

import pytest
from sqlalchemy import select

from models.accounts import AccountOrganization, AccountRole
from models.engine import Database
from models.people import Organization, OrganizationKind
from services.access.errors import NotAllowed
from services.accounts.networks import NotACenter, read_network, set_center
from tests.panel.conftest import Browser, text_of
from tests.world import World, found_school

CURATOR = AccountRole.CURATOR


@pytest.mark.requirement("A2", "E21")
def test_a_centre_sees_numbers_of_its_schools_and_no_names(
    curator: Browser, world: World, database: Database
) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    world.agree(mentee, mentor)
    center = found_school(database, world.now, name="Опорный центр")
    strange = found_school(database, world.now, name="Чужой центр")
    assert "Работает под" not in text_of(curator.get("/organization/"))
    with database.writing() as session:
        for one in (center, strange):
            session.get_one(Organization, one.organization_id).kind = OrganizationKind.SUPPORT_CENTER
        session.add(AccountOrganization(account_id=1, organization_id=center.organization_id, role=CURATOR))
    page = curator.get("/organization/")
    assert "Опорный центр" in text_of(page)
    assert "Чужой центр" not in text_of(page), "only where the curator works too"
    curator.post("/organization/center", page="/organization/", center_id=strange.organization_id)
    with database.reading() as session:
        assert session.scalars(select(Organization.center_id)).all() == [None] * 3
    saved = curator.post("/organization/center", page="/organization/", center_id=center.organization_id)
    assert "Сохранено." in text_of(saved)
    (row,) = world.read(read_network, actor=center.curator, organization_id=center.organization_id)
    assert (row.name, row.people, row.mentees, row.mentors, row.pairs_at_work) == (
        "Школа № 17 города Приозёрска", 2, 1, 1, 1,
    )  # fmt: skip
    assert mentee.person.family_name not in str(row)
    with pytest.raises(NotAllowed):
        world.read(read_network, actor=center.curator, organization_id=world.organization_id)
    with pytest.raises(NotAllowed):
        world.write(set_center, actor=center.curator, organization_id=world.organization_id, center_id=None)
    curator.post("/organization/center", page="/organization/", center_id="")
    assert world.read(read_network, actor=center.curator, organization_id=center.organization_id) == []


def test_a_school_is_no_centre(curator: Browser, world: World, database: Database) -> None:
    other = found_school(database, world.now, name="Лицей № 2")
    curator.get("/organization/")
    with database.writing() as session:
        session.add(AccountOrganization(account_id=1, organization_id=other.organization_id, role=CURATOR))
    with pytest.raises(NotACenter):
        world.write(
            set_center,
            actor=world.curator,
            organization_id=world.organization_id,
            center_id=other.organization_id,
        )
