"""A PostgreSQL server of one's own, which may be stopped and started at will; nobody else's is touched."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from tests.life.processes import free_port

SERVER_USER = "postgres"


class NoServer(Exception):
    """PostgreSQL's programs are not on this machine."""


def find_programs() -> Path:
    """The folder of initdb and pg_ctl. Raises NoServer."""
    known = shutil.which("pg_ctl")
    folders = [Path(known).parent] if known else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise NoServer("no initdb and pg_ctl on this machine")


class Cluster:
    """`with Cluster(folder) as cluster:` starts it."""

    def __init__(self, folder: Path) -> None:
        self._programs = find_programs()
        self._data = folder / "cluster"
        self._port = free_port()

    def __enter__(self) -> "Cluster":
        self._data.mkdir(parents=True)
        if os.geteuid() == 0:  # the server refuses to run as root
            owner = pwd.getpwnam(SERVER_USER)
            os.chown(self._data, owner.pw_uid, owner.pw_gid)
            for folder in self._data.parents:
                if folder.stat().st_mode & 0o011 == 0:
                    folder.chmod(folder.stat().st_mode | 0o011)
        self._run("initdb", "-D", str(self._data), "-U", SERVER_USER, "--auth=trust", "--no-sync")
        self._ctl("start")
        return self

    def __exit__(self, *_: object) -> None:
        self._ctl("stop", "-m", "immediate")
        shutil.rmtree(self._data, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://{SERVER_USER}@127.0.0.1:{self._port}/{database}"

    def create(self, database: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))

    def restart(self) -> None:
        """As an administrator does in working hours: everybody is cut off at once."""
        self._ctl("restart", "-m", "fast")

    def _ctl(self, *arguments: str) -> None:
        options = f"-p {self._port} -k {self._data} -c fsync=off -c listen_addresses=127.0.0.1"
        log = str(self._data / "server.log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", options, *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        asked = [str(self._programs / program), *arguments]
        if os.geteuid() == 0:
            asked = ["setpriv", f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--clear-groups", *asked]
        done = subprocess.run(
            asked,
            cwd=self._data,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server inherits them: a pipe would never end
            stderr=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"{program} {arguments[-1]} ended with {done.returncode}"
