"""Ways in which a company may be set up wrongly, by name, for whoever wants to see `check` find them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.business_center import deliver
from intacct_pipelines.sandbox.ledger import CARD_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from intacct_pipelines.sandbox.server import Sandbox

_AN_HOUR: Final = 3600.0


def give_names_once(sandbox: Sandbox) -> None:
    """Rename vendors and customers whose names stand several times, which the invented company has on purpose."""
    for object_name in ("VENDOR", "CUSTOMER"):
        seen: Counter[str] = Counter()
        for record in sandbox.intacct.records(object_name):
            seen[record["NAME"]] += 1
            if seen[record["NAME"]] > 1:
                name = f"{record['NAME']} {record['RECORDNO']}"
                sandbox.intacct.plant(object_name, int(record["RECORDNO"]), NAME=name)
    for entity in sandbox.business.entities:
        for kind in ("vendors", "customers"):
            seen = Counter()
            for one in sandbox.bill.records(entity.organization_id, kind):
                seen[one["name"]] += 1
                if seen[one["name"]] > 1:
                    name = f"{one['name']} {one['id']}"
                    sandbox.bill.edit(entity.organization_id, kind, one["id"], name=name)


def _record_no(sandbox: Sandbox, object_name: str, field: str, value: str) -> int:
    return next(int(one["RECORDNO"]) for one in sandbox.intacct.records(object_name) if one[field] == value)


def _card(sandbox: Sandbox) -> int:
    return _record_no(sandbox, "CREDITCARD", "CARDID", sandbox.business.cards.accounts[0].card_id)


def _plant_offset(sandbox: Sandbox, **fields: str) -> None:
    sandbox.intacct.plant("GLACCOUNT", _record_no(sandbox, "GLACCOUNT", "ACCOUNTNO", CARD_ACCOUNT), **fields)


def _sender_not_authorised(sandbox: Sandbox) -> None:
    sandbox.intacct.options.sender_authorised = False


def _user_at_entity(sandbox: Sandbox) -> None:
    sandbox.intacct.options.user_entity = sandbox.business.entities[0].entity_id


def _bills_denied(sandbox: Sandbox) -> None:
    sandbox.intacct.options.denied = sandbox.intacct.options.denied | {("APBILL", "read")}


def _no_order_entry(sandbox: Sandbox) -> None:
    sandbox.intacct.options.applications = sandbox.intacct.options.applications - {"SO"}


def _books_closed(sandbox: Sandbox) -> None:
    ahead = sandbox.clock.now() + timedelta(days=31)
    sandbox.intacct.close_books(sandbox.business.entities[0].entity_id, f"{ahead:%Y%m%d}")


def _clock_ahead(sandbox: Sandbox) -> None:
    sandbox.clock.advance(_AN_HOUR)


def _separate_debits(sandbox: Sandbox) -> None:
    sandbox.bill.choose(sandbox.business.entities[0].organization_id, individualTransferOut=True)


def _nothing_approved(sandbox: Sandbox) -> None:
    for bill in sandbox.bill.bills(sandbox.business.entities[0].organization_id):
        sandbox.bill.edit_bill(bill.id, approval_status="UNASSIGNED")


def _invoices_denied(sandbox: Sandbox) -> None:
    sandbox.options.bill.denied = sandbox.options.bill.denied | {"list_invoices"}


def _no_approval_policy(sandbox: Sandbox) -> None:
    sandbox.bill.drop_policies(sandbox.business.entities[0].organization_id)


def _reading_role(sandbox: Sandbox) -> None:
    organization_id = sandbox.business.entities[0].organization_id
    for user in sandbox.bill.records(organization_id, "users"):
        sandbox.bill.edit(organization_id, "users", user["id"], role={"type": "AUDITOR"})


def _cards_denied(sandbox: Sandbox) -> None:
    sandbox.options.spend.denied = sandbox.options.spend.denied | {"list_cards"}


def _files_of_another_header(sandbox: Sandbox) -> None:
    folder = sandbox.options.business_center_folder
    if folder is not None:
        tomorrow = sandbox.clock.now().date() + timedelta(days=1)
        own = folder / sandbox.business.entities[0].entity_id
        deliver(own, "vendors", ("Vendor", "Name"), [("1", "Cedar")], tomorrow)


WRONG_SETUPS: Final[Mapping[str, Callable[[Sandbox], None]]] = {
    "sender-not-authorised": _sender_not_authorised,
    "user-at-entity": _user_at_entity,
    "bills-denied": _bills_denied,
    "no-order-entry": _no_order_entry,
    "books-closed": _books_closed,
    "clock-ahead": _clock_ahead,
    "card-at-top-level": lambda sandbox: sandbox.intacct.give("CREDITCARD", _card(sandbox), ""),
    "card-expired": lambda sandbox: sandbox.intacct.plant("CREDITCARD", _card(sandbox), EXP_YEAR="2020"),
    "offset-needs-department": lambda sandbox: _plant_offset(sandbox, REQUIREDEPT="true"),
    "offset-is-debit": lambda sandbox: _plant_offset(sandbox, NORMALBALANCE="debit"),
    "separate-debits": _separate_debits,
    "nothing-approved": _nothing_approved,
    "invoices-denied": _invoices_denied,
    "no-approval-policy": _no_approval_policy,
    "reading-role": _reading_role,
    "cards-denied": _cards_denied,
    "files-of-another-header": _files_of_another_header,
}
"""Name → what is done to the sandbox. What is wrong in a connections file is for its author to write."""
