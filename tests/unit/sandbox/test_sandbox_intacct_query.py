"""Reading from the Intacct twin: filters, order, pages, aggregates, relations, ownership and metadata."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intacct_books import Books, bill, create_bill, numbers, status, texts, vendor

from intacct_pipelines.sandbox.intacct import IntacctTwin


def _condition(operator: str, field: str, *values: str) -> str:
    inside = "".join(f"<value>{value}</value>" for value in values)
    return f"<{operator}><field>{field}</field>{inside}</{operator}>"


def _many(count: int) -> Books:
    return Books(*(bill(at, f"{at}.00", number="inv-9" if at == 9 else f"INV-{at}") for at in range(1, count + 1)))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (_condition("equalto", "RECORDNO", "9"), "9"),
        (_condition("notequalto", "RECORDNO", "9"), "1 2 3 4 5 6 7 8 10 11"),
        (_condition("greaterthan", "RECORDNO", "9"), "10 11"),
        (_condition("greaterthanorequalto", "TRX_TOTALENTERED", "9"), "9 10 11"),
        (_condition("lessthan", "TRX_TOTALENTERED", "2.5"), "1 2"),
        (_condition("lessthanorequalto", "RECORDNO", "2"), "1 2"),
        (_condition("between", "RECORDNO", "9", "10"), "9 10"),
        (_condition("in", "RECORDID", "INV-1", "INV-10", "INV-99"), "1 10"),
        (_condition("notin", "RECORDID", "INV-1", "INV-10"), "2 3 4 5 6 7 8 9 11"),
        (_condition("like", "RECORDID", "INV-1_"), "10 11"),
        (_condition("notlike", "RECORDID", "INV-%"), "9"),
        (_condition("isnull", "DOCNUMBER"), "1 2 3 4 5 6 7 8 9 10 11"),
        (_condition("isnotnull", "DOCNUMBER"), ""),
        (_condition("equalto", "RECORDID", "INV-9"), ""),
        (_condition("equalto", "DOCNUMBER", ""), ""),
        (_condition("equalto", "STATE", "Posted"), "1 2 3 4 5 6 7 8 9 10 11"),
        (_condition("equalto", "WHENCREATED", "2/3/2026"), "1 2 3 4 5 6 7 8 9 10 11"),
        (_condition("lessthan", "WHENCREATED", "02/03/2026"), ""),
        (
            (
                f"<and>{_condition('greaterthan', 'RECORDNO', '3')}<or>{_condition('equalto', 'RECORDNO', '2')}"
                f"{_condition('lessthan', 'TRX_TOTALENTERED', '5')}</or></and>"
            ),
            "4",
        ),
    ],
)
def test_every_operator_compares_as_documented(filters: str, expected: str) -> None:
    """Numbers compare as numbers, text by case, dates by day, and null matches nothing but isnull (§4.2)."""
    rows = _many(11).rows(Books().select("APBILL", "RECORDNO", filters))
    assert " ".join(row["RECORDNO"] for row in rows) == expected


def test_case_counts_unless_switched_off() -> None:
    """`caseinsensitive` is the only way to find other cases (§4.2)."""
    books = _many(11)
    query = books.select("APBILL", "RECORDNO", _condition("equalto", "RECORDID", "INV-9"))
    assert books.rows(query) == []
    loose = query.replace("<options>", "<options><caseinsensitive>true</caseinsensitive>")
    assert books.rows(loose) == [{"RECORDNO": "9"}]


@given(low=st.integers(0, 30), high=st.integers(0, 30), chosen=st.sets(st.integers(1, 25), min_size=1))
def test_index_paths_agree_with_plain_comparison(low: int, high: int, chosen: set[int]) -> None:
    """Bounds on RECORDNO, indexed `in` and scans of another field find the same records."""
    wanted = [n for n in range(1, 21) if low < n <= high and n in chosen]
    values = [str(n) for n in sorted(chosen)]
    by_index = f"<and>{_condition('greaterthan', 'RECORDNO', str(low))}{_condition('lessthanorequalto', 'RECORDNO', str(high))}{_condition('in', 'RECORDNO', *values)}</and>"  # noqa: E501  # one filter
    by_scan = f"<and>{_condition('greaterthan', 'TRX_TOTALENTERED', str(low))}{_condition('lessthanorequalto', 'TRX_TOTALENTERED', str(high))}{_condition('in', 'TRX_TOTALENTERED', *values)}</and>"  # noqa: E501  # one filter
    for filters in (by_index, by_scan):
        rows = _TWENTY.rows(_TWENTY.select("APBILL", "RECORDNO", filters))
        assert [int(row["RECORDNO"]) for row in rows] == wanted


_TWENTY = _many(20)


@given(size=st.integers(1, 25), total=st.integers(0, 20))
def test_every_record_arrives_once_for_any_page_size(size: int, total: int) -> None:
    """Keyset paging on RECORDNO and offset paging both give each record once, with true counts (§4.2)."""
    books = _TWENTY
    seen: list[str] = []
    while True:
        last = seen[-1] if seen else "0"
        bound = f"<and>{_condition('greaterthan', 'RECORDNO', last)}{_condition('lessthanorequalto', 'RECORDNO', str(total))}</and>"  # noqa: E501  # one filter
        query = books.select("APBILL", "RECORDNO", bound, f"<pagesize>{size}</pagesize>")
        data = books.result(query).find("data")
        assert data is not None
        page = [row.findtext("RECORDNO") or "" for row in data]
        assert int(data.get("totalcount", "")) == total - len(seen)
        assert int(data.get("numremaining", "")) == total - len(seen) - len(page)
        seen.extend(page)
        if len(page) < size:
            break
    assert seen == [str(at) for at in range(1, total + 1)]


def test_pages_have_limits_and_a_default() -> None:
    """100 by default, 2000 at most for `query`, 1000 for `readByQuery` (§4.1)."""
    books = _many(101)
    assert len(books.rows(books.select("APBILL", "RECORDNO"))) == 100
    too_many = books.select("APBILL", "RECORDNO", extra="<pagesize>2001</pagesize>")
    assert numbers(books.result(too_many)) == ["SANDBOX-PAGESIZE"]
    by_query = "<readByQuery><object>APBILL</object><query></query><pagesize>1001</pagesize></readByQuery>"
    assert numbers(books.result(by_query)) == ["SANDBOX-PAGESIZE"]


def test_order_and_offset_apply_before_the_page() -> None:
    """Several orders sort in turn, descending too, and offset skips (§4.2)."""
    books = _many(5)
    order = "<orderby><order><field>STATE</field><ascending/></order><order><field>RECORDNO</field><descending/></order></orderby>"  # noqa: E501  # one element
    rows = books.rows(books.select("APBILL", "RECORDNO", extra=f"{order}<pagesize>2</pagesize><offset>1</offset>"))
    assert [row["RECORDNO"] for row in rows] == ["4", "3"]


def test_aggregates_are_grouped_by_the_plain_fields() -> None:
    """count, sum, min, max and avg come under their own tags (§4.2)."""
    books = Books(bill(1, "10.00"), bill(2, "30.00"), bill(3, "5.00", vendor_key=2))
    query = (
        "<query><object>APBILL</object><select><field>VENDORID</field><count>RECORDNO</count>"
        "<sum>TRX_TOTALENTERED</sum><min>TRX_TOTALENTERED</min><max>TRX_TOTALENTERED</max>"
        "<avg>TRX_TOTALENTERED</avg></select><options><showprivate>true</showprivate></options></query>"
    )
    assert books.rows(query)[0] == {
        "VENDORID": "V-1",
        "COUNT.RECORDNO": "2",
        "SUM.TRX_TOTALENTERED": "40.00",
        "MIN.TRX_TOTALENTERED": "10.00",
        "MAX.TRX_TOTALENTERED": "30.00",
        "AVG.TRX_TOTALENTERED": "20.00",
    }


def test_dotted_fields_follow_relations_several_hops() -> None:
    """A bill reaches its vendor's contact and term (§4.2)."""
    books = Books(bill(1))
    fields = "VENDOR.NAME,VENDOR.DISPLAYCONTACT.EMAIL1,VENDOR.TERM.DUEDATE"
    assert books.rows(books.select("APBILL", fields)) == [
        {"VENDOR.NAME": "Vendor 1", "VENDOR.DISPLAYCONTACT.EMAIL1": "ap1@vendor.example", "VENDOR.TERM.DUEDATE": "30"}
    ]


