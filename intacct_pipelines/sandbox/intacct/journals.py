"""Journal entries of their own: what a person or a push writes into the ledger without a document behind it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.checks import Checks
from intacct_pipelines.sandbox.intacct.documents import fill
from intacct_pipelines.sandbox.intacct.fields import OBJECTS
from intacct_pipelines.sandbox.intacct.posting import Coding, Entry
from intacct_pipelines.sandbox.intacct.refusals import refusal
from intacct_pipelines.sandbox.intacct.values import normal_date, read_amount, round_amount, sortable
from intacct_pipelines.sandbox.ledger import (
    CREDIT,
    DEBIT,
    Document,
    EntryText,
    LedgerLine,
    Posting,
    PostingKind,
    UnbalancedError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from intacct_pipelines.sandbox.intacct.documents import Author
    from intacct_pipelines.sandbox.intacct.state import State

OBJECT: Final = "GLBATCH"
MODULE: Final = "2.GL"
GENERAL: Final = PostingKind("Journal entry", "GJ", MODULE, "")
SYMBOLS: Final = ("GJ", "APJ", "ARJ", "CDJ", "CRJ", "EJ", "PYRJ")
"""Journals of the company."""
_SIDES: Final = {"1": DEBIT, "-1": CREDIT, "debit": DEBIT, "credit": CREDIT}
_FEWEST_LINES: Final = 2


class Journals:
    """Writes journal entries. The caller holds the lock and a savepoint.

    Args:
        state: The company.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._checks = Checks(state)

    def create(self, values: Mapping[str, str], lines: Sequence[Mapping[str, str]], author: Author) -> Posting:
        """Post an entry, and its reversal where a day for it is given.

        Raises:
            FunctionRefusedError: A rule forbids it, or it does not balance in each entity.
        """
        for field in values:
            if field not in OBJECTS[OBJECT].kinds:
                raise refusal("SANDBOX-UNKNOWN-FIELD", f"Field {field} does not exist for object {OBJECT}.")
        for field in OBJECTS[OBJECT].required:
            if not values.get(field):
                raise refusal("SANDBOX-REQUIRED", f"Required field {field} is missing.")
        if values["JOURNAL"] not in SYMBOLS:
            raise refusal("SANDBOX-JOURNAL", f"The journal '{values['JOURNAL'][:40]}' is not valid.")
        if values.get("STATE", "Posted") != "Posted":
            raise refusal("SANDBOX-NOT-OFFERED", "The sandbox keeps no drafts of journal entries.")
        day = normal_date(values["BATCH_DATE"], "BATCH_DATE")
        if len(lines) < _FEWEST_LINES:
            raise refusal("SANDBOX-NO-LINES", "A journal entry needs at least two lines.")
        currency = self._currency(lines, author.entity_id)
        entries = _even([self._entry(line, currency, day, author.entity_id) for line in lines])
        text = EntryText(values["BATCH_TITLE"], values.get("REFERENCENO", ""), values.get("SUPDOCID", ""))
        posting = self._post(values["JOURNAL"], text, entries, author, currency=currency, day=day)
        if values.get("REVERSEDATE"):
            back = normal_date(values["REVERSEDATE"], "REVERSEDATE")
            if sortable(back) <= sortable(day):
                raise refusal("SANDBOX-DATE", "REVERSEDATE must be after BATCH_DATE.")
            undone = EntryText(f"Reversed: {text.title}", text.reference_no, text.attachment_id, posting.number)
            other = [entry._replace(side=-entry.side) for entry in entries]
            self._post(values["JOURNAL"], undone, other, author, currency=currency, day=back)
        return posting

    def delete(self, key: str, author: Author) -> None:
        """Delete an entry that somebody wrote; what documents posted goes with them.

        Raises:
            FunctionRefusedError: There is none, it is a document's, another's, or its period is closed.
        """
        posting = self._state.ledger.posting(int(key)) if key.isdecimal() else None
        if posting is None or posting.owner not in {"", author.entity_id}:
            raise refusal("BL01001973", f"Cannot find glbatch with key '{key}' to delete.")
        if posting.text is None or posting.owner != author.entity_id:
            raise refusal("SANDBOX-OWNERSHIP", "This journal entry belongs to a document or to another level.")
        for entity in {line.entity_id for line in posting.lines}:
            self._checks.period(posting.entry_date, entity)
        self._state.unpost(posting)
        self._state.audit_key(OBJECT, str(posting.number), "D", author.source)

    def _currency(self, lines: Sequence[Mapping[str, str]], owner: str) -> str:
        currencies = {line.get("CURRENCY", "") or self._state.currency_of(owner) for line in lines}
        if len(currencies) > 1:
            raise refusal("SANDBOX-CURRENCY", "The sandbox posts one currency in a journal entry.")
        return currencies.pop()

    def _entry(self, line: Mapping[str, str], currency: str, day: str, owner: str) -> Entry:
        """One line, checked like that of a document."""
        table = self._state.tables["APBILLITEM"]  # has the dimensions by their names there
        for field in line:
            if field not in OBJECTS["GLENTRY"].kinds:
                raise refusal("SANDBOX-UNKNOWN-FIELD", f"Field {field} does not exist for object GLENTRY.")
        side = _SIDES.get(line.get("TR_TYPE", ""))
        if side is None:
            raise refusal("SANDBOX-ENUM", "TR_TYPE is 1 for a debit or -1 for a credit.")
        amount = read_amount(line.get("TRX_AMOUNT") or line.get("AMOUNT", ""), currency, "TRX_AMOUNT")
        if amount < 0:
            raise refusal("SANDBOX-AMOUNT", "Amounts of a journal entry are positive; TR_TYPE says the side.")
        account = self._checks.account(line.get("ACCOUNTNO", ""))
        coded = table.blank()
        place = line.get("LOCATION", "")
        fill(table, coded, {"LOCATIONID": place, "DEPARTMENTID": line.get("DEPARTMENT", "")})
        fill(table, coded, {"CLASSID": line.get("CLASSID", "")})
        self._checks.dimensions(table, coded, account, owner)
        entity = owner or self._state.entity_of_location(place)
        self._checks.period(day, entity)
        base_currency = self._state.currency_of(entity)
        rate = self._checks.rate(line.get("EXCHANGE_RATE", ""), currency, base_currency, day)
        coding = Coding(entity, place, line.get("DEPARTMENT", ""), line.get("CLASSID", ""), line.get("DESCRIPTION", ""))
        return Entry(side, line["ACCOUNTNO"], amount, round_amount(amount * Decimal(rate), base_currency), coding)

    def _post(
        self, journal: str, text: EntryText, entries: Sequence[Entry], author: Author, *, currency: str, day: str
    ) -> Posting:
        for entity in {entry.coding.entity_id for entry in entries}:
            self._checks.period(day, entity)
        kind = PostingKind(GENERAL.title, journal, MODULE, "")
        now = self._state.clock.now()
        posting = manual_entry(
            self._state, kind, text, entries, owner=author.entity_id, currency=currency, day=day, at=now
        )
        try:
            self._state.post(posting)
        except UnbalancedError as error:
            raise refusal("SANDBOX-UNBALANCED", "Debits and credits must be equal in every entity.") from error
        self._state.audit_key(OBJECT, str(posting.number), "C", author.source)
        return posting


