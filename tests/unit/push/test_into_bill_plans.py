"""What a plan into BILL holds, sends and leaves alone, without a database."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from into_bill_cases import (
    BACK,
    EARLY,
    INTACCT,
    LATE,
    OBJECTS,
    created,
    of_bill,
    of_intacct,
    plan_of,
    table_of,
    updated,
)
from push_cases import stored

from intacct_pipelines.domain.conflicts import ConflictPolicy, Conflicts
from intacct_pipelines.domain.link import IntoBill
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.into_bill.planners import agreements
from intacct_pipelines.push.into_bill.requests import write_of
from intacct_pipelines.push.plan import PLANNERS
from intacct_pipelines.push.sources import Sources
from intacct_pipelines.report.plan_page import plan_page
from intacct_pipelines.settings.sections import IntoBillSettings

KEY = "70"


def name_of(name):
    """Intacct's column with the name, or with the part of it that a test changes."""
    return "title" if table_of(name) in {"gl_account", "department"} else called(name)


def called(name):
    """BILL's column with the same."""
    return "last_name" if name == "bill_employee" else "name"


def code_of(name):
    """BILL's column that carries Intacct's id."""
    return PLANNERS[name].code


def kinds(plan):
    """Class of reason and rule of what is held."""
    return [(hold.kind, hold.rule) for hold in plan.holds]


@pytest.mark.parametrize("name", OBJECTS)
def test_what_only_intacct_has_is_made_in_bill_under_its_id(name):
    """S-COA-01, S-DEP-01, S-LOC-01, S-CLS-01, S-VEN-01: the record carries Intacct's id, and no item's key."""
    item, again = created(name), created(name)
    assert (item.operation, item.source_id, item.target_id) == (Operation.CREATE, KEY, None)
    assert item.key == again.key
    assert item.key not in item.payload_text
    code = PUSHED[name].field(code_of(name))
    at = item.payload
    for part in code.split("."):
        at = at[part]
    assert at == INTACCT[table_of(name)][PUSHED[name].source.business_key]


@pytest.mark.parametrize("name", OBJECTS)
def test_what_both_have_alike_is_left_alone(name):
    """Nothing is sent for a pair that agrees, whoever changed last."""
    plan = plan_of(name, [of_intacct(name)], [of_bill(name)], pairs=[(70, "x1")])
    assert (plan.items, plan.holds) == ((), ())


@pytest.mark.parametrize("name", OBJECTS)
def test_what_is_out_of_use_or_another_levels_does_not_travel(name):
    """S-VEN-05, S-CFG-11: only records in use, of the link's own level; the top level's if the link asks for them."""
    assert plan_of(name, [of_intacct(name, status="inactive")]).items == ()
    assert plan_of(name, [of_intacct(name, owner_entity_id="200")]).items == ()
    top = of_intacct(name, owner_entity_id=None)
    assert plan_of(name, [top]).items == ()
    shared = replace(BACK, into_bill=IntoBill(shared_lists=True))
    assert len(plan_of(name, [top], link=shared).items) == 1


@pytest.mark.parametrize("name", OBJECTS)
def test_a_name_or_an_id_that_bill_has_already_holds_the_record(name):
    """S-IDM-04: nothing else would tell the two apart; a person pairs them or renames one."""
    other = {called(name): "Other", code_of(name): "OTHER"}
    same_name = of_bill(name, "x9", **{**other, called(name): of_bill(name)[called(name)].upper()})
    plan = plan_of(name, [of_intacct(name)], [same_name])
    assert (plan.items, [kind for kind, _ in kinds(plan)]) == ((), ["ambiguous"])
    code = code_of(name)
    same_id = of_bill(name, "x9", **{**other, code: of_bill(name)[code].lower()})
    plan = plan_of(name, [of_intacct(name)], [same_id])
    assert (plan.items, [kind for kind, _ in kinds(plan)]) == ((), ["duplicate"])


@pytest.mark.parametrize("name", OBJECTS)
def test_two_new_records_of_one_name_are_held_both(name):
    """S-VEN-03: BILL tells records apart by their names."""
    second = {**of_intacct(name, 71), PUSHED[name].source.business_key: "OTHER-ID"}
    plan = plan_of(name, [of_intacct(name), second])
    assert (plan.items, [kind for kind, _ in kinds(plan)]) == ((), ["duplicate", "duplicate"])


