"""What is sent, in the words of the vendor's own client: one description of every kind of item.

A description is ``{"new": path of a class below Functions, "with": [arguments], "call": [[method, arguments]],
**attributes}``; ``{"day": "2026-02-03"}`` is a date. ``documents/vendor_sdk.js`` makes them.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import replace
from pathlib import Path


def day(value):
    return None if value is None else {"day": value.isoformat()}


def told(**attributes):
    """Attributes that are said; one that is not stays as the client has it."""
    return {name: value for name, value in attributes.items() if value is not None}


def marked(source, item, words=None):
    """The text that names source and item, and then what the source says."""
    return " ".join(part for part in (source, item.key, words) if part)


def lines(kind, said, account, words, *, sign=1, location="100-A"):
    """The lines of a document as the client takes them."""
    codes = {
        "departmentId": ("department", "ENG"),
        "locationId": ("location", location),
        "classId": ("class", "GRANT-A"),
    }
    coded = {name: code for name, (dimension, code) in codes.items() if dimension in said.coded}
    return [
        {
            "new": kind,
            **told(glAccountNumber=account, transactionAmount=float(sign * amount), memo=words),
            **coded,
        }
        for amount in said.amounts
    ]


def foreign(said, rate_type, on):
    """What is said of the rate of another currency than the entity's own, which is the day's."""
    is_foreign = said.currency != "USD"
    return told(exchangeRateDate=day(on) if is_foreign else None, exchangeRateType=rate_type if is_foreign else None)


def rated(said):
    """The elements of a currency where the schema asks for a rate in any case."""
    rate = {**foreign(said, None, said.posted_on), "exchangeRateType": "Intacct Daily Rate"}
    return {"baseCurrency": "USD", "transactionCurrency": said.currency, **rate}


def adjustment(area, word, party, said, item, source, account):
    """A vendor credit or a credit memo."""
    return {
        "new": f"{area}/{word}AdjustmentCreate",
        "with": [item.key],
        **party,
        "transactionDate": day(said.day),
        "glPostingDate": day(said.posted_on),
        "adjustmentNumber": said.number,
        "action": "Submit",
        "description": marked(source, item, said.text),
        **rated(said),
        "lines": lines(f"{area}/{word}AdjustmentLineCreate", said, account, said.line_text, sign=-1),
    }


def listed(kind, item, **attributes):
    """A record of a list, in use."""
    return {"new": kind, "with": [item.key], "active": True, **told(**attributes)}


def changed(kind, said, item, record_id, title):
    """A record of a list of which only the name changes, or which goes out of use; by the id that people use."""
    (known,) = item.natural_key.values()
    change = {title: said.name} if said.is_full else {"active": False}
    return {"new": kind, "with": [item.key], record_id: known, **change}


def contact(said):
    return told(primaryEmailAddress=said.text, primaryPhoneNo=said.text, addressLine1=said.text)


def payment(said, item, details, **more):
    """A payment with its details."""
    info = {
        "new": "AccountsPayable/ApPaymentInfo",
        "vendorId": "V-11",
        "paymentDate": day(said.posted_on),
        "transactionCurrency": said.currency,
        "baseCurrency": "USD",
        **foreign(said, "", said.posted_on),
        "apPaymentDetails": [
            {
                "new": "AccountsPayable/ApPaymentDetailBill",
                "with": [{"new": "AccountsPayable/ApPaymentDetailBillInfo", **one}],
            }
            for one in details
        ],
        **more,
    }
    return {"new": "AccountsPayable/ApPaymentCreate", "with": [info, item.key]}


def by_credit(said):
    """The detail of a payment that pays with the credit: an adjustment, or else a negative bill."""
    kind = "DebitMemo" if said.is_full else "NegativeBill"
    money = {"recordNo": 700, "transactionAmount": float(said.amounts[-1])}
    return {"recordNo": 500, "detailTransaction": {"new": f"AccountsPayable/ApPaymentDetail{kind}", **money}}


def paid(said, item):
    """Money for the bill, and a credit if there are more amounts than one."""
    used = [] if len(said.amounts) == 1 else [by_credit(said)]
    money = said.total - (said.amounts[-1] if used else 0)
    words = said.text
    if said.posted_on != said.day:
        words = " ".join(part for part in (words, f"paid on {said.day}") if part)
    return payment(
        said,
        item,
        [{"recordNo": 500, "paymentAmount": float(money)}, *used],
        financialEntityId="CLEARING" if said.is_online else "OPERATING",
        paymentMethod="EFT" if said.is_online else "Cash",
        documentNo=said.number,
        memo=marked("BILL:p1", item, words),
    )


def taken_back(kind, said, item, source, *, why="voided", record_no=800):
    """The reversal of a bill, a payment or a receipt."""
    return {
        "new": kind,
        "with": [item.key],
        "recordNo": record_no,
        "reverseDate": day(said.posted_on),
        "memo": marked(source, item, f"{why} in BILL on {said.day}"),
    }


def invoice(said, item, kind, **more):
    return {
        "new": kind,
        "with": [item.key],
        "customerId": "C-21",
        "transactionDate": day(said.day),
        "glPostingDate": day(said.posted_on),
        "dueDate": day(said.due or said.day),
        "invoiceNumber": said.number,
        "description": marked("BILL:i1", item),
        **rated(said),
        **more,
    }


def invoice_changed(said, item):
    first, *more = lines("AccountsReceivable/InvoiceLineCreate", said, "4000", said.line_text)
    first |= {"new": "AccountsReceivable/InvoiceLineUpdate", "lineNo": 1}
    return invoice(said, item, "AccountsReceivable/InvoiceUpdate", recordNo=700, lines=[first, *more])


def card_charge(said, item):
    items = lines("CashManagement/ChargeCardTransactionLineCreate", said, "6400", said.text, location="L1")
    return {
        "new": "CashManagement/ChargeCardTransactionCreate",
        "with": [item.key],
        "chargeCardId": "CARD-100",
        "transactionDate": day(said.posted_on),
        "referenceNumber": said.number,
        "payee": said.text or "unknown merchant",
        "description": marked(f"SPEND:{said.number}", item, said.text),
        **({"transactionCurrency": said.currency} if said.currency != "USD" else {}),
        **foreign(said, "Intacct Daily Rate", said.posted_on),
        "lines": items,
    }


def expenses(said, item):
    """A reimbursement as an expense report of one line."""
    coded = lines("EmployeeExpense/ExpenseReportLineCreate", said, "6400", said.text or "Mileage", location="L1")[0]
    coded["locationId"] = "L1"
    amount = {"reimbursementAmount": float(said.total), "expenseDate": day(said.day)}
    coded["paidTo"] = coded.pop("memo")
    del coded["transactionAmount"]
    return {
        "new": "EmployeeExpense/ExpenseReportCreate",
        "with": [item.key],
        "employeeId": "P-1",
        "transactionDate": day(said.day),
        "glPostingDate": day(said.posted_on),
        "expenseReportNumber": said.number,
        "reasonForExpense": marked(f"SPEND:{said.number}", item, said.text or "Mileage"),
        "baseCurrency": said.currency,
        "reimbursementCurrency": said.currency,
        "lines": [coded | amount],
    }


TRANSFER = "funds transfer"


def entry(said, item, source, what, accounts, location="100-A"):
    """A lump sum between the bank and clearing, a fee on clearing, or the payment of a card, as a journal entry."""
    words = f"{what} {item.payload['REFERENCENO']}"
    coded = {"locationId": location} | ({"departmentId": "ENG"} if "department" in said.coded else {})
    return {
        "new": "GeneralLedger/JournalEntryCreate",
        "with": [item.key],
        "journalSymbol": "GJ",
        "postingDate": day(said.posted_on),
        "description": marked(source, item, what),
        "referenceNumber": item.payload["REFERENCENO"],
        "action": "Posted",
        "lines": [
            {
                "new": "GeneralLedger/JournalEntryLineCreate",
                "glAccountNumber": account,
                "transactionAmount": float(sign * said.total),
                "transactionCurrencyCode": said.currency,
                "memo": words,
                **foreign(said, "", said.posted_on),
                **coded,
            }
            for account, sign in zip(accounts, (1, -1), strict=True)
        ],
    }


def statement_payment(said, item):
    """What pays a card's statement; what it is stands in the lines, the title has no room for it beside the mark."""
    paid = entry(said, item, "", "statement payment", ("2100", "1000"), location="L1")
    return paid | {"description": f"SPEND:CARD-100-20260101-20260131 {item.key}"}