def test_an_unknown_or_hidden_field_is_refused_and_never_dropped() -> None:
    """XL03000010 names the field, in select, filter and order; a nested one is XL03000006 (§3.2)."""
    books = Books(bill(1), hidden_fields={"APBILL.SUPDOCID"})
    for query in (
        books.select("APBILL", "RECORDNO,NOTHERE"),
        books.select("APBILL", "SUPDOCID"),
        books.select("APBILL", "RECORDNO", _condition("isnull", "VENDOR.NOTHERE")),
    ):
        assert numbers(books.result(query)) == ["XL03000010"]
    nested = books.result(books.select("APBILL", "APBILLITEMS"))
    assert numbers(nested) == ["XL03000006"]
    assert "[APBILL: [APBILLITEMS] ]" in texts(nested)
    assert "SUPDOCID" not in books.rows("<read><object>APBILL</object><keys>1</keys></read>")[0]


@pytest.mark.parametrize(
    "filters",
    [
        "<and><equalto><field>RECORDNO</field><value>1</value></equalto></and>",
        "<equalto><value>1</value><field>RECORDNO</field></equalto>",
        "<equalto><field>RECORDNO</field><value>one</value></equalto>",
        "<between><field>RECORDNO</field><value>1</value></between>",
        "<near><field>RECORDNO</field><value>1</value></near>",
        "<isnull><field>RECORDNO</field></isnull><isnull><field>RECORDNO</field></isnull>",
        f"<in><field>RECORDNO</field>{'<value>1</value>' * 1001}</in>",
        "<equalto><field>WHENCREATED</field><value>02/30/2026</value></equalto>",
    ],
)
def test_filters_out_of_the_documented_form_are_refused(filters: str) -> None:
    """Wrong operators, parts, numbers of values and values fail the function (§4.2)."""
    books = Books(bill(1))
    assert status(books.result(books.select("APBILL", "RECORDNO", filters))) == "failure"


