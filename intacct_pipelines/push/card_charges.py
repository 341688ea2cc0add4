"""Card charges: which of a card platform's settled transactions are entered in Intacct, and which wait and why.

Charges, refunds and reversals are one kind of record, told by the sign of the amount; a split transaction is one record
with a line for each part. An edit in Intacct is never overwritten (S-CRD-08), so a charge that is there is left alone.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Final
from zoneinfo import ZoneInfo

from intacct_pipelines.clients.intacct.functions import date_parts
from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.money import format_amount
from intacct_pipelines.domain.push import UNDONE_STATES, Item, Operation
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.card_accounts import CardAccounts
from intacct_pipelines.push.card_answers import CardAnswers
from intacct_pipelines.push.coded_lines import Coded, CodedLines, filled_warnings, ledger_effect
from intacct_pipelines.push.documents import (
    check_not_posted,
    check_readable,
    hold_of,
    key_of,
    marked_text,
    posting_day,
)
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from decimal import Decimal

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

OBJECT: Final = "card_transaction"
_PUSHED: Final = PUSHED[OBJECT]
_PLATFORM: Final = "Spend & Expense"
_NO_MONEY: Final = frozenset({"AUTHORIZATION", "DECLINE"})
"""Holds and refusals: nothing moved."""
_CLAIMED: Final = frozenset({"synced", "manual_synced"})
"""Words by which the platform says that its own sync, or a person, has entered it (S-CRD-10)."""
_NEAR: Final = timedelta(days=7)
"""The books may date a charge by its authorisation or its settlement."""
REFERENCE_LENGTH: Final = 20
"""Longest reference number of a card transaction."""
PAYEE_LENGTH: Final = 80
"""Longest payee (the vendor's DTD 2.1); the whole name stands in the description."""
_DAILY_RATE: Final = "Intacct Daily Rate"


class CardChargePlanner:
    """Decides about the charges of one platform account."""

    object_name: ClassVar[str] = OBJECT
    reads: ClassVar[tuple[str, ...]] = (
        "intacct.entity", "intacct.location", "intacct.department", "intacct.accounting_class", "intacct.gl_account",
        "intacct.card_transaction", "spend.card_transaction", "spend.card_transaction_line",
        "spend.card_transaction_coding", "spend.card_transaction_sync", "spend.custom_field", "spend.platform_user",
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        sources = context.sources
        self._context = context
        self._sources = sources
        self._link = sources.link
        self._zone = ZoneInfo(self._link.cards.time_zone)
        self._coded = CodedLines(sources, _PLATFORM)
        self._lines = sources.lines("spend.card_transaction_line")
        self._answers = CardAnswers(sources, "spend.card_transaction_coding")
        self._claims = sources.lines("spend.card_transaction_sync")
        self._card_accounts = CardAccounts(sources)
        self._paired = sources.pairs(OBJECT)
        taken = {row["record_no"] for row in self._paired.values()}
        self._strangers: dict[tuple[str, str, Decimal], list[Row]] = defaultdict(list)
        self._marked: dict[str, int] = {}
        for row in sources.live("intacct.card_transaction"):
            mark = read_source_mark(row.get("description"))
            if mark is not None and mark[0] == _PUSHED.platform:
                self._marked[mark[1]] = row["record_no"]
            if row["record_no"] not in taken and text(row, "state") not in UNDONE_STATES:
                like = (text(row, "card_account_id"), text(row, "currency"), row["trx_total_entered"])
                self._strangers[like].append(row)

    def rows(self) -> list[Row]:
        """Return the platform's transactions by the instant at which they happened."""
        rows = self._sources.live("spend.card_transaction")
        return sorted(rows, key=lambda row: (row["occurred_at"], row["id"]))

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided: every charge is waited for."""
        return decision is not None

    def decide(self, charge: Row) -> Decision:
        """Return what is to be done with a transaction; None if no money moved, or if Intacct has it."""
        if not moved_money(charge) or charge["id"] in self._paired:
            return None
        try:
            if self._stands_in_parts(charge):
                return None
            self._check_source(charge)
            return self._create(charge)
        except Held as held:
            return hold_of(OBJECT, charge, self._label(charge), held)

    def _stands_in_parts(self, charge: Row) -> bool:
        """Say whether Intacct has each part of a split transaction as a record of its own (S-CRD-11).

        Raises:
            Held: It has some of them.
        """
        parts = [line["id"] for line in self._lines.get(charge["id"], []) if line["id"] != charge["id"]]
        there = [part for part in parts if part in self._paired]
        if there and len(there) < len(parts):
            reason = f"Intacct has {len(there)} of its {len(parts)} parts"
            raise Held("split_in_part", "S-CRD-11", reason, "Enter the missing parts by hand, as the others were.")
        return bool(there)

    def _check_source(self, charge: Row) -> None:
        check_readable(self._context, _PUSHED, charge)
        check_not_posted(self._context, _PUSHED, charge)
        if charge.get("is_complete") is False:
            reason = "its fields or its receipt are not complete"
            raise Held("incomplete", "S-CRD-08", reason, f"Complete it in {_PLATFORM}.")
        for claim in self._claims.get(charge["id"], []):
            word = text(claim, "sync_status").casefold()
            if word in _CLAIMED:
                reason = (
                    f"{_PLATFORM} says it is {word}, as record {text(claim, 'intacct_record_no') or 'without number'}"
                )
                remedy = "Find that record and confirm the pair with `map`, or take the claim back."
                raise Held("claimed", "S-CRD-10", reason, remedy)
            if word == "pending":
                reason = f"the sync of {_PLATFORM} is about to enter it"
                raise Held("claimed", "S-CRD-10", reason, "Switch that sync off for this account, or leave it to it.")
        marked = self._marked.get(charge["id"])
        if marked is not None:
            reason = f"Intacct's card transaction {marked} names it as its source and is not its pair"
            raise Held("duplicate", "S-IDM-04", reason, "Confirm the pair with `map`, or correct the description.")

    def _create(self, charge: Row) -> Item:
        account = self._card_accounts.of(charge)
        own = charge["occurred_at"].astimezone(self._zone).date()
        self._check_alike(charge, account["card_id"], own)
        lines, fell_back = self._coded_lines(charge, account)
        posted_on = posting_day(self._context, own, [line.location_id for line in lines])
        content = self._content(charge, account, lines, posted_on)
        key = key_of(self._link, OBJECT, charge, Operation.CREATE, content)
        description = marked_text(charge["id"], key, text(charge, "merchant_name"), system=_PUSHED.platform)
        currency = text(charge, "currency")
        return Item(
            key=key,
            object_name=OBJECT,
            operation=Operation.CREATE,
            source_id=charge["id"],
            natural_key={"FINANCIALENTITY": account["card_id"], "RECORDID": reference_no(charge["id"])},
            payload={**content, "description": description},
            source_revision=self._context.revisions.get((OBJECT, charge["id"]), ""),
            amount=charge["amount"],
            currency=currency,
            ledger_effect=tuple(ledger_effect(lines, currency, 1, f"card account {account['card_id']}")),
            warnings=_warnings(own, posted_on, fell_back, lines),
            label=self._label(charge),
        )

    def _check_alike(self, charge: Row, card_id: str, day: date) -> None:
        """Refuse what Intacct may have: a record without a pair, of the same account and amount, near the day."""
        alike = self._strangers.get((card_id, text(charge, "currency"), charge["amount"]), [])
        near = [row["record_no"] for row in alike if abs(row["transaction_date"] - day) <= _NEAR]
        if near:
            reason = f"Intacct has a card transaction like it without a pair: {', '.join(map(str, sorted(near)[:3]))}"
            remedy = "Confirm the pair with `map`; if it is another purchase, enter this one by hand."
            raise Held("duplicate", "S-IDM-04", reason, remedy)

    def _coded_lines(self, charge: Row, account: Row) -> tuple[list[Line], int]:
        """Return the lines in Intacct's words, and how many of them took the card account's location (S-CRD-03)."""
        rows = self._lines.get(charge["id"], [])
        self._coded.check_sum(rows, charge["amount"], text(charge, "currency"), "transaction")
        default = text(account, "location_id") or self._link.default_location
        policy = self._link.cards
        offset = policy.offset_account if account["card_id"] == policy.account else ""
        lines, fell_back = [], 0
        for position, row in enumerate(rows, start=1):
            words = self._answers.of(charge["id"]) | self._answers.of(row["id"])
            if not words.get("location", ""):
                # an answer without counterpart is None, and refused
                is_answered = "location" in words and words["location"] is None
                words["location"] = None if is_answered else default
                fell_back += bool(default) and not is_answered
            coded = Coded(*(words.get(name, "") for name in ("account", "department", "location", "class")))
            merchant = text(charge, "merchant_name")
            lines.append(self._coded.line(position, row["amount"], coded, merchant, offset_account=offset))
        return self._coded.of_party(lines, offset_account=offset), fell_back

    def _content(self, charge: Row, account: Row, lines: list[Line], posted_on: date) -> Fields:
        """Return the arguments of ``record_cctransaction`` in their order."""
        currency = text(charge, "currency")
        content: Fields = {
            "chargecardid": account["card_id"],
            "paymentdate": date_parts(posted_on),
            "referenceno": reference_no(charge["id"]),
            "payee": text(charge, "merchant_name")[:PAYEE_LENGTH] or "unknown merchant",
            # Mark and key are put before these words once the key is known, which follows from them too.
            "description": text(charge, "merchant_name"),
        }
        if currency != self._sources.base_currency:
            content |= {"currency": currency, "exchratedate": date_parts(posted_on), "exchratetype": _DAILY_RATE}
        content["ccpayitems"] = {"ccpayitem": [_line_arguments(line, currency) for line in lines]}
        return content

    def _label(self, charge: Row) -> str:
        return f"charge {text(charge, 'merchant_name') or charge['id']} of {charge['occurred_at']:%Y-%m-%d}"


def moved_money(charge: Row) -> bool:
    """Say whether money moved: it did not by what was only held or refused."""
    return bool(charge["amount"]) and text(charge, "transaction_type") not in _NO_MONEY


def reference_no(charge_id: str) -> str:
    """Return the reference number of a charge: its id, or as much of a hash of it as Intacct takes."""
    if len(charge_id) <= REFERENCE_LENGTH:
        return charge_id
    return hashlib.sha256(charge_id.encode()).hexdigest()[:REFERENCE_LENGTH]


def _line_arguments(line: Line, currency: str) -> Fields:
    """Return a line as ``ccpayitem`` takes it, in its order."""
    fields: Fields = {"glaccountno": line.account_no}
    if line.description:
        fields["description"] = line.description
    fields["paymentamount"] = format_amount(line.amount, currency)
    for name, value in (
        ("departmentid", line.department_id),
        ("locationid", line.location_id),
        ("classid", line.class_id),
    ):
        if value:
            fields[name] = value
    return fields


def _warnings(own: date, posted_on: date, fell_back: int, lines: list[Line]) -> tuple[str, ...]:
    warnings = filled_warnings(lines)
    if posted_on != own:
        warnings.append(f"dated {own}, in the ledger on {posted_on} [S-IDM-08]")
    if fell_back:
        warnings.append(f"{fell_back} lines take the card account's default location [S-CRD-03]")
    return tuple(warnings)
