"""Period tie-outs over the sandbox's books: green where they are right, and the culprit named where they are not."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from close_cases import USD, Company, assert_items_are_the_difference, failing, posting_day
from lxml import etree
from psycopg.conninfo import conninfo_to_dict

from intacct_pipelines.clients.intacct.functions import Function, create
from intacct_pipelines.defs.close import close
from intacct_pipelines.domain.close import TIE_OUTS, ClosePolicy, Period
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.warehouse.close import Outcome, read_outcome, take

CONTROL, RECEIVABLE, BANK, CARD, SUPPLIES = "2000", "1200", "1000", "2100", "6100"


@pytest.fixture(scope="module")
def large(make_database: Callable[..., str], migrated_template: str) -> Company:
    """A company of some size that the tests of this module only read."""
    return Company(make_database(migrated_template), bills=400)


@pytest.fixture(scope="module")
def stored(make_database: Callable[..., str], migrated_template: str) -> str:
    """The name of a database into which a small company was read, to be copied for each test."""
    dsn = make_database(migrated_template)
    Company(dsn)
    return str(conninfo_to_dict(dsn)["dbname"])


@pytest.fixture
def company(make_database: Callable[..., str], stored: str) -> Company:
    """The small company anew, as read."""
    return Company(make_database(stored), is_stored=True)


def test_every_month_of_the_sandboxs_books_ties(large: Company):
    """Each tie-out of each month, in each currency, whatever was paid, voided, credited or applied meanwhile."""
    seen: dict[str, set[str]] = defaultdict(set)
    for month in large.months():
        outcome = large.take(month)
        assert failing(outcome) == {}
        assert [item for item in outcome.items if item.tie_out in TIE_OUTS] == []
        for figure in outcome.figures:
            if figure.expected or figure.expected_base or figure.tie_out == "trial_balance":
                seen[figure.tie_out].add(figure.currency)
    assert set(seen) == {name for name in TIE_OUTS if name != "platform_payables"}
    assert len(seen["ap_control"]) > 1
    assert len(seen["ar_control"]) > 1
    states = {row["STATE"] for row in large.twin.records("APPYMT")} | {
        row["STATE"] for row in large.twin.records("ARPYMT")
    }
    assert {"Voided", "Reversed"} <= states


def test_both_sides_are_the_ledgers_own_balances(large: Company):
    """What a control account holds is told from the ledger of the source itself, by currency, in base as well."""
    month = large.busy_month()
    last_day = Period(large.entity, month).last_day
    balances: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for posting in large.twin.ledger.postings():
        for line in posting.lines if posting_day(posting) <= last_day else ():
            sums = balances[line.account_no, posting.currency]
            sums[0] += line.trx_amount * line.side
            sums[1] += line.base_amount * line.side
    outcome = large.take(month)
    for name, account, sign in (("ap_control", CONTROL, -1), ("ar_control", RECEIVABLE, 1), ("card_account", CARD, -1)):
        found = {one.currency: [one.actual, one.actual_base] for one in outcome.figures if one.tie_out == name}
        expected = {
            currency: [trx * sign, base * sign]
            for (number, currency), (trx, base) in balances.items()
            if number == account
        }
        assert {currency: pair for currency, pair in found.items() if any(pair)} == {
            currency: pair for currency, pair in expected.items() if any(pair)
        }
        assert {one.account_no for one in outcome.figures if one.tie_out == name} == {account}


def test_the_ageing_has_every_open_document_by_its_days(large: Company):
    """The buckets of a month's end add up to the ageing's figure, and hold more than one age."""
    outcome = large.take(large.months()[-3])
    for name in ("ap_ageing", "ar_ageing"):
        for figure in outcome.figures:
            if figure.tie_out == name:
                aged = [one for one in outcome.ageing if (one.tie_out, one.currency) == (name, figure.currency)]
                assert sum(one.amount for one in aged) == figure.actual
                assert sum(one.amount_base for one in aged) == figure.actual_base
        assert len({one.bucket for one in outcome.ageing if one.tie_out == name}) > 2


def test_a_posting_straight_to_the_control_account_is_the_culprit(company: Company):
    """A journal entry that no bill is behind: the payables' tie-out alone fails, by its amount, and names the entry."""
    month = company.busy_month()
    posting = company.post(month + timedelta(days=9), SUPPLIES, CONTROL, "123.45")
    company.sync()
    outcome = company.take(month)
    found = failing(outcome)
    assert list(found) == ["ap_control"]
    (figure,) = found["ap_control"]
    assert (figure.account_no, figure.currency, figure.difference) == (CONTROL, USD, Decimal("123.45"))
    assert figure.difference_base == Decimal("123.45")
    (item,) = outcome.items
    assert (item.tie_out, item.side, item.table_name, item.record_no) == (
        "ap_control",
        "actual",
        "journal_entry",
        posting.number,
    )
    assert (item.amount, item.day, item.document_no, item.party_id) == (
        Decimal("123.45"),
        month + timedelta(days=9),
        None,
        None,
    )
    assert failing(company.take(_before(month))) == {}


