"""What the company is set up to do: subscriptions, currencies and books, preferences, dimensions, closed books, rights.

None of it can be queried; each table is what one function of Intacct lists or reads, whole.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.table import POSITION, Call, Column, Kind, Table, text

_APPLICATIONS: Final = ("GEN", "ME", "GL", "CM", "AP", "AR", "EE", "PO", "SO", "INV", "PA", "CS")
_ROW_NO: Final = Column("row_no", Kind.INTEGER, POSITION, "1; the company has one set-up.", required=True)

MODULE: Final = Table(
    "intacct",
    "module",
    "get_applications",
    "Modules that the company subscribes to (S-ITM-03).",
    (text("application", "application", "Code of the module, such as AP.", required=True),),
    key=("application",),
    permission="Company › Company info: View",
    call=Call("get_applications", "application"),
    is_optional=True,
    is_company_wide=True,
)

FINANCIAL_SETUP: Final = Table(
    "intacct",
    "financial_setup",
    "getFinancialSetup",
    "Currencies, books and entities as the company is set up (S-CUR-02, S-CUR-03, S-CFG-13).",
    (
        _ROW_NO,
        text("base_currency", "baseCurrency", "Base currency, ISO 4217; empty where entities have several."),
        text("default_book", "defaultBook", "ACCRUAL or CASH."),
        Column("first_fiscal_month", Kind.INTEGER, "firstFiscalMonth", "First month of the fiscal year, 1 to 12."),
        Column("is_multi_base_currency", Kind.FLAG, "multiBaseCurrency", "Whether entities have their own currencies."),
        Column("is_multi_currency", Kind.FLAG, "multiCurrency", "Whether documents may be in another currency."),
        Column("is_multi_book", Kind.FLAG, "multiBook", "Whether there is more than one book."),
        Column("is_multi_entity_shared", Kind.FLAG, "multiEntityShared", "Whether entities share lists (S-CFG-13)."),
    ),
    key=("row_no",),
    permission="Company › Company info: View",
    call=Call("getFinancialSetup", "financialSetup"),
    is_optional=True,
)

COMPANY_PREFERENCE: Final = Table(
    "intacct",
    "company_preference",
    "get_companyprefs",
    "Preferences of the company and of its modules.",
    (
        text("application", "application", "Code of the module; GEN for the company.", required=True),
        text("preference", "preference", "Name of the preference.", required=True),
        text("value", "prefvalue", "Its value, as the source writes it."),
    ),
    key=("application", "preference"),
    permission="Company › Company info: View",
    call=Call("get_companyprefs", "companypref", "@application", _APPLICATIONS),
    is_optional=True,
    is_company_wide=True,
)

DIMENSION: Final = Table(
    "intacct",
    "dimension",
    "getDimensions",
    "Enabled dimensions, user-defined ones among them, with the company's own word for each (S-DEP-02).",
    (
        text("object_name", "objectName", "Object with the dimension's records.", required=True),
        text("label", "objectLabel", "The source's word."),
        text("term", "termLabel", "The company's own word, for reports."),
        Column("is_user_defined", Kind.FLAG, "userDefinedDimension", "Whether the company made it itself."),
        Column("is_in_ledger", Kind.FLAG, "enabledInGL", "Whether ledger lines carry it."),
    ),
    key=("object_name",),
    permission="Company › Company info: View",
    call=Call("getDimensions", "dimension"),
    is_optional=True,
    is_company_wide=True,
)

CLOSE_STATUS: Final = Table(
    "intacct",
    "close_status",
    "get_closedbooksdate",
    "How far the entity's books are closed; each entity has its own day (S-CFG-23).",
    (
        _ROW_NO,
        Column("closed_through", Kind.DATE, "closedbooksdate", "Last closed day; empty where nothing is closed."),
    ),
    key=("row_no",),
    permission="General Ledger › Books: View",
    call=Call("get_closedbooksdate", "closedbooksdate"),
    is_optional=True,
)

PERMISSION: Final = Table(
    "intacct",
    "permission",
    "getUserPermissions",
    "What our own user may do, roles and own rights together.",
    (
        text("application", "applicationName", "Module.", required=True),
        text("policy", "policyName", "What the rights are for.", required=True),
        text("rights", "rights", "The rights, with bars between them, such as List and View."),
    ),
    key=("application", "policy"),
    permission="Company › Users: View",
    call=Call("getUserPermissions", "policy", "userId", ("{user_id}",)),
    is_optional=True,
    is_company_wide=True,
)

TRANSACTION_SECURITY: Final = Table(
    "intacct",
    "transaction_security",
    "AFRSETUP",
    "What the API may not do to documents that are posted, as the entity's own setting or the company's has it.",
    (
        _ROW_NO,
        Column("is_edit_disabled", Kind.FLAG, "DISABLEEDIT", "Whether they cannot be edited (S-BIL-09)."),
        Column("is_deletion_disabled", Kind.FLAG, "DISABLEDELETE", "Whether they cannot be deleted."),
        Column(
            "is_reclassification_disabled",
            Kind.FLAG,
            "DISABLERECLASS",
            "Whether they cannot be reclassified (S-BIL-06).",
        ),
    ),
    key=("row_no",),
    permission="Company › Company info: View",
    # its one record, whose number the vendor documents
    call=Call("read", "AFRSETUP", "object", ("AFRSETUP",), (("keys", "1"), ("fields", "*"))),
    is_optional=True,
)

SETUP_TABLES: Final = (
    MODULE,
    FINANCIAL_SETUP,
    COMPANY_PREFERENCE,
    DIMENSION,
    CLOSE_STATUS,
    PERMISSION,
    TRANSACTION_SECURITY,
)
