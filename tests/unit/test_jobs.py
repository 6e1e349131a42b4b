"""Jobs are taken by one, resumed with their cursor, and end once."""

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import AccountRole
from models.audit import AuditEntry
from models.engine import Database
from models.jobs import FileKind, Job, JobStatus, StoredFile
from services.access.actors import Actor, ActorKind, Channel, person_in_chat, system
from services.access.errors import DomainError, NotAllowed, NotFound
from services.access.rights import RIGHTS
from services.accounts.directory import create_account
from services.files.jobs import (
    MOST_TRIES,
    STALE_AFTER,
    JobEnded,
    JobTakenAway,
    beat,
    cancel,
    enqueue_job,
    fail,
    finish,
    has_next,
    list_jobs,
    read_job,
    release,
    report_progress,
    take_next,
)
from services.files.store import (
    delete_export,
    folder_of,
    forget_expired,
    list_known_names,
    open_file,
    read_file,
    remove_content,
    store_file,
    sweep_folder,
    write_file,
)
from tests.world import World, found_school

ROOT = system(Channel.COMMAND_LINE)


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


def account(world: World, role: AccountRole) -> Actor:
    """An account of this role in the world's school."""
    made = world.write(
        create_account,
        actor=ROOT,
        organization_id=world.organization_id,
        login=f"{role.value}-{world.organization_id}",
        name=role.value,
        role=role,
    )
    return Actor(ActorKind.ACCOUNT, made.account_id, world.organization_id, Channel.PANEL, RIGHTS[role])


def ask(world: World, key: str = "export:1", actor: Actor = ROOT, kind: str = "export") -> int:
    with world.database.writing() as session:
        return enqueue_job(
            session,
            actor=actor,
            kind=kind,
            arguments={"what": "people"},
            organization_id=world.organization_id,
            dedup_key=key,
            now=world.now,
        ).id


def status(world: World, job_id: int) -> JobStatus:
    with world.database.reading() as session:
        return session.get_one(Job, job_id).status


class TestAsking:
    def test_the_same_occasion_is_asked_for_once(self, world: World) -> None:
        first, second = ask(world), ask(world)
        other = ask(world, "export:2")
        assert first == second != other
        with world.database.reading() as session:
            trail = session.scalars(select(AuditEntry).where(AuditEntry.action == "job.asked")).all()
        assert [entry.subject_id for entry in trail] == [first, other]

    def test_a_foreign_organisation_a_person_and_an_account_for_all_are_refused(
        self, world: World, now: datetime
    ) -> None:
        other = found_school(world.database, now, name="Школа № 2")
        curator = account(world, AccountRole.CURATOR)
        for actor, organization_id in (
            (curator, other.organization_id),
            (person_in_chat(1, world.organization_id), world.organization_id),
            (curator, None),
        ):
            with pytest.raises(NotAllowed), world.database.writing() as session:
                enqueue_job(
                    session,
                    actor=actor,
                    kind="export",
                    arguments={},
                    organization_id=organization_id,
                    dedup_key="x",
                    now=now,
                )


