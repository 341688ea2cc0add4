"""BILL's login, sessions and limits."""

from __future__ import annotations

import pytest

from intacct_pipelines.sandbox.http import Request


def test_login_answers_with_session_and_organization(caller):
    """The four fields of the documented answer are there, and the session tells whose it is."""
    status, answer = caller.log_in()
    assert (status, set(answer)) == (200, {"sessionId", "organizationId", "userId", "trusted"})
    assert answer["trusted"] is False
    status, info = caller.send("GET", "/v3/login/session")
    assert (status, info["organizationId"]) == (200, caller.organization_id)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"devKey": "wrong", "password": "wrong"}, "BDC_1102"),
        ({"password": "wrong"}, "BDC_1101"),
        ({"username": "nobody"}, "BDC_1101"),
        ({"organizationId": "008unknown"}, "SANDBOX-1101"),
    ],
)
def test_wrong_credentials_are_refused_key_first(caller, changes, code):
    """A login is checked in order: developer key, then user and password, then organisation."""
    status, errors = caller.log_in(**changes)
    assert (status, errors[0]["code"]) == (400, code)
    assert errors[0]["severity"] == "ERROR"


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "BDC_1102"), ({"devkey": "wrong", "sessionid": "wrong"}, "BDC_1102"), ({"sessionid": "x"}, "BDC_1102")],
)
def test_the_key_is_checked_before_the_session(twin, headers, code):
    """Without a valid developer key nothing is said about the session."""
    reply = twin.handle(Request("GET", "/connect/v3/bills", "", headers))
    assert reply.status == 401
    assert code.encode() in reply.body


def test_a_user_session_ends_after_35_idle_minutes(caller, clock):
    """Each call prolongs the session; 35 minutes without one end it with BDC_1109."""
    for _ in range(3):
        clock.advance(34 * 60)
        assert caller.send("GET", "/v3/bills")[0] == 200
    clock.advance(36 * 60)
    status, errors = caller.send("GET", "/v3/bills")
    assert (status, errors[0]["code"]) == (401, "BDC_1109")


def test_a_sync_token_session_lasts_48_hours(caller, clock, twin):
    """A sync token logs in as a user does, and its session outlives a user's by far."""
    name, value = twin.sync_token
    assert caller.log_in(username=name, password=value)[0] == 200
    clock.advance(47 * 3600)
    assert caller.send("GET", "/v3/bills")[0] == 200
    clock.advance(49 * 3600)
    assert caller.send("GET", "/v3/bills")[0] == 401


def test_logout_ends_the_session(caller):
    """After a logout the session is unknown."""
    assert caller.send("POST", "/v3/logout")[0] == 200
    assert caller.send("GET", "/v3/login/session")[0] == 401


def test_a_clock_that_jumps_back_does_not_end_sessions(caller, clock):
    """A session used in what is now the future goes on."""
    clock.advance(-7200)
    assert caller.send("GET", "/v3/bills")[0] == 200


def test_an_organization_sees_only_its_own(caller_for):
    """No list and no single read shows another organisation's records."""
    first, second = caller_for(0), caller_for(1)
    ours = {bill["id"] for bill in first.read_all("/v3/bills", max=100)}
    theirs = {bill["id"] for bill in second.read_all("/v3/bills", max=100)}
    assert ours
    assert theirs
    assert ours.isdisjoint(theirs)
    assert first.send("GET", f"/v3/bills/{next(iter(theirs))}")[0] == 404
    assert first.send("GET", f"/v3/organizations/{second.organization_id}")[0] == 404
    assert first.send("GET", f"/v3/organizations/{second.organization_id}/payment-terms")[0] == 404
    page = second.send("GET", "/v3/bills", max=1)[1]["nextPage"]
    assert first.send("GET", "/v3/bills", page=page)[0] == 400


@pytest.mark.parametrize("status", [429, 400])
def test_hourly_limit_is_reported_and_ends_with_the_hour(caller, clock, twin, status):
    """The call past the limit gets BDC_1144 with the configured status, and the next hour is free."""
    twin.options.calls_per_hour, twin.options.limit_status = 10, status
    replies = [caller.send("GET", "/v3/vendors", max=1) for _ in range(10)]
    assert (replies[-1][0], replies[-1][1][0]["code"]) == (status, "BDC_1144")
    clock.advance(3600)
    assert caller.log_in()[0] == 200


def test_login_201_of_an_hour_is_refused(caller):
    """A client that logs in for every call is stopped after 200."""
    statuses = [caller.log_in()[0] for _ in range(200)]
    assert statuses[:199] == [200] * 199
    assert statuses[199] == 429


def test_a_fourth_request_in_flight_is_refused(caller, twin, business):
    """Three requests of an organisation may be under way; the fourth gets BDC_1322 until one has finished."""
    headers = {"devkey": business.dev_key, "sessionid": caller.session_id}
    request = Request("GET", "/connect/v3/vendors", "", headers)
    with twin.serving(request) as a, twin.serving(request) as b, twin.serving(request) as c:
        assert [a.status, b.status, c.status] == [200, 200, 200]
        status, errors = caller.send("GET", "/v3/vendors")
        assert (status, errors[0]["code"]) == (429, "BDC_1322")
    assert caller.send("GET", "/v3/vendors")[0] == 200


@pytest.mark.parametrize("path", ["/v3/nothing", "/v3/v3/bills", "/v3/bills/a/b", "/v3/employees"])
def test_unknown_paths_are_not_supported(caller, path):
    """A wrong path is 404 with BDC_1121, whoever asks."""
    status, errors = caller.send("GET", path)
    assert (status, errors[0]["code"]) == (404, "BDC_1121")


def test_health_needs_no_session(twin):
    """The health check answers anyone."""
    assert twin.handle(Request("GET", "/connect/v3/health")).status == 200


def test_half_a_character_in_a_key_is_a_wrong_key(caller):
    """A developer key that UTF-8 cannot hold gets the refusal of any wrong key."""
    status, errors = caller.log_in(devKey="\ud800")
    assert (status, errors[0]["code"]) == (400, "BDC_1102")
