"""Likely pairs of records without partner, for a person to confirm or refuse; nothing here ever pairs (S-VEN-04).

Two things speak for a pair: names that are alike, and a fact that only these two share, such as a tax id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from intacct_pipelines.reconcile.result import PROPOSAL_COLUMNS

if TYPE_CHECKING:
    import numpy.typing as npt

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.sides import Sides

LEAST_LIKENESS: Final = Decimal("0.80")
MOST_PER_RECORD: Final = 3
_PERCENT: Final = Decimal(100)


class _Likely(NamedTuple):
    """One proposal by positions; sorts the likeliest first."""

    unlikeness: Decimal
    intacct: int
    evidence: str


def propose(link: Link, object_name: str, sides: Sides, *, shared: Sequence[str] = ()) -> pd.DataFrame:
    """Return likely pairs of records without partner, the likeliest of each of the platform's records first.

    Args:
        link: For its name.
        object_name: One of ``domain.reconciled``.
        sides: Both sides, paired, each with ``folded``, the name to compare.
        shared: Columns of both sides, folded, whose equal value speaks for a pair if it stands once on each side.
    """
    pairing = sides.pairing
    ours = np.flatnonzero(pairing.platform_open)
    theirs = np.flatnonzero(pairing.intacct_open)
    names = dict(zip(theirs.tolist(), sides.intacct["folded"].iloc[theirs], strict=True))
    facts = _shared_facts(sides, ours, theirs, shared)
    proposals = []
    for position in ours.tolist():
        name = sides.platform["folded"].iloc[position]
        likely = sorted(_likely(name, names, facts.get(position, {})))
        allowed = [one for one in likely if (position, one.intacct) not in pairing.refused]
        for one in allowed[:MOST_PER_RECORD]:
            row = sides.intacct.iloc[one.intacct]
            key = sides.platform["key"].iloc[position]
            likeness = 1 - one.unlikeness
            proposals.append((link.name, object_name, key, row["key"], row["id"], likeness, one.evidence))
    return pd.DataFrame(proposals, columns=list(PROPOSAL_COLUMNS), dtype=object)


def _likely(name: str, names: dict[int, str], facts: dict[int, list[str]]) -> Iterator[_Likely]:
    """Yield every likely partner of one name, with what speaks for it."""
    # The order of words says nothing ("Paper, Cedar"), so they are sorted before they are compared.
    cutoff = float(LEAST_LIKENESS * _PERCENT)
    alike = {
        position: _hundredths(score)
        for _, score, position in process.extract(
            name, names, scorer=fuzz.token_sort_ratio, score_cutoff=cutoff, limit=None
        )
    }
    for position in alike.keys() | facts.keys():
        likeness = alike.get(position)
        evidence = [] if likeness is None else ["the names are alike"]
        evidence += [
            f"the same {fact.replace('_', ' ')} stands on both sides only once" for fact in facts.get(position, ())
        ]
        if likeness is None:
            likeness = _hundredths(fuzz.token_sort_ratio(name, names[position]))
        yield _Likely(1 - likeness, position, "; ".join(evidence))


def _hundredths(score: float) -> Decimal:
    return Decimal(round(score)) / _PERCENT


def _shared_facts(
    sides: Sides, ours: npt.NDArray[np.int64], theirs: npt.NDArray[np.int64], columns: Sequence[str]
) -> dict[int, dict[int, list[str]]]:
    """Return by positions of platform and Intacct which facts only these two share."""
    facts: dict[int, dict[int, list[str]]] = {}
    for column in columns:
        platform, intacct = _standing_once(sides.platform[column], ours), _standing_once(sides.intacct[column], theirs)
        for value in sorted(platform.keys() & intacct.keys()):
            facts.setdefault(platform[value], {}).setdefault(intacct[value], []).append(column)
    return facts


def _standing_once(values: pd.Series, positions: npt.NDArray[np.int64]) -> dict[str, int]:
    chosen = values.iloc[positions]
    is_single = ~chosen.duplicated(keep=False) & (chosen != "")
    return dict(zip(chosen[is_single], positions[is_single.to_numpy(dtype=bool)].tolist(), strict=True))
