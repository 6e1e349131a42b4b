"""Remove the behaviour behind a requirement and see whether its tests notice: `make mutants`, or
`make mutants ONLY="A1 B2"` for some of them.

Each entry of tests/mutations.toml names a requirement, a text of one file, and what stands there when the
behaviour is gone. In a copy of the tree the tests marked with the requirement must then fail. Prints a line
for each, exits with 1 when a mutant lived.
"""

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.trace import ROOT, read_proofs

LIST = ROOT / "tests" / "mutations.toml"
SECONDS = 180
SLOW = (
    "tests/life",
    "tests/browser",
    "tests/faults",
)  # whole processes: they would run this tree, not the copy


@dataclass(frozen=True, slots=True)
class Mutation:
    requirement: str
    file: str
    find: str
    put: str


def read_mutations() -> list[Mutation]:
    return [Mutation(**one) for one in tomllib.loads(LIST.read_text(encoding="utf-8"))["mutation"]]


def tests_of(requirement: str) -> list[str]:
    return sorted(
        {
            f"{proof.path}::{proof.name}"
            for proof in read_proofs()
            if requirement in proof.ids and not proof.path.startswith(SLOW)
        }
    )


def is_noticed(copy: Path, mutation: Mutation) -> bool:
    """Raises ValueError when the text is not there exactly once, or nothing tests the requirement."""
    path, tests = copy / mutation.file, tests_of(mutation.requirement)
    text = path.read_text(encoding="utf-8")
    if text.count(mutation.find) != 1 or not tests:
        raise ValueError(f"{mutation.requirement}: {text.count(mutation.find)} places, {len(tests)} tests")
    path.write_text(text.replace(mutation.find, mutation.put), encoding="utf-8")
    try:
        done = subprocess.run(  # this interpreter
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
            cwd=copy, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    finally:
        path.write_text(text, encoding="utf-8")
    if done.returncode not in {0, 1}:  # neither passed nor failed: the mutant does not even start
        said = " ".join(done.stdout.split())
        raise ValueError(f"{mutation.requirement}: {said[-300:]}")
    return done.returncode == 1


def copy_tree(folder: Path) -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in tracked.decode().split("\0"):
        source = ROOT / name
        if name and source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(source.read_bytes())
    for source in ROOT.glob("locales/*/LC_MESSAGES/*.mo"):
        (folder / source.relative_to(ROOT)).write_bytes(source.read_bytes())


def main(only: Sequence[str] = ()) -> int:
    chosen = [one for one in read_mutations() if not only or one.requirement in only]
    lived = 0
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place)
        copy_tree(copy)
        for mutation in chosen:
            try:
                word = "noticed" if is_noticed(copy, mutation) else "LIVED"
            except ValueError as error:
                word = f"BROKEN {error}"
            lived += word != "noticed"
            print(f"{mutation.requirement:4} {word:8} {mutation.file}", flush=True)
    print(f"{len(chosen)} mutants, {lived} lived")
    return 1 if lived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
