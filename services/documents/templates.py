"""Which Word file a document is made from: ours, or the school's own in one of its versions.

A school's file is checked before it is taken: a Word file without macros, whose fields are known
(docs/documents.md#templates).
"""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.documents import DocumentKind, DocumentTemplate
from models.jobs import FileKind, StoredFile
from services.access.actors import Actor, Right, account_of
from services.access.audit import record
from services.access.digests import sha256_of_bytes
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.documents.paper_cards import FOLDER
from services.files.store import FileFacts, PlacedFile, facts_of, store_file

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED, MOST_PARTS = 40 * 1024 * 1024, 500
BODY = "word/document.xml"
FORBIDDEN = ("vbaproject", "embeddings/", "activex/", "attachedtoolbars")


class TemplateTooLarge(DomainError):
    text = N_("The file is larger than {megabytes} MB. Please take large pictures out of it.")


class TemplateKindUnknown(DomainError):
    text = N_("A template is a Word file (docx); this one is something else, whatever its name says.")


class TemplateHoldsMore(DomainError):
    text = N_("There are macros or other files inside this one. Please save it as a plain docx.")


@dataclass(frozen=True, slots=True)
class TemplateInUse:
    """`mark` names template and version in a document's row; `file` is its name among our files, None for
    our own template.
    """

    kind: DocumentKind
    mark: str
    file: str | None

    def read(self, folder: Path) -> bytes:
        """The content; `folder` is that of the installation's files."""
        return (FOLDER / f"{self.kind}.docx" if self.file is None else folder / self.file).read_bytes()


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    id: int
    version: int
    title: str
    is_in_use: bool
    uploaded_at: datetime


def judge_template(content: bytes) -> None:
    """Raises TemplateTooLarge, TemplateKindUnknown, TemplateHoldsMore."""
    if len(content) > MOST_BYTES:
        raise TemplateTooLarge(megabytes=MOST_BYTES // (1024 * 1024))
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile as error:
        raise TemplateKindUnknown from error
    names = [one.filename.casefold() for one in parts]
    if BODY not in names:
        raise TemplateKindUnknown
    if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
        raise TemplateTooLarge(megabytes=MOST_UNPACKED // (1024 * 1024))
    if any(word in name for word in FORBIDDEN for name in names):
        raise TemplateHoldsMore


def read_ours(kind: DocumentKind) -> bytes:
    """Our template of this kind."""
    return (FOLDER / f"{kind}.docx").read_bytes()


def find_template(session: Session, *, organization_id: int, kind: DocumentKind) -> TemplateInUse:
    """What a document of this kind is made from now. The caller has checked who asks."""
    row = session.execute(
        select(DocumentTemplate.version, StoredFile.name)
        .join(StoredFile, StoredFile.id == DocumentTemplate.file_id)
        .where(
            DocumentTemplate.organization_id == organization_id,
            DocumentTemplate.kind == kind,
            DocumentTemplate.is_in_use,
        )
    ).one_or_none()
    if row is None:
        return TemplateInUse(kind, f"ours {sha256_of_bytes(read_ours(kind))[:12]}", None)
    return TemplateInUse(kind, f"own {row.version}", row.name)


def list_versions(
    session: Session, *, actor: Actor, organization_id: int, kind: DocumentKind
) -> list[TemplateVersion]:
    """The school's own files of this kind, the newest first. Raises NotAllowed."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    rows = session.scalars(
        select(DocumentTemplate)
        .where(DocumentTemplate.organization_id == organization_id, DocumentTemplate.kind == kind)
        .order_by(DocumentTemplate.version.desc())
    )
    return [TemplateVersion(one.id, one.version, one.title, one.is_in_use, one.uploaded_at) for one in rows]


def add_template(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    kind: DocumentKind,
    placed: PlacedFile,
    title: str,
    now: datetime,
) -> int:
    """A file that has been judged and checked becomes the newest version and is used from now on; gives
    its id. Raises NotAllowed.
    """
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    file_id = store_file(
        session,
        placed=placed,
        kind=FileKind.TEMPLATE,
        title=title[:200],
        organization_id=organization_id,
        owner_id=account_of(actor),
        keep=None,
        now=now,
    )
    newest = session.scalar(
        select(func.max(DocumentTemplate.version)).where(
            DocumentTemplate.organization_id == organization_id, DocumentTemplate.kind == kind
        )
    )
    _use_none(session, organization_id, kind)
    row = DocumentTemplate(
        organization_id=organization_id,
        kind=kind,
        version=(newest or 0) + 1,
        title=title[:200],
        is_in_use=True,
        file_id=file_id,
        uploaded_at=now,
        uploaded_by=account_of(actor),
    )
    session.add(row)
    session.flush()
    after = {"kind": kind.value, "version": row.version}
    record(session, actor, Action.DOCUMENT_TEMPLATE_UPLOADED, row, now=now, after=after)
    return row.id


def choose_template(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    kind: DocumentKind,
    template_id: int | None,
    now: datetime,
) -> None:
    """Use another version, or our template (None). Raises NotAllowed, NotFound."""
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    wanted = find(session, DocumentTemplate, template_id, lock=True) if template_id is not None else None
    if wanted is not None and (wanted.organization_id, wanted.kind) != (organization_id, kind):
        raise NotFound
    before = _use_none(session, organization_id, kind)
    if wanted is not None:
        wanted.is_in_use = True
        session.flush()
    row = wanted or before
    if row is not None and wanted is not before:
        after = {"kind": kind.value, "version": wanted.version if wanted else None}
        record(session, actor, Action.DOCUMENT_TEMPLATE_CHOSEN, row, now=now, after=after)


def read_template_file(session: Session, *, actor: Actor, template_id: int) -> FileFacts:
    """A version, to be given back to the school. Raises NotFound, NotAllowed."""
    row = find(session, DocumentTemplate, template_id)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    return facts_of(find(session, StoredFile, row.file_id))


def _use_none(session: Session, organization_id: int, kind: DocumentKind) -> DocumentTemplate | None:
    row = session.scalars(
        select(DocumentTemplate).where(
            DocumentTemplate.organization_id == organization_id,
            DocumentTemplate.kind == kind,
            DocumentTemplate.is_in_use,
        )
    ).one_or_none()
    if row is not None:
        row.is_in_use = False
        session.flush()
    return row
