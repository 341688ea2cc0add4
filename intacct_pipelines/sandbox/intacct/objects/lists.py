"""Small lists that documents name: terms, types, labels, tax details, currencies and rates, journals, periods."""

from __future__ import annotations

from typing import Final

from intacct_pipelines.sandbox.intacct.objects.spec import ObjectSpec, Relations, describe

_TIMES: Final = " WHENCREATED:T WHENMODIFIED:T CREATEDBY:i MODIFIEDBY:i"
_LABEL: Final = "RECORDNO:i ACCOUNTLABEL:s DESCRIPTION:s GLACCOUNTNO:s OFFSETGLACCOUNTNO:s STATUS:s"
_LABEL_ACCOUNTS: Final = {"GLACCOUNTNO": "GLACCOUNT", "OFFSETGLACCOUNTNO": "GLACCOUNT"}
_LABEL_NEEDS: Final = ("ACCOUNTLABEL", "DESCRIPTION", "GLACCOUNTNO")
_TYPE: Final = f"RECORDNO:i NAME:s PARENTKEY:i STATUS:s{_TIMES}"


def _label(name: str, label: str, module: str) -> ObjectSpec:
    return describe(
        name,
        _LABEL,
        "ACCOUNTLABEL",
        label,
        ("ACCOUNTLABEL",),
        _LABEL_NEEDS,
        references=_LABEL_ACCOUNTS,
        writes="generic",
        module=module,
    )


OBJECTS: Final[tuple[ObjectSpec, ...]] = (
    describe(
        "ARTERM",
        f"""
        RECORDNO:i NAME:s DESCRIPTION:s STATUS:s DUEDATE:s DUEFROM:s DISCDATE:s DISCFROM:s DISCAMOUNT:d DISCPERCAMN:s
        DISCCALCON:s{_TIMES}
    """,
        "NAME",
        "AR Term",
        ("NAME",),
        ("NAME",),
        writes="generic",
        module="AR",
    ),
    _label("APACCOUNTLABEL", "AP account label", "AP"),
    _label("ARACCOUNTLABEL", "AR account label", "AR"),
    describe(
        "VENDTYPE",
        f"{_TYPE} FORM1099TYPE:s FORM1099BOX:s",
        "NAME",
        "Vendor type",
        ("NAME",),
        ("NAME",),
        writes="generic",
    ),
    describe("CUSTTYPE", _TYPE, "NAME", "Customer type", ("NAME",), ("NAME",), writes="generic"),
    describe(
        "TAXDETAIL",
        """
        RECORDNO:i DETAILID:s TAXUID:s DESCRIPTION:s TAXTYPE:s VALUE:d MINTAXABLE:d MAXTAXABLE:d INCLUDE:s MINTAX:d
        MAXTAX:d GLACCOUNT:s TAXAUTHORITY:s STATUS:s REVERSECHARGE:b TAXRATE:s TAXSOLUTIONID:s MEGAENTITYKEY:i
        MEGAENTITYID:s MEGAENTITYNAME:s
    """,
        "DETAILID",
        "Tax detail",
        ("DETAILID",),
        ("DETAILID", "TAXTYPE"),
        references={"GLACCOUNT": "GLACCOUNT"},
        writes="generic",
    ),
    describe(
        "TRXCURRENCIES",
        f"RECORDNO:i CODE:s NAME:s SYMBOL:s STATUS:s{_TIMES}",
        "CODE",
        "Currency",
        ("CODE",),
        ("CODE",),
        writes="generic",
    ),
    describe(
        "EXCHANGERATETYPES",
        "RECORDNO:i NAME:s DESCRIPTION:s STATUS:s",
        "NAME",
        "Exchange rate type",
        ("NAME",),
        ("NAME",),
        writes="generic",
    ),
    describe(
        "EXCHANGERATE",
        "RECORDNO:i TYPENAME:s FROM_CURRENCY:s TO_CURRENCY:s",
        "",
        "Exchange rate",
        ("TYPENAME",),
        ("TYPENAME", "FROM_CURRENCY", "TO_CURRENCY"),
        references={
            "TYPENAME": "EXCHANGERATETYPES",
            "FROM_CURRENCY": "TRXCURRENCIES",
            "TO_CURRENCY": "TRXCURRENCIES",
        },
        writes="generic",
    ),
    describe(
        "EXCHANGERATEENTRY",
        "RECORDNO:i EXCHANGERATEKEY:i EFFECTIVE_START_DATE:D EXCHANGE_RATE:d RECIPROCAL_RATE:d",
        "",
        "Exchange rate entry",
        ("EXCHANGERATEKEY",),
        audited=False,
    ),
    describe(
        "GLJOURNAL",
        f"RECORDNO:i SYMBOL:s TITLE:s BOOKID:s STATUS:s{_TIMES}",
        "SYMBOL",
        "Journal",
        ("SYMBOL",),
        ("SYMBOL", "TITLE"),
        writes="legacy",
    ),
    describe(
        "REPORTINGPERIOD",
        "RECORDNO:i NAME:s START_DATE:D END_DATE:D STATUS:s",
        "NAME",
        "Reporting period",
        ("NAME",),
        ("NAME",),
    ),
)

RELATIONS: Final[Relations] = {
    "VENDTYPE": {"PARENT": ("VENDTYPE", "PARENTKEY", "RECORDNO")},
    "CUSTTYPE": {"PARENT": ("CUSTTYPE", "PARENTKEY", "RECORDNO")},
}
