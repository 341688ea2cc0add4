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
)
DEPARTMENTS: Final = (
    ("10", "Sales", ""),
    ("20", "Engineering", ""),
    ("21", "Field service", "20"),
    ("30", "Operations", ""),
    ("40", "Finance", ""),
)
CLASSES: Final = (("C1", "Core instruments", ""), ("C2", "Services", ""), ("C3", "Research", ""))
TERMS: Final = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 45", 45), ("Net 60", 60))
