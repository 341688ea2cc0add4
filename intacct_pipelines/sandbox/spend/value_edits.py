"""What a custom field offers, and who changes it: calls that add and delete values, and people in the web app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intacct_pipelines.sandbox.bill.payload import invalid, refusal

if TYPE_CHECKING:
    from intacct_pipelines.sandbox.spend.options import SpendOptions
    from intacct_pipelines.sandbox.spend.records import Account, Record

_LONGEST = 255
"""BILL publishes no length."""


def add_values(account: Account, field: Record, body: Any, asked: str, options: SpendOptions) -> Any:
    """Add values to a field and return what the call answers: for one value, that value.

    Args:
        account: Whose it is.
        field: The field.
        body: As sent.
        asked: The id by which the field was named.
        options: The twin's switches.

    Raises:
        BillError: The field takes no values, or a value is none.
    """
    texts = body.get("values") if isinstance(body, dict) else None
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) and one.strip() for one in texts):
        raise invalid(["values: must be texts"])
    if any(len(one) > _LONGEST for one in texts):
        raise invalid([f"values: size must be between 1 and {_LONGEST}"])
    if field["type"] != "CUSTOM_SELECTOR" or field["retired"]:
        raise refusal(400, "SANDBOX-1400", "The custom field takes no values.")
    offered = account.values[field["uuid"]]
    taken = {one["value"].casefold() for one in offered.values() if not one["deleted"]}
    if options.refuses_double_values and any(one.casefold() in taken for one in texts):
        raise refusal(409, "SANDBOX-1409", "The custom field has such a value.")
    if options.is_deaf_to_uuids and asked == field["uuid"]:
        return {}
    made = [account.offer(field, one) for one in texts]
    return made[0] if options.shows_new_values and len(made) == 1 else {}


def delete_values(account: Account, field: Record, body: Any) -> Any:
    """Let values be chosen no more; transactions keep them.

    Raises:
        BillError: An id is none of the field's.
    """
    ids = body.get("customFieldValueIds") if isinstance(body, dict) else None
    if not isinstance(ids, list) or not ids:
        raise invalid(["customFieldValueIds: must be ids"])
    offered = account.values[field["uuid"]]
    known = {one[name]: one for one in offered.values() for name in ("id", "uuid")}
    if unknown := [one for one in ids if one not in known]:
        raise refusal(404, "BDC_1171", f"There is no value {unknown[0]}.")
    for one in ids:
        known[one]["deleted"] = True
    return {}
