"""Files against the Intacct twin and a real Postgres: each way in which an upload or a link may go wrong (S-ATT-01)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from attachment_world import LATE, LINKED, UPLOAD, AttachmentWorld, sha

from intacct_pipelines.domain.attached import attachment_id
from intacct_pipelines.domain.push import State
from intacct_pipelines.errors import TransportError

OWN = attachment_id("north", "ap_bill", "b0")
ONE = ("Invoice 1", "pdf", sha(b"%PDF-1.4 one"))
TWO = ("Late", "png", sha(b"\x89PNG two"))
LOST = ["lost_request", "late", "twice", "cut", "reset_after", "bad_gateway_after"]


@pytest.fixture
def world(warehouse):
    return AttachmentWorld(warehouse, control_id="ignore")


def folders(world):
    """Names of Intacct's folders."""
    return [row["NAME"] for row in world.twin.records("SUPDOCFOLDER")]


@pytest.mark.parametrize("step", range(3))
@pytest.mark.parametrize("fault", LOST)
def test_a_file_is_uploaded_and_named_once_whatever_answer_is_lost(world, fault, step):
    """Folder, upload and link: the answer of each is lost in turn, and the gateway would do all again (S-IDM-03)."""
    assert world.post(*[""] * step, fault) == [UPLOAD, LINKED]
    while world.late:
        world.deliver_late()
    assert folders(world) == ["BILL"]
    assert world.attachments() == {OWN: [ONE]}
    assert world.named() == [OWN]
    assert {one.state for one in world.outbox.items()} == {State.CONFIRMED}
    assert world.outbox.verify_journal() == []
    assert world.post() == []


def test_a_late_file_is_added_to_the_same_attachment_once(world):
    """A later plan sees it; what is there stays, and the same content is not sent again under another name."""
    world.post()
    world.add("f2", "Late.png", b"\x89PNG two")
    world.add("f3", "Copy of invoice 1.pdf", b"%PDF-1.4 one")
    assert world.post("reset_after") == [LATE]
    assert world.attachments() == {OWN: [ONE, TWO]}
    assert (world.named(), world.post()) == ([OWN], [])


def test_each_file_is_read_once_for_planning_and_once_for_sending(world):
    """The warehouse knows size and hash; neither plan nor journal has the bytes."""
    status = world.make_plan()
    world.make_plan()
    assert world.shelf.reads == ["f1"]
    document = world.outbox.document(status.plan_id)
    assert ONE[2] in document
    assert "12 bytes" in document
    assert "JVBER" not in document
    world.approve(status)
    world.apply()
    assert world.shelf.reads == ["f1", "f1"]


def test_a_file_that_holds_something_else_when_it_is_sent_expires_and_is_planned_anew(world):
    """What was approved is what is sent; no attachment is left, and the bill names none."""
    world.approve(world.make_plan())
    world.shelf.held["f1"] = b"%PDF-1.4 other"
    world.apply()
    assert {state for state, _ in world.states().values()} <= {"expired", "held"}
    assert (world.attachments(), world.named()) == ({}, [""])
    assert world.post() == [UPLOAD, LINKED]
    assert world.attachments() == {OWN: [("Invoice 1", "pdf", sha(b"%PDF-1.4 other"))]}


def test_a_platform_that_gives_no_files_delays_the_upload(world):
    """Nothing was sent, so it stays approved; the next run sends it."""
    world.approve(world.make_plan())
    world.shelf.failure = TransportError("down", system="bill", operation="GET")
    world.apply()
    assert {one.state for one in world.outbox.items()} == {State.APPROVED}
    world.shelf.failure = None
    world.apply_to_the_end()
    assert world.named() == [OWN]


def test_a_file_that_is_gone_expires(world):
    """The platform has it no more; nothing is sent."""
    world.approve(world.make_plan())
    del world.shelf.held["f1"]
    world.apply()
    upload = next(one for one in world.outbox.items() if one.object_name == "ap_bill_file")
    assert (upload.state, upload.reason.rule) == (State.EXPIRED, "S-ATT-01")
    assert world.attachments() == {}


def test_a_person_who_attaches_something_meanwhile_is_never_replaced(world):
    """The bill keeps what the person chose; the next plan holds the files and says what to do."""
    world.approve(world.make_plan())
    person_attaches(world)
    world.apply_to_the_end()
    world.confirm()
    assert world.named() == ["BY-HAND"]
    assert world.post() == []
    (hold,) = world.plan.holds
    assert (hold.kind, hold.rule) == ("attached_by_hand", "S-ATT-01")
    assert "BY-HAND" in hold.reason
    assert f"{OWN}, which was uploaded before" in hold.reason


def person_attaches(world):
    """Let a person put an attachment on the bill in Intacct."""
    world.twin.plant("APBILL", world.twin.bills()[0].record_no, SUPDOCID="BY-HAND")


def test_an_upload_that_is_refused_leaves_the_document_as_it_is(world):
    """The link waits for the upload, and is held by its name; nothing is left behind (S-ERR-40)."""
    world.options.denied.add(("SUPDOC", "create"))
    world.approve(world.make_plan())
    world.apply()
    states = {one.object_name: one.state for one in world.outbox.items()}
    assert states == {"ap_bill_file": State.REJECTED, "ap_bill_attachment": State.HELD}
    assert (world.attachments(), world.named()) == ({}, [""])


def test_a_link_that_closed_books_refuse_says_so_and_the_upload_stays(world):
    """No amount would change, yet Intacct may refuse it; it is told with the vendor's words (S-IDM-08)."""
    world.options.attaches_in_closed_books = False
    world.twin.close_books("100", "20260228")
    world.approve(world.make_plan())
    world.apply()
    link = next(one for one in world.outbox.items() if one.object_name == "ap_bill_attachment")
    assert (link.state, link.reason.kind, link.reason.rule) == (State.REJECTED, "period_closed", "S-IDM-08")
    assert (list(world.attachments()), world.named()) == ([OWN], [""])


def test_an_upload_that_arrived_damaged_is_held(world):
    """Intacct says success; what is read back has another hash, so nobody calls it done."""
    world.approve(world.make_plan())
    world.on_step = lambda name: damage(world) if name == "answer" else None
    world.apply()
    upload = next(one for one in world.outbox.items() if one.object_name == "ap_bill_file")
    assert (upload.state, upload.reason.kind) == (State.HELD, "duplicate")
    assert world.named() == [""]


def damage(world):
    """Let the first attachment hold something else, as a broken store would."""
    for row in world.twin.records("SUPDOC"):
        if row["SUPDOCID"] == OWN:
            world.twin.plant("SUPDOC", int(row["RECORDNO"]), ATTACHMENTDATA="AAAA")


def test_several_files_go_in_one_request_up_to_the_largest_size(world):
    """What does not fit follows with the next plan, which says so."""
    world.link = replace(world.link, files=replace(world.link.files, max_bytes=15))
    world.add("f2", "Late.png", b"\x89PNG two")
    assert world.post() == [UPLOAD, LINKED]
    upload = next(one for one in world.plan.items if one.object_name == "ap_bill_file")
    assert "follows with the next plan" in upload.warnings[0]
    assert world.post() == [LATE]
    assert world.attachments() == {OWN: [ONE, TWO]}
