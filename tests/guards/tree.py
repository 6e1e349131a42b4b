"""The files under version control, for the guards that read them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@cache
def tracked() -> tuple[Path, ...]:
    """Paths below ROOT; what is being written now counts as well, unless .gitignore names it."""
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(Path(line) for line in told.stdout.splitlines() if (ROOT / line).is_file())


@cache
def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All nodes of a module's syntax tree, the module first; parsed once for all guards."""
    return tuple(ast.walk(ast.parse(read(path))))


def python_files(*packages: str) -> list[Path]:
    return [
        path for path in tracked() if path.suffix == ".py" and (not packages or path.parts[0] in packages)
    ]
