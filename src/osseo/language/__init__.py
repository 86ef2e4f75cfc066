"""Model text -> ModelIR, with its own unit check. The parsers are imported on first use.

`load_model(name)`, `load_model_files(paths, name, scope, transport)`, `check_units(ir)`; expressions
as text: `osseo.language.render.render(expr)`.
"""

from osseo.language.load import load_model, load_model_files
from osseo.language.unit_check import check_units

__all__ = ["check_units", "load_model", "load_model_files"]
