"""Plans of lists: what is created, changed or made inactive for each of them, and each reason why one waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from push_cases import LINK, stored
from push_lists import BILL, EARLY, LATE, created, of_bill, of_intacct, plan_of
from push_receivables import plan_receivables, receivables

from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.lists import ACCOUNT_TYPES, LIST_PLANNERS
from intacct_pipelines.push.parties import party_id_of
from intacct_pipelines.push.wire import function_of

TOP = replace(LINK, entity=EntityKey("acme"))
RULES = {planner.object_name: planner.rule for planner in LIST_PLANNERS}


def held(name, ours, theirs=(), **more):
    """Kind and rule of the one hold of a plan without items."""
    made = plan_of(name, ours, theirs, **more)
    assert made.items == ()
    [hold] = made.holds
    assert hold.remedy
    return hold.kind, hold.rule


def xml_of(item):
    """The function that an item is, as it is sent."""
    return function_of(stored(item)).xml().replace(item.key, "KEY")


CREATES = {
    "gl_account": "<create><GLACCOUNT><ACCOUNTNO>6700</ACCOUNTNO><TITLE>Cloud</TITLE><ACCOUNTTYPE>incomestatement"
    "</ACCOUNTTYPE><NORMALBALANCE>debit</NORMALBALANCE><CLOSINGTYPE>non-closing account</CLOSINGTYPE>"
    "<STATUS>active</STATUS></GLACCOUNT></create>",
    "department": "<create><DEPARTMENT><DEPARTMENTID>LAB</DEPARTMENTID><TITLE>Labs</TITLE><STATUS>active</STATUS>"
    "</DEPARTMENT></create>",
    "location": "<create><LOCATION><LOCATIONID>100-R</LOCATIONID><NAME>Reno</NAME><PARENTID>100</PARENTID>"
    "<STATUS>active</STATUS></LOCATION></create>",
    "accounting_class": "<create><CLASS><CLASSID>GRANT-A</CLASSID><NAME>Grant A</NAME><DESCRIPTION>BILL:x1 KEY"
    "</DESCRIPTION><STATUS>active</STATUS></CLASS></create>",
    "ap_term": "<create_apterm><name>Net 45</name><description>BILL:x1 KEY</description><status>active</status><due>"
    "<dueday>45</dueday><duefrom>from invoice/bill date</duefrom></due></create_apterm>",
    "employee": "<create_employee><employeeid>E-7</employeeid><status>active</status><personalinfo><contact>"
    "<contactname>Lee, Ana (E-7)</contactname><printas>Ana Lee</printas><firstname>Ana</firstname><lastname>Lee"
    "</lastname></contact></personalinfo></create_employee>",
    "item": "<create><ITEM><ITEMID>SVC</ITEMID><NAME>Service hour</NAME><STATUS>active</STATUS><ITEMTYPE>"
    "Non-Inventory</ITEMTYPE></ITEM></create>",
    "customer": f"<create><CUSTOMER><CUSTOMERID>{party_id_of('org1', 'x1')}</CUSTOMERID><NAME>Globex</NAME>"
    "<DISPLAYCONTACT><PRINTAS>Globex</PRINTAS><EMAIL1>ap@globex.example</EMAIL1></DISPLAYCONTACT><STATUS>active"
    "</STATUS><COMMENTS>BILL:x1 KEY</COMMENTS><CURRENCY>USD</CURRENCY></CUSTOMER></create>",
}


@pytest.mark.parametrize("name", CREATES)
def test_a_new_record_is_created_with_id_name_and_what_intacct_needs(name):
    """The function of each list, in the order of its sequence (S-COA-01, S-DEP-01, S-LOC-01, S-CLS-01, …)."""
    assert xml_of(created(name)) == CREATES[name]


@pytest.mark.parametrize("name", CREATES)
def test_the_key_goes_into_the_record_where_it_has_a_text_for_it(name):
    """The others are known by their id (S-IDM-04)."""
    item = created(name)
    assert (item.key in item.payload_text) is bool(PUSHED[name].mark)
    assert (item.operation, len(item.natural_key), item.source_revision) == (Operation.CREATE, 1, "r1")


@pytest.mark.parametrize("name", [name for name in CREATES if name != "employee"])
def test_a_new_record_tells_what_both_sides_say_from_then_on(name):
    """S-CFG-21: a name that BILL gives it before anybody read both alike is BILL's own change."""
    assert created(name).agrees == {"name": BILL[name]["name"], "is_archived": "false"}


