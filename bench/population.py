"""An organisation of any size, by bulk inserts: people, banks, pairs, answers and meetings in proportion.

Of a hundred people sixty stand in thirty pairs and forty wait in the banks.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.population_work import Target, WorkRows
from bench.school import PROGRAMMES, go_on_counting
from models.consents import Consent, ConsentDecision, ConsentKind, ConsentMedium
from models.events import Event
from models.meetings import Meeting, MeetingAnswer, MeetingKind, MeetingStatus
from models.outreach import Publication
from models.pairs import Decision, Pair, PairMember, PairStatus
from models.people import (
    ChatAccount,
    Participation,
    ParticipationStatus,
    Person,
    Role,
)
from models.surveys import (
    Answer,
    RunOccasion,
    SurveyRun,
    SurveyStatus,
    SurveyWave,
)
from services.programmes.packs import load_pack

FAMILY_NAMES = ("Коваленко", "Белых", "Шевчук", "Гнатюк", "Черных", "Живаго", "Петренко", "Долгих", "Ёжикова")
GIVEN_NAMES = ("Анна", "Борис", "Вера", "Глеб", "Елена", "Жанна", "Зоя", "Игорь", "Клара", "Лев", "Майя")
PATRONYMICS = ("Игоревна", "Олеговна", "Петровна", "Юрьевич", "Ильинична")
STATUSES = (
    PairStatus.ACTIVE,
    PairStatus.DRAFT,
    PairStatus.OFFERED,
    PairStatus.ACCEPTED,
    PairStatus.ORDERED,
    PairStatus.ACTIVE,
)
MEETINGS_A_PAIR = 3


def populate(session: Session, target: Target, people: int, *, now: datetime) -> None:
    """Fill an organisation that is empty so far with so many people and what belongs to them."""
    rows = _Rows(session, target, now)
    ids = rows.add_people(people)
    paired, waiting = ids[: people * 6 // 10], ids[people * 6 // 10 :]
    pairs = rows.add_pairs(paired[::2], paired[1::2])
    rows.add_bank(waiting)
    rows.add_answers(ids)
    rows.add_meetings(pairs)
    rows.add_errands(ids, pairs)
    rows.add_events(ids)
    rows.add_waves(ids)
    go_on_counting(
        session, Person, Participation, Pair, PairMember, Meeting, SurveyRun, SurveyWave, Event, Publication
    )


class _Rows(WorkRows):
    def add_people(self, people: int) -> list[int]:
        numbers = self.numbers(Person)
        ids = [next(numbers) for _ in range(people)]
        self.insert(
            Person,
            [
                {
                    "id": one,
                    "family_name": f"{FAMILY_NAMES[one % 9]}-{FAMILY_NAMES[one // 9 % 9]}",
                    "given_name": GIVEN_NAMES[one // 81 % 11],
                    "patronymic": PATRONYMICS[one % 5],
                    "position": "учитель математики",
                    "locale": "ru",
                    "created_at": self.ago(one),
                    **self.inside,
                }
                for one in ids
            ],
        )
        self.insert(
            ChatAccount,
            [{"chat_id": 900_000 + one, "person_id": one, "linked_at": self.now} for one in ids if one % 4],
        )
        self.insert(
            Consent,
            [
                {
                    "person_id": one,
                    "kind": kind,
                    "version": 1,
                    "text_locale": "ru",
                    "text_sha256": "0" * 64,
                    "decision": ConsentDecision.GIVEN,
                    "decided_at": self.ago(one),
                    "timezone": self.target.timezone,
                    "medium": ConsentMedium.CHAT,
                    "chat_id": 900_000 + one,
                    "message_id": 1,
                    **self.inside,
                }
                for one in ids
                for kind in (ConsentKind.PD_PROCESSING, ConsentKind.PHOTO_VIDEO)
            ],
        )
        return ids

    def _join(self, ids: Sequence[int], role: Role, status: ParticipationStatus) -> list[int]:
        numbers = self.numbers(Participation)
        numbered = [next(numbers) for _ in ids]
        rows = [
            {
                "id": number,
                "person_id": one,
                "role": role,
                "status": status,
                "capacity": 1,
                "joined_at": self.ago(one),
                "ready_at": self.ago(one),
                **self.of_cycle,
            }
            for number, one in zip(numbered, ids, strict=True)
        ]
        self.insert(Participation, rows)
        return numbered

    def add_bank(self, ids: Sequence[int]) -> None:
        self._join(ids[::2], Role.MENTEE, ParticipationStatus.READY)
        self._join(ids[1::2], Role.MENTOR, ParticipationStatus.READY)

    def add_pairs(self, mentees: Sequence[int], mentors: Sequence[int]) -> list[int]:
        numbers = self.numbers(Pair)
        pairs = [next(numbers) for _ in mentees]
        self.sides = dict(zip(pairs, zip(mentees, mentors, strict=True), strict=True))
        roles = (
            self._join(mentees, Role.MENTEE, ParticipationStatus.PAIRED),
            self._join(mentors, Role.MENTOR, ParticipationStatus.PAIRED),
        )
        self.insert(
            Pair,
            [
                {
                    "id": one,
                    "form": "teacher_teacher",
                    "kind": "traditional",
                    "status": STATUSES[one % 6],
                    "proposed_at": self.ago(one),
                    "offered_at": None if STATUSES[one % 6] is PairStatus.DRAFT else self.ago(one),
                    "accepted_at": None if one % 6 in {1, 2} else self.ago(one),
                    **self.of_cycle,
                }
                for one in pairs
            ],
        )
        self.insert(
            PairMember,
            [
                {
                    "pair_id": pair,
                    "participation_id": participation,
                    "person_id": person,
                    "role": role,
                    "is_current": True,
                    "decision": None if pair % 6 in {1, 2} else Decision.ACCEPTED,
                    "decided_at": None if pair % 6 in {1, 2} else self.ago(pair),
                }
                for role, people, joined in (
                    (Role.MENTEE, mentees, roles[0]),
                    (Role.MENTOR, mentors, roles[1]),
                )
                for pair, person, participation in zip(pairs, people, joined, strict=True)
            ],
        )
        return pairs

    def add_answers(self, ids: Sequence[int]) -> None:
        """The sent questionnaire of everyone, by which pairs are proposed."""
        pack = load_pack(PROGRAMMES, "target-model")
        numbers = self.numbers(SurveyRun)
        found = self.session.execute(
            select(Participation.person_id, Participation.role).where(Participation.person_id.in_(ids))
        )
        roles = {row.person_id: row.role for row in found}
        runs, answers = [], []
        for one in ids:
            role, run = roles[one], next(numbers)
            survey = pack.survey(f"{role.value}_intake")
            runs.append(
                {
                    "id": run,
                    "survey_id": survey.id,
                    "survey_version": survey.version,
                    "person_id": one,
                    "occasion": RunOccasion.INTAKE,
                    "dedup_key": f"intake:{role.value}:cycle:{self.target.cycle_id}:person:{one}",
                    "status": SurveyStatus.SENT,
                    "opened_at": self.ago(one),
                    "sent_at": self.ago(one),
                    **self.of_cycle,
                }
            )
            answers += [
                {
                    "run_id": run,
                    "question_id": question.id,
                    "value": {"value": _usual(question.kind, [o.id for o in question.options], one)},
                    "answered_at": self.now,
                }
                for block in survey.blocks
                for question in block.questions
                if question.kind in {"rating10", "single", "multi"}
            ]
        self.insert(SurveyRun, runs)
        self.insert(Answer, answers)

    def add_meetings(self, pairs: Sequence[int]) -> None:
        numbers = self.numbers(Meeting)
        kept = [pair for pair in pairs if pair % 6 not in {1, 2}]
        rows: list[dict[str, Any]] = []
        for turn in range(MEETINGS_A_PAIR):
            for pair in kept:
                starts = self.now + timedelta(days=7 * (turn - 1), minutes=pair % 600 - 700)
                is_held = turn == 0
                rows.append(
                    {
                        "id": next(numbers),
                        "pair_id": pair,
                        "kind": MeetingKind.REGULAR,
                        "status": MeetingStatus.HELD if is_held else MeetingStatus.PLANNED,
                        "local_start": f"{starts:%Y-%m-%dT%H:%M}",
                        "timezone": self.target.timezone,
                        "starts_at": starts,
                        "ends_at": starts + timedelta(minutes=40),
                        "minutes": 40,
                        "proposed_by": self.sides[pair][1],
                        "proposed_at": self.ago(pair),
                        "planned_at": self.ago(pair),
                        "held_minutes": 40 if is_held else None,
                        "topic": "Разбор открытого урока" if is_held else None,
                        "logged_by": self.sides[pair][1] if is_held else None,
                        "logged_at": self.now if is_held else None,
                        **self.of_cycle,
                    }
                )
        self.insert(Meeting, rows)
        self.insert(
            MeetingAnswer,
            [
                {
                    "meeting_id": row["id"],
                    "person_id": self.sides[row["pair_id"]][1],
                    "role": Role.MENTOR,
                    "took_place": True,
                    "said_at": self.now,
                }
                for row in rows
                if row["status"] is MeetingStatus.HELD
            ],
        )


def _usual(kind: str, options: Sequence[str], one: int) -> Any:
    match kind:
        case "multi":
            return [options[one % len(options)]]
        case "single":
            return options[one % len(options)]
    return 1 + one % 10
