"""The fast reader of pages against libxml2: it may decline, but never decide differently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from scripted_intacct import data, numbered, reply, result

from intacct_pipelines.clients.intacct.functions import Function
from intacct_pipelines.clients.intacct.reply import read_query
from intacct_pipelines.clients.intacct.scan import scan_rows, split_reply

FIELDS = ("RECORDNO", "NAME", "DISPLAYCONTACT.PRINTAS")
FUNCTION = Function("f", etree.Element("query"))
# pieces of XML that a broken or hostile server might mix into a page
PIECES = st.sampled_from(
    ["<NAME>", "</NAME>", "<NAME/>", "<VENDOR>", "</VENDOR>", "<!-- -->", "<?a b?>", "<![CDATA[<NAME>]]>", "]]>",
     "&amp;", "&lt;", "&#65;", "&#1;", "&nope;", "&", " ", "\n", "\r\n", "\t", "\x01", "\ufffe", "é", "日本", "😀",
     "a > b", "'", '"', "</data>", "x"]
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
    rows = root.findall("operation/result/data/VENDOR")
    if any([child.tag for child in row] != list(FIELDS) or any(len(child) for child in row) for row in rows):
        return None
    return [[child.text for child in row] for row in rows]


def scanned(body: bytes) -> list[list[str | None]] | None:
    cut = split_reply(body)
    found = cut and scan_rows(body, cut[1], cut[2], "VENDOR", FIELDS)
    return None if not found else [list(row) for row in zip(*found[0].values(), strict=True)]


@given(st.lists(st.tuples(st.lists(st.one_of(PIECES, TEXT), max_size=4), TEXT), max_size=4))
def test_what_is_taken_is_what_libxml2_reads(cells: list[tuple[list[str], str]]) -> None:
    """Any mixture of text and markup: a page that is taken has exactly the rows that libxml2 finds."""
    body = body_of("".join(record(at, "".join(parts), text) for at, (parts, text) in enumerate(cells)), len(cells))
    found = scanned(body)
    assert found is None or found == by_libxml2(body)


def test_plain_pages_are_taken() -> None:
    """The form that the gateway writes goes the fast way, with entities, empty fields and any script."""
    body = body_of(record(1, "A &amp; B &lt;&quot;&apos;&gt;", "") + record(2, "日本 😀\té", "x > y"), 2)
    assert scanned(body) == [["1", "A & B <\"'>", None], ["2", "日本 😀\té", "x > y"]]


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
    assert [list(row) for row in zip(*fast.columns.values(), strict=True)] == parsed


def test_tags_and_names_are_shared_not_copied() -> None:
    """Field names are the query's own objects: 2,000 rows do not hold 2,000 names (performance trap 4)."""
    rows = [{**row, "DISPLAYCONTACT.PRINTAS": "x"} for row in numbered(50, NAME="a")]
    listing, _ = read_query(reply(result("query", "f", data("VENDOR", FIELDS, rows))), FUNCTION, "VENDOR", FIELDS)
    assert all(name is own for name, own in zip(listing.columns, FIELDS, strict=True))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<B>b</B><C>c</C>", "<C>c</C><B>b</B>"),
        ("<B>b</B>", "<X>b</X>"),
        ("<B>b</B>", "<B>b</C>"),
        ("<B>b</B>", "<B n='1'>b</B>"),
        ("<A>a</A>", "<A >a</A>"),
        ("<O>", "<P>"),
    ],
    ids=["swapped", "unknown", "crossed", "attribute", "space", "object"],
)
def test_one_record_that_differs_in_the_middle_is_noticed(old: str, new: str) -> None:
    """The layout of every record is proven, not of the first and last only (performance traps 1 and 2)."""
    row = "<O><A>a</A><B>b</B><C>c</C><D>d</D></O>"
    body = f"{row}{row.replace(old, new, 1)}{row}".encode()
    assert scan_rows(body, 0, len(body), "O", ("A", "B", "C", "D")) is None
    assert scan_rows(row.encode(), 0, len(row), "O", ("A", "B", "C", "D")) == (
        {"A": ["a"], "B": ["b"], "C": ["c"], "D": ["d"]},
        1,
    )
