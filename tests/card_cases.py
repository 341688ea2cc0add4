"""Builders of card transactions on both sides, for a reconciliation of Spend & Expense."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from reconcile_cases import LONG_AGO, NOW, Case

from intacct_pipelines.domain.keys import EntityKey
from intacct_pipelines.domain.link import CardPolicy, Link

CARD = "CARD-100"
FIELDS = {"account": "GL Account", "department": "Department", "location": "Location", "class": "Class"}


def card_link(policy=None, **more):
    """A link of a platform account whose charges post to one card account of entity 100."""
    cards = CardPolicy(**{"account": CARD, "compares_receipts": False, **(policy or {})})
    return Link("spend:us", EntityKey("acme", "100"), platform="spend", cards=cards, **more)


@dataclass
class CardCase(Case):
    """One platform account's rows on both sides; both have the same charge unless a test says otherwise."""

    link: Link = field(default_factory=card_link)

    @property
    def frames(self):
        if not self.rows["spend.custom_field"]:
            for name in FIELDS.values():
                self.add("spend.custom_field", id=f"f-{name}", name=name, is_retired=False)
        if not self.rows["intacct.card_account"]:
            self.add("intacct.card_account", record_no=1, card_id=CARD, location_id="L1")
        return super().frames

    def charge(self, id_="t1", amount="20.00", *, parts=None, coded=None, **more):
        """Add a settled charge; ``parts`` are amount and coding of a split one, ``coded`` its values by dimension."""
        defaults = {
            "transaction_type": "CLEAR",
            "currency": "USD",
            "amount": Decimal(amount),
            "occurred_at": datetime(2026, 2, 10, 15, tzinfo=UTC),
            "modified_at": LONG_AGO,
            "merchant_name": "Café Nordlicht",
            "card_id": "c1",
            "card_last_four": "4242",
            "user_id": "u1",
            "is_complete": True,
            "receipt_status": "ATTACHED",
        }
        lines = [(id_, amount, coded)]
        if parts is not None:
            lines = [(f"{id_}-{number}", *part) for number, part in enumerate(parts, start=1)]
        for number, (line, money, words) in enumerate(lines, start=1):
            own = {"id": line, "card_transaction_id": id_, "line_no": number, "currency": "USD"}
            self.add("spend.card_transaction_line", **own, amount=Decimal(money))
            self.answers(line, id_, {"account": "6400 Travel"} if words is None else words)
        return self.add("spend.card_transaction", **{"id": id_, **defaults, **more})

    def answers(self, line, transaction, words):
        for dimension, said in words.items():
            for number, value in enumerate([said] if isinstance(said, str) else said, start=1):
                place = {"line_id": line, "card_transaction_id": transaction, "answer_no": number}
                chosen = {"field_id": f"f-{FIELDS[dimension]}", "value_id": f"v-{value}", "value": value}
                self.add("spend.card_transaction_coding", **place, **chosen)

    def claim(self, id_="t1", record_no=11, status="synced", message=None, *, line=None):
        """Let the vendor's sync say that a charge is a record of Intacct."""
        number = len(self.rows["spend.card_transaction_sync"])
        claimed = None if record_no is None else str(record_no)
        where = {"card_transaction_id": id_, "line_id": line or id_, "sync_status": status, "sync_message": message}
        return self.add("spend.card_transaction_sync", id=f"s{number}", intacct_record_no=claimed, **where)

    def booked(self, record_no=11, amount="20.00", *, lines=None, **more):
        """Add Intacct's record; ``lines`` are rows that differ from one line to account 6400 at location L1."""
        defaults = {
            "document_no": f"D-{record_no}",
            "card_account_id": CARD,
            "state": "Posted",
            "description": "Café Nordlicht",
            "transaction_date": date(2026, 2, 10),
            "currency": "USD",
            "trx_total_entered": Decimal(amount),
            "owner_entity_id": "100",
            "created_at": LONG_AGO,
            "modified_at": LONG_AGO,
        }
        for position, line in enumerate([{}] if lines is None else lines, start=1):
            own = {"record_no": record_no * 100 + position, "transaction_record_no": record_no, "line_no": position}
            coded = {"account_no": "6400", "location_id": "L1", "trx_amount": Decimal(amount)}
            self.add("intacct.card_transaction_line", **{**own, **coded, **line})
        return self.add("intacct.card_transaction", **{"record_no": record_no, **defaults, **more})

    def cards(self, now=NOW):
        return self.reconcile("card_transaction", now)

    def reimbursement(self, id_="r1", amount="50.00", **more):
        defaults = {"currency": "USD", "amount": Decimal(amount), "occurred_date": date(2026, 2, 1), "user_id": "u1"}
        facts = {"submitted_at": LONG_AGO, "status": "PAID", "merchant_name": "Taxi"}
        return self.add("spend.reimbursement", **{"id": id_, **defaults, **facts, **more})

    def coded(self, id_="r1", **words):
        """Say what a reimbursement is coded to, by dimension."""
        for dimension, value in words.items():
            place = {"line_id": id_, "reimbursement_id": id_, "answer_no": 1}
            chosen = {"field_id": f"f-{FIELDS[dimension]}", "value_id": f"v-{value}", "value": value}
            self.add("spend.reimbursement_coding", **place, **chosen)
        return self

    def report(self, record_no=11, amount="50.00", table="expense_report", **more):
        """Add what a reimbursement may have become in Intacct: an expense report, or a bill."""
        is_report = table == "expense_report"
        day = {"report_date" if is_report else "bill_date": date(2026, 2, 20)}
        who = {"employee_id": "E1"} if is_report else {"vendor_id": "V-1"}
        facts = {"currency": "USD", "trx_total_entered": Decimal(amount), "owner_entity_id": "100", "state": "Posted"}
        own = {"record_no": record_no, "modified_at": LONG_AGO}
        return self.add(f"intacct.{table}", **{**own, **day, **who, **facts, **more})
