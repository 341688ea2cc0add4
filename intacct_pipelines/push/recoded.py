"""Lines of bills that are reclassified: what is sent of one, and how what Intacct has is compared with that.

`reclassify_bill` is in the vendor's schema, and what it does is documented nowhere. So an item of it is known by its
effect: the lines themselves are read back, whoever coded them.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from intacct_pipelines.clients.intacct.query import Condition, Operator, Query
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.push import RECODED_CODES, target_revision
from intacct_pipelines.push.bill_words import lines_in_words
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.coded_lines import Line
    from intacct_pipelines.push.sources import Row

Coding: TypeAlias = tuple[Decimal, str, str, str, str]
"""Amount, account, department, location and class of a line."""
_LINES: Final = TABLES["intacct.ap_bill_line"]
_PAID: Final = "Paid"
_CODES: Final = {name: _LINES.column(column).source for name, column in RECODED_CODES.items()}
"""Element of a line that is sent → field of Intacct's line."""
_FIELDS: Final = ("RECORDNO", "RECORDKEY", "LINE_NO", "TRX_AMOUNT", *_CODES.values())
"""What a look-up reads of a line."""


def recoded_line(number: int, line: Line, before: Row) -> Fields:
    """Return a line as `reclassify_bill` takes it: all its codes, also those that stay, and no amount.

    What becomes of a code that is not named is not documented, so Intacct's own are named again.

    Args:
        number: Of the line, from 1.
        line: What it is coded to.
        before: Intacct's line as it is.
    """
    fields: Fields = {"@line_num": str(number)}
    fields["accountlabel" if line.label else "glaccountno"] = line.label or line.account_no
    named = {
        "memo": line.description,
        "locationid": line.location_id,
        "departmentid": line.department_id,
        "projectid": text(before, "project_id"),
        "customerid": "",
        "vendorid": "",
        "employeeid": text(before, "employee_id"),
        "itemid": text(before, "item_id"),
        "classid": line.class_id,
    }
    if line.party.dimension:
        named[f"{line.party.dimension}id"] = line.party.id
    return fields | {name: value for name, value in named.items() if value}


def lines_query(record_nos: Sequence[str]) -> Query:
    """Return the query of the lines of some bills."""
    return Query(_LINES.source_object, _FIELDS, Condition("RECORDKEY", Operator.IN, tuple(record_nos)))


def is_recoded(payload: Mapping[str, Any], lines: Iterable[Mapping[str, str]]) -> bool:
    """Say whether Intacct's lines are coded as an item sends them; where it sends a label, the mark alone tells."""
    there = {line["LINE_NO"]: line for line in lines}
    sent = payload["reclassifyitems"]["reclasslineitem"]
    return all(
        one["@line_num"] in there
        and all(there[one["@line_num"]][field] == one.get(name, "") for name, field in _CODES.items())
        for one in sent
    )


def coding_told(line: Mapping[str, str]) -> Coding:
    """Return amount and codes of a line as Intacct tells it, as ``Line.coding`` has them of a stored one."""
    account, department, location, accounting_class = (line[field] for field in _CODES.values())
    return (Decimal(line["TRX_AMOUNT"] or "0"), account, department, location, accounting_class)


def recoding_revision(
    natural_key: Sequence[str], *, state: str, total: Decimal, description: str, lines: Iterable[Coding]
) -> str:
    """Return the state of a bill as far as a reclassification of it depends on that: lines too, and no payment.

    Args:
        natural_key: As in ``target_revision``; further arguments too.
        state: As Intacct words it; paid in part or whole is all the same.
        total: In its own currency.
        description: Its free text.
        lines: Amount and codes of its lines.
    """
    known = _PAID if state == "Partially Paid" else state
    bill = target_revision(natural_key, state=known, total=total, description=description)
    return hashlib.sha256(f"{bill}\x1f{lines_in_words(lines)}".encode()).hexdigest()
