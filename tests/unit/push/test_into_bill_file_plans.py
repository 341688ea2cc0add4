"""Which files of Intacct go into BILL, how they are fetched, and which wait; without a database (S-ATT-01)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from into_bill_cases import BACK
from push_cases import NOW, bill, intacct_bill, stored

from intacct_pipelines.clients.intacct.listing import RowListing
from intacct_pipelines.domain.attached import Content
from intacct_pipelines.domain.attached_in_bill import ATTACHMENTS, file_id_of, files_known_as, name_in
from intacct_pipelines.domain.link import Files
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import RecordNotFoundError, TransportError
from intacct_pipelines.push.channel import Stopped, is_by
from intacct_pipelines.push.into_bill.channel import BillChannel
from intacct_pipelines.push.into_bill.shelf import Shelf, measure_attachments
from intacct_pipelines.push.plan import build_plan

NAME = "bill_ap_bill_file"
PAIR = {"object": "ap_bill", "platform_id": "b1", "intacct_record_no": 500, "method": "crosswalk"}
SCAN, MAP = b"%PDF one", b"%PDF two"


def attachment(**changes):
    """An attachment of Intacct, with the name of its last file."""
    row = {"record_no": 7, "attachment_id": "AT 1", "description": None, "file_name": "Map", "file_type": "pdf"}
    return {**row, **changes}


def known(files=None, row=None, **note):
    """What is known of its files."""
    begins = files_known_as(row or attachment())
    files = {"Scan.pdf": SCAN, "Map.pdf": MAP} if files is None else files
    measured = {name: Content(len(one), hashlib.sha256(one).hexdigest()) for name, one in files.items()}
    return {(ATTACHMENTS, file_id_of(begins, name)): one for name, one in {**measured, "": Content(**note)}.items()}


def plan(rows=None, contents=None, *, bills=None, theirs=None, link=BACK, pairs=(PAIR,), **more):
    """A plan of the files of bills alone."""
    tables = {
        ATTACHMENTS: [attachment()] if rows is None else rows,
        "intacct.ap_bill": [intacct_bill(attachment_id="AT 1")] if bills is None else bills,
        "bill.ap_bill": [bill()] if theirs is None else theirs,
    }
    contents = known() if contents is None else contents
    return build_plan(
        link, tables, pairs, revisions={}, closed_through=None, now=NOW, objects=[NAME], contents=contents, **more
    )


def kinds(made):
    """Class of reason and rule of what is held."""
    return [(hold.kind, hold.rule) for hold in made.holds]


def test_the_plan_names_files_and_holds_no_bytes():
    """S-ATT-01: name, size and hash of each, the same content once; nothing without `also_pushed`."""
    made = plan(contents=known({"Scan.pdf": SCAN, "Copy.pdf": SCAN, "Map.pdf": MAP}))
    [item] = made.items
    assert [one["name"] for one in item.payload["files"]] == ["Copy.pdf", "Map.pdf"]
    assert (item.payload["id"], item.payload["attachment"], item.label) == ("b1", "AT 1", "files of bill INV-b1")
    assert hashlib.sha256(SCAN).hexdigest() in item.changes[0].new
    assert "%PDF" not in item.payload_text
    assert not PUSHED[NAME].is_let_by(BACK)
    assert PUSHED[NAME].is_let_by(replace(BACK, also_pushed=frozenset({NAME})))


@pytest.mark.parametrize("name", ["Scan.pdf", "契約 書/1.pdf", "a b%2F.pdf"])
def test_a_file_is_known_by_attachment_and_name(name):
    """Whatever it is called; and anew once the attachment's row says something else."""
    assert name_in(file_id_of(files_known_as(attachment()), name)) == name
    assert files_known_as(attachment()) != files_known_as(attachment(file_name="Later"))


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": [attachment(description="BILL:b1 holds 0011")]},
        {"bills": [intacct_bill(attachment_id=None)]},
        {"theirs": [bill(is_archived=True)]},
        {"pairs": ()},
        {"contents": known({})},
        {"posted": {(NAME, "7")}},
    ],
)
def test_what_came_from_bill_went_before_or_has_no_place_is_left_alone(changes):
    """S-ATT-01, S-SCH-05: no file goes back and forth."""
    made = plan(**changes)
    assert (made.items, made.holds) == ((), ())


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"contents": {}}, "file_unread"),
        ({"contents": known(problem="no answer")}, "file_unread"),
        ({"contents": known(row=attachment(file_name="Earlier"))}, "file_unread"),
        ({"contents": known({"Run.exe": SCAN})}, "file_type"),
        ({"contents": known({"Scan.pdf": b""})}, "file_size"),
        ({"link": replace(BACK, files=Files(max_bytes=3))}, "file_size"),
        (
            {
                "bills": [intacct_bill(attachment_id="AT 1"), intacct_bill(501, attachment_id="AT 1")],
                "theirs": [bill(), bill("b2")],
                "pairs": (PAIR, {**PAIR, "platform_id": "b2", "intacct_record_no": 501}),
            },
            "ambiguous",
        ),
    ],
)
def test_what_cannot_be_sent_yet_or_belongs_to_several_is_held(changes, kind):
    """S-ATT-01: unread, of another type, too large, empty, or named by two bills."""
    made = plan(**changes)
    assert (made.items, kinds(made)) == ((), [(kind, "S-ATT-01")])


