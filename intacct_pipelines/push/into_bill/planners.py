"""The planner of every object that goes into BILL, and what both sides agree on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from intacct_pipelines.domain.closed_books import ClosedBooks
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.into_bill.bills import BillsIntoBill
from intacct_pipelines.push.into_bill.credits import AdjustmentsIntoBill, CreditsIntoBill, NegativeBillsIntoBill
from intacct_pipelines.push.into_bill.customers import CustomersIntoBill
from intacct_pipelines.push.into_bill.files import FILES_INTO_BILL
from intacct_pipelines.push.into_bill.invoices import InvoicesIntoBill
from intacct_pipelines.push.into_bill.lists import LISTS_INTO_BILL
from intacct_pipelines.push.into_bill.memos import MemosIntoBill
from intacct_pipelines.push.into_bill.merging import agreed
from intacct_pipelines.push.into_bill.payments import PaymentsIntoBill
from intacct_pipelines.push.into_bill.receipts import ReceiptsIntoBill
from intacct_pipelines.push.into_bill.routing import LEFT, LEFT_TO
from intacct_pipelines.push.into_bill.vendors import VendorsIntoBill
from intacct_pipelines.push.into_business_center.planners import LISTS_INTO_CENTER
from intacct_pipelines.push.into_spend.planners import PLANNERS_INTO_SPEND
from intacct_pipelines.push.planner import Context

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from intacct_pipelines.push.into_bill.files import FilesIntoBill
    from intacct_pipelines.push.into_bill.merging import Shared
    from intacct_pipelines.push.into_bill.recorded import RecordedIntoBill
    from intacct_pipelines.push.into_bill.records import IntoBillPlanner
    from intacct_pipelines.push.into_business_center.records import IntoCenterPlanner
    from intacct_pipelines.push.into_spend.values import IntoSpendPlanner
    from intacct_pipelines.push.sources import Sources

_Remembered: TypeAlias = "IntoBillPlanner | BillsIntoBill | CreditsIntoBill | InvoicesIntoBill"
_OfPairs: TypeAlias = "_Remembered | IntoCenterPlanner | IntoSpendPlanner"

_REMEMBERED: Final[tuple[type[_Remembered], ...]] = (
    *LISTS_INTO_BILL,
    VendorsIntoBill,
    CustomersIntoBill,
    BillsIntoBill,
    NegativeBillsIntoBill,
    AdjustmentsIntoBill,
    InvoicesIntoBill,
    MemosIntoBill,
)
"""Those of what both sides agree on, or what is left to other accounts."""
GO_BOTH_WAYS: Final = tuple(one.object_name for one in _REMEMBERED)
"""Objects of which each field goes the way of who changed it."""
PLANNERS_INTO_BILL: Final[tuple[type[_Remembered | RecordedIntoBill | FilesIntoBill], ...]] = (
    *_REMEMBERED,
    PaymentsIntoBill,
    ReceiptsIntoBill,
    *FILES_INTO_BILL,
)


_Key: TypeAlias = "tuple[str, str, str]"
"""As in ``Context.agreed``."""


def agreements(sources: Sources, objects: Collection[str]) -> dict[_Key, dict[str, str]]:
    """Return what pairs of some objects agree on now, and what is left to other accounts; see ``Context.agreed``."""
    found: dict[_Key, dict[str, str]] = {}
    for planner in _planners(sources, objects):
        found.update((key, agreed(fields)) for key, fields in _shared(planner))
        pushed = PUSHED[planner.object_name]
        if isinstance(planner, BillsIntoBill | CreditsIntoBill | InvoicesIntoBill):
            for row, account in planner.left():
                found[pushed.reconciliation, LEFT, str(row["record_no"])] = {LEFT_TO: account}
    return found


def shared_fields(sources: Sources, objects: Collection[str]) -> Iterator[tuple[_Key, list[Shared]]]:
    """Yield every pair of some objects with the fields that both sides hold."""
    for planner in _planners(sources, objects):
        yield from _shared(planner)


def _shared(planner: _OfPairs) -> Iterator[tuple[_Key, list[Shared]]]:
    pushed = PUSHED[planner.object_name]
    for row, twin in planner.pairs():
        key = (pushed.reconciliation, str(twin[pushed.target.key[0]]), str(row["record_no"]))
        yield key, [*planner.all_shared(row, twin)]


def _planners(sources: Sources, objects: Collection[str]) -> Iterator[_OfPairs]:
    context = Context(sources, {}, frozenset(), ClosedBooks(), (), (), datetime.now(UTC), {})
    kinds: tuple[type[_OfPairs], ...] = (*_REMEMBERED, *LISTS_INTO_CENTER, *PLANNERS_INTO_SPEND)
    return (kind(context) for kind in kinds if kind.object_name in objects)
