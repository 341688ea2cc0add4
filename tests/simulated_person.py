"""A person who works on the same records while a plan is on its way: on what we wrote, or ahead of us."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal

from simulated_company import SimulatedCompany, object_of
from simulated_hands import Hands
from simulated_laws import Laws

from intacct_pipelines.domain.push import Item, Operation
from intacct_pipelines.sandbox.intacct.refusals import FunctionRefusedError

_EDITED = {"APBILL": "RECORDID", "ARADVANCE": "DOCNUMBER", "GLBATCH": "reference_no"}
"""Objects that a person corrects and deletes, and the field of the number that people know."""
_MOST_OF_A_CREDIT = Decimal("9.50")


class Person:
    """Who works on the records of one life.

    Args:
        company: Where.
        rng: What they do.
        laws: Hear which items are touched.
        loses_marks: Whether they may overwrite the key of an item; a gateway that forgets control ids as well would
            have nothing left by which the record could be known.
    """

    def __init__(self, company: SimulatedCompany, rng: random.Random, laws: Laws, *, loses_marks: bool) -> None:
        self._twin = company.sandbox.intacct
        self._hands = Hands(self._twin, company.world.entity.entity_id)
        self._rng = rng
        self._laws = laws
        self._loses_marks = loses_marks

    def work_on(self, items: list[Item]) -> None:
        """Do something about one of the items, if there is anything to be done and Intacct lets them."""
        item = self._rng.choice(items)
        if item.object_name != "memo_application" and object_of(item) not in _EDITED:
            return
        records = self._laws.records_of(item)
        try:
            done = self._change(item, records[0]) if records else self._get_ahead(item)
        except FunctionRefusedError:
            return
        if done:
            record = records[0] if records else {}
            # A bill may be the target of several items: of a change, and of naming its attachment.
            touched = {
                item.key,
                *(one.key for one in items if self._is_of(one, record) and object_of(one) == object_of(item)),
            }
            self._laws.touched.update(touched)

    @staticmethod
    def _is_of(item: Item, record: Mapping[str, str]) -> bool:
        return item.target_id is not None and item.target_id == record.get("RECORDNO")

    def _change(self, item: Item, record: Mapping[str, str]) -> bool:
        """Correct or delete what an item wrote."""
        name, number = object_of(item), int(record["RECORDNO"])
        if name not in _EDITED:
            # A receipt is neither changed nor deleted; its words are, in the UI.
            words = record["DESCRIPTION"] if not self._loses_marks else "Correct"
            self._twin.plant(name, number, DESCRIPTION=f"{words} {self._rng.randrange(1000)}")
        elif self._rng.random() < 0.5:
            self._hands.delete(name, number)
        elif name == "GLBATCH" and self._loses_marks and self._rng.random() < 0.5:
            self._hands.edit(name, number, title="Correct")
        else:
            self._hands.edit(name, number, **{_EDITED[name]: f"EDIT-{self._rng.randrange(1000)}"})
        return True

    def _get_ahead(self, item: Item) -> bool:
        """Do by hand what an item is still to write, or something else in its place: an entry, a use, a coding."""
        if item.operation is Operation.RECLASSIFY:
            (line, *_) = item.payload["reclassifyitems"]["reclasslineitem"]
            account = line["glaccountno"] if self._rng.random() < 0.5 else self._rng.choice(["6100", "6150"])
            self._twin.reclassify_bill(int(item.target_id), {"LINE_NO": line["@line_num"], "ACCOUNTNO": account})
            return True
        if object_of(item) == "GLBATCH":
            fields = {name: item.payload[name] for name in ("JOURNAL", "BATCH_DATE", "REFERENCENO")}
            self._hands.create("GLBATCH", item.payload["ENTRIES"]["GLENTRY"], {**fields, "BATCH_TITLE": "By hand"})
            return True
        if item.object_name != "memo_application":
            return False
        details = item.payload["ARPYMTDETAILS"]["ARPYMTDETAIL"]
        if self._rng.random() < 0.5:
            details = [{**details[0], "TRX_ADJUSTMENTAMOUNT": str(_MOST_OF_A_CREDIT)}]
        rest = {name: value for name, value in item.payload.items() if isinstance(value, str) and name != "DESCRIPTION"}
        self._hands.create("ARPYMT", details, rest)
        self._laws.uses_by_hand += details
        return True
