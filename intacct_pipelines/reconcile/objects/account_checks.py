"""What only accounts are checked for: the type that BILL should give them (S-COA-03), and banks that vanish (S-COA-04).

The type follows from Intacct's bank accounts, which name their ledger account. Its card accounts name none that can be
read, so a card is only missed where Intacct has no card account at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.fields import Field
from intacct_pipelines.reconcile.frames import flag, select_rows, text

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames

_BANK: Final = "BANK"
_CARD: Final = "CREDIT_CARD"
_BANK_TABLES: Final = ("intacct.checking_account", "intacct.savings_account")
_CARD_TABLE: Final = "intacct.card_account"


@dataclass(frozen=True, slots=True)
class Vanished:
    """Bank accounts that are gone from the platform's chart while payments point to them.

    Args:
        ids: The platform's ids.
        account_nos: Their numbers, in Intacct's words.
        record_nos: Intacct's accounts that were their pairs.
    """

    ids: frozenset[str] = frozenset()
    account_nos: frozenset[str] = frozenset()
    record_nos: frozenset[int] = frozenset()

    def among(self, platform: pd.DataFrame, intacct: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Say which rows of each side are such accounts."""
        return (
            platform["key"].isin(self.ids),
            intacct["id"].isin(self.account_nos) | intacct["key"].isin(self.record_nos),
        )


NOTHING_VANISHED: Final = Vanished()


class Checks(Protocol):
    """What only one list is checked for."""

    def fields(self, frames: Frames, platform: pd.DataFrame, intacct: pd.DataFrame) -> tuple[Field, ...]:
        """Return more fields of the pairs."""

    def vanished(self, link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Vanished:
        """Return what is gone and should not be."""


class _AccountChecks:
    def fields(self, frames: Frames, platform: pd.DataFrame, intacct: pd.DataFrame) -> tuple[Field, ...]:
        """Return BILL's type of account beside what Intacct's bank and card accounts say that it should be."""
        rows = frames["bill.gl_account"]
        types = dict(zip(text(rows, "id"), text(rows, "account_type"), strict=True))
        said = platform["key"].map(types).fillna("").astype(object)
        is_tied = intacct["id"].isin(_tied_to_banks(frames))
        banks_known = all(map(frames.was_read, _BANK_TABLES))
        has_no_card = frames.was_read(_CARD_TABLE) and not len(_in_use(frames, _CARD_TABLE))
        is_other_type = is_tied & ~said.isin(["", _BANK])
        lacks_bank = ~is_tied & (said == _BANK) & banks_known
        lacks_card = ~is_tied & (said == _CARD) & has_no_card
        # What is out of use on a side takes no payment.
        is_used = platform["is_active"] & intacct["is_active"]
        predicted = is_tied.map({True: _BANK, False: "no bank account"}).where(~lacks_card, "no card account")
        return (
            Field(
                "account_type",
                Kind.CODING,
                said,
                predicted.astype(object),
                is_used & (is_other_type | lacks_bank | lacks_card),
                NO_CAUSE,
                first_cause(platform, otherwise="account_type_differs", account_not_tied=lacks_bank | lacks_card),
            ),
        )

    def vanished(self, link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Vanished:
        """Return the bank accounts that BILL deleted or archived, perhaps by merging, and payments point to."""
        rows = frames["bill.gl_account"]
        is_gone = flag(rows, "is_archived") | flag(rows, "_deleted") if len(rows) else pd.Series(dtype=bool)
        is_gone &= (text(rows, "account_type") == _BANK) & text(rows, "id").isin(_paying_accounts(frames))
        gone = rows[is_gone]
        ids, numbers = text(gone, "id"), text(gone, "account_no")
        mapped = [link.account_map.get(one, link.account_map.get(no, no)) for one, no in zip(ids, numbers, strict=True)]
        pairs = crosswalk[
            (crosswalk["link"] == link.name)
            & (crosswalk["object"] == "gl_account")
            & (crosswalk["status"] == "confirmed")
            & crosswalk["platform_id"].isin(set(ids))
        ]
        return Vanished(frozenset(ids), frozenset(mapped) - {""}, frozenset(pairs["intacct_record_no"]))


ACCOUNT_CHECKS: Final = _AccountChecks()


def _in_use(frames: Frames, table: str) -> pd.DataFrame:
    rows = select_rows(frames[table], "record_no", deleted=False)
    return rows[text(rows, "status") != "inactive"]


def _tied_to_banks(frames: Frames) -> set[str]:
    return {number for table in _BANK_TABLES for number in text(_in_use(frames, table), "account_no")} - {""}


def _paying_accounts(frames: Frames) -> set[str]:
    """Return BILL's accounts behind the payments: those named, and those of the banks that paid."""
    payments, banks = frames["bill.ap_payment"], frames["bill.bank_account"]
    paying = banks[text(banks, "id").isin(set(text(payments, "funding_account_id")))]
    return {*text(payments, "gl_account_id"), *text(paying, "gl_account_id")} - {""}
