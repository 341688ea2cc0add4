"""Reimbursements against Intacct's expense reports and bills: expected to be on the platform alone, unless found.

Nothing carries them over (S-CRD-09); a person may enter one as an expense report, or as a bill that names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import UNDONE, amount_fields, confirmed_pairs, inside, touched
from intacct_pipelines.reconcile.fields import Field, add_fields
from intacct_pipelines.reconcile.frames import changed_at, flag, folded, instants, require, select_rows, text, value
from intacct_pipelines.reconcile.objects.card_transaction_fields import receipt_field
from intacct_pipelines.reconcile.pairing import joined, marked_ids, pair_known, spelt
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "reimbursement"
_DIFFERS: Final = "charge_differs"
_MOST_DAYS: Final = 60
"""A report is dated so many days after the purchase at most."""


def reconcile_reimbursements(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Match and compare the reimbursements of one link.

    They pair by confirmed crosswalk, by the source named in Intacct's description, and with expense reports by the
    employee's e-mail, amount and a near date, where that is unambiguous.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    sides = _pair(link, frames, crosswalk)
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    _compare(frames, differences, sides, pairs)
    add_alone(sides, differences, _explain(frames, sides))
    return conclude(sides, differences, pairs)


def _platform(frames: Frames) -> pd.DataFrame:
    rows = select_rows(frames["spend.reimbursement"], "id", deleted=False)
    require(rows, ["currency", "amount"], "id")
    users = frames["spend.platform_user"]
    emails = dict(zip(text(users, "id"), folded(text(users, "email")), strict=True))
    status = text(rows, "status")
    return pd.DataFrame(
        {
            "key": text(rows, "id"),
            "id": text(rows, "legacy_id"),
            "shown": text(rows, "merchant_name").where(
                text(rows, "merchant_name") != "", text(rows, "reimbursement_type")
            ),
            "email": pd.Series(
                [emails.get(user, "") for user in text(rows, "user_id")], index=rows.index, dtype=object
            ),
            "day": value(rows, "occurred_date"),
            "has_receipt": text(rows, "id").isin(_with_receipt(frames)),
            "status": status,
            "is_dropped": flag(rows, "is_retired") | (status == "ARCHIVED"),
            "amount": rows["amount"].astype(object),
            "currency": text(rows, "currency"),
            "changed_at": instants(rows, "submitted_at"),
        }
    )


def _with_receipt(frames: Frames) -> set[str]:
    receipts = select_rows(frames["spend.reimbursement_receipt"], "id", deleted=False)
    return set(text(receipts, "reimbursement_id"))


def _intacct(link: Link, frames: Frames) -> pd.DataFrame:
    """Return all expense reports, and the bills that name a reimbursement as their source."""
    employees = select_rows(frames["intacct.employee"], "record_no", deleted=False)
    emails = dict(zip(text(employees, "employee_id"), folded(text(employees, "email")), strict=True))
    reports = _documents(link, frames, "intacct.expense_report", "report_date")
    reports["email"] = reports["employee"].map(lambda employee: emails.get(employee, ""))
    bills = _documents(link, frames, "intacct.ap_bill", "bill_date")
    bills = bills[bills["mark"] != ""].assign(email="")
    both = pd.concat([reports, bills], ignore_index=True) if len(bills) else reports
    if both["key"].duplicated().any():
        msg = "an expense report and a bill have the same record number"
        raise DataContractError(msg)
    return both.sort_values("key", kind="stable").reset_index(drop=True)


def _documents(link: Link, frames: Frames, table: str, date: str) -> pd.DataFrame:
    rows = select_rows(frames[table], "record_no", deleted=False)
    require(rows, ["currency", "trx_total_entered", date], "record_no")
    description = text(rows, "description")
    employee = text(rows, "employee_id") if "employee_id" in rows.columns else pd.Series("", index=rows.index)
    return pd.DataFrame(
        {
            "key": rows["record_no"].astype(object),
            "id": text(rows, "document_no"),
            "shown": description.where(description != "", text(rows, "document_no")),
            "employee": employee,
            "day": value(rows, date),
            "has_receipt": text(rows, "attachment_id") != "",
            "state": text(rows, "state"),
            "is_undone": text(rows, "state").isin(UNDONE),
            "amount": rows["trx_total_entered"].astype(object),
            "currency": text(rows, "currency"),
            "description": description,
            "mark": marked_ids(description, link.platform),
            "owner": text(rows, "owner_entity_id"),
            "changed_at": changed_at(rows),
        }
    )


def _pair(link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Sides:
    platform, every = _platform(frames), _intacct(link, frames)
    is_inside = inside(link, every, platform, confirmed_pairs(link, OBJECT, crosswalk))
    intacct = every[is_inside].reset_index(drop=True)
    pairing = pair_known(
        link,
        OBJECT,
        crosswalk,
        platform_ids=platform["key"],
        intacct_record_nos=intacct["key"],
        intacct_texts=intacct["description"],
        intacct_stands=~intacct["is_undone"],
    )
    ours = _natural(platform, ~platform["is_dropped"] & pairing.platform_open)
    theirs = _natural(intacct, ~intacct["is_undone"] & pairing.intacct_open)
    pairing.pair_near((ours, platform["day"]), (theirs, intacct["day"]), least=0, most=_MOST_DAYS)
    return Sides(platform, intacct, every[~is_inside], pairing, date="day")


def _natural(rows: pd.DataFrame, chosen: pd.Series) -> pd.Series:
    is_known = chosen & (rows["email"] != "")
    return joined(is_known, rows["email"], rows["currency"], rows["amount"].map(spelt))


def _compare(frames: Frames, differences: Differences, sides: Sides, pairs: pd.DataFrame) -> None:
    platform, intacct = sides.side_by_side(pairs)
    state = Field(
        "state",
        Kind.STATE,
        platform["status"],
        intacct["state"],
        platform["is_dropped"] != intacct["is_undone"],
        NO_CAUSE,
        first_cause(platform, otherwise="reimbursement_reversed", dropped_but_booked=platform["is_dropped"]),
        money_at_stake=touched(platform, intacct),
    )
    amounts = amount_fields(
        differences.link, platform, intacct, cause=NO_CAUSE, amount_cause=NO_CAUSE, otherwise=_DIFFERS
    )
    receipt = receipt_field(differences.link, platform, intacct)
    is_known = frames.was_read("spend.reimbursement_receipt")
    add_fields(differences, pair_rows(pairs), (*amounts, state, *([receipt] if is_known else [])))


def _explain(frames: Frames, sides: Sides) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    gone = set(select_rows(frames["spend.reimbursement"], "id", deleted=True)["id"])
    return Explanations(
        platform_cause=first_cause(platform, otherwise="reimbursement_stays"),
        platform_otherwise=first_cause(platform, otherwise="reimbursement_stays"),
        intacct_cause=first_cause(intacct, report_of_its_own=~intacct["mark"].isin(gone)),
        intacct_otherwise=first_cause(intacct, otherwise="reimbursement_gone"),
        group_cause=NO_CAUSE,
        group_otherwise="reimbursement_booked_twice",
    )
