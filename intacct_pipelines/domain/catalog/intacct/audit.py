"""The company's audit history: who made, changed or deleted what."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.table import Column, Kind, Table, text

AUDIT_EVENT: Final = Table(
    "intacct",
    "audit_event",
    "AUDITHISTORY",
    "Who made, changed or deleted which record, and when, as the company's audit history tells. What was only looked "
    "at is left out. Deletions of records of other tables are found by it.",
    (
        Column("audit_id", Kind.INTEGER, "ID", "Key of the entry.", required=True),
        text("object_type", "OBJECTTYPE", "Intacct's object in lower case, such as apbill.", required=True),
        text(
            "object_key",
            "OBJECTKEY",
            "The record: its record number, for some lists the id that people use.",
            pii=True,
        ),
        text("user_id", "USERID", "Who did it.", pii=True),
        Column("happened_at", Kind.INSTANT, "ACCESSTIME", "When it was done; the cursor.", required=True),
        text("access_mode", "ACCESSMODE", "What was done: C made, M changed, D deleted, W moved on in its workflow."),
        text("source", "SOURCE", "By which way: api, csv, system or ui.", is_optional=True),
        text("workflow_action", "WORKFLOWACTION", "The step of the workflow, for W.", is_optional=True),
    ),
    key=("audit_id",),
    cursor="happened_at",
    only=("ACCESSMODE", ("C", "M", "D", "W")),
    is_log=True,
    looked_up_by=("object_key", "happened_at"),
    permission="Platform Services › Custom reports: View",
    is_optional=True,
)

DELETED: Final = ("D", "Delete")
"""How ``access_mode`` says that a record was deleted: `query` answers in codes, other functions in words."""

AUDIT_TABLES: Final = (AUDIT_EVENT,)
