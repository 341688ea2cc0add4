"""Payments and receipts made in Intacct that BILL is told of, so that nobody pays or asks for a document again.

Recording one moves no money (bill v3, ``record-payment``). What BILL would then count twice is held: what it is about
to pay itself, what it has settled already, and what one of its own payments, which is nobody's pair, may be.
"""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from intacct_pipelines.domain.keys import read_intacct_mark, read_source_mark
from intacct_pipelines.domain.money import format_amount
from intacct_pipelines.domain.payments import UNDER_WAY, UNDONE_IN_BILL
from intacct_pipelines.domain.push import UNDONE_STATES, Item, Operation, canonical_json
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.into_bill.parties import PartiesInBill, PartyKind
from intacct_pipelines.push.list_updates import revision_key
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

_POSTED: Final = "Posted"
_ZERO: Final = Decimal(0)


class Settling(NamedTuple):
    """What payments and receipts have of their own.

    Args:
        table: Name of their table, in both systems.
        day: Column of Intacct's with the day of the money.
        document: What they settle: its table in both systems, and what people call one.
        word: That.
        parties: Vendors or customers.
        by_credit: Columns of Intacct's details with what credits, advances and the like settled.
        shares: Place in the payload of what is paid of each document, with the name of the document there.
        document_field: That.
        travels: The rule by which the vendor's sync leaves them behind.
        twice: The rule on what is settled twice.
        undone: The rule on what is void on one side only.
        credit: The rule on credits that Intacct used.
        in_part: The rule on documents that BILL does not have.
    """

    table: str
    day: str
    document: str
    word: str
    parties: PartyKind
    by_credit: tuple[str, ...]
    shares: str
    document_field: str
    travels: str
    twice: str
    undone: str
    credit: str
    in_part: str

    @property
    def reads(self) -> tuple[str, ...]:
        """Tables that deciding takes."""
        both = (self.table, f"{self.table}_detail", self.document)
        return (*self.parties.reads, *(f"{schema}.{table}" for schema in ("intacct", "bill") for table in both))


