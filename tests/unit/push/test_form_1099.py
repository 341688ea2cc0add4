"""Which lines of a bill count for form 1099: the vendor says whether, the link for which account (S-BP-04)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from push_cases import LINK, PAIRED_BILL, PAIRED_VENDOR, intacct_bill, intacct_vendor, line, plan, tables, vendor
from push_cases import intacct_line as their_line

from intacct_pipelines.domain.link import Form1099, Reporting

NEC = {"form_1099_type": "NEC", "form_1099_box": "1"}
OWN = Form1099("MISC", "1")


def planned(said, *, ours=True, theirs=None, **more):
    """A plan of one bill on account 6000, of which the link says something."""
    link = replace(LINK, accounts_1099={} if said is None else {"6000": said})
    rows = tables(bill__vendor=[vendor(is_1099=ours)], intacct__vendor=[intacct_vendor(**(theirs or {}))])
    return plan(rows, link=link, **more)


def told(item):
    (sent,) = item.payload["APBILLITEMS"]["APBILLITEM"]
    return {name: value for name, value in sent.items() if name.startswith("FORM1099")}


@pytest.mark.parametrize(
    ("said", "ours", "theirs", "sent", "warning"),
    [
        (None, True, NEC, {}, None),
        (
            Reporting.VENDOR,
            True,
            NEC,
            {"FORM1099": "true", "FORM1099TYPE": "NEC", "FORM1099BOX": "1"},
            "1 lines count for form 1099-NEC, box 1 [S-BP-04]",
        ),
        (
            Reporting.VENDOR,
            False,
            NEC,
            {"FORM1099": "true", "FORM1099TYPE": "NEC", "FORM1099BOX": "1"},
            "1 lines count for form 1099-NEC, box 1 [S-BP-04]",
        ),
        (
            OWN,
            True,
            {},
            {"FORM1099": "true", "FORM1099TYPE": "MISC", "FORM1099BOX": "1"},
            "1 lines count for form 1099-MISC, box 1 [S-BP-04]",
        ),
        (Reporting.NEVER, True, NEC, {"FORM1099": "false"}, "1 lines do not count for form 1099 [S-BP-04]"),
        (OWN, False, {}, {}, None),
        (Reporting.VENDOR, False, {}, {}, None),
    ],
)
def test_a_line_counts_by_its_vendor_and_its_account(said, ours, theirs, sent, warning):
    """The plan says what is told; of a vendor that is not 1099, or an account without a word, nothing is."""
    (item,) = planned(said, ours=ours, theirs=theirs).items
    assert told(item) == sent
    assert item.warnings == (() if warning is None else (warning,))
    assert list(item.payload["APBILLITEMS"]["APBILLITEM"][0])[-len(sent) :] == list(sent) or not sent


def test_a_form_is_never_invented():
    """A line that counts for the vendor's form waits while nothing says which that is."""
    (hold,) = planned(Reporting.VENDOR).holds
    assert (hold.rule, hold.kind) == ("S-BP-04", "unmapped_1099")
    assert hold.remedy
    (hold,) = planned(Reporting.VENDOR, theirs={"form_1099_type": "NEC"}).holds
    assert hold.kind == "unmapped_1099"


def test_a_vendor_that_is_created_with_its_bill_has_the_form_of_the_link():
    """S-BP-03 gives it its form; its bill's lines count for the same."""
    link = replace(LINK, accounts_1099={"6000": Reporting.VENDOR}, form_1099={"v1": Form1099("NEC", "1")})
    rows = tables(bill__vendor=[vendor(is_1099=True)], intacct__vendor=[])
    owner, bill = plan(rows, link=link, matches=()).items
    assert owner.payload["FORM1099TYPE"] == told(bill)["FORM1099TYPE"] == "NEC"


def test_a_bill_is_mended_with_it_and_not_because_of_it():
    """What Intacct has of a bill whose lines agree is left alone."""
    matches = (PAIRED_VENDOR, PAIRED_BILL)
    link = replace(LINK, accounts_1099={"6000": OWN})
    same = tables(
        bill__vendor=[vendor(is_1099=True)], intacct__ap_bill=[intacct_bill()], intacct__ap_bill_line=[their_line()]
    )
    assert plan(same, link=link, matches=matches).items == ()
    same["bill.ap_bill_line"] = [line(description="New")]
    same["intacct.ap_bill_line"] = [their_line(department_id=None)]
    (item,) = plan(same, link=link, matches=matches).items
    assert told(item)["FORM1099TYPE"] == "MISC"
