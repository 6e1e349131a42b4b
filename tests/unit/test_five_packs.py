"""Five regulations as packs: each says what its seed says (docs/domain.md#requirements)."""

import re
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest

from installation.programmes import describe_pack
from models.engine import Database
from models.people import AgeGroup
from services.consents.papers import MinorsNotInProgramme, choose_age_group
from services.programmes.packs import ResolvedPack, list_packs, load_pack
from services.programmes.roadmaps import Due, Row
from services.programmes.windows import describe_windows
from tests.world import found_school

ROOT = Path(__file__).parents[2] / "programmes"
A, B, C, D, E = PACKS = (
    "simferopol-2022",
    "afterschool-centre-2022",
    "support-centre-2024",
    "target-model",
    "college-2023",
)
YEAR = date(2023, 9, 1), date(2024, 8, 31)


@cache
def pack(pack_id: str) -> ResolvedPack:
    return load_pack(ROOT, pack_id)


def row(pack_id: str, number: str, stage: int = 0) -> Row:
    """By the number that its regulation prints; `stage` where the numbers begin anew in each stage."""
    content = pack(pack_id).pack
    rows = content.stages[stage - 1].rows if stage else content.rows()
    return next(one for one in rows if one.number == number)


def requirements(found: Row) -> set[str]:
    return set(re.findall(r"\b[A-E]\d+\b", found.source))


def when(found: Row) -> str:
    return describe_windows(found.windows, "ru")


def chapter(pack_id: str, chapter_id: str) -> list[str]:
    return [item.ru for one in pack(pack_id).pack.chapters if one.id == chapter_id for item in one.items]


@pytest.mark.parametrize(
    ("pack_id", "seed", "stages", "rows"),
    [(A, "000", 7, 7), (B, "001", 6, 24), (C, "002", 6, 48), (D, "003", 7, 7), (E, "004", 7, 7)],
)
def test_pack_has_the_stages_and_rows_of_its_seed(pack_id: str, seed: str, stages: int, rows: int) -> None:
    facts = describe_pack(pack(pack_id), "ru")
    assert (facts["seed"], facts["stages"], facts["roadmap_rows"]) == (seed, stages, rows)
    assert set(PACKS) <= set(list_packs(ROOT))


@pytest.mark.parametrize(("pack_id", "letter", "numbers"), [
    (A, "A", range(48, 56)), (B, "B", range(1, 25)), (C, "C", range(1, 39)), (D, "D", range(1, 17)),
    (E, "E", range(39, 46)),
])  # fmt: skip
def test_every_roadmap_requirement_stands_in_a_row(pack_id: str, letter: str, numbers: range) -> None:
    named = set().union(*(requirements(one) for one in pack(pack_id).pack.rows()))
    assert {f"{letter}{number}" for number in numbers} <= named


@pytest.mark.parametrize("pack_id", PACKS)
def test_rows_name_parts_papers_and_evidence_that_the_pack_has(pack_id: str) -> None:
    content = pack(pack_id).pack
    papers = {one.id for one in content.papers}
    for one in content.rows():
        assert one.responsible is not None, one.id
        assert set(one.papers) <= papers, one.id
    assert all(occasion in {use.occasion for use in content.surveys}
               for point in content.measurement_points for occasion in point.occasions)  # fmt: skip


# regulation A -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chapter_id", "count", "words"),
    [
        pytest.param("goal", 2, "потенциал наставляемого", marks=pytest.mark.requirement("A5")),
        pytest.param("tasks", 8, "персонифицированный учёт", marks=pytest.mark.requirement("A6")),
        pytest.param("results", 6, "личных показателей эффективности", marks=pytest.mark.requirement("A7")),
        pytest.param("terms", 10, "Куратор – организация", marks=pytest.mark.requirement("A8")),
        pytest.param("motivation", 2, "государственном уровнях", marks=pytest.mark.requirement("A46")),
        pytest.param("popularisation", 6, "«Лучшая пара»", marks=pytest.mark.requirement("A47")),
    ],
)
def test_district_programme_is_told_in_chapters(chapter_id: str, count: int, words: str) -> None:
    told = chapter(A, chapter_id)
    assert len(told) == count
    assert words in " ".join(told)


