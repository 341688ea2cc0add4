"""Creating and changing customers of an organisation."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.bill.bodies import ACCOUNT_TYPES, address_faults, object_of, type_faults
from intacct_pipelines.sandbox.bill.payload import invalid

if TYPE_CHECKING:
    from datetime import datetime

    from intacct_pipelines.sandbox.bill.organization import Organization

_ADDRESSES: Final = ("billingAddress", "shippingAddress")
_CONTACT: Final = frozenset({"firstName", "lastName"})
_FIELDS: Final = frozenset(
    {
        *("name", "companyName", "contact", "email", "accountType", "phone", "fax", "description"),
        *("invoiceCurrency", "paymentTermId", "accountNumber", *_ADDRESSES),
    }
)
_LONGEST_NAME: Final = 100
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_CURRENCY: Final = re.compile("[A-Z]{3}")


class CustomerEditor:
    """Applies bodies to the customers of an organisation; nothing is stored when anything in a body is refused.

    Args:
        organization: What is changed.
        now: The instant to write down.
    """

    def __init__(self, organization: Organization, now: datetime) -> None:
        self._organization = organization
        self._now = now

    def create(self, body: Any) -> dict[str, Any]:
        """A new customer, not yet stored; BILL makes none without name and e-mail address.

        Raises:
            BillError: The body is refused.
        """
        body = object_of(body, _FIELDS)
        wrong = [f"{field}: must not be null" for field in ("name", "email") if not body.get(field)]
        wrong += self._faults(body)
        if wrong:
            raise invalid(wrong)
        return {
            "id": self._organization.new_id("0cu"),
            "archived": False,
            "accountType": "BUSINESS",
            "invoiceCurrency": "USD",
            "balance": {"amount": Decimal("0.00")},
            "hasBankAccount": False,
            "authorizedToCharge": False,
            **body,
            "createdTime": self._now,
            "updatedTime": self._now,
        }

    def change(self, record: dict[str, Any], body: Any) -> dict[str, Any]:
        """The customer with the body's fields in place of its own; groups of fields are merged.

        Raises:
            BillError: The body is refused.
        """
        body = object_of(body, _FIELDS)
        wrong = [f"{field}: must not be null" for field in ("name", "email") if field in body and not body[field]]
        wrong += self._faults(body)
        if wrong:
            raise invalid(wrong)
        merged = {key: {**(record.get(key) or {}), **v} if isinstance(v, dict) else v for key, v in body.items()}
        return {**record, **merged, "updatedTime": self._now}

    def _faults(self, body: dict[str, Any]) -> list[str]:
        if wrong := type_faults(body):
            return wrong
        if len(body.get("name") or "") > _LONGEST_NAME:
            wrong.append(f"name: size must be between 1 and {_LONGEST_NAME}")
        if body.get("email") and not _EMAIL.fullmatch(body["email"]):
            wrong.append("email: must be a well-formed email address")
        if body.get("accountType", "BUSINESS") not in ACCOUNT_TYPES:
            wrong.append("accountType: is not valid")
        if "invoiceCurrency" in body and not _CURRENCY.fullmatch(body["invoiceCurrency"] or ""):
            wrong.append("invoiceCurrency: must be an ISO 4217 code")
        if body.get("paymentTermId") and body["paymentTermId"] not in self._organization.collections["payment-terms"]:
            wrong.append("paymentTermId: does not exist")
        contact = body.get("contact") or {}
        wrong += [f"contact.{field}: is not known" for field in contact.keys() - _CONTACT]
        wrong += type_faults(contact, "contact.")
        for name in _ADDRESSES:
            if body.get(name) is not None:
                wrong += address_faults(body[name], name, required=False)
        return wrong
