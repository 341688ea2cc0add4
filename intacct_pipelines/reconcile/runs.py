"""Sums of neighbours: which unbroken runs of amounts add up to a total."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from intacct_pipelines.reconcile.fields import NO_MONEY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal


def only_run(amounts: Sequence[Decimal], total: Decimal) -> slice | None:
    """Return the run of neighbours that adds up to a total; None if there is none, or more than one."""
    begins: dict[Decimal, int] = {}
    found: slice | None = None
    for behind, so_far in enumerate(accumulate(amounts, initial=NO_MONEY)):
        begin = begins.get(so_far - total)
        if begin is not None:
            if found is not None:
                return None
            found = slice(begin, behind)
        begins[so_far] = behind
    return found
