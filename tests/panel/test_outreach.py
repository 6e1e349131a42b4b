"""Memos, publications and partners in the panel (DC19, DC30; C3, C35, C36, E36, E37)."""

import pytest
from sqlalchemy import select

from models.consents import ConsentKind
from models.engine import Database
from models.messages import OutboxMessage
from models.privacy import OperatorCard
from notices.catalogue import compose
from notices.language import load_translators
from notices.letters import Letter
from services.consents.papers import PaperFacts, register_paper
from services.pairs.assignments import EndReason, end_pair
from services.privacy.publications import list_publications_with
from services.roadmap.facts import RULES, scope_of
from tests.panel.conftest import Browser, text_of
from tests.world import World


def count(world: World, key: str) -> int:
    """What the roadmap's rule of evidence finds."""
    with world.database.reading() as session:
        scope = scope_of(session, organization_id=world.organization_id, cycle_id=world.cycle_id)
        return len(RULES[key](session, scope).days)  # type: ignore[index]  # a key of the closed list


def test_a_memo_is_seen_sent_once_and_counted(curator: Browser, world: World, database: Database) -> None:
    world.person("Вера")
    mentor = world.mentor("Пётр")
    refused = curator.post("/memos/", audience="mentor", title="Памятка наставнику", body=" ")
    assert "Памятке нужны название и текст или ссылка" in text_of(refused)
    assert "Памятка наставнику" in refused
    kept = curator.post("/memos/", audience="mentor", title="Памятка наставнику", body="Слушайте <больше>")
    assert "Сейчас её получит 1 человек" in text_of(kept)
    assert "Слушайте <больше>" in text_of(kept), "as it will be read"
    assert count(world, "memos_sent") == 0
    sent = curator.post("/memos/1/send", page="/memos/")
    assert "Памятку получит 1 человек." in text_of(sent)
    assert "уже отправлена" in text_of(curator.post("/memos/1/send", page="/memos/"))
    with database.reading() as session:
        row = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "memo.sent")).one()
        facts = {**row.facts, "person_id": row.person_id}
        words = compose(session, kind=row.kind, facts=facts, t=load_translators()["ru"], now=world.now)
    assert row.person_id == mentor.id
    assert isinstance(words, Letter)
    assert "Слушайте &lt;больше&gt;" in words.text
    assert count(world, "memos_sent") == 1


@pytest.mark.requirement("C36", "E37", "C35")
def test_publications_keep_links_and_wait_for_the_end_of_a_programme(curator: Browser, world: World) -> None:
    pair_id = world.agree(world.mentee("Анна"), world.mentor("Пётр"))
    form = {"title": "Наши пары", "url": "https://school.ru/news/1", "kind": "results"}
    nobody = curator.post("/outreach/publications", form, page="/outreach/")
    assert "выберите пару" in text_of(nobody)
    assert "Наши пары" in nobody
    early = curator.post("/outreach/publications", {**form, "pair_id": str(pair_id)}, page="/outreach/")
    assert "только после завершения её программы" in text_of(early)
    world.write(end_pair, actor=world.curator, pair_id=pair_id, reason=EndReason.COMPLETED)
    entered = curator.post("/outreach/publications", {**form, "pair_id": str(pair_id)}, page="/outreach/")
    assert "результаты пары · school.ru" in text_of(entered)
    assert count(world, "publications") == 1
    case = {"title": "Как мы начинали", "url": "https://school.ru/case", "kind": "case"}
    curator.post("/outreach/publications", case, page="/outreach/")
    assert count(world, "best_practices") == 1
    gone = curator.post("/outreach/publications/1/remove", page="/outreach/")
    assert "Наши пары" not in text_of(gone)


@pytest.mark.requirement("C3")
def test_partners_are_entered_and_prove_their_row(curator: Browser, world: World) -> None:
    bad = curator.post("/outreach/partners", page="/outreach/", name="Музей", url="museum")
    assert "Это не адрес страницы" in text_of(bad)
    assert 'value="Музей"' in bad
    curator.post("/outreach/partners", page="/outreach/", name="Музей", helps_with="экскурсии")
    assert "экскурсии · с 23.11.2026" in text_of(curator.get("/outreach/"))
    assert count(world, "partners_found") == 1
    curator.post("/outreach/partners/1/remove", page="/outreach/")
    assert count(world, "partners_found") == 0


@pytest.mark.requirement("C36", "E36")
def test_a_publication_lists_whom_it_names_and_says_who_did_not_allow_it(
    curator: Browser, world: World
) -> None:
    anna, boris = world.person("Анна"), world.person("Борис")
    with world.database.writing() as session:
        session.add(
            OperatorCard(
                organization_id=world.organization_id, ogrn="1027700000000", sites=["https://school.ru/news"]
            )
        )
    world.write(
        register_paper,
        actor=world.curator,
        person_id=anna.id,
        decided_at=world.now,
        kind=ConsentKind.DISSEMINATION,
        paper=PaperFacts(fields=("name", "results"), sites=("https://school.ru/news",)),
    )

    def publish(**facts: str | list[str]) -> str:
        form = {"kind": "news", "shows": "name", **facts}
        return text_of(curator.post("/outreach/publications", form, page="/outreach/"))

    fine = publish(title="Встреча", url="http://www.school.ru/news/1", person_id=str(anna.id))
    assert "Анна" in fine
    assert "нет согласия на распространение" not in fine
    told = publish(
        title="Портрет",
        url="https://school.ru/news/2",
        person_id=[str(anna.id), str(boris.id)],
        shows=["name", "photo"],
    )
    assert "не разрешено публиковать: фотография" in told
    assert "Борис Игоревна: нет согласия на распространение" in told
    elsewhere = publish(title="Стена", url="https://vk.example/wall", person_id=str(anna.id))
    assert "этот адрес не разрешён" in elsewhere
    page = f"/consents/person/{anna.id}/"
    taken = text_of(curator.post(f"{page}withdraw/dissemination", page=page))
    assert all(title in taken for title in ("Встреча", "Портрет", "Стена"))
    assert "осталось 3 дня" in text_of(curator.get("/consents/"))
    curator.post("/consents/duties/1/done", page="/consents/")
    left = world.read(list_publications_with, actor=world.curator, person_id=anna.id)
    assert left == [], "taken down: they name her no longer"
    assert len(world.read(list_publications_with, actor=world.curator, person_id=boris.id)) == 1
