"""Rules on what is refused, and what a failure tells."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.rules.rule import BG, DV, OWN, SC, WEB, WORDS, C, Limit, P, R, Rule, X

FAILURES: Final[tuple[Rule, ...]] = (
    Rule("S-ERR-01", P, Limit.ERROR, BG, "Intacct refuses a second vendor of a name."),
    Rule("S-ERR-02", P, Limit.ERROR, BG, "Intacct refuses a second customer of a name."),
    Rule("S-ERR-03", WORDS, Limit.ERROR, BG, "A bill that came of an order was edited in BILL.", same_as=("S-PUR-05",)),
    Rule(
        "S-ERR-04",
        WORDS,
        Limit.ERROR,
        BG,
        "An invoice that came of an order was edited in BILL.",
        same_as=("S-SAL-03",),
    ),
    Rule("S-ERR-05", WORDS, Limit.ERROR, BG, "A receipt that has travelled was voided in BILL.", same_as=("S-ARP-03",)),
    Rule(
        "S-ERR-06",
        WORDS,
        Limit.ERROR,
        BG,
        "A record was edited from a level that does not own it.",
        same_as=("S-CFG-11",),
    ),
    Rule(
        "S-ERR-07", WORDS, Limit.ERROR, BG, "A paid bill was recoded and reclassifying is off.", same_as=("S-BIL-06",)
    ),
    Rule("S-ERR-08", WORDS, Limit.ERROR, BG, "A bill with a void payment was deleted in BILL.", same_as=("S-BIL-04",)),
    Rule("S-ERR-09", R | P, Limit.ERROR, DV | SC, "A dimension is missing that an account requires."),
    Rule(
        "S-ERR-10",
        WORDS,
        Limit.ERROR,
        BG,
        "A payment waits for approval in Intacct; that is no error.",
        same_as=("S-PAY-07",),
    ),
    Rule("S-ERR-20", P, Limit.ERROR, WEB, "Nothing is due on the bill any more."),
    Rule("S-ERR-21", P, Limit.ERROR, WEB, "A vendor id is missing."),
    Rule("S-ERR-22", P, Limit.ERROR, WEB, "A term is not in Intacct."),
    Rule("S-ERR-23", WORDS, Limit.ERROR, WEB, "BILL's approval forbids to change an amount.", same_as=("S-BIL-11",)),
    Rule("S-ERR-24", X, Limit.ERROR, WEB, "A text is longer than the other system takes."),
    Rule("S-ERR-25", P, Limit.ERROR, WEB, "A line is coded to the account of a bank or card."),
    Rule(
        "S-ERR-26",
        WORDS,
        Limit.ERROR,
        WEB,
        "A payment is drawn on the account behind a charge card.",
        same_as=("S-PAY-08",),
    ),
    Rule("S-ERR-27", P, Limit.ERROR, WEB, "A paid bill was to be deleted."),
    Rule("S-ERR-28", C, Limit.ERROR, WEB, "The sign-in is wrong."),
    Rule("S-ERR-29", P, Limit.ERROR, WEB, "The period is closed, or the bill is paid."),
    Rule(
        "S-ERR-40",
        P,
        Limit.OWN,
        OWN,
        "Each failure has a class, a rule, both records, the vendor's words, what to do, and whether "
        "trying again helps.",
    ),
    Rule("S-ERR-41", P, Limit.OWN, OWN, "A failure is tried again, holds its record, or leaves its outcome uncertain."),
    Rule("S-ERR-42", P, Limit.OWN, OWN, "What is uncertain is looked up before anything else."),
    Rule("S-ERR-43", P, Limit.OWN, OWN, "One bad record stops no other, and one entity no other."),
    Rule("S-ERR-44", R | P, Limit.OWN, OWN, "A cause that is mended frees all records at once."),
    Rule("S-ERR-45", R, Limit.OWN, OWN, "One cause of many records is one finding, with a count and examples."),
)
