"""Files of documents: which go into an attachment of Intacct, and which documents are made to name it (S-ATT-01).

The vendor's sync carries no files, so a link has to name them in ``also_pushed``. A document gets its attachment only
once Intacct has the document, so that one which is refused leaves no attachment behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from intacct_pipelines.domain.attached import (
    ATTACHED,
    Attached,
    Reference,
    attachment_id,
    is_told,
    read_contents,
    split_name,
    told_contents,
)
from intacct_pipelines.domain.keys import read_source_mark
from intacct_pipelines.domain.names import fold
from intacct_pipelines.domain.push import (
    UNDONE_STATES,
    Change,
    Hold,
    Item,
    Operation,
    content_revision,
    target_revision,
)
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.documents import (
    check_changeable,
    check_not_posted,
    check_readable,
    closed_for,
    key_of,
    located,
    marked_text,
)
from intacct_pipelines.push.planner import Held
from intacct_pipelines.push.sources import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intacct_pipelines.domain.closed_books import Closed
    from intacct_pipelines.domain.keys import ItemKey
    from intacct_pipelines.domain.push import Fields
    from intacct_pipelines.push.planner import Context, Decision
    from intacct_pipelines.push.sources import Row, Sources

RULE: Final = "S-ATT-01"
_ATTACHMENTS: Final = "intacct.attachment"
_MOST_FILES: Final = 45
"""So many hashes fit into an attachment's description."""


@dataclass(frozen=True, slots=True)
class File:
    """One file that may be sent.

    Args:
        name: What it is called in Intacct, without its type.
        kind: Its type.
        told: Name, size and hash, for people.
        reference: What stands for its bytes.
    """

    name: str
    kind: str
    told: str
    reference: Reference


class _Documents:
    """What both planners of a kind of document know of it.

    Args:
        context: What the planner is told.
        attached: The kind.
    """

    def __init__(self, context: Context, attached: Attached) -> None:
        self.context, self.attached = context, attached
        self.sources: Sources = context.sources
        self.files = self.sources.lines(attached.files)
        self.pairs = self.sources.pairs(attached.document)
        self.unconfirmed = self.sources.unconfirmed(attached.document)

    def rows(self) -> list[Row]:
        """Return the platform's documents that have files and stand in Intacct."""
        table = PUSHED[self.attached.upload].source.qualified_name
        rows = [row for row in self.sources.live(table) if row["id"] in self.files and self.stands(row)]
        return sorted(rows, key=lambda row: str(row["id"]))

    def stands(self, row: Row) -> bool:
        """Say whether Intacct has a document and it takes effect."""
        paired = self.pairs.get(row["id"])
        return paired is not None and text(paired, "state") not in UNDONE_STATES

    def places(self, paired: Row) -> list[str]:
        """Return the locations of the lines of Intacct's document."""
        return located(self.sources.lines(f"intacct.{self.attached.document}_line").get(paired["record_no"], []))

    def own_id(self, row: Row) -> str:
        """Return the id of a document's attachment."""
        return attachment_id(self.sources.link.name, self.attached.document, row["id"])

    def existing(self, row: Row) -> Row | None:
        """Return the attachment that Intacct has under that id.

        Raises:
            Held: It is not marked as this document's.
        """
        found = self.sources.by(_ATTACHMENTS, "attachment_id").get(self.own_id(row))
        platform = PUSHED[self.attached.upload].platform
        if found is not None and read_source_mark(found.get("description")) != (platform, row["id"]):
            reason = f"Intacct's attachment {self.own_id(row)} does not carry the mark of this {self.attached.word}"
            raise Held("duplicate", "S-IDM-04", reason, "Find out who changed it, and put the description right.")
        return found

    def check(self, row: Row, paired: Row) -> None:
        """Refuse a document that is not surely the right one, or that this link may not touch.

        Raises:
            Held: It is so, or a person attached something else.
        """
        word, theirs = self.attached.word, text(paired, "attachment_id")
        if theirs and theirs != self.own_id(row):
            reason = f"Intacct's {word} {paired['record_no']} names attachment {theirs}, which a person put there"
            if self.own_id(row) in self.sources.by(_ATTACHMENTS, "attachment_id"):
                reason += f"; it does not name {self.own_id(row)}, which was uploaded before"
            raise Held(
                "attached_by_hand", RULE, reason, "Nothing, if the files are in it; else add them there by hand."
            )
        total, currency = paired.get("trx_total_entered"), text(paired, "currency")
        is_same = (row.get("amount"), text(row, "currency")) == (total, currency)
        if row["id"] in self.unconfirmed and not is_same:
            reason = f"its pair, Intacct's {word} {paired['record_no']}, has another amount, and nobody confirmed it"
            raise Held("unconfirmed", RULE, reason, "Confirm the pair with `map`, or correct the wrong side.")
        check_changeable(self.context, PUSHED[self.attached.name], paired)
        check_readable(self.context, PUSHED[self.attached.name], row)

    def label(self, row: Row) -> str:
        """Return what people call a document."""
        return f"{self.attached.word} {text(row, 'document_no') or text(row, 'merchant_name') or row['id']}"

    def hold(self, object_name: str, row: Row, label: str, held: Held) -> Hold:
        """Return a refusal; no money waits for a file."""
        return held.hold(object_name, row["id"], label)