def test_a_posting_without_its_bill_is_the_culprit(company: Company):
    """A bill that fell out of the subledger, still in the ledger: the payables' tie-out alone fails, and names it."""
    month, number, fields = _unpaid(company)
    company.twin.plant("APBILL", number, STATE="Draft", WHENMODIFIED=_now(company))
    company.sync()
    outcome = company.take(month)
    found = failing(outcome)
    assert list(found) == ["ap_control"]
    (figure,) = found["ap_control"]
    assert figure.difference == Decimal(fields["TRX_TOTALENTERED"])
    (item,) = outcome.items
    assert (item.side, item.document_no, item.party_id) == ("actual", fields["RECORDID"], fields["VENDORID"])
    assert item.amount == figure.difference
    assert_items_are_the_difference(outcome)


def test_what_a_header_says_is_open_against_what_was_settled(company: Company):
    """A paid total that no payment explains: the ageing alone fails, at that bill."""
    month, number, fields = _unpaid(company)
    due = Decimal(fields["TRX_TOTALDUE"]) - 7
    company.twin.plant("APBILL", number, TRX_TOTALDUE=str(due), TOTALDUE=str(due), WHENMODIFIED=_now(company))
    company.sync()
    outcome = company.take(month)
    found = failing(outcome)
    assert list(found) == ["ap_ageing"]
    assert found["ap_ageing"][0].difference == Decimal(-7)
    assert {(item.side, item.table_name, item.record_no) for item in outcome.items} == {
        ("expected", "ap_bill", number),
        ("actual", "ap_bill", number),
    }
    assert_items_are_the_difference(outcome)


def test_a_payment_that_the_ledger_lost_fails_payables_and_its_bank(company: Company):
    """The documents say that money left; the ledger does not: both accounts differ by it, and both name the payment."""
    payment = next(
        row for row in company.twin.records("APPYMT")
        if row["STATE"] == "Posted" and row["CURRENCY"] == USD and Decimal(row["TRX_TOTALENTERED"])
    )  # fmt: skip
    ledger = company.twin.ledger
    (posting,) = [one for one in ledger.postings() if one.document == ("APPYMT", int(payment["RECORDNO"]))]
    ledger.remove(posting)
    company.sync()
    outcome = company.take(posting_day(posting).replace(day=1))
    found = failing(outcome)
    assert list(found) == ["ap_control", "bank_account"]
    amount = Decimal(payment["TRX_TOTALENTERED"])
    assert [figure.difference for figures in found.values() for figure in figures] == [amount, amount]
    assert {(item.tie_out, item.side, item.table_name, item.record_no) for item in outcome.items} == {
        ("ap_control", "expected", "ap_payment", int(payment["RECORDNO"])),
        ("bank_account", "expected", "ap_payment", int(payment["RECORDNO"])),
    }


