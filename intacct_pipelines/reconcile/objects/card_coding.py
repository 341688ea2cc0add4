"""What card transactions are coded to: the answers to custom fields, in Intacct's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.coding import CardWords, card_fields
from intacct_pipelines.reconcile.frames import select_rows, text
from intacct_pipelines.reconcile.line_coding import DIMENSIONS, UNKNOWN, coded_lines, intacct_lines

if TYPE_CHECKING:
    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames

LOCATION: Final = "location"


def carried(link: Link, frames: Frames) -> dict[str, str]:
    """Return the custom field of each dimension that the platform carries.

    Raises:
        DataContractError: A field that the connection names does not exist.
    """
    rows = select_rows(frames["spend.custom_field"], "id", deleted=False)
    return card_fields(link, zip(text(rows, "id"), text(rows, "name"), strict=True))


def lines_of(link: Link, frames: Frames, pairs: pd.DataFrame, defaults: pd.Series) -> pd.DataFrame:
    """Return the lines of paired charges on both sides, in Intacct's words, for ``compare_lines``.

    What the platform does not carry is empty on both sides. A line without location has the card account's (S-CRD-03).

    Args:
        link: The link, with its maps.
        frames: For lines, answers and fields.
        pairs: Has ``platform_id`` and ``intacct_record_no``, numbered from 0.
        defaults: Location of lines that name none, by pair.

    Raises:
        DataContractError: A line repeats a key or lacks what the comparison needs, or a named field does not exist.
    """
    fields = carried(link, frames)
    ours = _platform_lines(frames, pairs["platform_id"])
    answers = _answers(frames)
    for dimension in DIMENSIONS:
        words = _words(link, dimension, answers[answers["field_id"] == fields.get(dimension, "")])
        own = zip(ours["id"], ours["card_transaction_id"], strict=True)
        ours[dimension] = pd.Series([words.get(line) or words.get(whole) or "" for line, whole in own], dtype=object)
    if LOCATION in fields:
        ours[LOCATION] = ours[LOCATION].where(ours[LOCATION] != "", ours["pair"].map(defaults))
    table = ("intacct.card_transaction_line", "transaction_record_no")
    theirs = intacct_lines(frames, table, pairs["intacct_record_no"])
    lines = coded_lines(link, ours, theirs)
    return lines.assign(**dict.fromkeys(set(DIMENSIONS) - set(fields), ""))


def _platform_lines(frames: Frames, keys: pd.Series) -> pd.DataFrame:
    """Return the lines of charges: all of a transaction's, or the one of a part that stands for itself."""
    rows = select_rows(frames["spend.card_transaction_line"], "id", deleted=False)
    pair_of = pd.Series(keys.index, index=keys.to_numpy(dtype=object))
    own = rows["id"].astype(object).map(pair_of)
    pair = own.where(own.notna(), rows["card_transaction_id"].astype(object).map(pair_of))
    return rows.assign(pair=pair)[pair.notna()].astype({"pair": "int64"}).reset_index(drop=True)


def _answers(frames: Frames) -> pd.DataFrame:
    rows = frames["spend.card_transaction_coding"]
    live = rows[~rows["_deleted"].fillna(value=False).astype(bool)] if "_deleted" in rows.columns else rows
    return live.sort_values(["line_id", "field_id", "answer_no"], kind="stable")


def _words(link: Link, dimension: str, answers: pd.DataFrame) -> dict[str, str]:
    """Return Intacct's id for each line that is coded; what has no counterpart stands behind ``UNKNOWN``."""
    translated = CardWords(link, dimension)
    words: dict[str, str] = {}
    asked = (text(answers, column) for column in ("line_id", "value_id", "value", "note"))
    for line, value_id, value, note in zip(*asked, strict=True):
        said = value or note
        word = translated.word(value_id, said) or UNKNOWN + said
        # Several answers name no one place.
        words[line] = f"{UNKNOWN}{words[line].removeprefix(UNKNOWN)}, {word}" if line in words else word
    return words
