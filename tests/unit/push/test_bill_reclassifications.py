"""Paid bills that were only coded anew in BILL: reclassified if Intacct allows it, else held (S-BIL-06, S-ERR-07)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from push_cases import (
    LINK,
    PAIRED_BILL,
    PAIRED_VENDOR,
    bill,
    intacct_bill,
    intacct_line,
    intacct_vendor,
    line,
    plan,
    stored,
    tables,
)

from intacct_pipelines.doctor.intacct_company import Security, judge_security
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import Payables
from intacct_pipelines.domain.push import Operation, State
from intacct_pipelines.push.bill_words import lines_in_words
from intacct_pipelines.push.channel import Found
from intacct_pipelines.push.coded_lines import intacct_line as as_line
from intacct_pipelines.push.recover import check_target, judge
from intacct_pipelines.push.wire import function_of

PAID = {"state": "Paid", "trx_total_paid": Decimal("100.00"), "trx_total_due": Decimal(0)}
ALLOWED = [{"row_no": 1, "is_reclassification_disabled": False}]
FORBIDDEN = [{"row_no": 1, "is_reclassification_disabled": True}]
UNKNOWN = [{"row_no": 1, "is_reclassification_disabled": None}]
ACCOUNTS = [
    {"account_no": "6000", "status": "active", "is_location_required": True},
    {"account_no": "6100", "status": "active"},
]
FIRST, SECOND = {"amount": Decimal("60.00")}, {"amount": Decimal("40.00"), "line_no": 2}
OLD = (
    intacct_line(900, trx_amount=Decimal("60.00")),
    intacct_line(901, trx_amount=Decimal("40.00"), line_no=2, project_id="P-7", description="Cat 6"),
)
"""Intacct's two lines, which BILL had too before somebody coded the second one anew."""


NEW = (line(**FIRST), line(**SECOND, gl_account_id="a2"))


def rows(*, ours=NEW, theirs=OLD, header=None, paid=None, **more):
    """A paid bill of two lines, of which BILL says that the second is on account 6100."""
    found = tables(
        bill__ap_bill=[bill(**(header or {}))],
        bill__ap_bill_line=[*ours],
        intacct__ap_bill=[intacct_bill(**PAID | (paid or {}))],
        intacct__ap_bill_line=[*theirs],
        intacct__transaction_security=ALLOWED,
    )
    found["intacct.gl_account"] = ACCOUNTS
    return found | {name.replace("__", "."): value for name, value in more.items()}


def agreed_on(lines=OLD):
    return {("ap_bill", "b1", "500"): {"lines": lines_in_words(as_line(row).coding for row in lines)}}


def planned(*, link=LINK, agreed=None, closed_through=None, **more):
    matches = (PAIRED_VENDOR, PAIRED_BILL)
    base = agreed_on() if agreed is None else agreed
    return plan(
        rows(**more), link=link, matches=matches, objects={"ap_bill"}, agreed=base, closed_through=closed_through
    )


def the_item(**more):
    found = planned(**more)
    assert found.holds == ()
    (item,) = found.items
    return item


def the_hold(**more):
    found = planned(**more)
    assert found.items == ()
    (hold,) = found.holds
    return hold


def test_a_paid_bill_that_was_coded_anew_is_reclassified():
    """Only the line that changed goes, with all its codes and no amount; old account out, new one in (S-BIL-06)."""
    item = the_item()
    assert (item.operation, item.target_id, item.amount) == (Operation.RECLASSIFY, "500", Decimal("100.00"))
    assert function_of(item).xml() == (
        f'<reclassify_bill key="500"><description>BILL:b1 {item.key}</description><reclassifyitems>'
        '<reclasslineitem line_num="2"><glaccountno>6100</glaccountno><memo>Cat 6</memo><locationid>100-A</locationid>'
        "<departmentid>ENG</departmentid><projectid>P-7</projectid></reclasslineitem></reclassifyitems>"
        "</reclassify_bill>"
    )
    assert [(one.side, one.account, one.amount) for one in item.ledger_effect] == [
        ("credit", "6000", Decimal("40.00")),
        ("debit", "6100", Decimal("40.00")),
    ]
    assert [(one.field, one.old, one.new) for one in item.changes] == [
        ("line 2 account", "6000", "6100"),
        ("description", "BILL:b1", f"BILL:b1 {item.key}"),
    ]
    assert item.agrees["lines"] == "40 6100 ENG 100-A ; 60 6000 ENG 100-A "
    assert item.warnings == ("the bill is Paid in Intacct; only its coding changes [S-BIL-06]",)


