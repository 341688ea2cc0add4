"""Makes the receivables of a generated company: ordinary ones, which agree in both systems, and planted differences.

All chance comes from dice of its own, so that bills and vendors of the same seed stay what they are.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox import names
from intacct_pipelines.sandbox.chart import CLASSES, DEPARTMENTS, ITEMS, TAX_PERCENTAGES, TERMS
from intacct_pipelines.sandbox.dice import EDITION, Dice
from intacct_pipelines.sandbox.rates import exchange_rate, usd_rate
from intacct_pipelines.sandbox.receivables_business import (
    SALES_TAX_ACCOUNT,
    Customer,
    Invoice,
    Item,
    Kind,
    Receivables,
    SaleLine,
)
from intacct_pipelines.sandbox.settlement_maker import SettlementMaker, planted_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from intacct_pipelines.sandbox.business import Entity

CUSTOMER_DIFFERENCES: Final = (
    "duplicate_name",  # its name is that of the one before it (S-CUS-02)
    "only_in_bill",
    "only_in_intacct",
    "inactive_in_intacct",
)
INVOICE_DIFFERENCES: Final = {
    # Most telling first, as in `bill_maker.DIFFERENCES`; the figure is the share of all invoices.
    "only_in_bill": 0.012,  # may be pushed (S-INV-02)
    "edited_in_bill": 0.004,  # amount differs, unpaid
    "only_in_intacct": 0.004,  # unpaid, and yet not in BILL
    "only_in_intacct_paid": 0.02,  # paid before it could reach BILL (S-INV-01)
    "paid_in_intacct": 0.004,  # received in Intacct; BILL still sees it open (S-ARP-01)
    "tax_only_in_bill": 0.004,  # BILL charges sales tax, Intacct's copy lacks the line (S-INV-03)
    "so_born": 0.02,  # from a sales order in Intacct (S-SAL-03); agrees
    "new_customer": 0.004,  # only in BILL, with its customer
    "closed_period": 0.002,  # only in BILL, dated in closed books
    "edited_in_intacct": 0.004,  # amount differs
    "recoded": 0.003,  # a line has another department in Intacct
    "duplicate_name": 0.004,  # agrees, but its customer shares a name with another
}
INVOICES_PER_BILL: Final = Decimal("0.4")
_ONLY_IN_BILL: Final = frozenset({"only_in_bill", "new_customer", "closed_period"})
_ONLY_IN_INTACCT: Final = frozenset({"only_in_intacct", "only_in_intacct_paid"})
_CUSTOMER_FOR: Final = {"new_customer": "only_in_bill", "duplicate_name": "duplicate_name"}
_LINE_COUNTS: Final = (1, 1, 1, 2, 2, 2, 3, 4)
_DAYS: Final = dict(TERMS)
_DOLLARS: Final = {row[0]: Decimal(row[3]) for row in ITEMS}
"""The list's prices in US dollars."""
_DEPARTMENT_IDS: Final = tuple(row[0] for row in DEPARTMENTS)
_CLASS_IDS: Final = tuple(row[0] for row in CLASSES)


def make_receivables(
    seed: int, bills: int, years: int, currencies: Sequence[str], entities: Sequence[Entity], *, today: date
) -> Receivables:
    """Make the receivables of a company with so many bills.

    Args:
        seed: Same arguments, same receivables.
        bills: Number of bills of the company; there are two invoices for five bills.
        years: How far back invoices are dated.
        currencies: The company's first, as for `generate`.
        entities: The legal entities.
        today: The company's day.
    """
    words = f"receivables {seed} {bills} {years} {' '.join(currencies)} {EDITION}"
    maker = _Maker(Dice(words, today, years), currencies)
    return maker.receivables(entities, int(bills * INVOICES_PER_BILL))


