"""Which backups stay, and how often one is made."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from models.engine import Database
from models.jobs import Job
from services.files.backups.databases import read_facts
from services.files.backups.making import (
    backup_before_migration,
    enqueue_daily_backup,
    name_of,
    prune_backups,
)


class TestKeeping:
    def test_days_weeks_and_the_latest_before_migrations_stay(self, tmp_path: Path) -> None:
        first = datetime(2026, 1, 1, 3, tzinfo=UTC)
        for day in range(120):
            (tmp_path / name_of(first + timedelta(days=day))).touch()
            (tmp_path / name_of(first + timedelta(days=day, hours=5))).touch()
        for day in (0, 60, 70, 80, 90):
            (tmp_path / name_of(first + timedelta(days=day), before=f"00{day:02}")).touch()
        (tmp_path / "mine.tar.gz").touch()
        prune_backups(tmp_path)
        left = sorted(path.name for path in tmp_path.iterdir())
        daily = [name for name in left if name.startswith("nastavnik-") and "before" not in name]
        last = first + timedelta(days=119, hours=5)
        assert [name_of(last - timedelta(days=day)) for day in range(13, -1, -1)] == daily[-14:]
        sundays = daily[:-14]
        assert all(date.fromisoformat(name[10:18]).isoweekday() == 7 for name in sundays)
        assert len(sundays) == 8 - len({f"{last - timedelta(days=day):%G-%V}" for day in range(14)})
        assert [name for name in left if "before" in name] == [
            name_of(first + timedelta(days=day), before=f"00{day:02}") for day in (70, 80, 90)
        ]
        assert "mine.tar.gz" in left
        assert prune_backups(tmp_path) == []

    def test_none_lives_longer_than_eight_weeks(self, tmp_path: Path) -> None:
        """It holds whoever was erased meanwhile, and the act of destruction names the day."""
        newest = datetime(2026, 6, 1, 3, tzinfo=UTC)
        kept = [name_of(newest), name_of(newest - timedelta(days=55), before="restore")]
        old = [name_of(newest - timedelta(days=56), before="0004"), name_of(newest - timedelta(days=57))]
        for name in (*kept, *old):
            (tmp_path / name).touch()
        assert sorted(path.name for path in prune_backups(tmp_path)) == sorted(old)
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)

    def test_a_day_has_one_backup(self, database: Database, now: datetime) -> None:
        for moment in (now, now + timedelta(hours=3), now + timedelta(days=1)):
            with database.writing() as session:
                enqueue_daily_backup(session, now=moment)
        with database.reading() as session:
            keys = session.scalars(select(Job.dedup_key).order_by(Job.id)).all()
        assert keys == ["backup:2026-11-23", "backup:2026-11-24"]

    def test_nothing_is_made_of_an_empty_place(self, tmp_path: Path, now: datetime) -> None:
        url = f"sqlite:///{tmp_path}/none.db"
        assert backup_before_migration(url, tmp_path, tmp_path, now) is None
        assert read_facts(url) is None
        assert not (tmp_path / "none.db").exists()
