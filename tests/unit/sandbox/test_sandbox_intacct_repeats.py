"""Transactions and repeated control ids on the Intacct twin: rollback, at most once, and the three reply positions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import pytest
from intacct_books import Books, bill, create_bill, numbers, status
from lxml import etree

_BROKEN = create_bill("BROKEN", VENDORID="V-9")


def _snapshot(books: Books) -> object:
    tables = books.twin._state.tables  # the whole state, to compare
    rows = {name: dict(table.rows) for name, table in tables.items()}
    indexes = deepcopy({name: (table.index, table.by_owner) for name, table in tables.items()})
    return rows, indexes, books.twin.ledger.postings()


def test_a_failed_transaction_leaves_no_trace() -> None:
    """Everything is rolled back; the others are `aborted`, and XL03000009 stands behind each (§2.5)."""
    books = Books(bill(1))
    before = _snapshot(books)
    response = books.ask(
        create_bill("OK"),
        "<delete><object>APBILL</object><keys>1</keys></delete>",
        "<update><VENDOR><VENDORID>V-1</VENDORID><NAME>Renamed</NAME></VENDOR></update>",
        _BROKEN,
        create_bill("LATER"),
        transaction="true",
        entity_id="100",
    )
    results = response.findall("operation/result")
    assert [status(one) for one in results] == ["aborted", "aborted", "aborted", "failure", "aborted"]
    assert [numbers(one)[-1] for one in results] == ["XL03000009"] * 5
    assert numbers(results[3])[0] == "SANDBOX-VENDOR"
    assert _snapshot(books) == before


def test_a_transaction_that_works_commits_as_a_whole() -> None:
    """All functions succeed and are remembered."""
    books = Books()
    functions = (create_bill("A"), create_bill("B"))
    response = books.ask(*functions, transaction="true", entity_id="100", unique="true", ids=("a", "b"))
    assert [status(one) for one in response.findall("operation/result")] == ["success", "success"]
    assert len(books.twin.bills()) == 2
    again = books.ask(functions[0], entity_id="100", unique="true", ids=("a",))
    assert numbers(again) == ["SANDBOX-DUP-CONTROLID"]


def test_without_a_transaction_each_function_stands_alone() -> None:
    """The good ones stay when another fails (§1.4)."""
    books = Books()
    response = books.ask(create_bill("A"), _BROKEN, create_bill("B"), entity_id="100")
    assert [status(one) for one in response.findall("operation/result")] == ["success", "failure", "success"]
    assert [one.fields["RECORDID"] for one in books.twin.bills()] == ["A", "B"]


@pytest.mark.parametrize(
    ("position", "word", "bills"), [("refuse", "failure", 1), ("replay", "success", 1), ("ignore", "success", 2)]
)
def test_a_repeated_control_id_has_three_possible_answers(position: str, word: str, bills: int) -> None:
    """Refuse without data, replay the first result, or execute again: a client must bear all (§1.5, §9.1)."""
    books = Books(duplicate_control_id=position, duplicate_bill_number="allow")
    body = books.document(create_bill(), entity_id="100", unique="true", ids=("test:apbill:1",))
    first, second = (etree.fromstring(books.post(body).body).find("operation/result") for _ in range(2))
    assert first is not None
    assert second is not None
    assert (status(first), status(second)) == ("success", word)
    assert len(books.twin.bills()) == bills
    if position == "refuse":
        assert numbers(second) == ["SANDBOX-DUP-CONTROLID"]
        assert second.find("data") is None
    if position == "replay":
        assert etree.tostring(second) == etree.tostring(first)


def test_only_successes_are_remembered() -> None:
    """A failed function and a rolled-back one may use their id again (§1.5)."""
    books = Books()
    ask = {"entity_id": "100", "unique": "true", "ids": ("x",)}
    assert numbers(books.ask(_BROKEN, **ask))[0] == "SANDBOX-VENDOR"
    books.ask(create_bill("A"), _BROKEN, entity_id="100", unique="true", transaction="true", ids=("x", "y"))
    assert books.twin.bills() == []
    assert status(books.result(create_bill("A"), **ask)) == "success"


def test_control_ids_count_only_when_uniqueid_is_set() -> None:
    """`false` runs any number of times, and nothing is remembered of it (§1.5)."""
    books = Books(duplicate_bill_number="allow")
    for unique in ("false", "false", "true"):
        assert status(books.result(create_bill(), entity_id="100", unique=unique, ids=("x",))) == "success"
    assert numbers(books.result(create_bill(), entity_id="100", unique="true", ids=("x",))) == ["SANDBOX-DUP-CONTROLID"]


@pytest.mark.parametrize(("position", "bills"), [("refuse", 0), ("replay", 1), ("ignore", 2)])
def test_one_control_id_twice_in_a_transaction(position: str, bills: int) -> None:
    """The second is a repeat of the first, in whatever position the switch stands."""
    books = Books(duplicate_control_id=position, duplicate_bill_number="allow")
    books.ask(create_bill(), create_bill(), entity_id="100", unique="true", transaction="true", ids=("same", "same"))
    assert len(books.twin.bills()) == bills


@pytest.mark.parametrize("position", ["refuse", "replay"])
def test_many_at_once_execute_a_control_id_once(position: str) -> None:
    """Remembering and executing are one step, also for requests in flight together (§1.5)."""
    books = Books(duplicate_control_id=position, duplicate_bill_number="allow")
    body = books.document(create_bill(), entity_id="100", unique="true", ids=("same",))
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: books.post(body).body, range(16)))
    words = [status(etree.fromstring(reply).find("operation/result")) for reply in replies]
    assert words.count("success") == (1 if position == "refuse" else 16)
    assert len(books.twin.bills()) == 1
