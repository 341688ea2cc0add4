"""Functions that tell about the company, its user and its entities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.elements import child_text
from intacct_pipelines.sandbox.intacct.fields import OWN_DIMENSIONS
from intacct_pipelines.sandbox.intacct.reads import Answer
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import escape

if TYPE_CHECKING:
    from lxml import etree

    from intacct_pipelines.sandbox.intacct.state import State

_APPLICATIONS: Final = {
    "Company": ("LOCATIONENTITY", "LOCATION", "DEPARTMENT", "CLASS", "CONTACT"),
    "General Ledger": ("GLACCOUNT", "GLBATCH", "GLDETAIL"),
    "Accounts Payable": ("VENDOR", "APBILL", "APTERM", "APADJUSTMENT", "APPYMT", "APADVANCE"),
    "Accounts Receivable": ("ARINVOICE", "ARADJUSTMENT", "ARPYMT", "ARADVANCE"),
    "Cash Management": ("CCTRANSACTION", "FUNDSTRANSFER", "OTHERRECEIPTS", "DEPOSIT"),
    "Purchasing": ("PODOCUMENT",),
    "Order Entry": ("SODOCUMENT",),
    "Time & Expenses": ("EEXPENSES",),
}
_POLICIES: Final = {
    "LOCATIONENTITY": "Entities",
    "LOCATION": "Locations",
    "DEPARTMENT": "Departments",
    "CLASS": "Classes",
    "CONTACT": "Contacts",
    "GLACCOUNT": "GL accounts",
    "GLBATCH": "Journal entries",
    "GLDETAIL": "GL reports",
    "VENDOR": "Vendors",
    "APBILL": "Bills",
    "APTERM": "AP terms",
    "ARINVOICE": "Invoices",
    "ARADJUSTMENT": "Adjustments",
    "ARPYMT": "Receive payments",
    "ARADVANCE": "Advances",
    "APADJUSTMENT": "AP adjustments",
    "APPYMT": "Payments",
    "APADVANCE": "Advances",
    "CCTRANSACTION": "Charge card transactions",
    "FUNDSTRANSFER": "Funds transfers",
    "OTHERRECEIPTS": "Other receipts",
    "DEPOSIT": "Deposits",
    "PODOCUMENT": "Purchasing transactions",
    "SODOCUMENT": "Order entry transactions",
    "EEXPENSES": "Expense reports",
}
_RIGHTS: Final = {"read": ("List", "View"), "create": ("Add",), "update": ("Edit",), "delete": ("Delete",)}
_DIMENSIONS: Final = (
    ("DEPARTMENT", "Department"),
    ("LOCATION", "Location"),
    ("CLASS", "Class"),
    ("VENDOR", "Vendor"),
    ("CUSTOMER", "Customer"),
    ("EMPLOYEE", "Employee"),
    ("PROJECT", "Project"),
    ("TASK", "Task"),
    ("ITEM", "Item"),
)


def user_permissions(state: State, element: etree._Element) -> Answer:
    """`getUserPermissions`: the net rights, by application."""
    user_id = child_text(element, "userId")
    if user_id != state.user_id:
        raise refusal("SANDBOX-USER", f"The user '{user_id[:60]}' does not exist.")
    parts: list[str] = []
    for application, objects in _APPLICATIONS.items():
        policies = "".join(_policy(_POLICIES[name], _rights(state, name)) for name in objects)
        parts.append(_subscription(application, policies))
    reports = "View" if state.options.audit_permitted else ""
    parts.append(_subscription("Platform Services", _policy("Custom reports", reports)))
    return Answer(f"<data><permissions>{''.join(parts)}</permissions></data>")


def _rights(state: State, name: str) -> str:
    denied = state.options.denied
    return "|".join(right for word, rights in _RIGHTS.items() if (name, word) not in denied for right in rights)


def _policy(name: str, rights: str) -> str:
    return f"<policy><policyName>{escape(name)}</policyName><rights>{rights}</rights></policy>"


def _subscription(name: str, policies: str) -> str:
    return (
        f"<appSubscription><applicationName>{escape(name)}</applicationName>"
        f"<policies>{policies}</policies></appSubscription>"
    )


def closed_books_date(state: State, entity_id: str) -> Answer:
    """`get_closedbooksdate`: the last closed day of the session's entity; empty when nothing is closed."""
    closed = state.closed_through.get(entity_id, "")
    return Answer(
        f"<data><closedbooksdate><year>{closed[:4]}</year><month>{closed[4:6]}</month><day>{closed[6:8]}</day>"
        "</closedbooksdate></data>"
    )


