"""Rows and texts of the packs one by one: each requirement that is a row or a sentence of a regulation."""

from functools import cache

import pytest

from services.programmes.packs import ResolvedPack, load_pack
from services.programmes.windows import describe_windows
from tests.world import PROGRAMMES

A, B, C, D, E = (
    "simferopol-2022",
    "afterschool-centre-2022",
    "support-centre-2024",
    "target-model",
    "college-2023",
)
AUTUMN, WINTER = "октябрь – ноябрь 2024 г.", "ноябрь – декабрь 2024 г."
WORK, END = "октябрь 2024 г. – май 2025 г.", "май – июнь 2025 г."
PAIRS = "по срокам программ пар"


@cache
def pack(pack_id: str) -> ResolvedPack:
    return load_pack(PROGRAMMES, pack_id)


@pytest.mark.parametrize(
    ("pack_id", "row_id", "when", "papers", "evidence"),
    [
        pytest.param(
            A,
            "mentee_bank",
            "январь 2023 г.; ежегодно, сентябрь, дополнительно по запросу",
            {"DC12", "DC13"},
            {"requests_collected", "mentee_consents", "mentee_bank"},
            marks=pytest.mark.requirement("A50"),
        ),
        pytest.param(
            B,
            "mentee_base",
            "1–15 сентября 2022 г.",
            {"DC13", "DC15"},
            {"mentee_bank", "request_list"},
            marks=pytest.mark.requirement("B10"),
        ),
        pytest.param(
            B,
            "mentor_base",
            "ежегодно, 16–30 сентября, 2022–2024",
            {"DC14"},
            {"mentor_bank"},
            marks=pytest.mark.requirement("B11"),
        ),
        pytest.param(
            B, "themed_events", "весь период", set(), {"themed_events"}, marks=pytest.mark.requirement("B16")
        ),
        pytest.param(
            B, "rubrics", "весь период", {"DC30"}, {"publications"}, marks=pytest.mark.requirement("B17")
        ),
        pytest.param(
            B,
            "person_registry",
            "весь период",
            {"DC13", "DC24"},
            {"mentee_bank"},
            marks=pytest.mark.requirement("B18"),
        ),
        pytest.param(
            C,
            "mentee_survey",
            WINTER,
            {"DC09", "DC10"},
            {"requests_collected", "mentee_consents"},
            marks=pytest.mark.requirement("C5"),
        ),
        pytest.param(C, "mentee_analysis", WINTER, set(), set(), marks=pytest.mark.requirement("C7")),
        pytest.param(
            C, "teacher_base", WINTER, {"DC13"}, {"mentee_bank"}, marks=pytest.mark.requirement("C8")
        ),
        pytest.param(
            C,
            "mentor_survey",
            "сентябрь 2024 г.",
            {"DC09", "DC12"},
            {"mentors_surveyed", "mentor_consents"},
            marks=pytest.mark.requirement("C12"),
        ),
        pytest.param(
            C, "first_meeting", WORK, {"DC18"}, {"intro_meetings"}, marks=pytest.mark.requirement("C21")
        ),
        pytest.param(
            C, "trial_meeting", WORK, {"DC18"}, {"trial_meetings"}, marks=pytest.mark.requirement("C22")
        ),
        pytest.param(
            C, "planning_meeting", WORK, {"DC18"}, {"planning_meetings"}, marks=pytest.mark.requirement("C23")
        ),
        pytest.param(
            C, "regular_meetings", WORK, {"DC18"}, {"regular_meetings"}, marks=pytest.mark.requirement("C24")
        ),
        pytest.param(
            C, "final_meeting", WORK, {"DC18"}, {"final_meetings"}, marks=pytest.mark.requirement("C25")
        ),
        pytest.param(
            C, "group_final", WORK, {"DC18"}, {"group_final_held"}, marks=pytest.mark.requirement("C27")
        ),
        pytest.param(
            C, "awards_order", END, {"DC27"}, {"awards_ordered"}, marks=pytest.mark.requirement("C31")
        ),
        pytest.param(
            C, "event_order", END, {"DC26"}, {"final_event_ordered"}, marks=pytest.mark.requirement("C32")
        ),
        pytest.param(C, "ceremony", END, set(), {"final_event_held"}, marks=pytest.mark.requirement("C34")),
        pytest.param(C, "base_update", END, {"DC13", "DC14"}, set(), marks=pytest.mark.requirement("C37")),
        pytest.param(C, "long_term_base", END, {"DC34"}, set(), marks=pytest.mark.requirement("C38")),
        pytest.param(
            E,
            "preparation",
            "сентябрь – октябрь",
            {"DC01", "DC07", "DC16"},
            set(),
            marks=pytest.mark.requirement("E39"),
        ),
        pytest.param(
            E,
            "selection",
            "октябрь – ноябрь",
            {"DC17"},
            {"training_held"},
            marks=pytest.mark.requirement("E42"),
        ),
        pytest.param(
            E,
            "pairs_work",
            PAIRS,
            {"DC16", "DC20"},
            {"pairs_formed", "programs_written", "unpaired_supported"},
            marks=pytest.mark.requirement("E43"),
        ),
        pytest.param(
            E,
            "completion",
            PAIRS,
            {"DC23", "DC29"},
            {"satisfaction_asked", "final_event_held", "best_practices"},
            marks=pytest.mark.requirement("E44"),
        ),
        pytest.param(
            E,
            "information",
            "весь период (по мере реализации программы)",
            {"DC30"},
            {"publications"},
            marks=pytest.mark.requirement("E45"),
        ),
    ],
)
def test_row_has_its_window_papers_and_evidence(
    pack_id: str, row_id: str, when: str, papers: set[str], evidence: set[str]
) -> None:
    row = pack(pack_id).row(row_id)
    assert describe_windows(row.windows, "ru") == when
    assert papers <= set(row.papers)
    assert {*row.evidence, *row.shows} == evidence
    assert row.responsible is not None


