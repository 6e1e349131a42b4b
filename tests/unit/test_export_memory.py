"""An export's memory does not grow with its rows."""

import tracemalloc
from datetime import datetime

import pytest
from sqlalchemy import insert

from models.engine import Database
from models.messages import OutboxMessage
from notices.language import load_translators
from services.documents.exports.tables import Filters
from services.documents.exports.writing import write_export
from tests.world import found_school

pytestmark = pytest.mark.long


class Nowhere:
    """Where a stream goes that nobody keeps."""

    size = 0

    def write(self, data: bytes, /) -> int:
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        pass


def test_memory_stays_level(sqlite_url: str, now: datetime) -> None:
    """Ten times the rows must not need three times the memory (a list of them would need ten times)."""
    database = Database(sqlite_url)
    world = found_school(database, now)

    def fill(first: int, last: int) -> None:
        rows = [
            {
                "organization_id": world.organization_id,
                "kind": "pair.offer",
                "facts": {},
                "dedup_key": f"k:{number}",
                "status": "waiting",
                "created_at": now,
                "due_at": now,
                "next_try_at": now,
                "reason": f"Причина номер {number}",
            }
            for number in range(first, last)
        ]
        with database.writing() as session:
            session.execute(insert(OutboxMessage), rows)

    def peak(kind: str) -> int:
        tracemalloc.start()
        with database.reading() as session:
            out = Nowhere()
            write_export(
                session,
                actor=world.curator,
                what="outbox",
                format=kind,
                out=out,
                now=now,
                t=load_translators()["ru"],
                filters=Filters(),
            )
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    for kind in ("json", "csv", "xlsx"):
        peak(kind)  # imports and caches are not the rows' memory
    fill(0, 500)
    small = {kind: peak(kind) for kind in ("json", "csv", "xlsx")}
    fill(500, 5_000)
    large = {kind: peak(kind) for kind in ("json", "csv", "xlsx")}
    database.close()
    for kind, most in large.items():
        assert most < small[kind] * 3, (kind, small[kind], most)
