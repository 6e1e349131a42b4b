"""The mark by which a text is known again without being kept."""

import hashlib


def sha256_of(text: str) -> str:
    """SHA-256 of the text in UTF-8, hexadecimal. Raises nothing."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of_bytes(content: bytes) -> str:
    """SHA-256 of a content, hexadecimal. Raises nothing."""
    return hashlib.sha256(content).hexdigest()
