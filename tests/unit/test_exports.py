"""Exports: rights, promises of surveys, formats, neutralised cells, level memory."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import insert, select

from models.accounts import AccountRole
from models.audit import AuditEntry
from models.engine import Database
from models.messages import NoticeKind
from models.people import Person, Role
from models.surveys import Answer, RunOccasion, SurveyRun, SurveyStatus
from notices.language import load_translators
from services.access.actors import Actor, ActorKind, Channel, system
from services.access.errors import NotAllowed, NotFound
from services.access.rights import RIGHTS
from services.accounts.directory import create_account
from services.delivery.outbox import enqueue
from services.documents.exports.tables import Filters, UnknownFilter, UnknownFilterValue
from services.documents.exports.writers import neutralise
from services.documents.exports.writing import (
    TABLES,
    ExportSummary,
    OrganizationNotNamed,
    UnknownExport,
    UnknownFormat,
    record_export,
    write_export,
)
from services.pairs.proposals import confirm_pair, draft_pair
from services.people.cards import add_person
from services.results.sheets import open_sheet
from services.surveys.office import open_sheet_about
from services.surveys.partners import ask_partner
from tests.world import World, fill_run, found_school

ROOT = system(Channel.COMMAND_LINE)
FORMULAS = ("=1+1", "+7 900", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


def made(
    world: World, what: str, kind: str, actor: Actor | None = None, locale: str = "ru", **filters: Any
) -> tuple[bytes, ExportSummary]:
    out = io.BytesIO()
    with world.database.reading() as session:
        summary = write_export(
            session,
            actor=actor or world.curator,
            what=what,
            format=kind,
            out=out,
            now=world.now,
            t=load_translators()[locale],
            filters=Filters(**filters),
        )
    return out.getvalue(), summary


def envelope(world: World, what: str, **named: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(made(world, what, "json", **named)[0])
    return found


def csv_lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def sheet(content: bytes, number: int) -> list[list[tuple[str, str]]]:
    """Cells of a sheet as (type, text)."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        root = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
        shared = (
            ["".join(node.itertext()) for node in ET.fromstring(book.read("xl/sharedStrings.xml"))]
            if "xl/sharedStrings.xml" in book.namelist()
            else []
        )
        assert root.find(f".//{SHEET}f") is None  # no formula anywhere

    def text(cell: ET.Element) -> str:
        value = "".join(cell.itertext())
        return shared[int(value)] if cell.get("t") == "s" else value

    rows = root.iter(f"{SHEET}row")
    return [[(cell.get("t", "n"), text(cell)) for cell in row.iter(f"{SHEET}c")] for row in rows]


def actor_of(world: World, role: AccountRole) -> Actor:
    return Actor(ActorKind.ACCOUNT, 50, world.organization_id, Channel.PANEL, RIGHTS[role])


def account_of(world: World, role: AccountRole) -> int:
    made = world.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login=role.value,
        name="Вера Павловна Тихая",
        role=role,
    )
    account_id: int = made.account_id
    return account_id


def living(world: World) -> World:
    """A pair at the offer, intakes sent, notices queued."""
    mentee, mentor = world.mentee(), world.mentor()
    drafted = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=mentee.participation_id,
        mentor_participation_id=mentor.participation_id,
    )
    world.write(confirm_pair, actor=world.curator, pair_id=drafted.pair_id)
    return world


