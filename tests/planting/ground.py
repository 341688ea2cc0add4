"""Grounds to plant differences on: many records that both sides have, and among them some that differ in one way each.

A planter is one way to differ: it adds the rows of one plot, and says beforehand what reconciliation must tell of them.
Verdict and rule are written here once more on purpose, not read from the causes, so that a changed cause is noticed.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd
from reconcile_cases import JUST_NOW, NOW, Case

from intacct_pipelines.domain.keys import source_mark
from intacct_pipelines.reconcile import Moment, Reconciliation, reconcile

ALONE_IN_PLATFORM, ALONE_IN_INTACCT = "missing_in_intacct", "missing_in_platform"
OUT_OF_SCOPE = "out_of_scope"
"""Told in the totals alone."""
PARTIES = 5
_FIRST = 1000
_TWIN = 100_000
_DAYS = (
    date(2024, 2, 29),
    date(2025, 12, 31),
    date(2026, 1, 31),
    date(2026, 2, 1),
    date(2026, 2, 28),
    date(2026, 3, 31),
)
CURRENCIES = frozenset({"USD", "EUR", "JPY"})
"""Those of the platform's account."""
_FROM = (Decimal(0), Decimal(5_000_000), Decimal(9_999_999_000_000))
"""Amounts are small, just carried by the vendor's sync, or of 13 digits."""

Place = tuple[str | None, int | None]
Changes = dict[str, Any]
"""By column the value, or what makes it of the plot."""


class Told(NamedTuple):
    """What reconciliation tells of one record, pair or field."""

    kind: str
    field: str
    cause: str
    verdict: str
    rule: str
    platform_id: str | None
    record_no: int | None


class Plot:
    """The place of one record on each side: ids, number, amount and names that no other plot has.

    Args:
        case: Takes the rows.
        at: Number of the plot.
        random_: Draws what may be anything.
    """

    def __init__(self, case: Case, at: int, random_: random.Random) -> None:
        self.case, self.at, self.random = case, at, random_
        self.id, self.record_no, self.number = f"x{at}", at, f"N-{at}"
        self.word = hashlib.sha256(str(at).encode()).hexdigest()[:12]
        self.party = 1 + at % PARTIES
        self.other_party = 1 + (at + 1) % PARTIES
        self.day = random_.choice(_DAYS)
        self.currency = random_.choice(sorted(CURRENCIES))
        # Tens, so that a plot's amount and a unit more is no other plot's amount.
        self.amount = random_.choice(_FROM) + at * 10 * self.unit

    @property
    def unit(self) -> Decimal:
        """The currency's smallest unit."""
        return Decimal(1) if self.currency == "JPY" else Decimal("0.01")

    @property
    def other_currency(self) -> str:
        return "GBP"

    def after(self, days: int) -> date:
        return self.day + timedelta(days=days)

    def twin(self) -> Plot:
        """A record of the same content, with ids of its own."""
        other = Plot(self.case, self.at, random.Random(0))  # noqa: S311 - no secret
        other.__dict__.update(self.__dict__)
        other.id, other.record_no = f"{self.id}-twin", self.record_no + _TWIN
        return other


Plant = Callable[[Plot], Iterable[Place | Told] | None]


def one_of(*values: object) -> Callable[[Plot], object]:
    """A value that is drawn for each plot."""
    return lambda plot: plot.random.choice(values)


def resolved(plot: Plot, changes: Changes) -> Changes:
    return {column: cell(plot) if callable(cell) else cell for column, cell in changes.items()}


@dataclass(frozen=True)
class Planter:
    """One way to differ, with what must be told of it.

    ``plant`` returns where, if not at the plot's own ids, and what else must be told.
    """

    cause: str
    kind: str
    field: str
    verdict: str
    rule: str
    plant: Plant
    ids: Callable[[Plot], Place]

    def told(self, plot: Plot) -> list[Told]:
        """Plant it and return what must be told."""
        places = self.plant(plot) or [self._place(plot)]
        if self.kind == OUT_OF_SCOPE:
            return [Told(self.kind, "", "", self.verdict, self.rule, None, None)]
        own = (self.kind, self.field, self.cause, self.verdict, self.rule)
        return [place if isinstance(place, Told) else Told(*own, *place) for place in places]

    def _place(self, plot: Plot) -> Place:
        ours, theirs = self.ids(plot)
        return None if self.kind == ALONE_IN_INTACCT else ours, None if self.kind == ALONE_IN_PLATFORM else theirs