class FilePlanner:
    """Decides, document by document, which of its files are put into its attachment."""

    object_name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    attached: ClassVar[Attached]

    def __init__(self, context: Context) -> None:
        self._context = context
        self._documents = _Documents(context, self.attached)
        self._limits = context.sources.link.files

    def rows(self) -> list[Row]:
        """Return the platform's documents that have files and stand in Intacct."""
        return self._documents.rows()

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, row: Row) -> Decision:
        """Return what is to be uploaded for a document; None if Intacct has all of it."""
        paired = self._documents.pairs[row["id"]]
        try:
            self._documents.check(row, paired)
            existing = self._documents.existing(row)
            return self._decide(row, existing)
        except Held as held:
            return self._documents.hold(self.object_name, row, f"files of {self._documents.label(row)}", held)

    def _decide(self, row: Row, existing: Row | None) -> Item | None:
        told = read_contents(text(existing, "description")) if existing is not None else frozenset()
        chosen: dict[str, File] = {}
        left: list[Held] = []
        for file in self._in_order(row):
            try:
                one = self._file(*file)
            except Held as held:
                left.append(held)
                continue
            if not is_told(one.reference.sha256, told):
                chosen.setdefault(one.reference.sha256, one)
        if not chosen:
            if left:
                raise left[0]
            return None
        if existing is None:
            check_not_posted(self._context, PUSHED[self.object_name], row)
        return self._item(row, existing, told, list(chosen.values()), left)

    def _in_order(self, row: Row) -> list[tuple[Row, str, str]]:
        """Return the document's files with name and type, in the order in which they came.

        Names are unique within an attachment, so a name that comes again has the file's id behind it.
        """
        files = self._documents.files[row["id"]]
        found: list[tuple[Row, str, str]] = []
        taken: set[tuple[str, str]] = set()
        for one in sorted(files, key=lambda one: (str(one.get("created_at") or ""), str(one["id"]))):
            name, kind = split_name(text(one, self.attached.file_name))
            own = (fold(name), kind)
            found.append((one, f"{name} {one['id']}".strip() if not name or own in taken else name, kind))
            taken.add(own)
        return found

    def _file(self, file: Row, name: str, kind: str) -> File:
        """Return a file as it is sent.

        Raises:
            Held: It is not, or not yet.
        """
        shown = f"file {text(file, self.attached.file_name) or file['id']!r}"
        if kind not in self._limits.types:
            reason = f"{shown} is of type {kind or 'unknown'}, which the link does not send"
            raise Held("file_type", RULE, reason, "Attach it in Intacct by hand, or name the type in files.types.")
        status = text(file, "scan_status")
        if status and status not in self._limits.scan_statuses:
            reason = f"{shown}: BILL's scan for viruses says {status}"
            raise Held("file_scan", RULE, reason, "Wait for the scan; take an infected file away in BILL.")
        content = self._context.contents.get((self.attached.files, str(file["id"])))
        if content is None or content.problem:
            reason = f"{shown} was not read yet" + (f": {content.problem}" if content else "")
            raise Held("file_unread", RULE, reason, "Nothing; the next plan tries again.")
        if content.size > self._limits.max_bytes or not content.sha256:
            reason = f"{shown} has more than {self._limits.max_bytes} bytes"
            raise Held("file_size", RULE, reason, "Attach it in Intacct by hand, or raise files.max_bytes.")
        if not content.size:
            raise Held("file_size", RULE, f"{shown} is empty", "Upload it in the platform again.")
        reference = Reference(self.attached.files, str(file["id"]), content.size, content.sha256)
        told = f"{name}.{kind}, {content.size} bytes, SHA-256 {content.sha256}"
        return File(name, kind, told, reference)

    def _item(
        self, row: Row, existing: Row | None, told: frozenset[str], files: Sequence[File], left: Sequence[Held]
    ) -> Item:
        sent, later = _first_of(files, self._limits.max_bytes)
        if len(told) + len(sent) > _MOST_FILES:
            reason = f"it would have {len(told) + len(sent)} files, more than {_MOST_FILES}"
            raise Held("too_many", RULE, reason, "Attach the others in Intacct by hand.")
        operation = Operation.CREATE if existing is None else Operation.UPDATE
        link, pushed = self._context.sources.link, PUSHED[self.object_name]
        content = self._content(row, sorted(told), sent)
        start = "" if existing is None else _state_of(existing)
        key = key_of(link, self.object_name, row, operation, content, start)
        words = str(content["supdocdescription"])
        warnings = [f"left out: {held.parts[2]} [{held.parts[1]}]" for held in left]
        warnings += [f"follows with the next plan: {one.told}" for one in later]
        return Item(
            key=key,
            object_name=self.object_name,
            operation=operation,
            source_id=row["id"],
            natural_key={pushed.field("attachment_id"): str(content["supdocid"])},
            payload={
                **content,
                "supdocdescription": marked_text(row["id"], key, words, system=pushed.platform),
                "attachments": content["attachments"],
            },
            source_revision=self._context.revisions.get((self.object_name, row["id"]), ""),
            target_id=None if existing is None else str(existing["record_no"]),
            target_revision=start,
            changes=tuple(Change("file", "", one.told) for one in sent),
            warnings=tuple(warnings),
            label=f"{len(sent)} file{'' if len(sent) == 1 else 's'} of {self._documents.label(row)}",
        )

    def _content(self, row: Row, told: Sequence[str], files: Sequence[File]) -> Fields:
        """Return the arguments of ``create_supdoc`` and ``update_supdoc`` in their order."""
        hashes = [*told, *(one.reference.sha256 for one in files)]
        attachments: list[Fields] = [
            {"attachmentname": one.name, "attachmenttype": one.kind, "attachmentdata": str(one.reference)}
            for one in files
        ]
        return {
            "supdocid": self._documents.own_id(row),
            "supdocname": f"{PUSHED[self.object_name].platform.upper()} {row['id']}",
            "supdocfoldername": self._limits.folder,
            # Mark and key are put before these words once the key is known, which follows from them too.
            "supdocdescription": told_contents(hashes),
            "attachments": {"attachment": attachments},
        }


