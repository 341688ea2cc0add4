"""What the catalog says adds up does so in the sandbox's whole company, and is seen when it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pandas as pd
import pytest
from pipeline_world import World

from intacct_pipelines.domain.catalog.sums import SUMS, Sum, terms
from intacct_pipelines.validate.documents import DOCUMENT_CHECKS, check_documents
from intacct_pipelines.validate.sums import SumCheck

Frames = dict[str, pd.DataFrame]
NAMES = sorted({name for check in DOCUMENT_CHECKS for name in check.reads})


@pytest.fixture(scope="module")
def frames(make_database: Callable[..., str], migrated_template: str) -> Iterator[Frames]:
    """Every table that a check looks at, as the warehouse has it after one sync of a company."""
    world = World(make_database(migrated_template), bills=80)
    world.extract()
    with world.systems() as systems:
        yield {name: systems.warehouse.read_frame(name, str(world.entity)) for name in NAMES}


def test_the_whole_company_passes_every_check(frames: Frames) -> None:
    """Nothing is found but the bills that the vendor's sync left empty, which the sandbox plants (S-BIL-07)."""
    failing = check_documents(frames, entity="e")
    assert set(zip(failing["table"], failing["check"], strict=True)) == {("intacct.ap_bill", "has_value")}
    assert not any(frames[name].empty for name in NAMES)


@pytest.mark.parametrize("declared", SUMS, ids=lambda one: f"{one.table}-{one.check}-{one.lines}")
def test_an_amount_that_is_far_off_is_found_in_its_document_and_no_other(frames: Frames, declared: Sum) -> None:
    """Each sum looks at real rows: one planted amount, of a line or of the header itself, makes one failure."""
    check = SumCheck(declared)
    needed = {name: frames[name] for name in check.reads}
    assert list(check(needed)) == []
    name, texts = (declared.lines, declared.parts) if declared.lines else (declared.table, declared.total)
    (column, *_), is_positive_only = (
        (terms(texts)[0].columns[-1:], terms(texts)[0].is_positive_only) if texts else ((), False)
    )
    broken = needed[name].copy()
    amounts = broken[column]
    counts = amounts.notna() & (amounts.map(lambda cell: cell is not None and cell > 0) | (not is_positive_only))
    if declared.only[0]:
        counts &= broken[declared.only[0]].isin(declared.only[1])
    judged = set(frames[declared.table][frames[declared.table].columns[0]])
    found: list[tuple[str, str]] = []
    for at in broken.index[counts][:40]:
        planted = broken.copy()
        planted.loc[at, column] = amounts[at] + Decimal(1000)
        found = list(check(needed | {name: planted}))
        if found:
            break
    assert len(found) == 1
    assert found[0][0] in {str(key) for key in judged}
