"""Long work for the worker, and the files that come out of it (docs/design.md#long-work)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class JobStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class FileKind(StrEnum):
    EXPORT = "export"
    IMPORT = "import"  # a list of staff that waits for its check and decision
    IMPORT_RESULT = "import_result"
    SCAN = "scan"  # of a signed paper: stays as long as the retention list says
    DOCUMENT = "document"
    TEMPLATE = "template"  # of a document, the school's own


class StoredFile(Audited, Base):
    """A file under DATA_DIR/files. `name` is random; `title` is what a person is offered to save it as.

    A file without an organisation belongs to the whole installation. It is swept after `expires_at`.
    """

    __tablename__ = "files"
    audited_as = "file"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))  # who asked for it
    kind: Mapped[FileKind] = mapped_column(enum_column(FileKind))
    name: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)


class Job(Audited, Base):
    """One piece of long work. `arguments` are ids and filters only; `cursor` is where a crash left off.

    `dedup_key` names the occasion, so that a double click or a second tick asks once. `worker` is the
    mark of the process that has it: one that was presumed dead and wakes up cannot write any more.
    `error` is {"kind": class, "text": msgid, "facts": {...}}.
    """

    __tablename__ = "jobs"
    audited_as = "job"
    __table_args__ = (
        CheckConstraint("progress_done >= 0", name="progress_not_negative"),
        Index(
            "ix_jobs_open",
            "id",
            sqlite_where=text("status IN ('waiting', 'running')"),
            postgresql_where=text("status IN ('waiting', 'running')"),
        ),
        Index("ix_jobs_recent", "organization_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    arguments: Mapped[dict[str, Any]]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    dedup_key: Mapped[str] = mapped_column(String(160), unique=True)
    status: Mapped[JobStatus] = mapped_column(enum_column(JobStatus))
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int | None]
    cursor: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"), index=True)
    error: Mapped[dict[str, Any] | None]
    tries: Mapped[int] = mapped_column(default=0)  # how often a worker took it up
    worker: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
