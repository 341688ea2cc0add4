"""Both sides of an object, paired, with the columns that every object has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from intacct_pipelines.reconcile.pairing import ALONE

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.pairing import Pairing


@dataclass(frozen=True)
class Sides:
    """The live rows of both sides, paired, with the columns that every object has.

    Each frame is numbered from 0 in order of its key and has ``key``, ``id``, ``shown``, ``amount``, ``currency`` and
    ``changed_at``.

    Args:
        platform: The platform's rows.
        intacct: Intacct's rows of which the link speaks.
        outside: Intacct's rows of which the link does not speak: those of another level or entity, or for the cause in
            ``outside_cause``.
        pairing: Which row belongs to which.
        date: Column of all three frames with the document's date; empty for the records of a list, which have none.
    """

    platform: pd.DataFrame
    intacct: pd.DataFrame
    outside: pd.DataFrame
    pairing: Pairing
    date: str = ""

    def pairs(self) -> pd.DataFrame:
        """Return positions and common facts of every pair, in order of the platform's key."""
        positions = np.flatnonzero(self.pairing.intacct_of != ALONE)
        partners = self.pairing.intacct_of[positions]
        wide = {"platform": positions, "intacct": partners}
        frame = pd.DataFrame(wide)
        for column in ("id", "key", "amount", "currency", "changed_at"):
            frame[f"p_{column}"] = self.platform[column].take(positions).reset_index(drop=True)
            frame[f"i_{column}"] = self.intacct[column].take(partners).reset_index(drop=True)
        frame["document_date"] = self.document_dates()[0].take(positions).reset_index(drop=True)
        frame["changed_at"] = _later(frame["p_changed_at"], frame["i_changed_at"])
        frame["method"] = self.pairing.method[positions]
        return frame

    def document_dates(self) -> tuple[pd.Series, pd.Series]:
        """Return the document date of each of the platform's and of Intacct's rows, None where there is none.

        Both sides of a pair have one date, the platform's or else Intacct's, so that a pair belongs to one period.
        """
        ours, theirs = (self.dates_of(rows).to_numpy(dtype=object, copy=True) for rows in (self.platform, self.intacct))
        positions = np.flatnonzero(self.pairing.intacct_of != ALONE)
        partners = self.pairing.intacct_of[positions]
        lacks = pd.isna(ours[positions])
        ours[positions[lacks]] = theirs[partners[lacks]]
        theirs[partners] = ours[positions]
        return pd.Series(ours, self.platform.index, dtype=object), pd.Series(theirs, self.intacct.index, dtype=object)

    def dates_of(self, rows: pd.DataFrame) -> pd.Series:
        """Return the document date that each row itself names."""
        if not self.date:
            return pd.Series([None] * len(rows), index=rows.index, dtype=object)
        days = rows[self.date].astype(object)
        return days.where(days.notna(), None)

    def partners(self) -> dict[object, Any]:
        """Return Intacct's key of every paired row of the platform, by the platform's key."""
        positions = np.flatnonzero(self.pairing.intacct_of != ALONE)
        ours = self.platform["key"].take(positions)
        return dict(zip(ours, self.intacct["key"].take(self.pairing.intacct_of[positions]), strict=True))

    def side_by_side(self, pairs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the platform's and Intacct's rows of the pairs, in the pairs' order and numbered from 0."""
        return (
            self.platform.take(pairs["platform"].to_numpy()).reset_index(drop=True),
            self.intacct.take(pairs["intacct"].to_numpy()).reset_index(drop=True),
        )


def pair_rows(pairs: pd.DataFrame, **facts: Any) -> pd.DataFrame:
    """Return what every difference of a pair shows of it.

    Args:
        pairs: From ``Sides.pairs``.
        facts: Columns to add or to put in place of others; objects without money say ``currency=""``.
    """
    rows = pd.DataFrame(
        {
            "platform_id": pairs["p_key"],
            "intacct_record_no": pairs["i_key"],
            "intacct_id": pairs["i_id"],
            "currency": pairs["p_currency"],
            "document_date": pairs["document_date"],
            "changed_at": pairs["changed_at"],
        }
    )
    return rows.assign(**facts)


def _later(one: pd.Series, other: pd.Series) -> pd.Series:
    return one.where(other.isna() | (one >= other), other)
