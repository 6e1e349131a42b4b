"""Packs: the shipped ones are sound, every fault is told by file, key and mend, the whole survives JSON."""

import shutil
from pathlib import Path

import pytest

from services.programmes.folders import merge
from services.programmes.packs import (
    PackBroken,
    PackNotFound,
    Problem,
    ResolvedPack,
    check_packs,
    list_packs,
    load_pack,
)

ROOT = Path(__file__).parents[2] / "programmes"
PACK = "target-model/programme.toml"
DEFAULTS = "common/defaults.toml"
INTAKE = "common/surveys/mentee_intake.toml"
AFTER = "common/surveys/post_meeting_mentee.toml"
CONSENT = "common/consents/pd_processing/1.ru.md"


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """One pack with what is shared: a fault of the shared part is told once."""
    for name in ("common", "target-model"):
        shutil.copytree(ROOT / name, tmp_path / "programmes" / name)
    return tmp_path / "programmes"


@pytest.fixture(scope="module")
def target_model() -> ResolvedPack:
    return load_pack(ROOT, "target-model")


def edit(packs: Path, file: str, old: str, new: str) -> None:
    path = packs / file
    whole = path.read_text(encoding="utf-8")
    assert old in whole, f"{file} no longer says {old!r}"
    path.write_text(whole.replace(old, new, 1), encoding="utf-8")


def test_shipped_packs_are_sound() -> None:
    assert check_packs(ROOT) == []
    assert "target-model" in list_packs(ROOT)


@pytest.mark.requirement("D1")
def test_target_model_has_the_seven_stages_of_seed_003(target_model: ResolvedPack) -> None:
    pack = target_model.pack
    assert pack.seed == "003"
    assert [stage.title.ru for stage in pack.stages] == [
        "Подготовка условий для реализации системы (целевой модели) наставничества",
        "Формирование банка наставляемых",
        "Формирование банка наставников",
        "Отбор и обучение",
        "Организация и осуществление работы наставнических пар/групп",
        "Завершение персонализированных программ наставничества",
        "Информационная поддержка системы (целевой модели) наставничества",
    ]
    assert len(pack.rows()) == 7
    documents = [activity.document.ru for activity in pack.rows()[0].activities if activity.document]
    assert any("Об утверждении положения" in document for document in documents)
    assert any("о закреплении наставнических пар/групп" in document for document in documents)


def test_every_requirement_of_seed_003_stands_in_a_row(target_model: ResolvedPack) -> None:
    sources = " ".join(row.source for row in target_model.pack.rows())
    named = {f"D{number}" for number in range(1, 17)}
    assert {name for name in named if f"{name}," in sources or f"{name})" in sources} == named


@pytest.mark.requirement("A41")
@pytest.mark.parametrize(
    ("total", "level"),
    [
        (18, "optimal"),
        (15, "optimal"),
        (14, "acceptable"),
        (9, "acceptable"),
        (8, "unacceptable"),
        (0, "unacceptable"),
    ],
)
def test_sum_of_criteria_has_a_level(target_model: ResolvedPack, total: int, level: str) -> None:
    found = target_model.pack.scoring.level_of(total)
    assert found is not None
    assert found.id == level


def test_incomplete_or_impossible_sum_has_no_level(target_model: ResolvedPack) -> None:
    assert [target_model.pack.scoring.level_of(total) for total in (None, -1, 19)] == [None, None, None]


def test_pack_answers_which_survey_is_asked(target_model: ResolvedPack) -> None:
    after = {side: target_model.survey_for("post_meeting", side) for side in ("mentee", "mentor")}
    assert {side: survey and survey.id for side, survey in after.items()} == {
        "mentee": "post_meeting_mentee",
        "mentor": "post_meeting_mentor",
    }
    assert target_model.survey_for("post_meeting", "head") is None
    checklist = target_model.survey_for("quality_checklist")
    assert checklist is not None
    assert checklist.code == "SV07"