def test_lines_are_the_same_by_what_they_are_not_by_their_place():
    """BILL may tell them in another order: what is coded alike is the same line, else what has the same amount."""
    ours = (line(**SECOND | {"line_no": 1}, gl_account_id="a2"), line(**FIRST | {"line_no": 2}))
    (sent,) = the_item(ours=ours).payload["reclassifyitems"]["reclasslineitem"]
    assert (sent["@line_num"], sent["glaccountno"]) == ("2", "6100")


def test_a_part_paid_bill_is_reclassified_too():
    half = {"state": "Partially Paid", "trx_total_paid": Decimal(50), "trx_total_due": Decimal(50)}
    assert the_item(paid=half).operation is Operation.RECLASSIFY


@pytest.mark.parametrize(
    ("security", "word"), [(FORBIDDEN, "forbids"), (UNKNOWN, "nobody can say"), ([], "nobody can say")]
)
def test_unless_intacct_says_that_it_may_the_edit_is_held_with_where_to_allow_it(security, word):
    """S-ERR-07, S-BP-06: the words are those of the set-up check, so that both lead to the same place."""
    hold = the_hold(intacct__transaction_security=security)
    assert (hold.kind, hold.rule) == ("record_locked", "S-BIL-06")
    assert word in hold.reason
    verdicts = judge_security(Security({"DISABLERECLASS": "true"}, writes=True))
    assert [hold.remedy] == [one.mend for one in verdicts]


@pytest.mark.parametrize(
    "more",
    [
        {"link": replace(LINK, payables=Payables(reclassify=False))},
        {"header": {"due_date": date(2026, 4, 1)}},
        {"header": {"bill_date": date(2026, 2, 11)}},
        {"header": {"document_no": "INV-b2"}},
        {"header": {"vendor_id": "v2"}},
        {"header": {"amount": Decimal("110.00")}},
        {"ours": (line(amount=Decimal("70.00")), line(line_no=2, amount=Decimal("30.00"), gl_account_id="a2"))},
        {"ours": (line(**FIRST), line(**SECOND | {"amount": Decimal(39)}), line(line_no=3, amount=Decimal(1)))},
        {"ours": (line(gl_account_id="a2"),)},
        {"paid": {"state": "Selected", "trx_total_paid": Decimal(0)}},
        {"paid": {"state": "Reversed"}},
    ],
    ids=lambda more: next(iter(more)),
)
def test_any_other_edit_of_a_settled_bill_is_held_as_ever(more):
    """Header, amounts and number of lines stay what they were; so does all of it where the link wants no recoding."""
    hold = the_hold(**more)
    assert (hold.kind, hold.rule) == ("record_locked", "S-BIL-06")
    assert "cannot be edited" in hold.reason


@pytest.mark.parametrize(
    ("kind", "rule", "more"),
    [
        ("period_closed", "S-BIL-09", {"closed_through": date(2026, 2, 28)}),
        ("source_locked", "S-PUR-05", {"paid": {"module_key": "9.PO"}}),
        ("ownership_level", "S-CFG-11", {"paid": {"owner_entity_id": None}}),
        ("not_approved", "S-APR-02", {"header": {"approval_status": "UNASSIGNED"}}),
        ("conflict", "S-BIL-11", {"paid": {"modified_at": datetime(2026, 3, 2, tzinfo=UTC)}}),
        ("conflict", "S-CFG-21", {"agreed": agreed_on((OLD[0], {**OLD[1], "account_no": "6200"}))}),
        ("conflict", "S-CFG-21", {"agreed": {}}),
        ("other_entity", "S-CFG-19", {"ours": (line(**FIRST), line(**SECOND, location_id="l2"))}),
        ("missing_account", "S-BP-12", {"ours": (line(**FIRST), line(**SECOND, gl_account_id="a3"))}),
        ("lost_dimension", "S-BIL-06", {"ours": (line(**FIRST), line(**SECOND, department_id=None))}),
    ],
)
def test_what_refuses_an_update_refuses_a_reclassification(kind, rule, more):
    """Closed books, orders, levels, approval, what both sides edited or nobody knows, codes that Intacct lacks."""
    hold = the_hold(**more)
    assert (hold.kind, hold.rule) == (kind, rule)
    assert hold.remedy


