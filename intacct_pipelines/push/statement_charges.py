"""Whether all charges of a card statement stand in Intacct as the platform has them: else its payment would not fit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.push import UNDONE_STATES, Hold, Item
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from intacct_pipelines.domain.statements import Statement
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

_CHARGE: Final = "card_transaction"
_JUDGED: Final = ("spend.card_transaction", "spend.card_transaction_line", "intacct.card_transaction")
_LEDGER: Final = ("intacct.gl_detail", "intacct.funds_transfer")
_SHOWN: Final = 3
_NOT_POSTED: Final = frozenset({"Draft", "Submitted", "Declined"})
"""States in which a card transaction is not in the ledger."""


class StatementCharges:
    """Judges the charges of statements.

    Args:
        context: What the planner is told.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = context.sources
        self._pairs = context.sources.pairs(_CHARGE)
        self._lines = context.sources.lines("spend.card_transaction_line")
        self._taken = set(context.sources.matched(_CHARGE).values())

    def check(self, statement: Statement, charges: Sequence[Row]) -> None:
        """Refuse a statement whose payment would not clear the card account.

        Args:
            statement: The statement.
            charges: All of it that moved money.

        Raises:
            Held: A charge is not in Intacct, or not as it is on the platform; Intacct has one that the platform has
                not; or what is known of either is old.
        """
        self._check_read(charges)
        missing = [one for one in charges if not self._records(one)]
        if missing:
            self._hold_missing(missing)
        differing = [one for one in charges if not self._agrees(one)]
        if differing:
            words = f"Intacct has {_told(differing)}, otherwise or not posted"
            reason = f"{words}: the payment would not clear the card"
            raise Held("amount", "S-CRD-01", reason, "Settle these charges first.", held_by=differing[0]["id"])
        self._check_strays(statement)

    def _records(self, charge: Row) -> list[Row]:
        """Return Intacct's record of a charge, or those of all its parts; none as long as one is missing (S-CRD-11)."""
        if charge["id"] in self._pairs:
            return [self._pairs[charge["id"]]]
        parts = [line["id"] for line in self._lines.get(charge["id"], []) if line["id"] != charge["id"]]
        return [self._pairs[part] for part in parts] if all(part in self._pairs for part in parts) else []

    def _agrees(self, charge: Row) -> bool:
        records = self._records(charge)
        total = sum((one["trx_total_entered"] for one in records), Decimal(0))
        is_alike = total == charge["amount"] and {text(one, "currency") for one in records} == {
            text(charge, "currency")
        }
        return is_alike and not any(text(one, "state") in UNDONE_STATES | _NOT_POSTED for one in records)

    def _hold_missing(self, missing: Sequence[Row]) -> None:
        """Refuse a statement with charges that are not in Intacct, by the reason of the first one that is held."""
        decided = ((one, self._context.decisions.get((_CHARGE, one["id"]))) for one in missing)
        held = next(((one, found) for one, found in decided if isinstance(found, Hold)), None)
        words = f"Intacct lacks {_told(missing)}: the payment would not clear the card"
        if held is not None:
            charge, hold = held
            reason = f"{words}; {hold.label}: {hold.reason}"
            raise Held(hold.kind, hold.rule, reason, hold.remedy, held_by=charge["id"])
        if all(self._is_on_its_way(one) for one in missing):
            raise Held("waits", "S-CRD-01", f"{words} yet", "Let them come back first.", held_by=missing[0]["id"])
        remedy = "Enter these charges in Intacct first."
        raise Held("missing_reference", "S-CRD-01", words, remedy, held_by=missing[0]["id"])

    def _is_on_its_way(self, charge: Row) -> bool:
        record = (_CHARGE, charge["id"])
        return record in self._context.in_hand or isinstance(self._context.decisions.get(record), Item)

    def _check_strays(self, statement: Statement) -> None:
        """Refuse a statement in whose days Intacct has a card transaction that is nobody's pair."""
        strays = [
            record_no
            for record_no, row in sorted(self._sources.by("intacct.card_transaction").items())
            if text(row, "card_account_id") == statement.account
            and statement.first <= row["transaction_date"] <= statement.last
            and record_no not in self._taken
            and text(row, "state") not in UNDONE_STATES
        ]
        if strays:
            numbers = ", ".join(map(str, strays[:_SHOWN]))
            reason = f"Intacct has {len(strays)} card transactions of its days that the platform has not: {numbers}"
            raise Held("unpaired", "S-CRD-01", reason, "Pair them with `map`, or reverse those that are wrong.")

    def _check_read(self, charges: Sequence[Row]) -> None:
        """Refuse a statement of which a newer copy of something could not be read, or may not have been."""
        own = {
            "spend.card_transaction": {one["id"] for one in charges},
            "spend.card_transaction_line": {line["id"] for one in charges for line in self._lines.get(one["id"], [])},
            "intacct.card_transaction": {str(row["record_no"]) for one in charges for row in self._records(one)},
        }
        unread = [
            f"{table} {key}"
            for table, key in sorted(self._context.quarantined)
            if table in _LEDGER or (table in _JUDGED and self._may_be_of(table, key, own[table]))
        ]
        if unread:
            reason = f"rows are in quarantine that may be of it: {', '.join(unread[:_SHOWN])}"
            raise Held("quarantined", "S-ERR-41", reason, "Correct at the source what the quarantine names, then sync.")

    def _may_be_of(self, table: str, key: str, own: Iterable[str]) -> bool:
        """Say whether a row may be of the statement: it is one of its own, or nobody knows of which one it is."""
        return key in own or key not in self._sources.keys(table)


def _told(charges: Sequence[Row]) -> str:
    """Return how many charges there are, what they come to and which they are."""
    money = sum((one["amount"] for one in charges), Decimal(0))
    names = ", ".join(text(one, "merchant_name") or one["id"] for one in charges[:_SHOWN])
    more = ", …" if len(charges) > _SHOWN else ""
    return f"{len(charges)} of its charges, {money} {text(charges[0], 'currency')} ({names}{more})"
