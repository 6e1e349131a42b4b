"""The work that an organisation has before and behind it: tasks, messages, records, events, waves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.school import PROGRAMMES
from models.audit import Action, AuditEntry
from models.events import Event, EventGuest, EventKind, EventStatus
from models.jobs import Job, JobStatus
from models.messages import NoticeKind, OutboxMessage, OutboxStatus
from models.outreach import Publication, PublicationKind, PublicationPerson
from models.people import Invitation, JoinRequest, JoinStatus
from models.person_notes import Consultation, Testimony
from models.requests import Request, RequestKind, RequestStatus
from models.surveys import RunOccasion, SurveyRun, SurveyStatus, SurveyWave, WaveKind, WaveStatus
from models.tasks import Task, TaskKind
from services.programmes.packs import load_pack


@dataclass(frozen=True, slots=True)
class Target:
    """Where the rows belong. `account_id` is the curator who works there."""

    organization_id: int
    cycle_id: int
    account_id: int
    timezone: str = "Europe/Moscow"


class Rows:
    """Inserts into one organisation; `sides` are the mentee and the mentor of each pair."""

    def __init__(self, session: Session, target: Target, now: datetime) -> None:
        self.session, self.target, self.now = session, target, now
        self.inside = {"organization_id": target.organization_id}
        self.of_cycle = {**self.inside, "cycle_id": target.cycle_id}
        self.sides: dict[int, tuple[int, int]] = {}

    def insert(self, table: Any, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.session.execute(insert(table), rows)

    def numbers(self, table: Any) -> Iterator[int]:
        """Free numbers for rows that others point at."""
        known = self.session.scalar(select(table.id).order_by(table.id.desc()).limit(1)) or 0
        return count(known + 1)

    def ago(self, place: int) -> datetime:
        return self.now - timedelta(hours=1 + place % 5000)


class WorkRows(Rows):
    def add_errands(self, ids: Sequence[int], pairs: Sequence[int]) -> None:
        """What waits for the curator, what was sent, and what was done."""
        kinds = (TaskKind.PERSON_UNREACHABLE, TaskKind.SURVEY_SILENT, TaskKind.CONSENT_DECLINED)
        self.insert(
            Task,
            [
                {
                    "kind": kinds[one % 3],
                    "person_id": one,
                    "dedup_key": f"bench:{one}",
                    "opened_at": self.ago(one),
                    **self.of_cycle,
                }
                for one in ids[::2]
            ],
        )
        self.insert(
            Task,
            [
                {
                    "kind": TaskKind.HELP_WANTED,
                    "pair_id": pair,
                    "dedup_key": f"bench:pair:{pair}",
                    "opened_at": self.ago(pair),
                    **self.of_cycle,
                }
                for pair in pairs
            ],
        )
        self.insert(
            Invitation,
            [
                {
                    "person_id": one,
                    "token": f"{one:022d}",
                    "created_at": self.now - timedelta(days=20),
                    "expires_at": self.now + timedelta(days=5),
                    **self.inside,
                }
                for one in ids
                if not one % 4
            ],
        )
        self.insert(
            JoinRequest,
            [
                {
                    "chat_id": 800_000_000 + one,
                    "digits": f"{place:04d}",
                    "status": JoinStatus.WAITING,
                    "created_at": self.ago(one),
                    **self.inside,
                }
                for place, one in enumerate(ids[::10])
            ],
        )
        self.insert(
            OutboxMessage,
            [
                {
                    "person_id": one,
                    "kind": NoticeKind.SURVEY_INVITE.value,
                    "facts": {},
                    "dedup_key": f"bench:{one}",
                    "status": OutboxStatus.SENT if one % 7 else OutboxStatus.PARKED,
                    "created_at": self.ago(one),
                    "due_at": self.ago(one),
                    "next_try_at": self.ago(one),
                    "sent_at": self.ago(one),
                    **self.inside,
                }
                for one in ids
            ],
        )
        self.insert(
            AuditEntry,
            [
                {
                    "at": self.ago(one),
                    "actor_kind": "account",
                    "actor_id": self.target.account_id,
                    "channel": "panel",
                    "action": Action.PERSON_EDITED.value,
                    "subject_kind": "person",
                    "subject_id": one,
                    **self.inside,
                }
                for one in ids
            ],
        )
        self.insert(
            Request,
            [
                {
                    "pair_id": pair,
                    "person_id": self.sides[pair][1],
                    "kind": RequestKind.INVOLVE,
                    "text": "Пригласить психолога на урок",
                    "made_at": self.ago(pair),
                    "due_at": self.ago(pair),
                    "status": RequestStatus.WAITING,
                    **self.of_cycle,
                }
                for pair in pairs
                if pair % 6 not in {1, 2}
            ],
        )
        self.insert(
            Consultation,
            [
                {
                    "account_id": self.target.account_id,
                    "person_id": one,
                    "held_on": self.ago(one).date(),
                    "text": "Разговор о нагрузке",
                    "created_at": self.ago(one),
                    **self.inside,
                }
                for one in ids[::3]
            ],
        )
        self.insert(
            Testimony,
            [
                {
                    "person_id": one,
                    "source": "завуч",
                    "told_on": self.ago(one).date(),
                    "text": "Просит помощи с планами уроков",
                    "created_at": self.ago(one),
                    **self.inside,
                }
                for one in ids[::3]
            ],
        )
        self.insert(
            Job,
            [
                {
                    "kind": "export",
                    "arguments": {"what": "people", "format": "csv", "filters": {}},
                    "asked_by": self.target.account_id,
                    "dedup_key": f"bench:{one}",
                    "status": JobStatus.DONE,
                    "result": {"rows": 100},
                    "created_at": self.ago(one),
                    "finished_at": self.ago(one),
                    **self.inside,
                }
                for one in ids[::10]
            ],
        )

    def add_events(self, ids: Sequence[int]) -> None:
        """Events with guests, and publications that name people."""
        events, publications = self.numbers(Event), self.numbers(Publication)
        rows = [
            {
                "id": number,
                "kind": EventKind.TRAINING,
                "title": "Установочная сессия",
                "starts_at": self.now + timedelta(days=3),
                "timezone": self.target.timezone,
                "status": EventStatus.PLANNED,
                "token": f"{number:022d}",
                "created_at": self.now,
                **self.of_cycle,
            }
            for number in [next(events) for _ in range(max(2, len(ids) // 20))]
        ]
        self.insert(Event, rows)
        self.insert(
            EventGuest,
            [
                {"event_id": rows[0]["id"], "person_id": one, "invited_at": self.now, **self.inside}
                for one in ids
            ],
        )
        shown = [
            {
                "id": next(publications),
                "kind": PublicationKind.NEWS,
                "title": "Новости программы",
                "url": "https://school.example/news",
                "published_on": self.now.date(),
                "shows": ["name"],
                "created_at": self.now,
                **self.of_cycle,
            }
            for _ in ids[::5]
        ]
        self.insert(Publication, shown)
        self.insert(
            PublicationPerson,
            [
                {"publication_id": row["id"], "person_id": one}
                for row, one in zip(shown, ids[::5], strict=True)
            ],
        )

    def add_waves(self, ids: Sequence[int]) -> None:
        """A wave that everybody is asked in, half of them not answered yet."""
        waves, runs = self.numbers(SurveyWave), self.numbers(SurveyRun)
        survey = load_pack(PROGRAMMES, "target-model").survey("mentee_satisfaction")
        wave = next(waves)
        self.insert(
            SurveyWave,
            [
                {
                    "id": wave,
                    "occasion": "satisfaction_mid",
                    "kind": WaveKind.HAND,
                    "status": WaveStatus.OPEN,
                    "segment": {"roles": ["mentee"], "who": "all"},
                    "dedup_key": f"bench:wave:{wave}",
                    "starts_at": self.now - timedelta(days=2),
                    "closes_at": self.now + timedelta(days=5),
                    "created_at": self.now,
                    **self.of_cycle,
                }
            ],
        )
        self.insert(
            SurveyRun,
            [
                {
                    "id": next(runs),
                    "survey_id": survey.id,
                    "survey_version": survey.version,
                    "person_id": one,
                    "occasion": RunOccasion.WAVE,
                    "wave_id": wave,
                    "dedup_key": f"bench:wave:{wave}:person:{one}",
                    "status": SurveyStatus.OPEN if one % 2 else SurveyStatus.SENT,
                    "opened_at": self.ago(one),
                    "sent_at": None if one % 2 else self.ago(one),
                    **self.of_cycle,
                }
                for one in ids
            ],
        )
