"""Checks of a BILL organisation: key, user, organisation, what may be read, approval, names, single transfers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe, refused, said
from intacct_pipelines.domain.catalog import BILL_TABLES, Table
from intacct_pipelines.domain.checkup import Verdict, doubtful, wrong
from intacct_pipelines.errors import (
    CredentialsRejectedError,
    IntacctPipelinesError,
    PermissionDeniedError,
    RemoteSystemError,
)

BILL_SIGN_IN: Final = "sign-in at BILL"
_OLDER: Final = "/List/"
_MOVEMENTS: Final = "/List/MoneyMovement.json"
_NEEDS_PARAMETERS: Final = {"funding_card"}
_SINGLE: Final = "organization"
_TRIED: Final = tuple(
    table
    for table in BILL_TABLES
    if not table.embedded_in
    and not table.is_asked_by_parent
    and not table.source_object.startswith(_OLDER)
    and table.name not in _NEEDS_PARAMETERS
)
_KEY: Final = "BDC_1102"
_USER: Final = "BDC_1101"
_PAGE: Final = 100
_EXAMPLES: Final = 5
PARTIES: Final = {"vendors": "S-VEN-04", "customers": "S-CUS-03"}
"""List of BILL → the rule that wants its names unique."""


def judge_sign_in(error: IntacctPipelinesError) -> Verdict:
    """Say which of developer key, user and organisation is wrong; BILL refuses them by numbers of their own."""
    if not isinstance(error, CredentialsRejectedError):
        return refused(error)
    found, codes = said(error), {detail.number for detail in error.details}
    if _KEY in codes:
        mend = "Correct `dev_key` and `url`: a key is good for production or for the sandbox, not for both."
        return wrong(found, "a developer key of the environment that `url` names", mend, "S-ERR-28")
    if _USER in codes:
        mend = "In BILL: Settings > Sync & Integrations > Tokens: make a sync token; its name is `username`."
        return wrong(found, "the name and value of a sync token, or a user and password", mend, "S-ERR-28")
    mend = "Correct `organization_id` of the link (008…), and make the token or user in that organisation."
    return wrong(found, "an organisation that the token or user belongs to", mend, "S-CFG-01")


def judge_older(error: IntacctPipelinesError) -> Verdict:
    """The older API is where money movements are."""
    mend = "Correct `older_url`, or leave it out: money movements are then not read, and transfers not compared."
    return wrong(said(error), "an older API that lets the same user in", mend, error.rule or "S-AFT-01")


def judge_reads(errors: Mapping[str, RemoteSystemError | None]) -> Sequence[Verdict]:
    """Say which tables may not be read; those that a sync can do without are doubtful only.

    Args:
        errors: Table → what a trial read was refused with.
    """
    return [_denied(table) for table in _TRIED if isinstance(errors.get(table.name), PermissionDeniedError)]


def _denied(table: Table) -> Verdict:
    say = doubtful if table.is_optional or table.name == _SINGLE else wrong
    return say(
        f"{table.source_object.removeprefix('/v3/')} may not be read",
        "a user or token that may read it",
        "In BILL as an administrator: give the user of the token a role that sees it.",
        "S-CFG-16",
    )


@dataclass(frozen=True, slots=True)
class Approvals:
    """The approval status of the newest bills, and whether only approved ones pass."""

    statuses: Sequence[str]
    approved_only: bool


def judge_approvals(approvals: Approvals) -> Sequence[Verdict]:
    """Where nothing is ever approved, nothing would pass."""
    if not approvals.approved_only or not approvals.statuses or "APPROVED" in approvals.statuses:
        return []
    shown = ", ".join(f"{count} {status or 'without'}" for status, count in Counter(approvals.statuses).most_common())
    return [
        doubtful(
            f"none of the newest bills is approved ({shown}), and `approved_only` holds all others",
            "bills that somebody approves",
            "In BILL as an administrator: set up approval of bills; or set `approved_only: false` in the link.",
            "S-APR-02",
        )
    ]


def judge_uniqueness(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Sequence[Verdict]:
    """The vendor's sync matches by name, so names should be unique in BILL."""
    verdicts = []
    for kind, records in found.items():
        by_name: dict[str, list[str]] = defaultdict(list)
        for record in records:
            if not record.get("archived"):
                by_name[str(record.get("name") or "").strip().casefold()].append(str(record.get("id")))
        repeated = sorted(sorted(ids) for ids in by_name.values() if len(ids) > 1)
        if repeated:
            shown = "; ".join(", ".join(ids[:_EXAMPLES]) for ids in repeated[:_EXAMPLES])
            verdicts.append(
                doubtful(
                    f"{len(repeated)} name{'s' if len(repeated) > 1 else ''} of more than one active record: {shown}",
                    f"a name of its own for each of the {kind}",
                    f"In BILL: {kind.title()}: rename or archive one of each; pairs are confirmed by id with `map`.",
                    PARTIES[kind],
                )
            )
    return verdicts


