"""Where things are mended: the screens of each product, as its own help pages name them, and our commands.

Facts of Intacct: www.intacct.com/ia/docs/en_US/help_action; of BILL: help.bill.com; of the card platform:
help.getdivvy.com. A company may have other words for them, and a release may move one.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.finding_class import Screen

_INTACCT: Final = "Sage Intacct"
_BILL: Final = "BILL"
_CARDS: Final = "the card platform"
_CENTER: Final = "Business Center"
_HERE: Final = "here"
_OPEN_PERIOD: Final = "The day has to be in an open period. It cannot be undone; only a new record takes its place."

SCREENS: Final = {
    # Payables in Intacct.
    "bill": Screen(
        _INTACCT,
        "enter or correct a bill",
        "Accounts Payable > All > Bills > Add, or More actions > Edit",
        "One that the link writes is better planned: entered by hand it finds its pair by vendor and number only.",
    ),
    "reverse bill": Screen(
        _INTACCT,
        "reverse a bill",
        "Accounts Payable > All > Bills > More actions > Reverse, with a day",
        "It needs the right Bills: Reverse, and for unpaid bills Accounts Payable > Setup > Configuration > Enable "
        "reversal of unpaid bills. Where it says Not owned, go to the level that made it. " + _OPEN_PERIOD,
    ),
    "adjustment": Screen(
        _INTACCT,
        "enter a vendor credit, or reverse one",
        "Accounts Payable > All > Adjustments",
        "One that is applied has to be unapplied first.",
    ),
    "payment": Screen(_INTACCT, "enter a payment", "Accounts Payable > All > Payments > Pay bills"),
    "void payment": Screen(
        _INTACCT,
        "void a payment",
        "Accounts Payable > All > Payments > Posted payments > More actions > Void, with a day",
        "Leave the box that also reverses its bills unticked, or they are gone too. " + _OPEN_PERIOD,
    ),
    "approve payment": Screen(
        _INTACCT,
        "approve a payment, and turn the approval off",
        "Accounts Payable > All > Payments > Approve payments; Accounts Payable > Configure Accounts Payable > "
        "Payment Approval Settings",
    ),
    "print check": Screen(_INTACCT, "print a check", "Accounts Payable > All > Checks > Print checks"),
    "apply credit": Screen(
        _INTACCT,
        "use a vendor credit on a bill",
        "Accounts Payable > All > Payments > Pay bills: the bill, and among its credits the one that BILL used",
    ),
    "unapply credit": Screen(
        _INTACCT,
        "take a use of a vendor credit back",
        "Accounts Payable > All > Payments > Posted payments: the entry of 0 > More actions > Unapply",
        "What was used together with a payment goes only with the void of that payment.",
    ),
    "vendor": Screen(_INTACCT, "enter, rename, join or inactivate a vendor", "Accounts Payable > Vendors"),
    # Receivables in Intacct.
    "invoice": Screen(
        _INTACCT, "enter or correct an invoice", "Accounts Receivable > All > Invoices > Add, or More actions > Edit"
    ),
    "reverse invoice": Screen(
        _INTACCT,
        "reverse an invoice",
        "Accounts Receivable > All > Invoices > More actions > Reverse, with a day",
        "Receipts on it are reversed first. " + _OPEN_PERIOD,
    ),
    "receipt": Screen(
        _INTACCT,
        "enter a receipt, or use an advance or a credit memo on an invoice",
        "Accounts Receivable > All > Payments > Receive payments",
    ),
    "reverse receipt": Screen(
        _INTACCT,
        "reverse a receipt",
        "Accounts Receivable > All > Payments > Posted payments > More actions > Reverse, with a day",
        "What credits alone paid says Unapply instead. " + _OPEN_PERIOD,
    ),
    "memo": Screen(_INTACCT, "enter or reverse a credit memo", "Accounts Receivable > All > Adjustments"),
    "customer": Screen(_INTACCT, "enter, rename, join or inactivate a customer", "Accounts Receivable > Customers"),
    # Cash and ledger in Intacct.
    "transfer": Screen(
        _INTACCT,
        "enter or reverse a funds transfer",
        "Cash Management > All > Funds transfers > Add, or More actions > Reverse",
        "It is never edited: reverse it and enter it anew. One between a bank and a clearing account needs a bank "
        "account on the clearing account.",
    ),
    "deposit": Screen(_INTACCT, "deposit what was received", "Cash Management > All > Deposits"),
    "journal": Screen(_INTACCT, "enter or reverse a journal entry", "General Ledger > All > Journal entries"),
    "books": Screen(_INTACCT, "open or close a period", "General Ledger > Books", "Each entity has its own books."),
    "bank account": Screen(_INTACCT, "set up a bank or card account on a ledger account", "Cash Management > Accounts"),
    "card charge": Screen(
        _INTACCT,
        "enter, correct or reverse a card transaction",
        "Cash Management > All > Credit card > Credit card transactions",
        "What is in a charge payoff or reconciled can only be reversed or reclassified.",
    ),
    "expense report": Screen(_INTACCT, "enter or reverse an expense report", "Time & Expenses > Expense reports"),
    # Lists and orders in Intacct.
    "account": Screen(_INTACCT, "make or change a ledger account", "General Ledger > Accounts"),
    "dimension": Screen(
        _INTACCT,
        "make or change a department, location, class, employee or project",
        "Company > Departments, Locations, Classes or Employees; Projects > Projects",
        "At the level that owns the record.",
    ),
    "item": Screen(_INTACCT, "make or change an item", "Order Entry > Items"),
    "term": Screen(
        _INTACCT, "make or change a term", "Accounts Payable > Setup > Terms; Accounts Receivable > Setup > Terms"
    ),
    "currency": Screen(_INTACCT, "add or activate a currency", "Company: the list of transaction currencies"),
    "order": Screen(
        _INTACCT,
        "convert or close an order, or change what it became",
        "Purchasing, or Order Entry: the document's own list",
    ),
    "attachment": Screen(_INTACCT, "attach a file", "the document > Edit > Attachment"),
    # BILL.
    "bill approve": Screen(_BILL, "finish or approve a bill", "Bills > the invoice number > Approve"),
    "bill edit": Screen(_BILL, "enter or correct a bill", "Bills > New, or the invoice number > Edit"),
    "bill delete": Screen(
        _BILL,
        "archive a bill, or restore it",
        "Bills > the invoice number > Delete; a deleted one is shown among the inactive",
        "Only what is wholly unpaid: cancel or void its payments first.",
    ),
    "bill mark paid": Screen(
        _BILL,
        "record a payment that was made outside",
        "Bills > the invoice number > More actions > Mark as paid",
        "Untick Sync: Intacct has the payment already, and a second one would be sent there.",
    ),
    "bill void": Screen(
        _BILL,
        "void a payment",
        "Payments > History > the confirmation number > Void this payment",
        "Before it is cashed or paid out; BILL may refuse it.",
    ),
    "bill credit": Screen(
        _BILL, "enter, archive or use a vendor credit", "Vendors > the vendor > its credits; to use one: pay the bill"
    ),
    "bill vendor": Screen(_BILL, "enter, rename, archive or restore a vendor", "Vendors"),
    "bill invoice": Screen(_BILL, "enter, correct or cancel an invoice", "Invoices > the number"),
    "bill mark received": Screen(
        _BILL,
        "record what was received outside",
        "Invoices > the number > More actions > Mark as paid",
        "Untick Allow export: Intacct has the receipt already.",
    ),
    "bill cancel receipt": Screen(
        _BILL, "void a receipt", "Payments In > the reference number > Cancel payment", "BILL may refuse it."
    ),
    "bill memo": Screen(_BILL, "enter or use a credit memo", "Customers > the customer > its credit memos"),
    "bill customer": Screen(_BILL, "enter, rename, archive or restore a customer", "Customers"),
    "bill list": Screen(
        _BILL,
        "make or change an account, department, location, class, employee or item, or a term",
        "Settings > the list",
    ),
    "bill sync": Screen(
        _BILL, "see why the sync left something behind", "the sync's errors; Settings > Sync Preferences"
    ),
    "bill transfers": Screen(
        _BILL, "see what a lump sum was made of", "Payments: the funds transfer detail of the day"
    ),
    # The card platform and Business Center.
    "card complete": Screen(
        _CARDS, "complete, split or recode a transaction", "Transactions > the transaction: fields, split, receipt"
    ),
    "card sync": Screen(
        _CARDS,
        "sync a transaction by hand, and see whether the automatic sync is on",
        "Transactions > tick it > Bulk action > Sync to; Integrations > Configure > Auto sync",
        "Leave Sync older transactions off: it may overwrite what was changed in Intacct (S-CRD-08).",
    ),
    "center": Screen(
        _CENTER,
        "enter, correct, withdraw or mark as paid; sync again",
        "Bills, or Contacts > Vendors; Settings > Accounting Software Sync > Sync Now",
        "Then drop its files anew: what is there now is known from them only.",
    ),
    # Ours.
    "plan": Screen(
        _HERE,
        "have it written into Intacct",
        "`plan`, `approve`, `apply`, for a link in mode `sync`",
        "It is in the plan, or held there with a rule and what to do.",
    ),
    "map": Screen(_HERE, "say which records are one, or are not", "`map <kind>`"),
    "settings": Screen(_HERE, "change the link", "the connections file, then `sync`", "Plans that wait expire."),
}
"""What can be done where, by the names that advice uses."""
