"""Writing expense reports to the Intacct twin: what is taken, what it does to the ledger, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from intacct_books import Books, numbers, status, texts

from intacct_pipelines.sandbox.expense_business import EMPLOYEE_PAYABLE_ACCOUNT

PERSON = "<contact><contactname>Ann</contactname><printas>Ann</printas></contact>"
EMPLOYEE = (
    "<create_employee><employeeid>E-1</employeeid><status>active</status>"
    f"<personalinfo>{PERSON}</personalinfo><contactlist/></create_employee>"
)
DAY = "<year>2026</year><month>02</month><day>{}</day>"


def report(*, employee: str = "E-1", day: str = "10", more: str = "", account: str = "6700", tail: str = "") -> str:
    """A report of one line; ``more`` comes before its lines, ``tail`` into the line."""
    return (
        f"<create_expensereport><employeeid>{employee}</employeeid><datecreated>{DAY.format(day)}</datecreated>"
        f"<expensereportno>R-1</expensereportno><description>SPEND:r1 key</description>{more}<expenses><expense>"
        f"<glaccountno>{account}</glaccountno><amount>42.10</amount><expensedate>{DAY.format('09')}</expensedate>"
        f"<memo>Taxi</memo><locationid>100-A</locationid>{tail}</expense></expenses></create_expensereport>"
    )


@pytest.fixture
def books() -> Books:
    """Books with one employee."""
    made = Books()
    hired = made.result(EMPLOYEE.replace("<contactlist/>", ""), entity_id="100")
    assert status(hired) == "success", texts(hired)
    return made


def test_a_report_is_owed_to_the_employee_and_balances(books: Books) -> None:
    """Its lines are debited, the employee's payable is credited; it comes back with number, mark and totals."""
    result = books.result(report(), entity_id="100")
    assert status(result) == "success", texts(result)
    (row,) = books.twin.records("EEXPENSES")
    told = ("RECORDID", "EMPLOYEEID", "CONTACTNAME", "DESCRIPTION", "STATE", "TRX_TOTALDUE", "CURRENCY", "WHENPOSTED")
    assert [row[name] for name in told] == [
        "R-1", "E-1", "Ann", "SPEND:r1 key", "Posted", "42.10", "USD", "02/10/2026",
    ]  # fmt: skip
    assert books.twin.ledger.balances() == {
        ("100", "USD", "6700"): Decimal("42.10"),
        ("100", "USD", EMPLOYEE_PAYABLE_ACCOUNT): Decimal("-42.10"),
    }
    assert books.balanced()


def test_the_elements_of_a_report_have_no_order(books: Books) -> None:
    """The schema lets them stand as they like, each once; those of a line have one."""
    moved = report().replace("<employeeid>E-1</employeeid>", "", 1)
    moved = moved.replace("</create_expensereport>", "<employeeid>E-1</employeeid></create_expensereport>")
    assert status(books.result(moved, entity_id="100")) == "success"


@pytest.mark.parametrize(
    ("function", "number"),
    [
        (report(employee="E-9"), "SANDBOX-EMPLOYEE"),
        (report(account="9999"), "SANDBOX-ACCOUNT"),
        (report(account="6800"), "SANDBOX-DIMENSION"),
        (report(more="<currency>EUR</currency>"), "SANDBOX-CURRENCY"),
        (report(more="<state>Draft</state>"), "SANDBOX-NOT-OFFERED"),
        (report().replace("<month>02</month><day>10", "<month>01</month><day>10"), "SANDBOX-CLOSED-PERIOD"),
    ],
)
def test_a_report_that_breaks_a_rule_is_refused_and_nothing_is_written(
    books: Books, function: str, number: str
) -> None:
    """Employee, account, dimensions, currency and closed books are looked at as for every document."""
    assert numbers(books.result(function, entity_id="100"))[0] == number
    assert list(books.twin.records("EEXPENSES")) == []
