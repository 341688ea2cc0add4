"""What is planned for what people laid out: entered one way or the other, left alone, or held (S-CRD-09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from card_cases import CardCase, card_link
from push_cards import books
from push_cards import plan as plan_objects
from push_cases import item as stored_item
from push_cases import stored

from intacct_pipelines.domain.link import ClosedPeriod, Reimbursements
from intacct_pipelines.domain.push import Operation

REPORT, BILL = "reimbursement_report", "reimbursement_bill"
POLICY = Reimbursements(frozenset({"APPROVED", "PAID"}), {"u1": "V-1"})
BY_MAIL = replace(POLICY, people={})


def case_of(policy=BY_MAIL, *, link=None, coded=None, **more):
    """One paid reimbursement of a person who is an employee and a vendor, coded to 6400 at L2."""
    case = books(CardCase(link=replace(link or card_link(), reimbursements=policy)))
    case.add("spend.platform_user", id="u1", email="Ann@Example.com")
    case.add("intacct.employee", record_no=1, employee_id="E1", email="ann@example.com", status="active")
    case.add("intacct.vendor", record_no=1, vendor_id="V-1", status="active")
    case.reimbursement(**more)
    case.coded(**({"account": "6400", "location": "L2"} if coded is None else coded))
    return case


def plan(case, name=REPORT, **more):
    return plan_objects(case, objects=(name,), **more)


def test_a_reimbursement_becomes_an_expense_report_of_the_employee_with_the_persons_address():
    """The function's elements in the order of the vendor's client, mark and key, and what is owed to the employee."""
    found = plan(case_of())
    assert found.holds == ()
    (item,) = found.items
    assert (item.operation, item.amount, item.currency) == (Operation.CREATE, Decimal("50.00"), "USD")
    assert item.natural_key == {"EMPLOYEEID": "E1", "RECORDID": "r1"}
    assert item.payload == {
        "employeeid": "E1",
        "datecreated": {"year": "2026", "month": "02", "day": "01"},
        "dateposted": {"year": "2026", "month": "02", "day": "01"},
        "expensereportno": "r1",
        "description": f"SPEND:r1 {item.key} Taxi",
        "basecurr": "USD",
        "currency": "USD",
        "expenses": {
            "expense": [
                {
                    "glaccountno": "6400",
                    "amount": "50.00",
                    "expensedate": {"year": "2026", "month": "02", "day": "01"},
                    "memo": "Taxi",
                    "locationid": "L2",
                }
            ]
        },
    }
    assert [(line.side, line.account, line.amount) for line in item.ledger_effect] == [
        ("debit", "6400", Decimal("50.00")),
        ("credit", "employee payable", Decimal("50.00")),
    ]
    assert item.warnings == (
        "Spend & Expense has paid it: Intacct owes it until the payment is entered there [S-CRD-09]",
    )


def test_or_a_bill_of_the_vendor_that_the_link_names_for_the_person():
    """Submitted like any bill; the plan warns of a second payment through BILL."""
    (item,) = plan(case_of(POLICY), BILL).items
    assert item.natural_key == {"VENDORID": "V-1", "RECORDID": "r1"}
    assert item.payload["DESCRIPTION"] == f"SPEND:r1 {item.key} Taxi"
    assert item.payload["APBILLITEMS"] == {
        "APBILLITEM": [{"ACCOUNTNO": "6400", "TRX_AMOUNT": "50.00", "ENTRYDESCRIPTION": "Taxi", "LOCATIONID": "L2"}]
    }
    assert (item.payload["ACTION"], item.payload["WHENDUE"]) == ("Submit", "02/01/2026")
    assert [line.account for line in item.ledger_effect] == ["6400", "accounts payable"]
    assert "it may be paid there once more [S-CRD-09]" in item.warnings[-1]


def test_the_link_names_people_by_id_or_address_however_it_is_written():
    """A map wins over the address of an employee."""
    for people in ({"u1": "E2"}, {"ann@example.com": "E2"}):
        case = case_of(replace(BY_MAIL, people=people))
        case.add("intacct.employee", record_no=2, employee_id="E2", status="active")
        assert plan(case).items[0].payload["employeeid"] == "E2"


def test_a_line_without_location_has_the_links_and_an_employee_is_its_own_dimension():
    """What the account requires of it is filled as for every line (S-ERR-09)."""
    case = case_of(link=card_link(default_location="L1"), coded={"account": "6400"})
    case.rows["intacct.gl_account"][0]["is_employee_required"] = True
    (line,) = plan(case).items[0].payload["expenses"]["expense"]
    assert (line["locationid"], line["employeeid"]) == ("L1", "E1")


def test_the_note_of_a_person_is_not_sent():
    """It may hold anything; what has no merchant is told by its kind."""
    (item,) = plan(case_of(merchant_name=None, note="Dr. Smith", reimbursement_type="OUT_OF_POCKET")).items
    assert "Smith" not in item.payload_text
    assert item.payload["expenses"]["expense"][0]["memo"] == "Out of pocket"


def test_a_closed_day_is_held_or_moves_where_the_link_lets_it():
    """The report keeps its own date (S-IDM-08)."""
    closed = date(2026, 2, 28)
    for more in ({"closed_through": closed}, {"closed_later": {"100": closed}}):
        (hold,) = plan(case_of(), **more).holds
        assert (hold.rule, hold.kind) == ("S-IDM-08", "period_closed")
    (item,) = plan(case_of(link=card_link(closed_period=ClosedPeriod.FIRST_OPEN)), closed_through=closed).items
    assert item.payload["dateposted"] == {"year": "2026", "month": "03", "day": "01"}
    assert item.payload["datecreated"]["month"] == "02"
    assert "dated 2026-02-01, in the ledger on 2026-03-01 [S-IDM-08]" in item.warnings


@pytest.mark.parametrize(
    "more",
    [{"status": "AWAITING_TIER2_APPROVAL"}, {"status": None}, {"is_retired": True}],
    ids=["not approved", "unknown", "retired"],
)
def test_only_what_is_approved_or_paid_is_entered(more):
    """The words for that are a setting, since the platform does not publish them all."""
    found = plan(case_of(**more))
    assert (found.items, found.holds) == ((), ())
    chosen = replace(BY_MAIL, statuses=frozenset({str(more.get("status"))}))
    if more.get("status"):
        assert plan(case_of(chosen, **more)).items


@pytest.mark.parametrize("name", [REPORT, BILL])
@pytest.mark.parametrize("table", ["expense_report", "ap_bill"])
def test_what_intacct_has_in_either_form_is_left_alone(name, table):
    """A record that names it as its source is its pair, whichever way it was entered."""
    case = case_of(POLICY)
    case.report(11, "50.00", table, description="SPEND:r1 key")
    found = plan(case, name)
    assert (found.items, found.holds) == ((), ())


def test_what_is_on_its_way_the_other_way_is_left_alone():
    """Changing the setting enters nothing twice."""
    on_its_way = stored(stored_item("r1", object_name=REPORT))
    assert plan(case_of(POLICY), BILL, in_hand=[on_its_way]).items == ()
    (hold,) = plan(case_of(POLICY), BILL, posted={(REPORT, "r1")}).holds
    assert (hold.rule, hold.kind) == ("S-IDM-06", "deleted_in_intacct")


def with_strangers(policy, name, *, count=2):
    """As many records like it in Intacct that are nobody's pair; of several none can be told."""
    case = case_of(policy)
    for record_no in range(11, 11 + count):
        case.report(record_no, "50.00", name)
    return case