class TestTaking:
    def test_the_oldest_is_taken_once_and_done_once(self, world: World, now: datetime) -> None:
        first, second = ask(world, "a"), ask(world, "b")
        with world.database.writing() as session:
            taken = [take_next(session, worker=mark, now=now) for mark in ("one", "two", "three")]
        assert [job and job.id for job in taken] == [first, second, None]
        world.write(finish, job_id=first, worker="one", result={"rows": 3}, file_id=None)
        with pytest.raises(JobTakenAway):
            world.write(finish, job_id=first, worker="one", result={"rows": 4}, file_id=None)
        facts = world.read(read_job, actor=ROOT, job_id=first)
        assert (facts.status, facts.result) == (JobStatus.DONE, {"rows": 3})
        assert facts.finished_at == now

    def test_two_workers_at_once_never_take_the_same(self, world: World, now: datetime) -> None:
        ids = {ask(world, f"job:{number}") for number in range(20)}
        taken: list[int] = []

        def work(mark: str) -> None:
            while True:
                with world.database.writing() as session:
                    job = take_next(session, worker=mark, now=now)
                if job is None:
                    return
                taken.append(job.id)

        workers = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sorted(taken) == sorted(ids)

    def test_a_dead_workers_job_goes_on_from_its_cursor(self, world: World, now: datetime) -> None:
        job_id = ask(world)
        with world.database.writing() as session:
            take_next(session, worker="dead", now=now)
            report_progress(
                session, job_id=job_id, worker="dead", cursor={"after": 7}, done=7, total=9, now=now
            )
        later = now + STALE_AFTER + timedelta(seconds=1)
        with world.database.writing() as session:
            assert take_next(session, worker="next", now=now + STALE_AFTER) is None
            assert has_next(session, now=later)
            job = take_next(session, worker="next", now=later)
        assert job is not None
        assert (job.id, job.cursor, job.done, job.total) == (job_id, {"after": 7}, 7, 9)
        with pytest.raises(JobTakenAway):
            world.write(beat, job_id=job_id, worker="dead")
        with pytest.raises(JobTakenAway), world.database.writing() as session:
            release(session, job_id=job_id, worker="dead")

    def test_a_heartbeat_keeps_a_job(self, world: World, now: datetime) -> None:
        job_id = ask(world)
        with world.database.writing() as session:
            take_next(session, worker="slow", now=now)
            beat(session, job_id=job_id, worker="slow", now=now + timedelta(hours=1))
        with world.database.reading() as session:
            assert not has_next(session, now=now + timedelta(hours=1))

    def test_a_released_job_is_free_at_once(self, world: World, now: datetime) -> None:
        job_id = ask(world)
        with world.database.writing() as session:
            take_next(session, worker="one", now=now)
            release(session, job_id=job_id, worker="one")
            job = take_next(session, worker="two", now=now)
        assert job is not None
        assert (job.id, job.worker) == (job_id, "two")

    def test_work_that_kills_its_worker_each_time_ends(self, world: World, now: datetime) -> None:
        job_id, moment = ask(world), now
        for number in range(MOST_TRIES + 1):
            with world.database.writing() as session:
                taken = take_next(session, worker=f"w{number}", now=moment)
            assert (taken is None) == (number == MOST_TRIES)
            moment += STALE_AFTER * 2
        facts = world.read(read_job, actor=ROOT, job_id=job_id)
        assert (facts.status, facts.error_kind) == (JobStatus.FAILED, "WorkerDied")


class TestEnding:
    def test_a_rules_sentence_is_kept_and_a_faults_message_is_not(self, world: World, now: datetime) -> None:
        class Refused(DomainError):
            text = "There are only {count}."

        for error, kind, facts in (
            (Refused(count=2), "Refused", {"count": 2}),
            (ValueError("Анна Коваленко"), "ValueError", {}),
        ):
            job_id = ask(world, kind)
            with world.database.writing() as session:
                take_next(session, worker="w", now=now)
                fail(session, job_id=job_id, worker="w", error=error, now=now)
            told = world.read(read_job, actor=ROOT, job_id=job_id)
            assert (told.status, told.error_kind, told.error_facts) == (JobStatus.FAILED, kind, facts)
            assert "Анна" not in str(told)
            assert told.error_text

    def test_a_cancelled_job_stops_its_worker(self, world: World, now: datetime) -> None:
        curator = account(world, AccountRole.CURATOR)
        job_id = ask(world, actor=curator)
        with world.database.writing() as session:
            take_next(session, worker="w", now=now)
        world.write(cancel, actor=curator, job_id=job_id)
        with pytest.raises(JobTakenAway), world.database.writing() as session:
            report_progress(session, job_id=job_id, worker="w", cursor={}, done=1, total=1, now=now)
        assert status(world, job_id) is JobStatus.CANCELLED
        with pytest.raises(JobEnded):
            world.write(cancel, actor=curator, job_id=job_id)

    def test_only_who_asked_or_manages_may_look_or_cancel(self, world: World, now: datetime) -> None:
        head, observer = account(world, AccountRole.HEAD), account(world, AccountRole.OBSERVER)
        curator = account(world, AccountRole.CURATOR)
        stranger = account(found_school(world.database, now, name="Школа № 3"), AccountRole.CURATOR)
        job_id = ask(world, actor=head)
        for actor in (observer, stranger):
            with pytest.raises(NotAllowed):
                world.write(cancel, actor=actor, job_id=job_id)
            with pytest.raises(NotAllowed):
                world.read(read_job, actor=actor, job_id=job_id)
        seen = {
            actor: [
                job.id for job in world.read(list_jobs, actor=actor, organization_id=world.organization_id)
            ]
            for actor in (head, observer, curator)
        }
        assert seen == {head: [job_id], observer: [], curator: [job_id]}
        for organization_id in (world.organization_id, None):
            with pytest.raises(NotAllowed):
                world.read(list_jobs, actor=stranger, organization_id=organization_id)
        with pytest.raises(NotFound):
            world.read(read_job, actor=ROOT, job_id=job_id + 1)


