"""Journal entries on a clearing account of BILL's: what stands there already, and how one is written (S-CFG-03)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.ledger import ACCRUAL, SUBLEDGERS
from intacct_pipelines.domain.money import format_amount
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import Item, LedgerLine, Operation
from intacct_pipelines.push.coded_lines import Coded, CodedLines, filled_warnings
from intacct_pipelines.push.documents import format_day, key_of, marked_text, posting_day
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.domain.pushed import Pushed
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.planner import Context
    from intacct_pipelines.push.sources import Row

_REFERENCE_LENGTH: Final = 20
_TITLE_LENGTH: Final = 80
"""Most characters of a title; how many Intacct takes is not documented, and the mark has to survive."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal entry that stands on the account, in whatever state.

    Args:
        record_no: Its key.
        day: Date in the ledger.
        amount: Debit less credit on the account.
        number: Its reference, folded.
        source_id: The record of the link's platform that its title names; empty if it names none.
    """

    record_no: int
    day: date
    amount: Decimal
    number: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Move:
    """What an entry moves.

    Args:
        debit: Account that is debited.
        credit: Account that is credited.
        amount: Positive.
        currency: ISO 4217.
        day: BILL's day.
        number: Reference, as ``ClearingEntries.number`` gives it.
        what: What it is, such as ``funds transfer``.
        rule: The rule by which it is entered.
        place_rule: The rule by which it has a location.
    """

    debit: str
    credit: str
    amount: Decimal
    currency: str
    day: date
    number: str
    what: str
    rule: str
    place_rule: str

    @property
    def words(self) -> str:
        """What the lines say."""
        return f"{self.what} {self.number}"


class ClearingEntries:
    """The journal entries on one clearing account of a link, or on the ledger account behind its card account.

    Args:
        context: What the planner is told.
        account_no: The account; without one there is nothing on it.
        settings: What the section is called that says how entries are written.
        platform: What people call the platform.
    """

    reads: ClassVar[tuple[str, ...]] = ("intacct.gl_detail", *CodedLines.reads)

    def __init__(
        self, context: Context, account_no: str, settings: str = "entries of the link", platform: str = "BILL"
    ) -> None:
        self._context = context
        self._link = context.sources.link
        self._settings = settings
        self._lines = CodedLines(context.sources, platform)
        batches: dict[int, list[Row]] = defaultdict(list)
        for row in context.sources.live("intacct.gl_detail"):
            is_entry = text(row, "book") == ACCRUAL and text(row, "module_key") not in SUBLEDGERS
            if is_entry and account_no and row["account_no"] == account_no and row.get("batch_no") is not None:
                batches[int(row["batch_no"])].append(row)
        system = self._link.platform
        self.entries = [_entry(record_no, rows, system) for record_no, rows in sorted(batches.items())]
        self._by_source: dict[str, list[Entry]] = defaultdict(list)
        self._by_number: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.source_id:
                self._by_source[entry.source_id].append(entry)
            elif entry.number:
                self._by_number[entry.number].append(entry)

    def of(self, source_id: str, number: str) -> list[Entry]:
        """Return the entries of one record of BILL: those that name it, else those with its number that name none."""
        return self._by_source.get(source_id) or self._by_number.get(fold(number), [])

    def number(self, name: str, record_id: str) -> str:
        """Return the reference by which the entry of a record is found: BILL's number of it, else its id.

        The number of another record's entry is not used twice: on the same day nothing would tell them apart.

        Args:
            name: BILL's number; empty where it is not the record's alone.
            record_id: BILL's id.

        Raises:
            Held: Intacct has no room for either.
        """
        taken = {entry.number for entry in self.entries if entry.source_id not in {"", record_id}}
        for number in ("" if fold(name) in taken else name.strip(), record_id):
            if 0 < len(number) <= _REFERENCE_LENGTH:
                return number
        reason = f"neither its number nor its id has at most {_REFERENCE_LENGTH} characters"
        raise Held("field_length", "S-IDM-03", reason, "Enter it in Intacct by hand.")

    def item(self, pushed: Pushed, row: Row, move: Move, label: str, depends_on: tuple[ItemKey, ...] = ()) -> Item:
        """Return the item that enters a move.

        Args:
            pushed: The object.
            row: BILL's record.
            move: What it moves.
            label: A short name for people.
            depends_on: Items that must be in Intacct first.

        Raises:
            Held: The link names no journal, the day is closed, or Intacct would not take the lines.
        """
        journal = self._link.entries.journal
        if not journal:
            reason = "the link does not say in which journal it is entered"
            raise Held("missing_setting", move.rule, reason, f"Name the journal in {self._settings}.")
        lines = self._coded(move)
        day = posting_day(self._context, move.day, [line.location_id for line in lines])
        warnings = filled_warnings(lines)
        if day != move.day:
            warnings.append(f"of {move.day}, in the ledger on {day} [S-IDM-08]")
        content: Fields = {
            "JOURNAL": journal,
            "BATCH_DATE": format_day(day),
            # Mark and key are put before these words once the key is known, which follows from them too.
            "BATCH_TITLE": move.what,
            "REFERENCENO": move.number,
            "STATE": "Posted",
            "ENTRIES": {"GLENTRY": self._entry_lines(lines, move, day)},
        }
        key = key_of(self._link, pushed.name, row, Operation.CREATE, content)
        return Item(
            key=key,
            object_name=pushed.name,
            operation=Operation.CREATE,
            source_id=row["id"],
            natural_key={"JOURNAL": journal, "REFERENCENO": move.number, "BATCH_DATE": format_day(day)},
            payload={**content, "BATCH_TITLE": _title(pushed.platform, row["id"], key, move.what)},
            source_revision=self._context.revisions.get((pushed.name, row["id"]), ""),
            amount=move.amount,
            currency=move.currency,
            ledger_effect=tuple(
                LedgerLine(side, account, move.amount, move.currency)
                for side, account in (("debit", move.debit), ("credit", move.credit))
            ),
            depends_on=depends_on,
            warnings=tuple(warnings),
            label=label,
        )

    def _coded(self, move: Move) -> list[Line]:
        coded = self._link.entries
        location = coded.location or self._link.default_location
        if not location and self._context.sources.entities:
            reason = "it has no location, which entries of a company with entities need"
            raise Held("missing_dimension", move.place_rule, reason, f"Name the location in {self._settings}.")
        lines = [
            self._lines.line(position, move.amount, Coded(account, coded.department, location, ""), move.words)
            for position, account in enumerate((move.debit, move.credit), start=1)
        ]
        return self._lines.of_party(lines)

    def _entry_lines(self, coded: Sequence[Line], move: Move, day: date) -> list[Fields]:
        try:
            amount = format_amount(move.amount, move.currency)
        except ValueError as error:
            raise Held("amount", "S-IDM-07", str(error), "Enter it in Intacct by hand.") from error
        base = self._context.sources.base_currency
        lines: list[Fields] = []
        for line, side in zip(coded, ("1", "-1"), strict=True):
            fields: Fields = {"ACCOUNTNO": line.account_no, "TR_TYPE": side, "TRX_AMOUNT": amount}
            fields["CURRENCY"] = move.currency
            if base and base != move.currency:
                # An empty type is Intacct's own daily rate.
                fields |= {"EXCH_RATE_DATE": format_day(day), "EXCH_RATE_TYPE_ID": ""}
            for name, value in (
                ("LOCATION", line.location_id),
                ("DEPARTMENT", line.department_id),
                ("CLASSID", line.class_id),
            ):
                if value:
                    fields[name] = value
            lines.append({**fields, "DESCRIPTION": move.words})
        return lines


def named(entries: Sequence[Entry]) -> str:
    """Name entries so that a person finds them."""
    return f"journal entry {', '.join(str(entry.record_no) for entry in entries)}"


def _entry(record_no: int, rows: Sequence[Row], system: str) -> Entry:
    amount = sum((row.get("trx_debit_amount") or Decimal(0) for row in rows), Decimal(0))
    amount -= sum((row.get("trx_credit_amount") or Decimal(0) for row in rows), Decimal(0))
    mark = read_source_mark(text(rows[0], "batch_title"))
    named = mark[1] if mark is not None and mark[0] == system else ""
    return Entry(record_no, rows[0]["entry_date"], amount, fold(rows[0].get("batch_reference_no")), named)


def _title(system: str, source_id: str, key: ItemKey, words: str) -> str:
    whole = marked_text(source_id, key, words, system=system)
    return whole if len(whole) <= _TITLE_LENGTH else marked_text(source_id, key, system=system)
