"""Which columns each sheet of the reconciliation report has: name in files, title, what it holds, its width."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.report.sheet import Field, Sort

_OBJECT: Final = Field("object", "Object", width=18)
_VERDICT: Final = Field("verdict", "Verdict", width=11)
_RULE: Final = Field("rule", "Rule", width=11)
_TURN: Final = Field("turn", "Whose turn", width=16)
_CURRENCY: Final = Field("currency", "Currency", width=10)
_LINK: Final = Field("link", "Link", width=18)
_FINDING: Final = Field("finding", "Finding", Sort.COUNT, 9)
_RECORDS: Final = Field("records", "Records", Sort.COUNT, 10)
_AT_STAKE: Final = Field("at_stake", "At stake", Sort.MONEY, 20)
_OLDEST: Final = Field("oldest", "Oldest", Sort.DAY, 12)
_FIRST_SEEN: Final = Field("first_seen", "First seen", Sort.DAY, 12)
_REASON: Final = Field("reason", "Why", width=60)
_REMEDY: Final = Field("remedy", "What to do", width=50)

TURNS: Final = (
    _TURN,
    _VERDICT,
    _CURRENCY,
    Field("findings", "Findings", Sort.COUNT, 10),
    _RECORDS,
    _AT_STAKE,
    _OLDEST,
)
FINDINGS: Final = (
    _FINDING,
    _OBJECT,
    Field("what", "What", width=34),
    _VERDICT,
    _RULE,
    _TURN,
    _RECORDS,
    Field("differences", "Differences", Sort.COUNT, 12),
    _CURRENCY,
    _AT_STAKE,
    _OLDEST,
    _FIRST_SEEN,
    Field("last_seen", "Last seen", Sort.DAY, 12),
    _REASON,
    _REMEDY,
)
TOTALS: Final = (
    _LINK,
    _OBJECT,
    _CURRENCY,
    Field("class", "Where it stands", width=28),
    _VERDICT,
    _RULE,
    Field("platform_count", "Platform records", Sort.COUNT, 17),
    Field("intacct_count", "Intacct records", Sort.COUNT, 17),
    Field("platform_total", "Platform total", Sort.MONEY, 22),
    Field("intacct_total", "Intacct total", Sort.MONEY, 22),
    Field("difference", "Difference", Sort.MONEY, 20),
    Field("reconciled_at", "Reconciled at (UTC)", Sort.INSTANT, 20),
)
MONTHS: Final = (Field("month", "Month", width=10), *TOTALS[:-1])
AGEING: Final = (_OBJECT, _CURRENCY, Field("age", "Age", width=16), _RECORDS, _AT_STAKE)
VERDICTS_OF_A_RUN: Final = {"equal": "Equal", "expected": "Expected", "in_flight": "In flight", "breaks": "Breaks"}
"""What the trend counts, with titles."""
TREND: Final = (
    Field("reconciled_at", "Run (UTC)", Sort.INSTANT, 20),
    Field("objects", "Objects", Sort.COUNT, 10),
    *(Field(name, title, Sort.COUNT, 12) for name, title in VERDICTS_OF_A_RUN.items()),
    Field("run_id", "Run", width=38),
)
DIFFERENCES: Final = (
    _FINDING,
    _LINK,
    _OBJECT,
    Field("kind", "What", width=22),
    Field("field", "Field", width=16),
    _VERDICT,
    _RULE,
    _TURN,
    Field("platform_id", "Platform id", width=24),
    Field("intacct_record_no", "Intacct record", width=15),
    Field("intacct_id", "Intacct id", width=18),
    Field("platform_value", "In the platform", width=28),
    Field("intacct_value", "In Intacct", width=28),
    Field("amount_difference", "Difference", Sort.MONEY, 18),
    _AT_STAKE,
    _CURRENCY,
    Field("document_date", "Document date", Sort.DAY, 14),
    Field("since", "Last changed", Sort.DAY, 13),
    _FIRST_SEEN,
    Field("common_cause", "Common cause", width=28),
    _REASON,
    _REMEDY,
)
_ACCOUNT: Final = Field("account_no", "Account", width=12)
_DAYS: Final = Field("days", "Days", Sort.COUNT, 8)
CLEARING_ACCOUNTS: Final = (
    _LINK,
    _ACCOUNT,
    Field("role", "For", width=16),
    _CURRENCY,
    Field("postings", "Postings", Sort.COUNT, 10),
    Field("cleared", "Cleared", Sort.COUNT, 10),
    Field("groups", "Groups", Sort.COUNT, 9),
    Field("items", "Items", Sort.COUNT, 8),
    Field("balance", "Balance", Sort.MONEY, 20),
    Field("in_flight", "Of that, in flight", Sort.MONEY, 20),
    Field("to_act", "Of that, to act on", Sort.MONEY, 20),
    Field("oldest_on", "Oldest", Sort.DAY, 12),
    _DAYS,
)
CLEARING_ITEMS: Final = (
    _ACCOUNT,
    _CURRENCY,
    Field("amount", "Amount", Sort.MONEY, 18),
    Field("since", "Posted", Sort.DAY, 12),
    _DAYS,
    Field("what", "What", width=40),
    Field("waits_for", "Waits for", width=34),
    _VERDICT,
    _RULE,
    _TURN,
    _FINDING,
    _LINK,
    Field("platform_id", "Platform id", width=24),
    Field("intacct_record_no", "Ledger line", width=13),
    _REASON,
    _REMEDY,
)
READINGS: Final = (
    Field("table_name", "Table", width=32),
    Field("finished_at", "Read at (UTC)", Sort.INSTANT, 20),
    Field("quarantined", "In quarantine", Sort.COUNT, 14),
)