@pytest.mark.parametrize(
    ("duties_id", "role", "count", "time"),
    [
        pytest.param(
            "authority", "education_authority", 6, "январь 2023 г.", marks=pytest.mark.requirement("A9")
        ),
        pytest.param("curator", "curator", 6, "январь – июнь 2023 г.", marks=pytest.mark.requirement("A10")),
        pytest.param("mentors", "mentor", 2, "весь период", marks=pytest.mark.requirement("A11")),
        pytest.param("psychologist", "psychologist", 3, "весь период", marks=pytest.mark.requirement("A12")),
        pytest.param("mentees", "mentee", 1, "весь период", marks=pytest.mark.requirement("A13")),
    ],
)
def test_district_says_who_does_what_when(duties_id: str, role: str, count: int, time: str) -> None:
    duties = next(one for one in pack(A).pack.duties if one.id == duties_id)
    assert (duties.role, len(duties.items), describe_windows(duties.windows, "ru")) == (role, count, time)


@pytest.mark.requirement("A14", "A16", "A20")
def test_district_has_six_phases_with_their_results() -> None:
    phases = {one.id: [result.ru for result in one.results] for one in pack(A).pack.phases}
    assert list(phases) == ["preparation", "bases", "selection", "pairs", "work", "completion"]
    assert phases["preparation"] == ["Дорожная карта реализации наставничества"]
    assert phases["selection"] == [
        "Анкеты в письменной свободной форме от всех потенциальных наставников",
        "Собеседования с наставниками",
        "Программа обучения",
    ]
    assert phases["completion"] == ["Лучшие практики наставничества", "Поощрение наставников"]


@pytest.mark.requirement("A48")
def test_district_begins_with_local_acts_in_january() -> None:
    found = row(A, "1")
    assert when(found) == "январь 2023 г."
    assert [one.id for one in found.activities] == [
        "approval_order", "regulation", "roadmap", "pairs_order", "programmes",
    ]  # fmt: skip
    assert {"DC01", "DC02", "DC03", "DC07"} <= set(found.papers)


@pytest.mark.parametrize(
    ("number", "time", "evidence"),
    [
        pytest.param(
            "4",
            "январь – февраль 2023 г.; ежегодно, сентябрь, дополнительно по запросу; в течение учебного года",
            {"training_held"},
            marks=pytest.mark.requirement("A52"),
        ),
        pytest.param(
            "5",
            "январь – февраль 2023 г.; ежегодно, октябрь, дополнительно по запросу; в течение учебного года",
            {"pairs_formed", "programs_written", "unpaired_supported"},
            marks=pytest.mark.requirement("A53"),
        ),
        pytest.param(
            "6", "ежегодно, апрель – май", {"quality_assessed", "minutes_kept", "final_event_held"},
            marks=pytest.mark.requirement("A54"),
        ),
        pytest.param(
            "7", "в течение учебного года", {"publications"}, marks=pytest.mark.requirement("A55")
        ),
    ],
)  # fmt: skip
def test_district_rows_return_every_year(number: str, time: str, evidence: set[str]) -> None:
    found = row(A, number)
    assert when(found) == time
    assert evidence <= set(found.evidence)
    assert any(due.end.year == 2024 or due.start == date(2023, 9, 1) for due in found.dates_in(*YEAR))


# regulation B -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "end", "responsible", "paper"),
    [
        pytest.param("1.2", date(2022, 5, 30), "head", "DC04", marks=pytest.mark.requirement("B1")),
        pytest.param("1.3", date(2022, 7, 8), "head", "DC05", marks=pytest.mark.requirement("B2")),
        pytest.param("1.4", date(2022, 5, 30), "head", "DC05", marks=pytest.mark.requirement("B3")),
        pytest.param("1.5", date(2022, 9, 1), "head", "DC03", marks=pytest.mark.requirement("B4")),
        pytest.param("1.6", date(2022, 9, 1), "head", "DC02", marks=pytest.mark.requirement("B5")),
        pytest.param("1.7", date(2022, 9, 2), "council_chair", "DC03", marks=pytest.mark.requirement("B6")),
        pytest.param("1.8", date(2022, 9, 5), "head", "DC01", marks=pytest.mark.requirement("B7")),
        pytest.param("1.9", date(2022, 9, 10), "head", "DC27", marks=pytest.mark.requirement("B8")),
    ],
)
def test_centre_prepares_by_dates(number: str, end: date, responsible: str, paper: str) -> None:
    found = row(B, number)
    assert found.dates_in(*YEAR) == (Due(None, end),)
    assert found.responsible == responsible
    assert paper in found.papers


