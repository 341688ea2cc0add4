"""Checks of a company in Sage Intacct: who signs in, what it may read, entities, modules, tier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intacct_pipelines.clients.intacct import functions
from intacct_pipelines.clients.intacct.failures import SENDER_NOT_AUTHORISED, SENDER_REJECTED
from intacct_pipelines.doctor.asking import Row, listed, one_of, rows, trial_reads
from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe, refused, said
from intacct_pipelines.domain.catalog import INTACCT_TABLES, Table
from intacct_pipelines.domain.checkup import Verdict, doubtful, wrong
from intacct_pipelines.domain.configurations import without_sharing
from intacct_pipelines.domain.link import Mode
from intacct_pipelines.errors import (
    CredentialsRejectedError,
    FunctionRejectedError,
    IntacctPipelinesError,
    PermissionDeniedError,
    RemoteSystemError,
)

SIGN_IN: Final = "sign-in at the top level"
VENDORS_USERS: Final = {
    "xml_bill.com": "S-SET-02",
    "divvy": "S-SET-23",
    "spendcenter": "S-SET-23",
    "paymentus-web": "S-SET-41",
}
"""User ids that the guides tell to give to the vendors' own syncs, in lower case, with the step that does."""
VENDORS_SENDERS: Final = {"bill.com": "S-SET-22", "paymentus": "S-SET-40"}
_AUTHORISE: Final = (
    "In Intacct at the top level: Company > Setup > Company > Security > Edit > Web Services authorizations > Add; "
    "enter this sender id, status active, and save."
)
_USERS: Final = "Company > Web Services users"
_TRIED: Final = tuple(
    table
    for table in INTACCT_TABLES
    if not table.parent and table.call is None and not table.is_of_dimensions and table.source_object.isupper()
)


# ---- who we are, by the connections file


@dataclass(frozen=True, slots=True)
class Names:
    """As whom the connections file signs in."""

    user_id: str
    sender_id: str


def judge_names(names: Names) -> Sequence[Verdict]:
    """Our writes can be told apart in the audit history only if no vendor's sync has the same user."""
    verdicts = []
    if rule := VENDORS_USERS.get(names.user_id.lower()):
        verdicts.append(
            wrong(
                f"user {names.user_id}, which is that of a vendor's sync",
                "a user of our own",
                f"{_USERS} > Add: a user of its own with the least rights it needs; name it in `user_id`.",
                rule,
            )
        )
    if rule := VENDORS_SENDERS.get(names.sender_id.lower()):
        verdicts.append(
            wrong(
                f"sender id {names.sender_id}, which is a vendor's",
                "a sender id of our own",
                "Ask Sage for a Web Services developer licence; name its sender id in `sender_id`.",
                rule,
            )
        )
    return verdicts


def judge_tier(monthly_calls: int | None) -> Sequence[Verdict]:
    """Intacct bills what goes beyond the tier and tells nobody; only a budget stops at it."""
    if monthly_calls:
        return []
    return [
        doubtful(
            "no budget of API calls; Intacct does not tell its performance tier",
            "what the contract allows: 100,000 calls a month in tier 1, the default",
            "Read the tier under Company > Admin > Subscriptions, or ask Sage; write its calls to `monthly_calls`.",
        )
    ]


# ---- signing in


def judge_sign_in(error: IntacctPipelinesError) -> Verdict:
    """Say which of sender, authorisation, user and level is wrong."""
    if not isinstance(error, CredentialsRejectedError):
        return refused(error)
    found = said(error)
    if error.message == SENDER_REJECTED:
        mend = (
            "Correct `company_id` (Company > Company Info > ID), `sender_id` and its password; only Sage resets that."
        )
        return wrong(found, "the sender id and password that Sage gave with the developer licence", mend, error.rule)
    if error.message == SENDER_NOT_AUTHORISED:
        return wrong(found, "our sender id among the authorised ones", _AUTHORISE, "S-SET-21")
    if error.rule == "S-CFG-18":
        mend = f"Create the user at the top level: {_USERS} > Add there, not at an entity; then name it in `user_id`."
        return wrong(found, "a user that was made at the top level", mend, "S-SET-01")
    mend = (
        f"{_USERS}: the user's id and status; its password came by e-mail; company id at Company > Company Info > ID."
    )
    return wrong(found, "company, user and password that Intacct knows", mend, "S-ERR-28")


@dataclass(frozen=True, slots=True)
class Entities:
    """Entities that the user may enter, and those that the connections file names, with what leads there."""

    known: frozenset[str]
    named: Mapping[str, Sequence[str]]


