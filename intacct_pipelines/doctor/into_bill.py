"""Checks of a link's way into BILL: may our user write there, who approves what comes, what would BILL not take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intacct_pipelines.doctor.asking import rows
from intacct_pipelines.doctor.bill import BILL_SIGN_IN
from intacct_pipelines.doctor.intacct_company import SIGN_IN
from intacct_pipelines.doctor.intacct_entity import ENTER
from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe, refused
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.checkup import Verdict, doubtful, not_asked
from intacct_pipelines.domain.link import INTO_BILL, Link
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import (
    ConfigurationError,
    CredentialsRejectedError,
    IntacctPipelinesError,
    PermissionDeniedError,
    RecordNotFoundError,
    UnknownObjectError,
)
from intacct_pipelines.push.into_bill.addresses import address_of, lacking
from intacct_pipelines.push.into_bill.planners import PLANNERS_INTO_BILL
from intacct_pipelines.push.into_bill.records import IntoBillPlanner

_SESSION: Final = "/v3/login/session"
_POLICIES: Final = "/v3/bill-approvals/policies"
_EXAMPLES: Final = 5
_SCREENS: Final = {
    "bill_gl_account": "General Ledger > Accounts",
    "bill_department": "Company > Departments",
    "bill_location": "Company > Locations",
    "bill_accounting_class": "Company > Classes",
    "bill_project": "Projects > Projects",
    "bill_employee": "Company > Employees",
    "bill_item": "Order Entry > Items",
    "bill_ap_term": "Accounts Payable > Terms",
    "bill_vendor": "Accounts Payable > Vendors",
    "bill_customer": "Accounts Receivable > Customers",
}
"""Pushed object → where Intacct's screens have its records."""


# --- our user, and who approves ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Writer:
    """The role of our user in BILL, and BILL's words for roles that only read."""

    role: str
    reading: frozenset[str]


def judge_writer(writer: Writer | None) -> Sequence[Verdict]:
    """BILL publishes no list of rights, so a role speaks by its name alone."""
    if writer is None or writer.role not in writer.reading:
        return []
    return [
        doubtful(
            f"our user's role is {writer.role}, which reads only, and `into_bill` is to write",
            "a role that may make and change what `into_bill` writes",
            "In BILL as an administrator: Settings > Users: give the user of the token another role; if "
            f"{writer.role} may write, take it out of `into_bill.reading_roles`.",
            "S-CFG-16",
        )
    ]


def judge_policies(policies: int | None) -> Sequence[Verdict]:
    """Intacct's approvals do not travel, so without a policy nobody stands between such a bill and its payment."""
    if policies != 0:
        return []
    return [
        doubtful(
            "no approval policy is there, so bills that come from Intacct can be paid without anybody's approval",
            "a policy that asks somebody; approvals of Intacct do not travel",
            "In BILL as an administrator: Settings > Approval policies: add one; or name bill_ap_bill in "
            "`into_bill.not_pushed`.",
            "S-APR-01",
        )
    ]


def _way(place: Place) -> Link | None:
    return place.connections.platform_link(INTO_BILL, place.entity)


def _writer(place: Place) -> Writer | None:
    """None where nothing is written, or BILL does not tell; that lists of users may be read is checked elsewhere."""
    if place.link.into_bill is None:
        return None
    session = place.reach.bill(place.entity)
    try:
        user = session.get(f"/v3/users/{session.get(_SESSION).get('userId')}")
    except (PermissionDeniedError, RecordNotFoundError):
        return None
    role = user.get("role")
    kind = str(role.get("type") or "") if isinstance(role, dict) else ""
    return Writer(kind, place.link.into_bill.reading_roles)


def _policies(place: Place) -> int | None:
    """None where no bills go into BILL, or only administrators may know."""
    way = _way(place)
    if way is None or way.one_way or not PUSHED["bill_ap_bill"].is_let_by(way):
        return None
    try:
        pages = place.reach.bill(place.entity).list(_POLICIES, may_be_plain=True)
        return sum(len(page.results) for page in pages)
    except PermissionDeniedError:
        return None


# --- records that BILL would not take ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unfit:
    """One record of Intacct that BILL lacks and would not take; it is held until it is mended.

    Args:
        object_name: As in ``domain.pushed``.
        record_id: Id that people use.
        what: What is wrong with it, in words that follow "whose".
        expected: What should be.
        mend: What to do in the screen of its list.
        rule: Number of the rule.
    """

    object_name: str
    record_id: str
    what: str
    expected: str
    mend: str
    rule: str


def judge_unfit(unfit: Sequence[Unfit]) -> Sequence[Verdict]:
    """Say of each list and fault how many records have it, with examples; they are held, and all others go."""
    groups: dict[tuple[str, str], list[Unfit]] = defaultdict(list)
    for one in unfit:
        groups[one.object_name, one.what].append(one)
    verdicts = []
    for (object_name, what), ones in groups.items():
        shown = ", ".join(sorted(one.record_id for one in ones)[:_EXAMPLES])
        more = ", …" if len(ones) > _EXAMPLES else ""
        words = f"{PUSHED[object_name].word}{'' if len(ones) == 1 else 's'}"
        found = f"{len(ones)} {words} of Intacct that BILL lacks, whose {what}: {shown}{more}; each is held until then"
        verdicts.append(doubtful(found, ones[0].expected, f"{_SCREENS[object_name]}: {ones[0].mend}", ones[0].rule))
    return verdicts


