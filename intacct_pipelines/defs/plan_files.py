"""The page of a plan: where it stands, written anew with each plan of an entity and platform."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from intacct_pipelines.defs.report_files import folder_of, whole_file
from intacct_pipelines.domain.approval import why_a_person
from intacct_pipelines.domain.link import INTO_BILL, INTO_BUSINESS_CENTER, INTO_SPEND, Mode
from intacct_pipelines.errors import ConfigurationError
from intacct_pipelines.report.plan_page import plan_page

if TYPE_CHECKING:
    from pathlib import Path

    from intacct_pipelines.defs.planning import Planned
    from intacct_pipelines.domain.link import Link

PLANS: Final = {
    "bill": "plan",
    "spend": "card_plan",
    "business_center": "business_center_plan",
    INTO_BILL: "bill_plan",
    INTO_BUSINESS_CENTER: "into_business_center_plan",
    INTO_SPEND: "into_spend_plan",
}
"""Name of the plan of each platform whose records are pushed; one that cannot be read holds up no other's."""


def notes_of(link: Link, planned: Planned) -> list[str]:
    """Return in sentences where a plan stands, and who has to approve it."""
    plan, status = planned.plan, planned.status
    if link.mode is Mode.OBSERVE:
        return ["The link only observes: this plan cannot be applied."]
    if status.state == "approved":
        return [f"Approved by {status.approved_by}."]
    if status.state != "planned":
        return []
    needed = "Two different people have" if status.approvals_needed > 1 else "A person has"
    so_far = f" So far: {', '.join(status.approvals)}." if status.approvals else ""
    return [f"{needed} to approve it: {why_a_person(link, plan.items)}.{so_far}"]


def write_plan(link: Link, planned: Planned, reports: Path) -> Path:
    """Write a plan's page into its entity's folder of reports and return its place; it appears whole or not at all.

    Raises:
        ConfigurationError: The folder cannot be written to.
    """
    folder = folder_of(reports, link.entity)
    text = plan_page(planned.plan, notes_of(link, planned))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return whole_file(folder / f"{PLANS[link.platform]}.html", partial(_write_text, text))
    except OSError as error:
        raise ConfigurationError(
            f"The plan cannot be written to {folder}: {error.strerror}.",
            remedy="Name a folder that can be written to.",
        ) from error


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
