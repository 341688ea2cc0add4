"""Rules on card platforms and Business Center."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.rules.rule import DV, OWN, PB, PM, SC, WEB, WORDS, C, D, Limit, P, R, Rule, X

PLATFORMS: Final[tuple[Rule, ...]] = (
    Rule("S-CRD-01", R | P, Limit.NORM, DV | SC, "Card transactions travel from the platform to Intacct only."),
    Rule(
        "S-CRD-02",
        R | P | C,
        Limit.LIFTABLE,
        DV | SC,
        "All charges of a platform account go to one card account, unless card or holder has its own.",
    ),
    Rule(
        "S-CRD-03",
        R | P | C,
        Limit.LIFTABLE,
        DV | SC,
        "The card account's default location is on each charge that names no other.",
    ),
    Rule(
        "S-CRD-04",
        R | P | C,
        Limit.INTACCT,
        DV | SC,
        "The account behind the card account requires no dimension; one that it does require is filled or named.",
    ),
    Rule("S-CRD-05", R | C, Limit.NORM, DV | SC, "A platform account ends at one entity, or at the top level."),
    Rule("S-CRD-06", C, Limit.INTACCT, SC, "The card account belongs to the level at which the platform account ends."),
    Rule(
        "S-CRD-07",
        P | C,
        Limit.INTACCT,
        WEB,
        "In a company of several currencies the card account belongs to an entity; a charge in another "
        "currency is held.",
    ),
    Rule(
        "S-CRD-08",
        R | P,
        Limit.LIFTABLE,
        WEB,
        "The vendor's sync takes charges of up to seven days, an option those over 60; what it left "
        "behind is told by age, and nothing that Intacct changed is overwritten.",
    ),
    Rule(
        "S-CRD-09",
        X | R | P,
        Limit.LIFTABLE,
        WEB,
        "Reimbursements do not travel; a platform account may have them entered as expense reports or bills.",
    ),
    Rule(
        "S-CRD-10",
        R | P,
        Limit.NORM,
        WEB,
        "What the vendor's sync says of a charge is a claim, and each way in which it is false is told.",
    ),
    Rule("S-CRD-11", X | R | P, Limit.BILL, WEB, "A split charge is compared and written with its parts."),
    Rule("S-PMT-01", R | PB, Limit.NORM, PM, "Accounts travel from Intacct to Business Center only."),
    Rule("S-PMT-02", R | PB, Limit.NORM, PM, "No account is made or changed in Business Center."),
    Rule("S-PMT-03", R | PB, Limit.NORM, PM, "Vendors travel both ways between Intacct and Business Center."),
    Rule("S-PMT-04", R | P, Limit.NORM, PM, "A vendor made in Business Center goes to Intacct."),
    Rule(
        "S-PMT-05", R | P | PB, Limit.NORM, PM, "Bills travel both ways; of Business Center's only those ready to pay."
    ),
    Rule("S-PMT-06", C, Limit.NORM, PM, "A company of Business Center ends at exactly one entity."),
    Rule("S-PMT-07", D, Limit.NORM, PM, "It is synced once a day."),
    Rule("S-PMT-08", D, Limit.NORM, PM, "It may be synced at any time."),
    Rule(
        "S-PMT-09",
        WORDS,
        Limit.NORM,
        PM,
        "A web-services user cannot use Intacct's screens.",
        unproven="It binds the person who makes the user; `check` says where our own user may sign in to the "
        "screens (S-SET-02).",
    ),
    Rule(
        "S-PMT-10",
        R | P,
        Limit.UNKNOWN,
        PM,
        "Nothing is said of its payments, credits and receivables; none is expected, and that is said.",
    ),
    Rule(
        "S-PMT-11",
        X | C | PB,
        Limit.UNKNOWN,
        OWN,
        "It publishes no interface; its data comes as files that keep to a contract.",
    ),
)
