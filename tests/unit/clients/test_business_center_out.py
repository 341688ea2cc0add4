"""The folder into which files for Business Center are written: whole, once, never over another."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from intacct_pipelines.clients.business_center import OutFolder, is_refused
from intacct_pipelines.errors import ConfigurationError, TransportError, UnreadableResponseError

PLAN = "plan-0123456789abcdef"
COLUMNS = ("item_key", "operation", "vendor_id", "name")


def row(key: str, name: str = "Acme") -> dict[str, str]:
    return {"item_key": key, "operation": "create", "vendor_id": f"V-{key}", "name": name}


def write(out: OutFolder, *keys: str) -> str:
    with out.alone():
        return out.write("vendors", PLAN, COLUMNS, [row(key) for key in keys])


def test_files_are_numbered_and_hold_what_was_given(tmp_path: Path):
    """A name goes to one file only, also when that was moved or only its answer is left."""
    out = OutFolder(tmp_path)
    first = write(out, "a", "b")
    assert first == f"vendors_{PLAN}_0001.csv"
    with (tmp_path / first).open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [row("a"), row("b")]
    (tmp_path / "taken").mkdir()
    (tmp_path / first).rename(tmp_path / "taken" / first)
    second = write(out, "c")
    assert second.endswith("_0002.csv")
    (tmp_path / second).rename(tmp_path / f"{second}.ack")
    assert write(OutFolder(tmp_path), "d").endswith("_0003.csv")
    assert not list(tmp_path.glob(".*.part"))


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Even if somebody puts one under the very name between the look and the writing."""
    out = OutFolder(tmp_path)
    name = write(out, "a")
    before = (tmp_path / name).read_bytes()
    monkeypatch.setattr(OutFolder, "_next", lambda *_: 1)
    with pytest.raises(TransportError) as caught:
        write(out, "b")
    assert not caught.value.request_left
    assert (tmp_path / name).read_bytes() == before


def test_what_a_dead_writer_left_half_written_is_cleared_by_the_next(tmp_path: Path):
    """Nobody else writes while one is alone, so nobody needs it."""
    part = tmp_path / f".vendors_{PLAN}_0001.csv.part"
    part.write_text("half a fi")
    assert OutFolder(tmp_path).handed() == {}
    write(OutFolder(tmp_path), "a")
    assert not part.exists()


def test_only_one_writer_is_at_work(tmp_path: Path):
    """The second one has written nothing and tries again."""
    with OutFolder(tmp_path).alone():
        with pytest.raises(TransportError) as caught, OutFolder(tmp_path).alone():
            pass
        assert not caught.value.request_left


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    """It is not made: a share that is not mounted looks like that."""
    with pytest.raises(ConfigurationError, match="not there"), OutFolder(tmp_path / "none").alone():
        pass


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|x", "-cmd|x", "\tx", "\r=1", "\n=1", "\uff1d1"])
def test_what_a_spreadsheet_would_run_is_never_written(tmp_path: Path, text: str):
    """S-PMT-11: the writer itself refuses, whoever planned it."""
    out = OutFolder(tmp_path)
    with out.alone(), pytest.raises(ValueError, match="spreadsheet"):
        out.write("vendors", PLAN, COLUMNS, [row("a", text)])
    assert not list(tmp_path.glob("*.csv"))


def test_an_item_is_refused_only_if_every_file_with_it_was(tmp_path: Path):
    """Asked for again, it stands in a further file, of which the first answer says nothing."""
    out = OutFolder(tmp_path)
    first = write(out, "a", "b")
    (tmp_path / f"{first}.ack").write_text("item_key,status,words\na,Refused,no such vendor\nb,accepted,\n")
    handed = out.handed()
    assert (is_refused(handed["a"]), handed["a"][-1].words, is_refused(handed["b"])) == (True, "no such vendor", False)
    second = write(out, "a")
    assert not is_refused(out.handed()["a"])
    (tmp_path / f"{second}.ack").write_text("item_key,status,words\na,refused,still not\n")
    assert out.handed()["a"][-1].words == "still not"
    assert is_refused(out.handed()["a"])


@pytest.mark.parametrize(
    "answer", [b"nothing\nx\n", b"item_key,status\na,perhaps\n", b"item_key,status\n,refused\n", b"\xff"]
)
def test_an_answer_that_cannot_be_read_is_told_by_name(tmp_path: Path, answer: bytes):
    """It is never taken for an acceptance."""
    out = OutFolder(tmp_path)
    name = write(out, "a")
    (tmp_path / f"{name}.ack").write_bytes(answer)
    with pytest.raises(UnreadableResponseError, match="ack"):
        out.handed()
