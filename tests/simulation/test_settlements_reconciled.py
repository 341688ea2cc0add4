"""What settles the generated company: each planted difference has its verdict, and nothing else is told."""

from __future__ import annotations

from collections import defaultdict

from pipeline_world import World

from intacct_pipelines.defs.comparing import reconcile

VOID = {("missing_in_intacct", "", "expected", "S-CON-16")}
OUTSIDE = {("missing_in_platform", "", "expected", "S-PAY-01")}
EXPECTED = {
    "vendor_credit": {
        "adjustment": {("missing_in_platform", "", "expected", "S-VCR-05")},
        "only_in_bill": {("missing_in_intacct", "", "break", "")},
        "only_in_intacct": {("missing_in_platform", "", "break", "")},
        "over_ten_million": {("amount", "amount", "break", "")},
        "archived_in_bill": {("state", "state", "break", "")},
        "applied_in_intacct": {("state", "applied_amount", "expected", "S-VCR-08")},
        # the older credit that Intacct used in the place of another
        "": {("state", "applied_amount", "expected", "S-VCR-08")},
    },
    "credit_application": {
        "other_credit_used": {("application", "", "expected", "S-VCR-03")},
        "applied_in_intacct": {("application", "", "expected", "S-VCR-04")},
    },
    "ap_funds_transfer": {
        "missing_in_intacct": {("missing_in_intacct", "", "break", "")},
        "only_in_intacct": {("missing_in_platform", "", "expected", "S-AFT-01")},
        # void, and sent but not confirmed
        "": {
            ("missing_in_intacct", "", "expected", "S-AFT-01"),
            ("missing_in_intacct", "", "in_flight", "S-AFT-01"),
        },
    },
    "ap_payment": {
        "memo_lost": {("coding", "description", "expected", "S-PAY-05")},
        "redated": {("date", "payment_date", "break", "")},
        "in_process": {("missing_in_intacct", "", "in_flight", "S-PAY-02")},
        "": VOID,
        "only_in_intacct": OUTSIDE,
        "voided_in_intacct_only": {("state", "state", "break", "")},
        "no money": {("missing_in_platform", "", "expected", "S-CON-02")},
    },
}


def planted(business):
    """What the company's maker changed on purpose, by a BILL id or by a number that both systems show."""
    facts = business.settlements
    numbers = {credit.key: credit.number for credit in facts.credits}
    return {
        "vendor_credit": {name: one.difference for one in facts.credits for name in (one.bill_id, one.number)},
        "credit_application": {numbers[use.credit_key]: use.difference for use in facts.uses},
        "ap_funds_transfer": {
            name: one.difference for one in facts.transfers for name in (one.bill_id, one.name) if name
        },
        "ap_payment": {
            name: one.difference
            for one in facts.payments
            for name in (one.bill_id, one.check_number, one.transaction_number)
        },
    }


def test_every_planted_difference_of_credits_and_payments_is_told_and_nothing_else(warehouse_dsn):
    """Credits, applications and payments of a whole synced company, against what its maker changed on purpose."""
    world = World(warehouse_dsn, bills=250, grace_hours=0)
    world.extract()
    told = {}
    with world.systems() as systems:
        link = systems.link(world.entity)
        for name, differences in planted(world.sandbox.business).items():
            result = reconcile(systems, link, name, "run")
            told[name] = defaultdict(set)
            for row in result.differences.itertuples():
                value = row.platform_value if row.intacct_record_no is None else row.intacct_value
                words = [row.platform_id, *str(value).split()]
                kind = next((differences[word] for word in words if word in differences), "no money")
                told[name][kind].add((row.kind, row.field, row.verdict, row.rule))
    assert {name: dict(found) for name, found in told.items()} == EXPECTED