@pytest.mark.parametrize(
    ("name", "column"),
    [("bill_accounting_class", "description"), ("bill_vendor", "comments"), ("bill_customer", "comments")],
)
def test_what_came_from_bill_and_lost_its_pair_is_not_made_again(name, column):
    """S-SCH-05: Intacct's record says from which record of BILL it came."""
    plan = plan_of(name, [of_intacct(name, **{column: "BILL:00901X0000000000001 key"})])
    assert (plan.items, kinds(plan)) == ((), [("came_from_bill", "S-SCH-05")])


@pytest.mark.parametrize("name", OBJECTS)
def test_a_record_that_was_made_before_or_is_in_quarantine_waits(name):
    """S-IDM-06, S-ERR-41: what we made and is gone is a person's to judge; of what cannot be read nothing is sent."""
    row, table = of_intacct(name), PUSHED[name].source.qualified_name
    assert kinds(plan_of(name, [row], posted={(name, KEY)})) == [("deleted_in_bill", "S-IDM-06")]
    assert kinds(plan_of(name, [row], quarantined={(table, KEY)})) == [("quarantined", "S-ERR-41")]
    renamed = of_intacct(name, **{name_of(name): "Else"})
    plan = plan_of(name, [renamed], [of_bill(name)], pairs=[(70, "x1")], quarantined={(table, KEY)})
    assert (plan.items, kinds(plan)) == ((), [("quarantined", "S-ERR-41")])


@pytest.mark.parametrize("name", [name for name in OBJECTS if name != "bill_project"])
def test_a_name_travels_by_what_both_last_agreed_on(name):
    """S-CFG-21: only Intacct changed, only BILL changed, both changed, and what never agreed."""
    column = called(name)
    row, twin = of_intacct(name, **{name_of(name): "Ours"}), of_bill(name, **{column: "Theirs"})
    key = (PUSHED[name].reconciliation, "x1", KEY)

    def plan(base, link=BACK, ours=row, theirs=twin):
        agreed = {key: {column: base}} if base else {}
        return plan_of(name, [ours], [theirs], pairs=[(70, "x1")], agreed=agreed, link=link)

    [item] = plan("theirs").items
    assert (item.operation, item.target_id) == (Operation.UPDATE, "x1")
    assert item.payload == {PUSHED[name].field(column): "Ours"}
    assert [(one.field, one.old, one.new) for one in item.changes] == [(column.replace("_", " "), "Theirs", "Ours")]
    assert (plan("ours").items, plan("ours").holds) == ((), ())
    assert (plan("Else").items, kinds(plan("Else"))) == ((), [("conflict", "S-CFG-21")])
    policies = {word: replace(BACK, conflicts=ConflictPolicy(fields={column: word})) for word in Conflicts}
    assert kinds(plan("Else", policies[Conflicts.HOLD])) == [("conflict", "S-CFG-21")]
    assert len(plan("Else", policies[Conflicts.INTACCT]).items) == 1
    theirs_stands = plan("Else", policies[Conflicts.PLATFORM])
    assert (theirs_stands.items, theirs_stands.holds) == ((), ())
    assert len(plan("").items) == 1
    older = {**row, "modified_at": EARLY}
    assert plan("", ours=older, theirs={**twin, "modified_at": LATE}).items == ()
    top = plan("Else", ours={**row, "owner_entity_id": None})
    assert len(top.items) == 1, "of what the top level owns Intacct is the master"


@pytest.mark.parametrize("name", OBJECTS)
def test_what_pairs_agree_on_is_told_field_by_field(name):
    """A field on which they differ is not among it, so its base stays what it was."""
    table = table_of(name)
    tables = {
        f"intacct.{table}": [of_intacct(name, **{name_of(name): "Ours"})],
        f"bill.{table}": [of_bill(name)],
    }
    match = {"object": PUSHED[name].reconciliation, "platform_id": "x1", "intacct_record_no": 70, "method": "crosswalk"}
    [(key, fields)] = agreements(Sources(BACK, tables, [match]), [name]).items()
    assert key == (PUSHED[name].reconciliation, "x1", KEY)
    assert fields["is_archived"] == "false"
    assert called(name) not in fields


