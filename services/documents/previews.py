"""A Word file as pictures of its pages, where LibreOffice and Poppler are installed on the server."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from services.access.errors import N_, EnvironmentFault

OFFICE, PAINTER = ("soffice", "libreoffice"), "pdftoppm"
SECONDS = 60
DOTS = 70  # an inch


class PreviewNotPossible(EnvironmentFault):
    text = N_("There is no LibreOffice on this server to show the document. Please download it.")


class PreviewFailed(EnvironmentFault):
    text = N_("LibreOffice could not show this document. Please download it and open it in Word.")


def can_preview() -> bool:
    """Whether pictures can be made here."""
    return _office() is not None and shutil.which(PAINTER) is not None


def draw_page(document: bytes, page: int = 1) -> bytes:
    """A page, from 1, as PNG; some seconds of work. Raises PreviewNotPossible, PreviewFailed."""
    office, painter = _office(), shutil.which(PAINTER)
    if office is None or painter is None:
        raise PreviewNotPossible
    with tempfile.TemporaryDirectory(prefix="nastavnik-preview-") as name:
        folder = Path(name)
        (folder / "page.docx").write_bytes(document)
        _run(
            office,
            f"-env:UserInstallation=file://{folder}/office",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            name,
            str(folder / "page.docx"),
        )
        wanted = ["-r", str(DOTS), "-png", "-f", str(page), "-l", str(page), "-singlefile"]
        _run(painter, *wanted, str(folder / "page.pdf"), str(folder / "page"))
        picture = folder / "page.png"
        if not picture.is_file():
            raise PreviewFailed
        return picture.read_bytes()


def _office() -> str | None:
    return next((found for name in OFFICE if (found := shutil.which(name))), None)


def _run(*command: str) -> None:
    try:
        subprocess.run(  # noqa: S603  # programs of the server, files of a folder of our own
            command, check=True, capture_output=True, timeout=SECONDS
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise PreviewFailed from error
