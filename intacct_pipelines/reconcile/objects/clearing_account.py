"""BILL's clearing accounts: every posting on them, and what keeps each account from zero, item by item (S-CFG-03).

The platform's side is what should stand on an account: groups of postings that add up to zero, as BILL's documents and
movements make them (S-AFT-01, S-RFT-01, S-FEE-01). Intacct's side is what stands there. So the difference of the totals
is the balance with the other sign, and each difference is an item of it: a posting that is absent, one with another
amount, or one that nothing brings back. Postings of which BILL knows nothing can still clear each other; see
``clearing_groups``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from intacct_pipelines.errors import DataContractError
from intacct_pipelines.reconcile.causes import Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, one_sided
from intacct_pipelines.reconcile.fields import NO_MONEY, spoken
from intacct_pipelines.reconcile.lump_sums import bank_currency
from intacct_pipelines.reconcile.objects.clearing_groups import totals, zero_groups
from intacct_pipelines.reconcile.objects.clearing_items import explain_absent, explain_open
from intacct_pipelines.reconcile.objects.clearing_pairing import paired
from intacct_pipelines.reconcile.objects.clearing_postings import (
    Known,
    expected_of,
    known_to_bill,
    lines_of,
    postings_of,
)
from intacct_pipelines.reconcile.pairing import ALONE, NATURAL_KEY, unpaired
from intacct_pipelines.reconcile.result import CLEARING_COLUMNS, MEMBER_COLUMNS, SETTLEMENT_COLUMNS, Reconciliation
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from datetime import date

    import numpy.typing as npt

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

OBJECT: Final = "clearing_account"


def reconcile_clearing_accounts(link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment) -> Reconciliation:
    """Bring each clearing account of one link to zero, and tell what keeps it from there.

    Of a difference, ``field`` is the account, ``changed_at`` the day of the posting, and ``amount_difference`` the
    item's share of the balance with the other sign. Groups are ``settlements``: debits against credits; what differs
    between them is explained by items.

    See ``reconcile.Reconciler`` for arguments and errors.
    """
    currency = link.clearing.currency or bank_currency(link, frames)
    lines = lines_of(link, frames, currency)
    postings, posting_of = postings_of(lines)
    currency = currency or _only(lines["currency"])
    expected, partner_of = paired(expected_of(link, frames, currency, crosswalk), postings, link.clearing.days)
    is_open = ~postings.index.isin(partner_of[partner_of != ALONE])
    postings["settlement"] = zero_groups(postings[is_open], link.clearing.days).reindex(postings.index, fill_value="")
    sides = _sides(expected, partner_of, postings)
    lines["settlement"] = sides.intacct["settlement"].to_numpy(dtype=object)[posting_of]
    differences = Differences(link, OBJECT, moment.now)
    pairs = sides.pairs()
    _add_items(link, sides, pairs, differences, known_to_bill(frames), moment.now.date())
    result = conclude(sides, differences, pairs)
    _prove_groups(sides.platform)
    # Which posting is which one of BILL's is told by the groups; as pairs they would only fill the crosswalk.
    return _with_groups(replace(result, matches=result.matches.iloc[:0]), link, lines, currency, is_read=bool(frames))


def _only(currencies: pd.Series) -> str:
    found = set(currencies)
    return found.pop() if len(found) == 1 else ""


def _sides(expected: pd.DataFrame, partner_of: npt.NDArray[np.int64], postings: pd.DataFrame) -> Sides:
    """Put beside the ledger what should stand there: groups of BILL, and groups that the ledger makes by itself."""
    own = postings[(postings["settlement"] != "").to_numpy(dtype=bool)]
    mirrored = own.assign(key=[f"posting {key}" for key in own["key"]])
    platform = pd.concat([expected, mirrored], ignore_index=True)
    platform["changed_at"] = _instants(platform["day"])
    partners = np.concatenate([partner_of, own.index.to_numpy(dtype=np.int64)]).astype(np.int64)
    order = platform["key"].astype(str).argsort(kind="stable").to_numpy()
    platform, partners = platform.take(order).reset_index(drop=True), partners[order]
    pairing = unpaired(len(platform), len(postings))
    found = np.flatnonzero(partners != ALONE)
    pairing.pair(found, partners[found], NATURAL_KEY)
    group = np.full(len(postings), "", dtype=object)
    group[partners[found]] = platform["settlement"].to_numpy(dtype=object)[found]
    intacct = postings.assign(changed_at=_instants(postings["day"]), settlement=group)
    return Sides(platform, intacct, intacct.iloc[:0], pairing, date="day")


def _instants(days: pd.Series) -> pd.Series:
    """Return the instant from which a posting's age counts: the beginning of its day."""
    return pd.to_datetime(days, utc=True).astype("datetime64[us, UTC]")


