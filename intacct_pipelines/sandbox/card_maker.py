"""Makes the card programme: ordinary transactions, on which both systems agree, and planted differences.

It draws from a dice of its own, so that the rest of the company is the same with it and without it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.business import Line
from intacct_pipelines.sandbox.cards import (
    Budget,
    Card,
    CardAccount,
    Cardholder,
    CardProgramme,
    CardTransaction,
    Reimbursement,
)
from intacct_pipelines.sandbox.chart import CLASSES, DEPARTMENTS
from intacct_pipelines.sandbox.rates import exchange_rate, usd_rate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from intacct_pipelines.sandbox.business import Entity
    from intacct_pipelines.sandbox.dice import Dice

DIFFERENCES: Final = {
    # Most telling first: an account with few transactions gets the first ones only. The figure is the share of all.
    "says_synced": 0.004,  # the platform claims an Intacct record that does not exist (S-CRD-10)
    "wrong_amount": 0.004,  # Intacct's copy has another amount
    "missed_window": 0.01,  # complete, 8 to 60 days old, never synced (S-CRD-08)
    "older_than_60_days": 0.01,  # complete, never synced, and now only by the overwriting option (S-CRD-08)
    "completed_yesterday": 0.002,  # in flight (S-SCH-03, S-SCH-04)
    "incomplete": 0.02,  # a receipt or field is missing, so the vendor's sync does not take it
    "sync_error": 0.004,  # refused by Intacct: required dimension on the offset account (S-ERR-09)
    "recoded": 0.01,  # coded anew in Intacct, which the overwriting option would undo (S-CRD-08)
    "relocated": 0.02,  # the card object's default location instead of the coded one (S-CRD-03)
    "posted_twice": 0.002,  # Intacct holds the charge a second time
    "only_in_intacct": 0.002,  # typed into Intacct by hand
    "manually_synced": 0.01,  # somebody marked it as synced; Intacct has it (S-CRD-10)
}
_NEVER_SYNCED: Final = frozenset(
    {"missed_window", "older_than_60_days", "completed_yesterday", "incomplete", "sync_error"}
)
_BRANDS: Final = ("BILL Spend & Expense", "JPMorgan Spend Center")
_FIRST_NAMES: Final = (
    "Ada",
    "Björn",
    "Chiara",
    "Dmitri",
    "Elif",
    "Femi",
    "Grete",
    "Hana",
    "Ivo",
    "Jun",
    "Kofi",
    "Lena",
)
_LAST_NAMES: Final = ("Abe", "Berg", "Castillo", "Dube", "Engström", "Ferrari", "Gupta", "Hahn", "Ito", "Jansen")
_ROLES: Final = ("ADMIN", "BOOKKEEPER", "AUDITOR")
_MERCHANTS: Final = (
    # name, category code, account
    ("Café Nordlicht", "5812", "6400"),
    ("Skyline Air", "4511", "6400"),
    ("Grand Harbor Hotel", "7011", "6400"),
    ("CloudNine Hosting", "4816", "6150"),
    ("Paperworks.example", "5943", "6100"),
    ("Pixel & Sons Ads", "7311", "6500"),
    ("Rapid Parcel", "4215", "6600"),
    ("Toolbox Online", "5072", "6100"),
    ("Metro Taxi", "4121", "6400"),
    ("LawLine LLP", "8111", "6300"),
)
_BUDGETS: Final = ("Travel", "Software", "Office", "Marketing", "Field service")
_REFUND_SHARE, _SPLIT_SHARE, _FOREIGN_SHARE, _REVERSED_SHARE, _DECLINED_SHARE = 0.04, 0.06, 0.12, 0.03, 0.03
_FEE: Final = Decimal("0.009")
"""Foreign-exchange fee, of the amount."""
_FEWEST: Final = 24
_AUTO_DAYS: Final = 7
_OPTION_DAYS: Final = 60
_NOTHING_THERE: Final = 900_000_000
"""Record numbers above this one exist in no generated Intacct."""


def make_cards(dice: Dice, entities: Sequence[Entity], bills: int) -> CardProgramme:
    """Make the programme of a company: some dozen settled transactions an entity, and one for every three bills.

    Args:
        dice: A source of chance of its own.
        entities: The company's entities, each of which gets an account.
        bills: The company's bills in all; a company without bills has no card transactions either.
    """
    keys = count(1)
    makers = [_AccountMaker(dice, entity, index, keys) for index, entity in enumerate(entities)]
    for maker in makers:
        maker.fill(_FEWEST + bills // (3 * len(entities)) if bills else 0)
    return CardProgramme(
        accounts=tuple(maker.account for maker in makers),
        holders=tuple(holder for maker in makers for holder in maker.holders),
        budgets=tuple(budget for maker in makers for budget in maker.budgets),
        cards=tuple(card for maker in makers for card in maker.cards),
        transactions=_numbered([one for maker in makers for one in maker.transactions]),
        reimbursements=tuple(one for maker in makers for one in maker.reimbursements),
    )


def _numbered(transactions: Sequence[CardTransaction]) -> tuple[CardTransaction, ...]:
    """Give those that Intacct has their record numbers, and the platform its claims."""
    numbers = count(1)
    result = []
    for one in transactions:
        number = next(numbers) if one.in_intacct else None
        claimed = number if one.in_spend else None
        if one.difference == "says_synced":
            claimed = _NOTHING_THERE + one.key
        if one.sync_status not in {"SYNCED", "MANUAL_SYNCED"}:
            claimed = None
        result.append(replace(one, intacct_record_no=number, claimed_record_no=claimed))
    return tuple(result)


class _AccountMaker:
    """One entity's account in the making."""

    def __init__(self, dice: Dice, entity: Entity, index: int, keys: Iterator[int]) -> None:
        self._dice = dice
        self._entity = entity
        self._keys = keys
        self._digits = minor_unit_digits(entity.currency)
        self.account = CardAccount(
            entity_id=entity.entity_id,
            card_id=f"CARD-{entity.entity_id}",
            label=_BRANDS[index % len(_BRANDS)],
            currency=entity.currency,
            location_id=entity.location_ids[0],
        )
        self.holders = [self._holder(place) for place in range(6)]
        self.budgets = [self._budget(name) for name in _BUDGETS]
        self.cards = [self._card(holder) for holder in self.holders for _ in range(2)]
        self.transactions: list[CardTransaction] = []
        self.reimbursements: list[Reimbursement] = []

    def fill(self, settled: int) -> None:
        """Make so many settled transactions, what belongs to them, and some reimbursements."""
        planted = _planted(settled)
        for _ in range(settled - len(planted)):
            self._ordinary()
        for difference in planted:
            self._planted(difference)
        for _ in range(settled // 12):
            self.reimbursements.append(self._reimbursement())

    # People, budgets, cards

    def _holder(self, place: int) -> Cardholder:
        key = next(self._keys)
        first, last = self._dice.choice(_FIRST_NAMES), self._dice.choice(_LAST_NAMES)
        role = _ROLES[place] if place < len(_ROLES) else "MEMBER"
        email = f"card{key}@meridian.example"
        return Cardholder(key, self._entity.entity_id, first, last, email, role, is_retired=place == 5)  # noqa: PLR2004  # the last of six

    def _budget(self, name: str) -> Budget:
        limit = self._money(Decimal(5_000 + 5_000 * int(self._dice.share() * 10)))
        return Budget(
            key=next(self._keys),
            entity_id=self._entity.entity_id,
            name=f"{name} {self._entity.entity_id}",
            limit=limit,
            interval=self._dice.choice(("MONTHLY", "MONTHLY", "QUARTERLY", "YEARLY")),
            start_date=self._dice.first_day,
            is_retired=name == _BUDGETS[-1],
        )

    def _card(self, holder: Cardholder) -> Card:
        budget = self._dice.choice(self.budgets)
        kind = self._dice.choice(("PHYSICAL", "VIRTUAL"))
        return Card(
            key=next(self._keys),
            entity_id=self._entity.entity_id,
            holder_key=holder.key,
            budget_key=budget.key,
            name=f"{holder.first_name} {budget.name}",
            last_four=f"{self._dice.random.randrange(10_000):04d}",
            kind=kind,
            status="DELETED" if holder.is_retired else self._dice.choice(("ACTIVE", "ACTIVE", "ACTIVE", "FROZEN")),
            created_at=self._dice.instant(self._dice.first_day - timedelta(days=90), self._dice.first_day),
        )

    # Transactions

    def _ordinary(self) -> None:
        """A settled purchase that both systems have; now and then one taken back, refunded or refused."""
        dice, share = self._dice, self._dice.share()
        day = dice.day(dice.first_day, dice.last_bill_day)
        if share < _DECLINED_SHARE:
            self.transactions.append(replace(self._purchase(day), kind="DECLINE", is_complete=False))
        elif share < _DECLINED_SHARE + _REVERSED_SHARE:
            hold = replace(self._purchase(day), kind="AUTHORIZATION", is_complete=False)
            back = self._taken_back(hold, hold.occurred_at + timedelta(hours=1))
            self.transactions += [hold, replace(back, original_key=hold.key)]
        settled = self._settled(self._purchase(day))
        self.transactions.append(settled)
        refund_at = settled.occurred_at + timedelta(days=2)
        if dice.share() < _REFUND_SHARE and refund_at.date() <= dice.last_bill_day:
            self.transactions.append(replace(self._taken_back(settled, refund_at), original_key=settled.key))

    def _purchase(self, day: date) -> CardTransaction:
        dice = self._dice
        merchant, category, account_no = dice.choice(_MERCHANTS)
        currency, original_currency = self._entity.currency, self._entity.currency
        if dice.share() < _FOREIGN_SHARE:
            original_currency = dice.choice([c for c in ("USD", "EUR", "GBP", "JPY") if c != currency])
        dollars = Decimal(int(min(dice.random.lognormvariate(4.2, 1.0) + 3, 9_000) * 100)) / 100
        original = self._money(dollars / usd_rate(original_currency), minor_unit_digits(original_currency))
        rate = exchange_rate(original_currency, currency, day)
        charged = self._money(original * rate) or self._money(Decimal(1))
        fees = self._money(charged * _FEE) if original_currency != currency else self._money(Decimal(0))
        moment = dice.instant(day, day)
        return CardTransaction(
            key=next(self._keys),
            entity_id=self._entity.entity_id,
            kind="CLEAR",
            card_key=dice.choice(self.cards).key,
            merchant=merchant,
            merchant_category=category,
            currency=currency,
            lines=self._lines(charged + fees, account_no, merchant),
            fees=fees,
            original_amount=original,
            original_currency=original_currency,
            exchange_rate=rate,
            occurred_at=moment,
            modified_at=dice.later(moment),
            is_complete=True,
            has_receipt=True,
        )

    def _lines(self, total: Decimal, account_no: str, merchant: str) -> tuple[Line, ...]:
        """One line, or a split whose lines add up to the total exactly."""
        dice = self._dice
        first = Line(
            amount=total,
            account_no=account_no,
            department_id=dice.choice([row[0] for row in DEPARTMENTS]),
            location_id=self.account.location_id,
            class_id=dice.choice([row[0] for row in CLASSES]) if account_no == "6500" or dice.share() < 0.3 else "",  # noqa: PLR2004  # share of lines
            description=f"Card purchase at {merchant}",
        )
        parts = 2 + int(dice.share() * 3)
        piece = self._money(total / parts)
        if dice.share() >= _SPLIT_SHARE or not piece:
            return (first,)
        rest = total - piece * (parts - 1)
        departments = [row[0] for row in DEPARTMENTS]
        others = [
            replace(first, amount=piece, department_id=departments[n % len(departments)]) for n in range(1, parts)
        ]
        return (replace(first, amount=rest), *others)

    def _settled(self, purchase: CardTransaction) -> CardTransaction:
        """A settlement with its authorisation, synced by the vendor and present in Intacct."""
        before = purchase.occurred_at - timedelta(days=1)
        hold = replace(
            purchase, key=next(self._keys), kind="AUTHORIZATION", occurred_at=before, modified_at=before,
            is_complete=False, has_receipt=False,
        )  # fmt: skip
        self.transactions.append(hold)
        return replace(purchase, original_key=hold.key, in_intacct=True, sync_status="SYNCED")

    def _taken_back(self, purchase: CardTransaction, at: datetime) -> CardTransaction:
        """The same with the sign turned: a reversal of an authorisation, or a refund."""
        lines = tuple(replace(line, amount=-line.amount) for line in purchase.lines)
        return replace(
            purchase, key=next(self._keys), lines=lines, fees=-purchase.fees, occurred_at=at,
            original_amount=-purchase.original_amount, modified_at=max(at, purchase.modified_at),
        )  # fmt: skip

    def _planted(self, difference: str) -> None:
        settled = replace(self._settled(self._purchase(self._day_of(difference))), difference=difference)
        if difference in _NEVER_SYNCED:
            self.transactions.append(self._never_synced(settled))
            return
        match difference:
            case "says_synced":
                settled = replace(settled, in_intacct=False)
            case "manually_synced":
                settled = replace(settled, sync_status="MANUAL_SYNCED")
            case "posted_twice":
                self.transactions.append(_unknown_to_the_platform(replace(settled, key=next(self._keys))))
            case "only_in_intacct":
                self.transactions.pop()  # the authorisation: the platform knows nothing of it
                settled = _unknown_to_the_platform(settled)
            case _:
                settled = self._differing(settled)
        self.transactions.append(settled)

    def _never_synced(self, settled: CardTransaction) -> CardTransaction:
        """A settlement that only the platform has."""
        unsynced = replace(settled, in_intacct=False, sync_status="NOT_SYNCED")
        match settled.difference:
            case "completed_yesterday":
                return replace(unsynced, modified_at=self._dice.late_yesterday(), sync_status="PENDING")
            case "incomplete":
                return replace(unsynced, is_complete=False, has_receipt=False)
            case "sync_error":
                message = "Department is required on the offset account of the credit card."
                return replace(unsynced, sync_status="ERROR", sync_message=message)
        return unsynced

    def _differing(self, settled: CardTransaction) -> CardTransaction:
        """A settlement of which Intacct's copy has other lines."""
        first, others = settled.lines[0], settled.lines[1:]
        if settled.difference == "relocated":
            coded = tuple(replace(line, location_id=self._entity.location_ids[-1]) for line in settled.lines)
            return replace(settled, lines=coded, intacct_changes={"lines": settled.lines})
        if settled.difference == "recoded":
            other = next(row[0] for row in DEPARTMENTS if row[0] != first.department_id)
            lines = (replace(first, department_id=other), *others)
            edited_at = settled.modified_at + timedelta(hours=2)
            return replace(settled, intacct_changes={"lines": lines, "modified_at": edited_at})
        changed = replace(first, amount=first.amount + self._money(Decimal(1)))
        return replace(settled, intacct_changes={"lines": (changed, *others)})

    def _day_of(self, difference: str) -> date:
        dice = self._dice
        if difference == "completed_yesterday":
            return dice.today - timedelta(days=4)
        if difference == "missed_window":
            return dice.day(dice.today - timedelta(days=_OPTION_DAYS - 1), dice.today - timedelta(days=_AUTO_DAYS + 2))
        if difference == "older_than_60_days":
            return dice.day(dice.first_day, dice.today - timedelta(days=_OPTION_DAYS + 2))
        return dice.day(dice.first_day, dice.last_bill_day)

    def _reimbursement(self) -> Reimbursement:
        dice = self._dice
        purchase = self._purchase(dice.day(dice.first_day, dice.last_bill_day))
        is_mileage = dice.share() < 0.3  # noqa: PLR2004  # share of reimbursements
        occurred = purchase.occurred_at.date()
        return Reimbursement(
            key=purchase.key,
            entity_id=self._entity.entity_id,
            holder_key=dice.choice(self.holders).key,
            budget_key=dice.choice(self.budgets).key,
            kind="MILEAGE" if is_mileage else "OUT_OF_POCKET",
            status=dice.choice(("PAID", "PAID", "PAID", "APPROVED", "READY_TO_PAY", "AWAITING_TIER2_APPROVAL")),
            merchant="" if is_mileage else purchase.merchant,
            note="Client visit" if is_mileage else "Paid by own card",
            amount=purchase.total,
            currency=self._entity.currency,
            occurred_date=occurred,
            submitted_at=datetime.combine(occurred + timedelta(days=1), time(9), purchase.occurred_at.tzinfo),
            line=replace(purchase.lines[0], amount=purchase.total),
        )

    def _money(self, amount: Decimal, digits: int | None = None) -> Decimal:
        """Rounded down to the minor unit of the account's currency, or to so many digits."""
        places = self._digits if digits is None else digits
        return Decimal(int(amount.scaleb(places))).scaleb(-places)


def _unknown_to_the_platform(settled: CardTransaction) -> CardTransaction:
    return replace(settled, in_spend=False, sync_status="", original_key=None)


def _planted(settled: int) -> list[str]:
    """The differences to plant among so many settled transactions: every kind once if there is room for all."""
    if settled < 2 * len(DIFFERENCES):
        return list(DIFFERENCES)[: settled // 2]
    return [name for name, share in DIFFERENCES.items() for _ in range(max(1, round(settled * share)))]
