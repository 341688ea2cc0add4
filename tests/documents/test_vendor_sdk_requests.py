"""What is sent is what the vendor's own client sends for the same values.

One run of Node writes all of it. What the client writes may have more empty elements than ours, and no others. A
function of an object's own has one order, the children of `create` and `update` have none (web-services/functions).
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from said import Said
from sdk_cases import BILLS, SDK
from sdk_reads import READ
from sent_cases import SENT, with_files
from vendor_sdk import run

from intacct_pipelines.push.wire import function_of

SCRIPT = Path(__file__).parent / "vendor_sdk.js"

SAID = {
    "full": Said(words="Cabling & Söhne <2>", line_words="Cat 6 > Cat 5"),
    "bare": Said(coded=frozenset(), due=None, is_full=False, is_online=False, amounts=(Decimal("12.30"),)),
    "foreign": Said(currency="EUR", amounts=(Decimal("0.05"), Decimal("12345678.90"), Decimal(7))),
    "moved": Said(closed_through=date(2026, 2, 28), coded=frozenset({"location"})),
    "sparse": Said(is_full=False, coded=frozenset({"department", "class"})),
}

OTHERS = {
    ("ap_bill", "create"): "it sends create_bill; the vendor documents create APBILL (api/accounts-payable/bills)",
    ("ap_bill", "update"): "it sends update_bill; the vendor documents update APBILL (api/accounts-payable/bills)",
    ("ap_bill", "reclassify"): "it has no such function; the schema of 2019 has reclassify_bill",
    ("reimbursement_bill", "create"): "as any bill: it sends create_bill",
    ("business_center_bill", "create"): "as any bill: it sends create_bill",
    ("business_center_vendor", "create"): "the same fields of create VENDOR as BILL's vendors, which are compared",
    ("ap_term", "create"): "it has no terms; the vendor documents create_apterm (api/accounts-payable/ap-terms)",
    ("ar_payment", "create"): "it sends create_arpayment; the vendor documents create ARPYMT (api/accounts-receivable)",
    ("ar_advance", "create"): "it has no advances; the vendor documents create ARADVANCE (api/accounts-receivable)",
    ("memo_application", "create"): "as the receipt; its apply_arpayment does not say which record becomes of it",
    ("vendor_credit", "update"): "it makes and deletes adjustments only; the schema of 2019 has update_apadjustment",
    ("credit_memo", "update"): "it makes and deletes adjustments only; the schema of 2019 has update_aradjustment",
    ("ap_bill_attachment", "update"): "it sends update_bill, as for bills",
    ("employee", "create"): "its create EMPLOYEE names a contact that is there; create_employee makes the contact too",
}
"""What the vendor's client sends by another function, or not at all."""


COMPARED = [(case, name) for case in SDK for name in SAID]
COMPARED_BILLS = [(case, name) for case in BILLS for name in SAID]
of_cases = {"ids": lambda one: one if isinstance(one, str) else " ".join(one)}

FIELDS = {
    "datecreated": "WHENCREATED", "dateposted": "WHENPOSTED", "datedue": "WHENDUE", "billno": "RECORDID",
    "ponumber": "DOCNUMBER", "exchratedate": "EXCH_RATE_DATE", "exchratetype": "EXCH_RATE_TYPE_ID",
    "glaccountno": "ACCOUNTNO", "amount": "TRX_AMOUNT", "memo": "ENTRYDESCRIPTION",
}  # fmt: skip
"""Elements of `create_bill` and the fields that they are (api/accounts-payable/bills); others have the same name."""


@pytest.fixture(scope="module")
def written(vendor_sdk):
    """What is sent and what the vendor's client writes, by case; all of it by one process."""
    cases, wanted = {}, []
    for case, name in COMPARED + COMPARED_BILLS:
        item = SENT[case](SAID[name])
        cases[case, name] = item
        wanted.append({**SDK, **BILLS}[case](SAID[name], item))
    for name, (function, description) in READ.items():
        cases[name] = function
        wanted.append(description)
    environment = {"NODE_PATH": str(vendor_sdk / "node_modules")}
    ran = run(["node", str(SCRIPT)], input=json.dumps(wanted), env=environment)
    assert ran.returncode == 0, ran.stderr
    documents = [etree.fromstring(text.encode()) for text in json.loads(ran.stdout)]
    return {
        case: (sent, document.find("function")) for (case, sent), document in zip(cases.items(), documents, strict=True)
    }


