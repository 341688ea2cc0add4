"""A client that others wrote works against the Intacct twin unchanged."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import requests
from intacct_books import PATH, Books, bill
from sageintacctsdk import SageIntacctSDK
from sageintacctsdk.exceptions import WrongParamsError

from intacct_pipelines.sandbox.http import Request


@dataclass(frozen=True)
class _Answer:
    status_code: int
    text: str


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    """A twin behind the library that the SDK sends through."""
    company = Books(bill(1), bill(2, "5.00", entity_id="200", vendor_key=4, currency="JPY"))

    def post(url: str, headers: dict[str, str], data: bytes) -> _Answer:
        assert url.endswith(PATH)
        named = {name.lower(): value for name, value in headers.items()}
        reply = company.twin.handle(Request("POST", PATH, "", named, data))
        return _Answer(reply.status, reply.body.decode())

    monkeypatch.setattr(requests, "post", post)
    return company


def _connect(books: Books, entity_id: str | None = None) -> SageIntacctSDK:
    owner = books.business
    return SageIntacctSDK(
        sender_id=owner.sender_id,
        sender_password=owner.sender_password,
        user_id=owner.user_id,
        company_id=owner.company_id,
        user_password=owner.user_password,
        entity_id=entity_id,
        show_private=entity_id is None,
    )


def test_the_sdk_reads_every_object_with_its_own_field_lists(books: Books) -> None:
    """Counts and pages agree, and no field that it asks for is missing."""
    sdk = _connect(books)
    counts = {}
    for name in (
        "bills",
        "vendors",
        "accounts",
        "departments",
        "locations",
        "location_entities",
        "classes",
        "contacts",
    ):
        rows = getattr(sdk, name).get_all()
        counts[name] = len(rows)
        assert getattr(sdk, name).count(None) == len(rows)
    assert counts["bills"] == 2
    assert counts["location_entities"] == 2
    assert sdk.bills.get_lookup()["Type"]["@Name"] == "APBILL"


def test_the_sdk_writes_and_understands_a_refusal(books: Books) -> None:
    """A vendor is created in an entity, and its duplicate raises the SDK's own error."""
    sdk = _connect(books, "100")
    made = {"VENDORID": "V-NEW", "NAME": "New", "DISPLAYCONTACT": {"PRINTAS": "New"}}
    assert sdk.vendors.post(made)["data"]["vendor"]["VENDORID"] == "V-NEW"
    with pytest.raises(WrongParamsError) as caught:
        sdk.vendors.post(made)
    assert caught.value.response["error"][0]["errorno"] == "BL34000061"
    assert [row["RECORDNO"] for row in sdk.bills.get_all()] == ["1"]
