"""Make .venv with the locked packages and the `nastavnik` command; needs only the standard library.

    python tools/setup.py run    what running needs (requirements.lock)
    python tools/setup.py dev    also what tests need (requirements-dev.lock)

pip brings one package, the `uv` that requirements-dev.lock pins; uv installs the lock. The pip of Debian 12
and of early 3.11 releases resolves extras outside a hashed lock, and refuses it once a newer release appears.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 14)  # every locked wheel exists for these
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
INCLUDED = {"run": ("run",), "dev": ("run", "dev")}
UV_BLOCK = re.compile(r"^uv==(\S+).*?(?=^\S)", re.MULTILINE | re.DOTALL)
SCOPES = ("global", "install", ":env:")  # later ones win, as with pip
NO_ANSWER = re.compile(
    r"retrying|failed to (?:fetch|download|read)|error sending request|connection|timed? ?out|no solution",
    re.IGNORECASE,
)
OTHER_FAULT = re.compile(r"hash|no space left|permission denied|read-only", re.IGNORECASE)
MAX_CAUSE = 200  # characters


class SetupFailed(Exception):
    """The one line that a person is shown."""


class NoAnswer(SetupFailed):
    """A download failed; what was installed before is as it was."""


def pinned_uv() -> tuple[str, str]:
    """The version of uv, and its part of the lock with the hashes."""
    found = UV_BLOCK.search((ROOT / LOCKS["dev"]).read_text(encoding="utf-8"))
    if found is None:
        raise SetupFailed(f"{LOCKS['dev']} does not pin uv. Say: make lock")
    return found[1], found[0]


def is_there(source: str) -> bool:
    """False for a folder that does not exist: pip passes over it, uv stops."""
    parts = urlsplit(source)
    path = unquote(parts.path) if parts.scheme == "file" else source
    return bool(parts.scheme and parts.scheme != "file") or Path(path).exists()


def uv_settings(pip_config: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables for uv that mean what `pip config list` printed; what uv has been told already stays.

    uv does not read pip's settings: without this a machine whose mirror, proxy or certificate only pip knows
    would ask the public index.
    """
    known: dict[str, str] = {}
    for scope in SCOPES:
        for line in pip_config.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(f"{scope}."):
                known[name.removeprefix(f"{scope}.")] = str(ast.literal_eval(value))
    extra = [source for source in known.get("extra-index-url", "").split() if is_there(source)]
    found = {
        "UV_DEFAULT_INDEX": known.get("index-url", ""),
        "UV_INDEX": " ".join(extra),
        # pip takes a release from whichever index has it; the hashes of the lock make that safe.
        "UV_INDEX_STRATEGY": "unsafe-best-match" if extra else "",
        "UV_FIND_LINKS": ",".join(filter(is_there, known.get("find-links", "").split())),
        "UV_INSECURE_HOST": " ".join(known.get("trusted-host", "").split()),
        "UV_HTTP_TIMEOUT": known.get("timeout") or known.get("default-timeout", ""),
        "SSL_CERT_FILE": known.get("cert", ""),
        "ALL_PROXY": known.get("proxy", ""),
    }
    told = {*environment, *(["UV_DEFAULT_INDEX"] if "UV_INDEX_URL" in environment else [])}
    return {name: value for name, value in found.items() if value and name not in told}


def failure_of(output: str, log: str) -> SetupFailed:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    faults = [line for line in lines if "error" in line.lower()] or lines or ["no reason was given"]
    again = f"Say the same again: what has come is kept. All of it: {log}"
    if NO_ANSWER.search(output) and not OTHER_FAULT.search(output):
        return NoAnswer(f"Not installed: the package index does not answer, or broke off. {again}")
    return SetupFailed(f"Not installed: {faults[-1][:MAX_CAUSE]}. {again}")


def run(command: list[str], log: TextIO, environment: dict[str, str] | None = None) -> str:
    """Its output, which goes to the log and not to the screen."""
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, text=True, encoding="utf-8", errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    log.write(f"$ {' '.join(command)}\n{done.stdout}")
    if done.returncode:
        raise failure_of(done.stdout, log.name)
    return done.stdout


def bring_uv(folder: Path, log: TextIO) -> None:
    version, block = pinned_uv()
    with tempfile.TemporaryDirectory() as passing:
        lock = Path(passing) / "uv.lock"
        lock.write_text(block, encoding="utf-8")
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
        run([*pip, "--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(lock)], log)
    if version not in run([str(folder / "bin" / "uv"), "--version"], log):
        raise SetupFailed(f"uv is not of version {version}. Say: make clean")


def install(folder: Path, purpose: str, log: TextIO) -> None:
    bring_uv(folder, log)
    python = str(folder / "bin" / "python")
    told = run([python, "-m", "pip", "--disable-pip-version-check", "config", "list"], log)
    environment = {**os.environ, **uv_settings(told, os.environ)}
    # Compiled now: else the first processes, which start at once, would each compile the same modules.
    uv = [str(folder / "bin" / "uv"), "pip", "install", "--compile-bytecode", "--python", python]
    run(
        [*uv, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", LOCKS[purpose]],
        log,
        environment,
    )
    run([*uv, "--no-deps", "--no-build-isolation", "--offline", "-e", "."], log, environment)


def main(purpose: str) -> int:
    here = sys.version_info[:2]
    if not OLDEST <= here <= NEWEST:
        names = " to ".join(".".join(map(str, version)) for version in (OLDEST, NEWEST))
        print(f"Nastavnik needs Python {names}; this is {here[0]}.{here[1]}. Say: make PYTHON=python3.x")
        return 2
    folder = ROOT / ".venv"
    unfinished, stamps = folder / ".unfinished", {name: folder / f".ready-{name}" for name in LOCKS}
    try:
        # What a run that was cut off has left is not trusted.
        if unfinished.exists() or not any(stamp.exists() for stamp in stamps.values()):
            print("Making .venv (once, a minute or two) ...", flush=True)
            venv.create(folder, clear=True, with_pip=True)
        unfinished.touch()
        with (folder / "setup.log").open("w", encoding="utf-8") as log:
            install(folder, purpose, log)
    except subprocess.CalledProcessError:
        print("Python cannot make a virtual environment here. On Debian: apt install python3-venv")
        return 2
    except NoAnswer as fault:
        unfinished.unlink()
        print(fault)
        return 2
    except (SetupFailed, OSError) as fault:
        print(fault if isinstance(fault, SetupFailed) else f"Not installed: {fault}. Say the same again.")
        return 2
    except KeyboardInterrupt:
        print("Stopped. Say the same again: what has come is kept.")
        return 130
    unfinished.unlink()
    for name in INCLUDED[purpose]:
        stamps[name].touch()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
