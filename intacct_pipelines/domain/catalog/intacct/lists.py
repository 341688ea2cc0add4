"""Small lists that documents name: terms, types, account labels, tax details, currencies and rates, journals, periods.

They are short and change seldom, so each sync reads them whole: one request each, which also shows what was deleted.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.intacct.common import AUDIT, OWNER, RECORD_NO, STATUS
from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

_STATUS: Final = text("status", "STATUS", "Whether the record may be used.", is_optional=True)
_CHANGES: Final = (
    Column("created_at", Kind.INSTANT, "WHENCREATED", "When the record was made.", is_optional=True),
    Column("modified_at", Kind.INSTANT, "WHENMODIFIED", "When the record last changed.", is_optional=True),
)

AR_TERM: Final = Table(
    "intacct",
    "ar_term",
    "ARTERM",
    "Payment terms of receivables (S-TRM-01).",
    (
        RECORD_NO,
        text("name", "NAME", "Name of the term.", required=True),
        text("description", "DESCRIPTION", "What the term says."),
        text("due_days", "DUEDATE", "Days until due, as the source writes them."),
        text("due_from", "DUEFROM", "What the days count from."),
        text("discount_days", "DISCDATE", "Days in which a discount may be taken."),
        Column("discount", Kind.RATE, "DISCAMOUNT", "Discount, in percent or as an amount."),
        text("discount_unit", "DISCPERCAMN", "Whether the discount is a percentage or an amount."),
        STATUS,
        *AUDIT,
    ),
    key=("record_no",),
    business_key="name",
    permission="Accounts Receivable › AR terms: List, View",
    is_optional=True,
    module="AR",
)


def _account_label(name: str, source_object: str, of: str, module: str) -> Table:
    return Table(
        "intacct",
        name,
        source_object,
        f"Account labels of {of}: words that stand for accounts (S-COA-02).",
        (
            RECORD_NO,
            text("label", "ACCOUNTLABEL", "The label.", required=True),
            text("description", "DESCRIPTION", "What it stands for."),
            text("account_no", "GLACCOUNTNO", "Account for which it stands."),
            text("offset_account_no", "OFFSETGLACCOUNTNO", "Control account of the other side."),
            STATUS,
        ),
        key=("record_no",),
        business_key="label",
        permission=f"Accounts {of.title()[:-1]} › Account labels: List, View",
        is_optional=True,
        module=module,
    )


AP_ACCOUNT_LABEL: Final = _account_label("ap_account_label", "APACCOUNTLABEL", "payables", "AP")
AR_ACCOUNT_LABEL: Final = _account_label("ar_account_label", "ARACCOUNTLABEL", "receivables", "AR")


def _type(name: str, source_object: str, of: str, permission: str, *more: Column) -> Table:
    return Table(
        "intacct",
        name,
        source_object,
        f"Types of {of}.",
        (
            RECORD_NO,
            text("name", "NAME", "Name of the type.", required=True),
            text("parent_name", "PARENT.NAME", "Type above this one."),
            *more,
            _STATUS,
            *_CHANGES,
        ),
        key=("record_no",),
        business_key="name",
        permission=permission,
        is_optional=True,
    )


VENDOR_TYPE: Final = _type(
    "vendor_type",
    "VENDTYPE",
    "vendors, with the 1099 form and box of their vendors (S-BP-02)",
    "Accounts Payable › Vendor types: List, View",
    text("form_1099_type", "FORM1099TYPE", "1099 form of vendors of this type.", is_optional=True),
    text("form_1099_box", "FORM1099BOX", "1099 box of vendors of this type.", is_optional=True),
)
CUSTOMER_TYPE: Final = _type(
    "customer_type", "CUSTTYPE", "customers", "Accounts Receivable › Customer types: List, View"
)

TAX_DETAIL: Final = Table(
    "intacct",
    "tax_detail",
    "TAXDETAIL",
    "Rates of sales and purchase tax, and their accounts.",
    (
        RECORD_NO,
        text("detail_id", "DETAILID", "Id that people use.", required=True),
        text("tax_uid", "TAXUID", "Id that is unique over all tax solutions."),
        text("description", "DESCRIPTION", "What it is for."),
        text("tax_type", "TAXTYPE", "Sale or Purchase."),
        Column("percentage", Kind.RATE, "VALUE", "Tax, in percent."),
        text("tax_rate", "TAXRATE", "Kind of the rate, such as Standard."),
        text("account_no", "GLACCOUNT", "Account on which the tax is booked."),
        text("tax_authority", "TAXAUTHORITY", "To whom it is paid."),
        text("tax_solution_id", "TAXSOLUTIONID", "Tax solution to which it belongs."),
        Column("is_reverse_charge", Kind.FLAG, "REVERSECHARGE", "Whether the buyer owes it."),
        STATUS,
        *OWNER,
    ),
    key=("record_no",),
    business_key="detail_id",
    permission="Taxes › Tax details: List, View",
    is_optional=True,
)

CURRENCY: Final = Table(
    "intacct",
    "currency",
    "TRXCURRENCIES",
    "Currencies in which documents may be written.",
    (
        RECORD_NO,
        text("code", "CODE", "ISO 4217.", required=True),
        text("name", "NAME", "Name of the currency.", is_optional=True),
        text("symbol", "SYMBOL", "Its sign.", is_optional=True),
        _STATUS,
        *_CHANGES,
    ),
    key=("record_no",),
    business_key="code",
    permission="Company › Currencies: List, View",
    is_optional=True,
    is_company_wide=True,
)

EXCHANGE_RATE_TYPE: Final = Table(
    "intacct",
    "exchange_rate_type",
    "EXCHANGERATETYPES",
    "Kinds of exchange rates; the source's own daily rate is not listed.",
    (
        RECORD_NO,
        text("name", "NAME", "Name of the kind.", required=True),
        text("description", "DESCRIPTION", "What it is for.", is_optional=True),
        _STATUS,
    ),
    key=("record_no",),
    business_key="name",
    permission="Company › Exchange rate types: List, View",
    is_optional=True,
    is_company_wide=True,
)

EXCHANGE_RATE: Final = Table(
    "intacct",
    "exchange_rate",
    "EXCHANGERATE",
    "Pairs of currencies for which the company keeps rates.",
    (
        RECORD_NO,
        text("type_name", "TYPENAME", "Kind of the rate.", required=True),
        text("from_currency", "FROM_CURRENCY", "Currency that is converted, ISO 4217.", required=True),
        text("to_currency", "TO_CURRENCY", "Currency into which it is converted, ISO 4217.", required=True),
    ),
    key=("record_no",),
    permission="Company › Exchange rates: List, View",
    is_optional=True,
    is_company_wide=True,
)

EXCHANGE_RATE_ENTRY: Final = Table(
    "intacct",
    "exchange_rate_entry",
    "EXCHANGERATEENTRY",
    "The rates, each from a day on.",
    (
        RECORD_NO,
        Column("exchange_rate_record_no", Kind.INTEGER, "EXCHANGERATEKEY", "Key of the pair.", required=True),
        Column("effective_date", Kind.DATE, "EFFECTIVE_START_DATE", "First day on which it holds.", required=True),
        Column("rate", Kind.RATE, "EXCHANGE_RATE", "Units of the second currency for one of the first.", required=True),
        Column("reciprocal_rate", Kind.RATE, "RECIPROCAL_RATE", "The other way round."),
    ),
    key=("record_no",),
    parent="exchange_rate",
    parent_key="exchange_rate_record_no",
    is_optional=True,
    is_company_wide=True,
)

JOURNAL: Final = Table(
    "intacct",
    "journal",
    "GLJOURNAL",
    "Journals of the general ledger.",
    (
        RECORD_NO,
        text("symbol", "SYMBOL", "Short name, such as APJ.", required=True),
        text("title", "TITLE", "Name of the journal."),
        text("book_id", "BOOKID", "Book, such as ACCRUAL.", is_optional=True),
        _STATUS,
        *_CHANGES,
    ),
    key=("record_no",),
    business_key="symbol",
    permission="General Ledger › Journals: List, View",
    is_optional=True,
    is_company_wide=True,
)

REPORTING_PERIOD: Final = Table(
    "intacct",
    "reporting_period",
    "REPORTINGPERIOD",
    "Periods of reports, by name.",
    (
        RECORD_NO,
        text("name", "NAME", "Name of the period.", required=True),
        Column("start_date", Kind.DATE, "START_DATE", "First day; empty for periods that move.", is_optional=True),
        Column("end_date", Kind.DATE, "END_DATE", "Last day; empty for periods that move.", is_optional=True),
        _STATUS,
    ),
    key=("record_no",),
    business_key="name",
    permission="General Ledger › Reporting periods: List, View",
    is_optional=True,
    is_company_wide=True,
)

LIST_TABLES: Final = (
    AR_TERM,
    AP_ACCOUNT_LABEL,
    AR_ACCOUNT_LABEL,
    VENDOR_TYPE,
    CUSTOMER_TYPE,
    TAX_DETAIL,
    CURRENCY,
    EXCHANGE_RATE_TYPE,
    EXCHANGE_RATE,
    EXCHANGE_RATE_ENTRY,
    JOURNAL,
    REPORTING_PERIOD,
)
