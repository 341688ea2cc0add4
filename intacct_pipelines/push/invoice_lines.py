"""Lines of invoices and credit memos: what BILL's come to, where their account comes from, and the sales tax.

BILL tells price and quantity of a line, and the sales tax in the header; Intacct has amounts, and the tax as a line on
the account of the tax (S-INV-03).
"""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.push.account_labels import AccountLabels
from intacct_pipelines.push.coded_lines import CodedLines, Line, Party, filled_warnings, line_arguments
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.sources import Row, Sources

_DIMENSIONS: Final = ("department_id", "location_id", "class_id")


class InvoiceLines:
    """Translates the lines of one link's invoices and credit memos.

    Args:
        sources: The rows.
    """

    reads: ClassVar[tuple[str, ...]] = (*CodedLines.reads, "bill.item", "intacct.tax_detail")

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._items = sources.by("bill.item")
        self._coded = CodedLines(sources)
        is_used = sources.link.receivables.account_labels
        self._labels = AccountLabels(sources, "intacct.ar_account_label", is_used=is_used)
        accounts = [sources.coding.account_no(text(item, "gl_account_id")) for item in self._taxes()]
        accounts += [
            text(row, "account_no") for row in sources.live("intacct.tax_detail") if row.get("tax_type") != "Purchase"
        ]
        self._tax_accounts = frozenset(account for account in accounts if account)

    def translate(self, document: Row, rows: Sequence[Row], currency: str, word: str) -> list[Line]:
        """Return a document's lines in Intacct's words, the sales tax last, proven to add up to its total.

        Args:
            document: BILL's invoice or credit memo.
            rows: Its lines, in order.
            currency: ISO 4217.
            word: What the document is called.

        Raises:
            Held: A line cannot be written as it is.
        """
        return self._coded.translate(self._whole(document, rows, currency), document["amount"], currency, word)

    def _whole(self, document: Row, rows: Sequence[Row], currency: str) -> list[dict[str, Any]]:
        priced = [self._priced(position, row, currency) for position, row in enumerate(rows, start=1)]
        tax = document.get("tax_amount") or Decimal(0)
        return [*priced, self._tax(document, tax, priced)] if tax else priced

    def bills_words(self, document: Row, rows: Sequence[Row], currency: str) -> str:
        """Return BILL's lines as ``in_words`` does, a question mark for what has no counterpart in Intacct.

        What an account requires is filled in, where the lines can be sent at all.
        """
        try:
            return self.in_words(self.translate(document, rows, currency, "invoice"))
        except Held:
            coding = self._sources.coding
        try:
            whole = self._whole(document, rows, currency)
        except Held:
            return "?"

        def known(code: str | None) -> str:
            return "?" if code is None else code

        return self.in_words(
            Line(
                amount=row["amount"],
                account_no=known(coding.account_no(text(row, "gl_account_id"))),
                department_id=known(coding.department_id(text(row, "department_id"))),
                location_id=known(coding.location_id(text(row, "location_id"))),
                class_id=known(coding.class_id(text(row, "class_id"))),
                description="",
            )
            for row in whole
        )

    def of_customer(self, lines: Sequence[Line], customer_id: str) -> list[Line]:
        """Return lines that are to be sent.

        Raises:
            Held: An account requires a dimension that is not sent, or has no one label where labels are.
        """
        return self._labels.named(self._coded.of_party(lines, Party("customer", customer_id)))

    def warnings(self, document: Row, rows: Sequence[Row], lines: Sequence[Line]) -> list[str]:
        """Return what to tell of where accounts come from, where the sales tax stands, and which dimensions were given.

        Args:
            document: BILL's invoice or credit memo.
            rows: Its lines.
            lines: The same as they are sent.
        """
        told = [
            f"line {position} takes its account from item {self._name(text(row, 'item_id'))} [S-BP-12]"
            for position, row in enumerate(rows, start=1)
            if not row.get("gl_account_id") and self._account(text(row, "item_id"))
        ]
        if document.get("tax_amount") and not document.get("location_id") and len(_codes(rows, "location_id")) > 1:
            told.append("its lines have several locations; the sales tax takes that of the first [S-INV-03]")
        return told + filled_warnings(lines)

    def is_same(self, lines: Iterable[Line], others: Iterable[Line]) -> bool:
        """Return whether lines come to the same, however they are split; a tax line's dimensions do not count."""
        return self._sums(lines) == self._sums(others)

    def in_words(self, lines: Iterable[Line]) -> str:
        """Return lines as one text, the same for lines that come to the same."""
        sums = self._sums(lines).items()
        return "; ".join(sorted(" ".join((f"{amount.normalize():f}", *codes)) for codes, amount in sums))

    def _sums(self, lines: Iterable[Line]) -> dict[tuple[str, ...], Decimal]:
        sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
        for line in lines:
            is_tax = line.account_no in self._tax_accounts
            coding = (line.account_no, line.department_id, line.location_id, line.class_id)
            sums[("tax",) if is_tax else coding] += line.amount
        return {coding: amount for coding, amount in sums.items() if amount}

    def _taxes(self) -> list[Row]:
        return [item for item in self._items.values() if text(item, "item_type") == "SALES_TAX"]

    def _priced(self, position: int, row: Row, currency: str) -> dict[str, Any]:
        account = text(row, "gl_account_id") or self._account(text(row, "item_id"))
        return {**row, "amount": _amount_of(position, row, currency), "gl_account_id": account}

    def _tax(self, document: Row, amount: Decimal, lines: Sequence[Row]) -> dict[str, Any]:
        """Return the line of the sales tax, coded like the document, or like its lines where these agree.

        Of several locations it takes the first one's, as long as all are of one entity.
        """
        item_id = text(document, "tax_item_id")
        account = self._account(item_id)
        if not account:
            name = self._name(item_id) if item_id else "none"
            reason = f"its sales tax of {amount} has no account: the tax item is {name}"
            raise Held("missing_account", "S-INV-03", reason, "Give the sales-tax item an account in BILL.")
        line = {"amount": amount, "gl_account_id": account, "description": self._name(item_id)}
        for name in _DIMENSIONS:
            codes = _codes(lines, name)
            line[name] = text(document, name) or (codes[0] if len(codes) == 1 else "")
        line["location_id"] = line["location_id"] or self._place(lines)
        return line

    def _place(self, lines: Sequence[Row]) -> str:
        places = _codes(lines, "location_id")
        coding = self._sources.coding
        entities = {self._sources.entity_of_location(coding.location_id(place) or "") for place in places}
        if not self._sources.link.entity.entity_id and len(entities) > 1:
            reason = f"its lines belong to the entities {', '.join(sorted(entities))}; the sales tax belongs to none"
            raise Held("missing_dimension", "S-CFG-20", reason, "Give the whole invoice a location in BILL.")
        return next(iter(places), "")

    def _account(self, item_id: str) -> str:
        return text(self._items.get(item_id, {}), "gl_account_id")

    def _name(self, item_id: str) -> str:
        return text(self._items.get(item_id, {}), "name") or item_id


