"""What the sieve in front of a comparison must know of lists; and what it settled put together with the rest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines import __version__
from intacct_pipelines.domain.sieved import Lookups
from intacct_pipelines.reconcile.causes import CAUSES
from intacct_pipelines.reconcile.conclusion import prove_whole, total_frames
from intacct_pipelines.reconcile.frames import coding_of, text
from intacct_pipelines.reconcile.line_coding import DIMENSIONS
from intacct_pipelines.reconcile.objects.vendor import pair_vendors
from intacct_pipelines.reconcile.pairing import ALONE
from intacct_pipelines.reconcile.result import MATCHED_DIFFERENT, MATCHED_EQUAL, Reconciliation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from decimal import Decimal

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment
    from intacct_pipelines.reconcile.sides import Sides

_PAIR_PARTIES: Final[dict[str, Callable[[Link, Frames, pd.DataFrame], Sides]]] = {"vendor": pair_vendors}
_BY: Final = ("currency", "month", "class", "verdict", "rule")
_FIGURES: Final = ("platform_count", "intacct_count", "platform_total", "intacct_total", "difference")


def lookups_of(party: str, link: Link, frames: Frames, crosswalk: pd.DataFrame) -> Lookups:
    """Return what the sieve of one link must know of parties and coding.

    Args:
        party: ``vendor``, as the object's ``Sieved`` says.
        link: For its maps.
        frames: All rows of the parties and of the platform's lists.
        crosswalk: The parties' rows of ``mapping.crosswalk``.

    Raises:
        DataContractError: See ``reconcile.Reconciler``.
    """
    sides = _PAIR_PARTIES[party](link, frames, crosswalk)
    is_paired = sides.pairing.intacct_of != ALONE
    partners = sides.intacct["id"].take(sides.pairing.intacct_of[is_paired])
    coding = coding_of(link, frames)
    lists = (
        ("gl_account", link.account_map, coding.account_no),
        ("department", link.department_map, coding.department_id),
        ("location", link.location_map, coding.location_id),
        ("accounting_class", link.class_map, coding.class_id),
    )
    words, uncoded = {}, {}
    for name, (table, chosen, translate) in zip(DIMENSIONS, lists, strict=True):
        ids = {*text(frames[f"bill.{table}"], "id"), *chosen} - {""}
        words[name] = {one: word for one in sorted(ids) if (word := translate(one)) is not None}
        uncoded[name] = translate("") or ""
    return Lookups(dict(zip(sides.platform["key"][is_paired], partners, strict=True)), words, uncoded)


def surroundings_of(link: Link, lookups: Lookups, moment: Moment, lists: str) -> str:
    """Return a hash of all that pairs of a link are compared by, besides their own rows and the time.

    Args:
        link: For its policy.
        lookups: From ``lookups_of``.
        moment: For the last closed days.
        lists: What tells one state of the lists from another.
    """
    words = json.dumps(asdict(lookups), sort_keys=True)
    closed = f"{moment.closed_through} {moment.closed.later_text()}"
    parts = (__version__, repr(CAUSES), link.as_text(), words, closed, lists)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def with_settled(
    rest: Reconciliation,
    link: Link,
    object_name: str,
    unread: Mapping[tuple[str, date | None, str, str], tuple[int, Decimal, Decimal]],
    whole: Mapping[str, Mapping[str, tuple[int, Decimal]]],
) -> Reconciliation:
    """Add the pairs that were not read to the totals of the rest, and prove the classes against both whole tables.

    Args:
        rest: The comparison of all that was read; its matches and differences stay those of the rest.
        link: The link.
        object_name: One of ``domain.sieved``.
        unread: Currency, first day of the month, worst verdict and its rule, both empty for equal pairs → pairs, the
            platform's and Intacct's money of what was not read.
        whole: ``platform`` and ``intacct``: currency → live rows and their money.

    Raises:
        DataContractError: The classes do not add up to the whole.
    """
    classes = {tuple(row[name] for name in _BY): row for row in rest.period_totals.to_dict("records")}
    for (currency, month, verdict, rule), (count, ours, theirs) in unread.items():
        place = (currency, month, MATCHED_DIFFERENT if verdict else MATCHED_EQUAL, verdict, rule)
        row = classes.setdefault(place, {**dict(zip(_BY, place, strict=True)), **dict.fromkeys(_FIGURES, 0)})
        for figure, more in zip(_FIGURES, (count, count, ours, theirs, ours - theirs), strict=True):
            row[figure] += more
    by_month = pd.DataFrame(list(classes.values()), columns=[*_BY, *_FIGURES])
    totals, period_totals = total_frames(by_month, link, object_name)
    prove_whole(whole, totals)
    return replace(rest, totals=totals, period_totals=period_totals)
