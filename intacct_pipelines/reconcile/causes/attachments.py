"""Why a document's files are on one side only, or are others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from intacct_pipelines.reconcile.causes.cause import Turn, broken, expected

if TYPE_CHECKING:
    from intacct_pipelines.reconcile.causes.cause import Cause

ATTACHMENTS: Final[dict[str, Cause]] = {
    "its_document_is_alone": expected(
        "S-ATT-01",
        "The document to which it is attached has no partner; that is told of the document itself.",
        "Nothing here.",
    ),
    "attachment_stays": expected(
        "S-ATT-01",
        "Attachments do not travel; only BILL has the file.",
        "Upload it in Intacct too where it is wanted there.",
        turn=Turn.INTACCT,
    ),
    "attachment_only_in_intacct": expected(
        "S-ATT-01",
        "Attachments do not travel; only Intacct has the file.",
        "Upload it in BILL too where approvers are to see it.",
        turn=Turn.PLATFORM,
    ),
    "attachment_named_otherwise": expected(
        "S-ATT-01",
        "The file in Intacct has another name than each of BILL's; it was uploaded there by hand.",
        "Nothing, unless the wrong file was uploaded.",
    ),
    "attachment_left_behind": broken(
        "Intacct's document was deleted and made anew, as an edit in BILL does (S-BIL-08), and its attachment stayed "
        "with the deleted one.",
        "Attach the file to the new document in Intacct.",
        turn=Turn.INTACCT,
    ),
    "attachment_gone": broken(
        "Intacct's document names an attachment that is not in Intacct (any more).",
        "Attach the file in Intacct again.",
        turn=Turn.INTACCT,
    ),
    "attachment_of_another": broken(
        "The file in Intacct has the name of a file that BILL keeps with another document, and of none of this one's.",
        "Open it in Intacct; attach the right file if it is the wrong one.",
        turn=Turn.INTACCT,
    ),
}
"""Causes of attachments."""
