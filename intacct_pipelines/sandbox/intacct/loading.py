"""Loads a generated business into the twin as the books of a company that has been at work for years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.chart import CATEGORIES
from intacct_pipelines.sandbox.intacct.documents import fill
from intacct_pipelines.sandbox.intacct.loading_advances import load_advances
from intacct_pipelines.sandbox.intacct.loading_attachments import load_bill_attachments
from intacct_pipelines.sandbox.intacct.loading_cash import CashLoader, load_financial_accounts
from intacct_pipelines.sandbox.intacct.loading_documents import RowMaker
from intacct_pipelines.sandbox.intacct.loading_journals import JournalLoader
from intacct_pipelines.sandbox.intacct.loading_lists import ListsLoader
from intacct_pipelines.sandbox.intacct.loading_orders import OrdersLoader
from intacct_pipelines.sandbox.intacct.loading_payables import PayablesLoader
from intacct_pipelines.sandbox.intacct.loading_receivables import ReceivablesLoader
from intacct_pipelines.sandbox.intacct.values import format_date, sortable
from intacct_pipelines.sandbox.ledger import AP_ACCOUNT, BANK_ACCOUNT, CARD_ACCOUNT, EXCHANGE_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from intacct_pipelines.sandbox.business import Business, Vendor
    from intacct_pipelines.sandbox.intacct.state import Row, State

_REQUIRES: Final = {"department": "REQUIREDEPT", "location": "REQUIRELOC", "class": "REQUIRECLASS"}
_POSTED_TO: Final = (
    # accounts that documents post to, whatever the chart has
    (AP_ACCOUNT, "Accounts payable", "credit", "balancesheet", "ACCOUNTS_PAYABLE"),
    (BANK_ACCOUNT, "Operating bank", "debit", "balancesheet", "BANK"),
    (CARD_ACCOUNT, "Charge cards payable", "credit", "balancesheet", "CREDIT_CARD"),
    (EXCHANGE_ACCOUNT, "Realised exchange gains and losses", "debit", "incomestatement", "OTHER_EXPENSE"),
)


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
        self._rows = RowMaker(state)

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
        load_financial_accounts(state, business)
        ListsLoader(state, business, self._add).load()
        PayablesLoader(self._rows, business).load()
        ReceivablesLoader(self._rows, business).load()
        CashLoader(self._rows, business).load()
        OrdersLoader(self._rows, business).load()
        JournalLoader(state, business).load()
        load_advances(self._rows, business)
        load_bill_attachments(self._rows, business)

    def _load_entities(self) -> None:
        state = self._state
        closed = []
        for entity in self._business.intacct_entities:
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
        if closed:
            state.closed_through[""] = min(closed)
        for place in self._business.entities:
            if not place.entity_id and place.closed_through is not None:
                state.closed_through[""] = sortable(format_date(place.closed_through))

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
                "CATEGORY": CATEGORIES.get(account.bill_type, ""),
                "STATUS": account.status,
                **flags,
            }
            self._add("GLACCOUNT", values)
        accounts = self._state.tables["GLACCOUNT"]
        for number, title, side, kind, bill_type in _POSTED_TO:
            if accounts.by_business_key(number) is None:
                values = {"ACCOUNTNO": number, "TITLE": title, "ACCOUNTTYPE": kind, "NORMALBALANCE": side}
                values["CATEGORY"] = CATEGORIES[bill_type]
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
        table = self._state.tables[name]
        created, modified = times or (self._born, self._born)
        row = self._rows.row(table, values, owner, (created, modified))
        fill(table, row, dict.fromkeys(("WHENCREATED", "CREATEDAT"), self._state.instants.local(created)))
        table.put(row)
        return row
