"""Both sides of every tie-out as rows: what the documents say, and what the ledger (or Intacct's own total) says.

Each row is one record, with the key by which it is known on both sides; rows of a side add up to the side's figure.
They are read as of an instant, so that the sides of a frozen result can be had again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.domain.close import TIE_OUTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import psycopg

    from intacct_pipelines.domain.close import ClosePolicy, Period

NOW: Final = "now"
FROZEN: Final = "frozen"
"""The two moments of which rows may be staged."""

_TABLE: Final = """
CREATE TEMPORARY TABLE staged_side (
    moment text, tie_out text, side text, key text, table_name text, record_no bigint, document_no text, party_id text,
    account_no text, coded_to text, day date, due_date date, currency text, base_currency text, amount numeric,
    amount_base numeric
) ON COMMIT DROP
"""
_INSERT: Final = """
INSERT INTO staged_side
SELECT %(moment)s, %(tie_out)s, side, key, table_name, record_no, document_no, party_id, account_no, coded_to, day,
    due_date, coalesce(currency, ''), coalesce(base_currency, ''), amount, amount_base
FROM ({}) AS rows (side, key, table_name, record_no, document_no, party_id, account_no, coded_to, day, due_date,
    currency, base_currency, amount, amount_base)
"""

# A document is known on both sides by its kind, party and number; what settles documents, and has no number in the
# ledger, by kind, party and day; what people posted, by its journal entry.
_CONTROL: Final = """
SELECT 'expected',
    concat_ws('|', record_type, party_id, CASE WHEN settled_by IS NULL THEN document_no ELSE day::text END),
    CASE WHEN settled_by IS NULL THEN table_name ELSE '{payment}' END, coalesce(settled_by, record_no),
    CASE WHEN settled_by IS NULL THEN document_no END, party_id, %(shown)s, NULL, day, NULL::date, currency,
    base_currency, sum(trx), sum(base)
FROM marts.{movement}(%(entity)s, %(at)s)
WHERE books_id = marts.books_of(%(entity)s) AND day <= %(last_day)s
GROUP BY 2, 3, 4, 5, 6, 9, 11, 12
HAVING sum(trx) <> 0 OR sum(base) <> 0
UNION ALL
SELECT 'actual', CASE
        WHEN record_type = '' THEN concat_ws('|', 'entry', batch_no)
        WHEN record_type IN (SELECT record_type FROM marts.intacct_{payment}_as_of(%(at)s) WHERE entity = %(entity)s)
            THEN concat_ws('|', record_type, {party}, day)
        ELSE concat_ws('|', record_type, {party}, document_no)
    END, 'journal_entry', batch_no, document_no, {party}, %(shown)s, NULL, day, NULL, currency, base_currency,
    {sign} * sum(trx), {sign} * sum(base)
FROM marts.ledger_on(%(entity)s, %(at)s)
WHERE account_no = ANY(%(accounts)s) AND day <= %(last_day)s
GROUP BY 2, 4, 5, 6, 9, 11, 12
HAVING sum(trx) <> 0 OR sum(base) <> 0
"""
# What Intacct shows as open today, less what happened to the document after the day.
_AGEING: Final = """
WITH movement AS (
    SELECT * FROM marts.{movement}(%(entity)s, %(at)s) WHERE owner_id = marts.books_of(%(entity)s)
),
document AS (
    SELECT table_name, record_no, document_no, party_id, due_date, currency, base_currency, stated_trx, stated_base,
        min(day) AS day, sum(trx) FILTER (WHERE day <= %(last_day)s) AS trx,
        sum(base) FILTER (WHERE day <= %(last_day)s) AS base,
        stated_trx - coalesce(sum(trx) FILTER (WHERE day > %(last_day)s), 0) AS shown_trx,
        stated_base - coalesce(sum(base) FILTER (WHERE day > %(last_day)s), 0) AS shown_base
    FROM movement
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
)
SELECT side, concat_ws('|', table_name, record_no), table_name, record_no, document_no, party_id, '', NULL, day,
    coalesce(due_date, day), currency, base_currency, side_trx, side_base
FROM document
CROSS JOIN LATERAL (
    VALUES ('expected', trx, base), ('actual', shown_trx, shown_base)
) AS sides (side, side_trx, side_base)
WHERE day <= %(last_day)s AND (side_trx <> 0 OR side_base <> 0)
"""
_CARD: Final = """
SELECT 'expected', day::text, table_name, record_no, document_no, party_id, %(shown)s, NULL, day, NULL::date, currency,
    base_currency, trx, base
