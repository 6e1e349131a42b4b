"""The files of containers and units, kept honest without Docker."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

from admin import connections
from admin.safety import UPLOADS
from bot import serving
from nastavnik import PROBED
from settings import PREFIX, names
from tests.guards.tree import ROOT, tracked
from tests.integration.deployed import CADDYFILE, COMPOSE, EXAMPLE, OURS, SERVICES

pytestmark = pytest.mark.long
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))


def instructions(word: str) -> list[str]:
    return re.findall(rf"^{word} +(.*)$", DOCKERFILE, re.MULTILINE)


class TestImage:
    def test_it_runs_nobody_as_root_and_speaks_for_itself(self) -> None:
        final = DOCKERFILE.rpartition("\nFROM ")[2]
        assert re.search(r"^USER nastavnik$", final, re.MULTILINE)
        assert json.loads(instructions("ENTRYPOINT")[0]) == ["nastavnik"]
        assert "HEALTHCHECK" in final
        assert all(":" in image.split()[0] for image in instructions("FROM")), "every base bears a tag"

    def test_it_is_made_of_locked_packages_only(self) -> None:
        installs = re.findall(r"pip install ([^&\n]+)", DOCKERFILE)
        assert [line for line in installs if "--require-hashes" in line or "--no-deps" in line] == installs
        assert [re.findall(r"(?<= -r )\S+", line) for line in installs] == [["requirements.lock"], []]
        lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
        found = set(re.findall(r"^([a-z0-9.-]+)", lock, re.MULTILINE))
        assert {"greenlet", "werkzeug", "pydantic-core", "setuptools"} <= found
        assert not found & {"pytest", "coverage", "mypy", "ruff", "playwright", "hypothesis", "uv"}

    def test_the_catalogues_are_compiled_by_its_own_command(self, tmp_path: Path) -> None:
        sources = shutil.ignore_patterns("*.mo")
        shutil.copytree(ROOT / "locales", tmp_path / "locales", ignore=sources)
        command = re.search(r"pybabel [^&\n]+", DOCKERFILE)
        assert command is not None
        tool = Path(sys.executable).with_name("pybabel")
        subprocess.run([tool, *shlex.split(command[0])[1:]], cwd=tmp_path, check=True)
        assert len(list(tmp_path.rglob("*.mo"))) == 2

    def test_what_runs_goes_in_and_nothing_else(self) -> None:
        lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        let_in = {line[1:] for line in lines if line.startswith("!")}
        assert "**" in lines
        assert all((ROOT / name).exists() for name in let_in)
        packages = {str(path.parts[0]) for path in tracked() if path.name == "__init__.py"}
        assert packages - {"tests", "bench"} <= let_in
        assert not let_in & {".env", "data", ".git", "tests"}

    def test_the_tools_of_backups_are_the_servers_own(self) -> None:
        server = re.fullmatch(r"postgres:(\d+)-(\w+)", SERVICES["database"]["image"])
        assert server is not None
        assert f"postgresql-client-{server[1]}" in DOCKERFILE
        assert all(f"-{server[2]}" in image for image in instructions("FROM"))


class TestComposition:
    @pytest.mark.parametrize("name", OURS)
    def test_the_root_is_closed_and_powers_are_dropped(self, name: str) -> None:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "ports" not in service, "only the proxy is reached from outside"

    @pytest.mark.parametrize("name", PROBED)
    def test_each_process_waits_for_the_schema_is_asked_and_comes_back(self, name: str) -> None:
        service = SERVICES[name]
        assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert SERVICES["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"] == ["CMD", "nastavnik", "health", name]

    @pytest.mark.parametrize("name", sorted(SERVICES))
    def test_none_takes_the_machine_from_the_others(self, name: str) -> None:
        service = SERVICES[name]
        assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
        assert service["pids_limit"] > 0
        assert all("size=" in folder for folder in service.get("tmpfs", []))

    def test_the_proxy_refuses_what_the_servers_refuse(self) -> None:
        sizes = [int(size) * 1024 * 1024 for size in re.findall(r"max_size (\d+)MB", CADDYFILE)]
        assert sizes == [connections.MOST_BODY, serving.MOST_BODY]
        assert f"read_header {connections.HEADER_SECONDS:.0f}s" in CADDYFILE
        assert f"read_body {connections.BODY_SECONDS:.0f}s" in CADDYFILE
        kept = re.search(r"keepalive (\d+)s", CADDYFILE)
        assert kept is not None
        assert int(kept[1]) < connections.SILENT_SECONDS
        assert max(UPLOADS.values()) < connections.MOST_BODY

    def test_no_secret_has_a_default(self) -> None:
        text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
        variables = re.findall(r"\$\{(\w+)([^}]*)\}", text)
        assert {name for name, _ in variables} <= set(EXAMPLE)
        assert all(rest.startswith(":?") for _, rest in variables)
        secrets = (
            "POSTGRES_PASSWORD",
            "NASTAVNIK_BOT_TOKEN",
            "NASTAVNIK_SECRET_KEY",
            "NASTAVNIK_WEBHOOK_SECRET",
        )
        assert [EXAMPLE[name] for name in secrets] == [""] * len(secrets)

    def test_every_name_is_a_setting(self) -> None:
        told = {name for service in OURS for name in SERVICES[service]["environment"]} | set(EXAMPLE)
        assert {name for name in told if name.startswith(PREFIX)} <= set(names())

    def test_volumes_and_networks_are_declared(self) -> None:
        used = {name.partition(":")[0] for one in SERVICES.values() for name in one.get("volumes", [])}
        assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])
        assert {name for one in SERVICES.values() for name in one["networks"]} == set(COMPOSE["networks"])

    def test_the_proxy_leads_to_the_real_ports_and_paths(self) -> None:
        upstreams = SERVICES["proxy"]["environment"]
        settings = SERVICES["bot"]["environment"]
        assert upstreams["PANEL"] == f"panel:{settings['NASTAVNIK_PANEL_PORT']}"
        assert upstreams["WEBHOOK"] == f"bot:{settings['NASTAVNIK_WEBHOOK_PORT']}"
        defaults = dotenv_values(ROOT / ".env.example")
        host, port = defaults["NASTAVNIK_PANEL_HOST"], defaults["NASTAVNIK_PANEL_PORT"]
        assert f"reverse_proxy {{$PANEL:{host}:{port}}}" in CADDYFILE
        host, port = defaults["NASTAVNIK_WEBHOOK_HOST"], defaults["NASTAVNIK_WEBHOOK_PORT"]
        assert f"reverse_proxy {{$WEBHOOK:{host}:{port}}}" in CADDYFILE
        assert re.findall(r"handle (/\w+)", CADDYFILE) == ["/telegram", "/readyz"]


class TestUnits:
    @pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
    def test_a_unit_starts_what_exists_and_ends_at_what_wants_a_person(self, unit: Path) -> None:
        lines = unit.read_text(encoding="utf-8").splitlines()
        command = next(line for line in lines if line.startswith("ExecStart="))
        name = unit.stem.removeprefix("nastavnik-")
        assert name in PROBED
        assert shlex.split(command)[1:] == [name, "--supervised"]
        wanted = {
            "Restart=on-failure",
            "RestartPreventExitStatus=2",
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
        }
        assert wanted <= set(lines)
        assert {"MemoryMax", "TasksMax"} <= {line.partition("=")[0] for line in lines}

    def test_systemd_finds_no_fault(self, tmp_path: Path) -> None:
        tool = shutil.which("systemd-analyze")
        if tool is None:
            pytest.skip("no systemd-analyze here")
        for unit in UNITS:
            text = unit.read_text(encoding="utf-8")
            program = re.search(r"^ExecStart=(\S+)", text, re.MULTILINE)
            assert program is not None
            (tmp_path / unit.name).write_text(text.replace(program[1], sys.executable), encoding="utf-8")
        units = [str(tmp_path / unit.name) for unit in UNITS]
        checked = subprocess.run(
            [tool, "verify", "--man=no", *units], check=False, capture_output=True, text=True
        )
        assert (checked.returncode, checked.stderr) == (0, "")
        for unit_path in units:
            weighed = subprocess.run(
                [tool, "security", "--offline=true", "--threshold=25", "--no-pager", unit_path],
                check=False, capture_output=True, text=True,
            )  # fmt: skip
            assert weighed.returncode == 0, weighed.stdout[-200:]