def judge_unasked(error: IntacctPipelinesError) -> Verdict:
    """It needs both systems; what keeps us out of BILL is told by BILL's own check."""
    if isinstance(error, CredentialsRejectedError | ConfigurationError):
        return not_asked(f"needs {BILL_SIGN_IN}")
    return refused(error)


def _unfit(place: Place) -> Sequence[Unfit]:
    way = _way(place)
    if way is None:
        return []
    return [
        one
        for planner in PLANNERS_INTO_BILL
        if issubclass(planner, IntoBillPlanner) and PUSHED[planner.object_name].is_let_by(way)
        for one in _unfit_of(place, way, planner)
    ]


def _unfit_of(place: Place, way: Link, planner: type[IntoBillPlanner]) -> Iterator[Unfit]:
    new = _newcomers(place, way, planner)
    limits = {planner.id: planner.lengths.get(planner.code), planner.title: planner.lengths.get("name")}
    for row in new:
        for column, longest in limits.items():
            if longest and len(row.get(column, "")) > longest:
                word = "id" if column == planner.id else "name"
                what = f"{word} has more than {longest} characters"
                yield Unfit(planner.object_name, row[planner.id], what, f"{word}s of at most {longest} characters",
                            f"shorten the {word}.", planner.rule)  # fmt: skip
    if planner.object_name == "bill_vendor":
        yield from _without_address(place, way, new)
    elif planner.object_name == "bill_customer":
        for row in new:
            if not row["email"].strip():
                yield Unfit("bill_customer", row["customer_id"], "contact has no e-mail address",
                            "an e-mail address, without which BILL makes no customer",
                            "the customer > Edit > contact: give it one.", planner.rule)  # fmt: skip


def _without_address(place: Place, way: Link, vendors: Sequence[Mapping[str, str]]) -> Iterator[Unfit]:
    if not vendors:
        return
    columns = {column.name: column.source for column in TABLES["intacct.contact"].columns}
    told = {name: source for name, source in columns.items() if name.startswith("address_") or name == "contact_name"}
    contacts = {}
    for row in rows(place.session, "CONTACT", tuple(told.values())):
        contacts[row[told["contact_name"]]] = {name: row[source] for name, source in told.items()}
    for vendor in vendors:
        if missing := lacking(address_of(contacts.get(vendor["contact_name"], {}), way.into_bill.vendor_country)):
            yield Unfit("bill_vendor", vendor["vendor_id"], f"contact lacks {missing}",
                        "street, city, postal code and country, without which BILL makes no vendor",
                        "the vendor > Edit > contact: complete it; a country for all can be given in "
                        "`into_bill.vendor_country`.", "S-VEN-01")  # fmt: skip


def _newcomers(place: Place, way: Link, planner: type[IntoBillPlanner]) -> list[Mapping[str, str]]:
    """Return Intacct's records that are in use, of the link's level, and in BILL neither by code nor by name."""
    pushed = PUSHED[planner.object_name]
    source = pushed.source
    wanted = {planner.id, planner.title, "status", "owner_entity_id", "contact_name", "email"}
    columns = {column.name: column.source for column in source.columns if column.name in wanted}
    try:
        there = rows(place.session, source.source_object, tuple(columns.values()))
    except (PermissionDeniedError, UnknownObjectError):
        return []  # that it may not be read, or that its module is missing, is told by a check of its own
    own = {way.entity.entity_id, *([""] if way.into_bill.shared_lists or planner.is_company_wide else [])}
    ours = [{name: row[field] for name, field in columns.items()} for row in there]
    ours = [row for row in ours if row.get("status") != "inactive" and row.get("owner_entity_id", "") in own]
    if not ours:
        return []
    session = place.reach.bill(place.entity)
    path = pushed.target.source_object.replace("{organization_id}", session.organization_id)
    records = [record for page in session.list(path, may_be_plain=True) for record in page.results]
    known = {fold(_at(record, pushed.field(planner.code))) for record in records}
    known |= {fold(_at(record, "name")) for record in records}
    return [row for row in ours if not {fold(row[planner.id]), fold(row.get(planner.title, ""))} & (known - {""})]


def _at(record: Any, place: str) -> str:
    for name in place.split("."):
        record = record.get(name) if isinstance(record, Mapping) else None
    return str(record or "")


_SIGNED_IN: Final = (BILL_SIGN_IN,)
INTO_BILL_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe("our user writes in BILL", ("S-CFG-16",), "bill", Scope.LINK, _writer, judge_writer, _SIGNED_IN),
    Probe("approval of what goes into BILL", ("S-APR-01",), "bill", Scope.LINK, _policies, judge_policies, _SIGNED_IN),
    Probe("records that BILL would not take", ("S-VEN-01", "S-CUS-01", "S-DEP-01", "S-LOC-01", "S-CLS-01", "S-EMP-01"),
          "intacct", Scope.LINK, _unfit, judge_unfit, (SIGN_IN, ENTER), judge_unasked),
)  # fmt: skip
