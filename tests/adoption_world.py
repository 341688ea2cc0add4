"""A first adoption: vendors that two systems hold already under names of their own, and the truth about each."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from into_bill_world import LEG, OBJECTS
from pipeline_world import INTO_INTACCT, World, connections_of

from intacct_pipelines.clients.intacct.functions import create
from intacct_pipelines.defs.comparing import reconcile
from intacct_pipelines.defs.planning import confirm_and_plan
from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.domain.link import INTO_BILL
from intacct_pipelines.domain.push import Operation
from intacct_pipelines.sandbox.names import SECOND
from intacct_pipelines.warehouse.recon import Recon

SHARES = {
    # in both systems, and the same company
    "same name": 38,
    "other case": 8,
    "marked": 8,  # Intacct's comments name BILL's id, and the names differ
    "stale": 3,  # the same name, out of use in Intacct
    "typo": 10,
    "other form": 11,  # Inc., LLC, none
    "other order": 3,
    "same number": 4,  # BILL's short name is Intacct's id, and the names differ
    "same tax id": 4,  # and the names differ
    "twice": 2,  # two companies of one name (S-VEN-03)
    "twice and near": 2,  # two companies of one name in Intacct, of which BILL spells one otherwise
    "out of use": 1,  # of near names, and in use in neither
    # in one system only; as many on each side
    "only one": 6,
}
"""Kind → how many in a hundred of either side."""
CONFIRMED = ("same name", "other case", "marked", "stale")
"""Kinds that no person has to look at."""
FORMS = ("Inc.", "LLC", "Corp", "Ltd", "")
ADDRESS = {
    "line1": "1 Quarry Road",
    "city": "Reno",
    "stateOrProvince": "NV",
    "zipOrPostalCode": "89501",
    "country": "US",
}
MAIL = {"ADDRESS1": "1 Quarry Road", "CITY": "Reno", "STATE": "NV", "ZIP": "89501", "COUNTRYCODE": "US"}
AT_ONCE = 100


@dataclass
class Kept:
    """One company as the two systems hold it; an empty name where one does not."""

    kind: str
    number: int
    bill: str
    intacct: str
    tax_id: str = ""
    short_name: str = ""
    bill_id: str = ""
    record_no: int = 0

    @property
    def is_shared(self):
        return bool(self.bill and self.intacct)


def kept(count, seed):
    """Return companies, so many on each side."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    kinds = [kind for kind, share in SHARES.items() for _ in range(max(share * count // 100, 2) // 2 * 2)]
    kinds += ["same name"] * (count - len(kinds))
    made, pending = [], {}
    for kind in kinds:
        number = len(made) + 1
        ours = _name(dice)
        if kind == "only one":
            made += [Kept(kind, number, ours, ""), Kept(kind, number + 1, "", _name(dice))]
            continue
        ours = pending.pop(kind, "") or ours
        theirs, more = _theirs(dice, kind, ours, number)
        if kind.startswith("twice") and f"{kind} begun" not in pending:
            pending |= {kind: ours, f"{kind} begun": "yes"}
        elif kind.startswith("twice"):
            pending.pop(f"{kind} begun")
            if kind == "twice and near":
                theirs, ours = ours, _other_form(dice, ours)
        made.append(Kept(kind, number, ours, theirs, **more))
    return made


def _word(dice):
    return "".join(dice.choice("bcdfghklmnprstvwz") + dice.choice("aeiou") for _ in range(dice.randint(3, 4))).title()


def _name(dice):
    return f"{_word(dice)} {_word(dice)} {dice.choice(SECOND)} {dice.choice(FORMS[:-1])}"


def _other_form(dice, name):
    words = name.split()
    return " ".join([*words[:-1], dice.choice([one for one in FORMS if one != words[-1]])]).strip()


def _theirs(dice, kind, name, number):  # noqa: PLR0911 - one for each kind
    """What Intacct calls it, and what else the two have in common."""
    match kind:
        case "other case":
            return f" {name.upper()}", {}
        case "typo":
            at = dice.randrange(1, len(name.split()[0]))
            return dice.choice([name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:]]), {}
        case "other form" | "out of use":
            return _other_form(dice, name), {}
        case "other order":
            words = name.split()
            return " ".join([words[2], words[0], words[1], *words[3:]]), {}
        case "same number":
            return _name(dice), {"short_name": f"A-{number}"}
        case "same tax id":
            return _name(dice), {"tax_id": f"98-{number:07}"}
        case "marked":
            return _name(dice), {}
        case _:
            return name, {}


@dataclass
class Found:
    """What an adoption says of the companies, held against the truth.

    ``confirmed`` and ``proposed`` count by kind what is paired and what waits for a person; ``wrong`` are pairs of two
    companies, ``doubled`` companies that one system has and would get once more; ``new`` counts by way what would be
    made of the companies and ``made`` by system what would be made at all, ``held`` by way and reason what waits.
    """

    confirmed: Counter = field(default_factory=Counter)
    proposed: Counter = field(default_factory=Counter)
    proposals: int = 0
    wrong: list = field(default_factory=list)
    doubled: list = field(default_factory=list)
    new: Counter = field(default_factory=Counter)
    made: Counter = field(default_factory=Counter)
    held: Counter = field(default_factory=Counter)


