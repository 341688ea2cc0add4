"""Which files of which documents are planned, what they are called, and which are held (S-ATT-01)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from push_cases import LINK, NOW, PAIRED_BILL, bill, intacct_bill, intacct_line, tables

from intacct_pipelines.domain.attached import Content, Reference, attachment_id, split_name, told_contents
from intacct_pipelines.domain.link import Files
from intacct_pipelines.push.plan import build_plan

OBJECTS = frozenset({"ap_bill_file", "ap_bill_attachment"})
OWN = attachment_id("north", "ap_bill", "b1")
FILES = "bill.ap_bill_document"


def file(file_id="f1", name="Invoice.pdf", **more):
    """A file of the bill."""
    return {"id": file_id, "ap_bill_id": "b1", "name": name, "created_at": None, "scan_status": "CLEAN"} | more


def content(words="one"):
    """What is known of a file with some words in it."""
    return Content(len(words), hashlib.sha256(words.encode()).hexdigest())


def planned(*files, contents=None, paired=None, held=None, link=LINK, ours=None, matches=(PAIRED_BILL,), **more):
    """A plan of the files of one bill."""
    files = files or (file(),)
    rows = {
        "bill.ap_bill": [ours or bill()],
        FILES: list(files),
        "intacct.ap_bill": [intacct_bill(attachment_id=None) | (paired or {})],
        "intacct.attachment": [] if held is None else [{"record_no": 7, "attachment_id": OWN, "description": held}],
    }
    known = {(FILES, one["id"]): content(one["id"]) for one in files} if contents is None else contents
    return build_plan(
        link, rows, matches, revisions={}, closed_through=None, now=NOW, objects=OBJECTS, contents=known, **more
    )


def only_hold(plan):
    """The plan's one hold, of a plan without items."""
    assert plan.items == ()
    (hold,) = plan.holds
    assert hold.remedy
    return hold


def test_a_file_is_uploaded_and_then_its_bill_names_the_attachment():
    """The plan shows name, size and hash; the link waits for the upload and changes nothing else."""
    upload, link = planned().items
    told = content("f1")
    assert upload.payload["supdocid"] == link.payload["SUPDOCID"] == OWN
    (sent,) = upload.payload["attachments"]["attachment"]
    assert (sent["attachmentname"], sent["attachmenttype"]) == ("Invoice", "pdf")
    assert Reference.parse(sent["attachmentdata"]) == Reference(FILES, "f1", 2, told.sha256)
    assert upload.changes[0].new == f"Invoice.pdf, 2 bytes, SHA-256 {told.sha256}"
    assert (link.payload, link.target_id) == ({"RECORDNO": "500", "SUPDOCID": OWN}, "500")
    assert link.depends_on == (upload.key,)
    assert not upload.amount
    assert upload.ledger_effect == link.ledger_effect == ()


@pytest.mark.parametrize("matches", [(), ({**PAIRED_BILL, "intacct_record_no": 999},)])
def test_a_bill_that_intacct_does_not_have_gets_no_attachment(matches):
    """So that one which is refused leaves none behind."""
    plan = planned(matches=matches)
    assert (plan.items, plan.holds) == ((), ())


def test_a_reversed_bill_gets_no_attachment():
    """It takes effect no more."""
    plan = planned(paired={"state": "Reversed"})
    assert (plan.items, plan.holds) == ((), ())


def test_an_attachment_of_a_person_is_never_replaced():
    """The files are held with the name of what is there."""
    hold = only_hold(planned(paired={"attachment_id": "SCAN-1"}))
    assert (hold.kind, hold.rule) == ("attached_by_hand", "S-ATT-01")
    assert "SCAN-1" in hold.reason


def test_what_the_attachment_tells_is_not_uploaded_again():
    """Only a late file is, and the document that names the attachment is left alone."""
    held = f"BILL:b1 key {told_contents([content('f1').sha256])}"
    plan = planned(paired={"attachment_id": OWN}, held=held)
    assert (plan.items, plan.holds) == ((), ())
    (late,) = planned(file(), file("f2", "Late.png"), paired={"attachment_id": OWN}, held=held).items
    assert (late.operation.value, late.target_id) == ("update", "7")
    assert [one["attachmentname"] for one in late.payload["attachments"]["attachment"]] == ["Late"]
    assert late.payload["supdocdescription"].count(" ") == 4, "mark, key and both hashes"


def test_an_attachment_that_lost_its_link_is_named_again_without_an_upload():
    """As after a link that was refused."""
    (link,) = planned(held=f"BILL:b1 key {told_contents([content('f1').sha256])}").items
    assert (link.object_name, link.depends_on) == ("ap_bill_attachment", ())


@pytest.mark.parametrize("description", [None, "", "BILL:b2 key holds 0000000000000000", "by hand"])
def test_an_attachment_of_that_id_without_the_mark_holds_the_files(description):
    """Nobody's attachment is taken over (S-IDM-04)."""
    hold = only_hold(planned(held=description or ""))
    assert (hold.kind, hold.rule) == ("duplicate", "S-IDM-04")


def test_one_that_was_deleted_in_intacct_is_not_made_anew():
    """A person took it away (S-IDM-06)."""
    hold = only_hold(planned(posted={("ap_bill_file", "b1")}))
    assert (hold.kind, hold.rule) == ("deleted_in_intacct", "S-IDM-06")


def test_a_bill_of_another_level_is_left_alone():
    """The document is the top level's (S-CFG-11)."""
    assert only_hold(planned(paired={"owner_entity_id": None})).rule == "S-CFG-11"


