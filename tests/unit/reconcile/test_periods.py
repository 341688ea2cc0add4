"""Which period a difference belongs to: the document's own day, on whichever side it stands."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from business_center_cases import BusinessCenterCase
from card_cases import CardCase, card_link
from clearing_cases import ClearingCase
from list_cases import ListCase
from receivables_cases import ReceivablesCase
from reconcile_cases import Case
from settlement_cases import SettlementCase

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile import conclusion

OURS, THEIRS = date(2026, 1, 31), date(2026, 2, 1)


def bills():
    case = Case().vendors()
    case.bill(bill_date=OURS)
    case.intacct_bill(bill_date=THEIRS)
    case.bill("b2", number="INV-2", bill_date=OURS)
    case.intacct_bill(12, number="INV-3", bill_date=THEIRS)
    return case


def credits_():
    case = SettlementCase().vendors()
    case.credit(credit_date=OURS)
    case.negative_bill(bill_date=THEIRS)
    case.credit("c2", number="CR-2", credit_date=OURS)
    case.adjustment(number="CR-3", adjustment_date=THEIRS)
    return case


def applications():
    case = SettlementCase().vendors().bill_pair()
    case.credit(credit_date=OURS)
    case.negative_bill(bill_date=THEIRS)
    case.use()
    case.intacct_use(amount="39.00")
    case.credit("c2", number="CR-2", credit_date=OURS)
    case.use("c2")
    case.negative_bill(32, number="CR-3", bill_date=THEIRS)
    case.intacct_use(902, credit=32)
    return case


def payments():
    case = SettlementCase().vendors().bill_pair().bill_pair(2, "50.00")
    case.payment(process_date=OURS, transaction_no="T-1")
    case.intacct_payment(payment_date=THEIRS, document_no="T-1")
    case.payment("p2", {"b2": "50.00"}, process_date=OURS)
    case.intacct_payment(502, {12: "7.00"}, payment_date=THEIRS)
    return case


def transfers():
    case = SettlementCase()
    case.movement(process_date=OURS)
    case.transfer(transfer_date=THEIRS)
    case.movement("m2", "-7.00", "M-2", process_date=OURS)
    case.transfer(802, "8.00", "M-3", transfer_date=THEIRS)
    return case


def deposits():
    case = ClearingCase()
    case.money_in(process_date=OURS)
    case.deposit(deposit_date=THEIRS)
    case.money_in("m2", "7.00", "D-2", process_date=OURS)
    case.deposit(802, "8.00", "D-3", deposit_date=THEIRS)
    return case


def invoices():
    case = ReceivablesCase().customers()
    case.bill_invoice(invoice_date=OURS)
    case.intacct_invoice(invoice_date=THEIRS)
    case.bill_invoice("i2", number="AR-2", invoice_date=OURS)
    case.intacct_invoice(12, number="AR-3", invoice_date=THEIRS)
    return case


def receipts():
    case = ReceivablesCase().customers().invoices()
    case.bill_receipt(payment_date=OURS)
    case.intacct_receipt(receipt_date=THEIRS)
    case.bill_receipt("r2", reference="R-2", payment_date=OURS)
    case.intacct_receipt(32, reference="R-3", receipt_date=THEIRS)
    return case


def memos():
    case = ReceivablesCase().customers()
    case.bill_memo(credit_date=OURS)
    case.intacct_memo(adjustment_date=THEIRS)
    case.bill_memo("m2", number="CM-2", credit_date=OURS)
    case.intacct_memo(52, number="CM-3", adjustment_date=THEIRS)
    return case


def charges():
    case = CardCase()
    late = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    case.charge(occurred_at=late)
    case.booked(transaction_date=THEIRS)
    case.claim()
    case.charge("t2", "30.00", occurred_at=late)
    case.booked(12, "40.00", transaction_date=THEIRS)
    return case


def center_bills():
    case = BusinessCenterCase().vendors()
    case.center_bill(bill_date=OURS)
    case.intacct_bill(bill_date=THEIRS)
    case.center_bill("b2", number="INV-2", bill_date=OURS)
    case.intacct_bill(12, number="INV-3", bill_date=THEIRS)
    return case


DOCUMENTS = {
    "ap_bill": bills,
    "vendor_credit": credits_,
    "credit_application": applications,
    "ap_payment": payments,
    "ap_funds_transfer": transfers,
    "ar_funds_transfer": deposits,
    "ar_invoice": invoices,
    "ar_payment": receipts,
    "credit_memo": memos,
    "card_transaction": charges,
    "business_center_bill": center_bills,
}


@pytest.mark.parametrize(("object_name", "make"), DOCUMENTS.items())
def test_a_difference_has_the_platforms_date_else_intaccts(object_name, make):
    """A pair and what only the platform has belong to the platform's day, what only Intacct has to Intacct's."""
    result = make().reconcile(object_name)
    found = {
        (row["platform_id"] is not None, row["intacct_record_no"] is not None): row["document_date"]
        for row in result.differences.to_dict("records")
    }
    assert found == {(True, True): OURS, (True, False): OURS, (False, True): THEIRS}
    months = {(row["class"], row["month"]) for row in result.period_totals.to_dict("records")}
    lone = {row["kind"] for row in result.differences.to_dict("records") if row["intacct_record_no"] is None}
    assert {("matched_different", date(2026, 1, 1)), *((kind, date(2026, 1, 1)) for kind in lone)} <= months


def test_records_of_lists_belong_to_no_period():
    """A department has no date, so its differences stand in every period's report, once."""
    case = ListCase("department")
    case.ours("d1", "Sales")
    case.theirs(1, "Design")
    result = case.result()
    assert list(result.differences["document_date"]) == [None, None]
    assert list(result.period_totals["month"]) == [None, None]


def test_a_charge_belongs_to_the_day_of_its_account():
    """The last evening of a month in UTC is the next month where the account's days begin earlier."""
    case = charges()
    case.link = card_link({"time_zone": "Asia/Tokyo"})
    days = case.reconcile("card_transaction").differences
    assert set(days["document_date"][days["platform_id"].notna()]) == {THEIRS}


def test_a_row_that_a_month_loses_is_noticed(monkeypatch):
    """The proof compares month by month: a class that stands in another month than its rows stops the run."""
    first_sums = conclusion._summed

    def moved(placed):
        sums = first_sums(placed)
        return sums.assign(month=sums["month"] + 1)

    monkeypatch.setattr(conclusion, "_summed", moved)
    with pytest.raises(DataContractError, match=r"do not add up to the rows in USD 2026-01, USD 2026-02"):
        bills().bills()
