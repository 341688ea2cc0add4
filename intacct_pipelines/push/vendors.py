"""Vendors: which of BILL's are created in Intacct, with what content, and which wait for a person and why."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from intacct_pipelines.domain.keys import item_key
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Hold, Item, Operation, canonical_json
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.list_updates import ListUpdates, in_shared_words
from intacct_pipelines.push.parties import contact_fields, party_id_of
from intacct_pipelines.push.planner import Held, mark_of
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row


@dataclass(frozen=True, slots=True)
class VendorTarget:
    """The Intacct vendor that a document will name.

    Args:
        vendor_id: Intacct's VENDORID.
        status: As Intacct words it; a vendor that is yet to be created is active.
        parent: The item that creates the vendor, if it is not there yet.
    """

    vendor_id: str
    status: str = "active"
    parent: ItemKey | None = None


class VendorPlanner:
    """Decides about the vendors of one link."""

    object_name: ClassVar[str] = "vendor"
    reads: ClassVar[tuple[str, ...]] = (
        "intacct.entity", "intacct.ap_term", "intacct.vendor", "intacct.ap_bill", "bill.ap_term", "bill.vendor",
        "bill.ap_bill",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._needed = {bill["vendor_id"] for bill in sources.live("bill.ap_bill")}
        self._by_name: dict[str, list[Row]] = defaultdict(list)
        for row in sources.live("intacct.vendor"):
            self._by_name[fold(row["name"])].append(row)
        self._unpaired_names = Counter(
            fold(row["name"])
            for row in sources.live("bill.vendor")
            if row["id"] not in sources.pairs("vendor") and not row.get("is_archived")
        )
        self._ids = {row["vendor_id"] for row in sources.live("intacct.vendor")}
        self._updates = ListUpdates(context, PUSHED["vendor"])
        in_intacct = sources.pairs("ap_bill")
        self._owed = {
            bill["vendor_id"]
            for bill in sources.live("bill.ap_bill")
            if not bill.get("is_archived") and (bill.get("due_amount") or bill["id"] not in in_intacct)
        }

    def rows(self) -> list[Row]:
        """Return BILL's vendors by id."""
        return [row for _, row in sorted(self._sources.by("bill.vendor").items())]

    def is_shown(self, decision: Decision) -> bool:
        """Leave out archived and excluded vendors that no bill asks for: nobody waits for them."""
        if isinstance(decision, Hold) and decision.kind in {"archived", "excluded"}:
            return decision.source_id in self._needed
        return decision is not None

    def decide(self, vendor: Row) -> Decision:
        """Return what is to be done with a vendor of BILL; None if it stands in Intacct as it should."""
        paired = self._sources.pairs("vendor").get(vendor["id"])
        if paired is not None:
            return self._changed(vendor, paired)
        return self._obstacle(vendor) or self._create(vendor)

    def _changed(self, vendor: Row, paired: Row) -> Decision:
        if vendor["id"] in self._link.excluded_vendors:
            return None
        try:
            changes = self._changes(vendor, paired)
            return self._updates.item(vendor, paired, changes, f"vendor {vendor['name']}") if changes else None
        except Held as held:
            return self._hold(vendor, *held.parts)

    def _changes(self, vendor: Row, paired: Row) -> dict[str, str]:
        """Return what differs and is BILL's to say: whether the vendor is in use, and its name (S-VEN-08)."""
        status = self._updates.status(vendor, paired)
        if status and vendor["id"] in self._owed:
            reason = "it is archived in BILL, which has bills of it that are not paid or not in Intacct"
            raise Held("still_used", "S-VEN-05", reason, "Settle or archive its bills first.")
        if status is not None:
            return status
        if fold(vendor["name"]) == fold(paired["name"]):
            return {}
        tax_ids = {text(vendor, "tax_id"), text(paired, "tax_id")}
        if "" not in tax_ids and len(tax_ids) > 1:
            reason = f"name and tax id differ from Intacct's vendor {paired['vendor_id']}: it may be another company"
            remedy = "Compare both records; make a new vendor for a new company, or correct the wrong side by hand."
            raise Held("vendor_replaced", "S-VEN-08", reason, remedy)
        return {"name": text(vendor, "name").strip()}

    def _obstacle(self, vendor: Row) -> Hold | None:
        if vendor["id"] in self._link.excluded_vendors:
            return self._hold(
                vendor,
                "excluded",
                "S-VEN-10",
                "the link excludes this vendor",
                "Remove it from excluded_vendors to let its documents pass.",
            )
        if vendor.get("is_archived"):
            return self._hold(
                vendor, "archived", "S-VEN-05", "it is archived in BILL", "Restore it in BILL if it is still in use."
            )
        if ("vendor", vendor["id"]) in self._context.posted:
            return self._hold(
                vendor,
                "deleted_in_intacct",
                "S-IDM-06",
                "it was in Intacct before and is not there any more",
                "Find out who deleted it; pair it by hand with the vendor that took its place.",
            )
        return self._name_obstacle(vendor) or self._content_obstacle(vendor)

    def _name_obstacle(self, vendor: Row) -> Hold | None:
        alike = self._by_name[fold(vendor["name"])]
        if alike:
            ids = ", ".join(sorted(row["vendor_id"] for row in alike)[:3])
            return self._hold(
                vendor,
                "ambiguous",
                "S-VEN-03",
                f"Intacct has the name already, as {ids}",
                "Confirm the pair with `map`, or give the two different names.",
            )
        if self._unpaired_names[fold(vendor["name"])] > 1:
            return self._hold(
                vendor,
                "duplicate",
                "S-VEN-03",
                "several vendors in BILL have this name",
                "Merge or rename them in BILL so that each name is one vendor.",
            )
        if party_id_of(self._link.organization_id, vendor["id"]) in self._ids:
            return self._hold(
                vendor,
                "duplicate",
                "S-VEN-08",
                "its id in Intacct is taken by a vendor that is not its pair",
                "Confirm the pair with `map`; reusing an id would overwrite a vendor.",
            )
        return None

    def _content_obstacle(self, vendor: Row) -> Hold | None:
        if vendor.get("is_1099") and vendor["id"] not in self._link.form_1099:
            return self._hold(
                vendor,
                "unmapped_1099",
                "S-BP-03",
                "it is a 1099 vendor and no form and box are given",
                "Give its form and box in form_1099 of the link, or create the vendor in Intacct.",
            )
        currency = text(vendor, "currency")
        allowed = self._context.currencies
        if currency and allowed and currency not in allowed:
            return self._hold(
                vendor,
                "currency",
                "S-CUR-04",
                f"the entity does not use {currency}",
                f"Enable {currency} for the entity in Intacct, or change the vendor's currency in BILL.",
            )
        return None

    def _create(self, vendor: Row) -> Item:
        vendor_id = party_id_of(self._link.organization_id, vendor["id"])
        content, warnings = self._content(vendor, vendor_id)
        key = item_key(
            link=self._link.name,
            source_system="bill",
            object_name="vendor",
            source_id=vendor["id"],
            operation=Operation.CREATE,
            revision=hashlib.sha256(canonical_json(content).encode()).hexdigest(),
        )
        return Item(
            key=key,
            object_name="vendor",
            operation=Operation.CREATE,
            source_id=vendor["id"],
            natural_key={"VENDORID": vendor_id},
            payload={**content, "COMMENTS": f"{mark_of('bill', vendor['id'])} {key}"},
            source_revision=self._context.revisions.get(("vendor", vendor["id"]), ""),
            warnings=warnings,
            label=f"vendor {vendor['name']}",
            agrees=in_shared_words({"name": text(vendor, "name"), "status": "active"}),
        )

    def _content(self, vendor: Row, vendor_id: str) -> tuple[Fields, tuple[str, ...]]:
        name = text(vendor, "name")
        contact = contact_fields(vendor, text(vendor, "payee_name") or name)
        content: Fields = {"VENDORID": vendor_id, "NAME": name, "DISPLAYCONTACT": contact, "STATUS": "active"}
        term = self._sources.coding.term_name(text(vendor, "ap_term_id"))
        known = term if term in self._sources.term_names else None
        _put(content, "TERMNAME", known or "")
        _put(content, "TAXID", text(vendor, "tax_id"))
        form = self._link.form_1099.get(vendor["id"]) if vendor.get("is_1099") else None
        if form is not None:
            content |= {"NAME1099": name, "FORM1099TYPE": form.form, "FORM1099BOX": form.box}
        _put(content, "VENDORACCOUNTNO", text(vendor, "account_number"))
        _put(content, "CURRENCY", text(vendor, "currency"))
        if term == known or not vendor.get("ap_term_id"):
            return content, ()
        return content, ("its payment term has no counterpart in Intacct and is left out [S-TRM-01]",)

    def _hold(self, vendor: Row, kind: str, rule: str, reason: str, remedy: str) -> Hold:
        return Hold("vendor", vendor["id"], f"vendor {vendor['name']}", kind, rule, reason, remedy)


