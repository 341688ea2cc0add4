"""Checks of time in Sage Intacct: our clock against the gateway's, and the zone of WHENMODIFIED."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from intacct_pipelines.doctor.asking import newest
from intacct_pipelines.doctor.intacct_company import SIGN_IN
from intacct_pipelines.doctor.places import Place, Scope
from intacct_pipelines.doctor.probe import Probe
from intacct_pipelines.domain.checkup import Verdict, doubtful, wrong

_LEAST_TOLERATED: Final = timedelta(seconds=60)
_MOST_TOLERATED: Final = timedelta(minutes=5)
_NEWEST: Final = 1000
_QUARTER: Final = timedelta(minutes=15)
_SAME: Final = timedelta(seconds=1)
_SUMMER: Final = timedelta(hours=1)
_LEAST_AGREEING: Final = 2
"""One record may have been changed by chance a whole quarter of an hour after it was made."""
_WIDEST: Final = timedelta(hours=15)


def judge_clock(ahead: timedelta | None) -> Sequence[Verdict]:
    """Ages, and so what is in flight, are told by our clock; Intacct's times by its own."""
    if ahead is None or abs(ahead) <= _LEAST_TOLERATED:
        return []
    say = wrong if abs(ahead) > _MOST_TOLERATED else doubtful
    side = "ahead of" if ahead > timedelta(0) else "behind"
    return [
        say(
            f"our clock is {abs(ahead).total_seconds():.0f} s {side} Intacct's",
            f"at most {_LEAST_TOLERATED.total_seconds():.0f} s apart",
            "Let this machine keep time by NTP (`timedatectl set-ntp true`).",
            "S-SCH-04",
        )
    ]


@dataclass(frozen=True, slots=True)
class Stamps:
    """Instants that newest bills carry: when they were made, in GMT, and last changed, in the company's zone."""

    pairs: Sequence[tuple[datetime, datetime]]
    zone: str


def judge_zone(stamps: Stamps) -> Sequence[Verdict]:
    """Compare the zone of WHENMODIFIED with what untouched records tell.

    A record that was not changed since it was made has both times of one instant, so they differ by the zone's offset
    to GMT: a whole quarter of an hour. That AUWHENCREATED is in GMT is read from one recorded reply, so this is
    evidence and no proof.
    """
    zone = ZoneInfo(stamps.zone)
    shifts: Counter[timedelta] = Counter()
    for made, changed in stamps.pairs:
        offset = changed - made
        told = round(offset / _QUARTER) * _QUARTER
        if abs(offset - told) <= _SAME and abs(told) <= _WIDEST:
            expected = made.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta(0)
            shifts[told - expected] += 1
    fitting = shifts.pop(timedelta(0), 0)
    agreeing = {shift: count + shifts.get(shift + _SUMMER, 0) for shift, count in shifts.items()}
    shift = max(agreeing, key=agreeing.__getitem__, default=timedelta(0))
    count = agreeing.get(shift, 0)
    if count < _LEAST_AGREEING or count <= fitting:
        return []
    return [
        doubtful(
            f"{count} of {len(stamps.pairs)} bills say that WHENMODIFIED is {_hours(shift)} from {stamps.zone}",
            f"times in {stamps.zone}, as `modified_zone` says",
            "Compare a record's time of change on the screen with the clock; write the zone to `modified_zone`.",
            "S-SCH-04",
        )
    ]


def _hours(shift: timedelta) -> str:
    minutes = int(abs(shift).total_seconds()) // 60
    return f"{'+' if shift > timedelta(0) else '-'}{minutes // 60}:{minutes % 60:02} h"


def _stamps(place: Place) -> Stamps:
    found = newest(place.top, "APBILL", ("AUWHENCREATED", "WHENMODIFIED"), _NEWEST, private=True)
    pairs = [(_instant(row["AUWHENCREATED"]), _instant(row["WHENMODIFIED"])) for row in found]
    return Stamps([(made, changed) for made, changed in pairs if made and changed], place.company.modified_zone)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%m/%d/%Y %H:%M:%S")  # noqa: DTZ007 - in a zone that is to be found out
    except ValueError:
        return None


_SIGNED_IN: Final = (SIGN_IN,)
TIME_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe("clock", ("S-SCH-04",), "intacct", Scope.COMPANY, lambda place: place.top.clock_ahead(), judge_clock,
          _SIGNED_IN),
    Probe("zone of WHENMODIFIED", ("S-SCH-04",), "intacct", Scope.COMPANY, _stamps, judge_zone, _SIGNED_IN),
)  # fmt: skip
