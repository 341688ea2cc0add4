"""The custom field of Spend & Expense that carries a dimension, the values that it offers, and what each means."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from intacct_pipelines.domain.coding import CardWords, CustomField, value_field
from intacct_pipelines.domain.names import fold
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from intacct_pipelines.push.sources import Row, Sources


class ValuesOffered:
    """What one dimension's custom field offers, as the way into Intacct reads it.

    Args:
        sources: The rows.
        dimension: ``account``, ``department``, ``location`` or ``class``.
    """

    def __init__(self, sources: Sources, dimension: str) -> None:
        self._dimension = dimension
        self._words = CardWords(sources.link, dimension)
        rows = sources.by("spend.custom_field")
        known = (
            CustomField(key, text(row, "name"), text(row, "field_type"), bool(row.get("is_retired")))
            for key, row in rows.items()
        )
        found, self._wrong = value_field(sources.link, dimension, known)
        self.field: Row = rows[found.id] if found else {}
        self.by_code: dict[str, list[Row]] = defaultdict(list)
        """Values by the id of Intacct's that each means, oldest text first."""
        self._texts: dict[str, str] = {}
        values = sources.live("spend.custom_field_value") if self.field else []
        for row in sorted(values, key=lambda one: (text(one, "value"), one["id"])):
            if row["custom_field_id"] == self.field.get("id") and not row.get("is_deleted"):
                self._texts[fold(text(row, "value"))] = text(row, "value")
                self.by_code[self.meaning(text(row, "value"), row["id"]) or ""].append(row)
        self._codes = {fold(code): code for code in self.by_code}

    @property
    def name(self) -> str:
        """The field's name."""
        return text(self.field, "name")

    def meaning(self, said: str, value_id: str = "") -> str | None:
        """Return the id of Intacct's that a value is read as; None for none."""
        return self._words.word(value_id, said)

    def check(self) -> None:
        """Refuse a field that is not there, or takes no values.

        Raises:
            Held: It is.
        """
        if self._wrong:
            name = self._dimension
            remedy = f"Name one in `cards.fields.{name}`, or take {name} out of `into_spend.lists`."
            raise Held("custom_field", "S-CRD-03", self._wrong, remedy)

    def check_free(self, code: str, wanted: str) -> None:
        """Refuse a value beside one that people would take for it, though it is read as something else.

        Raises:
            Held: There is one.
        """
        alike = self._texts.get(fold(wanted)) or self._codes.get(fold(code))
        if alike:
            reason = f"{self.name} has {alike!r}, which is not read as {code!r}"
            remedy = "Correct that value in the platform, or name it in the maps of `cards`."
            raise Held("duplicate", "S-CRD-03", reason, remedy)