def test_root_queries_hide_entity_rows_and_entities_see_root_and_their_own() -> None:
    """Ownership by MEGAENTITYID, with showprivate as the key (§1.8)."""
    books = Books()
    query = "<query><object>VENDOR</object><select><field>VENDORID</field><field>MEGAENTITYID</field></select></query>"
    assert books.rows(query) == [{"VENDORID": "V-2", "MEGAENTITYID": ""}]
    assert [row["VENDORID"] for row in books.rows(query, entity_id="200")] == ["V-2", "V-4"]
    assert len(books.rows(books.select("VENDOR", "VENDORID"))) == 4
    assert [row["VENDORID"] for row in books.rows(books.select("VENDOR", "VENDORID"), entity_id="100")] == [
        "V-1",
        "V-2",
        "V-3",
    ]


def test_modified_filters_work_in_the_company_zone() -> None:
    """WHENMODIFIED is Pacific by default and AUWHENCREATED is UTC, as in the recording of §4.7."""
    books = Books(bill(1))
    row = books.rows(books.select("APBILL", "WHENMODIFIED,AUWHENCREATED"))[0]
    assert row == {"WHENMODIFIED": "02/03/2026 14:50:21", "AUWHENCREATED": "02/03/2026 09:00:00"}
    same = _condition("greaterthanorequalto", "WHENMODIFIED", "02/03/2026 14:50:21")
    later = _condition("greaterthanorequalto", "WHENMODIFIED", "02/03/2026 14:50:22")
    assert len(books.rows(books.select("APBILL", "RECORDNO", same))) == 1
    assert books.rows(books.select("APBILL", "RECORDNO", later)) == []
    utc = Books(bill(1), modified_zone="UTC")
    assert utc.rows(utc.select("APBILL", "WHENMODIFIED")) == [{"WHENMODIFIED": "02/03/2026 22:50:21"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("STATE = 'A'", "1 2 3"),
        ("STATE = 'Posted'", ""),
        ("RECORDNO &gt; 1 AND RECORDID in ('INV-2', 'INV-3')", "2 3"),
        ("RECORDID like 'INV-%' AND NOT (RECORDNO = 2 OR RECORDNO = 3)", "1"),
        ("DOCNUMBER IS NULL AND RECORDID IS NOT NULL", "1 2 3"),
        ("DESCRIPTION = 'Jane\\'s Deli'", "3"),
        ("RECORDID not in ('INV-1') and RECORDID not like '%3'", "2"),
        ("WHENCREATED &gt;= '02/01/2026 00:00:00'", "1 2 3"),
        ("", "1 2 3"),
    ],
)
def test_read_by_query_understands_its_language(text: str, expected: str) -> None:
    """Codes instead of labels, quotes with a backslash, and the documented operators (§4.3)."""
    books = Books(bill(1), bill(2), bill(3, description="Jane's Deli"))
    query = f"<readByQuery><object>APBILL</object><fields>RECORDNO</fields><query>{text}</query></readByQuery>"
    rows = books.rows(query, entity_id="100")
    assert " ".join(row["RECORDNO"] for row in rows) == expected


