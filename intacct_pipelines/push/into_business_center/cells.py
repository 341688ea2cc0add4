"""What may stand in a cell of a file for Business Center."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intacct_pipelines.domain.formulas import is_formula
from intacct_pipelines.push.planner import Held

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTRACT = "S-PMT-11"


def needed(content: Mapping[str, str]) -> dict[str, str]:
    """Return cells without which a record cannot go.

    Raises:
        Held: One is empty, or a text that a spreadsheet would run.
    """
    for column, value in content.items():
        if not value:
            raise Held("missing_field", _CONTRACT, f"it has no {column}", "Complete it in Intacct.")
        if is_formula(value):
            reason = f"its {column} is a text that a spreadsheet would run"
            raise Held("formula", _CONTRACT, reason, "Let it begin with a letter or a digit in Intacct.")
    return dict(content)


def optional(content: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the cells that can be told, and a warning for each text that is left out."""
    told = {column: value for column, value in content.items() if value and not is_formula(value)}
    left = [column for column, value in content.items() if value and column not in told]
    return told, tuple(f"{column} is left out: a spreadsheet would run it" for column in left)
