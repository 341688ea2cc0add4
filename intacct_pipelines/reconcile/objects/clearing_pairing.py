"""Which posting of the ledger is which one that BILL's documents let expect, and which expectations count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.objects.clearing_postings import GAP
from intacct_pipelines.reconcile.pairing import ALONE, NATURAL_KEY, Pairing, joined, spelt, unpaired

if TYPE_CHECKING:
    import numpy.typing as npt

_FEE: Final = "convenience fee"
_VOID: Final = " void"


def paired(expected: pd.DataFrame, lines: pd.DataFrame, days: int) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Find the posting of each expectation, and leave out the expectations that do not concern the ledger.

    They pair by number and amount, by number alone, by day and amount, and by an amount that stands only once on both
    sides, if the days are near. Of one account, day and amount it makes no difference which is which, so these pair in
    order.

    Left out are groups of which nothing is posted, such as those from before the accounts were used, and a voided
    payment of which neither the payment nor the void is posted: the sync deletes what BILL voids (S-CON-16). A group
    that BILL itself does not bring to zero gets a row for the gap.

    Args:
        expected: As of ``clearing_postings.expected_of``.
        lines: As of ``clearing_postings.lines_of``.
        days: How far the day of a posting may be from that of its document, without a number.

    Returns:
        The expectations that count, numbered from 0, and for each the position of its posting or ``ALONE``.
    """
    pairing = _pair(expected, lines, days)
    expected = expected.assign(partner=pairing.intacct_of)
    expected = _without_deleted_voids(expected)
    is_posted = expected.groupby("settlement")["partner"].transform("max") != ALONE
    expected = expected[is_posted.to_numpy(dtype=bool)]
    expected = pd.concat([expected, _gaps(expected)], ignore_index=True)
    return expected.drop(columns="partner"), expected["partner"].to_numpy(dtype=np.int64)


def _pair(expected: pd.DataFrame, lines: pd.DataFrame, days: int) -> Pairing:
    pairing = unpaired(len(expected), len(lines))
    amounts, posted = expected["amount"].map(spelt), lines["amount"].map(spelt)
    sign, posted_sign = ((rows["amount"] > NO_MONEY).map(str) for rows in (expected, lines))
    is_fee = (expected["what"] == _FEE).map(str)
    is_journal = (lines["what"] == "journal entry").map(str)
    most = max((len(names) for names in expected["numbers"]), default=0)
    numbers = [_nth(expected["numbers"], at) for at in range(most)]
    for ours, theirs in (((amounts,), (posted,)), ((sign, is_fee), (posted_sign, is_journal))):
        for number in numbers:
            pairing.pair_unique(
                joined(number != "", expected["account"], expected["currency"], number, *ours),
                joined(lines["number"] != "", lines["account"], lines["currency"], lines["number"], *theirs),
                NATURAL_KEY,
            )
    pairing.pair_unique(
        _ranked(joined(_flags(pairing.platform_open), *_place(expected), expected["day"], amounts)),
        _ranked(joined(_flags(pairing.intacct_open), *_place(lines), lines["day"], posted)),
        NATURAL_KEY,
    )
    pairing.pair_near(
        (joined(_flags(pairing.platform_open), *_place(expected), amounts), expected["day"]),
        (joined(_flags(pairing.intacct_open), *_place(lines), posted), lines["day"]),
        least=-days,
        most=days,
    )
    return pairing


def _place(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return rows["account"], rows["currency"]


def _flags(chosen: npt.NDArray[np.bool_]) -> pd.Series:
    return pd.Series(chosen, dtype=bool)


def _nth(numbers: pd.Series, at: int) -> pd.Series:
    return pd.Series([names[at] if at < len(names) else "" for names in numbers], index=numbers.index, dtype=object)


def _ranked(keys: pd.Series) -> pd.Series:
    """Return keys with their place among the same ones, so that each stands once."""
    rank = keys.groupby(keys, sort=False).cumcount().astype(str)
    return (keys + "\x1f" + rank).where(keys != "", "")


def _without_deleted_voids(expected: pd.DataFrame) -> pd.DataFrame:
    """Leave out payments and their voids where neither is posted; the groups that both were in become one."""
    documents = expected["key"].str.removesuffix(_VOID)
    is_absent = expected["partner"] == ALONE
    is_void = expected["key"].str.endswith(_VOID)
    pairs = set(documents[is_absent & is_void]) & set(documents[is_absent & ~is_void])
    if not pairs:
        return expected
    chosen = documents.isin(pairs) & is_absent
    joined_to: dict[str, str] = {}
    for _, names in expected["settlement"][chosen].groupby(documents[chosen], sort=True):
        first, *others = sorted({_root(joined_to, name) for name in names})
        joined_to |= dict.fromkeys(others, first)
    settlement = expected["settlement"].map(lambda name: _root(joined_to, name))
    return expected.assign(settlement=settlement)[~chosen.to_numpy(dtype=bool)]


def _root(joined_to: dict[str, str], name: str) -> str:
    while name in joined_to:
        name = joined_to[name]
    return name


def _gaps(expected: pd.DataFrame) -> pd.DataFrame:
    """Return for each group that does not come to zero what it lacks."""
    sums = expected.groupby("settlement", sort=True).agg(
        {"amount": "sum", "account": "first", "currency": "first", "day": "max"}
    )
    lacking = sums[(sums["amount"] != NO_MONEY).to_numpy(dtype=bool)].reset_index()
    return lacking.assign(
        key=lacking["settlement"] + f" {GAP}",
        id="",
        what=GAP,
        shown="what is left of " + lacking["settlement"],
        amount=[-amount for amount in lacking["amount"]],
        is_sent=False,
        is_computed=False,
        way="",
        partner=ALONE,
    )
