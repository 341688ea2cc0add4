"""Every way in which the records of lists can differ: accounts, departments, projects, items, terms and more."""

from __future__ import annotations

from functools import partial

from list_cases import HAVE_NO_OWNER, ListCase
from planting.ground import ALONE_IN_INTACCT, ALONE_IN_PLATFORM, Ground, Plot, one_of
from reconcile_cases import JUST_NOW, Case

from intacct_pipelines.reconcile.objects.listed import LISTED

_PARENTS = ("p1", "p2")
IN_USE = {
    "gl_account": "S-COA-01",
    "department": "S-DEP-01",
    "location": "S-LOC-01",
    "accounting_class": "S-CLS-01",
    "ap_term": "S-TRM-01",
    "employee": "S-EMP-01",
    "project": "S-PRJ-01",
    "item": "S-ITM-01",
    "business_center_account": "S-PMT-01",
}
_ARCHIVED = {"ap_term": None, "business_center_account": {"status": one_of("inactive", "INACTIVE")}}
"""How a platform says that a record is out of use, where it is not ``is_archived``; terms tell nothing of it."""


def _case(name: str) -> Case:
    case = ListCase(name)
    for number, parent in enumerate(_PARENTS, start=1):
        case.ours(parent, f"Parent {parent}", parent.upper())
        case.theirs(number, f"Parent {parent}", parent.upper())
    if name == "gl_account":
        # Both tables of banks were read, and of cards it is known that none is in use.
        for number, table in enumerate(("checking_account", "savings_account"), start=1):
            case.add(f"intacct.{table}", record_no=number, status="active", account_no="1000")
        case.add("intacct.card_account", record_no=1, card_id="old", status="inactive")
    return case


def _ours(plot: Plot, *, title: str | None = None, when: object = None, **changes: object) -> None:
    more = {} if when is None else {"when": when}
    plot.case.ours(plot.id, title or plot.word, plot.id, **more, **changes)


def _theirs(plot: Plot, *, title: str | None = None, code: str | None = None, **changes: object) -> None:
    plot.case.theirs(plot.record_no, title or plot.word, code or plot.id, **changes)


def _ground(name: str) -> Ground:
    ground = Ground(name, partial(_case, name), _ours, _theirs, mark="")
    archived, is_owned = _ARCHIVED.get(name, {"is_archived": True}), name not in HAVE_NO_OWNER
    differs = f"{name}_differs_from_master" if LISTED[name].only_from_intacct else "list_differs"
    causes = [("edited_top_level_record", "expected", "S-CFG-11", {}, {"owner_entity_id": None} if is_owned else {})]
    if is_owned:
        causes.append(("", "break", "", {}, {}))
        causes.append(("young", "in_flight", "S-SCH-04", {"when": JUST_NOW}, {}))
        ground.only_ours(f"{name}_missing_in_intacct")
        ground.only_theirs(f"{name}_missing_in_platform")
        ground.only_theirs("top_level_record", "S-CFG-11", owner_entity_id=None)
        ground.young("when", "modified_at")
        ground.outside("other_owner", "S-CFG-11", owner_entity_id="200")
    else:
        ground.only_ours("ap_term_does_not_travel", "S-TRM-01")
        ground.only_theirs("ap_term_does_not_travel", "S-TRM-01")
        ground.pair("ap_term_does_not_travel", "coding", "due_days", "S-TRM-01", ours={"due_days": 30})
    if archived:
        ground.only_ours(f"archived_{name}", IN_USE[name], **archived)
    ground.only_theirs(f"inactive_{name}", IN_USE[name], status="inactive")
    for cause, verdict, rule, ours, theirs in causes:
        used = {"verdict": verdict, "ours": ours, "theirs": theirs}
        renamed = theirs | {"title": lambda plot: f"{plot.word} b"}
        ground.pair(cause or differs, "coding", "name", rule, **used | {"theirs": renamed}, is_known=True)
        use = cause or "list_inactive_on_one_side"
        ground.pair(use, "state", "status", rule, **used | {"theirs": theirs | {"status": "inactive"}})
        if archived:
            ground.pair(use, "state", "status", rule, **used | {"ours": ours | archived})
        if LISTED[name].has_parents:
            above = {"ours": ours | {"parent_id": "p1"}, "theirs": theirs | {"parent_id": "P2"}}
            ground.pair(cause or differs, "coding", "parent", rule, **used | above)
    _plant_doubles(ground)
    return ground


