"""What is sent follows the schema that the vendor published for the gateway.

The file ``intacct/api-v3.0-2019.xsd.gz`` is ``v3.0/api.xsd`` of https://github.com/Intacct/intacct_dtd at commit
40f820e57cd06f19f32dd0c67128de1d3ccf59a1 (19 September 2019), unchanged but for the compression. It is Copyright 2019
Sage Intacct, Inc., under the Apache License 2.0; the notice stands in the file. No later one was published, so what is
newer is listed here.
"""

from __future__ import annotations

import gzip
import hashlib
import random
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from lxml import etree
from said import Said, sayings
from sent_cases import SENT

from intacct_pipelines.clients.intacct import functions
from intacct_pipelines.clients.intacct.envelope import build_request
from intacct_pipelines.clients.intacct.options import Credentials
from intacct_pipelines.clients.intacct.query import Query, query_element
from intacct_pipelines.domain.attached import ATTACHED
from intacct_pipelines.domain.catalog import TABLES
from intacct_pipelines.domain.pushed import PUSHED
from intacct_pipelines.push.wire import function_of
from intacct_pipelines.sandbox.intacct.legacy import check_sequence
from intacct_pipelines.sandbox.intacct.refusals import RequestRefusedError

FILE = Path(__file__).parent / "intacct" / "api-v3.0-2019.xsd.gz"
SHA256 = "8dd06b85e3362225388aa75cc36c071400d523da0574ff4a7ef54f4563bd0ca4"
NEWER = {
    "showadditionalerrorinfo": "an element of the control block (web-services/requests)",
    "lookup": "a function (api/platform-services/objects)",
    "query": "a function (web-services/queries)",
}
"""What the gateway takes and the schema of 2019 does not know, and where the vendor documents it."""
CREDENTIALS = Credentials("acme", "secret", "ACME", "pipelines", "secret")

LEGACY = sorted(
    (name, operation.value)
    for name, one in PUSHED.items()
    for operation in one.functions
    if one.target.schema == "intacct"
)


@pytest.fixture(scope="module")
def schema():
    """The schema of a whole request."""
    return etree.XMLSchema(etree.fromstring(gzip.decompress(FILE.read_bytes())))


def request_of(function):
    """The whole request as it leaves, without what the schema is too old for."""
    body = build_request(
        CREDENTIALS, [function], control_id="r", session_id="s", unique=True, additional_error_info=True
    )
    root = etree.fromstring(body)
    newer = root.find("control/showadditionalerrorinfo")
    root.find("control").remove(newer)
    return root


def test_the_schema_is_the_vendors():
    """Not a byte of it was changed here."""
    assert hashlib.sha256(gzip.decompress(FILE.read_bytes())).hexdigest() == SHA256


def test_every_kind_of_item_has_a_case():
    """A new object or operation that is sent comes with one, so that nothing is sent which nobody compared."""
    names = [name for name, one in PUSHED.items() if one.target.schema == "intacct"]
    created = {(name, "update" if name in ATTACHED else "create") for name in names}
    assert {*created, *LEGACY} <= set(SENT)


@pytest.mark.parametrize("case", SENT, ids=" ".join)
@settings(max_examples=20, deadline=None, phases=[Phase.generate])
@given(said=sayings)
def test_a_sent_request_is_valid(schema, case, said):
    """Whatever the platform says: names, order and number of elements, with the envelope around them."""
    function = function_of(SENT[case](said))
    schema.assertValid(request_of(function))
    assert (function.name == PUSHED[case[0]].functions.get(case[1])) is (case in LEGACY)


READ = [
    functions.read_list(table.call.function, table.call.argument, value, control_id="l", further=table.call.further)
    for table in TABLES.values()
    if table.call is not None
    for value in table.call.values
]
OTHERS = [
    functions.get_api_session("100"),
    functions.get_api_session(""),
    functions.read_entity_details(),
    functions.get_closed_books_date(),
    functions.get_user_permissions("pipelines"),
    functions.read_list("get_list", "@object", "supdoc", control_id="l", page=(0, 100)),
    functions.read_list("get_list", "@object", "supdoc", control_id="l", page=(0, 1), only=("supdocid", "=", "P-1")),
    functions.read_list("get_list", "@object", "supdocfolder", control_id="l", page=(0, 100)),
    functions.call("f", "create_supdocfolder", {"supdocfoldername": "BILL"}),
    functions.lookup("APBILL"),
    functions.Function("q", query_element(Query("APBILL", ("RECORDNO",)), bounds=None, page_size=1)),
]


@pytest.mark.parametrize("function", [*READ, *OTHERS], ids=lambda function: function.xml()[:60])
def test_a_function_that_reads_is_valid(schema, function):
    """Those that are newer are named here and nowhere else."""
    assert schema.validate(request_of(function)) is (function.name not in NEWER), schema.error_log


@pytest.mark.parametrize("name", NEWER)
def test_what_is_newer_than_the_schema_is_not_in_it(name):
    """A name that is listed without need would hide a mistake."""
    root = etree.fromstring(gzip.decompress(FILE.read_bytes()))
    assert name not in {one.get("name") for one in root}


@pytest.mark.parametrize("case", LEGACY, ids=" ".join)
def test_the_sandbox_takes_what_the_schema_takes(schema, case):
    """An element that is missing, doubled, renamed or in another place is refused by both or by neither."""
    rng = random.Random(" ".join(case))  # noqa: S311  # a reproducible choice, no secret
    verdicts = set()
    for _ in range(60):
        function = function_of(SENT[case](Said(currency=rng.choice(["USD", "EUR"]), is_full=rng.random() < 0.8)))
        what = spoil(function.element, rng)
        is_valid = schema.validate(request_of(function))
        assert is_taken(function.element) is is_valid, f"{what}: {schema.error_log}"
        verdicts.add(is_valid)
    assert verdicts == {True, False}


def spoil(element, rng):
    """Change one element somewhere below, and say what was done."""
    one = rng.choice([inner for inner in element.iter() if inner is not element])
    tag, way = one.tag, rng.choice(["drop", "double", "first", "rename"])
    if way == "drop":
        one.getparent().remove(one)
    elif way == "double":
        one.addnext(deepcopy(one))
    elif way == "first":
        one.getparent().insert(0, one)
    else:
        one.tag = rng.choice(["memo", "nogl", "description", "x"])
    return f"{way} {tag}"


def is_taken(element):
    """Whether the sandbox takes a function's elements."""
    try:
        check_sequence(element)
    except RequestRefusedError:
        return False
    return True
