"""What many of BILL's tables share."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.domain.catalog.table import Column, Kind, text

ID: Final = text("id", "id", "BILL's id of the record.", required=True)

POSITION_ID: Final = text("id", "#key", "Id of the record around this one, with its position.", required=True)
"""For what BILL embeds without an id of its own."""

LINE_NO: Final = Column("line_no", Kind.INTEGER, "#position", "Position in its document, from 1.")

CURRENCY: Final = text(
    "currency", "currency", "Currency, ISO 4217; BILL's documents carry none, so it is the party's.", required=True
)

CURRENCY_OF_DOCUMENT: Final = text("currency", "^currency", "The document's currency.", required=True)

AMOUNT: Final = Column("amount", Kind.MONEY, "amount", "Amount.", required=True, currency="currency")

ARCHIVED: Final = Column("is_archived", Kind.FLAG, "archived", "Whether the record is out of use.")

TIMES: Final = (
    Column("created_at", Kind.INSTANT, "createdTime", "When the record was made."),
    Column("modified_at", Kind.INSTANT, "updatedTime", "When the record last changed; the cursor."),
)

ACCOUNT_AND_DIMENSIONS: Final = (
    text("gl_account_id", "classifications.chartOfAccountId", "Account."),
    text("department_id", "classifications.departmentId", "Department."),
    text("location_id", "classifications.locationId", "Location."),
    text("class_id", "classifications.accountingClassId", "Accounting class."),
)

CODING: Final = (
    *ACCOUNT_AND_DIMENSIONS,
    text("project_id", "classifications.jobId", "Project; BILL calls it a job."),
    text("item_id", "classifications.itemId", "Item; its account does not travel (S-BP-12)."),
)
"""To what a line is coded."""

CREDIT: Final = (
    text("reference_no", "referenceNumber", "Number, typed by people."),
    Column("credit_date", Kind.DATE, "creditDate", "Date of the document.", required=True),
    text("description", "description", "Free text."),
    CURRENCY,
    AMOUNT,
    Column("applied_amount", Kind.MONEY, "appliedAmount", "Used so far.", currency="currency"),
)
"""A vendor's credit and a customer's credit memo, after the party."""


def party_columns(address: str) -> tuple[Column, ...]:
    """Return how a vendor or customer is reached; ``address`` is the JSON object with the postal address."""
    return (
        text("account_type", "accountType", "Business or person."),
        text("email", "email", "E-mail address.", pii=True),
        text("phone", "phone", "Telephone.", pii=True),
        text("address_line1", f"{address}.line1", "Street.", pii=True),
        text("address_city", f"{address}.city", "City.", pii=True),
        text("address_state", f"{address}.stateOrProvince", "State or province."),
        text("address_zip", f"{address}.zipOrPostalCode", "Postal code.", pii=True),
        text("address_country", f"{address}.country", "Country, ISO 3166."),
    )
