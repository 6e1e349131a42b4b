"""Templates of documents: their fields, their limits, and the words in other cases that they need."""

import io
import zipfile
from typing import Any

import pytest

from models.documents import DocumentKind
from models.engine import Database
from services.documents.builders import Subject
from services.documents.declining import Case, decline_name, decline_position
from services.documents.fields import FieldsUnknown, check_fields, find_unknown
from services.documents.kinds import KINDS
from services.documents.rendering import TemplateBroken, TemplateTooSlow, read_expressions, render
from services.documents.samples import sample_of
from services.documents.templates import TemplateHoldsMore, TemplateKindUnknown, judge_template, read_ours
from tests.unit.printed import text_of
from tests.world import World, found_school
from tools.document_templates import TEMPLATES

TERM = {"starts_on": "2026-11-23", "ends_on": "2027-05-31"}


@pytest.fixture
def world(database: Database, now: Any) -> World:
    return found_school(database, now)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sample_of_a_kind_is_what_its_builder_gives(world: World, kind: DocumentKind) -> None:
    """The sample is the schema of a template's fields: a field that only one of both has is a trap."""
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    choices = TERM | {"effective_on": TERM["ends_on"], "successor_id": mentor.id}
    subject = Subject(world.organization_id, world.cycle_id, (pair_id,), (mentee.id,), choices)
    built = world.read(KINDS[kind].build, subject).facts
    sample = sample_of(kind)
    for extra in ("number", "date", "is_draft"):
        sample.pop(extra)
    assert shape_of(built, sample) == shape_of(sample, sample)


def shape_of(value: Any, sample: Any) -> Any:
    """Names only; an empty list is like any other."""
    if isinstance(value, dict):
        return {
            name: shape_of(one, sample.get(name) if isinstance(sample, dict) else None)
            for name, one in value.items()
        }
    if isinstance(value, list):
        filled = value or sample
        return [shape_of(filled[0], (sample or [None])[0])] if filled else []
    return None


def test_our_templates_are_those_of_the_code_and_name_known_fields() -> None:
    assert set(TEMPLATES) == {kind.value for kind in KINDS}
    for kind in KINDS:
        content = read_ours(kind)
        judge_template(content)
        with (
            zipfile.ZipFile(io.BytesIO(content)) as stored,
            zipfile.ZipFile(io.BytesIO(TEMPLATES[kind.value]().pages())) as made,
        ):
            assert stored.read("word/document.xml") == made.read("word/document.xml"), (
                "python -m tools.document_templates"
            )
        assert find_unknown(read_expressions(content), sample_of(kind)) == ()


def test_a_wrong_field_is_named_with_the_right_ones() -> None:
    sample = sample_of(DocumentKind.PAIRS_ORDER)
    wrong = "{% for one in pairs %}{{ one.mentr.name }}{{ one.mentor.nam }}{% endfor %}{{ numbr or date }}"
    found = {one.name: one.near for one in find_unknown(wrong, sample)}
    assert set(found) == {"one.mentr", "one.mentor.nam", "numbr"}
    assert found["one.mentr"][0] == "mentor"
    assert found["numbr"][0] == "number"
    with pytest.raises(FieldsUnknown):
        check_fields(wrong, sample)
    check_fields("{% set who = head %}{{ who.name }}{{ acts|length }}", sample)


def test_a_template_may_do_nothing_but_write() -> None:
    sheet = TEMPLATES["mentor_consent"]()
    sheet.line("{{ ''.__class__.__mro__ }}")
    facts = sample_of(DocumentKind.MENTOR_CONSENT)
    with pytest.raises(TemplateBroken):
        render(sheet.pages(), [facts])
    endless = TEMPLATES["mentor_consent"]()
    endless.line("{% for a in range(99999) %}{% for b in range(99999) %}{{ a * b }}{% endfor %}{% endfor %}")
    with pytest.raises((TemplateTooSlow, TemplateBroken)):
        render(endless.pages(), [facts])
    hostile = facts | {"content": "<Анна> & Ко {{ 7 * 7 }}"}
    assert "&lt;Анна&gt; &amp; Ко {{ 7 * 7 }}" in text_of(
        render(read_ours(DocumentKind.AGREEMENT), [hostile])[0]
    )


def test_a_file_that_is_no_plain_word_file_is_refused() -> None:
    with pytest.raises(TemplateKindUnknown):
        judge_template(b"%PDF-1.7")
    out = io.BytesIO(read_ours(DocumentKind.AGREEMENT))
    with zipfile.ZipFile(out, "a") as parts:
        parts.writestr("word/vbaProject.bin", b"x")
    with pytest.raises(TemplateHoldsMore):
        judge_template(out.getvalue())


@pytest.mark.parametrize(
    ("written", "genitive", "dative", "accusative"),
    [
        (
            "Петрова Анна Ивановна",
            "Петровой Анны Ивановны",
            "Петровой Анне Ивановне",
            "Петрову Анну Ивановну",
        ),
        (
            "Гнатюк Игорь Олегович",
            "Гнатюка Игоря Олеговича",
            "Гнатюку Игорю Олеговичу",
            "Гнатюка Игоря Олеговича",
        ),
        ("Черных Мария Львовна", "Черных Марии Львовны", "Черных Марии Львовне", "Черных Марию Львовну"),
    ],
)
def test_names_are_declined(written: str, genitive: str, dative: str, accusative: str) -> None:
    assert tuple(decline_name(*written.split()).values()) == (genitive, dative, accusative)


@pytest.mark.parametrize(
    ("written", "genitive", "dative"),
    [
        ("учитель начальных классов", "учителя начальных классов", "учителю начальных классов"),
        ("педагог-психолог", "педагога-психолога", "педагогу-психологу"),
        ("старший воспитатель", "старшего воспитателя", "старшему воспитателю"),
        (
            "заместитель директора по воспитательной работе",
            "заместителя директора по воспитательной работе",
            "заместителю директора по воспитательной работе",
        ),
        ("", "", ""),
    ],
)
def test_positions_are_declined(written: str, genitive: str, dative: str) -> None:
    forms = decline_position(written)
    assert (forms[Case.GENITIVE], forms[Case.DATIVE]) == (genitive, dative)
