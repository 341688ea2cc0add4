"""Rules on posting safely, and where the guides contradict each other."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.rules.rule import BG, BU, DV, OWN, PB, PM, SC, WORDS, C, Limit, P, R, Rule

POSTING: Final[tuple[Rule, ...]] = (
    Rule(
        "S-IDM-01",
        P | PB,
        Limit.OWN,
        OWN,
        "Each item has a key that follows from what it is, stored before anything is sent.",
    ),
    Rule("S-IDM-02", P, Limit.OWN, OWN, "The key goes with the request, so that the gateway knows a repetition."),
    Rule(
        "S-IDM-03",
        P | PB,
        Limit.OWN,
        OWN,
        "After a lost answer or a crash the record is looked up first, or the same key is sent.",
    ),
    Rule("S-IDM-04", R | P, Limit.OWN, OWN, "The key is written into the record where there is a place for it."),
    Rule("S-IDM-05", P, Limit.OWN, OWN, "One key with other content stops that record."),
    Rule("S-IDM-06", P, Limit.OWN, OWN, "Corrections are new postings; no posted document is ever deleted."),
    Rule("S-IDM-07", P, Limit.OWN, OWN, "Money is decimal, and lines add up before they are sent."),
    Rule(
        "S-IDM-08",
        P | C,
        Limit.OWN,
        OWN,
        "Nothing is posted to closed books; to move a day is a setting, and both days are kept.",
    ),
    Rule(
        "S-CON-01",
        C,
        Limit.RESOLVED,
        BG,
        "The guide contradicts itself on the box; what counts is that payment approval is off.",
        short="No API tells the setting; payments that wait give it away.",
    ),
    Rule(
        "S-CON-02",
        R,
        Limit.RESOLVED,
        BG,
        "The guide both lets credits travel and not; the effect of a payment travels to Intacct, uses do "
        "not travel to BILL.",
    ),
    Rule(
        "S-CON-03",
        WORDS,
        Limit.RESOLVED,
        BG,
        "The guide names two set-up guides for D; the standard one is meant.",
        unproven="The two set-up guides differ by the entity id only, which D does not have (S-CFG-02).",
    ),
    Rule(
        "S-CON-04",
        WORDS,
        Limit.RESOLVED,
        BG,
        "The guide lets projects travel back and forbids to make them; their records do not.",
        same_as=("S-PRJ-02", "S-PRJ-03"),
    ),
    Rule(
        "S-CON-05",
        R | C,
        Limit.RESOLVED,
        BG,
        "The guide has one currency and several; it is a fact about each company, not a constant.",
    ),
    Rule(
        "S-CON-06",
        WORDS,
        Limit.RESOLVED,
        BG,
        "The guide lets C and D fail on edits too; an edit works where the owner is the link's level, "
        "and fails loudly elsewhere.",
        same_as=("S-CFG-11",),
    ),
    Rule(
        "S-CON-07",
        WORDS,
        Limit.RESOLVED,
        BG,
        "The notes of the configurations have three cells for six columns; their places are inferred.",
        unproven="It is about how a table of the guide is printed.",
    ),
    Rule(
        "S-CON-08",
        WORDS,
        Limit.RESOLVED,
        PM,
        "The guide calls bills one-way and two-way; they go both ways, outwards once ready to pay.",
        same_as=("S-PMT-05",),
    ),
    Rule("S-CON-09", C, Limit.RESOLVED, PM, "The guide doubts its own list of rights; trial reads tell."),
    Rule(
        "S-CON-10",
        WORDS,
        Limit.RESOLVED,
        BG,
        "Where the guide has orders become vendors, bills are meant.",
        same_as=("S-PUR-03",),
    ),
    Rule(
        "S-CON-11",
        WORDS,
        Limit.RESOLVED,
        SC,
        "One guide has lost the sender id that another prints.",
        same_as=("S-SET-22",),
    ),
    Rule(
        "S-CON-12",
        WORDS,
        Limit.RESOLVED,
        SC,
        "An older copy makes the user at the entity; the guide makes it at the top level, and the card at the entity.",
        same_as=("S-CRD-06",),
    ),
    Rule(
        "S-CON-13",
        WORDS,
        Limit.RESOLVED,
        SC,
        "The guide names two roles; what counts is what the user may do.",
        same_as=("S-CFG-16",),
    ),
    Rule(
        "S-CON-14",
        WORDS,
        Limit.RESOLVED,
        BG | BU | DV | SC | PM,
        "The vendors ask for full administration; our user needs only the rights that each table names.",
        same_as=("S-CFG-16",),
    ),
    Rule(
        "S-CON-15",
        WORDS,
        Limit.RESOLVED,
        BG,
        "The guide lets 1099 travel with defaults, a later page not at all; Intacct is the master and "
        "nothing is assumed.",
        same_as=("S-BP-03",),
    ),
    Rule(
        "S-CON-16",
        R | P,
        Limit.RESOLVED,
        BG,
        "Whether a void travels depends on the version; what happened is looked at, and a void here has "
        "a date and deletes nothing.",
    ),
    Rule(
        "S-CON-17",
        WORDS,
        Limit.RESOLVED,
        BG,
        "What the guide calls impossible in Intacct's interface is possible by now; it stays the "
        "behaviour of the vendor's sync.",
        same_as=("S-VCR-03", "S-ITM-02", "S-ARP-03"),
    ),
)