def financial_setup(state: State, entity_id: str) -> Answer:
    """`getFinancialSetup`: currencies and books."""
    currencies = set(state.entity_currency.values())
    several = len(currencies) > 1
    base = state.currency_of(entity_id) if entity_id or not several else ""
    shared = str(len(state.entity_currency) > 1).lower()
    return Answer(
        f"<data><financialSetup><baseCurrency>{base}</baseCurrency><defaultBook>ACCRUAL</defaultBook>"
        f"<firstFiscalMonth>1</firstFiscalMonth><multiBaseCurrency>{str(several).lower()}</multiBaseCurrency>"
        f"<multiBook>false</multiBook><multiCurrency>true</multiCurrency>"
        f"<multiEntityShared>{shared}</multiEntityShared></financialSetup></data>"
    )


def dimensions(state: State) -> Answer:
    """`getDimensions`: the enabled dimensions, with the company's own words for them."""
    terms = state.options.dimension_terms
    own = [(name, spec.label) for name, spec in OWN_DIMENSIONS.items() if name in state.options.own_dimensions]
    rows = "".join(
        f"<dimension><objectName>{name}</objectName><objectLabel>{label}</objectLabel>"
        f"<termLabel>{escape(terms.get(name, label))}</termLabel>"
        f"<userDefinedDimension>{str(name in OWN_DIMENSIONS).lower()}</userDefinedDimension>"
        "<enabledInGL>true</enabledInGL></dimension>"
        for name, label in (*_DIMENSIONS, *own)
    )
    return Answer(f"<data><dimensions>{rows}</dimensions></data>")


def entity_details(state: State) -> Answer:
    """`readEntityDetails`: the entities that the user may enter."""
    entities = state.tables["LOCATIONENTITY"]
    rows = "".join(
        f"<entity><id>{escape(entities.get(row, 'LOCATIONID'))}</id><name>{escape(entities.get(row, 'NAME'))}</name>"
        f"<recordno>{entities.get(row, 'RECORDNO')}</recordno><currency>{entities.get(row, 'CURRENCY')}</currency>"
        "<firstfiscalmonth>1</firstfiscalmonth><firstfiscaltaxmonth>1</firstfiscaltaxmonth><weekstart>1</weekstart></entity>"
        for row in entities.rows.values()
    )
    return Answer(f"<data>{rows}</data>", len(entities.rows))


def company_preferences(element: etree._Element) -> Answer:
    """`get_companyprefs`: some preferences of one application."""
    application = element.get("application", "").upper()
    preferences = {
        "GEN": {
            "PRIMARY_ACCTNO_LENGTH": "4",
            "SUBACCTNO_LENGTH": "0",
            "ACCTNO_SEPARATOR": "-",
            "FISCAL_FIRST_MONTH": "1",
            "FISCAL_FIRST_MONTH_TAX": "1",
            "WEEK_START": "1",
        },
        "ME": {"DISABLEENTITYSLIDEIN": "false"},
    }.get(application, {})
    rows = "".join(
        f"<companypref><application>{application}</application><preference>{name}</preference>"
        f"<prefvalue>{value}</prefvalue></companypref>"
        for name, value in preferences.items()
    )
    return Answer(f"<data>{rows}</data>")


def applications(state: State) -> Answer:
    """`get_applications`: the codes of the modules that the company subscribes to."""
    rows = "".join(f"<application>{escape(code)}</application>" for code in sorted(state.options.applications))
    return Answer(f"<data>{rows}</data>", len(state.options.applications))


def user_formatting(state: State, element: etree._Element) -> Answer:
    """`readUserFormatting`: the user's way of writing dates, and the offset of the company's zone."""
    if child_text(element, "userId") != state.user_id:
        raise refusal("SANDBOX-USER", "The user does not exist.")
    offset = state.clock.now().astimezone(state.instants.zone).strftime("%z")
    return Answer(
        f"<data><userformatting><recordno>1</recordno><locale>en_US.UTF-8</locale><dateformat>/mdY</dateformat>"
        f"<gmtoffset>{offset[:3]}:{offset[3:]}</gmtoffset><clock>12</clock></userformatting></data>"
    )
