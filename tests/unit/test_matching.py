"""Plans of pairs against a plain search through all of them, and `nastavnik match` as its contract has it."""

import io
import itertools
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

import nastavnik

Document = dict[str, Any]


@st.composite
def documents(draw: st.DrawFn, aim: str = "best_score") -> Document:
    """Up to five mentees and four mentors, some pairs scored, some forbidden, perhaps one locked."""
    mentees, mentors = range(draw(st.integers(1, 5))), range(10, 10 + draw(st.integers(1, 4)))
    cells = list(itertools.product(mentees, mentors))
    score = st.integers(0, 100)
    scored = {pair: (draw(score), draw(score)) for pair in cells if draw(st.integers(0, 3)) > 0}
    vetoes = [pair for pair in cells if not draw(st.integers(0, 7))]
    capacity = {mentor: draw(st.integers(0, 3)) for mentor in mentors}
    lockable = [pair for pair in scored if pair not in vetoes and capacity[pair[1]]]
    is_locked = bool(lockable) and draw(st.integers(0, 1)) == 1
    locks = [draw(st.sampled_from(lockable))] if is_locked else []
    return {
        "mentees": [{"id": one} for one in mentees],
        "mentors": [{"id": one, "capacity": capacity[one]} for one in mentors],
        "scores": [[*pair, *both] for pair, both in scored.items()],
        "vetoes": vetoes,
        "locks": locks,
        "aim": aim,
    }


def possible(document: Document) -> dict[tuple[int, int], float]:
    """The pairs that may be, with the mean of their scores."""
    vetoes = {tuple(pair) for pair in document["vetoes"]}
    return {
        (mentee, mentor): (first + second) / 2
        for mentee, mentor, first, second in document["scores"]
        if (mentee, mentor) not in vetoes
    }


def every_plan(document: Document) -> list[dict[int, int]]:
    """Every plan that keeps the rules, by trying each mentor or none for each mentee."""
    may = possible(document)
    capacity = {one["id"]: one["capacity"] for one in document["mentors"]}
    locked = dict(document["locks"])
    mentees = [one["id"] for one in document["mentees"]]
    choices = [
        [locked[one]] if one in locked else [None, *(mentor for mentee, mentor in may if mentee == one)]
        for one in mentees
    ]
    return [
        {one: mentor for one, mentor in zip(mentees, chosen, strict=True) if mentor is not None}
        for chosen in itertools.product(*choices)
        if all(chosen.count(mentor) <= places for mentor, places in capacity.items())
    ]


def total_of(document: Document, plan: dict[int, int]) -> float:
    may = possible(document)
    return sum(may[pair] for pair in plan.items())


