"""The proof over what is stored of a reconciliation: by currency, month and class, and over all months."""

from __future__ import annotations

from datetime import date

import pytest
from reconcile_cases import NOW, Case

from intacct_pipelines.warehouse.conservation import contradictions
from intacct_pipelines.warehouse.recon import Recon


def stored(warehouse):
    case = Case().vendors()
    case.bill()
    case.intacct_bill()
    for number, day in enumerate((date(2026, 1, 31), date(2026, 2, 28), None), start=2):
        case.bill(f"b{number}", f"{number}.50", f"INV-{number}", bill_date=day, currency="EUR")
        case.intacct_bill(20 + number, "9.00", f"INV-2{number}", bill_date=day)
    case.intacct_bill(99, "5.00", "OTHER", owner_entity_id="200")
    for name in ("vendor", "ap_bill"):
        result = case.reconcile(name)
        Recon(warehouse, now=lambda: NOW).store(
            result, link="acme-100", entity="acme:100", object_name=name, run_id="run-1"
        )


def test_what_is_stored_adds_up(warehouse):
    """Equal pairs, lone records, other owners, documents without a date and lists: nothing contradicts."""
    stored(warehouse)
    for name in ("vendor", "ap_bill", "never_compared"):
        assert contradictions(warehouse, "acme-100", name) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            (
                "UPDATE recon.period_total SET platform_total = platform_total + 0.01, difference = difference + 0.01 "
                "WHERE class = 'matched_equal' AND object = 'ap_bill'"
            ),
            {("totals", None)},
        ),
        (
            "UPDATE recon.difference SET amount_difference = amount_difference + 1 WHERE platform_id = 'b3'",
            {("differences", date(2026, 2, 1))},
        ),
        (
            "UPDATE recon.difference SET document_date = '2026-03-05' WHERE platform_id = 'b4'",
            {("differences", date(2026, 3, 1)), ("differences", None)},
        ),
        ("DELETE FROM recon.difference WHERE platform_id = 'b2'", {("differences", date(2026, 1, 1))}),
        ("DELETE FROM recon.period_total WHERE class = 'out_of_scope'", {("totals", None)}),
    ],
)
def test_a_cent_or_a_record_in_the_wrong_place_is_told(warehouse, change, found):
    """The class and the month that do not agree are named, with both sums."""
    stored(warehouse)
    with warehouse.transaction() as connection:
        assert connection.execute(change).rowcount == 1
    told = contradictions(warehouse, "acme-100", "ap_bill")
    assert {(row["with"], row["month"]) for row in told} == found
    assert all(row["by_month"] != row["other"] for row in told)
