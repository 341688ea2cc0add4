"""Young companies in the shapes of configurations A to F (S-CFG-01): which entities they have, where BILL accounts end.

Both systems have the same lists and vendors, in one currency, and no documents yet: what happens is up to people.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.cards import CardProgramme
from intacct_pipelines.sandbox.dice import invented_secret
from intacct_pipelines.sandbox.generator import generate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from intacct_pipelines.sandbox.business import Business, Entity


@dataclass(frozen=True, slots=True)
class Shape:
    """How a company and its BILL accounts stand to each other.

    Args:
        entities: Legal entities; 0 for a company that has none.
        is_at_top: Whether the accounts end at the top level, which a company without entities is as a whole.
        accounts: How many BILL accounts there are.
    """

    entities: int
    is_at_top: bool
    accounts: int


SHAPES: Final = {
    "A": Shape(0, is_at_top=True, accounts=1),
    "B": Shape(0, is_at_top=True, accounts=2),
    "C": Shape(2, is_at_top=True, accounts=1),
    "D": Shape(2, is_at_top=True, accounts=2),
    "E": Shape(2, is_at_top=False, accounts=1),
    "F": Shape(2, is_at_top=False, accounts=2),
}


def young_company(letter: str, seed: int, *, today: date) -> Business:
    """Make a company of one of the shapes.

    Args:
        letter: A to F.
        seed: Same seed and day, same company.
        today: The company's day.

    Raises:
        ValueError: There is no such configuration.
    """
    if letter not in SHAPES:
        raise ValueError(f"configuration must be one of {', '.join(SHAPES)}, not {letter}")
    shape = SHAPES[letter]
    business = generate(seed, max(shape.entities, 1), 0, 1, ("USD",), today=today, planted=False)
    business = replace(business, cards=CardProgramme(), journals=(), orders=(), expense_reports=(), advances=())
    if shape.is_at_top:
        return _at_top(business, shape)
    connected, others = business.entities[: shape.accounts], business.entities[shape.accounts :]
    if not others:
        return business
    kept = replace(business, entities=connected, legal_entities=business.entities)
    gone = {entity.entity_id for entity in others}
    return replace(
        kept,
        settlements=replace(
            kept.settlements,
            bank_accounts=tuple(one for one in kept.settlements.bank_accounts if one.entity_id not in gone),
        ),
    )


def _at_top(business: Business, shape: Shape) -> Business:
    """The same company with everything made at its top level, where its BILL accounts end."""
    first, *_ = entities = business.entities
    place = replace(
        first,
        entity_id="",
        name="Meridian",
        organization_name="Meridian (BILL)",
        location_ids=tuple(one for entity in entities for one in entity.location_ids),
    )
    further = tuple(_account(business, place, at) for at in range(2, shape.accounts + 1))
    ids = {entity.entity_id for entity in entities}
    moved: Business = _without_owner(business, ids)
    has_entities = bool(shape.entities)
    return replace(
        moved,
        entities=(place,),
        further_accounts=further,
        legal_entities=entities if has_entities else (),
        locations=tuple(
            replace(one, entity_id="", parent_id=one.parent_id if has_entities else "") for one in business.locations
        ),
        vendors=tuple(replace(one, bill_ids=_at(place, one.bill_ids)) for one in moved.vendors),
        settlements=replace(
            moved.settlements,
            bank_accounts=tuple(
                replace(one, entity_id="", intacct_id=one.intacct_id.partition("-")[0])
                for one in business.settlements.bank_accounts
                if one.entity_id == first.entity_id
            ),
        ),
    )


def _account(business: Business, place: Entity, number: int) -> Entity:
    organization_id = "008" + invented_secret(f"organization {number}", business.seed, 17)
    return replace(place, organization_id=organization_id, organization_name=f"Meridian (BILL {number})")


def _at(place: Entity, bill_ids: dict[str, str]) -> dict[str, str]:
    return {place.organization_id: next(iter(bill_ids.values()))} if bill_ids else {}


def _without_owner(value: Any, entities: Sequence[str] | set[str]) -> Any:
    """A record and all in it, owned by the top level instead of one of these entities."""
    if isinstance(value, tuple):
        return tuple(_without_owner(one, entities) for one in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    own = {one.name: getattr(value, one.name) for one in fields(value)}
    changes = {
        name: "" if name == "entity_id" and held in entities else _without_owner(held, entities)
        for name, held in own.items()
        if isinstance(held, tuple) or is_dataclass(held) or name == "entity_id"
    }
    return replace(value, **changes) if changes else value
