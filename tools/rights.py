"""docs/rights.md from the table of roles and what the panel's pages declare: `python tools/rights.py`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from admin.views.menu import views  # noqa: E402  # found through the line above
from services.access.actors import Right  # noqa: E402  # found through the line above
from services.access.rights import DUTIES, LISTS, RIGHTS  # noqa: E402

PAPER = ROOT / "docs" / "rights.md"

HEAD = """# Who may do what

Made by `tools/rights.py` from `services/access/rights.py` and from what the pages of `admin/views/` declare;
a test holds it to the code.

Rights have two axes. **Function**: the role of an account, in the table. **Organisation**: a right holds in
the organisation that the account works in at the moment and in no other; an account of several turns to one
at a time, and a record of another one is refused by its id. A school lets guests of other organisations in
itself and chooses their role; a guest keeps no accounts and lets nobody in. Both are checked in the services,
so panel, chat and command line keep the same rule. Each page of the panel declares its right where it stands;
one that declares none is closed to everybody, and a test walks every page and command by every role
(`tests/panel/test_rights.py`). A person in the chat acts for themselves only: their own answers, pairs and
meetings; `tests/dialogues/test_guessed_ids.py` presses every button with ids of another school.

"""

FILES = """
A list is read by the same right on its page and as an export:

"""

PAGES = """
Pages of the panel, by the right that they ask for:

"""
KINDS = {"GET": "to read", "POST": "to send"}
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")

TAIL = """
What the table does not say:

- Answers of questionnaires, reasons of a refusal and ratings of one pair are seen only by whoever manages
  pairs: so it was promised to people. Everybody else sees means of ratings from five people up.
- An observer sees counts and no names; comments of sheets are withheld.
- The head's approval (E13) is nobody else's, not even the administrator's. A psychologist's sheets of the
  nine criteria are changed by nobody else.
- The psychologist's records of consultations are read by their author and by nobody else, administrators and
  other psychologists included. Who manages pairs sees on which days consultations took place.
- Keeping an account is not being it. Whoever makes a set-up link could open it, so an account is kept by
  those who have all its rights, and otherwise by administrators and the command line (`nastavnik curator`)
  only. The owner is told of each link, reset, switch and chat, in the tied chat and at the next sign-in. A
  password set through somebody else's link ends every session, unties the chat, and closes the own records
  of a psychologist to everybody until the head opens them again; a head whose own link came from the same
  person may not. What remains: an administrator who resets a head acts as the head until the head says so;
  the journal and the head's chat tell it.
- Whoever manages pairs plans the roadmap and ticks any row. A head and a psychologist tick, and put evidence
  down for, the rows of their part and those that name them; opening a row again is left to the curator.
- An export and its file belong to the one who asked for it.
"""


def describe_rights() -> str:
    """The whole document."""
    lines = [
        "| | " + " | ".join(role.value for role in RIGHTS) + " |",
        "|---|" + "---|" * len(RIGHTS),
    ]
    lines += [
        f"| {text} | " + " | ".join("yes" if right in own else "–" for own in RIGHTS.values()) + " |"
        for right, text in DUTIES.items()
    ]
    files = [f"- {', '.join(names)}: {DUTIES[right].lower()}" for right, names in _lists().items()]
    parts = (
        HEAD,
        "\n".join(lines),
        "\n",
        FILES,
        "\n".join(files),
        "\n",
        PAGES,
        "\n".join(_pages()),
        "\n",
        TAIL,
    )
    return "".join(parts)


def _pages() -> list[str]:
    """A line for each right and each kind of page: the addresses that ask for it."""
    found: dict[tuple[Right | None, str], list[str]] = {}
    for view in views():
        for name in dir(view):
            stated = view.declared(name)
            if stated is None:
                continue
            for path, methods in getattr(view, name)._urls:  # noqa: SLF001  # Flask-Admin's
                address = view.url.rstrip("/") + PLACE.sub(r"<\1>", path)
                for method in methods:
                    found.setdefault((stated.asked_by(method), method), []).append(f"`{address}`")
    return [
        f"- {DUTIES[right] if right else 'Everybody who signed in'}, {KINDS[method]}: {', '.join(own)}"
        for right in (None, *DUTIES)
        for method in KINDS
        if (own := found.get((right, method)))
    ]


def _lists() -> dict[Right, list[str]]:
    found: dict[Right, list[str]] = {}
    for name, right in LISTS.items():
        found.setdefault(right, []).append(f"`{name}`")
    return found


if __name__ == "__main__":
    PAPER.write_text(describe_rights(), encoding="utf-8")
