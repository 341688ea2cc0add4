"""Which vendor credits of Intacct a plan brings into BILL, with what, and which wait; without a database."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from into_bill_cases import BACK
from payables_cases import adjustment, credit, negative_bill
from push_cases import PAIRED_VENDOR, intacct_line, plan, stored, tables, vendor

from intacct_pipelines.domain.push import Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.domain.routes import Route, Routes
from intacct_pipelines.push.channel import is_by
from intacct_pipelines.push.into_bill.requests import found_in, write_of

NEGATIVE, ADJUSTED = "bill_vendor_credit", "bill_ap_adjustment"
MAKE = {NEGATIVE: negative_bill, ADJUSTED: adjustment}
TABLES = {NEGATIVE: "ap_bill", ADJUSTED: "ap_adjustment"}
PARENTS = {NEGATIVE: "bill_record_no", ADJUSTED: "adjustment_record_no"}
BOTH = pytest.mark.parametrize("name", [NEGATIVE, ADJUSTED])


def back(name, *rows, lines=("-40.00",), link=BACK, matches=(PAIRED_VENDOR,), other=(), **more):
    """The plan of one kind of vendor credit; ``other`` are rows of the other kind."""
    rows = rows or (MAKE[name](description="Broken"),)
    own = [
        {**intacct_line(at, trx_amount=Decimal(amount), description="Roof"), PARENTS[name]: row["record_no"]}
        for row in rows
        for at, amount in enumerate(lines, start=900)
    ]
    [sibling] = {NEGATIVE, ADJUSTED} - {name}
    changes = {f"intacct__{TABLES[name]}": [*rows], f"intacct__{TABLES[name]}_line": own}
    changes |= {f"intacct__{TABLES[sibling]}": [*other], f"intacct__{TABLES[sibling]}_line": []}
    there = {place: more.pop(place) for place in [*more] if "__" in place}
    return plan(tables(**changes, **there), link=link, matches=matches, objects=[name], **more)


def held(name, *rows, **more):
    """The one reason for which it is held."""
    planned = back(name, *rows, **more)
    assert planned.items == ()
    [hold] = planned.holds
    assert (hold.amount, hold.currency) == (Decimal("40.00"), "USD")
    return hold.kind, hold.rule


@BOTH
def test_a_fully_unused_credit_is_made_with_its_coding_under_the_key_of_its_item(name):
    """S-VCR-01, S-VCR-05, S-VCR-06: the sign is turned; known again by its key alone."""
    [item] = back(name, lines=("-30.00", "-10.00")).items
    codes = {"chartOfAccountId": "a1", "departmentId": "d1", "locationId": "l1"}
    assert (item.operation, item.source_id, item.amount) == (Operation.CREATE, "700", Decimal("40.00"))
    write = write_of(stored(item), "0080ORG")
    assert (write.method, write.path) == ("POST", "/v3/vendor-credits")
    assert write.body == {
        "vendorId": "v1",
        "referenceNumber": "VC-c1",
        "creditDate": "2026-02-03" if name == ADJUSTED else "2026-02-10",
        "vendorCreditLineItems": [
            {"amount": amount, "description": "Roof", "classifications": codes}
            for amount in (Decimal("30.00"), Decimal("10.00"))
        ],
        "description": f"INTACCT:700 {item.key} Broken",
    }
    shown = {"id": "new", **write.body}
    assert is_by(stored(item), found_in(PUSHED[name], shown))
    assert not is_by(stored(item), found_in(PUSHED[name], {**shown, "description": "Broken"}))


@BOTH
@pytest.mark.parametrize(
    "changes",
    [
        {"state": "Draft"},
        {"state": "Reversed"},
        {"trx_total_paid": Decimal("-0.01")},
        {"owner_entity_id": None},
        {"owner_entity_id": "200"},
        {"trx_total_entered": Decimal("40.00")},
        {"trx_total_entered": Decimal(0)},
        {"description": "SPEND:r1 key"},
    ],
    ids=lambda changes: " ".join(map(str, changes.values())),
)
def test_what_is_used_not_posted_of_another_level_or_no_credit_does_not_travel(name, changes):
    """S-VCR-01, S-VCR-04, S-CFG-11, S-SCH-05: nobody waits for it in BILL."""
    planned = back(name, MAKE[name](**{"description": None, **changes}))
    assert (planned.items, planned.holds) == ((), ())


@BOTH
def test_a_link_of_one_way_sends_none_and_one_that_bill_has_is_left_alone(name):
    """S-CFG-10; and whatever both sides have of a pair, the comparison tells."""
    planned = back(name, link=replace(BACK, one_way=True))
    assert (planned.items, planned.holds) == ((), ())
    pair = {"object": "vendor_credit", "platform_id": "c1", "intacct_record_no": 700, "method": "crosswalk"}
    planned = back(name, bill__vendor_credit=[credit(reference_no="Other")], matches=(PAIRED_VENDOR, pair))
    assert (planned.items, planned.holds) == ((), ())


def test_adjustments_go_only_where_the_link_names_them():
    """S-VCR-05: the vendor's sync leaves them behind, S-VCR-06: and takes negative bills."""
    assert not PUSHED[ADJUSTED].is_let_by(BACK)
    assert PUSHED[ADJUSTED].is_let_by(replace(BACK, also_pushed=frozenset({ADJUSTED})))
    assert PUSHED[NEGATIVE].is_let_by(BACK)


