"""Ledger accounts as Intacct tells them, and what a set-up may ask of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intacct_pipelines.doctor.asking import Row, one_of, rows

if TYPE_CHECKING:
    from intacct_pipelines.clients.intacct import Session

CARD_RECIPE: Final = {
    "ACCOUNTTYPE": "balancesheet",
    "NORMALBALANCE": "credit",
    "CLOSINGTYPE": "non-closing account",
    "ALTERNATIVEACCOUNT": "None",
    "STATUS": "active",
}
"""The ledger account behind a card account (S-SET-27): field → value, as Intacct writes it."""
SCREEN: Final = {
    "ACCOUNTTYPE": "Account type",
    "NORMALBALANCE": "Normal balance",
    "CLOSINGTYPE": "Period end closing type",
    "ALTERNATIVEACCOUNT": "GL account alternative",
    "STATUS": "Status",
}
"""The same fields as the screen names them."""


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """One account.

    Args:
        fields: Field → text.
        required: Dimensions that its lines must have, such as ``DEPT``.
    """

    fields: Mapping[str, str]
    required: tuple[str, ...]

    @property
    def is_active(self) -> bool:
        """Whether it may be posted to."""
        return self.fields["STATUS"] == "active"


def ledger_accounts(session: Session, numbers: Iterable[str]) -> dict[str, LedgerAccount]:
    """Return accounts by number; those that do not exist are left out. Costs two calls."""
    condition = one_of("ACCOUNTNO", numbers)
    if condition is None:
        return {}
    # A company's own dimensions have flags of their own, so the fields are asked for.
    flags = [field.name for field in session.fields("GLACCOUNT") if field.name.startswith("REQUIRE")]
    found = rows(session, "GLACCOUNT", ("ACCOUNTNO", *CARD_RECIPE, *flags), condition)
    return {row["ACCOUNTNO"]: LedgerAccount(row, _required(row, flags)) for row in found}


def _required(row: Row, flags: Iterable[str]) -> tuple[str, ...]:
    return tuple(flag.removeprefix("REQUIRE") for flag in flags if row[flag] in {"true", "T"})
