"""Files of the installation: taken from a form, given to a browser, thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import send_file
from werkzeug.wrappers import Response

from admin.calls import see
from admin.configuration import panel_config
from admin.inputs import upload
from admin.storage import now
from services.files.store import (
    FileFacts,
    FileMissing,
    PlacedFile,
    folder_of,
    open_file,
    remove_content,
    write_file,
)
from services.privacy.scans import store_scan
from services.privacy.uploads import MOST_BYTES, judge_scan


def folder() -> Path:
    """Where the files are. Raises FileMissing."""
    data_dir = panel_config().data_dir
    if data_dir is None:
        raise FileMissing
    return folder_of(data_dir)


def give_file(facts: FileFacts, mimetype: str = "application/octet-stream") -> Response:
    """A download, never shown in the browser. Raises FileMissing."""
    return send_file(
        open_file(folder(), facts), mimetype=mimetype, as_attachment=True, download_name=facts.title
    )


@contextmanager
def content_placed(content: bytes) -> Iterator[PlacedFile]:
    """The content as a file of ours; what is raised within takes it away again. Raises FileMissing."""
    placed = write_file(folder(), lambda out: out.write(content))
    try:
        yield placed
    except BaseException:
        remove_content(folder(), placed.name)
        raise


@contextmanager
def scan_sent() -> Iterator[int | None]:
    """The uploaded scan as a file with its row, None when none was sent.

    Raises FileMissing, and what judge_scan refuses.
    """
    sent = upload("scan")
    if sent is None:
        yield None
        return
    content = sent.stream.read(MOST_BYTES + 1)
    ending = judge_scan(content)
    with content_placed(content) as placed:
        yield see(store_scan, placed=placed, title=f"scan-{now():%Y-%m-%d}.{ending}")