@BOTH
def test_what_came_from_bill_or_stands_twice_is_held(name):
    """S-SCH-05, S-IDM-04: by its mark, its number in BILL, its number in Intacct whatever keeps it there."""
    mine = MAKE[name](description=None)
    assert held(name, MAKE[name](description="BILL:c1 key")) == ("came_from_bill", "S-SCH-05")
    there = credit("c9", reference_no=" vc-C1")
    assert held(name, mine, bill__vendor_credit=[there]) == ("duplicate", "S-IDM-04")
    assert back(name, mine, bill__vendor_credit=[{**there, "is_archived": True}]).holds == ()
    [sibling] = {NEGATIVE, ADJUSTED} - {name}
    twin = MAKE[sibling](701, document_no="vc-c1")
    assert held(name, mine, other=[twin]) == ("duplicate", "S-IDM-04")
    assert back(name, mine, other=[{**twin, "state": "Reversed"}]).holds == ()
    assert held(name, mine, posted={(name, "700")}) == ("deleted_in_bill", "S-IDM-06")


@BOTH
def test_what_cannot_be_written_as_it_is_is_held(name):
    """Lines of both signs, sums that differ, no number, no counterpart, another currency, what is not readable."""
    mine = MAKE[name](description=None)
    assert held(name, mine, lines=("-50.00", "10.00")) == ("mixed_signs", PUSHED[name].lifts or "S-VCR-06")
    assert held(name, mine, lines=("-50.00",)) == ("unbalanced", "S-IDM-07")
    assert held(name, {**mine, "document_no": " "}) == ("missing_field", "S-IDM-03")
    assert held(name, mine, matches=()) == ("missing_reference", "S-VEN-01")
    assert held(name, mine, bill__vendor=[vendor(currency="EUR")]) == ("currency", "S-CUR-01")
    for table, key in ((TABLES[name], "700"), (f"{TABLES[name]}_line", "900")):
        assert held(name, mine, quarantined={(f"intacct.{table}", key)}) == ("quarantined", "S-ERR-41")


@BOTH
def test_one_over_ten_million_goes_whole_and_says_so(name):
    """S-BIL-07: the vendor's own sync would bring it back as 0."""
    large = MAKE[name](description=None, trx_total_entered=Decimal("-10000000.01"))
    [item] = back(name, large, lines=("-10000000.01",)).items
    assert (item.amount, len(item.warnings)) == (Decimal("10000000.01"), 1)


@BOTH
def test_of_two_accounts_at_one_place_one_gets_a_credit(name):
    """S-CFG-10: where its lines lead; what leads nowhere is held, and what another account brought is left alone."""
    here = Routes({"east": BACK.organization_id, "west": "org2"}, (Route("east", locations=frozenset({"100-A"})),))
    there = replace(here, rows=(Route("west", locations=frozenset({"100-A"})),))
    nowhere = replace(here, rows=(Route("west", locations=frozenset({"200-A"})),))
    found = [back(name, link=replace(BACK, routes=routes)) for routes in (here, there, nowhere)]
    assert [(len(one.items), [hold.kind for hold in one.holds]) for one in found] == [
        (1, []), (0, []), (0, ["no_route"]),
    ]  # fmt: skip
    brought = back(name, MAKE[name](description="BILL:of-another k1"), link=replace(BACK, routes=here))
    assert (brought.items, brought.holds) == ((), ())
