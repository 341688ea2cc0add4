"""Customers' invoices: BILL's against Intacct's, from rows to matches, explained differences and totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import (
    UNDONE,
    confirmed_pairs,
    deleted_in_intacct,
    deleted_on_platform,
    gone_documents,
    intacct_parties,
    is_of_other_currency,
    known_documents,
    money,
    pair_by_number,
    platform_parties,
    with_natural_key,
)
from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import changed_at, coding_of, flag, folded, require, select_rows, text, value
from intacct_pipelines.reconcile.objects.ar_invoice_fields import compare_invoices
from intacct_pipelines.reconcile.objects.customer import pair_customers
from intacct_pipelines.reconcile.objects.receipts import credited_by_invoice
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.routed import is_of_another_account, routing_causes
from intacct_pipelines.reconcile.sides import Sides

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "ar_invoice"


def reconcile_ar_invoices(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the customers' invoices of one link.

    Invoices pair by confirmed crosswalk, by the source named in Intacct's description, by customer and number, then by
    customer, number, date and amount; each only where it is unambiguous.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    sides = pair_invoices(link, frames, crosswalk, pair_customers(link, frames, crosswalk))
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    compare_invoices(differences, frames, sides, pairs)
    add_alone(sides, differences, _explain(link, frames, sides, confirmed_pairs(link, OBJECT, crosswalk)))
    return conclude(sides, differences, pairs)


def pair_invoices(link: Link, frames: Frames, crosswalk: pd.DataFrame, customers: Sides) -> Sides:
    """Return the invoices of both sides with their pairs; receipts need them to know what they pay.

    Args:
        link: The link.
        frames: Current rows of both sides.
        crosswalk: Rows of ``mapping.crosswalk``.
        customers: From ``pair_customers``.

    Raises:
        DataContractError: Rows repeat a key or lack what the comparison needs, or the crosswalk contradicts itself.
    """
    platform = _platform(frames, customers)
    every = _intacct(frames, customers)
    others = is_of_another_account(link, every, frames["bill.ar_invoice"], confirmed_pairs(link, OBJECT, crosswalk))
    stands = ~every["is_undone"]
    sides = known_documents(link, OBJECT, crosswalk, platform, every, stands, date="invoice_date", of_others=others)
    pair_by_number(
        sides,
        is_live=~(platform["is_draft"] | platform["is_archived"]),
        stands=~sides.intacct["is_undone"],
        is_posted=sides.intacct["state"].isin(["Posted", "Selected", "Partially Paid", "Paid"]),
    )
    return sides


def invoices_of(link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Sides:
    """Return the same for an object that needs no customers; see ``pair_invoices``."""
    return pair_invoices(link, frames, crosswalk, pair_customers(link, frames, crosswalk))


def _platform(frames: Frames, customers: Sides) -> pd.DataFrame:
    rows = select_rows(frames["bill.ar_invoice"], "id", deleted=False)
    require(rows, ["customer_id", "currency", "amount"], "id")
    status = text(rows, "record_status")
    is_draft = status == "DRAFT"
    known = platform_parties(customers, text(rows, "customer_id"), "term", "shown")
    credited, amount = money(rows, "credit_amount"), rows["amount"].astype(object)
    # What is due lacks what was received, what was credited and what is on its way.
    due = value(rows, "due_amount").where(rows["due_amount"].notna(), amount - credited)
    invoice = pd.DataFrame(
        {
            "key": text(rows, "id"),
            "id": text(rows, "document_no"),
            "shown": text(rows, "document_no"),
            "number": folded(text(rows, "document_no")),
            "customer": text(rows, "customer_id"),
            "root": text(rows, "customer_id"),
            "root_name": known["shown"],
            "customer_no": known["partner"],
            "is_customer_ambiguous": known["is_ambiguous"].astype(bool),
            "term": known["term"],
            "invoice_date": value(rows, "invoice_date"),
            "due_date": value(rows, "due_date"),
            "is_draft": is_draft,
            # drafts look archived
            "is_archived": (flag(rows, "is_archived") | (status == "INACTIVE")) & ~is_draft,
            "received": amount - due - credited - money(rows, "scheduled_amount"),
            "credited": credited,
            "tax": money(rows, "tax_amount"),
            "amount": amount,
            "currency": text(rows, "currency"),
            "changed_at": changed_at(rows),
        }
    )
    return with_natural_key(invoice, "customer_no")


def _intacct(frames: Frames, customers: Sides) -> pd.DataFrame:
    rows = select_rows(frames["intacct.ar_invoice"], "record_no", deleted=False)
    require(rows, ["state", "customer_id", "currency", "trx_total_entered"], "record_no")
    state = text(rows, "state")
    known = intacct_parties(customers, text(rows, "customer_id"), "term")
    own_term = text(rows, "term_name")
    by_invoice = credited_by_invoice(frames)
    credited = pd.Series([by_invoice.get(key, NO_MONEY) for key in rows["record_no"]], index=rows.index, dtype=object)
    settled = money(rows, "trx_total_paid")
    invoice = pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, "document_no"),
            "shown": text(rows, "document_no"),
            "number": folded(text(rows, "document_no")),
            "customer": text(rows, "customer_id"),
            "is_customer_ambiguous": known["is_ambiguous"].astype(bool),
            "term": own_term.where(own_term != "", known["term"]),
            "invoice_date": value(rows, "invoice_date"),
            "due_date": value(rows, "due_date"),
            "state": state,
            "is_undone": state.isin(UNDONE),
            "is_order": text(rows, "module_key").str.startswith("8.").astype(bool),
            "settled": settled,
            "received": settled - credited,
            "credited": credited,
            "amount": rows["trx_total_entered"].astype(object),
            "currency": text(rows, "currency"),
            "description": text(rows, "description"),
            "owner": text(rows, "owner_entity_id"),
            "changed_at": changed_at(rows),
        }
    )
    return with_natural_key(invoice, "customer")


def _explain(link: Link, frames: Frames, sides: Sides, confirmed: pd.DataFrame) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    gone = gone_documents(frames, "intacct.ar_invoice", party="customer_id")
    source_gone = deleted_on_platform(intacct, frames["bill.ar_invoice"], confirmed)
    is_settled = intacct["state"].isin(["Paid", "Partially Paid"]) | (intacct["settled"] != NO_MONEY).astype(bool)
    return Explanations(
        platform_cause=first_cause(
            platform,
            draft_invoice=platform["is_draft"],
            archived_invoice=platform["is_archived"],
            # Both copies may be there, and nobody knows it: so this goes before what a lone one would explain.
            ambiguous_customer=platform["is_customer_ambiguous"],
            advanced_sales_tax=pd.Series(link.advanced_sales_tax, index=platform.index),
        ),
        platform_otherwise=first_cause(
            platform,
            otherwise="invoice_missing_in_intacct",
            invoice_deleted_in_intacct=deleted_in_intacct(platform, gone, confirmed),
            invoice_customer_missing=platform["customer_no"] == "",
            invoice_term_missing=_has_no_term(link, frames, platform),
        ),
        intacct_cause=first_cause(
            intacct,
            ambiguous_customer=intacct["is_customer_ambiguous"] & ~intacct["is_undone"],
            received_in_intacct=is_settled & ~intacct["is_undone"],
            unposted_invoice=intacct["state"] != "Posted",
            **routing_causes(
                link, frames, intacct, {"intacct.ar_invoice_line": "invoice_record_no"}, made_here=~source_gone
            ),
            document_in_another_currency=is_of_other_currency(link, intacct) & ~source_gone,
        ),
        intacct_otherwise=first_cause(
            intacct, otherwise="invoice_missing_in_platform", invoice_deleted_in_bill=source_gone
        ),
        group_cause=NO_CAUSE,
        group_otherwise="double_invoice",
    )


def _has_no_term(link: Link, frames: Frames, platform: pd.DataFrame) -> pd.Series:
    """Say which invoices have a term that Intacct lacks; of terms that were never read nothing is known (S-TRM-02)."""
    terms = set(text(select_rows(frames["intacct.ar_term"], "record_no", deleted=False), "name"))
    coding = coding_of(link, frames)
    name = platform["term"].map({term: coding.term_name(term) or "" for term in platform["term"].unique()})
    return (platform["term"] != "") & ~name.isin(terms) & bool(terms)
