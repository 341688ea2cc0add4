"""Documents of Purchasing and of Order Entry, against the bills and invoices of BILL that came of them.

An order itself is never in BILL; what it was converted into is, once that has become an unpaid bill or invoice. Those
are compared by themselves, so here is told only what the order adds: whether a document and what it made still agree,
whether BILL shows the order's own number, and what BILL holds although the order was not converted for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import UNDONE, amount_fields, money, touched
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields
from intacct_pipelines.reconcile.frames import changed_at, folded, mapped, select_rows, text, value
from intacct_pipelines.reconcile.objects.ap_bill import bills_of
from intacct_pipelines.reconcile.objects.ar_invoice import invoices_of
from intacct_pipelines.reconcile.pairing import DOCUMENT, joined, unpaired
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

_MOST_CONVERSIONS: Final = 10
"""An order becomes a receiver, that a vendor invoice; no chain is longer than this."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """One kind of document, and what it becomes.

    Args:
        name: Name of the object, of Intacct's table, and of the causes that only it has.
        party: Column of the table, and of Intacct's side of what it becomes, with the vendor or customer.
        made: Column of the table with the record number of what it became.
        partner: Column of the platform's documents with the party in Intacct's words.
        pair: Returns the bills or invoices of both sides, paired.
    """

    name: str
    party: str
    made: str
    partner: str
    pair: Callable[[Link, Frames, pd.DataFrame], Sides]


ORDERED: Final[dict[str, Ordered]] = {
    one.name: one
    for one in (
        Ordered("purchasing_document", "vendor_id", "bill_record_no", "vendor_no", bills_of),
        Ordered("order_entry_document", "customer_id", "invoice_record_no", "customer_no", invoices_of),
    )
}
"""Every kind that is compared here, by its name."""


def reconcile_order_documents(
    ordered: Ordered, link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment
) -> Reconciliation:
    """Match and compare one kind of document of one link.

    A document pairs with BILL's bill or invoice if that is the partner of the one that the document made.

    See ``reconcile.Reconciler`` for the other arguments and errors.
    """
    documents = ordered.pair(link, frames, crosswalk)
    sides = _pair(ordered, link, documents, _orders(ordered, frames))
    differences = Differences(link, ordered.name, moment.now)
    pairs = sides.pairs()
    _compare(ordered, sides, differences, pairs)
    add_alone(sides, differences, _explain(ordered, documents, sides))
    return conclude(sides, differences, pairs)


def _orders(ordered: Ordered, frames: Frames) -> pd.DataFrame:
    rows = select_rows(frames[f"intacct.{ordered.name}"], "record_no", deleted=False)
    number = text(rows, "document_no")
    return pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": number,
            "shown": text(rows, "document_id").where(text(rows, "document_id") != "", number),
            "number": folded(number),
            "day": value(rows, "order_date"),
            "party": text(rows, ordered.party),
            # as a text, so that an absent one makes no floats
            "made": pd.Series(
                [str(int(made)) if pd.notna(made) else "" for made in rows[ordered.made]],
                index=rows.index,
                dtype=object,
            ),
            "state": text(rows, "state"),
            "order_no": _order_numbers(rows),
            "owner": text(rows, "owner_entity_id"),
            "amount": money(rows, "trx_total"),
            "currency": text(rows, "currency"),
            "changed_at": changed_at(rows),
        }
    )


def _order_numbers(rows: pd.DataFrame) -> pd.Series:
    """Return the number of the order with which each document's chain of conversions began."""
    ids = text(rows, "document_id")
    above = dict(zip(ids, text(rows, "created_from"), strict=True))
    numbers = dict(zip(ids, text(rows, "document_no"), strict=True))
    first = ids
    for _ in range(_MOST_CONVERSIONS):
        before = mapped(first, above)
        # What a document came from may be deleted, or of a module that is not read: then it is the first itself.
        is_known = before.isin(numbers.keys()) & (before != "")
        if not is_known.any():
            break
        first = before.where(is_known, first)
    return mapped(first, numbers)


