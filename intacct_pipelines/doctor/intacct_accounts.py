"""Checks of what a link names in Sage Intacct: clearing accounts and their banks, other accounts, journal, lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from intacct_pipelines.doctor.asking import Row, one_of, rows
from intacct_pipelines.doctor.intacct_company import SIGN_IN
from intacct_pipelines.doctor.intacct_entity import ENTER
from intacct_pipelines.doctor.ledger_accounts import LedgerAccount, ledger_accounts
from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe
from intacct_pipelines.domain.checkup import Verdict, doubtful, wrong
from intacct_pipelines.domain.link import Mode

if TYPE_CHECKING:
    from intacct_pipelines.settings import LinkSettings

_ACCOUNTS: Final = "General Ledger > Accounts"
_CHECKING: Final = "Cash Management > Accounts > Checking accounts"
_HARMLESS: Final = {"LOC"}
"""Every line that is written has a location."""


class Listed(NamedTuple):
    """A list that a setting names records of: its object, their id, where the screens have it, and the rule."""

    object_name: str
    id_field: str
    screen: str
    rule: str


LISTS: Final = {
    "accounts": Listed("GLACCOUNT", "ACCOUNTNO", _ACCOUNTS, "S-COA-01"),
    "departments": Listed("DEPARTMENT", "DEPARTMENTID", "Company > Departments", "S-DEP-01"),
    "locations": Listed("LOCATION", "LOCATIONID", "Company > Locations", "S-LOC-01"),
    "classes": Listed("CLASS", "CLASSID", "Company > Classes", "S-CLS-01"),
    "terms": Listed("APTERM", "NAME", "Accounts Payable > Terms", "S-TRM-01"),
    "entries.journal": Listed("GLJOURNAL", "SYMBOL", "General Ledger > Journals", "S-AFT-01"),
    "bank_accounts": Listed("CHECKINGACCOUNT", "BANKACCOUNTID", _CHECKING, "S-CFG-03"),
}
"""By setting of a link."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts that a link names and what Intacct has of them.

    Args:
        named: Setting → account number; empty where the link names none.
        clearing: Settings of the clearing accounts, which need a bank account each.
        found: Accounts by number.
        banks: Numbers of the accounts that an own bank account of this level stands on.
        others: Numbers of those that only another level's bank account stands on.
        writes: Whether the link writes to Intacct.
    """

    named: Mapping[str, str]
    clearing: Sequence[str]
    found: Mapping[str, LedgerAccount]
    banks: frozenset[str]
    others: frozenset[str]
    writes: bool


def judge_accounts(accounts: Accounts) -> Sequence[Verdict]:
    """Each named account exists, is active and wants no dimension that is not there; clearing ones have their bank."""
    return [
        verdict for setting, number in accounts.named.items() for verdict in _judge_account(setting, number, accounts)
    ]


def _judge_account(setting: str, number: str, accounts: Accounts) -> Iterator[Verdict]:
    is_clearing = setting in accounts.clearing
    rule = "S-CFG-03" if is_clearing else "S-COA-01"
    if not number:
        if is_clearing and accounts.writes:
            mend = f"{_ACCOUNTS} > Add, {_CHECKING} > Add on it; write its number to `{setting}` of the link."
            yield doubtful(f"`{setting}` names no account", "BILL's clearing account", mend, rule)
        return
    account = accounts.found.get(number)
    if account is None:
        mend = f"{_ACCOUNTS} > Add: make it, or correct `{setting}` of the link."
        yield wrong(f"there is no account {number}, which `{setting}` names", "an account of the company", mend, rule)
        return
    if not account.is_active:
        mend = f"{_ACCOUNTS} > edit {number} > Status active."
        yield wrong(f"account {number} of `{setting}` is {account.fields['STATUS']}", "active", mend, rule)
    if required := sorted(set(account.required) - _HARMLESS):
        mend = f"{_ACCOUNTS} > edit {number} > Required dimensions: untick them."
        found = f"account {number} of `{setting}` requires {', '.join(required)}"
        yield doubtful(found, "no required dimension but the location", mend, "S-ERR-09")
    if is_clearing and number not in accounts.banks:
        is_elsewhere = number in accounts.others
        found = f"no bank account stands on {number} of `{setting}`" + (" at this level" if is_elsewhere else "")
        mend = f"{_CHECKING} > Add at the level of the link: associated GL account {number}."
        yield doubtful(found, "a bank account at the level at which the link ends", mend, rule)


@dataclass(frozen=True, slots=True)
class Named:
    """Records that a link names, and those of them that are there and active.

    Args:
        wanted: Setting → ids.
        found: Object → ids that are active.
    """

    wanted: Mapping[str, frozenset[str]]
    found: Mapping[str, frozenset[str]]


def judge_named(named: Named) -> Sequence[Verdict]:
    """What is mapped to must be there, or every record that uses it is held."""
    verdicts = []
    for setting, ids in named.wanted.items():
        listed = LISTS[setting]
        if missing := sorted(ids - named.found[listed.object_name]):
            verdicts.append(
                wrong(
                    f"`{setting}` of the link names {', '.join(missing)}, which Intacct does not have, or not active",
                    "records that exist and are active",
                    f"{listed.screen}: make or activate it (`provision` may), or correct `{setting}` of the link.",
                    listed.rule,
                )
            )
    return verdicts


def wanted_of(link: LinkSettings) -> dict[str, frozenset[str]]:
    """Return what a link names in Intacct's lists, by setting; settings that name nothing are left out."""
    wanted = {
        "accounts": link.accounts.values(),
        "departments": [*link.departments.values(), link.entries.department],
        "locations": [*link.locations.values(), link.default_location, link.entries.location],
        "classes": link.classes.values(),
        "terms": link.terms.values(),
        "entries.journal": [link.entries.journal],
        "bank_accounts": link.payables.bank_accounts.values(),
    }
    return {setting: ids for setting, values in wanted.items() if (ids := frozenset(filter(None, values)))}


