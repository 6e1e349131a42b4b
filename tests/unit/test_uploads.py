"""Scans are judged by their content: kind, size, and what hides inside."""

import pytest

from services.privacy.uploads import MOST_BYTES, ScanHoldsFiles, ScanKindUnknown, ScanTooLarge, judge_scan

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20
PDF = b"%PDF-1.7\n%%EOF"


@pytest.mark.parametrize(("content", "ending"), [(PDF, "pdf"), (JPEG, "jpg"), (PNG, "png")])
def test_a_plain_scan_gets_the_ending_of_its_content(content: bytes, ending: str) -> None:
    assert judge_scan(content) == ending


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"<html>", b"MZ\x90", b"#!/bin/sh\n", b"<svg onload=alert(1)>"]
)
def test_anything_else_is_refused_whatever_its_name(content: bytes) -> None:
    with pytest.raises(ScanKindUnknown):
        judge_scan(content)


@pytest.mark.parametrize("hidden", [b"PK\x03\x04", b"PK\x05\x06", b"/EmbeddedFile", b"Rar!\x1a\x07"])
def test_a_file_with_files_inside_is_refused(hidden: bytes) -> None:
    with pytest.raises(ScanHoldsFiles):
        judge_scan(PDF + hidden)


def test_the_limit_holds_to_the_byte() -> None:
    assert judge_scan(PDF + b"\0" * (MOST_BYTES - len(PDF))) == "pdf"
    with pytest.raises(ScanTooLarge):
        judge_scan(PDF + b"\0" * (MOST_BYTES - len(PDF) + 1))
