"""A company whose set-up is right in every checked way, over a sandbox in the same process; tests spoil it."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline_world import connections_of, environment_of
from sandbox_transport import SandboxTransport

from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.doctor import check
from intacct_pipelines.domain.checkup import Checkup, Standing
from intacct_pipelines.sandbox.bill import BillOptions
from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions
from intacct_pipelines.sandbox.wrong_setups import give_names_once
from intacct_pipelines.settings import Connections

CARD_LEDGER_ACCOUNT = "2100"
Edit = Callable[[dict[str, Any]], None]


class RightCompany:
    """A sandbox of two entities and connections to it, without anything to tell.

    Args:
        warehouse_dsn: Where calls are counted.
        clock: The sandbox's time.
    """

    def __init__(self, warehouse_dsn: str, *, clock: Clock | None = None) -> None:
        self.files = Path(tempfile.mkdtemp(prefix="business-center-"))
        weakref.finalize(self, shutil.rmtree, self.files, ignore_errors=True)
        self.clock = clock or Clock()
        self.sandbox = Sandbox(
            SandboxOptions(
                entities=2,
                bills=60,
                public_url="http://localhost",
                # Each check of a module signs in anew, at every link.
                bill=BillOptions(logins_per_hour=100_000),
                business_center_folder=self.files,
                clock=self.clock,
            )
        )
        self.twin = self.sandbox.intacct
        self.environment = environment_of(self.sandbox, warehouse_dsn)
        self._document = connections_of(self.sandbox).model_dump(mode="json")
        self._document["companies"]["sandbox"]["monthly_calls"] = 100_000
        for account in self.sandbox.describe()["spend"]["accounts"]:
            cards = self._document["spend"][f"cards-{account['entity']}"]["cards"]
            cards |= {"account": account["card_account"], "offset_account": CARD_LEDGER_ACCOUNT}
        give_names_once(self.sandbox)

    @property
    def organization_id(self) -> str:
        """The organisation of entity 100."""
        return str(self.sandbox.describe()["bill"]["organizations"][0]["id"])

    def record_no(self, object_name: str, field: str, value: str) -> int:
        """The record number of a record of Intacct."""
        return next(int(one["RECORDNO"]) for one in self.twin.records(object_name) if one[field] == value)

    @contextmanager
    def systems(self, edit: Edit = lambda _: None, environment: Mapping[str, str] | None = None) -> Iterator[Systems]:
        """Open systems on the connections file as ``edit`` leaves it."""
        with self.open(edit, environment) as systems:
            yield systems

    def open(self, edit: Edit = lambda _: None, environment: Mapping[str, str] | None = None) -> Systems:
        """Return systems on the connections file as ``edit`` leaves it; whoever opens them closes them."""
        document = Connections.model_validate(self._document).model_dump(mode="json")
        edit(document)
        return Systems(
            Connections.model_validate(document),
            environment={**self.environment, **(environment or {})},
            transport=SandboxTransport(self.sandbox),
            sleep=lambda _: None,
        )

    def check(self, edit: Edit = lambda _: None, environment: Mapping[str, str] | None = None) -> Checkup:
        """Check the set-up as a new process would."""
        with self.systems(edit, environment) as systems:
            return check(systems)


def told(found: Checkup) -> list[tuple[str, str, str, str]]:
    """Standing, check, place and rule of all that is not well."""
    standings = (Standing.WRONG, Standing.DOUBTFUL, Standing.NOT_ASKED)
    return [(str(one.verdict.standing), one.check, one.place, one.verdict.rule) for one in found.of(*standings)]
