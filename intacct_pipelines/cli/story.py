"""A record's story for people: what matters first, one screen, plain words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from rich.markup import escape

from intacct_pipelines.cli.output import console, print_table
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.reconciled import NO_ONE, Reconciled
from intacct_pipelines.report.words import SYSTEMS, money, plain, safe, spoken
from intacct_pipelines.warehouse.subjects import NUMBERS

if TYPE_CHECKING:
    from intacct_pipelines.warehouse.stories import Story

_MOST_CHANGES: Final = 8
_MOST_ENTRIES: Final = 8
_MOST_MEMBERS: Final = 6
_LONGEST: Final = 60
_FACTS: Final = (
    ("name", ("name", "title", "merchant_name")),
    ("number", NUMBERS),
    ("vendor or customer", ("vendor_name", "vendor_id", "customer_name", "customer_id", "employee_id", "user_id")),
    ("due", ("due_date",)),
    ("paid or applied", ("paid_amount", "trx_total_paid", "applied_amount")),
    ("still open", ("due_amount", "trx_total_due", "unapplied_amount")),
    (
        "state",
        ("state", "status", "single_status", "approval_status", "payment_status", "record_status", "transaction_type"),
    ),
    ("archived", ("is_archived", "is_retired")),
    ("account", ("account_no", "card_account_id", "financial_account_id")),
    ("description", ("description", "comments")),
    ("made", ("created_at",)),
    ("last changed", ("modified_at",)),
)
"""What both sides say of a record, and the columns that say it; the first that says something is shown."""
_ALL_SHOWN: Final = ("state",)
_FOUND_BY: Final = {
    "crosswalk": "known from before",
    "mark": "Intacct's record names the platform's",
    "claim": "the platform names Intacct's record",
    "natural_key": "the same number or facts, only once on either side",
}


def standing(story: Story) -> str:
    """Return in one sentence how the record stands."""
    platform, intacct, differences = story["platform"], story["intacct"], story["differences"]
    system = SYSTEMS[platform["schema"]] if platform else ""
    if story["pair"]:
        place = f"In {system} and in Sage Intacct"
    elif platform and intacct and intacct["is_deleted"]:
        place = f"In {system}; once in Sage Intacct, too"
    elif platform and intacct:
        was_pair = any(row["status"] == "confirmed" for row in story["decisions"])
        place = f"{'Once a pair' if was_pair else 'One of a group'} of {system} and Sage Intacct"
    else:
        place = f"Only in {system}" if platform else "Only in Sage Intacct"
    if differences:
        counts = [(verdict, sum(row["verdict"] == verdict for row in differences)) for verdict in _VERDICTS]
        told = ", ".join(f"{count} {spoken(verdict)}" for verdict, count in counts if count)
        turns = ", ".join(dict.fromkeys(row["turn"] for row in differences if row["turn"] not in NO_ONE))
        return f"{place}: {told}." + (f" Turn: {turns}." if turns else "")
    if story["pair"]:
        return f"{place}, and equal."
    if story["quarantine"] and all(row["resolved_at"] is None for row in story["quarantine"]):
        return f"{place}: in quarantine, so it was not compared."
    if (platform or intacct or {}).get("is_deleted"):
        return f"{place}: deleted, so it is not compared."
    if story["reconciled_at"] is None:
        return f"{place}; nothing of this kind has been compared yet."
    return f"{place}; not part of the last comparison (another level or entity, or newer than it)."


_VERDICTS: Final = ("break", "in_flight", "expected")


def called(story: Story) -> str:
    """Return what people call the record, with day and amount, to tell it from others."""
    words = []
    for side in (story["platform"], story["intacct"]):
        if side and side["table"]:
            words = [_first(side, names) for _, names in _FACTS[:3]] + [_day(side), _amount(side)]
            break
    return " · ".join(filter(None, words))


def print_story(one: Reconciled, story: Story) -> None:
    """Print one record's story."""
    name = called(story) or next(side["key"] for side in (story["platform"], story["intacct"]) if side)
    console().print(f"[bold]{spoken(one.name)}[/bold] {escape(_text(name, 200))} · {story['entity']}")
    console().print(standing(story), markup=False)
    _print_sides(story)
    _print_differences(story)
    _print_lines("Findings", map(_finding, story["findings"]))
    _print_lines("Paired", _pairing(story))
    _print_lines("Settled with", map(_settlement, story["settlements"]))
    _print_history(story)
    _print_pushed(story)
    _print_lines("Quarantine", map(_rejected, story["quarantine"]))