@pytest.mark.parametrize("text", ["RECORDNO", "RECORDNO =", "(RECORDNO = 1", "RECORDNO = 1 RECORDNO = 2", "; drop"])
def test_read_by_query_refuses_what_it_cannot_read(text: str) -> None:
    """A broken text fails the function."""
    books = Books(bill(1))
    query = f"<readByQuery><object>APBILL</object><query>{text}</query></readByQuery>"
    assert numbers(books.result(query)) == ["Query Failed"]


def test_read_more_continues_a_kept_result_until_it_expires() -> None:
    """The result set is a snapshot of keys with an end (§4.3)."""
    books = Books(*(bill(at) for at in range(1, 6)), result_set_seconds=60.0)
    first = books.result(
        "<readByQuery><object>APBILL</object><fields>RECORDNO</fields><query/><pagesize>2</pagesize></readByQuery>",
        entity_id="100",
    ).find("data")
    assert first is not None
    assert (first.get("listtype"), first.get("count"), first.get("totalcount"), first.get("numremaining")) == (
        "apbill",
        "2",
        "5",
        "3",
    )
    assert [row.tag for row in first] == ["apbill", "apbill"]
    more = f"<readMore><resultId>{first.get('resultId')}</resultId></readMore>"
    assert [row["RECORDNO"] for row in books.rows(more)] == ["3", "4"]
    assert [row["RECORDNO"] for row in books.rows(more)] == ["5"]
    books.clock.advance(61)
    assert numbers(books.result(more)) == ["SANDBOX-RESULT-EXPIRED"]


def test_an_empty_result_has_the_documented_attributes() -> None:
    """`count="0" totalcount="0" numremaining="0" resultId=""` and no children (§2.4)."""
    data = Books().result("<readByQuery><object>APBILL</object><query/></readByQuery>").find("data")
    assert data is not None
    assert dict(data.attrib) == {
        "listtype": "apbill",
        "count": "0",
        "totalcount": "0",
        "numremaining": "0",
        "resultId": "",
    }
    assert len(data) == 0


def test_read_shows_owned_lines_and_leaves_missing_keys_out() -> None:
    """`read` nests APBILLITEMS/apbillitem; `readByName` takes the ids of people (§4.4)."""
    books = Books(bill(1, "10.00", "20.00"))
    data = books.result("<read><object>APBILL</object><keys>1,99</keys><fields>*</fields></read>").find("data")
    assert data is not None
    assert data.get("count") == "1"
    assert [one.text for one in data.iterfind("APBILL/APBILLITEMS/apbillitem/TRX_AMOUNT")] == ["10.00", "20.00"]
    named = books.rows("<readByName><object>VENDOR</object><keys>V-2</keys><fields>NAME,STATUS</fields></readByName>")
    assert named == [{"NAME": "Root vendor", "STATUS": "active"}]
    bad = books.result("<read><object>VENDOR</object><keys>1</keys><fields>NOPE</fields></read>")
    assert numbers(bad) == ["Invalid fields list NOPE"]


def test_names_with_markup_survive() -> None:
    """Values are escaped on the way out and read back the same."""
    books = Books(vendors=(vendor(1, name='Smith & <Sons> "é" 株式会社'),))
    assert books.rows(books.select("VENDOR", "NAME"))[0]["NAME"] == 'Smith & <Sons> "é" 株式会社'


