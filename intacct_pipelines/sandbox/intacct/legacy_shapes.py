"""Legacy functions as the gateway's schema has them: the order of their elements, and the fields that these stand for.

Only the tables are here; ``legacy`` reads functions by them.
"""

from __future__ import annotations

from typing import Final

from intacct_pipelines.sandbox.intacct.fields import words

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

_SUPDOC: Final = "supdocid supdocname? supdocfoldername? supdocdescription? attachments?"

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
    "reclassify_bill": "billno? referenceno? description? termname? datedue? recpaydate? paypriority? onhold?"
    " reclassifyitems?",
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
    "create_employee": "employeeid ssn? title? locationid? departmentid? classid? supervisorid? birthdate? startdate?"
    " enddate? terminationtype? employeetype? gender? status? currency? externalid? name1099? form1099type?"
    " form1099box? earningtypename? postactualcost? personalinfo contactlist? paymethod? paymentnotify? achenabled?"
    " achbankroutingnumber? achaccountnumber? achaccounttype? achremittancetype? customfields? mergepaymentreq?",
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
    "update_aradjustment": "customerid? datecreated? dateposted? adjustmentno? action? invoiceno? description?"
    f" {_FX1} updatearadjustmentitems?",
    "delete_aradjustment": "",
    "create_arpayment": "customerid paymentamount translatedamount? (batchkey | bankaccountid | undepfundsacct)? refid?"
    f" overpaylocid? overpaydeptid? datereceived? paymentmethod? {_FX} cctype? authcode? arpaymentitem*"
    " (onlinecardpayment | onlineachpayment)*",
    "apply_arpayment": "arpaymentkey paymentdate batchkey? memo? overpaylocid? overpaydeptid? arpaymentitems*",
    "reverse_arpayment": "datereversed description? nsfclosedaccount?",
    "create_expensereport": "& employeeid datecreated dateposted? batchkey? expensereportno? state? description? memo?"
    " externalid? basecurr? currency? customfields? supdocid? expenses",
    "create_supdocfolder": "supdocfoldername supdocfolderdescription? supdocparentfoldername?",
    "create_supdoc": _SUPDOC,
    "update_supdoc": _SUPDOC,
    "create_gltransaction": "journalid datecreated reversedate? description referenceno? sourceentity? customfields?"
    " gltransactionentries",
}