def test_one_file_that_stays_stops_no_other():
    """S-ATT-01: the plan says which."""
    [item] = plan(contents=known({"Scan.pdf": SCAN, "Run.exe": MAP})).items
    assert ([one["name"] for one in item.payload["files"]], len(item.warnings)) == (["Scan.pdf"], 1)


def test_our_upload_does_not_come_back():
    """S-ATT-01: Intacct's bill names the attachment of a person, so the way into Intacct holds BILL's files of it."""
    document = {"id": "f1", "ap_bill_id": "b1", "name": "Scan.pdf", "created_at": None, "scan_status": "CLEAN"}
    tables = {
        "bill.ap_bill": [bill()],
        "bill.ap_bill_document": [document],
        "intacct.ap_bill": [intacct_bill(attachment_id="AT 1")],
        ATTACHMENTS: [attachment()],
    }
    made = build_plan(
        replace(BACK, platform="bill"),
        tables,
        [PAIR],
        revisions={},
        closed_through=None,
        now=NOW,
        objects=["ap_bill_file", "ap_bill_attachment"],
        contents={("bill.ap_bill_document", "f1"): Content(len(SCAN), hashlib.sha256(SCAN).hexdigest())},
    )
    assert (made.items, kinds(made)) == ((), [("attached_by_hand", "S-ATT-01")])


# --- sending ----------------------------------------------------------------------------------------------------


@dataclass
class Gateway:
    """Intacct, which holds one attachment."""

    files: dict

    def read_lists(self, functions, row):  # noqa: ARG002  # as sessions have it
        """Its files, each a row."""
        if self.files is None:
            raise TransportError("no answer", system="intacct")
        rows = [
            {"attachmentname": name[:-4], "attachmenttype": "pdf", "attachmentdata": base64.b64encode(one).decode()}
            for name, one in self.files.items()
        ]
        return [RowListing(tuple(rows), len(rows))]


@dataclass
class Page:
    results: list


@dataclass
class Organization:
    """BILL, which keeps files with one bill."""

    organization_id = "0080ORG"
    held: dict = field(default_factory=dict)
    posted: list = field(default_factory=list)
    is_there: bool = True
    place: str = "/v3/documents/bills/b1"

    def list(self, path, **_more):
        """The bill's documents."""
        if not self.is_there:
            raise RecordNotFoundError("no such bill", system="bill", operation=path)
        assert path == self.place
        yield Page([{"id": name} for name in self.held])

    def file(self, path, *, most):
        """What is in one."""
        return self.held[path.rpartition("/")[2]][:most]

    def upload(self, path, name, content):
        """Take a file; it is not listed yet."""
        self.posted.append((path, name, content))
        return {"id": "0du1"}


def sending(attempts=1, ago=None):
    """The item as it is sent."""
    sent_at = None if ago is None else NOW - ago
    return replace(stored(plan().items[0]), attempts=attempts, sent_at=sent_at)


