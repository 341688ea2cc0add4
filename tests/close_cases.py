"""A company whose months are tied out: the sandbox's books, extracted for real, and what goes wrong in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from pipeline_world import World

from intacct_pipelines.clients.intacct.functions import Function
from intacct_pipelines.defs.close import close
from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog import INTACCT_TABLES
from intacct_pipelines.domain.close import TIE_OUTS, Period
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.sandbox.ledger import CREDIT, DEBIT, EntryText, Posting
from intacct_pipelines.warehouse.close import Figure, Outcome

READ = {
    *(table for one in TIE_OUTS.values() for table in one.tables),
    "intacct.close_status",
    "intacct.audit_event",
}
"""What closing reads of Intacct."""
USD = "USD"

_FREE = 1_000_000
"""No document of the company has a number from here on; an entry of the same number would count with it."""


class Company:
    """One entity, its books, and its months.

    Args:
        warehouse_dsn: Where it is stored.
        bills: How large it is.
        is_stored: Whether the warehouse is a copy of one into which the same company was read before.
    """

    def __init__(self, warehouse_dsn: str, *, bills: int = 60, is_stored: bool = False) -> None:
        self.world = World(warehouse_dsn, bills=bills)
        self.twin = self.world.sandbox.intacct
        self.entity = self.world.entity
        if not is_stored:
            self.sync()

    def sync(self, entity: EntityKey | None = None) -> None:
        """Read what changed of all that closing needs, of the entity or of another."""
        self.world.sandbox.clock.advance(5)
        self.world.run += 1
        with self.world.systems() as systems:
            for table in INTACCT_TABLES:
                if table.qualified_name in READ:
                    sync_intacct_table(systems, entity or self.entity, table, f"run-{self.world.run}")

    def take(self, month: date, run_id: str = "", entity: EntityKey | None = None) -> Outcome:
        """Tie out a month from what is stored."""
        self.world.run += 1
        with self.world.systems() as systems:
            return close(systems, Period(entity or self.entity, month), run_id or f"run-{self.world.run}")[0]

    def write(self, function: Function) -> None:
        """Have Intacct run a function that writes."""
        with self.world.systems() as systems:
            (result,) = systems.intacct(self.entity).call([function], write=True)
        assert result.error is None, result.error

    def close_books(self, month: date | None) -> None:
        """Close the books through a month, or open them, and read that."""
        day = "" if month is None else f"{Period(self.entity, month).last_day:%Y%m%d}"
        self.twin.close_books(self.entity.entity_id, day)
        self.sync()

    def months(self) -> list[date]:
        """The months in which something was posted, oldest first."""
        return sorted({day.replace(day=1) for day in map(posting_day, self.twin.ledger.postings())})

    def busy_month(self) -> date:
        """A month in the middle of the company's time."""
        months = self.months()
        return months[len(months) // 2]

    def unpaid_bills(self, month: date) -> Iterator[tuple[int, dict[str, str]]]:
        """Key and fields of the posted, unpaid bills in dollars of a month; something is owed of each."""
        for bill in self.twin.bills():
            fields = bill.fields
            is_of_month = fields["WHENPOSTED"][:2] == f"{month:%m}" and fields["WHENPOSTED"][6:] == f"{month:%Y}"
            is_owed = fields["STATE"] == "Posted" and Decimal(fields["TRX_TOTALDUE"] or 0) > 0
            if is_of_month and is_owed and fields["CURRENCY"] == USD and bill.lines:
                yield bill.record_no, fields

    def post(self, day: date, debit: str, credit: str, amount: str, title: str = "By hand") -> Posting:
        """Post a journal entry in dollars past every rule, as a person with the right to do so."""
        ledger = self.twin.ledger
        model = next(one for one in ledger.postings() if one.text and one.owner == self.entity.entity_id)
        number, first = ledger.next_numbers(2)
        number += _FREE
        now = self.world.sandbox.clock.now().strftime("%m/%d/%Y %H:%M:%S")
        lines = tuple(
            model.lines[0]._replace(
                number=first + at,
                side=side,
                account_no=account,
                trx_amount=Decimal(amount),
                base_amount=Decimal(amount),
                memo=title,
            )
            for at, (side, account) in enumerate(((DEBIT, debit), (CREDIT, credit)))
        )
        posting = replace(
            model,
            number=number,
            document=model.document._replace(record_no=number),
            entry_date=f"{day:%m/%d/%Y}",
            created=now,
            modified=now,
            stamp=now,
            lines=lines,
            text=EntryText(title),
        )
        ledger.post(posting)
        return posting


def posting_day(posting: Posting) -> date:
    """The day on which a posting stands."""
    month, day, year = map(int, posting.entry_date.split("/"))
    return date(year, month, day)


def failing(outcome: Outcome) -> dict[str, list[Figure]]:
    """Figures that do not tie, by tie-out."""
    return {name: found for name in TIE_OUTS if (found := outcome.failing(name))}


def assert_items_are_the_difference(outcome: Outcome) -> None:
    """Of every figure the ledger's items less the documents' are the difference that is judged."""
    for figure in outcome.figures:
        one = TIE_OUTS[figure.tie_out]
        place = (figure.tie_out, figure.account_no, figure.currency, figure.base_currency)
        items = [
            item for item in outcome.items
            if (item.tie_out, item.account_no, item.currency, item.base_currency) == place
        ]  # fmt: skip
        assert figure.items == len(items)
        if one.is_judged_in_currency and figure.difference is not None:
            signed = [(item.amount or 0) * (1 if item.side == "actual" else -1) for item in items]
            assert sum(signed) == figure.difference, place
        if one.is_judged_in_base and figure.difference_base is not None:
            signed = [(item.amount_base or 0) * (1 if item.side == "actual" else -1) for item in items]
            assert sum(signed) == figure.difference_base, place