def _plant_doubles(ground: Ground) -> None:
    @ground.plants("list_name_not_unique", "duplicate")
    def _(plot: Plot) -> list[tuple[str | None, int | None]]:
        twin = plot.twin()
        ground.ours(plot)
        for one in (plot, twin):
            code = {} if ground.object == "ap_term" else {"code": f"{one.record_no}"}
            ground.theirs(one, **code)
        return [(plot.id, None), (None, plot.record_no), (None, twin.record_no)]


LISTS = {name: _ground(name) for name in IN_USE}
_ACCOUNTS = LISTS["gl_account"]
LISTS["item"].only_ours("sales_tax_item", "S-INV-03", item_type=one_of("SALES_TAX", "SALES_TAX_GROUP"))
LISTS["item"].only_ours("sales_tax_item", "S-INV-03", item_type="SALES_TAX", is_archived=True)


@LISTS["location"].plants("location_is_entity", ALONE_IN_INTACCT, "S-LOC-01")
def _(plot: Plot) -> None:
    plot.case.add("intacct.entity", record_no=plot.record_no, entity_id=plot.id)
    _theirs(plot)


_ACCOUNTS.pair("account_not_tied", "coding", "account_type", ours={"account_type": one_of("BANK", "CREDIT_CARD")})


@_ACCOUNTS.plants("account_type_differs", "coding", field="account_type")
def _(plot: Plot) -> None:
    table = plot.random.choice(["checking_account", "savings_account"])
    plot.case.add(f"intacct.{table}", record_no=plot.record_no, status="active", account_no=plot.id)
    _ours(plot, account_type=plot.random.choice(["EXPENSE", "CREDIT_CARD"]))
    _theirs(plot)


def _pay_from(plot: Plot) -> None:
    """Let a payment point to the account, by itself or by the bank account that paid."""
    if plot.random.random() < 1 / 2:
        plot.case.add("bill.ap_payment", id=f"p-{plot.id}", gl_account_id=plot.id)
    else:
        plot.case.add("bill.bank_account", id=f"bank-{plot.id}", gl_account_id=plot.id)
        plot.case.add("bill.ap_payment", id=f"p-{plot.id}", funding_account_id=f"bank-{plot.id}")


@_ACCOUNTS.plants("bank_account_vanished", "state", field="status")
def _(plot: Plot) -> None:
    _pay_from(plot)
    _ours(plot, account_type="BANK", is_archived=True)
    _theirs(plot, owner_entity_id=plot.random.choice(["100", None]))


@_ACCOUNTS.plants("bank_account_vanished", ALONE_IN_PLATFORM)
def _(plot: Plot) -> None:
    _pay_from(plot)
    _ours(plot, account_type="BANK", is_archived=True)


@_ACCOUNTS.plants("bank_account_vanished", ALONE_IN_INTACCT)
def _(plot: Plot) -> None:
    _pay_from(plot)
    _ours(plot, account_type="BANK", _deleted=True)
    _theirs(plot)


@_ACCOUNTS.plants("bank_account_vanished", ALONE_IN_INTACCT)
def _(plot: Plot) -> None:
    """Known by the confirmed pair alone."""
    _pay_from(plot)
    _ours(plot, account_type="BANK", _deleted=True)
    _theirs(plot, code=f"other-{plot.at}")
    plot.case.cross(plot.id, plot.record_no, object_="gl_account")
