"""Account labels in place of account numbers, where a company names accounts by them (S-COA-02)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.sources import Sources

_RULE: Final = "S-COA-02"


class AccountLabels:
    """The labels that stand for one account each.

    Args:
        sources: The rows.
        table: ``intacct.ap_account_label`` or ``intacct.ar_account_label``.
        is_used: Whether the link wants labels; without it lines keep their numbers.
    """

    def __init__(self, sources: Sources, table: str, *, is_used: bool) -> None:
        self._is_used = is_used
        self._labels: dict[str, list[str]] = defaultdict(list)
        for row in sources.live(table) if is_used else []:
            if row.get("status") in {"active", None}:
                self._labels[text(row, "account_no")].append(row["label"])

    def named(self, lines: Sequence[Line]) -> list[Line]:
        """Return lines that are to be sent, with the labels of their accounts.

        Raises:
            Held: An account has no label in use, or several.
        """
        if not self._is_used:
            return list(lines)
        return [replace(line, label=self._label(at, line.account_no)) for at, line in enumerate(lines, start=1)]

    def _label(self, position: int, account_no: str) -> str:
        labels = sorted(self._labels.get(account_no, []))
        if len(labels) == 1:
            return labels[0]
        remedy = "Leave one label in use for it in Intacct, or switch account_labels off."
        if labels:
            reason = f"line {position}: account {account_no} has the labels {', '.join(labels[:3])}"
            raise Held("ambiguous", _RULE, reason, remedy)
        reason = f"line {position}: account {account_no} has no label in use"
        raise Held("missing_reference", _RULE, reason, remedy)
