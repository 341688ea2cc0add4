"""The drop folder: what counts as delivered, and what is refused."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from intacct_pipelines.clients.business_center import CompleteWhen, Delivery, Folder, Options
from intacct_pipelines.errors import ConfigurationError, UnreadableResponseError

NOW = datetime(2026, 3, 16, 12, tzinfo=UTC)
BODY = b"account_number,name\r\n6100,Paper\r\n6400,Travel\r\n"


def put(folder: Path, name: str = "accounts_1.csv", body: bytes = BODY, **changes: Any) -> Path:
    """Write a file with its manifest."""
    (folder / name).write_bytes(body)
    manifest = {
        "object": name.split("_", maxsplit=1)[0],
        "file": name,
        "rows": 2,
        "control_total": None,
        "sha256": hashlib.sha256(body).hexdigest(),
        "exported_at": "2026-03-16T06:00:00+00:00",
        **changes,
    }
    path = folder / f"{name}.manifest.json"
    path.write_text(json.dumps(manifest))
    return path


def age(path: Path, minutes: float) -> None:
    at = (NOW - timedelta(minutes=minutes)).timestamp()
    os.utime(path, (at, at))


def folder_of(path: Path, **options: Any) -> Folder:
    return Folder(Options(folder=path, **options), now=lambda: NOW)


def rows(folder: Folder, delivery: Delivery) -> list[dict[str, str]]:
    with folder.open(delivery) as file:
        return [row.cells for row in file.rows()]


def test_file_with_its_manifest_is_delivered_and_left_where_it_is(tmp_path: Path):
    """S-PMT-11: rows, hash and time are as announced, and reading changes nothing in the folder."""
    put(tmp_path)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    folder = folder_of(tmp_path)
    (delivery,) = folder.deliveries("accounts")
    assert (delivery.rows, delivery.exported_at) == (2, datetime(2026, 3, 16, 6, tzinfo=UTC))
    assert rows(folder, delivery) == [
        {"account_number": "6100", "name": "Paper"},
        {"account_number": "6400", "name": "Travel"},
    ]
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()} == before


def test_half_written_file_is_left_until_it_is_complete(tmp_path: Path):
    """Without its manifest a file does not exist; a manifest cut short is waited for, and in the end an error."""
    manifest = put(tmp_path)
    whole = manifest.read_text()
    folder = folder_of(tmp_path)
    manifest.unlink()
    assert folder.deliveries("accounts") == []
    manifest.write_text(whole[:40])
    age(manifest, minutes=1)
    assert folder.deliveries("accounts") == []
    age(manifest, minutes=11)
    with pytest.raises(UnreadableResponseError, match="not a manifest"):
        folder.deliveries("accounts")
    manifest.write_text(whole)
    assert len(folder.deliveries("accounts")) == 1


def test_without_manifests_a_file_counts_once_it_lies_still(tmp_path: Path):
    """With `quiet`, the time of change decides, and nothing is announced."""
    (tmp_path / "accounts_1.csv").write_bytes(BODY)
    folder = folder_of(tmp_path, complete_when=CompleteWhen.QUIET, quiet=timedelta(minutes=10))
    age(tmp_path / "accounts_1.csv", minutes=9)
    assert folder.deliveries("accounts") == []
    age(tmp_path / "accounts_1.csv", minutes=10)
    (delivery,) = folder.deliveries("accounts")
    assert (delivery.rows, delivery.exported_at) == (None, NOW - timedelta(minutes=10))


def test_deliveries_come_in_the_order_of_their_contents(tmp_path: Path):
    """Not the name and not the time of arrival, but when the contents were true, says which is newest."""
    put(tmp_path, "vendors_b.csv", exported_at="2026-03-14T00:00:00+00:00")
    put(tmp_path, "vendors_a.csv", exported_at="2026-03-15T00:00:00+05:30")
    put(tmp_path, "vendors_c.csv", exported_at="2026-03-14T23:00:00+00:00")
    names = [delivery.name for delivery in folder_of(tmp_path).deliveries("vendors")]
    assert names == ["vendors_b.csv", "vendors_a.csv", "vendors_c.csv"]


def test_only_plain_files_of_the_contract_count(tmp_path: Path):
    """Links, folders, part files, other names and other objects are no deliveries; a link may lead anywhere."""
    inbox, outside = tmp_path / "inbox", tmp_path / "outside"
    inbox.mkdir()
    outside.mkdir()
    put(outside, "accounts_secret.csv")
    put(inbox, "accounts_link.csv")
    (inbox / "accounts_link.csv").unlink()
    (inbox / "accounts_link.csv").symlink_to(outside / "accounts_secret.csv")
    (inbox / "accounts_folder.csv").mkdir()
    put(inbox, "vendors_1.csv")
    for name in ("accounts_1.csv.part", "Accounts_1.csv", "accounts_.csv.bak", "accounts.csv"):
        (inbox / name).write_bytes(BODY)
    assert folder_of(inbox).deliveries("accounts") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"object": "vendors"},
        {"file": "accounts_2.csv"},
        {"rows": -1},
        {"rows": 2.5},
        {"control_total": "1e3"},
        {"sha256": "abc"},
        {"exported_at": "2026-03-16T06:00:00"},
        {"exported_at": "yesterday"},
        {"exported_at": None},
    ],
)
def test_manifest_that_contradicts_the_contract_is_an_error(tmp_path: Path, changes: dict[str, Any]):
    """A manifest of another file, without number of rows or without zone is refused once it lies still."""
    age(put(tmp_path, **changes), minutes=11)
    with pytest.raises(UnreadableResponseError, match=r"accounts_1\.csv\.manifest\.json"):
        folder_of(tmp_path).deliveries("accounts")


def test_figures_of_a_manifest_may_be_numbers_or_text(tmp_path: Path):
    """A number is taken as its digits, never as a binary fraction."""
    put(tmp_path, rows="2", control_total=12.10)
    (delivery,) = folder_of(tmp_path).deliveries("accounts")
    assert (delivery.rows, str(delivery.control_total)) == (2, "12.1")


def test_file_that_is_not_the_announced_one_is_refused(tmp_path: Path):
    """A file that changed behind its manifest is not read."""
    put(tmp_path)
    folder = folder_of(tmp_path)
    (delivery,) = folder.deliveries("accounts")
    (tmp_path / delivery.name).write_bytes(BODY + b"6500,Marketing\r\n")
    with pytest.raises(UnreadableResponseError, match="hashes differ"), folder.open(delivery):
        pass


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (b"account_number,name\r\n6100,Gr\xfc\xdfe\r\n", "is not utf-8"),
        (b'account_number,name\r\n6100,"open\r\n', "is no CSV"),
        (b'account_number,name\r\n6100,"a"b\r\n', "is no CSV"),
        (b"account_number,name\r\n6100," + b"x" * 40_000 + b"\r\n", "is no CSV"),
        (b"", "has no header"),
        (b"name,name\r\n", "empty or repeated name"),
        (b"account_number,,name\r\n", "empty or repeated name"),
    ],
)
def test_unreadable_contents_are_named_and_not_quoted(tmp_path: Path, body: bytes, match: str):
    """Wrong encoding, broken quoting, an endless cell, a useless header: each has its words, and no content shows."""
    put(tmp_path, body=body)
    folder = folder_of(tmp_path)
    (delivery,) = folder.deliveries("accounts")
    with pytest.raises(UnreadableResponseError, match=match) as caught:
        rows(folder, delivery)
    assert caught.value.system == "business_center"
    assert "6100" not in str(caught.value)


def test_file_too_large_is_refused(tmp_path: Path):
    """A file beyond the limit is not read to its end."""
    put(tmp_path)
    folder = folder_of(tmp_path, max_bytes=10)
    with pytest.raises(UnreadableResponseError, match="larger than 10 bytes"):
        rows(folder, folder.deliveries("accounts")[0])


def test_other_encodings_and_a_byte_order_mark_are_read(tmp_path: Path):
    """What the connection states is how the file is read."""
    put(tmp_path, "accounts_1.csv", "account_number,name\r\n6100,Größe\r\n".encode("latin-1"))
    latin = folder_of(tmp_path, encoding="latin-1")
    assert rows(latin, latin.deliveries("accounts")[0])[0]["name"] == "Größe"
    put(tmp_path, "accounts_1.csv", b"\xef\xbb\xbf" + BODY)
    plain = folder_of(tmp_path)
    assert set(rows(plain, plain.deliveries("accounts")[0])[0]) == {"account_number", "name"}


def test_row_with_other_cells_than_the_header_says_so(tmp_path: Path):
    """A row that is too long or too short is kept and marked."""
    put(tmp_path, body=b"account_number,name\r\n6100\r\n6200,Rent\r\n6300,Fees,more\r\n")
    folder = folder_of(tmp_path)
    with folder.open(folder.deliveries("accounts")[0]) as file:
        assert [(row.number, row.is_whole) for row in file.rows()] == [(1, False), (2, True), (3, False)]


def test_settings_that_cannot_work_are_refused(tmp_path: Path):
    """A missing folder, an unknown encoding and a senseless delimiter are named."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        folder_of(tmp_path / "missing").deliveries("bills")
    with pytest.raises(ConfigurationError, match="encoding"):
        Options(folder=tmp_path, encoding="klingon")
    with pytest.raises(ConfigurationError, match="delimiter"):
        Options(folder=tmp_path, delimiter='"')
