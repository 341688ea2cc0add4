"""Vendor bills: what is special about them among documents, and how one that is paid is reclassified."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.sandbox.intacct.documents import RATE_INPUT, Documents, Form, fill, posting_day
from intacct_pipelines.sandbox.intacct.fields import RAW_STATES, words
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import format_date, read_day
from intacct_pipelines.sandbox.ledger import AP_ACCOUNT, DEBIT, PostingKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intacct_pipelines.sandbox.intacct.documents import Author
    from intacct_pipelines.sandbox.intacct.state import Row

BILL: Final = Form(
    "APBILL",
    "APBILLITEM",
    "bill",
    PostingKind("AP bill", "APJ", "3.AP", "pi"),
    DEBIT,
    RATE_INPUT
    | words(
        "VENDORID WHENCREATED WHENPOSTED RECORDID DOCNUMBER DESCRIPTION TERMNAME RECPAYMENTDATE SUPDOCID WHENDUE"
        " PAYMENTPRIORITY ONHOLD PRBATCH BILLTOPAYTOCONTACTNAME SHIPTORETURNTOCONTACTNAME INCLUSIVETAX TAXSOLUTIONID"
    ),
)

_RECLASSIFIED: Final = frozenset(("Posted", "Selected", "Partially Paid", "Paid"))
"""Bills in these states may be reclassified."""


class Bills(Documents):
    """Writes bills."""

    form: ClassVar[Form] = BILL

    def reclassify(
        self, old: Row, values: Mapping[str, str], lines: Sequence[Mapping[str, str]], author: Author
    ) -> Row:
        """Give lines of a posted bill, paid or not, another coding; amounts and payments stay.

        Whether the vendor posts anew in place or by further entries is not documented; here it is in place.

        Raises:
            FunctionRefusedError: The company forbids it, the books are closed, or a line is not there.
        """
        table = self._headers
        owner = old[table.owner_at]
        if author.source == "api":
            self._checks.reclassification(owner)
        if table.get(old, "STATE") not in _RECLASSIFIED:
            raise self._wrong_state(old, "reclassified")
        self._check_not_ordered(old)
        before = self.lines_of(old)
        self._checks.period(posting_day(table, old), owner)
        row = old.copy()
        fill(table, row, self._header_input(values))
        items = self._recoded(row, before, lines)
        at = self._lines.at["LOCATIONID"]
        self._checks.periods_of_lines(posting_day(table, old), [one[at] for one in (*before, *items)])
        if table.get(row, "RECORDID") != table.get(old, "RECORDID"):
            self._check_number(row)
        row = self._state.stamped(table, row)
        self._unpost(row)
        self._state.replace(table, old, row)
        self._replace_lines(before, items)
        self._post(row, items)
        self._state.audit(table, row, "M", author.source)
        return row

    def _recoded(self, row: Row, before: Sequence[Row], lines: Sequence[Mapping[str, str]]) -> list[Row]:
        """The bill's lines, of which some are coded anew; what is not named of them stays."""
        anew = {one.get("LINE_NO", ""): one for one in lines}
        unknown = anew.keys() - {self._lines.get(item, "LINE_NO") for item in before}
        if unknown or len(anew) < len(lines):
            raise refusal("SANDBOX-LINE", f"Line {', '.join(sorted(unknown)) or 'numbers'} cannot be reclassified.")
        numbers = [self._lines.get(item, "LINE_NO") for item in before]
        items = [
            self._line(row, anew[number], int(number), item) if number in anew else item
            for number, item in zip(numbers, before, strict=True)
        ]
        place, state = self._lines.at["LOCATIONID"], self._state
        for item, old in zip(items, before, strict=True):
            if state.entity_of_location(item[place]) != state.entity_of_location(old[place]):
                raise refusal("SANDBOX-DIMENSION-INVALID", f"The location '{item[place]}' is of another entity.")
        return items

    def _complete_header(self, row: Row, *, draft: bool) -> None:
        table = self._headers
        vendor = self._checks.vendor(table.get(row, "VENDORID"), row[table.owner_at])
        vendors = self._state.tables["VENDOR"]
        created = table.get(row, "WHENCREATED")
        if not created and not draft:
            raise refusal("SANDBOX-REQUIRED", "Required field WHENCREATED is missing.")
        term = self._checks.term_days(table.get(row, "TERMNAME"))
        if not table.get(row, "WHENDUE") and term is not None and created:
            row[table.at["WHENDUE"]] = format_date(read_day(created) + timedelta(days=term))
        if not table.get(row, "WHENDUE") and not draft:
            raise refusal("SANDBOX-REQUIRED", "Required field WHENDUE is missing.")
        if not table.get(row, "WHENPOSTED"):
            row[table.at["WHENPOSTED"]] = created
        self._complete_money(row, vendors.get(vendor, "CURRENCY"))
        follows = {
            "VENDORNAME": vendors.get(vendor, "NAME"),
            "RAWSTATE": RAW_STATES.get(table.get(row, "STATE"), ""),
            "ONHOLD": table.get(row, "ONHOLD") or "false",
            "ENTITY": table.get(row, "VENDORID"),
            "PRBATCH": table.get(row, "PRBATCH") or f"Bills: {table.get(row, 'WHENPOSTED')}",
        }
        fill(table, row, follows)

    def _offset_account(self, row: Row) -> str:  # noqa: ARG002  # every bill has the same
        return AP_ACCOUNT

    def _check_number(self, row: Row) -> None:
        table = self._headers
        number = table.get(row, "RECORDID")
        if not number or self._state.options.duplicate_bill_number == "allow":
            return
        mine = table.get(row, "RECORDNO")
        for other_no in table.find("RECORDID", number):
            other = table.rows[other_no]
            same_vendor = table.get(other, "VENDORID") == table.get(row, "VENDORID")
            if same_vendor and str(other_no) != mine and table.get(other, "STATE") not in {"Reversed", "Reversal"}:
                raise refusal(
                    "BL03002185", "A transaction with that number already exists", "Use a unique number instead."
                )

    def _check_changeable(self, row: Row) -> None:
        super()._check_changeable(row)
        self._check_not_ordered(row)

    def _check_not_ordered(self, row: Row) -> None:
        if self._headers.get(row, "MODULEKEY") == "9.PO":
            raise refusal("SANDBOX-BILL-PO", "This bill comes from a purchasing document; change it there.")