class _Maker:
    def __init__(self, dice: Dice, currencies: Sequence[str]) -> None:
        self._dice = dice
        self._currencies = currencies
        self._customer_keys = count(1)
        self._invoice_keys = count(1)
        self._names: set[str] = set()
        self._born = dice.first_day - timedelta(days=400)
        self._items = self._make_items()

    def receivables(self, entities: Sequence[Entity], invoices: int) -> Receivables:
        shared = [self._customer(None, self._currencies[0], "", entities) for _ in range(2)] if invoices else []
        parts = Receivables(customers=tuple(shared), items=self._items)
        settlements = SettlementMaker(self._dice)
        for at, entity in enumerate(entities):
            share = invoices // len(entities) + (at < invoices % len(entities))
            customers = self._customers(entity, share)
            maker = InvoiceMaker(self._dice, entity, (*customers, *shared), self._items, self._invoice_keys)
            made = maker.invoices(share)
            settled = settlements.settle(entity, made)
            parts = replace(
                parts,
                customers=(*parts.customers, *customers),
                invoices=(*parts.invoices, *made),
                receipts=(*parts.receipts, *settled.receipts),
                credit_memos=(*parts.credit_memos, *settled.credit_memos),
                deposits=(*parts.deposits, *settled.deposits),
            )
        return parts

    def _make_items(self) -> tuple[Item, ...]:
        digits = minor_unit_digits(self._currencies[0])
        step = Decimal(1).scaleb(-digits)
        items = []
        for item_id, name, is_product, dollars, income, expense in ITEMS:
            price = (Decimal(dollars) / usd_rate(self._currencies[0])).quantize(step)
            created = self._dice.instant(self._born, self._dice.first_day)
            kind: Kind = "product" if is_product else "service"
            items.append(Item(item_id, name, kind, price, income, expense, Decimal(0), created, created))
        for country in dict.fromkeys(names.COUNTRY_OF_CURRENCY.get(currency, "US") for currency in self._currencies):
            created = self._dice.instant(self._born, self._dice.first_day)
            rate = Decimal(TAX_PERCENTAGES[country])
            name = f"Sales tax {country} {rate} %"
            tax = SALES_TAX_ACCOUNT
            items.append(Item(f"TAX-{country}", name, "sales_tax", Decimal(0), tax, "", rate, created, created))
        return tuple(items)

    # Customers

    def _customers(self, entity: Entity, invoices: int) -> list[Customer]:
        if not invoices:
            return []
        others = [currency for currency in self._currencies if currency != entity.currency]
        customers: list[Customer] = []
        for i in range(4 + int(1.5 * invoices**0.5)):
            foreign = others and i % 6 == 5  # noqa: PLR2004  # every sixth customer pays in another currency
            currency = others[(i // 6) % len(others)] if foreign else entity.currency
            customers.append(self._customer(entity, currency, "", ()))
        for difference in CUSTOMER_DIFFERENCES:
            name = customers[0].name if difference == "duplicate_name" else ""
            customers.append(self._customer(entity, entity.currency, difference, (), name=name))
        return customers

    def _customer(
        self, entity: Entity | None, currency: str, difference: str, entities: Sequence[Entity], *, name: str = ""
    ) -> Customer:
        dice = self._dice
        key = next(self._customer_keys)
        country = names.COUNTRY_OF_CURRENCY.get(currency, "US")
        city, state, zip_code, _ = dice.choice(names.CITIES[country])
        created = dice.instant(self._born, dice.first_day)
        knowing = [entity] if entity else list(entities)
        return Customer(
            key=key,
            name=name or self._name(country),
            entity_id=entity.entity_id if entity else "",
            currency=currency,
            intacct_id=None if difference == "only_in_bill" else f"C-{key:05d}",
            bill_ids={}
            if difference == "only_in_intacct"
            else {one.organization_id: dice.identifier("0cu") for one in knowing},
            intacct_status="inactive" if difference == "inactive_in_intacct" else "active",
            bill_archived=False,
            email=f"payables{key}@customer.example",
            phone=f"+1 555 {key % 900 + 100} {key % 9000 + 1000}",
            address={
                "line1": f"{dice.random.randrange(1, 400)} {dice.choice(names.STREETS)}",
                "city": city,
                "stateOrProvince": state,
                "zipOrPostalCode": zip_code,
                "country": country,
                "country_name": names.COUNTRY_NAMES[country],
            },
            term=dice.choice(TERMS)[0],
            created_at=created,
            modified_at=dice.later(created),
            difference=difference,
        )

    def _name(self, country: str) -> str:
        """A name that no other customer has."""
        dice = self._dice
        first, second = dice.choice(names.FIRST), dice.choice(names.SECOND)
        name = f"{first} {second} {dice.choice(names.FORMS.get(country, names.FORMS['US']))}"
        name = f"{name} {len(self._names)}" if name in self._names else name
        self._names.add(name)
        return name


class InvoiceMaker:
    """Makes invoices of one entity.

    Args:
        dice: Where chance comes from.
        entity: Whose invoices.
        customers: The entity's own customers and those of the top level.
        items: What is sold.
        keys: Gives each invoice its key.
    """

    def __init__(
        self, dice: Dice, entity: Entity, customers: Sequence[Customer], items: Sequence[Item], keys: Iterator[int]
    ) -> None:
        self._dice = dice
        self._entity = entity
        self._keys = keys
        self._ordinary = tuple(customer for customer in customers if not customer.difference)
        self._of_kind = {kind: tuple(c for c in customers if c.difference == kind) for kind in _CUSTOMER_FOR.values()}
        self._sold = tuple(item for item in items if item.kind != "sales_tax")
        country = names.COUNTRY_OF_CURRENCY.get(entity.currency, "US")
        self._tax = next(item for item in items if item.item_id == f"TAX-{country}")
        self._closed_through = entity.closed_through or dice.first_day

    def invoices(self, how_many: int) -> list[Invoice]:
        """Ordinary invoices first, then the planted ones."""
        planted = planted_kinds(INVOICE_DIFFERENCES, how_many)
        dice = self._dice
        made = [
            self._invoice(dice.choice(self._ordinary), dice.day(dice.first_day, dice.last_bill_day), "")
            for _ in range(how_many - len(planted))
        ]
        return made + [self._planted(difference) for difference in planted]

    def _planted(self, difference: str) -> Invoice:
        dice = self._dice
        first_open = max(self._closed_through + timedelta(days=1), dice.last_bill_day - timedelta(days=40))
        day = dice.day(first_open, dice.last_bill_day)
        if difference == "closed_period":
            day = dice.day(max(dice.first_day, self._closed_through - timedelta(days=60)), self._closed_through)
        kind = _CUSTOMER_FOR.get(difference)
        invoice = self._invoice(dice.choice(self._of_kind[kind] if kind else self._ordinary), day, difference)
        if difference in _ONLY_IN_BILL:
            return replace(invoice, in_intacct=False)
        if difference in _ONLY_IN_INTACCT:
            return replace(invoice, in_bill=False)
        if difference in {"edited_in_bill", "edited_in_intacct", "recoded"}:
            return self._edited(invoice)
        if difference == "tax_only_in_bill":
            untaxed = tuple(line for line in invoice.lines if not line.is_tax)
            taxed = replace(invoice, lines=self._taxed(untaxed), tax_item_id=self._tax.item_id)
            return replace(taxed, intacct_changes={"lines": untaxed, "tax_item_id": ""})
        return replace(invoice, so_number=f"SO-{30000 + invoice.key}") if difference == "so_born" else invoice

    def _edited(self, invoice: Invoice) -> Invoice:
        """An invoice that somebody changed on one side after both had it."""
        if invoice.difference == "edited_in_bill":
            return replace(invoice, bill_changes={"lines": _raised(invoice)}, bill_modified_at=self._later(invoice))
        lines = _raised(invoice)
        if invoice.difference == "recoded":
            first = invoice.lines[0]
            department = next(d for d in _DEPARTMENT_IDS if d != first.department_id)
            lines = (replace(first, department_id=department), *invoice.lines[1:])
        return replace(invoice, intacct_changes={"lines": lines}, intacct_modified_at=self._later(invoice))

    def _later(self, invoice: Invoice) -> datetime:
        return self._dice.later(max(invoice.intacct_modified_at, invoice.bill_modified_at))

    def _invoice(self, customer: Customer, day: date, difference: str) -> Invoice:
        dice = self._dice
        key = next(self._keys)
        created = dice.instant(day, day + timedelta(days=3))
        modified = dice.later(created)
        currency = customer.currency
        lines = tuple(self._line(currency, day) for _ in range(dice.choice(_LINE_COUNTS)))
        is_taxed = dice.share() < 0.4  # noqa: PLR2004  # share of invoices with sales tax
        return Invoice(
            key=key,
            entity_id=self._entity.entity_id,
            customer_key=customer.key,
            number=f"AR-{10000 + key}",
            invoice_date=day,
            due_date=day + timedelta(days=_DAYS[customer.term]),
            gl_posting_date=day,
            currency=currency,
            exchange_rate=exchange_rate(currency, self._entity.currency, day),
            lines=self._taxed(lines) if is_taxed else lines,
            tax_item_id=self._tax.item_id if is_taxed else "",
            description=dice.choice(names.WORK) if dice.share() < 0.5 else "",  # noqa: PLR2004  # share with a text
            po_number=f"CPO-{dice.random.randrange(10**5):05d}" if dice.share() < 0.3 else "",  # noqa: PLR2004  # likewise
            so_number="",
            in_intacct=True,
            in_bill=True,
            intacct_changes={},
            bill_changes={},
            created_at=created,
            intacct_modified_at=modified,
            bill_modified_at=modified + timedelta(seconds=int(dice.share() * 600)),
            bill_id=dice.identifier("00e"),
            difference=difference,
        )

    def _line(self, currency: str, day: date) -> SaleLine:
        dice = self._dice
        item = dice.choice(self._sold)
        quantity = Decimal(1 + int(9 * dice.share() ** 2))
        unit = Decimal(1).scaleb(-minor_unit_digits(currency))
        # Prices follow the market: between nine and eleven tenths of the list.
        share = Decimal(90 + int(21 * dice.share())) / 100
        price = (_DOLLARS[item.item_id] * share * exchange_rate("USD", currency, day)).quantize(unit)
        return SaleLine(
            amount=price * quantity,
            quantity=quantity,
            price=price,
            account_no=item.income_account_no,
            item_id=item.item_id,
            department_id=dice.choice(_DEPARTMENT_IDS) if dice.share() < 0.5 else "",  # noqa: PLR2004  # share of lines
            location_id=dice.choice(self._entity.location_ids),
            class_id=dice.choice(_CLASS_IDS) if dice.share() < 0.25 else "",  # noqa: PLR2004  # share of lines
            description=item.name,
        )

    def _taxed(self, lines: tuple[SaleLine, ...]) -> tuple[SaleLine, ...]:
        """The lines with the sales tax on their sum as the last one."""
        first = lines[0]
        net = sum((line.amount for line in lines), Decimal(0))
        amount = (net * self._tax.tax_percentage / 100).quantize(first.amount)
        tax = SaleLine(
            amount, Decimal(1), amount, SALES_TAX_ACCOUNT, "", "", first.location_id, "", self._tax.name, is_tax=True
        )
        return (*lines, tax)


def _raised(invoice: Invoice) -> tuple[SaleLine, ...]:
    """The lines with one unit more of the first."""
    first = invoice.lines[0]
    more = replace(first, quantity=first.quantity + 1, amount=first.amount + first.price)
    return (more, *invoice.lines[1:])
