"""The applications of vendor credits as each side tells them, one row for each bill and credit, in Intacct's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile.documents import money
from intacct_pipelines.reconcile.fields import NO_MONEY
from intacct_pipelines.reconcile.frames import changed_at, mapped, require, select_rows, text
from intacct_pipelines.reconcile.objects.payment_states import is_standing, is_under_way, is_undone_in_bill, is_waiting
from intacct_pipelines.reconcile.objects.vendor_credit import ADJUSTMENT, BILL
from intacct_pipelines.reconcile.pairing import joined

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.sides import Sides

_SOURCES: Final = (
    (ADJUSTMENT, "adjustment_record_no", "trx_adjustment_amount"),
    (BILL, "inline_record_no", "trx_inline_amount"),
    ("advance", "advance_record_no", "trx_advance_amount"),
)
"""What can be used instead of money: where it is kept, and the columns of a detail with its key and amount."""


def platform_uses(frames: Frames, bills: Sides, credits_: Sides) -> pd.DataFrame:
    """Return BILL's applications.

    Args:
        frames: For uses and payments.
        bills: From ``pair_bills``.
        credits_: From ``pair_credits``.

    Returns:
        What ``Sides`` asks for, and ``source`` and ``target`` (credit and bill in Intacct, empty without), ``natural``,
        ``day`` (of the credit), ``to_come`` (what goes with payments that are still to leave), ``is_undone``,
        ``vendor`` and ``is_vendor_ambiguous``.
    """
    told = _told(frames)
    payments = select_rows(frames["bill.ap_payment"], "id", deleted=False)
    ids = text(payments, "id")
    of_credit = {
        name: _by_key(credits_.platform["key"], credits_.platform[name])
        for name in ("id", "day", "vendor", "is_vendor_ambiguous", "currency", "changed_at")
    }
    is_to_come = mapped(told["payment"], _by_key(ids, is_under_way(payments)), absent=False).astype(bool)
    when = mapped(told["payment"], _by_key(ids, changed_at(payments)), pd.NaT)
    told = told.assign(
        is_undone=mapped(told["payment"], _by_key(ids, is_undone_in_bill(payments)), absent=False),
        to_come=told["amount"].where(is_to_come, NO_MONEY),
        # a credit has one currency, whichever record tells of its use
        currency=mapped(told["credit"], of_credit["currency"], None).fillna(told["currency"]),
        changed_at=_instants(when).fillna(_instants(mapped(told["credit"], of_credit["changed_at"], pd.NaT))),
    )
    rows = _summed(told, ["credit", "bill", "currency", "is_undone"], to_come="sum")
    bill_no, credit_no = bills.partners(), credits_.partners()
    form = _by_key(credits_.intacct["key"], credits_.intacct["form"])
    number = _by_key(bills.platform["key"], bills.platform["id"])
    return _named(
        rows.assign(
            key=rows["credit"] + ":" + rows["bill"],
            target=[document(BILL, bill_no.get(key)) for key in rows["bill"]],
            source=[document(form.get(credit_no.get(key), ""), credit_no.get(key)) for key in rows["credit"]],
            day=mapped(rows["credit"], of_credit["day"], None),
            vendor=mapped(rows["credit"], of_credit["vendor"]),
            is_vendor_ambiguous=mapped(rows["credit"], of_credit["is_vendor_ambiguous"], absent=False).astype(bool),
        ),
        mapped(rows["credit"], of_credit["id"]),
        mapped(rows["bill"], number),
    )


def _told(frames: Frames) -> pd.DataFrame:
    """Return each use of a credit once: as the credit tells it, or else as the payment does."""
    uses = select_rows(frames["bill.vendor_credit_usage"], "id", deleted=False)
    require(uses, ["vendor_credit_id", "bill_id", "currency", "amount"], "id")
    paid = select_rows(frames["bill.ap_payment_credit"], "id", deleted=False)
    require(paid, ["vendor_credit_id", "bill_id", "payment_id", "currency", "amount"], "id")
    told = [
        pd.DataFrame(
            {
                "credit": text(rows, "vendor_credit_id"),
                "bill": text(rows, "bill_id"),
                "payment": text(rows, "payment_id"),
                "currency": text(rows, "currency"),
                "amount": rows["amount"].astype(object),
                "detail": rows["id"].astype(object),
            }
        )
        for rows in (uses, paid)
    ]
    by = ["credit", "bill", "payment"]
    known = pd.MultiIndex.from_frame(told[0][by])
    told[1] = told[1][~pd.MultiIndex.from_frame(told[1][by]).isin(known)]
    return pd.concat(told, ignore_index=True)


def intacct_uses(link: Link, frames: Frames, bills: Sides, credits_: Sides) -> pd.DataFrame:
    """Return Intacct's applications; the arguments are those of ``platform_uses``, after the link.

    Returns:
        What ``Sides`` asks for, and ``source``, ``target``, ``natural``, ``day``, ``is_undone``, ``is_waiting`` (for
        approval), ``is_inside`` (whether the link speaks of it) and ``platform_vendor``.

    Raises:
        DataContractError: A detail uses two credits at once.
    """
    details = select_rows(frames["intacct.ap_payment_detail"], "record_no", deleted=False)
    require(details, ["payment_record_no"], "record_no")
    used = pd.concat([_used(details, *source) for source in _SOURCES], ignore_index=True)
    if used["detail"].duplicated().any():
        msg = f"details of payments use two credits at once, such as {min(used['detail'][used['detail'].duplicated()])}"
        raise DataContractError(msg)
    payments = select_rows(frames["intacct.ap_payment"], "record_no", deleted=False)

    def of_payment(values: pd.Series, absent: Any) -> pd.Series:
        return mapped(used["payment"], _by_key(payments["record_no"], values), absent)

    is_known_bill = used["target"].isin({document(BILL, key) for key in bills.intacct["key"]})
    used = used.assign(
        currency=used["currency"].where(used["currency"] != "", of_payment(text(payments, "currency"), "")),
        is_undone=of_payment(~is_standing(payments), absent=False),
        is_waiting=of_payment(is_waiting(payments), absent=False),
        is_inside=is_known_bill | (of_payment(text(payments, "owner_entity_id"), "") == link.entity.entity_id),
        changed_at=_instants(of_payment(changed_at(payments), pd.NaT)),
    )
    rows = _summed(used, ["source", "target", "currency", "is_undone"], is_waiting="any", is_inside="any")
    credits_no = [document(*one) for one in zip(credits_.intacct["form"], credits_.intacct["key"], strict=True)]
    numbers = _numbers(frames)
    rows = rows.assign(
        key=rows["detail"],
        # one whole sum has one sign, whichever way the source writes a credit
        amount=rows["amount"].map(abs),
        day=mapped(rows["source"], dict(zip(credits_no, credits_.intacct["day"], strict=True)), None),
        platform_vendor=mapped(rows["source"], dict(zip(credits_no, credits_.intacct["platform_vendor"], strict=True))),
    )
    named = _named(rows, mapped(rows["source"], numbers), mapped(rows["target"], numbers))
    return named.sort_values("key", kind="stable").reset_index(drop=True)


def _numbers(frames: Frames) -> dict[str, str]:
    return {
        document(form, key): number
        for form in (BILL, ADJUSTMENT)
        for key, number in _by_key(
            frames[f"intacct.{form}"]["record_no"], text(frames[f"intacct.{form}"], "document_no")
        ).items()
    }


def _used(details: pd.DataFrame, form: str, key: str, amount: str) -> pd.DataFrame:
    rows = details[details[key].notna().to_numpy(dtype=bool)].reset_index(drop=True)
    bill, adjustment = rows["bill_record_no"].astype(object), rows["paid_adjustment_record_no"].astype(object)
    target = [
        document(BILL, no) if pd.notna(no) else document(ADJUSTMENT, other)
        for no, other in zip(bill, adjustment, strict=True)
    ]
    return pd.DataFrame(
        {
            "detail": rows["record_no"].astype(object),
            "payment": rows["payment_record_no"].astype(object),
            "source": [document(form, no) for no in rows[key]],
            "target": target,
            "currency": text(rows, "currency"),
            "amount": money(rows, amount),
        }
    )


def document(form: str, record_no: Any) -> str:
    """Name a document of Intacct across its tables; empty without one."""
    return "" if record_no is None or pd.isna(record_no) or not form else f"{form} {int(record_no)}"


def _by_key(keys: pd.Series, values: pd.Series) -> dict[Any, Any]:
    return dict(zip(keys, values, strict=True))


def _instants(values: pd.Series) -> pd.Series:
    return pd.to_datetime(values, utc=True)


def _summed(rows: pd.DataFrame, by: list[str], **more: str) -> pd.DataFrame:
    """Return one row for each combination, with the sum, the first detail and the latest change."""
    if rows.empty:
        return rows
    how = {"amount": "sum", "detail": "min", "changed_at": "max", **more}
    return rows.groupby(by, sort=True, as_index=False).agg(how)


def _named(rows: pd.DataFrame, credit: pd.Series, bill: pd.Series) -> pd.DataFrame:
    """Add the key that both sides can know, and what a person is shown."""
    shown = [f"credit {one} on bill {other}" for one, other in zip(credit, bill, strict=True)]
    is_known = (rows["source"] != "") & (rows["target"] != "")
    return rows.assign(natural=joined(is_known, rows["source"], rows["target"]), id=shown, shown=shown)
