"""The page in a real browser; skipped, saying so, where there is none."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from osseo.report import write_report

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --virtual-time-budget=8000"
).split()


def test_every_figure_is_drawn(sample, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no chromium on this machine: the page was not drawn")
    path = write_report([sample.answer()], tmp_path)
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    done = subprocess.run(
        [browser, *FLAGS, profile, "--dump-dom", path.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    plots = re.findall(r'<div class="plot[^"]*js-plotly-plot[^"]*" id="([^"]+)"', done.stdout)
    assert len(plots) == 4