def _add_items(
    link: Link, sides: Sides, pairs: pd.DataFrame, differences: Differences, known: Known, today: date
) -> None:
    """Add the items of the balances: what is absent, what differs, and what nothing brings back."""
    days = link.clearing.days
    expected, posted = (
        rows.assign(document_date=dates)
        for rows, dates in zip((sides.platform, sides.intacct), sides.document_dates(), strict=True)
    )
    absent = expected[sides.pairing.intacct_of == ALONE]
    why = explain_absent(absent, today, days)
    shown = one_sided(absent, is_platform=True).assign(field=absent["account"])
    differences.add(shown, Kind.MISSING_IN_INTACCT, cause=why, otherwise=why)
    platform, intacct = sides.side_by_side(pairs)
    change = (platform["amount"] - intacct["amount"])[(platform["amount"] != intacct["amount"]).to_numpy(dtype=bool)]
    is_foreign = intacct["is_foreign"][change.index]
    why = first_cause(is_foreign.to_frame(), "clearing_amount_differs", clearing_rate_differs=is_foreign)
    differences.add(
        pair_rows(pairs).loc[change.index],
        Kind.AMOUNT,
        cause=why,
        otherwise=why,
        field=platform["account"][change.index],
        platform_value=spoken(platform["amount"][change.index]),
        intacct_value=spoken(intacct["amount"][change.index]),
        amount_difference=change,
        money_at_stake=change.map(abs),
    )
    left = posted[sides.pairing.platform_of == ALONE]
    why, waits_for = explain_open(left, known, today, days)
    shown = one_sided(left, is_platform=False).assign(field=left["account"], platform_value=waits_for)
    differences.add(shown, Kind.UNCLEARED, cause=why, otherwise=why)


def _with_groups(
    result: Reconciliation, link: Link, lines: pd.DataFrame, currency: str, *, is_read: bool
) -> Reconciliation:
    """Add the groups, and the balance of each account with what makes it up.

    Raises:
        DataContractError: The items do not add up to the balance.
    """
    place: dict[str, Any] = {"link": link.name, "entity": str(link.entity), "object": OBJECT}
    grouped = lines[(lines["settlement"] != "").to_numpy(dtype=bool)]
    settlements = []
    for (settlement, in_), group in grouped.groupby(["settlement", "currency"], sort=True):
        debits, credits_ = totals(group["amount"].to_numpy(dtype=object))
        settlements.append((settlement, in_, debits, credits_, debits - credits_))
    columns = ["settlement", "currency", "movement_total", "payment_total", "difference"]
    members = pd.DataFrame(
        {
            "settlement": grouped["settlement"],
            "member_object": "gl_detail",
            "member_id": grouped["key"].astype(str),
            "amount": grouped["amount"],
        }
    ).sort_values(["settlement", "member_id"], kind="stable", ignore_index=True)
    clearing = _balances(link, lines, result.differences, currency, is_read=is_read)
    _prove_balances(clearing)
    return replace(
        result,
        settlements=pd.DataFrame(settlements, columns=columns).assign(**place)[list(SETTLEMENT_COLUMNS)],
        members=members.assign(**place)[list(MEMBER_COLUMNS)],
        clearing=clearing.assign(**place)[list(CLEARING_COLUMNS)],
    )


def _balances(
    link: Link, lines: pd.DataFrame, differences: pd.DataFrame, currency: str, *, is_read: bool
) -> pd.DataFrame:
    """Return each account and currency with its balance and the items that keep it from zero."""
    roles = {link.clearing.money_out: "money out"}
    roles[link.clearing.money_in] = "money out and in" if link.clearing.money_in in roles else "money in"
    # An account that nothing passed is told too: it is at zero.
    places = {(account, currency) for account in link.clearing.accounts if is_read}
    places |= set(zip(lines["account"], lines["currency"], strict=True))
    rows = []
    for account, in_ in sorted(places):
        mine = lines[((lines["account"] == account) & (lines["currency"] == in_)).to_numpy(dtype=bool)]
        items = differences[((differences["field"] == account) & (differences["currency"] == in_)).to_numpy(dtype=bool)]
        rows.append(
            {
                "account_no": account,
                "role": roles[account],
                "currency": in_,
                "postings": len(mine),
                "cleared": int((mine["settlement"] != "").sum()),
                "groups": mine["settlement"][mine["settlement"] != ""].nunique(),
                "balance": sum(mine["amount"], start=NO_MONEY),
                "items": len(items),
                "items_total": -sum(items["amount_difference"], start=NO_MONEY),
                "oldest_on": None if items.empty else items["changed_at"].min().date(),
            }
        )
    return pd.DataFrame(rows, columns=list(CLEARING_COLUMNS))


def _prove_groups(platform: pd.DataFrame) -> None:
    sums = platform["amount"].groupby([platform["settlement"], platform["currency"]], sort=True).sum()
    wrong = sums.index[(sums != NO_MONEY).to_numpy(dtype=bool)].tolist()
    if wrong:
        msg = f"{len(wrong)} groups of postings do not add up to zero, such as {wrong[0][0]}"
        raise DataContractError(msg)


def _prove_balances(clearing: pd.DataFrame) -> None:
    is_off = (clearing["balance"] != clearing["items_total"]).to_numpy(dtype=bool)
    for account, total, balance in clearing.loc[is_off, ["account_no", "items_total", "balance"]].to_numpy():
        msg = f"the items of account {account} add up to {total}, not to {balance}"
        raise DataContractError(msg)
