"""What becomes a value of a custom field in Spend & Expense. Each entry reads as those of ``pushed``, sides changed.

A value is no more than its text in one field, by which it is known; it cannot be changed, and has no place for a key.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.pushed_object import Pushed

_LISTS: Final = {
    "account": "gl_account",
    "department": "department",
    "location": "location",
    "class": "accounting_class",
}
"""What a custom field carries, as ``coding.CardWords`` has it, and Intacct's table of it."""

INTO_SPEND: Final = tuple(
    Pushed(
        f"spend_{dimension}",
        f"{dimension} value",
        source=TABLES[f"intacct.{table}"],
        source_lines=(),
        target=TABLES["spend.custom_field_value"],
        natural_key=("custom_field_id", "value"),
        folded=("value",),
        people_id="value",
        content=("value",),
        is_compared=False,
    )
    for dimension, table in _LISTS.items()
)
