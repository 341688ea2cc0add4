"""Rules on configurations A to F, and best practices."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.rules.rule import BG, BU, PB, WEB, WORDS, C, Limit, P, R, Rule, X

LEVELS: Final[tuple[Rule, ...]] = (
    Rule(
        "S-CFG-01",
        C,
        Limit.NORM,
        BG,
        "Each BILL account ends at one place of a company: a single entity (A, B), the top level (C, D) "
        "or an entity (E, F).",
        short="Several BILL accounts at one place, as in B and D, have a connections file, a home and a warehouse "
        "each; in one file they are refused.",
    ),
    Rule("S-CFG-02", C, Limit.NORM, BG, "An entity id is given at sign-in for E and F only."),
    Rule("S-CFG-03", R | P | C, Limit.NORM, BG, "BILL's clearing accounts belong to the level at which the link ends."),
    Rule(
        "S-CFG-04",
        P,
        Limit.NORM,
        BG,
        "The bank account of funds transfers belongs to the level at which the link ends.",
    ),
    Rule(
        "S-CFG-05",
        WORDS,
        Limit.NORM,
        BG,
        "Lists live at the level of the link, and are copied into each BILL account in B and D.",
        same_as=("S-CFG-11", "S-CFG-15"),
    ),
    Rule(
        "S-CFG-06",
        WORDS,
        Limit.NORM,
        BG,
        "Documents live at the level of the link; in B and D the vendor's sync carries them to Intacct only.",
        same_as=("S-CFG-10",),
    ),
    Rule(
        "S-CFG-07",
        WORDS,
        Limit.NORM,
        BG,
        "At the top level an entity's own records do not reach BILL; at an entity the top level's cannot be edited.",
        same_as=("S-CFG-11",),
    ),
    Rule(
        "S-CFG-08",
        C,
        Limit.NORM,
        BG,
        "A to D are set up by the vendor's standard guide, E and F by the one for several entities.",
    ),
    Rule(
        "S-CFG-09",
        WORDS,
        Limit.NORM,
        BG,
        "With several locations B and D are not advised; in C documents carry a location.",
        same_as=("S-CFG-20",),
    ),
    Rule(
        "S-CFG-10",
        R | PB,
        Limit.LIFTABLE,
        BG,
        "In B and D a document made in Intacct goes into the one BILL account that `routes` says; with `one_way` it is "
        "expected in none, as BILL itself cannot tell to which account it belongs.",
    ),
    Rule(
        "S-CFG-11",
        R | P | PB | C,
        Limit.INTACCT,
        BG,
        "A record is managed at the level that owns it, and an edit from another level is refused.",
    ),
    Rule(
        "S-CFG-12",
        C,
        Limit.NORM,
        BG,
        "A company with one entity has no levels.",
    ),
    Rule(
        "S-CFG-13",
        C,
        Limit.INTACCT,
        BG,
        "C to F need a company whose entities share; one whose entities do not is connected as A or B.",
    ),
    Rule(
        "S-CFG-14",
        C,
        Limit.NORM,
        BG,
        "Top-level records, reconciling at the top level and automatic transactions between entities "
        "each demand C or D.",
    ),
    Rule(
        "S-CFG-15",
        C,
        Limit.INTACCT,
        BG,
        "In E and F lists and documents are made at the entity; where they live at the top level, the link ends there.",
    ),
    Rule(
        "S-CFG-16",
        P | C,
        Limit.INTACCT,
        BG,
        "What may be read and edited follows the user's rights; a want of one is told as that.",
    ),
    Rule(
        "S-CFG-17", R | P | C, Limit.INTACCT, BG, "At an entity ids and names of customers and vendors each stand once."
    ),
    Rule("S-CFG-18", C, Limit.NORM, BU, "One user, made at the top level, serves all entities."),
    Rule("S-CFG-19", P, Limit.INTACCT, WEB, "A document of an entity is coded to that entity's locations only."),
    Rule("S-CFG-20", P, Limit.INTACCT, WEB, "At the top level every line has a location, which decides the entity."),
    Rule(
        "S-CFG-21",
        P | PB,
        Limit.NORM,
        WEB,
        "For lists Intacct wins where both sides changed; what it changed later is never overwritten.",
    ),
    Rule(
        "S-CFG-22",
        R,
        Limit.NORM,
        WEB,
        "A record made in BILL for an entity is that entity's own, and none is expected at the top level.",
    ),
    Rule(
        "S-CFG-23",
        X | P,
        Limit.LIFTABLE,
        WEB,
        "Closed books are those of the entity into which a document goes.",
    ),
    Rule(
        "S-CFG-24",
        C,
        Limit.NORM,
        WEB,
        "B and D are set up by the vendor's support; a link needs nobody's.",
    ),
    Rule(
        "S-BP-01",
        R | P,
        Limit.NORM,
        BG,
        "Bank and card accounts of BILL come from accounts of Intacct that name the ledger account.",
    ),
    Rule("S-BP-02", X | R, Limit.BILL, BG, "BILL knows whether a vendor is 1099, and not which form and box."),
    Rule(
        "S-BP-03",
        P,
        Limit.LIFTABLE,
        BG,
        "A 1099 vendor has form and box from a map; none is ever assumed, and one without is held.",
    ),
    Rule(
        "S-BP-04",
        P,
        Limit.LIFTABLE,
        BG,
        "Whether a line counts for form 1099 follows from the vendor and a setting for the account.",
    ),
    Rule(
        "S-BP-05",
        WORDS,
        Limit.NORM,
        BG,
        "Payments are started in BILL, because only unpaid bills travel there.",
        same_as=("S-BIL-01", "S-PAY-01"),
    ),
    Rule("S-BP-06", C, Limit.INTACCT, BG, "Reclassifying has to be on in Intacct before paid bills are recoded."),
    Rule("S-BP-07", R, Limit.NORM, BG, "Orders are converted to unpaid bills before they are paid."),
    Rule("S-BP-08", WORDS, Limit.INTACCT, BG, "Intacct's payment approval is off.", same_as=("S-PAY-07", "S-CON-01")),
    Rule("S-BP-09", WORDS, Limit.LIFTABLE, BG, "Vendor credits are used in BILL.", same_as=("S-VCR-03", "S-VCR-08")),
    Rule(
        "S-BP-10",
        WORDS,
        Limit.LIFTABLE,
        BG,
        "Adjustments do not travel; negative bills travel as vendor credits.",
        same_as=("S-VCR-05", "S-VCR-06"),
    ),
    Rule(
        "S-BP-11", WORDS, Limit.LIFTABLE, BG, "Credit memos are applied by hand on both sides.", same_as=("S-CRM-01",)
    ),
    Rule(
        "S-BP-12",
        R | P,
        Limit.LIFTABLE,
        BG,
        "A line with an item names its account too; else that of the item is taken, and the plan says so.",
    ),
)
