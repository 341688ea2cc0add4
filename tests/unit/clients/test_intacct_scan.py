"""The fast reader of pages against libxml2: it may decline, but never decide differently."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from scripted_intacct import data, numbered, reply, result

from intacct_pipelines.clients.intacct.functions import Function
from intacct_pipelines.clients.intacct.reply import read_query
from intacct_pipelines.clients.intacct.scan import scan_rows, split_reply
from intacct_pipelines.errors import RemoteSystemError

UNTIMED = settings(deadline=None)  # arrow imports pandas when it first makes an array
FIELDS = ("RECORDNO", "NAME", "DISPLAYCONTACT.PRINTAS")
FUNCTION = Function("f", etree.Element("query"))
# pieces of XML that a broken or hostile server might mix into a page
PIECES = st.sampled_from(
    ["<NAME>", "</NAME>", "<NAME/>", "<VENDOR>", "</VENDOR>", "<!-- -->", "<?a b?>", "<![CDATA[<NAME>]]>", "]]>", "]]",
     "&amp;", "&lt;", "&amp;lt;", "&#65;", "&#039;", "&#x1F600;", "&#13;", "&#10;", "&#1;", "&#xD800;", "&#xFFFE;",
     "&#1114112;", "&#65", "&nope;", "&", "&;", " ", "\n", "\r\n", "\r", "\t", "\x01", "\x7f", "\x85", "\ufffe", "é",
     "日本", "😀", "a > b", "/>", "'", '"', "</data>", "x"]
)  # fmt: skip
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="<&"), max_size=8)


def record(number: int, name: str, print_as: str) -> str:
    cells = f"<NAME>{name}</NAME><DISPLAYCONTACT.PRINTAS>{print_as}</DISPLAYCONTACT.PRINTAS>"
    return f"<VENDOR><RECORDNO>{number}</RECORDNO>{cells}</VENDOR>"


def body_of(rows: str, count: int) -> bytes:
    head = f'<data listtype="VENDOR" totalcount="{count}" offset="0" count="{count}" numremaining="0">'
    return reply(result("query", "f", f"{head}{rows}</data>"))


def by_libxml2(body: bytes) -> list[list[str | None]] | None:
    """The rows as a strict parser reads them; None if they are refused or not of the plain form."""
    parser = etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None
    rows = list(root.findall("operation/result/data/*"))
    if any(row.tag != "VENDOR" or [child.tag for child in row] != list(FIELDS) for row in rows):
        return None
    # nothing beside the values: no attributes, no elements in them, no text between them
    if any(row.attrib or row.text or row.tail for row in rows):
        return None
    if any(len(child) or child.attrib or child.tail for row in rows for child in row):
        return None
    return [[child.text for child in row] for row in rows]


def scanned(body: bytes) -> list[list[str | None]] | None:
    cut = split_reply(body)
    found = cut and scan_rows(body, cut[1], cut[2], "VENDOR", FIELDS)
    return None if not found else [list(row) for row in zip(*texts_of(found[0]).values(), strict=True)]


def texts_of(columns: Mapping[str, pa.Array]) -> dict[str, list[str | None]]:
    for column in columns.values():
        column.validate(full=True)
    return {field: column.to_pylist() for field, column in columns.items()}


@UNTIMED
@given(st.lists(st.tuples(st.lists(st.one_of(PIECES, TEXT), max_size=4), TEXT), max_size=4))
def test_what_is_taken_is_what_libxml2_reads(cells: list[tuple[list[str], str]]) -> None:
    """Any mixture of text and markup: a page that is taken has exactly the rows that libxml2 finds."""
    body = body_of("".join(record(at, "".join(parts), text) for at, (parts, text) in enumerate(cells)), len(cells))
    found = scanned(body)
    assert found is None or found == by_libxml2(body)


@UNTIMED
@given(
    cells=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4),
    edits=st.lists(
        st.tuples(
            st.floats(0, 1, exclude_max=True),
            st.integers(0, 3),
            st.one_of(
                st.binary(max_size=3), st.sampled_from([b"<", b">", b"/", b"x", b" ", b"\xed\xa0\x80", b"\xc0\xaf"])
            ),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_bytes_that_differ_anywhere_are_read_as_libxml2_does_or_left_to_it(
    cells: list[tuple[str, str]], edits: list[tuple[float, int, bytes]]
) -> None:
    """Bytes cut out, put in or changed at any place of the rows, tags included: never another value."""
    rows = "".join(record(at, name, text) for at, (name, text) in enumerate(cells)).encode()
    for place, cut, put in edits:
        at = int(place * len(rows))
        rows = rows[:at] + put + rows[at + cut :]
    body = body_of("", len(cells)).replace(b"</data>", rows + b"</data>")
    found = scanned(body)
    assert found is None or found == by_libxml2(body)


@UNTIMED
@given(st.lists(st.tuples(TEXT, TEXT), max_size=4), st.integers(0, 200))
def test_a_page_that_is_cut_off_is_never_taken_as_whole(cells: list[tuple[str, str]], lost: int) -> None:
    """Bytes missing from the end of the rows leave no page with fewer rows behind (performance trap 1)."""
    rows = "".join(record(at, name, text) for at, (name, text) in enumerate(cells))
    kept = rows.encode()[: max(0, len(rows.encode()) - lost)]
    body = body_of("", len(cells)).replace(b"</data>", kept + b"</data>")
    found = scanned(body)
    assert found is None or found == by_libxml2(body)
    with pytest.raises(RemoteSystemError) if found is None or len(found) != len(cells) else nullcontext():
        read_query(body, FUNCTION, "VENDOR", FIELDS)


def test_plain_pages_are_taken() -> None:
    """The form that the gateway writes goes the fast way, with entities, empty fields and any script."""
    body = body_of(record(1, "A &amp; B &lt;&quot;&apos;&gt;", "") + record(2, "日本 😀\té", "x > y]] "), 2)
    assert scanned(body) == [["1", "A & B <\"'>", None], ["2", "日本 😀\té", "x > y]] "]]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("&#039;&#x41;&#13;&#x1F600;", "'A\r😀"),
        ("&amp;lt;&amp;#65;", "&lt;&#65;"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        (" \t\n ", " \t\n "),
        ("", None),
    ],
    ids=["characters by number", "resolved once", "line ends", "white space", "empty"],
)
def test_values_are_taken_as_a_parser_reads_them(written: str, read: str | None) -> None:
    """Line ends, references to characters and white space of a memo keep a page on the fast way, and exact."""
    body = body_of(record(1, "before", "x") + record(2, written, written) + record(3, "", "after"), 3)
    assert scanned(body) == [["1", "before", "x"], ["2", read, read], ["3", None, "after"]] == by_libxml2(body)


def test_empty_elements_of_one_tag_are_taken() -> None:
    """``<NAME/>`` is an empty field like ``<NAME></NAME>``; the same letters inside of a value are text."""
    rows = record(1, "", "a/>b") + record(2, "x", "")
    body = body_of(rows.replace("<NAME></NAME>", "<NAME/>"), 2)
    assert scanned(body) == [["1", None, "a/>b"], ["2", "x", None]] == by_libxml2(body)


@pytest.mark.parametrize("rows", ["x", "<", "<VENDOR>", "]]", " \n", "&amp;", "<VENDOR></VENDOR>"])
def test_rows_that_are_none_are_left_to_libxml2(rows: str) -> None:
    """Text, or a piece of a tag, where the records should be."""
    assert scanned(body_of(rows, 1)) is None


@pytest.mark.parametrize(
    "value",
    [b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xed\xa0\x80", b"\xc0\xaf", b"\xff", b"\xe9", b"\xf4\x90\x80\x80",
     b"\x00", b"\x01", b"&#0;", b"&#1;", b"&#xD800;", b"&#xFFFE;", b"&#1114112;", b"&#xFFFFFF;",
     b"]]>", b"&", b"&;", b"&amp", b"&nope;", b"&#65", b"&#x;"],
)  # fmt: skip
def test_what_xml_cannot_carry_is_left_to_libxml2_which_refuses_it(value: bytes) -> None:
    """Control characters, halves of pairs, broken UTF-8 and unknown entities never become values (trap 1)."""
    body = body_of(record(1, "é", "x") + record(2, "@", "y"), 2).replace(b"@", b"a" + value + b"b")
    assert scanned(body) is None
    assert by_libxml2(body) is None


def test_a_value_longer_than_libxml2_reads_is_left_to_it() -> None:
    """Ten million characters are the parser's own limit for one text."""
    body = body_of(record(1, "x" * 10_000_001, "y"), 1)
    assert scanned(body) is None
    assert by_libxml2(body) is None