def judge_entities(entities: Entities) -> Sequence[Verdict]:
    """Each named entity must be one that the user may enter."""
    shown = ", ".join(sorted(entities.known)[:20]) or "none"
    return [
        wrong(
            f"no entity {entity_id!r}, which {', '.join(names)} names; there are: {shown}",
            "the id of an entity that the user may enter",
            "Copy the id from the column Entity ID of Company > Entities to `entity`.",
            "S-SET-25",
        )
        for entity_id, names in sorted(entities.named.items())
        if entity_id and entity_id not in entities.known
    ]


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whether entities share lists, and whether a link or account leads to an entity."""

    is_shared: bool
    names_entities: bool
    has_several_bases: bool
    currencies: frozenset[str]


def judge_sharing(sharing: Sharing) -> Sequence[Verdict]:
    """Only a shared multi-entity company has the entities of configurations C to F."""
    verdicts = []
    if sharing.names_entities and not sharing.is_shared:
        verdicts.append(without_sharing("the company is not multi-entity shared, and links name entities"))
    if sharing.has_several_bases and (other := sharing.currencies - {"USD"}):
        verdicts.append(
            doubtful(
                f"several base currencies, and BILL accounts in {', '.join(sorted(other))}",
                "USD, says the vendor's older guide; newer pages want multi-currency on in both systems",
                "In BILL: Settings > Sync Preferences: see that the currency is the one in `currencies`.",
                "S-CUR-03",
            )
        )
    return verdicts


# ---- what the user is and may


def judge_user(found: Row | None) -> Sequence[Verdict]:
    """The user is active, of type Business, and for web services only."""
    if found is None:
        return [
            doubtful("the user is not among the users", "our own user", f"{_USERS}: see that it is there.", "S-SET-01")
        ]
    verdicts = []
    if found["STATUS"] != "active":
        verdicts.append(wrong(f"status {found['STATUS']}", "active", f"{_USERS} > edit the user > Status.", "S-SET-01"))
    if found["USERTYPE"] != "business user":
        mend = f"{_USERS} > edit the user > User type Business."
        verdicts.append(wrong(f"user type {found['USERTYPE']}", "business user", mend, "S-SET-04"))
    if found["LOGINDISABLED"] not in {"true", "T"}:
        mend = f"{_USERS} > Add, in place of an ordinary user: it cannot use the screens and is not billed."
        verdicts.append(doubtful("the user may also sign in to the screens", "web services only", mend, "S-SET-02"))
    return verdicts


def judge_reads(errors: Mapping[str, RemoteSystemError | None]) -> Sequence[Verdict]:
    """Say which tables may not be read; those that a sync can do without are doubtful only.

    Args:
        errors: Object → what a trial read was refused with.
    """
    denied = [table for table in _TRIED if isinstance(errors.get(table.source_object), PermissionDeniedError)]
    return [_denied(table) for table in denied]


def _denied(table: Table) -> Verdict:
    say = doubtful if table.is_optional else wrong
    return say(
        f"{table.source_object} may not be read",
        table.permission or "List, View",
        "Company > Roles > edit the user's role > Subscriptions (or the user > Subscriptions > Permissions): "
        f"{table.permission}.",
        "S-CFG-16",
    )


@dataclass(frozen=True, slots=True)
class Modules:
    """Modules that the company subscribes to, and those that something needs: code → why and by which rule."""

    subscribed: frozenset[str]
    needed: Mapping[str, tuple[str, str, bool]]


def judge_modules(modules: Modules) -> Sequence[Verdict]:
    """Each needed module is subscribed to."""
    verdicts = []
    for code, (name, rule, is_needed) in modules.needed.items():
        if code not in modules.subscribed:
            say = wrong if is_needed else doubtful
            mend = f"Company > Admin > Subscriptions > {name}: subscribe, then give the user's role its permissions."
            verdicts.append(say(f"the company does not subscribe to {name} ({code})", f"{name}", mend, rule))
    return verdicts


@dataclass(frozen=True, slots=True)
class Security:
    """What the API may not do to documents that are posted, and whether a link writes.

    Args:
        switches: Fields of the global transaction security; empty where it cannot be read.
        writes: Whether a link of the company writes.
    """

    switches: Mapping[str, str]
    writes: bool


def judge_security(security: Security) -> Sequence[Verdict]:
    """Updates and reclassifications of posted documents must be allowed, or each is refused."""
    if not security.writes:
        return []
    kinds = (("DISABLEEDIT", "edits", "S-BIL-09"), ("DISABLERECLASS", "reclassification", "S-BIL-06"))
    return [
        doubtful(
            f"the company forbids the API {what} of posted documents ({field} is true)",
            f"{what} allowed, or every such change is refused",
            f"In Intacct's global transaction security allow {what} through the API, at each level.",
            rule,
        )
        for field, what, rule in kinds
        if security.switches.get(field) in {"true", "T"}
    ]


# ---- asking


def _names(place: Place) -> Names:
    return Names(place.company.user_id, place.company.sender_id)


def _entities(place: Place) -> Entities:
    return Entities(frozenset(one.get("id") or "" for one in place.top.entities()), place.ends())


def _sharing(place: Place) -> Sharing:
    (setup,) = listed(place.top, "getFinancialSetup", "financialSetup")
    links = [link for link in place.connections.links.values() if place.is_of(link.company)]
    return Sharing(
        is_shared=setup.get("multiEntityShared") == "true",
        names_entities=any(place.ends()),
        has_several_bases=setup.get("multiBaseCurrency") == "true",
        currencies=frozenset().union(*(link.currencies for link in links)),
    )


def _user(place: Place) -> Row | None:
    fields = ("LOGINID", "STATUS", "USERTYPE", "LOGINDISABLED")
    found = rows(place.top, "USERINFO", fields, one_of("LOGINID", [place.company.user_id]))
    return found[0] if found else None


def _reads(place: Place) -> Mapping[str, RemoteSystemError | None]:
    return trial_reads(place.top, {table.source_object: table.column(table.key[-1]).source for table in _TRIED})


def _security(place: Place) -> Security:
    writes = any(link.mode is Mode.SYNC and place.is_of(link.company) for link in place.connections.links.values())
    try:
        records = place.top.read(functions.read("AFRSETUP", 1)).records
    except (FunctionRejectedError, PermissionDeniedError):
        # Neither is documented: which right it needs, and what is said where it was never set up.
        records = ()
    return Security({name: value or "" for name, value in (records[0] if records else {}).items()}, writes)


def _modules(place: Place) -> Modules:
    connections = place.connections
    needed = {"GL": ("General Ledger", "S-COA-01", True)}
    if any(place.is_of(link.company) for link in connections.links.values()):
        needed["AP"] = ("Accounts Payable", "S-BIL-03", True)
        needed["AR"] = ("Accounts Receivable", "S-INV-02", False)
        needed["CM"] = ("Cash Management", "S-CFG-03", True)
        needed["SO"] = ("Order Entry", "S-ITM-03", False)
    if any(place.is_of(account.company) for account in connections.spend.values()):
        needed["CM"] = ("Cash Management", "S-SET-28", True)
    subscribed = {one["application"] for one in listed(place.top, "get_applications", "application")}
    return Modules(frozenset(subscribed), needed)


_SIGNED_IN: Final = (SIGN_IN,)
COMPANY_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe("our own user and sender", ("S-SET-02", "S-SET-22"), "settings", Scope.COMPANY, _names, judge_names),
    Probe(
        "budget of API calls", (), "settings", Scope.COMPANY, lambda place: place.company.monthly_calls, judge_tier
    ),
    Probe(
        SIGN_IN,
        ("S-SET-01", "S-SET-21", "S-SET-26", "S-SET-40", "S-SET-45", "S-CFG-18", "S-ERR-28"),
        "intacct",
        Scope.COMPANY,
        lambda place: place.top.entities(),
        lambda _: [],
        refused=judge_sign_in,
    ),
    Probe("entities", ("S-SET-25", "S-CFG-02"), "intacct", Scope.COMPANY, _entities, judge_entities, _SIGNED_IN),
    Probe("shared entities and currencies", ("S-CFG-13", "S-CUR-03"), "intacct", Scope.COMPANY, _sharing,
          judge_sharing, _SIGNED_IN),
    Probe("the user", ("S-SET-02", "S-SET-04"), "intacct", Scope.COMPANY, _user, judge_user, _SIGNED_IN),
    Probe("permissions, by trial reads", ("S-CFG-16", "S-SET-07", "S-SET-08", "S-SET-43", "S-CON-09"), "intacct",
          Scope.COMPANY, _reads, judge_reads, _SIGNED_IN),
    Probe("changes of posted documents", ("S-BIL-06", "S-BIL-09", "S-BP-06"), "intacct", Scope.COMPANY, _security,
          judge_security, _SIGNED_IN),
    Probe("modules", ("S-ITM-03",), "intacct", Scope.COMPANY, _modules, judge_modules, _SIGNED_IN),
)  # fmt: skip
