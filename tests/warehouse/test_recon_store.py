"""Storing what reconciliation found, in a real Postgres."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from clearing_cases import IN, OUT, ClearingCase
from list_cases import ListCase
from reconcile_cases import LATER, LONG_AGO, NOW, Case
from settlement_cases import SettlementCase

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.warehouse.findings import findings
from intacct_pipelines.warehouse.recon import Recon


def store(warehouse, case, *, run_id="run-1", now=NOW, vendors=False):
    result = case.vendor_result(now) if vendors else case.bills(now)
    recon = Recon(warehouse, now=lambda: now)
    object_name = "vendor" if vendors else "ap_bill"
    recon.store(result, link="acme-100", entity="acme:100", object_name=object_name, run_id=run_id)
    return recon


def case_with_all_kinds():
    case = Case().vendors()
    case.bill()
    case.intacct_bill()
    case.bill("b2", "50.00", "INV-2")
    case.intacct_bill(12, "70.00", "INV-3", state="Paid")
    case.bill("b4", "12.50", "INV-4")
    case.intacct_bill(14, "12.55", "INV-4")
    return case


def test_what_was_stored_is_read_back(warehouse):
    """Matches, differences and totals come back with exact money and both ids."""
    recon = store(warehouse, case_with_all_kinds())
    matches, differences = recon.matches("acme-100"), recon.differences("acme-100", "ap_bill")
    assert list(matches["platform_id"]) == ["b1", "b4"]
    assert list(matches["is_equal"]) == [True, False]
    amounts = differences.set_index("kind")["amount_difference"].to_dict()
    assert amounts == {
        "amount": Decimal("-0.05"),
        "missing_in_intacct": Decimal("50.00"),
        "missing_in_platform": Decimal("-70.00"),
    }
    totals = recon.totals("acme-100")
    assert sum(totals["difference"]) == Decimal("-20.05")


def test_storing_again_writes_nothing_but_totals(warehouse):
    """A second run that finds the same leaves rows, ages and crosswalk as they are, and adds its own totals."""
    recon = store(warehouse, case_with_all_kinds())
    before = [recon.matches("acme-100"), recon.differences("acme-100"), recon.crosswalk("acme-100")]
    store(warehouse, case_with_all_kinds(), run_id="run-2", now=NOW + timedelta(days=1))
    after = [recon.matches("acme-100"), recon.differences("acme-100"), recon.crosswalk("acme-100")]
    assert all(one.equals(other) for one, other in zip(before, after, strict=True))
    assert set(recon.totals("acme-100")["run_id"]) == {"run-1", "run-2"}


def test_a_result_replaces_the_one_before(warehouse):
    """What is settled disappears, what is new appears, and what stays keeps the day on which it was first seen."""
    store(warehouse, case_with_all_kinds())
    case = case_with_all_kinds()
    case.intacct_bill(15, "50.00", "INV-2")
    case.bill("b9", "9.00", "INV-9")
    recon = store(warehouse, case, run_id="run-2", now=NOW + timedelta(days=1))
    first_seen = recon.differences("acme-100").set_index("platform_id")["first_seen_at"].to_dict()
    assert first_seen == {None: NOW, "b4": NOW, "b9": NOW + timedelta(days=1)}


def test_a_difference_that_changes_keeps_its_age(warehouse):
    """A bill whose amounts drift further apart is still the same difference."""
    store(warehouse, case_with_all_kinds())
    case = case_with_all_kinds()
    case.rows["bill.ap_bill"][2]["amount"] = Decimal("99.00")
    recon = store(warehouse, case, run_id="run-2", now=NOW + timedelta(days=1))
    drifted = recon.differences("acme-100").set_index("platform_id").loc["b4"]
    assert (drifted["amount_difference"], drifted["first_seen_at"]) == (Decimal("86.45"), NOW)


def test_classes_by_month_are_those_of_the_last_run(warehouse):
    """A bill that is dated anew moves to its month; other months are not written again; the sum is the total."""
    store(warehouse, case_with_all_kinds())
    case = case_with_all_kinds()
    case.rows["bill.ap_bill"][1]["bill_date"] = date(2026, 3, 31)
    recon = store(warehouse, case, run_id="run-2", now=NOW + timedelta(days=1))
    rows = recon.period_totals("acme-100", "ap_bill").to_dict("records")
    assert {(row["month"], row["class"], row["difference"], row["run_id"]) for row in rows} == {
        (date(2026, 2, 1), "matched_equal", Decimal("0.00"), "run-1"),
        (date(2026, 2, 1), "matched_different", Decimal("-0.05"), "run-1"),
        (date(2026, 2, 1), "missing_in_platform", Decimal("-70.00"), "run-1"),
        (date(2026, 3, 1), "missing_in_intacct", Decimal("50.00"), "run-2"),
    }
    assert sum(row["difference"] for row in rows) == sum(recon.totals("acme-100", run_id="run-2")["difference"])
    dates = recon.differences("acme-100").set_index("platform_id")["document_date"]
    assert dates["b2"] == date(2026, 3, 31)


def test_an_empty_result_clears_the_current_one_only(warehouse):
    """When nothing is left, rows go, the history of totals stays, and zeros say that the last run found nothing."""
    store(warehouse, case_with_all_kinds())
    recon = store(warehouse, Case(), run_id="run-2")
    assert len(recon.matches("acme-100")) == len(recon.differences("acme-100")) == 0
    assert len(recon.period_totals("acme-100")) == 0
    assert set(recon.totals("acme-100")["run_id"]) == {"run-1", "run-2"}
    assert list(recon.totals("acme-100", run_id="run-2")["platform_count"]) == [0]


def test_storing_a_run_again_replaces_its_totals(warehouse):
    """A step that is tried again does not count twice."""
    recon = store(warehouse, case_with_all_kinds())
    first = recon.totals("acme-100", run_id="run-1")
    store(warehouse, case_with_all_kinds())
    assert recon.totals("acme-100", run_id="run-1").equals(first)


def test_results_of_objects_and_links_stand_apart(warehouse):
    """Storing vendors touches no bill."""
    case = case_with_all_kinds()
    recon = store(warehouse, case)
    store(warehouse, case, vendors=True)
    assert set(recon.matches("acme-100")["object"]) == {"ap_bill", "vendor"}
    assert len(recon.matches("acme-200")) == 0


def test_rows_of_another_link_are_refused(warehouse):
    """A result cannot be stored under a wrong name."""
    result = case_with_all_kinds().bills()
    with pytest.raises(DataContractError, match="link acme-200"):
        Recon(warehouse).store(result, link="acme-200", entity="acme:100", object_name="ap_bill", run_id="run-1")


def test_pairs_become_confirmed(warehouse):
    """A pair that was found by natural key is known by id from then on, even when its number changes [S-VEN-04]."""
    recon = store(warehouse, case_with_all_kinds())
    crosswalk = recon.crosswalk("acme-100")
    assert set(zip(crosswalk["platform_id"], crosswalk["status"], strict=True)) == {
        ("b1", "confirmed"),
        ("b4", "confirmed"),
    }
    case = case_with_all_kinds()
    case.rows["intacct.ap_bill"][0]["document_no"] = "INV-1 corrected"
    case.crosswalk_rows = crosswalk.to_dict("records")
    renumbered = case.bills().matches.set_index("platform_id").loc["b1"]
    assert (renumbered["intacct_record_no"], renumbered["method"]) == (11, "crosswalk")


def test_a_replaced_record_takes_over_its_pair(warehouse):
    """Deleting and making an Intacct bill again moves the confirmed pair to the new record [S-BIL-08]."""
    recon = store(warehouse, case_with_all_kinds())
    case = case_with_all_kinds()
    case.rows["intacct.ap_bill"][0]["_deleted"] = True
    case.intacct_bill(31, modified_at=LATER)
    case.crosswalk_rows = recon.crosswalk("acme-100").to_dict("records")
    store(warehouse, case, run_id="run-2")
    confirmed = recon.crosswalk("acme-100").set_index("platform_id")["intacct_record_no"].to_dict()
    assert confirmed == {"b1": 31, "b4": 14}
    assert recon.matches("acme-100").set_index("platform_id").loc["b1", "predecessor_record_no"] == 11


def test_a_refused_pair_stays_refused(warehouse):
    """What a person refused is never overwritten, and never paired again."""
    recon = Recon(warehouse, now=lambda: NOW)
    recon.decide(
        link="acme-100",
        object_name="ap_bill",
        platform_id="b1",
        intacct_record_no=11,
        status="refused",
        decided_by="ann",
    )
    # The first run has not seen the refusal yet: even then it must not be overwritten.
    store(warehouse, case_with_all_kinds())
    case = case_with_all_kinds()
    case.crosswalk_rows = recon.crosswalk("acme-100").to_dict("records")
    store(warehouse, case, run_id="run-2")
    refused = recon.crosswalk("acme-100").set_index("platform_id").loc["b1"]
    assert (refused["status"], refused["decided_by"]) == ("refused", "ann")
    assert "b1" not in set(recon.matches("acme-100")["platform_id"])


def test_proposals_come_and_go_until_somebody_decides(warehouse):
    """A likely pair is proposed, disappears with its reason, and stays once it is decided [S-VEN-04]."""
    case = Case()
    case.bill_vendor("v1", "Northwind Paper Services")
    case.intacct_vendor(1, "Northwind Paper Service")
    recon = store(warehouse, case, vendors=True)
    assert list(recon.crosswalk("acme-100")["status"]) == ["proposed"]
    store(warehouse, Case(), run_id="run-2", vendors=True)
    assert len(recon.crosswalk("acme-100")) == 0
    recon.decide(
        link="acme-100",
        object_name="vendor",
        platform_id="v1",
        intacct_record_no=1,
        status="confirmed",
        decided_by="ann",
    )
    case.crosswalk_rows = recon.crosswalk("acme-100").to_dict("records")
    store(warehouse, case, run_id="run-3", vendors=True)
    assert list(recon.crosswalk("acme-100")["decided_by"]) == ["ann"]
    assert list(recon.matches("acme-100")["method"]) == ["crosswalk"]


def test_a_confirmation_takes_the_place_of_an_older_one(warehouse):
    """One record is confirmed with one other."""
    recon = Recon(warehouse, now=lambda: LONG_AGO)
    for record_no in (1, 2):
        recon.decide(
            link="acme-100",
            object_name="vendor",
            platform_id="v1",
            intacct_record_no=record_no,
            status="confirmed",
            decided_by="ann",
        )
    assert list(recon.crosswalk("acme-100")["intacct_record_no"]) == [2]


def test_half_a_result_is_never_stored(warehouse):
    """When a later part fails, the earlier parts are undone: matches and differences always belong together."""
    recon = store(warehouse, case_with_all_kinds())
    broken = case_with_all_kinds()
    broken.rows["bill.ap_bill"].pop()
    result = broken.bills()
    result.totals.loc[0, "difference"] += 1
    before = recon.matches("acme-100")
    with pytest.raises(Exception, match="total_check"):
        recon.store(result, link="acme-100", entity="acme:100", object_name="ap_bill", run_id="run-2")
    assert recon.matches("acme-100").equals(before)


def test_groups_and_their_members_are_replaced_whole(warehouse):
    """Many payments behind one lump sum are stored as one group; what leaves it is gone, the rest keeps its age."""
    case = SettlementCase()
    case.movement(amount="-7.00")
    case.payment("p1", {"b1": "3.00"})
    case.payment("p2", {"b1": "4.00"})
    for at in range(2):
        recon = Recon(warehouse, now=lambda at=at: NOW + timedelta(days=at))
        place = {"link": "acme-100", "entity": "acme:100", "object_name": "ap_funds_transfer"}
        recon.store(case.reconcile("ap_funds_transfer"), run_id=f"run-{at}", **place)
        case.rows["bill.ap_payment"].pop()
    (group,) = recon.settlements("acme-100").itertuples()
    assert (group.settlement, group.movement_total, group.payment_total) == ("2026-02-20 out", 7, 3)
    members = recon.members("acme-100", "ap_funds_transfer")
    columns = ["member_object", "member_id", "amount", "first_seen_at"]
    assert list(members[columns].itertuples(index=False, name=None)) == [
        ("ap_payment", "p1", 3, NOW),
        ("money_movement", "m1", 7, NOW),
    ]


def test_clearing_accounts_are_stored_with_their_items_and_make_findings(warehouse):
    """A balance with what makes it up [S-CFG-03]; once cleared, the finding closes and the account stays, at zero."""
    case = ClearingCase().clears()
    case.posted(9001, "-60.00", "T1")
    place = {"link": "acme-100", "entity": "acme:100", "object_name": "clearing_account"}
    for at in range(2):
        recon = Recon(warehouse, now=lambda at=at: NOW + timedelta(days=at))
        recon.store(case.reconcile("clearing_account"), run_id=f"run-{at}", **place)
        columns = ["account_no", "currency", "role", "balance", "items", "items_total", "oldest_on", "first_seen_at"]
        stored = recon.clearing_accounts("acme-100")[columns]
        owed = Decimal("-60.00") if at == 0 else Decimal("0.00")
        since = date(2026, 2, 20) if at == 0 else None
        assert list(stored.itertuples(index=False, name=None)) == [
            (OUT, "USD", "money out", owed, 1 - at, owed, since, NOW),
            (IN, "USD", "money in", 0, 0, 0, None, NOW),
        ]
        (found,) = findings(warehouse, object_name="clearing_account", with_closed=True)
        assert (found.kind, found.field, found.turn) == ("uncleared", OUT, "Intacct user")
        assert found.money_at_stake == {"USD": Decimal("60.00")}
        assert (found.closed_at is not None) == bool(at)
        case.posted(9002, "60.00", "FT-1", module="11.CM")
    assert len(recon.matches("acme-100")) == len(recon.crosswalk("acme-100")) == 0


def test_a_balance_that_its_items_do_not_make_up_is_refused_by_the_database(warehouse):
    """The proof of reconciliation is held once more where it is stored."""
    result = ClearingCase().clears().reconcile("clearing_account")
    result.clearing.loc[0, "balance"] += 1
    with pytest.raises(Exception, match="clearing_account_check"):
        Recon(warehouse).store(
            result, link="acme-100", entity="acme:100", object_name="clearing_account", run_id="run-1"
        )


def stored_list(warehouse, *, name="Sales", run_id="run-1"):
    """A department of each side with one id, stored."""
    case = ListCase("department")
    case.ours("d1", name, "200")
    case.theirs(7, "Sales", "200")
    recon = Recon(warehouse, now=lambda: NOW)
    recon.store(case.result(), link="acme-100", entity="acme:100", object_name="department", run_id=run_id)
    return recon


def test_a_pair_that_only_its_id_makes_waits_for_a_person_while_the_names_differ(warehouse):
    """The id may have been given to another department, whose name must not be written over this one (S-VEN-08)."""
    recon = stored_list(warehouse, name="Research")
    assert list(recon.matches("acme-100")["method"]) == ["natural_key"]
    assert recon.crosswalk("acme-100").empty


def test_a_pair_whose_names_once_agreed_is_known_when_one_is_renamed(warehouse):
    """From then on another name is a renaming, which follows."""
    recon = stored_list(warehouse)
    assert list(recon.crosswalk("acme-100")["status"]) == ["confirmed"]
    stored_list(warehouse, name="Research", run_id="run-2")
    assert list(recon.crosswalk("acme-100")["status"]) == ["confirmed"]