class TestFiles:
    def store(self, world: World, folder: Path, owner: Actor, *, keep: timedelta | None = None) -> int:
        placed = write_file(folder, lambda out: out.write("Отчёт".encode()))
        file_id: int = world.write(
            store_file,
            placed=placed,
            kind=FileKind.EXPORT,
            title="Участники.csv",
            organization_id=world.organization_id,
            owner_id=owner.id,
            keep=keep,
        )
        return file_id

    def test_a_file_is_whole_private_and_its_owners(
        self, world: World, tmp_path: Path, now: datetime
    ) -> None:
        folder = folder_of(tmp_path / "data")
        owner, other = account(world, AccountRole.CURATOR), account(world, AccountRole.HEAD)
        facts = world.read(
            read_file, actor=owner, file_id=self.store(world, folder, owner), kind=FileKind.EXPORT, now=now
        )
        with open_file(folder, facts) as content:
            assert content.read() == "Отчёт".encode()
        path = folder / facts.name
        assert path.stat().st_mode & 0o777 == 0o600
        assert folder.stat().st_mode & 0o777 == 0o700
        assert facts.size == path.stat().st_size
        assert facts.title not in str(path)
        with pytest.raises(NotAllowed):
            world.read(read_file, actor=other, file_id=facts.id, kind=FileKind.EXPORT, now=now)

    def test_nothing_is_left_of_a_file_that_failed(self, tmp_path: Path) -> None:
        def burst(out: object) -> None:
            raise RuntimeError

        with pytest.raises(RuntimeError):
            write_file(tmp_path, burst)
        assert list(tmp_path.iterdir()) == []

    def test_expired_deleted_and_orphaned_content_goes(
        self, world: World, tmp_path: Path, now: datetime
    ) -> None:
        folder = folder_of(tmp_path)
        owner = account(world, AccountRole.CURATOR)
        kept, expiring, deleted = (
            self.store(world, folder, owner, keep=keep) for keep in (None, timedelta(days=7), None)
        )
        later = now + timedelta(days=7)
        with pytest.raises(NotFound):
            world.read(read_file, actor=owner, file_id=expiring, kind=FileKind.EXPORT, now=later)
        with world.database.writing() as session:
            gone = [*forget_expired(session, now=later)]
            gone.append(delete_export(session, actor=owner, file_id=deleted, now=now))
        for name in gone:
            remove_content(folder, name)
        (folder / "orphan").write_bytes(b"x")
        (folder / "left.scratch").mkdir()
        with world.database.reading() as session:
            known = list_known_names(session)
            names = session.scalars(select(StoredFile.name)).all()
            assert session.scalars(select(StoredFile.id)).all() == [kept]
        young = (folder / "orphan").stat().st_mtime
        moment = datetime.fromtimestamp(young, tz=now.tzinfo)
        assert sweep_folder(folder, known=known, now=moment + timedelta(hours=1)) == 0
        assert sweep_folder(folder, known=known, now=moment + timedelta(days=2)) == 2
        assert [path.name for path in folder.iterdir()] == names

    def test_what_an_open_job_is_writing_is_not_swept(self, world: World, now: datetime) -> None:
        job_id = ask(world)

        def take(session: Session) -> None:
            take_next(session, worker="w", now=now)
            cursor = {"part": "abc.part", "after": 3}
            report_progress(session, job_id=job_id, worker="w", cursor=cursor, done=3, total=None, now=now)

        with world.database.writing() as session:
            take(session)
            assert list_known_names(session) == {"abc.part"}
            finish(session, job_id=job_id, worker="w", result={}, file_id=None, now=now)
            session.flush()
            assert list_known_names(session) == frozenset()