def _even(entries: list[Entry]) -> list[Entry]:
    """The same with what rounding to base currency left over put on the last line of each entity."""
    even = list(entries)
    for entity in {entry.coding.entity_id for entry in entries}:
        own = [at for at, entry in enumerate(even) if entry.coding.entity_id == entity]
        if not sum(even[at].trx_amount * even[at].side for at in own):
            over = sum((even[at].base_amount * even[at].side for at in own), Decimal(0))
            last = even[own[-1]]
            even[own[-1]] = last._replace(base_amount=last.base_amount - over * last.side)
    return even


def manual_entry(
    state: State,
    kind: PostingKind,
    text: EntryText,
    entries: Sequence[Entry],
    *,
    owner: str,
    currency: str,
    day: str,
    at: datetime,
) -> Posting:
    """A posting that is its own document, with numbers reserved in the ledger.

    Args:
        state: The company.
        kind: Which journal.
        text: What was written on it.
        entries: Debits and credits; balanced within each entity.
        owner: The entity that owns it; empty at top level.
        currency: Transaction currency, ISO 4217.
        day: ``mm/dd/yyyy``.
        at: When it was made.
    """
    number, first = state.ledger.next_numbers(len(entries))
    modified = state.instants.local(at)
    return Posting(
        number=number,
        document=Document(OBJECT, number),
        kind=kind,
        owner=owner,
        currency=currency,
        base_currency=state.currency_of(owner or entries[0].coding.entity_id),
        entry_date=day,
        created=modified,
        modified=modified,
        stamp=sortable(modified),
        lines=tuple(
            LedgerLine(
                at_no,
                one.side,
                one.account_no,
                one.coding.entity_id,
                one.trx_amount,
                one.base_amount,
                *one.coding[1:],
            )
            for at_no, one in enumerate(entries, first)
        ),
        text=text,
    )
