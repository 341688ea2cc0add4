"""The report's part on clearing accounts: the balance of each, and the items that keep it from zero."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from intacct_pipelines.domain.money import in_minor_units
from intacct_pipelines.errors import DataContractError
from intacct_pipelines.report import columns
from intacct_pipelines.report.sheet import Sheet, sheet
from intacct_pipelines.report.words import spoken

OBJECT: Final = "clearing_account"
_PLACE: Final = ["link", "account_no", "currency"]
_ZERO: Final = Decimal(0)


def clearing_sheets(accounts: pd.DataFrame, differences: pd.DataFrame, at: datetime) -> tuple[Sheet, Sheet]:
    """Return the accounts with their balances, and the items of each, the oldest first.

    Args:
        accounts: As in ``recon.clearing_account``.
        differences: All current differences with ``finding_id`` and ``since``.
        at: The instant of which the report speaks.

    Raises:
        DataContractError: The items of an account do not add up to its balance.
    """
    items = differences[differences["object"] == OBJECT]
    items = items.assign(account_no=items["field"], share=[-amount for amount in items["amount_difference"]])
    items = items.sort_values([*_PLACE, "since", "platform_id", "intacct_record_no"], kind="stable")
    by_account: dict[Any, pd.DataFrame] = dict(iter(items.groupby(_PLACE, sort=True)))
    told = [_account(row, by_account.pop(tuple(row[name] for name in _PLACE), None), at) for row in _rows(accounts)]
    if by_account:
        msg = f"account {next(iter(by_account))[1]} has items and no balance; reconcile it anew"
        raise DataContractError(msg)
    shown = [_item(row, at) for row in _rows(items)]
    return (
        sheet("clearing_accounts", "Clearing accounts", columns.CLEARING_ACCOUNTS, told),
        sheet("clearing_items", "What keeps clearing accounts from zero", columns.CLEARING_ITEMS, shown),
    )


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]


def _account(row: Mapping[str, Any], items: pd.DataFrame | None, at: datetime) -> dict[str, Any]:
    shares = [] if items is None else list(zip(items["verdict"], items["share"], strict=True))
    total = sum((share for _, share in shares), start=_ZERO)
    if total != row["balance"]:
        msg = f"the items of account {row['account_no']} add up to {total}, not to {row['balance']} {row['currency']}"
        raise DataContractError(msg)
    in_flight = sum((share for verdict, share in shares if verdict == "in_flight"), start=_ZERO)
    amounts = {"balance": row["balance"], "in_flight": in_flight, "to_act": total - in_flight}
    return {
        **row,
        **{name: _written(amount, row["currency"]) for name, amount in amounts.items()},
        "days": None if row["oldest_on"] is None else (at.date() - row["oldest_on"]).days,
    }


def _item(row: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    return {
        **row,
        "finding": row["finding_id"],
        "verdict": spoken(row["verdict"]),
        "amount": _written(row["share"], row["currency"]),
        "days": (at.date() - row["since"].date()).days,
        "what": _what(row),
        "waits_for": _waits_for(row),
    }


def _what(row: Mapping[str, Any]) -> str:
    if row["kind"] == "amount":
        return f"{row['intacct_id']}: {row['intacct_value']}, not {row['platform_value']}"
    return str(row["intacct_value"] if row["kind"] == "uncleared" else row["platform_value"])


def _waits_for(row: Mapping[str, Any]) -> str:
    if row["kind"] == "uncleared":
        return str(row["platform_value"])
    if row["cause"].endswith("_unconfirmed"):
        return "BILL's confirmation"
    return "a correction" if row["kind"] == "amount" else "its posting in Intacct"


def _written(amount: Decimal, currency: str) -> Decimal:
    return in_minor_units(amount, currency) if currency else amount
