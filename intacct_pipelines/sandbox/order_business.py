"""Purchase and sales orders, in Intacct alone: open ones, and those that became a bill or an invoice.

They have dice of their own. A bill's or invoice's own order number decides which order it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count, cycle
from typing import TYPE_CHECKING, Final, Literal

from intacct_pipelines.domain.money import minor_unit_digits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from intacct_pipelines.sandbox.business import Bill, Entity, Vendor
    from intacct_pipelines.sandbox.dice import Dice
    from intacct_pipelines.sandbox.receivables_business import Customer, Invoice, Item, Receivables

OrderKind = Literal["purchase", "sales"]
_BILLS_PER_OPEN_ORDER: Final = 40
_STATES: Final = ("Pending", "Draft", "Closed", "Submitted")


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order, in its currency."""

    item_id: str
    """Empty where a purchase is no item of the list."""
    quantity: Decimal
    price: Decimal
    amount: Decimal
    department_id: str
    location_id: str
    class_id: str
    memo: str


@dataclass(frozen=True, slots=True)
class Order:
    """A purchase order to a vendor, or a sales order of a customer; it posts nothing."""

    key: int
    kind: OrderKind
    entity_id: str
    party_key: int
    """Key of the vendor or customer."""
    number: str
    order_date: date
    due_date: date
    currency: str
    exchange_rate: Decimal
    lines: tuple[OrderLine, ...]
    state: str
    """Intacct's word: Converted, Pending, Draft, Closed, Submitted."""
    document_key: int
    """Key of the bill or invoice that it became; 0 if none (S-PUR-01, S-SAL-01)."""
    created_at: datetime
    modified_at: datetime
    difference: str = ""
    """The planted kind: the order's number is not the bill's reference, or BILL has the bill of an open order."""
    reference: str = ""
    """What the bill carries instead of the order's number."""

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines[1:]), start=self.lines[0].amount)


def make_orders(
    dice: Dice,
    entities: Sequence[Entity],
    vendors: Sequence[Vendor],
    bills: Sequence[Bill],
    receivables: Receivables,
) -> tuple[Order, ...]:
    """Make the order behind every bill and invoice that came from one, and some that are still open.

    Args:
        dice: Where chance comes from.
        entities: The legal entities.
        vendors: Whom open purchase orders may go to.
        bills: The company's bills.
        receivables: Its receivables.
    """
    keys = count(1)
    is_other = cycle((False, True, False))
    orders = [
        _of_bill(dice, next(keys), bill, is_other_number=bill.in_intacct and next(is_other))
        for bill in bills
        if bill.po_number
    ]
    orders += [_of_invoice(dice, next(keys), one) for one in receivables.invoices if one.so_number]
    items = tuple(item for item in receivables.items if item.kind != "sales_tax")
    for entity in entities:
        mine = [bill for bill in bills if bill.entity_id == entity.entity_id]
        sellers = [
            one for one in vendors if one.entity_id == entity.entity_id and one.intacct_id and not one.difference
        ]
        buyers = [one for one in receivables.customers if one.entity_id == entity.entity_id and not one.difference]
        for _ in range(-(-len(mine) // _BILLS_PER_OPEN_ORDER)):
            orders += _open_orders(dice, keys, entity, sellers, buyers, items)
    return tuple(orders)


def _of_bill(dice: Dice, key: int, bill: Bill, *, is_other_number: bool) -> Order:
    """The purchase order that became a bill; as a rule its number is the bill's reference (S-PUR-04).

    One of a bill that only BILL has is still open.
    """
    lines = tuple(
        OrderLine(
            "", Decimal(1), line.amount, line.amount, line.department_id, line.location_id, line.class_id,
            line.description,
        )
        for line in bill.lines
    )  # fmt: skip
    ordered = bill.bill_date - timedelta(days=5 + int(20 * dice.share()))
    number = f"PO-{60000 + bill.key}" if is_other_number else bill.po_number
    state, made, difference = ("Converted", bill.key, "") if bill.in_intacct else ("Pending", 0, "billed_in_bill")
    return Order(
        key, "purchase", bill.entity_id, bill.vendor_key, number, ordered, bill.bill_date, bill.currency,
        bill.exchange_rate, lines, state, made, dice.instant(ordered, ordered), bill.created_at,
        "reference_is_no_order" if is_other_number else difference, bill.po_number if is_other_number else "",
    )  # fmt: skip


def _of_invoice(dice: Dice, key: int, invoice: Invoice) -> Order:
    """The sales order that became an invoice; tax is charged by the invoice alone."""
    lines = tuple(
        OrderLine(
            line.item_id, line.quantity, line.price, line.amount, line.department_id, line.location_id, line.class_id,
            line.description,
        )
        for line in invoice.lines
        if not line.is_tax
    )  # fmt: skip
    ordered = invoice.invoice_date - timedelta(days=3 + int(20 * dice.share()))
    return Order(
        key, "sales", invoice.entity_id, invoice.customer_key, invoice.so_number, ordered, invoice.invoice_date,
        invoice.currency, invoice.exchange_rate, lines, "Converted", invoice.key, dice.instant(ordered, ordered),
        invoice.created_at,
    )  # fmt: skip


def _open_orders(
    dice: Dice,
    keys: Iterator[int],
    entity: Entity,
    sellers: Sequence[Vendor],
    buyers: Sequence[Customer],
    items: Sequence[Item],
) -> list[Order]:
    orders = []
    for kind, parties, prefix in (("purchase", sellers, "PO"), ("sales", buyers, "SO")):
        chosen = [party for party in parties if party.currency == entity.currency]
        if not chosen:
            continue
        key = next(keys)
        day = dice.day(dice.last_bill_day - timedelta(days=60), dice.last_bill_day)
        item = dice.choice(items)
        quantity = Decimal(1 + int(20 * dice.share()))
        price = Decimal(50 + int(900 * dice.share())).scaleb(-minor_unit_digits(entity.currency))
        line = OrderLine(
            item.item_id, quantity, price, price * quantity, "", dice.choice(entity.location_ids), "", item.name
        )
        created = dice.instant(day, day + timedelta(days=1))
        orders.append(
            Order(
                key, "purchase" if kind == "purchase" else "sales", entity.entity_id, dice.choice(chosen).key,
                f"{prefix}-{50000 + key}", day, day + timedelta(days=30), entity.currency, Decimal(1), (line,),
                dice.choice(_STATES), 0, created, dice.later(created),
            )
        )  # fmt: skip
    return orders
