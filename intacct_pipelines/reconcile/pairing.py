"""Finding pairs in stages: each stage pairs only what is unique on both sides among the rows still without partner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.errors import DataContractError

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    import numpy.typing as npt

    from intacct_pipelines.domain.link import Link

ALONE: Final = -1
CROSSWALK: Final = "crosswalk"
MARK: Final = "mark"
CLAIM: Final = "claim"
"""The platform names Intacct's record itself."""
DOCUMENT: Final = "document"
"""The documents to which both rows belong are a pair."""
NATURAL_KEY: Final = "natural_key"


@dataclass(frozen=True)
class Pairing:
    """Which row belongs to which; rows are named by their position.

    Args:
        intacct_of: For each platform row the position of its Intacct row, or ``ALONE``.
        platform_of: The inverse.
        method: For each platform row how its partner was found; empty if it has none.
        platform_group: For each platform row without partner the ambiguous key it shares with others, else empty.
        intacct_group: The same for Intacct's rows.
        refused: Pairs of positions that a person has refused.
    """

    intacct_of: npt.NDArray[np.int64]
    platform_of: npt.NDArray[np.int64]
    method: npt.NDArray[np.object_]
    platform_group: npt.NDArray[np.object_]
    intacct_group: npt.NDArray[np.object_]
    refused: frozenset[tuple[int, int]]

    @property
    def platform_open(self) -> npt.NDArray[np.bool_]:
        """Platform rows with neither partner nor ambiguity."""
        return np.asarray((self.intacct_of == ALONE) & (self.platform_group == ""), dtype=bool)

    @property
    def intacct_open(self) -> npt.NDArray[np.bool_]:
        """Intacct rows with neither partner nor ambiguity."""
        return np.asarray((self.platform_of == ALONE) & (self.intacct_group == ""), dtype=bool)

    def pair(self, platform: npt.NDArray[np.int64], intacct: npt.NDArray[np.int64], method: str) -> None:
        """Join rows at these positions, but for the refused ones."""
        if self.refused:
            allowed = [couple not in self.refused for couple in zip(platform.tolist(), intacct.tolist(), strict=True)]
            platform, intacct = platform[allowed], intacct[allowed]
        self.intacct_of[platform] = intacct
        self.platform_of[intacct] = platform
        self.method[platform] = method

    def pair_unique(self, platform_key: pd.Series, intacct_key: pd.Series, method: str) -> None:
        """Join open rows whose key is unique on both sides; rows with an empty key are left alone."""
        platform, intacct = _keyed(platform_key, self.platform_open), _keyed(intacct_key, self.intacct_open)
        single = platform[~platform["key"].duplicated(keep=False)]
        other = intacct[~intacct["key"].duplicated(keep=False)]
        both = single.merge(other, on="key", suffixes=("_platform", "_intacct"))
        self.pair(both["position_platform"].to_numpy(), both["position_intacct"].to_numpy(), method)

    def pair_near(
        self, platform: tuple[pd.Series, pd.Series], intacct: tuple[pd.Series, pd.Series], *, least: int, most: int
    ) -> None:
        """Join open rows whose key is unique on both sides, if their days are near.

        Args:
            platform: Keys, and the day of each row; a row without day pairs with none.
            intacct: The same for Intacct's rows.
            least: Fewest days from the platform's day to Intacct's.
            most: Most days.
        """
        ours, theirs = platform[0], intacct[0]
        day = dict(zip(theirs, intacct[1], strict=True))
        # A key that stands twice is told apart by nothing, near or not: it stays in, and so pairs with none.
        stays = [
            is_repeated or _is_within(one, day.get(key), least, most)
            for key, one, is_repeated in zip(ours, platform[1], ours.duplicated(keep=False), strict=True)
        ]
        self.pair_unique(ours.where(pd.Series(stays, index=ours.index, dtype=bool), ""), theirs, NATURAL_KEY)

    def mark_ambiguous(self, platform_key: pd.Series, intacct_key: pd.Series) -> None:
        """Group open rows whose key stands on both sides and, on at least one, more than once."""
        platform, intacct = _keyed(platform_key, self.platform_open), _keyed(intacct_key, self.intacct_open)
        repeated = pd.concat([side["key"][side["key"].duplicated()] for side in (platform, intacct)])
        ambiguous = set(platform["key"]) & set(intacct["key"]) & set(repeated)
        for side, group in ((platform, self.platform_group), (intacct, self.intacct_group)):
            chosen = side[side["key"].isin(ambiguous)]
            group[chosen["position"].to_numpy()] = chosen["key"].to_numpy(dtype=object)

    def mark_doubles(self, platform_key: pd.Series, intacct_key: pd.Series) -> None:
        """Group open rows that repeat the key of a row of their own side that has its partner already."""
        for key, is_open, group in (
            (platform_key, self.platform_open, self.platform_group),
            (intacct_key, self.intacct_open, self.intacct_group),
        ):
            paired = set(key[~is_open & (group == "")]) - {""}
            doubled = key.isin(paired).to_numpy(dtype=bool) & is_open
            group[doubled] = key.to_numpy(dtype=object)[doubled]


def _is_within(one: date | None, other: date | None, least: int, most: int) -> bool:
    return one is not None and other is not None and least <= (other - one).days <= most


