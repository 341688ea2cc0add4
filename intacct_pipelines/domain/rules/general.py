"""Rules on lists, currency, balances, terms, files and approvals."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.rules.rule import BG, OWN, PB, WEB, C, Limit, P, R, Rule, X

GENERAL: Final[tuple[Rule, ...]] = (
    Rule("S-COA-01", X | R | P | PB, Limit.NORM, BG, "Ledger accounts travel both ways and are known by their number."),
    Rule(
        "S-COA-02",
        X | P,
        Limit.LIFTABLE,
        BG,
        "Account labels stay in Intacct; a link may have lines name their label instead of the number.",
    ),
    Rule(
        "S-COA-03",
        R | C,
        Limit.NORM,
        BG,
        "An account is of type Bank or Credit Card in BILL only if a bank or card account of Intacct names it.",
    ),
    Rule(
        "S-COA-04",
        R | P,
        Limit.BILL,
        WEB,
        "Bank accounts must not be merged or vanish in BILL: payments that point to them may be voided and paid again.",
    ),
    Rule("S-COA-05", P, Limit.INTACCT, WEB, "The number of an account never changes."),
    Rule("S-DEP-01", X | R | P | PB, Limit.NORM, BG, "Departments travel both ways."),
    Rule(
        "S-DEP-02",
        X,
        Limit.LIFTABLE,
        BG,
        "A company's own word for departments does not travel; it is read, and reports may use it.",
        short="No report uses the company's word yet.",
    ),
    Rule("S-DEP-03", X, Limit.LIFTABLE, BG, "Department groups do not travel; they are read."),
    Rule("S-LOC-01", X | R | P | PB, Limit.NORM, BG, "Locations travel both ways."),
    Rule("S-CLS-01", X | R | P | PB, Limit.NORM, BG, "Classes travel both ways."),
    Rule("S-EMP-01", X | R | P | PB, Limit.NORM, BG, "Employees travel both ways."),
    Rule("S-PRJ-01", X | R | PB, Limit.NORM, BG, "Projects travel from Intacct to BILL, where they are called jobs."),
    Rule(
        "S-PRJ-02",
        R | P,
        Limit.LIFTABLE,
        BG,
        "No project is made in BILL; one that is only there is never made in Intacct by itself.",
    ),
    Rule(
        "S-PRJ-03",
        R | P,
        Limit.NORM,
        BG,
        "Projects are only shown in BILL: Intacct is the master, and what differs is mended there.",
    ),
    Rule(
        "S-CUR-01",
        X | R | P,
        Limit.PARTLY,
        BG,
        "A BILL account has its own currency; documents of Intacct in another stay there, and currencies "
        "are never added up.",
    ),
    Rule("S-CUR-02", R, Limit.NORM, BG, "The currency of a BILL account is a setting and is never assumed."),
    Rule(
        "S-CUR-03",
        X | R | C,
        Limit.LIFTABLE,
        BG,
        "A company with several base currencies needs the US dollar in BILL, as the older guide says.",
    ),
    Rule("S-CUR-04", R | P, Limit.INTACCT, OWN, "A document in a currency that is not enabled in Intacct is held."),
    Rule(
        "S-BAL-01",
        X,
        Limit.NORM,
        BG,
        "Bank balances are read in Intacct and written nowhere: they follow from postings.",
    ),
    Rule(
        "S-TRM-01",
        X | R | P | PB,
        Limit.LIFTABLE,
        BG,
        "Payment terms travel in neither direction, so due dates may drift apart; a link may have terms "
        "made in Intacct.",
        short="Terms of receivables are read, and not written.",
    ),
    Rule(
        "S-TRM-02", R | P, Limit.INTACCT, WEB, "An invoice with a term that is no term of Intacct's receivables fails."
    ),
    Rule(
        "S-ATT-01",
        R | P | PB,
        Limit.LIFTABLE,
        BG,
        "Files travel in neither direction; a link may have BILL's and the card platform's put into Intacct.",
    ),
    Rule(
        "S-APR-01",
        X | R | P,
        Limit.PARTLY,
        BG,
        "Approvals travel in neither direction; they are read, and none is ever made up.",
    ),
    Rule("S-APR-02", R | P | C, Limit.NORM, BG, "A link takes only what BILL has approved, unless it says otherwise."),
)