@dataclass(frozen=True, slots=True)
class Transfers:
    """Whether BILL moves each payment by itself, and which clearing accounts the link names."""

    single_out: bool
    single_in: bool
    money_out: str
    money_in: str


def judge_transfers(transfers: Transfers | None) -> Sequence[Verdict]:
    """With separate debits and credits, payments go against the bank and clearing accounts are not used."""
    if transfers is None:
        return []
    sides = (
        ("debits", transfers.single_out, "clearing.money_out", transfers.money_out),
        ("credits", transfers.single_in, "clearing.money_in", transfers.money_in),
    )
    return [
        doubtful(
            f"BILL makes separate {side}, so account {number} of `{setting}` is not used",
            "lump sums through a clearing account, or no clearing account in the link",
            f"In BILL as an administrator: switch separate {side} off; or take `{setting}` out of the link.",
            "S-AFT-01",
        )
        for side, is_single, setting, number in sides
        if is_single and number
    ]


def _older(place: Place) -> bool:
    session = place.reach.older_bill(place.entity)
    if session is not None:
        next(session.list(_MOVEMENTS, page_size=1))
    return session is not None


def _reads(place: Place) -> Mapping[str, RemoteSystemError | None]:
    return {table.name: _trial(place, table) for table in _TRIED}


def _trial(place: Place, table: Table) -> RemoteSystemError | None:
    session = place.reach.bill(place.entity)
    path = table.source_object.replace("{organization_id}", session.organization_id)
    try:
        if table.name == _SINGLE:
            session.get(path)
        else:
            next(session.list(path, page_size=1, may_be_plain=True))
    except PermissionDeniedError as error:
        return error
    return None


def _approvals(place: Place) -> Approvals:
    newest = next(place.reach.bill(place.entity).list("/v3/bills", sort="createdTime:desc", page_size=_PAGE))
    statuses = [str(bill.get("approvalStatus") or "") for bill in newest.results]
    return Approvals(statuses, place.link.approved_only)


def _parties(place: Place) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    session = place.reach.bill(place.entity)
    return {
        kind: [record for page in session.list(f"/v3/{kind}", sort="createdTime:asc") for record in page.results]
        for kind in PARTIES
    }


def _transfers(place: Place) -> Transfers | None:
    """None where only administrators may know, which the check of permissions tells."""
    session = place.reach.bill(place.entity)
    try:
        profile = session.get(f"/v3/organizations/{session.organization_id}")
    except PermissionDeniedError:
        return None
    options = profile.get("processingOptions") or {}
    clearing = place.link.clearing
    return Transfers(
        single_out=options.get("individualTransferOut") is True,
        single_in=options.get("individualTransferIn") is True,
        money_out=clearing.money_out,
        money_in=clearing.money_in,
    )


_SIGNED_IN: Final = (BILL_SIGN_IN,)
BILL_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe(
        BILL_SIGN_IN,
        ("S-CFG-01", "S-ERR-28"),
        "bill",
        Scope.LINK,
        lambda place: place.reach.bill(place.entity).get("/v3/login/session"),
        lambda _: [],
        refused=judge_sign_in,
    ),
    Probe("BILL's older API", ("S-AFT-01", "S-RFT-01"), "bill", Scope.LINK, _older, lambda _: [], _SIGNED_IN,
          judge_older),
    Probe("permissions in BILL, by trial reads", ("S-CFG-16",), "bill", Scope.LINK, _reads, judge_reads, _SIGNED_IN),
    Probe("approval in BILL", ("S-APR-02", "S-BIL-05"), "bill", Scope.LINK, _approvals, judge_approvals, _SIGNED_IN),
    Probe("unique names in BILL", ("S-VEN-04", "S-CUS-03"), "bill", Scope.LINK, _parties, judge_uniqueness,
          _SIGNED_IN),
    Probe("separate debits and credits", ("S-AFT-01", "S-RFT-01"), "bill", Scope.LINK, _transfers, judge_transfers,
          _SIGNED_IN),
)  # fmt: skip
