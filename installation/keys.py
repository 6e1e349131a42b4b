"""Secrets that are drawn once for a data folder and kept there, readable by their owner only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

OWNER_ONLY = 0o600
WORDLESS = "abcdefghjkmnpqrstuvwxyz23456789"  # no letters that look alike


def read_or_draw(path: Path, draw: Callable[[], str]) -> str:
    """The secret in the file; drawn and written when there is none. Two processes at once get the same."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "w") as file:
            file.write(draw())
        try:
            os.link(draft, path)  # fails when another was faster: then theirs counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def draw_key() -> str:
    return secrets.token_urlsafe(48)


def draw_password() -> str:
    """Four groups of four letters, about 79 bits, easy to type from a screen."""
    return "-".join("".join(secrets.choice(WORDLESS) for _ in range(4)) for _ in range(4))
