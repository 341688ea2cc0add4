"""Which of a company's people and projects an organisation knows: those of its entity, as a sync brought them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from intacct_pipelines.sandbox.business import Dimension
from intacct_pipelines.sandbox.expense_business import employee_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intacct_pipelines.sandbox.business import Business, Entity


class Person(NamedTuple):
    """An employee."""

    id: str
    first_name: str
    last_name: str
    is_active: bool


def people(business: Business, entity: Entity) -> Iterator[Person]:
    """Yield the entity's employees, the holders of its cards among them."""
    contacts = {record.values["CONTACTNAME"]: record for record in business.lists if record.object_name == "CONTACT"}
    for record in business.lists:
        if record.object_name == "EMPLOYEE" and record.entity_id == entity.entity_id:
            contact = contacts[record.values["CONTACTKEY"].removeprefix("@CONTACT:")].values
            is_active = record.values["STATUS"] == "active"
            yield Person(record.values["EMPLOYEEID"], contact["FIRSTNAME"], contact["LASTNAME"], is_active)
    for holder in business.cards.holders:
        if holder.entity_id == entity.entity_id:
            yield Person(employee_id(holder.key), holder.first_name, holder.last_name, not holder.is_retired)


def projects(business: Business, entity: Entity) -> Iterator[Dimension]:
    """Yield the entity's projects, which BILL calls jobs."""
    for record in business.lists:
        if record.object_name == "PROJECT" and record.entity_id == entity.entity_id:
            values = record.values
            yield Dimension(values["PROJECTID"], values["NAME"], status=values["STATUS"])
