"""The page as PDF, printed by a headless browser of the Chromium family if the machine has one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from osseo.errors import MissingExtra, SolveError

__all__ = ["BROWSERS", "find_browser", "print_pdf"]

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "brave-browser",
)
_SECONDS = 60
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-extensions",
    "--no-pdf-header-footer",
)


def find_browser() -> str | None:
    """Return the path of a browser that can print, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name)) is not None), None)


def print_pdf(html: Path, pdf: Path) -> Path:
    """Print an HTML file to PDF and return the PDF's path.

    Raises
    ------
    MissingExtra : no browser was found; says how to print by hand.
    SolveError : the browser did not print.
    """
    browser = find_browser()
    if browser is None:
        raise MissingExtra(
            f"no Chromium-family browser found; open {html} in any browser and print it to PDF (A4)"
        )
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "page.pdf"
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        command = [browser, *_FLAGS, *root, f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"]
        try:
            subprocess.run(  # noqa: S603 - a browser found on the path, with our own file
                [*command, html.resolve().as_uri()], check=True, capture_output=True, timeout=_SECONDS
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise SolveError(f"{browser} did not print {html}: {error}; print it by hand instead") from error
        if not target.is_file():
            raise SolveError(f"{browser} printed nothing of {html}; print it by hand instead")
        pdf.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(str(target), pdf)
    return pdf
