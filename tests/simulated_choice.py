"""What one life has to send: some of the company's items with their parents, refused ones, and what nobody approves."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simulated_company import SimulatedCompany, operation_of

from intacct_pipelines.domain.push import Item, Operation
from intacct_pipelines.domain.pushed import PUSHED

_MOST_OBJECTS = 7
_REFUSED_SHARE = 0.06
_LEFT_OUT_SHARE = 0.3
_NAMESAKES_SHARE = 0.9
_OWNERS = ("VENDORID", "vendorid", "CUSTOMERID", "customerid")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a life sends.

    Args:
        items: What is approved, parents before children.
        left_out: What is planned beside it and never approved.
        hindered: Key of each item that Intacct will refuse, and why.
    """

    items: Sequence[Item]
    left_out: Sequence[Item]
    hindered: Mapping[str, str]


def choose(company: SimulatedCompany, rng: random.Random, objects: Sequence[str] = ()) -> Choice:
    """Draw items of a few objects, so that rare objects come as often as others.

    Args:
        company: Who has them.
        rng: The draw.
        objects: What is drawn in any case.
    """
    by_object: dict[str, list[Item]] = {}
    for item in company.items.values():
        by_object.setdefault(operation_of(item), []).append(item)
    drawn = rng.sample(sorted(by_object), rng.randint(2, _MOST_OBJECTS))
    drawn += [name for name in sorted(by_object) if name.split(" ")[0] in objects]
    first = [rng.choice(by_object[name]) for name in drawn]
    namesakes = [one for item in first for one in _namesakes(company, item) if rng.random() < _NAMESAKES_SHARE]
    chosen = {item.key for one in (*first, *namesakes) for item in _with_parents(company, one)}
    others = [item for item in company.items.values() if item.key not in chosen and not item.depends_on]
    left_out = [rng.choice(others)] if rng.random() < _LEFT_OUT_SHARE else []
    items = [_perhaps_refused(item, rng) for item in company.items.values() if item.key in chosen]
    return Choice(items, left_out, {item.key: "refused" for item in items if item != company.items[item.key]})


def _namesakes(company: SimulatedCompany, item: Item) -> list[Item]:
    """The items that have the number of this one."""
    key = item.natural_key
    return [one for one in company.items.values() if key and one.natural_key == key and one.key != item.key]


def _with_parents(company: SimulatedCompany, item: Item) -> list[Item]:
    parents = [parent for key in item.depends_on for parent in _with_parents(company, company.items[key])]
    return [*parents, item]


def _perhaps_refused(item: Item, rng: random.Random) -> Item:
    """Spoil some documents so that Intacct refuses them: nobody is known there under such an id."""
    name = next((one for one in _OWNERS if one in item.payload), "")
    is_document = (
        PUSHED[item.object_name].target.name not in {"vendor", "customer"} and item.operation is Operation.CREATE
    )
    if not name or not is_document or rng.random() > _REFUSED_SHARE:
        return item
    return replace(item, payload={**item.payload, name: "NOBODY"})
