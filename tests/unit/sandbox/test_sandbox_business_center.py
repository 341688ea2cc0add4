"""Business Center's files as the sandbox writes them: one folder an entity, file first and manifest last."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from intacct_pipelines.sandbox.clock import Clock
from intacct_pipelines.sandbox.server import Sandbox, SandboxOptions


def make(folder: Path) -> Sandbox:
    clock = Clock(datetime(2026, 3, 16, 12, tzinfo=UTC))
    return Sandbox(
        SandboxOptions(seed=2, bills=60, today=date(2026, 3, 16), clock=clock, business_center_folder=folder)
    )


def test_every_entity_has_a_folder_with_all_files_and_true_manifests(tmp_path: Path):
    """S-PMT-06: each company's files are its own; rows, total and hash are those of the file."""
    sandbox = make(tmp_path)
    companies = sandbox.describe()["business_center"]["companies"]
    assert [company["entity"] for company in companies] == [entity.entity_id for entity in sandbox.business.entities]
    for company in companies:
        folder = Path(company["folder"])
        files = sorted(folder.glob("*.csv"))
        assert [path.name.split("_")[0] for path in files] == ["accounts", "bills", "vendors"]
        assert len(list(folder.iterdir())) == 6
        for path in files:
            manifest = json.loads(path.with_name(f"{path.name}.manifest.json").read_text())
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            assert manifest["rows"] == len(rows) > 0
            assert manifest["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
            if manifest["object"] == "bills":
                assert Decimal(manifest["control_total"]) == sum(Decimal(row["line_amount"]) for row in rows)


def test_the_same_company_writes_the_same_bytes(tmp_path: Path):
    """A second start on the same day delivers nothing new."""
    make(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    make(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