def _codes(rows: Sequence[Row], column: str) -> list[str]:
    """Return the codes that lines have in a column, each once, in order."""
    return list(dict.fromkeys(text(row, column) for row in rows))


def _amount_of(position: int, row: Row, currency: str) -> Decimal:
    """Return what a line comes to: as BILL tells it, else quantity times price, in the smallest unit."""
    told: Decimal | None = row.get("amount")
    if told is not None:
        return told
    if row.get("price") is None:
        raise Held("missing_field", "S-IDM-07", f"line {position} has no price", "Give the line a price in BILL.")
    quantity = Decimal(1) if row.get("quantity") is None else row["quantity"]
    unit = Decimal(1).scaleb(-minor_unit_digits(currency))
    return Decimal(quantity * row["price"]).quantize(unit, ROUND_HALF_UP)


def changed_lines(
    lines: Sequence[Line],
    old: Sequence[Line],
    currency: str,
    *,
    sign: int = 1,
    rule: str = "S-INV-02",
    word: str = "invoice",
) -> Fields:
    """Return lines as ``update_invoice`` takes them: each takes the place of the one there, further ones are new.

    Whether the function takes a line or a dimension away that is not named is not known, so neither is tried.

    Args:
        lines: As they become.
        old: Those there.
        currency: ISO 4217.
        sign: Of amounts as they are sent.
        rule: By which the document goes into Intacct.
        word: What it is called.

    Raises:
        Held: There are fewer lines than before, or one would lose a dimension.
    """
    remedy = "Make the change by hand in Intacct."
    if len(lines) < len(old):
        reason = f"it has {len(lines)} lines, Intacct's {word} {len(old)}; lines cannot be taken away"
        raise Held("fewer_lines", rule, reason, remedy)
    for position, (line, before) in enumerate(zip(lines, old, strict=False), start=1):
        lost = [name for name in _DIMENSIONS if getattr(before, name) and not getattr(line, name)]
        if lost:
            reason = f"line {position} has no {lost[0].removesuffix('_id')} any more, which cannot be taken away"
            raise Held("lost_dimension", rule, reason, remedy)
    told = [line_arguments(line, currency, sign=sign) for line in lines]
    places: list[Fields] = [{"@line_num": str(position), **line} for position, line in enumerate(told, start=1)]
    changed: Fields = {"updatelineitem": places[: len(old)]}
    if len(lines) > len(old):
        changed["lineitem"] = [*told[len(old) :]]
    return changed
