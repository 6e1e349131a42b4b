"""A scan of a signed paper is kept as long as the retention list says, and goes then by itself."""

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import Action, AuditEntry
from models.consents import ConsentKind
from models.jobs import FileKind, StoredFile
from models.people import OrganizationKind, Person
from models.privacy import AgreementBasis
from services.access.actors import Channel, system
from services.access.errors import NotFound
from services.consents.papers import PaperFacts, register_paper
from services.files.store import folder_of, forget_expired, remove_content, write_file
from services.joining.withdrawing import withdraw_consent
from services.organizations.register import add_organization
from services.privacy.agreements import list_agreements, register_agreement
from services.privacy.own_data import read_own_data
from services.privacy.scans import STAFF_PAPERS, forget_old_scans, read_scan, store_scan
from services.programmes.running import create_programme
from tests.world import World

PHOTO = ConsentKind.PHOTO_VIDEO


def scan(world: World, folder: Path) -> int:
    placed = write_file(folder, lambda out: out.write(b"%PDF-1.4 paper"))
    kept: int = world.write(
        store_scan,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        placed=placed,
        title="scan.pdf",
    )
    return kept


def sign(world: World, person_id: int, kind: ConsentKind, file_id: int) -> None:
    world.write(
        register_paper,
        actor=world.curator,
        person_id=person_id,
        decided_at=world.now,
        kind=kind,
        paper=PaperFacts(number="17", file_id=file_id),
    )


def left(world: World, folder: Path) -> set[int]:
    """Scans that are left after the tick and the worker's sweep; each has its content."""
    world.write(forget_old_scans)
    for name in world.write(forget_expired):
        remove_content(folder, name)
    with world.database.reading() as session:
        rows = session.scalars(select(StoredFile).where(StoredFile.kind == FileKind.SCAN)).all()
    assert {row.name for row in rows} == {path.name for path in folder.iterdir()}
    return {row.id for row in rows}


def years_later(moment: datetime, years: int, days: int = 0) -> datetime:
    return moment.replace(year=moment.year + years) + timedelta(days=days)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path)


def test_the_scan_of_a_consent_goes_three_years_after_its_withdrawal(world: World, folder: Path) -> None:
    person = world.consented()
    taken_back, standing = scan(world, folder), scan(world, folder)
    sign(world, person.id, PHOTO, taken_back)
    sign(world, person.id, ConsentKind.LONG_TERM_BANK, standing)
    world.now += timedelta(days=200)
    withdrawn = world.now
    world.write(withdraw_consent, actor=world.actor(person), kind=PHOTO)
    for moment in (withdrawn, years_later(withdrawn, 1), years_later(withdrawn, 3)):
        world.now = moment
        assert left(world, folder) == {taken_back, standing}
    world.now = years_later(withdrawn, 3, days=1)
    assert world.write(forget_old_scans) == 1
    with pytest.raises(NotFound):
        world.write(read_scan, actor=world.curator, file_id=taken_back)
    assert left(world, folder) == {standing}
    assert world.write(forget_old_scans) == 0, "nothing is done twice"
    own = world.read(read_own_data, actor=world.actor(person), locale="ru")
    told = [one for one in own["consents"] if one["scan_destroyed_at"]]
    assert [(one["kind"], one["paper_number"]) for one in told] == [(PHOTO.value, "17")]
    with world.database.reading() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == Action.PRIVACY_SCAN_GONE.value)
        ).one()
    assert (entry.subject_kind, entry.subject_id, entry.at) == ("file", taken_back, world.now)
    world.now = years_later(withdrawn, 30)
    assert left(world, folder) == {standing}, "this consent still stands"


def test_a_newer_paper_and_an_erasure_end_a_consent_too(world: World, folder: Path) -> None:
    person, erased = world.consented(), world.consented("Олег", "Львович")
    old, new, lost = scan(world, folder), scan(world, folder), scan(world, folder)
    sign(world, person.id, PHOTO, old)
    sign(world, erased.id, PHOTO, lost)
    world.now += timedelta(days=30)
    replaced = world.now
    sign(world, person.id, PHOTO, new)
    with world.database.writing() as session:
        session.get_one(Person, erased.id).erased_at = replaced + timedelta(days=10)
    world.now = years_later(replaced, 3, days=1)
    assert left(world, folder) == {new, lost}
    world.now += timedelta(days=10)
    assert left(world, folder) == {new}


def test_a_paper_registered_late_is_kept_from_its_own_day(world: World, folder: Path) -> None:
    person = world.consented()
    first, second = scan(world, folder), scan(world, folder)
    begun = world.now
    sign(world, person.id, PHOTO, first)
    world.now = begun - timedelta(days=400)
    sign(world, person.id, PHOTO, second)
    world.now = years_later(begun, 3)
    assert left(world, folder) == {first, second}
    world.now += timedelta(days=1)
    assert left(world, folder) == {second}


def found_with_term(world: World, years: int | None) -> World:
    """Another school, whose programme keeps staff papers for so long."""
    pack = world.pack.pack
    retention = tuple(
        one.model_copy(update={"years": years}) if one.id == STAFF_PAPERS else one for one in pack.retention
    )
    changed = world.pack.model_copy(update={"pack": pack.model_copy(update={"retention": retention})})
    root = system(Channel.COMMAND_LINE)
    organization = world.write(
        add_organization,
        actor=root,
        name="Гимназия № 3",
        kind=OrganizationKind.SCHOOL,
        address="г. Приозёрск",
        inn="0123456780",
        timezone="Europe/Moscow",
    )
    programme = world.write(
        create_programme, actor=root, organization_id=organization.id, pack=changed, today=world.now.date()
    )
    curator = dataclasses.replace(world.curator, organization_id=organization.id)
    return dataclasses.replace(
        world,
        organization_id=organization.id,
        cycle_id=programme.cycle_id,
        pack=changed,
        curator=curator,
    )


@pytest.mark.parametrize("years", [None, 5])
def test_staff_papers_are_kept_as_long_as_the_list_of_the_school_says(
    world: World, folder: Path, years: int | None
) -> None:
    school = found_with_term(world, years)
    mentor = school.mentor()
    consent, agreement = scan(school, folder), scan(school, folder)
    sign(school, mentor.id, ConsentKind.MENTORING, consent)
    today = school.now.date()
    school.write(
        register_agreement,
        actor=school.curator,
        person_id=mentor.id,
        number="5",
        signed_on=today,
        starts_on=today,
        ends_on=today + timedelta(days=30),
        basis=AgreementBasis.ASSIGNMENT,
        content="Наставничество",
        form="очно",
        payment="",
        file_id=agreement,
    )
    school.now = years_later(world.now, 5, days=30)
    assert left(school, folder) == {consent, agreement}
    school.now += timedelta(days=1)
    assert left(school, folder) == ({consent} if years else {consent, agreement})
    (kept,) = school.read(list_agreements, actor=school.curator, person_id=mentor.id)
    assert kept.file_id == (None if years else agreement)