def test_metadata_lists_fields_and_objects() -> None:
    """`inspect` and `lookup` show what this company has (§4.5)."""
    books = Books(hidden_fields={"APBILL.SUPDOCID"})
    short = books.result('<inspect detail="0"><object>APBILL</object></inspect>')
    fields = [one.text for one in short.iter("Field")]
    assert "RECORDNO" in fields
    assert "SUPDOCID" not in fields
    whole = books.result('<inspect detail="1"><object>VENDOR</object></inspect>')
    assert whole.findtext(".//Field/Name") == "VENDORID"
    objects = [one.text for one in books.result("<inspect><object>*</object></inspect>").iter("type")]
    assert "GLDETAIL" in objects
    lookup = books.result("<lookup><object>APBILL</object></lookup>")
    kinds = {one.findtext("ID"): one.findtext("DATATYPE") for one in lookup.iter("Field")}
    assert (kinds["RECORDNO"], kinds["STATE"], kinds["WHENMODIFIED"]) == ("INTEGER", "ENUM", "TIMESTAMP")
    assert lookup.findtext(".//Relationship/OBJECTPATH") == "VENDOR"


def test_get_list_pages_in_lower_case() -> None:
    """The legacy list tells start, end and total before the data (§4.6)."""
    expression = (
        "<filter><expression><field>name</field><operator>like</operator><value>Vendor%</value></expression></filter>"
    )
    books = Books()
    result = books.result(f'<get_list object="vendor" maxitems="2" showprivate="true">{expression}</get_list>')
    head = result.find("listtype")
    assert head is not None
    assert (head.get("start"), head.get("end"), head.get("total")) == ("0", "1", "3")
    assert [one.text for one in result.iterfind("data/vendor/vendorid")] == ["V-1", "V-3"]


def test_audit_history_tells_who_changed_what() -> None:
    """Create, modify and delete leave rows with codes and the record's number (§4.8)."""
    books = Books(bill(1))
    books.result(create_bill(), entity_id="100")
    books.twin.edit_bill(1, DESCRIPTION="seen")
    books.twin.delete_bill(1)
    query = books.select(
        "AUDITHISTORY",
        "OBJECTTYPE,OBJECTKEY,ACCESSMODE,SOURCE,USERID,ACCESSTIME",
        f"<and>{_condition('equalto', 'OBJECTTYPE', 'apbill')}{_condition('in', 'ACCESSMODE', 'C', 'M', 'D')}"
        f"{_condition('greaterthanorequalto', 'ACCESSTIME', '03/01/2026 00:00:00')}</and>",
    )
    told = [(row["OBJECTKEY"], row["ACCESSMODE"], row["SOURCE"]) for row in books.rows(query)]
    assert told == [("2", "C", "api"), ("1", "M", "ui"), ("1", "D", "ui")]
    assert books.rows(query)[0]["ACCESSTIME"] == "03/02/2026 12:00:00"
    books.twin.options.audit_permitted = False
    assert "You do not have permission for API" in texts(books.result(query))


def test_gl_detail_is_the_ledger() -> None:
    """Every line of the ledger is a GLDETAIL row with the document behind it (§4.7)."""
    books = Books(bill(1, "10.00", "20.00", intacct_state="Partially Paid", paid=Decimal("5.00")))
    rows = books.rows(
        books.select(
            "GLDETAIL", "RECORDNO,ACCOUNTNO,ACCOUNTTITLE,TR_TYPE,AMOUNT,RECORDID,VENDORNAME,LINE_NO,VENDOR.NAME"
        )
    )
    assert [(row["ACCOUNTNO"], row["TR_TYPE"], row["AMOUNT"]) for row in rows] == [
        ("6700", "1", "10.00"),
        ("2000", "-1", "-10.00"),
        ("6700", "1", "20.00"),
        ("2000", "-1", "-20.00"),
        ("2000", "1", "5.00"),
        ("1000", "-1", "-5.00"),
    ]
    assert rows[0]["ACCOUNTTITLE"] == "Cloud services"
    assert rows[0]["VENDORNAME"] == rows[0]["VENDOR.NAME"] == "Vendor 1"
    above = books.rows(books.select("GLDETAIL", "RECORDNO", _condition("greaterthan", "RECORDNO", "4")))
    assert [row["RECORDNO"] for row in above] == ["5", "6"]
    assert books.rows(books.select("GLDETAIL", "RECORDNO"), entity_id="200") == []


