"""The report's drawings, as SVG text that is safe inside the page: no script, no file, no font of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS: Final = {
    "": "#8a94a6",
    "equal": "#8a94a6",
    "expected": "#4c78a8",
    "in flight": "#e3a008",
    "break": "#c0392b",
    "total": "#334155",
}
_SETTINGS: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",  # letters stay letters: small, searchable, in the page's own font
    "text.parse_math": False,  # a name with two dollar signs is no formula
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#94a3b8",
}
_NO_METADATA: Final = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_PROLOGUE: Final = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_LEFT_OUT: Final = re.compile(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|(?<=<g) id=\"[^\"]*\"", re.DOTALL)
_LONGEST_LABEL: Final = 56


def _draw(draw: Callable[[Axes], None], *, inches: tuple[float, float], says: str) -> str:
    # A second and 40 MB, which only a report needs.
    from matplotlib import rc_context  # noqa: PLC0415 - see above
    from matplotlib.figure import Figure  # noqa: PLC0415 - see above

    # Marks are named by their content and the salt: two drawings on one page must not share a name.
    with rc_context(_SETTINGS | {"svg.hashsalt": says}):
        figure = Figure(figsize=inches, layout="constrained")
        draw(figure.add_subplot())
        text = StringIO()
        figure.savefig(text, format="svg", metadata=_NO_METADATA, transparent=True)
    svg = _LEFT_OUT.sub("", _PROLOGUE.sub("", text.getvalue()))
    # What matplotlib writes it escapes itself.
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(says)}" ', 1)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"


def _plain_amount(value: float, _: Any = None) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == 0 else f"{value:,.2f}"  # noqa: PLR2004 - cents matter below


def waterfall(steps: Sequence[tuple[str, str, Decimal]], currency: str, of: str) -> str:
    """Draw how the classes lead from nothing to the whole difference of the two sides.

    Args:
        steps: Label, verdict and difference of each class that has one; amounts are drawn, the sums stand beside.
        currency: Of all of them.
        of: Whose difference it is.
    """
    total = sum((amount for _, _, amount in steps), start=Decimal(0))

    def draw(axes: Axes) -> None:
        reached = Decimal(0)
        for place, (_, verdict, amount) in enumerate(steps):
            axes.barh(place, float(amount), left=float(reached), height=0.62, color=_COLOURS.get(verdict, "#8a94a6"))
            reached += amount
            axes.plot([float(reached)] * 2, [place - 0.31, place + 1.31], color="#94a3b8", linewidth=0.8)
            axes.annotate(
                f"{amount:+,f}",
                (float(max(reached, reached - amount)), place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        axes.barh(len(steps), float(total), height=0.62, color=_COLOURS["total"])
        axes.annotate(
            f"{total:+,f}",
            (float(max(total, Decimal(0))), len(steps)),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            fontweight="bold",
        )
        axes.axvline(0, color="#334155", linewidth=0.8)
        axes.set_yticks(
            range(len(steps) + 1), [*(_short(label) for label, _, _ in steps), "difference of the two sides"]
        )
        axes.invert_yaxis()
        axes.margins(x=0.16)
        axes.xaxis.set_major_formatter(_plain_amount)
        axes.set_xlabel(f"platform less Intacct, {currency}")

    return _draw(
        draw, inches=(9, 0.9 + 0.32 * (len(steps) + 1)), says=f"Waterfall of the difference of {of} in {currency}"
    )


def ageing(ages: Sequence[str], counts: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Draw how many breaks are how old.

    Args:
        ages: Words for the ages, youngest first.
        counts: Each object with its number of breaks of each age.
    """

    def draw(axes: Axes) -> None:
        floor = [0] * len(ages)
        for place, (name, numbers) in enumerate(counts):
            axes.bar(ages, numbers, bottom=floor, width=0.6, label=name, color=_SHADES[place % len(_SHADES)])
            floor = [below + number for below, number in zip(floor, numbers, strict=True)]
        for age, height in zip(ages, floor, strict=True):
            axes.annotate(
                f"{height:,}", (age, height), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8
            )
        axes.set_ylabel("records")
        axes.margins(y=0.15)
        axes.yaxis.set_major_locator(_whole_numbers())
        axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))

    return _draw(draw, inches=(9, 2.7), says="Breaks by age")


_SHADES: Final = (
    "#c0392b", "#e67e22", "#8e44ad", "#16a085", "#2c3e50", "#d4ac0d", "#7f8c8d", "#2e86c1", "#e6a5a0", "#f5cba7",
    "#c39bd3", "#76d7c4", "#85929e", "#f7dc6f", "#cacfd2", "#85c1e9", "#6e2c00", "#145a32", "#4a235a", "#1b4f72",
)  # fmt: skip
"""One for each object that may have breaks at once; only beyond these do they come again."""


def _whole_numbers() -> Any:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - see `_draw`

    return MaxNLocator(integer=True, nbins=5)


def trend(runs: Sequence[str], lines: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Draw how many records each verdict had, run by run.

    Args:
        runs: What each run is called, oldest first.
        lines: Verdict and its number of records in each run.
    """

    def draw(axes: Axes) -> None:
        for name, numbers in lines:
            axes.plot(range(len(runs)), numbers, marker="o", markersize=3, label=name, color=_COLOURS[name])
            axes.annotate(
                f"{numbers[-1]:,}", (len(runs) - 1, numbers[-1]), xytext=(6, 0), textcoords="offset points", va="center"
            )
        step = max(1, len(runs) // 8)
        axes.set_xticks(range(0, len(runs), step), [runs[place] for place in range(0, len(runs), step)])
        axes.set_ylabel("records")
        axes.set_ylim(bottom=0)
        axes.margins(y=0.15)
        axes.yaxis.set_major_locator(_whole_numbers())
        axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.04, 1))

    return _draw(draw, inches=(9, 2.7), says="Records that differ, run by run")