def asked_accounts(place: Place) -> Accounts:
    """Ask for the accounts that a link names."""
    link = place.link
    clearing = {"clearing.money_out": link.clearing.money_out, "clearing.money_in": link.clearing.money_in}
    others = {
        "entries.bank": link.entries.bank,
        "receivables.fee_account": link.receivables.fee_account,
        "receivables.advance_account": link.receivables.advance_account,
        "receivables.undeposited_account": link.receivables.undeposited_account,
    }
    named = clearing | others
    numbers = set(filter(None, named.values()))
    seen = _on(rows(place.session, "CHECKINGACCOUNT", ("BANKACCOUNTID", "GLACCOUNTNO")))
    # What the top level sees by itself is the top level's; an entity sees that beside its own.
    of_top = _on(rows(place.top, "CHECKINGACCOUNT", ("BANKACCOUNTID", "GLACCOUNTNO"))) if place.entity.entity_id else {}
    own = {bank: number for bank, number in seen.items() if bank not in of_top}
    return Accounts(
        named=named,
        clearing=tuple(clearing),
        found=ledger_accounts(place.session, numbers),
        banks=frozenset(own.values()),
        others=frozenset(of_top.values()),
        writes=link.mode is Mode.SYNC,
    )


def _on(banks: Sequence[Row]) -> dict[str, str]:
    return {row["BANKACCOUNTID"]: row["GLACCOUNTNO"] for row in banks}


def asked_named(place: Place) -> Named:
    """Ask for the records that a link names."""
    wanted = wanted_of(place.link)
    found = {}
    for setting, ids in wanted.items():
        object_name, field = LISTS[setting].object_name, LISTS[setting].id_field
        there = rows(place.session, object_name, (field, "STATUS"), one_of(field, ids))
        found[object_name] = frozenset(row[field] for row in there if row["STATUS"] == "active")
    return Named(wanted, found)


_ENTERED: Final = (SIGN_IN, ENTER)
ACCOUNT_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe("accounts of the link", ("S-CFG-03", "S-CFG-04", "S-COA-03", "S-ERR-09", "S-FEE-01"), "intacct", Scope.LINK,
          asked_accounts, judge_accounts, _ENTERED),
    Probe("records that the link names", ("S-COA-01", "S-DEP-01", "S-LOC-01", "S-CLS-01", "S-TRM-01", "S-AFT-01"),
          "intacct", Scope.LINK, asked_named, judge_named, _ENTERED),
)  # fmt: skip
