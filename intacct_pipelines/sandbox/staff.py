"""People at work at one place of a company: in Intacct's screens and in those of the BILL account that ends there.

What they make carries a name or number that nothing else begins with, so that each can be found again on both sides.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from intacct_pipelines.sandbox.http import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intacct_pipelines.sandbox.server import Sandbox

Side = Literal["intacct", "bill"]
SIDES: Final[tuple[Side, Side]] = ("intacct", "bill")
_EXPENSE: Final = "6100"
_INCOME: Final = "4000"
_DAYS_TO_PAY: Final = 30


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of record is called in both systems.

    Args:
        word: What people call it.
        object_name: Intacct's object.
        code: Intacct's field with the id that people give; empty where each system has ids of its own.
        name: Intacct's field with the name, or the number of a document.
        path: BILL's path of its list.
        partner: The kind of whoever a document is of; empty for a list.
    """

    word: str
    object_name: str
    code: str
    name: str
    path: str
    partner: str = ""


KINDS: Final = {
    one.word: one
    for one in (
        Kind("account", "GLACCOUNT", "ACCOUNTNO", "TITLE", "chart-of-accounts"),
        Kind("department", "DEPARTMENT", "DEPARTMENTID", "TITLE", "departments"),
        Kind("location", "LOCATION", "LOCATIONID", "NAME", "locations"),
        Kind("class", "CLASS", "CLASSID", "NAME", "accounting-classes"),
        Kind("item", "ITEM", "ITEMID", "NAME", "items"),
        Kind("vendor", "VENDOR", "", "NAME", "vendors"),
        Kind("customer", "CUSTOMER", "", "NAME", "customers"),
        Kind("bill", "APBILL", "", "RECORDID", "bills", partner="vendor"),
        Kind("credit", "APBILL", "", "RECORDID", "vendor-credits", partner="vendor"),
        Kind("invoice", "ARINVOICE", "", "RECORDID", "invoices", partner="customer"),
    )
}
_CLASSIFICATIONS: Final = ("chart-of-accounts", "departments", "locations", "accounting-classes", "items")


@dataclass(frozen=True, slots=True)
class Thing:
    """What somebody made, wherever it is by now.

    Args:
        kind: Its kind.
        base: How its name, or number, begins on both sides, for ever.
        born: On which side it was made.
    """

    kind: str
    base: str
    born: Side


@dataclass(frozen=True, slots=True)
class Standing:
    """How a record stands on one side.

    Args:
        key: Record number of Intacct, or id of BILL.
        name: Name, or number of a document.
        is_active: Whether it is in use.
        amount: Total of a document, in its currency; None for a list.
        is_paid: Whether anything of a document is paid.
    """

    key: str
    name: str
    is_active: bool
    amount: Decimal | None = None
    is_paid: bool = False

    @property
    def facts(self) -> tuple[str, bool, Decimal | None]:
        """What both sides have to agree on."""
        return self.name, self.is_active, self.amount


