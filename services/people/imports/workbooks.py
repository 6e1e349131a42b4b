"""What a workbook holds, counted before objects are built of it: a small file may unpack to far too much.

openpyxl takes some 300 bytes for a cell and keeps a whole row, a whole shared text and all styles in memory.
"""

import zipfile
from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from services.access.errors import N_, DomainError

MOST_PARTS = 1000
MOST_UNPACKED = 64 * 1024 * 1024  # bytes; 20,000 people with 25 columns have about 30 MB
MOST_ELEMENTS = 3_000_000
MOST_IN_ONE = 50_000  # elements of one row or text; Excel's widest row, 16,384 cells, stays under it
MOST_TEXTS = 400_000
CHUNK_BYTES = 256 * 1024
ROW, TEXT = "row", "si"


class WorkbookTooLarge(DomainError):
    text = N_(
        "This workbook holds far more than a list of people. Please copy the columns with names and position "
        "into a new workbook, or save them as .csv."
    )


def check_unpacked(parts: list[zipfile.ZipInfo]) -> None:
    """By what the archive says of itself; its reader stops at these sizes. Raises WorkbookTooLarge."""
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise WorkbookTooLarge


def count_elements(archive: zipfile.ZipFile) -> None:
    """Raises WorkbookTooLarge, and zipfile's errors for a broken archive."""
    counter = _Counter()
    for part in archive.infolist():
        with archive.open(part) as stream:
            counter.read(stream)


class _Counter:
    def __init__(self) -> None:
        self._elements = self._inside = self._texts = 0

    def read(self, stream: IO[bytes]) -> None:
        """A part that is no XML ends at its first fault, where openpyxl would end as well."""
        self._inside = 0
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._count
        parser.StartDoctypeDeclHandler = _refuse_entities
        try:
            for chunk in _chunks(stream):
                parser.Parse(chunk)
        except expat.ExpatError:
            return

    def _count(self, name: str, _attributes: object) -> None:
        kind = name.rpartition(":")[2]
        self._elements += 1
        self._inside = 0 if kind in {ROW, TEXT} else self._inside + 1
        self._texts += kind == TEXT
        if self._elements > MOST_ELEMENTS or self._inside > MOST_IN_ONE or self._texts > MOST_TEXTS:
            raise WorkbookTooLarge


def _refuse_entities(*_declared: object) -> None:
    """No program declares a document type in a workbook; what it declares could unfold once more."""
    raise WorkbookTooLarge


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
