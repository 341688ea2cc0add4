"""Creating and changing the lists of an organisation: accounts, dimensions, people, items, terms."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.bill.bodies import object_of, type_faults
from intacct_pipelines.sandbox.bill.organization import PREFIXES
from intacct_pipelines.sandbox.bill.payload import invalid, refusal, to_amount

if TYPE_CHECKING:
    from datetime import datetime

    from intacct_pipelines.sandbox.bill.organization import Organization

_DIMENSION: Final = frozenset({"name", "shortName", "description", "parentId"})
_FIELDS: Final = {
    "chart-of-accounts": frozenset({"name", "description", "parentId", "account"}),
    "payment-terms": frozenset({"name", "daysDue"}),
    "employees": frozenset({"firstName", "lastName", "shortName", "parentId"}),
    "items": _DIMENSION
    | {
        *("type", "price", "chartOfAccountId", "expenseChartOfAccountId"),
        *("purchaseDescription", "purchaseCost", "taxable", "percentage"),
    },
}
_NAMES: Final = {"employees": ("firstName", "lastName")}
"""Fields of which one has to say what the record is called; ``name``, if none is given."""
_LONGEST_NAME: Final = 100
_LONGEST_SHORT_NAME: Final = 40
"""BILL publishes no lengths for its lists; these are those of its vendors."""
_LONGEST_DAYS: Final = 999
_ITEM_TYPES: Final = frozenset(
    {
        *("SERVICE", "INVENTORY", "NON_INVENTORY", "FIXED_ASSET", "OTHER_CHARGE"),
        *("PAYMENT", "DISCOUNT", "SUBTOTAL", "SALES_TAX", "SALES_TAX_GROUP"),
    }
)
"""Those seen in version 3, and those of version 2 in its spelling."""
_WITH_PERCENTAGE: Final = frozenset({"DISCOUNT", "SALES_TAX", "OTHER_CHARGE"})
"""Types of items that have a rate (BILL's changes of 2025-04-02)."""
_ITEM_ACCOUNTS: Final = ("chartOfAccountId", "expenseChartOfAccountId")


class ListEditor:
    """Applies bodies to the lists of an organisation; nothing is stored when anything in a body is refused.

    Args:
        organization: What is changed.
        now: The instant to write down.
    """

    def __init__(self, organization: Organization, now: datetime) -> None:
        self._organization = organization
        self._now = now

    def create(self, kind: str, body: Any) -> dict[str, Any]:
        """A new record, not yet stored.

        Raises:
            BillError: The body is refused.
        """
        body = object_of(body, _FIELDS.get(kind, _DIMENSION))
        names = _NAMES.get(kind, ("name",))
        wrong = [] if any(body.get(name) for name in names) else [f"{names[0]}: must not be null"]
        if kind == "items" and not body.get("type"):
            wrong.append("type: must not be null")
        if kind == "payment-terms" and body.get("daysDue") is None:
            wrong.append("daysDue: must not be null")
        if wrong:
            raise invalid(wrong)
        self._check(kind, body, "")
        record = {"id": self._organization.new_id(PREFIXES[kind]), "archived": False, **body}
        if kind == "payment-terms":
            del record["archived"]
        return {**record, "createdTime": self._now, "updatedTime": self._now}

    def change(self, kind: str, record: dict[str, Any], body: Any) -> dict[str, Any]:
        """The record with the body's fields in place of its own.

        Raises:
            BillError: The body is refused.
        """
        body = object_of(body, _FIELDS.get(kind, _DIMENSION) | {"id"})
        self._check(kind, body, record["id"])
        merged = {key: {**(record.get(key) or {}), **v} if isinstance(v, dict) else v for key, v in body.items()}
        return {**record, **merged, "id": record["id"], "updatedTime": self._now}

    def _check(self, kind: str, body: dict[str, Any], own_id: str) -> None:
        wrong = [*type_faults(body), *type_faults(body.get("account"), "account.")]
        wrong = wrong or [*self._text_faults(kind, body), *(self._item_faults(body) if kind == "items" else ())]
        if wrong:
            raise invalid(wrong)
        if kind == "payment-terms" and "daysDue" in body:
            self._check_days(body, own_id)

    def _text_faults(self, kind: str, body: dict[str, Any]) -> list[str]:
        wrong = [
            f"{name}: size must be between 1 and {_LONGEST_NAME}"
            for name in _NAMES.get(kind, ("name",))
            if name in body and not 1 <= len(body[name] or "") <= _LONGEST_NAME
        ]
        if len(body.get("shortName") or "") > _LONGEST_SHORT_NAME:
            wrong.append(f"shortName: size must be between 0 and {_LONGEST_SHORT_NAME}")
        if body.get("parentId") and body["parentId"] not in self._organization.collections[kind]:
            wrong.append("parentId: does not exist")
        return wrong

    def _item_faults(self, body: dict[str, Any]) -> list[str]:
        accounts = self._organization.collections["chart-of-accounts"]
        wrong = [
            f"{field}: does not exist" for field in _ITEM_ACCOUNTS if body.get(field) and body[field] not in accounts
        ]
        if "type" in body and body["type"] not in _ITEM_TYPES:
            wrong.append("type: is not valid")
        for field in ("price", "purchaseCost", "percentage"):
            if body.get(field) is not None:
                amount = to_amount(body[field], 6)
                if amount is None:
                    wrong.append(f"{field}: is not valid")
                body[field] = amount
        if body.get("percentage") is not None and body.get("type", "SALES_TAX") not in _WITH_PERCENTAGE:
            wrong.append("percentage: is not for items of this type")
        return wrong

    def _check_days(self, body: dict[str, Any], own_id: str) -> None:
        days = body["daysDue"]
        if not isinstance(days, Decimal) or days != int(days) or not 0 <= days <= _LONGEST_DAYS:
            raise invalid([f"daysDue: must be between 0 and {_LONGEST_DAYS}"])
        body["daysDue"] = int(days)
        terms = self._organization.collections["payment-terms"].values()
        if any(term["daysDue"] == days and term["id"] != own_id for term in terms):
            raise refusal(400, "SANDBOX-1409", "A payment term with the same daysDue exists.")
