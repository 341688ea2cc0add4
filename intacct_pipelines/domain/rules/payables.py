"""Rules on vendors, bills, payments, credits and purchase orders."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.rules.rule import BG, PB, WEB, C, Limit, P, R, Rule, X

PAYABLES: Final[tuple[Rule, ...]] = (
    Rule("S-VEN-01", X | R | P | PB, Limit.NORM, BG, "Vendors travel both ways."),
    Rule("S-VEN-02", X, Limit.PARTLY, BG, "The two systems treat form 1099 differently; both sides' facts are kept."),
    Rule(
        "S-VEN-03",
        R | P | C,
        Limit.LIFTABLE,
        BG,
        "Of two Intacct vendors of one name the vendor's sync takes the first; here ids decide, and a "
        "name that stands twice is told.",
    ),
    Rule(
        "S-VEN-04",
        R | C,
        Limit.LIFTABLE,
        BG,
        "BILL pairs vendors by name; here a likeness only proposes a pair, and a person confirms it.",
    ),
    Rule("S-VEN-05", R | P | PB, Limit.NORM, BG, "A vendor that is made inactive in Intacct becomes inactive in BILL."),
    Rule(
        "S-VEN-06",
        X | R | PB,
        Limit.LIFTABLE,
        BG,
        "A vendor that is deleted in Intacct stays in BILL; the deletion is told.",
    ),
    Rule(
        "S-VEN-07",
        C,
        Limit.INTACCT,
        BG,
        "At an entity a vendor's id, name and contact each stand once.",
        short="Contacts are not looked at.",
    ),
    Rule(
        "S-VEN-08",
        P,
        Limit.BILL,
        WEB,
        "A vendor whose name and tax id both differ under one id is changed only once a person has confirmed the pair.",
    ),
    Rule(
        "S-VEN-09",
        P,
        Limit.INTACCT,
        WEB,
        "A vendor needs an id; one that follows from BILL's is given, and none is invented anew.",
    ),
    Rule("S-VEN-10", R | P, Limit.NORM, WEB, "A vendor may be left alone with all of its documents."),
    Rule(
        "S-AFT-01",
        R | P | C,
        Limit.NORM,
        BG,
        "Funds transfers of payables travel from BILL only; one lump sum has many payments behind it.",
    ),
    Rule("S-AFT-02", R | P, Limit.PARTLY, BG, "The funds transfers of one BILL account have one location."),
    Rule("S-BIL-01", R | PB, Limit.NORM, BG, "Only posted and fully unpaid bills travel to BILL."),
    Rule(
        "S-BIL-02",
        R | PB,
        Limit.LIFTABLE,
        BG,
        "A bill that is paid in part or whole in Intacct is not expected in BILL.",
    ),
    Rule("S-BIL-03", R | P, Limit.NORM, BG, "Live bills of BILL travel to Intacct."),
    Rule(
        "S-BIL-04",
        R | P,
        Limit.LIFTABLE,
        BG,
        "A bill deleted in BILL after a void payment has to be reversed in Intacct; that is offered, "
        "with a date, and a person approves it.",
    ),
    Rule("S-BIL-05", R | P, Limit.NORM, BG, "The limit to approved records counts for bills."),
    Rule(
        "S-BIL-06",
        R | P | C,
        Limit.INTACCT,
        BG,
        "A paid bill is not edited in Intacct; reclassifying one has to be allowed there.",
    ),
    Rule(
        "S-BIL-07",
        R | P,
        Limit.BILL,
        WEB,
        "A bill over ten million may arrive as 0; the true amount is written or nothing.",
    ),
    Rule(
        "S-BIL-08",
        R | P,
        Limit.LIFTABLE,
        WEB,
        "The vendor's sync deletes an edited bill and makes it anew; here it is changed in place, and "
        "its history stays one.",
    ),
    Rule("S-BIL-09", R | P | C, Limit.INTACCT, WEB, "Edits travel while a bill is unpaid and its period is open."),
    Rule("S-BIL-10", R, Limit.PARTLY, WEB, "Quantities of bill lines do not travel and are not compared."),
    Rule(
        "S-BIL-11",
        R | P,
        Limit.BILL,
        WEB,
        "A bill that is edited in Intacct after BILL approved it is refused by BILL.",
    ),
    Rule(
        "S-PAY-01",
        R | PB,
        Limit.LIFTABLE,
        BG,
        "Payments made in Intacct do not reach BILL; they are told as made outside BILL.",
    ),
    Rule("S-PAY-02", R | P, Limit.NORM, BG, "Payments of BILL travel to Intacct."),
    Rule(
        "S-PAY-03",
        P,
        Limit.PARTLY,
        BG,
        "A payment names bills and amounts, not lines of bills.",
        short="Nothing is applied line by line, by no setting either.",
    ),
    Rule(
        "S-PAY-04",
        R | P,
        Limit.LIFTABLE,
        BG,
        "A void has a day; a payment that is void on one side only is told, and taken back with that day.",
    ),
    Rule(
        "S-PAY-05",
        R | P,
        Limit.LIFTABLE,
        BG,
        "The memo of a payment made outside does not travel; here it goes into the description.",
    ),
    Rule(
        "S-PAY-06",
        R | P,
        Limit.NORM,
        BG,
        "A bill is paid by BILL, by a check that Intacct prints, or outside; each becomes another kind "
        "of payment in Intacct.",
    ),
    Rule(
        "S-PAY-07",
        R | P | C,
        Limit.INTACCT,
        BG,
        "Intacct's payment approval is off, or payments wait there: posted, and not yet paid.",
    ),
    Rule("S-PAY-08", P | C, Limit.INTACCT, WEB, "No payment is drawn on the account behind a charge card."),
    Rule(
        "S-PAY-09",
        R | P,
        Limit.INTACCT,
        WEB,
        "A payment of a bill on which less is due in Intacct is held, with both payments named.",
    ),
    Rule("S-VCR-01", R | PB, Limit.NORM, BG, "Only posted, fully unused vendor credits travel to BILL."),
    Rule("S-VCR-02", R | P, Limit.NORM, BG, "Vendor credits of BILL travel to Intacct."),
    Rule(
        "S-VCR-03",
        R | P,
        Limit.LIFTABLE,
        BG,
        "The vendor's sync lets Intacct use the oldest credit; here the one that was used is named, and "
        "uses are compared one by one.",
    ),
    Rule("S-VCR-04", R | PB, Limit.LIFTABLE, BG, "Uses of credits made in Intacct do not travel to BILL."),
    Rule(
        "S-VCR-05",
        X | R | PB,
        Limit.LIFTABLE,
        BG,
        "Adjustments of Intacct do not travel; here they go into BILL where a link names them.",
    ),
    Rule("S-VCR-06", R | P | PB, Limit.NORM, BG, "A negative bill of Intacct is a vendor credit in BILL."),
    Rule("S-VCR-07", R | P, Limit.NORM, BG, "The limit to approved records counts for vendor credits."),
    Rule(
        "S-VCR-08", R, Limit.NORM, BG, "Vendor credits are to be used in BILL; what is used in Intacct alone is told."
    ),
    Rule("S-PUR-01", R | PB, Limit.NORM, BG, "A purchase order reaches BILL only as the unpaid bill that it became."),
    Rule("S-PUR-02", X, Limit.BILL, BG, "Purchase orders are not seen in BILL; they are read."),
    Rule(
        "S-PUR-03",
        R | PB,
        Limit.NORM,
        BG,
        "Orders and receivers are converted in Intacct, and BILL approves and pays the bill; a second "
        "bill of one order is told.",
    ),
    Rule(
        "S-PUR-04",
        R | PB,
        Limit.NORM,
        BG,
        "The order's number shows in BILL if it is the reference number of Intacct's bill.",
    ),
    Rule(
        "S-PUR-05",
        R | P,
        Limit.INTACCT,
        BG,
        "A bill that came of an order is not edited in BILL, and no such edit is written.",
    ),
    Rule("S-PUR-06", R | P, Limit.BILL, WEB, "BILL refuses an order number of more than 100 characters."),
)
