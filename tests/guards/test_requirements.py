"""The requirements that tests say they prove: known ids, few a test, and a page that tells the truth."""

from pathlib import Path

from tests.guards.tree import read
from tools.mutate import read_mutations
from tools.trace import (
    CLASSES,
    PAGE,
    PROVED,
    UNPROVED,
    Proof,
    Requirement,
    classify,
    is_from_outside,
    read_open,
    read_proofs,
    read_requirements,
    render,
)

MOST_IDS = 3


def test_every_marked_id_is_a_requirement() -> None:
    known = {one.key for one in read_requirements()}
    assert len(known) == 184
    assert {key for proof in read_proofs() for key in proof.ids} <= known


def test_no_test_claims_more_than_three() -> None:
    assert not [proof for proof in read_proofs() if len(proof.ids) > MOST_IDS]


def test_the_page_is_of_these_tests() -> None:
    """`make trace` writes it."""
    assert PAGE.read_text(encoding="utf-8") == render(read_requirements(), read_proofs(), read_open())


def test_what_is_open_says_why() -> None:
    known = {one.key for one in read_requirements()}
    left = read_open()
    assert left
    assert set(left) <= known
    assert {kind for kind, _why in left.values()} <= set(CLASSES) - {PROVED, UNPROVED}
    assert not [key for key, (_kind, why) in left.items() if len(why) < 5]


def test_nothing_is_proved_by_a_look_into_a_file_or_while_something_lacks() -> None:
    look = Proof("tests/unit/test_five_packs.py", "test_text", ("A1", "A2"))
    walk = Proof("tests/panel/test_papers.py", "test_page", ("A2", "A3"))
    asked = [Requirement(key, "") for key in ("A1", "A2", "A3")]
    found = classify(asked, [look, walk], {"A3": ("partly", "no number")})
    assert found == {"A1": UNPROVED, "A2": PROVED, "A3": "partly"}
    assert not is_from_outside("tests/unit/test_five_packs.py")
    assert is_from_outside("tests/dialogues/test_pairs.py")


def test_what_a_mutant_takes_away_stands_once_in_its_file_and_is_tested() -> None:
    """`make mutants` is too long for every landing: its list would fall behind the code unnoticed."""
    tested = {key for proof in read_proofs() for key in proof.ids}
    assert not [
        f"{one.requirement}: {one.file}"
        for one in read_mutations()
        if read(Path(one.file)).count(one.find) != 1 or one.find == one.put or one.requirement not in tested
    ]