FROM marts.card_movement(%(entity)s, %(at)s)
WHERE books_id = marts.books_of(%(entity)s) AND day <= %(last_day)s
UNION ALL
SELECT 'expected', day::text, table_name, record_no, document_no, party_id, %(shown)s, NULL, day, NULL, currency,
    base_currency, -sum(trx), -sum(base)
FROM marts.coded_line(%(entity)s, %(at)s)
WHERE books_id = marts.books_of(%(entity)s) AND account_no = ANY(%(accounts)s) AND day <= %(last_day)s
GROUP BY 2, 3, 4, 5, 6, 9, 11, 12
UNION ALL
SELECT 'actual', day::text, 'journal_entry', batch_no, document_no, coalesce(vendor_id, customer_id), %(shown)s, NULL,
    day, NULL, currency, base_currency, -sum(trx), -sum(base)
FROM marts.ledger_on(%(entity)s, %(at)s)
WHERE account_no = ANY(%(accounts)s) AND day <= %(last_day)s
GROUP BY 2, 4, 5, 6, 9, 11, 12
HAVING sum(trx) <> 0 OR sum(base) <> 0
"""
_BANK: Final = """
SELECT 'expected', day::text, table_name, record_no, document_no, party_id, account_no, NULL, day, NULL::date, currency,
    base_currency, trx, base
FROM marts.bank_movement(%(entity)s, %(at)s)
WHERE books_id = marts.books_of(%(entity)s) AND day <= %(last_day)s
UNION ALL
SELECT 'actual', day::text, 'journal_entry', batch_no, document_no, coalesce(vendor_id, customer_id), account_no, NULL,
    day, NULL, currency, base_currency, sum(trx), sum(base)
FROM marts.ledger_on(%(entity)s, %(at)s)
WHERE day <= %(last_day)s AND account_no IN (
    SELECT account_no FROM marts.intacct_checking_account_as_of(%(at)s) WHERE entity = %(entity)s
    UNION SELECT account_no FROM marts.intacct_savings_account_as_of(%(at)s) WHERE entity = %(entity)s
)
GROUP BY 2, 4, 5, 6, 7, 9, 11, 12
HAVING sum(trx) <> 0 OR sum(base) <> 0
"""
_TRIAL_BALANCE: Final = """
SELECT 'actual', CASE record_type
        WHEN '' THEN concat_ws('|', 'entry', batch_no)
        ELSE concat_ws('|', record_type, coalesce(vendor_id, customer_id), document_no)
    END, 'journal_entry', batch_no, document_no, coalesce(vendor_id, customer_id), '', account_no, day, NULL::date,
    base_currency, base_currency, NULL::numeric, sum(base)
FROM marts.ledger_on(%(entity)s, %(at)s)
WHERE day BETWEEN %(first_day)s AND %(last_day)s
GROUP BY 2, 4, 5, 6, 8, 9, 11
HAVING sum(base) <> 0
"""
_LEDGER_DETAIL: Final = """
SELECT 'expected', concat_ws('|', line.account_no, entry.record_no), 'journal_entry', entry.record_no,
    entry.reference_no, NULL, line.account_no, NULL, coalesce(line.entry_date, entry.entry_date), NULL::date,
    line.currency, line.base_currency, sum(line.tr_type * line.trx_amount), sum(line.tr_type * line.amount)
FROM marts.intacct_journal_entry_as_of(%(at)s) AS entry
JOIN marts.intacct_journal_entry_line_as_of(%(at)s) AS line
    ON line.entity = %(entity)s AND line.entry_record_no = entry.record_no
LEFT JOIN marts.location_entity AS place
    ON place.company_id = %(company_id)s AND place.location_id = line.location_id
LEFT JOIN company.journal AS journal
    ON journal.company_id = %(company_id)s AND journal.symbol = entry.journal AND NOT journal._deleted
WHERE entry.entity = %(entity)s AND coalesce(line.state, 'P') = 'P' AND coalesce(journal.book_id, 'ACCRUAL') = 'ACCRUAL'
    AND coalesce(place.entity_id, '') = marts.books_of(%(entity)s)
    AND coalesce(line.entry_date, entry.entry_date) BETWEEN %(first_day)s AND %(last_day)s
GROUP BY 4, 5, 7, 9, 11, 12
HAVING sum(line.tr_type * line.trx_amount) <> 0 OR sum(line.tr_type * line.amount) <> 0
UNION ALL
SELECT 'actual', concat_ws('|', account_no, batch_no), 'journal_entry', batch_no, NULL, NULL, account_no, NULL, day,
    NULL, currency, base_currency, sum(trx), sum(base)