def test_answers_follow_changes_at_once() -> None:
    """Remembered answers never outlive a change of the records."""
    books = _many(3)
    query = books.select("APBILL", "RECORDNO", _condition("equalto", "DESCRIPTION", "new"))
    assert books.rows(query) == []
    books.twin.edit_bill(2, DESCRIPTION="new")
    assert books.rows(query) == [{"RECORDNO": "2"}]
    books.twin.delete_bill(2)
    assert books.rows(query) == []


def test_wrong_data_can_be_planted_at_the_source() -> None:
    """A null WHENMODIFIED is found by isnull alone, and no audit row tells of it."""
    books = Books(bill(1), bill(2))
    books.twin.plant("APBILL", 2, WHENMODIFIED="", STATE="Unheard of")
    recent = _condition("greaterthanorequalto", "WHENMODIFIED", "01/01/2020")
    missing = _condition("isnull", "WHENMODIFIED")
    for filters, expected in ((recent, ["1"]), (missing, ["2"]), (f"<or>{recent}{missing}</or>", ["1", "2"])):
        rows = books.rows(books.select("APBILL", "RECORDNO", filters))
        assert [row["RECORDNO"] for row in rows] == expected
    assert books.twin.records("AUDITHISTORY") == []


def test_a_small_company_is_built_in_a_moment() -> None:
    """Hundreds of simulations build a twin each."""
    small = Books(*(bill(at) for at in range(1, 11))).business
    twins = [IntacctTwin(small) for _ in range(20)]
    assert all(len(twin.bills()) == 10 for twin in twins)


def test_groups_are_ordered_and_paged_like_records() -> None:
    """Order, page size and offset hold for an aggregate's groups, too; their total is that of the groups (§4.2)."""
    books = Books(bill(1, "10.00", number="A"), bill(2, "30.00", number="B"), bill(3, "5.00", number="B"))

    def ask(direction: str, paging: str) -> str:
        return (
            "<query><object>APBILL</object><select><field>RECORDID</field><count>RECORDNO</count></select>"
            f"<orderby><order><field>RECORDID</field><{direction}/></order></orderby>"
            f"<options><showprivate>true</showprivate></options>{paging}</query>"
        )

    whole = books.rows(ask("descending", ""))
    assert [(row["RECORDID"], row["COUNT.RECORDNO"]) for row in whole] == [("B", "2"), ("A", "1")]
    page = books.result(ask("ascending", "<pagesize>1</pagesize><offset>1</offset>")).find("data")
    assert page is not None
    assert dict(page.attrib) == {
        "listtype": "APBILL",
        "totalcount": "2",
        "offset": "1",
        "count": "1",
        "numremaining": "0",
    }
    assert page.findtext("APBILL/RECORDID") == "B"


def test_groups_without_a_value_come_last_and_foreign_fields_are_refused() -> None:
    """Groups follow the records' rule for nulls, and can be ordered only by what the query selects."""
    books = Books(bill(1, "10.00", description="Rent"), bill(2, "30.00"))
    select = "<select><field>DESCRIPTION</field><count>RECORDNO</count></select>"
    private = "<options><showprivate>true</showprivate></options>"
    order = "<orderby><order><field>{}</field><descending/></order></orderby>"
    query = f"<query><object>APBILL</object>{select}{order.format('DESCRIPTION')}{private}</query>"
    assert [row["DESCRIPTION"] for row in books.rows(query)] == ["Rent", ""]
    other = f"<query><object>APBILL</object>{select}{order.format('RECORDNO')}{private}</query>"
    assert numbers(books.result(other)) == ["SANDBOX-QUERY"]


@pytest.mark.parametrize("attribute", ['maxitems="x"', 'start="-1"', 'maxitems="1.5"', 'start="²"'])
def test_a_list_page_that_is_no_number_is_a_refusal(attribute: str) -> None:
    """get_list answers a wrong start or maxitems with an error, not with a broken connection (§4.6)."""
    assert numbers(Books().result(f'<get_list object="vendor" {attribute}/>')) == ["SANDBOX-QUERY"]