def without(case, table):
    case.rows[table] = []
    return case


def with_row(case, table, **changes):
    case.add(table, **changes)
    return case


NOBODY = replace(POLICY, people={"u9": "V-9"})
TWINS = {"record_no": 2, "employee_id": "E2", "email": "ann@example.com", "status": "active"}


@pytest.mark.parametrize(
    ("rule", "kind", "case", "name"),
    [
        ("S-CRD-09", "missing_reference", without(case_of(), "intacct.employee"), REPORT),
        ("S-CRD-09", "ambiguous", with_row(case_of(), "intacct.employee", **TWINS), REPORT),
        ("S-CRD-09", "missing_reference", case_of(replace(POLICY, people={"u1": "E9"})), REPORT),
        ("S-CRD-09", "missing_reference", case_of(NOBODY), BILL),
        ("S-CRD-09", "missing_reference", case_of(replace(POLICY, people={"u1": "V-9"})), BILL),
        ("S-CRD-09", "not_positive", case_of(amount="0"), REPORT),
        ("S-CRD-09", "missing_field", case_of(occurred_date=None), REPORT),
        ("S-CUR-04", "currency", case_of(currency="EUR"), REPORT),
        ("S-CUR-04", "currency", case_of(POLICY, currency="EUR"), BILL),
        ("S-BP-12", "missing_account", case_of(coded={}), REPORT),
        ("S-ERR-09", "missing_dimension", case_of(coded={"account": "6500", "location": "L2"}), REPORT),
        ("S-IDM-04", "duplicate", with_strangers(BY_MAIL, "expense_report"), REPORT),
        ("S-IDM-04", "duplicate", with_strangers(POLICY, "ap_bill"), BILL),
    ],
)
def test_one_that_must_not_be_entered_is_held_with_rule_and_remedy(rule, kind, case, name):
    """Each refusal names its rule and what to do; nothing is sent."""
    found = plan(case, name)
    assert found.items == ()
    (hold,) = found.holds
    assert (hold.rule, hold.kind) == (rule, kind)
    assert hold.remedy


def test_an_employee_or_vendor_out_of_use_holds():
    """What is named must be there and active."""
    case = case_of(POLICY)
    case.rows["intacct.vendor"][0]["status"] = "inactive"
    (hold,) = plan(case, BILL).holds
    assert (hold.rule, hold.kind) == ("S-CRD-09", "inactive")