@pytest.mark.parametrize("name", CREATES)
def test_an_equal_pair_needs_nothing(name):
    """What agrees is neither written nor held."""
    made = plan_of(name, [of_bill(name)], [of_intacct(name)], pairs=[("x1", 70)])
    assert (made.items, made.holds) == ((), ())


@pytest.mark.parametrize("name", CREATES)
def test_what_is_archived_in_bill_and_not_in_intacct_is_left_alone(name):
    """Nobody waits for it, so the plan does not name it."""
    made = plan_of(name, [of_bill(name, is_archived=True)])
    assert (made.items, made.holds) == ((), ())


@pytest.mark.parametrize("name", [one for one in CREATES if one != "ap_term"])
def test_what_bill_archived_is_made_inactive_and_never_deleted(name):
    """By its number and nothing but the status (S-VEN-05, S-IDM-06)."""
    made = plan_of(name, [of_bill(name, is_archived=True)], [of_intacct(name)], pairs=[("x1", 70)])
    [item] = made.items
    tag = PUSHED[name].target.source_object
    assert xml_of(item) == f"<update><{tag}><RECORDNO>70</RECORDNO><STATUS>inactive</STATUS></{tag}></update>"
    assert (item.is_inactivating, item.target_id) == (True, "70")


@pytest.mark.parametrize(
    ("name", "changes", "payload"),
    [
        ("gl_account", {"name": "Cloud services"}, {"TITLE": "Cloud services"}),
        ("department", {"name": "Laboratory"}, {"TITLE": "Laboratory"}),
        ("location", {"name": "Sparks"}, {"NAME": "Sparks"}),
        ("accounting_class", {"name": "Grant B"}, {"NAME": "Grant B"}),
        ("item", {"name": "Hour"}, {"NAME": "Hour"}),
        ("customer", {"name": "Globex Inc"}, {"NAME": "Globex Inc"}),
    ],
)
def test_a_new_name_in_bill_is_written_alone(name, changes, payload):
    """Only what differs is sent, and the plan says what it was (S-DEP-01 and the like)."""
    [item] = plan_of(name, [of_bill(name, **changes)], [of_intacct(name)], pairs=[("x1", 70)]).items
    assert item.payload == {"RECORDNO": "70", **payload}
    assert [(one.new, bool(one.old)) for one in item.changes] == [(next(iter(payload.values())), True)]
    assert item.target_revision


@pytest.mark.parametrize("name", [one for one in CREATES if one not in {"ap_term", "employee"}])
@pytest.mark.parametrize(
    ("intacct", "wanted"),
    [
        ({"owner_entity_id": None}, ("ownership_level", "S-CFG-11")),
        ({"modified_at": LATE + timedelta(seconds=1)}, ("conflict", "S-CFG-21")),
        ({"status": "inactive"}, ("inactive", "S-VEN-05")),
    ],
)
def test_a_change_waits_where_another_level_or_a_later_edit_has_the_word(name, intacct, wanted):
    """Intacct is the master of what it shares and of what it changed last (S-CFG-11, S-CFG-21, S-VEN-05)."""
    row = of_bill(name, name="Something else")
    assert held(name, [row], [of_intacct(name, **intacct)], pairs=[("x1", 70)]) == wanted


@pytest.mark.parametrize("changes", [{"name": "Something else"}, {"name": "Something else", "is_archived": True}])
def test_a_record_that_only_its_id_makes_a_pair_is_not_renamed_before_the_pair_is_confirmed(changes):
    """Two people may have chosen the same id for two departments (S-VEN-08)."""
    row, theirs = of_bill("department", **changes), [of_intacct("department")]
    more = {"pairs": [("x1", 70)], "method": "natural_key"}
    assert held("department", [row], theirs, **more) == ("unconfirmed_pair", "S-VEN-08")


