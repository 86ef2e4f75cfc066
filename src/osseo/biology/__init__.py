"""The model itself: `.ant` text, mechanism cards, and which modules make which model.

`model_names()`, `module_names()`, `card(module)`, `model_files(name)`.
"""

from osseo.biology.registry import card, model_entry, model_files, model_names, module_names

__all__ = ["card", "model_entry", "model_files", "model_names", "module_names"]