def test_a_voided_payment_is_owed_again_from_the_day_of_its_void(company: Company):
    """Between payment and void the bill is settled, afterwards it is open, as the ledger has it."""
    month, number, fields = _unpaid(company)
    company.close_books(None)
    paid_on, voided_on = Period(company.entity, month).last_day, _after(month) + timedelta(days=20)
    company.twin.pay_bill(number, Decimal(fields["TRX_TOTALDUE"]), f"{paid_on:%m/%d/%Y}")
    payment = max(int(row["RECORDNO"]) for row in company.twin.records("APPYMT"))
    company.twin.void_payment(payment, f"{voided_on:%m/%d/%Y}")
    company.sync()
    between, afterwards = company.take(month), company.take(_after(month))
    assert failing(between) == failing(afterwards) == {}
    with company.world.systems() as systems, systems.warehouse.transaction() as connection:
        rows = connection.execute(
            "SELECT day, trx FROM marts.payable_movement(%s, now()) "
            "WHERE record_no = %s AND table_name = 'ap_bill' ORDER BY settled_by NULLS FIRST, day",
            [str(company.entity), number],
        ).fetchall()
    total = Decimal(fields["TRX_TOTALENTERED"])
    assert [row[1] for row in rows] == [total, -total, total]
    assert [row[0] for row in rows[1:]] == [paid_on, voided_on]


def test_a_bill_of_the_top_level_stands_in_the_books_of_its_lines(company: Company):
    """S-CFG-20: its location decides the entity; the entity's control account ties with it."""
    model = company.twin.bills()[0]
    line = next(line for bill in company.twin.bills() for line in bill.lines if line["ACCOUNTNO"] == SUPPLIES)
    contact = {"DISPLAYCONTACT.PRINTAS": "Of the top level"}
    company.twin.write("VENDOR", VENDORID="TOP-1", NAME="Of the top level", **contact)
    day = company.world.sandbox.clock.now().date()
    before = company.take(day.replace(day=1))
    company.twin.create_bill(
        "",
        [{"ACCOUNTNO": SUPPLIES, "TRX_AMOUNT": "77.00", "LOCATIONID": line["LOCATIONID"]}],
        VENDORID="TOP-1",
        RECORDID="TOP-BILL",
        WHENCREATED=f"{day:%m/%d/%Y}",
        WHENDUE=f"{day:%m/%d/%Y}",
        CURRENCY=model.fields["BASECURR"],
    )
    company.sync()
    after = company.take(day.replace(day=1))
    assert failing(before) == failing(after) == {}
    change = {
        name: sum(one.expected_base or 0 for one in outcome.figures if one.tie_out == "ap_control")
        for name, outcome in (("before", before), ("after", after))
    }
    assert change["after"] - change["before"] == Decimal("77.00")


def test_a_bill_paid_by_card_is_owed_to_the_card(company: Company):
    """A payment drawn on a card account leaves no bank: payables fall, and the card's account grows by it."""
    month, number, fields = _unpaid(company)
    company.close_books(None)
    before = company.take(month)
    card = company.twin.records("CREDITCARD")[0]["CARDID"]
    payment = {
        "FINANCIALENTITY": card,
        "PAYMENTMETHOD": "Credit Card",
        "VENDORID": fields["VENDORID"],
        "PAYMENTDATE": Period(company.entity, month).last_day,
        "CURRENCY": USD,
        "APPYMTDETAILS": {"APPYMTDETAIL": {"RECORDKEY": number, "TRX_PAYMENTAMOUNT": Decimal(fields["TRX_TOTALDUE"])}},
    }
    company.write(create("by-card", "APPYMT", payment))
    company.sync()
    after = company.take(month)
    assert failing(after) == {}
    amount = Decimal(fields["TRX_TOTALDUE"])
    for name, moved in (("ap_control", -amount), ("card_account", amount), ("bank_account", Decimal(0))):
        sums = [
            sum(one.expected or 0 for one in outcome.figures if (one.tie_out, one.currency) == (name, USD))
            for outcome in (before, after)
        ]
        assert sums[1] - sums[0] == moved, name


