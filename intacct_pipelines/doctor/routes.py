"""Check of a table of routes: does the company have what it names, and do documents that lead here go on?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intacct_pipelines.doctor.asking import one_of, rows
from intacct_pipelines.doctor.intacct_entity import ENTER
from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe
from intacct_pipelines.domain.checkup import Verdict, doubtful, well, wrong
from intacct_pipelines.domain.names import fold

_NAMED: Final = {
    "vendors": {"VENDOR": "VENDORID"},
    "customers": {"CUSTOMER": "CUSTOMERID"},
    "locations": {"LOCATION": "LOCATIONID", "LOCATIONENTITY": "LOCATIONID"},
    "departments": {"DEPARTMENT": "DEPARTMENTID"},
}
"""What a row names → Intacct's objects that hold it, with the field of its id."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of routes, as one of its accounts sees it.

    Args:
        account: Name of the link's account in the table; empty if there is none, or the table does not name it.
        fingerprint: That of the table.
        missing: What it names → ids that the company does not have.
        has_way: Whether the link has a way into BILL.
    """

    account: str = ""
    fingerprint: str = ""
    missing: Mapping[str, Sequence[str]] | None = None
    has_way: bool = True


def judge_table(table: Table) -> Sequence[Verdict]:
    """Each id that a row names exists, and the account that it leads to is sent to; else the fingerprint is told."""
    if not table.account:
        return []
    found = [
        wrong(
            f"`routes` names {', '.join(ids)} in `{name}`, which the company does not have",
            "ids of Intacct: what is misspelt never decides, and the next row that holds does",
            f"Correct `{name}` of the row, in the connections file of each account.",
            "S-CFG-10",
        )
        for name, ids in (table.missing or {}).items()
        if ids
    ]
    if not table.has_way:
        found.append(
            doubtful(
                f"`routes` leads documents to {table.account}, and its link has no `into_bill`",
                "a way into BILL, or `one_way`",
                "Write `into_bill` to the link; or take its account out of `routes` and set `one_way: true`.",
                "S-CFG-10",
            )
        )
    return found or [well(f"table {table.fingerprint}, the same in the file of each account; this is {table.account}")]


def _table(place: Place) -> Table:
    link = place.connections.platform_link("bill", place.entity)
    settings = place.company.routes
    if link is None or link.routes is None or settings is None:
        return Table()
    missing = {
        name: _missing(place, objects, sorted({one for row in settings.rows for one in getattr(row, name)}))
        for name, objects in _NAMED.items()
    }
    account = link.routes.name_of(link.organization_id)
    return Table(account, link.routes.fingerprint, missing, has_way=place.link.into_bill is not None)


def _missing(place: Place, objects: Mapping[str, str], ids: Sequence[str]) -> list[str]:
    if not ids:
        return []
    known = {
        fold(row[field])
        for name, field in objects.items()
        for row in rows(place.session, name, (field,), one_of(field, ids))
    }
    return [one for one in ids if fold(one) not in known]


ROUTE_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe("routes", ("S-CFG-10", "S-CFG-01"), "intacct", Scope.LINK, _table, judge_table, (ENTER,)),
)