def _finding(row: Mapping[str, Any]) -> str:
    about = _text(row["root_name"] or spoken(row["kind"] or row["root"]))
    records = "1 record" if row["records"] == 1 else f"{row['records']} records"
    since = f"since {row['oldest_at']:%Y-%m-%d}"
    return f"{row['finding_id']} {about}: {records}, {since}; turn: {row['turn']}. {row['remedy']}"


def _rejected(row: Mapping[str, Any]) -> str:
    return (
        f"{row['last_seen_at']:%Y-%m-%d %H:%M} {row['table_name']} {row['column_name']}: {row['check_name']} "
        f"({_text(row['value'] or 'empty')}) {row['rule']}, {'open' if row['resolved_at'] is None else 'resolved'}"
    )


def _print_sides(story: Story) -> None:
    platform, intacct = story["platform"], story["intacct"]
    titles = [SYSTEMS[side["schema"]] if side else "no record" for side in (platform, intacct)]
    rows = [("key", *(side["key"] if side else "" for side in (platform, intacct)))]
    for words, tell in (
        *((words, _teller(words, names)) for words, names in _FACTS[:3]),
        ("date", _day),
        ("amount", _amount),
        *((words, _teller(words, names)) for words, names in _FACTS[3:]),
        ("deleted", _deletion),
        ("last read", lambda side: _short(side["read_at"])),
    ):
        told = tuple(tell(side) if side and side["table"] else "" for side in (platform, intacct))
        if any(told):
            rows.append((words, *told))
    print_table("", ("", *titles), rows)


def _teller(words: str, names: Sequence[str]) -> Any:
    if words in _ALL_SHOWN:
        return lambda side: ", ".join(dict.fromkeys(_short(side["fields"][n]) for n in names if n in side["fields"]))
    return lambda side: _first(side, names)


def _first(side: Mapping[str, Any], names: Iterable[str]) -> str:
    table = TABLES[side["table"]]
    names = (*names, table.business_key) if names is NUMBERS else names
    return next((_short(side["fields"][name]) for name in names if side["fields"].get(name) not in {None, ""}), "")


def _day(side: Mapping[str, Any]) -> str:
    day = side["fields"].get(TABLES[side["table"]].document_date)
    return _short(day)[:10]


def _amount(side: Mapping[str, Any]) -> str:
    table = TABLES[side["table"]]
    amount = side["fields"].get(table.control_total)
    if not isinstance(amount, Decimal):
        return ""
    return f"{money(amount)} {side['fields'].get(table.column(table.control_total).currency, '')}".strip()


def _deletion(side: Mapping[str, Any]) -> str:
    by = f" by {side['deleted_by']}" if side["deleted_by"] else ""
    return f"{_short(side['deleted_at'])}{by}" if side["is_deleted"] else ""


def _print_differences(story: Story) -> None:
    rows = [
        (
            plain(row["field"]) if row["field"] else spoken(row["kind"]),
            _text(row["platform_value"]),
            _text(row["intacct_value"]),
            f"{spoken(row['verdict'])} {row['rule']}".strip(),
            row["turn"],
            f"{row['reason']} {row['remedy']}",
            f"{row['first_seen_at']:%Y-%m-%d}",
        )
        for row in story["differences"]
    ]
    if rows:
        print_table(
            "Differs", ("what", "platform", "Intacct", "verdict", "whose turn", "why, and what to do", "since"), rows
        )


