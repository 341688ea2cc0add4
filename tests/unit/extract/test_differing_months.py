"""Finding the months of which the source has another number of rows, with few questions."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from intacct_pipelines.extract.intacct import find_differing_months

MONTHS = [date(year, month, 1) for year in range(2023, 2027) for month in range(1, 13)]
STORED = st.dictionaries(st.sampled_from(MONTHS), st.integers(1, 50), min_size=1)


class Source:
    """Answers how many rows its months have, and counts the questions."""

    def __init__(self, rows: dict[date, int]) -> None:
        self._rows = rows
        self.questions = 0

    def __call__(self, first: date, last: date) -> int:
        assert first <= last
        self.questions += 1
        return sum(rows for month, rows in self._rows.items() if first <= month <= last)


@given(STORED, st.data())
def test_every_month_with_rows_that_the_source_replaced_is_found_and_no_other(stored, data):
    """Exactly the months with rows too many are found, at a question for each halving and at most one a month."""
    stale = data.draw(st.dictionaries(st.sampled_from(sorted(stored)), st.integers(1, 50)))
    source = Source({month: rows - min(rows, stale.get(month, 0)) for month, rows in stored.items()})
    assert find_differing_months(source, stored) == tuple(sorted(stale))
    first, last = min(stored), max(stored)
    span = (last.year - first.year) * 12 + last.month - first.month + 1
    assert source.questions <= 1 + len(stale) * (span - 1).bit_length()
    assert source.questions <= span


@given(STORED, STORED)
def test_no_month_is_named_that_agrees_and_none_is_missed_while_the_sums_differ(stored, there):
    """Where rows are missing too, what is named differs, and a span that differs names some month."""
    found = find_differing_months(Source(there), stored)
    assert all(stored.get(month, 0) != there.get(month, 0) for month in found)
    within = sum(rows for month, rows in there.items() if min(stored) <= month <= max(stored))
    assert bool(found) or within == sum(stored.values())
