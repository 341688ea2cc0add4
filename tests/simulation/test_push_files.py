"""Files of the generated company on their whole way, over HTTP from the platform to Intacct and back (S-ATT-01)."""

from __future__ import annotations

import base64

from attachment_world import files_in, sha
from pipeline_world import INTO_INTACCT, World

from intacct_pipelines.domain.attached import ATTACHED
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.sandbox.faults import Rule


def world_of(warehouse_dsn, name, **more):
    """A link, or a platform account, that asks for the files of one kind of document and pushes nothing else."""
    asked = {"also_pushed": [name], "not_pushed": sorted(INTO_INTACCT - {name, ATTACHED[name].upload})}
    is_card = PUSHED[name].platform == "spend"
    card = {"mode": "sync", "gate": "auto", "auto_approve": {"items": 1000}, **asked} if is_card else None
    world = World(warehouse_dsn, bills=30, card_account=card, **more, **({} if is_card else asked))
    return world, (ATTACHED[name].upload, name)


def uploaded(world):
    """By attachment, the hashes of what our attachments hold."""
    rows = world.sandbox.intacct.records("SUPDOC")
    return {row["SUPDOCID"]: {one[2] for one in files_in(row)} for row in rows if row["SUPDOCID"].startswith("P-")}


def named(world, object_name):
    """The attachments of ours that documents name."""
    rows = world.sandbox.intacct.records(object_name)
    return sorted(row["SUPDOCID"] for row in rows if row["SUPDOCID"].startswith("P-"))


def round_trip(world, objects, object_name, content_of):
    """Plan, apply with lost answers, confirm; each document names its own attachment with the platform's very bytes."""
    plan = world.sync_only(*objects).plan
    uploads = [one for one in plan.items if one.object_name == objects[0]]
    assert uploads
    for function in ("create_supdocfolder", "create_supdoc"):
        world.sandbox.faults.add(Rule("reset_after", system="intacct", function=function))
    world.apply()
    wanted = {str(one.payload["supdocid"]): content_of(one) for one in uploads}
    assert uploaded(world) == wanted
    assert named(world, object_name) == sorted(wanted)
    again = world.sync_only(*objects)
    assert (again.confirmed, again.plan.items) == (len(plan.items), ())
    return uploads


def test_documents_of_bills_follow_them_and_late_ones_too(warehouse_dsn):
    """Nothing travels unless the link asks; then each file once, byte for byte, and nothing of a person's changes."""
    world, objects = world_of(warehouse_dsn, "ap_bill_attachment")
    bill, intacct = world.sandbox.bill, world.sandbox.intacct
    organization = world.sandbox.describe()["bill"]["organizations"][0]["id"]
    before = {row["RECORDNO"]: row["SUPDOCID"] for row in intacct.records("APBILL")}

    def contents(item):
        files = bill.files(organization, "bills")[item.source_id]
        return {sha(bill.content(organization, one["id"])) for one in files}

    uploads = round_trip(world, objects, "APBILL", contents)
    check_that_no_bytes_are_kept(
        world, [bill.content(organization, one["id"]) for one in files_of_all(bill, organization)]
    )
    kept = {row["RECORDNO"]: row["SUPDOCID"] for row in intacct.records("APBILL")}
    assert all(kept[number] == name for number, name in before.items() if name)
    late = uploads[0].source_id
    bill.add_file(organization, "bills", late, "Späte Quittung.pdf", b"%PDF-1.4 late")
    (item,) = world.sync_only(*objects).plan.items
    assert (item.operation.value, item.source_id) == ("update", late)
    world.apply()
    assert sha(b"%PDF-1.4 late") in uploaded(world)[str(item.payload["supdocid"])]
    again = world.sync_only(*objects)
    assert (again.confirmed, again.plan.items) == (1, ())


def test_attachments_of_invoices_follow_them(warehouse_dsn):
    """The legacy function of invoices names them, and changes nothing else."""
    world, objects = world_of(warehouse_dsn, "ar_invoice_attachment", files={"types": ["xlsx", "zip"]})
    organization = world.sandbox.describe()["bill"]["organizations"][0]["id"]
    before = world.sandbox.intacct.ledger.trial_balance()

    def contents(item):
        files = world.sandbox.bill.files(organization, "invoices")[item.source_id]
        return {sha(world.sandbox.bill.content(organization, one["id"])) for one in files}

    round_trip(world, objects, "ARINVOICE", contents)
    assert world.sandbox.intacct.ledger.trial_balance() == before


def test_receipts_of_card_charges_follow_them_and_late_ones_too(warehouse_dsn):
    """Fetched where the platform's signed address leads, without its token."""
    world, objects = world_of(warehouse_dsn, "card_receipt")

    def contents(item):
        payload = item.payload["attachments"]["attachment"]
        return {sha(world.sandbox.spend.receipt(one["attachmentdata"].split()[1])) for one in payload}

    uploads = round_trip(world, objects, "CCTRANSACTION", contents)
    entity = world.entity.entity_id
    world.sandbox.spend.add_receipt(entity, uploads[0].source_id, "late.png", b"\x89PNG late")
    (item,) = world.sync_only(*objects).plan.items
    world.apply()
    assert sha(b"\x89PNG late") in uploaded(world)[str(item.payload["supdocid"])]
    assert world.sync_only(*objects).plan.items == ()


def files_of_all(bill, organization):
    """Every file of every bill."""
    return [one for files in bill.files(organization, "bills").values() for one in files]


def check_that_no_bytes_are_kept(world, contents):
    """Size and hash are enough to plan; what is in a file is nobody's to read in the warehouse."""
    with world.systems() as systems, systems.warehouse.transaction() as connection:
        told = [
            str(connection.execute(f"SELECT string_agg(t::text, ' ') FROM {table} AS t").fetchone())  # noqa: S608  # ours
            for table in ("push.journal", "push.item", "push.plan", "push.file")
        ]
    assert contents
    for content in contents:
        # any 30 bytes at a boundary of three stand the same way in the whole
        assert base64.b64encode(content[9:39]).decode() not in " ".join(told)
