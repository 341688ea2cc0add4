"""Checks of what a link or platform account names in Sage Intacct: accounts and their banks, journal, lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    from intacct_pipelines.settings import LinkSettings, SpendAccount

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
    "cards.accounts": Listed("GLACCOUNT", "ACCOUNTNO", _ACCOUNTS, "S-CRD-03"),
    "cards.departments": Listed("DEPARTMENT", "DEPARTMENTID", "Company > Departments", "S-CRD-03"),
    "cards.locations": Listed("LOCATION", "LOCATIONID", "Company > Locations", "S-CRD-03"),
    "cards.classes": Listed("CLASS", "CLASSID", "Company > Classes", "S-CRD-03"),
    "statement_payments.journal": Listed("GLJOURNAL", "SYMBOL", "General Ledger > Journals", "S-CRD-01"),
    "statement_payments.location": Listed("LOCATION", "LOCATIONID", "Company > Locations", "S-CRD-01"),
    "statement_payments.department": Listed("DEPARTMENT", "DEPARTMENTID", "Company > Departments", "S-CRD-01"),
    "reimbursements.people": Listed("EMPLOYEE", "EMPLOYEEID", "Company > Employees", "S-CRD-09"),
    "reimbursements.people, vendors": Listed("VENDOR", "VENDORID", "Accounts Payable > Vendors", "S-CRD-09"),
}
"""By setting of a link or of a platform account."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts that a link or platform account names and what Intacct has of them.

    Args:
        named: Setting → account number; empty where none is named.
        clearing: Settings of the clearing accounts, which need a bank account each.
        found: Accounts by number.
        banks: Numbers of the accounts that an own bank account of this level stands on.
        others: Numbers of those that only another level's bank account stands on.
        writes: Whether anything is written to Intacct.
        owner: Whose settings these are.
    """

    named: Mapping[str, str]
    clearing: Sequence[str]
    found: Mapping[str, LedgerAccount]
    banks: frozenset[str]
    others: frozenset[str]
    writes: bool
    owner: str = "link"


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
        mend = f"{_ACCOUNTS} > Add: make it, or correct `{setting}` of the {accounts.owner}."
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
    """Records that a link or platform account names, and those of them that are there and active.

    Args:
        wanted: Setting → ids.
        found: Object → ids that are active.
        owner: Whose settings these are.
    """

    wanted: Mapping[str, frozenset[str]]
    found: Mapping[str, frozenset[str]]
    owner: str = "link"


def judge_named(named: Named) -> Sequence[Verdict]:
    """What is mapped to must be there, or every record that uses it is held."""
    verdicts = []
    for setting, ids in named.wanted.items():
        listed, provision = LISTS[setting], " (`provision` may)" if named.owner == "link" else ""
        if missing := sorted(ids - named.found[listed.object_name]):
            whose = f"`{setting}` of the {named.owner}"
            verdicts.append(
                wrong(
                    f"{whose} names {', '.join(missing)}, which Intacct does not have, or not active",
                    "records that exist and are active",
                    f"{listed.screen}: make or activate it{provision}, or correct {whose}.",
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
    return _named(wanted)


def wanted_of_account(account: SpendAccount) -> dict[str, frozenset[str]]:
    """Return what a platform account names in Intacct's lists, by setting."""
    cards, payments, people = account.cards, account.statement_payments, account.reimbursements.people.values()
    is_paid, entered_as = bool(payments.bank), account.reimbursements.entered_as
    return _named(
        {
            "cards.accounts": cards.accounts.values(),
            "cards.departments": cards.departments.values(),
            "cards.locations": [*cards.locations.values(), cards.default_location],
            "cards.classes": cards.classes.values(),
            "statement_payments.journal": [payments.journal] if is_paid else [],
            "statement_payments.location": [payments.location] if is_paid else [],
            "statement_payments.department": [payments.department] if is_paid else [],
            "reimbursements.people": people if entered_as == "expense_report" else [],
            "reimbursements.people, vendors": people if entered_as == "bill" else [],
        }
    )


def _named(wanted: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
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
    return _asked(place, wanted_of(place.link), "link")


def asked_of_account(place: Place) -> Named:
    """Ask for the records that a platform account names."""
    return _asked(place, wanted_of_account(place.spend_account), "platform account")


def asked_bank(place: Place) -> Accounts:
    """Ask for the ledger account of the bank that pays the statements of a platform account."""
    account = place.spend_account
    named = {"statement_payments.bank": account.statement_payments.bank}
    found = ledger_accounts(place.session, filter(None, named.values()))
    is_writing = account.mode is Mode.SYNC
    return Accounts(named, (), found, frozenset(), frozenset(), is_writing, "platform account")


def _asked(place: Place, wanted: Mapping[str, frozenset[str]], owner: str) -> Named:
    found: dict[str, frozenset[str]] = {}
    for setting, ids in wanted.items():
        object_name, field = LISTS[setting].object_name, LISTS[setting].id_field
        there = rows(place.session, object_name, (field, "STATUS"), one_of(field, ids))
        active = frozenset(row[field] for row in there if row["STATUS"] == "active")
        found[object_name] = found.get(object_name, frozenset()) | active
    return Named(wanted, found, owner)


_ENTERED: Final = (SIGN_IN, ENTER)
ACCOUNT_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe("accounts of the link", ("S-CFG-03", "S-CFG-04", "S-COA-03", "S-ERR-09", "S-FEE-01"), "intacct", Scope.LINK,
          asked_accounts, judge_accounts, _ENTERED),
    Probe("records that the link names", ("S-COA-01", "S-DEP-01", "S-LOC-01", "S-CLS-01", "S-TRM-01", "S-AFT-01"),
          "intacct", Scope.LINK, asked_named, judge_named, _ENTERED),
    Probe("bank that pays statements", ("S-COA-01", "S-ERR-09"), "intacct", Scope.SPEND, asked_bank, judge_accounts,
          _ENTERED),
    Probe("records that the platform account names", ("S-CRD-03", "S-CRD-01", "S-CRD-09"), "intacct", Scope.SPEND,
          asked_of_account, judge_named, _ENTERED),
)  # fmt: skip