def matched(document: Document, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the command prints for the document."""
    told = io.TextIOWrapper(io.BytesIO(json.dumps(document).encode()))
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", told)
        code = nastavnik.main(["match", "--input", "-", "--json"])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return json.loads(printed.out)


def gains(document: Document, plan: dict[int, int]) -> list[float]:
    """Of each pair that may be and is not: the lesser of the two gains by leaving for the other."""
    scores = {(row[0], row[1]): (row[2], row[3]) for row in document["scores"]}
    capacity = {one["id"]: one["capacity"] for one in document["mentors"]}
    locked = {tuple(pair) for pair in document["locks"]}
    found = []
    for mentee, mentor in possible(document):
        if plan.get(mentee) == mentor or mentee in dict(locked) or not capacity[mentor]:
            continue
        now = scores[mentee, plan[mentee]][0] if mentee in plan else 0
        held = [(one, mentor) for one, other in plan.items() if other == mentor]
        movable = [scores[pair][1] for pair in held if pair not in locked]
        if len(held) < capacity[mentor]:
            least = 0
        elif movable:
            least = min(movable)
        else:
            continue
        found.append(min(scores[mentee, mentor][0] - now, scores[mentee, mentor][1] - least))
    return found


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NASTAVNIK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def test_the_best_total_is_that_of_a_search_through_all_plans(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @given(documents())
    @examples(max_examples=300)
    def check(document: Document) -> None:
        found = matched(document, capsys, monkeypatch)
        plan = dict(found["pairs"])
        assert plan in every_plan(document), "it keeps the rules"
        best = max(total_of(document, one) for one in every_plan(document))
        assert total_of(document, plan) == pytest.approx(found["total"]) == pytest.approx(best)
        assert found["optimum_share"] == 1
        assert found["blocking_pairs"] == len([gain for gain in gains(document, plan) if gain > 0])
        assert found["material_blocking_pairs"] == len([gain for gain in gains(document, plan) if gain > 5])
        left = {one["id"] for one in document["mentees"]} - set(plan)
        assert {one["id"] for one in found["unmatched"]} == left

    check()


def test_a_balanced_plan_is_left_by_nobody_for_more_than_five_points(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @given(documents(aim="balanced"))
    @examples(max_examples=100)
    def check(document: Document) -> None:
        found = matched(document, capsys, monkeypatch)
        plan = dict(found["pairs"])
        assert plan in every_plan(document)
        assert not [gain for gain in gains(document, plan) if gain > 5]
        assert (found["material_blocking_pairs"], found["optimum_share"] <= 1) == (0, True)

    check()


def test_nobody_is_left_out_who_need_not_be_and_the_fewest_fixes_help_the_others(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @given(documents(aim="nobody_left_out"))
    @examples(max_examples=100)
    def check(document: Document) -> None:
        found = matched(document, capsys, monkeypatch)
        plans = every_plan(document)
        most = max(map(len, plans))
        assert len(found["pairs"]) == most
        best = max(total_of(document, plan) for plan in plans if len(plan) == most)
        assert found["total"] == pytest.approx(best)
        hopeless = {
            one["id"]
            for one in document["mentees"]
            if all((one["id"], mentor["id"]) in document["vetoes"] for mentor in document["mentors"])
        }
        changes = sum(fix.get("places", 1) for fix in found["fixes"])
        mended = mend(document, found["fixes"])
        everybody = len(document["mentees"]) - len(hopeless)
        assert len(matched(mended, capsys, monkeypatch)["pairs"]) == everybody
        assert changes >= everybody - most, "one change helps one person at most"
        if all(any(pair[0] == one["id"] for pair in possible(document)) for one in document["mentees"]):
            assert changes == everybody - most, "whoever may be paired needs one more place only"

    check()


def mend(document: Document, fixes: list[Document]) -> Document:
    """The document after the changes."""
    more = {fix["mentor"]: fix["places"] for fix in fixes if fix["change"] == "one_more_place"}
    agreed = [[fix["mentee"], fix["mentor"], 0, 0] for fix in fixes if fix["change"] == "accept_pair"]
    mentors = [{**one, "capacity": one["capacity"] + more.get(one["id"], 0)} for one in document["mentors"]]
    return {**document, "mentors": mentors, "scores": [*document["scores"], *agreed]}


SMALL: Document = {
    "mentees": [{"id": "А"}, {"id": "Б"}, {"id": "В"}, {"id": "Г"}],
    "mentors": [{"id": "Я", "capacity": 1}, {"id": "Ю", "capacity": 0}],
    "scores": [["А", "Я", 90, 70], ["Б", "Я", 50, 60], ["В", "Ю", 40, 40]],
    "vetoes": [["Г", "Я"], ["Г", "Ю"]],
}


def test_a_person_reads_the_pairs_the_reasons_and_what_would_help(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "people.json"
    path.write_text(json.dumps(SMALL), encoding="utf-8")
    assert nastavnik.main(["match", "--input", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Пар: 1. Сумма 80, это 100.0 % от наибольшей возможной.",
        "  А – Я",
        "Оба выиграли бы, уйдя друг к другу: 0, больше чем на 5 баллов: 0.",
        "Без наставника: Б – у всех, кто мог бы, нет свободных мест.",
        "Без наставника: В – у всех, кто мог бы, нет свободных мест.",
        "Без наставника: Г – все, кто мог бы, запрещены.",
        "Поможет, если наставник (Я) возьмёт ещё: 1.",
        "Поможет, если наставник (Ю) возьмёт ещё: 1.",
    ]
    assert not (tmp_path / "data").exists(), "it touches no data"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"locks": [["Г", "Я"]]}, "Г – Я"),
        ({"locks": [["Б", "Ю"]]}, "Б – Ю"),
        ({"locks": [["В", "Ю"]]}, "Ю"),
        ({"locks": [["А", "Я"], ["Б", "Я"]]}, "Я"),
        ({"locks": [["А", "Я"], ["А", "Я"]]}, "дважды"),
        ({"scores": [["А", "Я", 101, 1]]}, "scores[0][2]"),
        ({"scores": [["А", "Я", 1, -1]]}, "scores[0][3]"),
        ({"scores": [["А", "Я", 1]]}, "scores[0]"),
        ({"scores": [["А", "Ж", 1, 1]]}, "Ж"),
        ({"scores": [["А", "Я", 1, 1], ["А", "Я", 2, 2]]}, "дважды"),
        ({"mentees": [{"id": "А"}, {"id": "А"}]}, "дважды"),
        ({"mentors": [{"id": "Я", "capacity": -1}]}, "mentors[0].capacity"),
        ({"mentors": [{"id": "Я"}]}, "mentors[0].capacity"),
        ({"vetoes": [["А"]]}, "vetoes[0]"),
        ({"vetos": []}, "vetos"),
        ({"aim": "luck"}, "nobody_left_out"),
        ({"scores": [["А", "Я", float("nan"), 1]]}, "JSON"),
    ],
)
def test_a_fault_is_one_clear_line(
    changes: Document, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "people.json"
    path.write_text(json.dumps({**SMALL, **changes}), encoding="utf-8")
    assert nastavnik.main(["match", "--input", str(path), "--json"]) == 1
    printed = capsys.readouterr()
    assert (printed.out, len(printed.err.splitlines()), said in printed.err) == ("", 1, True), printed.err


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_what_is_no_instance_is_refused(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "people.json"
    path.write_bytes(content)
    assert nastavnik.main(["match", "--input", str(path)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_nobody_at_all_is_a_plan_of_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "people.json"
    path.write_text('{"mentees": [], "mentors": [], "scores": []}', encoding="utf-8")
    assert nastavnik.main(["match", "--input", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["pairs"], found["optimum_share"], found["unmatched"], found["fixes"]) == ([], 1.0, [], [])


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert nastavnik.main(["match", "--input", str(tmp_path / "lost.json")]) == 2
    assert "lost.json" in capsys.readouterr().err
