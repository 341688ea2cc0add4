"""Checks of an account of BILL Spend & Expense or a white label: token, what may be read, fields that carry coding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe, refused, said
from intacct_pipelines.domain.catalog import SPEND_TABLES
from intacct_pipelines.domain.checkup import Verdict, wrong
from intacct_pipelines.errors import (
    CredentialsRejectedError,
    IntacctPipelinesError,
    PermissionDeniedError,
    RemoteSystemError,
)

SPEND_SIGN_IN: Final = "token of the platform account"
_TRIED: Final = tuple(dict.fromkeys(table.source_object for table in SPEND_TABLES if not table.embedded_in))
_FIELDS: Final = "/v3/spend/custom-fields"


def judge_sign_in(error: IntacctPipelinesError) -> Verdict:
    """The token alone lets in."""
    if not isinstance(error, CredentialsRejectedError):
        return refused(error)
    mend = "In the platform's web app as an administrator: make a new API token for `token`, and check `url`."
    return wrong(said(error), "an API token that an administrator made", mend, "S-ERR-28")


def judge_reads(errors: Mapping[str, RemoteSystemError | None]) -> Sequence[Verdict]:
    """All lists are needed: charges name cards, budgets, users and fields.

    Args:
        errors: Path → what a trial read was refused with.
    """
    return [
        wrong(
            f"{path.removeprefix('/v3/spend/')} may not be read",
            "a token whose user may read all lists",
            "In the platform: make the token as an administrator.",
            "S-CFG-16",
        )
        for path, error in errors.items()
        if isinstance(error, PermissionDeniedError)
    ]


@dataclass(frozen=True, slots=True)
class Fields:
    """Custom fields by name, and those that the connections file names: meaning → name."""

    known: frozenset[str]
    named: Mapping[str, str]


def judge_fields(fields: Fields) -> Sequence[Verdict]:
    """A field that is named and not there leaves its coding uncompared, and every charge held."""
    shown = ", ".join(sorted(fields.known)) or "none"
    return [
        wrong(
            f"no custom field {name!r}, which `cards.fields.{meaning}` names; there are: {shown}",
            "the name of a custom field of the platform",
            "Correct `cards.fields`, or let an administrator make the field in the platform.",
            "S-CRD-03",
        )
        for meaning, name in fields.named.items()
        if name.casefold() not in {one.casefold() for one in fields.known}
    ]


def _reads(place: Place) -> Mapping[str, RemoteSystemError | None]:
    return {path: _trial(place, path) for path in _TRIED}


def _trial(place: Place, path: str) -> RemoteSystemError | None:
    try:
        next(place.reach.spend(place.entity).list(path, page_size=1))
    except PermissionDeniedError as error:
        return error
    return None


def _fields(place: Place) -> Fields:
    pages = place.reach.spend(place.entity).list(_FIELDS)
    known = frozenset(str(field.get("name") or "") for page in pages for field in page.results)
    return Fields(known, {str(meaning): name for meaning, name in place.spend_account.cards.fields.items()})


_SIGNED_IN: Final = (SPEND_SIGN_IN,)
SPEND_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe(
        SPEND_SIGN_IN,
        ("S-CRD-01", "S-ERR-28"),
        "spend",
        Scope.SPEND,
        lambda place: place.reach.spend(place.entity).get("/v3/spend/users/current"),
        lambda _: [],
        refused=judge_sign_in,
    ),
    Probe("permissions in the platform, by trial reads", ("S-CFG-16",), "spend", Scope.SPEND, _reads, judge_reads,
          _SIGNED_IN),
    Probe("fields that carry coding", ("S-CRD-03",), "spend", Scope.SPEND, _fields, judge_fields, _SIGNED_IN),
)  # fmt: skip
