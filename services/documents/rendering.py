"""A template and facts become a Word file, in a process of its own with limits of time and memory.

A template may come from outside: its expressions run in Jinja's sandbox, values are escaped, and whatever
takes too long or too much is ended (docs/documents.md#limits). Nothing of the database is known there.
"""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.access.errors import N_, DomainError

ROOT = Path(__file__).resolve().parents[2]
SECONDS, SECONDS_EACH = 20, 1
MOST_BYTES = 512 * 1024 * 1024  # of memory
MOST_RESULT = 40 * 1024 * 1024
REFUSED = 3


class TemplateBroken(DomainError):
    text = N_("The template cannot be filled in: {why}")


class TemplateTooSlow(DomainError):
    text = N_("Filling in the template took too long or too much memory. Please make it simpler.")


def render(template: bytes, facts: Sequence[dict[str, Any]]) -> list[bytes]:
    """One document for each facts. Raises TemplateBroken, TemplateTooSlow."""
    return _run({"do": "render", "template": _pack(template), "facts": list(facts)})


def join(documents: Sequence[bytes]) -> bytes:
    """Documents of one template one after another, each on a page of its own, to be printed at once.

    Raises TemplateBroken, TemplateTooSlow.
    """
    return _run({"do": "join", "documents": [_pack(one) for one in documents]})[0]


def read_expressions(template: bytes) -> str:
    """The text of the template with its expressions, as Jinja would read it.

    Raises TemplateBroken, TemplateTooSlow.
    """
    return _run({"do": "expressions", "template": _pack(template)})[0].decode()


def _run(asked: dict[str, Any]) -> list[bytes]:
    number = len(asked.get("facts", asked.get("documents", ())))
    seconds = SECONDS + SECONDS_EACH * number
    try:
        done = subprocess.run(  # noqa: S603  # our own module, nothing of the template is in the line
            [sys.executable, "-m", "services.documents.rendering_process", str(seconds)],
            input=json.dumps(asked, ensure_ascii=False).encode(),
            capture_output=True,
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TemplateTooSlow from error
    if done.returncode == REFUSED:
        raise TemplateBroken(why=done.stderr.decode()[:300])
    if done.returncode != 0:
        raise TemplateTooSlow
    return [base64.b64decode(one) for one in json.loads(done.stdout)]


def _pack(content: bytes) -> str:
    return base64.b64encode(content).decode()
