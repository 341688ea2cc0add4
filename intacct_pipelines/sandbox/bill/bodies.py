"""Reading what a request's body says: which fields are known, of which type each is, and what is wrong with it."""

from __future__ import annotations

from typing import Any, Final

from intacct_pipelines.sandbox.bill.payload import BillError, refusal

ADDRESS: Final = frozenset({"line1", "line2", "city", "stateOrProvince", "zipOrPostalCode", "country", "countryName"})
"""Fields of an address."""
ACCOUNT_TYPES: Final = frozenset({"BUSINESS", "PERSON", "NONE", "UNDEFINED"})
"""What a vendor or customer may be."""
_GROUPS: Final = frozenset(
    {
        *("address", "billingAddress", "shippingAddress", "contact"),
        *("paymentInformation", "additionalInfo", "autoPay", "account"),
    }
)
_NUMBERS: Final = frozenset({"daysDue", "price", "purchaseCost", "percentage"})
_FLAGS: Final = frozenset({"taxable"})


def object_of(body: Any, known: frozenset[str]) -> dict[str, Any]:
    """Return a JSON object of known fields only.

    Raises:
        BillError: It is no object, or has other fields.
    """
    if not isinstance(body, dict):
        raise refusal(400, "SANDBOX-1400", "A JSON object was expected.")
    unknown = sorted(body.keys() - known)
    if unknown:
        raise BillError(400, [{"code": "BDC_1002", "message": f"Unknown parameter: {name[:60]}"} for name in unknown])
    return body


def type_faults(body: Any, where: str = "") -> list[str]:
    """Return what stands where a text, a flag or a group of fields belongs; null stands for a field that is not set.

    Numbers are read where they are used.
    """
    wrong = []
    for field, value in body.items() if isinstance(body, dict) else ():
        if field in _GROUPS and not isinstance(value, dict | None):
            wrong.append(f"{where}{field}: must be an object")
        elif field in _FLAGS and not isinstance(value, bool | None):
            wrong.append(f"{where}{field}: must be true or false")
        elif field not in _GROUPS | _NUMBERS | _FLAGS and not isinstance(value, str | None):
            wrong.append(f"{where}{field}: must be a text")
    return wrong


def address_faults(address: dict[str, Any], where: str, *, required: bool) -> list[str]:
    """Return what is wrong with an address.

    Args:
        address: As sent.
        where: The field that holds it.
        required: Whether it must be whole.
    """
    wrong = type_faults(address, f"{where}.")
    wrong += [f"{where}.{field}: is not known" for field in address.keys() - ADDRESS]
    if required:
        needed = ("line1", "city", "zipOrPostalCode", "country")
        wrong += [f"{where}.{field}: must not be null" for field in needed if not address.get(field)]
    if not _is_country(str(address.get("country") or "US")):
        wrong.append(f"{where}.country: must be an ISO 3166 code of two letters")
    return wrong


def _is_country(value: str) -> bool:
    return len(value) == 2 and value.isascii() and value.isalpha()  # noqa: PLR2004  # ISO 3166


def text_of(value: Any, where: str, wrong: list[str]) -> str:
    """Return a text, empty where there is none; what is no text is told in ``wrong``."""
    if value is None:
        return ""
    return value if isinstance(value, str) else str(instead(wrong, where, ""))


def instead(wrong: list[str], where: str, value: Any) -> Any:
    """Tell in ``wrong`` that a field is not valid, and return what to go on with."""
    wrong.append(f"{where}: is not valid")
    return value
