"""Make .venv with the locked dependencies and the `nastavnik` command; needs only the standard library."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 14)  # every locked wheel exists for these


def main() -> int:
    here = sys.version_info[:2]
    if not OLDEST <= here <= NEWEST:
        names = " to ".join(".".join(map(str, version)) for version in (OLDEST, NEWEST))
        print(f"Nastavnik needs Python {names}; this is {here[0]}.{here[1]}. Say: make PYTHON=python3.x")
        return 2
    folder = ROOT / ".venv"
    if not (folder / "bin" / "python").exists():
        print("Making .venv (once, a minute or two) ...", flush=True)
        venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    for step in (
        ["--require-hashes", "-r", "requirements.lock"],
        ["--no-deps", "--no-build-isolation", "-e", "."],
    ):
        done = subprocess.run([*pip, *step], cwd=ROOT, check=False)
        if done.returncode:
            print("The dependencies could not be installed; the lines above say why.")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