class TestTables:
    def test_every_table_goes_out_in_every_format_with_equal_counts(self, world: World) -> None:
        living(world)
        for what in TABLES:
            plain = envelope(world, what)
            rows = plain["counts"]["rows"]
            assert len(plain["rows"]) == rows
            assert all([one["key"] for one in plain["columns"]] == list(row) for row in plain["rows"]), what
            lines = csv_lines(made(world, what, "csv")[0])
            assert lines.index([]) - 1 == rows, what
            assert ["Строк", str(rows)] in lines
            book = made(world, what, "xlsx")[0]
            assert len(sheet(book, 1)) - 1 == rows
            assert [cell for _, cell in sheet(book, 1)[0]] == lines[0]
            assert ["Строк", str(rows)] in [[cell for _, cell in line] for line in sheet(book, 2)]
        for what, least in {"people": 2, "consents": 2, "pairs": 1, "outbox": 2, "roadmap": 5}.items():
            assert envelope(world, what)["counts"]["rows"] >= least, what

    def test_codes_stay_in_json_and_become_words_elsewhere(self, world: World) -> None:
        living(world)
        (pair,) = envelope(world, "pairs")["rows"]
        assert pair["status"] == "offered"
        assert pair["mentee"].split()[1:] == ["Анна", "Игоревна"]
        head, line = csv_lines(made(world, "pairs", "csv")[0])[:2]
        assert dict(zip(head, line, strict=True))["Состояние"] == "предложена"
        head, line = csv_lines(made(world, "pairs", "csv", locale="en")[0])[:2]
        assert dict(zip(head, line, strict=True))["State"] == "offered"

    def test_moments_are_local_to_the_school(self, world: World, now: datetime) -> None:
        world.person()
        (row,) = envelope(world, "people")["rows"]
        assert row["created_at"] == "2026-11-23T12:00:00+03:00"
        assert csv_lines(made(world, "people", "csv")[0])[1][-1] == "23.11.2026 12:00"
        kind, serial = sheet(made(world, "people", "xlsx")[0], 1)[1][-1]
        assert kind == "n"
        assert float(serial) == pytest.approx(
            (datetime(2026, 11, 23, 12) - datetime(1899, 12, 30)).days + 0.5
        )

    def test_an_export_says_what_it_is(self, world: World) -> None:
        filters: dict[str, Any] = {"role": "mentor", "since": date(2026, 11, 1), "cycle_id": world.cycle_id}
        plain = envelope(world, "people", **filters)
        assert plain["filters"] == {"cycle_id": world.cycle_id, "role": "mentor", "since": "2026-11-01"}
        assert plain["made_at"] == "2026-11-23T12:00:00+03:00"
        lines = csv_lines(made(world, "people", "csv", **filters)[0])
        said = dict(line for line in lines[lines.index([]) + 1 :])
        assert said["Составлено"] == "23.11.2026 12:00 (Europe/Moscow)"
        assert said["Отбор"] == "учебный год: 2026-2027; роль: наставник; с даты: 01.11.2026"
        assert said["О выгрузке"] == "Участники"

    def test_filters_narrow_and_wrong_ones_are_refused(self, world: World, now: datetime) -> None:
        mentee = world.mentee()
        world.mentor()
        world.person()
        assert [row["person_id"] for row in envelope(world, "people", role="mentee")["rows"]] == [mentee.id]
        assert envelope(world, "people")["counts"]["rows"] == 3
        assert envelope(world, "people", until=now.date() - timedelta(days=1))["counts"]["rows"] == 0
        assert envelope(world, "people", since=now.date(), until=now.date())["counts"]["rows"] == 3
        assert envelope(world, "surveys", statuses=("open",))["counts"]["rows"] == 0
        for error, what, filters in (
            (UnknownFilter, "roadmap", {"role": "mentor"}),
            (UnknownFilterValue, "people", {"statuses": ("offered",)}),
            (UnknownFilterValue, "people", {"role": "boss"}),
            (UnknownFilterValue, "people", {"since": date(2026, 2, 1), "until": date(2026, 1, 1)}),
        ):
            with pytest.raises(error):
                made(world, what, "json", **filters)
        with pytest.raises(UnknownFilter):
            Filters.from_plain({"text": "Анна"})
        with pytest.raises(UnknownFilterValue):
            Filters.from_plain({"since": "вчера"})
        with pytest.raises(UnknownExport):
            made(world, "passwords", "json")
        with pytest.raises(UnknownFormat):
            made(world, "people", "pdf")

    def test_the_outbox_goes_out_without_words(self, world: World) -> None:
        person = world.person()
        with world.database.writing() as session:
            enqueue(
                session,
                NoticeKind.PAIR_OFFER,
                world,
                key="offer:1",
                person_id=person.id,
                facts={"pair_id": 777_123},
                edited_text="Дорогая коллега",
                now=world.now,
            )
        content = made(world, "outbox", "json")[0].decode()
        assert "Дорогая" not in content
        assert "777123" not in content
        assert json.loads(content)["rows"][0]["is_edited"] is True


