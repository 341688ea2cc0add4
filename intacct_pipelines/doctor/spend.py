"""Checks of an account of BILL Spend & Expense or a white label: token, what may be read, fields that carry coding.

Where lists of Intacct become values: whether the fields take them, and the token's user may make them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe, refused, said
from intacct_pipelines.domain.catalog import SPEND_TABLES
from intacct_pipelines.domain.checkup import Verdict, doubtful, wrong
from intacct_pipelines.domain.coding import CustomField, value_field
from intacct_pipelines.domain.link import INTO_SPEND, Link
from intacct_pipelines.errors import (
    CredentialsRejectedError,
    IntacctPipelinesError,
    PermissionDeniedError,
    RemoteSystemError,
)

SPEND_SIGN_IN: Final = "token of the platform account"
_TRIED: Final = tuple(dict.fromkeys(table.source_object for table in SPEND_TABLES if not table.embedded_in))
_FIELDS: Final = "/v3/spend/custom-fields"
_CURRENT_USER: Final = "/v3/spend/users/current"
_ADMINISTRATOR: Final = "ADMIN"


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


@dataclass(frozen=True, slots=True)
class Offers:
    """What the way into the platform needs.

    Args:
        link: The way; None if there is none.
        lists: What custom fields carry that get values.
        fields: All custom fields.
        role: What the token's user may do, in the platform's word.
    """

    link: Link | None
    lists: frozenset[str] = frozenset()
    fields: tuple[CustomField, ...] = ()
    role: str = ""


def judge_offers(offers: Offers) -> Sequence[Verdict]:
    """Each list has a custom field that takes values; who may make them is documented of administrators alone."""
    if offers.link is None:
        return []
    verdicts = [
        wrong(
            faulty,
            f"one custom field with values for the {name}",
            f"Have it made, name it in `cards.fields.{name}`, or take {name} out of `into_spend.lists`.",
            "S-CRD-03",
        )
        for name in sorted(offers.lists)
        if (faulty := value_field(offers.link, name, offers.fields)[1])
    ]
    if offers.role != _ADMINISTRATOR:
        mend = "In the platform's web app as an administrator: make a new API token for `token`."
        found = f"the token's user has the role {offers.role or 'unknown'}"
        verdicts.append(doubtful(found, "an administrator, who may make values", mend, "S-CFG-16"))
    return verdicts


def _offers(place: Place) -> Offers:
    account, link = place.spend_account, place.connections.platform_link(INTO_SPEND, place.entity)
    if account.into_spend is None or link is None:
        return Offers(None)
    client = place.reach.spend(place.entity)
    records = [field for page in client.list(_FIELDS) for field in page.results]
    fields = tuple(
        CustomField(
            id=str(one.get("uuid") or ""),
            name=str(one.get("name") or ""),
            field_type=str(one.get("type") or ""),
            is_retired=one.get("retired") is True,
        )
        for one in records
    )
    role = str(client.get(_CURRENT_USER).get("role") or "")
    return Offers(link, frozenset(account.into_spend.lists), fields, role)


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
        lambda place: place.reach.spend(place.entity).get(_CURRENT_USER),
        lambda _: [],
        refused=judge_sign_in,
    ),
    Probe("permissions in the platform, by trial reads", ("S-CFG-16",), "spend", Scope.SPEND, _reads, judge_reads,
          _SIGNED_IN),
    Probe("fields that carry coding", ("S-CRD-03",), "spend", Scope.SPEND, _fields, judge_fields, _SIGNED_IN),
    Probe("custom fields that get values", ("S-CRD-03", "S-CFG-16"), "spend", Scope.SPEND, _offers, judge_offers,
          _SIGNED_IN),
)  # fmt: skip
