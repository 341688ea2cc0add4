"""One home of a scenario: a connections file and a warehouse of its own, synced both ways over real HTTP."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.cli.offline import prepare_home, write_connections
from intacct_pipelines.defs.applying import apply
from intacct_pipelines.defs.both_ways import sync_both_ways
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.defs.systems import Systems
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.link import INTO_BILL
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.settings import CONNECTIONS_VARIABLE, read_connections
from intacct_pipelines.warehouse.embedded import EmbeddedPostgres
from intacct_pipelines.warehouse.outbox import Outbox
from intacct_pipelines.warehouse.recon import Recon

if TYPE_CHECKING:
    from intacct_pipelines.domain.keys import EntityKey
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.domain.push import Hold, Item

_IN_PLAY: Final = frozenset(
    {
        *("gl_account", "department", "location", "accounting_class", "customer", "vendor", "ap_bill", "ar_invoice"),
        "ap_payment",
    }
)
"""Objects of which a scenario has records that move; planning those of which it has none takes as long."""
_LEDGER: Final = TABLES["intacct.gl_detail"]


@dataclass(frozen=True, slots=True)
class Round:
    """What one sync of one link found, and what was then written.

    Args:
        link: The link, and its way back.
        planned: Items by system, object and operation.
        held: What is held, on either way.
        confirmed: How many items came back.
        outcomes: What became of what was sent.
    """

    link: str
    planned: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    held: tuple[Hold, ...] = ()
    confirmed: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was to be written, and nothing was on its way."""
        return not self.planned and not self.confirmed and not self.outcomes


class ScenarioHome:
    """A home with the links of some BILL organisations.

    Args:
        path: Its folder; made anew.
        facts: What the sandbox said of itself.
        organizations: The ids of the organisations.
        company: Further settings of the company.
        link: Further settings of each link.
    """

    def __init__(
        self,
        path: Path,
        facts: dict[str, Any],
        organizations: list[str],
        company: Mapping[str, Any],
        link: Mapping[str, Any],
    ) -> None:
        self._path, self._facts, self._organizations = path, facts, organizations
        self._company, self._link = company, link
        self._runs = 0
        prepare_home(path)
        self.set_mode("observe")

    def set_mode(self, mode: str) -> None:
        """Write the connections file with all ways in a mode."""
        left = {
            way: sorted(name for name, one in PUSHED.items() if _stays(way, name, one.platform))
            for way in ("bill", INTO_BILL)
        }
        limits = {"items": 1000, "amount": "1000000000"}
        back = {"mode": mode, "gate": "auto", "auto_approve": limits, "not_pushed": left[INTO_BILL]}
        # A vendor that one account brought has no country in Intacct, and the others want one (S-VEN-01).
        back["vendor_country"] = "US"
        ways: dict[str, Any] = {"mode": mode, "grace_hours": 0, "not_pushed": left["bill"], "into_bill": back}
        write_connections(
            self._path, self._facts, organizations=self._organizations, company=self._company, **ways, **self._link
        )

    def systems(self) -> Systems:
        """Open the systems of this home, as a new process would."""
        environment = {
            **os.environ,
            "DAGSTER_HOME": str(self._path),
            CONNECTIONS_VARIABLE: str(self._path / "connections.yaml"),
        }
        return Systems(read_connections(environment), environment=environment)

    def sync(self) -> list[Round]:
        """Sync every link once, both ways, and send what is approved."""
        self._runs += 1
        run_id = f"scenario-{self._runs}"
        with self.systems() as systems:
            return [self._round(systems, link.entity, link.name, run_id) for link in _links(systems)]

    def _round(self, systems: Systems, entity: EntityKey, link: str, run_id: str) -> Round:
        plans = sync_both_ways(systems, entity, run_id)
        outcomes: Mapping[str, int] = {}
        if systems.approved_plans():
            report = apply(systems, entity, f"{run_id} sends")
            outcomes = {state.value: count for state, count in report.outcomes.items()}
        return Round(
            link,
            Counter(_what(item) for planned in plans.values() for item in planned.plan.items),
            tuple(hold for planned in plans.values() for hold in planned.plan.holds),
            sum(planned.confirmed for planned in plans.values()),
            outcomes,
        )

    def pairs(self) -> Counter[str]:
        """Return how many pairs stand, by object."""
        with self.systems() as systems:
            found = [Recon(systems.warehouse).matches(link.name) for link in _links(systems)]
        return Counter(name for frame in found for name in frame["object"])

    def differences(self) -> list[dict[str, Any]]:
        """Return what differs now, as ``status`` counts it."""
        from intacct_pipelines.cli.status import difference_figures  # noqa: PLC0415 - it imports Dagster's room

        with self.systems() as systems:
            return difference_figures(systems)

    def trial_balance(self) -> dict[str, Decimal]:
        """Read the ledger; return by currency what all debits and credits come to: 0."""
        sums: dict[str, Decimal] = {}
        with self.systems() as systems:
            for link in _links(systems):
                sync_intacct_table(systems, link.entity, _LEDGER, "scenario-ledger")
                lines = systems.warehouse.read_frame(_LEDGER, str(link.entity), columns=["base_currency", "amount"])
                for currency, amount in zip(lines["base_currency"], lines["amount"], strict=True):
                    sums[currency] = sums.get(currency, Decimal(0)) + amount
        return sums

    def journal_problems(self) -> list[str]:
        """Return what is wrong with the journal of what was written."""
        with self.systems() as systems:
            return list(Outbox(systems.warehouse).verify_journal())

    def close(self) -> None:
        """Stop the home's Postgres; what it holds stays."""
        EmbeddedPostgres(self._path).stop()


def _links(systems: Systems) -> list[Link]:
    return systems.connections.platform_links("bill")


def _stays(way: str, name: str, platform: str) -> bool:
    in_play = _IN_PLAY if way == "bill" else {f"bill_{one}" for one in _IN_PLAY - {"ap_payment"}}
    return platform == way and name not in in_play


def _what(item: Item) -> tuple[str, str, str]:
    one = PUSHED[item.object_name]
    made = "made" if item.operation is Operation.CREATE else "changed"
    return "Intacct" if one.target.schema == "intacct" else "BILL", one.word, made