@pytest.mark.parametrize("name", OBJECTS)
def test_what_intacct_retires_is_archived_alone(name):
    """S-VEN-05: archiving is a call of its own, which takes no other change along; it comes last in a plan."""
    item = updated(name, status="inactive", **{name_of(name): "Else"})
    assert (item.payload, item.is_inactivating) == ({"archived": "true"}, True)
    gone = plan_of(name, [of_intacct(name, status="inactive")], [of_bill(name, is_archived=True)], pairs=[(70, "x1")])
    assert (gone.items, gone.holds) == ((), ())


@pytest.mark.parametrize(
    ("archives", "due", "others", "expected"),
    [
        (True, "0", [], ({"archived": "true"}, [])),
        (True, "0.01", [], (None, [("still_used", "S-VEN-06")])),
        (True, "0", [(71, "x1")], (None, [])),
        (False, "0", [], (None, [])),
    ],
    ids=["deleted", "still owed", "another took its place", "not asked for"],
)
def test_a_vendor_that_intacct_deleted_is_archived_where_the_link_says_so(archives, due, others, expected):
    """S-VEN-06: what both once agreed on tells which it was, and a record that took its place is its pair now."""
    owed = {"id": "b1", "vendor_id": "x1", "due_amount": Decimal(due), "is_archived": False}
    plan = plan_of(
        "bill_vendor",
        [of_intacct("bill_vendor", number) for number, _ in others],
        [of_bill("bill_vendor")],
        pairs=others,
        link=replace(BACK, into_bill=IntoBill(archives_deleted=archives)),
        rows={"bill.ap_bill": [owed]},
        agreed={("vendor", "x1", "70"): {"name": "Acme", "is_archived": "false"}},
    )
    sent = [item.payload for item in plan.items]
    assert (sent[0] if sent else None, kinds(plan)) == expected


def test_an_account_of_a_bank_is_of_type_bank_and_stays_in_use():
    """S-COA-03, S-COA-04: BILL draws payments on it."""
    banks = {"intacct.checking_account": [{"record_no": 1, "account_no": "6700"}]}
    [item] = plan_of("bill_gl_account", [of_intacct("bill_gl_account")], rows=banks).items
    assert item.payload["account"] == {"number": "6700", "type": "BANK"}
    bank = of_bill("bill_gl_account", account_type="BANK")
    plan = plan_of("bill_gl_account", [of_intacct("bill_gl_account", status="inactive")], [bank], pairs=[(70, "x1")])
    assert (plan.items, kinds(plan)) == ((), [("bank_account", "S-COA-04")])
    plan = plan_of("bill_gl_account", [of_intacct("bill_gl_account", normal_balance=None)])
    assert kinds(plan) == [("account_type", "S-COA-01")]


def test_an_entity_is_no_location_of_bill():
    """S-LOC-01: Intacct's list of locations may show entities among them."""
    assert plan_of("bill_location", [of_intacct("bill_location", location_id="100")]).items == ()


def test_a_record_under_another_waits_until_that_is_in_bill():
    """BILL gives a record its id only once it is there."""
    above, below = of_intacct("bill_department"), of_intacct(
        "bill_department", 71, department_id="OPT", title="Optics", parent_id="LAB"
    )  # fmt: skip
    plan = plan_of("bill_department", [below, above])
    assert [item.source_id for item in plan.items] == ["70"]
    [held] = plan.holds
    assert (held.source_id, held.kind, held.held_by) == ("71", "parent_waits", "70")
    plan = plan_of("bill_department", [below, above], [of_bill("bill_department")], pairs=[(70, "x1")])
    assert [(item.source_id, item.payload["parentId"]) for item in plan.items] == [("71", "x1")]


def test_a_vendor_is_1099_in_bill_without_form_and_box():
    """S-BP-02: BILL knows the flag alone."""
    assert created("bill_vendor").payload["additionalInfo"]["track1099"] == "true"
    assert "track1099" not in created("bill_vendor", form_1099_type=None).payload["additionalInfo"]


