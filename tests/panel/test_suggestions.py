"""Colleagues involved with their consent, the personal file shown on record: decided in the panel (E27)."""

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.engine import Database
from models.pairs import Pair
from models.suggestions import Suggestion, SuggestionKind
from services.access.errors import NotAllowed
from services.pairs.assignments import EndReason, end_pair
from services.pairs.petitions import PairOver
from services.pairs.suggestions import SuggestionEmpty, SuggestionTooLong, suggest
from services.privacy.erasing import erase_person
from services.privacy.own_data import read_own_data
from tests.panel.conftest import Browser, text_of
from tests.world import World


@pytest.mark.requirement("E27")
def test_a_colleague_consents_and_the_file_is_on_record(
    world: World, curator: Browser, database: Database
) -> None:
    mentee, mentor = world.mentee("Анна"), world.mentor("Пётр")
    colleague = world.person("Ирина", "Львовна")
    pair_id = world.agree(mentee, mentor)
    said = {"actor": world.actor(mentor.person), "pair_id": pair_id}
    involve = world.write(suggest, kind=SuggestionKind.INVOLVE, text="Ирина Львовна поможет с ИКТ", **said)
    file = world.write(suggest, kind=SuggestionKind.FILE, text="Какие курсы пройдены", **said)
    with pytest.raises(NotAllowed):
        world.write(
            suggest, **{**said, "actor": world.actor(mentee.person)}, kind=SuggestionKind.FILE, text="!"
        )
    for text, error in ((" ", SuggestionEmpty), ("я" * 501, SuggestionTooLong)):
        with pytest.raises(error):
            world.write(suggest, kind=SuggestionKind.FILE, text=text, **said)
    assert "Предложение наставника" in text_of(curator.get("/tasks/petitions/"))
    page = f"/pairs/{pair_id}/"
    assert "Какие курсы пройдены" in curator.get(page)

    def decide(suggestion_id: int, **fields: str) -> str:
        form = {"answer": "agree", **fields}
        return text_of(curator.post(f"/suggestions/{suggestion_id}/of/{pair_id}", form, page=page))

    assert "дал согласие" in decide(involve, colleague_id=str(colleague.id)), "no consent, no help"
    assert "дал согласие" in decide(involve, colleague_id=str(mentee.id), done_on="2026-11-20")
    assert "не может быть в будущем" in decide(involve, colleague_id=str(colleague.id), done_on="2027-11-20")
    done = decide(involve, colleague_id=str(colleague.id), done_on="2026-11-19")
    assert f"{colleague.full_name} · согласие от 19" in done
    assert "показали личное дело" in decide(file)
    assert "с личным делом ознакомлен 20" in decide(file, done_on="2026-11-20")
    assert "решение уже принято" in decide(file, done_on="2026-11-20")
    with database.reading() as session:
        shown = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.file_shown")).one()
        assert (shown.subject_kind, shown.subject_id) == ("person", mentee.id)
        assert shown.after == {"to_person": mentor.id, "on": "2026-11-20"}
        held = read_own_data(session, actor=world.actor(mentee.person), locale="ru")
        assert held["my_personal_file_was_shown_to_the_mentor"] == ["2026-11-20"]
    assert "Наставник ознакомлен с личным делом" in text_of(curator.get(f"/people/{mentee.id}/"))

    paper = f"/paper/{mentor.id}/"
    entered = curator.post(
        f"/paper/{mentor.id}/suggest/{pair_id}",
        page=paper,
        kind="encourage",
        text="Премия",
        said_on="2026-11-20",
    )
    assert "Решение принимается на странице пары" in text_of(entered)
    assert "Предложение куратору" in text_of(curator.get(paper))

    world.write(end_pair, actor=world.curator, pair_id=pair_id, reason=EndReason.COMPLETED)
    with pytest.raises(PairOver):
        world.write(suggest, kind=SuggestionKind.FILE, text="Поздно", **said)
    world.write(erase_person, actor=world.curator, person_id=mentee.id, reason="demanded", made_by="Куратор")
    with database.reading() as session:
        assert not session.scalars(select(Suggestion)).all(), "words about an erased person go with them"
        assert session.get(Pair, pair_id) is not None
