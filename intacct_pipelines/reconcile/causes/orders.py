"""Why a document of Purchasing or Order Entry has no partner, or differs from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

ORDERS: Final[dict[str, Cause]] = {
    # Only in BILL.
    "billed_beside_its_order": broken(
        "BILL's bill carries the number of an order that is still open in Intacct; converting the order, as it should "
        "be, would bill it a second time (S-PUR-03).",
        "Close the order in Intacct; or convert it there and archive BILL's bill.",
    ),
    "billed_once_more": broken(
        "BILL's bill carries the number of an order that was converted in Intacct, and is none of the bills that came "
        "of it (S-PUR-03): it may be the second one.",
        "Compare it with the order's own bills; archive it in BILL if they are the same.",
    ),
    # On both sides.
    "reference_is_no_order": expected(
        "S-PUR-04",
        "BILL shows what stands in the bill's reference number in Intacct, and that is not the number of the order "
        "from which the bill came.",
        "Enter the order's number as the bill's reference number in Intacct.",
        turn=Turn.INTACCT,
    ),
}
"""Causes of documents of Purchasing and Order Entry."""

for _object, _made, _scope, _conversion, _edit in (
    ("purchasing_document", "bill", "S-PUR-01", "S-PUR-03", "S-PUR-05"),
    ("order_entry_document", "invoice", "S-SAL-01", "S-SAL-01", "S-SAL-03"),
):
    ORDERS[f"{_object}_open"] = expected(
        _scope, f"It has become no {_made}; an order reaches BILL only after it is converted.", "Nothing."
    )
    ORDERS[f"{_object}_converted"] = expected(
        _conversion, "It was converted; the document that it became is compared in its place.", "Nothing."
    )
    ORDERS[f"{_object}_settled"] = expected(
        _scope,
        f"Its {_made} was settled in Intacct, at least in part, before BILL had it; only unpaid ones travel.",
        "Nothing.",
    )
    ORDERS[f"{_object}_not_posted"] = expected(
        _scope, f"Its {_made} is not posted in Intacct; only posted, unpaid ones travel.", "Nothing."
    )
    ORDERS[f"{_object}_told_elsewhere"] = expected(
        _conversion, f"Its {_made} has no partner in BILL; that is told of the {_made} itself.", "Nothing here."
    )
    ORDERS[f"{_object}_edited"] = expected(
        _edit,
        f"Intacct's {_made} is what the document says and BILL's is not; what comes from an order may not be edited in "
        "BILL.",
        f"Undo the edit in BILL and change the {_made} in Intacct.",
        turn=Turn.PLATFORM,
    )
    ORDERS[f"{_object}_made_nothing"] = broken(
        f"Intacct has no {_made} of the number that the document says it made ({_conversion}).",
        f"Convert it again in Intacct if the {_made} was deleted by mistake.",
        turn=Turn.INTACCT,
    )
    ORDERS[f"{_object}_is_not_what_it_made"] = broken(
        f"The document and the {_made} that it became tell different things.",
        "Decide which is right and correct the other in Intacct.",
        turn=Turn.INTACCT,
    )
    ORDERS[f"{_object}_made_by_several"] = broken(
        f"Several documents say that they became the same {_made}.", "Compare them in Intacct.", turn=Turn.INTACCT
    )
