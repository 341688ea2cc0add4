"""Posted bills of the Intacct twin are coded anew, paid or not: amounts and payments stay (S-BIL-06, S-ERR-07)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from intacct_books import Books, bill, line, numbers, status, texts

LINES = (line("60.00"), line("40.00", department_id="ENG"))
PAID = {"open": None, "part": Decimal(30), "whole": Decimal(100)}


def reclassified(inside: str, number: int = 2, key: int = 1, more: str = "") -> str:
    """The function for one line, which is coded to travel at a place of entity 100 unless told otherwise."""
    return (
        f'<reclassify_bill key="{key}">{more}<reclassifyitems><reclasslineitem line_num="{number}">{inside}'
        "</reclasslineitem></reclassifyitems></reclassify_bill>"
    )


TRAVEL = "<glaccountno>6800</glaccountno>"


def books_with(paid: str) -> Books:
    books = Books(bill(1, lines=LINES))
    if amount := PAID[paid]:
        books.twin.pay_bill(1, amount, "02/10/2026")
    books.clock.advance(60)
    return books


def audited(books: Books) -> list[str]:
    return [row["ACCESSMODE"] for row in books.twin.records("AUDITHISTORY") if row["OBJECTKEY"] == "1"]


@pytest.mark.parametrize("paid", PAID)
def test_one_line_gets_another_account_and_nothing_else_moves(paid: str) -> None:
    """Old account out, new one in; what is owed, paid and applied stays, and the change is told."""
    books = books_with(paid)
    before, ledger = books.twin.bill(1), books.twin.ledger.balances()
    details, told = books.twin.records("APPYMTDETAIL"), audited(books)
    result = books.result(reclassified(TRAVEL, more="<description>BILL:b1 k</description>"), entity_id="100")
    assert (status(result), result.findtext("key")) == ("success", "1")
    after, moved = books.twin.bill(1), books.twin.ledger.balances()
    assert {place: moved[place] - ledger.get(place, 0) for place in moved if moved[place] != ledger.get(place, 0)} == {
        ("100", "USD", "6700"): Decimal(-40),
        ("100", "USD", "6800"): Decimal(40),
    }
    assert books.balanced()
    assert after.fields["DESCRIPTION"] == "BILL:b1 k"
    assert after.fields["WHENMODIFIED"] > before.fields["WHENMODIFIED"]
    kept = ("STATE", "TRX_TOTALENTERED", "TRX_TOTALPAID", "TOTALPAID", "TRX_TOTALDUE", "WHENPOSTED", "RECORDID")
    assert [after.fields[name] for name in kept] == [before.fields[name] for name in kept]
    assert books.twin.records("APPYMTDETAIL") == details
    assert after.lines[0] == before.lines[0]
    assert (after.lines[1]["RECORDNO"], after.lines[1]["ACCOUNTNO"]) == (before.lines[1]["RECORDNO"], "6800")
    assert (after.lines[1]["DEPARTMENTID"], after.lines[1]["TRX_TOTALPAID"]) == (
        "ENG",
        before.lines[1]["TRX_TOTALPAID"],
    )
    assert audited(books) == [*told, "M"]


@pytest.mark.parametrize(
    ("function", "number", "text"),
    [
        (reclassified(TRAVEL, number=3), "SANDBOX-LINE", "Line 3"),
        (reclassified(TRAVEL, number=1), "SANDBOX-DIMENSION", "Department dimension"),
        (reclassified("<glaccountno>6900</glaccountno>"), "SANDBOX-ACCOUNT", "Account 6900"),
        (
            reclassified("<glaccountno>6700</glaccountno><locationid>200-A</locationid>"),
            "SANDBOX-DIMENSION-INVALID",
            "'200-A'",
        ),
        (reclassified(TRAVEL, key=9), "SANDBOX-NOT-FOUND", "'9'"),
    ],
)
def test_what_breaks_a_rule_is_refused_whole(function: str, number: str, text: str) -> None:
    """A line that is not there, codes that a bill could not have, a place of another entity, an unknown bill."""
    books = books_with("whole")
    before = books.twin.records("APBILLITEM")
    result = books.result(function, entity_id="100")
    assert (status(result), numbers(result)[0]) == ("failure", number)
    assert text in texts(result)
    assert books.twin.records("APBILLITEM") == before
    assert books.balanced()


def test_no_line_moves_to_another_entity_at_the_top_level() -> None:
    """Its payment stands in the books of the one that it was entered for."""
    books = Books(bill(1, entity_id="", vendor_key=2, lines=LINES))
    function = reclassified("<glaccountno>6700</glaccountno><locationid>200-A</locationid>")
    result = books.result(function)
    assert numbers(result)[0] == "SANDBOX-DIMENSION-INVALID"


def test_the_company_may_forbid_it_and_an_entity_may_have_its_own_say() -> None:
    """S-ERR-07: with the switch on nothing is reclassified by the API; an entity's setting goes before."""
    books = books_with("whole")
    books.twin.plant("AFRSETUP", 1, DISABLERECLASS="true")
    refused = books.result(reclassified(TRAVEL), entity_id="100")
    assert numbers(refused)[0] == "SANDBOX-RECLASSIFY"
    table = books.twin._state.tables["AFRSETUP"]
    own = table.rows[1].copy()
    own[table.at["RECORDNO"]], own[table.at["DISABLERECLASS"]] = "2", "false"
    own[table.owner_at] = "100"
    books.twin._state.insert(table, own)
    assert status(books.result(reclassified(TRAVEL), entity_id="100")) == "success"


def test_closed_books_are_not_touched() -> None:
    """S-IDM-08: the bill stands in a month that was closed since."""
    books = books_with("whole")
    books.twin.close_books("100", "20260228")
    assert numbers(books.result(reclassified(TRAVEL), entity_id="100"))[0] == "SANDBOX-CLOSED-PERIOD"


def test_what_is_reversed_is_not_reclassified() -> None:
    """Nor what is no more than a draft: only what stands in the ledger for good is."""
    books = Books(bill(1, lines=LINES))
    day = "<datereversed><year>2026</year><month>02</month><day>20</day></datereversed>"
    assert status(books.result(f'<reverse_bill key="1">{day}</reverse_bill>', entity_id="100")) == "success"
    assert numbers(books.result(reclassified(TRAVEL), entity_id="100"))[0] == "SANDBOX-BILL-STATE"
