"""The small company of ``push_world``, to which BILL's departments go as well: a list that has no place for a key."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from push_cases import DOCUMENTS
from push_world import World

from intacct_pipelines.domain.push import State

_EARLY = datetime(2026, 1, 5, tzinfo=UTC)
_LATE = datetime(2026, 3, 1, tzinfo=UTC)
LAB, OPTICS, SALES = "d7", "d8", "d9"


class ListWorld(World):
    """BILL has a new department with a part of its own, and another name for one that Intacct has."""

    objects = DOCUMENTS | {"department"}

    def __init__(self, warehouse, **more):
        super().__init__(warehouse, **more)
        self.sales = self.twin.write("DEPARTMENT", entity_id="100", DEPARTMENTID="SAL", TITLE="Sales")
        self.by_hand = {}

    def _rows(self, bills):
        rows = super()._rows(bills)
        new = [
            {"id": OPTICS, "name": "Optics", "short_name": "OPT", "parent_id": LAB},
            {"id": LAB, "name": "Labs", "short_name": "LAB", "parent_id": None},
            {"id": SALES, "name": "Sales and service", "short_name": "SAL", "parent_id": None},
        ]
        rows["bill.department"] = rows["bill.department"][:1] + [row | {"modified_at": _LATE} for row in new]
        return rows

    def extract(self):
        """Bring departments too; they pair by their id."""
        matches = super().extract()
        self.rows["intacct.department"] = [
            {
                "record_no": int(row["RECORDNO"]),
                "department_id": row["DEPARTMENTID"],
                "title": row["TITLE"],
                "parent_id": row["PARENTID"],
                "status": row["STATUS"],
                "owner_entity_id": row["MEGAENTITYID"],
                "modified_at": _EARLY,
            }
            for row in self.twin.records("DEPARTMENT")
        ]
        numbers = {row["department_id"]: row["record_no"] for row in self.rows["intacct.department"]}
        return matches + [
            {"object": "department", "platform_id": row["id"], "intacct_record_no": numbers[row["short_name"]]}
            for row in self.rows["bill.department"]
            if row["short_name"] in numbers
        ]

    def department(self, department_id):
        """The department of that id in Intacct, or None."""
        rows = [row for row in self.twin.records("DEPARTMENT") if row["DEPARTMENTID"] == department_id]
        assert len(rows) <= 1
        return rows[0] if rows else None

    def enter(self, department_id, title):
        """Make or rename a department as a person would."""
        found = self.department(department_id)
        number = None if found is None else int(found["RECORDNO"])
        names = {"TITLE": title} if found else {"DEPARTMENTID": department_id, "TITLE": title}
        self.twin.write("DEPARTMENT", number, entity_id="100", **names)
        self.by_hand[department_id] = title

    def check(self):
        """A department is there once, as BILL has it or as a person left it, and its item says which."""
        super().check()
        items = {item.source_id: item for item in self.outbox.items() if item.object_name == "department"}
        counts = Counter(row["DEPARTMENTID"] for row in self.twin.records("DEPARTMENT"))
        assert max(counts.values()) == 1
        for source_id, number, title in (
            (LAB, "LAB", "Labs"),
            (OPTICS, "OPT", "Optics"),
            (SALES, "SAL", "Sales and service"),
        ):
            found = self.department(number)
            if number in self.by_hand:
                # What a person wrote stands, unless his came after the last look and before our update.
                assert found["TITLE"] in {self.by_hand[number], title}
            elif source_id in items and not self.by_hand:
                assert items[source_id].state is State.ACCEPTED
                assert (found["TITLE"], found["RECORDNO"]) == (title, items[source_id].record_id)