class TestNeutralising:
    def test_a_formula_is_text_in_every_format(self, world: World) -> None:
        with world.database.writing() as session:
            for typed in FORMULAS:
                session.execute(
                    insert(Person).values(
                        organization_id=world.organization_id,
                        family_name=typed,
                        given_name='Анна;"Я"\nдва',
                        patronymic="",
                        position="",
                        locale="ru",
                        created_at=world.now,
                    )
                )
        lines = csv_lines(made(world, "people", "csv")[0])[1:]
        rows = sheet(made(world, "people", "xlsx")[0], 1)[1:]
        plain = envelope(world, "people")["rows"]
        for typed, line, cells, row in zip(FORMULAS, lines, rows, plain, strict=False):
            assert line[1] == "'" + typed
            assert line[2] == 'Анна;"Я"\nдва'
            assert cells[1][0] in {"inlineStr", "s"}
            assert cells[1][1].strip() == typed.strip() or "_x" in cells[1][1]
            assert row["family_name"] == typed
        assert len(rows) == len(plain) == len(FORMULAS)

    def test_numbers_and_plain_words_stay(self) -> None:
        assert [neutralise(text) for text in ("", "Анна", "1-2", "5Б")] == ["", "Анна", "1-2", "5Б"]

    def test_csv_is_for_excel(self, world: World) -> None:
        content, _ = made(world, "people", "csv")
        assert content.startswith(b"\xef\xbb\xbf")
        assert b"\r\n" in content
        assert content.decode("utf-8-sig").splitlines()[0].startswith('"№";"Фамилия"')