class LinkPlanner:
    """Decides, document by document, whether it is made to name its attachment; never in the place of another."""

    object_name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    attached: ClassVar[Attached]

    def __init__(self, context: Context) -> None:
        self._context = context
        self._documents = _Documents(context, self.attached)

    def rows(self) -> list[Row]:
        """Return the platform's documents that have files, stand in Intacct and name no attachment there."""
        pairs = self._documents.pairs
        return [row for row in self._documents.rows() if not text(pairs[row["id"]], "attachment_id")]

    def is_shown(self, decision: Decision) -> bool:
        """Return True for all that is decided."""
        return decision is not None

    def decide(self, row: Row) -> Decision:
        """Return the change that makes a document name its attachment; None as long as it has none."""
        paired = self._documents.pairs[row["id"]]
        try:
            self._documents.check(row, paired)
            existing = self._documents.existing(row)
        except Held:
            # told of the upload
            return None
        upload = (self.attached.upload, row["id"])
        found = self._context.decisions.get(upload)
        item = found if isinstance(found, Item) else self._context.in_hand.get(upload)
        if existing is None and item is None:
            return None
        return self._item(row, paired, () if existing is not None or item is None else (item.key,))

    def _item(self, row: Row, paired: Row, depends_on: tuple[ItemKey, ...]) -> Item:
        pushed, own = PUSHED[self.object_name], self._documents.own_id(row)
        place = pushed.place(Operation.UPDATE, "attachment_id")
        record_no = {} if Operation.UPDATE in pushed.functions else {"RECORDNO": str(paired["record_no"])}
        content: Fields = {**record_no, place: own}
        start = content_revision(["", ""])
        key = key_of(self._context.sources.link, self.object_name, row, Operation.UPDATE, content, start)
        return Item(
            key=key,
            object_name=self.object_name,
            operation=Operation.UPDATE,
            source_id=row["id"],
            natural_key={pushed.field("attachment_id"): own},
            payload=content,
            source_revision=self._context.revisions.get((self.object_name, row["id"]), ""),
            target_id=str(paired["record_no"]),
            target_revision=start,
            depends_on=depends_on,
            changes=(Change("attachment", "", own),),
            warnings=_of_closed_books(paired, closed_for(self._context, self._documents.places(paired))),
            label=f"attachment of {self._documents.label(row)}",
        )