@pytest.mark.parametrize(
    ("row_id", "activity", "words", "evidence"),
    [
        pytest.param(
            "mentee_bank",
            "collect_requests",
            "профессиональных запросах",
            {"requests_collected"},
            marks=pytest.mark.requirement("D4"),
        ),
        pytest.param(
            "mentor_bank",
            "survey_mentors",
            "потенциальных наставников",
            {"mentors_surveyed"},
            marks=pytest.mark.requirement("D6"),
        ),
        pytest.param(
            "completion",
            "quality_monitoring",
            "анкетирование",
            {"satisfaction_asked"},
            marks=pytest.mark.requirement("D13"),
        ),
        pytest.param(
            "completion",
            "final_order",
            "итоговое мероприятие",
            {"final_event_ordered"},
            marks=pytest.mark.requirement("D14"),
        ),
        pytest.param(
            "completion",
            "final_event",
            "методической копилки",
            {"final_event_held", "best_practices"},
            marks=pytest.mark.requirement("D15"),
        ),
        pytest.param(
            "information",
            "coverage",
            "на всех этапах",
            {"publications"},
            marks=pytest.mark.requirement("D16"),
        ),
    ],
)
def test_target_model_asks_for_it(row_id: str, activity: str, words: str, evidence: set[str]) -> None:
    row = pack(D).row(row_id)
    found = next(one for one in row.activities if one.id == activity)
    assert words in found.title.ru
    assert evidence <= set(row.evidence)


@pytest.mark.parametrize(
    ("pack_id", "place", "count", "words"),
    [
        pytest.param(A, "mechanism", 8, "методический совет", marks=pytest.mark.requirement("A33")),
        pytest.param(
            E, "terms", 4, "Наставник – педагогический работник", marks=pytest.mark.requirement("E1")
        ),
        pytest.param(E, "terms", 4, "Наставляемый – участник", marks=pytest.mark.requirement("E2")),
        pytest.param(
            E, "terms", 4, "сотрудник колледжа или социального партнёра", marks=pytest.mark.requirement("E3")
        ),
        pytest.param(E, "head", 5, "контакты с учреждениями", marks=pytest.mark.requirement("E15")),
        pytest.param(E, "curator", 10, "из числа заместителей", marks=pytest.mark.requirement("E16")),
        pytest.param(
            E, "curator", 10, "банк персонализированных программ", marks=pytest.mark.requirement("E20")
        ),
        pytest.param(
            E,
            "curator",
            10,
            "региональной системой и сетевыми сообществами",
            marks=pytest.mark.requirement("E21"),
        ),
        pytest.param(
            E,
            "mentor_duties",
            7,
            "Включает наставляемого в жизнь коллектива",
            marks=pytest.mark.requirement("E28"),
        ),
        pytest.param(
            E, "publication", 6, "Базы наставников и наставляемых", marks=pytest.mark.requirement("E36")
        ),
        pytest.param(
            E, "publication", 6, "Само положение после утверждения", marks=pytest.mark.requirement("E38")
        ),
    ],
)
def test_regulation_says_it(pack_id: str, place: str, count: int, words: str) -> None:
    content = pack(pack_id).pack
    told = {one.id: one.items for one in content.chapters} | {one.id: one.items for one in content.duties}
    assert len(told[place]) == count
    assert any(words in item.ru for item in told[place])


@pytest.mark.requirement("A15", "A19")
def test_district_phases_tell_what_comes_of_bases_and_work() -> None:
    phases = {one.id: [result.ru for result in one.results] for one in pack(A).pack.phases}
    assert phases["bases"] == ["База наставников для текущей и будущих программ"]
    assert [line.partition(":")[0] for line in phases["work"]] == [
        "Обратная связь наставляемых",
        "Обратная связь наставников, наставляемых и кураторов",
    ]
    asked = {(use.occasion, pack(A).survey(use.survey).audience) for use in pack(A).pack.surveys}
    assert {("post_meeting", "mentee"), ("post_meeting", "mentor"), ("quality_checklist", "curator")} <= asked
