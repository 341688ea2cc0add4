"""Checks of the card account behind a platform account, and of the ledger account behind the card account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from intacct_pipelines.doctor.asking import Row, has_several_bases, one_of, rows
from intacct_pipelines.doctor.intacct_company import SIGN_IN
from intacct_pipelines.doctor.intacct_entity import ENTER
from intacct_pipelines.doctor.ledger_accounts import CARD_RECIPE, SCREEN, LedgerAccount, ledger_accounts
from intacct_pipelines.doctor.places import Place, Scope, utc_now
from intacct_pipelines.doctor.probe import Probe
from intacct_pipelines.domain.checkup import Verdict, doubtful, wrong
from intacct_pipelines.domain.link import Mode

_CARDS: Final = "Cash Management > Accounts > Credit card"
_ACCOUNTS: Final = "General Ledger > Accounts"
_FAR: Final = 12
"""Months before the expiry from which on it is told."""
_MONTH_FORMS: Final = ("%m", "%B", "%b")


@dataclass(frozen=True, slots=True)
class Cards:
    """Card accounts that a platform account names.

    Args:
        named: Their ids.
        seen: Card id → what is seen from where the platform account posts.
        of_top: Ids of those that belong to the top level.
        entity_id: Where it posts; empty for the top level.
        writes: Whether charges are written to Intacct.
        today: The present day.
        has_several_bases: Whether entities have base currencies of their own.
    """

    named: Sequence[str]
    seen: Mapping[str, Row]
    of_top: frozenset[str]
    entity_id: str
    writes: bool
    today: date
    has_several_bases: bool = False


def judge_cards(cards: Cards) -> Sequence[Verdict]:
    """Each named card account exists at the right level, is active, does not end soon, and has a default location."""
    if not cards.named and cards.writes:
        mend = "Write the id of the card account (Cash Management > Accounts > Credit card) to `cards.account`."
        return [doubtful("`cards.account` names no card account", "the one to which charges post", mend, "S-CRD-02")]
    return [verdict for card_id in cards.named for verdict in _judge_card(card_id, cards)]


def _judge_card(card_id: str, cards: Cards) -> Iterator[Verdict]:
    card = cards.seen.get(card_id)
    level = f"entity {cards.entity_id}" if cards.entity_id else "the top level"
    if card is None:
        mend = f"At {level}: {_CARDS} > Add with this ID, or correct `cards.account`; the API makes none."
        yield wrong(f"there is no card account {card_id} at {level}", "the card account", mend, "S-SET-28")
        return
    if cards.entity_id and card_id in cards.of_top:
        mend = f"At {level}, not at the top level: {_CARDS} > Add; then name it in `cards.account`."
        yield wrong(f"card account {card_id} belongs to the top level", f"a card account of {level}", mend, "S-CRD-06")
    if not cards.entity_id and cards.has_several_bases:
        mend = f"At the entity whose currency the account has: {_CARDS} > Add; then `entity` of the platform account."
        found = f"card account {card_id} of the top level, in a company of several base currencies"
        yield doubtful(found, "a card account of an entity, as another vendor's guide says", mend, "S-CRD-07")
    if card["STATUS"] != "active":
        yield wrong(f"{card_id} is {card['STATUS']}", "active", f"{_CARDS} > edit it > Status active.", "S-SET-28")
    yield from _judge_expiry(card_id, card, cards.today)
    if not card["LOCATION"]:
        mend = f"{_CARDS} > edit it > Default location."
        yield doubtful(f"{card_id} has no default location", "one of the platform account", mend, "S-CRD-03")


def _judge_expiry(card_id: str, card: Row, today: date) -> Iterator[Verdict]:
    expected, mend = "an expiry far in the future", f"{_CARDS} > edit it > Expiration date: far in the future."
    ends = expiry(card["EXP_MONTH"], card["EXP_YEAR"])
    if ends is None:
        found = f"{card_id} expires {card['EXP_MONTH']!r} {card['EXP_YEAR']!r}, which is no month"
        yield doubtful(found, expected, mend, "S-SET-28")
        return
    months = (ends.year - today.year) * 12 + ends.month - today.month
    if months < _FAR:
        say = wrong if months < 0 else doubtful
        yield say(f"{card_id} expires in {ends:%B %Y}", expected, mend, "S-SET-28")


def expiry(month: str, year: str) -> date | None:
    """Return the first day of the month in which a card account ends.

    How Intacct writes the month is not documented: numbers and English names are taken.
    """
    for form in _MONTH_FORMS:
        try:
            return datetime.strptime(f"{month.strip()} {year.strip()}", f"{form} %Y").date()  # noqa: DTZ007 - a month
        except ValueError:
            continue
    return None


@dataclass(frozen=True, slots=True)
class Offset:
    """The ledger account behind a card account.

    Args:
        number: Its number; empty where the platform account names none.
        account: What Intacct has of it.
        banks: Ids of bank accounts that stand on the same one.
    """

    number: str
    account: LedgerAccount | None
    banks: Sequence[str] = ()


def judge_offset(offset: Offset) -> Sequence[Verdict]:
    """The account follows the guide's recipe, without any required dimension."""
    if not offset.number:
        return []
    account = offset.account
    if account is None:
        mend = f"{_ACCOUNTS} > Add, by the recipe in docs/setting-up.md; `provision` makes it."
        return [wrong(f"there is no account {offset.number}", "the card's offset account", mend, "S-SET-27")]
    verdicts = [
        wrong(
            f"account {offset.number}: {SCREEN[field]} is {account.fields[field] or 'empty'}",
            expected,
            f"{_ACCOUNTS} > edit {offset.number} > {SCREEN[field]}: {expected}.",
            "S-SET-27",
        )
        for field, expected in CARD_RECIPE.items()
        if account.fields[field] != expected and not (expected == "None" and not account.fields[field])
    ]
    if account.required:
        verdicts.append(
            wrong(
                f"account {offset.number} requires {', '.join(account.required)}",
                "all dimensions unticked",
                f"{_ACCOUNTS} > edit {offset.number} > Required dimensions: untick all.",
                "S-CRD-04",
            )
        )
    if offset.banks:
        verdicts.append(
            wrong(
                f"bank account {', '.join(offset.banks)} stands on account {offset.number} as well",
                "an account for the card account alone",
                "Cash Management > Accounts > Checking accounts: another GL account; this one pays nothing.",
                "S-PAY-08",
            )
        )
    return verdicts