def on_disk(words, name, kind):
    """A file as the client takes it: from a disk."""
    content = words.encode()
    path = Path(tempfile.gettempdir()) / f"said-{hashlib.sha256(content).hexdigest()}"
    # whole or not at all: another process of the tests may be reading the same
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)
    return {"new": "Company/AttachmentFile", "fileName": name, "extension": kind, "filePath": str(path)}


UPLOADED = (("ap_bill_file", "BILL:b1"), ("ar_invoice_file", "BILL:i1"), ("card_receipt_file", "SPEND:t1"))


def uploaded(kind, source):
    """Files of a document that are put into its attachment."""

    def described(said, item):
        return {
            "new": f"Company/{kind}",
            "with": [item.key],
            "attachmentsId": item.payload["supdocid"],
            "attachmentsName": source.replace(":", " "),
            "attachmentFolderName": "BILL",
            "description": item.payload["supdocdescription"],
            "files": [on_disk(said.words, said.name, "pdf"), on_disk(said.line_words, said.number, "png")],
        }

    return described


def linked(kind):
    """A document of which nothing changes but the attachment that it names."""

    def described(_said, item):
        payload = {"attachmentsId": item.payload["supdocid"]}
        return {"new": kind, "with": [item.key], "recordNo": item.target_id, **payload}

    return described


