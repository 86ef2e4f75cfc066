"""The commented template of a user's own study, as YAML or as a CSV of arms and results."""

from __future__ import annotations

from pathlib import Path

from osseo.errors import InputError

__all__ = ["study_template"]

_HERE = Path(__file__).parent


def study_template(path: str | Path) -> str:
    """Return the template for a file of this name: its stem becomes the id of the study.

    Raises
    ------
    InputError : the name ends in neither .yaml nor .csv, or gives no usable id.

    Examples
    --------
    >>> "id: mytrial2026 " in study_template("mytrial2026.yaml")
    True
    """
    path = Path(path)
    if path.suffix not in (".yaml", ".csv"):
        raise InputError(
            f"{path}: a study is a .yaml or a .csv file; name it e.g. {path.stem or 'mine'}.yaml"
        )
    if not path.stem.replace("_", "").replace("-", "").isalnum():
        raise InputError(f"{path}: {path.stem!r} is no id; use letters, digits, - and _ only")
    text = (_HERE / f"template{path.suffix}").read_text(encoding="utf-8")
    return text.format(id=path.stem) if path.suffix == ".yaml" else text
