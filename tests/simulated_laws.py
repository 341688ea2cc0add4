"""What must hold after every step of a push, whatever went wrong: judged from both systems, not from the code."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from psycopg.rows import dict_row
from simulated_books import Books
from simulated_company import SimulatedCompany, object_of

from intacct_pipelines.domain.attached import is_told, read_contents
from intacct_pipelines.domain.push import Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.sandbox.expense_business import EMPLOYEE_PAYABLE_ACCOUNT
from intacct_pipelines.sandbox.ledger import AP_ACCOUNT, CARD_ACCOUNT
from intacct_pipelines.sandbox.receivables_business import RECEIVABLE_ACCOUNT

_CONTROL = {
    "accounts payable": AP_ACCOUNT,
    "accounts receivable": RECEIVABLE_ACCOUNT,
    "card account CARD-100": CARD_ACCOUNT,
    "employee payable": EMPLOYEE_PAYABLE_ACCOUNT,
}
"""What the plan calls an account that Intacct chooses itself, and which it is in the sandbox."""
_STEPS = {
    None: {"planned"},
    "planned": {"planned", "approved", "superseded", "expired", "held"},
    "approved": {"sending", "expired", "held"},
    "sending": {"approved", "accepted", "uncertain", "held", "expired"},
    "uncertain": {"uncertain", "sending", "accepted", "rejected", "held"},
    "accepted": {"confirmed", "held"},
    "rejected": {"planned"},
    "held": {"planned"},
    "expired": {"planned"},
    "superseded": {"planned"},
}
"""Every legal step of an item, as the documentation has it."""
_DONE = {"accepted", "confirmed"}
_UNDONE = {"Voided", "Reversed", "Reversal"}
_MARKS = {"DESCRIPTION", "COMMENTS", "BATCH_TITLE"}
DETAILS = {"APPYMTDETAIL", "ARPYMTDETAIL"}
"""What a payment or receipt settles."""
_CREDITS = ("ADJUSTMENT", "INLINE")
"""With what besides money."""
_WITHOUT_MONEY = {"credit_application", "memo_application"}
_ENTRIES = """
SELECT j.*, push.journal_digest(j) AS digest FROM push.journal AS j WHERE j.seq > %s ORDER BY j.seq
"""


class BrokenLawError(AssertionError):
    """A law of pushing does not hold."""


def holds(condition: object, words: str) -> None:
    """Raise unless a law holds."""
    if not condition:
        raise BrokenLawError(words)


class Laws:
    """The laws, over one life.

    Args:
        company: Where it is lived.
        items: What this life may send, by key.
    """

    def __init__(self, company: SimulatedCompany, items: Sequence[Item]) -> None:
        self._company = company
        self._items = {item.key: item for item in items}
        self._seen = (0, "0" * 64)
        self.states: dict[str, str] = {}
        """Where each item stands, by the journal."""
        self._unknown: set[str] = set()
        """Keys whose request may have been carried out, and that were not looked up since."""
        self._changed: set[str] = set()
        self.touched: Counter[str] = Counter()
        """Keys of items whose record a person worked on, and how often."""
        self._known_touched: Counter[str] = Counter()
        self._came_late: set[str] = set()
        self.lost_locks = False
        """Whether the database ended the sessions that show that workers are alive."""
        self.uses_by_hand: list[Mapping[str, str]] = []
        """Details of receipts by which a person used credit memos themselves."""
        self._targets = {object_of(item) for item in items}
        self._books = Books(company.sandbox.intacct, {*self._targets, *DETAILS})
        self.first_bill = company.sandbox.intacct._state.table("APBILL").next_number
        self._version = -1

    # --- what is sent -------------------------------------------------------------------------------------------------

    def sending(self, keys: Sequence[str], body: bytes) -> None:
        """Judge a request with writes before it leaves (S-IDM-01, S-IDM-02, S-IDM-03)."""
        holds(b"<uniqueid>true</uniqueid>" in body, "a write does not ask for unique control ids")
        with self._company.watcher.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                """SELECT i.*, p.approved_by, ARRAY(SELECT state FROM push.item WHERE item_key = ANY(i.depends_on))
                AS parents FROM push.item AS i JOIN push.plan AS p USING (plan_id) WHERE i.item_key = ANY(%s)""",
                [list(keys)],
            ).fetchall()
        stored = {row["item_key"]: row for row in rows}
        for key in keys:
            row = stored.get(key)
            holds(row, f"{key} is sent and stands in no plan")
            assert row is not None
            holds(row["approved_by"], f"{row['label']} is sent and its plan is not approved")
            holds(row["state"] == "sending" or self.lost_locks, f"{row['label']} is sent while {row['state']}")
            holds(set(row["parents"]) <= _DONE, f"{row['label']} is sent before its parents: {row['parents']}")
            # A worker whose session ended learns only at its next question that another took over, and sent meanwhile.
            is_taken_over = self.lost_locks and row["state"] != "sending"
            holds(key not in self._unknown or is_taken_over, f"{row['label']} is sent again and was not looked up")
            holds(key not in self._changed or row["attempts"] > 1, f"{row['label']} is sent though its source changed")

    def left(self, keys: Iterable[str]) -> None:
        """Note that a request was sent: it may be carried out."""
        self._unknown.update(keys)

    def did_not_run(self, keys: Iterable[str]) -> None:
        """Note that the answer proves that nothing was carried out."""
        self._unknown.difference_update(keys)

    def looked_up(self, body: bytes) -> None:
        """Note the items for which an answered question asked."""
        words = body.decode()
        for key in list(self._unknown):
            item = self._items[key]
            is_by_number = item.target_id and not PUSHED[item.object_name].is_read_by_call
            wanted = [str(item.target_id)] if is_by_number else [*item.natural_key.values()]
            if key in words or (wanted and all(_escaped(value) in words for value in wanted)):
                self._unknown.discard(key)

    def comes_late(self, keys: Iterable[str]) -> None:
        """Note that a request arrives that was given up long ago: what was held since may come to Intacct after all."""
        self._came_late.update(key for key in keys if self.states.get(key) == "held")

    def source_changed(self, item: Item) -> set[str]:
        """Note that the warehouse knows of a change; return the keys of what is not sent any more because of it."""
        state = self.states.get(item.key)
        if state == "approved":
            self._changed.add(item.key)
            return {item.key}
        # A plan of which a record changed is not approved any more as a whole.
        return set(self._items) if state in {None, "planned"} else {item.key}

    # --- what is stored -----------------------------------------------------------------------------------------------

    def check_journal(self) -> None:
        """Judge what was written down since the last time: the chain of hashes, and each item's step."""
        with self._company.watcher.cursor(row_factory=dict_row) as cursor:
            entries = cursor.execute(_ENTRIES, [self._seen[0]]).fetchall()
        for entry in entries:
            seq, last = self._seen
            holds(entry["seq"] == seq + 1 and entry["prev_hash"] == last, f"journal entry {entry['seq']} has no ground")
            holds(entry["hash"] == entry["digest"], f"journal entry {entry['seq']} was changed")
            self._seen = (entry["seq"], entry["hash"])
            if entry["item_key"] is not None:
                after, before = json.loads(entry["detail"])["to"], self.states.get(entry["item_key"])
                holds(after in _STEPS.get(before, ()), f"an item went from {before} to {after}")
                self.states[entry["item_key"]] = after

    def records_of(self, item: Item) -> list[Mapping[str, str]]:
        """Return Intacct's records that an item wrote: each of them is other than it was when the life began."""
        pushed = PUSHED[item.object_name]
        rows = self._books.changed(object_of(item))
        if item.operation is Operation.REVERSE:
            return [r for r in rows if r["RECORDNO"] == str(item.target_id) and r.get("STATE") in _UNDONE]
        if item.key in item.payload_text:
            return [row for row in rows if item.key in row[pushed.field(pushed.mark).upper()]]
        sent = {
            pushed.field(column): item.payload.get(pushed.place(item.operation, column)) for column in pushed.content
        }
        if item.operation is Operation.UPDATE:
            return [
                row
                for row in rows
                if row["RECORDNO"] == str(item.target_id)
                and all(value is None or row[field] == value for field, value in sent.items())
            ]
        return [row for row in rows if all(row[field] == value for field, value in item.natural_key.items())]

    def check_intacct(self) -> None:
        """Judge Intacct's records and its ledger, if anything happened there."""
        if self._books.version == self._version:
            return
        self._version = self._books.version
        done = {key: self.records_of(item) for key, item in self._items.items()}
        for key, records in done.items():
            holds(len(records) <= 1, f"{self._items[key].label} is in Intacct {len(records)} times")
            approved = self.states.get(key) not in {None, "planned", "superseded"} or not records
            holds(approved, f"{self._items[key].label} is in Intacct and was not approved")
        sources = Counter(self._sources())
        holds(max(sources.values(), default=1) == 1, f"a source record is in Intacct twice: {sources.most_common(2)}")
        known = {records[0]["RECORDNO"] + self._object(key) for key, records in done.items() if records}
        strangers = {
            record["RECORDNO"] + name
            for name in self._targets
            for record in self._books.new(name)
            if not _UNDONE & set(record.values())
        } - known
        holds(not strangers or self.touched, f"Intacct has records outside every plan: {sorted(strangers)}")
        late = self._books.late()
        holds(not late, f"something was posted into closed books: {late[:1]}")
        holds(self._books.is_balanced(), "the trial balance is not zero")
        for records in done.values():
            _check_files(records)
        there = [self._items[key] for key, records in done.items() if records]
        self._check_uses(there)
        if not self.touched:
            self._check_money(there)

    def _object(self, key: str) -> str:
        return object_of(self._items[key])

    def _sources(self) -> Iterable[tuple[str, str]]:
        """Every source record that a new record of Intacct names."""
        for name in self._targets:
            for record in self._books.new(name):
                for field in _MARKS & set(record):
                    mark = record[field].partition(" ")[0]
                    if mark.startswith(("BILL:", "SPEND:")):
                        yield name, mark

    def _check_uses(self, there: Iterable[Item]) -> None:
        """What was paid of each document, with money or with which credit, is what the items that are there say.

        Of an item on whose record a person worked it may be told or not; more than that is never used.
        """
        surely = {item.key for item in there if item.key not in self.touched}
        least: Counter[tuple[str, ...]] = Counter(_uses("ARPYMTDETAIL", self.uses_by_hand))
        for key in surely:
            least.update(_uses_of(self._items[key]))
        most = least.copy()
        for key in self.touched:
            most.update(_uses_of(self._items[key]))
        used: Counter[tuple[str, ...]] = Counter()
        for name in DETAILS & set(self._books.names):
            used.update(_uses(name, [record for record in self._books.new(name) if record["STATE"] not in _UNDONE]))
        wrong = {one: used[one] for one in {*used, *most} if not least[one] <= used[one] <= most[one]}
        holds(not wrong, f"documents were settled otherwise than approved: {wrong}")

    def _check_money(self, there: Iterable[Item]) -> None:
        """What moved in the ledger is what the plan said of the items that are there."""
        expected: Counter[tuple[str, str]] = Counter()
        for item in there:
            for line in item.ledger_effect:
                account = _CONTROL.get(line.account, line.account)
                expected[line.currency, account] += line.amount if line.side == "debit" else -line.amount
        moved = self._books.moved()
        wrong = {one: moved[one] - expected[one] for one in {*moved, *expected} if moved[one] != expected[one]}
        holds(not wrong, f"the ledger moved otherwise than approved: {wrong}")

    # --- how it ends --------------------------------------------------------------------------------------------------

    def check_end(self, hindered: Mapping[str, str]) -> None:
        """Judge the end: each item is done or says why not, and Intacct agrees.

        Args:
            hindered: Key of each item that need not come to Intacct, and why.
        """
        self._seen, self.states = (0, "0" * 64), {}
        self.check_journal()
        self.check_intacct()
        with self._company.watcher.cursor(row_factory=dict_row) as cursor:
            stored = {row["item_key"]: row for row in cursor.execute("SELECT * FROM push.item").fetchall()}
        for key, row in stored.items():
            item = self._items[key]
            records = self.records_of(item)
            words = f"{item.operation.value} {item.label}: {row['state']} ({row['reason_class']}: {row['reason']})"
            holds(row["state"] == self.states[key], f"{words}, the journal says {self.states[key]}")
            if key in self.touched:
                continue
            holds(row["state"] not in {"sending", "uncertain", "approved"}, f"nobody cares for {words}")
            is_mistakable = row["reason_class"] == "duplicate" and self._has_namesake(item)
            # A worker whose sign of life the database lost sends what another one has held meanwhile.
            may_come = key in self._came_late or self.lost_locks
            is_as_told = bool(records) is (row["state"] in _DONE) or (is_mistakable and may_come)
            holds(is_as_told, f"{words}, and Intacct has it {len(records)} times")
            holds(row["state"] in _DONE or key in hindered or is_mistakable, f"nothing stood in the way of {words}")
            if records and row["state"] in _DONE:
                holds(records[0]["RECORDNO"] == row["record_id"], f"{words}, under another number")
                total = abs(Decimal(records[0].get("TRX_TOTALENTERED") or 0))
                is_whole = total == abs(item.amount) or item.object_name in _WITHOUT_MONEY or not item.currency
                holds(is_whole, f"{words}: {item.amount} was approved, {total} posted")

    def _has_namesake(self, item: Item) -> bool:
        """Whether another item has the same number: only what carries its own key is known to be its own then."""
        same = [one for one in self._items.values() if one.natural_key == item.natural_key]
        return bool(item.natural_key) and len(same) > 1

    def came_back(self) -> None:
        """Note that the warehouse knows of everything that happened in Intacct so far."""
        self._known_touched = self.touched.copy()

    def check_confirmed(self) -> None:
        """Judge after an extract: what stood in Intacct then as it was sent is confirmed, and nothing else."""
        for key, state in self.states.items():
            item = self._items[key]
            if state == "confirmed":
                is_there = self.records_of(item) or self.touched[key] > self._known_touched[key]
                holds(is_there, f"{item.label} is confirmed, and Intacct does not have it")
            elif state == "accepted":
                holds(key in self.touched, f"{item.label} came back and is not confirmed")


