"""Receivables of the generated company: each planted difference has its verdict, and nothing else is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

from pipeline_world import World

from intacct_pipelines.defs.bill_extraction import sync_bill
from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog.bill import BILL_TABLES
from intacct_pipelines.domain.catalog.intacct import INTACCT_TABLES
from intacct_pipelines.domain.reconciled import RECONCILED

MISSING_IN_INTACCT = ("missing_in_intacct", "", "break", "")
MISSING_IN_BILL = ("missing_in_platform", "", "break", "")
NAMESAKES = {(f"missing_in_{side}", "", "expected", "S-CUS-02") for side in ("intacct", "platform")}
EXPECTED = {
    "customer": {
        "namesakes": {("duplicate", "", "expected", "S-CUS-02")},
        "only_in_bill": {MISSING_IN_INTACCT},
        "only_in_intacct": {MISSING_IN_BILL},
        "inactive_in_intacct": {("state", "status", "break", "")},
    },
    "ar_invoice": {
        "namesakes": NAMESAKES,
        "only_in_bill": {MISSING_IN_INTACCT},
        "new_customer": {MISSING_IN_INTACCT},
        "closed_period": {MISSING_IN_INTACCT},
        "only_in_intacct": {MISSING_IN_BILL},
        "only_in_intacct_paid": {("missing_in_platform", "", "expected", "S-INV-01")},
        "edited_in_bill": {("amount", "amount", "break", "")},
        "edited_in_intacct": {("amount", "amount", "break", "")},
        "tax_only_in_bill": {("amount", "tax_amount", "break", "")},
        "recoded": {("coding", "lines", "break", "")},
        "paid_in_intacct": {("state", "received_amount", "expected", "S-ARP-01")},
    },
    "ar_payment": {
        "namesakes": NAMESAKES,
        "only_in_bill": {MISSING_IN_INTACCT},
        "received_yesterday": {("missing_in_intacct", "", "in_flight", "S-SCH-04")},
        "applied_only_in_bill": {MISSING_IN_INTACCT},
        "voided_in_bill": {("state", "state", "break", "")},
        "voided": {("missing_in_platform", "", "expected", "S-ARP-03")},
        "received_in_intacct": {("missing_in_platform", "", "expected", "S-ARP-01")},
        "application of a memo": {("missing_in_platform", "", "expected", "S-CRM-01")},
    },
    "ar_funds_transfer": {
        "only_in_bill": {MISSING_IN_INTACCT},
        "amount_in_intacct": {("amount", "amount", "break", "")},
        "by hand": {("missing_in_platform", "", "expected", "S-RFT-01")},
    },
    "credit_memo": {
        "namesakes": {(f"missing_in_{side}", "", "expected", "S-CRM-01") for side in ("intacct", "platform")},
        "only_in_bill": {("missing_in_intacct", "", "expected", "S-CRM-01")},
        "only_in_intacct": {("missing_in_platform", "", "expected", "S-CRM-01")},
        "applied_only_in_bill": {("application", "applications", "expected", "S-CRM-01")},
    },
}
SETTLED = {
    ("state", "received_amount", "break", ""),
    ("state", "received_amount", "in_flight", "S-SCH-04"),
    ("application", "credited_amount", "expected", "S-CRM-01"),
}
"""What an invoice that agrees by itself shows of a receipt or credit memo that does not."""


def planted(business):
    """What the company's maker changed on purpose, by a BILL id or by a number that both systems show."""
    facts = business.receivables
    names = Counter(one.name for one in facts.customers)
    namesakes = {one.key for one in facts.customers if names[one.name] > 1}

    def by_id(records, ids):
        return {
            word: "namesakes" if getattr(one, "customer_key", one.key) in namesakes else one.difference
            for one in records
            for word in ids(one)
            if word
        }

    memos = [
        one if one.applications or "applied" not in one.difference else replace(one, difference="")
        for one in facts.credit_memos
    ]
    return {
        "customer": by_id(facts.customers, lambda one: (*one.bill_ids.values(), one.intacct_id)),
        "ar_invoice": by_id(facts.invoices, lambda one: (one.bill_id, one.number)),
        "ar_payment": by_id(facts.receipts, lambda one: (one.bill_id, one.reference)),
        "ar_funds_transfer": {
            word: "by hand" if one.kind == "deposit" else one.difference
            for one in facts.deposits
            for word in (one.bill_id, one.reference)
        },
        "credit_memo": by_id(memos, lambda one: (one.bill_id, one.number)),
    }


def extract(world):
    """Extract what these objects are reconciled from, and no more."""
    needed = {table for name in EXPECTED for table in RECONCILED[name].tables}
    with world.systems() as systems:
        for table in INTACCT_TABLES:
            if table.qualified_name in needed:
                sync_intacct_table(systems, world.entity, table, "run")
    world.extract_platform([table for table in BILL_TABLES if table.qualified_name in needed], sync_bill, "run")


def test_every_planted_difference_of_receivables_is_told_and_nothing_else(warehouse_dsn):
    """Customers, invoices, receipts and credit memos, against what the company's maker changed on purpose."""
    world = World(warehouse_dsn, bills=250)
    extract(world)
    with world.systems() as systems:
        link = systems.link(world.entity)
        results = {name: reconcile(systems, link, name, "run") for name in EXPECTED}
    for name, differences in planted(world.sandbox.business).items():
        told = defaultdict(set)
        for row in results[name].differences.itertuples():
            words = [word for word in (row.platform_id, row.intacct_id) if word in differences]
            kind = differences[words[0]] if words else "application of a memo"
            told[kind].add((row.kind, row.field, row.verdict, row.rule))
        assert told.pop("", set()) <= (SETTLED if name == "ar_invoice" else set())
        assert told.pop("namesakes", set()) <= EXPECTED[name].get("namesakes", set())
        kinds = {*differences.values(), *told} & EXPECTED[name].keys() - {"namesakes"}
        assert dict(told) == {kind: EXPECTED[name][kind] for kind in kinds}, name