@UNTIMED
@given(st.lists(st.tuples(TEXT, TEXT), max_size=6))
def test_both_ways_give_the_same_listing(cells: list[tuple[str, str]]) -> None:
    """A comment before the rows sends the page through the tree; the columns stay the same."""
    rows = [
        {"RECORDNO": str(at), "NAME": name.replace("]]>", ""), "DISPLAYCONTACT.PRINTAS": text.replace("]]>", "")}
        for at, (name, text) in enumerate(cells, 1)
    ]
    plain = reply(result("query", "f", data("VENDOR", FIELDS, rows)))
    parsed = by_libxml2(plain)
    if parsed is None:
        return
    commented = plain.replace(b'numremaining="0">', b'numremaining="0"><!-- c -->')
    fast, slow = (read_query(body, FUNCTION, "VENDOR", FIELDS)[0] for body in (plain, commented))
    assert fast == slow
    assert [list(row) for row in zip(*texts_of(fast.columns).values(), strict=True)] == parsed


def test_all_columns_of_a_page_share_their_memory() -> None:
    """80 columns are slices of one array: a page costs its texts once, and no object for each value."""
    rows = [{**row, "DISPLAYCONTACT.PRINTAS": "x"} for row in numbered(50, NAME="a")]
    listing, _ = read_query(reply(result("query", "f", data("VENDOR", FIELDS, rows))), FUNCTION, "VENDOR", FIELDS)
    assert len({column.buffers()[2].address for column in listing.columns.values()}) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<B>b</B><C>c</C>", "<C>c</C><B>b</B>"),
        ("<B>b</B>", "<X>b</X>"),
        ("<B>b</B>", "<B>b</C>"),
        ("<B>b</B>", "<B n='1'>b</B>"),
        ("<A>a</A>", "<A >a</A>"),
        ("<O>", "<P>"),
        ("<B>b</B>", "<B>b</B>x"),
        ("<B>b</B>", "<B</B>"),
        ("<B>b</B>", "<B><E>b</E></B>"),
        ("<B>b</B>", ""),
        ("<B>b</B>", "<B>b</B><B>b</B>"),
    ],
    ids=[
        "swapped",
        "unknown",
        "crossed",
        "attribute",
        "space",
        "object",
        "stray",
        "overlapping",
        "nested",
        "missing",
        "twice",
    ],
)
def test_one_record_that_differs_in_the_middle_is_noticed(old: str, new: str) -> None:
    """The layout of every record is proven, not of the first and last only (performance traps 1 and 2)."""
    row = "<O><A>a</A><B>b</B><C>c</C><D>d</D></O>"
    body = f"{row * 250}{row.replace(old, new, 1)}{row * 70}".encode()
    assert scan_rows(body, 0, len(body), "O", ("A", "B", "C", "D")) is None
    found = scan_rows(row.encode() * 3, 0, len(row) * 3, "O", ("A", "B", "C", "D"))
    assert found is not None
    assert texts_of(found[0]) == {"A": ["a"] * 3, "B": ["b"] * 3, "C": ["c"] * 3, "D": ["d"] * 3}
