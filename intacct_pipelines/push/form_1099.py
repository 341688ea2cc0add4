"""Which lines of a bill count for form 1099, by the vendor and by what the link says of accounts (S-BP-04).

BILL knows whether a vendor is 1099 and nothing of lines. Without a word of the link about an account nothing is sent,
and Intacct does with the line what it does with one that is entered by hand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.link import Form1099, Reporting
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.sources import Sources

_RULE: Final = "S-BP-04"


class Forms1099:
    """Tells which lines count.

    Args:
        sources: The rows.
    """

    def __init__(self, sources: Sources) -> None:
        self._link = sources.link
        self._ours = sources.by("bill.vendor")
        self._theirs = sources.pairs("vendor")

    def told(self, lines: Sequence[Line], vendor_id: str) -> list[Line]:
        """Return a bill's lines with what Intacct is told of them.

        Args:
            lines: The lines.
            vendor_id: BILL's id of the vendor.

        Raises:
            Held: A line counts, and nothing says for which form and box.
        """
        rules = self._link.accounts_1099
        if not self._is_1099(vendor_id):
            return list(lines)
        return [
            replace(line, form_1099=self._of(rules[line.account_no], vendor_id)) if line.account_no in rules else line
            for line in lines
        ]

    def _of(self, said: Form1099 | Reporting, vendor_id: str) -> Form1099 | Reporting:
        if said is not Reporting.VENDOR:
            return said
        paired = self._theirs.get(vendor_id)
        if paired is None:
            own = self._link.form_1099.get(vendor_id)
        else:
            own = Form1099(text(paired, "form_1099_type"), text(paired, "form_1099_box"))
        if own is None or not own.form or not own.box:
            reason = "its vendor is 1099, and nothing says for which form and box its lines count"
            raise Held("unmapped_1099", _RULE, reason, "Give Intacct's vendor a form and box.")
        return own

    def _is_1099(self, vendor_id: str) -> bool:
        """Return whether either side says so: where they disagree, no line is left out unseen."""
        paired = self._theirs.get(vendor_id, {})
        return bool(self._ours.get(vendor_id, {}).get("is_1099")) or bool(text(paired, "form_1099_type"))


def form_warnings(lines: Iterable[Line]) -> list[str]:
    """Return what to tell of lines that count for a form, or do not though their vendor is 1099."""
    told = [
        f"count for form 1099-{line.form_1099.form}, box {line.form_1099.box}"
        if isinstance(line.form_1099, Form1099)
        else "do not count for form 1099"
        for line in lines
        if line.form_1099 is not None
    ]
    return [f"{count} lines {words} [{_RULE}]" for words, count in sorted(Counter(told).items())]
