"""Makes the lists that only Intacct has: people, projects, groups, types, labels, rates, journals, periods, roles.

BILL knows none of them, so a record holds Intacct's own field names. All chance comes from a dice of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.rates import exchange_rate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from intacct_pipelines.sandbox.business import Dimension, Entity
    from intacct_pipelines.sandbox.dice import Dice

_FIRST: Final = ("Ana", "Björn", "Chidi", "Dana", "Émile", "Fatima", "Greg", "Hiro", "Inés", "Jürgen", "Kim", "Lou")
_LAST: Final = ("Lee", "Øberg", "Okafor", "O’Neil", "Dubois", "Haddad", "Smith", "Tanaka", "García", "Müller", "Park")
_POSITIONS: Final = ("Controller", "Engineer", "Service technician", "Buyer", "Accountant", "Sales manager")
_WORK: Final = ("Rollout", "Calibration lab", "Trade fair", "Sensor redesign", "Service contract", "Prüfstand <2>")
_PROJECT_STATES: Final = ("Planned", "In Progress", "In Progress", "Completed")
_TASKS: Final = ("Plan", "Build & test", "Hand over")
_TASK_STATES: Final = ("Not Started", "In Progress", "Completed")
_VENDOR_TYPES: Final = (("Services", "", "MISC", "3"), ("Contractors", "Services", "NEC", "1"), ("Goods", "", "", ""))
_CUSTOMER_TYPES: Final = (("Industry", ""), ("Research", ""), ("Universities", "Research"))
_AP_LABELS: Final = (("Office", "6100"), ("Hosting", "6150"), ("Freight in", "6600"))
_AR_LABELS: Final = (("Instruments", "4000"), ("Service", "4100"))
_TAXES: Final = (
    ("VAT20-P", "Purchase", "20", "Standard"),
    ("VAT20-S", "Sale", "20", "Standard"),
    ("VAT0", "Sale", "0", "Zero"),
)
_JOURNALS: Final = (
    ("APJ", "Accounts payable journal"),
    ("ARJ", "Accounts receivable journal"),
    ("CDJ", "Cash disbursements journal"),
    ("CRJ", "Cash receipts journal"),
    ("GJ", "General journal"),
)
_CURRENCIES: Final = {
    "USD": "US dollar",
    "EUR": "Euro",
    "JPY": "Yen",
    "GBP": "Pound",
    "CAD": "Canadian dollar",
}
_ROLES: Final = {
    "Administrator": ("Users", "Roles", "Bills", "Vendors", "GL accounts"),
    "Pipelines API": ("Bills", "Vendors", "GL accounts", "Custom reports"),
    "AP clerk": ("Bills", "Vendors"),
}
_USERS: Final = (
    ("admin", "Administrator", "business user", "false"),
    ("ap.clerk", "AP clerk", "business user", "false"),
    ("former.clerk", "AP clerk", "business user", "false"),
)
_GRANT_CYCLES: Final = ("2024 Spring", "2024 Autumn", "Förderung <B>")
_CHANNELS: Final = ("Direct", "Reseller")
_RATE_TYPE: Final = "Group month-end"


@dataclass(frozen=True, slots=True)
class ListRecord:
    """A record of a list.

    Args:
        object_name: Intacct's name of the list.
        entity_id: The owner; empty for the top level.
        values: Field → text. A value ``@OBJECT:id`` stands for the record number of another record.
        created_at: When it was made.
        modified_at: When it last changed.
    """

    object_name: str
    entity_id: str
    values: Mapping[str, str]
    created_at: datetime
    modified_at: datetime


def make_lists(
    dice: Dice, entities: Sequence[Entity], departments: Sequence[Dimension], currencies: Sequence[str], user_id: str
) -> tuple[ListRecord, ...]:
    """Make the lists of a company, each record after those that it names.

    Args:
        dice: A source of chance of its own.
        entities: The legal entities.
        departments: The company's departments.
        currencies: ISO 4217 codes of the entities.
        user_id: The web-services user.
    """
    return tuple(_ListMaker(dice).records(entities, departments, currencies, user_id))


class _ListMaker:
    def __init__(self, dice: Dice) -> None:
        self._dice = dice

    def records(
        self, entities: Sequence[Entity], departments: Sequence[Dimension], currencies: Sequence[str], user_id: str
    ) -> Iterator[ListRecord]:
        yield from self._types_and_labels()
        yield from self._currencies(list(dict.fromkeys(currencies)))
        yield from self._periods()
        yield from self._access(user_id)
        yield from self._groups(entities, departments)
        for entity in entities:
            yield from self._people_and_projects(entity, departments)
        for name in _GRANT_CYCLES:
            yield self._record("GRANT_CYCLE", NAME=name)
        for name in _CHANNELS:
            yield self._record("CHANNEL", NAME=name)

    def _record(self, object_name: str, entity_id: str = "", **values: str) -> ListRecord:
        created = self._dice.instant(self._dice.first_day - timedelta(days=400), self._dice.first_day)
        return ListRecord(object_name, entity_id, values, created, self._dice.later(created))

    def _types_and_labels(self) -> Iterator[ListRecord]:
        for name, parent, form, box in _VENDOR_TYPES:
            above = f"@VENDTYPE:{parent}" if parent else ""
            yield self._record(
                "VENDTYPE", NAME=name, PARENTKEY=above, FORM1099TYPE=form, FORM1099BOX=box, STATUS="active"
            )
        for name, parent in _CUSTOMER_TYPES:
            above = f"@CUSTTYPE:{parent}" if parent else ""
            yield self._record("CUSTTYPE", NAME=name, PARENTKEY=above, STATUS="active")
        for object_name, labels in (("APACCOUNTLABEL", _AP_LABELS), ("ARACCOUNTLABEL", _AR_LABELS)):
            for label, account in labels:
                yield self._record(
                    object_name, ACCOUNTLABEL=label, DESCRIPTION=label, GLACCOUNTNO=account, STATUS="active"
                )
        for detail, kind, value, rate in _TAXES:
            yield self._record(
                "TAXDETAIL",
                DETAILID=detail,
                TAXUID=f"UID-{detail}",
                DESCRIPTION=f"{rate} {kind.lower()}",
                TAXTYPE=kind,
                VALUE=value,
                TAXRATE=rate,
                GLACCOUNT="2200",
                REVERSECHARGE="false",
                STATUS="active",
            )
        for symbol, title in _JOURNALS:
            yield self._record("GLJOURNAL", SYMBOL=symbol, TITLE=title, BOOKID="ACCRUAL", STATUS="active")

    def _currencies(self, currencies: Sequence[str]) -> Iterator[ListRecord]:
        for code in currencies:
            yield self._record("TRXCURRENCIES", CODE=code, NAME=_CURRENCIES.get(code, code), STATUS="active")
        yield self._record("EXCHANGERATETYPES", NAME=_RATE_TYPE, DESCRIPTION="Set by the controller", STATUS="active")
        base = currencies[0]
        for code in currencies[1:]:
            pair = self._record("EXCHANGERATE", TYPENAME=_RATE_TYPE, FROM_CURRENCY=code, TO_CURRENCY=base)
            yield pair
            for day in self._months():
                rate, back = exchange_rate(code, base, day), exchange_rate(base, code, day)
                yield self._record(
                    "EXCHANGERATEENTRY",
                    EXCHANGERATEKEY="@EXCHANGERATE",
                    EFFECTIVE_START_DATE=_day(day),
                    EXCHANGE_RATE=str(rate),
                    RECIPROCAL_RATE=str(back),
                )

    def _months(self) -> list[date]:
        first, today = self._dice.first_day.replace(day=1), self._dice.today
        months = (today.year - first.year) * 12 + today.month - first.month
        return [
            date(first.year + (first.month - 1 + at) // 12, (first.month - 1 + at) % 12 + 1, 1)
            for at in range(months + 1)
        ]

    def _periods(self) -> Iterator[ListRecord]:
        for month in self._months():
            end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            name = f"Month Ended {end:%B %Y}"
            yield self._record(
                "REPORTINGPERIOD", NAME=name, START_DATE=_day(month), END_DATE=_day(end), STATUS="active"
            )
        yield self._record("REPORTINGPERIOD", NAME="Current Month", STATUS="active")

    def _access(self, user_id: str) -> Iterator[ListRecord]:
        for role, policies in _ROLES.items():
            yield self._record("ROLES", NAME=role)
            for policy in policies:
                yield self._record("ROLEPOLICYASSIGNMENT", ROLEKEY=f"@ROLES:{role}", POLICYNAME=policy)
        for login, role, kind, disabled in (*_USERS, (user_id, "Pipelines API", "business user", "true")):
            status = "inactive" if login.startswith("former") else "active"
            yield self._record(
                "USERINFO",
                LOGINID=login,
                DESCRIPTION=role,
                USERTYPE=kind,
                STATUS=status,
                LOGINDISABLED=disabled,
                SSO_ENABLED="false",
            )
            yield self._record("USERROLES", USERID=login, ROLENAME=role)

    def _groups(self, entities: Sequence[Entity], departments: Sequence[Dimension]) -> Iterator[ListRecord]:
        wanted = (
            ("DEPARTMENTGROUP", "TECH", "Technical departments", [one.id for one in departments[1:3]]),
            ("DEPARTMENTGROUP", "OFFICE", "Office departments", [one.id for one in departments[3:]]),
            ("LOCATIONGROUP", "ALL", "All entities", [entity.entity_id for entity in entities]),
        )
        for object_name, group, name, members in wanted:
            yield self._record(object_name, ID=group, NAME=name, GROUPTYPE="Specific members")
            for place, member in enumerate(members, 1):
                yield self._record(
                    f"{object_name}MEMBER",
                    GROUPKEY=f"@{object_name}:{group}",
                    MEMBERID=member,
                    SORTORD=str(place),
                )

    def _people_and_projects(self, entity: Entity, departments: Sequence[Dimension]) -> Iterator[ListRecord]:
        dice = self._dice
        people = [f"E-{entity.entity_id}-{place:02}" for place in range(1, 7)]
        for place, person in enumerate(people):
            first, last = dice.choice(_FIRST), dice.choice(_LAST)
            contact = f"{last}, {first} ({person})"
            yield self._record(
                "CONTACT",
                entity.entity_id,
                CONTACTNAME=contact,
                PRINTAS=f"{first} {last}",
                FIRSTNAME=first,
                LASTNAME=last,
                EMAIL1=f"{person.lower()}@meridian.example",
                STATUS="active",
            )
            yield self._record(
                "EMPLOYEE",
                entity.entity_id,
                EMPLOYEEID=person,
                CONTACTKEY=f"@CONTACT:{contact}",
                TITLE=dice.choice(_POSITIONS),
                DEPARTMENTID=dice.choice(departments).id,
                LOCATIONID=dice.choice(entity.location_ids),
                SUPERVISORID=people[0] if place else "",
                CURRENCY=entity.currency,
                STARTDATE=_day(dice.day(dice.first_day, dice.last_bill_day)),
                STATUS="inactive" if place == len(people) - 1 else "active",
            )
        for place in range(1, 5):
            project = f"P-{entity.entity_id}-{place:02}"
            begin = dice.day(dice.first_day, dice.last_bill_day)
            yield self._record(
                "PROJECT",
                entity.entity_id,
                PROJECTID=project,
                NAME=f"{dice.choice(_WORK)} {place}",
                PROJECTCATEGORY="Contract",
                PROJECTSTATUS=dice.choice(_PROJECT_STATES),
                MANAGERID=people[0],
                DEPARTMENTID=dice.choice(departments).id,
                LOCATIONID=dice.choice(entity.location_ids),
                CURRENCY=entity.currency,
                CONTRACTAMOUNT=str(1000 * (1 + int(90 * dice.share()))),
                BEGINDATE=_day(begin),
                ENDDATE=_day(begin + timedelta(days=180)),
                STATUS="active",
            )
            for number, task in enumerate(_TASKS, 1):
                yield self._record(
                    "TASK",
                    entity.entity_id,
                    TASKID=f"T{number}",
                    NAME=task,
                    PROJECTID=project,
                    PROJECTKEY=f"@PROJECT:{project}",
                    BILLABLE=str(number > 1).lower(),
                    TASKNO=str(number),
                    TASKSTATUS=dice.choice(_TASK_STATES),
                )


def _day(day: date) -> str:
    return f"{day.month:02}/{day.day:02}/{day.year}"
