"""What the custom fields of a card platform say of a purchase, in Intacct's ids."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from intacct_pipelines.domain.coding import CardWords, card_fields
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.push.sources import Row, Sources


class CardAnswers:
    """The answers to the custom fields that carry a dimension.

    Args:
        sources: The rows.
        table: Table of the answers.

    Raises:
        DataContractError: A field that the link names does not exist.
    """

    def __init__(self, sources: Sources, table: str) -> None:
        named = ((row["id"], text(row, "name")) for row in sources.live("spend.custom_field"))
        self._fields = {field: dimension for dimension, field in card_fields(sources.link, named).items()}
        self._words = {dimension: CardWords(sources.link, dimension) for dimension in self._fields.values()}
        self._answers: dict[str, list[Row]] = defaultdict(list)
        for row in sorted(sources.live(table), key=lambda row: (row["line_id"], row["field_id"], row["answer_no"])):
            self._answers[row["line_id"]].append(row)

    def of(self, line_id: str) -> dict[str, str | None]:
        """Return Intacct's id for each dimension that is answered at a line; None for what has no one counterpart."""
        words: dict[str, str | None] = {}
        for answer in self._answers.get(line_id, []):
            dimension = self._fields.get(answer["field_id"])
            if dimension is not None:
                said = text(answer, "value") or text(answer, "note")
                word = self._words[dimension].word(text(answer, "value_id"), said)
                words[dimension] = None if dimension in words else word
        return words
