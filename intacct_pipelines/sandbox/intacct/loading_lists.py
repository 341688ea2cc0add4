"""Loads lists: customers, items, terms of receivables, bank and card accounts, and what only Intacct has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from intacct_pipelines.sandbox.expense_business import employee_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from intacct_pipelines.sandbox.business import Business
    from intacct_pipelines.sandbox.intacct.state import Row, State
    from intacct_pipelines.sandbox.receivables_business import Customer

_ITEM_TYPES: Final = {"service": "Non-Inventory", "product": "Inventory"}


class Add(Protocol):
    """Puts one record into the books."""

    def __call__(
        self, name: str, values: Mapping[str, str], owner: str = "", times: tuple[datetime, datetime] | None = None
    ) -> Row:
        """Add the record and return its row."""


class ListsLoader:
    """Fills the lists of an empty company; its financial accounts are known already.

    Args:
        state: The company.
        business: What to load.
        add: Puts one record into the books.
    """

    def __init__(self, state: State, business: Business, add: Add) -> None:
        self._state = state
        self._business = business
        self._add = add

    def load(self) -> None:
        """Load everything."""
        for term in self._business.terms:
            due = {"DUEDATE": str(term.days), "DUEFROM": "from invoice/bill date"}
            self._add("ARTERM", {"NAME": term.name, "DESCRIPTION": term.name, "STATUS": "active", **due})
        for record in self._business.lists:
            values = {field: self._resolved(text) for field, text in record.values.items()}
            self._add(record.object_name, values, record.entity_id, (record.created_at, record.modified_at))
        for customer in self._business.receivables.customers:
            if customer.intacct_id is not None:
                self._load_customer(customer, customer.intacct_id)
        self._load_cardholders()
        self._load_items()
        self._load_accounts()

    def _load_cardholders(self) -> None:
        """Who holds a card is an employee, and hands in expense reports as one."""
        contacts = self._state.tables["CONTACT"]
        for holder in self._business.cards.holders:
            person = employee_id(holder.key)
            contact = {
                "CONTACTNAME": f"{holder.last_name}, {holder.first_name} ({person})",
                "PRINTAS": f"{holder.first_name} {holder.last_name}",
                "FIRSTNAME": holder.first_name,
                "LASTNAME": holder.last_name,
                "EMAIL1": holder.email,
                "STATUS": "active",
            }
            row = self._add("CONTACT", contact, holder.entity_id)
            values = {
                "EMPLOYEEID": person,
                "CONTACTKEY": contacts.get(row, "RECORDNO"),
                "LOCATIONID": holder.entity_id,
                "STATUS": "inactive" if holder.is_retired else "active",
            }
            self._add("EMPLOYEE", values, holder.entity_id)

    def _resolved(self, text: str) -> str:
        """The record number of the record that ``@OBJECT:id`` names, or of the newest one of ``@OBJECT``."""
        if not text.startswith("@"):
            return text
        name, _, key = text[1:].partition(":")
        table = self._state.tables[name]
        row = table.by_business_key(key) if key else table.rows[max(table.rows)]
        return "" if row is None else table.get(row, "RECORDNO")

    def _load_customer(self, customer: Customer, customer_id: str) -> None:
        address = customer.address
        times = (customer.created_at, customer.modified_at)
        contact = {
            "CONTACTNAME": f"{customer.name}(C{customer_id})",
            "PRINTAS": customer.name,
            "COMPANYNAME": customer.name,
            "EMAIL1": customer.email,
            "PHONE1": customer.phone,
            "STATUS": "active",
            "MAILADDRESS.ADDRESS1": address.get("line1", ""),
            "MAILADDRESS.CITY": address.get("city", ""),
            "MAILADDRESS.STATE": address.get("stateOrProvince", ""),
            "MAILADDRESS.ZIP": address.get("zipOrPostalCode", ""),
            "MAILADDRESS.COUNTRY": address.get("country_name", ""),
        }
        contacts = self._state.tables["CONTACT"]
        row = self._add("CONTACT", contact, customer.entity_id, times)
        values = {
            "CUSTOMERID": customer_id,
            "NAME": customer.name,
            "STATUS": customer.intacct_status or "active",
            "CURRENCY": customer.currency,
            "TERMNAME": customer.term,
            "ONHOLD": "false",
            "ONETIME": "false",
            "DISPLAYCONTACTKEY": contacts.get(row, "RECORDNO"),
        }
        self._add("CUSTOMER", values, customer.entity_id, times)

    def _load_items(self) -> None:
        accounts = self._state.tables["GLACCOUNT"]

        def key_of(account_no: str) -> str:
            row = accounts.by_business_key(account_no) if account_no else None
            return "" if row is None else accounts.get(row, "RECORDNO")

        for item in self._business.receivables.items:
            if item.kind == "sales_tax":
                continue
            values = {
                "ITEMID": item.item_id,
                "NAME": item.name,
                "ITEMTYPE": _ITEM_TYPES[item.kind],
                "STATUS": item.status,
                "BASEPRICE": str(item.price),
                "TAXABLE": "true",
                "INCOMEACCTKEY": key_of(item.income_account_no),
                "EXPENSEACCTKEY": key_of(item.expense_account_no),
            }
            self._add("ITEM", values, "", (item.created_at, item.modified_at))

    def _load_accounts(self) -> None:
        for place, account in enumerate(self._state.financial_accounts.values(), 1):
            if account.is_card:
                values = {
                    "CARDID": account.account_id,
                    "DESCRIPTION": "Card programme",
                    "CARDTYPE": "Visa",
                    "EXP_MONTH": "12",
                    "EXP_YEAR": "2099",
                    "COMMCARD": "true",
                    "LIABILITYTYPE": "Credit",
                    "LOCATION": account.default_location_id,
                    "CURRENCY": account.currency,
                    "STATUS": "active",
                }
                self._add("CREDITCARD", values, account.entity_id)
                continue
            values = {
                "BANKACCOUNTID": account.account_id,
                "BANKACCOUNTNO": f"{place:012}",
                "GLACCOUNTNO": account.account_no,
                "BANKNAME": "Harbor Bank",
                "ROUTINGNO": "121000000",
                "BANKACCOUNTTYPE": "Checking",
                "LOCATIONID": account.entity_id,
                "CURRENCY": account.currency,
                "STATUS": "active",
            }
            self._add("CHECKINGACCOUNT", values, account.entity_id)
        self._add("AFRSETUP", dict.fromkeys(("DISABLEEDIT", "DISABLEDELETE", "DISABLERECLASS"), "false"))
        for entity in self._business.entities:
            values = {
                "BANKACCOUNTID": f"RESERVE-{entity.entity_id}" if entity.entity_id else "RESERVE",
                "BANKACCOUNTNO": f"9{entity.entity_id:0>11}",
                "GLACCOUNTNO": "1000",
                "BANKNAME": "Harbor Bank",
                "BANKACCOUNTTYPE": "Savings",
                "LOCATIONID": entity.entity_id,
                "CURRENCY": entity.currency,
                "STATUS": "active",
            }
            self._add("SAVINGSACCOUNT", values, entity.entity_id)