def channel(organization, files):
    """The way into BILL over both."""
    return BillChannel(organization, Shelf(Gateway(files)), now=lambda: NOW)


def test_what_bill_has_by_content_is_not_posted_again_and_nothing_is_believed():
    """S-IDM-03: whatever the name; the item is done once BILL lists all of it."""
    organization = Organization({"d1": MAP})
    way = channel(organization, {"Scan.pdf": SCAN, "Map.pdf": MAP})
    item = sending()
    assert way.look_up([item]) == {item.key: []}
    [outcome] = way.send([item])
    assert organization.posted == [("/v3/documents/bills/b1", "Scan.pdf", SCAN)]
    assert outcome.state.value == "uncertain"
    organization.held["d2"] = SCAN
    [found] = way.look_up([item])[item.key]
    assert (found.record_id, is_by(item, found)) == ("b1", True)
    organization.is_there = False
    assert way.look_up([item]) == {item.key: []}


def test_files_of_an_invoice_go_to_its_attachments():
    """S-ATT-01: the same, where BILL keeps those of invoices."""
    tables = {
        ATTACHMENTS: [attachment()],
        "intacct.ar_invoice": [{"record_no": 500, "attachment_id": "AT 1"}],
        "bill.ar_invoice": [{"id": "i1", "document_no": "H-1", "is_archived": False}],
    }
    pair = {"object": "ar_invoice", "platform_id": "i1", "intacct_record_no": 500, "method": "crosswalk"}
    made = build_plan(
        BACK,
        tables,
        [pair],
        revisions={},
        closed_through=None,
        now=NOW,
        objects=["bill_ar_invoice_file"],
        contents=known({"Scan.pdf": SCAN}),
    )
    organization = Organization(place="/v3/attachments/invoices/i1")
    item = replace(stored(made.items[0]), attempts=1)
    channel(organization, {"Scan.pdf": SCAN}).send([item])
    assert organization.posted == [("/v3/attachments/invoices/i1", "Scan.pdf", SCAN)]
    organization.held["a1"] = SCAN
    [found] = channel(organization, {}).look_up([item])[item.key]
    assert (found.record_id, made.items[0].label) == ("i1", "files of invoice H-1")


def test_an_upload_that_may_be_at_work_is_waited_for():
    """S-IDM-03: BILL lists a document minutes after it took it."""
    organization = Organization()
    way = channel(organization, {"Scan.pdf": SCAN, "Map.pdf": MAP})
    with pytest.raises(Stopped) as stopped:
        way.send([sending(2, timedelta(minutes=29))])
    assert (stopped.value.outcome, organization.posted) == (None, [])
    way.send([sending(2, timedelta(minutes=31))])
    assert len(organization.posted) == 2


def test_without_intacct_nothing_is_posted_and_nothing_is_in_doubt():
    """S-IDM-03: a file that cannot be fetched now leaves the item as it was."""
    organization = Organization()
    with pytest.raises(Stopped) as stopped:
        channel(organization, None).send([sending()])
    assert (stopped.value.outcome, organization.posted) == (None, [])
    assert stopped.value.error.message == "no answer"


@pytest.mark.parametrize("files", [{"Scan.pdf": SCAN, "Map.pdf": b"other"}, {}])
def test_a_file_that_changed_since_the_plan_is_not_sent(files):
    """S-ATT-01: the item expires, and nothing of it leaves."""
    organization = Organization()
    with pytest.raises(Stopped) as stopped:
        channel(organization, files).send([sending()])
    assert stopped.value.outcome.state.value == "expired"
    assert organization.posted == []


def test_attachments_are_read_once_and_a_failure_is_told():
    """S-ATT-01: names, sizes and hashes are kept; the rest waits for the next plan."""
    found = measure_attachments(Shelf(Gateway({"Scan.pdf": SCAN})), [attachment()], {}, 9)
    assert found == known({"Scan.pdf": SCAN})
    assert measure_attachments(Shelf(Gateway(None)), [attachment()], found, 9) == {}
    [problem] = measure_attachments(Shelf(Gateway(None)), [attachment(), attachment()], {}, 9).values()
    assert problem.problem == "no answer"
    assert measure_attachments(Shelf(Gateway({})), [attachment()], {}, 0) == {}
