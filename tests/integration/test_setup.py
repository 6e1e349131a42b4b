"""Set-up of a machine, against an index on this machine that breaks off, is dead, or answers late."""

import base64
import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.guards.tree import ROOT
from tools.setup import failure_of, pinned_uv, uv_settings

REAL_UV = Path(sys.executable).with_name("uv")
BACKEND = """
import zipfile
def build_editable(folder, settings=None, metadata=None):
    with zipfile.ZipFile(f"{folder}/school-1.0-py3-none-any.whl", "w") as wheel:
        info = "school-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: school\\nVersion: 1.0\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return "school-1.0-py3-none-any.whl"
"""


def wheel(name: str, version: str, files: dict[str, str]) -> bytes:
    info = f"{name}-{version}.dist-info"
    whole = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},{digest(text)},{len(text.encode())}\n" for path, text in whole.items())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, text in {**whole, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, text)
    return stream.getvalue()


def digest(text: str) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


class Index:
    """Two packages, over HTTP: a `uv` that calls the real one, and `chalk`, which can be broken off."""

    def __init__(self) -> None:
        version, _ = pinned_uv()
        script = f'#!/bin/sh\nexec "{REAL_UV}" "$@"\n'
        self.wheels = {
            f"uv-{version}-py3-none-any.whl": wheel("uv", version, {f"uv-{version}.data/scripts/uv": script}),
            "chalk-2.0-py3-none-any.whl": wheel("chalk", "2.0", {"chalk.py": "# " + "white " * 40_000}),
        }
        self.is_broken = False
        self.is_silent = False
        self.asked: list[str] = []
        index = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.answer(self)

            def do_HEAD(self) -> None:
                index.answer(self, is_head=True)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/index/"

    def answer(self, request: BaseHTTPRequestHandler, *, is_head: bool = False) -> None:
        name = request.path.rstrip("/").rpartition("/")[2]
        if not is_head:
            self.asked.append(name)
        body = self.wheels.get(name)
        kind = "application/zip"
        if body is None:
            names = [file for file in self.wheels if file.startswith(f"{name}-")]
            body = "".join(f'<a href="/files/{file}">{file}</a>' for file in names).encode()
            kind = "text/html"
        is_chalk = name.startswith("chalk-") and not is_head
        while is_chalk and self.is_silent:
            time.sleep(0.05)
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if is_head:
            return
        request.wfile.write(body[: len(body) // 2] if is_chalk and self.is_broken else body)


class Machine:
    """A clone in a folder of its own, whose index only pip is told of."""

    def __init__(self, folder: Path, index: Index) -> None:
        self.folder = folder
        (folder / "tools").mkdir(parents=True)
        (folder / "tools" / "setup.py").write_bytes((ROOT / "tools" / "setup.py").read_bytes())
        locked = {
            f"{'=='.join(name.split('-')[:2])} \\\n    --hash=sha256:{hashlib.sha256(body).hexdigest()}\n"
            for name, body in index.wheels.items()
        }
        lines = {line.split("==")[0]: line for line in locked}
        (folder / "requirements.lock").write_text(lines["chalk"])
        (folder / "requirements-dev.lock").write_text(lines["chalk"] + lines["uv"] + "# the end\n")
        (folder / "pyproject.toml").write_text(
            '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
            '[project]\nname = "school"\nversion = "1.0"\n'
        )
        (folder / "backend.py").write_text(BACKEND)
        self.configure(index.url)

    def configure(self, url: str) -> None:
        (self.folder / "pip.conf").write_text(
            f"[global]\nindex-url = {url}\nretries = 0\nno-cache-dir = true\n"
            f"extra-index-url = file://{self.folder}/none\nfind-links = {self.folder}/nothing\n"
        )

    def start(self, purpose: str = "run") -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
        told = {
            "PIP_CONFIG_FILE": str(self.folder / "pip.conf"),
            "UV_CACHE_DIR": str(self.folder / "cache"),
            "UV_HTTP_RETRIES": "0",
        }
        return subprocess.Popen(
            [sys.executable, "tools/setup.py", purpose],
            cwd=self.folder, env=kept | told, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    def set_up(self, purpose: str = "run") -> tuple[int, list[str]]:
        running = self.start(purpose)
        said, _ = running.communicate(timeout=300)
        return running.returncode, said.splitlines()

    def stamps(self) -> set[str]:
        return {path.name for path in (self.folder / ".venv").glob(".ready-*")}

    def chalk(self) -> int:
        """The size of what was installed."""
        (found,) = (self.folder / ".venv").glob("lib/*/site-packages/chalk.py")
        return found.stat().st_size


@pytest.fixture
def index() -> Iterator[Index]:
    made = Index()
    yield made
    made.is_silent = False
    made.server.shutdown()
    made.server.server_close()


MAKING = "Making .venv (once, a minute or two) ..."
NO_ANSWER = "Not installed: the package index does not answer, or broke off. Say the same again"


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_download_that_breaks_off_is_one_line_and_the_next_run_goes_on(
    tmp_path: Path, index: Index
) -> None:
    machine = Machine(tmp_path / "clone", index)
    index.is_broken = True
    code, said = machine.set_up()
    assert (code, said[0], len(said)) == (2, MAKING, 2)
    assert said[1].startswith(NO_ANSWER)
    assert machine.stamps() == set()
    index.is_broken = False
    assert machine.set_up() == (0, [MAKING])
    assert machine.stamps() == {".ready-run"}
    assert machine.chalk() > 200_000

    lock = machine.folder / "requirements-dev.lock"
    lock.write_text(lock.read_text() + f"slate==1.0 --hash=sha256:{'0' * 64}\n")
    machine.configure("http://127.0.0.1:9/index/")  # nothing listens there
    code, said = machine.set_up("dev")
    assert (code, len(said)) == (2, 1)
    assert said[0].startswith(NO_ANSWER)
    assert machine.stamps() == {".ready-run"}, "running needs nothing new"


@pytest.mark.long
@pytest.mark.timeout(400)
def test_what_was_killed_is_made_anew(tmp_path: Path, index: Index) -> None:
    machine = Machine(tmp_path / "clone", index)
    index.is_silent = True
    running = machine.start()
    while "chalk-2.0-py3-none-any.whl" not in index.asked:
        assert running.poll() is None
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate(timeout=100)
    index.is_silent = False
    (machine.folder / ".venv" / "bin" / "uv").write_text("half of it")
    assert machine.set_up() == (0, [MAKING])
    assert machine.chalk() > 200_000


def test_uv_is_told_what_pip_is_told(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    printed = "\n".join(
        (
            "global.cert='/etc/ours.pem'",
            f"global.find-links='\\n{tmp_path}/wheels\\n{tmp_path}/none'",
            "global.index-url='https://mirror.example/root/'",
            "global.extra-index-url='https://more.example/a https://more.example/b'",
            "install.trusted-host='mirror.example'",
            ":env:.index-url='https://other.example/root/'",
            ":env:.timeout='90'",
        )
    )
    assert uv_settings(printed, {}) == {
        "SSL_CERT_FILE": "/etc/ours.pem",
        "UV_FIND_LINKS": f"{tmp_path}/wheels",
        "UV_DEFAULT_INDEX": "https://other.example/root/",
        "UV_INDEX": "https://more.example/a https://more.example/b",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_INSECURE_HOST": "mirror.example",
        "UV_HTTP_TIMEOUT": "90",
    }
    told = {"UV_INDEX_URL": "https://uv.example/root/", "UV_HTTP_TIMEOUT": "5"}
    assert not uv_settings(printed, told).keys() & {"UV_DEFAULT_INDEX", "UV_HTTP_TIMEOUT"}
    assert uv_settings("", {}) == {}


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (
            "error: Failed to download: x.whl\n  cause: No space left on device (os error 28)\n",
            "No space left",
        ),
        ("error: Failed to download `chalk==2.0`\n  cause: Hash mismatch (error)\n", "Hash mismatch"),
        ("", "no reason was given"),
    ],
)
def test_another_fault_is_told_by_its_own_words(output: str, told: str) -> None:
    line = str(failure_of(output, "setup.log"))
    assert told in line
    assert "\n" not in line
