"""Timestamps of BILL's two APIs: read, compared and written as their filters take them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def changed_since(watermark: str, overlap: timedelta) -> str:
    """Return the time from which the next window reads: the watermark less the overlap, as filters take it.

    Args:
        watermark: The source's own timestamp text, such as ``2026-01-05T09:00:00.000+00:00``.
        overlap: How far to go back for records that became visible late.

    Raises:
        ValueError: The watermark is not a timestamp.
    """
    moment = read_instant(watermark)
    if moment is None:
        msg = f"not a timestamp of the source: {watermark[:40]!r}"
        raise ValueError(msg)
    return write_instant(moment - overlap)


def read_instant(value: object) -> datetime | None:
    """Return an instant, UTC if it names no zone; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def to_milliseconds(moment: datetime) -> datetime:
    """Round down to what a filter can say, so that asking from it again includes it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def write_instant(moment: datetime) -> str:
    """Write an instant as filters take it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
