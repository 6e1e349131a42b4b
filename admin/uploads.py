"""Files that are sent with a form, kept only if the service behind the form takes them."""

from collections.abc import Iterator
from contextlib import contextmanager

from admin.calls import see
from admin.configuration import panel_config
from admin.inputs import upload
from admin.storage import now
from services.files.store import FileMissing, PlacedFile, folder_of, place_file, remove_content
from services.privacy.scans import keep_scan
from services.privacy.uploads import MOST_BYTES, judge_scan


@contextmanager
def content_placed(content: bytes) -> Iterator[PlacedFile]:
    """The content as a file of ours; what is raised within takes it away again. Raises FileMissing."""
    folder = panel_config().data_dir
    if folder is None:
        raise FileMissing
    placed = place_file(folder_of(folder), lambda out: out.write(content))
    try:
        yield placed
    except BaseException:
        remove_content(folder_of(folder), placed.name)
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
        yield see(keep_scan, placed=placed, title=f"scan-{now():%Y-%m-%d}.{ending}")