class AdoptionWorld(World):
    """One entity whose vendors are in both systems; the link only observes until it is told otherwise."""

    def __init__(self, warehouse_dsn, count, seed=1):
        super().__init__(warehouse_dsn, bills=4)
        self.sandbox.options.bill.calls_per_hour = 1_000_000
        self.let("observe")
        self.companies = kept(count, seed)

    def let(self, mode):
        """Set the mode of both ways; vendors are all that travels."""
        way = {**LEG, "mode": mode, "auto_approve": {"items": 100_000, "amount": "0"}}
        into = {**way, "not_pushed": sorted({*OBJECTS} - {"bill_vendor"})}
        left = sorted(INTO_INTACCT - {"vendor"})
        self.connections = connections_of(self.sandbox, into_bill=into, not_pushed=left, **way)

    def fill(self):
        """Enter the companies into both systems, through their interfaces, as people did over the years."""
        with self.systems() as systems:
            bill, intacct = systems.bill(self.entity), systems.intacct(self.entity)
            for one in self.companies:
                if one.bill:
                    told = {"name": one.bill, "address": ADDRESS, "accountType": "BUSINESS", "billCurrency": "USD"}
                    told |= {"shortName": one.short_name} if one.short_name else {}
                    told |= {"additionalInfo": {"taxId": one.tax_id}} if one.tax_id else {}
                    one.bill_id = bill.post("/v3/vendors", told)["id"]
                    if one.kind == "out of use":
                        bill.post(f"/v3/vendors/{one.bill_id}/archive", {})
            there = [one for one in self.companies if one.intacct]
            for start in range(0, len(there), AT_ONCE):
                part = there[start : start + AT_ONCE]
                results = intacct.call([self._entered(one) for one in part], write=True)
                for one, result in zip(part, results, strict=True):
                    assert result.error is None, (one, result.error)
                    one.record_no = int(result.records[0]["RECORDNO"])

    def _entered(self, one):
        is_out = one.kind in {"stale", "out of use"}
        contact = {"PRINTAS": one.intacct.strip(), "MAILADDRESS": MAIL}
        fields = {"VENDORID": f"A-{one.number}", "NAME": one.intacct, "DISPLAYCONTACT": contact}
        fields |= {"STATUS": "inactive" if is_out else "active"}
        fields |= {"TAXID": one.tax_id} if one.tax_id else {}
        fields |= {"COMMENTS": source_mark("bill", one.bill_id)} if one.kind == "marked" else {}
        return create(f"enter-{one.number}", "VENDOR", fields)

    def read(self):
        """Extract what comparing and planning vendors takes."""
        self.run += 1
        self.extract_for("vendor")
        self.extract_for("bill_vendor")

    def compare(self):
        """Reconcile the vendors, and store what is found."""
        with self.systems() as systems:
            reconcile(systems, systems.link(self.entity), "vendor", f"run-{self.run}")

    def plan(self):
        """Plan both ways."""
        with self.systems() as systems:
            links = {"into Intacct": systems.link(self.entity), "into BILL": systems.link(self.entity, INTO_BILL)}
            return {way: confirm_and_plan(systems, link, f"run-{self.run}").plan for way, link in links.items()}

    def adopt(self):
        """Read, compare and plan; return what that says of the companies."""
        self.read()
        self.compare()
        return self.judge(self.plan())

    def pairs(self):
        """Return the pairs by status: BILL's id and Intacct's record number."""
        with self.systems() as systems:
            known = Recon(systems.warehouse).crosswalk(systems.link(self.entity).name)
        rows = known[known["object"] == "vendor"]
        found = {"confirmed": set(), "proposed": set(), "refused": set()}
        for status, bill_id, record_no in zip(
            rows["status"], rows["platform_id"], rows["intacct_record_no"], strict=True
        ):
            found[status].add((bill_id, int(record_no)))
        return found

    def sizes(self):
        """How many vendors each system has."""
        organization = self.sandbox.describe()["bill"]["organizations"][0]["id"]
        return {
            "intacct": len(self.sandbox.intacct.records("VENDOR")),
            "bill": len(self.sandbox.bill.records(organization, "vendors")),
        }

    def judge(self, plans):
        """Hold pairs and plans against the truth."""
        found, pairs = Found(), self.pairs()
        by_bill = {one.bill_id: one for one in self.companies if one.bill_id}
        by_record = {one.record_no: one for one in self.companies if one.record_no}
        for bill_id, record_no in pairs["confirmed"]:
            ours, theirs = by_bill.get(bill_id), by_record.get(record_no)
            if ours is not theirs:
                found.wrong.append((ours, theirs))
            elif ours is not None:
                found.confirmed[ours.kind] += 1
        for one in self.companies:
            found.proposed[one.kind] += one.is_shared and (one.bill_id, one.record_no) in pairs["proposed"]
        found.proposals = len([one for one in pairs["proposed"] if one[0] in by_bill and one[1] in by_record])
        for way, plan in plans.items():
            of = by_bill.get if way == "into Intacct" else lambda number: by_record.get(int(number))
            for item in plan.items:
                found.made[way.removeprefix("into ").lower()] += item.operation is Operation.CREATE
                one = of(item.source_id)
                if one is not None and item.operation is Operation.CREATE:
                    found.new[way] += 1
                    if one.is_shared:
                        found.doubled.append((way, one))
            found.held.update((way, hold.kind) for hold in plan.holds if of(hold.source_id) is not None)
        return found

    def decide(self):
        """Say of every pair that is proposed, and of every two of one name, what is true, as a person does by `map`."""
        pairs = self.pairs()
        true = {(one.bill_id, one.record_no) for one in self.companies if one.is_shared}
        with self.systems() as systems:
            recon, link = Recon(systems.warehouse), systems.link(self.entity).name
            for bill_id, record_no in sorted((pairs["proposed"] - true) | (true - pairs["confirmed"])):
                status = "confirmed" if (bill_id, record_no) in true else "refused"
                pair = {"platform_id": bill_id, "intacct_record_no": record_no, "status": status}
                recon.decide(link=link, object_name="vendor", decided_by="ana", **pair)
