"""Documents as a job: facts from the data, files by a process with limits, one file of all to be printed."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from models.jobs import FileKind
from notices.language import load_translators
from services.documents.making import Prepared, prepare_document, store_rendered
from services.documents.rendering import join, render
from services.documents.words import DOCUMENTS
from services.files.store import PlacedFile, folder_of, remove_content, store_file, write_file
from services.organizations.days import day_of
from worker.work import Outcome, Work

CHUNK = 20
KEEP = timedelta(days=7)


def run_documents(work: Work) -> Outcome:
    """Arguments: document_ids, all of one kind. Done again after a crash it makes the same files.

    Raises NotFound, NotAllowed, TemplateBroken, TemplateTooSlow.
    """
    ids = [int(one) for one in work.job.arguments["document_ids"]]
    contents: list[bytes] = []
    for start in range(0, len(ids), CHUNK):
        contents += _make(work, ids[start : start + CHUNK])
        work.checkpoint({}, done=len(contents), total=len(ids))
    if len(contents) == 1:
        return Outcome({"documents": 1})
    placed = _put(work, join(contents))
    return Outcome(
        {"documents": len(contents)},
        lambda session: _store_printed(work, session, ids[0], placed),
        undo=lambda: remove_content(folder_of(work.config.data_dir), placed.name),
    )


def _make(work: Work, ids: Sequence[int]) -> list[bytes]:
    prepared = []
    for document_id in ids:
        with work.database.writing() as session:
            prepared.append(prepare_document(session, actor=work.actor(session), document_id=document_id))
    template = prepared[0].template
    folder = folder_of(work.config.data_dir)
    contents = render(template.read(folder), [one.facts for one in prepared])
    for one, content in zip(prepared, contents, strict=True):
        placed = _put(work, content)
        with work.database.writing() as session:
            replaced = store_rendered(
                session,
                actor=work.actor(session),
                document_id=one.document_id,
                placed=placed,
                template=template,
                title=_title(one),
                now=work.now(),
            )
        if replaced is not None:
            remove_content(folder, replaced)
    return contents


def _title(one: Prepared) -> str:
    """Without a name: the file may lie in a folder of downloads."""
    word = load_translators()["ru"].label(DOCUMENTS[one.kind])
    return f"{word} {one.document_id}.docx"


def _put(work: Work, content: bytes) -> PlacedFile:
    return write_file(folder_of(work.config.data_dir), lambda out: out.write(content))


def _store_printed(work: Work, session: Session, document_id: int, placed: PlacedFile) -> int:
    prepared = prepare_document(session, actor=work.actor(session), document_id=document_id)
    word = load_translators()["ru"].label(DOCUMENTS[prepared.kind])
    return store_file(
        session,
        placed=placed,
        kind=FileKind.EXPORT,
        title=f"{word} {day_of(work.now(), 'UTC').isoformat()}.docx",
        organization_id=work.job.organization_id,
        owner_id=work.job.asked_by,
        keep=KEEP,
        now=work.now(),
    )