def _pairing(story: Story) -> list[str]:
    pair, lines = story["pair"], []
    if pair:
        by = f"; {pair['decided_by']} on {pair['decided_at']:%Y-%m-%d}" if pair["decided_by"] else ""
        found = (pair["evidence"] or {}).get("method") or pair["method"]
        if pair["decided_by"] not in {None, "reconciliation"}:
            lines.append(f"by a person: {pair['decided_by']} on {pair['decided_at']:%Y-%m-%d}")
        else:
            lines.append(f"{_FOUND_BY.get(found, found)}{by}")
    if story["earlier"]:
        earlier = story["earlier"]
        gone = f"takes the place of Intacct's record {earlier['key']}, deleted {_deletion(earlier)} {pair['rule']}"
        lines.append(gone.rstrip())
    lines += [
        f"{row['status']}: {_text(row['platform_id'])} and record {row['intacct_record_no']}, "
        f"by {_text(row['decided_by'])} on {row['decided_at']:%Y-%m-%d}"
        for row in story["decisions"]
        if row["status"] != "confirmed" or not pair
    ]
    return lines


def _settlement(row: Mapping[str, Any]) -> str:
    members = row["members"] or []
    told = ", ".join(f"{plain(m['object'])} {m['id']} {money(Decimal(m['amount']))}" for m in members[:_MOST_MEMBERS])
    more = f" and {len(members) - _MOST_MEMBERS} more" if len(members) > _MOST_MEMBERS else ""
    sums = f"moved {money(row['movement_total'])}, payments {money(row['payment_total'])} {row['currency']}"
    return _text(f"{row['settlement']}: {sums}, difference {money(row['difference'])}; {told}{more}", 400)


def _print_history(story: Story) -> None:
    changes = story["history"]
    rows = [
        (
            _short(row["changed_at"] or row["seen_at"]),
            SYSTEMS[row["table_name"].partition(".")[0]],
            " ".join(
                filter(None, (row["changed_by"], f"({row['changed_through']})" if row["changed_through"] else ""))
            ),
            row["change"] if not row["changes"] else _changes(row["changes"]),
        )
        for row in changes[-_MOST_CHANGES:]
    ]
    if rows:
        earlier = len(changes) - len(rows)
        title = "Changes" + (f", the last {len(rows)}; {earlier} earlier ones: --json" if earlier else "")
        print_table(title, ("when (UTC)", "where", "who", "what"), rows)


def _changes(changes: Mapping[str, Mapping[str, Any]]) -> str:
    told = (
        f"{plain(name)} {_value(both['old'])} → {_value(both['new'])}"
        for name, both in sorted(changes.items())
        if name != "modified_at"
    )
    return "; ".join(told) or "modified_at alone"


def _value(value: object) -> str:
    if value is None:
        return "nothing"
    return _short(value) if isinstance(value, (str, bool, Decimal)) else _text(json.dumps(value, default=str))


def _print_pushed(story: Story) -> None:
    lines = [
        f"{item['operation']} {item['state']}, {money(item['amount'])} {item['currency']}, plan {item['plan_id']}"
        + (f": {_text(item['reason'])} {item['rule']}" if item["reason"] else "")
        for item in story["items"]
    ]
    if story["holds"]:
        last = story["holds"][-1]
        lines.append(
            f"held {last['created_at']:%Y-%m-%d} {last['rule']}: {_text(last['reason'], 200)} {last['remedy']}"
        )
    lines += [
        f"{_short(entry['at'])} {entry['actor']}: {entry['event']}" for entry in story["journal"][-_MOST_ENTRIES:]
    ]
    _print_lines("Pushed", lines)


def _print_lines(title: str, lines: Iterable[str]) -> None:
    for number, line in enumerate(lines):
        console().print(f"[bold]{title if not number else '':<12}[/bold] ", end="")
        console().print(line, markup=False, soft_wrap=True)


def _short(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _text(value)


def _text(value: object, most: int = _LONGEST) -> str:
    text = safe(value)
    return text if len(text) <= most else text[: most - 1] + "…"
