"""Lists and single records over HTTP: reading, making, changing, archiving."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.sandbox.bill.credit_edits import CreditEditor
from intacct_pipelines.sandbox.bill.customer_edits import CustomerEditor
from intacct_pipelines.sandbox.bill.invoice_edits import InvoiceEditor
from intacct_pipelines.sandbox.bill.list_edits import ListEditor
from intacct_pipelines.sandbox.bill.payload import BillError, decode, invalid, json_reply, refusal
from intacct_pipelines.sandbox.bill.state import State
from intacct_pipelines.sandbox.http import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from intacct_pipelines.sandbox.bill.organization import Organization
    from intacct_pipelines.sandbox.bill.state import Call

_DEFAULT_PAGE: Final = 20
_MOST_PER_PAGE: Final = 100
_MOST_BULK: Final = {"vendors": 20, "bills": 100}
_MOST_BULK_LISTS: Final = 50
_LARGEST_FILE: Final = 6_000_000
_ENVELOPES: Final = {
    "chart-of-accounts": "chartOfAccounts",
    "accounting-classes": "accountingClasses",
}


class RecordsServed(State):
    """The operations on lists and single records, by the names that ``routes`` gives them."""

    def _list(self, call: Call) -> Reply:
        offset, size, filters, sort, is_first = self._page(call, call.kind)
        question: list[str | int] = [call.organization.id, call.kind, size, filters, sort]
        ids = call.organization.listed(call.kind, filters, sort)
        if is_first and self.options.empty_first_page:
            return json_reply(200, {"nextPage": self._tokens.issue(question, 0), "results": []})
        page = ids[offset : offset + size]
        answer: dict[str, Any] = {"results": [call.organization.to_json(call.kind, i) for i in page]}
        if offset + size < len(ids):
            answer["nextPage"] = self._tokens.issue(question, offset + size)
        if offset:
            answer["prevPage"] = self._tokens.issue(question, max(offset - size, 0))
        return json_reply(200, answer)

    def _files(self, call: Call) -> Reply:
        """The files of one record; what they are called, and a link to each."""
        self._record(call)
        call.organization.files.arrive(self._now())
        listed = f"{call.kind}/{call.groups['id']}"
        offset, size, _, _, _ = self._page(call, listed)
        files = call.organization.files.listed(call.kind, call.groups["id"])
        answer: dict[str, Any] = {"results": [self._linked(call, file) for file in files[offset : offset + size]]}
        if offset + size < len(files):
            answer["nextPage"] = self._tokens.issue([call.organization.id, listed, size, "", ""], offset + size)
        return json_reply(200, answer)

    def _upload(self, call: Call) -> Reply:
        """Keep a file with a record; a bill's is listed only minutes later, under another id."""
        self._record(call)
        name, content = call.parameter("name"), call.request.body
        if not name:
            raise invalid(["name: must not be null"])
        if not 0 < len(content) <= _LARGEST_FILE:
            raise refusal(413 if content else 400, "SANDBOX-1413", "A file has 1 to 6,000,000 bytes.")
        files, now = call.organization.files, self._now()
        if call.kind == "bills":
            return json_reply(200, {"id": files.upload(call.groups["id"], name, content, now)})
        file_id = files.add(call.kind, call.groups["id"], name, now)
        files.put(file_id, content)
        return json_reply(200, self._linked(call, files.found(file_id)))

    def _upload_status(self, call: Call) -> Reply:
        """How far uploads of bills' documents are."""
        files = call.organization.files
        files.arrive(self._now())
        return json_reply(200, [files.status_of(upload_id) for upload_id in call.parameter("ids").split(",")])

    def _file(self, call: Call) -> Reply:
        """One file: what it is called, and a link to it."""
        return json_reply(200, self._linked(call, self._found(call)))

    def _download(self, call: Call) -> Reply:
        """What is in a file, for who has a session and a link that has not ended."""
        files, file_id = call.organization.files, self._found(call)["id"]
        if not files.is_signed(file_id, call.parameter("until"), call.parameter("signature"), self._now()):
            raise refusal(403, "SANDBOX-1403", "The link has ended.")
        return Reply(200, {"Content-Type": "application/octet-stream"}, files.content(file_id))

    def _found(self, call: Call) -> dict[str, Any]:
        try:
            return call.organization.files.found(call.groups["id"])
        except KeyError:
            raise refusal(404, "SANDBOX-1404", "Object not found.") from None

    def _linked(self, call: Call, file: dict[str, Any]) -> dict[str, Any]:
        site = f"http://{call.request.headers.get('host', 'localhost')}/connect/files"
        return call.organization.files.with_link(file, site, self._now())

    def _page(self, call: Call, listed: str) -> tuple[int, int, str, str, bool]:
        """Offset, size, filters and sort of the page that a call asks for, and whether it begins a list."""
        given = call.parameter("max")
        if given and (not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= _MOST_PER_PAGE):
            raise refusal(400, "BDC_1002", f"max: must be between 1 and {_MOST_PER_PAGE}")
        filters, sort = call.parameter("filters"), call.parameter("sort")
        token = call.parameter("page")
        if not token:
            return 0, int(given or _DEFAULT_PAGE), filters, sort, True
        offset, question = self._tokens.open(token)
        organization_id, kind, size, old_filters, old_sort = question
        same = (filters or old_filters, sort or old_sort, int(given or size)) == (old_filters, old_sort, size)
        if (organization_id, kind) != (call.organization.id, listed) or not same:
            raise refusal(400, "BDC_1002", "page: belongs to another list")
        return offset, int(size), str(old_filters), str(old_sort), False

    def _get(self, call: Call) -> Reply:
        self._record(call)
        return json_reply(200, call.organization.to_single(call.kind, call.groups["id"]))

    def _record(self, call: Call) -> Any:
        record = call.organization.collections[call.kind].get(call.groups["id"])
        if record is None:
            raise refusal(404, "SANDBOX-1404", "Object not found.")
        return record

    def _store(self, organization: Organization, kind: str, records: list[Any]) -> list[dict[str, Any]]:
        ids = [record["id"] if isinstance(record, dict) else record.id for record in records]
        organization.collections[kind].update(zip(ids, records, strict=True))
        organization.changed(kind)
        return [organization.to_json(kind, record_id) for record_id in ids]

    def _create(self, call: Call) -> Reply:
        record = self._creator(call)(decode(call.request.body))
        return json_reply(201, self._store(call.organization, call.kind, [record])[0])

    def _creator(self, call: Call) -> Callable[[Any], Any]:
        editor, now = self._editor(call.organization), self._now()
        if call.kind == "vendors":
            return editor.create_vendor
        if call.kind == "bills":
            return editor.create_bill
        if call.kind == "customers":
            return CustomerEditor(call.organization, now).create
        if call.kind == "invoices":
            return InvoiceEditor(call.organization, now).create
        if call.kind in {"vendor-credits", "credit-memos"}:
            return partial(CreditEditor(call.organization, now).create, call.kind)
        return partial(ListEditor(call.organization, now).create, call.kind)

    def _create_bulk(self, call: Call) -> Reply:
        """All or nothing, with one array of everything that is wrong."""
        create = self._creator(call)
        records = _each(self._bulk_body(call), create)
        made = self._store(call.organization, call.kind, records)
        if call.kind == "bills":
            return json_reply(201, made)
        return json_reply(201, {_ENVELOPES.get(call.kind, call.kind): made})

    def _bulk_body(self, call: Call) -> list[Any]:
        body = decode(call.request.body)
        most = _MOST_BULK.get(call.kind, _MOST_BULK_LISTS)
        if not isinstance(body, list) or not 1 <= len(body) <= most:
            raise refusal(400, "BDC_1002", f"An array of 1 to {most} objects was expected.")
        return body

    def _update(self, call: Call) -> Reply:
        record, body = self._record(call), decode(call.request.body)
        editor, now, is_patch = self._editor(call.organization), self._now(), call.request.method == "PATCH"
        changed: Any
        if call.kind == "bills":
            changed = editor.change_bill(record, body, keep_lines=is_patch)
        elif call.kind == "vendors":
            changed = editor.update_vendor(record, body)
        elif call.kind == "customers":
            changed = CustomerEditor(call.organization, now).change(record, body)
        elif call.kind == "invoices":
            changed = InvoiceEditor(call.organization, now).change(record, body, keep_lines=is_patch)
        elif call.kind in {"vendor-credits", "credit-memos"}:
            changed = CreditEditor(call.organization, now).change(call.kind, record, body, keep_lines=is_patch)
        else:
            changed = ListEditor(call.organization, now).change(call.kind, record, body)
        return json_reply(200, self._store(call.organization, call.kind, [changed])[0])

    def _update_bulk(self, call: Call) -> Reply:
        records = call.organization.collections[call.kind]
        editor = ListEditor(call.organization, self._now())

        def update(body: Any) -> Any:
            record = records.get(str(body.get("id"))) if isinstance(body, dict) else None
            if record is None:
                raise refusal(404, "SANDBOX-1404", "Object not found.")
            return editor.change(call.kind, record, body)

        changed = _each(self._bulk_body(call), update)
        made = self._store(call.organization, call.kind, changed)
        return json_reply(200, {_ENVELOPES.get(call.kind, call.kind): made})

    def _archive(self, call: Call) -> Reply:
        """Archive or restore; a repeat changes nothing."""
        self._record(call)
        self._set_archived(call.organization, call.kind, call.groups["id"], archived=call.groups["act"] == "archive")
        return json_reply(200, call.organization.to_json(call.kind, call.groups["id"]))

    def _archive_bulk(self, call: Call) -> Reply:
        ids = [i for i in call.parameter("ids").split(",") if i]
        records = call.organization.collections[call.kind]
        if not 1 <= len(ids) <= _MOST_BULK_LISTS or any(i not in records for i in ids):
            raise refusal(400, "BDC_1002", f"ids: must name 1 to {_MOST_BULK_LISTS} objects")
        for record_id in ids:
            self._set_archived(call.organization, call.kind, record_id, archived=call.groups["act"] == "archive")
        made = [call.organization.to_json(call.kind, i) for i in ids]
        return json_reply(200, {_ENVELOPES.get(call.kind, call.kind): made})

    def _set_archived(self, organization: Organization, kind: str, record_id: str, *, archived: bool) -> None:
        record = organization.collections[kind][record_id]
        if isinstance(record, dict) and record["archived"] != archived:
            record.update(archived=archived, updatedTime=self._now())
        elif not isinstance(record, dict) and record.archived != archived:
            record.archived, record.updated_at = archived, self._now()
        organization.changed(kind)


def _each(bodies: list[Any], apply: Callable[[Any], Any]) -> list[Any]:
    """Apply to every body; when any is refused, refuse all with the entries of every refusal."""
    results, entries, status = [], [], 400
    for body in bodies:
        try:
            results.append(apply(body))
        except BillError as error:
            status = error.status
            entries += error.entries
    if entries:
        raise BillError(status, entries)
    return results
