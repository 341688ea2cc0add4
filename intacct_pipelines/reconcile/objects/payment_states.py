"""What the states of payments mean on both sides; a word that is not named here pays in BILL and stands in Intacct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.payments import UNDER_WAY, UNDONE_IN_BILL, VOID_ASKED
from intacct_pipelines.domain.push import UNDONE_STATES
from intacct_pipelines.reconcile.frames import text

if TYPE_CHECKING:
    import pandas as pd

_WAITING: Final = frozenset({"Submitted", "Partially Approved", "Approved"})
_POSTED: Final = "Posted"


def status_in_bill(rows: pd.DataFrame) -> pd.Series:
    """Return BILL's finest word for the state of each payment."""
    fine = text(rows, "single_status")
    return fine.where(fine != "", text(rows, "status"))


def is_undone_in_bill(rows: pd.DataFrame) -> pd.Series:
    """Say which of BILL's payments pay nothing, because they were voided, cancelled or never funded."""
    return status_in_bill(rows).isin(UNDONE_IN_BILL)


def is_under_way(rows: pd.DataFrame) -> pd.Series:
    """Say which of BILL's payments are still to leave."""
    return status_in_bill(rows).isin(UNDER_WAY) | (text(rows, "status") == "APPROVING")


def is_void_asked(rows: pd.DataFrame) -> pd.Series:
    """Say which of BILL's payments somebody asked to void, which BILL has not done yet."""
    return status_in_bill(rows) == VOID_ASKED


def is_standing(rows: pd.DataFrame) -> pd.Series:
    """Say which of Intacct's payments are not void."""
    return ~text(rows, "state").isin(UNDONE_STATES)


def is_waiting(rows: pd.DataFrame) -> pd.Series:
    """Say which of Intacct's payments wait for approval or for what follows it (S-PAY-07)."""
    return text(rows, "state").isin(_WAITING)


def is_posted(rows: pd.DataFrame) -> pd.Series:
    """Say which of Intacct's payments are in the ledger."""
    return text(rows, "state") == _POSTED