FROM marts.ledger_on(%(entity)s, %(at)s)
WHERE day BETWEEN %(first_day)s AND %(last_day)s
GROUP BY 4, 7, 9, 11, 12
HAVING sum(trx) <> 0 OR sum(base) <> 0
"""
# BILL tells no day of a credit that settled a bill without a payment, so such a credit counts on every day.
_PLATFORM_PAYABLES: Final = """
WITH pair AS (
    SELECT platform_id, intacct_record_no AS record_no FROM recon.match
    WHERE entity = %(entity)s AND object = 'ap_bill'
),
payment AS (
    SELECT id FROM marts.bill_ap_payment_as_of(%(at)s)
    WHERE entity = %(entity)s AND process_date <= %(last_day)s
        AND coalesce(single_status, status, '') <> ALL (%(undone)s)
),
settled AS (
    SELECT bill_id, amount FROM marts.bill_ap_payment_detail_as_of(%(at)s)
    WHERE entity = %(entity)s AND payment_id IN (SELECT id FROM payment)
    UNION ALL
    SELECT bill_id, amount FROM marts.bill_ap_payment_credit_as_of(%(at)s)
    WHERE entity = %(entity)s AND payment_id IN (SELECT id FROM payment)
    UNION ALL
    SELECT bill_id, amount FROM marts.bill_vendor_credit_usage_as_of(%(at)s)
    WHERE entity = %(entity)s AND payment_id IS NULL
),
in_bill AS (
    SELECT pair.record_no, bill.document_no, bill.vendor_id, bill.bill_date, bill.currency,
        bill.amount - coalesce(paid.amount, 0) AS open
    FROM marts.bill_ap_bill_as_of(%(at)s) AS bill
    JOIN pair ON pair.platform_id = bill.id
    LEFT JOIN (SELECT bill_id, sum(amount) AS amount FROM settled GROUP BY 1) AS paid ON paid.bill_id = bill.id
    WHERE bill.entity = %(entity)s AND bill.bill_date <= %(last_day)s
)
SELECT 'expected', record_no::text, 'bill.ap_bill', record_no, document_no, vendor_id, '', NULL, bill_date, NULL::date,
    currency, '', open, NULL::numeric
FROM in_bill WHERE open <> 0
UNION ALL
SELECT 'actual', record_no::text, table_name, record_no, document_no, party_id, '', NULL, min(day), NULL, currency, '',
    sum(trx), NULL
FROM marts.payable_movement(%(entity)s, %(at)s)
WHERE table_name = 'ap_bill' AND day <= %(last_day)s AND record_no IN (SELECT record_no FROM in_bill)
GROUP BY 2, 3, 4, 5, 6, 11
HAVING sum(trx) <> 0
"""
_UNDONE: Final = ["VOIDED", "CANCELED", "FUNDING_FAILED_VOIDED", "VOID", "CANCELLED"]
"""BILL's words for payments that pay nothing."""
_PAYABLES: Final = {"movement": "payable_movement", "payment": "ap_payment", "sign": "-1"}
_RECEIVABLES: Final = {"movement": "receivable_movement", "payment": "ar_payment", "sign": "1"}
_SIDES: Final = {
    "ap_control": _CONTROL.format(**_PAYABLES, party="coalesce(vendor_id, customer_id)"),
    "ar_control": _CONTROL.format(**_RECEIVABLES, party="coalesce(customer_id, vendor_id)"),
    "ap_ageing": _AGEING.format(**_PAYABLES),
    "ar_ageing": _AGEING.format(**_RECEIVABLES),
    "card_account": _CARD,
    "bank_account": _BANK,
    "trial_balance": _TRIAL_BALANCE,
    "ledger_detail": _LEDGER_DETAIL,
    "platform_payables": _PLATFORM_PAYABLES,
}
_CONTROLS: Final = {"ap_control": "payables", "ar_control": "receivables", "card_account": "cards"}

