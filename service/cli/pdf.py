"""The memo as PDF, printed by a Chromium where there is one: it is the only thing here that needs a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SECONDS = 60
"""Longest that a browser may take."""

ARGUMENTS = (
    "--headless=new", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer",
    # The memo asks for nothing; this browser finds nobody if it did.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


def printed(memo: bytes) -> bytes:
    """Return a memo as PDF, on A4.

    Raises
    ------
    OSError
        If there is no Chromium on this machine, or it does not print.
    """
    browser = shutil.which(os.environ.get("CHROMIUM") or "chromium")
    if browser is None:
        raise FileNotFoundError(
            "a PDF takes a Chromium: install one, or name yours in CHROMIUM; --format html needs none"
        )
    with tempfile.TemporaryDirectory(prefix="prompt-or-tune-", ignore_cleanup_errors=True) as folder:
        page, pdf = Path(folder, "memo.html"), Path(folder, "memo.pdf")
        page.write_bytes(memo)
        as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [
            browser,
            *ARGUMENTS,
            *as_root,
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={pdf}",
            page.as_uri(),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
            return pdf.read_bytes()
        except (subprocess.SubprocessError, FileNotFoundError) as error:
            raise OSError(f"{browser} did not print the memo: {error}") from None
