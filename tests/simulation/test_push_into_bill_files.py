"""Files of Intacct's bills and invoices on the whole way into BILL: uploaded once by content, and never sent back."""

from __future__ import annotations

import base64

from into_bill_world import LEG, IntoBillWorld

from intacct_pipelines.clients.intacct.functions import call

OBJECTS = ("bill_vendor", "bill_ap_bill", "bill_ap_bill_file")
POLICY = {
    **LEG,
    "auto_approve": {"items": 1000, "amount": "100000000"},
    "also_pushed": ["bill_ap_bill_file"],
}


class FiledWorld(IntoBillWorld):
    """A company that attaches files in Intacct."""

    def do(self, name, fields):
        """Run a function in Intacct, as a person there would."""
        self.sandbox.clock.advance(60)
        with self.systems() as systems:
            [result] = systems.intacct(self.entity).call([call(f"{name}-{fields}"[:60], name, fields)], write=True)
        assert result.error is None, result.error

    def attach(self, attachment_id, bill, **files):
        """Attach files to a bill in Intacct, by name without type."""
        told = [
            {"attachmentname": name, "attachmenttype": "pdf", "attachmentdata": base64.b64encode(content).decode()}
            for name, content in files.items()
        ]
        head = {"supdocid": attachment_id, "supdocname": attachment_id, "supdocfoldername": "Post"}
        self.do("create_supdoc", {**head, "attachments": {"attachment": told}})
        self.change("APBILL", RECORDNO=bill, SUPDOCID=attachment_id)

    def documents(self, number):
        """What BILL keeps with a bill, by name."""
        bill = next(row["id"] for row in self.in_bill("bill_ap_bill") if row["invoice"]["invoiceNumber"] == number)
        files = self.organization().files
        files.arrive(self.sandbox.clock.now())
        return sorted((one["name"], files.content(one["id"])) for one in files.listed("bills", bill))

    def of_files(self, plan):
        """Items and holds of files in a plan."""
        return [one for one in (*plan.items, *plan.holds) if one.object_name == OBJECTS[2]]


def test_a_file_attached_in_intacct_is_in_bill_once_whatever_is_lost(warehouse_dsn):
    """S-ATT-01, S-IDM-03: by content; BILL lists it minutes later, answers are lost, and a further sync has nothing."""
    world = FiledWorld(warehouse_dsn, *OBJECTS, **POLICY).settle()
    world.do("create_supdocfolder", {"supdocfoldername": "Post"})
    world.make_vendor("QUARRY-1", "Zenith Quarries")
    world.plan()
    world.send()
    world.plan()
    bills = [world.make_bill("QUARRY-1", number, ("10.00", {})) for number in ("SLATE", "CHALK")]
    world.plan()
    assert world.send() == {"accepted": 2}
    world.plan()
    before = {number: world.documents(number) for number in ("SLATE", "CHALK")}
    world.network.writes.clear()
    world.attach("AT-1", bills[0], Scan=b"%PDF one", Map=b"%PDF two", Copy=b"%PDF one")
    [item] = world.of_files(world.plan().plan)
    assert [one["name"] for one in item.payload["files"]] == ["Copy.pdf", "Map.pdf"]
    assert b"one" not in item.payload_text.encode()
    world.send()
    assert world.state_of(item.source_id)["create"][0] == "uncertain"
    world.sandbox.clock.advance(180)
    assert world.send() == {"accepted": 1}
    added = [("Copy.pdf", b"%PDF one"), ("Map.pdf", b"%PDF two")]
    assert world.documents("SLATE") == sorted([*before["SLATE"], *added])
    again = world.plan()
    assert (again.confirmed, world.of_files(again.plan), world.send()) == (1, [], {})
    assert len(world.network.writes) == 2
    # Of the second attachment the first file's answer is lost, then the second file's request.
    world.attach("AT-2", bills[1], Left=b"%PDF left", Right=b"%PDF right")
    [item] = world.of_files(world.plan().plan)
    world.send("answer")
    world.send()
    assert world.state_of(item.source_id)["create"][0] == "uncertain"
    assert len(world.network.writes) == 3, "BILL may still be at work on it"
    for loss in ("request", ""):
        world.sandbox.clock.advance(2000)
        world.send(loss)
    world.sandbox.clock.advance(2000)
    world.send()
    assert world.state_of(item.source_id)["create"] == ("accepted", "")
    assert world.documents("CHALK") == sorted(
        [*before["CHALK"], ("Left.pdf", b"%PDF left"), ("Right.pdf", b"%PDF right")]
    )
    assert len(world.network.writes) == 4
