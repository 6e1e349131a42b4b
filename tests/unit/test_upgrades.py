"""A running programme keeps the pack that it began with; an upgrade shows what it changes, then does it."""

import json
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

import nastavnik
from installation import commands, programmes
from models.engine import Database
from models.roadmap import RoadmapEntry
from services.access.errors import NotAllowed
from services.programmes.packs import ResolvedPack, load_pack
from services.programmes.running import change_settings, pack_of, settings_of
from services.roadmap.entries import lay_out, plan_entry
from services.roadmap.upgrades import (
    AnotherPack,
    NothingToUpgrade,
    Upgrade,
    UpgradeBlocked,
    UpgradeChanged,
    read_upgrade,
    upgrade_programme,
)
from tests.world import PROGRAMMES, World, found_school

PACK = "target-model/programme.toml"
DEFAULTS = "common/defaults.toml"
INTAKE = "common/surveys/mentee_intake.toml"


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    for name in ("common", "target-model", "college-2023"):
        shutil.copytree(PROGRAMMES / name, tmp_path / "packs" / name)
    return tmp_path / "packs"


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


def rewrite(packs: Path, file: str, old: str, new: str) -> None:
    """The last place where the file says it."""
    path = packs / file
    before, found, after = path.read_text(encoding="utf-8").rpartition(old)
    assert found
    path.write_text(f"{before}{new}{after}", encoding="utf-8")


def edit(packs: Path, file: str, old: str, new: str) -> ResolvedPack:
    rewrite(packs, file, old, new)
    return load_pack(packs, "target-model")


def look(world: World, pack: ResolvedPack) -> Upgrade:
    found: Upgrade = world.read(
        read_upgrade, actor=world.curator, organization_id=world.organization_id, pack=pack
    )
    return found


def apply(world: World, pack: ResolvedPack, mark: str) -> None:
    world.write(
        upgrade_programme, actor=world.curator, organization_id=world.organization_id, pack=pack, mark=mark
    )


def running(world: World) -> ResolvedPack:
    found: ResolvedPack = world.read(pack_of, cycle_id=world.cycle_id)
    return found


def position(pack: ResolvedPack) -> str:
    return pack.survey("mentee_intake").question("position").text.ru


def test_changed_file_leaves_the_programme_alone_until_it_is_upgraded(world: World, packs: Path) -> None:
    before = running(world)
    edit(packs, PACK, "version = 1", "version = 2")
    pack = edit(packs, INTAKE, "Кем вы работаете?", "Кем вы сейчас работаете?")
    assert running(world) == before
    assert position(running(world)) == "Кем вы работаете?"

    found = look(world, pack)
    assert (found.version, found.new_version, found.obstacles) == (1, 2, ())
    [change] = found.changes
    assert (change.area, change.key) == ("surveys", "text.ru")
    assert [one.ru for one in change.place][-1] == "Кем вы сейчас работаете?"
    assert (change.before, change.after) == ("Кем вы работаете?", "Кем вы сейчас работаете?")
    assert running(world) == before

    world.write(change_settings, actor=world.curator, cycle_id=world.cycle_id, changes={"alert_rating": 3})
    apply(world, pack, found.mark)
    assert running(world) == pack
    assert world.read(settings_of, cycle_id=world.cycle_id).alert_rating == 3
    with pytest.raises(NothingToUpgrade):
        look(world, pack)


def test_upgrade_needs_the_mark_of_what_was_shown(world: World, packs: Path) -> None:
    first = edit(packs, INTAKE, "Кем вы работаете?", "Кем вы сейчас работаете?")
    mark = look(world, first).mark
    second = edit(packs, INTAKE, "Кем вы сейчас работаете?", "Кто вы по должности?")
    for pack, given in ((second, mark), (first, ""), (first, "0" * 12)):
        with pytest.raises(UpgradeChanged):
            apply(world, pack, given)
    assert position(running(world)) == "Кем вы работаете?"


def test_difference_names_what_came_and_went_in_each_area(world: World, packs: Path) -> None:
    result = 'result = { ru = "Ссылки", en = "Links" }'
    rewrite(packs, PACK, 'responsible = "curator"', f'responsible = "head"\n{result}')
    rewrite(packs, DEFAULTS, "alert_rating = 4", "alert_rating = 5")
    walk = '{ id = "walk", title = { ru = "Прогулки", en = "Walks" } }'
    rewrite(packs, DEFAULTS, '  { id = "speed"', f'  {walk},\n  {{ id = "speed"')
    asked = '  { occasion = "partner_feedback", survey = "partner_feedback" },\n'
    pack = edit(packs, DEFAULTS, asked, "")
    told = {
        (change.area, change.place[-1].ru if change.place else "", change.key): (change.before, change.after)
        for change in look(world, pack).changes
    }
    row = "Освещение мероприятий дорожной карты"
    assert told["settings", "", "alert_rating"] == ("4", "5")
    assert told["kinds", "Прогулки", ""] == (None, "Прогулки / Walks")
    assert told["stages", row, "responsible"] == ("curator", "head")
    assert told["stages", row, "result"] == (None, "Ссылки / Links")
    gone = [key for key, (_, after) in told.items() if after is None]
    assert [area for area, _, _ in gone] == ["uses", "surveys"]
    assert len(told) == 6


