"""Rules on customers, invoices, items, receipts, credit memos and sales orders."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.rules.rule import BG, PB, C, Limit, P, R, Rule, X

RECEIVABLES: Final[tuple[Rule, ...]] = (
    Rule("S-CUS-01", X | R | P | PB, Limit.NORM, BG, "Customers travel both ways."),
    Rule(
        "S-CUS-02",
        R | C,
        Limit.LIFTABLE,
        BG,
        "Of two Intacct customers of one name the vendor's sync takes the first; here a name that stands "
        "twice is told.",
    ),
    Rule(
        "S-CUS-03", R | P | C, Limit.LIFTABLE, BG, "BILL pairs customers by name; here a likeness only proposes a pair."
    ),
    Rule("S-INV-01", R | P | PB, Limit.NORM, BG, "Only posted and fully unpaid invoices travel to BILL."),
    Rule("S-INV-02", R | P, Limit.NORM, BG, "Finished invoices of BILL travel to Intacct."),
    Rule(
        "S-INV-03",
        R | P,
        Limit.NORM,
        BG,
        "Sales tax is a line on a tax account in Intacct; it is compared and written by itself.",
    ),
    Rule("S-TAX-01", R | P, Limit.BILL, BG, "With Advanced Sales Tax no invoice of BILL can be entered."),
    Rule(
        "S-TAX-02", R | PB, Limit.NORM, BG, "With Advanced Sales Tax invoices are made in Intacct and travel to BILL."
    ),
    Rule("S-ITM-01", X | R | P | PB, Limit.NORM, BG, "Items travel both ways."),
    Rule("S-ITM-02", X | P | PB, Limit.LIFTABLE, BG, "An item's account and price do not travel; they are read."),
    Rule(
        "S-ITM-03",
        R | C,
        Limit.INTACCT,
        BG,
        "Items need the module Order Entry; without it they are left out, and that is said.",
    ),
    Rule(
        "S-ARP-01",
        R | P | PB,
        Limit.LIFTABLE,
        BG,
        "Receipts travel from BILL only; one that is made in Intacct is told.",
    ),
    Rule(
        "S-ARP-02",
        R | P,
        Limit.PARTLY,
        BG,
        "A receipt names invoices and amounts, not lines of invoices.",
        short="Nothing is applied line by line, by no setting either.",
    ),
    Rule(
        "S-ARP-03",
        R | P,
        Limit.LIFTABLE,
        BG,
        "A void of a receipt does not travel; here it is told, and taken back with a date.",
    ),
    Rule(
        "S-CRM-01",
        X | R | P | PB,
        Limit.LIFTABLE,
        BG,
        "Credit memos travel in neither direction; here they are compared, and written where a link names them.",
    ),
    Rule(
        "S-RFT-01",
        R | P,
        Limit.NORM,
        BG,
        "Funds transfers of receivables travel from BILL only; one deposit has many receipts behind it.",
    ),
    Rule(
        "S-FEE-01",
        R | P,
        Limit.LIFTABLE,
        BG,
        "A convenience fee is money beside the receipt; it is told, and booked on an account of its own "
        "where a link names it.",
    ),
    Rule("S-SAL-01", R | PB, Limit.NORM, BG, "A sales order reaches BILL only as the unpaid invoice that it became."),
    Rule("S-SAL-02", X, Limit.BILL, BG, "Sales orders are not seen in BILL; they are read."),
    Rule(
        "S-SAL-03",
        R | P,
        Limit.INTACCT,
        BG,
        "An invoice that came of an order is not edited in BILL, and no such edit is written.",
    ),
)
