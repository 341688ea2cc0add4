"""Between which accounts a funds transfer of Intacct moved money: a bank of BILL's, and at one location (S-AFT-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind
from intacct_pipelines.reconcile.fields import Field
from intacct_pipelines.reconcile.frames import mapped, select_rows, text
from intacct_pipelines.reconcile.objects.bank_accounts import ledger_accounts_of_platform, location_of_ledger_account

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames


def account_fields(link: Link, frames: Frames, intacct: pd.DataFrame, at_stake: pd.Series) -> tuple[Field, Field]:
    """Return whether paired transfers moved the money of one of BILL's banks, and stayed at one location.

    Nothing is told of transfers whose accounts were not read.

    Args:
        link: For its map of accounts.
        frames: For the lines of transfers and the bank accounts of both sides.
        intacct: Intacct's transfers, in the pairs' order.
        at_stake: The money of each pair.
    """
    banks, location_of = ledger_accounts_of_platform(link, frames), location_of_ledger_account(frames)
    accounts = mapped(intacct["key"], _accounts(frames), frozenset())
    locations = [frozenset({location_of.get(account, "") for account in moved}) - {""} for moved in accounts]
    is_other = [bool(banks and moved) and not moved & banks for moved in accounts]
    is_across = [len(found) > 1 for found in locations]
    return tuple(  # type: ignore[return-value]  # two
        Field(
            name,
            Kind.CODING,
            pd.Series(ours, index=intacct.index, dtype=object),
            pd.Series([", ".join(sorted(one)) for one in theirs], index=intacct.index, dtype=object),
            pd.Series(differs, index=intacct.index, dtype=bool),
            NO_CAUSE,
            otherwise,
            money_at_stake=at_stake,
        )
        for name, ours, theirs, differs, otherwise in (
            ("accounts", ", ".join(sorted(banks)), accounts, is_other, "transfer_of_another_account"),
            ("location", "one", locations, is_across, "transfer_across_locations"),
        )
    )


def _accounts(frames: Frames) -> dict[object, frozenset[str]]:
    """Return the ledger accounts between which each transfer moved money."""
    lines = select_rows(frames["intacct.funds_transfer_line"], "record_no", deleted=False)
    found: dict[object, set[str]] = {}
    for transfer, account in zip(lines["transfer_record_no"], text(lines, "account_no"), strict=True):
        if account:
            found.setdefault(transfer, set()).add(account)
    return {transfer: frozenset(moved) for transfer, moved in found.items()}