def vendor_targets(context: Context, object_name: str = "vendor") -> dict[str, VendorTarget | Hold]:
    """Return for each vendor of a platform its vendor in Intacct, or why it has none; once the vendors are decided."""
    sources = context.sources
    targets: dict[str, VendorTarget | Hold] = {}
    for vendor_id in sources.by(PUSHED[object_name].source.qualified_name):
        paired = sources.pairs(object_name).get(vendor_id)
        on_its_way = context.in_hand.get((object_name, vendor_id))
        decision = context.decisions.get((object_name, vendor_id))
        is_replaced = isinstance(decision, Hold) and decision.kind == "vendor_replaced"
        if paired is not None and not is_replaced:
            targets[vendor_id] = VendorTarget(paired["vendor_id"], text(paired, "status") or "active")
        elif isinstance(decision, Hold):
            targets[vendor_id] = decision
        elif on_its_way is not None:
            targets[vendor_id] = VendorTarget(on_its_way.natural_key["VENDORID"], parent=on_its_way.key)
        elif isinstance(decision, Item):
            targets[vendor_id] = VendorTarget(decision.natural_key["VENDORID"], parent=decision.key)
    return targets


def vendor_of(
    targets: Mapping[str, VendorTarget | Hold], link: Link, vendor_id: str, document: str, platform: str = "BILL"
) -> VendorTarget:
    """Return the Intacct vendor that a document will name.

    Args:
        targets: From ``vendor_targets``.
        link: The link.
        vendor_id: The platform's id of the vendor.
        document: What the document is called, such as ``bill``.
        platform: What people call the platform.

    Raises:
        Held: The vendor is not there, is held itself, is left out, or is not active.
    """
    vendor = targets.get(vendor_id)
    if vendor is None:
        reason = f"{platform}'s vendor {vendor_id} is not there"
        remedy = f"Extract the vendors again; restore it in {platform}."
        raise Held("missing_reference", "S-VEN-01", reason, remedy)
    if isinstance(vendor, Hold):
        reason = f"it waits for {vendor.label}, which is held: {vendor.reason}"
        raise Held(vendor.kind, vendor.rule, reason, vendor.remedy, held_by=vendor.source_id)
    if vendor_id in link.excluded_vendors:
        remedy = "Remove the vendor from excluded_vendors to let its documents pass."
        raise Held("excluded", "S-VEN-10", "the link excludes its vendor", remedy)
    if vendor.status != "active":
        reason = f"vendor {vendor.vendor_id} is {vendor.status} in Intacct"
        remedy = f"Activate the vendor in Intacct, or change the {document}'s vendor."
        raise Held("inactive", "S-VEN-05", reason, remedy)
    return vendor


def _put(fields: Fields, name: str, value: str) -> None:
    if value:
        fields[name] = value
