"""Makes a believable company: entities, lists, vendors and bills, with planted differences between the two systems.

The same seed, options and day make the same company. A planted difference is one of `DIFFERENCES` (bills) or
`VENDOR_DIFFERENCES`; every other record agrees in both systems. What a system's API looks like belongs in its twin.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Final

from intacct_pipelines.sandbox import names
from intacct_pipelines.sandbox.advance_business import make_advances
from intacct_pipelines.sandbox.bill_maker import BillMaker, planted_differences
from intacct_pipelines.sandbox.business import Account, Bill, Business, Dimension, Entity, Term, Vendor
from intacct_pipelines.sandbox.card_maker import make_cards
from intacct_pipelines.sandbox.chart import ACCOUNTS, CLASSES, DEPARTMENTS, TERMS
from intacct_pipelines.sandbox.dice import EDITION, Dice, invented_secret
from intacct_pipelines.sandbox.expense_business import make_expense_reports
from intacct_pipelines.sandbox.journal_business import make_journals
from intacct_pipelines.sandbox.list_maker import make_lists
from intacct_pipelines.sandbox.order_business import make_orders
from intacct_pipelines.sandbox.payment_maker import settle
from intacct_pipelines.sandbox.receivables_maker import make_receivables

VENDOR_DIFFERENCES: Final = (
    "duplicate_name",
    "duplicate_name",
    "non_ascii",
    "inactive_in_intacct",
    "only_in_bill",
    "unmapped_1099",
    "only_in_intacct",
    "archived_in_bill",
)
_DEBIT_TYPES: Final = frozenset(
    {
        "BANK", "ACCOUNTS_RECEIVABLE", "OTHER_CURRENT_ASSET", "FIXED_ASSET", "COST_OF_GOODS_SOLD", "EXPENSE",
        "OTHER_EXPENSE",
    }
)  # fmt: skip
_BALANCE_SHEET_TYPES: Final = frozenset(
    {
        "BANK", "ACCOUNTS_RECEIVABLE", "OTHER_CURRENT_ASSET", "FIXED_ASSET", "ACCOUNTS_PAYABLE",
        "OTHER_CURRENT_LIABILITY", "EQUITY",
    }
)  # fmt: skip
_INACTIVE_ACCOUNT: Final = "6900"
_EXPENSE_ACCOUNT: Final = "6100"
_TERM_WEIGHTS: Final = (1, 3, 10, 3, 2)


def generate(
    seed: int = 1,
    entities: int = 3,
    bills: int = 300,
    years: int = 2,
    currencies: tuple[str, ...] = ("USD", "EUR", "JPY"),
    *,
    today: date,
    planted: bool = True,
) -> Business:
    """Make a company.

    Args:
        seed: Same seed and options: same company, on another day with other days.
        entities: Number of legal entities, at least 1, each with its own BILL organisation.
        bills: Number of bills in all, shared evenly by the entities.
        years: How far back bills are dated, at least 1.
        currencies: ISO 4217 codes; entities take them in turn, the first is the company's.
        today: The day on which the company is looked at; nothing is newer than the end of the day before.
        planted: Whether there are vendors who differ between the two systems.

    Raises:
        ValueError: A number is out of range, or a currency is not three capital letters.
    """
    _check(entities, bills, years, currencies)
    return _Generator(seed, entities, bills, years, currencies, today=today, planted=planted).business()


def _check(entities: int, bills: int, years: int, currencies: tuple[str, ...]) -> None:
    most_entities, most_years = 500, 30
    if not 1 <= entities <= most_entities:
        raise ValueError(f"entities must be 1 to {most_entities}, not {entities}")
    if bills < 0:
        raise ValueError(f"bills must not be negative, not {bills}")
    if not 1 <= years <= most_years:
        raise ValueError(f"years must be 1 to {most_years}, not {years}")
    if not currencies or any(len(c) != 3 or not c.isascii() or not c.isupper() for c in currencies):  # noqa: PLR2004  # ISO 4217
        raise ValueError(f"currencies must be three-letter ISO 4217 codes, not {currencies}")


class _Generator:
    """One company in the making; every draw comes from one seeded source, in a fixed order."""

    def __init__(
        self,
        seed: int,
        entities: int,
        bills: int,
        years: int,
        currencies: tuple[str, ...],
        *,
        today: date,
        planted: bool,
    ) -> None:
        options = f"{seed} {entities} {bills} {years} {' '.join(currencies)} {EDITION}"
        self._options = options
        self._dice = Dice(options, today, years)
        self._card_dice = Dice(f"{options} cards", today, years)
        self._list_dice = Dice(f"{options} lists", today, years)
        self._seed = seed
        self._entity_count = entities
        self._bill_count = bills
        self._years = years
        self._currencies = currencies
        self._vendor_differences = VENDOR_DIFFERENCES if planted else ()
        self._names: set[str] = set()
        self._vendors: list[Vendor] = []
        self._vendor_key = 0
        self._bill_keys = count(1)

    def business(self) -> Business:
        entities = tuple(self._entity(i) for i in range(self._entity_count))
        locations = tuple(location for entity in entities for location in self._locations(entity))
        shared = self._root_vendors(entities)
        bills: list[Bill] = []
        for i, entity in enumerate(entities):
            share = self._bill_count // self._entity_count + (i < self._bill_count % self._entity_count)
            bills += self._entity_bills(entity, share, shared)
        departments = tuple(Dimension(*row) for row in DEPARTMENTS)
        business = Business(
            seed=self._seed,
            company_id=f"meridian-sandbox-{self._seed}",
            sender_id="SandboxSender",
            sender_password=self._secret("sender"),
            user_id="xml_sync",
            user_password=self._secret("user"),
            dev_key="01" + self._secret("dev_key", length=30),
            bill_username="sync@meridian.example",
            bill_password=self._secret("bill"),
            base_currency=self._currencies[0],
            entities=entities,
            accounts=_accounts(),
            departments=departments,
            classes=tuple(Dimension(*row) for row in CLASSES),
            locations=locations,
            terms=tuple(Term(*row) for row in TERMS),
            vendors=tuple(self._vendors),
            bills=tuple(bills),
            expense_account=_EXPENSE_ACCOUNT,
            lists=make_lists(self._list_dice, entities, departments, self._currencies, "xml_sync"),
            cards=make_cards(self._card_dice, entities, self._bill_count),
            journals=make_journals(self._own_dice("journals"), entities, self._bill_count),
            receivables=make_receivables(
                self._seed, self._bill_count, self._years, self._currencies, entities, today=self._dice.today
            ),
        )
        return replace(
            business,
            settlements=settle(business, self._dice.today),
            orders=make_orders(
                self._own_dice("orders"), entities, business.vendors, business.bills, business.receivables
            ),
            expense_reports=make_expense_reports(
                self._own_dice("expenses"), entities, business.cards.holders, self._bill_count
            ),
            advances=make_advances(self._own_dice("advances"), entities, business.vendors, self._bill_count),
        )

    def _own_dice(self, area: str) -> Dice:
        """Dice that move nobody else's draws."""
        return Dice(f"{self._options} {area}", self._dice.today, self._years)

    def _secret(self, of: str, length: int = 16) -> str:
        return invented_secret(of, self._seed, length)

    # Entities and locations

    def _entity(self, index: int) -> Entity:
        currency = self._currencies[index % len(self._currencies)]
        country = names.COUNTRY_OF_CURRENCY.get(currency, "US")
        titles = names.ENTITY_NAMES[country]
        turn = index // len(self._currencies)
        name = titles[turn % len(titles)] + (f" {turn // len(titles) + 1}" if turn >= len(titles) else "")
        entity_id = str(100 * (index + 1))
        cities = names.CITIES[country]
        return Entity(
            entity_id=entity_id,
            name=name,
            currency=currency,
            # Like the credentials: an organisation's id depends on the seed and its place alone.
            organization_id="008" + self._secret(f"organization {entity_id}", length=17),
            organization_name=f"{name} (BILL)",
            location_ids=tuple(f"{entity_id}-{city[3]}" for city in cities[:3]),
            closed_through=_month_end(self._dice.today, back=2 + index % 2),
        )

    def _locations(self, entity: Entity) -> list[Dimension]:
        country = names.COUNTRY_OF_CURRENCY.get(entity.currency, "US")
        return [
            Dimension(location_id, f"{city[0]} {entity.entity_id}", entity.entity_id, entity.entity_id)
            for location_id, city in zip(entity.location_ids, names.CITIES[country], strict=False)
        ]

    # Vendors

    def _root_vendors(self, entities: tuple[Entity, ...]) -> tuple[Vendor, ...]:
        """A few vendors at the top level, known to every organisation."""
        vendors = []
        for _ in range(3):
            vendor = self._vendor(None, self._currencies[0], "")
            ids = {entity.organization_id: self._dice.identifier("009") for entity in entities}
            vendor = replace(vendor, bill_id=ids[entities[0].organization_id], bill_ids=ids)
            self._vendors.append(vendor)
            vendors.append(vendor)
        return tuple(vendors)

    def _entity_vendors(self, entity: Entity, bills: int) -> list[Vendor]:
        vendors: list[Vendor] = []
        ordinary = 8 + int(2 * math.sqrt(bills))
        others = [c for c in self._currencies if c != entity.currency]
        for i in range(ordinary):
            foreign = others and i % 8 == 7  # noqa: PLR2004  # every eighth vendor bills in another currency
            currency = others[(i // 8) % len(others)] if foreign else entity.currency
            vendors.append(self._vendor(entity, currency, ""))
        for i, difference in enumerate(self._vendor_differences * (1 + bills // 20_000)):
            same_name = vendors[-1].name if difference == "duplicate_name" and i % len(VENDOR_DIFFERENCES) else ""
            vendors.append(self._vendor(entity, entity.currency, difference, name=same_name))
        if others:
            vendors.append(self._vendor(entity, others[0], "only_in_bill"))
        self._vendors += vendors
        return vendors

    def _vendor(self, entity: Entity | None, currency: str, difference: str, *, name: str = "") -> Vendor:
        self._vendor_key += 1
        key = self._vendor_key
        country = names.COUNTRY_OF_CURRENCY.get(currency, "US")
        created = self._dice.instant(self._dice.first_day - timedelta(days=700), self._dice.first_day)
        name = name or self._name(country, non_ascii=difference == "non_ascii")
        bill_id = None if difference == "only_in_intacct" or entity is None else self._dice.identifier("009")
        is_1099 = difference == "unmapped_1099" or (not difference and country == "US" and self._dice.share() < 0.06)  # noqa: PLR2004  # share
        return Vendor(
            key=key,
            name=name,
            entity_id=entity.entity_id if entity else "",
            currency=currency,
            intacct_id=None if difference == "only_in_bill" else f"V-{key:05d}",
            bill_id=bill_id,
            intacct_status="inactive" if difference in {"inactive_in_intacct", "archived_in_bill"} else "active",
            bill_archived=difference == "archived_in_bill",
            is_1099=is_1099,
            tax_id=f"{self._dice.random.randrange(10, 99)}-{self._dice.random.randrange(10**6, 10**7)}",
            email=f"ap{key}@vendor.example",
            phone=f"+1 555 {key % 900 + 100} {key % 9000 + 1000}",
            address=self._address(country),
            term=self._dice.random.choices(TERMS, _TERM_WEIGHTS)[0][0],
            created_at=created,
            modified_at=self._dice.later(created),
            difference=difference,
            bill_ids={entity.organization_id: bill_id} if entity and bill_id else {},
        )

    def _name(self, country: str, *, non_ascii: bool) -> str:
        """A name that no other vendor has."""
        while True:
            if non_ascii:
                name = self._dice.choice(names.NON_ASCII)
            else:
                forms = names.FORMS.get(country, names.FORMS["US"])
                first, second = self._dice.choice(names.FIRST), self._dice.choice(names.SECOND)
                name = f"{first} {second} {self._dice.choice(forms)}"
            if name in self._names:
                # The lists are finite; a number makes any amount of vendors possible.
                name = f"{name} {len(self._names)}"
            if name not in self._names:
                self._names.add(name)
                return name

    def _address(self, country: str) -> dict[str, str]:
        city, state, zip_code, _ = self._dice.choice(names.CITIES[country])
        return {
            "line1": f"{self._dice.random.randrange(1, 400)} {self._dice.choice(names.STREETS)}",
            "city": city,
            "stateOrProvince": state,
            "zipOrPostalCode": zip_code,
            "country": country,
            "country_name": names.COUNTRY_NAMES[country],
        }

    # Bills

    def _entity_bills(self, entity: Entity, how_many: int, shared: tuple[Vendor, ...]) -> list[Bill]:
        maker = BillMaker(self._dice, entity, self._entity_vendors(entity, how_many), shared, self._bill_keys)
        planted = planted_differences(how_many)
        bills = [maker.ordinary() for _ in range(how_many - len(planted))]
        bills += [maker.planted(difference, bills) for difference in planted]
        return bills


def _accounts() -> tuple[Account, ...]:
    return tuple(
        Account(
            account_no=number,
            title=title,
            account_type="balancesheet" if bill_type in _BALANCE_SHEET_TYPES else "incomestatement",
            normal_balance="debit" if bill_type in _DEBIT_TYPES else "credit",
            requires=frozenset(requires),
            bill_type=bill_type,
            status="inactive" if number == _INACTIVE_ACCOUNT else "active",
        )
        for number, title, bill_type, requires in ACCOUNTS
    )


def _month_end(day: date, back: int) -> date:
    """The last day of the month that is ``back`` months before that of ``day``."""
    first = day.replace(day=1)
    for _ in range(back - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first - timedelta(days=1)
