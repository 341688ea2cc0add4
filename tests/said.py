"""What a platform may say of a document or a record that is sent: one such saying, and any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st


@dataclass(frozen=True)
class Said:
    """What the platform says of a document or a record.

    Args:
        number: Of the document; id of a record.
        words: Free text of the document.
        line_words: Free text of each line.
        name: Of a record of a list.
        currency: Of the document; the entity's own is USD.
        day: Of the document.
        due: When it is due; None where nobody says.
        amounts: Of the lines.
        coded: Which of department, location and class each line names.
        closed_through: Last closed day; a document before it is posted on the day that follows.
        is_online: Whether the money went through the platform.
        is_full: Whether everything that may be left empty is there.
    """

    number: str = "N-1"
    words: str = "Cabling"
    line_words: str = "Cat 6"
    name: str = "Northwind"
    currency: str = "USD"
    day: date = date(2026, 2, 10)
    due: date | None = date(2026, 3, 12)
    amounts: tuple[Decimal, ...] = (Decimal("60.00"), Decimal("40.00"))
    coded: frozenset[str] = frozenset({"department", "location", "class"})
    closed_through: date | None = None
    is_online: bool = True
    is_full: bool = True

    @property
    def total(self):
        """Sum of the lines."""
        return sum(self.amounts, Decimal(0))

    @property
    def posted_on(self):
        """Day in the ledger."""
        return self.day if self.closed_through is None else max(self.day, date(2026, 3, 1))

    @property
    def text(self):
        """Free text of the document, or nothing."""
        return self.words if self.is_full else None

    @property
    def line_text(self):
        """Free text of each line, or nothing."""
        return self.line_words if self.is_full else None


NO_XML = "\ufffe\uffff"
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters=NO_XML), min_size=1, max_size=30
).filter(str.strip)
names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters=f"&<>#?\"'{NO_XML}"), min_size=1
)
ids = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", min_size=1, max_size=18)
days = st.dates(date(2026, 2, 1), date(2026, 3, 20))
amounts = st.decimals(Decimal("0.01"), Decimal("9999999999.99"), places=2)
sayings = st.builds(
    Said,
    number=ids,
    words=texts,
    line_words=texts,
    name=names.map(str.strip).filter(bool).map(lambda name: name[:30]),
    currency=st.sampled_from(["USD", "EUR"]),
    day=days,
    due=st.none() | days,
    amounts=st.lists(amounts, min_size=1, max_size=4).map(tuple),
    coded=st.frozensets(st.sampled_from(["department", "location", "class"])),
    closed_through=st.sampled_from([None, date(2026, 2, 28)]),
    is_online=st.booleans(),
    is_full=st.booleans(),
)
"""Any saying that can be sent."""
