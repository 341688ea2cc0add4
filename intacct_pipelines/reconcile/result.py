"""What a reconciliation of one object found, and the columns in which it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.domain.link import Link

MATCH_COLUMNS: Final = (
    "link",
    "entity",
    "object",
    "platform_id",
    "intacct_record_no",
    "intacct_id",
    "method",
    "predecessor_record_no",
    "rule",
    "is_equal",
    "currency",
    "platform_amount",
    "intacct_amount",
)
DIFFERENCE_COLUMNS: Final = (
    "link",
    "entity",
    "object",
    "kind",
    "verdict",
    "rule",
    "platform_id",
    "intacct_record_no",
    "intacct_id",
    "field",
    "platform_value",
    "intacct_value",
    "amount_difference",
    "money_at_stake",
    "currency",
    "document_date",
    "changed_at",
    "age_seconds",
    "reason",
    "remedy",
    "cause",
    "turn",
    "root",
    "root_name",
)
TOTAL_COLUMNS: Final = (
    "link",
    "entity",
    "object",
    "currency",
    "class",
    "verdict",
    "rule",
    "platform_count",
    "intacct_count",
    "platform_total",
    "intacct_total",
    "difference",
)
PERIOD_TOTAL_COLUMNS: Final = (*TOTAL_COLUMNS[:4], "month", *TOTAL_COLUMNS[4:])
PROPOSAL_COLUMNS: Final = ("link", "object", "platform_id", "intacct_record_no", "intacct_id", "likeness", "evidence")
SETTLEMENT_COLUMNS: Final = (
    "link",
    "entity",
    "object",
    "settlement",
    "currency",
    "movement_total",
    "payment_total",
    "difference",
)
MEMBER_COLUMNS: Final = ("link", "entity", "object", "settlement", "member_object", "member_id", "amount")
CLEARING_COLUMNS: Final = (
    "link",
    "entity",
    "object",
    "account_no",
    "currency",
    "role",
    "postings",
    "cleared",
    "groups",
    "balance",
    "items",
    "items_total",
    "oldest_on",
)
MATCHED_EQUAL: Final = "matched_equal"
MATCHED_DIFFERENT: Final = "matched_different"
OUT_OF_SCOPE: Final = "out_of_scope"
OTHER_OWNER: Final = "other_owner"
"""The cause of rows that are out of scope, where none is named."""


@dataclass(frozen=True)
class Reconciliation:
    """What one reconciliation of one object found, in an order that depends on the rows alone.

    Amounts are exact, in transaction currency; a signed difference is platform − Intacct.

    Args:
        matches: One row for each pair.
        differences: One row for each row without partner, and one for each field in which a pair differs. ``rule`` is
            set exactly when the verdict is not break. ``amount_difference`` is signed; ``money_at_stake`` is how much
            money the difference touches and never negative; ``age_seconds`` counts from the younger side's last change.
            ``document_date`` is the platform's calendar day, else Intacct's; None for records of a list.
            Differences with the same ``root`` are mended together, as the bills of one missing vendor are.
        totals: Per currency and class, the rows and the money of both sides. Their sums are those of all live rows.
        proposals: Likely pairs for a person to confirm; they never pair by themselves (S-VEN-04).
        settlements: Groups of lump sums and what is behind them, where an object has such.
        members: What each group consists of.
        period_totals: ``totals`` by the month of the document's date as well: ``month`` is its first day, None for what
            has no date. A pair stands in one month with both its sides.
        clearing: Each clearing account and currency with its balance and the items that make it up.
    """

    matches: pd.DataFrame
    differences: pd.DataFrame
    totals: pd.DataFrame
    proposals: pd.DataFrame
    settlements: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SETTLEMENT_COLUMNS)))
    members: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(MEMBER_COLUMNS)))
    period_totals: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PERIOD_TOTAL_COLUMNS)))
    clearing: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CLEARING_COLUMNS)))


def labelled(frame: pd.DataFrame, link: Link, object_name: str) -> pd.DataFrame:
    """Return the frame with the columns that say whose rows it tells of."""
    return frame.assign(link=link.name, entity=str(link.entity), object=object_name)


def ordered(frame: pd.DataFrame, columns: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    """Return these columns in an order that depends on the rows alone."""
    rows = frame.sort_values(list(by), kind="stable", na_position="first")
    return rows[list(columns)].reset_index(drop=True)
