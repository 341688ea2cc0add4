"""A Dagster instance on Postgres, and offices of companies in the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster_office import Office

_CONFIGURATION = Path(__file__).parents[2] / "dagster_home" / "dagster.yaml"


@pytest.fixture(scope="module")
def home(make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of the delivered instance, over a database of its own."""
    home = tmp_path_factory.mktemp("home")
    (home / "dagster.yaml").write_text(_CONFIGURATION.read_text(encoding="utf-8"), encoding="utf-8")
    return {"DAGSTER_HOME": str(home), "DAGSTER_POSTGRES_URL": make_database()}


@pytest.fixture(scope="module")
def instance(home: dict[str, str]) -> Iterator[dg.DagsterInstance]:
    """The delivered instance, shared by the tests of one module."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in home.items():
            patch.setenv(name, value)
        with dg.DagsterInstance.get() as opened:
            yield opened


@pytest.fixture
def make_office(
    home: dict[str, str], instance: dg.DagsterInstance, warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Office]:
    """Return a function that founds a company whose entities Dagster knows, over a fresh warehouse."""
    for name, value in home.items():
        # Contexts of schedules open the instance a second time, by what the environment says.
        monkeypatch.setenv(name, value)

    def make(*, known: bool = True, **options: int) -> Office:
        for key in instance.get_dynamic_partitions("entity"):
            instance.delete_dynamic_partition("entity", key)
        office = Office(instance, warehouse_dsn, **options)
        if known:
            instance.add_dynamic_partitions("entity", [str(entity) for entity in (office.top, *office.entities)])
        return office

    return make
