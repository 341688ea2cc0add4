"""Comparing what documents are coded to: the lines of a pair, summed by account and dimensions, in Intacct's words.

Lines are not paired one by one: both systems may split or order them differently, and the ledger sees only the sums.
Quantity is not compared, for it does not travel (S-BIL-10).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.reconcile.causes import Kind, first_cause
from intacct_pipelines.reconcile.frames import require, select_rows, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from intacct_pipelines.domain.coding import Coding
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.differences import Differences
    from intacct_pipelines.reconcile.frames import Frames


DIMENSIONS: Final = ("account", "department", "location", "class")
UNKNOWN: Final = "?"
"""Stands before a BILL id that has no counterpart in Intacct."""
_ZERO: Final = Decimal(0)


def add_coding(
    differences: Differences,
    rows: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    totals_differ: pd.Series,
    is_skipped: pd.Series,
    cause: pd.Series,
    otherwise: str,
    field: str = "lines",
    dimensions: Sequence[str] = DIMENSIONS,
    unknown: str = "unknown_coding",
) -> None:
    """Add the pairs of documents whose lines are coded otherwise.

    Args:
        differences: Takes the differences.
        rows: One row for each pair, as ``Differences.add`` asks for.
        lines: From ``coded_lines``.
        totals_differ: Whether the totals of each pair differ.
        is_skipped: Pairs whose lines are not compared.
        cause: What explains each pair.
        otherwise: The break that it is otherwise, unless its coding is unknown.
        field: What the difference calls it.
        dimensions: What is compared.
        unknown: The break that a coding without counterpart is.
    """
    coding = compare_lines(lines, totals_differ, dimensions)
    coding = coding[~is_skipped[coding.index].to_numpy(dtype=bool)]
    chosen = rows.loc[coding.index].assign(root=coding["unknown"])
    differences.add(
        chosen,
        Kind.CODING,
        cause=cause[coding.index],
        otherwise=first_cause(chosen, otherwise=otherwise, **{unknown: coding["unknown"] != ""}),
        field=field,
        platform_value=coding["platform_value"],
        intacct_value=coding["intacct_value"],
        amount_difference=_ZERO,
        money_at_stake=coding["money_at_stake"],
    )


def compare_lines(
    lines: pd.DataFrame, totals_differ: pd.Series, dimensions: Sequence[str] = DIMENSIONS
) -> pd.DataFrame:
    """Return the pairs whose coding differs, by position.

    Where the totals differ already, only codings that stand on one side alone count: else one wrong amount would be
    told twice.

    Args:
        lines: From ``coded_lines``.
        totals_differ: Whether the totals of each pair differ.
        dimensions: Columns by which the lines are summed.

    Returns:
        Columns ``platform_value``, ``intacct_value`` (only the codings that differ), ``money_at_stake`` (the money that
        is coded otherwise) and ``unknown`` (the first coding of the platform that has no counterpart, such as
        ``account 0ca01``; empty where all have one).
    """
    words = lines[list(dimensions)].drop_duplicates().reset_index(drop=True)
    words["code"] = range(len(words))
    lines["code"] = _codes(lines, words)
    # One number for pair and coding: grouping by numbers is many times faster than by five texts.
    lines["place"] = lines["pair"] * max(len(words), 1) + lines["code"]
    net = lines.groupby("place", sort=True)["signed"].sum()
    lines = lines[lines["place"].isin(net.index[(net != _ZERO).to_numpy(dtype=bool)])]
    per_side = lines.groupby(["pair", "code", "side"], sort=True)["amount"].sum()
    sides = {side: per_side[per_side.index.get_level_values("side") == side] for side in ("platform", "intacct")}
    summed = pd.DataFrame({side: sums.droplevel("side") for side, sums in sides.items()}).astype(object)
    summed = summed.map(lambda amount: _ZERO if pd.isna(amount) else amount).reset_index()
    is_on_both = (summed["platform"] != _ZERO) & (summed["intacct"] != _ZERO)
    is_told = is_on_both & summed["pair"].map(totals_differ).astype(bool)
    spoken = words[list(dimensions)].agg("/".join, axis=1) if len(words) else pd.Series(dtype=object)
    return _described(summed[~is_told], spoken, dimensions)


def _codes(lines: pd.DataFrame, words: pd.DataFrame) -> pd.Series:
    columns = [column for column in words if column != "code"]
    return lines.merge(words, on=columns, how="left", validate="many_to_one")["code"]


def coded_lines(link: Link, platform: pd.DataFrame, intacct: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of both sides in one frame, in Intacct's words.

    A line of the platform without department or class has the link's where Intacct's lines of the document on that
    account all have it: then the account requires one, and pushing fills it (S-ERR-09).

    Args:
        link: For what it gives to lines where an account requires it.
        platform: Has ``pair`` (position of the pair), ``amount`` and, in Intacct's words, ``DIMENSIONS``.
        intacct: Has ``pair``, ``trx_amount`` and Intacct's columns of the dimensions.
    """
    columns = ("account_no", "department_id", "location_id", "class_id")
    spoken = {word: text(intacct, column) for word, column in zip(DIMENSIONS, columns, strict=True)}
    ours, theirs = platform["amount"].astype(object), intacct["trx_amount"].astype(object)
    there = pd.DataFrame({"pair": intacct["pair"], **spoken})
    here = _filled(platform[["pair", *DIMENSIONS]], there, link.where_required)
    sides = (
        here.assign(amount=ours, signed=ours, side="platform"),
        there.assign(amount=theirs, signed=-theirs, side="intacct"),
    )
    return pd.concat(sides, ignore_index=True)


