"""Small helpers for reading request elements, and the refusal of hostile documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from intacct_pipelines.sandbox.intacct.refusals import schema_error

if TYPE_CHECKING:
    from collections.abc import Iterator

_DECLARES: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def parse_document(body: bytes) -> etree._Element:
    """Parse a request; no DTD, entity, network or huge tree.

    Raises:
        RequestRefusedError: XL03000003, the body is not well-formed or declares a document type.
    """
    # Encodings that hide the declaration's bytes are refused by the second check, after parsing.
    if _DECLARES.search(body):
        raise schema_error("document type declarations are not allowed")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line, column = getattr(error, "position", (1, 1))
        raise schema_error(str(error)[:200], line, column) from error
    if _declares_type(root):
        raise schema_error("document type declarations are not allowed")
    return root


def _declares_type(root: etree._Element) -> bool:
    docinfo: Any = root.getroottree().docinfo
    return bool(docinfo.doctype)


def children(element: etree._Element) -> Iterator[etree._Element]:
    """The child elements, without comments and processing instructions."""
    return (child for child in element if isinstance(child.tag, str))


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child with this name."""
    return element.find(name)


def text_of(element: etree._Element | None) -> str:
    """The text inside, without surrounding white space; empty when there is no element."""
    if element is None:
        return ""
    return "".join(str(part) for part in element.itertext()).strip()


def child_text(element: etree._Element, name: str) -> str:
    """The text of a child; empty when it is missing."""
    return text_of(element.find(name))


def is_true(text: str) -> bool:
    """Whether a flag of a request is set."""
    return text.strip().lower() in {"true", "t", "1"}


def line_of(element: etree._Element) -> int:
    """The line in the request."""
    line = element.sourceline
    return line if isinstance(line, int) else 1
