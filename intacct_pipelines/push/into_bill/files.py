"""Files of Intacct's bills and invoices that BILL is to keep with its own (S-ATT-01), each known by its content."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.attached import Reference, split_name
from intacct_pipelines.domain.attached_in_bill import ATTACHMENTS, KEPT, LARGEST, file_id_of, files_known_as, name_in
from intacct_pipelines.domain.push import Change, Item, Operation, canonical_json
from intacct_pipelines.push.into_bill.shelf import wanted_attachments
from intacct_pipelines.push.list_updates import revision_key
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row

_RULE: Final = "S-ATT-01"


class FilesIntoBill:
    """Decides, attachment by attachment, which files BILL gets; an attachment goes once.

    What came from BILL has BILL's mark and is left alone. What BILL has by content is not sent, as the way finds out
    right before.
    """

    object_name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]

    def __init__(self, context: Context) -> None:
        self._context = context
        self._kept = KEPT[self.object_name]
        self._limits = context.sources.link.files
        self._twins = wanted_attachments(context.sources, self.object_name)
        self._known: dict[str, list[str]] = {}
        for table, file_id in context.contents:
            if table == ATTACHMENTS:
                self._known.setdefault(file_id.rpartition("/")[0] + "/", []).append(file_id)

    def rows(self) -> list[Row]:
        """Return the attachments that documents name which BILL has, by number."""
        rows = [row for row in self._context.sources.live(ATTACHMENTS) if row["attachment_id"] in self._twins]
        return sorted(rows, key=lambda row: int(row["record_no"]))

    def is_shown(self, decision: Decision) -> bool:
        """Show what is decided."""
        return decision is not None

    def decide(self, row: Row) -> Decision:
        """Return what is uploaded of an attachment; None if it went before, or nothing is in it."""
        key, twins = str(row["record_no"]), self._twins[row["attachment_id"]]
        if (self.object_name, key) in self._context.posted:
            return None
        label = f"files of {self._kept.word} {text(twins[0], 'document_no') or twins[0]['id']}"
        try:
            return self._item(row, key, twins, label)
        except Held as held:
            return held.hold(self.object_name, key, label)

    def _item(self, row: Row, key: str, twins: Sequence[Row], label: str) -> Item | None:
        if len(twins) > 1:
            reason = f"{len(twins)} {self._kept.word}s in BILL are of documents that name it"
            raise Held("ambiguous", _RULE, reason, "Upload it in BILL by hand, where it belongs.")
        files, left = self._files(row)
        if not files:
            if left:
                raise left[0]
            return None
        content: Fields = {"id": twins[0]["id"], "attachment": row["attachment_id"], "files": files}
        return Item(
            key=revision_key(
                self._context, self.object_name, key, Operation.CREATE, canonical_json(content), system="intacct"
            ),
            object_name=self.object_name,
            operation=Operation.CREATE,
            source_id=key,
            natural_key={},
            payload=content,
            source_revision=self._context.revisions.get((self.object_name, key), ""),
            changes=tuple(Change("file", "", f"{one['name']}: {one['file']}") for one in files),
            warnings=tuple(f"left out: {held.parts[2]} [{held.parts[1]}]" for held in left),
            label=label,
        )

    def _files(self, row: Row) -> tuple[list[Fields], list[Held]]:
        known_as = files_known_as(row)
        note = self._context.contents.get((ATTACHMENTS, file_id_of(known_as, "")))
        if note is None or note.problem:
            reason = "nobody has read yet what is in it" + (f": {note.problem}" if note else "")
            raise Held("file_unread", _RULE, reason, "Nothing; the next plan tries again.")
        files: list[Fields] = []
        left: list[Held] = []
        taken: set[str] = set()
        for file_id in sorted(self._known.get(known_as, [])):
            name = name_in(file_id)
            if not name:
                continue
            content = self._context.contents[ATTACHMENTS, file_id]
            if held := self._refused(name, content.size):
                left.append(held)
            elif content.sha256 not in taken:
                taken.add(content.sha256)
                reference = Reference(ATTACHMENTS, file_id, content.size, content.sha256)
                files.append({"name": name, "file": str(reference)})
        return files, left

    def _refused(self, name: str, size: int) -> Held | None:
        kind, most = split_name(name)[1], min(LARGEST, self._limits.max_bytes)
        if kind not in self._limits.types:
            reason = f"file {name!r} is of type {kind or 'unknown'}, which the link does not send"
            return Held("file_type", _RULE, reason, "Upload it in BILL by hand, or name the type in files.types.")
        if not 0 < size <= most:
            reason = f"file {name!r} has {size} bytes, and BILL takes {most} at most"
            return Held("file_size", _RULE, reason, "Upload it in BILL by hand, in parts.")
        return None


def _planner(object_name: str) -> type[FilesIntoBill]:
    document = KEPT[object_name].document
    reads = (ATTACHMENTS, f"intacct.{document}", f"bill.{document}")
    return type("KindOfFilesIntoBill", (FilesIntoBill,), {"object_name": object_name, "reads": reads})


FILES_INTO_BILL: Final = tuple(_planner(name) for name in KEPT)
"""One planner for each kind of document."""