class Staff:
    """What people do at one place, in both systems.

    Args:
        sandbox: The company.
        organization_id: The BILL account.
        entity_id: The place at which it ends; empty for the top level.
    """

    def __init__(self, sandbox: Sandbox, organization_id: str, entity_id: str) -> None:
        self._sandbox = sandbox
        self.organization_id = organization_id
        self.entity_id = entity_id
        self._place = next(one for one in sandbox.business.organizations if one.organization_id == organization_id)
        # Accounts at one place share out its locations: each codes to its own.
        same = [one for one in sandbox.business.organizations if one.entity_id == entity_id]
        self._location = self._place.location_ids[same.index(self._place)]
        self._session = ""

    @property
    def has_bank(self) -> bool:
        """Whether the BILL account can pay from a bank account."""
        return bool(self._sandbox.bill.records(self.organization_id, "banks"))

    # --- finding --------------------------------------------------------------------------------------------------

    def find(self, side: Side, thing: Thing) -> list[Standing]:
        """Return how a thing stands on a side: once, if all is well."""
        found = self._in_intacct(thing) if side == "intacct" else self._in_bill(thing)
        return [one for one in found if one.name == thing.base or one.name.startswith(f"{thing.base} ")]

    def _in_intacct(self, thing: Thing) -> list[Standing]:
        kind = KINDS[thing.kind]
        rows = self._sandbox.intacct.records(kind.object_name)
        if kind.word == "credit":
            # What came from BILL is an adjustment.
            rows = [*rows, *self._sandbox.intacct.records("APADJUSTMENT")]
        if kind.partner:
            return [
                Standing(
                    row["RECORDNO"],
                    row["RECORDID"],
                    row["STATE"] != "Reversed",
                    abs(Decimal(row["TRX_TOTALENTERED"])),
                    bool(Decimal(row["TRX_TOTALPAID"] or 0)),
                )
                for row in rows
            ]
        return [Standing(row["RECORDNO"], row[kind.name], row["STATUS"] == "active") for row in rows]

    def _in_bill(self, thing: Thing) -> list[Standing]:
        if thing.kind == "bill":
            bills = self._sandbox.bill.bills(self.organization_id)
            return [Standing(b.id, b.number, not b.archived, b.amount, bool(b.paid or b.scheduled)) for b in bills]
        rows = self._sandbox.bill.records(self.organization_id, KINDS[thing.kind].path)
        if thing.kind == "credit":
            return [
                Standing(
                    row["id"], row["referenceNumber"], not row["archived"], row["amount"], bool(row["appliedAmount"])
                )
                for row in rows
            ]
        if thing.kind == "invoice":
            return [
                Standing(
                    row["id"], row["invoiceNumber"], not row["archived"], row["totalAmount"],
                    row["dueAmount"] != row["totalAmount"],
                )
                for row in rows
            ]  # fmt: skip
        return [Standing(row["id"], row["name"], not row["archived"]) for row in rows]

    def one(self, side: Side, thing: Thing) -> Standing:
        """Return how a thing stands on a side on which it is.

        Raises:
            LookupError: It is not there, or several times.
        """
        found = self.find(side, thing)
        if len(found) != 1:
            raise LookupError(f"{thing.base} is {len(found)} times in {side}")
        return found[0]

    # --- making ---------------------------------------------------------------------------------------------------

    def make(self, side: Side, kind: str, base: str, code: str = "") -> Thing:
        """Make a record of a list, a vendor or a customer.

        Args:
            side: Where.
            kind: A key of ``KINDS``.
            base: Its name, with which no other's begins.
            code: Its id, where people give one.
        """
        (self._make_in_intacct if side == "intacct" else self._make_in_bill)(KINDS[kind], base, code)
        return Thing(kind, base, side)

    def _make_in_intacct(self, kind: Kind, base: str, code: str) -> None:
        fields = {kind.name: base, "STATUS": "active"}
        if kind.word in {"vendor", "customer"}:
            address = {f"DISPLAYCONTACT.MAILADDRESS.{name}": value for name, value in _address(base).items()}
            contact = {"PRINTAS": base, "EMAIL1": _email(base)}
            fields |= address | {f"DISPLAYCONTACT.{name}": value for name, value in contact.items()}
            fields[f"{kind.object_name}ID"] = base.upper().replace(" ", "-")
        else:
            fields[kind.code] = code
        if kind.word == "account":
            fields |= {"ACCOUNTTYPE": "incomestatement", "NORMALBALANCE": "debit"}
        if kind.word == "item":
            fields |= {"ITEMTYPE": "Non-Inventory"}
        # An account is the whole company's.
        owner = "" if kind.word == "account" else self.entity_id
        self._sandbox.intacct.write(kind.object_name, None, entity_id=owner, **fields)

    def _make_in_bill(self, kind: Kind, base: str, code: str) -> None:
        body: dict[str, Any] = {"name": base}
        match kind.word:
            case "account":
                body["account"] = {"type": "EXPENSE", "number": code}
            case "vendor":
                body |= {"address": _in_bill(_address(base)), "email": _email(base)}
            case "customer":
                body |= {"email": _email(base)}
            case "item":
                body |= {"shortName": code, "type": "OTHER_CHARGE"}
            case _:
                body["shortName"] = code
        self._post(kind.path, body)

    def enter(self, side: Side, kind: str, base: str, partner: Thing, amount: Decimal) -> Thing:
        """Enter a bill, a vendor's credit or an invoice of today, with one line; BILL's bills are approved.

        Args:
            side: Where.
            kind: ``bill``, ``credit`` or ``invoice``.
            base: Its number, with which no other's begins.
            partner: The vendor or customer, who has to be on that side.
            amount: In the currency of the company.
        """
        today = self._sandbox.clock.now().date()
        due = today + timedelta(days=_DAYS_TO_PAY)
        party = self.one(side, partner).key
        if side == "intacct":
            self._enter_in_intacct(KINDS[kind], base, party, amount, f"{today:%m/%d/%Y}", f"{due:%m/%d/%Y}")
            return Thing(kind, base, side)
        coding = {
            "chartOfAccountId": self._bill_account(_INCOME if kind == "invoice" else _EXPENSE),
            "locationId": self._bill_id("locations", shortName=self._location),
        }
        if kind == "bill":
            invoice = {"invoiceNumber": base, "invoiceDate": f"{today}"}
            lines = [{"amount": str(amount), "classifications": coding}]
            body = {"vendorId": party, "invoice": invoice, "dueDate": f"{due}", "billLineItems": lines}
            self.approve(self._post("bills", body))
        elif kind == "credit":
            lines = [{"amount": str(amount), "classifications": coding}]
            own = {"vendorId": party, "referenceNumber": base, "creditDate": f"{today}"}
            self._post("vendor-credits", {**own, "vendorCreditLineItems": lines})
        else:
            head = {"customer": {"id": party}, "invoiceNumber": base, "invoiceDate": f"{today}", "dueDate": f"{due}"}
            line = {"quantity": "1", "price": str(amount), "description": "Survey", "classifications": coding}
            self._post("invoices", {**head, "invoiceLineItems": [line]})
        return Thing(kind, base, side)

    def _enter_in_intacct(self, kind: Kind, number: str, party: str, amount: Decimal, day: str, due: str) -> None:
        partner = KINDS[kind.partner]
        id_field = f"{partner.object_name}ID"
        rows = self._sandbox.intacct.records(partner.object_name)
        party_id = next(row[id_field] for row in rows if row["RECORDNO"] == party)
        line = {
            "ACCOUNTNO": _INCOME if kind.word == "invoice" else _EXPENSE,
            "TRX_AMOUNT": str(-amount if kind.word == "credit" else amount),
            "LOCATIONID": self._location,
        }
        head = {id_field: party_id, "RECORDID": number, "CURRENCY": "USD", "WHENCREATED": day, "WHENDUE": due}
        self._sandbox.intacct.enter(kind.object_name, self.entity_id, [line], **head)

    # --- changing -------------------------------------------------------------------------------------------------

    def rename(self, side: Side, thing: Thing, word: str) -> None:
        """Give a record of a list, a bill or a credit another name or number that begins as before."""
        field = "referenceNumber" if thing.kind == "credit" else "name"
        self._set(side, thing, KINDS[thing.kind].name, field, f"{thing.base} {word}".strip())

    def use(self, side: Side, thing: Thing, *, is_active: bool) -> None:
        """Take a record of a list out of use, or into use again."""
        if side == "intacct":
            self._set(side, thing, "STATUS", "", "active" if is_active else "inactive")
        else:
            self._set(side, thing, "", "archived", not is_active)

    def _set(self, side: Side, thing: Thing, field: str, bill_field: str, value: Any) -> None:
        kind, key = KINDS[thing.kind], self.one(side, thing).key
        if side == "intacct" and kind.object_name == "APBILL":
            self._sandbox.intacct.edit_bill(int(key), **{field: value})
        elif side == "intacct":
            self._sandbox.intacct.write(kind.object_name, int(key), **{field: value})
        elif thing.kind == "bill":
            self._sandbox.bill.edit_bill(key, number=value)
        else:
            self._sandbox.bill.edit(self.organization_id, kind.path, key, **{bill_field: value})

    def set_amount(self, side: Side, bill: Thing, amount: Decimal) -> None:
        """Correct the amount of a bill or a credit of one line."""
        key = self.one(side, bill).key
        if side == "intacct":
            [line] = self._sandbox.intacct.bill(int(key)).lines
            changed = {"LINE_NO": line["LINE_NO"], "TRX_AMOUNT": str(-amount if bill.kind == "credit" else amount)}
            self._sandbox.intacct.edit_bill(int(key), lines=[changed])
        elif bill.kind == "credit":
            [credit] = [
                one for one in self._sandbox.bill.records(self.organization_id, "vendor-credits") if one["id"] == key
            ]
            [line] = credit["vendorCreditLineItems"]
            lines = {"vendorCreditLineItems": [{**line, "amount": amount}]}
            self._sandbox.bill.edit(self.organization_id, "vendor-credits", key, amount=amount, **lines)
        else:
            self._sandbox.bill.edit_bill(key, amount=amount)

    def approve(self, bill_id: str) -> None:
        """Approve a bill in BILL."""
        self._sandbox.bill.approve(bill_id)

    def pay(self, bill: Thing) -> Decimal:
        """Pay the whole of a bill in BILL, from its first bank account; return how much that was."""
        standing = self.one("bill", bill)
        self._sandbox.bill.pay_bill(standing.key)
        return standing.amount or Decimal(0)

    def state(self) -> str:
        """Return a hash of all that both sides hold: while nothing is written, it stays."""
        parts: list[Any] = [self._sandbox.intacct.records(one.object_name) for one in KINDS.values()]
        parts += [self._sandbox.intacct.records(name) for name in ("APPYMT", "ARPYMT", "APADJUSTMENT", "CONTACT")]
        parts += [
            self._sandbox.bill.records(self.organization_id, one.path) for one in KINDS.values() if one.word != "bill"
        ]
        parts.append([bill.to_json("") for bill in self._sandbox.bill.bills(self.organization_id)])
        parts.append(sorted(map(str, self._sandbox.intacct.ledger.balances().items())))
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    # --- BILL's API -----------------------------------------------------------------------------------------------

    def _bill_account(self, number: str) -> str:
        accounts = self._sandbox.bill.records(self.organization_id, "chart-of-accounts")
        return str(next(row["id"] for row in accounts if row["account"]["number"] == number))

    def _bill_id(self, kind: str, **wanted: str) -> str:
        rows = self._sandbox.bill.records(self.organization_id, kind)
        return str(next(row["id"] for row in rows if wanted.items() <= row.items()))

    def _post(self, path: str, body: Mapping[str, Any]) -> str:
        """Make a record as BILL's own screens do, past faults of the network; return its id."""
        below = "classifications/" if path in _CLASSIFICATIONS else ""
        return str(self._asked(f"{below}{path}", body)["id"])

    def _asked(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        facts = self._sandbox.business
        headers = {"content-type": "application/json", "devkey": facts.dev_key, "sessionid": self._session}
        request = Request("POST", f"/connect/v3/{path}", headers=headers, body=json.dumps(body).encode())
        reply = self._sandbox.bill.handle(request)
        if reply.status == 401:  # noqa: PLR2004  # a session ends by itself
            self._log_in()
            return self._asked(path, body)
        if reply.status >= 300:  # noqa: PLR2004  # refused
            raise ValueError(f"BILL refused {path}: {reply.body.decode()}")
        told: dict[str, Any] = json.loads(reply.body)
        return told

    def _log_in(self) -> None:
        facts = self._sandbox.business
        login = {
            "devKey": facts.dev_key,
            "username": facts.bill_username,
            "password": facts.bill_password,
            "organizationId": self.organization_id,
        }
        self._session = str(self._asked("login", login)["sessionId"])


def _email(base: str) -> str:
    return f"pay@{base.lower().replace(' ', '-')}.example"


def _address(base: str) -> dict[str, str]:
    """Where somebody is, in Intacct's fields: nobody else is there, so that nobody is taken for another."""
    at = int(hashlib.sha256(base.encode()).hexdigest()[:8], 16)
    street = f"{at % 9_000 + 100} {base} Road"
    return {"ADDRESS1": street, "CITY": "Reno", "STATE": "NV", "ZIP": f"{at % 90_000 + 10_000}", "COUNTRYCODE": "US"}


def _in_bill(address: Mapping[str, str]) -> dict[str, str]:
    names = ("line1", "city", "stateOrProvince", "zipOrPostalCode", "country")
    return dict(zip(names, address.values(), strict=True))
