"""What may be there already under another spelling is not made before a person has said so, on no way."""

from __future__ import annotations

import pytest
from into_bill_cases import of_intacct, plan_of
from push_cases import bill, intacct_vendor, line, plan, tables, vendor

from intacct_pipelines.domain.push import Operation

LIKELY = {"object": "vendor", "platform_id": "v1", "intacct_record_no": 12, "intacct_id": "V-12"}
NEAR = intacct_vendor(12, name="Vendor v1 Inc.")


def both(**more):
    """A plan of a vendor of BILL and its bill, beside a vendor of Intacct of nearly the same name."""
    rows = tables(bill__vendor=[vendor()], intacct__vendor=[NEAR], bill__ap_bill=[bill()], bill__ap_bill_line=[line()])
    return plan(rows, matches=(), **more)


def test_a_vendor_that_likeness_proposes_waits_and_so_does_its_bill():
    """S-VEN-04: the hold names Intacct's vendor and how to decide; the bill names the vendor."""
    made = both(proposals=[LIKELY])
    assert made.items == ()
    party, document = made.holds
    assert (party.object_name, party.kind, party.rule) == ("vendor", "proposed_pair", "S-VEN-04")
    assert "V-12" in party.reason
    assert "`map vendor`" in party.remedy
    assert (document.object_name, document.kind, document.held_by) == ("ap_bill", "proposed_pair", "v1")


@pytest.mark.parametrize("change", [{"object": "customer"}, {"platform_id": "v2"}])
def test_a_proposal_of_another_record_holds_nothing(change):
    """Nor does a pair that was refused, which is proposed no more."""
    for proposals in ([], [LIKELY | change]):
        assert [item.object_name for item in both(proposals=proposals).items] == ["vendor", "ap_bill"]


def test_many_likely_ones_are_told_by_three():
    """The rest is in `map`."""
    many = [LIKELY | {"intacct_record_no": number, "intacct_id": f"V-{number}"} for number in range(12, 17)]
    assert "as V-12, V-13, V-14 and 2 more;" in both(proposals=many).holds[0].reason


@pytest.mark.parametrize(
    ("name", "compared", "rule"),
    [("bill_vendor", "vendor", "S-VEN-04"), ("bill_customer", "customer", "S-CUS-03"), ("bill_location", "", "")],
)
def test_the_way_into_bill_waits_for_the_same_word(name, compared, rule):
    """Of lists, which carry codes, likeness keeps none (ADR 45)."""
    row = of_intacct(name)
    likely = {"object": compared or "location", "intacct_record_no": row["record_no"], "platform_id": "there"}
    made = plan_of(name, [row], proposals=[likely | {"intacct_id": "X"}])
    if not rule:
        assert [item.operation for item in made.items] == [Operation.CREATE]
        return
    assert made.items == ()
    [hold] = made.holds
    assert (hold.kind, hold.rule) == ("proposed_pair", rule)
    assert "BILL may have it already, as there" in hold.reason
