"""What a set-up needs and the API can make: card and clearing accounts of the ledger, mapped terms and dimensions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.doctor.intacct_accounts import LISTS, asked_accounts, asked_named
from intacct_pipelines.doctor.intacct_cards import asked_offset
from intacct_pipelines.doctor.places import Place, Places, Reach, Scope
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import Mode
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import ConfigurationError, CredentialsRejectedError
from intacct_pipelines.push.provision import Needed

if TYPE_CHECKING:
    from intacct_pipelines.settings import LinkSettings

_CLEARING: Final = {
    "clearing.money_out": "BILL Money Out Clearing",
    "clearing.money_in": "BILL Money In Clearing",
}
_BALANCE: Final = {"account_type": "balancesheet", "closing_type": "non-closing account", "status": "active"}
_OBJECTS: Final = {
    "terms": "ap_term",
    "departments": "department",
    "locations": "location",
    "classes": "accounting_class",
}
"""Setting that maps → the pushed list."""
OBSERVES: Final = "its link only observes: set `mode` to `sync`, or make it by hand"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A record that could be made.

    Args:
        needed: The record.
        hindrance: Why it is not made; empty if nothing is in the way.
    """

    needed: Needed
    hindrance: str = ""


def proposals(reach: Reach) -> list[Proposal]:
    """Return what is needed, is not there, and could be made, each record once; asks the systems and writes nothing.

    Raises:
        RemoteSystemError: A system does not answer. A place at which nobody is let in is left out; ``check`` says why.
    """
    found: dict[tuple[EntityKey, str, str], Proposal] = {}
    for place in Places(reach).all():
        for one in _found(place):
            key = (one.needed.entity, one.needed.object_name, one.needed.record_id)
            if key not in found or found[key].hindrance:
                found[key] = one
    return list(found.values())


def _found(place: Place) -> list[Proposal]:
    try:
        return list(_at(place))
    except (CredentialsRejectedError, ConfigurationError):
        return []


def _at(place: Place) -> Iterator[Proposal]:
    if place.scope is Scope.SPEND:
        hindrance = "" if place.spend_account.mode is Mode.SYNC else OBSERVES
        yield from (Proposal(needed, hindrance) for needed in _card_account(place))
    elif place.scope is Scope.LINK:
        hindrance = "" if place.link.mode is Mode.SYNC else OBSERVES
        for needed in (*_clearing_accounts(place), *_mapped(place)):
            yield Proposal(needed, hindrance)


def _card_account(place: Place) -> Iterator[Needed]:
    """The ledger account behind the card account, by the guide's recipe (S-SET-27)."""
    offset = asked_offset(place)
    if offset.number and offset.account is None:
        columns = {"account_no": offset.number, "title": f"{place.spend_account.label} GL Account", **_BALANCE}
        why = f"S-SET-27: `cards.offset_account` of {place.name}"
        yield Needed(_top(place), "gl_account", columns | {"normal_balance": "credit"}, why)


def _clearing_accounts(place: Place) -> Iterator[Needed]:
    accounts = asked_accounts(place)
    for setting, title in _CLEARING.items():
        number = accounts.named[setting]
        if number and number not in accounts.found:
            columns = {"account_no": number, "title": title, **_BALANCE, "normal_balance": "debit"}
            yield Needed(_top(place), "gl_account", columns, f"S-CFG-03: `{setting}` of {place.name}")


def _mapped(place: Place) -> Iterator[Needed]:
    """Records that the link maps to and Intacct lacks, named as BILL names them."""
    named = asked_named(place)
    for setting, object_name in _OBJECTS.items():
        missing = named.wanted.get(setting, frozenset()) - named.found.get(LISTS[setting].object_name, frozenset())
        if not missing:
            continue
        records = _records_of_bill(place, object_name)
        for key, record_id in _map_of(place.link, setting).items():
            record = next(
                (one for one in records if key in {one.get("id"), one.get("name"), one.get("shortName")}), None
            )
            columns = record and _columns(place, object_name, record_id, record)
            if record_id in missing and columns:
                why = f"{LISTS[setting].rule}: `{setting}` of {place.name} maps {key} to it"
                yield Needed(place.entity, object_name, columns, why)


def _columns(place: Place, object_name: str, record_id: str, record: Mapping[str, Any]) -> dict[str, str]:
    """Return what the record has in Intacct; nothing where only a person can say it."""
    name = str(record.get("name") or "")
    match object_name:
        case "ap_term":
            days = record.get("daysDue")
            due = {"due_days": str(days), "due_from": "from invoice/bill date"}
            return {} if days is None else {"name": record_id, "status": "active", **due}
        case "department":
            return {"department_id": record_id, "title": name, "status": "active"}
        case "accounting_class":
            return {"class_id": record_id, "name": name, "status": "active"}
        case _:
            # At the top level BILL does not say to which entity a location belongs (S-CFG-20).
            parent = place.entity.entity_id
            return {"location_id": record_id, "name": name, "parent_id": parent, "status": "active"} if parent else {}


def _records_of_bill(place: Place, object_name: str) -> list[Mapping[str, Any]]:
    session = place.reach.bill(place.entity)
    path = PUSHED[object_name].source.source_object.replace("{organization_id}", session.organization_id)
    return [record for page in session.list(path, may_be_plain=True) for record in page.results]


def _map_of(link: LinkSettings, setting: str) -> Mapping[str, str]:
    maps = {"terms": link.terms, "departments": link.departments, "locations": link.locations, "classes": link.classes}
    return maps[setting]


def _top(place: Place) -> EntityKey:
    """Accounts are the whole company's."""
    return EntityKey(place.entity.company_id)