@dataclass
class Ground:
    """One object of one link, and every way in which it can differ.

    Args:
        object: Name of the object.
        make: Makes the case, with all that the plots share.
        ours: Adds the platform's record of a plot; keywords are changes.
        theirs: Adds Intacct's.
        mark: Column of Intacct's that may name the source; empty if none does.
        alone: Kind of what stands on one side only, where it is not called missing.
        closed_through: Last day of the closed books.
        ids: Keys of a plot's record on both sides.
    """

    object: str
    make: Callable[[], Case]
    ours: Callable[..., object]
    theirs: Callable[..., object]
    mark: str = "description"
    alone: str = ""
    closed_through: date | None = None
    ids: Callable[[Plot], Place] = lambda plot: (plot.id, plot.record_no)
    planters: list[Planter] = field(default_factory=list)

    def plants(
        self, cause: str, kind: str, rule: str = "", *, field: str = "", verdict: str = ""
    ) -> Callable[[Plant], None]:
        """Let a function plant a cause; without ``verdict`` it is expected by the rule, or a break without one."""
        found = verdict or ("expected" if rule else "break")
        return lambda plant: self.planters.append(Planter(cause, kind, field, found, rule, plant, self.ids))

    def only_ours(self, cause: str, rule: str = "", *, verdict: str = "", **changes: object) -> None:
        """Plant a record that the platform alone has."""
        register = self.plants(cause, self.alone or ALONE_IN_PLATFORM, rule, verdict=verdict)
        register(lambda plot: [(self.ids(self._add(self.ours, plot, changes))[0], None)])

    def only_theirs(self, cause: str, rule: str = "", *, verdict: str = "", **changes: object) -> None:
        """Plant a record that Intacct alone has."""
        register = self.plants(cause, self.alone or ALONE_IN_INTACCT, rule, verdict=verdict)
        register(lambda plot: [(None, self.ids(self._add(self.theirs, plot, changes))[1])])

    def outside(self, cause: str, rule: str, **changes: object) -> None:
        """Plant a record of Intacct of which the link does not speak."""
        self.plants(cause, OUT_OF_SCOPE, rule)(lambda plot: self._add(self.theirs, plot, changes) and None)

    def pair(
        self,
        cause: str,
        kind: str,
        field: str,
        rule: str = "",
        *,
        verdict: str = "",
        ours: Changes | None = None,
        theirs: Changes | None = None,
        is_known: bool = False,
    ) -> None:
        """Plant a pair that differs in one field; ``is_known`` where nothing but its ids can make it a pair."""

        def plant(plot: Plot) -> None:
            self._add(self.ours, plot, ours or {})
            self._add(self.theirs, plot, (theirs or {}) | (self.tie(plot) if is_known else {}))

        self.plants(cause, kind, rule, field=field, verdict=verdict)(plant)

    def tie(self, plot: Plot) -> Changes:
        """Make the plot's records known to be one, by a confirmed pair or by a mark that is returned."""
        if not self.mark or plot.random.random() < 1 / 2:
            plot.case.cross(plot.id, plot.record_no, object_=self.object)
            return {}
        return {self.mark: f"from {source_mark(plot.case.link.platform, plot.id)}."}

    def clean(self, plot: Plot) -> None:
        """Add a pair without difference."""
        self.ours(plot)
        self.theirs(plot)

    def young(self, *columns: str) -> None:
        """Plant what changed on either side a moment ago and is alone."""
        self.only_ours("young", "S-SCH-04", verdict="in_flight", **{columns[0]: JUST_NOW})
        self.only_theirs("young", "S-SCH-04", verdict="in_flight", **{columns[-1]: JUST_NOW})

    def _add(self, add: Callable[..., object], plot: Plot, changes: Changes) -> Plot:
        add(plot, **resolved(plot, changes))
        return plot

    def sow(self, seed: int, *, copies: int, clean: int) -> tuple[Case, Counter[Told]]:
        """Return a case with each difference so many times among clean pairs, and all that must be told of it."""
        random_ = random.Random(f"{self.object} {seed}")  # noqa: S311 - no secret
        case, told = self.make(), Counter[Told]()
        plots: list[Planter | None] = [*self.planters * copies, *[None] * clean]
        random_.shuffle(plots)
        for at, planter in enumerate(plots, start=_FIRST):
            plot = Plot(case, at, random_)
            if planter is None:
                self.clean(plot)
            else:
                told.update(planter.told(plot))
        case.closed_through = self.closed_through
        return case, told

    def reap(self, case: Case) -> tuple[Reconciliation, Counter[Told]]:
        """Return what reconciliation finds in a case."""
        result = reconcile(self.object, case.link, case.frames, case.crosswalk, Moment(NOW, case.closed_through))
        columns = ["kind", "field", "cause", "verdict", "rule", "platform_id", "intacct_record_no"]
        rows = result.differences[columns].itertuples(index=False, name=None)
        told = Counter(Told(*(None if pd.isna(cell) else cell for cell in row)) for row in rows)
        outside = result.totals[result.totals["class"] == OUT_OF_SCOPE]
        for row in outside.itertuples():
            told[Told(OUT_OF_SCOPE, "", "", row.verdict, row.rule, None, None)] += row.intacct_count
        return result, told
