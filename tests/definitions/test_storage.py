"""Dagster's storage class against a real Postgres."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance

from intacct_pipelines.defs.storage import Storage
from intacct_pipelines.errors import ConfigurationError, WarehouseUnavailableError

_ROOT = Path(__file__).parents[2]
_COUNT = "from dagster import DagsterInstance\nwith DagsterInstance.get() as i: print(i.get_runs_count())"


def test_processes_that_come_first_together_all_get_their_storage(empty_dsn: str, tmp_path: Path) -> None:
    """The tables are made once, under a lock, though all find none; with an address no cluster is started."""
    (tmp_path / "dagster.yaml").write_text((_ROOT / "dagster_home" / "dagster.yaml").read_text(encoding="utf-8"))
    environment = {**os.environ, "DAGSTER_HOME": str(tmp_path), "DAGSTER_POSTGRES_URL": empty_dsn}
    processes = [
        subprocess.Popen(  # noqa: S603  # our own interpreter and words
            [sys.executable, "-c", _COUNT], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert [process.communicate(timeout=120)[0].strip() for process in processes] == ["0"] * 4
    assert not (tmp_path / "postgres").exists()


def test_runs_that_are_the_first_to_use_a_pool_all_get_its_limit(
    empty_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second finds the pool begun, and a changed default takes the place of the old one."""
    delivered = yaml.safe_load((_ROOT / "dagster_home" / "dagster.yaml").read_text(encoding="utf-8"))
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", empty_dsn)
    limits = []
    for default in (2, 2, 3):
        delivered["concurrency"]["pools"]["default_limit"] = default
        home = tmp_path / str(len(limits))
        home.mkdir()
        (home / "dagster.yaml").write_text(yaml.safe_dump(delivered), encoding="utf-8")
        monkeypatch.setenv("DAGSTER_HOME", str(home))
        with DagsterInstance.get() as instance, ThreadPoolExecutor(4) as threads:
            events = instance.event_log_storage
            assert all(threads.map(events.initialize_concurrency_limit_to_default, ["intacct"] * 4))
            limits.append([(pool.name, pool.limit, pool.from_default) for pool in events.get_pool_limits()])
            assert events.get_concurrency_info("intacct").slot_count == default
    assert limits == [[("intacct", 2, True)], [("intacct", 2, True)], [("intacct", 3, True)]]


def test_the_delivered_instance_names_our_storage() -> None:
    """``dagster.yaml`` frees the slots of crashed runs, and its storage is the class that exists."""
    settings = yaml.safe_load((_ROOT / "dagster_home" / "dagster.yaml").read_text(encoding="utf-8"))
    custom = settings["storage"]["custom"]
    assert (custom["module"], custom["class"]) == (Storage.__module__, Storage.__name__)
    assert settings["run_monitoring"]["free_slots_after_run_end_seconds"] > 0


@pytest.mark.parametrize(
    ("url", "kind"),
    [("postgresql://u:hush@127.0.0.1:1/d", WarehouseUnavailableError), ("sqlite:///hush", ConfigurationError)],
)
def test_a_wrong_address_is_one_line(
    url: str, kind: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening the instance says what is wrong at once, without a retry and without the password."""
    (tmp_path / "dagster.yaml").write_text((_ROOT / "dagster_home" / "dagster.yaml").read_text(encoding="utf-8"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", url)
    with pytest.raises(kind) as caught:
        DagsterInstance.get()
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://u:hush@127.0.0.1:1/d", "sqlite:///hush"])
def test_dagsters_own_command_says_a_wrong_address_in_one_line(url: str, tmp_path: Path) -> None:
    """No traceback: whoever mistypes an address reads which server does not answer, or what to write."""
    shutil.copy(_ROOT / "dagster_home" / "dagster.yaml", tmp_path)
    environment = {"PATH": os.environ["PATH"], "DAGSTER_HOME": str(tmp_path), "DAGSTER_POSTGRES_URL": url}
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "instance", "info"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    (line,) = (line for line in done.stderr.splitlines() if line.strip())
    assert done.returncode == 1
    assert line.startswith("Error: ")
    assert "Postgres" in line
    assert "hush" not in line


def test_definitions_are_validated_without_any_database(tmp_path: Path) -> None:
    """With an empty environment, in a project that was only just unpacked: nothing is asked, started or left behind."""
    for name in ("dagster_home", "intacct_pipelines", "workspace.yaml"):
        (tmp_path / name).symlink_to(_ROOT / name)
    shutil.copy(_ROOT / "dagster_home" / "dagster.yaml", tmp_path)
    before = sorted(path.name for path in (_ROOT / "dagster_home").iterdir())
    # An address that nothing answers: asking it would fail.
    environment = {"PATH": os.environ["PATH"], "DAGSTER_POSTGRES_URL": "postgresql://u@127.0.0.1:1/d"}
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-600:]
    assert "All code locations passed validation" in done.stderr + done.stdout
    assert sorted(path.name for path in (_ROOT / "dagster_home").iterdir()) == before
