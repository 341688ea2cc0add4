"""What the environment says: addresses of databases, and where Dagster and the reports live."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from intacct_pipelines.errors import ConfigurationError

CONNECTIONS_VARIABLE: Final = "INTACCT_PIPELINES_CONNECTIONS"
WAREHOUSE_VARIABLE: Final = "INTACCT_PIPELINES_WAREHOUSE_URL"
REPORTS_VARIABLE: Final = "INTACCT_PIPELINES_REPORTS"
DAGSTER_VARIABLE: Final = "DAGSTER_POSTGRES_URL"


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """External databases; None means the embedded cluster."""

    warehouse: str | None
    dagster: str | None


def database_urls(environment: Mapping[str, str] = os.environ) -> DatabaseUrls:
    """Return the databases named in the environment."""
    return DatabaseUrls(
        warehouse=environment.get(WAREHOUSE_VARIABLE) or None,
        dagster=environment.get(DAGSTER_VARIABLE) or None,
    )


def dagster_home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the absolute ``DAGSTER_HOME``; without one, ``dagster_home`` in the current folder.

    Raises:
        ConfigurationError: ``DAGSTER_HOME`` is relative, which Dagster refuses.
    """
    named = environment.get("DAGSTER_HOME")
    if not named:
        return Path.cwd() / "dagster_home"
    home = Path(named)
    if not home.is_absolute():
        raise ConfigurationError(f"DAGSTER_HOME is {named!r}.", remedy="Give an absolute path.")
    return home


def instance_home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return ``dagster_home`` if it is one; a mistyped one would be made anew and be empty.

    Raises:
        ConfigurationError: It has no ``dagster.yaml``, or is relative.
    """
    home = dagster_home(environment)
    if not (home / "dagster.yaml").is_file():
        raise ConfigurationError(
            f"{home} has no dagster.yaml.",
            remedy="Set DAGSTER_HOME to the project's dagster_home folder, absolute, or start in the project's folder.",
        )
    return home


def reports_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the absolute folder of reports: the one named in the environment, or ``reports`` in ``DAGSTER_HOME``."""
    named = environment.get(REPORTS_VARIABLE)
    return Path(named).resolve() if named else dagster_home(environment) / "reports"


def connections_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the connections file is expected.

    That is ``INTACCT_PIPELINES_CONNECTIONS``, else ``connections.yaml`` in ``DAGSTER_HOME``.
    """
    named = environment.get(CONNECTIONS_VARIABLE)
    return Path(named) if named else dagster_home(environment) / "connections.yaml"