def test_any_edit_of_content_changes_the_hash(packs: Path, target_model: ResolvedPack) -> None:
    edit(packs, INTAKE, "Кем вы работаете?", "Кем вы сейчас работаете?")
    assert load_pack(packs, "target-model").sha256 != target_model.sha256


def test_display_words_agree_with_numbers(target_model: ResolvedPack) -> None:
    word = target_model.pack.words.pair
    counts = (1, 2, 4, 5, 11, 12, 21, 22, 25, 111, 0)
    assert [word.get("ru", count) for count in counts] == [
        "пара", "пары", "пары", "пар", "пар", "пар", "пара", "пары", "пар", "пар", "пар",
    ]  # fmt: skip
    assert [word.get("en", count) for count in (1, 2, 0)] == ["pair", "pairs", "pairs"]


UNKNOWN_KEY = "this key is unknown: correct its spelling or remove it"
ID_RULE = 'use 1 to 24 characters a-z, 0-9, "_": ids travel in buttons of 64 bytes'
Q = "blocks.about.questions"

FAULTS: list[tuple[str, str, str, str, list[tuple[str, str, str]]]] = [
    ("unknown key in a survey", INTAKE, 'unit = "years"', 'unit = "years"\ncolour = "red"',
     [(INTAKE, f"{Q}.experience.colour", UNKNOWN_KEY)]),
    ("unknown key in a pack", PACK, "agreement_required = false", "agreement_required = false\nnight = 1",
     [(PACK, "settings.night", UNKNOWN_KEY)]),
    ("missing translation", INTAKE, 'text.en = "What is your position?"\n', "",
     [(INTAKE, f"{Q}.position.text.en", "the English text is missing: write it")]),
    ("blank translation", INTAKE, 'text.ru = "Кем вы работаете?"', 'text.ru = "  "',
     [(INTAKE, f"{Q}.position.text.ru", "the Russian text is missing: write it")]),
    ("one language instead of two", DEFAULTS, '{ ru = "оптимальный", en = "optimal" }', '"оптимальный"',
     [(DEFAULTS, "scoring.levels.optimal.title",
       "write both languages: { ru = ..., en = ... }")]),
    ("the same id twice in a list", INTAKE, 'id = "deputy"', 'id = "class_teacher"',
     [(INTAKE, f"{Q}.position.options.class_teacher", "this id stands twice in the list: choose another")]),
    ("the same question in two blocks", INTAKE, 'id = "weekdays"', 'id = "subjects"',
     [(INTAKE, "blocks.format.questions.subjects",
       "this id is taken by an earlier question: choose another")]),
    ("the same row in two stages", PACK, '.rows]]\nid = "mentee_bank"', '.rows]]\nid = "preparation"',
     [(PACK, "stages.mentee_bank.rows.preparation",
       "this id is taken by a row of an earlier stage: choose another")]),
    ("condition pointing forward", AFTER, 'question = "need_help"', 'question = "help_note"',
     [(AFTER, "blocks.more.questions.help_from.when.question",
       "help_note is not asked before this question: name an earlier one")]),
    ("condition on nothing", AFTER, 'question = "need_help"', 'question = "help"',
     [(AFTER, "blocks.more.questions.help_from.when.question",
       "there is no question help: name an earlier one of this survey")]),
    ("condition that can never hold", AFTER, "equals = true", 'equals = "yes"',
     [(AFTER, "blocks.more.questions.help_from.when",
       "need_help can never be answered by 'yes': name a possible answer")]),
    ("quick question that is not there", AFTER, 'quick = "usefulness"', 'quick = "use"',
     [(AFTER, "quick", "there is no question use: name one of this survey")]),
    ("missing survey", DEFAULTS, 'survey = "mentor_intake"', 'survey = "mentor_start"',
     [(DEFAULTS, "surveys.2.survey",
       "there is no survey mentor_start: add surveys/mentor_start.toml or name another")]),
    ("survey of another audience", DEFAULTS, 'survey = "mentor_intake"', 'survey = "mentee_intake"',
     [(DEFAULTS, "surveys.2.survey",
       "mentee_intake is for mentee, who is not asked on this occasion: name another")]),
    ("gap between levels", DEFAULTS, "least = 9, most = 14", "least = 10, most = 14",
     [(DEFAULTS, "scoring.levels.acceptable.least", "levels leave no gap and no overlap: write 9")]),
    ("overlap of levels", DEFAULTS, "least = 0, most = 8", "least = 0, most = 9",
     [(DEFAULTS, "scoring.levels.acceptable.least", "levels leave no gap and no overlap: write 10")]),
    ("levels that stop short", DEFAULTS, "least = 15, most = 18", "least = 15, most = 17",
     [(DEFAULTS, "scoring.levels.optimal.most", "the highest sum of the criteria is 18: write 18")]),
    ("id unfit for a button", INTAKE, 'id = "months_here"', 'id = "months-here"',
     [(INTAKE, f"{Q}.months_here.id".replace("months_here", "months-here"), ID_RULE)]),
    ("id too long for a button", INTAKE, 'id = "months_here"', 'id = "months_in_this_organisation"',
     [(INTAKE, f"{Q}.months_in_this_organisation.id", ID_RULE)]),
    ("key of another kind", INTAKE, 'unit = "years"', 'unit = "years"\nmax_length = 3',
     [(INTAKE, f"{Q}.experience", "max_length means nothing for the kind int: remove it")]),
    ("unknown kind", INTAKE, 'id = "experience"\nkind = "int"', 'id = "experience"\nkind = "number"',
     [(INTAKE, f"{Q}.experience.kind",
       ("write one of 'rating10', 'scale3', 'single', 'multi', 'yes_no', 'int', 'text_short', 'text_long',"
        " 'date' or 'person_rank'"))]),
    ("default without a source", DEFAULTS, '"settings.quiet_from" = "docs/design.md#reminders"\n', "",
     [(DEFAULTS, 'sources."settings.quiet_from"',
       "say where this comes from: a regulation, a requirement or docs/domain.md")]),
    ("own value with a borrowed source", PACK, '"settings.agreement_required" =', '"settings.quiet_to" =',
     [(PACK, 'sources."settings.agreement_required"',
       "say where this comes from: a regulation, a requirement or docs/domain.md")]),
    ("source of nothing", PACK, "[sources]\n", '[sources]\nmoon = "regulation D"\n',
     [(PACK, "sources.moon", "there is no such key to have a source: correct its spelling or remove it")]),
    ("target for nothing that is counted", DEFAULTS, "targets = []",
     'targets = [{ year = 2027, indicator = "happiness", value = 50 }]',
     [(DEFAULTS, "targets.1.indicator",
       ("write one of 'young_specialists', 'mentee_satisfaction', 'mentor_satisfaction', 'student_coverage'"
        " or 'staff_coverage'"))]),
    ("kind of meeting that nobody knows", DEFAULTS, 'id = "trial"', 'id = "tea"',
     [(DEFAULTS, "meeting_kinds.tea.id",
       "write one of 'intro', 'trial', 'planning', 'regular', 'final' or 'group_final'")]),
    ("evidence that nothing counts", PACK, '"training_held"', '"sky"',
     [(PACK, "stages.selection.rows.selection.evidence.1", "")]),
    ("paper that docs/domain.md does not have", PACK, '"DC17"]', '"DC7"]',
     [(PACK, "stages.selection.rows.selection.papers.1", 'write a document of docs/domain.md like "DC07"')]),
    ("window without its date", PACK, '{ kind = "whole_period" }', '{ kind = "absolute" }',
     [(PACK, "stages.information.rows.information.window",
       "an absolute window, and no other, has an end date")]),
    ("missing setting", DEFAULTS, "alert_rating = 4\n", "",
     [(PACK, "settings.alert_rating", "this key is missing: add it")]),
    ("value out of range", DEFAULTS, "alert_rating = 4", "alert_rating = 14",
     [(DEFAULTS, "settings.alert_rating", "write at most 10")]),
    ("wrong time", DEFAULTS, 'quiet_from = "21:00"', 'quiet_from = "nine"',
     [(DEFAULTS, "settings.quiet_from", 'write a time like "21:00"')]),
    ("pack called otherwise than its folder", PACK, 'id = "target-model"', 'id = "target"',
     [(PACK, "id", "the folder is called target-model: use the same id")]),
    ("survey called otherwise than its file", INTAKE, 'id = "mentee_intake"', 'id = "intake"',
     [(INTAKE, "id", "the file is called mentee_intake.toml: use the same id")]),
    ("consent version that is not there", DEFAULTS, "version = 1\ntitle", "version = 2\ntitle",
     [(DEFAULTS, "consents.pd_processing.version",
       "the text common/consents/pd_processing/2.ru.md is missing or unreadable: add it")]),
    ("unknown placeholder", CONSENT, "{operator_inn}", "{passport}",
     [(CONSENT, "",
       ("unknown placeholder {passport}: use one of contact, curator, operator_inn, operator_ogrn,"
        " organization, organization_address, person, sites"))]),
    ("bold that never ends", CONSENT, "**Для чего.**", "**Для чего.",
     [(CONSENT, "", "a bold passage is not closed: add **")]),
    ("consent too long for one message", CONSENT, "**Для чего.**", "**Для чего.** " + "я" * 3000,
     [(CONSENT, "", "")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_fault_is_told_by_file_key_and_mend(
    packs: Path, file: str, old: str, new: str, expected: list[tuple[str, str, str]]
) -> None:
    edit(packs, file, old, new)
    found = check_packs(packs)
    assert [(problem.file, problem.key) for problem in found] == [(file, key) for file, key, _ in expected]
    begins = ("the text is", "write one of 'requests_collected'")
    for problem, (_, _, mend) in zip(found, expected, strict=True):
        assert problem.mend == mend or (not mend and problem.mend.startswith(begins))
        assert "\n" not in str(problem)
    with pytest.raises(PackBroken) as refusal:
        load_pack(packs, "target-model")
    assert refusal.value.problems == tuple(found)


def test_wrong_syntax_names_its_line(packs: Path) -> None:
    edit(packs, PACK, 'seed = "003"', "seed = ")
    assert check_packs(packs) == [Problem(PACK, "line 5", "this is not TOML, correct it: invalid value")]


def test_wrong_syntax_of_a_survey_is_not_told_as_a_missing_survey(packs: Path) -> None:
    edit(packs, INTAKE, 'code = "SV01"', 'code = "SV01')
    found = check_packs(packs)
    assert [(problem.file, problem.key) for problem in found] == [(INTAKE, "line 1")]


def test_file_in_another_encoding_is_told(packs: Path) -> None:
    (packs / INTAKE).write_bytes("code = 'Анкета'".encode("cp1251"))
    assert check_packs(packs) == [Problem(INTAKE, "", "this file is not UTF-8: save it as UTF-8")]


def test_empty_folder_is_told(tmp_path: Path) -> None:
    assert [problem.mend for problem in check_packs(tmp_path)] == [
        "there is no pack here: add PACK/programme.toml"
    ]


@pytest.mark.parametrize("pack_id", ["nothing", "common", "..", "../programmes/target-model", ""])
def test_unknown_pack_is_refused(pack_id: str) -> None:
    with pytest.raises(PackNotFound):
        load_pack(ROOT, pack_id)


def write_own_survey(packs: Path, content: str) -> None:
    own = packs / "target-model" / "surveys"
    own.mkdir()
    (own / "mentee_intake.toml").write_text(content, encoding="utf-8")


def test_pack_overrides_a_shared_survey_by_key(packs: Path) -> None:
    write_own_survey(
        packs,
        """version = 2
        [[blocks]]
        id = "about"
        questions = [
          { id = "position", text = { ru = "Ваша должность?" } },
          { id = "months_here", omit = true },
        ]
        """,
    )
    assert check_packs(packs) == []
    survey = load_pack(packs, "target-model").survey("mentee_intake")
    shared = load_pack(ROOT, "target-model").survey("mentee_intake")
    assert survey.version == 2
    assert survey.question("position").text.ru == "Ваша должность?"
    assert survey.question("position").text.en == shared.question("position").text.en
    assert {one.id for one in shared.questions()} - {one.id for one in survey.questions()} == {"months_here"}


def test_fault_of_an_override_is_told_in_its_own_file(packs: Path) -> None:
    write_own_survey(
        packs, 'blocks = [ { id = "about", questions = [ { id = "position", kind = "many" } ] } ]'
    )
    assert [(problem.file, problem.key) for problem in check_packs(packs)] == [
        ("target-model/surveys/mentee_intake.toml", f"{Q}.position.kind")
    ]


def test_second_pack_needs_only_its_own_file(packs: Path) -> None:
    (packs / "speed-2027").mkdir()
    (packs / "speed-2027" / "programme.toml").write_text(
        """id = "speed-2027"
        version = 1
        title = { ru = "Скоростное наставничество", en = "Speed mentoring" }
        words = { pair = { ru = { one = "тандем", few = "тандема", many = "тандемов" } } }
        sources = { words = "ours", meeting_kinds = "ours" }
        meeting_kinds = [ { id = "trial", omit = true } ]
        [[stages]]
        id = "all"
        title = { ru = "Всё", en = "All" }
        rows = [ { id = "all", title = { ru = "Всё", en = "All" }, source = "ours" } ]
        """,
        encoding="utf-8",
    )
    assert check_packs(packs) == []
    pack = load_pack(packs, "speed-2027").pack
    assert pack.words.pair.get("ru", 5) == "тандемов"
    assert [kind.id for kind in pack.meeting_kinds] == ["intro", "planning", "regular", "final"]
    assert list_packs(packs) == ("speed-2027", "target-model")


def test_merging_leaves_both_sides_as_they_were() -> None:
    common = {"a": {"x": 1}, "items": [{"id": "one", "v": 1}, {"id": "two", "v": 2}], "plain": [1, 2]}
    own = {"a": {"y": 2}, "items": [{"id": "two", "v": 3}, {"id": "three"}], "plain": [3]}
    before = repr((common, own))
    assert merge(common, own) == {
        "a": {"x": 1, "y": 2},
        "items": [{"id": "one", "v": 1}, {"id": "two", "v": 3}, {"id": "three"}],
        "plain": [3],
    }
    assert repr((common, own)) == before


def test_list_of_ids_takes_only_what_it_names(packs: Path) -> None:
    chosen = 'kinds = ["reverse", "traditional", { id = "duo", title = { ru = "Вдвоём", en = "Two" } }]'
    edit(packs, PACK, 'seed = "003"', f'seed = "003"\n{chosen}')
    edit(packs, PACK, "[sources]\n", '[sources]\nkinds = "ours"\n')
    assert check_packs(packs) == []
    kinds = load_pack(packs, "target-model").pack.kinds
    assert [(kind.id, kind.title.ru) for kind in kinds] == [
        ("reverse", "Реверсивное"),
        ("traditional", "Традиционное, один на один"),
        ("duo", "Вдвоём"),
    ]
    edit(packs, PACK, '"reverse"', '"inverse"')
    assert [str(problem) for problem in check_packs(packs)] == [
        f"{PACK}: kinds.1: common/defaults.toml has no item inverse: correct the id, or write the whole item"
    ]
