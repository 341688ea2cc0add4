"""Checks of an entity in Sage Intacct: can it be entered, are its books open, are names unique, do payments wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from intacct_pipelines.doctor.asking import Row, newest, one_of, rows
from intacct_pipelines.doctor.intacct_company import SIGN_IN
from intacct_pipelines.doctor.places import Place, Scope, utc_now
from intacct_pipelines.doctor.probe import Probe, refused, said
from intacct_pipelines.domain.checkup import Verdict, doubtful, wrong
from intacct_pipelines.domain.configurations import above_the_entity
from intacct_pipelines.errors import CredentialsRejectedError, IntacctPipelinesError

ENTER: Final = "sign-in at the entity"
_EXAMPLES: Final = 5
_NEWEST: Final = 100
PARTIES: Final = {"VENDOR": ("VENDORID", "S-VEN-03"), "CUSTOMER": ("CUSTOMERID", "S-CUS-02")}
"""Object → the field with its id, and the rule that wants its names unique."""


def judge_entering(error: IntacctPipelinesError) -> Verdict:
    """Say what keeps the user out of an entity that it may enter in general."""
    if not isinstance(error, CredentialsRejectedError):
        return refused(error)
    mend = "Company > Entities: see that it is active; Company > Web Services users > the user: no entity restriction."
    return wrong(said(error), "an entity that the user may enter", mend, "S-CFG-18")


@dataclass(frozen=True, slots=True)
class Books:
    """Last closed day, and the present one."""

    closed_through: date | None
    today: date


def judge_books(books: Books) -> Sequence[Verdict]:
    """Nothing posts to a closed period, so today must be open."""
    if books.closed_through is None or books.closed_through < books.today:
        return []
    return [
        wrong(
            f"the books are closed through {books.closed_through}, so nothing of today can be posted",
            f"books that are open on {books.today}",
            "General Ledger > Books: open the period at this entity; each entity has its own (S-CFG-23).",
            "S-IDM-08",
        )
    ]


def judge_uniqueness(found: Mapping[str, Sequence[Row]]) -> Sequence[Verdict]:
    """Vendors' syncs match by name: of two records with one name the second is an error there."""
    verdicts = []
    for object_name, records in found.items():
        id_field, rule = PARTIES[object_name]
        by_name: dict[str, list[str]] = defaultdict(list)
        for record in records:
            by_name[record["NAME"].strip().casefold()].append(record[id_field])
        repeated = sorted(sorted(ids) for ids in by_name.values() if len(ids) > 1)
        if repeated:
            word = object_name.lower()
            shown = "; ".join(", ".join(ids[:_EXAMPLES]) for ids in repeated[:_EXAMPLES])
            where = "Accounts Payable > Vendors" if object_name == "VENDOR" else "Accounts Receivable > Customers"
            verdicts.append(
                doubtful(
                    f"{len(repeated)} name{'s' if len(repeated) > 1 else ''} of more than one active {word}: {shown}",
                    f"a name of its own for each {word}",
                    f"{where}: rename or deactivate one of each; pairs are confirmed by id with `map`.",
                    rule,
                )
            )
    return verdicts


@dataclass(frozen=True, slots=True)
class Owners:
    """Who owns the vendors that an entity sees: its id, and the owner of each vendor, empty for the top level."""

    entity_id: str
    owners: Sequence[str]


def judge_owners(found: Owners) -> Sequence[Verdict]:
    """A link to an entity wants its lists there: what the top level owns cannot be changed from an entity."""
    if not found.entity_id or not found.owners or any(found.owners):
        return []
    return [
        above_the_entity(
            f"all {len(found.owners)} active vendors belong to the top level, not to entity {found.entity_id}"
        )
    ]


def judge_approval(waiting: Sequence[Row]) -> Sequence[Verdict]:
    """Whether payments wait for approval cannot be read from the set-up, only from payments that do wait."""
    if not waiting:
        return []
    return [
        doubtful(
            f"{len(waiting)} of the newest payments wait for approval, such as record {waiting[0]['RECORDNO']}",
            "payment approval off, or what is paid in BILL waits in Intacct",
            "Accounts Payable > Configure Accounts Payable > Payment Approval Settings: approval off (tick Disable "
            "Approval; where it is called Enable AP payments approval, untick that).",
            "S-CON-01",
        )
    ]


def _books(place: Place) -> Books:
    return Books(place.session.closed_books_date(), utc_now().date())


def _parties(place: Place) -> Mapping[str, Sequence[Row]]:
    active = one_of("STATUS", ["active"])
    return {name: rows(place.session, name, (id_field, "NAME"), active) for name, (id_field, _) in PARTIES.items()}


def _owners(place: Place) -> Owners:
    vendors = rows(place.session, "VENDOR", ("VENDORID", "MEGAENTITYID"), one_of("STATUS", ["active"]))
    return Owners(place.entity.entity_id, [vendor["MEGAENTITYID"] for vendor in vendors])


def _waiting(place: Place) -> Sequence[Row]:
    payments = newest(place.session, "APPYMT", ("STATE",), _NEWEST)
    return [payment for payment in payments if payment["STATE"] in {"S", "Submitted"}]


_ENTERED: Final = (SIGN_IN, ENTER)
ENTITY_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe(
        ENTER,
        ("S-CFG-18", "S-CFG-02"),
        "intacct",
        Scope.ENTITY,
        lambda place: place.session.clock_ahead(),
        lambda _: [],
        (SIGN_IN,),
        judge_entering,
    ),
    Probe("open books", ("S-IDM-08", "S-CFG-23"), "intacct", Scope.ENTITY, _books, judge_books, _ENTERED),
    Probe("unique names", ("S-VEN-03", "S-VEN-07", "S-CUS-02", "S-CFG-17"), "intacct", Scope.ENTITY, _parties,
          judge_uniqueness, _ENTERED),
    Probe("owner of lists", ("S-CFG-15", "S-CFG-11", "S-CFG-14", "S-CFG-21"), "intacct", Scope.ENTITY, _owners,
          judge_owners, _ENTERED),
    Probe("payment approval", ("S-CON-01", "S-PAY-07"), "intacct", Scope.ENTITY, _waiting, judge_approval, _ENTERED),
)  # fmt: skip
