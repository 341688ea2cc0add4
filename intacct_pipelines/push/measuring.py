"""Before planning: reading the files that may be sent, each once, for their size and hash."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from intacct_pipelines.domain.attached import Content, attachment_id, split_name
from intacct_pipelines.domain.push import UNDONE_STATES
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.errors import (
    BudgetSpentError,
    CredentialsRejectedError,
    RateLimitedError,
    RemoteSystemError,
    TransportError,
)
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from intacct_pipelines.domain.attached import Attached
    from intacct_pipelines.domain.link import Files
    from intacct_pipelines.push.sources import Row, Sources
    from intacct_pipelines.push.uploads import FileStore

Wanted = tuple[str, str, str]
"""Table of a file, id of its document, its own id."""


def unread_files(sources: Sources, attached: Attached, known: Mapping[tuple[str, str], Content]) -> list[Wanted]:
    """Return the files of a kind of document that may be sent, and of which nobody knows yet what is in them.

    Args:
        sources: The rows.
        attached: The kind.
        known: What was found before, by table and file id.
    """
    limits, pairs = sources.link.files, sources.pairs(attached.document)
    files = sources.lines(attached.files)
    documents = sorted(row["id"] for row in sources.live(PUSHED[attached.upload].source.qualified_name))
    found: list[Wanted] = []
    for key in documents:
        paired = pairs.get(key)
        if paired is None or text(paired, "state") in UNDONE_STATES:
            continue
        if text(paired, "attachment_id") not in {"", attachment_id(sources.link.name, attached.document, key)}:
            continue
        found += [
            (attached.files, key, str(file["id"]))
            for file in files.get(key, [])
            if _may_go(attached, file, limits) and _is_unread(known.get((attached.files, str(file["id"]))), limits)
        ]
    return found


def _may_go(attached: Attached, file: Row, limits: Files) -> bool:
    status = text(file, "scan_status")
    kind = split_name(text(file, attached.file_name))[1]
    return kind in limits.types and (not status or status in limits.scan_statuses)


def _is_unread(content: Content | None, limits: Files) -> bool:
    return content is None or (not content.sha256 and content.size <= limits.max_bytes)


def measure(store: FileStore, wanted: Iterable[Wanted], limits: Files) -> dict[tuple[str, str], Content]:
    """Read files and return what is in them, by table and file id; no bytes are kept.

    What the platform does not give is told as a problem. If it asks for fewer calls, or cannot be reached, the rest is
    left for the next plan.

    Raises:
        CredentialsRejectedError: The platform lets nobody in.
    """
    found: dict[tuple[str, str], Content] = {}
    for table, parent_id, file_id in list(wanted)[: limits.per_plan]:
        try:
            content = store.read(table, parent_id, file_id, limits.max_bytes)
        except CredentialsRejectedError:
            raise
        except (TransportError, RateLimitedError) as error:
            found[table, file_id] = Content(problem=error.message)
            break
        except BudgetSpentError as error:
            found[table, file_id] = Content(problem=str(error))
            break
        except RemoteSystemError as error:
            found[table, file_id] = Content(problem=error.message)
            continue
        is_whole = len(content) <= limits.max_bytes
        found[table, file_id] = Content(len(content), hashlib.sha256(content).hexdigest() if is_whole else "")
    return found