def test_a_pair_that_nobody_confirmed_counts_only_with_the_same_amount():
    """The files of one bill never land on another."""
    found = ({**PAIRED_BILL, "method": "natural_key"},)
    assert len(planned(matches=found).items) == 2
    hold = only_hold(planned(matches=found, ours=bill(amount=Decimal(7))))
    assert (hold.kind, hold.rule) == ("unconfirmed", "S-ATT-01")


SMALL = replace(LINK, files=Files(max_bytes=3))
BAD = {
    "file_type": (file(name="run.exe"), None),
    "file_scan": (file(scan_status="INFECTED"), None),
    "file_unread": (file(), {}),
    "file_size": (file(), {(FILES, "f1"): Content(4, "")}),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_may_not_go_is_held_alone_and_told_beside_others(kind):
    """The others go all the same, and the plan says what is left out."""
    one, contents = BAD[kind]
    hold = only_hold(planned(one, contents=contents, link=SMALL))
    assert (hold.kind, hold.rule) == (kind, "S-ATT-01")
    both = {(FILES, "f2"): content("f2"), **(contents if contents is not None else {(FILES, "f1"): content("f1")})}
    upload, _ = planned(one, file("f2", "Other.pdf"), contents=both, link=SMALL).items
    assert [each["attachmentname"] for each in upload.payload["attachments"]["attachment"]] == ["Other"]
    assert upload.warnings[0].startswith("left out: ")


def test_an_empty_file_is_held():
    """There is nothing to attach."""
    assert only_hold(planned(contents={(FILES, "f1"): content("")})).kind == "file_size"


def test_a_scan_of_which_bill_says_nothing_passes():
    """Older files and attachments have none."""
    assert len(planned(file(scan_status=None)).items) == 2


def test_the_same_content_goes_once_and_the_same_name_is_told_apart():
    """Intacct wants names unique within an attachment."""
    files = (file("f1"), file("f2", "INVOICE.pdf"), file("f3", "Copy.pdf"))
    known = {(FILES, "f1"): content("x"), (FILES, "f2"): content("y"), (FILES, "f3"): content("x")}
    upload, _ = planned(*files, contents=known).items
    names = [one["attachmentname"] for one in upload.payload["attachments"]["attachment"]]
    assert names == ["Invoice", "INVOICE f2"]


def test_closed_books_are_told():
    """No amount changes, yet Intacct may refuse it (S-IDM-08)."""
    rows = {
        "bill.ap_bill": [bill()],
        FILES: [file()],
        "intacct.ap_bill": [intacct_bill(attachment_id=None)],
        "intacct.attachment": [],
    }
    plan = build_plan(
        LINK, rows, (PAIRED_BILL,), revisions={}, closed_through=date(2026, 2, 28), now=NOW, objects=OBJECTS,
        contents={(FILES, "f1"): content()},
    )  # fmt: skip
    assert "S-IDM-08" in plan.items[1].warnings[0]


@pytest.mark.parametrize(("entity", "is_told"), [("100", True), ("200", False)])
def test_closed_books_are_those_of_the_entity_that_the_document_goes_to(entity, is_told):
    """S-CFG-23: that its lines' location belongs to."""
    places = {"intacct.ap_bill_line": [intacct_line()], "intacct.location": tables()["intacct.location"]}
    rows = places | {
        "bill.ap_bill": [bill()],
        FILES: [file()],
        "intacct.entity": tables()["intacct.entity"],
        "intacct.ap_bill": [intacct_bill(attachment_id=None)],
        "intacct.attachment": [],
    }
    plan = build_plan(
        LINK, rows, (PAIRED_BILL,), revisions={}, closed_through=None, closed_later={entity: date(2026, 2, 28)},
        now=NOW, objects=OBJECTS, contents={(FILES, "f1"): content()},
    )  # fmt: skip
    told = [warning for warning in plan.items[1].warnings if f"closed through 2026-02-28 at entity {entity}" in warning]
    assert bool(told) is is_told


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Invoice 12.5.2026.PDF", ("Invoice 12_5_2026", "pdf")),
        ("../../etc/passwd", ("____", "")),
        ("a\u202egnp.exe.pdf", ("a_gnp_exe", "pdf")),
        ("Ünïcode 契約書.png", ("Ünïcode 契約書", "png")),
        ("<b>&#?\x00\n.pdf", ("_b______", "pdf")),
        ("no type", ("no type", "")),
        (".pdf", ("", "pdf")),
        ("x.p d f", ("x", "")),
    ],
)
def test_hostile_names_become_plain_ones(name, parts):
    """No dots, paths, controls or characters that turn the others around."""
    assert split_name(name) == parts


@given(st.text(max_size=300))
def test_no_name_breaks_a_plan(name):
    """Whatever a person called a file, the plan is made, and its name is short and plain."""
    plain, kind = split_name(name)
    assert len(plain) <= 80
    assert not set(plain) & set('./\\<>&#?:*|"\n\t\0')
    assert (kind == "") or kind.isalnum()
    assert len([*planned(file(name=name)).items, *planned(file(name=name)).holds]) in {1, 2}


@given(st.text(min_size=1), st.text(min_size=1))
def test_ids_of_attachments_are_short_and_their_own(one, two):
    """At most 20 characters, the same for the same document for ever."""
    assert len(attachment_id("north", "ap_bill", one)) == 20
    assert (attachment_id("north", "ap_bill", one) == attachment_id("north", "ap_bill", two)) is (one == two)