def test_a_vendors_country_may_be_given_for_all():
    """S-VEN-01: what the contact lacks is told; a country can be the link's."""
    contact = {"record_no": 1, "contact_name": "Zenith", "address_line1": "1 Road", "address_city": "Reno"}
    contacts = {"intacct.contact": [{**contact, "address_zip": "89501"}]}
    plan = plan_of("bill_vendor", [of_intacct("bill_vendor")], rows=contacts)
    assert (plan.items, kinds(plan)) == ((), [("missing_address", "S-VEN-01")])
    link = replace(BACK, into_bill=IntoBill(vendor_country="CA"))
    [item] = plan_of("bill_vendor", [of_intacct("bill_vendor")], rows=contacts, link=link).items
    assert item.payload["address"]["country"] == "CA"


def test_a_vendor_in_a_currency_that_bills_account_has_not_is_held():
    """S-CUR-01, S-CUR-02: the account's currencies are the link's."""
    link = replace(BACK, currencies=frozenset({"USD"}))
    plan = plan_of("bill_vendor", [of_intacct("bill_vendor", currency="CAD")], link=link)
    assert (plan.items, kinds(plan)) == ((), [("currency", "S-CUR-01")])


def test_a_pair_that_only_its_id_makes_is_not_renamed():
    """S-VEN-08: an id that was used again would give one company another's name."""
    row = of_intacct("bill_department", title="Else")
    plan = plan_of("bill_department", [row], [of_bill("bill_department")], pairs=[(70, "x1")], method="natural_key")
    assert (plan.items, kinds(plan)) == ((), [("unconfirmed_pair", "S-VEN-08")])


def test_a_text_that_is_too_long_for_bill_is_held():
    """S-ERR-24: BILL takes names of 100 characters."""
    plan = plan_of("bill_vendor", [of_intacct("bill_vendor", name="x" * 101)])
    assert (plan.items, [kind for kind, _ in kinds(plan)]) == ((), ["field_length"])


@pytest.mark.parametrize("name", ["bill_vendor", "bill_customer"])
def test_a_page_says_where_it_writes_and_hides_addresses(name):
    """A person who reads it lets something into BILL, not into Intacct."""
    page = plan_page(plan_of(name, [of_intacct(name)]))
    assert "What would be written to BILL through link" in page
    assert not [word for word in ("1 Quarry Road", "Dock 2", "89501", "12-3456789", "555-0") if word in page]


def test_a_customer_needs_an_e_mail_address_and_no_postal_one():
    """S-CUS-01: BILL makes no customer without the one; an address that is not whole is left out."""
    plan = plan_of("bill_customer", [of_intacct("bill_customer", email=" ")])
    assert (plan.items, kinds(plan)) == ((), [("missing_field", "S-CUS-01")])
    street = {"record_no": 1, "contact_name": "Zenith", "address_line1": "1 Road"}
    for contacts in ([], [street]):
        rows = {"intacct.contact": contacts}
        [item] = plan_of("bill_customer", [of_intacct("bill_customer")], rows=rows).items
        assert "billingAddress" not in item.payload


def test_names_of_customers_are_unique():
    """S-CUS-02, S-CUS-03: BILL tells customers apart by name; a name that stands twice is held, whose ever it is."""
    row = of_intacct("bill_customer")
    plan = plan_of("bill_customer", [row, of_intacct("bill_customer", 71, customer_id="C-8")])
    assert (plan.items, kinds(plan)) == ((), [("duplicate", "S-CUS-02")] * 2)
    plan = plan_of("bill_customer", [row], [of_bill("bill_customer", "x9", account_number="1")])
    assert (plan.items, kinds(plan)) == ((), [("ambiguous", "S-CUS-02")])


def test_a_customer_who_owes_something_in_bill_stays_in_use():
    """S-CUS-01: its invoices would stand without a customer in use."""
    invoice = {"id": "i1", "customer_id": "x1", "due_amount": Decimal("0.01"), "is_archived": False}

    def plan(**changes):
        return plan_of(
            "bill_customer",
            [of_intacct("bill_customer", status="inactive")],
            [of_bill("bill_customer")],
            pairs=[(70, "x1")],
            rows={"bill.ar_invoice": [{**invoice, **changes}]},
        )

    assert (plan().items, kinds(plan())) == ((), [("still_used", "S-CUS-01")])
    for settled in ({"due_amount": Decimal(0)}, {"is_archived": True}, {"customer_id": "x2"}):
        assert [item.payload for item in plan(**settled).items] == [{"archived": "true"}]


