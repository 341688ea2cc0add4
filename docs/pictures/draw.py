"""Draws the README's pictures anew: runs the UI on the demo's data and photographs its pages with chromium.

Needs chromium and node's package playwright-core (`npm install playwright-core` anywhere above this folder).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
PORT = 3177
PAGES = {
    "lineage": "/asset-groups",
    "table": "/assets/intacct/ap_bill",
    "history": "/assets/history/ap_bill?view=partitions",
    "reconciliation": "/assets/recon/ap_bill?view=events",
    "plan": "/assets/push/plan?view=events",
    "checks": "/assets/intacct/ap_bill?view=checks",
}
WAIT_SECONDS = 120


def wait_for(url: str) -> None:
    """Wait until the UI answers.

    Raises:
        SystemExit: It does not within two minutes.
    """
    for _ in range(WAIT_SECONDS):
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(1)
    sys.exit(f"{url} does not answer")


def main() -> None:
    """Photograph every page."""
    chromium = shutil.which("chromium")
    node = shutil.which("node")
    if not chromium or not node:
        sys.exit("chromium and node are needed")
    command = [sys.executable, "-m", "intacct_pipelines.cli.dev", "--port", str(PORT)]
    with subprocess.Popen(command) as ui:
        try:
            wait_for(f"http://127.0.0.1:{PORT}/")
            for name, path in PAGES.items():
                target = HERE / f"{name}.png"
                url = f"http://127.0.0.1:{PORT}{path}"
                subprocess.run([node, str(HERE / "shoot.cjs"), chromium, url, str(target)], check=True)
                print(target)
        finally:
            ui.terminate()
            ui.wait(timeout=60)


if __name__ == "__main__":
    main()