def test_a_bill_is_owed_from_its_posting_date(company: Company):
    """A bill of this month that is posted into the next one is not owed at this month's end."""
    month, _, fields = _unpaid(company)
    company.close_books(None)
    model = next(bill for bill in company.twin.bills() if bill.fields["RECORDID"] == fields["RECORDID"])
    names = ("ACCOUNTNO", "LOCATIONID", "DEPARTMENTID", "CLASSID")
    line = {name: model.lines[0][name] for name in names if model.lines[0][name]}
    dates = {"WHENCREATED": month + timedelta(days=9), "WHENPOSTED": _after(month), "WHENDUE": _after(month)}
    company.twin.create_bill(
        company.entity.entity_id,
        [{**line, "TRX_AMOUNT": "31.00"}],
        VENDORID=fields["VENDORID"],
        RECORDID="POSTED-LATER",
        CURRENCY=USD,
        **{name: f"{day:%m/%d/%Y}" for name, day in dates.items()},
    )
    before = [_owed(company.take(one)) for one in (month, _after(month))]
    company.sync()
    outcomes = [company.take(one) for one in (month, _after(month))]
    assert [failing(one) for one in outcomes] == [{}, {}]
    assert [_owed(one) - owed for one, owed in zip(outcomes, before, strict=True)] == [0, 31]


def test_a_credit_that_is_used_leaves_what_is_owed_as_it_was(company: Company):
    """S-VCR-03: it lowers the bill and is used up itself; the ledger has no posting for it."""
    month, number, fields = _unpaid(company)
    company.close_books(None)
    line = next(bill for bill in company.twin.bills() if bill.record_no == number).lines[0]
    places = (("LOCATIONID", "locationid"), ("DEPARTMENTID", "departmentid"), ("CLASSID", "classid"))
    coding = "".join(f"<{tag}>{line[name]}</{tag}>" for name, tag in places if line[name])
    day = Period(company.entity, month).last_day
    credit = (
        f"<create_apadjustment><vendorid>{fields['VENDORID']}</vendorid><datecreated><year>{day:%Y}</year>"
        f"<month>{day:%m}</month><day>{day:%d}</day></datecreated><adjustmentno>CREDIT-1</adjustmentno>"
        "<action>Submit</action><basecurr>USD</basecurr><currency>USD</currency>"
        "<exchratetype>Intacct Daily Rate</exchratetype><apadjustmentitems><lineitem>"
        f"<glaccountno>{line['ACCOUNTNO']}</glaccountno><amount>-5.00</amount><memo>Returned</memo>{coding}</lineitem>"
        "</apadjustmentitems></create_apadjustment>"
    )
    company.write(Function("credit", etree.fromstring(credit)))
    adjustment = max(int(row["RECORDNO"]) for row in company.twin.records("APADJUSTMENT"))
    company.sync()
    before = company.take(month)
    use = {"RECORDKEY": number, "ADJUSTMENTKEY": adjustment, "TRX_ADJUSTMENTAMOUNT": Decimal("5.00")}
    header = {"VENDORID": fields["VENDORID"], "PAYMENTDATE": day, "CURRENCY": USD}
    company.write(create("use", "APPYMT", {**header, "APPYMTDETAILS": {"APPYMTDETAIL": [use]}}))
    company.sync()
    after = company.take(month)
    assert failing(before) == failing(after) == {}
    assert _owed(before) == _owed(after)
    documents = [
        sum(one.documents for one in outcome.ageing if one.tie_out == "ap_ageing") for outcome in (before, after)
    ]
    assert documents[0] - documents[1] == 1  # the credit is used up


