"""Differences as they are collected while an object is compared, and those of rows without a partner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.causes import CAUSES, NO_CAUSE, YOUNG, Kind
from intacct_pipelines.reconcile.pairing import ALONE
from intacct_pipelines.reconcile.result import DIFFERENCE_COLUMNS, labelled, ordered

if TYPE_CHECKING:
    from datetime import datetime

    import numpy.typing as npt

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.sides import Sides


@dataclass
class Differences:
    """Collects differences while an object is compared.

    Args:
        link: The link, for names and grace.
        object_name: One of ``domain.reconciled``.
        now: The instant at which ages are taken, aware.
    """

    link: Link
    object_name: str
    now: datetime
    parts: list[pd.DataFrame] = field(default_factory=list)

    def add(
        self,
        rows: pd.DataFrame,
        kind: Kind | str,
        *,
        cause: pd.Series | str,
        otherwise: pd.Series | str,
        **values: Any,
    ) -> None:
        """Add one difference for each row.

        Args:
            rows: Has ``platform_id``, ``intacct_record_no``, ``intacct_id``, ``currency``, ``document_date``,
                ``changed_at``; ``root`` and ``root_name`` where a cause of theirs is shared.
            kind: What differs.
            cause: Name of the cause of each row, ``NO_CAUSE`` where no rule explains it.
            otherwise: The break that an unexplained row is once it is older than the grace.
            values: ``field``, ``platform_value``, ``intacct_value``, ``amount_difference``, ``money_at_stake``.
        """
        if rows.empty:
            return
        part = rows.assign(kind=str(kind), cause=cause, **values)
        age = (pd.Timestamp(self.now) - part["changed_at"]).dt.total_seconds()
        is_young = age < self.link.grace.total_seconds()
        # A row is explained, young, or a break, in this order.
        part["cause"] = part["cause"].where(part["cause"] != NO_CAUSE, np.where(is_young, YOUNG, otherwise))
        part["age_seconds"] = age.clip(lower=0).fillna(0).astype("int64")
        self.parts.append(part)

    def frame(self) -> pd.DataFrame:
        """Return all differences with their causes spelt out, in order."""
        if not self.parts:
            return pd.DataFrame(columns=list(DIFFERENCE_COLUMNS), dtype=object)
        found = pd.concat(self.parts, ignore_index=True)
        for column in ("verdict", "rule", "reason", "remedy", "turn"):
            found[column] = found["cause"].map({name: str(getattr(cause, column)) for name, cause in CAUSES.items()})
        found = _rooted(found)
        found = labelled(found, self.link, self.object_name)
        return ordered(found, DIFFERENCE_COLUMNS, ("kind", "platform_id", "intacct_record_no", "field"))


def _rooted(found: pd.DataFrame) -> pd.DataFrame:
    """Spell out the root of differences whose cause is shared; others have none."""
    shared = found["cause"].map({name: cause.shared for name, cause in CAUSES.items()})
    is_named = shared.str.contains("{}", regex=False).astype(bool)
    own = found.reindex(columns=["root", "root_name"]).astype(object).fillna("")
    named = shared[is_named].combine(own["root"][is_named], str.format)
    return found.assign(root=shared.mask(is_named, named), root_name=own["root_name"].where(is_named, ""))


@dataclass(frozen=True)
class Explanations:
    """Why rows without partner have none, row by row: the cause, and the break it is if no rule explains it.

    Ambiguous rows are all explained by ``group_cause`` and ``group_otherwise``, but for an object that tells them apart
    row by row in ``platform_group_otherwise`` and ``intacct_group_otherwise``.
    """

    platform_cause: pd.Series
    platform_otherwise: pd.Series
    intacct_cause: pd.Series
    intacct_otherwise: pd.Series
    group_cause: str
    group_otherwise: str
    platform_group_otherwise: pd.Series | None = None
    intacct_group_otherwise: pd.Series | None = None


def add_alone(sides: Sides, differences: Differences, why: Explanations, kind: Kind | None = None) -> None:
    """Add a difference for every row that has no partner.

    Args:
        sides: Both sides, paired.
        differences: Takes the differences.
        why: Why rows have no partner.
        kind: What such a row is called; None for missing on the other side.
    """
    pairing = sides.pairing
    our_dates, their_dates = sides.document_dates()
    for is_platform, missing, rows, partner, group, cause, otherwise, of_group in (
        (
            True,
            Kind.MISSING_IN_INTACCT,
            sides.platform.assign(document_date=our_dates),
            pairing.intacct_of,
            pairing.platform_group,
            why.platform_cause,
            why.platform_otherwise,
            why.platform_group_otherwise,
        ),
        (
            False,
            Kind.MISSING_IN_PLATFORM,
            sides.intacct.assign(document_date=their_dates),
            pairing.platform_of,
            pairing.intacct_group,
            why.intacct_cause,
            why.intacct_otherwise,
            why.intacct_group_otherwise,
        ),
    ):
        is_missing = (partner == ALONE) & (group == "")
        differences.add(
            one_sided(rows[is_missing], is_platform=is_platform),
            missing if kind is None else kind,
            cause=cause[is_missing],
            otherwise=otherwise[is_missing],
        )
        is_ambiguous = (partner == ALONE) & (group != "")
        shown = one_sided(rows[is_ambiguous], is_platform=is_platform)
        shown = shown.assign(**_companions(sides, group[is_ambiguous], is_platform=is_platform))
        told = why.group_otherwise if of_group is None else of_group[is_ambiguous]
        differences.add(shown, Kind.DUPLICATE, cause=why.group_cause, otherwise=told)


def one_sided(rows: pd.DataFrame, *, is_platform: bool) -> pd.DataFrame:
    """Return what the difference of each row shows that has no partner."""
    amounts = rows["amount"]
    mine, theirs = ("platform_value", "intacct_value") if is_platform else ("intacct_value", "platform_value")
    return pd.DataFrame(
        {
            "platform_id": rows["key"] if is_platform else None,
            "intacct_record_no": None if is_platform else rows["key"],
            "intacct_id": None if is_platform else rows["id"],
            "field": "",
            mine: rows["shown"],
            theirs: None,
            "amount_difference": amounts if is_platform else -amounts,
            "money_at_stake": amounts.map(abs),
            "currency": rows["currency"],
            "document_date": rows["document_date"],
            "changed_at": rows["changed_at"],
            "root": rows.get("root", ""),
            "root_name": rows.get("root_name", ""),
        },
        index=rows.index,
    )


def _companions(sides: Sides, groups: npt.NDArray[np.object_], *, is_platform: bool) -> dict[str, list[str]]:
    """Return for each ambiguous row the keys of the rows on the other side that it may belong to."""
    other = sides.intacct if is_platform else sides.platform
    other_group = sides.pairing.intacct_group if is_platform else sides.pairing.platform_group
    keys: dict[object, list[str]] = {}
    for position in np.flatnonzero(other_group != ""):
        keys.setdefault(other_group[position], []).append(str(other["key"].iloc[position]))
    listed = [", ".join(keys.get(group, [])) for group in groups]
    return {"intacct_value" if is_platform else "platform_value": listed}
