"""What `explain` finds and tells, from a real warehouse: names, predecessors, deletions, quarantine, decisions."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from reconcile_cases import LATER, NOW, Case
from warehouse_rows import CHANGED, bill, store

from intacct_pipelines.cli.story import print_story, standing
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.domain.records import Deletion, Reject
from intacct_pipelines.warehouse.recon import Recon
from intacct_pipelines.warehouse.stories import tell
from intacct_pipelines.warehouse.subjects import Subject, subjects_named

BILL = RECONCILED["ap_bill"]
LINKS = {"acme-100": "acme:100"}
GONE_AT = datetime(2026, 3, 15, 17, tzinfo=UTC)


def found(warehouse, words, links=LINKS):
    return subjects_named(warehouse, BILL, words, links=links)


def story_of(warehouse, words):
    (subject,) = found(warehouse, words)
    return tell(warehouse, BILL, subject, "acme-100")


def reconciled(warehouse, case, run_id="run-1"):
    recon = Recon(warehouse, now=lambda: NOW)
    case.crosswalk_rows += recon.crosswalk("acme-100").to_dict("records")
    recon.store(case.bills(), link="acme-100", entity="acme:100", object_name="ap_bill", run_id=run_id)


def replaced(warehouse):
    """A pair whose Intacct bill was deleted and made again, and then edited."""
    case = Case().vendors()
    case.bill()
    case.intacct_bill()
    reconciled(warehouse, case)
    store(warehouse, [bill(11, document_no="INV-1", trx_total_entered="100.00")])
    store(
        warehouse, [bill(31, document_no="INV-1", trx_total_entered="100.00")], window=CHANGED,
        deletions=[Deletion("11", GONE_AT, "jane")],
    )  # fmt: skip
    store(
        warehouse, [bill(31, document_no="INV-1", trx_total_entered="99.00", modified_at="2026-03-12T08:00:00Z")],
        window=CHANGED,
    )  # fmt: skip
    case = Case().vendors()
    case.bill()
    case.intacct_bill(_deleted=True)
    case.intacct_bill(31, "99.00", modified_at=LATER)
    reconciled(warehouse, case, "run-2")


def test_a_replaced_record_is_one_story_with_its_predecessor(warehouse):
    """S-BIL-08: the old record's number, the new one's and the bill's number all lead to the pair as it is now."""
    replaced(warehouse)
    for words in ("b1", "bill:b1", "31", "intacct:31", "11", "intacct:11", "INV-1", "inv-1"):
        assert found(warehouse, words) == [Subject("acme:100", "b1", 31)], words
    story = story_of(warehouse, "11")
    assert (story["pair"]["rule"], story["intacct"]["key"]) == ("S-BIL-08", "31")
    earlier = story["earlier"]
    assert (earlier["key"], earlier["is_deleted"], earlier["deleted_at"], earlier["deleted_by"]) == (
        "11", True, GONE_AT, "jane",
    )  # fmt: skip
    assert [(row["change"], row["changes"].get("trx_total_entered")) for row in story["history"]] == [
        ("added", None),
        ("changed", {"old": Decimal("100.00"), "new": Decimal("99.00")}),
    ]
    assert [row["field"] for row in story["differences"]] == ["amount"]
    assert standing(story) == "In BILL and in Sage Intacct: 1 expected. Turn: Intacct user."


def test_what_was_a_pair_once_says_so(warehouse):
    """A bill whose Intacct record was deleted keeps it in its story, with the break that it is now."""
    case = Case().vendors()
    case.bill()
    case.intacct_bill()
    reconciled(warehouse, case)
    store(warehouse, [bill(11, document_no="INV-1")])
    store(warehouse, [], window=CHANGED, deletions=[Deletion("11", GONE_AT, "jane")])
    case = Case().vendors()
    case.bill()
    case.intacct_bill(_deleted=True)
    reconciled(warehouse, case, "run-2")
    assert found(warehouse, "11") == found(warehouse, "b1") == [Subject("acme:100", "b1", 11)]
    story = story_of(warehouse, "b1")
    assert standing(story) == "In BILL; once in Sage Intacct, too: 1 break. Turn: plan approver."
    assert (story["pair"], story["intacct"]["is_deleted"]) == (None, True)


def test_records_of_one_number_are_told_apart_and_others_left_out(warehouse):
    """The number of a bill that is the record number of another lists both; the same record of another entity, too."""
    store(warehouse, [bill(11, document_no="31"), bill(31, document_no="INV-2"), bill(32, document_no="INV-9")])
    store(warehouse, [bill(31, document_no="INV-2")], entity="acme:200")
    assert found(warehouse, "31") == [
        Subject("acme:100", None, 11), Subject("acme:100", None, 31), Subject("acme:200", None, 31),
    ]  # fmt: skip
    assert found(warehouse, "intacct:31") == [Subject("acme:100", None, 31), Subject("acme:200", None, 31)]
    assert found(warehouse, "bill:31") == []
    assert found(warehouse, "310") == []
    story = tell(warehouse, BILL, Subject("acme:200", None, 31), "")
    assert standing(story) == "Only in Sage Intacct; nothing of this kind has been compared yet."


def test_a_record_that_is_only_in_quarantine_is_found(warehouse):
    """What could not be loaded has a story: which column, which check, what stood there."""
    reject = Reject("intacct.ap_bill", "77", "trx_total_entered", "decimal", "12,5", "", "{}")
    store(warehouse, [bill(11)], rejects=[reject])
    story = story_of(warehouse, "77")
    assert standing(story) == "Only in Sage Intacct: in quarantine, so it was not compared."
    assert [(row["column_name"], row["check_name"], row["value"]) for row in story["quarantine"]] == [
        ("trx_total_entered", "decimal", "12,5")
    ]


def test_names_that_look_like_styles_are_only_text(warehouse, capsys):
    """A number in brackets is printed as it is, and breaks nothing."""
    store(warehouse, [bill(11, document_no="[/bold][red]A\x1b[2J", vendor_name="Cedar [& Sons]")])
    print_story(BILL, story_of(warehouse, "11"))
    printed = capsys.readouterr().out
    assert "[/bold][red]A␛[2J" in printed
    assert "Cedar [& Sons]" in printed


def test_who_decided_about_a_pair_is_told(warehouse):
    """Confirmed by a person, and refused with another record: both stand in the story with name and time."""
    case = Case().vendors()
    case.bill()
    case.intacct_bill(12, "70.00", "OTHER")
    store(warehouse, [bill(12, document_no="OTHER"), bill(13, document_no="INV-1")])
    recon = Recon(warehouse, now=lambda: NOW)
    for number, status in ((13, "refused"), (12, "confirmed")):
        recon.decide(
            link="acme-100", object_name="ap_bill", platform_id="b1", intacct_record_no=number, status=status,
            decided_by="ana",
        )  # fmt: skip
    reconciled(warehouse, case)
    story = story_of(warehouse, "b1")
    assert (story["pair"]["method"], story["pair"]["decided_by"], story["pair"]["decided_at"]) == (
        "crosswalk", "ana", NOW,
    )  # fmt: skip
    assert {(row["intacct_record_no"], row["status"], row["decided_by"]) for row in story["decisions"]} == {
        (12, "confirmed", "ana"),
        (13, "refused", "ana"),
    }