def test_the_top_level_has_only_what_belongs_to_no_entity(company: Company):
    """Its session sees every entity's documents and postings (ADR 9); none of them is in its own books."""
    top = EntityKey(company.entity.company_id)
    company.sync(top)
    outcome = company.take(company.busy_month(), entity=top)
    assert failing(outcome) == {}
    assert [one for one in outcome.figures if one.actual or one.expected] == []


def test_parts_in_base_currency_leave_nothing_over(company: Company):
    """Thirds of a document at its rate, and the last part all that is left: together its base amount."""
    with company.world.systems() as systems, systems.warehouse.transaction() as connection:
        parts = [
            connection.execute("SELECT marts.part_in_base(%s, 100, 7.35, 0.0734, %s)", [so_far, currency]).fetchone()
            for so_far, currency in ((Decimal("33.33"), USD), (Decimal("33.33"), "JPY"), (100, USD), (0, USD))
        ]
    assert parts == [(Decimal("2.45"),), (Decimal(2),), (Decimal("7.35"),), (0,)]


def test_open_books_are_provisional_and_the_first_closed_result_is_frozen(company: Company):
    """S-CFG-23: the entity's own close day decides; books that were seen open again freeze anew."""
    month = company.busy_month()
    company.close_books(None)
    assert company.take(month).status == "provisional"
    company.close_books(month)
    frozen = company.take(month, "first")
    again = company.take(month)
    assert (frozen.status, frozen.frozen_run_id, frozen.frozen_at) == ("frozen", "first", frozen.taken_at)
    assert (again.status, again.frozen_run_id, again.frozen_at) == ("closed", "first", frozen.taken_at)
    assert again.changes == ()
    assert again.figures == frozen.figures
    assert company.take(_after(month)).status == "provisional"
    company.close_books(None)
    opened = company.take(month)
    assert (opened.status, opened.frozen_run_id) == ("provisional", "first")
    company.close_books(month)
    assert company.take(month, "second").status == "frozen"
    with company.world.systems() as systems:
        kept = read_outcome(systems.warehouse, Period(company.entity, month), "first")
    assert kept == frozen


def test_a_late_change_into_a_closed_month_is_named_with_amounts_and_who(company: Company):
    """A bill made dearer and a journal entry after the books were closed: what was, what is, by whom, nothing else."""
    month, number, fields = _unpaid(company)
    company.close_books(month)
    frozen = company.take(month)
    company.close_books(None)
    line = company.twin.bill(number).lines[0]
    dearer = {"LINE_NO": line["LINE_NO"], "TRX_AMOUNT": str(Decimal(line["TRX_AMOUNT"]) + 50)}
    company.twin.edit_bill(
        number, lines=[dearer, *({"LINE_NO": one["LINE_NO"]} for one in company.twin.bill(number).lines[1:])]
    )
    late = company.post(month + timedelta(days=3), SUPPLIES, BANK, "9.00")
    company.close_books(month)
    outcome = company.take(month)
    assert outcome.status == "closed"
    assert failing(outcome) == {}
    total = Decimal(fields["TRX_TOTALENTERED"])
    bills = [one for one in outcome.changes if one.table_name == "ap_bill"]
    assert [(one.tie_out, one.side, one.record_no, one.amount_before, one.amount_now) for one in bills] == [
        ("ap_control", "expected", number, total, total + 50)
    ]
    assert bills[0].changed_by == company.world.sandbox.business.user_id
    assert bills[0].changed_at is not None
    assert bills[0].changed_at > frozen.taken_at - timedelta(days=1)
    in_ledger = [one for one in outcome.changes if (one.tie_out, one.side) == ("ap_control", "actual")]
    assert [(one.document_no, one.amount_now - one.amount_before, one.changed_by) for one in in_ledger] == [
        (fields["RECORDID"], Decimal(50), bills[0].changed_by)
    ]
    of_bank = [one for one in outcome.changes if one.tie_out == "bank_account"]
    assert {(one.side, one.record_no, one.amount_before, one.amount_now) for one in of_bank} == {
        ("expected", late.number, Decimal(0), Decimal(-9)),
        ("actual", late.number, Decimal(0), Decimal(-9)),
    }
    booked = [one for one in outcome.changes if one.tie_out == "trial_balance"]
    by_account: dict[str | None, Decimal] = defaultdict(Decimal)
    for one in booked:
        by_account[one.coded_to] += one.base_now - one.base_before
    expected = {CONTROL: Decimal(-50), BANK: Decimal(-9)}
    assert {account: by_account[account] for account in expected} == expected
    assert sum(by_account.values()) == 0
    assert_changes_are_the_drift(frozen, outcome)


