"""Reconciling an object that has a sieve: Postgres settles what is certain and equal, the rest is explained here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.domain.sieved import SIEVED
from intacct_pipelines.errors import DataContractError
from intacct_pipelines.warehouse.holding import fingerprint
from intacct_pipelines.warehouse.recon import Recon
from intacct_pipelines.warehouse.settling import settle
from intacct_pipelines.warehouse.sieve import sieving

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.moment import Moment
    from intacct_pipelines.reconcile.result import Reconciliation
    from intacct_pipelines.warehouse.compared import Comparison
    from intacct_pipelines.warehouse.connection import Warehouse


def reconcile_through_sieve(
    warehouse: Warehouse,
    link: Link,
    object_name: str,
    tables: Mapping[str, Sequence[str]],
    moment: Moment,
    comparison: Comparison,
) -> Reconciliation:
    """Compare one object of a link and store the result, in one transaction that sees one state of both sides.

    What the run before left is proven together with what changed; if that does not add up, everything is looked at.

    Args:
        warehouse: Holds both sides.
        link: Whose rows.
        object_name: One of ``domain.sieved``.
        tables: What the comparison reads, with the columns.
        moment: When ages are taken.
        comparison: What the comparison stands on.

    Returns:
        Pairs and differences of what was compared now, and the totals of all rows.

    Raises:
        DataContractError: See ``reconcile.Reconciler``.
        WarehouseUnavailableError: Postgres went away; nothing was stored.
    """
    try:
        return _reconcile(warehouse, link, object_name, tables, moment, comparison)
    except DataContractError:
        return _reconcile(warehouse, link, object_name, tables, moment, comparison, anew=True)


def _reconcile(
    warehouse: Warehouse,
    link: Link,
    object_name: str,
    tables: Mapping[str, Sequence[str]],
    moment: Moment,
    comparison: Comparison,
    *,
    anew: bool = False,
) -> Reconciliation:
    # pandas costs half a second, which loading the definitions must not
    from intacct_pipelines import reconcile as room  # noqa: PLC0415 - see above
    from intacct_pipelines.reconcile.settling import lookups_of, surroundings_of, with_settled  # noqa: PLC0415 - see above

    sieved, entity = SIEVED[object_name], str(link.entity)
    with sieving(warehouse, sieved, link) as sieve:
        lists = room.Frames(
            {
                name: sieve.read_frame(name, entity, columns=columns, include_deleted=True)
                for name, columns in tables.items()
                if name not in sieved.tables
            }
        )
        lookups = lookups_of(sieved.party, link, lists, sieve.crosswalk(of_rest=False))
        surroundings = surroundings_of(link, lookups, moment, fingerprint(sieve, lists))
        settling = settle(sieve, lookups, surroundings, moment.now, anew=anew)
        rest = {name: sieve.rest(name, tables[name]) for name in sieved.tables}
        frames = room.Frames({**lists, **rest})
        found = room.reconcile(object_name, link, frames, sieve.crosswalk(of_rest=True), moment)
        result = with_settled(found, link, object_name, settling.by_class(), settling.whole)
        Recon(warehouse, now=lambda: moment.now).store_rest(result, settling, comparison)
    return result