class TestWhoMay:
    def test_each_role_gets_what_its_rights_say(self, world: World) -> None:
        living(world)
        may = {
            role: {what for what in TABLES if self.is_allowed(world, what, actor_of(world, role))}
            for role in AccountRole
        }
        everything = set(TABLES)
        of_curators = {"outbox", "mentee_bank", "mentor_bank", "needs", "requests", "consents", "surveys"}
        assert may[AccountRole.ADMINISTRATOR] == may[AccountRole.CURATOR] == everything
        assert may[AccountRole.HEAD] == may[AccountRole.PSYCHOLOGIST] == everything - of_curators
        assert may[AccountRole.OBSERVER] == {"scores", "results", "roadmap"}

    def is_allowed(self, world: World, what: str, actor: Actor) -> bool:
        try:
            made(world, what, "json", actor)
        except NotAllowed:
            return False
        return True

    def test_a_foreign_organisation_is_closed_by_every_way(self, world: World, now: datetime) -> None:
        other = found_school(world.database, now, name="Школа № 2")
        other.person("Ольга")
        for what in TABLES:
            with pytest.raises(NotAllowed):
                made(world, what, "json", organization_id=other.organization_id)
            if "cycle_id" in TABLES[what].filters:
                with pytest.raises(NotFound):
                    made(world, what, "json", cycle_id=other.cycle_id)
            assert "Ольга" not in made(world, what, "json")[0].decode()
        with pytest.raises(OrganizationNotNamed):
            made(world, "people", "json", ROOT)
        assert envelope(world, "people", actor=ROOT, organization_id=other.organization_id)["rows"]

    def test_answers_keep_their_promises(self, world: World) -> None:
        """Each question says who will see its answer; an export says no more.

        See docs/design.md#conversation.
        """
        person = world.mentee().person
        survey = world.pack.survey_for("post_meeting", "mentee")
        assert survey is not None
        promised = {question.id: question for question in survey.questions()}
        with world.database.writing() as session:
            run = SurveyRun(
                organization_id=world.organization_id,
                cycle_id=world.cycle_id,
                survey_id=survey.id,
                survey_version=survey.version,
                person_id=person.id,
                occasion=RunOccasion.FEEDBACK,
                dedup_key="feedback:meeting:1:person:1",
                status=SurveyStatus.SENT,
                opened_at=world.now,
                sent_at=world.now,
            )
            session.add(run)
            session.flush()
            run_id = run.id
            for question in promised.values():
                value = {"value": "Тайна" if question.kind.startswith("text") else 7}
                session.add(
                    Answer(run_id=run.id, question_id=question.id, value=value, answered_at=world.now)
                )
        seen = [row for row in envelope(world, "surveys")["rows"] if row["run_id"] == run_id]
        assert len(seen) == len(promised)
        for row in seen:
            question = promised[row["question_id"]]
            is_open = not question.private and question.seen_by not in {"totals", "only_me"}
            assert row["is_withheld"] is not is_open, question.id
            assert (row["value"] is not None) is is_open
        with pytest.raises(NotAllowed):
            made(world, "surveys", "json", actor_of(world, AccountRole.HEAD))

    def test_partners_and_sheets_of_the_staff_are_there_but_not_the_nine_criteria(self, world: World) -> None:
        pair_id = world.agree(world.mentee(), world.mentor("Пётр"))
        curator, psychologist = (
            replace(actor_of(world, role), id=account_of(world, role))
            for role in (AccountRole.CURATOR, AccountRole.PSYCHOLOGIST)
        )
        world.write(ask_partner, actor=curator, cycle_id=world.cycle_id, name="Методический центр")
        facts = {"cycle_id": world.cycle_id, "survey_id": "compatibility_check", "subject_id": pair_id}
        run_id = world.write(open_sheet_about, actor=psychologist, **facts)
        world.write(fill_run, actor=psychologist, run_id=run_id, answers={"method": "Беседа"})
        criteria = world.write(open_sheet, actor=curator, cycle_id=world.cycle_id)
        rows = envelope(world, "surveys")["rows"]
        (partner,) = [row for row in rows if row["audience"] == "partner"]
        assert (partner["person"], partner["person_id"]) == ("Методический центр", None)
        sheet = {row["question_id"]: row for row in rows if row["run_id"] == run_id}
        assert sheet["method"]["answer"] == "Беседа"
        assert sheet["method"]["pair_id"] == pair_id
        assert sheet["recommendation"]["is_withheld"] is True, "a private word leaves no file"
        assert criteria not in {row["run_id"] for row in rows}
        with pytest.raises(NotAllowed):
            made(world, "surveys", "json", actor_of(world, AccountRole.HEAD))

    def test_unsent_answers_stay_with_their_author(self, world: World) -> None:
        living(world)
        with world.database.writing() as session:
            run = session.scalars(select(SurveyRun)).first()
            assert run is not None
            run.status = SurveyStatus.PAUSED
            run_id = run.id
        (row,) = [row for row in envelope(world, "surveys")["rows"] if row["run_id"] == run_id]
        assert (row["status"], row["question_id"], row["answer"]) == ("paused", None, None)

    def test_who_took_data_out_stands_in_the_trail(self, world: World) -> None:
        _, summary = made(world, "people", "csv")
        world.write(record_export, actor=world.curator, summary=summary)
        with world.database.reading() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "export.made")).one()
        assert entry.after == {"what": "people", "format": "csv", "rows": 0}
        assert entry.actor_id == world.curator.id


def test_a_person_with_two_roles_has_two_rows(world: World) -> None:
    person = world.mentee().person
    world.ready(person, Role.MENTOR, {"capacity": "2"})
    rows = envelope(world, "people")["rows"]
    assert [(row["person_id"], row["role"]) for row in rows] == [(person.id, "mentee"), (person.id, "mentor")]


def test_chunks_leave_nobody_out_and_repeat_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.documents.exports import writing

    monkeypatch.setattr(writing, "CHUNK", 3)
    ids = [
        world.write(
            add_person,
            actor=world.curator,
            organization_id=world.organization_id,
            family_name="Фамилия-" + "абвгдежзи"[number],
            given_name="Имя",
            patronymic="",
            position="",
        ).id
        for number in range(9)
    ]
    assert [row["person_id"] for row in envelope(world, "people")["rows"]] == ids