def test_what_is_taken_out_of_a_closed_month_is_a_change_too(company: Company):
    """A deleted bill: its amount before, nothing now."""
    month, number, fields = _unpaid(company)
    company.close_books(month)
    frozen = company.take(month)
    company.close_books(None)
    company.twin.delete_bill(number)
    company.close_books(month)
    outcome = company.take(month)
    (gone,) = [one for one in outcome.changes if one.table_name == "ap_bill"]
    assert (gone.record_no, gone.amount_before, gone.amount_now) == (number, Decimal(fields["TRX_TOTALENTERED"]), 0)
    assert gone.changed_by == company.world.sandbox.business.user_id
    assert_changes_are_the_drift(frozen, outcome)


def test_what_happens_after_the_month_is_no_change_of_it(company: Company):
    """A bill of the next month, and the payment then of one of this month, leave the closed month as it was."""
    month, number, fields = _unpaid(company)
    company.close_books(month)
    frozen = company.take(month)
    later = _after(month) + timedelta(days=10)
    company.twin.pay_bill(number, Decimal(fields["TRX_TOTALDUE"]), f"{later:%m/%d/%Y}")
    company.post(later, SUPPLIES, BANK, "1.00")
    company.sync()
    outcome = company.take(month)
    assert outcome.changes == ()
    assert outcome.figures == frozen.figures
    assert failing(outcome) == {}


@pytest.mark.parametrize("seed", range(6))
def test_items_add_up_to_the_difference_whatever_is_wrong(large: Company, seed: int):
    """Random damage to ledger, bills, payments and receipts: of each figure the items are exactly the difference."""
    dice = random.Random(seed)  # noqa: S311 - a simulation
    month = dice.choice(large.months()[4:])
    period = Period(large.entity, month)
    with large.world.systems() as systems:
        warehouse = systems.warehouse
        try:
            with warehouse.transaction() as connection:
                for table, column, key in _DAMAGED:
                    _damage(connection, large, table, column, key, dice)
            outcome = take(warehouse, period, ClosePolicy(accounts={"payables": (CONTROL,)}), f"damaged-{seed}")
        finally:
            with warehouse.transaction() as connection:
                for table, column, key in _DAMAGED:
                    _mend(connection, table, column, key)
    assert len(failing(outcome)) > 3
    assert_items_are_the_difference(outcome)
    assert failing(large.take(month)) == {}


def test_control_accounts_and_tolerance_are_the_companys_word(company: Company):
    """A named account replaces what the postings tell; a difference within the tolerance ties."""
    month = company.busy_month()
    period = Period(company.entity, month)
    company.post(month, SUPPLIES, CONTROL, "0.01")
    company.sync()
    with company.world.systems() as systems:
        warehouse = systems.warehouse
        assert list(failing(take(warehouse, period, ClosePolicy(), "exact"))) == ["ap_control"]
        assert failing(take(warehouse, period, ClosePolicy(tolerance={USD: Decimal("0.01")}), "tolerant")) == {}
        named = take(warehouse, period, ClosePolicy(accounts={"payables": ("2200",)}), "named")
    assert {one.account_no for one in named.figures if one.tie_out == "ap_control"} == {"2200"}
    assert list(failing(named)) == ["ap_control"]


