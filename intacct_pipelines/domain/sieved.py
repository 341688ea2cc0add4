"""Which pairs are so certain and so equal that Postgres settles them itself: what each object's sieve compares.

The comparison in ``reconcile`` is the truth; the sieve says in SQL when that would find nothing, which a test proves.
Where the two could disagree the sieve says less: a pair that it does not settle is read, compared and explained there.
Expressions speak of a row ``t`` of the side's table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple


class Fact(NamedTuple):
    """What both sides must say alike.

    Args:
        name: The field, as differences name it.
        platform: The platform's value.
        intacct: Intacct's value.
        if_told: Whether Intacct's absent value says that the fact is not compared; else absent values are alike.
    """

    name: str
    platform: str
    intacct: str
    if_told: bool = False


@dataclass(frozen=True, slots=True)
class SievedSide:
    """One side of an object.

    Args:
        table: Qualified name of the documents' table; its key is one column.
        party: Column with the vendor or customer.
        number: Column with the number that pairs.
        amount: Column with the total; the currency's is always ``currency``.
        stands: Condition that the document counts and lacks nothing that the comparison requires.
        lines: Qualified name of the lines' table.
        parent: Its column with the document's key.
        line_amount: Its column with the amount.
        coding: Its columns with account, department, location and class.
    """

    table: str
    party: str
    number: str
    amount: str
    stands: str
    lines: str
    parent: str
    line_amount: str
    coding: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Sieved:
    """One object with a sieve.

    Party, number, currency, amount and the coding of the lines are always compared; amounts exactly, so that what a
    tolerance forgives is left to the comparison.

    Args:
        name: One of ``domain.reconciled``.
        party: The object that its documents belong to.
        platform: The platform's side.
        intacct: Intacct's side; its ``description`` may name the source, ``owner_entity_id`` says whose it is.
        date: The fact that is the document's date.
        facts: What else is compared.
    """

    name: str
    party: str
    platform: SievedSide
    intacct: SievedSide
    date: str
    facts: tuple[Fact, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of which only unsettled rows are read."""
        return (self.platform.table, self.platform.lines, self.intacct.table, self.intacct.lines)


SIEVED: Final[dict[str, Sieved]] = {
    one.name: one
    for one in (
        Sieved(
            "ap_bill",
            "vendor",
            platform=SievedSide(
                "bill.ap_bill",
                party="vendor_id",
                number="document_no",
                amount="amount",
                stands="coalesce(t.record_status, 'ACTIVE') = 'ACTIVE' AND t.is_archived IS NOT TRUE "
                "AND t.approval_status IS NOT NULL",
                lines="bill.ap_bill_line",
                parent="bill_id",
                line_amount="amount",
                coding=("gl_account_id", "department_id", "location_id", "class_id"),
            ),
            intacct=SievedSide(
                "intacct.ap_bill",
                party="vendor_id",
                number="document_no",
                amount="trx_total_entered",
                stands="t.state NOT IN ('Reversed', 'Reversal')",
                lines="intacct.ap_bill_line",
                parent="bill_record_no",
                line_amount="trx_amount",
                coding=("account_no", "department_id", "location_id", "class_id"),
            ),
            date="bill_date",
            facts=(
                Fact("bill_date", "t.bill_date", "t.bill_date"),
                Fact("due_date", "t.due_date", "t.due_date"),
                Fact(
                    "paid_amount",
                    "coalesce(t.paid_amount, 0) + coalesce(t.credit_amount, 0)",
                    "coalesce(t.trx_total_paid, 0)",
                ),
                # Only of bills from a purchase order (S-PUR-04).
                Fact(
                    "reference_no",
                    "coalesce(t.purchase_order_no, '')",
                    "CASE WHEN starts_with(t.module_key, '9.') THEN coalesce(t.reference_no, '') END",
                    if_told=True,
                ),
            ),
        ),
    )
}
"""Every object with a sieve, by its name."""


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the sieve of one link needs to know of lists.

    A pair that was settled stays so while all that these said before they still say; what they say more is of others.

    Args:
        partners: Platform's id of each paired vendor or customer → its id in Intacct.
        words: For each of account, department, location and class: platform's id → Intacct's word.
        uncoded: For each of them: the word of a line that names none.
    """

    partners: dict[str, str]
    words: dict[str, dict[str, str]]
    uncoded: dict[str, str]

    def still_say(self, before: Lookups) -> bool:
        """Whether nothing that was said before is said otherwise now."""
        words = (before.words[name].items() <= self.words[name].items() for name in before.words)
        return before.partners.items() <= self.partners.items() and all(words) and before.uncoded == self.uncoded
