"""How the columns of rows are read: what is absent, what is deleted, what is refused, when a row changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from reconcile_cases import JUST_NOW, LATER, LONG_AGO

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile import columns_of
from intacct_pipelines.reconcile.fields import spoken, unlike
from intacct_pipelines.reconcile.frames import (
    Frames,
    changed_at,
    empty_frame,
    flag,
    folded,
    is_in_use,
    mapped,
    require,
    select_rows,
    text,
    value,
)

NOTHING = [None, float("nan"), pd.NaT]


def frame(**columns):
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


def test_live_and_deleted_rows_are_told_apart_and_ordered_by_their_key():
    """Rows are numbered from 0; without a word on deletion all are live."""
    rows = frame(id=["c", "a", "b"], _deleted=[False, None, True])
    assert select_rows(rows, "id", deleted=False)["id"].to_dict() == {0: "a", 1: "c"}
    assert select_rows(rows, "id", deleted=True)["id"].to_dict() == {0: "b"}
    silent = rows.drop(columns="_deleted")
    assert select_rows(silent, "id", deleted=False)["id"].to_list() == ["a", "b", "c"]
    assert len(select_rows(silent, "id", deleted=True)) == 0


def test_a_repeated_key_is_refused_with_examples_in_order():
    """At most five are shown; a deleted row may share the key of a live one."""
    rows = frame(id=[*"gfedcba", *"gfedcba"])
    with pytest.raises(DataContractError, match=r"^7 rows repeat a id, such as a, b, c, d, e$"):
        select_rows(rows, "id", deleted=False)
    both = frame(id=["a", "a"], _deleted=[True, False])
    assert len(select_rows(both, "id", deleted=False)) == len(select_rows(both, "id", deleted=True)) == 1


def test_what_a_comparison_cannot_do_without_is_required():
    """A column that is not there, and a cell that is empty, are told by name and key."""
    rows = frame(id=["a", "b", "c"], amount=[Decimal(1), None, None], name=["x", "y", "z"])
    require(rows, ["name"], "id")
    with pytest.raises(DataContractError, match=r"^2 rows have no amount, such as id b, c$"):
        require(rows, ["name", "amount"], "id")
    with pytest.raises(DataContractError, match=r"^the frame has no column state$"):
        require(rows, ["state"], "id")


def test_absent_cells_become_what_can_be_compared():
    """An empty text, None or false, as the column is read; always Python's own values."""
    rows = frame(cell=["a", *NOTHING])
    assert text(rows, "cell").to_list() == ["a", "", "", ""]
    assert value(rows, "cell").to_list() == ["a", None, None, None]
    assert mapped(rows["cell"], {"a": 1}, None).to_list() == [1, None, None, None]
    assert mapped(rows["cell"], {}).to_list() == [""] * 4
    assert flag(frame(cell=[True, False, None]), "cell").to_list() == [True, False, False]
    assert folded(pd.Series(["  Ä b ", "C"], dtype=object)).to_list() == ["ä b", "c"]
    numbers = pd.DataFrame({"cell": pd.Series([1, 2], dtype="int64")})
    assert [type(cell) for cell in value(numbers, "cell")] == [int, int]


def test_a_row_changed_when_it_was_modified_or_made_or_else_stored():
    """Only a source that tells no times falls back to when we stored the row."""
    rows = frame(modified_at=[LATER, None, None], created_at=[LONG_AGO, LONG_AGO, None])
    assert changed_at(rows).to_list() == [LATER, LONG_AGO, pd.NaT]
    assert changed_at(frame(_synced_at=[JUST_NOW])).to_list() == [JUST_NOW]
    assert "_synced_at" in columns_of("business_center.vendor")
    assert "_synced_at" not in columns_of("bill.ap_bill")
    assert "_synced_at" not in columns_of("business_center.ap_bill_line")


def test_use_is_told_by_an_archive_flag_or_a_status_or_not_at_all():
    """Both ways in which a platform takes a record out of use, in any spelling."""
    assert is_in_use(frame(is_archived=[True, False, None])).to_list() == [False, True, True]
    assert is_in_use(frame(status=["Inactive", "INACTIVE", "active", None])).to_list() == [False, False, True, True]
    assert is_in_use(frame(id=[1, 2])).to_list() == [True, True]


def test_tables_that_were_never_read_are_empty_and_known_as_such():
    """Their absence proves nothing; a table that was read and has no rows does."""
    frames = Frames({"bill.vendor": empty_frame("bill.vendor")})
    assert (frames.was_read("bill.vendor"), frames.was_read("bill.ap_bill")) == (True, False)
    assert list(frames["bill.ap_bill"].columns) == columns_of("bill.ap_bill")
    assert (list(frames), len(frames)) == (["bill.vendor"], 1)


def test_fields_are_alike_when_both_are_absent_and_written_as_people_read_them():
    """An amount has no exponent, what is absent is empty."""
    one, other = (pd.Series(cells, dtype=object) for cells in ([1, None, None, 2], [1, None, 2, 3]))
    assert unlike(one, other).to_list() == [False, False, True, True]
    cells = [Decimal("1E+3"), None, date(2026, 2, 28), "x", Decimal("0.10")]
    assert spoken(pd.Series(cells, dtype=object)).to_list() == ["1000", "", "2026-02-28", "x", "0.10"]