class RecordedIntoBill:
    """Decides about what settled documents in Intacct, of one link's way into BILL."""

    object_name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    settling: ClassVar[Settling]

    def __init__(self, context: Context) -> None:
        kind, sources = self.settling, context.sources
        self._context = context
        self._link = sources.link
        self._pushed = PUSHED[self.object_name]
        self._rows = sources.by(f"intacct.{kind.table}")
        self._details = sources.lines(f"intacct.{kind.table}_detail")
        self._twins = sources.twins(self.object_name)
        self._documents = sources.twins(f"bill_{kind.document}")
        self._parties = PartiesInBill(context, kind.parties)
        self._unpaired = self._unpaired_in_bill()
        self._taken: dict[str, Decimal] = defaultdict(Decimal)
        self._take_what_is_on_its_way()

    def _unpaired_in_bill(self) -> dict[str, list[Row]]:
        """Return BILL's payments that settle something and are nobody's pair, by the document that they settle."""
        kind, sources = self.settling, self._context.sources
        paired = {twin["id"] for twin in self._twins.values()}
        found: dict[str, list[Row]] = defaultdict(list)
        payments = sources.by(f"bill.{kind.table}")
        for detail in sources.live(f"bill.{kind.table}_detail"):
            payment = payments.get(detail["payment_id"])
            if payment is not None and payment["id"] not in paired and _status(payment) not in UNDONE_IN_BILL:
                found[detail[f"{kind.word}_id"]].append(payment)
        return found

    def _take_what_is_on_its_way(self) -> None:
        """Count what earlier plans will record, unless BILL shows it already."""
        shown = " ".join(text(row, "description") for row in self._context.sources.live(f"bill.{self.settling.table}"))
        for item in self._context.in_hand.values():
            if item.object_name == self.object_name and item.key not in shown:
                self._take(json.loads(item.payload_text))

    def _take(self, payload: Mapping[str, list[dict[str, str]]]) -> None:
        for share in payload[self.settling.shares]:
            self._taken[share[self.settling.document_field]] += Decimal(share["amount"])

    def rows(self) -> list[Row]:
        """Return Intacct's payments by date."""
        return sorted(self._rows.values(), key=lambda row: (row[self.settling.day], row["record_no"]))

    def is_shown(self, decision: Decision) -> bool:
        """Show what is decided."""
        return decision is not None

    def decide(self, row: Row) -> Decision:
        """Return what is to be done with a payment of Intacct; None if BILL is not told of it, or knows it."""
        twin = self._twins.get(row["record_no"])
        try:
            if twin is None:
                return self._record(row) if self._travels(row) else None
            self._check_recorded(row, twin)
        except Held as held:
            amount, currency = row["trx_total_entered"], text(row, "currency")
            return held.hold(self.object_name, str(row["record_no"]), self._label(row), amount, currency)
        return None

    def _travels(self, row: Row) -> bool:
        """Return whether it was made in Intacct, by no platform, stands, and paid with money what BILL has too."""
        mark = read_source_mark(text(row, "description"))
        return (
            not self._link.one_way
            and self._is_posted(row)
            and (mark is None or mark[0] == "bill")
            and bool(self._shares(row))
        )

    def _is_posted(self, row: Row) -> bool:
        """Return whether it has paid; what waits for approval, or was taken back, has not."""
        return text(row, "state") == _POSTED

    def _shares(self, row: Row) -> dict[int, Decimal]:
        """Return the money for each document that BILL has in use, by Intacct's record number."""
        shares: dict[int, Decimal] = defaultdict(Decimal)
        for detail in self._details.get(row["record_no"], []):
            number, money = detail.get(f"{self.settling.word}_record_no"), detail.get("trx_payment_amount")
            twin = self._documents.get(number) if number else None
            if money and number and twin is not None and not twin.get("is_archived"):
                shares[number] += money
        return dict(shares)

    # --- what is recorded ------------------------------------------------------------------------------------------

    def _check_recorded(self, row: Row, twin: Row) -> None:
        """Hold what we recorded and what is void on one side since; what BILL made is left to the way into Intacct."""
        if read_intacct_mark(text(twin, "description")) != str(row["record_no"]):
            return
        word, is_undone = self._pushed.word, text(row, "state") in UNDONE_STATES
        is_undone_there = _status(twin) in UNDONE_IN_BILL
        if is_undone and not is_undone_there:
            reason = f"it was taken back in Intacct, and BILL still has it recorded, as {twin['id']}"
            remedy = f"Void the {word} that is recorded in BILL; it was made outside, so no money moves."
            raise Held("voided_in_intacct", self.settling.undone, reason, remedy)
        if is_undone_there and not is_undone:
            reason = f"its record in BILL, {twin['id']}, is void, and Intacct's {word} stands"
            remedy = f"Record it in BILL by hand, so that nothing is paid again, or take Intacct's {word} back."
            raise Held("voided_in_bill", self.settling.undone, reason, remedy)

    # --- recording -------------------------------------------------------------------------------------------------

    def _record(self, row: Row) -> Item:
        self._check_source(row)
        shares, currency = self._shares(row), text(row, "currency")
        self._check_credits(row)
        party = self._parties.id_in_bill(text(row, f"{self.settling.parties.word}_id"), currency)
        for number, money in shares.items():
            self._check_document(self._documents[number], money, party, currency)
        content = self._content(row, party, shares)
        key = str(row["record_no"])
        item_key = revision_key(
            self._context, self.object_name, key, Operation.CREATE, canonical_json(content), system="intacct"
        )
        item = Item(
            key=item_key,
            object_name=self.object_name,
            operation=Operation.CREATE,
            source_id=key,
            natural_key={},
            payload={**content, "description": self._description(row, item_key)},
            source_revision=self._context.revisions.get((self.object_name, key), ""),
            amount=self._sum(shares),
            currency=currency,
            label=self._label(row),
            warnings=self._warnings(row, shares),
        )
        self._take(content)  # type: ignore[arg-type]  # its shares are the list that is made above
        return item

    def _content(self, row: Row, party: str, shares: Mapping[int, Decimal]) -> Fields:
        """Return what is sent but for the description, with the shares as ``_told`` gives them."""
        raise NotImplementedError

    def _description(self, row: Row, key: ItemKey) -> str:
        """Return the text by which the record is known again."""
        raise NotImplementedError

    @staticmethod
    def _sum(shares: Mapping[int, Decimal]) -> Decimal:
        return sum(shares.values(), start=_ZERO)

    def _told(self, shares: Mapping[int, Decimal], currency: str) -> list[Fields]:
        field = self.settling.document_field
        try:
            return [
                {field: str(self._documents[number]["id"]), "amount": format_amount(money, currency)}
                for number, money in shares.items()
            ]
        except ValueError as error:
            raise Held("amount", "S-IDM-07", str(error), "Correct the amount in Intacct.") from error

    def _check_source(self, row: Row) -> None:
        kind, key = self.settling, str(row["record_no"])
        details = self._details.get(row["record_no"], [])
        names = [(f"intacct.{kind.table}", key)]
        names += [(f"intacct.{kind.table}_detail", str(detail["record_no"])) for detail in details]
        names += [(f"bill.{kind.document}", self._documents[number]["id"]) for number in self._shares(row)]
        if any(name in self._context.quarantined for name in names):
            reason = f"a newer copy of it, or of {kind.word}s that it settles, is in quarantine"
            raise Held("quarantined", "S-ERR-41", reason, "Correct at its source what the quarantine names, then sync.")
        if (self.object_name, key) in self._context.posted:
            reason = "it was recorded in BILL before and is not its pair any more"
            raise Held("deleted_in_bill", "S-IDM-06", reason, "Pair it by hand with the record that took its place.")
        if (mark := read_source_mark(text(row, "description"))) is not None:
            reason = f"it came from BILL's {self._pushed.word} {mark[1]}, which is not its pair any more"
            raise Held("came_from_bill", "S-SCH-05", reason, "Pair the two with `map`.")
        for detail in details:
            number = detail.get(f"{kind.word}_record_no")
            if number and (f"bill_{kind.document}", str(number)) in self._context.in_hand:
                reason = f"{kind.word} {number} that it settles is on its way into BILL"
                remedy = "The sync after it is there brings this one."
                raise Held("parent_waits", kind.travels, reason, remedy, held_by=str(number))

    def _check_credits(self, row: Row) -> None:
        """Refuse what credits helped to settle: which of them BILL is to use nobody told it."""
        kind = self.settling
        for detail in self._details.get(row["record_no"], []):
            used = sum((abs(detail.get(column) or _ZERO) for column in kind.by_credit), start=_ZERO)
            if used and detail.get(f"{kind.word}_record_no") in self._documents:
                reason = f"it settles {used} of {kind.word} {detail[f'{kind.word}_record_no']} by a credit"
                remedy = f"Use the credit in BILL and record the {self._pushed.word} there by hand; confirm with `map`."
                raise Held("credit_used", kind.credit, reason, remedy)

    def _check_document(self, twin: Row, money: Decimal, party: str, currency: str) -> None:
        """Refuse a document of BILL that is another's, or of which less is open than was paid in Intacct."""
        kind, word = self.settling, self._pushed.word
        number = text(twin, "document_no")
        if text(twin, f"{kind.parties.word}_id") != party:
            reason = f"BILL has {kind.word} {number} for another {kind.parties.word} than Intacct's {word}"
            raise Held("other_party", kind.travels, reason, f"Correct the {kind.parties.word} on the wrong side.")
        if text(twin, "currency") != currency:
            reason = f"it is in {currency}, BILL's {kind.word} {number} in {text(twin, 'currency')}"
            raise Held("currency", "S-CUR-01", reason, "Record it in BILL by hand.")
        self._check_unsettled(twin, number)
        is_open = _open(twin) - self._taken[twin["id"]]
        if money <= 0 or money > is_open:
            reason = f"it pays {money} of {kind.word} {number}, of which BILL has {is_open} open"
            remedy = f"Confirm with `map` BILL's {word} that it is, or undo what was paid twice."
            raise Held("already_settled", kind.twice, reason, remedy)

    def _check_unsettled(self, twin: Row, number: str) -> None:
        """Refuse what BILL is about to pay too, and what one of its own payments may be."""
        kind, word = self.settling, self._pushed.word
        others = self._unpaired.get(twin["id"], [])
        coming = [one["id"] for one in others if {_status(one), text(one, "status")} & UNDER_WAY]
        if coming or twin.get("scheduled_amount"):
            by = f" by {', '.join(coming)}" if coming else ""
            reason = f"IT WOULD BE PAID TWICE: BILL is about to settle {kind.word} {number} too{by}"
            remedy = f"Cancel BILL's {word} while it is scheduled, or take Intacct's back."
            raise Held("paid_twice", kind.twice, reason, remedy)
        if others:
            names = ", ".join(sorted(one["id"] for one in others))
            reason = f"BILL's {word} {names} of {kind.word} {number} is nobody's pair, and may be this one"
            remedy = f"Confirm the pair with `map`; if they are two, the {kind.word} was settled twice."
            raise Held("duplicate", kind.twice, reason, remedy)

    def _warnings(self, row: Row, shares: Mapping[int, Decimal]) -> tuple[str, ...]:
        told, paid = self._sum(shares), row["trx_total_entered"]
        if told == paid:
            return ()
        return (f"{told} of {paid}: BILL does not have the rest of what it settles [{self.settling.in_part}]",)

    def _label(self, row: Row) -> str:
        party = self.settling.parties.word
        number = text(row, "reference_no") or text(row, "document_no") or row["record_no"]
        return f"{self._pushed.word} {number} of {text(row, f'{party}_name') or row.get(f'{party}_id')}"


def _status(payment: Row) -> str:
    return text(payment, "single_status") or text(payment, "status")


def _open(twin: Row) -> Decimal:
    due: Decimal | None = twin.get("due_amount")
    total: Decimal = twin["amount"]
    return total if due is None else due
