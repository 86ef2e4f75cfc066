"""The code of docs/scale.md runs as it stands, with fewer members, and gives what it says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


def test_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert "N = 1_000_000" in blocks[0]
    scope: dict = {}
    exec(blocks[0].replace("N = 1_000_000", "N = 40"), scope)  # noqa: S102  the page's own code
    assert "40 members: about" in capsys.readouterr().out
    columns = scope["columns"]
    assert columns["serum"].shape == (40, 5)
    assert (columns["status"] == 0).all()
    # the largest value is at least that of every requested time; urine is what all days gave
    assert (columns["reduced"][:, 1] >= columns["serum"].max(axis=1) - 1e-12).all()
    assert np.all(columns["reduced"][:, 3] > 100.0)
    scope_2: dict = {}
    exec(blocks[1], scope_2)  # noqa: S102
    assert scope_2["new_bone"].core == (0.0, 8.0)