def test_intacct_is_the_master_of_projects():
    """S-PRJ-03, S-CON-04: what differs follows Intacct, whoever changed it; jobs are made in BILL (S-PRJ-02)."""
    row, twin = of_intacct("bill_project", name="Ours", modified_at=EARLY), of_bill("bill_project", modified_at=LATE)
    for base in ("Ours", "Else", ""):
        agreed = {("project", "x1", KEY): {"name": base}} if base else {}
        [item] = plan_of("bill_project", [row], [twin], pairs=[(70, "x1")], agreed=agreed).items
        assert item.payload == {"name": "Ours"}


def test_people_are_named_in_no_reason_and_hidden_where_they_are_made():
    """S-EMP-01: a hold and a label name the employee's id; the names are personal data."""
    row = of_intacct("bill_employee")
    plan = plan_of("bill_employee", [row], [of_bill("bill_employee", "x9", short_name="E-9")])
    [held] = plan.holds
    assert "Lee" not in f"{held.label} {held.reason} {held.remedy}"
    assert "Lee" not in plan_page(plan_of("bill_employee", [row]))


def test_an_item_takes_price_and_accounts_along_once():
    """S-ITM-01, S-ITM-02: accounts that BILL has just once by number; later each side keeps its own; no kits."""
    payload = created("bill_item").payload
    assert (payload["type"], payload["price"], payload["chartOfAccountId"]) == ("OTHER_CHARGE", "12.50", "a4")
    assert "expenseChartOfAccountId" not in payload
    assert created("bill_item", item_type="Inventory").payload["type"] == "INVENTORY"
    dearer = of_intacct("bill_item", base_price=Decimal(13), is_taxable=True)
    assert plan_of("bill_item", [dearer], [of_bill("bill_item")], pairs=[(70, "x1")]).items == ()
    plan = plan_of("bill_item", [of_intacct("bill_item", item_type="Kit")])
    assert (plan.items, kinds(plan)) == ((), [("item_type", "S-ITM-01")])


def term(record_no=70, **changes):
    """A payment term of Intacct."""
    row = {"record_no": record_no, "name": "Net 77", "status": "active", "due_days": "77"}
    return {**row, "due_from": "from invoice/bill date", **changes}


def test_terms_are_made_where_a_link_asks_and_never_changed():
    """S-TRM-01: name and days; what BILL has already, or cannot say, is held; a pair is left as it is."""
    [item] = plan_of("bill_ap_term", [term()]).items
    assert item.payload == {"name": "Net 77", "daysDue": "77"}
    write = write_of(stored(item), "0080ORG")
    assert (write.method, write.path) == ("POST", "/v3/organizations/0080ORG/payment-terms")
    assert write.body == {"name": "Net 77", "daysDue": 77}
    theirs = {"id": "x1", "name": "77 days", "due_days": 77}
    for held in (
        plan_of("bill_ap_term", [term()], [theirs]),
        plan_of("bill_ap_term", [term(), term(71, name="Net seventy-seven")]),
        plan_of("bill_ap_term", [term(due_from="from the end of the month")]),
        plan_of("bill_ap_term", [term(due_days="1000")]),
        plan_of("bill_ap_term", [term(due_days=None)]),
    ):
        assert (held.items, {rule for _, rule in kinds(held)}) == ((), {"S-TRM-01"})
    paired = plan_of("bill_ap_term", [term(name="Else", status="inactive")], [theirs], pairs=[(70, "x1")])
    assert (paired.items, paired.holds) == ((), ())


def test_terms_need_the_links_word():
    """S-TRM-01: the vendor's sync carries none, so `also_pushed` of the way into BILL names them."""
    pushed = PUSHED["bill_ap_term"]
    assert not pushed.is_let_by(BACK)
    assert pushed.is_let_by(replace(BACK, also_pushed=frozenset({"bill_ap_term"})))
    assert IntoBillSettings(also_pushed={"bill_ap_term"}).allowed(BACK).also_pushed == {"bill_ap_term"}
