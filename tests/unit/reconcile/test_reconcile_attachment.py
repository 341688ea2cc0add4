"""Reconciling the files of bills and invoices, which travel in neither direction (S-ATT-01)."""

from __future__ import annotations

import pytest
from receivables_cases import ReceivablesCase
from reconcile_cases import JUST_NOW, LONG_AGO, as_bytes, in_other_order, make_link, shown, verdicts

STAYS = ("missing_in_intacct", "", "expected", "S-ATT-01")
ONLY_THERE = ("missing_in_platform", "", "expected", "S-ATT-01")
BREAK = ("missing_in_intacct", "", "break", "")


class AttachedCase(ReceivablesCase):
    """A case with files on both sides; the methods add rows and return their key."""

    def file(self, name="Invoice.pdf", bill="b1", at=LONG_AGO, **more):
        position = len(self.rows["bill.ap_bill_document"])
        own = {"id": f"f{position}", "ap_bill_id": bill, "name": name, "created_at": at}
        return self.add("bill.ap_bill_document", **{**own, **more})

    def held(self, attachment="A-1", name="Invoice", kind="pdf"):
        position = len(self.rows["intacct.attachment"]) + 1
        own = {"record_no": position, "attachment_id": attachment, "file_name": name, "file_type": kind}
        return self.add("intacct.attachment", **own)


def case_of(attachment="A-1", **ours):
    """One bill on both sides, of which Intacct's names an attachment."""
    case = AttachedCase(link=make_link()).vendors(1)
    case.bill("b1", **ours)
    case.intacct_bill(11, attachment_id=attachment)
    return case


def found(case):
    return verdicts(case.reconcile("ap_bill_attachment"))


def reasons(case):
    return [reason for (reason,) in shown(case.reconcile("ap_bill_attachment"), "reason")]


@pytest.mark.parametrize(("name", "kind"), [("Invoice", "pdf"), ("INVOICE.pdf", "pdf"), ("invoice.PDF", None)])
def test_the_same_file_on_both_sides_is_a_pair(name, kind):
    """S-ATT-01: Intacct keeps a file's name and type apart, or the name whole."""
    case = case_of()
    case.file()
    case.file("Delivery note.pdf")
    case.held(name=name, kind=kind)
    result = case.reconcile("ap_bill_attachment")
    assert verdicts(result) == []
    assert result.matches[["platform_id", "intacct_record_no", "intacct_id", "method"]].values.tolist() == [
        ["b1", 11, "A-1", "document"]
    ]


def test_files_stay_where_they_are():
    """S-ATT-01: on one side only is expected, and a document without files is no row."""
    case = case_of("")
    assert found(case) == []
    case.file()
    assert found(case) == [STAYS]
    other = case_of()
    other.held()
    assert found(other) == [ONLY_THERE]


def test_a_file_that_came_late_is_in_flight_first():
    """S-SCH-04: however old its bill is; a second file counts too."""
    case = case_of("")
    case.file()
    case.file("Late.pdf", at=JUST_NOW)
    assert found(case) == [("missing_in_intacct", "", "in_flight", "S-SCH-04")]


def test_a_file_that_was_taken_away_is_none():
    """What BILL does not list any more counts no more."""
    case = case_of("")
    case.file(_deleted=True)
    assert found(case) == []


def test_files_of_a_document_without_partner_are_told_with_it():
    """S-ATT-01: nothing is said twice of a bill that is missing."""
    case = AttachedCase(link=make_link()).vendors(1)
    case.bill("b1", number="ONE")
    case.file()
    case.intacct_bill(11, number="TWO", attachment_id="A-1")
    case.held()
    assert found(case) == [STAYS, ONLY_THERE]
    assert all("no partner" in reason for reason in reasons(case))


def test_an_attachment_that_is_gone_is_a_break():
    """With BILL's files beside it or without; nothing is known where attachments were never read."""
    for has_file, expected in ((True, ("state", "attachment")), (False, ("missing_in_platform", ""))):
        case = case_of("A-9")
        if has_file:
            case.file()
        assert ("break" in {row[2] for row in found(case)}) is False
        case.held()
        assert found(case) == [(*expected, "break", "")]


def test_the_file_of_another_bill_is_a_break_and_another_name_is_not():
    """S-ATT-01: a file that BILL has with exactly one other bill was attached to the wrong one."""
    case = case_of()
    case.file("Invoice 1.pdf")
    case.held(name="Invoice 2")
    assert found(case) == [("coding", "file_name", "expected", "S-ATT-01")]
    case.bill("b2", number="INV-2")
    case.file("Invoice 2.pdf", "b2")
    told = found(case)
    assert told == [("coding", "file_name", "break", ""), STAYS]
    case.bill("b3", number="INV-3")
    case.file("Invoice 2.pdf", "b3")
    assert ("coding", "file_name", "expected", "S-ATT-01") in found(case)


@pytest.mark.parametrize("attachment", ["A-1", None])
def test_an_attachment_stays_behind_when_a_bill_is_made_anew(attachment):
    """S-BIL-08: an edit in BILL deletes Intacct's bill and makes it again, without what was attached to it."""
    case = case_of("")
    case.file()
    case.held()
    case.intacct_bill(10, attachment_id=attachment, _deleted=True)
    assert found(case) == [BREAK if attachment else STAYS]


def test_what_files_are_called_is_not_shown():
    """People name files after whom they are about: a difference tells how many there are."""
    case = case_of("")
    case.file("Jane Doe.pdf")
    case.file("Jane Doe 2.pdf")
    result = case.reconcile("ap_bill_attachment")
    assert shown(result, "platform_value") == [("INV-1: 2 files",)]


def test_files_of_invoices_are_compared_likewise():
    """S-ATT-01: the same for receivables."""
    case = AttachedCase(link=make_link()).customers(1).invoices(1)
    case.add("bill.ar_invoice_attachment", id="f1", ar_invoice_id="i1", name="Timesheet.xlsx", created_at=LONG_AGO)
    assert verdicts(case.reconcile("ar_invoice_attachment")) == [STAYS]
    case.rows["intacct.ar_invoice"][0]["attachment_id"] = "A-1"
    case.held(name="Timesheet", kind="xlsx")
    assert verdicts(case.reconcile("ar_invoice_attachment")) == []


def test_attachments_of_another_entity_are_out_of_scope():
    """S-CFG-11: each is counted, and none compared."""
    case = AttachedCase(link=make_link()).vendors(1)
    case.intacct_bill(11, attachment_id="A-1", owner_entity_id="200")
    case.intacct_bill(12, number="INV-2", owner_entity_id="200")
    result = case.reconcile("ap_bill_attachment")
    assert result.totals[["class", "intacct_count"]].values.tolist() == [["out_of_scope", 1]]


def test_the_order_of_rows_does_not_matter():
    """The same rows give the same bytes."""
    case = case_of()
    for number in range(2, 8):
        case.bill(f"b{number}", number=f"N-{number}")
        case.intacct_bill(10 + number, number=f"N-{number}", attachment_id=f"A-{number}")
        case.file(f"Invoice {number}.pdf", f"b{number}")
        case.held(f"A-{number}", f"Invoice {number + 1}")
    assert as_bytes(case.reconcile("ap_bill_attachment")) == in_other_order(case, "ap_bill_attachment")
