"""BILL's signature: base64 of HMAC-SHA256 over the body, keyed with the subscription's security key.

Source: developer.bill.com, "Test with BILL webhook security". Whether the bytes on the wire are what is signed, or the
JSON in them without the whitespace between its parts, is not said; both are known here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from enum import StrEnum
from typing import Final

HEADER: Final = "x-bill-sha-signature"
_TEXT_OR_SPACE: Final = re.compile(rb'("(?:[^"\\]|\\.)*")|\s+', re.DOTALL)


class SignedOver(StrEnum):
    """What the signature is taken over."""

    BODY = "body"
    """The bytes as they came."""
    MINIFIED = "minified"
    """The JSON document without whitespace between its parts, taken out of the text in which it may be wrapped."""


def signature(key: str, body: bytes) -> str:
    """Return what BILL sends in the header for a body."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode("ascii")


def is_signed(key: str, body: bytes, given: str, over: SignedOver = SignedOver.BODY) -> bool:
    """Whether a header is that of a body under a key; takes as long for a wrong one as for the right one.

    Args:
        key: The subscription's security key.
        body: The bytes as they came.
        given: The header as it came.
        over: What is signed.
    """
    signed = minified(body) if over is SignedOver.MINIFIED else body
    return hmac.compare_digest(signature(key, signed).encode(), given.strip().encode("utf-8", "surrogateescape"))


def minified(body: bytes) -> bytes:
    """Return a JSON document without whitespace between its parts, and without the text that it may be wrapped in."""
    if body.lstrip()[:1] == b'"':
        try:
            body = str(json.loads(body)).encode("utf-8", "surrogatepass")
        except ValueError:
            return body
    return _TEXT_OR_SPACE.sub(rb"\1", body)