def test_a_pair_of_equal_id_and_name_needs_no_confirming():
    """It is certain, so BILL's archiving is followed."""
    row = of_bill("department", is_archived=True)
    made = plan_of("department", [row], [of_intacct("department")], pairs=[("x1", 70)], method="natural_key")
    assert [item.is_inactivating for item in made.items] == [True]


@pytest.mark.parametrize("name", CREATES)
def test_an_id_that_a_stranger_has_is_never_taken(name):
    """The record may be a person's own; only a confirmed pair is written to (S-VEN-08, S-IDM-04)."""
    item = created(name)
    column, taken = PUSHED[name].natural_key[0], next(iter(item.natural_key.values()))
    stranger = of_intacct(name, **{column: taken.lower(), "title": "Else", "first_name": "Else"})
    if column != "name":
        stranger |= {"name": "Else"}
    assert held(name, [of_bill(name)], [stranger]) == ("duplicate", "S-VEN-08")


@pytest.mark.parametrize("name", [one for one in CREATES if one != "ap_term"])
def test_a_name_that_intacct_has_under_another_id_waits_for_a_person(name):
    """The two may be one (S-VEN-03, S-CUS-02, S-CUS-03)."""
    stranger = of_intacct(name, **{PUSHED[name].natural_key[0]: "OTHER"})
    assert held(name, [of_bill(name)], [stranger]) == ("ambiguous", RULES[name])


def test_two_new_records_of_one_name_wait():
    """Neither is sent before BILL says which it is."""
    made = plan_of("department", [of_bill("department"), of_bill("department", "x2", short_name="LAB2")])
    assert (made.items, [hold.kind for hold in made.holds]) == ((), ["duplicate", "duplicate"])


@pytest.mark.parametrize("name", ["gl_account", "department", "location", "accounting_class", "employee", "item"])
def test_a_record_without_an_id_waits(name):
    """An id is never invented where people read it; the link's map or BILL says it (S-VEN-09)."""
    nothing = {"short_name": None, "account_no": None}
    assert held(name, [of_bill(name, **nothing)]) == ("missing_field", "S-VEN-09")


def test_the_links_map_gives_the_id():
    """By BILL's id or name, before what BILL says."""
    link = replace(LINK, department_map={"Labs": "L-9"})
    [item] = plan_of("department", [of_bill("department", short_name=None)], link=link).items
    assert item.natural_key == {"DEPARTMENTID": "L-9"}


def test_parents_come_first_and_their_children_wait_for_them():
    """A child names its parent's id and depends on the item that makes it."""
    child = of_bill("department", "a1", name="Optics", short_name="OPT", parent_id="x1")
    parent, made = plan_of("department", [child, of_bill("department")]).items
    assert (parent.natural_key, made.depends_on) == ({"DEPARTMENTID": "LAB"}, (parent.key,))
    assert made.payload["PARENTID"] == "LAB"


def test_a_child_of_a_held_parent_is_held_by_its_name():
    """Nothing is put where it does not belong."""
    child = of_bill("department", "a1", name="Optics", short_name="OPT", parent_id="x1")
    made = plan_of("department", [child, of_bill("department", short_name=None)])
    assert made.items == ()
    assert {hold.source_id: hold.held_by for hold in made.holds} == {"x1": "", "a1": "x1"}


def test_a_record_that_bill_moved_under_another_is_moved():
    """Where both sides name a parent, BILL's later word counts (S-DEP-01)."""
    ours = [of_bill("department"), of_bill("department", "a1", name="Optics", short_name="OPT", parent_id="x1")]
    theirs = [of_intacct("department"), of_intacct("department", 71, department_id="OPT", title="Optics")]
    theirs[1]["parent_id"] = "ENG"
    [item] = plan_of("department", ours, theirs, pairs=[("x1", 70), ("a1", 71)]).items
    assert item.payload == {"RECORDNO": "71", "PARENTID": "LAB"}


