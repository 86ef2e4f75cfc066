"""The door for foreign files: text -> one flat libSBML model, or what stands in the way.

Hierarchical models are flattened by libSBML. Other packages are refused where the model needs them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from osseo.errors import Issue, ModelError
from osseo.language.foreign.model import ForeignRefusal

__all__ = ["read_document"]

#: packages whose elements change nothing in a course over time
HARMLESS = frozenset(("layout", "render", "fbc", "groups", "l3v2extendedmath"))


def read_document(text: str, name: str, place: Path | None = None) -> Any:
    """Return the libSBML document of a text; keep it as long as its model is used.

    Parameters
    ----------
    text : SBML.
    name : what messages call it.
    place : the file it came from, for models that refer to other files.

    Raises
    ------
    ModelError : not SBML, or SBML with errors.
    ForeignRefusal : a package or a hierarchy that cannot be flattened.
    """
    import libsbml as sb

    document = sb.readSBMLFromString(text)
    _raise_errors(document, name)
    if document.getModel() is None:
        raise ModelError.from_issues(name, [Issue(name, "there is no model in it")], "no model was read")
    if place is not None:
        document.setLocationURI(f"file:{place.resolve()}")
    packages = {document.getPlugin(i).getPackageName() for i in range(document.getNumPlugins())}
    packages |= set(_unknown_packages(document))
    if "comp" in packages:
        _flatten(document, name)
        packages.discard("comp")
    strange = sorted(packages - HARMLESS)
    if strange:
        issues = [Issue(name, f"package {package}") for package in strange]
        raise ForeignRefusal.from_issues(name, issues, "no model was read")
    return document


def _raise_errors(document: Any, name: str) -> None:
    import libsbml as sb

    errors = [document.getError(i) for i in range(document.getNumErrors())]
    issues = [
        Issue(f"{name}:{error.getLine()}", " ".join(error.getMessage().split())[:200])
        for error in errors
        if error.getSeverity() >= sb.LIBSBML_SEV_ERROR
    ]
    if issues:
        raise ModelError.from_issues(name, issues, "no model was read")


def _unknown_packages(document: Any) -> list[str]:
    """Return required packages that this libSBML does not know."""
    count = document.getNumUnknownPackages()
    prefixes = [document.getUnknownPackagePrefix(i) for i in range(count)]
    return [p for p in prefixes if document.getPackageRequired(p)]


def _flatten(document: Any, name: str) -> None:
    import libsbml as sb

    text = document.toSBML()
    if "symbols/rateOf" in text and "timeConversionFactor" in text:
        # libSBML does not convert rates of change inside formulas
        issue = Issue(name, "package comp: time conversion together with rateOf")
        raise ForeignRefusal.from_issues(name, [issue], "no model was read")
    options = sb.ConversionProperties()
    options.addOption("flatten comp", True)
    options.addOption("performValidation", False)
    options.addOption("leavePorts", False)
    options.addOption("abortIfUnflattenable", "none")
    if document.convert(options) != sb.LIBSBML_OPERATION_SUCCESS:
        issue = Issue(name, "package comp: cannot be flattened")
        raise ForeignRefusal.from_issues(name, [issue], "no model was read")