def spelt(amount: Decimal) -> str:
    """Write an amount so that equal ones are the same text."""
    return format(amount.normalize(), "f")


def _keyed(key: pd.Series, is_open: npt.NDArray[np.bool_]) -> pd.DataFrame:
    positions = np.flatnonzero(is_open & (key != "").to_numpy(dtype=bool))
    return pd.DataFrame({"position": positions, "key": key.to_numpy(dtype=object)[positions]})


def unpaired(platform: int, intacct: int, refused: frozenset[tuple[int, int]] = frozenset()) -> Pairing:
    """Return a pairing of so many rows of both sides, of which none has a partner yet."""
    return Pairing(
        intacct_of=np.full(platform, ALONE, dtype=np.int64),
        platform_of=np.full(intacct, ALONE, dtype=np.int64),
        method=np.full(platform, "", dtype=object),
        platform_group=np.full(platform, "", dtype=object),
        intacct_group=np.full(intacct, "", dtype=object),
        refused=refused,
    )


def pair_known(
    link: Link,
    object_name: str,
    crosswalk: pd.DataFrame,
    *,
    platform_ids: pd.Series,
    intacct_record_nos: pd.Series,
    intacct_texts: pd.Series,
    intacct_stands: pd.Series,
) -> Pairing:
    """Pair by confirmed crosswalk, then by the source that Intacct's record names in its text.

    Args:
        link: Whose crosswalk counts.
        object_name: ``vendor`` or ``ap_bill``.
        crosswalk: Rows of ``mapping.crosswalk``.
        platform_ids: BILL's ids by position.
        intacct_record_nos: Intacct's record numbers by position.
        intacct_texts: The text that may name the source (S-IDM-04), by position.
        intacct_stands: False for records that were undone, by position; they are paired only when no other is there.

    Raises:
        DataContractError: One record is confirmed with two others.
    """
    platform_at = pd.Series(platform_ids.index, index=platform_ids.to_numpy(dtype=object))
    intacct_at = pd.Series(intacct_record_nos.index, index=intacct_record_nos.to_numpy(dtype=object))
    known = crosswalk[(crosswalk["link"] == link.name) & (crosswalk["object"] == object_name)]
    positions = {status: _located(known, status, platform_at, intacct_at) for status in ("confirmed", "refused")}
    confirmed = positions["confirmed"]
    for column in confirmed:
        if confirmed[column].duplicated().any():
            msg = f"the crosswalk of link {link.name} confirms one {object_name} with several others"
            raise DataContractError(msg)
    refused = frozenset(positions["refused"].itertuples(index=False, name=None))
    pairing = unpaired(len(platform_ids), len(intacct_record_nos), refused)
    pairing.pair(confirmed["platform"].to_numpy(), confirmed["intacct"].to_numpy(), CROSSWALK)
    marked = marked_ids(intacct_texts, link.platform)
    _pair_marked(pairing, platform_ids, marked.where(marked.isin(platform_at.index), ""), intacct_stands)
    return pairing


def _located(known: pd.DataFrame, status: str, platform_at: pd.Series, intacct_at: pd.Series) -> pd.DataFrame:
    """Return the positions of pairs of one status of which both rows are here."""
    rows = known[known["status"] == status]
    platform = rows["platform_id"].map(platform_at)
    intacct = rows["intacct_record_no"].astype(object).map(intacct_at)
    return pd.DataFrame({"platform": platform, "intacct": intacct}).dropna().astype(np.int64)


def _pair_marked(pairing: Pairing, platform_ids: pd.Series, marked: pd.Series, stands: pd.Series) -> None:
    standing = marked.where(stands, "")
    pairing.pair_unique(platform_ids, standing, MARK)
    pairing.mark_ambiguous(platform_ids, standing)
    # One more standing record that names a source which has its partner already is a double, not a missing one.
    paired_ids = set(platform_ids[pairing.intacct_of != ALONE])
    doubled = standing.isin(paired_ids).to_numpy(dtype=bool) & pairing.intacct_open
    pairing.intacct_group[doubled] = standing.to_numpy(dtype=object)[doubled]
    pairing.pair_unique(platform_ids, marked, MARK)


def marked_ids(texts: pd.Series, system: str = "bill") -> pd.Series:
    """Return the platform's id that each text names as its source, ``""`` where it names none or several."""
    begins = f"{system.upper()}:"
    return texts.map(lambda words: _id_in(words, begins, system)).astype(object)


def _id_in(words: str, begins: str, system: str) -> str:
    if begins not in words:  # most texts; saves the search
        return ""
    mark = read_source_mark(words)
    return mark[1] if mark is not None and mark[0] == system else ""


def joined(chosen: pd.Series, *parts: pd.Series) -> pd.Series:
    """Return one key made of several columns for the chosen rows, and ``""`` for the others."""
    rows = chosen.to_numpy(dtype=bool)
    keys = np.full(len(rows), "", dtype=object)
    columns = (part.to_numpy(dtype=object)[rows] for part in parts)
    keys[rows] = ["\x1f".join(map(str, cells)) for cells in zip(*columns, strict=True)]
    return pd.Series(keys, index=chosen.index, dtype=object)
