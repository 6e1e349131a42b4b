"""Texts, toasts and labels as Telegram takes them: split or cut by UTF-16 units, with their tags whole."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lengths import count_units, cut_plain, cut_text, split_text
from sandbox.entities import parse_text
from sandbox.html_text import parse_html

LETTERS = st.sampled_from("абвxyz \n\n &<>\"'1😀𝄞🏫👩‍🏫é\u0301")
PLAIN = st.text(LETTERS, max_size=60).map(escape)
TAGS = ("b", "i", "u", "s", "code", "blockquote", 'a href="https://x.example/?a=1&amp;b=>2"')


def wrap(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tagged = st.builds(lambda tag, text: f"<{tag}>{text}</{tag.split()[0]}>", st.sampled_from(TAGS), inner)
    return st.lists(st.one_of(inner, tagged), max_size=4).map("".join)


TEXTS = st.recursive(PLAIN, wrap, max_leaves=12)


def styled(text: str) -> list[tuple[str, frozenset[str]]]:
    """Each visible sign that is no white space, with what it is set in."""
    plain, entities = parse_html(text)
    signs, unit = [], 0
    for sign in plain:
        kinds = frozenset(
            one["type"] for one in entities if one["offset"] <= unit < one["offset"] + one["length"]
        )
        unit += count_units(sign)
        if not sign.isspace():
            signs.append((sign, kinds))
    return signs


@given(TEXTS, st.integers(min_value=2, max_value=40))
def test_parts_fit_and_lose_neither_sign_nor_style(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert [one for part in parts for one in styled(part)] == styled(text)
    for part in parts:
        assert count_units(parse_html(part)[0]) <= limit or len(parts) == 1
    if len(parts) == 1:
        assert count_units(parse_text(text, "HTML", None).text) <= limit
    else:
        assert all(parse_text(part, "HTML", None).text for part in parts)


@given(TEXTS, st.integers(min_value=3, max_value=40))
def test_what_is_cut_fits_and_begins_as_the_whole(text: str, limit: int) -> None:
    seen = parse_html(cut_text(text, limit))[0]
    assert count_units(seen) <= limit or cut_text(text, limit) == text
    whole = [sign for sign, _ in styled(text)]
    kept = [sign for sign, _ in styled(cut_text(text, limit))]
    assert kept == whole or (kept[-1] == "…" and kept[:-1] == whole[: len(kept) - 1])


@given(st.text(max_size=60), st.integers(min_value=1, max_value=40))
def test_a_plain_text_is_cut_between_signs(text: str, limit: int) -> None:
    cut = cut_plain(text, limit)
    assert count_units(cut) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


@pytest.mark.parametrize("end", ["\n\n", "\n", " "])
def test_a_part_ends_where_a_reader_pauses(end: str) -> None:
    first, second = "а" * 70, "б" * 70
    assert [part.strip() for part in split_text(first + end + second, 100)] == [first, second]


def test_four_thousand_and_ninety_six_units_are_one_message_and_one_more_are_two() -> None:
    assert len(split_text("<b>" + "😀" * 2048 + "</b>")) == 1
    assert len(split_text("&lt;" * 4096)) == 1
    assert len(split_text("<b>" + "😀" * 2048 + "</b>a")) == 2
