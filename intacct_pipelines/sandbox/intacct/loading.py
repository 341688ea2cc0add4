"""Loads a generated business into the twin as the books of a company that has been at work for years."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.bills import build_payment, build_posting, owner_fields, totals
from intacct_pipelines.sandbox.intacct.fields import LEDGER_STATES, RAW_STATES
from intacct_pipelines.sandbox.intacct.journal_loading import JournalLoader
from intacct_pipelines.sandbox.intacct.receivables_loading import ReceivablesLoader
from intacct_pipelines.sandbox.intacct.values import format_date, format_instant, round_amount, sortable
from intacct_pipelines.sandbox.ledger import AP_ACCOUNT, BANK_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from intacct_pipelines.sandbox.business import Bill, Business, Line, Vendor
    from intacct_pipelines.sandbox.intacct.state import Row, State, Table

_ZERO: Final = Decimal(0)
_REQUIRES: Final = {"department": "REQUIREDEPT", "location": "REQUIRELOC", "class": "REQUIRECLASS"}


class Loader:
    """Fills an empty state.

    Args:
        state: The empty company.
        business: What to load.
    """

    def __init__(self, state: State, business: Business) -> None:
        self._state = state
        self._business = business
        born = min((vendor.created_at for vendor in business.vendors), default=state.clock.now())
        self._born = min(born, state.clock.now())
        self._vendors = {vendor.key: vendor for vendor in business.vendors}
        self._owners: dict[str, dict[str, str]] = {}

    def load(self) -> None:
        """Load everything."""
        state, business = self._state, self._business
        state.base_currency = business.base_currency
        state.user_id = business.user_id
        self._load_entities()
        self._load_lists()
        for vendor in business.vendors:
            if vendor.intacct_id is not None:
                self._load_vendor(vendor, vendor.intacct_id)
        for bill in business.bills:
            if bill.in_intacct:
                self._load_bill(bill)
        ReceivablesLoader(state, business, self._owner).load()
        JournalLoader(state, business).load()

    def _load_entities(self) -> None:
        state = self._state
        closed = []
        for entity in self._business.entities:
            state.entity_currency[entity.entity_id] = entity.currency
            if entity.closed_through is not None:
                state.closed_through[entity.entity_id] = sortable(format_date(entity.closed_through))
                closed.append(state.closed_through[entity.entity_id])
            values = {
                "LOCATIONID": entity.entity_id,
                "NAME": entity.name,
                "CURRENCY": entity.currency,
                "STATUS": "active",
                "FIRSTMONTH": "1",
            }
            self._add("LOCATIONENTITY", values)
            self._add("LOCATION", {field: values[field] for field in ("LOCATIONID", "NAME", "CURRENCY", "STATUS")})
        if len(closed) == len(self._business.entities) and closed:
            state.closed_through[""] = min(closed)

    def _load_lists(self) -> None:
        business = self._business
        entity_ids = set(self._state.entity_currency)
        for one in business.locations:
            if one.id not in entity_ids:
                values = {
                    "LOCATIONID": one.id,
                    "NAME": one.name,
                    "PARENTID": one.parent_id or one.entity_id,
                    "STATUS": one.status,
                    "CURRENCY": self._state.currency_of(one.entity_id),
                }
                self._add("LOCATION", values, one.entity_id)
        for one in business.departments:
            values = {"DEPARTMENTID": one.id, "TITLE": one.name, "PARENTID": one.parent_id, "STATUS": one.status}
            self._add("DEPARTMENT", values, one.entity_id)
        for one in business.classes:
            values = {"CLASSID": one.id, "NAME": one.name, "PARENTID": one.parent_id, "STATUS": one.status}
            self._add("CLASS", values, one.entity_id)
        for term in business.terms:
            due = {"DUEDATE": str(term.days), "DUEFROM": "from invoice/bill date"}
            self._add("APTERM", {"NAME": term.name, "DESCRIPTION": term.name, "STATUS": "active", **due})
        self._load_accounts()

    def _load_accounts(self) -> None:
        for account in self._business.accounts:
            flags = {field: str(word in account.requires).lower() for word, field in _REQUIRES.items()}
            values = {
                "ACCOUNTNO": account.account_no,
                "TITLE": account.title,
                "ACCOUNTTYPE": account.account_type,
                "NORMALBALANCE": account.normal_balance,
                "CLOSINGTYPE": "non-closing account",
                "STATUS": account.status,
                **flags,
            }
            self._add("GLACCOUNT", values)
        accounts = self._state.tables["GLACCOUNT"]
        for number, title, side in (
            (AP_ACCOUNT, "Accounts payable", "credit"),
            (BANK_ACCOUNT, "Operating bank", "debit"),
        ):
            if accounts.by_business_key(number) is None:
                values = {"ACCOUNTNO": number, "TITLE": title, "ACCOUNTTYPE": "balancesheet", "NORMALBALANCE": side}
                self._add("GLACCOUNT", {**values, "CLOSINGTYPE": "non-closing account", "STATUS": "active"})

    def _load_vendor(self, vendor: Vendor, vendor_id: str) -> None:
        address = vendor.address
        contact = {
            "CONTACTNAME": f"{vendor.name}(V{vendor_id})",
            "PRINTAS": vendor.name,
            "COMPANYNAME": vendor.name,
            "EMAIL1": vendor.email,
            "PHONE1": vendor.phone,
            "STATUS": "active",
            "MAILADDRESS.ADDRESS1": address.get("line1", ""),
            "MAILADDRESS.CITY": address.get("city", ""),
            "MAILADDRESS.STATE": address.get("stateOrProvince", ""),
            "MAILADDRESS.ZIP": address.get("zipOrPostalCode", ""),
            "MAILADDRESS.COUNTRY": address.get("country_name", ""),
            "MAILADDRESS.COUNTRYCODE": address.get("country", ""),
        }
        times = (vendor.created_at, vendor.modified_at)
        row = self._add("CONTACT", contact, vendor.entity_id, times)
        form = vendor.is_1099 and vendor.difference != "unmapped_1099"
        values = {
            "VENDORID": vendor_id,
            "NAME": vendor.name,
            "STATUS": vendor.intacct_status or "active",
            "CURRENCY": vendor.currency,
            "TERMNAME": vendor.term,
            "TAXID": vendor.tax_id,
            "NAME1099": vendor.name if form else "",
            "FORM1099TYPE": "MISC" if form else "",
            "FORM1099BOX": "3" if form else "",
            "ONHOLD": "false",
            "ONETIME": "false",
            "PAYMENTPRIORITY": "normal",
            "DISPLAYCONTACTKEY": self._state.tables["CONTACT"].get(row, "RECORDNO"),
        }
        self._add("VENDOR", values, vendor.entity_id, times)

    def _add(
        self, name: str, values: Mapping[str, str], owner: str = "", times: tuple[datetime, datetime] | None = None
    ) -> Row:
        state = self._state
        table = state.tables[name]
        created, modified = times or (self._born, self._born)
        row = table.blank()
        _fill(table, row, values)
        _fill(table, row, {"RECORDNO": state.new_number(table), "RECORD_URL": ""})
        audit = {
            "WHENCREATED": state.instants.local(created),
            "WHENMODIFIED": state.instants.local(modified),
            "CREATEDBY": "1",
            "MODIFIEDBY": "1",
            **self._owner(owner),
        }
        _fill(table, row, audit)
        row[table.owner_at] = owner
        row[table.stamp_at] = sortable(audit["WHENMODIFIED"])
        table.put(row)
        return row

    def _owner(self, owner: str) -> dict[str, str]:
        if owner not in self._owners:
            self._owners[owner] = owner_fields(self._state, owner)
        return self._owners[owner]

    # --- bills ----------------------------------------------------------------------------------------------------

    def _load_bill(self, bill: Bill) -> None:
        state = self._state
        if bill.intacct_changes:
            bill = replace(bill, **bill.intacct_changes)  # type: ignore[arg-type]  # names and values of Bill's own fields
        table = state.tables["APBILL"]
        row = self._header(table, bill)
        base_currency = row[table.at["BASECURR"]]
        empty = bill.intacct_state == "No Value"
        items = [
            self._line(row, at, line, bill, base_currency=base_currency, empty=empty)
            for at, line in enumerate(bill.lines, 1)
        ]
        self._total(table, row, items, bill, base_currency)
        table.put(row)
        lines = state.tables["APBILLITEM"]
        for item in items:
            lines.put(item)
        if bill.intacct_state in LEDGER_STATES and items:
            self._post(row, items, bill)

    def _header(self, table: Table, bill: Bill) -> Row:
        state = self._state
        vendor = self._vendors[bill.vendor_key]
        modified = state.instants.local(bill.intacct_modified_at)
        day = state.instants.day
        row = table.blank()
        paid = bill.paid and bill.intacct_state in {"Paid", "Partially Paid"}
        at = table.at
        for field, value in (
            ("RECORDNO", state.new_number(table)),
            ("RECORDTYPE", "pi"),
            ("STATE", bill.intacct_state),
            ("RAWSTATE", RAW_STATES.get(bill.intacct_state, "")),
            ("VENDORID", vendor.intacct_id or ""),
            ("VENDORNAME", vendor.name),
            ("ENTITY", vendor.intacct_id or ""),
            ("RECORDID", bill.number),
            ("DOCNUMBER", bill.po_number),
            ("DESCRIPTION", bill.description),
            ("TERMNAME", vendor.term),
            ("WHENCREATED", day(bill.bill_date)),
            ("WHENPOSTED", day(bill.gl_posting_date)),
            ("WHENDUE", day(bill.due_date)),
            ("WHENPAID", day(bill.intacct_modified_at.date()) if paid else ""),
            ("PRBATCH", f"Bills: {day(bill.gl_posting_date)}"),
            ("CURRENCY", bill.currency),
            ("BASECURR", state.currency_of(bill.entity_id)),
            ("EXCHANGE_RATE", str(bill.exchange_rate)),
            ("EXCH_RATE_DATE", day(bill.bill_date)),
            ("ONHOLD", "false"),
            ("MODULEKEY", "9.PO" if bill.difference == "po_born" else "3.AP"),
            ("SYSTEMGENERATED", "false"),
            ("AUWHENCREATED", format_instant(bill.created_at)),
            ("WHENMODIFIED", modified),
            ("CREATEDBY", "1"),
            ("MODIFIEDBY", "1"),
            *self._owner(bill.entity_id).items(),
        ):
            row[at[field]] = value
        row[table.owner_at] = bill.entity_id
        row[table.stamp_at] = sortable(modified)
        return row

    def _line(self, row: Row, at_no: int, line: Line, bill: Bill, *, base_currency: str, empty: bool) -> Row:
        state = self._state
        bills, table = state.tables["APBILL"], state.tables["APBILLITEM"]
        item = table.blank()
        at = table.at
        trx = _ZERO if empty else round_amount(line.amount, bill.currency)
        base = trx if bill.currency == base_currency else round_amount(trx * bill.exchange_rate, base_currency)
        accounts = state.tables["GLACCOUNT"]
        account = accounts.by_business_key(line.account_no)
        for field, value in (
            ("RECORDNO", state.new_number(table)),
            ("RECORDKEY", row[bills.at["RECORDNO"]]),
            ("LINE_NO", str(at_no)),
            ("ACCOUNTNO", line.account_no),
            ("ACCOUNTKEY", "" if account is None else accounts.get(account, "RECORDNO")),
            ("ACCOUNTTITLE", "" if account is None else accounts.get(account, "TITLE")),
            ("ENTRYDESCRIPTION", line.description),
            ("TRX_AMOUNT", str(trx)),
            ("AMOUNT", str(base)),
            ("DEPARTMENTID", line.department_id),
            ("DEPARTMENTNAME", self._name("DEPARTMENT", "TITLE", line.department_id)),
            ("LOCATIONID", line.location_id),
            ("LOCATIONNAME", self._name("LOCATION", "NAME", line.location_id)),
            ("CLASSID", line.class_id),
            ("ENTRY_DATE", row[bills.at["WHENPOSTED"]]),
            ("CURRENCY", bill.currency),
            ("BASECURR", base_currency),
            ("EXCHANGE_RATE", row[bills.at["EXCHANGE_RATE"]]),
            ("STATE", row[bills.at["RAWSTATE"]]),
            ("RECORDTYPE", "pi"),
            ("LINEITEM", "true"),
            ("FORM1099", "false"),
            ("WHENCREATED", row[bills.at["WHENMODIFIED"]]),
            ("WHENMODIFIED", row[bills.at["WHENMODIFIED"]]),
            ("CREATEDBY", "1"),
            ("MODIFIEDBY", "1"),
        ):
            item[at[field]] = value
        item[table.owner_at] = row[bills.owner_at]
        item[table.stamp_at] = row[bills.stamp_at]
        return item

    def _name(self, object_name: str, field: str, value: str) -> str:
        if not value:
            return ""
        table = self._state.tables[object_name]
        row = table.by_business_key(value)
        return "" if row is None else table.get(row, field)

    def _total(self, table: Table, row: Row, items: list[Row], bill: Bill, base_currency: str) -> None:
        lines = self._state.tables["APBILLITEM"].at
        trx = sum((Decimal(item[lines["TRX_AMOUNT"]]) for item in items), _ZERO)
        base = sum((Decimal(item[lines["AMOUNT"]]) for item in items), _ZERO)
        paid = bill.paid if bill.intacct_state in {"Paid", "Partially Paid"} else _ZERO
        base_paid = base if paid == trx else round_amount(paid * bill.exchange_rate, base_currency)
        values = totals(trx, base, paid, base_paid if paid else _ZERO)
        if bill.intacct_state in {"Reversed", "Reversal"}:
            values |= {"TRX_TOTALDUE": "0", "TOTALDUE": "0"}
        _fill(table, row, values)

    def _post(self, row: Row, items: list[Row], bill: Bill) -> None:
        state = self._state
        state.ledger.post(build_posting(state, row, items))
        bills = state.tables["APBILL"]
        paid = Decimal(bills.get(row, "TRX_TOTALPAID"))
        if paid:
            location = items[0][state.tables["APBILLITEM"].at["LOCATIONID"]]
            entity = bill.entity_id or state.entity_of_location(location)
            base = Decimal(bills.get(row, "TOTALPAID"))
            state.ledger.post(build_payment(state, row, entity=entity, location=location, trx=paid, base=base))


def _fill(table: Table, row: Row, values: Mapping[str, str]) -> None:
    for field, value in values.items():
        position = table.at.get(field)
        if position is not None:
            row[position] = value
