"""The requirements that tests say they prove: known ids, few a test, and a page that tells the truth."""

from tools.trace import PAGE, read_proofs, read_requirements, render

MOST_IDS = 3


def test_every_marked_id_is_a_requirement() -> None:
    known = {one.key for one in read_requirements()}
    assert len(known) == 184
    assert {key for proof in read_proofs() for key in proof.ids} <= known


def test_no_test_claims_more_than_three() -> None:
    assert not [proof for proof in read_proofs() if len(proof.ids) > MOST_IDS]


def test_the_page_is_of_these_tests() -> None:
    """`make trace` writes it."""
    assert PAGE.read_text(encoding="utf-8") == render(read_requirements(), read_proofs())