def test_a_record_whose_new_parent_is_not_in_intacct_yet_stays_where_it_is():
    """The next plan moves it, once the parent came back."""
    ours = [of_bill("department"), of_bill("department", "a1", name="Optics", short_name="OPT", parent_id="x1")]
    theirs = [of_intacct("department", 71, department_id="OPT", title="Optics", parent_id="ENG")]
    made = plan_of("department", ours, theirs, pairs=[("a1", 71)])
    assert [(item.source_id, item.operation) for item in made.items] == [("x1", Operation.CREATE)]


def test_a_location_never_takes_the_id_of_an_entity():
    """An entity is a location too, though its list may not show it."""
    assert held("location", [of_bill("location", short_name="200")]) == ("duplicate", "S-VEN-08")


@pytest.mark.parametrize("kind", ACCOUNT_TYPES)
def test_the_type_of_an_account_says_where_it_stands(kind):
    """Assets and expenses grow on the debit side, the rest on the credit side (S-COA-01)."""
    payload = created("gl_account", account_type=kind).payload
    assert (payload["ACCOUNTTYPE"], payload["NORMALBALANCE"]) == ACCOUNT_TYPES[kind]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("BANK", ("bank_account", "S-BP-01")),
        ("CREDIT_CARD", ("bank_account", "S-BP-01")),
        ("ACCOUNTS_PAYABLE", ("control_account", "S-COA-01")),
        ("ACCOUNTS_RECEIVABLE", ("control_account", "S-COA-01")),
        ("NON_POSTING", ("account_type", "S-COA-01")),
        ("UNSPECIFIED", ("account_type", "S-COA-01")),
        (None, ("account_type", "S-COA-01")),
    ],
)
def test_an_account_that_intacct_makes_itself_or_whose_place_is_not_known_waits(kind, wanted):
    """Banks come of bank accounts, subledgers of their own set-up (S-COA-03, S-BP-01)."""
    assert held("gl_account", [of_bill("gl_account", account_type=kind)]) == wanted


def test_the_number_of_an_account_never_changes():
    """Intacct keeps it, and so does BILL; only the title is followed (S-COA-05)."""
    row = of_bill("gl_account", account_no="6701", name="Cloud services")
    [item] = plan_of("gl_account", [row], [of_intacct("gl_account")], pairs=[("x1", 70)]).items
    assert item.payload == {"RECORDNO": "70", "TITLE": "Cloud services"}


def test_the_id_of_a_customer_follows_from_bills_and_stays_when_the_name_changes():
    """It is no other customer's, of this organisation or another, and never made anew (S-CFG-17)."""
    [first] = plan_of("customer", [of_bill("customer")]).items
    [renamed] = plan_of("customer", [of_bill("customer", name="Globex Inc")]).items
    [other] = plan_of("customer", [of_bill("customer", "x2")]).items
    [elsewhere] = plan_of("customer", [of_bill("customer")], link=replace(LINK, organization_id="org2")).items
    assert renamed.natural_key == first.natural_key
    assert len({one.natural_key["CUSTOMERID"] for one in (first, other, elsewhere)}) == 3


def test_an_account_that_closes_into_an_unknown_one_waits():
    """Where income closes into an account, a new one would have to name it."""
    others = [of_intacct("gl_account", 71, account_no="6000", title="Supplies", closing_type="closing account")]
    assert held("gl_account", [of_bill("gl_account")], others) == ("missing_field", "S-COA-01")


@pytest.mark.parametrize("kind", ["BANK", "CREDIT_CARD", "ACCOUNTS_PAYABLE"])
def test_the_account_of_a_bank_is_never_made_inactive(kind):
    """Payments point to it (S-COA-04)."""
    row = of_bill("gl_account", is_archived=True, account_type=kind)
    wanted = ("bank_account", "S-COA-04")
    assert held("gl_account", [row], [of_intacct("gl_account")], pairs=[("x1", 70)]) == wanted


