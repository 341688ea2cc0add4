"""Documents of Intacct where several BILL accounts end at one place: whose they are (S-CFG-10)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, TypedDict

import pandas as pd

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.routes import Destination, Party, Place
from intacct_pipelines.reconcile.frames import select_rows, text
from intacct_pipelines.reconcile.pairing import marked_ids

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames

OF_ANOTHER_ACCOUNT: Final = "of_another_account"
"""The cause of what another account brought, of which the link does not speak."""


class RoutingCauses(TypedDict):
    """Which documents each cause explains."""

    travels_one_way: pd.Series
    made_by_a_sync: pd.Series
    routed_elsewhere: pd.Series
    routed_nowhere: pd.Series
    routed_to_several: pd.Series


def is_of_another_account(link: Link, every: pd.DataFrame, table: pd.DataFrame, confirmed: pd.DataFrame) -> pd.Series:
    """Say which documents name a source that this account never had, so that another one brought them.

    Args:
        link: Only where it shares its place there are other accounts.
        every: Intacct's documents, with ``key`` and ``description``.
        table: The platform's rows, the deleted ones too.
        confirmed: From ``confirmed_pairs``: a person's word goes before a mark.
    """
    if not link.shares_its_place:
        return pd.Series(data=False, index=every.index, dtype=bool)
    named = marked_ids(every["description"], link.platform)
    is_known = named.isin(set(table["id"])) | every["key"].isin(set(confirmed["intacct_record_no"]))
    return (named != "") & ~is_known


def routing_causes(
    link: Link, frames: Frames, documents: pd.DataFrame, lines: dict[str, str], *, made_here: pd.Series
) -> RoutingCauses:
    """Return for ``first_cause`` why documents without partner are not expected in this account.

    Args:
        link: For its routes, and whether transactions go one way.
        frames: For the lines.
        documents: Intacct's documents, with ``key`` and ``vendor`` or ``customer``.
        lines: Tables with their lines, each with its column of the document's key.
        made_here: Which were made in Intacct: what BILL had and has not any more is no matter of routing.
    """
    goes = _destinations(link, frames, documents, lines)
    return {
        "travels_one_way": made_here & link.one_way,
        "made_by_a_sync": made_here & _is_by_a_sync(link, frames, documents, lines),
        "routed_elsewhere": made_here & (goes == Destination.ELSEWHERE),
        "routed_nowhere": made_here & (goes == Destination.NOWHERE),
        "routed_to_several": made_here & (goes == Destination.SEVERAL),
    }


def _destinations(link: Link, frames: Frames, documents: pd.DataFrame, lines: dict[str, str]) -> pd.Series:
    routes = link.routes
    if routes is None:
        return pd.Series(Destination.HERE, index=documents.index, dtype=object)
    places: dict[object, list[Place]] = defaultdict(list)
    for table, parent in lines.items():
        rows = select_rows(frames[table], "record_no", deleted=False)
        columns = (rows[parent], text(rows, "location_id"), text(rows, "department_id"))
        for key, location, department in zip(*columns, strict=True):
            places[key].append(Place(location, department))
    is_bought = "vendor" in documents
    parties = [
        Party(one) if is_bought else Party(customer_id=one) for one in documents["vendor" if is_bought else "customer"]
    ]
    goes = [
        routes.destination(link.organization_id, routes.accounts_of(party, places.get(key, ())))
        for key, party in zip(documents["key"], parties, strict=True)
    ]
    return pd.Series(goes, index=documents.index, dtype=object)


def _is_by_a_sync(link: Link, frames: Frames, documents: pd.DataFrame, lines: dict[str, str]) -> pd.Series:
    """Say which documents the vendor's sync of one of the accounts made."""
    users = link.routes.sync_users if link.routes else frozenset[str]()
    theirs: set[object] = set()
    for table in lines if users else ():
        rows = frames[f"intacct.{TABLES[table].parent}"]
        theirs |= set(rows["record_no"][text(rows, "created_by").isin(users)])
    return documents["key"].isin(theirs)
