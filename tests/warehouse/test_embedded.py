"""The embedded cluster's life: started, found, killed, moved, and never started where an address is given."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from intacct_pipelines.errors import ConfigurationError, WarehouseUnavailableError
from intacct_pipelines.warehouse.connection import Warehouse, dagster_url, plain_url, resolve_url
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres

_START = (
    "import sys; from pathlib import Path; from intacct_pipelines.warehouse.embedded import EmbeddedPostgres; "
    "print(EmbeddedPostgres(Path(sys.argv[1])).start())"
)


@pytest.fixture
def home() -> Iterator[Path]:
    """Lend a home that everybody can reach, with a space in its path, and remove its cluster afterwards."""
    with tempfile.TemporaryDirectory(prefix="intacct pipelines ") as name:
        path = Path(name)
        path.chmod(0o755)
        try:
            yield path
        finally:
            EmbeddedPostgres(path).remove()


def answers(postgres: EmbeddedPostgres) -> bool:
    with psycopg.connect(postgres.dsn("warehouse"), connect_timeout=5) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def family(data: Path) -> list[int]:
    """Return the process ids of a server: the postmaster first, then its children."""
    postmaster = int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="utf-8").split()
    return [postmaster, *map(int, children)]


def test_a_server_is_started_found_and_stopped(home: Path) -> None:
    """A path with a space works; a second starter attaches; the password is ours alone; only the loopback listens."""
    postgres = EmbeddedPostgres(home)
    port = postgres.start()
    assert EmbeddedPostgres(home).start() == port
    assert answers(postgres)
    assert (home / "postgres" / "password").stat().st_mode & 0o777 == 0o600
    with psycopg.connect(postgres.dsn("dagster")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://intacct:wrong@127.0.0.1:{port}/warehouse")
    postgres.stop()
    assert EmbeddedPostgres(home).start() == port


def test_two_starters_at_once_start_one_server(home: Path) -> None:
    """Three processes that start on a fresh home at the same time all get the same port."""
    command = [sys.executable, "-c", _START, str(home)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]  # noqa: S603  # our own interpreter and words
    ports = {starter.communicate(timeout=120)[0].strip() for starter in starters}
    assert {starter.returncode for starter in starters} == {0}
    assert len(ports) == 1
    assert ports.pop().isdigit()


def test_the_server_comes_back_after_everything_was_killed(home: Path) -> None:
    """After SIGKILL of the postmaster and all its children, committed rows are there at the next start."""
    postgres = EmbeddedPostgres(home)
    postgres.start()
    with psycopg.connect(postgres.dsn("warehouse")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    for pid in family(postgres.data):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    again = EmbeddedPostgres(home)
    again.start()
    with psycopg.connect(again.dsn("warehouse")) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_stale_pid_that_belongs_to_another_process_is_no_server(home: Path) -> None:
    """After a reboot the dead postmaster's pid may be anybody's, here our own; the server starts all the same."""
    postgres = EmbeddedPostgres(home)
    postgres.start()
    pid_file = postgres.data / "postmaster.pid"
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    postgres.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]), encoding="utf-8")
    postgres.start()
    assert answers(postgres)


def test_a_half_made_cluster_is_made_anew(home: Path) -> None:
    """A starter that was killed inside initdb leaves a directory that does not stand in the way."""
    leftover = home / "postgres" / "data.new"
    leftover.mkdir(parents=True)
    (leftover / "PG_VERSION").write_text("18", encoding="utf-8")
    postgres = EmbeddedPostgres(home)
    postgres.start()
    assert answers(postgres)


def test_a_taken_port_is_exchanged(home: Path) -> None:
    """When another process listens on last time's port, the server takes another one."""
    postgres = EmbeddedPostgres(home)
    port = postgres.start()
    postgres.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        assert postgres.start() != port
    assert answers(postgres)


def test_a_home_that_only_we_can_reach_works(home: Path) -> None:
    """Root drops to a user who cannot enter a 0700 home, so the cluster lies elsewhere; another user keeps it there."""
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    postgres = EmbeddedPostgres(closed)
    try:
        postgres.start()
        assert answers(postgres)
        assert postgres.directory.is_relative_to(closed) == (os.geteuid() != 0)
    finally:
        postgres.remove()
    assert not postgres.directory.exists()


def test_it_runs_as_an_ordinary_user(home: Path) -> None:
    """As root the test becomes ``nobody`` in a child process; otherwise we are an ordinary user already."""
    place = home / "theirs"
    place.mkdir()
    identity: dict[str, int] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(place, nobody.pw_uid, nobody.pw_gid)
        identity = {"user": nobody.pw_uid, "group": nobody.pw_gid}
    code = (
        "import os, sys; from pathlib import Path\n"
        "from intacct_pipelines.warehouse.embedded import EmbeddedPostgres\n"
        "groups = [int(word) for word in sys.argv[2:]]\n"
        # Everything is imported before root is given up: the interpreter itself may be out of the other user's reach.
        "import encodings.idna\n"
        "if groups: os.setgroups([]); os.setgid(groups[1]); os.setuid(groups[0])\n"
        "postgres = EmbeddedPostgres(Path(sys.argv[1])); postgres.start(); print(postgres.data.stat().st_uid)\n"
        "postgres.stop()\n"
    )
    words = [str(identity[name]) for name in ("user", "group") if identity]
    done = subprocess.run(  # noqa: S603  # our own interpreter and words
        [sys.executable, "-c", code, str(place), *words], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-600:]
    assert int(done.stdout) == identity.get("user", os.geteuid())


def test_an_external_address_starts_nothing(home: Path) -> None:
    """With an address given, the home is not even touched."""
    given = "postgres://u:p@db.example:5432/w"
    assert resolve_url(given, database="warehouse", home=home, setting="X") == "postgresql://u:p@db.example:5432/w"
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+psycopg"])
def test_every_spelling_of_an_address_is_normalised(scheme: str) -> None:
    """Dagster always gets psycopg2 named, since SQLAlchemy 2.1 reads a bare scheme as psycopg 3."""
    assert plain_url(f"{scheme}://u@h/d") == "postgresql://u@h/d"
    assert dagster_url(f"{scheme}://u@h/d") == "postgresql+psycopg2://u@h/d"


@pytest.mark.parametrize(
    "url", ["mysql://u:hush@h/d", "hush", "postgresql://u:hush@h:port/d", "postgresql://u:hush@h/d?no_such_option=1"]
)
def test_what_is_no_address_is_one_line_without_the_password(url: str) -> None:
    """The error names the setting and says what to write."""
    with pytest.raises(ConfigurationError) as caught:
        plain_url(url, "INTACCT_PIPELINES_WAREHOUSE_URL")
    assert str(caught.value).startswith("INTACCT_PIPELINES_WAREHOUSE_URL is not an address of Postgres.")
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda dsn: dsn.replace("intacct:", "intacct:hush"), ConfigurationError),
        (lambda dsn: f"{dsn}x", ConfigurationError),
        (lambda _: "postgresql://u:hush@127.0.0.1:1/w", WarehouseUnavailableError),
    ],
    ids=["wrong password", "no such database", "nobody listens"],
)
def test_a_wrong_address_gives_one_clear_line(warehouse_dsn: str, change, kind: type[Exception]) -> None:
    """A refusal is a matter of configuration, silence of availability; neither shows the password."""
    with Warehouse(change(warehouse_dsn)) as warehouse, pytest.raises(kind) as caught:
        warehouse.migrate()
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_relative_home_is_refused() -> None:
    """Dagster refuses it too."""
    with pytest.raises(ConfigurationError, match="absolute"):
        EmbeddedPostgres(Path("here"))
