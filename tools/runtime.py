"""Print the part of requirements.lock that an installation runs on, without what only tests need.

A package is in it when requirements.in names it, or one that is in it; the lock's own "via" comments say so.
Names given as arguments are taken in as well.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOP = "-r requirements.in"
BLOCK = re.compile(r"^([a-z0-9.-]+)==\S.*?(?=^[a-z0-9]|\Z)", re.MULTILINE | re.DOTALL)
VIA = re.compile(r"^ +# +(?:via +)?(.+)$", re.MULTILINE)


def runtime_of(lock: str, more: set[str]) -> str:
    """The lock's blocks that are wanted, word for word."""
    blocks = [(found[1], found[0]) for found in BLOCK.finditer(lock)]
    parents = {name: set(VIA.findall(block)) for name, block in blocks}
    wanted = more & set(parents)
    while grown := {name for name, via in parents.items() if via & (wanted | {TOP})} - wanted:
        wanted |= grown
    return "".join(block for name, block in blocks if name in wanted)


if __name__ == "__main__":
    sys.stdout.write(runtime_of((ROOT / "requirements.lock").read_text(encoding="utf-8"), set(sys.argv[1:])))
