"""Tables that a company may lack, or our user may not read: left out visibly, while the rest of the sync goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from intacct_pipelines.defs.extraction import sync_intacct_table
from intacct_pipelines.domain.catalog import INTACCT_TABLES, Table, select
from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.errors import (
    FunctionRejectedError,
    PermissionDeniedError,
    UnknownFieldError,
    UnknownObjectError,
)

if TYPE_CHECKING:
    from intacct_pipelines.defs.systems import Systems
    from intacct_pipelines.domain.records import Certificate

MODULE: Final = select(INTACCT_TABLES, "module")
"""The company's subscriptions; read before every table that needs one."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a table was not read.

    Args:
        reason: In one sentence.
        rule: The rule behind it; empty if there is none.
        is_mendable: Whether somebody should do something, such as give a permission; a module that the company does
            not subscribe to is its own choice.
    """

    reason: str
    rule: str = ""
    is_mendable: bool = False


def sync_or_skip(
    systems: Systems, entity: EntityKey, table: Table, run_id: str, *, whole: bool = False
) -> Certificate | Skipped:
    """Bring one Intacct table up to date, or say why it is left out; see ``sync_intacct_table``.

    Raises:
        PermissionDeniedError: The user may not read a table that is not optional.
        UnknownFieldError: The company, or this user, lacks a field of such a table.
        UnknownObjectError: The company does not have a table that is not optional.
    """
    if table.is_company_wide and entity.entity_id:
        return Skipped("it is the same for every entity, so the company's top level reads it")
    if table.module and (missing := lacks_module(systems, entity, table)):
        return missing
    try:
        return sync_intacct_table(systems, entity, table, run_id, whole=whole)
    except PermissionDeniedError as error:
        return denied(table, error)
    except FunctionRejectedError as error:
        return _refused(table, error)


def _refused(table: Table, error: FunctionRejectedError) -> Skipped:
    """Say that the company does not have a table as it is declared.

    Raises:
        FunctionRejectedError: The table is not optional, or it was refused for another reason.
    """
    if not table.is_optional:
        raise error
    if isinstance(error, UnknownObjectError):
        return Skipped(f"the company does not have it: {error.message}", error.rule)
    if isinstance(error, UnknownFieldError):
        return Skipped(f"the company has it otherwise: {error.message}", error.rule, is_mendable=True)
    # What is said where a record of the set-up was never made is not documented.
    if table.call is not None and table.call.function == "read":
        return Skipped(f"the company does not tell it: {error.message}", error.rule, is_mendable=True)
    raise error


def denied(table: Table, error: PermissionDeniedError) -> Skipped:
    """Say that our user may not read a table.

    Raises:
        PermissionDeniedError: The table is not optional.
    """
    if not table.is_optional:
        raise error
    return Skipped(f"our user may not read it: {error.message}", error.rule, is_mendable=True)


def lacks_module(systems: Systems, entity: EntityKey, table: Table) -> Skipped | None:
    """Say so if the subscriptions are known and the table's is not among them."""
    top = str(EntityKey(entity.company_id))
    modules = set(systems.warehouse.read_frame(MODULE, top, columns=["application"])["application"])
    if not modules or table.module in modules:
        return None
    return Skipped(f"the company does not subscribe to {table.module}", table.module_rule)