@pytest.mark.requirement("B9", "B12")
def test_centre_conditions_and_training() -> None:
    conditions = row(B, "2.1")
    assert when(conditions) == "август 2022 г."
    assert [one.id for one in conditions.activities] == [
        "normative", "administrative", "methodical", "material",
    ]  # fmt: skip
    training = row(B, "2.4")
    assert (when(training), training.responsible) == ("по отдельному графику", "curator")
    assert training.dates_in(*YEAR) == ()


def test_centre_monitors_in_december_and_june() -> None:
    assert [point.id for point in pack(B).pack.measurement_points] == ["december", "june"]
    for number in ("4.3", "5.1", "5.2"):
        assert [due.end for due in row(B, number).dates_in(*YEAR)] == [date(2023, 12, 31), date(2024, 6, 30)]
    assert "2021" in when(row(B, "2.7"))


def test_targets_by_year_are_those_of_the_seeds() -> None:
    targets = {(one.indicator, one.year): one.value for one in pack(B).pack.targets}
    years = (2022, 2023, 2024)
    satisfied = dict(zip(years, (60, 70, 85), strict=True))
    assert targets == {
        **{("young_specialists", year): 100 for year in years},
        **{("mentee_satisfaction", year): satisfied[year] for year in years},
        **{("mentor_satisfaction", year): satisfied[year] for year in years},
    }
    assert {(one.indicator, one.year, one.value) for one in pack(C).pack.targets} == {
        ("student_coverage", 2025, 10),
        ("staff_coverage", 2025, 15),
    }
    assert not any(pack(one).pack.targets for one in (A, D, E))


# regulation C -----------------------------------------------------------------------------------------------


@pytest.mark.requirement("C1", "C2")
def test_support_centre_has_a_roadmap_of_one_school_year() -> None:
    ends = [
        due.end for one in pack(C).pack.rows() for due in one.dates_in(date(2024, 9, 1), date(2025, 8, 31))
    ]
    assert (min(ends), max(ends), len(ends)) == (date(2024, 9, 30), date(2025, 6, 30), 48)
    assert row(C, "3.2").document is not None
    assert "приказом руководителя" in str(row(C, "3.2").document)
    norms = [one.title.ru for one in pack(C).pack.rows() if "C2" in requirements(one)]
    assert len(norms) == 3
    assert all(words in " ".join(norms) for words in ("Р-145", "623-р", "МР-42/02", "положения"))


@pytest.mark.requirement("C3", "C4")
def test_support_centre_informs_and_prepares() -> None:
    informs = [one for one in pack(C).pack.rows() if "C3" in requirements(one)]
    assert [(one.number, when(one)) for one in informs] == [
        (number, "октябрь – ноябрь 2024 г.") for number in ("2.1", "2.2", "2.3", "2.4")
    ]
    prepares = [one for one in pack(C).pack.rows() if "C4" in requirements(one)]
    assert [(one.id, when(one)) for one in prepares] == [
        (name, "сентябрь – октябрь 2024 г.")
        for name in ("annual_programme", "roadmap", "curator_order", "curator_training")
    ]


@pytest.mark.requirement("C10", "C11")
def test_support_centre_chooses_forms_and_measures_first() -> None:
    assert when(row(C, "6", stage=2)) == "ноябрь – декабрь 2024 г."
    assert {one.id for one in pack(C).pack.forms} == {"teacher_teacher", "head_teacher", "teacher_student"}
    baseline = pack(C).row("baseline")
    assert (when(baseline), baseline.evidence) == ("сентябрь 2024 г.", ("indicators_before",))
    points = {one.kind: one for one in pack(C).pack.measurement_points}
    assert points["baseline"].occasions == ("indicators_before",)
    assert describe_windows(points["closing"].windows, "ru") == "май – июнь 2025 г."