def test_an_entity_that_was_never_read_says_so(company: Company):
    """Nothing ties to nothing: without data there is no result."""
    nobody = Period(EntityKey(company.entity.company_id, "999"), date(2026, 1, 1))
    with company.world.systems() as systems, pytest.raises(ConfigurationError, match="was never read"):
        close(systems, nobody, "run")


_DAMAGED = (
    ("gl_detail", "trx_credit_amount", "record_no"),
    ("gl_detail", "debit_amount", "record_no"),
    ("ap_bill_line", "trx_amount", "record_no"),
    ("ap_payment_detail", "trx_payment_amount", "record_no"),
    ("ar_invoice_line", "amount", "record_no"),
    ("ar_payment_detail", "trx_payment_amount", "record_no"),
    ("card_transaction_line", "trx_amount", "record_no"),
    ("journal_entry_line", "amount", "record_no"),
)


def _damage(
    connection: psycopg.Connection, company: Company, table: str, column: str, key: str, dice: random.Random
) -> None:
    """Change the column in some rows, and keep what it was."""
    keys = [
        row[0]
        for row in connection.execute(
            f"SELECT {key} FROM intacct.{table} WHERE entity = %s AND {column} <> 0 ORDER BY 1".encode(),  # noqa: S608 - ours
            [str(company.entity)],
        ).fetchall()
    ]
    chosen = dice.sample(keys, 5)
    connection.execute(
        f"CREATE TABLE damaged_{table}_{column} AS SELECT {key}, {column} FROM intacct.{table} "  # noqa: S608 - ours
        f"WHERE {key} = ANY (%s)".encode(),
        [chosen],
    )
    for number in chosen:
        connection.execute(
            f"UPDATE intacct.{table} SET {column} = {column} + %s WHERE {key} = %s".encode(),  # noqa: S608 - ours
            [Decimal(dice.randrange(-9999, 9999)) / 100, number],
        )


def _mend(connection: psycopg.Connection, table: str, column: str, key: str) -> None:
    connection.execute(
        f"UPDATE intacct.{table} AS t SET {column} = d.{column} FROM damaged_{table}_{column} AS d "  # noqa: S608 - ours
        f"WHERE t.{key} = d.{key}".encode()
    )
    connection.execute(f"DROP TABLE damaged_{table}_{column}".encode())


def assert_changes_are_the_drift(frozen: Outcome, outcome: Outcome) -> None:
    """For each side the changes add up to how its figure moved since it was frozen."""
    for name in ("ap_control", "ar_control", "card_account", "bank_account"):
        for side in ("expected", "actual"):
            moved: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
            for sign, figures in ((1, outcome.figures), (-1, frozen.figures)):
                for figure in figures:
                    if figure.tie_out == name:
                        moved[figure.account_no, figure.currency] += sign * getattr(figure, side)
            changed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
            for one in outcome.changes:
                if (one.tie_out, one.side) == (name, side):
                    changed[one.account_no, one.currency] += one.amount_now - one.amount_before
            assert {place: sum_ for place, sum_ in moved.items() if sum_} == {
                place: sum_ for place, sum_ in changed.items() if sum_
            }


def _owed(outcome: Outcome) -> Decimal:
    """What is owed to vendors in dollars, by documents."""
    return sum(
        (one.expected or Decimal(0) for one in outcome.figures if (one.tie_out, one.currency) == ("ap_control", USD)),
        Decimal(0),
    )


def _unpaid(company: Company) -> tuple[date, int, dict[str, str]]:
    """A month whose next one is over too, with one of its unpaid bills in dollars."""
    for month in reversed(company.months()[:-2]):
        for number, fields in company.unpaid_bills(month):
            return month, number, fields
    raise LookupError


def _after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _now(company: Company) -> str:
    return company.world.sandbox.clock.now().strftime("%m/%d/%Y %H:%M:%S")
