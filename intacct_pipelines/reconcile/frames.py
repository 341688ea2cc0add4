"""What a reconciliation reads: the current rows of one entity, and how their columns are made comparable.

Nothing here decides anything; an absent text becomes ``""``, an absent instant falls back to the record's creation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.coding import Coding, ListRecord
from intacct_pipelines.domain.names import fold
from intacct_pipelines.errors import DataContractError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from intacct_pipelines.domain.link import Link

CROSSWALK_COLUMNS: Final = ("link", "object", "platform_id", "intacct_record_no", "intacct_id", "status")
STORED_AT: Final = "_synced_at"
"""When the warehouse stored a row as it is; read for tables whose source tells no times."""
_SHOWN_KEYS: Final = 5


def columns_of(qualified_name: str) -> list[str]:
    """Return the columns of a table that a comparison reads.

    Args:
        qualified_name: Such as ``bill.ap_bill``.
    """
    table = TABLES[qualified_name]
    tells_times = bool(table.parent) or "modified_at" in table.column_names
    return [*table.column_names, "_deleted", *([] if tells_times else [STORED_AT])]


def empty_frame(qualified_name: str) -> pd.DataFrame:
    """Return a frame without rows and with the columns of a table of the catalog.

    Args:
        qualified_name: Such as ``bill.ap_bill``.
    """
    return pd.DataFrame(columns=columns_of(qualified_name), dtype=object)


def empty_crosswalk() -> pd.DataFrame:
    """Return a crosswalk without rows."""
    return pd.DataFrame(columns=list(CROSSWALK_COLUMNS), dtype=object)


class Frames(Mapping[str, pd.DataFrame]):
    """The current rows of one entity on both sides, by qualified table name, columns named as in the catalog.

    Money is Decimal, dates are ``date``, instants are aware UTC. Rows that the source deleted are among them with
    ``_deleted`` true; they are evidence and never counted. A frame without ``_deleted`` has live rows only.

    Args:
        tables: The rows; a declared table that is not among them has none.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self._tables = dict(tables)

    def __getitem__(self, name: str) -> pd.DataFrame:
        found = self._tables.get(name)
        return empty_frame(name) if found is None else found

    def was_read(self, name: str) -> bool:
        """Say whether the rows of a table are known, so that their absence proves something."""
        return name in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def coding_of(link: Link, frames: Frames) -> Coding:
    """Return the translation of BILL's coding for one link."""
    return Coding(
        link,
        accounts=_list_records(frames["bill.gl_account"], "account_no"),
        departments=_list_records(frames["bill.department"], "short_name"),
        locations=_list_records(frames["bill.location"], "short_name"),
        classes=_list_records(frames["bill.accounting_class"], "short_name"),
        terms=_list_records(frames["bill.ap_term"], "name"),
    )


def _list_records(frame: pd.DataFrame, code: str) -> Iterable[ListRecord]:
    # In order of ids, so that the same rows always translate the same way.
    columns = [text(frame, name) for name in ("id", "name", code)]
    return sorted(ListRecord(*row) for row in zip(*columns, strict=True))


def select_rows(frame: pd.DataFrame, key: str, *, deleted: bool) -> pd.DataFrame:
    """Return the live or the deleted rows in order of their key, numbered from 0.

    Args:
        frame: Rows of one table.
        key: Column that identifies a row.
        deleted: Which of the two.

    Raises:
        DataContractError: A key stands twice, so that a row could not end in exactly one place.
    """
    if "_deleted" in frame.columns:
        is_deleted = frame["_deleted"].fillna(value=False).astype(bool)
        rows = frame[is_deleted if deleted else ~is_deleted]
    else:
        rows = frame.iloc[:0] if deleted else frame
    repeated = rows[key][rows[key].duplicated()]
    if len(repeated):
        msg = f"{len(repeated)} rows repeat a {key}, such as {_show(repeated)}"
        raise DataContractError(msg)
    return rows.sort_values(key, kind="stable").reset_index(drop=True)


def _show(values: pd.Series) -> str:
    return ", ".join(sorted(str(value) for value in values)[:_SHOWN_KEYS])


def require(frame: pd.DataFrame, columns: Sequence[str], key: str) -> None:
    """Refuse rows that lack what a comparison cannot do without.

    Raises:
        DataContractError: A column is absent or has empty cells.
    """
    for column in columns:
        if column not in frame.columns:
            msg = f"the frame has no column {column}"
            raise DataContractError(msg)
        lacking = frame[key][frame[column].isna()]
        if len(lacking):
            msg = f"{len(lacking)} rows have no {column}, such as {key} {_show(lacking)}"
            raise DataContractError(msg)


def text(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a text column with ``""`` where there is none."""
    series = frame[column].astype(object)
    return series.where(series.notna(), "")


def value(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of Python values with None where there is none."""
    series = frame[column].astype(object)
    return series.where(series.notna(), None)


def mapped(series: pd.Series, values: Mapping[Any, Any], absent: Any = "") -> pd.Series:
    """Return what each cell stands for, and ``absent`` where it stands for nothing; always as objects."""
    return pd.Series([values.get(cell, absent) for cell in series], index=series.index, dtype=object)


def flag(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of booleans, false where nothing is said."""
    series = frame[column].astype(object)
    return series.where(series.notna(), other=False).astype(bool)


def instants(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of instants as UTC timestamps to the microsecond, NaT where there is none."""
    return pd.to_datetime(frame[column], utc=True).astype("datetime64[us, UTC]")


def changed_at(frame: pd.DataFrame) -> pd.Series:
    """Return when each row last changed, or else was made; NaT when neither is known.

    Of a source that tells no times, it is when the row was stored as it is, which is later than the truth.
    """
    if "modified_at" not in frame.columns:
        return instants(frame, STORED_AT)
    modified, created = instants(frame, "modified_at"), instants(frame, "created_at")
    return modified.fillna(created)


def is_in_use(frame: pd.DataFrame) -> pd.Series:
    """Say which rows of a platform's list are in use: neither archived nor called inactive; as a rule, all are."""
    if "is_archived" in frame.columns:
        return ~flag(frame, "is_archived")
    if "status" in frame.columns:
        return text(frame, "status").str.lower() != "inactive"
    return pd.Series(data=True, index=frame.index, dtype=bool)


def folded(series: pd.Series) -> pd.Series:
    """Return a text column folded, each distinct text once."""
    return series.map({words: fold(words) for words in series.unique()}).astype(object)
