"""Vendors and customers of documents on their way into BILL: BILL's id of each, or why its documents wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Hold, Item
from intacct_pipelines.push.parties import check_account_currency
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row


class PartyKind(NamedTuple):
    """What vendors and customers have of their own.

    Args:
        word: What people call one, and its object.
        document: The document that names it.
        travels: The rule by which it goes into BILL.
        retired: The rule on one that is out of use.
        unsure: The rule on a pair that nobody confirmed.
    """

    word: str
    document: str
    travels: str
    retired: str
    unsure: str

    @property
    def reads(self) -> tuple[str, ...]:
        """Tables that finding one takes."""
        return f"intacct.{self.word}", f"bill.{self.word}"


VENDORS: Final = PartyKind("vendor", "bill", "S-VEN-01", "S-VEN-05", "S-VEN-08")
CUSTOMERS: Final = PartyKind("customer", "invoice", "S-CUS-01", "S-CUS-01", "S-CUS-03")


class PartiesInBill:
    """Finds the parties of one link's documents in BILL.

    Args:
        context: What the planner is told.
        kind: Vendors or customers.
    """

    def __init__(self, context: Context, kind: PartyKind) -> None:
        sources = context.sources
        self._context = context
        self._kind = kind
        self._link = sources.link
        self._object = f"bill_{kind.word}"
        id_column = f"{kind.word}_id"
        rows = sources.by(f"intacct.{kind.word}")
        self._by_id = sources.by(f"intacct.{kind.word}", id_column)
        self._twins = sources.twins(self._object)
        self._unconfirmed = sources.unconfirmed(kind.word)
        self._ids = {
            twin["id"]: text(rows[number], id_column) for number, twin in self._twins.items() if number in rows
        }

    def intacct_id(self, party_id: str) -> str:
        """Return Intacct's id of a party of BILL; empty for one that is nobody's pair."""
        return self._ids.get(party_id, "")

    def id_in_bill(self, party_id: str, currency: str) -> str:
        """Return BILL's id of the party of a document.

        Args:
            party_id: Intacct's id.
            currency: The document's; one of BILL has that of its party.

        Raises:
            Held: The party is not in BILL, left out, out of use there, or of another currency.
        """
        word, document = self._kind.word, self._kind.document
        row = self._by_id.get(party_id)
        twin = None if row is None else self._twins.get(row["record_no"])
        if row is None or twin is None:
            raise self._waits(party_id, row)
        if twin["id"] in self._link.excluded_vendors:
            remedy = "Remove the vendor from excluded_vendors to let its documents pass."
            raise Held("excluded", "S-VEN-10", "the link excludes its vendor", remedy)
        if twin.get("is_archived"):
            reason = f"{word} {party_id} is archived in BILL"
            remedy = f"Restore the {word} in BILL, or change the {document}'s in Intacct."
            raise Held("inactive", self._kind.retired, reason, remedy)
        if twin["id"] in self._unconfirmed and fold(text(row, "name")) != fold(text(twin, "name")):
            reason = f"nobody confirmed that {word} {party_id} is BILL's {twin['id']}, and the names differ"
            raise Held(
                "unconfirmed_pair", self._kind.unsure, reason, "Confirm the pair with `map`, or correct the wrong id."
            )
        check_account_currency(currency, self._link.currencies, word)
        if text(twin, "currency") not in {"", currency}:
            reason = f"it is in {currency}, and BILL has its {word} in {text(twin, 'currency')}"
            remedy = f"Enter it in BILL for a {word} of that currency; a document of BILL has its {word}'s."
            raise Held("currency", "S-CUR-01", reason, remedy)
        return str(twin["id"])

    def _waits(self, party_id: str, row: Row | None) -> Held:
        word, rule = self._kind.word, self._kind.travels
        number = "" if row is None else str(row["record_no"])
        decision = self._context.decisions.get((self._object, number))
        if isinstance(decision, Hold):
            reason = f"it waits for {decision.label}, which is held: {decision.reason}"
            return Held(decision.kind, decision.rule, reason, decision.remedy, held_by=number)
        if isinstance(decision, Item) or (self._object, number) in self._context.in_hand:
            reason = f"its {word} {party_id} is on its way into BILL"
            remedy = "The sync after it is there brings this one; BILL gives it its id only then."
            return Held("parent_waits", rule, reason, remedy, held_by=number)
        reason = f"its {word} {party_id} is not in BILL"
        return Held("missing_reference", rule, reason, f"Bring the {word} to BILL, or pair it with `map`.")
