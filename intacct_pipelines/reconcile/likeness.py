"""Likely pairs of vendors, for a person to confirm or refuse; nothing here ever pairs (S-VEN-04).

The standard library's ``difflib`` is enough: only vendors without partner that share a word are compared.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.reconciliation import PROPOSAL_COLUMNS

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.reconciliation import Sides

LEAST_LIKENESS: Final = Decimal("0.80")
MOST_PER_VENDOR: Final = 3
_EVIDENCE: Final = "the names are alike and share a word"
# A word that many vendors share ("services") tells nothing and would make the work quadratic.
_MOST_PER_WORD: Final = 50


def propose(link: Link, object_name: str, sides: Sides) -> pd.DataFrame:
    """Return likely pairs of vendors without partner, the likeliest of each BILL vendor first.

    Args:
        link: For its name.
        object_name: ``vendor``.
        sides: Both sides, paired.
    """
    pairing = sides.pairing
    words = _by_word(sides.intacct["folded"], np.flatnonzero(pairing.intacct_open).tolist())
    proposals = []
    for position in np.flatnonzero(pairing.platform_open).tolist():
        name = sides.platform["folded"].iloc[position]
        near = {other for word in name.split() for other in words.get(word, ())}
        for likeness, other in _likeliest(name, sides.intacct["folded"], near):
            if (position, other) not in pairing.refused:
                row = sides.intacct.iloc[other]
                key = sides.platform["key"].iloc[position]
                proposals.append((link.name, object_name, key, row["key"], row["id"], likeness, _EVIDENCE))
    return pd.DataFrame(proposals, columns=list(PROPOSAL_COLUMNS), dtype=object)


def _likeliest(name: str, names: pd.Series, positions: set[int]) -> list[tuple[Decimal, int]]:
    scored = sorted((-_likeness(name, names.iloc[position]), position) for position in positions)
    return [(-score, position) for score, position in scored if -score >= LEAST_LIKENESS][:MOST_PER_VENDOR]


def _by_word(names: pd.Series, positions: list[int]) -> dict[str, list[int]]:
    words: defaultdict[str, list[int]] = defaultdict(list)
    for position in positions:
        for word in set(names.iloc[position].split()):
            words[word].append(position)
    return {word: found for word, found in words.items() if len(found) <= _MOST_PER_WORD}


def _likeness(one: str, other: str) -> Decimal:
    # difflib's ratio depends on the order of its arguments.
    first, second = sorted((one, other))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.quick_ratio() < LEAST_LIKENESS:
        return Decimal(0)
    return Decimal(str(round(matcher.ratio(), 2)))