def test_a_location_at_the_top_level_waits_where_there_are_entities():
    """BILL does not say to which entity it belongs (S-CFG-20)."""
    assert held("location", [of_bill("location")], link=TOP) == ("missing_reference", "S-CFG-20")
    [item] = plan_of("location", [of_bill("location")], link=TOP, rows={"intacct.entity": []}).items
    assert "PARENTID" not in item.payload


def test_a_term_whose_days_differ_is_left_to_a_person():
    """Other days would move due dates (S-TRM-01)."""
    theirs = [of_intacct("ap_term", due_days="30")]
    assert held("ap_term", [of_bill("ap_term")], theirs, pairs=[("x1", 70)]) == ("conflict", "S-TRM-01")
    assert held("ap_term", [of_bill("ap_term", due_days=None)]) == ("missing_field", "S-TRM-01")


def test_the_name_of_an_employee_is_the_contacts():
    """Whether an update would change the contact or make another is not known, so a person does it (S-EMP-01)."""
    row = of_bill("employee", last_name="Lee-Park")
    wanted = ("name_of_contact", "S-EMP-01")
    assert held("employee", [row], [of_intacct("employee")], pairs=[("x1", 70)]) == wanted


def test_an_employee_at_the_top_level_of_several_currencies_waits():
    """Intacct wants a location there."""
    assert held("employee", [of_bill("employee")], link=TOP) == ("missing_field", "S-EMP-01")


def test_an_employee_is_called_by_id_in_plans():
    """A person's name does not stand in what is shown about him."""
    assert created("employee").label == "employee E-7"


@pytest.mark.parametrize("kind", ["INVENTORY", "PAYMENT", None])
def test_an_item_that_needs_more_than_bill_knows_waits(kind):
    """Stock wants a cost method and groups (S-ITM-01)."""
    assert held("item", [of_bill("item", item_type=kind)]) == ("item_type", "S-ITM-01")


def test_a_sales_tax_is_no_item_in_intacct():
    """It has no place there, so the plan does not name it."""
    made = plan_of("item", [of_bill("item", item_type="SALES_TAX_GROUP")])
    assert (made.items, made.holds) == ((), ())


def test_a_customer_who_owes_something_stays_in_use():
    """An open invoice names him (S-CUS-01)."""
    owing = {"bill.ar_invoice": [{"id": "i1", "customer_id": "x1", "due_amount": 5, "is_archived": False}]}
    row = of_bill("customer", is_archived=True)
    made = held("customer", [row], [of_intacct("customer")], pairs=[("x1", 70)], rows=owing)
    assert made == ("still_used", "S-CUS-01")


def test_a_customer_in_a_currency_that_the_entity_does_not_use_waits():
    """S-CUR-04."""
    row = of_bill("customer", currency="JPY")
    assert held("customer", [row], currencies={"USD"}) == ("currency", "S-CUR-04")


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("gl_account", {"account_no": "6" * 25}),
        ("gl_account", {"name": "x" * 81}),
        ("department", {"name": "x" * 81}),
        ("accounting_class", {"short_name": "C" * 31}),
        ("customer", {"name": "x" * 101}),
    ],
)
def test_a_text_that_intacct_would_refuse_or_cut_waits(name, changes):
    """Nothing is cut silently."""
    others = [of_intacct("gl_account", 71, account_no="6000", title="Supplies")] if name == "gl_account" else []
    assert held(name, [of_bill(name, **changes)], others) == ("field_length", RULES[name])


@pytest.mark.parametrize("name", CREATES)
def test_what_was_created_before_and_is_gone_is_not_created_again(name):
    """A person deleted it (S-IDM-06)."""
    assert held(name, [of_bill(name)], posted={(name, "x1")}) == ("deleted_in_intacct", "S-IDM-06")


@pytest.mark.parametrize("side", ["bill", "intacct"])
def test_nothing_is_decided_on_a_copy_that_is_out_of_date(side):
    """The newer copy is in quarantine (S-ERR-41)."""
    row = of_bill("department", name="Laboratory")
    key = "x1" if side == "bill" else "70"
    quarantined = {(f"{side}.department", key)}
    more = {"pairs": [("x1", 70)], "quarantined": quarantined}
    assert held("department", [row], [of_intacct("department")], **more) == ("quarantined", "S-ERR-41")


