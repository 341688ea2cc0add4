"""The planner of every object that goes into Business Center, and what both sides agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.push.into_business_center.bills import BillsIntoCenter
from intacct_pipelines.push.into_business_center.lists import AccountsIntoCenter, VendorsIntoCenter

if TYPE_CHECKING:
    from intacct_pipelines.push.into_business_center.records import IntoCenterPlanner
    from intacct_pipelines.push.planner import Planner

LISTS_INTO_CENTER: Final[tuple[type[IntoCenterPlanner], ...]] = (AccountsIntoCenter, VendorsIntoCenter)
PLANNERS_INTO_BUSINESS_CENTER: Final[tuple[type[Planner], ...]] = (*LISTS_INTO_CENTER, BillsIntoCenter)
