"""The object-specific functions: their sequences as in the 2019 schema, and what their elements mean.

The sequences are content models: ``?`` optional, ``*`` any, ``+`` one or more, ``|`` choice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from intacct_pipelines.sandbox.intacct.elements import child_text, children, is_true, line_of, text_of
from intacct_pipelines.sandbox.intacct.fields import OBJECTS, words
from intacct_pipelines.sandbox.intacct.refusals import refusal, schema_error

if TYPE_CHECKING:
    from lxml import etree

_FX: Final = "(basecurr? currency ((exchratedate? exchratetype) | exchrate))?"
_FX1: Final = "(currency ((exchratedate? exchratetype) | exchrate))?"
_VENDOR: Final = (
    "parentid? termname? glaccountno? accountlabel? vendtype? taxid? creditlimit? paymethod?"
    " outsourcecheck? outsourceach?"
    " billingtype? vendoraccountno? displocacctnocheck? onhold? donotcutcheck? comments? status? currency?"
)
_VENDOR_END: Final = (
    "primary? returnto? payto? contactinfo? contactto1099? contactlist? name1099? form1099type?"
    " form1099box? customfields?"
    " paymentnotify? achenabled? wireenabled? checkenabled? achbankroutingnumber? achaccountnumber? achaccounttype?"
    " achremittancetype? wirebankname? wirebankroutingnumber? wireaccountnumber? wireaccounttype? pmplusremittancetype?"
    " pmplusemail? pmplusfax? displaytermdiscount? visibility? supdocid? mergepaymentreq? offsetglaccountno?"
)
_ACCOUNT_FLAGS: Final = (
    "requiredept? requireloc? requireproject? requiretask? requirecustomer? requirevendor? requireitem?"
    " requireemployee?"
    " requireclass? requirecontract? requirewarehouse? taxable?"
)
_CONTACT: Final = (
    "taxgroup? prefix? firstname? lastname? initial? phone1? phone2? cellphone? pager? fax? email1? email2? url1? url2?"
    " status? mailaddress?"
)
_LINE_END: Final = (
    "customfields? revrectemplate? defrevaccount? revrecstartdate? revrecenddate? projectid? customerid? vendorid?"
    " employeeid? itemid? classid? contractid? warehouseid? billable?"
)
_CARD_LINE_END: Final = (
    "departmentid? locationid? customerid? vendorid? employeeid? projectid? taskid? costtypeid? itemid? classid?"
    " contractid? warehouseid? customfields? totaltrxamount? billable?"
)
_DATE: Final = "year month day"
_CONTACT_CHOICE: Final = "contact | contactname"
SEQUENCES: Final = {
    "create_bill": "vendorid datecreated dateposted? ((datedue termname?) | termname) action? batchkey?"
    " billno? ponumber?"
    f" onhold? description? externalid? payto? returnto? {_FX} nogl? supdocid? customfields? billitems",
    "update_bill": "vendorid? datecreated? dateposted? datedue? termname? action? billno? ponumber?"
    " onhold? description?"
    f" payto? returnto? {_FX1} supdocid? customfields? updatebillitems?",
    "reverse_bill": "datereversed description?",
    "delete_bill": "",
    "create_vendor": f"vendorid name {_VENDOR} onetime? externalid? {_VENDOR_END}",
    "update_vendor": f"name? {_VENDOR} {_VENDOR_END}",
    "delete_vendor": "",
    "create_department": "departmentid title parentid? supervisorid? status? externalid? customfields? custtitle?",
    "update_department": "title? parentid? supervisorid? status? customfields? custtitle?",
    "delete_department": "",
    "create_class": "classid name description? parentid? status? customfields?",
    "update_class": "name? description? parentid? status? customfields?",
    "delete_class": "",
    "create_location": "locationid name parentid? supervisorid? startdate? enddate? status? externalid?"
    " primary? shipto?"
    " customfields? custtitle?",
    "update_location": "name? parentid? supervisorid? startdate? enddate? status? primary? shipto?"
    " customfields? custtitle?",
    "delete_location": "",
    "create_contact": f"contactname printas companyname? taxable? {_CONTACT} taxid? externalid?",
    "update_contact": f"printas companyname? taxable? {_CONTACT} taxid?",
    "delete_contact": "",
    "create_glaccount": "glaccountno title normalbalance accounttype? closingtype? closingaccountno? status?"
    f" {_ACCOUNT_FLAGS} externalid? customfields? category? taxcode? mrccode? alternativeaccount? subledgercontrolon?",
    "update_glaccount": "title? normalbalance? accounttype? closingtype? closingaccountno? status?"
    f" {_ACCOUNT_FLAGS} customfields? category? taxcode? mrccode? alternativeaccount? subledgercontrolon?",
    "delete_glaccount": "",
    "create_apterm": "name description? status? due? discount? disccalcon? penalty?",
    "update_apterm": "description? status? due? discount? disccalcon? penalty?",
    "delete_apterm": "",
    "create_apadjustment": "vendorid datecreated dateposted? batchkey? adjustmentno? action? billno? description?"
    f" externalid? {_FX} nogl? customfields? apadjustmentitems",
    "update_apadjustment": "vendorid? datecreated? dateposted? adjustmentno? action? billno? description?"
    f" {_FX1} updateapadjustmentitems?",
    "delete_apadjustment": "",
    "create_paymentrequest": "(bankaccountid | chargecardid) vendorid memo? paymentmethod grouppayments? paymentdate"
    " paymentoption? (paymentrequestitems | paymentamount) documentnumber? paymentdescription? paymentcontact?",
    "approve_appaymentrequest": "appaymentkeys",
    "void_appaymentrequest": "appaymentkeys",
    "reverse_appayment": "datereversed description?",
    "record_cctransaction": "chargecardid paymentdate referenceno? payee? description? supdocid?"
    f" {_FX1} customfields? inclusivetax? taxsolutionid? ccpayitems",
    "update_cctransaction": f"paymentdate? referenceno? payee? description? supdocid? {_FX1} customfields?"
    " updateccpayitems?",
    "reverse_cctransaction": "datereversed memo?",
    "record_otherreceipt": "paymentdate payee receiveddate paymentmethod"
    " (undepglaccountno | (bankaccountid depositdate?)) refid? description? supdocid?"
    f" {_FX1} customfields? receiptitems",
    "delete_otherreceipt": "",
    "record_deposit": "bankaccountid depositdate depositid receiptkeys description? supdocid? customfields?",
    "create_invoice": "customerid datecreated dateposted? datedue? termname? batchkey? action? invoiceno? ponumber?"
    f" description? externalid? billto? shipto? {_FX} nogl? supdocid? customfields? invoiceitems",
    "update_invoice": "customerid? datecreated? dateposted? datedue? termname? action? invoiceno? ponumber?"
    f" description? payto? returnto? {_FX1} supdocid? customfields? updateinvoiceitems?",
    "reverse_invoice": "datereversed description?",
    "delete_invoice": "",
    "create_aradjustment": "customerid datecreated dateposted? batchkey? adjustmentno? action? invoiceno? description?"
    f" externalid? {_FX} nogl? aradjustmentitems",
    "delete_aradjustment": "",
    "create_arpayment": "customerid paymentamount translatedamount? (batchkey | bankaccountid | undepfundsacct)? refid?"
    f" overpaylocid? overpaydeptid? datereceived? paymentmethod? {_FX} cctype? authcode? arpaymentitem*"
    " (onlinecardpayment | onlineachpayment)*",
    "apply_arpayment": "arpaymentkey paymentdate batchkey? memo? overpaylocid? overpaydeptid? arpaymentitems*",
    "reverse_arpayment": "datereversed description? nsfclosedaccount?",
    "create_gltransaction": "journalid datecreated reversedate? description referenceno? sourceentity? customfields?"
    " gltransactionentries",
}
# Elements inside, wherever they stand. `lineitem` and the others that are missing hold text alone.
_INSIDE: Final = {
    "datecreated": _DATE,
    "dateposted": _DATE,
    "datedue": _DATE,
    "datereversed": _DATE,
    "exchratedate": _DATE,
    "paymentdate": _DATE,
    "receiveddate": _DATE,
    "depositdate": _DATE,
    "datereceived": _DATE,
    "reversedate": _DATE,
    "gltransactionentries": "glentry glentry+",
    "glentry": "trtype amount glaccountno document? datecreated? memo? locationid? departmentid? customerid? vendorid?"
    " employeeid? projectid? itemid? classid? contractid? warehouseid? customfields? recon_date?"
    " (currency ((exchratedate? exchratetype) | exchrate))?",
    "startdate": _DATE,
    "enddate": _DATE,
    "revrecstartdate": _DATE,
    "revrecenddate": _DATE,
    "billitems": "lineitem+",
    "updatebillitems": "(lineitem | updatelineitem)+",
    "lineitem": "(accountlabel | glaccountno) offsetglaccountno? amount allocationid? memo? locationid?"
    " departmentid? item1099?"
    f" form1099type? form1099box? key? totalpaid? totaldue? {_LINE_END}",
    "updatelineitem": "(accountlabel | glaccountno)? offsetglaccountno? amount? memo? locationid?"
    " departmentid? item1099?"
    f" form1099type? form1099box? {_LINE_END}",
    "apadjustmentitems": "lineitem+",
    "invoiceitems": "lineitem+",
    "updateinvoiceitems": "(lineitem | updatelineitem)+",
    "aradjustmentitems": "lineitem+",
    "arpaymentitem": "invoicekey amount",
    "arpaymentitems": "arpaymentitem+",
    "billto": _CONTACT_CHOICE,
    "updateapadjustmentitems": "(lineitem | updatelineitem)+",
    "receiptitems": "(lineitem | updatelineitem)+",
    "ccpayitems": "ccpayitem+",
    "updateccpayitems": "(ccpayitem | updateccpayitem)+",
    "ccpayitem": f"(glaccountno | accountlabel) description? paymentamount {_CARD_LINE_END}",
    "updateccpayitem": f"(glaccountno | accountlabel)? description? paymentamount? {_CARD_LINE_END}",
    "paymentrequestitems": "paymentrequestitem+",
    "paymentrequestitem": "key paymentamount credittoapply? discounttoapply?",
    "appaymentkeys": "appaymentkey+",
    "receiptkeys": "receiptkey+",
    "customfields": "customfield*",
    "customfield": "customfieldname customfieldvalue",
    "primary": _CONTACT_CHOICE,
    "shipto": _CONTACT_CHOICE,
    "payto": _CONTACT_CHOICE,
    "returnto": _CONTACT_CHOICE,
    "contactinfo": _CONTACT_CHOICE,
    "contactto1099": _CONTACT_CHOICE,
    "contactlist": "contactitem+",
    "contactitem": "category contact",
    "contact": f"contactname printas taxable? companyname? {_CONTACT} taxid?",
    "mailaddress": "address1? address2? city? state? zip? country? isocountrycode? latitude? longitude?",
    "due": "(dueday? duefrom?)+",
    "discount": "(discday? discfrom? discamount? discpercamn? discgracedays?)+",
    "penalty": "(pen_type? penamount? penpercamn? pengracedays?)+",
    "visibility": "visibility_type restricted_locs* restricted_depts*",
}
_KEYS: Final = {
    # attribute that names the record in update, delete and reverse
    "bill": "key",
    "vendor": "vendorid",
    "department": "departmentid",
    "class": "key",
    "location": "locationid",
    "contact": "contactname",
    "glaccount": "glaccountno",
    "apterm": "name",
    "apadjustment": "key",
    "appayment": "key",
    "cctransaction": "key",
    "otherreceipt": "key",
    "invoice": "key",
    "aradjustment": "key",
    "arpayment": "key",
}
_OBJECT_NAMES: Final = {name: name.upper() for name in _KEYS} | {
    "bill": "APBILL",
    "appayment": "APPYMT",
    "appaymentrequest": "APPYMT",
    "paymentrequest": "APPYMT",
    "otherreceipt": "OTHERRECEIPTS",
    "deposit": "DEPOSIT",
    "invoice": "ARINVOICE",
    "arpayment": "ARPYMT",
    "gltransaction": "GLBATCH",
}
_LINES: Final = {
    "APBILL": "APBILLITEM",
    "APADJUSTMENT": "APADJUSTMENTITEM",
    "APPYMT": "APPYMTDETAIL",
    "CCTRANSACTION": "CCTRANSACTIONENTRY",
    "OTHERRECEIPTS": "OTHERRECEIPTSENTRY",
    "ARINVOICE": "ARINVOICEITEM",
    "ARADJUSTMENT": "ARADJUSTMENTITEM",
    "ARPYMT": "ARPYMTDETAIL",
    "GLBATCH": "GLENTRY",
}
_LINE_LISTS: Final = words(
    "billitems updatebillitems apadjustmentitems updateapadjustmentitems ccpayitems updateccpayitems receiptitems"
    " paymentrequestitems invoiceitems updateinvoiceitems aradjustmentitems arpaymentitems"
    " gltransactionentries"
)
_KEY_LISTS: Final = words("appaymentkeys receiptkeys")
_DATES: Final = frozenset(name for name, model in _INSIDE.items() if model == _DATE)
_RATES: Final = {
    "exchratedate": "EXCH_RATE_DATE",
    "exchratetype": "EXCH_RATE_TYPE_ID",
    "exchrate": "EXCHANGE_RATE",
}
_NAMES: Final = {
    # legacy element → field; others are the upper-case name itself
    "APBILL": {
        "datecreated": "WHENCREATED",
        "datereversed": "WHENCREATED",
        "dateposted": "WHENPOSTED",
        "datedue": "WHENDUE",
        "billno": "RECORDID",
        "ponumber": "DOCNUMBER",
        **_RATES,
        "payto": "BILLTOPAYTOCONTACTNAME",
        "returnto": "SHIPTORETURNTOCONTACTNAME",
    },
    "APBILLITEM": {
        "glaccountno": "ACCOUNTNO",
        "amount": "TRX_AMOUNT",
        "memo": "ENTRYDESCRIPTION",
        "item1099": "FORM1099",
        "allocationid": "ALLOCATION",
    },
    "APADJUSTMENT": {
        "datecreated": "WHENCREATED",
        "dateposted": "WHENPOSTED",
        "adjustmentno": "RECORDID",
        "billno": "DOCNUMBER",
        **_RATES,
    },
    "APADJUSTMENTITEM": {"glaccountno": "ACCOUNTNO", "amount": "TRX_AMOUNT", "memo": "ENTRYDESCRIPTION"},
    "APPYMT": {
        "bankaccountid": "FINANCIALENTITY",
        "chargecardid": "FINANCIALENTITY",
        "paymentoption": "PAYMENTREQUESTMETHOD",
        "documentnumber": "DOCNUMBER",
        "memo": "DESCRIPTION",
        "paymentdescription": "DESCRIPTION",
        "datereversed": "WHENCREATED",
    },
    "APPYMTDETAIL": {"key": "RECORDKEY", "paymentamount": "TRX_PAYMENTAMOUNT"},
    "CCTRANSACTION": {
        "chargecardid": "FINANCIALENTITY",
        "paymentdate": "WHENCREATED",
        "datereversed": "WHENCREATED",
        "referenceno": "RECORDID",
        "memo": "DESCRIPTION",
        **_RATES,
    },
    "CCTRANSACTIONENTRY": {"glaccountno": "ACCOUNTNO", "paymentamount": "TRX_AMOUNT"},
    "OTHERRECEIPTS": {
        "paymentdate": "WHENCREATED",
        "bankaccountid": "FINANCIALENTITY",
        "refid": "RECORDID",
        **_RATES,
    },
    "OTHERRECEIPTSENTRY": {"glaccountno": "ACCOUNTNO", "amount": "TRX_AMOUNT", "memo": "DESCRIPTION"},
    "DEPOSIT": {"bankaccountid": "FINANCIALENTITY", "depositdate": "WHENCREATED", "depositid": "RECORDID"},
    "ARINVOICE": {
        "datecreated": "WHENCREATED",
        "datereversed": "WHENCREATED",
        "dateposted": "WHENPOSTED",
        "datedue": "WHENDUE",
        "invoiceno": "RECORDID",
        "ponumber": "DOCNUMBER",
        "billto": "BILLTOPAYTOCONTACTNAME",
        "shipto": "SHIPTORETURNTOCONTACTNAME",
        "payto": "BILLTOPAYTOCONTACTNAME",
        "returnto": "SHIPTORETURNTOCONTACTNAME",
        **_RATES,
    },
    "ARINVOICEITEM": {"glaccountno": "ACCOUNTNO", "amount": "TRX_AMOUNT", "memo": "ENTRYDESCRIPTION"},
    "ARADJUSTMENT": {
        "datecreated": "WHENCREATED",
        "dateposted": "WHENPOSTED",
        "adjustmentno": "RECORDID",
        "invoiceno": "DOCNUMBER",
        **_RATES,
    },
    "ARADJUSTMENTITEM": {"glaccountno": "ACCOUNTNO", "amount": "TRX_AMOUNT", "memo": "ENTRYDESCRIPTION"},
    "ARPYMT": {
        "bankaccountid": "FINANCIALENTITY",
        "undepfundsacct": "UNDEPOSITEDACCOUNTNO",
        "refid": "DOCNUMBER",
        "datereceived": "RECEIPTDATE",
        "datereversed": "WHENCREATED",
        "memo": "DESCRIPTION",
        **_RATES,
    },
    "ARPYMTDETAIL": {"invoicekey": "RECORDKEY", "amount": "TRX_PAYMENTAMOUNT"},
    "GLBATCH": {"journalid": "JOURNAL", "datecreated": "BATCH_DATE", "description": "BATCH_TITLE"},
    "GLENTRY": {
        "trtype": "TR_TYPE",
        "amount": "TRX_AMOUNT",
        "glaccountno": "ACCOUNTNO",
        "datecreated": "ENTRY_DATE",
        "memo": "DESCRIPTION",
        "locationid": "LOCATION",
        "departmentid": "DEPARTMENT",
        **_RATES,
    },
    "GLACCOUNT": {"glaccountno": "ACCOUNTNO"},
    "VENDOR": {"glaccountno": "APACCOUNT"},
    "CONTACT": {"mailaddress.isocountrycode": "MAILADDRESS.COUNTRYCODE"},
    "APTERM": {
        "due.dueday": "DUEDATE",
        "due.duefrom": "DUEFROM",
        "discount.discday": "DISCDATE",
        "discount.discfrom": "DISCFROM",
        "discount.discamount": "DISCAMOUNT",
        "discount.discpercamn": "DISCPERCAMN",
    },
}
_CONTACTS: Final = frozenset(("payto", "returnto", "primary", "shipto", "contactinfo", "contactto1099"))
# Accepted and then ignored, though the object has a field of that name; fields that it does not have are ignored too.
_IGNORED: Final = words("totalpaid totaldue customfields visibility")


@dataclass(slots=True)
class LegacyWrite:
    """An object-specific function in generic words."""

    verb: str
    name: str
    key: str = ""
    values: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] | None = None
    keys: list[str] = field(default_factory=list)
    ignores_duplicates: bool = False


@lru_cache(maxsize=256)
def _pattern(model: str) -> re.Pattern[str]:
    spaced = re.sub(r"([a-z_0-9]+)", r"(?:\1;)", model.lower())
    return re.compile(spaced.replace(" ", ""))


@lru_cache(maxsize=256)
def _names(model: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z_0-9]+", model.lower()))


def check_sequence(element: etree._Element) -> None:
    """Check a legacy function against the schema.

    Raises:
        RequestRefusedError: XL03000003; an element is unknown, missing or in the wrong place.
    """
    _check(element, SEQUENCES[str(element.tag)])
    verb, _, name = str(element.tag).partition("_")
    if verb not in {"create", "record", "approve", "void", "apply"} and element.get(_KEYS[name]) is None:
        raise schema_error(
            f"Element '{element.tag}': The attribute '{_KEYS[name]}' is required but missing.", line_of(element)
        )


def _check(element: etree._Element, model: str) -> None:
    inside = list(children(element))
    tags = [str(one.tag) for one in inside]
    for one in inside:
        if one.tag not in _names(model):
            raise schema_error(f"Element '{one.tag}': This element is not expected.", line_of(one))
    if not _pattern(model).fullmatch("".join(f"{tag};" for tag in tags)):
        raise schema_error(
            f"Element '{element.tag}': The children ({', '.join(tags)}) do not follow the sequence ({model}).",
            line_of(element),
        )
    for one in inside:
        _check(one, _INSIDE.get(str(one.tag), ""))


def read_legacy(element: etree._Element) -> LegacyWrite:
    """Translate a checked legacy function into fields.

    Raises:
        FunctionRefusedError: It holds custom fields, which this company does not have.
    """
    verb, _, short = str(element.tag).partition("_")
    name = _OBJECT_NAMES[short]
    write = LegacyWrite("create" if verb == "record" else verb, name, element.get(_KEYS.get(short, "key"), ""))
    write.ignores_duplicates = is_true(element.get("ignoreduplicates", ""))
    for one in children(element):
        if one.tag in _LINE_LISTS:
            write.lines = [_line(_LINES[name], line) for line in children(one)]
        elif one.tag == "arpaymentitem":
            write.lines = [*(write.lines or []), _line(_LINES[name], one)]
        elif one.tag == "arpaymentkey":
            write.key = text_of(one)
        elif one.tag in _KEY_LISTS:
            write.keys = [text_of(key) for key in children(one)]
        else:
            write.values.update(_values(name, one, ""))
    write.values = {path: value for path, value in write.values.items() if _has_place(name, path)}
    return write


def _has_place(name: str, path: str) -> bool:
    return (
        path in OBJECTS[name].kinds
        or path in {"ACTION", "PAYMENTDATE", "PAYMENTAMOUNT"}
        or path.startswith("DISPLAYCONTACT.")
    )


def _line(name: str, element: etree._Element) -> dict[str, str]:
    values: dict[str, str] = {}
    if element.get("line_num"):
        values["LINE_NO"] = element.get("line_num", "")
    for one in children(element):
        values.update(_values(name, one, ""))
    if name != "APPYMTDETAIL":
        values.pop("KEY", None)
    return values


def _values(name: str, element: etree._Element, above: str) -> dict[str, str]:
    tag = str(element.tag)
    path = f"{above}{tag}"
    if tag == "customfields" and list(children(element)):
        raise refusal("SANDBOX-UNKNOWN-FIELD", "This company has no custom fields.")
    if tag in _IGNORED:
        return {}
    names = _NAMES.get(name, {})
    if tag in _DATES:
        parts = (child_text(element, part) for part in ("month", "day", "year"))
        return {names.get(tag, tag.upper()): "/".join(parts)}
    inside = list(children(element))
    if tag in _CONTACTS:
        return _named_contact(name, element)
    if not inside:
        return {names.get(path, path.upper()): text_of(element)}
    values: dict[str, str] = {}
    for one in inside:
        values.update(_values(name, one, f"{path}."))
    return values


def _named_contact(name: str, element: etree._Element) -> dict[str, str]:
    """A contact that is spelled out becomes a vendor's display contact; elsewhere its name is what counts."""
    tag = str(element.tag)
    if tag in {"contactinfo", "primary"} and name == "VENDOR" and element.find("contact") is not None:
        return _contact(element.find("contact"))
    field_name = _NAMES.get(name, {}).get(tag)
    return {field_name: text_of(next(element.iter("contactname"), None))} if field_name else {}


def _contact(element: etree._Element | None) -> dict[str, str]:
    values: dict[str, str] = {}
    for one in () if element is None else children(element):
        inside = list(children(one))
        for inner in inside:
            field_name = {"isocountrycode": "COUNTRYCODE"}.get(str(inner.tag), str(inner.tag).upper())
            if f"MAILADDRESS.{field_name}" in OBJECTS["CONTACT"].kinds:
                values[f"DISPLAYCONTACT.MAILADDRESS.{field_name}"] = text_of(inner)
        if str(one.tag).upper() in OBJECTS["CONTACT"].kinds and not inside:
            values[f"DISPLAYCONTACT.{str(one.tag).upper()}"] = text_of(one)
    return values
