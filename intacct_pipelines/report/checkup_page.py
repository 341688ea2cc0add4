"""A check of the set-up as one page: no script, no request, every text escaped; what is not well comes first."""

from __future__ import annotations

from intacct_pipelines.domain.checkup import Checkup, Standing
from intacct_pipelines.report.template import ENVIRONMENT
from intacct_pipelines.report.words import SYSTEMS, safe


def checkup_page(found: Checkup) -> str:
    """Return the whole page."""
    groups = [(standing, found.of(standing)) for standing in Standing if standing is not Standing.WELL]
    return ENVIRONMENT.get_template("checkup.html.j2").render(
        found=found,
        groups=[(standing, checked) for standing, checked in groups if checked],
        well=found.of(Standing.WELL),
        systems=SYSTEMS,
        words=safe,
    )
