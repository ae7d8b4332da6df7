"""A PostgreSQL server of one's own, made to be killed: from the installed programs, in /tmp."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

_START_SECONDS = 60
_USER = "aftercare"
_DATABASE = "postgres"
#: PostgreSQL refuses to run as root; this user comes with its packages.
_UNPRIVILEGED = "postgres"


class NoPostgresql(Exception):
    """No server can be started here; the message says why."""


class Cluster:
    """The server, which is started and killed like the project's own programs."""

    name = "database"

    def __init__(
        self, programs: Path, folder: Path, user: str | None, shared_buffers: str = ""
    ) -> None:
        self._programs = programs
        self._folder = folder
        self._user = user
        self._settings = ["-c", f"shared_buffers={shared_buffers}"] if shared_buffers else []
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{_USER}@/{_DATABASE}?host={self._folder}"

    def create(self) -> None:
        """The files of an empty server; only its own socket leads to it."""
        answer = subprocess.run(
            [
                *(self._programs / "initdb", "--pgdata", self._folder / "data"),
                *("--username", _USER, "--auth", "trust", "--encoding", "UTF8", "--no-sync"),
            ],
            user=self._user,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise NoPostgresql(f"initdb failed: {answer.stderr.strip()[-300:]}")

    def start(self) -> None:
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self._programs / "postgres", "-D", self._folder / "data"),
                    *("-k", self._folder, "-c", "listen_addresses=", *self._settings),
                ],
                user=self._user,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def is_healthy(self) -> bool:
        try:
            with psycopg.connect(
                host=str(self._folder), user=_USER, dbname=_DATABASE, connect_timeout=2
            ):
                return True
        except psycopg.Error:
            return False

    def kill(self) -> None:
        """All of its processes at once, as if the machine had stopped."""
        if self._process is None:
            return
        try:
            children = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            children = []
        self._process.kill()
        for child in children:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue
        self._process.wait(10)
        psutil.wait_procs(children, timeout=10)

    stop = kill

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self.is_healthy():
            if self.has_ended() or time.monotonic() > deadline:
                words = (self._folder / "server.log").read_text()[-2000:]
                raise NoPostgresql(f"the server does not start:\n{words}")
            time.sleep(0.05)


@contextmanager
def own_cluster(shared_buffers: str = "") -> Iterator[Cluster]:
    """A running server whose files are removed afterwards. Raises NoPostgresql.

    `shared_buffers`: in PostgreSQL's own words, such as 2GB; else 128 MB, as it comes.
    """
    programs = _installed()
    user = _UNPRIVILEGED if os.geteuid() == 0 else None
    # Not a folder of pytest: only its owner may look into those, and the path of a socket is short.
    folder = Path(tempfile.mkdtemp(prefix="aftercare-pg-", dir="/tmp"))
    try:
        if user:
            _hand_over(folder, user)
        cluster = Cluster(programs, folder, user, shared_buffers)
        cluster.create()
        cluster.start()
        try:
            cluster.wait_until_healthy()
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _installed() -> Path:
    """The folder of the newest version's programs: Debian keeps them out of the path."""
    places = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found := shutil.which("initdb"):
        places.append(Path(found))
    if not places:
        raise NoPostgresql("PostgreSQL's server is not installed (Debian: apt install postgresql)")
    return max(places, key=lambda place: _version(place.parent)).parent


def _version(programs: Path) -> int:
    name = programs.parent.name
    return int(name) if name.isdigit() else 0


def _hand_over(folder: Path, user: str) -> None:
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise NoPostgresql(f"PostgreSQL does not run as root, and no user {user} is here") from None
    os.chown(folder, entry.pw_uid, entry.pw_gid)
