"""BILL's signature: known answers, and nothing else passes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notices import KEY, notice, wrapped

from intacct_pipelines.webhooks import SignedOver, signature
from intacct_pipelines.webhooks.signature import is_signed, minified


def test_a_signature_is_the_published_hash_in_base64():
    """RFC 4231, test case 2, in base64 as BILL sends it."""
    assert signature("Jefe", b"what do ya want for nothing?") == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="


@given(body=st.binary(max_size=200), other=st.binary(max_size=200), given_text=st.text(max_size=60))
def test_only_the_own_bytes_pass(body, other, given_text):
    """The right signature passes; that of other bytes, of another key, or any text does not."""
    right = signature(KEY, body)
    assert is_signed(KEY, body, right)
    assert is_signed(KEY, body, f" {right} ")
    assert is_signed(KEY, body, signature(KEY, other)) == (body == other)
    assert not is_signed(KEY, body, signature("another", body))
    assert is_signed(KEY, body, given_text) == (given_text.strip() == right)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(document=_JSON, indent=st.integers(0, 4))
def test_minified_takes_out_whitespace_between_the_parts_and_no_other(document, indent):
    """Whatever the layout, and wrapped in a text or not, the same bytes are signed."""
    plain = json.dumps({"a": document}, separators=(",", ":")).encode()
    loose = json.dumps({"a": document}, indent=indent).encode()
    assert minified(loose) == plain
    assert minified(wrapped(loose)) == plain


@pytest.mark.parametrize("body", [b"", b'"', b'"\\ud800"', b"\xff\xfe", b'"half', b"[" * 100_000])
def test_what_is_no_json_is_not_signed_and_breaks_nothing(body):
    """A stranger's bytes pass through."""
    assert not is_signed(KEY, body, "x", SignedOver.MINIFIED)


def test_of_a_loose_body_only_the_minified_form_is_signed_where_that_is_stated():
    """Both readings of BILL's pages are known; which one holds is a setting."""
    plain = notice()
    loose = json.dumps(json.loads(plain), indent=2).encode()
    assert is_signed(KEY, loose, signature(KEY, plain), SignedOver.MINIFIED)
    assert not is_signed(KEY, loose, signature(KEY, plain))