# Elements inside, wherever they stand. `lineitem` and the others that are missing hold text alone.
INSIDE: Final = {
    "datecreated": _DATE,
    "dateposted": _DATE,
    "datedue": _DATE,
    "recpaydate": _DATE,
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
    "birthdate": _DATE,
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
    "reclassifyitems": "reclasslineitem+",
    "reclasslineitem": "(accountlabel | glaccountno) memo? locationid? departmentid? customfields? projectid?"
    " customerid? vendorid? employeeid? itemid? classid? contractid? warehouseid?",
    "apadjustmentitems": "lineitem+",
    "invoiceitems": "lineitem+",
    "updateinvoiceitems": "(lineitem | updatelineitem)+",
    "aradjustmentitems": "lineitem+",
    "expensedate": _DATE,
    "expenses": "expense+",
    "expense": "(expensetype | glaccountno) amount? currency? trx_amount? exchratedate? exchratetype? exchrate?"
    " expensedate? memo? form1099? form1099type? form1099box? paidfor? locationid? departmentid? customfields?"
    " projectid? customerid? vendorid? employeeid? itemid? classid? contractid? warehouseid? billable? exppmttype?"
    " quantity? rate?",
    "arpaymentitem": "invoicekey amount",
    "arpaymentitems": "arpaymentitem+",
    "billto": _CONTACT_CHOICE,
    "updateapadjustmentitems": "(lineitem | updatelineitem)+",
    "updatearadjustmentitems": "(lineitem | updatelineitem)+",
    "receiptitems": "(lineitem | updatelineitem)+",
    "ccpayitems": "ccpayitem+",
    "updateccpayitems": "(ccpayitem | updateccpayitem)+",
    "ccpayitem": f"(glaccountno | accountlabel) description? paymentamount {_CARD_LINE_END}",
    "updateccpayitem": f"(glaccountno | accountlabel)? description? paymentamount? {_CARD_LINE_END}",
    "paymentrequestitems": "paymentrequestitem+",
    "paymentrequestitem": "key paymentamount credittoapply? discounttoapply?",
    "appaymentkeys": "appaymentkey+",
    "receiptkeys": "receiptkey+",
    "attachments": "attachment+",
    "attachment": "attachmentname attachmenttype attachmentdata",
    "customfields": "customfield*",
    "customfield": "customfieldname customfieldvalue",
    "primary": _CONTACT_CHOICE,
    "shipto": _CONTACT_CHOICE,
    "payto": _CONTACT_CHOICE,
    "returnto": _CONTACT_CHOICE,
    "contactinfo": _CONTACT_CHOICE,
    "personalinfo": _CONTACT_CHOICE,
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

KEYS: Final = {
    # attribute that names the record in update, delete and reverse
    "bill": "key",
    "vendor": "vendorid",
    "department": "departmentid",
    "class": "key",
    "location": "locationid",
    "contact": "contactname",
    "glaccount": "glaccountno",
    "apterm": "name",
    "employee": "employeeid",
    "apadjustment": "key",
    "appayment": "key",
    "cctransaction": "key",
    "otherreceipt": "key",
    "invoice": "key",
    "aradjustment": "key",
    "arpayment": "key",
}

OBJECT_NAMES: Final = {name: name.upper() for name in KEYS} | {
    "bill": "APBILL",
    "appayment": "APPYMT",
    "appaymentrequest": "APPYMT",
    "paymentrequest": "APPYMT",
    "otherreceipt": "OTHERRECEIPTS",
    "deposit": "DEPOSIT",
    "invoice": "ARINVOICE",
    "arpayment": "ARPYMT",
    "gltransaction": "GLBATCH",
    "expensereport": "EEXPENSES",
    "supdoc": "SUPDOC",
    "supdocfolder": "SUPDOCFOLDER",
}

LINES: Final = {
    "APBILL": "APBILLITEM",
    "APADJUSTMENT": "APADJUSTMENTITEM",
    "APPYMT": "APPYMTDETAIL",
    "CCTRANSACTION": "CCTRANSACTIONENTRY",
    "OTHERRECEIPTS": "OTHERRECEIPTSENTRY",
    "ARINVOICE": "ARINVOICEITEM",
    "ARADJUSTMENT": "ARADJUSTMENTITEM",
    "ARPYMT": "ARPYMTDETAIL",
    "GLBATCH": "GLENTRY",
    "EEXPENSES": "EEXPENSESITEM",
    "SUPDOC": "SUPDOC",
}

LINE_LISTS: Final = words(
    "billitems updatebillitems reclassifyitems apadjustmentitems updateapadjustmentitems ccpayitems updateccpayitems"
    " receiptitems paymentrequestitems invoiceitems updateinvoiceitems aradjustmentitems"
    " updatearadjustmentitems arpaymentitems gltransactionentries expenses attachments"
)

KEY_LISTS: Final = words("appaymentkeys receiptkeys")

DATES: Final = frozenset(name for name, model in INSIDE.items() if model == _DATE)

RATES: Final = {
    "exchratedate": "EXCH_RATE_DATE",
    "exchratetype": "EXCH_RATE_TYPE_ID",
    "exchrate": "EXCHANGE_RATE",
}

NAMES: Final = {
    # legacy element → field; others are the upper-case name itself
    "APBILL": {
        "datecreated": "WHENCREATED",
        "datereversed": "WHENCREATED",
        "dateposted": "WHENPOSTED",
        "datedue": "WHENDUE",
        "billno": "RECORDID",
        "ponumber": "DOCNUMBER",
        "referenceno": "DOCNUMBER",
        "recpaydate": "RECPAYMENTDATE",
        "paypriority": "PAYMENTPRIORITY",
        **RATES,
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
        **RATES,
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
        **RATES,
    },
    "CCTRANSACTIONENTRY": {"glaccountno": "ACCOUNTNO", "paymentamount": "TRX_AMOUNT"},
    "OTHERRECEIPTS": {
        "paymentdate": "WHENCREATED",
        "bankaccountid": "FINANCIALENTITY",
        "refid": "RECORDID",
        **RATES,
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
        **RATES,
    },
    "ARINVOICEITEM": {"glaccountno": "ACCOUNTNO", "amount": "TRX_AMOUNT", "memo": "ENTRYDESCRIPTION"},
    "ARADJUSTMENT": {
        "datecreated": "WHENCREATED",
        "dateposted": "WHENPOSTED",
        "adjustmentno": "RECORDID",
        "invoiceno": "DOCNUMBER",
        **RATES,
    },
    "ARADJUSTMENTITEM": {"glaccountno": "ACCOUNTNO", "amount": "TRX_AMOUNT", "memo": "ENTRYDESCRIPTION"},
    "ARPYMT": {
        "bankaccountid": "FINANCIALENTITY",
        "undepfundsacct": "UNDEPOSITEDACCOUNTNO",
        "refid": "DOCNUMBER",
        "datereceived": "RECEIPTDATE",
        "datereversed": "WHENCREATED",
        "memo": "DESCRIPTION",
        **RATES,
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
        **RATES,
    },
    "EEXPENSES": {
        "datecreated": "WHENCREATED",
        "dateposted": "WHENPOSTED",
        "expensereportno": "RECORDID",
        "state": "ACTION",
    },
    "EEXPENSESITEM": {
        "glaccountno": "ACCOUNTNO",
        "amount": "TRX_AMOUNT",
        "memo": "ENTRYDESCRIPTION",
        "expensedate": "ENTRY_DATE",
    },
    "SUPDOC": {"supdocfoldername": "FOLDER", "supdocdescription": "DESCRIPTION"},
    "SUPDOCFOLDER": {"supdocfoldername": "NAME", "supdocfolderdescription": "DESCRIPTION"},
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

CONTACTS: Final = frozenset(("payto", "returnto", "primary", "shipto", "contactinfo", "contactto1099"))

# Accepted and then ignored, though the object has a field of that name; fields that it does not have are ignored too.
IGNORED: Final = words("totalpaid totaldue customfields visibility")