def _check_files(records: Iterable[Mapping[str, str]]) -> None:
    """Judge that attachments hold each file once of which their description tells, and no other."""
    for record in records:
        if "ATTACHMENTDATA" in record:
            held = [hashlib.sha256(base64.b64decode(data)).hexdigest() for data in record["ATTACHMENTDATA"].split("\n")]
            told = read_contents(record["DESCRIPTION"])
            is_so = len(held) == len(told) and all(is_told(one, told) for one in held)
            holds(is_so, f"attachment {record['SUPDOCID']} holds other files than it tells")


def _uses_of(item: Item) -> Counter[tuple[str, ...]]:
    """How much of each document an item settles, and with which credit if not with money."""
    uses: Counter[tuple[str, ...]] = Counter()
    for name in DETAILS if item.operation is Operation.CREATE else ():
        details = item.payload.get(f"{name}S")
        if details is not None:
            uses.update(_uses(name, details[name]))
    return uses


def _uses(name: str, details: Iterable[Mapping[str, str]]) -> Counter[tuple[str, ...]]:
    uses: Counter[tuple[str, ...]] = Counter()
    for detail in details:
        credit = next((field for field in _CREDITS if detail.get(f"{field}KEY")), "PAYMENT")
        credit_key = detail.get(f"{credit}KEY", "") if credit in _CREDITS else ""
        uses[name, detail["RECORDKEY"], credit, credit_key] += Decimal(detail[f"TRX_{credit}AMOUNT"])
    return uses


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