SDK = {
    ("gl_account", "create"): lambda said, item: listed(
        "GeneralLedger/AccountCreate",
        item,
        accountNo=said.number,
        title=said.name,
        accountType="incomestatement",
        normalBalance="debit",
        closingType="non-closing account",
    ),
    ("gl_account", "update"): lambda said, item: changed(
        "GeneralLedger/AccountUpdate", said, item, "accountNo", "title"
    ),
    ("department", "create"): lambda said, item: listed(
        "Company/DepartmentCreate", item, departmentId=said.number, departmentName=said.name
    ),
    ("department", "update"): lambda said, item: changed(
        "Company/DepartmentUpdate", said, item, "departmentId", "departmentName"
    ),
    ("location", "create"): lambda said, item: listed(
        "Company/LocationCreate", item, locationId=said.number, locationName=said.name, parentLocationId="100"
    ),
    ("location", "update"): lambda said, item: changed(
        "Company/LocationUpdate", said, item, "locationId", "locationName"
    ),
    ("accounting_class", "create"): lambda said, item: listed(
        "Company/ClassCreate", item, classId=said.number, className=said.name, description=marked("BILL:x1", item)
    ),
    ("accounting_class", "update"): lambda said, item: changed(
        "Company/ClassUpdate", said, item, "classId", "className"
    ),
    ("employee", "update"): lambda said, item: changed(
        "EmployeeExpense/EmployeeUpdate", replace(said, is_full=False), item, "employeeId", ""
    ),
    ("item", "create"): lambda said, item: listed(
        "InventoryControl/ItemCreate", item, itemId=said.number, itemName=said.name, itemType="Non-Inventory"
    ),
    ("item", "update"): lambda said, item: changed("InventoryControl/ItemUpdate", said, item, "itemId", "itemName"),
    ("customer", "create"): lambda said, item: listed(
        "AccountsReceivable/CustomerCreate",
        item,
        customerId=item.natural_key["CUSTOMERID"],
        customerName=said.name,
        printAs=said.text or said.name,
        comments=marked("BILL:x1", item),
        defaultCurrency=said.currency,
        city=said.text,
        stateProvince=said.text,
        zipPostalCode=said.text,
        **contact(said),
    ),
    ("customer", "update"): lambda said, item: changed(
        "AccountsReceivable/CustomerUpdate", said, item, "customerId", "customerName"
    ),
    ("vendor", "create"): lambda said, item: listed(
        "AccountsPayable/VendorCreate",
        item,
        vendorId=item.natural_key["VENDORID"],
        vendorName=said.name,
        printAs=said.text or said.name,
        companyName=said.name,
        taxId=said.text,
        vendorAccountNo=said.text,
        paymentTerm="Net 30" if said.is_full else None,
        comments=marked("BILL:v1", item),
        defaultCurrency=said.currency,
        form1099Name=said.name if said.is_full else None,
        form1099Type="NEC" if said.is_full else None,
        form1099Box="1" if said.is_full else None,
        **contact(said),
    ),
    ("vendor", "update"): lambda said, item: changed(
        "AccountsPayable/VendorUpdate", said, item, "vendorId", "vendorName"
    ),
    ("vendor_credit", "create"): lambda said, item: adjustment(
        "AccountsPayable", "Ap", {"vendorId": "V-11"}, said, item, "BILL:c1", "6000"
    ),
    ("ar_invoice", "create"): lambda said, item: invoice(
        said,
        item,
        "AccountsReceivable/InvoiceCreate",
        action="Submit",
        lines=lines("AccountsReceivable/InvoiceLineCreate", said, "4000", said.line_text),
    ),
    ("ar_invoice", "update"): invoice_changed,
    ("ap_payment", "create"): paid,
    ("ap_payment", "reverse"): lambda said, item: taken_back("AccountsPayable/ApPaymentReverse", said, item, "BILL:p1"),
    ("credit_memo", "create"): lambda said, item: adjustment(
        "AccountsReceivable", "Ar", {"customerId": "C-21"}, said, item, "BILL:m1", "4000"
    ),
    ("ar_payment", "reverse"): lambda said, item: taken_back(
        "AccountsReceivable/ArPaymentReverse", said, item, "BILL:r1"
    ),
    ("credit_application", "create"): lambda said, item: payment(
        said, item, [by_credit(said)], memo=marked("BILL:c1", item, f"vendor credit {said.number}")
    ),
    ("ap_transfer_entry", "create"): lambda said, item: entry(said, item, "BILL:m1", TRANSFER, ("1070", "1000")),
    ("ar_transfer_entry", "create"): lambda said, item: entry(said, item, "BILL:m2", TRANSFER, ("1000", "1080")),
    ("convenience_fee", "create"): lambda said, item: entry(said, item, "BILL:r1", "convenience fee", ("1080", "4900")),
    ("card_transaction", "create"): card_charge,
    ("card_statement_payment", "create"): statement_payment,
    ("reimbursement_report", "create"): expenses,
    ("ap_bill", "reverse"): lambda said, item: taken_back(
        "AccountsPayable/BillReverse", said, item, "BILL:b1", why="deleted", record_no=500
    ),
    **{
        (name, operation.lower()): uploaded(f"Attachments{operation}", source)
        for name, source in UPLOADED
        for operation in ("Create", "Update")
    },
    ("ar_invoice_attachment", "update"): linked("AccountsReceivable/InvoiceUpdate"),
    ("card_receipt", "update"): linked("CashManagement/ChargeCardTransactionUpdate"),
}
"""Object and operation → the same values in the words of the vendor's client."""


def bill(said, item, kind, bill_lines, **more):
    return {
        "new": f"AccountsPayable/{kind}",
        "with": [item.key],
        "vendorId": "V-11",
        "transactionDate": day(said.day),
        "glPostingDate": day(said.posted_on),
        "dueDate": day(said.due or said.day),
        "billNumber": said.number,
        "referenceNumber": "PO-1" if said.is_full else None,
        "description": marked("BILL:b1", item, said.text),
        "baseCurrency": "USD",
        "transactionCurrency": said.currency,
        **foreign(said, "", said.posted_on),
        "lines": bill_lines,
        **more,
    }


def bill_changed(said, item):
    """All lines anew, each in the place of the one with its number."""
    anew = lines("AccountsPayable/BillLineUpdate", said, "6000", said.line_text)
    numbered = [{**line, "lineNo": number} for number, line in enumerate(anew, start=1)]
    return bill(said, item, "BillUpdate", numbered, recordNo=500)


BILLS = {
    ("ap_bill", "create"): lambda said, item: bill(
        said, item, "BillCreate", lines("AccountsPayable/BillLineCreate", said, "6000", said.line_text), action="Submit"
    ),
    ("ap_bill", "update"): bill_changed,
}
"""The same of bills, which the client sends by functions of their own."""
