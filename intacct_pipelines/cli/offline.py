"""A home with a sandbox: the place where the demo runs and where the UI can look at its data afterwards.

The sandbox is a process of its own. It ends when its standard input closes, so it never outlives who started it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from intacct_pipelines.domain.keys import TOP
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.settings import CONNECTIONS_VARIABLE, DAGSTER_VARIABLE, WAREHOUSE_VARIABLE
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres

DEMO_HOME: Final = Path("build") / "demo"
_CONFIGURATION: Final = Path(__file__).parents[2] / "dagster_home" / "dagster.yaml"
_SANDBOX: Final = "sandbox.json"
_MARK: Final = "made-by-demo"
_READY_SECONDS: Final = 120
_AUTO_ITEMS: Final = 200
_AUTO_AMOUNT: Final = 1_000_000_000
_NO_PACE: Final = 100_000
"""Calls a minute for a sandbox without a limit."""


def enter_home(home: Path) -> None:
    """Point this process at a home of its own, with its own embedded Postgres and connections file."""
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ[CONNECTIONS_VARIABLE] = str(home / "connections.yaml")
    for name in (WAREHOUSE_VARIABLE, DAGSTER_VARIABLE):
        os.environ.pop(name, None)


def prepare_home(home: Path) -> None:
    """Make an empty home; what an earlier demo left, finished or killed, goes.

    Raises:
        ConfigurationError: The folder holds something that no demo made.
    """
    if home.exists():
        if any(home.iterdir()) and not ((home / _MARK).is_file() or is_demo_home(home)):
            raise ConfigurationError(f"{home} is not empty and no demo made it.", remedy="Name another folder.")
        EmbeddedPostgres(home).remove()
        shutil.rmtree(home)
    home.mkdir(parents=True)
    # First of all: a demo that is killed right after this can still be told from somebody's own home.
    (home / _MARK).touch()
    shutil.copy(_CONFIGURATION, home / "dagster.yaml")


def is_demo_home(home: Path) -> bool:
    """Whether a demo was run in this home to the end."""
    return (home / _SANDBOX).is_file()


@contextmanager
def demo_sandbox(home: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """Run the sandbox of a home: as described by ``arguments`` the first time, as it was left from then on.

    Args:
        home: The home; the sandbox's arguments and its journal are kept there.
        arguments: Arguments of the command ``sandbox``, but for the port.

    Raises:
        ConfigurationError: It does not start.
    """
    kept = home / _SANDBOX
    stated = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else list(arguments)
    kept_there = ("--journal", str(home / "sandbox.journal"), "--business-center-folder", str(home / "business_center"))
    # Nobody wants to wait for the pace of a service that is not there.
    with sandbox("--port", "0", "--spend-calls-per-minute", "0", *kept_there, *stated) as facts:
        kept.write_text(json.dumps(stated), encoding="utf-8")
        write_connections(home, facts)
        yield facts


@contextmanager
def sandbox(*arguments: str) -> Iterator[dict[str, Any]]:
    """Run a sandbox for the time of the block; give what it says of itself.

    Args:
        arguments: Further arguments of the command ``sandbox``.

    Raises:
        ConfigurationError: It does not start.
    """
    command = [sys.executable, "-m", "intacct_pipelines.cli", "sandbox", "--json", "--until-stdin-closes", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        assert process.stdout is not None  # noqa: S101 - asked for above; these two tell the type checker
        assert process.stdin is not None  # noqa: S101 - likewise
        line = process.stdout.readline()
        if not line:
            raise ConfigurationError("The sandbox did not start.", remedy="Its own message stands above.")
        try:
            yield json.loads(line)
        finally:
            process.stdin.close()
            process.wait(timeout=_READY_SECONDS)


def write_connections(
    home: Path,
    facts: dict[str, Any],
    *,
    auto_items: int = _AUTO_ITEMS,
    auto_amount: int = _AUTO_AMOUNT,
    organizations: Sequence[str] = (),
    company: Mapping[str, Any] | None = None,
    **link: Any,
) -> None:
    """Write a connections file for a sandbox: one link per organisation and entity, secrets in files of their own.

    Args:
        home: Where to write.
        facts: What the sandbox said of itself.
        auto_items: Most items that a plan may have to approve itself.
        auto_amount: Largest total, in any one currency, likewise.
        organizations: Ids of the BILL organisations that get a link; all, if none is named.
        company: Further settings of the company.
        link: Further settings of each link, in the place of those that it has otherwise.
    """
    intacct, bill = facts["intacct"], facts["bill"]
    secrets = home / "secrets"
    secrets.mkdir(exist_ok=True)
    secrets.chmod(0o700)

    def secret(name: str, value: str) -> dict[str, str]:
        path = secrets / name
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(value, encoding="utf-8")
        return {"file": str(path)}

    limits = {"items": auto_items, "amount": str(auto_amount)}
    writing = {"mode": "sync", "gate": "auto", "auto_approve": limits}
    document = {
        "is_sandbox": True,
        "companies": {
            "sandbox": {
                "url": intacct["url"],
                "company_id": intacct["company_id"],
                "sender_id": intacct["sender_id"],
                "sender_password": secret("sender_password", intacct["sender_password"]),
                "user_id": intacct["user_id"],
                "user_password": secret("user_password", intacct["user_password"]),
                **(company or {}),
            }
        },
        "bill": {
            "sandbox": {
                "url": bill["url"],
                "older_url": bill["older_url"],
                "dev_key": secret("dev_key", bill["dev_key"]),
                "username": bill["username"],
                "password": secret("bill_password", bill["password"]),
            }
        },
        "spend": {
            f"cards-{account['entity']}": {
                "company": "sandbox",
                "entity": account["entity"],
                "url": facts["spend"]["url"],
                "label": account["label"],
                "currency": account["currency"],
                "calls_per_minute": facts["spend"]["calls_per_minute"] or _NO_PACE,
                "token": secret(f"spend_token_{account['entity']}", account["token"]),
                "cards": {"account": account["card_account"]},
                **writing,
            }
            for account in facts["spend"]["accounts"]
        },
        "business_center": {
            f"files-{company['entity']}": {
                "company": "sandbox",
                "entity": company["entity"],
                "folder": company["folder"],
            }
            for company in facts["business_center"]["companies"]
        },
        "links": {
            f"entity-{organization['entity'] or TOP}": {
                "company": "sandbox",
                "entity": organization["entity"],
                "bill": "sandbox",
                "organization_id": organization["id"],
                **writing,
                "clearing": intacct["clearing"],
                "entries": {"journal": "GJ", "location": organization["entity"]},
                **link,
            }
            for organization in bill["organizations"]
            if organization["id"] in organizations or not organizations
        },
    }
    (home / "connections.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