def _pair(ordered: Ordered, link: Link, documents: Sides, every: pd.DataFrame) -> Sides:
    made = _made(documents.intacct, every)
    born = _born(documents, made)
    named = _named_orders(ordered, documents.platform, every).where(born == "", "")
    is_ours = (born != "") | (named != "")
    platform = documents.platform.assign(born=born, named=named)[is_ours].reset_index(drop=True)
    platform = platform.assign(
        day=documents.dates_of(platform),
        untaxed=platform["amount"] - platform["tax"] if "tax" in platform.columns else platform["amount"],
        **_of_partner(made, platform["born"]),
    )
    is_inside = every["made"].isin(set(platform["born"]) - {""}) | (every["owner"] == link.entity.entity_id)
    intacct = every[is_inside].reset_index(drop=True)
    # What a document made decides, whatever was a pair before.
    pairing = unpaired(len(platform), len(intacct))
    pairing.pair_unique(platform["born"], intacct["made"], DOCUMENT)
    pairing.mark_ambiguous(platform["born"], intacct["made"])
    return Sides(platform, intacct, every[~is_inside], pairing, date="day")


def _made(documents: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Return those of Intacct's bills or invoices that one of the orders' documents made; at their own positions."""
    keys = {int(made) for made in every["made"].unique() if made}
    return documents[documents["key"].isin(keys)]


def _born(documents: Sides, made: pd.DataFrame) -> pd.Series:
    """Return for each of BILL's documents the record number of its partner if an order made that, else empty."""
    partner_of = documents.pairing.intacct_of
    positions = np.flatnonzero(np.isin(partner_of, made.index.to_numpy()))
    born = np.full(len(partner_of), "", dtype=object)
    born[positions] = [str(key) for key in documents.intacct["key"].take(partner_of[positions])]
    return pd.Series(born, index=documents.platform.index, dtype=object)


def _named_orders(ordered: Ordered, platform: pd.DataFrame, every: pd.DataFrame) -> pd.Series:
    """Return how the order stands whose number each of BILL's live documents carries: ``open``, ``converted`` or empty.

    An order of Intacct is known by its vendor and number; a number that is no order's says nothing (S-PUR-04).
    """
    if "reference" not in platform.columns:  # BILL's invoices name no order
        return pd.Series("", index=platform.index, dtype=object)
    orders = every[every["made"] == ""]
    is_open = ~orders["state"].isin(["Converted", "Closed", "Declined"])
    known = orders["number"] != ""
    keys = joined(known & (orders["state"].isin(["Converted"]) | is_open), orders["party"], orders["number"])
    stands = dict(zip(keys, is_open.map({True: "open", False: "converted"}), strict=True))
    stands.pop("", None)
    is_live = ~(platform["is_draft"] | platform["is_archived"]) & (platform["reference"] != "")
    ours = joined(is_live & (platform[ordered.partner] != ""), platform[ordered.partner], folded(platform["reference"]))
    return mapped(ours, stands)


def _of_partner(made: pd.DataFrame, born: pd.Series) -> dict[str, pd.Series]:
    """Return what Intacct's bill or invoice says from which each of BILL's documents was born."""
    keys = made["key"].map(str)
    found = {}
    for name, absent in (("amount", NO_MONEY), ("number", ""), ("reference", ""), ("currency", "")):
        values = made[name] if name in made.columns else pd.Series("", index=made.index, dtype=object)
        found[f"made_{name}"] = mapped(born, dict(zip(keys, values, strict=True)), absent)
    return found


def _explain(ordered: Ordered, documents: Sides, sides: Sides) -> Explanations:
    platform, intacct, name = sides.platform, sides.intacct, ordered.name
    theirs = _made(documents.intacct, intacct)
    standing = theirs[~theirs["state"].isin(UNDONE)]
    keys = standing["key"].map(str)
    # What was not settled and is posted has to be in BILL; the others need not.
    is_settled = standing["state"].isin(["Paid", "Partially Paid"]) | (standing[_settled(standing)] != NO_MONEY)
    settled, unposted = set(keys[is_settled.astype(bool)]), set(keys[standing["state"] != "Posted"])
    known = set(theirs["key"].map(str)) | set(_made(documents.outside, intacct)["key"].map(str))
    has_made = intacct["made"] != ""
    causes = {
        f"{name}_converted": ~has_made & (intacct["state"] == "Converted"),
        f"{name}_open": ~has_made,
        f"{name}_settled": intacct["made"].isin(settled),
        f"{name}_not_posted": intacct["made"].isin(unposted),
        f"{name}_told_elsewhere": intacct["made"].isin(known),
    }
    return Explanations(
        platform_cause=pd.Series(NO_CAUSE, index=platform.index, dtype=object),
        platform_otherwise=first_cause(
            platform, otherwise="billed_beside_its_order", billed_once_more=platform["named"] == "converted"
        ),
        intacct_cause=first_cause(intacct, NO_CAUSE, **causes),
        intacct_otherwise=first_cause(intacct, otherwise=f"{name}_made_nothing"),
        group_cause=NO_CAUSE,
        group_otherwise=f"{name}_made_by_several",
    )


def _settled(rows: pd.DataFrame) -> str:
    return "settled" if "settled" in rows.columns else "paid"


def _compare(ordered: Ordered, sides: Sides, differences: Differences, pairs: pd.DataFrame) -> None:
    platform, intacct = sides.side_by_side(pairs)
    name = ordered.name
    at_stake = touched(platform, intacct)
    # A document may tell its total with the sales tax or without.
    amount = platform["untaxed"].where(platform["amount"] != intacct["amount"], platform["amount"])
    tax = platform["amount"] - platform["untaxed"]
    is_made_alike = (platform["made_amount"] == intacct["amount"]) | (
        platform["made_amount"] - tax == intacct["amount"]
    )
    amounts = amount_fields(
        differences.link,
        platform.assign(amount=amount),
        intacct,
        cause=first_cause(platform, NO_CAUSE, **{f"{name}_edited": platform["made_currency"] == intacct["currency"]}),
        amount_cause=first_cause(platform, NO_CAUSE, **{f"{name}_edited": is_made_alike.astype(bool)}),
        otherwise=f"{name}_is_not_what_it_made",
    )
    numbers = Field(
        "document_no",
        Kind.CODING,
        platform["id"],
        intacct["id"],
        platform["number"] != intacct["number"],
        first_cause(platform, NO_CAUSE, **{f"{name}_edited": platform["made_number"] == intacct["number"]}),
        f"{name}_is_not_what_it_made",
        money_at_stake=at_stake,
    )
    parties = Field(
        ordered.party,
        Kind.CODING,
        platform[ordered.partner],
        intacct["party"],
        (platform[ordered.partner] != "") & (platform[ordered.partner] != intacct["party"]),
        NO_CAUSE,
        f"{name}_is_not_what_it_made",
        money_at_stake=at_stake,
    )
    add_fields(differences, pair_rows(pairs), (*amounts, numbers, parties, *_order_field(platform, intacct, at_stake)))


def _order_field(platform: pd.DataFrame, intacct: pd.DataFrame, at_stake: pd.Series) -> tuple[Field, ...]:
    """Return whether BILL shows the number of the very order from which its bill came (S-PUR-04)."""
    if "reference" not in platform.columns:
        return ()
    reference = folded(platform["made_reference"])
    order = folded(intacct["order_no"])
    return (
        Field(
            "order_no",
            Kind.CODING,
            platform["reference"],
            intacct["order_no"],
            (order != "") & (folded(platform["reference"]) != order),
            first_cause(
                platform,
                no_purchase_reference=reference == "",
                reference_is_no_order=reference != order,
                purchasing_document_edited=reference == order,
            ),
            "purchasing_document_is_not_what_it_made",
            money_at_stake=at_stake,
        ),
    )