def _cards(place: Place) -> Cards:
    account, settings = place.spend_account, place.spend_account.cards
    named = {settings.account, *settings.account_by_card.values(), *settings.account_by_holder.values()} - {""}
    fields = ("CARDID", "STATUS", "EXP_MONTH", "EXP_YEAR", "LOCATION")
    wanted = one_of("CARDID", named)
    seen = rows(place.session, "CREDITCARD", fields, wanted) if wanted else []
    # What the top level sees by itself is the top level's; a card account does not name its owner.
    of_top = rows(place.top, "CREDITCARD", ("CARDID",), wanted) if wanted and account.entity else []
    return Cards(
        named=sorted(named),
        seen={row["CARDID"]: row for row in seen},
        of_top=frozenset(row["CARDID"] for row in of_top),
        entity_id=account.entity,
        writes=account.mode is Mode.SYNC,
        today=utc_now().date(),
        has_several_bases=not account.entity and has_several_bases(place.top),
    )


def asked_offset(place: Place) -> Offset:
    """Ask for the ledger account behind the card account."""
    number = place.spend_account.cards.offset_account
    if not number:
        return Offset("", None)
    banks = rows(place.session, "CHECKINGACCOUNT", ("BANKACCOUNTID",), one_of("GLACCOUNTNO", [number]))
    account = ledger_accounts(place.session, [number]).get(number)
    return Offset(number, account, sorted(bank["BANKACCOUNTID"] for bank in banks))


_ENTERED: Final = (SIGN_IN, ENTER)
CARD_PROBES: Final[tuple[Probe[Any], ...]] = (
    Probe("card account", ("S-SET-28", "S-CRD-02", "S-CRD-03", "S-CRD-06", "S-CRD-07"), "intacct", Scope.SPEND,
          _cards, judge_cards, _ENTERED),
    Probe("offset account of the card account", ("S-SET-27", "S-CRD-04", "S-ERR-09", "S-PAY-08"), "intacct",
          Scope.SPEND, asked_offset, judge_offset, _ENTERED),
)  # fmt: skip