def _of_closed_books(paired: Row, closed: Closed | None) -> tuple[str, ...]:
    day = paired.get("gl_posting_date") or paired.get("transaction_date")
    if closed is None or day is None or day > closed.through:
        return ()
    return (f"its books are closed through {closed}: no amount changes, yet Intacct may refuse [S-IDM-08]",)


def _state_of(existing: Row) -> str:
    """Return the state of an attachment as far as an update of it depends on that."""
    own = [text(existing, "attachment_id")]
    return target_revision(own, state="", total=Decimal(0), description=text(existing, "description"))


def _first_of(files: Sequence[File], most: int) -> tuple[list[File], list[File]]:
    """Return the files that go together, no larger than one may be, and those that follow."""
    total, sent = 0, list[File]()
    for one in files:
        total += one.reference.size
        if sent and total > most:
            break
        sent.append(one)
    return sent, list(files[len(sent) :])


def _planners(name: str) -> tuple[type[FilePlanner], type[LinkPlanner]]:
    """Return the planners of one kind of document: what is uploaded, and what names it."""
    attached = ATTACHED[name]
    source = PUSHED[attached.upload].source.qualified_name
    target = f"intacct.{attached.document}"
    places = (f"{target}_line", "intacct.location", "intacct.entity")
    own = {"attached": attached, "reads": (source, attached.files, target, *places, _ATTACHMENTS)}
    upload = type("KindOfFilePlanner", (FilePlanner,), {**own, "object_name": attached.upload})
    linked = type("KindOfLinkPlanner", (LinkPlanner,), {**own, "object_name": attached.name})
    return upload, linked


ATTACHMENT_PLANNERS: Final = tuple(planner for name in ATTACHED for planner in _planners(name))
"""The planners of all files, each upload before what names it."""
