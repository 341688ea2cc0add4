"""The small company of ``push_world`` whose bills have files in BILL, which go to Intacct after them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import push_world
from push_cases import LINK

from intacct_pipelines.clients.intacct.client import IntacctClient
from intacct_pipelines.clients.intacct.options import Options
from intacct_pipelines.domain.attached import ATTACHED
from intacct_pipelines.errors import RecordNotFoundError
from intacct_pipelines.push.apply import ApplyOptions, apply_plan
from intacct_pipelines.push.into_intacct import IntacctChannel
from intacct_pipelines.push.measuring import measure, unread_files
from intacct_pipelines.push.plan import build_plan
from intacct_pipelines.push.sources import Sources
from intacct_pipelines.warehouse.file_contents import FileContents

ATTACHING = replace(LINK, also_pushed=frozenset({"ap_bill_attachment"}))
UPLOAD, LINKED = ("ap_bill_file", "create", "b0"), ("ap_bill_attachment", "update", "b0")
LATE = ("ap_bill_file", "update", "b0")
OF_BILLS = ATTACHED["ap_bill_attachment"]


class Shelf:
    """The platform's files in memory."""

    def __init__(self, stored):
        self.stored = stored
        self.held = {}
        self.failure = None
        self.reads = []

    def read(self, table, parent_id, file_id, most):
        """What is in a file, broken off behind its limit."""
        self.reads.append(file_id)
        if self.failure is not None:
            raise self.failure
        if file_id not in self.held:
            raise RecordNotFoundError("no such file", system="bill", operation=f"GET {table}/{parent_id}")
        return self.held[file_id][: most + 1]

    def forget(self, table, file_id):
        """Forget what the warehouse knows of a file."""
        self.stored.forget(table, file_id)


class AttachmentWorld(push_world.World):
    """BILL has one bill, which Intacct has too, and its files; nothing else is planned but these."""

    objects = frozenset({"ap_bill_file", "ap_bill_attachment"})

    def __init__(self, warehouse, **options):
        super().__init__(warehouse, bills=0, **options)
        self.stored = FileContents(warehouse, LINK.name)
        self.shelf = Shelf(self.stored)
        self.link = ATTACHING
        self.rows["bill.ap_bill_document"] = []
        self.rows["intacct.attachment"] = []
        self.add("f1", "Invoice 1.pdf", b"%PDF-1.4 one")

    def add(self, file_id, name, content, **more):
        """Keep one more file with the bill."""
        row = {"id": file_id, "ap_bill_id": "b0", "name": name, "created_at": f"2026-02-0{len(self.shelf.held) + 1}"}
        self.rows["bill.ap_bill_document"].append(row | more)
        self.shelf.held[file_id] = content

    def extract(self):
        """Bring what Intacct holds of bills and attachments into the rows."""
        matches = super().extract()
        named = {int(row["RECORDNO"]): row["SUPDOCID"] or None for row in self.twin.records("APBILL")}
        for row in self.rows["intacct.ap_bill"]:
            row["attachment_id"] = named[row["record_no"]]
        self.rows["intacct.attachment"] = [
            {
                "record_no": int(row["RECORDNO"]),
                "attachment_id": row["SUPDOCID"],
                "folder": row["FOLDER"],
                "description": row["DESCRIPTION"],
            }
            for row in self.twin.records("SUPDOC")
        ]
        return matches

    def make_plan(self):
        """Find out what is in the files, plan, and store the plan."""
        matches = self.extract()
        known = self.stored.known()
        sources = Sources(self.link, self.rows, matches)
        found = measure(self.shelf, unread_files(sources, OF_BILLS, known), self.link.files)
        self.stored.remember(found)
        self.plan = build_plan(
            self.link,
            self.rows,
            matches,
            revisions={(name, "b0"): self.revisions.get("b0", "r1") for name in self.objects},
            closed_through=None,
            now=self.clock.now(),
            objects=self.objects,
            in_hand=self.outbox.in_hand(LINK.name),
            posted=self.outbox.posted(LINK.name),
            contents={**known, **found},
        )
        return self.outbox.plan(self.outbox.store_plan(self.plan, actor="planner"))

    def apply(self, fault=lambda: "", *, writes_only=False, **_more):
        """Run one worker to its end, or until it dies."""
        self._workers += 1
        transport = push_world.FaultyTransport(self, fault, writes_only=writes_only)
        with IntacctClient(
            push_world.credentials(),
            Options(url=push_world.URL, attempts=2),
            transport=transport,
            sleep=self.clock.advance,
            now=self.clock.now,
        ) as client:
            return apply_plan(
                self.outbox,
                IntacctChannel(client.session("100"), self.shelf),
                self.link,
                worker=f"worker-{self._workers}",
                options=ApplyOptions(functions_per_request=3),
                now=self.clock.now,
                sleep=self.pause,
            )

    def attachments(self):
        """By its id, names, types and hashes of what each attachment in Intacct holds."""
        return {row["SUPDOCID"]: files_in(row) for row in self.twin.records("SUPDOC")}

    def named(self):
        """The attachments that Intacct's bills name."""
        return [row["SUPDOCID"] for row in self.twin.records("APBILL")]


def files_in(row):
    """Names, types and hashes of the files of an attachment of the twin."""
    lines = (row[field].split("\n") for field in ("ATTACHMENTNAME", "ATTACHMENTTYPE", "ATTACHMENTDATA"))
    return [(name, kind, sha(base64.b64decode(data))) for name, kind, data in zip(*lines, strict=True)]


def sha(content):
    """SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()
