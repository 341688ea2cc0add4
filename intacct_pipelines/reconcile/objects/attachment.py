"""Files that BILL keeps with bills and invoices, against the attachments of Intacct's; neither side sends them.

One row is one document that has any. Intacct's documents name one attachment, of which only the last file's name can
be read, so how many files are in it is not compared. What a file is called may name people, and is not shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from intacct_pipelines.domain.attached import split_name
from intacct_pipelines.domain.names import fold
from intacct_pipelines.reconcile.causes import NO_CAUSE, Kind, first_cause
from intacct_pipelines.reconcile.conclusion import conclude
from intacct_pipelines.reconcile.differences import Differences, Explanations, add_alone
from intacct_pipelines.reconcile.documents import confirmed_pairs, deleted_in_intacct, gone_documents
from intacct_pipelines.reconcile.fields import NO_MONEY, Field, add_fields
from intacct_pipelines.reconcile.frames import instants, mapped, require, select_rows, text
from intacct_pipelines.reconcile.objects.ap_bill import bills_of
from intacct_pipelines.reconcile.objects.ar_invoice import invoices_of
from intacct_pipelines.reconcile.pairing import DOCUMENT, unpaired
from intacct_pipelines.reconcile.result import Reconciliation
from intacct_pipelines.reconcile.sides import Sides, pair_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from intacct_pipelines.domain.link import Link
    from intacct_pipelines.reconcile.frames import Frames
    from intacct_pipelines.reconcile.moment import Moment

_ATTACHMENT: Final = "intacct.attachment"
_STAYS: Final = "attachment_stays"
_ONLY_THERE: Final = "attachment_only_in_intacct"


@dataclass(frozen=True, slots=True)
class Attached:
    """The files of one kind of document.

    Args:
        name: Name of the object.
        document: Name of the document's object and of its table on both sides.
        files: BILL's table with the files.
        parent: Column of that table with the document.
        party: Intacct's column with the document's vendor or customer.
        pair: Returns the documents of both sides, paired.
    """

    name: str
    document: str
    files: str
    parent: str
    party: str
    pair: Callable[[Link, Frames, pd.DataFrame], Sides]


ATTACHED: Final[dict[str, Attached]] = {
    one.name: one
    for one in (
        Attached("ap_bill_attachment", "ap_bill", "bill.ap_bill_document", "ap_bill_id", "vendor_id", bills_of),
        Attached(
            "ar_invoice_attachment",
            "ar_invoice",
            "bill.ar_invoice_attachment",
            "ar_invoice_id",
            "customer_id",
            invoices_of,
        ),
    )
}
"""Every kind that is compared here, by its name."""


def reconcile_attachments(
    attached: Attached, link: Link, frames: Frames, crosswalk: pd.DataFrame, moment: Moment
) -> Reconciliation:
    """Match and compare the attachments of one kind of document of one link.

    A document's files pair with the attachment of the document that is its partner.

    See ``reconcile.Reconciler`` for the other arguments and errors.
    """
    documents = attached.pair(link, frames, crosswalk)
    files = _files(attached, frames)
    sides = _pair(attached, frames, documents, files)
    differences = Differences(link, attached.name, moment.now)
    pairs = sides.pairs()
    _compare(frames, sides, differences, pairs, files)
    left_behind = _left_behind(attached, link, frames, crosswalk, documents)
    add_alone(sides, differences, _explain(frames, documents, sides, left_behind))
    return conclude(sides, differences, pairs)


def is_attachment_gone(frames: Frames, named: pd.Series) -> pd.Series:
    """Say which attachments are not in Intacct, though a document names them; nothing is known where none were read."""
    held = set(text(select_rows(frames[_ATTACHMENT], "record_no", deleted=False), "attachment_id"))
    return (named != "") & ~named.isin(held) & frames.was_read(_ATTACHMENT)


def _names(frames: Frames) -> Mapping[str, frozenset[str]]:
    """Return by what names the last file of each of Intacct's attachments may be known."""
    rows = select_rows(frames[_ATTACHMENT], "record_no", deleted=False)
    told = zip(*(text(rows, name) for name in ("attachment_id", "file_name", "file_type")), strict=True)
    return {one: frozenset({fold(name), fold(f"{name}.{kind}")}) - {""} for one, name, kind in told}


def _files(attached: Attached, frames: Frames) -> pd.DataFrame:
    """Return what BILL's documents have: ``parent``, ``count``, ``names``, ``last_at``."""
    rows = frames[attached.files]
    if "_deleted" in rows.columns:
        rows = rows[~rows["_deleted"].fillna(value=False).astype(bool)]
    require(rows, [attached.parent], "id")
    rows = pd.DataFrame(
        {
            "parent": text(rows, attached.parent),
            "names": [_known_as(name, key) for name, key in zip(text(rows, "name"), text(rows, "id"), strict=True)],
            "at": instants(rows, "created_at"),
        }
    )
    return rows.groupby("parent", sort=True, as_index=False).agg(
        count=("names", "size"), names=("names", lambda names: frozenset().union(*names)), last_at=("at", "max")
    )


def _known_as(name: str, file_id: str) -> frozenset[str]:
    """Return what a file of BILL's may be called in Intacct: as in BILL, or as it is called there when it is pushed."""
    stem, kind = split_name(name)
    return frozenset({fold(name), fold(f"{stem}.{kind}"), fold(f"{stem} {file_id}.{kind}")})


