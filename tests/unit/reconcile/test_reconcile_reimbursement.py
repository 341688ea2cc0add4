"""Reimbursements: expected on the platform alone, unless somebody entered them in Intacct (S-CRD-09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from card_cases import CardCase
from reconcile_cases import shown

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.domain.link import CardPolicy
from intacct_pipelines.errors import DataContractError


@pytest.fixture
def case():
    case = CardCase()
    case.add("spend.platform_user", id="u1", email="Jo@x.example")
    case.add("intacct.employee", record_no=1, employee_id="E1", email="jo@X.example")
    return case


def told(case):
    return shown(case.reconcile("reimbursement"), "kind", "field", "verdict", "rule")


def test_a_reimbursement_and_a_report_of_its_own_are_expected_alone(case):
    """S-CRD-09: nothing carries them over; bills that name none are not looked at."""
    case.reimbursement()
    case.report(amount="60.00")
    case.report(12, table="ap_bill")
    assert told(case) == [
        ("missing_in_intacct", "", "expected", "S-CRD-09"),
        ("missing_in_platform", "", "expected", "S-CRD-09"),
    ]


def test_one_that_was_entered_by_hand_is_found(case):
    """S-CRD-09: by the source that report or bill names, else by employee, amount and a date after the purchase."""
    case.reimbursement("r1")
    case.report(11)
    case.reimbursement("r2", "7.00")
    case.report(12, "7.50", table="ap_bill", description=source_mark("spend", "r2"))
    case.reimbursement("r3", "8.00")
    case.report(13, "8.00", report_date=date(2026, 1, 31))
    case.reimbursement("r4", "9.00")
    case.report(14, "9.00", report_date=date(2026, 4, 3))
    result = case.reconcile("reimbursement")
    columns = ["platform_id", "intacct_record_no", "method"]
    assert list(result.matches[columns].itertuples(index=False, name=None)) == [
        ("r1", 11, "natural_key"),
        ("r2", 12, "mark"),
    ]
    of_pairs = result.differences[result.differences["field"] != ""]
    assert list(of_pairs[["field", "verdict", "amount_difference"]].itertuples(index=False, name=None)) == [
        ("amount", "break", Decimal("-0.50"))
    ]


def test_like_reports_are_not_guessed_at(case):
    """Two reports fit one reimbursement: none is taken."""
    case.reimbursement()
    case.report(11)
    case.report(12)
    assert len(case.reconcile("reimbursement").matches) == 0


def test_what_stands_on_one_side_only_is_a_break(case):
    """Archived and booked; live and reversed; deleted on the platform and booked; booked twice."""
    for number, more in enumerate(({"status": "ARCHIVED"}, {}, {"_deleted": True}, {}), start=1):
        case.reimbursement(f"r{number}", f"{number}.00", **more)
        state = "Reversed" if number == 2 else "Posted"
        case.report(10 + number, f"{number}.00", state=state, description=source_mark("spend", f"r{number}"))
    case.report(19, "4.00", description=source_mark("spend", "r4"))
    result = case.reconcile("reimbursement")
    assert set(result.differences["verdict"]) == {"break"}
    told = dict(shown(result, "intacct_record_no", "reason"))
    assert told[11] == "The reimbursement was dropped on the platform and stands in Intacct."
    assert told[12] == "The reimbursement stands on the platform and is reversed in Intacct."
    assert told[13] == "The reimbursement was deleted on the platform and stands in Intacct."
    assert told[14] == told[19] == "Several records of Intacct name the same reimbursement."


def test_a_number_that_is_two_records_is_refused(case):
    """A report and a bill of one number cannot be told apart in what is stored."""
    case.report(11)
    case.report(11, table="ap_bill", description=source_mark("spend", "r1"))
    with pytest.raises(DataContractError, match="same record number"):
        case.reconcile("reimbursement")


@pytest.mark.parametrize(
    ("receipts", "attachment", "is_told"), [(["x1"], None, True), (["x1"], "A1", False), ([], "A1", True)]
)
def test_a_receipt_on_one_side_only_is_expected(case, receipts, attachment, is_told):
    """S-ATT-01: once receipts were read; somebody may enter a report without them."""
    case.link = replace(case.link, cards=CardPolicy())
    case.reimbursement()
    case.report(attachment_id=attachment)
    case.add("spend.reimbursement_receipt", id="x0", reimbursement_id="another")
    for one in receipts:
        case.add("spend.reimbursement_receipt", id=one, reimbursement_id="r1")
    assert told(case) == ([("state", "receipt", "expected", "S-ATT-01")] if is_told else [])