def test_an_update_has_another_key_after_the_way_back_and_forth():
    """The same change from another state of the target is another operation (S-IDM-01)."""
    keys = set()
    for edited in (EARLY, EARLY + timedelta(days=1)):
        theirs = [of_intacct("department", modified_at=edited)]
        row = of_bill("department", name="Laboratory")
        [item] = plan_of("department", [row], theirs, pairs=[("x1", 70)]).items
        keys.add(item.key)
    assert len(keys) == 2


def test_an_invoice_goes_with_the_plan_that_creates_its_customer_and_waits_for_it():
    """It names the id that the customer will have, and depends on the item (S-CUS-01, S-INV-02)."""
    rows = receivables(bill__customer=[of_bill("customer", "c1")], intacct__customer=[])
    customer, document = plan_receivables(rows, matches=(), objects={"customer", "ar_invoice"}).items
    assert document.depends_on == (customer.key,)
    assert document.natural_key["CUSTOMERID"] == customer.natural_key["CUSTOMERID"]


def test_an_invoice_of_a_held_customer_is_held_by_his_name():
    """The reason and the remedy are the customer's."""
    rows = receivables(bill__customer=[of_bill("customer", "c1", currency="JPY")], intacct__customer=[])
    made = plan_receivables(rows, matches=(), objects={"customer", "ar_invoice"}, currencies={"USD"})
    assert made.items == ()
    assert [(hold.object_name, hold.kind, hold.held_by) for hold in made.holds] == [
        ("customer", "currency", ""),
        ("ar_invoice", "currency", "c1"),
    ]


@pytest.mark.parametrize("name", ["department", "location", "accounting_class", "customer", "gl_account"])
def test_what_only_bill_changed_goes_whatever_else_intacct_changed_later(name):
    """S-CFG-21: where it is known what both agreed on, the field decides, not which record was changed last."""
    later = {"modified_at": LATE + timedelta(seconds=1)}
    renamed, archived = of_bill(name, name="Renamed"), of_bill(name, is_archived=True)
    before = {"name": BILL[name]["name"], "is_archived": "false"}
    pairs, theirs = [("x1", 70)], [of_intacct(name, **later)]
    agreed = {(name, "x1", "70"): before}
    for ours, column, value in ((renamed, "name", "Renamed"), (archived, "is_archived", "true")):
        [item] = plan_of(name, [ours], theirs, pairs=pairs, agreed=agreed).items
        assert item.agrees == {column: value}
        assert held(name, [ours], theirs, pairs=pairs) == ("conflict", "S-CFG-21")
    title = "title" if name in {"department", "gl_account"} else "name"
    edited = [of_intacct(name, **later, **{title: "Named in Intacct"})]
    assert held(name, [renamed], edited, pairs=pairs, agreed=agreed) == ("conflict", "S-CFG-21")
    for word in (Conflicts.HOLD, Conflicts.INTACCT):
        link = replace(LINK, conflicts=ConflictPolicy(word))
        assert held(name, [renamed], edited, pairs=pairs, agreed=agreed, link=link) == ("conflict", "S-CFG-21")
    link = replace(LINK, conflicts=ConflictPolicy(fields={f"{name}.name": Conflicts.PLATFORM}))
    [item] = plan_of(name, [renamed], edited, pairs=pairs, agreed=agreed, link=link).items
    assert item.agrees == {"name": "Renamed"}
    only_there = held(name, [of_bill(name)], edited, pairs=pairs, agreed=agreed, link=link)
    assert only_there == ("conflict", "S-CFG-21"), "Intacct alone changed it, so nobody's word is asked"
    settled = {(name, "x1", "70"): LATE + timedelta(seconds=1)}
    assert len(plan_of(name, [renamed], [of_intacct(name, **later)], pairs=pairs, known_until=settled).items) == 1
