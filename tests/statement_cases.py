"""A card account with one statement that is over: its charges on both sides, its bank, and a plan of its payment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from card_cases import CARD, CardCase, card_link
from push_cards import books
from reconcile_cases import NOW

from intacct_pipelines.domain.link import Entries, StatementPayments
from intacct_pipelines.push.plan import build_plan
from intacct_pipelines.push.sources import rows_of

OBJECT = "card_statement_payment"
BEHIND, BANK = "2100", "1000"
LAST, DRAWN = date(2026, 2, 28), date(2026, 3, 10)
FEBRUARY = f"{CARD}-20260201-20260228"
MARCH = f"{CARD}-20260301-20260331"


def statement_link(policy=None, *, days=10, since=LAST, entries=None, **more):
    """A platform account that enters the payments of statements that close from the end of February on."""
    entered = {"journal": "GJ", "bank": BANK, "location": "L1", **(entries or {})}
    return card_link(
        {"offset_account": BEHIND, **(policy or {})},
        statement_payments=StatementPayments(since, days),
        entries=Entries(**entered),
        also_pushed=frozenset({OBJECT}),
        **more,
    )


def statement_case(link=None, *amounts):
    """The accounts, a bank, and charges of February that both sides have: 20.00 and 10.00 if none are given."""
    case = books(CardCase(link=link or statement_link()))
    case.add("intacct.gl_account", record_no=3, account_no=BEHIND, status="active")
    case.add("intacct.gl_account", record_no=4, account_no=BANK, status="active")
    case.add("intacct.checking_account", record_no=1, bank_account_id="OPERATING", account_no=BANK, location_id="L1")
    for number, amount in enumerate(amounts or ("20.00", "10.00"), start=1):
        both(case, number, amount)
    return case


def both(case, number, amount="20.00", day=10, booked=None, **more):
    """A charge of a day in February, and Intacct's record of it."""
    shop = f"Shop {number}"
    when = datetime(2026, 2, day, 15, tzinfo=UTC)
    case.charge(f"t{number}", amount, **{"occurred_at": when, "merchant_name": shop, **more})
    case.booked(100 + number, booked or amount, transaction_date=when.date(), description=f"SPEND:t{number} {shop}")


def drawn(batch_no=900, amount="30.00", **changes):
    """A line of the ledger on the account behind the card; a positive amount is a debit, as a payment makes one."""
    size, side = abs(Decimal(amount)), "debit" if Decimal(amount) > 0 else "credit"
    row = {
        "record_no": batch_no * 10,
        "batch_no": batch_no,
        "batch_title": "By hand",
        "batch_reference_no": None,
        "journal": "GJ",
        "book": "ACCRUAL",
        "module_key": "2.GL",
        "entry_date": DRAWN,
        "entry_state": "P",
        "account_no": BEHIND,
        "currency": "USD",
        f"trx_{side}_amount": size,
    }
    return row | changes


def plan_payments(case, *, objects=(OBJECT,), now=NOW, posted=(), quarantined=(), in_hand=(), **more):
    """A plan of the payments of statements; each has the revision ``r1``."""
    pairs = rows_of(case.reconcile("card_transaction", NOW).matches)
    return build_plan(
        case.link,
        case.rows,
        pairs,
        revisions={(OBJECT, one): "r1" for one in (FEBRUARY, MARCH)},
        now=now,
        objects=objects,
        posted=posted,
        quarantined=quarantined,
        in_hand=in_hand,
        **{"closed_through": None, **more},
    )


def held(case, **more):
    """The one hold of a plan, which sends nothing."""
    plan = plan_payments(case, **more)
    assert plan.items == ()
    (hold,) = plan.holds
    assert hold.object_name == OBJECT
    assert hold.remedy.endswith(".")
    return hold
