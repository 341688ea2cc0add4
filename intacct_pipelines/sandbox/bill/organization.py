"""One BILL organisation: its collections, how the generated company fills them, and what lists ask of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from intacct_pipelines.domain.money import minor_unit_digits
from intacct_pipelines.sandbox.bill.company_lists import people, projects
from intacct_pipelines.sandbox.bill.files import Files
from intacct_pipelines.sandbox.bill.funding_cards import funding_cards
from intacct_pipelines.sandbox.bill.payments import SettlementRecords
from intacct_pipelines.sandbox.bill.query import parse_filters, parse_sort, select
from intacct_pipelines.sandbox.bill.receivables import ReceivableRecords
from intacct_pipelines.sandbox.bill.records import LINE_CLASSIFICATIONS, BillRecord, LineRecord
from intacct_pipelines.sandbox.dice import ALPHABET, invented_secret
from intacct_pipelines.sandbox.rates import usd_rate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from intacct_pipelines.sandbox.business import Bill, Business, Dimension, Entity, Line, Vendor
    from intacct_pipelines.sandbox.settlements import Payment

PREFIXES: Final = {
    "vendors": "009",
    "bills": "00n",
    "chart-of-accounts": "0ca",
    "departments": "0de",
    "locations": "0lo",
    "accounting-classes": "0cl",
    "payment-terms": "00p",
    "bill-approval-policies": "0ap",
    "jobs": "0jo",
    "employees": "0em",
    "items": "0ii",
    "users": "006",
    "banks": "bac",
    "vendor-credits": "vcr",
    "payments": "stp",
    "customers": "0cu",
    "invoices": "00e",
    "receivable-payments": "0rp",
    "credit-memos": "0cm",
    "money-movements": "mmt",
}
_MOST_REMEMBERED_LISTS: Final = 32
Record = dict[str, Any] | BillRecord


class Organization:
    """The records of one organisation; the twin holds its lock around every use.

    Args:
        business: The company.
        entity: The legal entity that this organisation is linked to.
        user_id: The user that made everything.
    """

    def __init__(self, business: Business, entity: Entity, user_id: str) -> None:
        self.id = entity.organization_id
        self.entity_id = entity.entity_id
        self.user_id = user_id
        self.profile: dict[str, Any] = {
            "id": self.id,
            "name": entity.organization_name,
            "address": {"line1": "1 Meridian Way", "city": "San Jose", "zipOrPostalCode": "95112", "country": "US"},
            "phone": "+1 555 100 1000",
            "processingOptions": {"individualTransferOut": False, "individualTransferIn": False},
        }
        self.policies: list[dict[str, Any]] = []
        self.on_change: Callable[[Organization, str], None] = lambda _organization, _kind: None
        self._seed = business.seed
        self._colleague = "006" + invented_secret(f"{self.id} colleague", self._seed, 17)
        self._made = 0
        self._lists: dict[tuple[str, str, str], tuple[int, list[str]]] = {}
        self._versions = dict.fromkeys(PREFIXES, 0)
        self._balances: tuple[int, dict[str, Decimal]] = (-1, {})
        self.collections: dict[str, dict[str, Any]] = {kind: {} for kind in PREFIXES}
        self._fill(business, entity)
        self.funding_cards, self.ap_cards = funding_cards(entity, business.seed)
        self.files = Files(self.collections, business.seed)

    @property
    def vendors(self) -> dict[str, dict[str, Any]]:
        """Vendors by id."""
        return self.collections["vendors"]

    @property
    def bills(self) -> dict[str, BillRecord]:
        """Bills by id."""
        return self.collections["bills"]

    def new_id(self, prefix: str) -> str:
        """An id that nothing has yet."""
        self._made += 1
        return prefix + invented_secret(f"{self.id} {prefix} new {self._made}", self._seed, 17)

    def changed(self, kind: str) -> None:
        """Forget remembered lists of a kind, and tell of it; called after every change."""
        self._versions[kind] += 1
        self.on_change(self, kind)

    # Lists

    def listed(self, kind: str, filters: str, sort: str) -> list[str]:
        """The ids that a list consists of, in order; remembered until something of the kind changes.

        Raises:
            BillError: The filter or the sort is refused.
        """
        key = (kind, filters, sort)
        remembered = self._lists.get(key)
        if remembered and remembered[0] == self._versions[kind]:
            return remembered[1]
        conditions, keys = parse_filters(kind, filters), parse_sort(kind, sort)
        value_of = _bill_value if kind == "bills" else _value
        found = select(self.collections[kind].values(), conditions, keys, value_of)
        ids = [record.id if isinstance(record, BillRecord) else record["id"] for record in found]
        if len(self._lists) >= _MOST_REMEMBERED_LISTS:
            self._lists.pop(next(iter(self._lists)))
        self._lists[key] = (self._versions[kind], ids)
        return ids

    def to_json(self, kind: str, record_id: str) -> dict[str, Any]:
        """A record as BILL sends it."""
        record = self.collections[kind][record_id]
        if isinstance(record, BillRecord):
            return record.to_json(self.vendors[record.vendor_id]["name"])
        if kind == "vendors":
            balance = {"amount": self._balance(record_id), "lastUpdatedDate": record["updatedTime"]}
            return {**record, "balance": balance}
        return dict(record)

    def to_single(self, kind: str, record_id: str) -> dict[str, Any]:
        """A record as BILL sends it by itself: where a credit was used stands in lists only."""
        record = self.to_json(kind, record_id)
        record.pop("usage", None)
        return record

    def _balance(self, vendor_id: str) -> Decimal:
        version, balances = self._balances
        if version != self._versions["bills"]:
            balances = {}
            for bill in self.bills.values():
                if not bill.archived:
                    owed = balances.get(bill.vendor_id, Decimal(0)) + bill.amount - bill.paid - bill.scheduled
                    balances[bill.vendor_id] = owed
            self._balances = (self._versions["bills"], balances)
        digits = minor_unit_digits(self.vendors[vendor_id].get("billCurrency", "USD"))
        return balances.get(vendor_id, Decimal(0)).quantize(Decimal(1).scaleb(-digits))

    # Filling

    def _fill(self, business: Business, entity: Entity) -> None:
        start = min((v.created_at for v in business.vendors), default=datetime(2020, 1, 1, tzinfo=UTC))
        self._fill_lists(business, entity, start)
        if entity in business.further_accounts:
            return
        mine = [v for v in business.vendors if entity.organization_id in v.bill_ids]
        for vendor in mine:
            self._add("vendors", self._vendor(vendor))
        ids = {vendor.key: vendor.bill_ids[entity.organization_id] for vendor in mine}
        self._fill_settlements(business, entity, ids)
        money, scheduled = business.settlements.credited("bill"), _scheduled(business.settlements.payments)
        for bill in business.bills:
            if bill.in_bill and bill.entity_id == entity.entity_id:
                record = self._bill(bill, ids[bill.vendor_key])
                record.credit = money.get(bill.key, record.credit)
                record.scheduled = scheduled.get(bill.key, record.scheduled)
                self.bills[bill.bill_id] = record

    def _fill_settlements(self, business: Business, entity: Entity, vendor_ids: dict[int, str]) -> None:
        paid = SettlementRecords(business, entity.entity_id, vendor_ids, self.id_of, self.user_id)
        banks = [*paid.banks()]
        bank_id = next((bank["id"] for bank in banks if not bank["archived"]), "")
        sold = ReceivableRecords(business, entity, self.id_of, bank_id, self.user_id)
        for kind, records in (
            ("banks", banks),
            ("vendor-credits", paid.credits()),
            ("payments", paid.payments()),
            ("items", sold.items()),
            ("customers", sold.customers()),
            ("invoices", sold.invoices()),
            ("receivable-payments", sold.receipts()),
            ("credit-memos", sold.memos()),
            ("money-movements", (*paid.movements(), *sold.movements())),
        ):
            for record in records:
                self._add(kind, record)

    def _fill_lists(self, business: Business, entity: Entity, start: datetime) -> None:
        for account in business.accounts:
            detail = {"type": account.bill_type, "number": account.account_no}
            record = self._list_record("chart-of-accounts", account.account_no, start, account.title)
            self._add("chart-of-accounts", {**record, "archived": account.status != "active", "account": detail})
        here = [location for location in business.locations if location.entity_id == entity.entity_id]
        self._fill_dimensions("departments", business.departments, start)
        self._fill_dimensions("locations", [replace(location, parent_id="") for location in here], start)
        self._fill_dimensions("accounting-classes", business.classes, start)
        self._fill_dimensions("jobs", projects(business, entity), start)
        for person in people(business, entity):
            names = {"firstName": person.first_name, "lastName": person.last_name, "shortName": person.id}
            record = {**self._list_record("employees", person.id, start, ""), "archived": not person.is_active}
            del record["name"]
            self._add("employees", {**record, **names})
        for user_id, first, role in ((self.user_id, "Sync", "ADMINISTRATOR"), (self._colleague, "Ines", "APPROVER")):
            who = {"firstName": first, "lastName": "Moreau", "email": f"{first.lower()}@meridian.example"}
            times = {"createdTime": start, "updatedTime": start}
            self._add("users", {"id": user_id, "archived": False, **who, "role": {"type": role}, **times})
        for term in business.terms:
            record = self._list_record("payment-terms", term.name, start, term.name)
            del record["archived"]
            self._add("payment-terms", {**record, "daysDue": term.days})

    def _fill_dimensions(self, kind: str, dimensions: Iterable[Dimension], start: datetime) -> None:
        for dimension in dimensions:
            record = self._list_record(kind, dimension.id, start, dimension.name)
            parent = self.id_of(kind, dimension.parent_id) if dimension.parent_id else ""
            archived = dimension.status != "active"
            self._add(kind, {**record, "archived": archived, "shortName": dimension.id, "parentId": parent})

    def id_of(self, kind: str, source_id: str) -> str:
        """The id here of an account, department, location, class or term of the company."""
        return PREFIXES[kind] + invented_secret(f"{self.id} {kind} {source_id}", self._seed, 17)

    def _list_record(self, kind: str, source_id: str, start: datetime, name: str) -> dict[str, Any]:
        record_id = self.id_of(kind, source_id)
        return {"id": record_id, "archived": False, "name": name, "createdTime": start, "updatedTime": start}

    def _add(self, kind: str, record: dict[str, Any]) -> None:
        self.collections[kind][record["id"]] = record

    def _vendor(self, vendor: Vendor) -> dict[str, Any]:
        address = {key: value for key, value in vendor.address.items() if key != "country_name"}
        return {
            "id": vendor.bill_ids[self.id],
            "archived": vendor.bill_archived,
            "name": vendor.name,
            "accountNumber": f"M{vendor.key:06d}",
            "accountType": "BUSINESS",
            "email": vendor.email,
            "phone": vendor.phone,
            "address": {**address, "countryName": vendor.address["country_name"]},
            "paymentInformation": {"payeeName": vendor.name, "payByType": "CHECK"},
            "additionalInfo": {
                "taxId": vendor.tax_id,
                "taxIdType": "EIN",
                "track1099": vendor.is_1099,
                "combinePayments": True,
                "paymentTermId": self.id_of("payment-terms", vendor.term),
            },
            "bankAccountStatus": "NO_ACCOUNT",
            "recurringPayments": False,
            "billCurrency": vendor.currency,
            "networkStatus": "NOT_CONNECTED",
            "createdTime": vendor.created_at,
            "updatedTime": vendor.modified_at,
        }

    def _bill(self, bill: Bill, vendor_id: str) -> BillRecord:
        changes = bill.bill_changes
        if changes:
            bill = replace(bill, **changes)  # type: ignore[arg-type]  # the names and values of these very fields
        return BillRecord(
            id=bill.bill_id,
            organization_id=self.id,
            vendor_id=vendor_id,
            currency=bill.currency,
            number=bill.number,
            invoice_date=bill.bill_date,
            due_date=bill.due_date,
            lines=[self._line(bill.bill_id, i, line) for i, line in enumerate(bill.lines)],
            created_at=bill.created_at,
            updated_at=bill.bill_modified_at,
            created_by=self.user_id,
            approval_status=bill.approval_status,
            approvers=self._approvers(bill),
            paid=bill.paid,
            description=bill.description,
            purchase_order_number=bill.po_number,
        )

    def _line(self, bill_id: str, index: int, line: Line) -> LineRecord:
        return LineRecord(
            id=f"bli{bill_id[3:18]}{ALPHABET[index // 62 % 62]}{ALPHABET[index % 62]}",
            amount=line.amount,
            description=line.description,
            account_id=self._known("chart-of-accounts", line.account_no),
            department_id=self._known("departments", line.department_id),
            location_id=self._known("locations", line.location_id),
            class_id=self._known("accounting-classes", line.class_id),
        )

    def _known(self, kind: str, source_id: str) -> str:
        """As :meth:`id_of`, but one string object for all lines that name the same record."""
        if not source_id:
            return ""
        cache: dict[tuple[str, str], str] = self.__dict__.setdefault("_known_ids", {})
        key = (kind, source_id)
        if key not in cache:
            cache[key] = self.id_of(kind, source_id)
        return cache[key]

    def _approvers(self, bill: Bill) -> list[dict[str, Any]]:
        waiting = {"userId": self.user_id, "status": "WAITING", "approverOrder": 0}
        match bill.approval_status:
            case "ASSIGNED":
                return [{**waiting, "statusChangedTime": bill.created_at}]
            case "DENIED":
                return [{**waiting, "status": "DENIED", "statusChangedTime": bill.bill_modified_at}]
            case "APPROVING":
                changed = bill.created_at + timedelta(hours=1)
                first = {
                    "userId": self._colleague,
                    "status": "APPROVED",
                    "approverOrder": 0,
                    "statusChangedTime": changed,
                }
                return [first, {**waiting, "approverOrder": 1, "statusChangedTime": bill.created_at}]
        return []


def _scheduled(payments: Iterable[Payment]) -> dict[int, Decimal]:
    """Bill key → what payments that are still to come will pay."""
    return {s.bill_key: s.amount for payment in payments if payment.status == "SCHEDULED" for s in payment.shares}


def _value(record: dict[str, Any], path: str) -> Any:
    value: Any = record
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


_LINE_ATTRIBUTES: Final = {
    "chartOfAccountId": "account_id",
    "accountingClassId": "class_id",
    "departmentId": "department_id",
    "locationId": "location_id",
}
_BILL_ATTRIBUTES: Final = {
    "id": "id",
    "archived": "archived",
    "vendorId": "vendor_id",
    "dueDate": "due_date",
    "paymentStatus": "payment_status",
    "payFromChartOfAccountId": "pay_from_account_id",
    "description": "description",
    "createdTime": "created_at",
    "updatedTime": "updated_at",
}


def _bill_value(bill: BillRecord, path: str) -> Any:
    attribute = _BILL_ATTRIBUTES.get(path)
    if attribute:
        return getattr(bill, attribute)
    prefix, _, name = path.partition(".")
    if prefix == "classifications":
        line_attribute = _LINE_ATTRIBUTES.get(name)
        return frozenset(getattr(line, line_attribute) for line in bill.lines) if line_attribute else frozenset()
    rate = usd_rate(bill.currency)
    return rate if path == "exchangeRate" else bill.amount * rate


assert _LINE_ATTRIBUTES.keys() == LINE_CLASSIFICATIONS.keys()  # noqa: S101  # one list of dimensions, two uses