def tree(element, *, ordered):
    """An element as plain values: amounts without trailing zeros, children sorted where their order says nothing."""
    children = [tree(one, ordered=ordered) for one in element]
    text = (element.text or "").strip()
    if "amount" in element.tag.lower() and text:
        text = str(Decimal(text).normalize())
    return element.tag, dict(element.attrib), text, children if ordered else sorted(children, key=lambda one: one[0])


def without_more_empties(theirs, ours):
    """Take out of the client's elements the empty ones that ours do not have."""
    for one in list(theirs):
        same = [mine for mine in ours if mine.tag == one.tag]
        place = [other for other in theirs if other.tag == one.tag].index(one)
        without_more_empties(one, same[place] if place < len(same) else [])
        if not (len(one) or one.text or one.attrib or same):
            theirs.remove(one)


def compare(function, theirs):
    """Assert that a function is the client's, and that it has the same id."""
    (inner,) = theirs
    assert theirs.get("controlid") == function.control_id
    without_more_empties(inner, function.element)
    ordered = "_" in function.name
    assert tree(function.element, ordered=ordered) == tree(inner, ordered=ordered)


def test_every_kind_of_item_is_compared_or_has_its_reason():
    """What is sent by another function than the vendor's client is a choice, and written down."""
    assert {*SDK, *OTHERS} == set(SENT)
    assert not {*SDK} & {*OTHERS}


@pytest.mark.parametrize(("case", "name"), COMPARED, **of_cases)
def test_a_request_is_the_vendors_own(written, case, name):
    """Elements, values, attributes, and for functions of an object's own their order.

    The one known difference: the client names the record of an update by the id that people use, which may have changed
    since; ours is named by RECORDNO. Either does (web-services/functions, update).
    """
    item, theirs = written[case, name]
    function = with_files(item, SAID[name])
    if function.name == "update":
        (record,), (same,) = function.element, theirs[0]
        take_out(record, "RECORDNO", str(item.target_id))
        take_out(same, *item.natural_key, *item.natural_key.values())
    compare(function, theirs)


def take_out(element, tag, text):
    """Take out a child that holds a certain text."""
    one = element.find(tag)
    assert one.text == text
    element.remove(one)


@pytest.mark.parametrize(("case", "name"), COMPARED_BILLS, **of_cases)
def test_a_bill_says_what_the_vendors_own_function_of_bills_says(written, case, name):
    """Field by field and line by line, in the names of the fields that the generic functions take.

    An update of ours also empties what a line has not, names the record inside, and says the base currency.
    """
    item, theirs = written[case, name]
    (ours,) = function_of(item).element
    (spoken,) = theirs
    mine, wanted = values_of(ours), values_of(spoken)
    if case[1] == "update":
        assert mine.pop("RECORDNO") == spoken.get("key") == "500"
        assert mine.pop("BASECURR") == "USD"
    (own_lines,) = ours.findall("APBILLITEMS")
    their_lines = spoken.find("billitems") if case[1] == "create" else spoken.find("updatebillitems")
    assert mine == {field: text for field, text in wanted.items() if text or field in mine}
    numbers = [{"LINE_NO": one.get("line_num")} if one.get("line_num") else {} for one in their_lines]
    assert [values_of(one, filled=True) for one in own_lines] == [
        {**number, **values_of(one)} for number, one in zip(numbers, their_lines, strict=True)
    ]


def values_of(element, *, filled=False):
    """The fields right below an element, by the names of the generic functions; ``filled`` leaves out empty ones."""
    values = {}
    for one in element:
        parts = {part.tag: part.text for part in one}
        if parts.keys() <= {"year", "month", "day"} and parts:
            text = f"{parts['month']}/{parts['day']}/{parts['year']}"
        elif parts:
            continue  # the lines
        else:
            text = one.text or ""
        tag = FIELDS.get(one.tag, one.tag.upper())
        if tag == "TRX_AMOUNT":
            text = str(Decimal(text).normalize())
        if text or not filled:
            values[tag] = text
    return values


@pytest.mark.parametrize("name", READ)
def test_a_function_that_reads_is_the_vendors_own(written, name):
    """The client also writes the options that nobody chose; the children of a query have no order."""
    function, theirs = written[name]
    for options in theirs.iterfind("query/options"):
        take_out(options, "caseinsensitive", "false")
    compare(function, theirs)