def test_mentees_base_may_be_due_after_the_pairs() -> None:
    """Nothing blocks by dates: regulation C forms pairs before its base of mentees.

    See docs/domain.md#regulations.
    """
    year = date(2024, 9, 1), date(2025, 8, 31)
    pairs = pack(C).row("form_tandems").dates_in(*year)[0]
    base = pack(C).row("teacher_base").dates_in(*year)[0]
    assert pairs.end < base.end


# regulations D and E ----------------------------------------------------------------------------------------


@pytest.mark.requirement("D2", "D3")
def test_target_model_prepares_orders_and_the_template() -> None:
    found = row(D, "1")
    assert [one.id for one in found.activities] == ["approve_regulation", "assign_pairs", "program_template"]
    assert {"DC01", "DC07", "DC16"} <= set(found.papers)
    assert all(not one.windows for one in pack(D).pack.rows()[:6])


@pytest.mark.requirement("E4")
def test_college_programme_lasts_from_three_months_to_a_year() -> None:
    settings = pack(E).settings
    assert (settings.term_months_min, settings.term_months_max) == (3, 12)
    assert pack(E).pack.sources["settings.term_months_min"].startswith("regulation E")


@pytest.mark.parametrize(
    ("chapter_id", "count", "words"),
    [
        pytest.param("principles", 9, "Добровольность и свобода выбора", marks=pytest.mark.requirement("E5")),
        pytest.param("guarantees", 2, "с обеспеченной заменой", marks=pytest.mark.requirement("E6")),
        pytest.param("tasks", 10, "горизонтальные связи", marks=pytest.mark.requirement("E7")),
        pytest.param("choice", 2, "запросу наставляемого", marks=pytest.mark.requirement("E9")),
        pytest.param("organisation", 1, "приказа директора", marks=pytest.mark.requirement("E11")),
    ],
)
def test_college_regulation_is_told_in_chapters(chapter_id: str, count: int, words: str) -> None:
    told = chapter(E, chapter_id)
    assert len(told) == count
    assert words in " ".join(told)


@pytest.mark.requirement("E8", "E10")
def test_college_has_its_forms_and_seven_kinds() -> None:
    content = pack(E).pack
    assert [one.title.ru for one in content.forms] == [
        "Педагог – педагог",
        "Преподаватель – преподаватель",
        "Руководитель колледжа – преподаватель",
        "Преподаватель колледжа – молодой преподаватель",
        "Другая форма",
    ]
    assert {one.id for one in content.kinds} == {
        "virtual", "group", "short_term", "reverse", "situational", "speed", "traditional",
    }  # fmt: skip


def test_conflicts_between_seeds_are_settings_of_their_packs() -> None:
    words = {one: (pack(one).pack.words.pair.get("ru", 5), pack(one).pack.words.curator.ru) for one in PACKS}
    assert words == {
        A: ("пар", "куратор (опорный центр)"),
        B: ("пар", "координатор"),
        C: ("тандемов", "ответственный за программу"),
        D: ("пар", "куратор"),
        E: ("пар", "куратор"),
    }
    assert [one for one in PACKS if pack(one).pack.curator_is == "organization"] == [A]
    assert [one for one in PACKS if "student" in pack(one).pack.mentee_kinds] == [C]
    minors = {"representative", "minor_assent"}
    assert [one for one in PACKS if minors <= {use.id for use in pack(one).pack.consents}] == [C, D]
    assert [one for one in PACKS if pack(one).settings.psychologist_verdict_required] == [A]
    assert [one for one in PACKS if not pack(one).settings.agreement_required] == [D]
    assert [one.id for one in pack(C).pack.meeting_kinds] == [
        "intro", "trial", "planning", "regular", "final", "group_final",
    ]  # fmt: skip
    assert [one for one in PACKS if pack(one).survey_for("mutual_preference")] == [C, D, E]
    assert [one for one in PACKS if pack(one).survey_for("satisfaction_mid")] == [B, D]


def test_programme_for_adults_has_no_minors(database: Database, now: datetime) -> None:
    world = found_school(database, now, pack_id=A)
    person = world.person()
    with pytest.raises(MinorsNotInProgramme):
        world.write(choose_age_group, actor=world.curator, person_id=person.id, age_group=AgeGroup.FROM_14)
    world.write(choose_age_group, actor=world.curator, person_id=person.id, age_group=AgeGroup.ADULT)
