"""The lists of Intacct that card charges are coded to, and a plan of charges alone."""

from __future__ import annotations

from reconcile_cases import NOW

from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.plan import build_plan
from intacct_pipelines.push.sources import rows_of


def books(case):
    """The lists of Intacct that a charge is coded to; its card account's default location is L1."""
    case.add("intacct.entity", record_no=1, entity_id="100", currency="USD")
    case.add("intacct.gl_account", record_no=1, account_no="6400", status="active")
    case.add("intacct.gl_account", record_no=2, account_no="6500", status="active", is_department_required=True)
    case.add("intacct.department", record_no=1, department_id="ENG", status="active")
    case.add("intacct.location", record_no=1, location_id="L1", parent_id="100", status="active")
    case.add("intacct.location", record_no=2, location_id="L2", parent_id="100", status="active")
    return case


def plan(
    case,
    *,
    closed_through=None,
    closed_later=None,
    posted=(),
    quarantined=(),
    in_hand=(),
    objects=("card_transaction",),
):
    """A plan of the charges alone, or of other objects; every record has the revision ``r1``."""
    compared = {PUSHED[name].reconciliation for name in objects}
    pairs = [row for name in sorted(compared) for row in rows_of(case.reconcile(name, NOW).matches)]
    revisions = {(name, row["id"]): "r1" for name in objects for row in case.rows[PUSHED[name].source.qualified_name]}
    return build_plan(
        case.link,
        case.rows,
        pairs,
        revisions=revisions,
        closed_through=closed_through,
        closed_later=closed_later,
        now=NOW,
        posted=posted,
        quarantined=quarantined,
        in_hand=in_hand,
        objects=objects,
    )