def _pair(attached: Attached, frames: Frames, documents: Sides, files: pd.DataFrame) -> Sides:
    platform = documents.platform.merge(files, how="inner", left_on="key", right_on="parent", validate="one_to_one")
    count = platform["count"].astype(object)
    platform = platform.assign(
        partner=mapped(platform["key"], {key: str(record_no) for key, record_no in documents.partners().items()}),
        shown=[
            f"{one}: {many} file{'' if many == 1 else 's'}" for one, many in zip(platform["id"], count, strict=True)
        ],
        amount=pd.Series(NO_MONEY, index=platform.index, dtype=object),
        currency="",
        # A file that came late is young, however old its document is.
        changed_at=platform["last_at"].fillna(platform["changed_at"]),
    )
    rows = frames[f"intacct.{attached.document}"]
    rows = rows[(text(rows, "attachment_id") != "").to_numpy(dtype=bool)]
    named = dict(zip(rows["record_no"], rows["attachment_id"], strict=True))
    intacct, outside = (_with_attachment(theirs, named) for theirs in (documents.intacct, documents.outside))
    pairing = unpaired(len(platform), len(intacct))
    pairing.pair_unique(platform["partner"], intacct["key"].map(str).astype(object), DOCUMENT)
    return Sides(platform, intacct, outside, pairing, documents.date)


def _with_attachment(documents: pd.DataFrame, named: Mapping[object, str]) -> pd.DataFrame:
    rows = documents[documents["key"].isin(named.keys())].reset_index(drop=True)
    attachment = mapped(rows["key"], named)
    return rows.assign(
        attachment=attachment,
        shown=rows["id"] + ": " + attachment,
        id=attachment,
        amount=pd.Series(NO_MONEY, index=rows.index, dtype=object),
        currency="",
    )


def _left_behind(
    attached: Attached, link: Link, frames: Frames, crosswalk: pd.DataFrame, documents: Sides
) -> frozenset[str]:
    """Return BILL's documents whose earlier record in Intacct was deleted with an attachment (S-BIL-08)."""
    table = f"intacct.{attached.document}"
    gone = gone_documents(frames, table, party=attached.party)
    rows = frames[table]
    had = set(rows["record_no"][text(rows, "attachment_id") != ""])
    gone = gone[gone["record_no"].isin(had)]
    was_there = deleted_in_intacct(documents.platform, gone, confirmed_pairs(link, attached.document, crosswalk))
    return frozenset(documents.platform["key"][was_there])


def _explain(frames: Frames, documents: Sides, sides: Sides, left_behind: frozenset[str]) -> Explanations:
    platform, intacct = sides.platform, sides.intacct
    known = {str(record_no) for record_no in documents.partners().values()}
    return Explanations(
        platform_cause=first_cause(platform, its_document_is_alone=platform["partner"] == ""),
        platform_otherwise=first_cause(
            platform, otherwise=_STAYS, attachment_left_behind=platform["key"].isin(left_behind)
        ),
        intacct_cause=pd.Series(NO_CAUSE, index=intacct.index, dtype=object),
        intacct_otherwise=first_cause(
            intacct,
            otherwise=_ONLY_THERE,
            attachment_gone=is_attachment_gone(frames, intacct["attachment"]),
            its_document_is_alone=~intacct["key"].map(str).isin(known),
        ),
        group_cause=NO_CAUSE,
        group_otherwise=_STAYS,
    )


def _compare(frames: Frames, sides: Sides, differences: Differences, pairs: pd.DataFrame, files: pd.DataFrame) -> None:
    platform, intacct = sides.side_by_side(pairs)
    is_gone = is_attachment_gone(frames, intacct["attachment"])
    names = mapped(intacct["attachment"], _names(frames), frozenset())
    kept = zip(names, platform["names"], strict=True)
    is_other = pd.Series([bool(theirs) and not theirs & ours for theirs, ours in kept], index=names.index, dtype=bool)
    owners = _documents_by_name(files)
    of_another = [_only_owner(owners, theirs) for theirs in names]
    is_of_another = is_other & pd.Series([bool(one) for one in of_another], index=names.index, dtype=bool)
    add_fields(
        differences,
        pair_rows(pairs),
        (
            Field(
                "attachment", Kind.STATE, platform["shown"], intacct["attachment"], is_gone, NO_CAUSE, "attachment_gone"
            ),
            Field(
                "file_name",
                Kind.CODING,
                platform["shown"],
                intacct["attachment"],
                is_other,
                NO_CAUSE,
                first_cause(platform, otherwise="attachment_named_otherwise", attachment_of_another=is_of_another),
            ),
        ),
    )


def _documents_by_name(files: pd.DataFrame) -> dict[str, set[str]]:
    owners: dict[str, set[str]] = {}
    for parent, names in zip(files["parent"], files["names"], strict=True):
        for name in names:
            owners.setdefault(name, set()).add(parent)
    return owners


def _only_owner(owners: Mapping[str, set[str]], names: frozenset[str]) -> str:
    """Return the one document of BILL that has a file of one of these names, empty if none or several have."""
    found = set().union(*(owners.get(name, set()) for name in names))
    return next(iter(found)) if len(found) == 1 else ""