# An account that documents credit and payments debit again is the control account; nothing else is posted so by both.
_CONTROL_ACCOUNTS: Final = """
SELECT account_no
FROM marts.ledger_on(%(entity)s, %(at)s) AS line
LEFT JOIN LATERAL (
    SELECT line.record_type IN (
        SELECT record_type FROM marts.intacct_{document}_as_of(%(at)s) WHERE entity = %(entity)s
    ) AS is_document, line.record_type IN (
        SELECT record_type FROM marts.intacct_{payment}_as_of(%(at)s) WHERE entity = %(entity)s
    ) AS is_payment
) AS kind ON true
GROUP BY account_no
HAVING {sign} * sum(base) FILTER (WHERE is_document) > 0
    AND coalesce({sign} * sum(base) FILTER (WHERE is_payment), 0) < 0
UNION
SELECT offset_account_no FROM marts.intacct_{label}_as_of(%(at)s)
WHERE entity = %(entity)s AND offset_account_no IS NOT NULL
ORDER BY 1
"""
# A card's account is what charges credit, and what no line of a charge is coded to.
_CARD_ACCOUNTS: Final = """
SELECT account_no
FROM marts.ledger_on(%(entity)s, %(at)s)
WHERE record_type IN (
    SELECT record_type FROM marts.intacct_card_transaction_as_of(%(at)s) WHERE entity = %(entity)s
) AND account_no NOT IN (
    SELECT account_no FROM marts.intacct_card_transaction_line_as_of(%(at)s)
    WHERE entity = %(entity)s AND account_no IS NOT NULL
)
GROUP BY 1 HAVING sum(base) < 0 ORDER BY 1
"""
_ACCOUNTS: Final = {
    "payables": _CONTROL_ACCOUNTS.format(document="ap_bill", payment="ap_payment", label="ap_account_label", sign="-1"),
    "receivables": _CONTROL_ACCOUNTS.format(
        document="ar_invoice", payment="ar_payment", label="ar_account_label", sign="1"
    ),
    "cards": _CARD_ACCOUNTS,
}

# A document that tells its amount in one currency alone has the other from the ledger's posting of its key that is
# equal in the one: what is left without it has no such posting.
_FILL: Final = """
WITH half AS (
    SELECT ctid, tie_out, key, account_no, currency, base_currency, amount, amount_base, row_number() OVER (
            PARTITION BY tie_out, key, account_no, currency, base_currency, amount, amount_base
            ORDER BY table_name, record_no
        ) AS nth
    FROM staged_side
    WHERE moment = %(moment)s AND side = 'expected' AND (amount IS NULL) <> (amount_base IS NULL)
),
posted AS (
    SELECT *, row_number() OVER (
            PARTITION BY tie_out, key, account_no, currency, base_currency, amount ORDER BY record_no
        ) AS nth_amount, row_number() OVER (
            PARTITION BY tie_out, key, account_no, currency, base_currency, amount_base ORDER BY record_no
        ) AS nth_base
    FROM staged_side
    WHERE moment = %(moment)s AND side = 'actual' AND amount IS NOT NULL AND amount_base IS NOT NULL
)
UPDATE staged_side AS row
SET amount = posted.amount, amount_base = posted.amount_base
FROM half
JOIN posted USING (tie_out, key, account_no, currency, base_currency)
WHERE row.ctid = half.ctid AND (
    (half.amount = posted.amount AND half.nth = posted.nth_amount)
    OR (half.amount_base = posted.amount_base AND half.nth = posted.nth_base)
)
"""


def control_accounts(
    connection: psycopg.Connection, period: Period, policy: ClosePolicy, at: datetime
) -> dict[str, tuple[str, ...]]:
    """Return the ledger accounts of each kind: those that the company named, else those that the postings tell."""
    facts = {"entity": str(period.entity), "at": at}
    return {
        kind: policy.accounts.get(kind) or tuple(number for (number,) in connection.execute(query, facts).fetchall())
        for kind, query in _ACCOUNTS.items()
    }


def make_stage(connection: psycopg.Connection) -> None:
    """Make the temporary table of rows; it goes with the transaction."""
    connection.execute(_TABLE)


def stage(
    connection: psycopg.Connection,
    period: Period,
    accounts: Mapping[str, Sequence[str]],
    at: datetime,
    *,
    moment: str = NOW,
    tie_outs: Sequence[str] = tuple(TIE_OUTS),
) -> None:
    """Add the rows of tie-outs as the warehouse knew them at an instant.

    Args:
        connection: In the transaction of ``make_stage``.
        period: The month.
        accounts: See ``control_accounts``.
        at: The instant.
        moment: What the rows are called.
        tie_outs: Their names.
    """
    for name in tie_outs:
        controls = list(accounts.get(_CONTROLS.get(name, ""), ()))
        facts = {
            "moment": moment,
            "tie_out": name,
            "entity": str(period.entity),
            "company_id": period.entity.company_id,
            "at": at,
            "first_day": period.month,
            "last_day": period.last_day,
            "accounts": controls,
            "shown": ", ".join(controls),
            "undone": _UNDONE,
        }
        connection.execute(_INSERT.format(_SIDES[name]).encode(), facts)
    connection.execute("ANALYZE staged_side")
    connection.execute(_FILL, {"moment": moment})
