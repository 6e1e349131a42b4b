"""What a person may hand in as a scan: judged by its content, never by its name."""

from collections.abc import Mapping

from services.access.errors import N_, DomainError

MOST_BYTES = 10 * 1024 * 1024

_BEGINNINGS: Mapping[bytes, str] = {
    b"%PDF-": "pdf",
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG\r\n\x1a\n": "png",
}
_HIDDEN = (b"PK\x03\x04", b"PK\x05\x06", b"/EmbeddedFile", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")


class ScanTooLarge(DomainError):
    text = N_("The scan is larger than {megabytes} MB. Please scan it with fewer dots or in grey.")


class ScanKindUnknown(DomainError):
    text = N_("A scan is a PDF, JPEG or PNG file; this one is something else, whatever its name says.")


class ScanHoldsFiles(DomainError):
    text = N_("There are other files inside this one. Please save it as a plain PDF or as a picture.")


def judge_scan(content: bytes) -> str:
    """The ending that the content deserves. Raises ScanTooLarge, ScanKindUnknown, ScanHoldsFiles."""
    if len(content) > MOST_BYTES:
        raise ScanTooLarge(megabytes=MOST_BYTES // (1024 * 1024))
    ending = next((ending for begins, ending in _BEGINNINGS.items() if content.startswith(begins)), None)
    if ending is None:
        raise ScanKindUnknown
    if any(hidden in content for hidden in _HIDDEN):
        raise ScanHoldsFiles
    return ending
