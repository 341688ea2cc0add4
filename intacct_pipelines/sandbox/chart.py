"""The chart of accounts and the lists that every generated company has; only data belongs here."""

from __future__ import annotations

from typing import Final

ACCOUNTS: Final = (
    # number, title, BILL's type, required dimensions
    ("1000", "Operating bank", "BANK", ()),
    ("1400", "Prepaid expenses", "OTHER_CURRENT_ASSET", ()),
    ("1500", "Laboratory equipment", "FIXED_ASSET", ("location",)),
    ("2000", "Accounts payable", "ACCOUNTS_PAYABLE", ()),
    ("3000", "Retained earnings", "EQUITY", ()),
    ("4000", "Instrument sales", "INCOME", ("location",)),
    ("5000", "Cost of materials", "COST_OF_GOODS_SOLD", ("location",)),
    ("6100", "Office supplies", "EXPENSE", ("location",)),
    ("6150", "Software and hosting", "EXPENSE", ("location",)),
    ("6200", "Rent and utilities", "EXPENSE", ("location",)),
    ("6300", "Professional fees", "EXPENSE", ("location", "department")),
    ("6400", "Travel", "EXPENSE", ("location", "department")),
    ("6500", "Marketing", "EXPENSE", ("location", "department", "class")),
    ("6600", "Freight", "EXPENSE", ("location",)),
    ("6900", "Old expense account", "EXPENSE", ("location",)),
    ("7000", "Realised exchange gains and losses", "OTHER_EXPENSE", ()),
    ("1070", "BILL Money Out Clearing", "BANK", ()),
    # Receivables
    ("1080", "BILL Money In Clearing", "BANK", ()),
    ("1090", "Undeposited funds", "OTHER_CURRENT_ASSET", ()),
    ("1200", "Accounts receivable", "ACCOUNTS_RECEIVABLE", ()),
    ("2200", "Sales tax payable", "OTHER_CURRENT_LIABILITY", ()),
    ("2300", "Customer deposits", "OTHER_CURRENT_LIABILITY", ()),
    ("4100", "Service revenue", "INCOME", ("location",)),
    ("4900", "Convenience fees", "OTHER_INCOME", ()),
    # Journals
    ("1590", "Accumulated depreciation", "FIXED_ASSET", ()),
    ("2400", "Accrued payroll", "OTHER_CURRENT_LIABILITY", ()),
    ("2410", "Due to employees", "OTHER_CURRENT_LIABILITY", ()),
    ("6050", "Wages and salaries", "EXPENSE", ("location", "department")),
    ("6800", "Depreciation", "EXPENSE", ("location",)),
)
CATEGORIES: Final = {
    "BANK": "Cash and Cash Equivalents",
    "OTHER_CURRENT_ASSET": "Other Current Assets",
    "FIXED_ASSET": "Fixed Assets",
    "ACCOUNTS_RECEIVABLE": "Accounts Receivable",
    "ACCOUNTS_PAYABLE": "Accounts Payable",
    "OTHER_CURRENT_LIABILITY": "Other Current Liabilities",
    "CREDIT_CARD": "Other Current Liabilities",
    "EQUITY": "Retained Earnings",
    "INCOME": "Revenue - Sales",
    "OTHER_INCOME": "Other Income",
    "COST_OF_GOODS_SOLD": "Cost of Goods Sold",
    "EXPENSE": "Other Operating Expense",
    "OTHER_EXPENSE": "Other Expenses",
}
"""Intacct's QuickStart categories by BILL's type of account."""
DEPARTMENTS: Final = (
    ("10", "Sales", ""),
    ("20", "Engineering", ""),
    ("21", "Field service", "20"),
    ("30", "Operations", ""),
    ("40", "Finance", ""),
)
CLASSES: Final = (("C1", "Core instruments", ""), ("C2", "Services", ""), ("C3", "Research", ""))
TERMS: Final = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 45", 45), ("Net 60", 60))
ITEMS: Final = (
    # id, name, whether a product (else a service), price in US dollars, income account, expense account
    ("SPEC-100", "Spectrometer, bench-top", True, "4200", "4000", "5000"),
    ("SENS-20", "Pressure sensor", True, "180", "4000", "5000"),
    ("CABLE-3", "Shielded cable, 3 m", True, "24.50", "4000", "5000"),
    ("CAL", "Calibration, per instrument", False, "310", "4100", ""),
    ("HOUR", "Field service, per hour", False, "145", "4100", ""),
    ("CARE", "Care plan, per quarter", False, "890", "4100", ""),
)
TAX_PERCENTAGES: Final = {"US": "8.25", "DE": "19", "JP": "10", "GB": "20", "CA": "13"}
"""Sales tax by country."""
