"""Which postings of the ledger bring a clearing account back to zero by themselves, without BILL's word on it.

Postings belong together when their amounts add up to zero and something else speaks for it, from the strongest to the
weakest: one number, one day, the only opposite amount, the only unbroken run of small amounts that makes up a large
one, days between which the account comes back to where it was. All but the first also need days that are near, and
nothing is guessed: where another posting could as well be meant, all stay open. There is no limit to the size of a
group; the same postings in any order make the same groups.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.runs import only_run

if TYPE_CHECKING:
    from decimal import Decimal

    import numpy.typing as npt

_POOL: Final = ["account", "currency"]


def zero_groups(lines: pd.DataFrame, days: int) -> pd.Series:
    """Return the name of each posting's group, ``""`` where it stays open.

    Args:
        lines: ``key``, ``account``, ``currency``, ``day``, ``number`` and ``amount``, debits less credits.
        days: How far apart the days of a group may be that nothing but its sum holds together.
    """
    ordered = lines.sort_values(["day", "key"], kind="stable")
    names = pd.Series("", index=ordered.index, dtype=object)
    for at in ordered.index[(ordered["amount"] == NO_MONEY).to_numpy(dtype=bool)]:
        names.loc[at] = _name(ordered.loc[[at]], "entry")
    for by in (["number"], ["day"]):
        is_open = names == ""
        _take(names, ordered, is_open & (ordered["number"] != "") if by == ["number"] else is_open, by)
    for _, pool in ordered.groupby(_POOL, sort=True):
        _pair_opposites(names, _open(pool, names), days)
        _take_runs(names, _open(pool, names), days)
        _take_returns(names, _open(pool, names), days)
    return names.reindex(lines.index)


def _open(pool: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    return pool[(names[pool.index] == "").to_numpy(dtype=bool)]


def _take(names: pd.Series, ordered: pd.DataFrame, is_open: pd.Series, by: list[str]) -> None:
    """Group the open postings of one account, currency and ``by`` that add up to zero."""
    rows = ordered[is_open.to_numpy(dtype=bool)]
    if rows.empty:
        return
    keys = [*_POOL, *by]
    sums = rows.groupby(keys, sort=False)["amount"].agg(["sum", "first"])
    zero = sums[(sums["sum"] == NO_MONEY).to_numpy(dtype=bool)].index
    chosen = rows[pd.MultiIndex.from_frame(rows[keys]).isin(zero)]
    for _, group in chosen.groupby(keys, sort=True):
        names[group.index] = _name(group, by[0])


def _name(group: pd.DataFrame, how: str) -> str:
    first = group.iloc[0]
    return f"{first['account']} {first['day']} {how} {first['key']}"


def _pair_opposites(names: pd.Series, rows: pd.DataFrame, days: int) -> None:
    """Group a debit with the only credit of its amount that is near, where it is the only one for that credit."""
    sizes = rows.assign(size=rows["amount"].map(lambda amount: abs(amount).normalize()))
    is_debit = (rows["amount"] > NO_MONEY).to_numpy(dtype=bool)
    sides = [sizes[chosen].reset_index(names="at") for chosen in (is_debit, ~is_debit)]
    both = sides[0].merge(sides[1], on="size", suffixes=("_one", "_other"))
    apart = [abs((one - other).days) for one, other in zip(both["day_one"], both["day_other"], strict=True)]
    near = both[np.array(apart, dtype=np.int64) <= days]
    single = near[~(near["at_one"].duplicated(keep=False) | near["at_other"].duplicated(keep=False))]
    for one, other in zip(single["at_one"], single["at_other"], strict=True):
        pair = rows[rows.index.isin([one, other])]
        names[pair.index] = _name(pair, "amount")


def _take_runs(names: pd.Series, rows: pd.DataFrame, days: int) -> None:
    """Group a large amount with the only unbroken run of near ones of the other side that makes it up."""
    amounts, on = rows["amount"].to_numpy(dtype=object), rows["day"].tolist()
    is_debit, is_open = (amounts > NO_MONEY).astype(bool), np.ones(len(rows), dtype=bool)
    for at in range(len(rows)):
        if not is_open[at]:
            continue
        near = _near(on, is_open, on[at], on[at], days)
        parts = near[is_debit[near] != is_debit[at]]
        run = only_run(amounts[parts].tolist(), -amounts[at])
        if run is None or run.stop - run.start == 1:  # of single ones it is known whether they are a pair
            continue
        group = np.sort(np.append(parts[run], at))
        if not _is_interchangeable(amounts, group, near):
            is_open[group] = False
            names[rows.index[group]] = _name(rows.iloc[group], "sum")


def _take_returns(names: pd.Series, rows: pd.DataFrame, days: int) -> None:
    """Group all postings between two days after which the balance of open postings was the same."""
    amounts, on = rows["amount"].to_numpy(dtype=object), rows["day"].tolist()
    is_open = np.ones(len(rows), dtype=bool)
    balance, since = NO_MONEY, {NO_MONEY: 0}
    for behind in (at for at in range(1, len(on) + 1) if at == len(on) or on[at] != on[at - 1]):
        day = on[behind - 1]
        balance = sum(amounts[bisect_left(on, day) : behind], start=balance)
        begin = since.get(balance)
        if begin is not None and (day - on[begin]).days <= days:
            group = np.arange(begin, behind)
            if not _is_interchangeable(amounts, group, _near(on, is_open, on[begin], day, days)):
                is_open[group] = False
                names[rows.index[group]] = _name(rows.iloc[group], "return")
                since = {}
        since[balance] = behind


def _near(
    ordered: list[date], is_open: npt.NDArray[np.bool_], first: date, last: date, days: int
) -> npt.NDArray[np.int64]:
    """Return the positions of the open postings that are near a span of days."""
    span = timedelta(days=days)
    begin, behind = bisect_left(ordered, first - span), bisect_right(ordered, last + span)
    return begin + np.flatnonzero(is_open[begin:behind])


def _is_interchangeable(
    amounts: npt.NDArray[np.object_], group: npt.NDArray[np.int64], near: npt.NDArray[np.int64]
) -> bool:
    """Say whether a near posting outside a group could be in it in the place of one inside."""
    return not set(amounts[np.setdiff1d(near, group)]).isdisjoint(amounts[group])


def totals(amounts: npt.NDArray[np.object_]) -> tuple[Decimal, Decimal]:
    """Return the debits and the credits among amounts, both positive."""
    debits = sum((amount for amount in amounts if amount > NO_MONEY), start=NO_MONEY)
    return debits, debits - sum(amounts, start=NO_MONEY)