def _filled(ours: pd.DataFrame, theirs: pd.DataFrame, where_required: Mapping[str, str]) -> pd.DataFrame:
    for dimension, given in sorted(where_required.items()):
        is_coded = (theirs[dimension] != "").groupby([theirs["pair"], theirs["account"]]).all()
        coded = set(is_coded.index[is_coded.to_numpy(dtype=bool)])
        places = pd.Series(list(zip(ours["pair"], ours["account"], strict=True)), index=ours.index, dtype=object)
        ours = ours.assign(**{dimension: ours[dimension].where((ours[dimension] != "") | ~places.isin(coded), given)})
    return ours


def platform_lines(frames: Frames, coding: Coding, table: tuple[str, str], keys: pd.Series) -> pd.DataFrame:
    """Return the platform's lines of paired documents, in Intacct's words.

    Args:
        frames: For the lines.
        coding: Translates.
        table: The lines' table, and its column with the document's id.
        keys: Ids of the paired documents, by the pair's position.
    """
    lines = of_pairs(frames, table, "id", "amount", keys)
    spoken = {
        "account": translated(lines, "gl_account_id", coding.account_no),
        "department": translated(lines, "department_id", coding.department_id),
        "location": translated(lines, "location_id", coding.location_id),
        "class": translated(lines, "class_id", coding.class_id),
    }
    return lines.assign(**spoken)


def intacct_lines(frames: Frames, table: tuple[str, str], keys: pd.Series) -> pd.DataFrame:
    """Return Intacct's lines of paired documents; the arguments are those of ``platform_lines``."""
    return of_pairs(frames, table, "record_no", "trx_amount", keys)


def of_pairs(frames: Frames, table: tuple[str, str], key: str, amount: str, keys: pd.Series) -> pd.DataFrame:
    """Return the lines of paired documents with the pair's position as ``pair``.

    Args:
        frames: For the lines.
        table: The lines' table, and its column with the document's key.
        key: Column that identifies a line.
        amount: Column with its amount.
        keys: Keys of the paired documents, by the pair's position.

    Raises:
        DataContractError: A line repeats a key or lacks what the comparison needs.
    """
    name, parent = table
    rows = select_rows(frames[name], key, deleted=False)
    require(rows, [parent, amount], key)
    pair_of = pd.Series(keys.index, index=keys.to_numpy(dtype=object))
    pair = rows[parent].astype(object).map(pair_of)
    return rows.assign(pair=pair)[pair.notna()].astype({"pair": "int64"}).reset_index(drop=True)


def translated(lines: pd.DataFrame, column: str, translate: Callable[[str], str | None]) -> pd.Series:
    """Return a column of BILL's ids in Intacct's words; what has no counterpart is its id behind ``UNKNOWN``."""
    ids = text(lines, column)
    words = {}
    for bill_id in ids.unique():
        word = translate(bill_id)
        words[bill_id] = UNKNOWN + bill_id if word is None else word
    return ids.map(words).astype(object)


def _described(summed: pd.DataFrame, spoken: pd.Series, dimensions: Sequence[str]) -> pd.DataFrame:
    """Write the differing codings of each pair as one text a side; few pairs differ, so this may go row by row."""
    described = {}
    for pair, codings in summed.groupby("pair", sort=True):
        names = codings["code"].map(spoken)
        entries = sorted(zip(names, codings["platform"], codings["intacct"], strict=True))
        moved = [platform - intacct for _, platform, intacct in entries]
        more, less = (sum((abs(d) for d in moved if (d > 0) is is_more), start=_ZERO) for is_more in (True, False))
        described[pair] = {
            "platform_value": "; ".join(f"{name}: {platform}" for name, platform, _ in entries if platform),
            "intacct_value": "; ".join(f"{name}: {intacct}" for name, _, intacct in entries if intacct),
            "money_at_stake": max(more, less),
            "unknown": next((word for name, _, _ in entries for word in _unknown_words(name, dimensions)), ""),
        }
    columns = ["platform_value", "intacct_value", "money_at_stake", "unknown"]
    return pd.DataFrame.from_dict(described, orient="index", columns=columns)


def _unknown_words(coding: str, dimensions: Sequence[str]) -> list[str]:
    """Return the parts of a coding that have no counterpart, each with its dimension."""
    parts = zip(dimensions, coding.split("/"), strict=False)
    return [f"{dimension} {part.removeprefix(UNKNOWN)}" for dimension, part in parts if part.startswith(UNKNOWN)]