def test_upgrade_never_drops_what_people_have_filled_in(world: World, packs: Path) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    world.agree(mentee, mentor)
    own = packs / "target-model" / "surveys"
    own.mkdir()
    (own / "mentee_intake.toml").write_text(
        'blocks = [ { id = "about", questions = [ { id = "months_here", omit = true } ] } ]', encoding="utf-8"
    )
    pack = load_pack(packs, "target-model")
    found = look(world, pack)
    assert [one.name.rpartition(" – ")[2] for one in found.obstacles] == ["months_here"]
    with pytest.raises(UpgradeBlocked):
        apply(world, pack, found.mark)
    assert running(world) == world.pack


def plans(world: World) -> dict[str, tuple[date | None, bool]]:
    with world.database.reading() as session:
        found = session.scalars(select(RoadmapEntry).where(RoadmapEntry.cycle_id == world.cycle_id)).all()
        return {one.row_id: (one.planned_to, one.done_on is not None) for one in found}


def test_roadmap_follows_the_upgrade_where_nobody_has_planned(world: World, packs: Path) -> None:
    world.write(lay_out, cycle_id=world.cycle_id)
    with world.database.writing() as session:
        entries = session.scalars(select(RoadmapEntry).where(RoadmapEntry.cycle_id == world.cycle_id)).all()
        ids = {one.row_id: one.id for one in entries}
    with world.database.writing() as session:
        session.get_one(RoadmapEntry, ids["selection"]).done_on = date(2026, 11, 20)
    world.write(
        plan_entry, actor=world.curator, entry_id=ids["preparation"], planned_from=None,
        planned_to=date(2027, 2, 1), responsible_id=None,
    )  # fmt: skip
    window = 'window = { kind = "school_year", from_day = "02-01", to_day = "02-28" }\n'
    for row in ("preparation", "mentee_bank"):
        rewrite(packs, PACK, f'id = "{row}"\nnumber', f'id = "{row}"\n{window}number')
    rewrite(packs, PACK, 'id = "mentor_bank"\nnumber', 'id = "mentors"\nnumber')
    pack = load_pack(packs, "target-model")
    apply(world, pack, look(world, pack).mark)
    after = plans(world)
    assert after["mentee_bank"] == (date(2027, 2, 28), False)
    assert after["preparation"] == (date(2027, 2, 1), False)
    assert after["selection"] == (None, True)
    assert "mentors" in after
    assert "mentor_bank" not in after

    rewrite(packs, PACK, 'id = "selection"\nnumber', 'id = "choosing"\nnumber')
    found = look(world, load_pack(packs, "target-model"))
    assert [one.name for one in found.obstacles] == ["Отбор и обучение наставников"]


def test_upgrade_is_for_the_same_pack_and_for_those_who_may(world: World, packs: Path) -> None:
    with pytest.raises(AnotherPack):
        look(world, load_pack(packs, "college-2023"))
    with pytest.raises(NothingToUpgrade):
        look(world, load_pack(packs, "target-model"))
    stranger = world.actor(world.person())
    pack = edit(packs, PACK, "version = 1", "version = 2")
    with pytest.raises(NotAllowed):
        world.read(read_upgrade, actor=stranger, organization_id=world.organization_id, pack=pack)


@pytest.mark.long
def test_command_shows_first_and_applies_with_the_mark(
    packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NASTAVNIK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    for module in (commands, programmes):
        monkeypatch.setattr(module, "PACKS", packs)

    def say(*words: str) -> tuple[int, str]:
        code = nastavnik.main(list(words))
        return code, capsys.readouterr().out

    say("migrate")
    school = ("--name", "Школа «Родник»", "--address", "г. Приозёрск", "--inn", "0000000000")
    say("organization", "add", *school)
    edit(packs, INTAKE, "Кем вы работаете?", "Кем вы сейчас работаете?")
    upgrade = ("programme", "upgrade", "--organization", "1")
    code, shown = say(*upgrade)
    assert code == 0
    assert "Кем вы сейчас работаете?" in shown
    facts = json.loads(say(*upgrade, "--json")[1])
    assert [change["area"] for change in facts["changes"]] == ["surveys"]
    assert facts["mark"] in shown
    assert say(*upgrade, "--apply", "wrong")[0] == 1
    code, said = say(*upgrade, "--apply", facts["mark"], "--json")
    assert (code, json.loads(said)["changes"]) == (0, 1)
    assert say(*upgrade)[0] == 1
