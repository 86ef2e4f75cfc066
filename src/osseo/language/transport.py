"""`<model>.transport.yaml` -> Transport records: which fields move, how, and what the walls do.

fields:
  - field: graft_vessels.vessel         amount state
    law: diffusion
    volume: graft_clot.volume           cell volume state
    coefficient: graft_vessels.spread   output of the model [mm^2/d]
    near: {law: value, parameter: graft_vessels.host}
    far: {law: no_flux}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from osseo.errors import Issue
from osseo.language.ir import Transport, Wall
from osseo.names import suggest

__all__ = ["read_transport"]

_KEYS = ("field", "law", "volume", "coefficient", "near", "far")
_LAWS = ("diffusion",)
_WALLS = ("no_flux", "value")


def _key_issues(where: str, entry: dict[str, Any], known: tuple[str, ...]) -> list[Issue]:
    return [
        Issue(where, f"unknown key {key!r}", suggest(str(key), known)) for key in entry if key not in known
    ]


def _read_wall(where: str, entry: Any, issues: list[Issue]) -> Wall:
    if isinstance(entry, str):
        entry = {"law": entry}
    if not isinstance(entry, dict):
        issues.append(Issue(where, f"got {entry!r}", "write {law: no_flux} or {law: value, ...}"))
        return Wall("no_flux")
    issues.extend(_key_issues(where, entry, ("law", "parameter")))
    law, parameter = entry.get("law"), entry.get("parameter")
    if law not in _WALLS:
        issues.append(Issue(where, f"unknown wall law {law!r}", suggest(str(law), _WALLS)))
    elif (law == "value") != (parameter is not None):
        remedy = "value needs `parameter:`, no_flux has none"
        issues.append(Issue(where, f"law {law} with parameter {parameter!r}", remedy))
    return Wall(str(law), None if parameter is None else str(parameter))


def _read_field(where: str, entry: Any, issues: list[Issue]) -> Transport | None:
    if not isinstance(entry, dict):
        issues.append(Issue(where, f"got {entry!r}", f"a mapping with {', '.join(_KEYS)}"))
        return None
    issues.extend(_key_issues(where, entry, _KEYS))
    missing = [key for key in _KEYS if key not in entry]
    if missing:
        issues.append(Issue(where, f"missing {', '.join(missing)}", "every key is needed"))
        return None
    if entry["law"] not in _LAWS:
        hint = suggest(str(entry["law"]), _LAWS)
        issues.append(Issue(where, f"unknown transport law {entry['law']!r}", hint))
    return Transport(
        field=str(entry["field"]),
        volume=str(entry["volume"]),
        law=str(entry["law"]),
        coefficient=str(entry["coefficient"]),
        near=_read_wall(f"{where}.near", entry["near"], issues),
        far=_read_wall(f"{where}.far", entry["far"], issues),
    )


def read_transport(path: Path, issues: list[Issue]) -> tuple[Transport, ...]:
    """Read the transport table of a site model; problems are appended to `issues`.

    Parameters
    ----------
    path : the YAML file.
    issues : list that receives what is wrong.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        issues.append(Issue(path.name, f"cannot be read: {error}", "give a readable YAML file"))
        return ()
    if not isinstance(data, dict) or not isinstance(data.get("fields"), list):
        issues.append(Issue(path.name, "has no list `fields:`", "see osseo.language.transport"))
        return ()
    issues.extend(_key_issues(path.name, data, ("fields",)))
    read = [
        _read_field(f"{path.name}: fields[{i_field}]", entry, issues)
        for i_field, entry in enumerate(data["fields"])
    ]
    fields = [t.field for t in read if t]
    for name in sorted({f for f in fields if fields.count(f) > 1}):
        issues.append(Issue(path.name, f"field {name} is given twice", "keep one"))
    return tuple(t for t in read if t)
