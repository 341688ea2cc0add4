"""How far the books are closed into which documents of a link go (S-CFG-23)."""

from __future__ import annotations

from datetime import date

import pytest

from intacct_pipelines.domain.closed_books import Closed, ClosedBooks

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


def test_only_entities_that_are_closed_later_than_the_level_count():
    """What is closed no later adds nothing, so that its closing changes nothing that a plan follows from."""
    told = {"30": MARCH, "20": FEBRUARY, "10": JANUARY, "5": None}
    assert ClosedBooks.told(JANUARY, told) == ClosedBooks(JANUARY, {"20": FEBRUARY, "30": MARCH})
    assert ClosedBooks.told(None, told) == ClosedBooks(None, {"10": JANUARY, "20": FEBRUARY, "30": MARCH})
    assert ClosedBooks.told(MARCH, told) == ClosedBooks(MARCH)
    assert ClosedBooks.told(JANUARY, told).later_text() == "20 2026-02-28, 30 2026-03-31"


@pytest.mark.parametrize(
    ("own", "entities", "expected"),
    [
        (None, [], None),
        (None, ["40", ""], None),
        (None, ["20", "30", "20"], Closed(MARCH, "30")),
        (None, ["20"], Closed(FEBRUARY, "20")),
        (JANUARY, ["20"], Closed(FEBRUARY, "20")),
        (JANUARY, ["40"], Closed(JANUARY)),
        (JANUARY, [], Closed(JANUARY)),
    ],
)
def test_the_latest_day_among_the_level_and_the_documents_entities_counts(own, entities, expected):
    """One entity's close stops its own documents, and no other's."""
    assert ClosedBooks(own, {"20": FEBRUARY, "30": MARCH}).of(entities) == expected


def test_a_closed_day_says_whose_it_is():
    """A person has to know where to open the period."""
    assert [str(one) for one in (Closed(MARCH), Closed(MARCH, "30"))] == ["2026-03-31", "2026-03-31 at entity 30"]
