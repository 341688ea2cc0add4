"""Attachments of the Intacct twin and files of the BILL twin: what is served, and what is refused (S-ATT-01)."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from intacct_books import Books, bill, numbers

from intacct_pipelines.sandbox.http import Request

ONE, TWO = (base64.b64encode(words).decode() for words in (b"one", b"two"))


def file(data=ONE, name="Invoice", kind="pdf"):
    """One file of a request."""
    inside = f"<attachmentname>{name}</attachmentname><attachmenttype>{kind}</attachmenttype>"
    return f"<attachment>{inside}<attachmentdata>{data}</attachmentdata></attachment>"


def supdoc(*files, verb="create", name="A-1", folder="BILL"):
    """A function that writes an attachment."""
    return (
        f"<{verb}_supdoc><supdocid>{name}</supdocid><supdocname>BILL 1</supdocname>"
        f"<supdocfoldername>{folder}</supdocfoldername><supdocdescription>BILL:1 key</supdocdescription>"
        f"<attachments>{''.join(files)}</attachments></{verb}_supdoc>"
    )


FOLDER = "<create_supdocfolder><supdocfoldername>BILL</supdocfoldername></create_supdocfolder>"
LISTED = (
    '<get_list object="supdoc" maxitems="1"><filter><expression><field>supdocid</field><operator>=</operator>'
    "<value>A-1</value></expression></filter></get_list>"
)


@pytest.fixture
def books():
    """A company with a folder and an attachment."""
    made = Books(bill(7))
    for function in (FOLDER, supdoc(file())):
        assert made.result(function).findtext("status") == "success"
    return made


def listed(books):
    """Name and data of the files of the attachment."""
    rows = books.result(LISTED).iter("attachment")
    return [(row.findtext("attachmentname"), row.findtext("attachmentdata")) for row in rows]


def test_files_are_added_and_come_back_as_they_were_sent(books):
    """`update_supdoc` puts further files beside those that are there; `get_list` shows all."""
    assert listed(books) == [("Invoice", ONE)]
    reply = books.result(supdoc(file(TWO, "Late", "png"), verb="update"))
    assert (reply.findtext("status"), reply.find("key")) == ("success", None)
    assert listed(books) == [("Invoice", ONE), ("Late", TWO)]


@pytest.mark.parametrize(
    "function",
    [
        FOLDER,
        supdoc(file()),
        supdoc(file(), name="A" * 21),
        supdoc(file(), name="A-2", folder="Nowhere"),
        supdoc(file("no base64!"), name="A-2"),
        supdoc(file(name="Invoice.pdf"), name="A-2"),
        supdoc(file(), verb="update", name="A-9"),
        "<update><APBILL><RECORDNO>7</RECORDNO><SUPDOCID>A-9</SUPDOCID></APBILL></update>",
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(books, function):
    """A folder or id that is taken, a name with a dot, what is not there."""
    assert numbers(books.result(function))
    assert listed(books) == [("Invoice", ONE)]


def test_a_document_names_an_attachment_though_it_is_paid_and_its_books_are_closed(books):
    """No amount changes; a company that refuses it in closed books says so."""
    number = books.twin.bills()[0].record_no
    books.twin.close_books("100", "20991231")
    named = f"<update><APBILL><RECORDNO>{number}</RECORDNO><SUPDOCID>A-1</SUPDOCID></APBILL></update>"
    books.twin.options.attaches_in_closed_books = False
    assert numbers(books.result(named, entity_id="100"))
    books.twin.options.attaches_in_closed_books = True
    assert numbers(books.result(named, entity_id="100")) == []
    assert books.twin.bills()[0].fields["SUPDOCID"] == "A-1"


def test_a_file_of_a_bill_is_listed_minutes_after_its_upload_and_one_of_an_invoice_at_once(caller, twin, clock):
    """BILL tells an id of the upload first; the document has another, and the bytes are those that were sent."""
    bill = next(iter(twin.files(caller.organization_id, "bills")))
    place = f"/v3/documents/bills/{bill}"

    def upload(path, content=b"%PDF mine", name="Scan.pdf"):
        headers = {"devkey": caller.business.dev_key, "sessionid": caller.session_id}
        reply = twin.handle(Request("POST", f"/connect{path}", f"name={name}" if name else "", headers, content))
        return reply.status, json.loads(reply.body)

    assert [upload(place, b"")[0], upload(place, b"1" * 6_000_001)[0], upload(place, name="")[0]] == [400, 413, 400]
    assert upload("/v3/documents/bills/00nNobody")[0] == 404
    before = {one["id"] for one in caller.read_all(place)}
    status, told = upload(place)
    assert (status, told["id"][:3], len(caller.read_all(place))) == (200, "0du", len(before))
    [state] = caller.send("GET", "/v3/documents/upload-status", ids=told["id"])[1]
    assert state["status"] == "IN_PROGRESS"
    clock.advance(120)
    [made] = [one for one in caller.read_all(place) if one["id"] not in before]
    [state] = caller.send("GET", "/v3/documents/upload-status", ids=told["id"])[1]
    assert (state["status"], state["documentId"]) == ("UPLOADED", made["id"])
    assert twin.content(caller.organization_id, made["id"]) == b"%PDF mine"
    invoice = next(iter(twin.files(caller.organization_id, "invoices")))
    _, told = upload(f"/v3/attachments/invoices/{invoice}", b"%PDF theirs", "Terms.pdf")
    assert told["id"] in {one["id"] for one in caller.read_all(f"/v3/attachments/invoices/{invoice}")}


def test_a_file_of_bill_is_served_to_a_session_by_a_link_that_soon_ends(caller, twin, clock):
    """Another session's or an ended link is refused; the developer key is not asked for."""
    found = twin.files(caller.organization_id, "bills")
    record, (file, *_) = next(iter(found.items()))
    (told, *_) = caller.read_all(f"/v3/documents/bills/{record}")
    assert (told["id"], told["name"]) == (file["id"], file["name"])
    _, single = caller.send("GET", f"/v3/documents/{file['id']}")
    place, _, query = single["downloadLink"].removeprefix("http://localhost").partition("?")

    def fetch(asked, session_id=caller.session_id):
        reply = twin.handle(Request("GET", place, asked, {"sessionid": session_id}, b""))
        return reply.status, reply.body

    assert fetch(query) == (200, twin.content(caller.organization_id, file["id"]))
    assert dict(parse_qsl(query)).keys() == {"until", "signature"}
    assert fetch(query, "nobody")[0] == 401
    assert fetch(query[:-1] + ("0" if query[-1] != "0" else "1"))[0] == 403
    clock.advance(timedelta(minutes=6).total_seconds())
    assert fetch(query)[0] == 403
    assert caller.send("GET", "/v3/documents/00hNOTHING")[0] == 404
