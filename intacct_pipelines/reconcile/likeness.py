"""Likely pairs of records without partner, for a person to confirm or refuse; nothing here ever pairs (S-VEN-04).

Two things speak for a pair: names that are alike, and a fact that only these two share, such as a tax id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from intacct_pipelines.reconcile.pairing import ALONE, Pairing
from intacct_pipelines.reconcile.result import PROPOSAL_COLUMNS

if TYPE_CHECKING:
    import numpy.typing as npt

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.sides import Sides

LEAST_LIKENESS: Final = Decimal("0.80")
MOST_PER_RECORD: Final = 3
_FORMS: Final = frozenset(
    "ag bv co company corp corporation gk gmbh inc incorporated kg kk limited "  # noqa: SIM905  # words read better as text
    "llc llp lp ltd ltda nv plc pty sa sarl sas spa srl".split()
)
"""What a company's name may end with and people leave out."""
_AT_ONCE: Final = 200
"""Names that are compared with all others in one step; bounds the memory it takes."""
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
    # Each of several of one name may be one that is spelt otherwise; among themselves the name says nothing.
    ours = np.flatnonzero(pairing.intacct_of == ALONE)
    theirs = np.flatnonzero(pairing.platform_of == ALONE)
    names = dict(zip(theirs.tolist(), sides.intacct["folded"].iloc[theirs], strict=True))
    called = dict(zip(ours.tolist(), sides.platform["folded"].iloc[ours], strict=True))
    alike = _alike(called, names)
    facts = _shared_facts(sides, ours, theirs, shared)
    likely = {
        at: _allowed(pairing, at, _likely(called[at], names, alike.get(at, {}), facts.get(at, {})))
        for at in ours.tolist()
    }
    keys = sides.platform["key"]
    proposals = []
    for position, one in _shown(likely):
        row = sides.intacct.iloc[one.intacct]
        told = (keys.iloc[position], row["key"], row["id"], 1 - one.unlikeness, one.evidence)
        proposals.append((link.name, object_name, *told))
    return pd.DataFrame(proposals, columns=list(PROPOSAL_COLUMNS), dtype=object)


def _allowed(pairing: Pairing, position: int, likely: Iterable[_Likely]) -> list[_Likely]:
    """Return the likely partners of one of the platform's records that nobody refused, the likeliest first."""
    is_grouped = bool(pairing.platform_group[position])
    return sorted(
        one
        for one in likely
        if (position, one.intacct) not in pairing.refused and not (is_grouped and pairing.intacct_group[one.intacct])
    )


def _shown(likely: Mapping[int, Sequence[_Likely]]) -> Iterator[tuple[int, _Likely]]:
    """Yield the likeliest of each of the platform's records, and of each of Intacct's that is not among those.

    So no record that has a likely partner is without a proposal, which is what keeps it from being made anew.
    """
    left: dict[int, tuple[_Likely, int]] = {}
    for position, ones in likely.items():
        for one in ones[MOST_PER_RECORD:]:
            left[one.intacct] = min(left.get(one.intacct, (one, position)), (one, position))
    shown = {one.intacct for ones in likely.values() for one in ones[:MOST_PER_RECORD]}
    more: dict[int, list[_Likely]] = {}
    for other, (one, position) in left.items():
        if other not in shown:
            more.setdefault(position, []).append(one)
    for position, ones in likely.items():
        yield from ((position, one) for one in [*ones[:MOST_PER_RECORD], *sorted(more.get(position, []))])


def _as_written(name: str) -> str:
    """Return a name as it is: where its first letters differ, order would move its words apart."""
    return name


def _in_order(name: str) -> str:
    """Return the words of a name in order: theirs says nothing ("Paper, Cedar")."""
    return " ".join(sorted(name.split()))


def _bare(name: str) -> str:
    """Return a name without what says how a company is constituted, of which people write one, another or none."""
    return " ".join(sorted(word for word in name.split() if word.strip(".,") not in _FORMS))


def _alike(ours: dict[int, str], theirs: dict[int, str]) -> dict[int, dict[int, Decimal]]:
    """Return for each of our positions those of theirs whose names are alike enough, in whatever shape most of all."""
    found: dict[int, dict[int, Decimal]] = {}
    for shape in (_as_written, _in_order, _bare):
        for position, other, likeness in _compared(_shaped(ours, shape), _shaped(theirs, shape)):
            known = found.setdefault(position, {})
            known[other] = max(likeness, known.get(other, likeness))
    return found


def _shaped(names: dict[int, str], shape: Callable[[str], str]) -> dict[int, str]:
    return {position: shaped for position, name in names.items() if (shaped := shape(name))}


def _compared(ours: dict[int, str], theirs: dict[int, str]) -> Iterator[tuple[int, int, Decimal]]:
    """Yield positions of both sides whose texts are alike enough, with how much they are."""
    positions, names = list(theirs), list(theirs.values())
    keys, asked = list(ours), list(ours.values())
    cutoff = float(LEAST_LIKENESS * _PERCENT)
    for start in range(0, len(asked) if names else 0, _AT_ONCE):
        scores = process.cdist(
            asked[start : start + _AT_ONCE], names, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float64
        )
        for row, column in zip(*np.nonzero(scores), strict=True):
            yield keys[start + int(row)], positions[column], _hundredths(float(scores[row, column]))


def _likely(
    name: str, names: dict[int, str], alike: dict[int, Decimal], facts: dict[int, list[str]]
) -> Iterator[_Likely]:
    """Yield every likely partner of one name, with what speaks for it."""
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
