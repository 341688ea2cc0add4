"""A seeded company in a real warehouse, reconciled with the sieve and without it after each round of edits."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from reconcile_cases import JUST_NOW, LATER, NOW, Case, make_link
from typed_rows import typed_rows

from intacct_pipelines.defs.sieved import reconcile_through_sieve
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.domain.reconciled import RECONCILED
from intacct_pipelines.domain.records import Tally, Window, WindowKind
from intacct_pipelines.reconcile import Frames, Moment, columns_of, reconcile
from intacct_pipelines.warehouse.compared import Comparison
from intacct_pipelines.warehouse.recon import Recon

ENTITY = "acme:100"
DAY = date(2026, 2, 1)
_WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in "INV0123456789"}
PLAIN = "plain"
"""The link that is reconciled without the sieve."""


def text_of(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return None if value is None else str(value)


def load(warehouse, table, rows, run_id):
    """Load a table whole; what stood before and is not among the rows is deleted."""
    declared = TABLES[table]
    texts = [{name: text_of(cell) for name, cell in row.items() if name != "_deleted"} for row in rows]
    amounts = [Decimal(row[declared.control_total]) for row in rows] if declared.control_total else []
    count = len(rows)
    tally = Tally(announced=count, received=count, requests=1, control_total=sum(amounts, start=Decimal(0)))
    with warehouse.load(declared, ENTITY, run_id=run_id, window=Window(WindowKind.ALL)) as loading:
        if rows:
            loading.add(typed_rows(declared, texts))
        return loading.finish(tally)


class SieveWorld:
    """Bills of both sides that pair in every way and differ in every field, and rounds of edits."""

    def __init__(self, warehouse, seed, *, size=45):
        self.warehouse = warehouse
        self.dice = random.Random(seed)  # noqa: S311 - edits, not secrets
        self.case = Case(link=make_link(tolerance={"USD": Decimal("0.01")}, default_location="L-0"))
        self.plain = replace(self.case.link, name=PLAIN)
        self.round = 0
        self.loaded = {}
        self.next = 0
        for number in range(1, 6):
            self.case.bill_vendor(f"v{number}", f"Vendor {number}", ap_term_id="t30")
            self.case.intacct_vendor(number, f"Vendor {number}", term_name="Net 30")
        self.case.bill_vendor("v6", "Only in BILL")
        self.case.add("bill.ap_term", id="t30", name="Net 30", due_days=30)
        for name in ("6000", "6100", ""):
            self.case.add("bill.gl_account", id=f"a{name}", name=f"Account {name}", account_no=name or None)
        for name in ("department", "location", "accounting_class"):
            self.case.add(f"bill.{name}", id=f"{name}-1", name="One", short_name="D1")
        for _ in range(size):
            self.add_pair()

    @classmethod
    def of_equal_pairs(cls, warehouse, count=5):
        """A company whose bills are confirmed pairs, b1 with 1001 and so on, and all equal."""
        world = cls(warehouse, 0, size=0)
        for position in range(1, count + 1):
            more = {"document_no": f"INV-{position}"}
            world.case.bill(f"b{position}", **more)
            world.case.intacct_bill(1000 + position, lines=[{"location_id": "L-0"}], **more)
            world.case.cross(f"b{position}", 1000 + position)
        return world

    # ---- rows -------------------------------------------------------------------------------------------------------

    def add_pair(self):
        """Add a bill to both sides, or sometimes to one, known to belong together in one of the ways."""
        dice, case, self.next = self.dice, self.case, self.next + 1
        position, vendor = self.next, dice.randrange(1, 6)
        bill_id, record_no = f"b{position}", 1000 + position
        number = dice.choice(
            [f"INV-{position}"] * 8 + [f"Rg. ä{position}", f"ＩＮＶ {position}", f" x  {position}", ""]
        )
        amount = dice.choice(["100.00", "77.70", "0", "-5.00", "10000000.02"])
        common = {"bill_date": DAY + timedelta(days=dice.randrange(3)), "currency": dice.choice(["USD", "USD", "EUR"])}
        how = dice.choice(["crosswalk"] * 5 + ["mark", "mark", "natural", "natural"])
        lines, theirs = self.lines(amount)
        if dice.random() < 0.95:
            case.bill(bill_id, amount, number, vendor_id=f"v{vendor}", lines=lines, **common)
        if dice.random() < 0.95:
            marks = [source_mark("bill", bill_id), dice.choice(["", "", source_mark("spend", bill_id)])]
            description = " ".join(marks) if how == "mark" else None
            more = {"vendor_id": f"V-{vendor}", "description": description, "lines": theirs, **common}
            case.intacct_bill(record_no, amount, number.upper(), **more)
        if how == "crosswalk":
            case.cross(bill_id, record_no)
        chance = dice.random()
        if chance < 0.25:
            self.edit(bill_id, record_no)
        elif chance < 0.35:
            self.twin(bill_id, record_no)
        elif chance < 0.4:
            case.cross(bill_id, record_no + dice.randrange(how == "crosswalk", 2), status="refused")

    def lines(self, amount):
        """Lines of both sides that say the same, but for an account of BILL that nobody knows; L-0 is the default."""
        whole = Decimal(amount)
        part = whole / 2
        coded = {"department_id": "department-1", "location_id": "location-1", "class_id": "accounting_class-1"}
        theirs = {"department_id": "D1", "location_id": "D1", "class_id": "D1"}
        return self.dice.choice(
            [
                ([{}], [{"location_id": "L-0"}]),
                # Split here and not there, which the ledger does not see.
                ([{"amount": part}, {"amount": whole - part}], [{"location_id": "L-0"}]),
                (
                    [{"amount": part, **coded}, {"amount": whole - part}],
                    [{"trx_amount": whole - part, "location_id": "L-0"}, {"trx_amount": part, **theirs}],
                ),
                ([coded], [theirs]),
                ([coded], [theirs]),
                ([{**coded, "gl_account_id": "a9"}], [{**theirs, "account_no": None}]),
            ]
        )

    def row(self, table, key):
        name = TABLES[table].key[0]
        return next((row for row in self.case.rows[table] if row[name] == key), None)

    def edit(self, bill_id, record_no):
        """Change one thing in a pair; some changes leave it equal, some break it, some touch other bills."""
        dice = self.dice
        ours, theirs = self.row("bill.ap_bill", bill_id), self.row("intacct.ap_bill", record_no)
        if ours is None or theirs is None:
            return
        our_line = next(row for row in self.case.rows["bill.ap_bill_line"] if row["bill_id"] == bill_id)
        their_line = next(row for row in self.case.rows["intacct.ap_bill_line"] if row["bill_record_no"] == record_no)
        other = f"b{dice.randrange(1, self.next + 1)}"
        edits = [
            (ours, {"amount": ours["amount"] + dice.choice([Decimal("0.01"), Decimal(3)])}),
            (theirs, {"trx_total_entered": Decimal(0)}),
            (theirs, {"currency": "GBP"}),
            (theirs, {"document_no": f"{theirs['document_no']}-X"}),
            (ours, {"document_no": f"INV-{dice.randrange(1, self.next + 1)}"}),
            (theirs, {"document_no": f"INV-{dice.randrange(1, self.next + 1)}"}),
            (theirs, {"vendor_id": "V-1"}),
            (ours, {"vendor_id": dice.choice(["v1", "v6"])}),
            (theirs, {"bill_date": DAY + timedelta(days=9)}),
            (ours, {"due_date": dice.choice([None, DAY])}),
            (theirs, {"trx_total_paid": Decimal(5)}),
            (ours, {"credit_amount": Decimal(5)}),
            (theirs, {"state": dice.choice(["Reversed", "Paid", "Partially Paid", "Draft"])}),
            (ours, {"is_archived": True}),
            (ours, {"record_status": dice.choice(["INACTIVE", "DRAFT", None])}),
            (ours, {"approval_status": "ASSIGNED"}),
            (theirs, {"module_key": "9.PO", "reference_no": "PO-1"}),
            (ours, {"purchase_order_no": "PO-1"}),
            (theirs, {"owner_entity_id": dice.choice(["200", None])}),
            (theirs, {"description": f"for {source_mark('bill', other)}"}),
            (our_line, {"gl_account_id": dice.choice(["a6100", "a", "a9", None])}),
            (their_line, {"account_no": dice.choice(["6100", "?a9"])}),
            (their_line, {"trx_amount": Decimal("0.02")}),
            (our_line, {"location_id": "location-1"}),
            (their_line, {"department_id": "D9"}),
            (our_line, {"class_id": "accounting_class-1"}),
        ]
        row, changes = dice.choice(edits)
        row.update(changes, **({"modified_at": dice.choice([LATER, JUST_NOW])} if "modified_at" in row else {}))

    def twin(self, bill_id, record_no):
        """Enter a bill once more on one side: with the same content, or only the same number."""
        table, key, column = self.dice.choice(
            [("bill.ap_bill", bill_id, "amount"), ("intacct.ap_bill", record_no, "trx_total_entered")]
        )
        row = self.row(table, key)
        if row is not None:
            own = (
                {"id": f"{key}-{self.round}"}
                if table == "bill.ap_bill"
                else {"record_no": record_no - 1_000 + 100 * (self.round + 1)}
            )
            wide = {"document_no": row["document_no"].translate(_WIDE)}
            more = self.dice.choice([{}, {column: Decimal(1)}, {"description": None}, wide])
            self.case.rows[table].append({**row, **own, **more})

    def remake(self, _bill_id, record_no):
        """Delete a bill of Intacct and enter it again, as an edit in BILL does (S-BIL-08)."""
        row = self.row("intacct.ap_bill", record_no)
        if row is not None:
            self.case.rows["intacct.ap_bill"].remove(row)
            self.case.rows["intacct.ap_bill"].append({**row, "record_no": record_no + 10_000 * (self.round + 1) + 5000})

    def forget_twin(self):
        """Delete a bill of Intacct that was entered once more."""
        rows = self.case.rows["intacct.ap_bill"]
        twins = [row for row in rows if row["record_no"] < 1_000]
        if twins:
            rows.remove(self.dice.choice(twins))

    def edit_some(self, share=0.25):
        """Edit, pay in step, delete, add, and sometimes change what lists and people say."""
        dice, case = self.dice, self.case
        for position in range(1, self.next + 1):
            bill_id, record_no = f"b{position}", 1000 + position
            if dice.random() < share:
                ways = [self.edit] * 5 + [self.pay] * 3 + [self.delete, self.twin, self.remake]
                dice.choice(ways)(bill_id, record_no)
        for _ in range(dice.randrange(4)):
            self.add_pair()
            self.forget_twin()
        change = dice.randrange(5)
        if change == 0:
            case.bill_vendor(f"w{self.next}", f"New {self.next}")
            case.intacct_vendor(100 + self.next, f"New {self.next}")
        elif change == 1:
            dice.choice(case.rows["intacct.vendor"])["name"] = "Renamed"
        elif change == 2:
            dice.choice(case.rows["bill.gl_account"])["account_no"] = "6200"

    def pay(self, bill_id, record_no):
        ours, theirs = self.row("bill.ap_bill", bill_id), self.row("intacct.ap_bill", record_no)
        for row, column in ((ours, "paid_amount"), (theirs, "trx_total_paid")):
            if row is not None:
                row.update({column: Decimal(7), "modified_at": LATER})

    def delete(self, bill_id, record_no):
        self.delete_row(*self.dice.choice([("bill.ap_bill", bill_id), ("intacct.ap_bill", record_no)]))

    def delete_row(self, table, key):
        name = TABLES[table].key[0]
        self.case.rows[table] = [row for row in self.case.rows[table] if row[name] != key]

    # ---- both ways --------------------------------------------------------------------------------------------------

    def load(self):
        self.round += 1
        tables = RECONCILED["ap_bill"].tables
        for table in tables:
            rows = repr(self.case.rows[table])
            if self.loaded.get(table) != rows:
                load(self.warehouse, table, self.case.rows[table], f"load-{self.round}")
                self.loaded[table] = rows
        if self.round == 1:
            with self.warehouse.transaction() as connection:
                for pair in self.case.crosswalk_rows:
                    for link in (self.case.link.name, PLAIN):
                        connection.execute(
                            "INSERT INTO mapping.crosswalk (link, object, platform_id, intacct_record_no, status, "
                            "decided_by, decided_at) VALUES (%s, 'ap_bill', %s, %s, %s, 'ann', %s)",
                            [link, pair["platform_id"], pair["intacct_record_no"], pair["status"], NOW],
                        )

    @property
    def moment(self):
        return Moment(NOW + timedelta(hours=self.round), self.case.closed_through)

    def through_sieve(self):
        """Reconcile with the sieve; return the comparison of the rest."""
        tables = {name: columns_of(name) for name in RECONCILED["ap_bill"].tables}
        comparison = Comparison(self.case.link.name, "ap_bill", f"run-{self.round}", ground="")
        return reconcile_through_sieve(self.warehouse, self.case.link, "ap_bill", tables, self.moment, comparison)

    def without_sieve(self):
        recon = Recon(self.warehouse, now=lambda: self.moment.now)
        frames = Frames(
            {
                name: self.warehouse.read_frame(name, ENTITY, columns=columns_of(name), include_deleted=True)
                for name in RECONCILED["ap_bill"].tables
            }
        )
        found = reconcile("ap_bill", self.plain, frames, recon.crosswalk(PLAIN), self.moment)
        recon.store(found, link=PLAIN, entity=ENTITY, object_name="ap_bill", run_id=f"run-{self.round}")

    def stored(self, link):
        """Everything that is stored of a link, byte by byte, without its name."""
        recon = Recon(self.warehouse)
        frames = {
            "matches": recon.matches(link),
            "differences": recon.differences(link),
            "totals": recon.totals(link),
            "period_totals": recon.period_totals(link),
            "crosswalk": recon.crosswalk(link),
        }
        return {name: frame.drop(columns="link").to_csv(index=False) for name, frame in frames.items()}