def test_no_line_of_a_paid_bill_goes_to_another_entity():
    """At the top level both places are the link's own, and yet the payment stays where it was (S-CFG-19)."""
    top = replace(LINK, entity=EntityKey("acme"))
    hold = the_hold(link=top, ours=(line(**FIRST), line(**SECOND, location_id="l2")), paid={"owner_entity_id": None})
    assert (hold.kind, hold.rule) == ("other_entity", "S-CFG-19")
    assert "from entity 100 to 200" in hold.reason


def test_what_a_line_counts_for_on_form_1099_is_not_told():
    """The function has no place for it, and the plan says so (S-BP-04)."""
    owner = intacct_vendor(form_1099_type="NEC", form_1099_box="1")
    link = replace(LINK, accounts_1099={"6100": "vendor"})
    more = {"intacct__vendor": [owner], "bill__vendor": [{**tables()["bill.vendor"][0], "is_1099": True}]}
    item = the_item(link=link, **more)
    assert "what these lines count for on form 1099 stays as it is in Intacct [S-BP-04]" in item.warnings
    assert "1099" not in function_of(item).xml()


# --- what a look-up proves -----------------------------------------------------------------------------------------


def there(item, *, account="6000", state="Paid", total="100.00", text="BILL:b1", first="6000"):
    """Intacct's bill as a look-up finds it, with both lines."""
    fields = {"RECORDNO": "500", "VENDORID": "V-11", "RECORDID": "INV-b1", "TRX_TOTALENTERED": total, "STATE": state}
    codes = {"DEPARTMENTID": "ENG", "LOCATIONID": "100-A", "CLASSID": ""}
    lines = (
        {"LINE_NO": "1", "TRX_AMOUNT": "60.00", "ACCOUNTNO": first, **codes},
        {"LINE_NO": "2", "TRX_AMOUNT": "40.00", "ACCOUNTNO": account, **codes},
    )
    return [Found("500", text.format(item.key), fields, lines=lines, state=state, is_settled=True)]


def sent_once():
    return replace(stored(the_item(), State.UNCERTAIN), attempts=1)


@pytest.mark.parametrize("seen", [{"account": "6100"}, {"text": "BILL:b1 {}"}], ids=["by its lines", "by its key"])
def test_what_was_done_is_known_by_the_lines_or_by_the_key(seen):
    """Whether the description is taken is not documented; either is enough, and nothing is sent again (S-IDM-03)."""
    item = sent_once()
    outcome = judge(item, there(item, **seen), most_attempts=3)
    assert (outcome.state, outcome.record_id) == (State.ACCEPTED, "500")
    before = check_target(item, there(item, **seen))
    assert before.state is State.ACCEPTED


def test_what_was_not_done_is_sent_again_as_long_as_the_bill_is_as_planned():
    """A payment that came meanwhile changes nothing of it (S-ERR-42)."""
    item = sent_once()
    for state in ("Paid", "Partially Paid"):
        assert judge(item, there(item, state=state), most_attempts=3) is None
        assert check_target(item, there(item, state=state)) is None


@pytest.mark.parametrize(
    "seen",
    [{"first": "6200"}, {"account": "6200"}, {"text": "Mine"}, {"total": "90.00"}, {"state": "Reversed"}],
    ids=lambda seen: next(iter(seen)),
)
def test_a_persons_work_is_left_alone(seen):
    """Nothing is sent over what somebody did meanwhile: a plan expires, an uncertain item waits (S-BIL-11)."""
    item = sent_once()
    outcome = judge(item, there(item, **seen), most_attempts=3)
    assert (outcome.state, outcome.reason.kind, outcome.reason.rule) == (State.HELD, "conflict", "S-BIL-11")
    expired = check_target(item, there(item, **seen))
    assert (expired.state, expired.reason.rule) == (State.EXPIRED, "S-BIL-09")


def test_a_label_tells_no_account_so_its_lines_prove_nothing():
    """S-COA-02: then the key in the description alone does."""
    link = replace(LINK, payables=Payables(account_labels=True))
    labels = [
        {"label": name, "account_no": number, "status": "active"} for name, number in (("A", "6000"), ("B", "6100"))
    ]
    item = replace(stored(the_item(link=link, intacct__ap_account_label=labels), State.UNCERTAIN), attempts=1)
    (sent,) = json.loads(item.payload_text)["reclassifyitems"]["reclasslineitem"]
    assert sent["accountlabel"] == "B"
    assert judge(item, there(item, account="6100"), most_attempts=3).state is State.HELD
    assert judge(item, there(item, text="BILL:b1 {}"), most_attempts=3).state is State.ACCEPTED
